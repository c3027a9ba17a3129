"""Several solvers with different tactics on one script: the first answer that is confirmed wins, the rest are stopped.

    a tenth of a second for the member that is best on such scripts, alone
    then it goes on, and beside it the others, as many at once as there are processors, for longer and longer

The best member is never interrupted, so the portfolio loses next to nothing on it and gains where another is quicker.
"""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue

from lemmata.formats.smt_sorts import INT, REAL
from lemmata.formats.smt_terms import Apply, Quantified, Term, Use, subterms
from lemmata.formats.smtlib import Script
from lemmata.provers.base import Backends
from lemmata.provers.smt.solver import SolverAnswer, Status, Stop, installed, solve

_ALONE_S = 0.1
_FIRST_SHARE_S = 1.0
_GROWTH = 2.0
_NO_TEXT: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One way of asking.

    Args:
        name: for reports.
        solver: `z3`, `cvc5` or `bitwuzla`.
        check: the command that checks.
        seed: for the solver's random choices; 0: its own.
        options: of cvc5.
        within: if not 0, numbers are kept within -within … within; then only a model says anything.
    """

    name: str
    solver: str
    check: str = "(check-sat)"
    seed: int = 0
    options: Mapping[str, str] = field(default_factory=dict)
    within: int = 0


Z3 = Member(name="z3", solver="z3")
CVC5 = Member(name="cvc5", solver="cvc5")
BITWUZLA = Member(name="bitwuzla", solver="bitwuzla")
_SMALL = Member(name="z3-small", solver="z3", within=16)
_LARGER = Member(name="z3-within-1000", solver="z3", within=1000)
_NLSAT = Member(
    name="z3-nlsat",
    solver="z3",
    check="(check-sat-using (then simplify propagate-values solve-eqs qfnra-nlsat))",
)
_SEEDED = Member(name="z3-seed-7", solver="z3", seed=7)
_COVERINGS = Member(name="cvc5-coverings", solver="cvc5", options={"nl-cov": "true"})
_ENUMERATING = Member(name="cvc5-enumerating", solver="cvc5", options={"enum-inst": "true"})
_INDUCTIVE = Member(name="cvc5-induction", solver="cvc5", options={"quant-ind": "true", "conjecture-gen": "true"})


MEMBERS: Mapping[str, Member] = {
    m.name: m for m in (Z3, CVC5, BITWUZLA, _NLSAT, _SEEDED, _COVERINGS, _ENUMERATING, _INDUCTIVE)
}
"""Those whose `unsat` says something, by name."""


@dataclass(frozen=True, slots=True)
class Features:
    """What decides who is asked.

    Args:
        sorts: names of the sorts of all terms.
        quantified: whether there is a quantifier left.
        nonlinear: whether variables are multiplied or divided by each other.
        functions: whether functions or arrays are uninterpreted.
    """

    sorts: frozenset[str]
    quantified: bool
    nonlinear: bool
    functions: bool


def features_of(script: Script) -> Features:
    """Read off a prepared script."""
    terms = [t for a in script.assertions for t in subterms(a.term)]
    terms += [t for d in script.definitions for t in subterms(d.body)]
    declared = [s for d in script.declarations for s in (*d.parameters, d.result)]
    return Features(
        sorts=frozenset(s.name for s in (*declared, *(t.sort for t in terms))),
        quantified=any(isinstance(t, Quantified) for t in terms),
        nonlinear=any(map(_nonlinear, terms)),
        functions=any(d.parameters for d in script.declarations) or any(s.name == "Array" for s in declared),
    )


def _nonlinear(term: Term) -> bool:
    match term:
        case Apply("*" | "/" | "div" | "mod" as op, args):
            open_ = [not _constant(a) for a in args]
            return sum(open_) > 1 or (op != "*" and open_[-1])
    return False


def _constant(term: Term) -> bool:
    return not any(isinstance(t, Use) for t in subterms(term))


def members_for(script: Script) -> tuple[Member, ...]:
    """The members that are installed and understand the script, best first."""
    seen = features_of(script)
    numbers = bool(seen.sorts & {INT.name, REAL.name})
    bits = "BitVec" in seen.sorts
    if bits and not numbers and seen.sorts <= {"BitVec", "Bool", "Array"} and not seen.quantified:
        chosen: Sequence[Member] = (BITWUZLA, Z3, CVC5, _SEEDED)
    elif seen.quantified:
        chosen = (Z3, CVC5, _ENUMERATING, _SMALL, _INDUCTIVE, _SEEDED)
    elif seen.nonlinear and INT.name in seen.sorts:
        chosen = (Z3, CVC5, _SMALL, _LARGER, _SEEDED, _NLSAT)
    elif seen.nonlinear:
        chosen = (Z3, _NLSAT, CVC5, _COVERINGS, _SMALL, _SEEDED)
    else:
        chosen = (Z3, CVC5, _SEEDED)
    return tuple(m for m in chosen if installed(m.solver) and (numbers or not m.within))


def ask_member(
    text: str,
    member: Member,
    backends: Backends,
    *,
    wall_s: float,
    memory_mb: int = 2048,
    cores: bool = False,
    stop: Stop | None = None,
) -> SolverAnswer:
    """Put a script to a member, as `lemmata.provers.smt.solver.solve` does.

    Args:
        cores: ask for a core, where the member can name one.

    Raises:
        BackendMissing, ProtocolError: as `solve`.
    """
    return solve(
        text,
        backends,
        wall_s=wall_s,
        memory_mb=memory_mb,
        solver=member.solver,
        cores=cores and not member.within and member.check == "(check-sat)",
        check=member.check,
        seed=member.seed,
        options=member.options,
        stop=stop,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """How a race ended.

    Args:
        winner: the confirmed answer, if there is one.
        member: who gave it.
        told: the last answer of each member that was asked, by name.
    """

    winner: SolverAnswer | None = None
    member: Member | None = None
    told: Mapping[str, SolverAnswer] = field(default_factory=dict)


def race(
    write: Callable[[Member], str],
    members: Sequence[Member],
    backends: Backends,
    *,
    wall_s: float,
    confirmed: Callable[[Member, SolverAnswer], bool],
    memory_mb: int = 2048,
    at_once: int = 0,
) -> Race:
    """Ask the members until one gives an answer that is confirmed.

    Args:
        write: the script for a member, without its check.
        members: best first.
        backends: for the sandbox and the warm workers.
        wall_s: for all of them together.
        confirmed: whether an answer may win; called in this thread, only for SAT and UNSAT.
        memory_mb: for each.
        at_once: how many may run at the same time; 0: as many as there are processors.

    Raises:
        BackendMissing: no sandbox works here.
    """
    return _Racing(write, tuple(members), backends, time.monotonic() + wall_s, confirmed, memory_mb).run(
        at_once or max(1, len(os.sched_getaffinity(0)))
    )


@dataclass
class _Racing:
    write: Callable[[Member], str]
    members: tuple[Member, ...]
    backends: Backends
    deadline: float
    confirmed: Callable[[Member, SolverAnswer], bool]
    memory_mb: int

    def __post_init__(self) -> None:
        self.told: dict[str, SolverAnswer] = {}
        self.answers: SimpleQueue[tuple[Member, SolverAnswer | BaseException]] = SimpleQueue()
        self.stops: dict[str, Stop] = {}

    def run(self, at_once: int) -> Race:
        if not self.members:
            return Race()
        first, *others = self.members
        if self._takes(first, self._ask(first, _ALONE_S, None)):
            return self._won(first)
        waiting = self._turns(others)
        threads: list[threading.Thread] = []
        try:
            for member, share in itertools.chain([(first, self._left())], waiting):
                while len(self.stops) >= at_once:
                    if (winner := self._hear(self._left())) is not None or self._left() <= 0:
                        return self._won(winner)
                if self._left() <= 0 or not self._useful(member):
                    continue
                threads.append(self._start(member, min(share, self._left())))
            while self.stops and self._left() > 0:
                if (winner := self._hear(self._left())) is not None:
                    return self._won(winner)
            return self._won(None)
        finally:
            for stop in list(self.stops.values()):
                stop.stop()
            for thread in threads:
                thread.join()

    def _left(self) -> float:
        return self.deadline - time.monotonic()

    def _turns(self, others: Sequence[Member]) -> list[tuple[Member, float]]:
        """Who is asked beside the first one, and for how long; longer and longer until the time is over."""
        turns, share, total = list[tuple[Member, float]](), _FIRST_SHARE_S, 0.0
        while others and total < self._left():
            turns += [(member, share) for member in others]
            total += share * len(others)
            share *= _GROWTH
        return turns

    def _useful(self, member: Member) -> bool:
        """Whether asking it longer can help: it has not said that it can't tell, or given what was not confirmed."""
        told = self.told.get(member.name)
        return member.name not in self.stops and (told is None or told.status is Status.TIMEOUT)

    def _start(self, member: Member, share: float) -> threading.Thread:
        stop = Stop()
        self.stops[member.name] = stop

        def ask() -> None:
            try:
                self.answers.put((member, self._ask(member, share, stop)))
            except BaseException as exc:  # raised again by the thread that hears it
                self.answers.put((member, exc))

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        return thread

    def _ask(self, member: Member, wall_s: float, stop: Stop | None) -> SolverAnswer:
        wall_s = max(0.01, min(wall_s, self._left()))
        return ask_member(
            self.write(member), member, self.backends, wall_s=wall_s, memory_mb=self.memory_mb, cores=True, stop=stop
        )

    def _hear(self, wall_s: float) -> Member | None:
        """Wait for the next answer; its member if it wins."""
        try:
            member, told = self.answers.get(timeout=max(0.0, wall_s))
        except Empty:
            return None
        del self.stops[member.name]
        if isinstance(told, BaseException):
            raise told
        return member if self._takes(member, told) else None

    def _takes(self, member: Member, told: SolverAnswer) -> bool:
        self.told[member.name] = told
        decided = told.status is Status.SAT or (told.status is Status.UNSAT and not member.within)
        if decided and self.confirmed(member, told):
            return True
        if told.status is Status.UNSAT and member.within:  # nothing small; asking again says the same
            self.told[member.name] = replace(told, status=Status.UNKNOWN, reason="nothing within the bound")
        return False

    def _won(self, member: Member | None) -> Race:
        if member is None:
            return Race(told=self.told)
        return Race(winner=self.told[member.name], member=member, told=self.told)
