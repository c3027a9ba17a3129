"""Limits without isolation, for users who said that they want no sandbox."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from lemmata.errors import BackendMissing
from lemmata.sandbox.base import Cancellation, Command, Outcome, Piece, Probe, Session
from lemmata.sandbox.entrance import Entrance, rlimits
from lemmata.sandbox.languages.python import on_host
from lemmata.sandbox.scratch import remove, stored_bytes, unlinked_bytes
from lemmata.sandbox.session import LineSession, in_lasting_thread
from lemmata.sandbox.supervise import (
    BASE_ENV,
    BOX,
    MEBIBYTE,
    START_S,
    SYSTEM_PATH,
    await_gate,
    check_command,
    check_program,
    collect,
    reap,
    run_to_end,
    start,
)

_REMEDY = "apt-get install util-linux"
_BOX_IN_TEXT = re.compile(rf"(?<![\w/.-]){BOX}(?![\w.-])")


class _ProcessGroup:
    """A first process, its descendants, and the folder that they work in."""

    counted = True

    def __init__(self, process: subprocess.Popen[bytes], entrance: Entrance, folder: Path, *, keep: bool) -> None:
        self.process, self.entrance = process, entrance
        self._folder = folder
        self._keep = keep
        self._destroyed = False

    def members(self) -> Iterable[str]:
        found, todo = set(), [str(self.process.pid)]
        while todo:
            pid = todo.pop()
            if pid in found:
                continue
            found.add(pid)
            with suppress(OSError):
                for task in os.listdir(f"/proc/{pid}/task"):
                    todo += Path(f"/proc/{pid}/task/{task}/children").read_text().split()
        return [f"/proc/{pid}" for pid in found]

    def starved(self) -> bool:
        return False

    def stored_mb(self) -> int:
        return (stored_bytes(self._folder) + unlinked_bytes(self.members())) // MEBIBYTE

    def exit_code(self, returned: int) -> int:
        return returned

    def destroy(self) -> None:
        if self._destroyed:
            return
        self._destroyed = True
        doomed = self.members() if self.process.returncode is None else []
        deadline = time.monotonic() + START_S
        while doomed := [*doomed, *_of_session(self.process.pid)]:
            for member in doomed:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(int(os.path.basename(member)), signal.SIGKILL)
            reap(self.process)
            if time.monotonic() > deadline:
                break
            doomed = []
        self.entrance.close()
        if not self._keep:
            remove(self._folder)


class BareProcess:
    """Runs things as plain processes of the user. Limits, and nothing else, stand between them and the host."""

    name = "process"
    native = True

    def probe(self) -> Probe:
        """Whether limits can be set; that nothing is isolated is said here, too."""
        isolates = "nothing: limits only"
        if shutil.which("setpriv", path=SYSTEM_PATH) is None:
            return Probe(found=False, isolates=isolates, remedy=f"{_REMEDY} (no setpriv found)")
        return Probe(found=True, isolates=isolates)

    def run(
        self,
        command: Command,
        *,
        hear: Callable[[Piece], None] | None = None,
        cancellation: Cancellation | None = None,
    ) -> Outcome:
        """Run to the end or to the first limit; `/box` in arguments and environment stands for the scratch folder.

        Raises:
            BackendMissing: it could not be started, or limits can't be set.
        """
        command = on_host(command)
        group, folder = _enter(command, keep=True)
        try:
            outcome = run_to_end(group, command, hear=hear, cancellation=cancellation)
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
        command = on_host(command)
        group, _ = in_lasting_thread(lambda: _enter(command, keep=False))
        return LineSession(group, command.caps)


def _enter(command: Command, *, keep: bool) -> tuple[_ProcessGroup, Path]:
    check_command(command)
    check_program(command)
    setpriv = shutil.which("setpriv", path=SYSTEM_PATH)
    if setpriv is None:
        raise BackendMissing("no setpriv found, so processes could outlive us", remedy=_REMEDY)
    folder = Path(tempfile.mkdtemp(prefix="lemmata-"))
    try:
        box, temporary = folder / "box", folder / "tmp"
        box.mkdir()
        temporary.mkdir()
        for name, content in command.files.items():
            (box / name).parent.mkdir(parents=True, exist_ok=True)
            (box / name).write_bytes(content)
            (box / name).chmod(0o755)

        def rebase(text: str) -> str:
            return _BOX_IN_TEXT.sub(lambda _: str(box), text)

        env = {**BASE_ENV, "TMPDIR": str(temporary), **command.env}
        # RLIMIT_NPROC would count all other processes of the user, so their number is watched instead.
        entrance = Entrance(rlimits(command.caps, processes=None))
        argv = [setpriv, "--pdeathsig", "KILL", "--", *entrance.argv, *map(rebase, command.argv)]
        try:
            inside = {name: rebase(value) for name, value in env.items()}
            process = start(argv, env=inside, cwd=box, pass_fds=entrance.descriptors)
            await_gate(process, entrance, name="a process", remedy=_REMEDY)
        except BaseException:
            entrance.close()
            raise
    except BaseException:
        remove(folder)
        raise
    return _ProcessGroup(process, entrance, folder, keep=keep), folder


def _of_session(leader: int) -> list[str]:
    """Living processes that still belong to the session, whatever group they are in."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            state, _, _, session, *_ = Path(f"/proc/{name}/stat").read_bytes().rpartition(b")")[2].split()
            if int(session) == leader and state not in b"ZX":
                found.append(f"/proc/{name}")
    return found
