"""The contract of a sandbox: what to run, within which limits, and exactly what happened.

A back-end isolates what it runs from the host: no network, no files but the ones given, no way to outlive its limits.
A limit that can't be set makes it refuse; it never runs something with less isolation than it promises.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Protocol, Self


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
        argv: program and arguments; the program is an absolute path inside (`/usr` and `/lib*` are always there).
        files: path relative to `/box` -> content, written before the start.
        stdin: what the program reads; ignored by sessions.
        collect: paths relative to `/box` that are read back afterwards, if they exist and are plain files.
        visible: host folders or files that are visible read-only at the same path inside.
        env: the whole environment inside (PATH, HOME=/box, LANG and TMPDIR are added).
        caps: limits.
    """

    argv: tuple[str, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    stdin: bytes = b""
    collect: tuple[str, ...] = ()
    visible: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    caps: Caps = field(default_factory=Caps)


class End(StrEnum):
    """How a run ended."""

    FINISHED = "finished"  # by itself; see exit_code (negative: the signal that ended it)
    WALL = "wall"
    CPU = "cpu"
    MEMORY = "memory"
    OUTPUT = "output"
    PROCESSES = "processes"  # only where a back-end can't make the fork itself fail
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run gave.

    Args:
        end: how it ended.
        exit_code: None unless FINISHED.
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


class SessionEnded(Exception):
    """A session's process ended, or was ended, before it answered; `end` says why."""

    def __init__(self, end: End, text: str = "") -> None:
        super().__init__(text or f"the session ended: {end.value}")
        self.end = end


class Session(Protocol):
    """A process that answers requests, one line in, one line out, until it is closed."""

    def ask(self, line: bytes, *, wall_s: float) -> bytes:
        """Send one line (without its newline) and wait for the next line of output, without its newline.

        Raises:
            SessionEnded: no whole line came within wall_s (the process group is then killed) or the process ended.
        """

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
    """A back-end that runs things in isolation."""

    name: str

    def probe(self) -> Probe: ...

    def run(self, command: Command) -> Outcome:
        """Run to the end or to the first limit; the whole process group is gone afterwards."""

    def open(self, command: Command) -> Session:
        """Start a session; stdin is the requests."""
