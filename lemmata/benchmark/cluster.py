"""Proposers, checkers and scorers on the machines of a Ray cluster; the agent, its record and the chat model stay here.

So a run is as safe from kills as it is here, and what comes of it is the same: only where things are computed differs.
On each machine lemmata must be installed as here, and its toolchains be set up under the same home.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import anyio.to_thread

from lemmata.config import Settings
from lemmata.errors import BackendMissing, LemmataError, ProtocolError
from lemmata.provers.base import Backends
from lemmata.provers.lean.ray_worker import connect

T = TypeVar("T")
_log = logging.getLogger(__name__)
_PLACED_S = 120.0


class Cluster:
    """Processes in a cluster, each with back-ends of its own that stay warm.

    Args:
        settings: for the back-ends; keys stay here.
        address: of the cluster, as Ray takes it.
        size: how many processes, each with one processor.

    Raises:
        BackendMissing: Ray is not installed, there is no such cluster, or it has no room.
    """

    def __init__(self, settings: Settings, address: str, size: int) -> None:
        self._settings = replace(settings, api_key="", lean_server_key="")
        self._ray = connect(address, setting="--ray-address or RAY_ADDRESS")
        room = int(self._ray.cluster_resources().get("CPU", 0))
        if room < 1:
            raise BackendMissing(f"the Ray cluster at {address} has no processors", remedy="add machines to it")
        self._actors = [self._start() for _ in range(min(size, room))]
        self._free: asyncio.Queue[Any] | None = None
        first = self._actors[0].ready.remote()
        try:
            self._ray.get(first, timeout=_PLACED_S)
        except self._ray.exceptions.RayError as exc:
            self.close()
            remedy = "give it more processors; its machines need lemmata, too"
            raise BackendMissing(f"the Ray cluster starts nothing ({type(exc).__name__})", remedy=remedy) from None

    async def call(self, work: Callable[..., T], *arguments: object) -> T:
        """See `lemmata.agents.workbench.Place.call`; a machine that is lost in the middle costs nothing but time."""
        if self._free is None:
            self._free = asyncio.Queue()
            for actor in self._actors:
                self._free.put_nowait(actor)
        actor = await self._free.get()
        try:
            for last in (False, True):
                try:
                    told = await anyio.to_thread.run_sync(
                        self._ray.get, actor.call.remote(work, arguments), abandon_on_cancel=True
                    )
                    break
                except self._ray.exceptions.RayError as exc:
                    _log.info("a process of the Ray cluster was lost: %s", exc)
                    actor = self._replace(actor)
                    if last:
                        raise ProtocolError("the Ray cluster lost it twice") from None
        finally:
            self._free.put_nowait(actor)
        if isinstance(told, Raised):
            raise told.error
        return told  # type: ignore[no-any-return]

    def close(self) -> None:
        """Give its place in the cluster back."""
        for actor in self._actors:
            self._ray.kill(actor)
        self._actors = []

    def _start(self) -> Any:
        return self._ray.remote(num_cpus=1, max_restarts=0)(_Worker).remote(self._settings)

    def _replace(self, lost: Any) -> Any:
        self._ray.kill(lost)
        self._actors.remove(lost)
        self._actors.append(self._start())
        return self._actors[-1]


class Raised:
    """What a call raised, as a value: exceptions would lose their class on the way."""

    def __init__(self, error: Exception) -> None:
        self.error = error


class _Worker:
    """What runs in a process of the cluster."""

    def __init__(self, settings: Settings) -> None:
        self._backends = Backends(settings)

    def ready(self) -> bool:
        """Whether it has begun."""
        return True

    def call(self, work: Callable[..., object], arguments: tuple[object, ...]) -> object:
        """What the work gives, or raises."""
        try:
            return work(self._backends, *arguments)
        except LemmataError as exc:
            return Raised(exc)
        except Exception as exc:
            try:
                pickle.loads(pickle.dumps(exc))
            except Exception:  # an exception of a plug-in that can't travel
                return Raised(RuntimeError(f"{type(exc).__name__}: {exc}"))
            return Raised(exc)
