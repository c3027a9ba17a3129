"""Elaborators on the machines of a Ray cluster.

They meet candidates and are trusted with nothing, as on this machine: every proof they hand out is audited here. On
each machine lemmata and its Lean must be set up under the same home, and both be the same as here.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lemmata.config import Settings
from lemmata.errors import BackendMissing, LemmataError
from lemmata.provers.lean.failure import Cause, LeanFailed
from lemmata.provers.lean.toolchain import Toolchain, driver_digest, find_toolchain
from lemmata.provers.lean.worker import START_S, Worker
from lemmata.registry import resolve_sandbox

_log = logging.getLogger(__name__)
_GRACE_S = 30.0
_PLACED_S = 120.0
_connecting = threading.Lock()


class RemoteElaborator:
    """What runs in an actor: one worker, which starts when it is first asked."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._worker: Worker | None = None

    def identity(self) -> Mapping[str, str]:
        """Which Lean and which driver there is, or what is missing."""
        try:
            return {"identity": _identity(find_toolchain(self._settings))}
        except LemmataError as exc:
            return {"missing": str(exc)}

    def ask(self, op: str, fields: Mapping[str, Any], wall_s: float) -> Mapping[str, Any]:
        """The reply, or why there is none; exceptions of ours would lose their fields on the way."""
        try:
            if self._worker is None:
                self._worker = Worker(resolve_sandbox(self._settings), find_toolchain(self._settings))
            return {"reply": self._worker.ask(op, fields, wall_s=wall_s)}
        except LeanFailed as exc:
            return {"failed": exc.cause.value, "text": exc.text}
        except LemmataError as exc:
            return {"missing": str(exc)}

    def discard(self) -> None:
        """End its process; the next request gets a fresh one."""
        if self._worker is not None:
            self._worker.discard()


class RayWorker:
    """One elaborator, on whichever machine of the cluster has room; made on first use and again after it was lost.

    Args:
        settings: `lean_ray` is the cluster's address; `local` starts one on this machine.
        toolchain: of this machine.
    """

    def __init__(self, settings: Settings, toolchain: Toolchain) -> None:
        self._address, self._toolchain = settings.lean_ray, toolchain
        self._settings = replace(settings, lean_ray="", api_key="", lean_server_key="")  # secrets stay here
        self._actor: Any = None
        self._there = 0  # the epoch that its last reply told
        self.epoch = 0
        self._lock = threading.Lock()

    def start(self) -> None:
        """Nothing: a cluster takes its time, and is waited for by the first request."""

    def ask(self, op: str, fields: Mapping[str, Any], *, wall_s: float) -> Mapping[str, Any]:
        """As `Worker.ask`; a machine that is lost in the middle costs the request nothing but time.

        Raises:
            LeanFailed: as there.
            BackendMissing: there is no Ray, no cluster, no room in it, or another Lean.
        """
        ray = _ray()
        with self._lock:
            for last in (False, True):
                actor = self._ready()
                try:
                    told = ray.get(actor.ask.remote(op, dict(fields), wall_s), timeout=wall_s + START_S + _GRACE_S)
                    return self._read(told)
                except ray.exceptions.GetTimeoutError:
                    self._kill()
                    raise LeanFailed(Cause.TIMEOUT) from None
                except ray.exceptions.RayError as exc:
                    _log.info("a machine of the Ray cluster was lost: %s", exc)
                    self._kill()
                    if last:
                        raise LeanFailed(Cause.KILLED) from None
        raise AssertionError("the second try returns or raises")

    def discard(self) -> None:
        """End its Lean process; the next request gets a fresh one."""
        with self._lock:
            if self._actor is None:
                return
            ray = _ray()
            try:
                ray.get(self._actor.discard.remote(), timeout=_GRACE_S)
            except ray.exceptions.RayError:
                self._kill()

    @property
    def busy(self) -> bool:
        """Whether a request is under way."""
        return self._lock.locked()

    def close(self) -> None:
        """Give its place in the cluster back."""
        with self._lock:
            self._kill()

    def _ready(self) -> Any:
        if self._actor is None:
            ray = connect(self._address)
            actor = ray.remote(num_cpus=1, max_restarts=0)(RemoteElaborator).remote(self._settings)
            self._actor, began = actor, time.monotonic()
            try:
                told = ray.get(actor.identity.remote(), timeout=_PLACED_S)
            except ray.exceptions.RayError as exc:
                self._kill()
                waited = f"{type(exc).__name__} after {time.monotonic() - began:.0f} s"
                remedy = "give it more processors, or set LEMMATA_LEAN_WORKERS to fewer; its machines need lemmata, too"
                raise BackendMissing(f"the Ray cluster starts no Lean ({waited})", remedy=remedy) from None
            if told.get("identity") != _identity(self._toolchain):
                self._kill()
                what = told.get("missing") or "another Lean, or another lemmata, than here"
                raise BackendMissing(
                    f"on a machine of the Ray cluster: {what}", remedy="set up the same on each machine"
                )
        return self._actor

    def _read(self, told: Mapping[str, Any]) -> Mapping[str, Any]:
        if "failed" in told:
            raise LeanFailed(Cause(told["failed"]), str(told["text"]))
        if "missing" in told:
            raise BackendMissing(f"on a machine of the Ray cluster: {told['missing']}")
        reply: Mapping[str, Any] = told["reply"]
        if reply["epoch"] != self._there:
            self._there = reply["epoch"]
            self.epoch += 1
        return {**reply, "epoch": self.epoch}

    def _kill(self) -> None:
        actor, self._actor, self._there = self._actor, None, 0
        if actor is not None:
            _ray().kill(actor)


def _identity(toolchain: Toolchain) -> str:
    return f"{toolchain.kind} {toolchain.version} {driver_digest()}"


def _ray() -> Any:
    try:
        import ray  # 1 s
        import ray.exceptions
    except ImportError:
        raise BackendMissing("Ray is not installed", remedy="pip install 'lemmata[ray]'") from None
    return ray


def connect(address: str, *, setting: str = "LEMMATA_LEAN_RAY") -> Any:
    """Ray, connected to the cluster at an address that came from a setting.

    Raises:
        BackendMissing: it is not there.
    """
    ray = _ray()
    with _connecting:
        if not ray.is_initialized():
            here = {"include_dashboard": False} if address == "local" else {}
            try:
                ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **here)
            except (ConnectionError, RuntimeError, ValueError, TimeoutError) as exc:
                text = str(exc).strip().partition("\n")[0] or type(exc).__name__
                remedy = f"start one with `ray start --head`, or correct {setting}"
                raise BackendMissing(f"no Ray cluster at {address} ({text})", remedy=remedy) from None
    return ray
