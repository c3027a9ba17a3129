"""Programs that start in a few milliseconds, because the sandbox they run in stands already; each in its own process.

One session holds a server that forks for every request; see `fork_server.py`. Nothing of one request is left when the
next one begins: no process, file, limit or setting; where something is, the session is replaced.
"""

from __future__ import annotations

import json
import secrets
import signal
import threading
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lemmata.errors import BackendMissing, BadInput, ProtocolError
from lemmata.sandbox.base import PYTHON, Caps, Command, End, Outcome, Sandbox, Session, SessionEnded
from lemmata.sandbox.languages.python import python_command
from lemmata.sandbox.supervise import MEBIBYTE, check_command, check_program

_SERVER = Path(__file__).with_name("fork_server.py")
_NO_FILES: Mapping[str, bytes] = {}
_DEFAULT = Caps()
_START_S = 60.0
_GRACE_S = 3.0  # the server ends a process at its limit; only when it does not, the session ends
_CLEAN_S = 1.0
_OWN_MB = 512  # of the server itself; what it preloaded counts once more in each process
_OWN_FILES = 32
_OFTEN = 1000  # requests for one server


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recipe:
    """What a server is started with, the same for all its requests."""

    caps: Caps
    packages: bool = False
    preload: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    program: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    visible: tuple[str, ...] = ()

    def command(self) -> Command:
        caps, room = self.caps, self.caps.file_mb * MEBIBYTE
        options = {
            "preload": self.preload,
            "limits": _limits(caps),
            "output": caps.output_kb * 1024,
            "room": room,
            "given": list(self.files),
            "program": self.program,
            "env": dict(self.env),
        }
        own = replace(
            caps,
            cpu_s=None,
            memory_mb=caps.memory_mb + _OWN_MB,
            processes=caps.processes + 1,
            open_files=caps.open_files + _OWN_FILES,
            output_kb=(2 * caps.output_kb + caps.file_mb * 1024) * 4 // 3 + 64,  # base64
        )
        command = python_command(
            _SERVER.read_text("utf-8"),
            files={f"given/{name}": content for name, content in self.files.items()},
            argv=(json.dumps(options, ensure_ascii=False),),
            caps=own,
            packages=self.packages,
        )
        return replace(command, visible=self.visible)


class _Forks:
    """A session of the server, opened when it is needed."""

    def __init__(self, sandbox: Sandbox, recipe: _Recipe) -> None:
        self._sandbox, self._recipe = sandbox, recipe
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._served = 0
        self._warm = sandbox.native

    def close(self) -> None:
        """End the session, and what runs in it; harmless when there is none. A next request starts a new one."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def _run(self, command: Command, *, own: Mapping[str, bytes], argv: Sequence[str]) -> Outcome:
        """Run a command in the session or, where that is not possible, in a sandbox of its own.

        Args:
            command: as a whole.
            own: those of its files that the server does not have.
            argv: those of its arguments that the server does not have.
        """
        size = sum(map(len, command.files.values())) + len(command.stdin)
        with self._lock:
            session = self._ready() if size <= command.caps.file_mb * MEBIBYTE else None
            if session is not None:
                return self._ask(session, command, own, argv)
        return self._sandbox.run(command)

    def _ready(self) -> Session | None:
        if self._session is not None and not (self._served < _OFTEN and self._is_clean(self._session)):
            self.close()
        if self._warm and self._session is None:
            self._session, self._served = self._open(), 0
        return self._session

    def _is_clean(self, session: Session) -> bool:
        """Whether nothing of the last request is left, which the server says a little after its answer."""
        try:
            return session.alive and (self._served == 0 or session.read(wall_s=_CLEAN_S) == b"clean")
        except SessionEnded:
            return False

    def _open(self) -> Session | None:
        session = self._sandbox.open(self._recipe.command())
        try:
            self._warm = json.loads(session.read(wall_s=_START_S))["apart"] is True
        except (SessionEnded, ValueError, KeyError, TypeError) as exc:
            session.close()
            preloaded = ", ".join(self._recipe.preload) or "nothing"
            raise BackendMissing(
                f"a warm sandbox with {preloaded} preloaded did not start ({exc})",
                remedy="preload only what is installed and starts no threads",
            ) from exc
        if self._warm:
            return session
        session.close()
        return None

    def _ask(self, session: Session, command: Command, own: Mapping[str, bytes], argv: Sequence[str]) -> Outcome:
        ident, wall_s = secrets.token_hex(8), command.caps.wall_s
        request = {
            "id": ident,
            "argv": list(argv),
            "stdin": _encode(command.stdin),
            "files": {name: _encode(content) for name, content in own.items()},
            "collect": command.collect,
            "wall_s": wall_s,
        }
        try:
            told = session.ask(json.dumps(request).encode(), wall_s=wall_s + _GRACE_S)
        except SessionEnded as exc:
            self.close()
            if exc.end in (End.FINISHED, End.KILLED):  # by the program, which took the server with it
                return Outcome(end=End.KILLED, exit_code=-signal.SIGKILL, stdout=b"", stderr=b"")
            return Outcome(end=exc.end, exit_code=None, stdout=b"", stderr=b"")
        try:
            outcome = _decode(json.loads(told), ident)
        except (ValueError, KeyError, TypeError) as exc:
            self.close()
            raise ProtocolError(f"a warm sandbox answered out of turn ({exc}); run the program again") from exc
        self._served += 1
        return outcome

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class WarmPython(_Forks):
    """Runs Python programs one after the other, as `python_command` does, in processes forked from a warm interpreter.

    Where the kernel has no Landlock (5.19 or newer has), or the back-end can't fork, each program has a sandbox of its
    own as ever: without Landlock, a program could get at the server through other processes of the same user.

    Args:
        sandbox: the back-end.
        packages: let programs import what is installed here.
        preload: modules that are imported before the first program comes.
        caps: limits of each program.
    """

    def __init__(
        self, sandbox: Sandbox, *, packages: bool = False, preload: Sequence[str] = (), caps: Caps = _DEFAULT
    ) -> None:
        super().__init__(sandbox, _Recipe(caps=caps, packages=packages, preload=tuple(preload)))

    def run(
        self,
        code: str,
        *,
        files: Mapping[str, bytes] = _NO_FILES,
        argv: Sequence[str] = (),
        stdin: bytes = b"",
        collect: Sequence[str] = (),
        wall_s: float | None = None,
    ) -> Outcome:
        """Run one program to its end or first limit.

        Args:
            code, files, argv, stdin, collect: as for `python_command`; no more than `file_mb` is collected in all.
            wall_s: instead of the one in the caps.

        Raises:
            BackendMissing: it could not be started, or a preloaded module is not there.
            BadInput: a path that is not below the scratch folder.
        """
        caps = self._recipe.caps if wall_s is None else replace(self._recipe.caps, wall_s=wall_s)
        command = python_command(
            code, files=files, argv=argv, stdin=stdin, collect=collect, caps=caps, packages=self._recipe.packages
        )
        check_command(command)
        return self._run(command, own=command.files, argv=argv)


class FuzzTarget(_Forks):
    """One command, run on many inputs as fast as processes can be made, each run as alone as in `Sandbox.run`.

    Args:
        sandbox: the back-end.
        command: what to run; its files are there anew for every input, its caps hold for each. Not for `PYTHON`.
        input_file: where each input is put; empty: it is given as standard input.
    """

    def __init__(self, sandbox: Sandbox, command: Command, *, input_file: str = "") -> None:
        if command.argv[:1] == (PYTHON,) or command.network:
            raise BadInput("expected a program without network; for Python there is WarmPython", place="fuzz target")
        check_command(replace(command, files={**command.files, input_file or "input": b""}))
        check_program(command)
        recipe = _Recipe(
            caps=command.caps,
            files=command.files,
            program=command.argv,
            env=command.env,
            visible=command.visible,
        )
        super().__init__(sandbox, recipe)
        self._command, self._input_file = command, input_file

    def run(self, data: bytes) -> Outcome:
        """What the command does with one input.

        Raises:
            BackendMissing: it could not be started.
        """
        own = {self._input_file: data} if self._input_file else {}
        command = replace(
            self._command,
            files={**self._command.files, **own},
            stdin=self._command.stdin if self._input_file else data,
        )
        return self._run(command, own=own, argv=())


def _limits(caps: Caps) -> dict[str, tuple[int, int]]:
    """Those of a process that are narrower than the server's own."""
    limits = {"NOFILE": (caps.open_files, caps.open_files)}
    if not caps.resident:
        limits["AS"] = (caps.memory_mb * MEBIBYTE, caps.memory_mb * MEBIBYTE)
    if caps.cpu_s is not None:
        limits["CPU"] = (caps.cpu_s, caps.cpu_s + 1)
    return limits


def _encode(content: bytes) -> str:
    return b64encode(content).decode("ascii")


def _decode(told: Any, ident: str) -> Outcome:
    if told["id"] != ident:
        raise ValueError(f"expected the answer {ident}, got {told['id']!r}")
    return Outcome(
        end=End(told["end"]),
        exit_code=told["exit_code"],
        stdout=b64decode(told["stdout"]),
        stderr=b64decode(told["stderr"]),
        files={name: b64decode(content) for name, content in told["files"].items()},
        wall_s=float(told["wall_s"]),
    )
