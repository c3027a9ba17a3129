"""Normal forms of functions of a whole number m ≥ 0: sums of R(m)·bᵐ·(a₁m)!^e₁·(a₂m)!^e₂·… with rational functions R.

Two such sums whose difference has no summand left are equal wherever both are defined. Numbers are exact; whatever does
not fit raises `Outside`, and then nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from typing import TypeAlias

from lemmata.provers.closed.numbers import (
    ONE,
    Coefficients,
    Outside,
    Surd,
    in_steps,
    plus,
    scaled,
    times,
    trimmed,
    whole,
)

Key: TypeAlias = tuple[Surd, tuple[tuple[int, int], ...]]
"""The base b of a power bᵐ, and pairs (a, e) for factors (a·m)! to the power e, a ≥ 1 and e ≠ 0."""
Quotient: TypeAlias = tuple[Coefficients, Coefficients]
"""Numerator and denominator; both not zero."""

_SUMMANDS = 64
_LARGEST_SHIFT = 64
_LARGEST_ROOT = 100_000
_PLAIN: Key = (ONE, ())
_UNIT: Coefficients = (ONE,)


@dataclass(frozen=True, slots=True)
class Sum:
    """A function of m ≥ 0, defined for all of them."""

    parts: Mapping[Key, Quotient]

    def __add__(self, other: Sum) -> Sum:
        made = dict(self.parts)
        for key, quotient in other.parts.items():
            total = _added(made[key], quotient) if key in made else quotient
            if total[0]:
                made[key] = total
            else:
                del made[key]
        return _checked(made)

    def __neg__(self) -> Sum:
        return Sum({k: (scaled(above, whole(-1)), below) for k, (above, below) in self.parts.items()})

    def __sub__(self, other: Sum) -> Sum:
        return self + -other

    def __mul__(self, other: Sum) -> Sum:
        made = Sum({})
        for (base, facts), (above, below) in self.parts.items():
            for (other_base, other_facts), (other_above, other_below) in other.parts.items():
                key = (base * other_base, _merged(facts, other_facts))
                made = made + Sum({key: (times(above, other_above), times(below, other_below))})
        return made

    def inverse(self) -> Sum:
        """1 divided by it; it must be a single summand that is never 0."""
        if len(self.parts) != 1:
            raise Outside("a division by a sum, or by zero")
        (((base, facts), (above, below)),) = self.parts.items()
        if not never_zero(above):
            raise Outside("a division by what may be zero")
        return Sum({(base.inverse(), tuple((a, -e) for a, e in facts)): (below, above)})

    def power(self, exponent: int) -> Sum:
        base = self.inverse() if exponent < 0 else self
        made = constant(1)
        for _ in range(abs(exponent)):
            made = made * base
        return made

    @property
    def zero(self) -> bool:
        return not self.parts

    def polynomial(self) -> Coefficients:
        """The coefficients, where it is a polynomial.

        Raises:
            Outside: it is none, or not seen to be one.
        """
        if self.zero:
            return ()
        if set(self.parts) != {_PLAIN}:
            raise Outside("an exponential or factorial where a polynomial is needed")
        above, below = self.parts[_PLAIN]
        if len(below) != 1:
            raise Outside("a fraction where a polynomial is needed")
        return scaled(above, below[0].inverse())

    def linear(self) -> tuple[int, int]:
        """Factor and constant, both whole numbers, of what is linear in m."""
        found = self.polynomial()
        values = [c.a for c in found]
        if len(found) > 2 or not all(c.rational and c.a.denominator == 1 for c in found):
            raise Outside("an exponent, argument of a factorial or number of rounds that is not linear")
        shift, factor = (*values, *[Fraction(0)] * 2)[:2]
        return int(factor), int(shift)


def constant(value: int | Fraction | Surd) -> Sum:
    surd = value if isinstance(value, Surd) else whole(value)
    return Sum({_PLAIN: ((surd,), _UNIT)} if surd != whole(0) else {})


def linear(factor: int, shift: int) -> Sum:
    """factor·m + shift."""
    above = trimmed([whole(shift), whole(factor)])
    return Sum({_PLAIN: (above, _UNIT)} if above else {})


def exponential(base: Surd, exponent: Sum) -> Sum:
    """A number to a power that is linear in m."""
    factor, shift = exponent.linear()
    if base == whole(0):
        raise Outside("a power of 0")
    return Sum({(base.power(factor), ()): ((base.power(shift),), _UNIT)})


def factorial(argument: Sum) -> Sum:
    """(a·m + c)! for a ≥ 0; the argument must never be negative."""
    factor, shift = argument.linear()
    if factor < 0 or shift < 0 or shift > _LARGEST_SHIFT * max(1, factor):
        raise Outside("the factorial of what may be negative, or is far away")
    made = constant(1)
    for i in range(1, shift + 1):
        made = made * linear(factor, i)
    return made if factor == 0 else made * Sum({(ONE, ((factor, 1),)): (_UNIT, _UNIT)})


def _merged(one: tuple[tuple[int, int], ...], other: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    exponents = dict(one)
    for a, e in other:
        exponents[a] = exponents.get(a, 0) + e
    return tuple(sorted((a, e) for a, e in exponents.items() if e))


def _added(one: Quotient, other: Quotient) -> Quotient:
    if one[1] == other[1]:
        return plus(one[0], other[0]), one[1]
    return plus(times(one[0], other[1]), times(other[0], one[1])), times(one[1], other[1])


def _checked(parts: dict[Key, Quotient]) -> Sum:
    if len(parts) > _SUMMANDS:
        raise Outside("a sum of too many summands")
    return Sum(parts)


def never_zero(one: Coefficients) -> bool:
    """Whether a polynomial is seen to have no root among 0, 1, 2, …"""
    if len(one) <= 1:
        return len(one) == 1
    if not all(c.rational for c in one):
        return False
    values = [c.a for c in one]
    lead = abs(values[-1])
    bound = 1 + max((abs(v) / lead for v in values[:-1]), default=Fraction(0))  # Cauchy's
    if bound > _LARGEST_ROOT:
        return all(v >= 0 for v in values) and values[0] > 0
    return all(_at(values, x) for x in range(int(bound) + 1))


def _at(values: list[Fraction], x: int) -> Fraction:
    total = Fraction(0)
    for value in reversed(values):
        total = total * x + value
    return total


def sign(one: Sum) -> int | None:
    """1, 0 or -1 where the values for all m ≥ 0 are seen to have that sign; else None."""
    if one.zero:
        return 0
    for side in (1, -1):
        signed = one if side == 1 else -one
        if _never_negative(signed) and _first(signed) > 0:
            return side
    return None


def never_negative(one: Sum) -> bool:
    """Whether no value for m ≥ 0 is seen to be negative; False says nothing."""
    return one.zero or _never_negative(one)


def _never_negative(one: Sum) -> bool:
    """Bases of at least 1 and coefficients of at least 0."""
    for (base, _), (above, below) in one.parts.items():
        if not base.rational or base.a < 1:
            return False
        if not all(c.rational and c.a >= 0 for c in (*above, *below)):
            return False
    return True


def _first(one: Sum) -> Fraction:
    """The value at m = 0 of a sum of rational numbers."""
    total = Fraction(0)
    for above, below in one.parts.values():
        total += above[0].a / below[0].a
    return total


def remainder(one: Sum, divisor: int) -> int:
    """The remainder that all values leave; they must be whole numbers.

    Raises:
        Outside: not seen to be the same for all.
    """
    steps: dict[Surd, list[Fraction]] = {}
    common = 1
    for (base, facts), (above, below) in one.parts.items():
        if facts or len(below) != 1 or not base.rational or base.a.denominator != 1:
            raise Outside("a remainder of what is no sum of polynomials and powers")
        steps[base] = in_steps(scaled(above, below[0].inverse()))
        common = lcm(common, *(v.denominator for v in steps[base]))
    modulus, total = divisor * common, 0
    for base, values in steps.items():
        first, *others = (int(v * common) for v in values)
        own = gcd(modulus, first, *others)  # the whole coefficient is a multiple of it
        if (int(base.a) - 1) % (modulus // own) or any(v % modulus for v in others):
            raise Outside("a remainder that is not always the same")
        total += first
    if total % common:
        raise Outside("a remainder of what is not always whole")
    return total % modulus // common % divisor
