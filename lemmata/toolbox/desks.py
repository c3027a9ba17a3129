"""Places to work at: as many calls at once as there are desks, each with back-ends that stay warm between calls.

A call that is cancelled, or out of time, leaves its desk at once. Its back-ends are closed, which ends what still runs
there, and the next call gets new ones.
"""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from lemmata.config import Settings
from lemmata.errors import BadInput
from lemmata.provers.base import Backends

MOST_WAITING = 32
_LOOK_S = 0.05


class Desks:
    """The desks of one server, or of one agent's tools.

    Args:
        settings: for the back-ends.
        number: of desks.
    """

    def __init__(self, settings: Settings, number: int) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._free = [Backends(settings) for _ in range(number)]
        self._open = set(self._free)
        self._waiting = 0

    @asynccontextmanager
    async def take(self) -> AsyncIterator[Backends]:
        """The back-ends of the next desk that is free.

        Raises:
            BadInput: too many calls are waiting already.
        """
        backends = await self._wait()
        try:
            yield backends
        except (anyio.get_cancelled_exc_class(), TimeoutError):
            self._replace(backends)
            raise
        except BaseException:
            self._give_back(backends)
            raise
        else:
            self._give_back(backends)

    def close(self, *, wait_s: float) -> None:
        """Close all back-ends, in use or not, and wait so long at most for those that can't be closed at once."""
        with self._lock:
            opened, self._open, self._free = self._open, set(), []
        deadline = time.monotonic() + wait_s
        for closing in [_close(backends) for backends in opened]:
            closing.join(max(0.0, deadline - time.monotonic()))

    async def _wait(self) -> Backends:
        if self._waiting >= MOST_WAITING:
            raise BadInput(f"busy: {MOST_WAITING} calls are waiting already; ask again later")
        self._waiting += 1
        try:
            # Looked for again and again, since calls may come from several event loops, as in a notebook.
            while (backends := self._find()) is None:
                await anyio.sleep(_LOOK_S)
            return backends
        finally:
            self._waiting -= 1

    def _find(self) -> Backends | None:
        with self._lock:
            return self._free.pop() if self._free else None

    def _give_back(self, backends: Backends) -> None:
        with self._lock:
            if backends in self._open:
                self._free.append(backends)

    def _replace(self, backends: Backends) -> None:
        with self._lock:
            if backends not in self._open:
                return
            self._open.remove(backends)
            fresh = Backends(self._settings)
            self._open.add(fresh)
            self._free.append(fresh)
        _close(backends)


def _close(backends: Backends) -> threading.Thread:
    """In a thread of its own: a Lean in the middle of a request is closed only when the request has ended."""
    closing = threading.Thread(target=backends.close, daemon=True)
    closing.start()
    return closing
