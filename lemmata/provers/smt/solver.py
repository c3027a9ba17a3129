"""Asking z3, cvc5 or bitwuzla, each in a process of its own in the sandbox; what they say is a claim, no finding yet.

A worker process is kept warm and answers one script after the other. One that does not answer in time, whatever the
solver's own timeout was meant to do, is killed, and the next script gets a fresh one.
"""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

from lemmata.errors import BackendMissing, ProtocolError
from lemmata.problem import Json
from lemmata.provers.base import Backends
from lemmata.provers.smt.values import decode_core, decode_model
from lemmata.sandbox.base import Caps, End, Session, SessionEnded
from lemmata.sandbox.languages.python import python_command

_WORKER = Path(__file__).with_name("worker.py")
_AT_ONCE = 2
_START_S = 20.0
_GRACE_S = 1.0
_LONGEST_S = 86400.0
_NO_OPTIONS: Mapping[str, str] = {}
CORES = frozenset({"z3", "cvc5"})
"""Solvers that name the members of an unsat core."""
CONFIRMERS = ("z3", "cvc5", "bitwuzla", "drup")
"""What can be asked to find again that there is no model; see `lemmata.config.Settings`."""
_REMEDIES = {
    "z3": "pip install z3-solver",
    "cvc5": "pip install 'lemmata[cvc5]'",
    "bitwuzla": "pip install 'lemmata[smt]'",
}


class Status(StrEnum):
    """What came of asking; only SAT and UNSAT say anything about the script."""

    SAT = "sat"
    UNSAT = "unsat"
    UNKNOWN = "unknown"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASHED = "crashed"  # the process ended, or the solver could not read the script; see the reason


@dataclass(frozen=True, slots=True, kw_only=True)
class SolverAnswer:
    """What a solver said.

    Args:
        status: see Status.
        text: the model as the solver printed it, definitions of predicates included, for SAT.
        model: name -> value as `lemmata.provers.smt.values` describes, for SAT; what has no finite value is left out.
        core: sorted names of the assertions of an unsat core, for UNSAT, where cores were asked for.
        reason: the solver's own words where it found nothing.
        solver: `z3`, `cvc5` or `bitwuzla`.
        version: its version.
    """

    status: Status
    text: str = ""
    model: Mapping[str, Json] = field(default_factory=dict)
    core: tuple[str, ...] = ()
    reason: str = ""
    solver: str
    version: str = ""


class Stop:
    """Ends questions that are being asked, from another thread; once ended they stay so."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stopped = False
        self._ends: dict[object, Callable[[], None]] = {}

    def stop(self) -> None:
        with self._lock:
            self._stopped = True
            ends = list(self._ends.values())
        for end in ends:
            end()

    @contextmanager
    def ending(self, end: Callable[[], None]) -> Iterator[None]:
        """While inside, `end` is what stops; called at once where it was stopped before."""
        key = object()
        with self._lock:
            self._ends[key] = end
            stopped = self._stopped
        if stopped:
            end()
        try:
            yield
        finally:
            with self._lock:
                del self._ends[key]


def solve(
    script: str,
    backends: Backends,
    *,
    wall_s: float,
    memory_mb: int = 2048,
    solver: str = "z3",
    cores: bool = False,
    check: str = "(check-sat)",
    seed: int = 0,
    options: Mapping[str, str] = _NO_OPTIONS,
    stop: Stop | None = None,
) -> SolverAnswer:
    """Ask whether the assertions of a script can all hold. Safe to call from several threads.

    Args:
        script: SMT-LIB text without check-sat.
        backends: for the sandbox and the warm workers.
        wall_s: seconds on the clock; the worker is killed soon after.
        memory_mb: mebibytes that the solver may use.
        solver: `z3`, `cvc5` or `bitwuzla`.
        cores: ask for an unsat core; its members are the assertions with a `:named` annotation.
        check: the command that checks, where it isn't the plain one: `(check-sat-using qfnra-nlsat)`.
        seed: for the solver's random choices; 0: its own.
        options: of cvc5, by name.
        stop: ends it from another thread; the answer is then UNKNOWN, and the worker stays warm.

    Raises:
        BackendMissing: that solver isn't installed, or no sandbox works here; says what to do.
        ProtocolError: the worker answered something that is no answer.
    """
    answer = ask_solver(
        script,
        backends,
        wall_s=wall_s,
        memory_mb=memory_mb,
        solver=solver,
        cores=cores,
        check=check,
        seed=seed,
        options=options,
        stop=stop,
    )
    if answer.status is Status.UNSAT and backends.settings.confirm in CONFIRMERS:
        from lemmata.provers.smt.confirm import confirmed

        return confirmed(answer, script, backends, wall_s=wall_s, memory_mb=memory_mb)
    return answer


def ask_solver(
    script: str,
    backends: Backends,
    *,
    wall_s: float,
    memory_mb: int,
    solver: str,
    cores: bool = False,
    check: str = "(check-sat)",
    seed: int = 0,
    options: Mapping[str, str] = _NO_OPTIONS,
    stop: Stop | None = None,
) -> SolverAnswer:
    """As `solve`, of that solver alone."""
    wanted_cores = cores and solver in CORES
    request = {"script": script, "cores": wanted_cores, "check": check, "seed": seed, "options": dict(options)}
    request |= {"fork": True} if stop is not None else {}
    told = _ask(request, backends, wall_s=min(wall_s, _LONGEST_S), memory_mb=memory_mb, solver=solver, stop=stop)
    return told if isinstance(told, SolverAnswer) else _read(told, solver)


def synthesize(script: str, backends: Backends, *, wall_s: float, memory_mb: int = 2048) -> SolverAnswer:
    """Give cvc5 a whole SyGuS-IF file; status UNKNOWN with cvc5's own text as the reason where it answered at all.

    Raises:
        BackendMissing, ProtocolError: as `solve`.
    """
    request = {"script": script, "cores": False, "check": "", "sygus": True}
    told = _ask(request, backends, wall_s=min(wall_s, _LONGEST_S), memory_mb=memory_mb, solver="cvc5")
    if isinstance(told, SolverAnswer):
        return told
    if told["refused"]:
        return _read(told, "cvc5")
    return SolverAnswer(status=Status.UNKNOWN, reason=told["status"], solver="cvc5", version=told["version"])


def installed(solver: str) -> bool:
    """Whether the Python package of that solver is there; nothing is imported."""
    return find_spec(solver) is not None


class Worker:
    """One solver process; opened when first asked, and again after it had to be killed."""

    def __init__(self, backends: Backends, solver: str, memory_mb: int) -> None:
        self._backends, self._solver, self._memory_mb = backends, solver, memory_mb
        self._session: Session | None = None
        self._version = ""
        self._ids = itertools.count(1)

    def ask(self, request: Mapping[str, Json], *, wall_s: float, stop: Stop | None = None) -> dict[str, str]:
        """The worker's answer to one request, `version` added.

        Raises:
            SessionEnded: it was killed at its limit or died; it starts afresh with the next request.
        """
        session = self._session if self._session is not None and self._session.alive else self._open()
        ident = next(self._ids)
        timeout_ms = max(1, int(wall_s * 1000))
        whole = {**request, "id": ident, "timeout_ms": timeout_ms, "memory_mb": self._memory_mb}
        try:
            with (stop or Stop()).ending(lambda: session.tell(json.dumps({"cancel": ident}).encode())):
                told = json.loads(session.ask(json.dumps(whole).encode(), wall_s=wall_s + _GRACE_S))
        except SessionEnded:
            self.close()
            raise
        except ValueError:
            told = None
        if not _is_answer(told, ident):
            self.close()
            raise ProtocolError(f"the {self._solver} worker answered out of turn; run it again")
        if session.resident_mb() > self._memory_mb // 2:
            self.close()
        return {**{k: told[k] for k in _KEYS}, "version": self._version}

    def _open(self) -> Session:
        self.close()
        command = python_command(
            _WORKER.read_text(encoding="utf-8"),
            argv=(self._solver,),
            packages=True,
            caps=Caps(wall_s=_START_S, memory_mb=self._memory_mb + 1024, output_kb=16384, processes=32),
        )
        session = self._backends.sandbox().open(command)
        try:
            self._version = str(json.loads(session.read(wall_s=_START_S))["version"])
        except (SessionEnded, ValueError, KeyError, TypeError) as exc:
            session.close()
            raise ProtocolError(f"the {self._solver} worker did not start ({exc}); reinstall {self._solver}") from exc
        self._session = session
        return session

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None


_KEYS = ("refused", "status", "model", "core", "reason")


def _is_answer(told: Json, ident: int) -> bool:
    return isinstance(told, dict) and told.get("id") == ident and all(isinstance(told.get(k), str) for k in _KEYS)


class Pool:
    """At most so many workers of one kind at once; the idle ones are kept warm."""

    def __init__(self, backends: Backends, solver: str, memory_mb: int) -> None:
        self._backends, self._solver, self._memory_mb = backends, solver, memory_mb
        self._places = threading.Semaphore(_AT_ONCE)
        self._idle: list[Worker] = []
        self._lock = threading.Lock()

    def ask(self, request: Mapping[str, Json], *, wall_s: float, stop: Stop | None) -> dict[str, str]:
        with self._places:
            with self._lock:
                idle = self._idle.pop() if self._idle else None
            worker = idle or Worker(self._backends, self._solver, self._memory_mb)
            try:
                return worker.ask(request, wall_s=wall_s, stop=stop)
            finally:
                with self._lock:
                    self._idle.append(worker)

    def close(self) -> None:
        with self._lock:
            for worker in self._idle:
                worker.close()


def _ask(
    request: Mapping[str, Json],
    backends: Backends,
    *,
    wall_s: float,
    memory_mb: int,
    solver: str,
    stop: Stop | None = None,
) -> dict[str, str] | SolverAnswer:
    if solver not in _REMEDIES or not installed(solver):
        raise BackendMissing(f"the solver {solver} is not installed", remedy=_REMEDIES.get(solver, "use z3"))
    pool: Pool = backends.keep(f"smt.{solver}.{memory_mb}", lambda: Pool(backends, solver, memory_mb))
    try:
        return pool.ask(request, wall_s=wall_s, stop=stop)
    except SessionEnded as exc:
        status = {End.WALL: Status.TIMEOUT, End.CPU: Status.TIMEOUT, End.MEMORY: Status.MEMORY}.get(exc.end)
        return SolverAnswer(status=status or Status.CRASHED, reason=f"the {solver} process ended", solver=solver)


def _read(told: Mapping[str, str], solver: str) -> SolverAnswer:
    version, words = told["version"], f"{told['refused']} {told['status']} {told['reason']}".strip()
    if told["refused"]:
        status = Status.MEMORY if _short_of_memory(words) else Status.CRASHED
        return SolverAnswer(status=status, reason=told["refused"], solver=solver, version=version)
    match told["status"]:
        case "sat":
            return SolverAnswer(
                status=Status.SAT,
                text=told["model"],
                model=decode_model(told["model"]),
                solver=solver,
                version=version,
            )
        case "unsat":
            return SolverAnswer(status=Status.UNSAT, core=decode_core(told["core"]), solver=solver, version=version)
    if _short_of_memory(words):
        status = Status.MEMORY
    elif any(word in words for word in ("timeout", "canceled", "resourcelimits", "interrupted", "cancelled")):
        status = Status.TIMEOUT
    else:
        status = Status.UNKNOWN if told["status"] == "unknown" else Status.CRASHED
    return SolverAnswer(status=status, reason=words, solver=solver, version=version)


def _short_of_memory(words: str) -> bool:
    return any(word in words for word in ("out of memory", "memout", "max. memory", "bad_alloc"))
