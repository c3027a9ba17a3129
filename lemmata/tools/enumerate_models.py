"""Has a solver list the solutions in a box too large to be looked at one by one, each confirmed by evaluation."""

from __future__ import annotations

import time

from lemmata.provers.answers.query import Query, make_query, resolved
from lemmata.provers.base import Backends
from lemmata.provers.smt.solver import SolverAnswer, Status, solve
from lemmata.provers.terms.evaluate import NotEvaluated, evaluate_predicate
from lemmata.provers.terms.predicate import Predicate
from lemmata.provers.terms.term import Op, Sort, Term, Var, apply, conjunction, disjunction, negated, number

_STEPS = 100_000

Point = tuple[int, ...]


def models_between(
    predicate: Predicate, inner: int, outer: int, backends: Backends, *, wall_s: float, most: int
) -> tuple[set[Point], bool]:
    """Solutions with some |unknown| > inner and all |unknown| ≤ outer, and whether these are all.

    Args:
        predicate: what they satisfy.
        inner: what is known already.
        outer: how far to look.
        backends: for the solver.
        wall_s: for all questions together.
        most: how many to ask for.
    """
    end = time.monotonic() + wall_s
    names = predicate.unknowns
    inside = [_within(n, outer) for n in names]
    new = negated(conjunction(*(_within(n, inner) for n in names)))
    query = resolved(make_query(names, *inside, new, predicate.solution()))
    found: set[Point] = set()
    for _ in range(2 * most):
        left = end - time.monotonic()
        if query is None:
            return found, True
        if left < 0.05 or len(found) >= most:
            return found, False
        told = solve(query.script(), backends, wall_s=left)
        point = _point(told, names)
        if point is None:
            return found, told.status is Status.UNSAT
        if _solves(predicate, point):
            found.add(point)
        query = Query(query.variables, (*query.conditions, _other_than(point, names)))
    return found, False


def find_model(predicate: Predicate, backends: Backends, *, wall_s: float) -> Point | None:
    """A solution that a solver finds anywhere and evaluation confirms."""
    query = resolved(make_query(predicate.unknowns, predicate.solution()))
    if query is None:
        return None
    point = _point(solve(query.script(), backends, wall_s=wall_s), predicate.unknowns)
    return point if point is not None and _solves(predicate, point) else None


def _within(name: str, bound: int) -> Term:
    var = Var(name, Sort.INT)
    return conjunction(apply(Op.LE, number(-bound), var), apply(Op.LE, var, number(bound)))


def _other_than(point: Point, names: tuple[str, ...]) -> Term:
    pairs = zip(names, point, strict=True)
    return disjunction(*(negated(apply(Op.EQ, Var(n, Sort.INT), number(v))) for n, v in pairs))


def _point(told: SolverAnswer, names: tuple[str, ...]) -> Point | None:
    if told.status is not Status.SAT or not set(names) <= set(told.model):
        return None
    try:
        return tuple(int(told.model[n]) for n in names)
    except (ValueError, TypeError):
        return None


def _solves(predicate: Predicate, point: Point) -> bool:
    try:
        return evaluate_predicate(predicate.term, dict(zip(predicate.unknowns, point, strict=True)), steps=_STEPS)
    except NotEvaluated:
        return False
