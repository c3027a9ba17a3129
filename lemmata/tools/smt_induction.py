"""Offers inductions for claims: over which variable, from where, how deep, and which solvers refute all the queries."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

from lemmata.errors import BadInput
from lemmata.problem import Candidate, Problem
from lemmata.provers.base import Backends
from lemmata.provers.smt.induction import Induction, read_parts
from lemmata.provers.smt.portfolio import MEMBERS, ask_member
from lemmata.provers.smt.solver import Status, installed
from lemmata.provers.terms.term import WHOLE, Num, Sort, Term, walk
from lemmata.tools.base import Offer, Turn
from lemmata.verdict import Reason, Unknown

_NAME = "smt-induction"
_STARTS = 8
_DEPTHS = (1, 2, 3)
_LATEST = 12
_FIRST_S = 1.0
_GROWTH = 4.0
_AGREE_S = 5.0
_SOLVERS = ("z3", "cvc5", "z3-nlsat")


def propose(turn: Turn, backends: Backends) -> Offer:
    """The first induction all of whose queries a solver refutes; with another one that agrees, if there is one."""
    deadline = time.monotonic() + 0.9 * turn.limits.wall_s
    ways = list(find_inductions(turn.problem))
    share = _FIRST_S
    while ways and time.monotonic() < deadline:
        for way in ways:
            for solver in _SOLVERS:
                left = min(share, deadline - time.monotonic())
                if left > 0.05 and installed(MEMBERS[solver].solver) and _refutes(solver, way, backends, left):
                    return Offer(candidates=(_candidate(way, solver, backends, deadline),))
        share *= _GROWTH
    if not ways:
        return Offer()
    return Offer(finding=Unknown(Reason.INCOMPLETE, "no induction was found whose steps a solver could show"))


def find_inductions(problem: Problem) -> Iterator[Induction]:
    """Inductions whose queries can be put to a solver, the simplest first.

    Raises:
        BadInput: the claim can't be read.
    """
    variables, hypotheses, goal = read_parts(problem)
    for depth, variable in itertools.product(_DEPTHS, [v for v in variables if v.sort in WHOLE]):
        for start in _starts(hypotheses, variable.sort):
            way = Induction(
                variables=variables, hypotheses=hypotheses, goal=goal, variable=variable, start=start, depth=depth
            )
            try:
                list(way.scripts())
            except BadInput:
                continue
            yield way


def _starts(hypotheses: tuple[Term, ...], sort: Sort) -> list[int]:
    """Numerals of the hypotheses, where bounds may be, and small numbers."""
    named = {int(t.value) for h in hypotheses for t in walk(h) if isinstance(t, Num) and t.sort is sort}
    tried = dict.fromkeys([*sorted(n for n in named if abs(n) <= _LATEST), 0, 1, 2, 3, 4])
    return [s for s in tried if s >= 0 or sort is Sort.INT][:_STARTS]


def _refutes(solver: str, way: Induction, backends: Backends, wall_s: float) -> bool:
    """Whether a member of the portfolio finds no model of any query; the step, which is the hardest, comes first."""
    end = time.monotonic() + wall_s
    for text in reversed(list(way.scripts())):
        told = ask_member(text, MEMBERS[solver], backends, wall_s=max(0.05, end - time.monotonic()))
        if told.status is not Status.UNSAT:
            return False
    return True


def _candidate(way: Induction, solver: str, backends: Backends, deadline: float) -> Candidate:
    content = {"variable": way.variable.name, "start": way.start, "depth": way.depth, "solver": solver}
    for other in _SOLVERS:
        left = min(_AGREE_S, deadline - time.monotonic())
        same = MEMBERS[other].solver == MEMBERS[solver].solver
        if not same and left > 0.05 and installed(MEMBERS[other].solver) and _refutes(other, way, backends, left):
            return Candidate(form="smt-induction", content={**content, "agreed": other}, origin=_NAME)
    return Candidate(form="smt-induction", content=content, origin=_NAME)
