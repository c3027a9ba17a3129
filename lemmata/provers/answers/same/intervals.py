"""Sets of real numbers as unions of intervals with exact ends."""

from __future__ import annotations

import itertools
from functools import cmp_to_key

from lemmata.provers.answers.same.enclosure import Unsettled
from lemmata.provers.answers.same.expression import (
    INFINITY,
    Both,
    Condition,
    Either,
    Expr,
    Interval,
    Intervals,
    Not,
    Relation,
    Var,
    add,
    div,
    neg,
    num,
    sub,
    variables,
)
from lemmata.provers.answers.same.sameness import Different, Same, Sameness, Undecided, all_same
from lemmata.provers.answers.same.values import closed_sign, same_value, shown_number

_MINUS_INFINITY = neg(INFINITY)
_MOST = 100
_TURNED = {"<": ">", "≤": "≥", ">": "<", "≥": "≤", "=": "=", "≠": "≠"}
EVERYTHING = Interval(low=_MINUS_INFINITY, high=INFINITY, has_low=False, has_high=False)


def same_intervals(first: Intervals, second: Intervals) -> Sameness:
    """Whether two unions hold the same numbers."""
    if any(variables(e) for side in (first, second) for part in side.parts for e in (part.low, part.high)):
        return _same_by_parts(first, second)
    try:
        sides = [tidied(s.parts) for s in (first, second)]
        place = _differing(*sides)
    except Unsettled as exc:
        return Undecided(f"{exc} is not settled")
    if place is None:
        return Same("the same intervals, end by end")
    inside = "first" if _holds(sides[0], place) else "second"
    return Different(f"only the {inside} holds {_shown(place)}")


def _same_by_parts(first: Intervals, second: Intervals) -> Sameness:
    """With parameters in the ends the parts can't be put in order: only one by one."""
    if len(first.parts) != len(second.parts):
        return Undecided("unions of intervals with parameters in their ends")
    found: list[Sameness] = []
    for one, other in zip(first.parts, second.parts, strict=True):
        ends = [same_value(one.low, other.low), same_value(one.high, other.high)]
        agreed = (one.has_low, one.has_high) == (other.has_low, other.has_high)
        if all(isinstance(e, Same) for e in ends) and not agreed:
            found.append(Different("an end belongs to only one of them"))
        else:
            found += ends
    made = all_same(found)
    if isinstance(made, Different) and len(first.parts) > 1:
        return Undecided("unions of intervals with parameters in their ends")
    return made


def order(first: Expr, second: Expr) -> int:
    """-1, 0 or 1 as the first end is less than, equal to or greater than the second."""
    ranks = [{_MINUS_INFINITY: -1, INFINITY: 1}.get(e, 0) for e in (first, second)]
    if any(ranks):
        return (ranks[0] > ranks[1]) - (ranks[0] < ranks[1])
    return 0 if first == second else closed_sign(sub(first, second))


def tidied(parts: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """Without empty parts, in order, overlapping and touching ones joined.

    Raises:
        Unsettled: the order of two ends isn't settled.
    """
    if len(parts) > _MOST:
        raise Unsettled("a union of so many intervals")
    kept = [p for p in parts if not _is_empty(p)]
    kept.sort(key=cmp_to_key(lambda a, b: order(a.low, b.low) or b.has_low - a.has_low))
    made: list[Interval] = []
    for part in kept:
        last = made[-1] if made else None
        met = order(part.low, last.high) if last else 1
        if last is None or met > 0 or (met == 0 and not (part.has_low or last.has_high)):
            made.append(part)
            continue
        longer = order(part.high, last.high)
        made[-1] = Interval(
            low=last.low,
            high=part.high if longer > 0 else last.high,
            has_low=last.has_low,
            has_high=part.has_high if longer > 0 else last.has_high or (longer == 0 and part.has_high),
        )
    return tuple(made)


def _is_empty(part: Interval) -> bool:
    found = order(part.low, part.high)
    return found > 0 or (found == 0 and not (part.has_low and part.has_high))


def _differing(first: tuple[Interval, ...], second: tuple[Interval, ...]) -> Expr | None:
    """A number that only one of them holds."""
    ends = [e for p in (*first, *second) for e in (p.low, p.high) if e not in (INFINITY, _MINUS_INFINITY)]
    ends.sort(key=cmp_to_key(order))
    places = [sub(ends[0], num(1)), add(ends[-1], num(1))] if ends else [num(0)]
    places += ends
    places += [div(add(a, b), num(2)) for a, b in itertools.pairwise(ends)]
    return next((p for p in places if _holds(first, p) != _holds(second, p)), None)


def _holds(parts: tuple[Interval, ...], place: Expr) -> bool:
    for part in parts:
        low, high = order(part.low, place), order(place, part.high)
        if (low < 0 or (low == 0 and part.has_low)) and (high < 0 or (high == 0 and part.has_high)):
            return True
    return False


def _shown(place: Expr) -> str:
    return shown_number(place)


def solutions(condition: Condition, variable: str) -> tuple[Interval, ...]:
    """The real numbers for which a condition holds that compares the variable itself with numbers.

    Raises:
        Unsettled: it would have to be solved first: such an answer restates the problem.
    """
    match condition:
        case Relation(sign, left, right):
            return _compared(sign, left, right, variable)
        case Either(parts):
            return tidied(tuple(i for p in parts for i in solutions(p, variable)))
        case Both(parts):
            return _complement(tidied(tuple(i for p in parts for i in _complement(solutions(p, variable)))))
        case Not(inner):
            return _complement(tidied(solutions(inner, variable)))
    raise Unsettled("a condition on whole numbers among the reals")


def _compared(sign: str, left: Expr, right: Expr, variable: str) -> tuple[Interval, ...]:
    if right == Var(variable):
        sign, left, right = _TURNED[sign], right, left
    if left != Var(variable) or variable in variables(right):
        raise Unsettled("a condition that would have to be solved first")
    point = Interval(low=right, high=right, has_low=True, has_high=True)
    below = Interval(low=_MINUS_INFINITY, high=right, has_low=False, has_high=sign == "≤")
    above = Interval(low=right, high=INFINITY, has_low=sign == "≥", has_high=False)
    return {
        "=": (point,),
        "<": (below,),
        "≤": (below,),
        ">": (above,),
        "≥": (above,),
        "≠": (below, above),
    }[sign]


def _complement(parts: tuple[Interval, ...]) -> tuple[Interval, ...]:
    made, low, has_low = list[Interval](), _MINUS_INFINITY, False
    for part in parts:
        if part.low != _MINUS_INFINITY:
            made.append(Interval(low=low, high=part.low, has_low=has_low, has_high=not part.has_low))
        low, has_low = part.high, not part.has_high
    if low != INFINITY:
        made.append(Interval(low=low, high=INFINITY, has_low=has_low, has_high=False))
    return tuple(p for p in made if _is_single(p) or not _is_empty(p))


def _is_single(part: Interval) -> bool:
    return part.low == part.high and part.has_low and part.has_high
