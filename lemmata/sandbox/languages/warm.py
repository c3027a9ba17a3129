"""A Python that is up already: it answers a small program in a few milliseconds, each in a process of its own."""

from __future__ import annotations

import json
import secrets
import signal
import threading
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lemmata.errors import BackendMissing, ProtocolError
from lemmata.sandbox.base import Caps, Command, End, Outcome, Sandbox, Session, SessionEnded
from lemmata.sandbox.languages.python import MAIN, python_command
from lemmata.sandbox.supervise import MEBIBYTE, check_command

_SERVER = Path(__file__).with_name("fork_server.py")
_NO_FILES: Mapping[str, bytes] = {}
_DEFAULT = Caps()
_START_S = 60.0
_GRACE_S = 3.0  # the server ends a program at its limit; only when it does not, the session ends
_CLEAN_S = 1.0
_OWN_MB = 512  # of the server itself; what it preloaded counts once more in each program
_OWN_FILES = 32
_OFTEN = 1000  # programs for one server


class WarmPython:
    """Runs Python programs one after the other, as `python_command` does, in processes forked from a warm interpreter.

    A program sees and leaves nothing of another one. Where the kernel has no Landlock (5.19 or newer has), or the
    back-end can't fork, each program has a sandbox of its own as ever.

    Args:
        sandbox: the back-end.
        packages: let programs import what is installed here.
        preload: modules that are imported before the first program comes.
        caps: limits of each program.
    """

    def __init__(
        self, sandbox: Sandbox, *, packages: bool = False, preload: Sequence[str] = (), caps: Caps = _DEFAULT
    ) -> None:
        self._sandbox, self._packages, self._preload, self._caps = sandbox, packages, tuple(preload), caps
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._served = 0
        self._warm = sandbox.native

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
        caps = self._caps if wall_s is None else replace(self._caps, wall_s=wall_s)
        command = python_command(
            code, files=files, argv=argv, stdin=stdin, collect=collect, caps=caps, packages=self._packages
        )
        check_command(replace(command, argv=("/proc/self/exe", *argv)))  # the program itself runs already
        fits = sum(map(len, command.files.values())) + len(stdin) <= caps.file_mb * MEBIBYTE
        with self._lock:
            session = self._ready() if fits else None
            if session is not None:
                return self._ask(session, command, argv)
        return self._sandbox.run(command)

    def close(self) -> None:
        """End the interpreter, and what runs in it; harmless when there is none. A next program starts a new one."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def _ready(self) -> Session | None:
        if self._session is not None and (self._served >= _OFTEN or not self._session.alive):
            self.close()
        if self._warm and self._session is None:
            self._session, self._served = self._open(), 0
        return self._session

    def _open(self) -> Session | None:
        caps = self._caps
        room = caps.file_mb * MEBIBYTE
        options = {"preload": self._preload, "limits": _limits(caps), "output": caps.output_kb * 1024, "room": room}
        own = replace(
            caps,
            cpu_s=None,
            memory_mb=caps.memory_mb + _OWN_MB,
            processes=caps.processes + 1,
            open_files=caps.open_files + _OWN_FILES,
            output_kb=(2 * caps.output_kb + caps.file_mb * 1024) * 4 // 3 + 64,  # base64
        )
        command = python_command(
            _SERVER.read_text("utf-8"), argv=(json.dumps(options),), packages=self._packages, caps=own
        )
        session = self._sandbox.open(command)
        try:
            self._warm = json.loads(session.read(wall_s=_START_S))["apart"] is True
        except (SessionEnded, ValueError, KeyError, TypeError) as exc:
            session.close()
            raise BackendMissing(
                f"a warm Python with {', '.join(self._preload) or 'nothing'} preloaded did not start ({exc})",
                remedy="preload only what is installed and starts no threads",
            ) from exc
        if self._warm:
            return session
        session.close()
        return None

    def _ask(self, session: Session, command: Command, argv: Sequence[str]) -> Outcome:
        ident, caps = secrets.token_hex(8), command.caps
        files = {name: _encode(content) for name, content in command.files.items()}
        request = {
            "id": ident,
            "code": files.pop(MAIN),
            "argv": list(argv),
            "stdin": _encode(command.stdin),
            "files": files,
            "collect": command.collect,
            "wall_s": caps.wall_s,
        }
        try:
            told = session.ask(json.dumps(request).encode(), wall_s=caps.wall_s + _GRACE_S)
        except SessionEnded as exc:
            self.close()
            if exc.end in (End.FINISHED, End.KILLED):  # by the program, which took the server with it
                return Outcome(end=End.KILLED, exit_code=-signal.SIGKILL, stdout=b"", stderr=b"")
            return Outcome(end=exc.end, exit_code=None, stdout=b"", stderr=b"")
        try:
            outcome = _decode(json.loads(told), ident)
        except (ValueError, KeyError, TypeError) as exc:
            self.close()
            raise ProtocolError(f"a warm Python answered out of turn ({exc}); run the program again") from exc
        self._served += 1
        try:
            clean = session.read(wall_s=_CLEAN_S) == b"clean"
        except SessionEnded:
            clean = False
        if not clean:
            self.close()
        return outcome

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _limits(caps: Caps) -> dict[str, tuple[int, int]]:
    """Those of a program that are narrower than the server's own."""
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
