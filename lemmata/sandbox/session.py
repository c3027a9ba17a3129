"""Long-lived processes that answer lines, each request within its own time; shared by the back-ends."""

from __future__ import annotations

import os
import select
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from subprocess import TimeoutExpired
from types import TracebackType
from typing import Self, TypeVar

from lemmata.errors import BackendMissing
from lemmata.sandbox.base import Caps, End, SessionEnded
from lemmata.sandbox.supervise import Group, Watch, close_pipes, feed, read_now, resident_mb

_WATCH_S = 0.1
_CHUNK = 65536
_GRACE_S = 1.0
_LAST_WORDS = 2000  # bytes of standard error that are worth repeating
T = TypeVar("T")


class LineSession:
    """A session over the pipes of a group whose gate is ready."""

    def __init__(self, group: Group, caps: Caps) -> None:
        self._group, self._caps = group, caps
        self._watch = Watch(group, caps)
        self._pending = bytearray()
        self._errors = bytearray()
        self._asking = threading.Lock()
        self._sending = threading.Lock()  # held until a request has been sent whole
        self._killing = threading.Lock()
        self._end: End | None = None
        self._gone = threading.Event()
        # The watching thread must not hold the session, or one that was forgotten would never be collected.
        self._forgotten = weakref.finalize(self, _discard, group, self._gone)
        watcher = threading.Thread(target=_watch, args=(weakref.ref(self), self._gone), daemon=True)
        watcher.start()
        assert group.process.stdin is not None
        feed(group.process.stdin, memoryview(b"\n"))  # opens the gate

    def ask(self, line: bytes, *, wall_s: float) -> bytes:
        """Send one line and wait for the next one, as the contract says."""
        if b"\n" in line:
            raise ValueError(f"expected one line without its newline, got {line[:80]!r}")
        with self._asking:
            return self._exchange(line + b"\n", time.monotonic() + wall_s)

    def tell(self, line: bytes) -> None:
        """Send one line without waiting for anything, as the contract says."""
        with self._sending:
            waiting = memoryview(line + b"\n")
            deadline = time.monotonic() + _GRACE_S
            while waiting and self.alive and time.monotonic() < deadline:
                waiting = feed(self._group.process.stdin, waiting)  # type: ignore[arg-type]

    def read(self, *, wall_s: float) -> bytes:
        """Wait for one line that nothing was sent for."""
        with self._asking:
            return self._exchange(b"", time.monotonic() + wall_s)

    @property
    def alive(self) -> bool:
        return self._end is None and self._group.process.poll() is None

    def resident_mb(self) -> int:
        """Resident memory of the group in MiB; 0 once it ended."""
        return resident_mb(self._group.members()) if self.alive else 0

    def close(self) -> None:
        """Kill the group; harmless the second time."""
        self.stop(End.CANCELLED)
        with self._asking:  # whoever waits for an answer has been woken by the end of the stream
            close_pipes(self._group.process)
        self._forgotten.detach()

    def stop(self, end: End) -> None:
        """Kill the whole group; the first reason stays."""
        with self._killing:
            if self._end is None:
                self._end = end
            self._gone.set()
            self._group.destroy()

    def watch(self) -> None:
        """Kill the group if it is beyond a limit now."""
        if self._end is None and (breach := self._watch.find_breach()):
            self.stop(breach)

    def _exchange(self, outgoing: bytes, deadline: float) -> bytes:
        """Write the request and read the next line, whichever is possible first."""
        if self._end is not None:
            raise self._ended(self._end)
        with ExitStack() as sending:
            if outgoing:
                sending.enter_context(self._sending)
            return self._await_line(memoryview(outgoing), deadline, sending)

    def _await_line(self, waiting: memoryview, deadline: float, sending: ExitStack) -> bytes:
        """The next line; `sending` is closed once the request has been sent whole."""
        process = self._group.process
        stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
        assert stdin is not None
        assert stdout is not None
        assert stderr is not None
        poll = select.poll()
        poll.register(stdout, select.POLLIN)
        poll.register(stderr, select.POLLIN)
        if waiting:
            poll.register(stdin, select.POLLOUT)
        while waiting or (line := self._take_line()) is None:
            ready = dict(poll.poll(max(0.0, deadline - time.monotonic()) * 1000))
            if not ready:
                raise self._breach(End.WALL)
            if stderr.fileno() in ready and not self._hear(read_now(stderr, _CHUNK)):
                poll.unregister(stderr)
            if stdin.fileno() in ready:
                waiting = feed(stdin, waiting)
                if not waiting:
                    poll.unregister(stdin)
                    sending.close()
            if stdout.fileno() in ready:
                self._take(read_now(stdout, _CHUNK))
        return line

    def _take(self, piece: bytes | None) -> None:
        """Some output; raises where there will be no more, or too much without an end of line."""
        if piece == b"":
            self._hear_last_words()
            fault, end = self._judge()
            if fault:
                self.stop(end)
                raise BackendMissing(f"the session failed to start: {fault}", remedy="correct argv")
            raise self._breach(end)
        self._pending += piece or b""
        if len(self._pending) > self._caps.output_kb * 1024 and b"\n" not in self._pending:
            raise self._breach(End.OUTPUT)

    def _take_line(self) -> bytes | None:
        line, newline, rest = self._pending.partition(b"\n")
        if not newline:
            return None
        self._pending = rest
        return bytes(line)

    def _hear(self, piece: bytes | None) -> bool:
        self._errors = (self._errors + (piece or b""))[-_LAST_WORDS:]
        return piece != b""

    def _judge(self) -> tuple[str, End]:
        """Once the program has closed its output: why it could not be begun (empty: it was), and why it ended."""
        with self._killing:  # whoever kills the group closes what is looked at here
            if self._end is not None:
                return "", self._end
            return self._group.entrance.fault(), self._own_end()

    def _hear_last_words(self) -> None:
        """What is left on standard error when the other stream has ended."""
        stderr = self._group.process.stderr
        assert stderr is not None
        while piece := read_now(stderr, _CHUNK):
            self._hear(piece)

    def _own_end(self) -> End:
        """Why the program closed its output: by itself, unless a signal or a limit has just ended it."""
        with suppress(TimeoutExpired):
            end = self._watch.judge(self._group.exit_code(self._group.process.wait(_GRACE_S)))
            return End.MEMORY if self._group.starved() else end
        return End.FINISHED

    def _breach(self, end: End) -> SessionEnded:
        self.stop(end)
        return self._ended(self._end or end)

    def _ended(self, end: End) -> SessionEnded:
        return SessionEnded(end, self._errors.decode(errors="replace").strip())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _discard(group: Group, gone: threading.Event) -> None:
    gone.set()
    group.destroy()
    close_pipes(group.process)


def _watch(watched: weakref.ref[LineSession], gone: threading.Event) -> None:
    while not gone.wait(_WATCH_S):
        session = watched()
        if session is None:
            return
        session.watch()
        del session


_starting = threading.Lock()
_starter: tuple[int, ThreadPoolExecutor] | None = None


def in_lasting_thread(make: Callable[[], T]) -> T:
    """Call it in a thread that lives as long as this process.

    The kernel's death signal goes out when the *thread* that started a process ends, so a session started by a passing
    worker thread would die with it.
    """
    global _starter
    with _starting:
        if _starter is None or _starter[0] != os.getpid():  # threads don't survive a fork
            _starter = (os.getpid(), ThreadPoolExecutor(1, thread_name_prefix="lemmata-sandbox"))
        pool = _starter[1]
    return pool.submit(make).result()
