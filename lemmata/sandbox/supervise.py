"""Run a process group within its limits, and say exactly how it ended. The back-ends share all of this.

A back-end starts a gate (see `lemmata.sandbox.gate`) in whatever isolation it has. The gate sets the limits on itself,
says that it stands, waits for our word and becomes the program; so nothing untrusted runs before we watch it, or after
we have died.
"""

from __future__ import annotations

import os
import re
import selectors
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import PurePosixPath
from typing import IO, Literal, Protocol

from lemmata.errors import BackendMissing, BadInput
from lemmata.sandbox.base import PYTHON, Cancellation, Caps, Command, End, Outcome, Piece
from lemmata.sandbox.entrance import StatusPipe

MEBIBYTE = 1 << 20
BOX = "/box"
BASE_ENV = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": BOX, "LANG": "C.UTF-8", "TMPDIR": "/tmp"}
SYSTEM_PATH = "/usr/bin:/bin"
START_S = 20.0  # the isolation stands after some 10 ms; far beyond that the machine is in trouble, not the program
TICK_S = 0.05

_CHUNK = 65536
STORED = 5  # scratch folder, temporary files and shared memory: 2 + 2 + 1 times the largest file
_RESIDENT = re.compile(rb"^Rss(?:Anon|Shmem):\s+(\d+) kB$", re.MULTILINE)
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Group(Protocol):
    """All processes of one run, in whatever way the back-end keeps them together."""

    process: subprocess.Popen[bytes]
    counted: bool  # whether too many members end the run, because a limit on forks can't be set

    @property
    def entrance(self) -> StatusPipe:
        """How it was begun."""

    def members(self) -> Iterable[str]:
        """Their folders in a /proc."""

    def starved(self) -> bool:
        """Whether the kernel has killed one of them for want of memory."""

    def stored_mb(self) -> int:
        """What its folders hold in MiB, as far as no limit of theirs holds it down."""

    def exit_code(self, returned: int) -> int:
        """The program's own exit code, from what the first process returned."""

    def destroy(self) -> None:
        """Kill all of them and come back when they are gone; harmless the second time."""


def check_command(command: Command) -> None:
    """Refuse what no back-end could do as it says.

    Raises:
        BadInput: an argument, a name or a path that can't be passed on.
    """
    place = "sandbox command"
    texts = (*command.argv, *command.env, *command.env.values(), *command.files, *command.collect, *command.visible)
    if not command.argv or not (command.argv[0].startswith("/") or command.argv[0] == PYTHON):
        raise BadInput(f"expected argv to begin with {PYTHON!r} or the absolute path of a program", place=place)
    if not command.caps.wall_s > 0:
        raise BadInput(f"expected wall_s above 0, got {command.caps.wall_s}", place=place)
    if any("\0" in text for text in texts):
        raise BadInput("expected no NUL in arguments, environment and paths", place=place)
    if any(not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) for name in command.env):
        raise BadInput("expected names of environment variables to be identifiers", place=place)
    for name in (*command.files, *command.collect):
        path = PurePosixPath(name)
        if path.is_absolute() or not path.parts or ".." in path.parts:
            raise BadInput(f"expected a path below {BOX}, got {name!r}", place=place)
    for name in command.visible:
        if not os.path.isabs(name) or os.path.normpath(name) in ("/", "/proc", "/dev", "/sys", BOX):
            raise BadInput(f"expected the absolute path of a folder or file of its own, got {name!r}", place=place)
        if not os.path.exists(name):
            raise BackendMissing(f"{name} is to be visible in the sandbox, but is not there")


def check_program(command: Command) -> None:
    """Refuse a program of the host that isn't there.

    Raises:
        BackendMissing: says where it was looked for.
    """
    program = os.path.normpath(command.argv[0])
    if not program.startswith(f"{BOX}/") and not os.access(program, os.X_OK):
        raise BackendMissing(f"no program {program}", remedy="install it, or correct its path")


def start(argv: list[str], **options: object) -> subprocess.Popen[bytes]:
    """Start a group's first process, in a session of its own, with three unblocking pipes.

    Raises:
        BackendMissing: the program can't be started.
    """
    try:
        process = subprocess.Popen(  # type: ignore[call-overload]
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            bufsize=0,
            **options,
        )
    except OSError as exc:
        raise BackendMissing(f"{argv[0]} did not start: {exc.strerror}", remedy="see `lemmata doctor`") from exc
    for pipe in (process.stdin, process.stdout, process.stderr):
        os.set_blocking(pipe.fileno(), False)
    return process  # type: ignore[no-any-return]


def await_gate(process: subprocess.Popen[bytes], entrance: StatusPipe, *, name: str, remedy: str) -> None:
    """Wait until the gate stands; nothing is left of the process if it does not.

    Raises:
        BackendMissing: it never did; with what it, or the isolation's own program, said.
    """
    assert process.stderr is not None
    try:
        said = entrance.await_standing(START_S)
        if not said:
            return
        reap(process)
        more = (read_now(process.stderr, _CHUNK) or b"").decode(errors="replace").strip()
    except BaseException:
        discard(process)
        raise
    discard(process)
    if said.startswith("setting the limit"):
        remedy = "raise the hard limits of your shell (`ulimit -Ha` shows them), or ask for less"
    raise BackendMissing(f"{name} did not start ({more or said})", remedy=remedy)


def discard(process: subprocess.Popen[bytes]) -> None:
    """Leave nothing of a start that failed."""
    reap(process)
    close_pipes(process)


def reap(process: subprocess.Popen[bytes]) -> None:
    """Kill the first process and its group, if they are still there, and take its exit code."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(START_S)


def read_now(pipe: IO[bytes], size: int) -> bytes | None:
    """What can be read without waiting: b"" at the end of the stream, None when there is nothing yet."""
    try:
        return os.read(pipe.fileno(), size)
    except BlockingIOError:
        return None


def resident_mb(members: Iterable[str]) -> int:
    """Resident memory of the processes in MiB, without the pages that still belong to a file."""
    total_kb = 0
    for member in members:
        text = _read_proc(f"{member}/status")
        total_kb += sum(int(kb) for kb in _RESIDENT.findall(text))
    return total_kb // 1024


def _threads(members: Iterable[str]) -> int:
    """Of all the processes together; each has at least one."""
    total = 0
    for member in members:
        with suppress(OSError):
            total += len(os.listdir(f"{member}/task"))
    return total


def _busiest_s(members: Iterable[str]) -> float:
    """Processor seconds of the process that has used most."""
    stats = (_read_proc(f"{member}/stat").rpartition(b")")[2].split() for member in members)
    return max((sum(map(int, fields[11:13])) for fields in stats), default=0) / _TICKS_PER_S


def _read_proc(path: str) -> bytes:
    try:
        with open(path, "rb") as text:
            return text.read()
    except OSError:  # the process ended meanwhile
        return b""


class Watch:
    """Looks at a group from time to time, and remembers what it needs to judge the end."""

    def __init__(self, group: Group, caps: Caps) -> None:
        self._group, self._caps = group, caps
        self._busiest_s = 0.0

    def find_breach(self) -> End | None:
        """The limit that the group as a whole is beyond now, if any."""
        caps = self._caps
        members = list(self._group.members())
        if caps.cpu_s is not None:
            self._busiest_s = max(self._busiest_s, _busiest_s(members))
        if resident_mb(members) > caps.memory_mb:
            return End.MEMORY
        if self._group.stored_mb() > STORED * caps.file_mb:
            return End.STORAGE
        return End.PROCESSES if self._group.counted and _threads(members) > caps.processes else None

    def judge(self, exit_code: int) -> End:
        """Whether the program ended by itself, by a signal, or by a signal that was the kernel's word on a limit."""
        if exit_code >= 0:
            return End.FINISHED
        # Several threads can use up the second half of a short allowance between two looks.
        spent = self._caps.cpu_s is not None and self._busiest_s >= self._caps.cpu_s / 2
        if spent and exit_code in (-signal.SIGXCPU, -signal.SIGKILL):
            return End.CPU
        return End.STORAGE if exit_code == -signal.SIGXFSZ else End.KILLED


class Stream:
    """What one output has given so far, up to a cap in bytes."""

    def __init__(
        self, name: Literal["stdout", "stderr"], pipe: IO[bytes] | None, cap: int, hear: Callable[[Piece], None] | None
    ) -> None:
        assert pipe is not None
        self.pipe = pipe
        self.cap = cap
        self._name, self._hear = name, hear
        self.kept = bytearray()
        self.open = True

    def take(self) -> bool:
        """Read what is there; False once it is more than may be kept."""
        while self.open and len(self.kept) <= self.cap:
            piece = read_now(self.pipe, _CHUNK)
            if piece is None:
                break
            self.open = piece != b""
            fresh = piece[: self.cap - len(self.kept)]
            self.kept += piece
            if fresh and self._hear is not None:
                self._hear(Piece(self._name, fresh))
        return len(self.kept) <= self.cap


def run_to_end(
    group: Group,
    command: Command,
    *,
    hear: Callable[[Piece], None] | None = None,
    cancellation: Cancellation | None = None,
) -> Outcome:
    """Open the gate, follow the program to its end or first limit, and leave nothing of its group.

    Args:
        group: its gate is ready.
        command: what the gate becomes.
        hear: called with output as it comes.
        cancellation: ends the run from outside.

    Returns:
        How it ended, without files.
    """
    process, began, watch = group.process, time.monotonic(), Watch(group, command.caps)
    cap = command.caps.output_kb * 1024
    streams = (Stream("stdout", process.stdout, cap, hear), Stream("stderr", process.stderr, cap, hear))
    exit_code = None
    deadline = began + command.caps.wall_s
    try:
        end = _follow(group, watch, command.stdin, streams, deadline=deadline, cancellation=cancellation)
        if end is None:
            exit_code = group.exit_code(process.wait())
            if fault := group.entrance.fault():
                raise BackendMissing(f"{command.argv[0]} failed to start: {fault}", remedy="correct argv")
            end = watch.judge(exit_code)
        if not end.limited and group.starved():
            end = End.MEMORY
        seconds = time.monotonic() - began
        group.destroy()
    except BaseException:
        group.destroy()
        close_pipes(process)
        raise
    kept = [stream.take() for stream in streams]  # what was written just before the end; both must be read
    if not end.limited and end is not End.CANCELLED and not all(kept):
        end = End.OUTPUT
    close_pipes(process)
    stdout, stderr = (bytes(stream.kept[:cap]) for stream in streams)
    exit_code = exit_code if end in (End.FINISHED, End.KILLED) else None
    return Outcome(end=end, exit_code=exit_code, stdout=stdout, stderr=stderr, wall_s=seconds)


def _follow(
    group: Group,
    watch: Watch,
    given: bytes,
    streams: tuple[Stream, ...],
    *,
    deadline: float,
    cancellation: Cancellation | None,
) -> End | None:
    """The limit that was reached or the word from outside; None when the program ended."""
    waiting = memoryview(b"\n" + given)  # the newline opens the gate
    stdin, exited = group.process.stdin, os.pidfd_open(group.process.pid)
    assert stdin is not None
    tick = time.monotonic() + TICK_S
    with selectors.DefaultSelector() as selector:
        try:
            selector.register(exited, selectors.EVENT_READ)
            selector.register(stdin, selectors.EVENT_WRITE)
            if cancellation is not None:
                selector.register(cancellation, selectors.EVENT_READ)
            for stream in streams:
                selector.register(stream.pipe, selectors.EVENT_READ, stream)
            while (now := time.monotonic()) < deadline:
                if now >= tick:
                    if breach := watch.find_breach():
                        return breach
                    tick = now + TICK_S
                for key, _ in selector.select(max(0.0, min(tick, deadline) - now)):
                    if key.fileobj is cancellation:
                        return End.CANCELLED
                    if key.fd == exited:
                        return None
                    if key.fileobj is stdin:
                        waiting = feed(stdin, waiting)
                        if not waiting:
                            selector.unregister(stdin)
                            stdin.close()
                    elif not key.data.take():
                        return End.OUTPUT
                    elif not key.data.open:
                        selector.unregister(key.fileobj)
            return End.WALL
        finally:
            os.close(exited)


def feed(stdin: IO[bytes], waiting: memoryview) -> memoryview:
    """Write what the program takes now, and give what is left; nothing is left when it has closed its end."""
    try:
        return waiting[os.write(stdin.fileno(), waiting[:_CHUNK]) :]
    except BlockingIOError:
        return waiting
    except BrokenPipeError:
        return waiting[:0]


def close_pipes(process: subprocess.Popen[bytes]) -> None:
    """Close our ends; harmless the second time."""
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def collect(box: int, names: Iterable[str], *, cap: int) -> dict[str, bytes]:
    """Read plain files below a folder whose contents nobody trusts; links are not followed.

    Args:
        box: descriptor of the folder; all programs that wrote there are gone.
        names: relative paths.
        cap: bytes; longer files are left out.
    """
    found = {}
    for name in names:
        try:
            content = _read_plain(box, PurePosixPath(name).parts, cap)
        except OSError:
            continue
        if content is not None:
            found[name] = content
    return found


def _read_plain(folder: int, parts: tuple[str, ...], cap: int) -> bytes | None:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    last = len(parts) == 1
    # Without O_NONBLOCK, opening a FIFO would wait for its writer.
    opened = os.open(parts[0], flags | (os.O_NONBLOCK if last else os.O_DIRECTORY), dir_fd=folder)
    try:
        if not last:
            return _read_plain(opened, parts[1:], cap)
        status = os.fstat(opened)
        if not stat.S_ISREG(status.st_mode) or status.st_size > cap:
            return None
        with open(opened, "rb", closefd=False) as text:
            return text.read(cap)
    finally:
        os.close(opened)
