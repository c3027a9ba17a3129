"""Lean processes that are kept warm: one that elaborates candidates, one that audits and never meets a candidate."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lemmata.errors import BackendMissing, ProtocolError
from lemmata.provers.base import Backends
from lemmata.provers.lean.toolchain import Toolchain, find_toolchain
from lemmata.sandbox.base import End, Sandbox, Session, SessionEnded
from lemmata.verdict import Reason

_MARK = b"\x1e"  # stands before every reply; JSON never holds it
_START_S = 120.0
_RECYCLED_MB = 1600  # of the embedded Lean's 2048
_STRAY_LINES = 1000
_REASONS = {End.WALL: Reason.TIMEOUT, End.MEMORY: Reason.MEMORY, End.OUTPUT: Reason.MEMORY, End.CPU: Reason.TIMEOUT}


class LeanFailed(Exception):
    """A request got no answer that can be used; `reason` is set where a limit was reached."""

    def __init__(self, text: str, reason: Reason | None) -> None:
        super().__init__(text)
        self.text = text
        self.reason = reason


class Worker:
    """One Lean process in the sandbox, started on first use and again after it ended; one request at a time."""

    def __init__(self, sandbox: Sandbox, toolchain: Toolchain) -> None:
        self._sandbox, self._toolchain = sandbox, toolchain
        self._session: Session | None = None
        self._greeted = False
        self._lock = threading.Lock()
        self.epoch = 0  # of the process: what one keeps, the next has never seen

    def start(self) -> None:
        """Start the process if there is none, without waiting for it."""
        with self._lock:
            self._open()

    def ask(self, op: str, fields: Mapping[str, Any], *, wall_s: float) -> Mapping[str, Any]:
        """Send a request and wait for its reply.

        Args:
            op: `prove`, `audit`, `inspect`.
            fields: as the driver (embedded/*.lean) reads them.
            wall_s: seconds on the clock, the process's own start not counted.

        Raises:
            LeanFailed: the process ran into a limit, ended, or answered something else; a new one will be started.
            BackendMissing: Lean does not start here.
        """
        name = secrets.token_hex(16)
        # ASCII only: the embedded Lean decodes its input in pieces and garbles a character that lies across two.
        line = json.dumps({**fields, "op": op, "id": name}).encode("ascii")
        with self._lock:
            session = self._ready()
            deadline = time.monotonic() + wall_s
            try:
                reply = _reply(session, session.ask(line, wall_s=wall_s), deadline)
            except SessionEnded as exc:
                self._discard()
                raise LeanFailed(_told(exc), _REASONS.get(exc.end)) from None
            if not isinstance(reply, dict) or reply.get("id") != name:
                self._discard()
                raise LeanFailed("Lean's process answered something that was not asked", None)
            if session.resident_mb() > _RECYCLED_MB and self._toolchain.kind == "embedded":
                self._discard()
            return reply

    def discard(self) -> None:
        """End the process; the next request gets a fresh one."""
        with self._lock:
            self._discard()

    def close(self) -> None:
        self.discard()

    def _open(self) -> Session:
        if self._session is None:
            self._session = self._sandbox.open(self._toolchain.command)
            self._greeted = False
            self.epoch += 1
        return self._session

    def _ready(self) -> Session:
        session = self._open()
        if not self._greeted:
            try:
                greeting = _reply(session, session.read(wall_s=_START_S), time.monotonic() + _START_S)
            except SessionEnded as exc:
                self._discard()
                raise BackendMissing(f"Lean does not start ({exc})", remedy="run `lemmata doctor`") from None
            if not isinstance(greeting, dict) or "ready" not in greeting:
                self._discard()
                raise ProtocolError("Lean's driver did not say that it is ready")
            self._greeted = True
        return session

    def _discard(self) -> None:
        if self._session is not None:
            self._session.close()
        self._session = None


def _reply(session: Session, line: bytes, deadline: float) -> Any:
    """The JSON of the first marked line; whatever else Lean prints is passed over."""
    for _ in range(_STRAY_LINES):
        if _MARK in line:
            try:
                return json.loads(line.rpartition(_MARK)[2])
            except (ValueError, RecursionError):
                return None
        line = session.read(wall_s=max(0.0, deadline - time.monotonic()))
    return None


def _told(exc: SessionEnded) -> str:
    match exc.end:
        case End.WALL | End.CPU:
            return "Lean took longer than its time limit"
        case End.MEMORY:
            return "Lean needed more memory than its limit"
        case End.OUTPUT:
            return "Lean's answer was too long"
        case _:
            return "Lean's process ended before it answered (a stack overflow, or a search without end)"


@dataclass(frozen=True, slots=True)
class Lean:
    """The Lean of a run: `elaborator` meets candidates, `auditor` never does."""

    toolchain: Toolchain
    elaborator: Worker
    auditor: Worker

    def close(self) -> None:
        self.elaborator.close()
        self.auditor.close()


def lean_of(backends: Backends) -> Lean:
    """The Lean of these back-ends, found once and kept warm.

    Raises:
        BackendMissing: there is none; says how to get one.
    """

    def make() -> Lean:
        toolchain = find_toolchain(backends.settings)
        sandbox = backends.sandbox()
        return Lean(toolchain, Worker(sandbox, toolchain), Worker(sandbox, toolchain))

    return backends.keep("lean", make)
