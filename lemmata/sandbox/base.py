"""The contract of a sandbox: what to run, within which limits, and exactly what happened.

A back-end isolates what it runs from the host: no network, no files but the ones given, no way to outlive its limits.
A limit that can't be set makes it refuse; it never runs something with less isolation than it promises.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Literal, Protocol, Self

PYTHON = "python"  # as argv[0]: the Python of the sandbox, wherever a back-end keeps it


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """Limits of one run.

    Args:
        wall_s: seconds on the clock, for the whole run; in a session, for each request.
        cpu_s: processor seconds of each process; None: not limited (sessions).
        memory_mb: mebibytes; address space where that is possible, resident memory (watched) where `resident` is set.
        resident: limit resident memory by a watchdog instead of the address space (WebAssembly and sanitizers reserve
            far more than they use).
        processes: how many processes and threads may live at once.
        file_mb: size of the largest file written.
        output_kb: bytes kept of standard output and of standard error, each, in KiB; more of it ends the run.
        open_files: descriptors per process.
        stack_mb: stack of the main thread.
    """

    wall_s: float = 10.0
    cpu_s: int | None = None
    memory_mb: int = 1024
    resident: bool = False
    processes: int = 64
    file_mb: int = 64
    output_kb: int = 1024
    open_files: int = 256
    stack_mb: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to run. The working directory is a fresh, empty scratch folder `/box`.

    Args:
        argv: program and arguments; the program is an absolute path inside (`/usr` and `/lib*` are always there), or
            `PYTHON`.
        packages: whether that Python finds the packages installed here (numpy, sympy, z3) beside its standard library.
        files: path relative to `/box` -> content, written before the start.
        stdin: what the program reads; ignored by sessions.
        collect: paths relative to `/box` that are read back afterwards, if they exist and are plain files.
        visible: host folders or files that are visible read-only at the same path inside.
        env: the whole environment inside (PATH, HOME=/box, LANG and TMPDIR are added).
        network: let it reach the host's network; a back-end that can't give it refuses.
        caps: limits.
    """

    argv: tuple[str, ...]
    packages: bool = False
    files: Mapping[str, bytes] = field(default_factory=dict)
    stdin: bytes = b""
    collect: tuple[str, ...] = ()
    visible: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    network: bool = False
    caps: Caps = field(default_factory=Caps)


class End(StrEnum):
    """How a run ended. What could not be started at all is a `BackendMissing` with its remedy, not an end."""

    FINISHED = "finished"  # by itself; see exit_code
    KILLED = "killed"  # by a signal that no limit of ours explains; exit_code is minus its number
    WALL = "wall"
    CPU = "cpu"
    MEMORY = "memory"
    OUTPUT = "output"  # more than output_kb on standard output or standard error
    STORAGE = "storage"  # more in files than file_mb allows
    PROCESSES = "processes"  # only where a back-end can't make the fork itself fail
    CANCELLED = "cancelled"

    @property
    def limited(self) -> bool:
        """Whether a limit ended it."""
        return self not in (End.FINISHED, End.KILLED, End.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run gave.

    Args:
        end: how it ended.
        exit_code: None unless FINISHED (0 to 255) or KILLED (negative).
        stdout, stderr: as many bytes as the caps allow.
        files: of those asked for, the ones that exist.
        wall_s: seconds it took.
    """

    end: End
    exit_code: int | None
    stdout: bytes
    stderr: bytes
    files: Mapping[str, bytes] = field(default_factory=dict)
    wall_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Piece:
    """Some output, as soon as it came."""

    stream: Literal["stdout", "stderr"]
    data: bytes


class Cancellation:
    """Ends the runs it was given to, from any thread; once cancelled it stays so."""

    def __init__(self) -> None:
        self._event = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._cancelled = False

    def cancel(self) -> None:
        """End the runs; harmless the second time."""
        self._cancelled = True
        os.eventfd_write(self._event, 1)

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def fileno(self) -> int:
        """A descriptor that becomes readable when it is cancelled, for `select`."""
        return self._event

    def __del__(self) -> None:
        os.close(self._event)


class SessionEnded(Exception):
    """A session's process ended, or was ended, before it answered.

    Args:
        end: why.
        said: the last of what it wrote on standard error.
    """

    def __init__(self, end: End, said: str = "") -> None:
        super().__init__(f"the session ended: {end.value}" + (f" ({said})" if said else ""))
        self.end = end
        self.said = said


class Session(Protocol):
    """A process that answers requests, one line in, one line out, until it is closed."""

    def ask(self, line: bytes, *, wall_s: float) -> bytes:
        """Send one line (without its newline) and wait for the next line of output, without its newline.

        Raises:
            SessionEnded: no whole line came within wall_s (the process group is then killed) or the process ended.
        """

    def tell(self, line: bytes) -> None:
        """Send one line that has no answer of its own, also while another thread waits in `ask`; lost if it ended."""

    def read(self, *, wall_s: float) -> bytes:
        """Wait for one line of output that nothing was sent for (a greeting)."""

    @property
    def alive(self) -> bool: ...

    def resident_mb(self) -> int:
        """Resident memory of the process group now, in MiB; 0 once it ended."""

    def close(self) -> None:
        """Kill the whole process group; harmless when it is gone already."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Whether a back-end works here.

    Args:
        found: whether it can be used now; decided by really running something.
        version: of the program behind it.
        isolates: what it keeps apart, in words for people.
        remedy: how to make it work, where it does not.
    """

    found: bool
    version: str = ""
    isolates: str = ""
    remedy: str = ""


class Sandbox(Protocol):
    """A back-end that runs things in isolation.

    Attributes:
        name: as in the registry.
        native: whether it runs any program; False: `PYTHON` only.
    """

    name: str
    native: bool

    def probe(self) -> Probe: ...

    def run(
        self,
        command: Command,
        *,
        hear: Callable[[Piece], None] | None = None,
        cancellation: Cancellation | None = None,
    ) -> Outcome:
        """Run to the end or to the first limit; the whole process group is gone afterwards.

        Args:
            command: what to run.
            hear: called with each piece of output as it comes, in this thread; what it raises ends the run.
            cancellation: ends the run from outside.

        Raises:
            BackendMissing: it failed to start, or a limit can't be set; says how to make it work.
            BadInput: the command can't mean anything here.
        """

    def open(self, command: Command) -> Session:
        """Start a session; stdin is the requests."""
