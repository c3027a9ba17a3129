"""Bounded model checking: unroll the loops of a C program 1, 2, 4, 8 … times and let a solver look for violations."""

from __future__ import annotations

import time
from collections.abc import Sequence

from lemmata.problem import Candidate, Json, Program
from lemmata.provers.base import Backends
from lemmata.provers.bmc.conditions import Logic, NotFinite, read_values, write
from lemmata.provers.bmc.inputs import Inputs, encode_inputs
from lemmata.provers.bmc.lower import load_system
from lemmata.provers.bmc.source import Unsupported
from lemmata.provers.bmc.symbolic import Execution, Unrolled
from lemmata.provers.bmc.terms import FALSE, TooLarge
from lemmata.provers.smt.solver import SolverAnswer, Status, solve
from lemmata.tools.base import Offer, Turn
from lemmata.verdict import Reason, Unknown

_FIRST_SHARE = 0.35
_QUERY_S = 10.0
_LARGEST = 1 << 14
_FIRST_LARGEST = 32
_QUICK_S = 2.0


def propose(turn: Turn, backends: Backends) -> Offer:
    """Offer a violating trace, or the largest bound without one."""
    if not isinstance(turn.problem, Program) or turn.problem.language != "c":
        return Offer()
    memory = turn.memory if isinstance(turn.memory, dict) else {"bound": 1, "stuck": 0}
    share = _FIRST_SHARE if turn.memory is None else 0.8
    try:
        return _Search(turn, backends, time.monotonic() + share * turn.limits.wall_s).go(memory)
    except Unsupported as exc:
        return Offer(finding=Unknown(Reason.UNSUPPORTED, str(exc)))


class _Search:
    def __init__(self, turn: Turn, backends: Backends, ends: float) -> None:
        assert isinstance(turn.problem, Program)
        self.problem, self.backends, self.ends = turn.problem, backends, ends
        self.system = load_system(turn.problem, backends)

    def go(self, memory: dict[str, Json]) -> Offer:
        """Try larger and larger bounds until something is found or time is up."""
        bound, stuck, safe = memory["bound"], memory["stuck"], None
        quick = bound == 1 and not stuck
        while bound <= (_FIRST_LARGEST if quick else _LARGEST):
            execution, started = Unrolled(self.system, bound=bound), time.monotonic()
            try:
                execution.run()
            except (TooLarge, RecursionError):
                return _offer(safe, done=True)
            told, logic = self._ask(execution, [o.violated for o in execution.obligations])
            if told is None or told.status not in (Status.SAT, Status.UNSAT):
                again = {"bound": bound, "stuck": stuck + 1}
                return _offer(safe, memory=again, done=stuck >= 2)
            if told.status is Status.SAT:
                inputs = inputs_of(execution, told)
                return _offer(Candidate(form="trace", content={"inputs": encode_inputs(inputs)}), done=True)
            if not quick and time.monotonic() - started < _QUICK_S:
                safe = _bounded(bound, logic, complete=False)
            going_on, _ = self._ask(execution, execution.unknown)
            if going_on is not None and going_on.status is Status.UNSAT:
                return _offer(_bounded(bound, logic, complete=True), done=True)
            bound *= 2
            if time.monotonic() > self.ends:
                break
        return _offer(safe, memory={"bound": bound, "stuck": 0}, done=bound > _LARGEST)

    def _ask(self, execution: Execution, parts: Sequence[int]) -> tuple[SolverAnswer | None, Logic]:
        first: Logic = "bitvectors" if prefers_bits(execution) else "integers"
        second: Logic = "integers" if first == "bitvectors" else "bitvectors"
        told = None
        for logic in (first, second):
            left = min(_QUERY_S, self.ends - time.monotonic())
            if left <= 0:
                break
            told = ask(execution, parts, logic, self.backends, wall_s=max(0.3, left if logic == second else left / 2))
            if told is not None and told.status in (Status.SAT, Status.UNSAT):
                return told, logic
        return told, first


def _bounded(bound: int, logic: Logic, *, complete: bool) -> Candidate:
    return Candidate(form="bounded", content={"bound": bound, "complete": complete, "logic": logic})


def _offer(candidate: Candidate | None, *, memory: Json = None, done: bool) -> Offer:
    return Offer(candidates=(candidate,) if candidate is not None else (), memory=memory, done=done)


def ask(
    execution: Execution, parts: Sequence[int], logic: Logic, backends: Backends, *, wall_s: float
) -> SolverAnswer | None:
    """Whether one of the terms can be true; None where they can't be written that way."""
    whole = execution.terms.any_(parts)
    if whole == FALSE:
        return SolverAnswer(status=Status.UNSAT, solver="z3")
    try:
        script = write(execution.terms, [*execution.constraints, whole], logic)
    except NotFinite:
        return None
    return solve(script, backends, wall_s=wall_s)


def prefers_bits(execution: Execution) -> bool:
    """Whether the terms multiply, divide or mix bits in ways that linear arithmetic can't follow."""
    terms = execution.terms
    for node in terms.nodes:
        match node:
            case ("&" | "|" | "^" | "<<" | ">>", *_):
                return True
            case ("*" | "tdiv" | "trem", int(a), int(b)) if terms.constant(b) is None and terms.constant(a) is None:
                return True
    return False


def inputs_of(execution: Execution, told: SolverAnswer) -> Inputs:
    """The inputs that are read on the path a solver's model takes."""
    values = read_values(execution.terms, told.model)
    taken = execution.terms.evaluate([guard for _, guard in execution.reads], values)
    head = [values.get(name, _default(execution, name)) for name, guard in execution.reads if taken[guard]]
    while head and head[-1] == 0:
        head.pop()
    return Inputs(head=tuple(head))


def _default(execution: Execution, name: str) -> int:
    for node, (low, high) in zip(execution.terms.nodes, execution.terms.bounds, strict=True):
        if node == ("var", name):
            return max(low or 0, min(0, high or 0))
    return 0


def find_inputs(execution: Execution, goals: Sequence[int], backends: Backends, *, wall_s: float) -> Inputs | None:
    """Inputs with which one of the goals is reached; None where none are found."""
    for logic in ("integers", "bitvectors"):
        told = ask(execution, goals, logic, backends, wall_s=wall_s)
        if told is not None and told.status is Status.SAT:
            return inputs_of(execution, told)
    return None
