"""Equations and inequalities as answers: the same when one is a multiple of the other."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from lemmata.provers.answers.same.enclosure import NoValue, Unsettled, Value, enclose
from lemmata.provers.answers.same.expression import Expr, Num, Relation, mul, neg, sub, variables
from lemmata.provers.answers.same.sameness import Different, Same, Sameness, Undecided
from lemmata.provers.answers.same.values import same_value

_PLACES = tuple(Fraction(f) for f in ("2", "3", "-1", "5", "7", "1/2", "11"))
_BITS = 64


def same_relation(first: Relation, second: Relation) -> Sameness:
    """Whether two relations hold at the same places."""
    signs, sides = zip(*(_one_sided(r) for r in (first, second)), strict=True)
    if signs[0] != signs[1]:
        return Undecided("relations of different kinds")
    free = sorted(variables(sides[0]) | variables(sides[1]))
    factor = _factor(sides[0], sides[1], free)
    if factor is not None and (signs[0] in "=≠" or factor > 0):
        found = same_value(sides[0], mul(Num(factor), sides[1]))
        if isinstance(found, Same):
            return Same(f"one is {factor} times the other")
    for one, other, which in ((*sides, "first"), (*reversed(sides), "second")):
        place = _only_here(one, other, free) if signs[0] == "=" else None
        if place is not None:
            shown = ", ".join(f"{k} = {v}" for k, v in place.items())
            return Different(f"where {shown} only the {which} holds")
    return Undecided("neither relation was shown to be a multiple of the other")


def _one_sided(relation: Relation) -> tuple[str, Expr]:
    """As sign and expression, e < 0."""
    difference = sub(relation.left, relation.right)
    if relation.sign in (">", "≥"):
        return {">": "<", "≥": "≤"}[relation.sign], neg(difference)
    return relation.sign, difference


def _factor(first: Expr, second: Expr, free: list[str]) -> Fraction | None:
    """How many times the second the first is, at some place."""
    for shift in range(len(_PLACES)):
        place = {name: _PLACES[(i * 2 + shift) % len(_PLACES)] for i, name in enumerate(free)}
        values = [_value(e, place) for e in (first, second)]
        if isinstance(values[0], Fraction) and isinstance(values[1], Fraction) and values[0] and values[1]:
            return values[0] / values[1]
    return None


def _only_here(first: Expr, second: Expr, free: list[str]) -> Mapping[str, Fraction] | None:
    """A rational place on the first, found where it is linear in a variable, that is not on the second."""
    for name in free:
        for shift in range(len(_PLACES)):
            place = {other: _PLACES[(i + shift) % len(_PLACES)] for i, other in enumerate(free)}
            at_0, at_1 = (_value(first, {**place, name: Fraction(k)}) for k in (0, 1))
            if not isinstance(at_0, Fraction) or not isinstance(at_1, Fraction) or at_0 == at_1:
                continue
            found = {**place, name: at_0 / (at_0 - at_1)}
            values = [_value(e, found) for e in (first, second)]
            if values[0] == 0 and isinstance(values[1], Fraction) and values[1] != 0:
                return found
    return None


def _value(expr: Expr, place: Mapping[str, Fraction]) -> Value | None:
    try:
        return enclose(expr, place, _BITS)
    except (NoValue, Unsettled):
        return None
