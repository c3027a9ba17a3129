"""The other end of a container's standard streams: what process 1 is told, and what it and the program say."""

from __future__ import annotations

import json
import logging
import math
import select
import selectors
import signal
import socket
import ssl
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self

from lemmata.errors import BackendMissing, ProtocolError
from lemmata.sandbox.base import Cancellation, Caps, Command, End, Piece, SessionEnded
from lemmata.sandbox.engine import Engine
from lemmata.sandbox.entrance import rlimits
from lemmata.sandbox.supervise import BASE_ENV, MEBIBYTE, START_S

Name = Literal["stdout", "stderr"]
Pieces = list[tuple[Name, bytes]]

# The engine has no limit on address space; and process 1 must have written the files before theirs is set.
SET_INSIDE = ("as", "fsize")

_CHUNK = 65536
_HEAD = 8  # of a frame: 1 or 2 for the stream, three zeros, four bytes of length
_TELL_S = 1.0
_LAST_WORDS = 2000  # bytes of standard error that are worth repeating
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_log = logging.getLogger(__name__)


class Attached:
    """The connection, with its two outputs taken apart."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._received = bytearray()
        self.open = True

    def fileno(self) -> int:
        return self._connection.fileno()

    def read(self) -> Pieces:
        """What is there now; `open` is False after the last of it."""
        try:
            data = self._connection.recv(_CHUNK)
            while data and isinstance(self._connection, ssl.SSLSocket) and (more := self._connection.pending()):
                data += self._connection.recv(more)
        except _NOT_NOW:
            return []
        except OSError:
            data = b""
        self.open = data != b""
        self._received += data
        pieces: Pieces = []
        while len(self._received) >= _HEAD:
            end = _HEAD + int.from_bytes(self._received[4:_HEAD], "big")
            if len(self._received) < end:
                break
            pieces.append(("stderr" if self._received[0] == 2 else "stdout", bytes(self._received[_HEAD:end])))
            del self._received[:end]
        return pieces

    def write(self, waiting: memoryview) -> memoryview:
        """Send what is taken now, and give what is left; nothing is left when nobody listens any more."""
        try:
            return waiting[self._connection.send(waiting[:_CHUNK]) :]
        except _NOT_NOW:
            return waiting
        except OSError:
            return waiting[:0]

    def hang_up(self) -> None:
        """Process 1 then ends everything, and whoever waits for more is woken."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Hang up and give the descriptor back; harmless the second time."""
        self.hang_up()
        self._connection.close()


def write_order(command: Command, *, mark: bytes, session: bool) -> bytes:
    """What process 1 is sent."""
    limits = rlimits(command.caps, processes=None)
    given = b"" if session else command.stdin
    order = {
        "argv": command.argv,
        "env": {**BASE_ENV, **command.env},
        "files": [(name, len(content)) for name, content in command.files.items()],
        "stdin": len(given),
        "limits": {name: limits[name] for name in SET_INSIDE if name in limits},
        "collect": command.collect,
        "largest": command.caps.file_mb * MEBIBYTE,
        "mark": mark.decode(),
        "session": session,
    }
    text = json.dumps(order).encode()
    return b"".join((b"%016d" % len(text), text, *command.files.values(), given))


def begin(engine: Engine, name: str, attached: Attached, order: bytes) -> Pieces:
    """Send the order and wait until the program is about to run; the first pieces of its output, if any.

    Raises:
        BackendMissing: process 1 could not do what the order says, or did not answer.
    """
    waiting, line, said = memoryview(order), b"", b""
    deadline = time.monotonic() + START_S
    poll = select.poll()
    while attached.open:
        poll.register(attached, select.POLLIN | (select.POLLOUT if waiting else 0))
        ready = poll.poll(max(0.0, deadline - time.monotonic()) * 1000)
        if not ready:
            raise BackendMissing(f"a container did not start within {START_S:g} s", remedy="see `docker ps -a`")
        if waiting and ready[0][1] & select.POLLOUT:
            waiting = attached.write(waiting)
        pieces = attached.read()
        for place, (stream, data) in enumerate(pieces):
            if stream == "stderr":
                said += data
                continue
            head, newline, rest = data.partition(b"\n")
            line += head
            if newline:
                _check_ready(line)
                return [("stdout", rest), *pieces[place + 1 :]]
    reason = said.decode(errors="replace").strip()[-_LAST_WORDS:] or engine.ended(name).error or "it said nothing"
    raise BackendMissing(f"a container did not start ({reason})", remedy="run `lemmata setup docker`")


def _check_ready(line: bytes) -> None:
    answer = _parse(line)
    if "refused" in answer:
        raise BackendMissing(f"in the container: {answer['refused']}", remedy="correct the command, or ask for less")


def _parse(line: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(line)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise ProtocolError(f"process 1 of a container said {line[:80]!r}, expected an object")
    return answer


@dataclass(frozen=True, slots=True)
class Report:
    """What process 1 says in the end: the program's exit code unless it was killed from here or for its memory."""

    code: int | None
    cpu_s: float
    short_of_memory: bool
    files: Mapping[str, bytes]


class Output:
    """What a program has said so far, up to a cap in bytes, and after it the report of process 1."""

    def __init__(self, mark: bytes, cap: int, hear: Callable[[Piece], None] | None) -> None:
        self._mark, self._cap, self._hear = mark, cap, hear
        self.kept: dict[Name, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
        self._held = b""  # may be the beginning of the mark
        self._report: bytearray | None = None

    def take(self, pieces: Iterable[tuple[Name, bytes]]) -> bool:
        """Keep them; False once there is more than may be kept."""
        within = True
        for name, data in pieces:  # all of them: the mark may come after too much
            within &= self._keep(name, data if name == "stderr" else self._before_mark(data))
        return within

    def finish(self) -> bool:
        """Nothing more will come; False if even so there was too much."""
        held, self._held = self._held, b""
        return self._keep("stdout", held)

    def report(self) -> Report | None:
        """The report, if it has come.

        Raises:
            ProtocolError: it is damaged.
        """
        if self._report is None:
            return None
        line, _, contents = bytes(self._report).partition(b"\n")
        answer = _parse(line)
        try:
            files, place = {}, 0
            for name, size in answer["files"]:
                files[str(name)] = contents[place : place + size]
                place += size
            code = None if answer["code"] is None else int(answer["code"])
            report = Report(code, float(answer["cpu_s"]), bool(answer["memory"]), files)
        except (KeyError, TypeError, ValueError):
            raise ProtocolError(f"process 1 of a container reported {line[:80]!r}") from None
        if place != len(contents):
            raise ProtocolError(f"process 1 of a container sent {len(contents)} bytes of files, expected {place}")
        return report

    def _before_mark(self, data: bytes) -> bytes:
        if self._report is not None:
            self._report += data
            return b""
        text, found, report = (self._held + data).partition(self._mark)
        if found:
            self._report, self._held = bytearray(report), b""
            return text
        longest = min(len(text), len(self._mark) - 1)
        held = next((n for n in range(longest, 0, -1) if text.endswith(self._mark[:n])), 0)
        self._held = text[len(text) - held :]
        return text[: len(text) - held]

    def _keep(self, name: Name, data: bytes) -> bool:
        fresh = data[: self._cap - len(self.kept[name])]
        self.kept[name] += fresh
        if fresh and self._hear is not None:
            self._hear(Piece(name, fresh))
        return len(fresh) == len(data)


def follow(attached: Attached, output: Output, *, wall_s: float, cancellation: Cancellation | None) -> End | None:
    """The limit that was reached or the word from outside; None when the container closed its streams."""
    deadline = time.monotonic() + wall_s
    with selectors.DefaultSelector() as selector:
        selector.register(attached, selectors.EVENT_READ)
        if cancellation is not None:
            selector.register(cancellation, selectors.EVENT_READ)
        while attached.open:
            now = time.monotonic()
            if now >= deadline:
                return End.WALL
            for key, _ in selector.select(deadline - now):
                if key.fileobj is cancellation:
                    return End.CANCELLED
                if not output.take(attached.read()):
                    return End.OUTPUT
    return None if output.finish() else End.OUTPUT


def signed(exit_code: int) -> int:
    """As a shell does, process 1 says 128 + N of a signal N."""
    return 128 - exit_code if exit_code > 128 else exit_code


def judge(report: Report, caps: Caps) -> End:
    """Whether the program ended by itself, by a signal, or by a signal that was the kernel's word on a limit."""
    if report.short_of_memory:
        return End.MEMORY
    if report.code is not None and report.code >= 0:
        return End.FINISHED
    spent = caps.cpu_s is not None and report.cpu_s >= caps.cpu_s / 2
    if spent and report.code in (-signal.SIGXCPU, -signal.SIGKILL):
        return End.CPU
    return End.STORAGE if report.code == -signal.SIGXFSZ else End.KILLED


def drain(attached: Attached, output: Output, *, within_s: float) -> bool:
    """Tell process 1 to end the program, and hear its report; whether that came in time."""
    attached.write(memoryview(b"\n"))
    deadline = time.monotonic() + within_s
    poll = select.poll()
    poll.register(attached, select.POLLIN)
    while attached.open and poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
        output.take(attached.read())
    return not attached.open


class AttachedSession:
    """A session with the program of a container."""

    def __init__(self, engine: Engine, name: str, attached: Attached, caps: Caps) -> None:
        self._engine, self._name, self._attached, self._caps = engine, name, attached, caps
        self._pending = bytearray()
        self._errors = bytearray()
        self._asking = threading.Lock()
        self._sending = threading.Lock()  # held until a request has been sent whole
        self._killing = threading.Lock()
        self._end: End | None = None
        self._forgotten = weakref.finalize(self, _discard, engine, name, attached)

    def begin(self, order: bytes) -> None:
        """Let the program begin.

        Raises:
            BackendMissing: it can't.
        """
        self._hear(begin(self._engine, self._name, self._attached, order))

    def ask(self, line: bytes, *, wall_s: float) -> bytes:
        """Send one line and wait for the next one, as the contract says."""
        if b"\n" in line:
            raise ValueError(f"expected one line without its newline, got {line[:80]!r}")
        with self._asking:
            return self._exchange(line + b"\n", time.monotonic() + wall_s)

    def tell(self, line: bytes) -> None:
        """Send one line without waiting for anything, as the contract says."""
        with self._sending:
            waiting, deadline = memoryview(line + b"\n"), time.monotonic() + _TELL_S
            while waiting and self._end is None and time.monotonic() < deadline:
                waiting = self._attached.write(waiting)

    def read(self, *, wall_s: float) -> bytes:
        """Wait for one line that nothing was sent for."""
        with self._asking:
            return self._exchange(b"", time.monotonic() + wall_s)

    @property
    def alive(self) -> bool:
        with suppress(BackendMissing):
            return self._end is None and self._engine.running(self._name)
        return False

    def resident_mb(self) -> int:
        """Resident memory of the container in MiB; 0 once it ended."""
        return self._engine.resident_mb(self._name) if self.alive else 0

    def close(self) -> None:
        """Kill and remove the container; harmless the second time."""
        self._stop(End.CANCELLED)
        with self._asking:  # whoever waits for an answer has been woken by the end of the stream
            self._attached.close()
            self._engine.close()
        self._forgotten.detach()

    def _stop(self, end: End) -> None:
        """Leave nothing of the container; the first reason stays."""
        with self._killing:
            if self._end is None:
                self._end = end
                _leave(self._engine, self._name, self._attached)

    def _exchange(self, outgoing: bytes, deadline: float) -> bytes:
        with ExitStack() as sending:
            if outgoing:
                sending.enter_context(self._sending)
            return self._await_line(memoryview(outgoing), deadline, sending)

    def _await_line(self, waiting: memoryview, deadline: float, sending: ExitStack) -> bytes:
        """The next line; `sending` is closed once the request has been sent whole."""
        poll = select.poll()
        while waiting or (line := self._take_line()) is None:
            if self._end is not None:
                raise self._ended(self._end)
            poll.register(self._attached, select.POLLIN | (select.POLLOUT if waiting else 0))
            ready = poll.poll(max(0.0, deadline - time.monotonic()) * 1000)
            if not ready:
                raise self._breach(End.WALL)
            if waiting and ready[0][1] & select.POLLOUT:
                waiting = self._attached.write(waiting)
                if not waiting:
                    sending.close()
            self._hear(self._attached.read())
            if len(self._pending) > self._caps.output_kb * 1024 and b"\n" not in self._pending:
                raise self._breach(End.OUTPUT)
            if not self._attached.open and b"\n" not in self._pending:
                raise self._breach(self._end or self._own_end())
        return line

    def _take_line(self) -> bytes | None:
        line, newline, rest = self._pending.partition(b"\n")
        if not newline:
            return None
        self._pending = rest
        return bytes(line)

    def _hear(self, pieces: Pieces) -> None:
        for stream, data in pieces:
            if stream == "stdout":
                self._pending += data
            else:
                self._errors = (self._errors + data)[-_LAST_WORDS:]

    def _own_end(self) -> End:
        """Why the program closed its output: by itself, unless a signal or a limit has just ended it."""
        ended = self._engine.ended(self._name)
        code = signed(ended.exit_code)
        # Nobody reports the processor time of a session.
        spent = math.inf if code == -signal.SIGXCPU else 0.0
        return judge(Report(code, spent, ended.short_of_memory, {}), self._caps)

    def _breach(self, end: End) -> SessionEnded:
        self._stop(end)
        return self._ended(self._end or end)

    def _ended(self, end: End) -> SessionEnded:
        return SessionEnded(end, self._errors.decode(errors="replace").strip())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _leave(engine: Engine, name: str, attached: Attached) -> None:
    attached.hang_up()
    try:
        engine.remove(name)
    except BackendMissing as exc:  # it was told to end, and the next use of the engine removes it
        _log.warning("%s", str(exc))


def _discard(engine: Engine, name: str, attached: Attached) -> None:
    _leave(engine, name, attached)
    attached.close()
    engine.close()
