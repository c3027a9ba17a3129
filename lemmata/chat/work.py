"""Work in a thread of its own, with its own event loop: its pieces come as they are told, and it can be stopped."""

from __future__ import annotations

import asyncio
import queue
import signal
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from types import FrameType
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_STOP_S = 10.0  # seconds that stopping may take
_TICK_S = 0.5


class _End:
    """The work has come to its end, or has failed."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class Work(Generic[T]):
    """One piece of work.

    Args:
        make: given what to tell pieces to, makes the coroutine; it ends by itself soon after it is cancelled.
    """

    def __init__(self, make: Callable[[Callable[[T], None]], Coroutine[Any, Any, None]]) -> None:
        self._make = make
        self._items: queue.SimpleQueue[T | _End] = queue.SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._lock = threading.Lock()
        self.stopped_at: float | None = None
        """When it was told to stop; None: it was not."""

    def stop(self) -> None:
        """Tell it to stop; from any thread, at any time."""
        with self._lock:
            if self.stopped_at is None:
                self.stopped_at = time.monotonic()
                if self._loop is not None and self._task is not None and not self._loop.is_closed():
                    self._loop.call_soon_threadsafe(self._task.cancel)

    def items(self) -> Iterator[T]:
        """Its pieces as they come. An interrupt (SIGINT) stops the work, not whoever reads; a second one does.

        Raises:
            whatever the work raises.
        """
        threading.Thread(target=self._run, daemon=True).start()
        with _Interrupts(self):
            try:
                while True:
                    try:
                        item = self._items.get(timeout=_TICK_S)
                    except queue.Empty:
                        if self.stopped_at is not None and time.monotonic() > self.stopped_at + _STOP_S:
                            return  # something of it does not hear us; it has limits of its own
                        continue
                    if isinstance(item, _End):
                        if item.error is not None:
                            raise item.error
                        return
                    yield item
            finally:
                self.stop()

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as exc:  # handed to the reader's thread, which raises it
            self._items.put(_End(exc))
        else:
            self._items.put(_End(None))

    async def _main(self) -> None:
        with self._lock:
            self._loop, self._task = asyncio.get_running_loop(), asyncio.create_task(self._make(self._items.put))
            if self.stopped_at is not None:
                self._task.cancel()
        try:
            await self._task
        except asyncio.CancelledError:
            pass
        finally:
            with self._lock:
                self._task = None


class _Interrupts:
    """Hands SIGINT to the work as long as it is read in the main thread; elsewhere there are no signals to hand on."""

    def __init__(self, work: Work[Any]) -> None:
        self._work = work
        self._before: Any = None
        self._ours = threading.current_thread() is threading.main_thread()

    def __enter__(self) -> None:
        if self._ours:
            self._before = signal.signal(signal.SIGINT, self._handle)

    def __exit__(self, *_: object) -> None:
        if self._ours:
            signal.signal(signal.SIGINT, self._before if self._before is not None else signal.default_int_handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._work.stopped_at is not None:
            raise KeyboardInterrupt
        self._work.stop()
