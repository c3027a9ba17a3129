"""Finitely many values among which a condition's solutions must be, read off its inequalities, divisibilities and
equations."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from lemmata.provers.terms import exact
from lemmata.provers.terms.bits import ArrayValue
from lemmata.provers.terms.exact import Exact, NotEvaluated
from lemmata.provers.terms.term import (
    WHOLE,
    App,
    Call,
    Every,
    InRange,
    Num,
    Op,
    Sort,
    Term,
    Truth,
    Var,
    free_variables,
    negated,
)

if TYPE_CHECKING:
    from lemmata.provers.terms.evaluate import Scalar, Value

_MOST = 200_000
_DIVIDED = 10**10
_Evaluate: TypeAlias = "Callable[[Term, Mapping[str, Value]], Value]"


@dataclass(frozen=True, slots=True)
class Span:
    """low ≤ value ≤ high (None: nothing known), and one of `items` where those are known."""

    low: int | None = None
    high: int | None = None
    items: frozenset[Scalar] | None = None

    def met(self, other: Span) -> Span:
        """What holds where both do."""
        items = self.items
        if other.items is not None:
            items = other.items if items is None or len(other.items) < len(items) else items
        return Span(_pick(max, self.low, other.low), _pick(min, self.high, other.high), items)

    def joined(self, other: Span) -> Span:
        """What holds where one of them does."""
        one, two = self.hull(), other.hull()
        low = None if one.low is None or two.low is None else min(one.low, two.low)
        high = None if one.high is None or two.high is None else max(one.high, two.high)
        both = self.items is not None and other.items is not None
        return Span(low, high, self.items | other.items if both else None)  # type: ignore[operator]

    def hull(self) -> Span:
        if self.items is None:
            return self
        if not self.items:
            return Span(1, 0, frozenset())
        floors = [exact.floor(v) for v in self.items]
        return Span(_pick(max, self.low, min(floors)), _pick(min, self.high, max(floors) + 1), self.items)


def _pick(choose: Callable[[int, int], int], one: int | None, other: int | None) -> int | None:
    return one if other is None else other if one is None else choose(one, other)


def finitely_many(
    var: Var, condition: Term, evaluate: _Evaluate, known: frozenset[str]
) -> list[int] | list[Scalar] | None:
    """Values among which are all of the variable for which the condition holds, or None where none are seen.

    Args:
        var: the variable.
        condition: which may have further variables.
        evaluate: the value of a term whose free variables are known, or are given.
        known: names with values.
    """
    found = _Search(var, evaluate, known).span(condition)
    if found.items is not None:
        if var.sort in WHOLE:
            whole = sorted({n for v in found.items for n in _whole_near(v)})
            return [n for n in whole if n >= 0 or var.sort is Sort.INT]
        if var.sort is Sort.RAT and any(isinstance(v, Exact) for v in found.items):
            raise NotEvaluated("whether an exact real number is rational")
        return _distinct(sorted(found.items))
    if var.sort not in WHOLE:
        return None
    low = max(0, found.low or 0) if var.sort is Sort.NAT else found.low
    if low is None or found.high is None:
        return None
    if found.high - low > _MOST:
        raise NotEvaluated("a set of too many members")
    return list(range(low, found.high + 1))


def _whole_near(value: Scalar) -> list[int]:
    """The whole number that a value is, if it may be one; an exact real number may be one without looking like it."""
    if isinstance(value, Exact):
        return [exact.floor(value), exact.floor(value) + 1]
    return [int(value)] if value == int(value) else []


def _distinct(ordered: list[Scalar]) -> list[Scalar]:
    """Without repetitions: one real number can be written in two ways."""
    kept: list[Scalar] = []
    for value in ordered:
        if not kept or kept[-1] != value:
            kept.append(value)
    return kept


def _factors(term: Term) -> list[Term]:
    """The factors of a product, products among them taken apart."""
    match term:
        case App(op=Op.MUL, args=args):
            return [f for a in args for f in _factors(a)]
        case _:
            return [term]


class _Search:
    def __init__(self, var: Var, evaluate: _Evaluate, known: frozenset[str]) -> None:
        self.var, self.evaluate, self.known = var, evaluate, known

    def closed(self, term: Term) -> Scalar | None:
        """The value of a term without unknown variables; None where it has others or none."""
        if not free_variables(term).keys() <= self.known:
            return None
        try:
            found = self.evaluate(term, {})
        except (NotEvaluated, ArithmeticError, KeyError):
            return None
        return None if isinstance(found, ArrayValue) else found

    def span(self, condition: Term) -> Span:
        match condition:
            case Truth(False):
                return Span(items=frozenset())
            case App(op=Op.AND, args=args):
                found = Span()
                for arg in args:
                    found = found.met(self.span(arg))
                return found
            case App(op=Op.OR, args=args):
                spans = [self.span(a) for a in args]
                whole = spans[0]
                for one in spans[1:]:
                    whole = whole.joined(one)
                return whole
            case App(op=Op.NOT, args=(inner,)):
                return self.negated(inner)
            case App(op=Op.IFF, args=(one, Truth(True))) | App(op=Op.IFF, args=(Truth(True), one)):
                return self.span(one)
            case Every(var, body, False) | InRange(var=var, body=body, holds_all=False):
                return self.exists(var, body)
            case App(op=Op.EQ | Op.LT | Op.LE as op, args=(left, right)):
                return self.related(op, left, right)
            case App(op=Op.DIVIDES, args=(left, right)) if left == self.var:
                return self.divisor(right)
            case Call("Nat.digits.mem", (Num(base), _, digit)) if digit == self.var and base > 1:
                return Span(0, int(base) - 1)
            case _:
                return Span()

    def negated(self, inner: Term) -> Span:
        match inner:
            case App(op=Op.OR, args=args):
                return self.span(App(Op.AND, tuple(negated(a) for a in args), Sort.BOOL))
            case App(op=Op.AND, args=args):
                return self.span(App(Op.OR, tuple(negated(a) for a in args), Sort.BOOL))
            case App(op=Op.IMPLIES, args=(given, goal)):
                return self.span(App(Op.AND, (given, negated(goal)), Sort.BOOL))
            case App(op=Op.LT, args=(left, right)):
                return self.related(Op.LE, right, left)
            case App(op=Op.LE, args=(left, right)):
                return self.related(Op.LT, right, left)
            case Every(var, body, True):
                return self.exists(var, negated(body))
            case _:
                return Span()

    def exists(self, var: Var, body: Term) -> Span:
        found = self.span(body)
        if found.items is not None or (found.low is not None and found.high is not None):
            return found
        image = self.image(var, body)
        return found if image is None else found.met(image)

    def image(self, var: Var, body: Term) -> Span | None:
        """The values that `v = e(x)` gives where x has finitely many."""
        values = finitely_many(var, body, self.evaluate, self.known)
        if values is None or len(values) > _MOST:
            return None
        found: Span | None = None
        for value in values:

            def evaluate(term: Term, more: Mapping[str, Value], value: Scalar = value) -> Value:
                return self.evaluate(term, {var.name: value, **more})

            one = _Search(self.var, evaluate, self.known | {var.name}).span(body)
            if one.items is None and (one.low is None or one.high is None):
                return None
            found = one if found is None else found.joined(one)
        return Span(items=frozenset()) if found is None else found

    def divisor(self, right: Term) -> Span:
        value = self.closed(right)
        if not isinstance(value, int) or not value:
            return Span()
        size = abs(value)
        if size > _DIVIDED:
            return Span(-size, size)
        small = [d for d in range(1, math.isqrt(size) + 1) if size % d == 0]
        return Span(items=frozenset(s for d in small for e in (d, size // d) for s in (e, -e)))

    def related(self, op: Op, left: Term, right: Term) -> Span:
        found = Span()
        upper, lower = self.closed(right), self.closed(left)
        if upper is not None and not isinstance(upper, bool):
            found = found.met(self.at_most(left, upper, equal=op is Op.EQ))
        if lower is not None and not isinstance(lower, bool):
            found = found.met(self.at_least(right, lower, equal=op is Op.EQ))
        return found

    def at_most(self, term: Term, value: Scalar, *, equal: bool) -> Span:
        return self.sided(term, value, equal=equal, above=False)

    def at_least(self, term: Term, value: Scalar, *, equal: bool) -> Span:
        return self.sided(term, value, equal=equal, above=True)

    def sided(self, term: Term, value: Scalar, *, equal: bool, above: bool) -> Span:
        """From term ≤ value, or ≥ where `above`, or = where `equal`."""
        if self.var.name not in free_variables(term):
            return Span()
        line = self.line(term)
        if line is not None:
            slope, offset = line
            if exact.sign(slope) == 0:
                return Span()
            place = (value - offset) * exact.inverse(slope)
            if equal:
                return Span(items=frozenset({place}))
            up = (exact.sign(slope) > 0) != above
            return Span(high=exact.floor(place)) if up else Span(low=-exact.floor(-place))
        match term:
            case App(op=Op.ABS, args=(inner,)) if equal or not above:
                return self.sided(inner, value, equal=False, above=False).met(
                    self.sided(inner, -value, equal=False, above=True)
                )
            case App(op=Op.MUL, sort=sort) if equal and value != 0 and sort in WHOLE and self.var in _factors(term):
                return self.divisor(Num(value, sort)) if isinstance(value, int) else Span()
        if equal or not above:
            high = self.highest(term, value)
            return Span(high=high)
        return Span()

    def line(self, term: Term) -> tuple[Scalar, Scalar] | None:
        """slope, offset of a term that is linear in the variable; its other variables are known."""
        if term == self.var:
            return 1, 0
        if self.var.name not in free_variables(term):
            value = self.closed(term)
            return None if value is None or isinstance(value, bool) else (0, value)
        match term:
            case App(op=Op.CAST | Op.NEG as op, args=(inner,)):
                found = self.line(inner)
                return found if found is None or op is Op.CAST else (-found[0], -found[1])
            case App(op=Op.ADD | Op.SUB as op, args=args):
                lines = [self.line(a) for a in args]
                if None in lines:
                    return None
                slope, offset = lines[0]  # type: ignore[misc]
                for one in lines[1:]:
                    assert one is not None
                    slope = slope + one[0] if op is Op.ADD else slope - one[0]
                    offset = offset + one[1] if op is Op.ADD else offset - one[1]
                return slope, offset
            case App(op=Op.MUL, args=(left, right)):
                one, other = self.line(left), self.line(right)
                if one is None or other is None:
                    return None
                if exact.sign(one[0]) == 0:
                    return one[1] * other[0], one[1] * other[1]
                return (one[0] * other[1], one[1] * other[1]) if exact.sign(other[0]) == 0 else None
            case App(op=Op.RATIO, args=(left, right)):
                one, other = self.line(left), self.line(right)
                if one is None or other is None or exact.sign(other[0]) != 0:
                    return None
                factor = exact.inverse(other[1])
                return one[0] * factor, one[1] * factor
            case _:
                return None

    def highest(self, term: Term, value: Scalar) -> int | None:
        """The largest natural number for which a term that grows with it is at most `value`."""
        if self.var.sort is not Sort.NAT or not self.grows(term):
            return None
        others = {n: 0 for n in free_variables(term) if n not in self.known and n != self.var.name}

        def above(x: int) -> bool:
            found = self.evaluate(term, {**others, self.var.name: x})
            assert not isinstance(found, ArrayValue)
            return found > value

        try:
            high = 1
            while not above(high):
                high *= 2
                if high > _MOST:
                    return None
            low = 0
            while low < high:
                middle = (low + high) // 2
                if above(middle):
                    high = middle
                else:
                    low = middle + 1
            return low
        except (NotEvaluated, ArithmeticError):
            return None

    def grows(self, term: Term) -> bool:
        """Whether the term does not fall where natural numbers in it grow, and is never negative."""
        names = free_variables(term).keys()
        if names <= self.known:
            value = self.closed(term)
            return value is not None and not isinstance(value, bool) and exact.sign(value) >= 0
        match term:
            case Var(sort=sort):
                return sort is Sort.NAT
            case App(op=Op.CAST | Op.ADD | Op.MUL | Op.MAX | Op.MIN, args=args):
                return all(self.grows(a) for a in args)
            case App(op=Op.POW, args=(base, exponent)):
                if free_variables(exponent).keys() <= self.known:
                    return self.grows(base)
                value = self.closed(base)
                return self.grows(exponent) and isinstance(value, int | Fraction) and value >= 1
            case App(op=Op.TOTAL_DIV | Op.TRUNCATED_SUB | Op.RATIO, args=(left, right)):
                return self.grows(left) and free_variables(right).keys() <= self.known and self.grows(right)
            case Call("Real.sqrt" | "Nat.sqrt" | "Nat.factorial", (inner,)):
                return self.grows(inner)
            case _:
                return False
