"""The laws of factorials, binomial coefficients, rounding and remainders that normal forms use."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from lemmata.provers.answers.same.enclosure import NoValue, Unsettled, enclose
from lemmata.provers.answers.same.expression import App, Fn, Num
from lemmata.provers.answers.same.polynomial import UNIT, Ratio, whole

if TYPE_CHECKING:
    from lemmata.provers.answers.same.normal import Normalizer


_FACTORIAL_STEPS = 30
_LARGEST_EXACT = 3_000


def factorial(n: Normalizer, form: Ratio) -> Ratio:
    value = form.constant
    if value is not None:
        if value.denominator != 1 or value < 0:
            raise NoValue("the factorial of a number that isn't natural")
        if value > _LARGEST_EXACT:
            raise Unsettled("a factorial too large to compute")
        found = enclose(App(Fn.FACTORIAL, (Num(value),)), {}, 64)
        return whole(found)
    n.require("natural", form)
    rest, shift = n.halves(form)
    steps = int(shift.constant or 0)
    if abs(steps) > _FACTORIAL_STEPS:
        raise Unsettled("a factorial too far from its parts")
    made = Ratio(n.atoms.function(Fn.FACTORIAL, rest), UNIT)
    for k in range(1, steps + 1):
        made = made.times(rest.plus(whole(k)))
    for k in range(steps + 1, 1):
        made = made.times(rest.plus(whole(k)).inverse())
    return made


def binomial(n: Normalizer, top: Ratio, bottom: Ratio) -> Ratio:
    lower, upper = bottom.constant, top.constant
    if (
        lower is not None
        and lower.denominator == 1
        and 0 <= lower <= (_FACTORIAL_STEPS if upper is None else _LARGEST_EXACT)
    ):
        made = whole(1)
        for k in range(int(lower)):
            made = made.times(top.plus(whole(-k))).scaled(Fraction(1, k + 1))
        return made
    rest = top.plus(bottom.scaled(-1))
    return factorial(n, top).times(factorial(n, bottom).times(factorial(n, rest)).inverse())


def floor(n: Normalizer, form: Ratio) -> Ratio:
    if n.is_closed(form):
        return whole(n.whole_below(form))
    rest, shift = n.halves(form)
    return Ratio(n.atoms.function(Fn.FLOOR, rest), UNIT).plus(shift)


def ceiling(n: Normalizer, form: Ratio) -> Ratio:
    return floor(n, form.scaled(-1)).scaled(-1)


def whole_division(n: Normalizer, left: Ratio, right: Ratio) -> Ratio:
    return floor(n, n.divided(left, right))


def remainder(n: Normalizer, left: Ratio, right: Ratio) -> Ratio:
    return left.plus(right.times(whole_division(n, left, right)).scaled(-1))


def extreme(sign: int) -> Callable[[Normalizer, Ratio, Ratio], Ratio]:
    """min and max by |a - b|."""

    def apply(n: Normalizer, left: Ratio, right: Ratio) -> Ratio:
        if not n.atoms.difference(left, right):
            return left
        distance = n.absolute(left.plus(right.scaled(-1)))
        return left.plus(right).plus(distance.scaled(sign)).scaled(Fraction(1, 2))

    return apply


def truncated(n: Normalizer, left: Ratio, right: Ratio) -> Ratio:
    return extreme(1)(n, left.plus(right.scaled(-1)), whole(0))
