"""Lean processes that are kept warm: one that elaborates candidates, one that audits and never meets a candidate."""

from __future__ import annotations

import json
import logging
import os
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lemmata.config import Settings
from lemmata.errors import BackendMissing, ProtocolError
from lemmata.provers.base import Backends
from lemmata.provers.lean.answers import Answers
from lemmata.provers.lean.cache import FOLDER, Remembering, ReplyCache
from lemmata.provers.lean.failure import Cause, LeanFailed, cause_of
from lemmata.provers.lean.lending import Lending
from lemmata.provers.lean.toolchain import Toolchain, find_toolchain
from lemmata.sandbox.base import End, Sandbox, Session, SessionEnded

__all__ = ["Answers", "Cause", "Lean", "LeanFailed", "Worker", "lean_of", "leans_of"]

_log = logging.getLogger(__name__)
_MARK = b"\x1e"  # stands before every reply; JSON never holds it
START_S = 120.0
_SHORTEST_S = 0.05  # what is left of a request's time is worth a second try
_RECYCLED_AT = 0.85  # of the memory cap; the embedded Lean never gives memory back
_RECYCLED_AFTER = 2000  # requests
_STRAY_LINES = 1000
_PAIR_MB = 4096  # of the machine, for a pair of processes
_MOST_PAIRS = 16
# Besides memory, an earlier request can have left a reply too many behind in its process, or a thread that ends it.
_INHERITED = frozenset({Cause.KILLED, Cause.PROTOCOL, Cause.CRASHED})


class Worker:
    """One Lean process in the sandbox, started on first use and again after it ended; one request at a time.

    Once a request has ended a process, it is likely that another will: from then on the next process gets ready beside
    the one that answers.
    """

    def __init__(self, sandbox: Sandbox, toolchain: Toolchain) -> None:
        self._sandbox, self._toolchain = sandbox, toolchain
        self._session: Session | None = None
        self._spare: Session | None = None
        self._lost = self._greeted = False
        self.epoch = 0  # of the process: what one keeps, the next has never seen
        self._answered = self._resident_mb = 0  # of this process
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start the process if there is none, without waiting for it."""
        with self._lock:
            self._open()

    def ask(self, op: str, fields: Mapping[str, Any], *, wall_s: float) -> Mapping[str, Any]:
        """Send a request and wait for its reply.

        A failure that may be the doing of an earlier request, or of somebody outside, costs this one nothing but time:
        it is asked once more, of a fresh process.

        Args:
            op: `prove`, `audit`, `inspect`.
            fields: as the driver (embedded/*.lean) reads them.
            wall_s: seconds on the clock, the process's own start not counted.

        Raises:
            LeanFailed: the process ran into a limit, ended, or answered something else; a new one will be started.
            BackendMissing: Lean does not start here.
        """
        left = wall_s
        with self._lock:
            for last in (False, True):
                session = self._ready()
                inherited, began = self._inherited(), time.monotonic()
                try:
                    reply = self._exchange(session, op, fields, left)
                    left -= time.monotonic() - began
                    answered_by = self.epoch
                    self._keep_or_recycle(session)
                    return {**reply, "spent_s": wall_s - left, "epoch": answered_by}
                except LeanFailed as exc:
                    self._discard()
                    self._lost = True
                    left -= time.monotonic() - began
                    if last or left < _SHORTEST_S or exc.cause not in inherited:
                        raise
        raise AssertionError("the second try returns or raises")

    @property
    def busy(self) -> bool:
        """Whether a request is under way, or a process is being started."""
        return self._lock.locked()

    def resident_mb(self) -> int:
        """Memory that its processes hold now, in MiB; 0: there is none."""
        return sum(session.resident_mb() for session in (self._session, self._spare) if session is not None)

    def discard(self) -> None:
        """End the process; the next request gets a fresh one."""
        with self._lock:
            self._discard()

    def close(self) -> None:
        """End its processes."""
        with self._lock:
            self._discard()
            if self._spare is not None:
                self._spare.close()
            self._spare, self._lost = None, False

    def _inherited(self) -> frozenset[Cause]:
        """What a request may die of in this process although it is not at fault."""
        if self._answered == 0:
            return frozenset({Cause.KILLED})
        crowded = self._resident_mb > self._toolchain.command.caps.memory_mb / 2
        return _INHERITED | {Cause.MEMORY} if crowded else _INHERITED

    def _exchange(self, session: Session, op: str, fields: Mapping[str, Any], wall_s: float) -> Mapping[str, Any]:
        name = secrets.token_hex(16)
        # ASCII only: the embedded Lean decodes its input in pieces and garbles a character that lies across two.
        line = json.dumps({**fields, "op": op, "id": name}).encode("ascii")
        deadline = time.monotonic() + wall_s
        try:
            reply = _reply(session, session.ask(line, wall_s=wall_s), deadline)
        except SessionEnded as exc:
            cause = cause_of(exc)
            _log.info("Lean's process ended: %s (%s)", cause, exc.said[-200:])
            raise LeanFailed(cause) from None
        if not isinstance(reply, dict) or reply.get("id") != name:
            raise LeanFailed(Cause.PROTOCOL)
        return reply

    def _keep_or_recycle(self, session: Session) -> None:
        """Throw a process away that has grown or answered too much; its successor gets ready meanwhile."""
        self._answered += 1
        self._resident_mb = session.resident_mb()
        if (
            self._resident_mb > _RECYCLED_AT * self._toolchain.command.caps.memory_mb
            or self._answered >= _RECYCLED_AFTER
        ):
            self._discard()
            self._open()
        elif self._lost and (self._spare is None or not self._spare.alive):
            self._spare = self._sandbox.open(self._toolchain.command)

    def _open(self) -> Session:
        if self._session is not None and not self._session.alive:  # it was ended between two requests
            self._discard()
        if self._session is None:
            spare, self._spare = self._spare, None
            if spare is None or not spare.alive:
                spare = self._sandbox.open(self._toolchain.command)
            self._session = spare
            self._greeted, self._answered, self._resident_mb = False, 0, 0
            self.epoch += 1
        return self._session

    def _ready(self) -> Session:
        """The process, once it has said that it is ready; one that is killed meanwhile gets a successor."""
        for last in (False, True):
            session = self._open()
            if self._greeted:
                break
            try:
                greeting = _reply(session, session.read(wall_s=START_S), time.monotonic() + START_S)
            except SessionEnded as exc:
                self._discard()
                if last or exc.end is not End.KILLED:
                    raise BackendMissing(f"Lean does not start ({exc})", remedy="run `lemmata doctor`") from None
                continue
            if not isinstance(greeting, dict) or "ready" not in greeting:
                self._discard()
                raise ProtocolError("Lean's driver did not say that it is ready")
            self._greeted = True
            break
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


@dataclass(frozen=True, slots=True)
class Lean:
    """The Lean of a run.

    Args:
        toolchain: which Lean.
        elaborator: meets candidates.
        auditor: never meets one; its word alone decides.
        hinter: what a search asks in place of the elaborator; None: nothing.
    """

    toolchain: Toolchain
    elaborator: Answers
    auditor: Worker
    hinter: Answers | None = None

    @property
    def searcher(self) -> Answers:
        """Whom a search asks whether a body elaborates; no verdict rests on the answer."""
        return self.hinter or self.elaborator

    @property
    def busy(self) -> bool:
        """Whether either of them is."""
        return self.elaborator.busy or self.auditor.busy

    def close(self) -> None:
        self.elaborator.close()
        self.auditor.close()


def lean_of(backends: Backends) -> Lean:
    """The Lean of these back-ends, kept warm: where several threads ask at the same time, each gets a pair of its own.

    Raises:
        BackendMissing: there is none; says how to get one.
    """
    return leans_of(backends).near()


def leans_of(backends: Backends) -> Lending[Lean]:
    """All pairs of processes of these back-ends, found once and started when they are needed.

    Raises:
        BackendMissing: there is no Lean; says how to get one.
    """

    def make() -> Lending[Lean]:
        settings, sandbox = backends.settings, backends.sandbox()
        toolchain = find_toolchain(settings)

        def pair() -> Lean:
            elaborator = _elaborator(settings, sandbox, toolchain)
            return Lean(toolchain, elaborator, Worker(sandbox, toolchain), _hinter(settings, elaborator, toolchain))

        return Lending(pair, settings.lean_workers or pairs_that_fit())

    return backends.keep("lean", make)


def _elaborator(settings: Settings, sandbox: Sandbox, toolchain: Toolchain) -> Answers:
    if settings.lean_ray:
        from lemmata.provers.lean.ray_worker import RayWorker  # its processes are workers like ours

        return RayWorker(settings, toolchain)
    return Worker(sandbox, toolchain)


def _hinter(settings: Settings, elaborator: Answers, toolchain: Toolchain) -> Answers | None:
    if settings.lean_server:
        from lemmata.provers.lean.kimina import Kimina  # brings a web client, which few runs need

        return Kimina(settings.lean_server, key=settings.lean_server_key)
    if settings.lean_cache_mb:
        replies = ReplyCache(settings.home / FOLDER, max_mb=settings.lean_cache_mb)
        return Remembering(elaborator, replies, toolchain)
    return None


def pairs_that_fit() -> int:
    """How many pairs of processes this machine has processors and memory for; at least one."""
    processors = len(os.sched_getaffinity(0))
    memory_mb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20
    return max(1, min(processors, memory_mb // _PAIR_MB, _MOST_PAIRS))
