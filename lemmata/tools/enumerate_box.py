"""Looks at all tuples of a box, leaving out those that a condition on the first few unknowns excludes already."""

from __future__ import annotations

import time
from collections.abc import Iterator

from lemmata.provers.terms.evaluate import NotEvaluated, evaluate_predicate
from lemmata.provers.terms.predicate import Predicate
from lemmata.provers.terms.term import App, Op, Term, free_variables

_STEPS = 100_000

Point = tuple[int, ...]


class OutOfTime(Exception):
    """The box was not looked at to its end."""


def solutions_within(predicate: Predicate, window: int, deadline: float) -> Iterator[Point]:
    """The solutions with |unknown| ≤ window, in lexical order.

    A condition of a conjunction that fails, or has no value, for the unknowns that it mentions fails whatever the
    others are; one that can't be evaluated excludes nothing before the tuple is whole.

    Args:
        predicate: what they satisfy.
        window: half the width of the box.
        deadline: on the monotonic clock.

    Raises:
        OutOfTime: the deadline came first.
        NotEvaluated: the predicate can't be evaluated for some tuple.
    """
    names = predicate.unknowns
    early: list[list[Term]] = [[] for _ in names]
    for condition in _conditions(predicate.term):
        mentioned = [names.index(n) for n in free_variables(condition) if n in names]
        if mentioned and max(mentioned) + 1 < len(names):
            early[max(mentioned)].append(condition)

    def excluded(values: dict[str, int], place: int) -> bool:
        for condition in early[place]:
            try:
                if not evaluate_predicate(condition, values, steps=_STEPS):
                    return True
            except NotEvaluated:
                continue
        return False

    def extended(values: dict[str, int], place: int) -> Iterator[Point]:
        name = names[place]
        for value in range(-window, window + 1):
            if time.monotonic() > deadline:
                raise OutOfTime
            values[name] = value
            if place + 1 < len(names):
                if not excluded(values, place):
                    yield from extended(values, place + 1)
            elif evaluate_predicate(predicate.term, values, steps=_STEPS):
                yield tuple(values[n] for n in names)
        del values[name]

    yield from extended({}, 0)


def _conditions(term: Term) -> tuple[Term, ...]:
    """Those that all have to hold."""
    match term:
        case App(op=Op.AND, args=args):
            return tuple(c for a in args for c in _conditions(a))
    return (term,)
