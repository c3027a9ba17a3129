"""Exact numbers a + b·√r and polynomials of one variable over them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import isqrt
from typing import TypeAlias

_BITS = 20_000
_DEGREE = 200


class Outside(Exception):
    """Something that the normal forms here don't hold: two different roots, a division by zero, or too large."""


@dataclass(frozen=True, slots=True)
class Surd:
    """The number a + b·√root; `root` is 0 where b is."""

    a: Fraction
    b: Fraction = Fraction(0)
    root: int = 0

    def __post_init__(self) -> None:
        size = max(self.a.numerator.bit_length(), self.a.denominator.bit_length(), self.b.numerator.bit_length())
        if max(size, self.b.denominator.bit_length()) > _BITS:
            raise Outside("a number with too many digits")

    def __add__(self, other: Surd) -> Surd:
        return made(self.a + other.a, self.b + other.b, _common(self, other))

    def __neg__(self) -> Surd:
        return Surd(-self.a, -self.b, self.root)

    def __sub__(self, other: Surd) -> Surd:
        return self + -other

    def __mul__(self, other: Surd) -> Surd:
        root = _common(self, other)
        return made(self.a * other.a + self.b * other.b * root, self.a * other.b + self.b * other.a, root)

    def inverse(self) -> Surd:
        norm = self.a * self.a - self.b * self.b * self.root
        if norm == 0:
            raise Outside("a division by zero")
        return made(self.a / norm, -self.b / norm, self.root)

    def power(self, exponent: int) -> Surd:
        base = self.inverse() if exponent < 0 else self
        result, left = ONE, abs(exponent)
        while left:
            if left & 1:
                result = result * base
            left >>= 1
            base = base * base if left else base
        return result

    @property
    def rational(self) -> bool:
        return self.root == 0


def made(a: Fraction, b: Fraction, root: int) -> Surd:
    return Surd(a, b, root) if b else Surd(a)


def square_root(value: Fraction) -> Surd:
    """The root of a number that is not negative, with the square factors of small primes taken out."""
    if value < 0:
        raise Outside("the square root of a negative number")
    inside, outside = value.numerator * value.denominator, 1
    whole = isqrt(inside)
    if whole * whole == inside:
        return Surd(Fraction(whole, value.denominator))
    for factor in range(2, 1000):
        while inside % (factor * factor) == 0:
            inside, outside = inside // (factor * factor), outside * factor
    return Surd(Fraction(0), Fraction(outside, value.denominator), inside)


def whole(value: int | Fraction) -> Surd:
    return Surd(Fraction(value))


def _common(one: Surd, other: Surd) -> int:
    if one.root and other.root and one.root != other.root:
        raise Outside("roots of two different numbers")
    return one.root or other.root


ZERO, ONE = Surd(Fraction(0)), Surd(Fraction(1))

Coefficients: TypeAlias = tuple[Surd, ...]
"""A polynomial, lowest coefficient first, the last one not 0; () is zero."""


def trimmed(values: list[Surd]) -> Coefficients:
    end = len(values)
    while end and values[end - 1] == ZERO:
        end -= 1
    if end > _DEGREE:
        raise Outside("a polynomial of too high a degree")
    return tuple(values[:end])


def plus(one: Coefficients, other: Coefficients) -> Coefficients:
    if len(one) < len(other):
        one, other = other, one
    return trimmed([*(a + b for a, b in zip(one, other, strict=False)), *one[len(other) :]])


def times(one: Coefficients, other: Coefficients) -> Coefficients:
    result = [ZERO] * (len(one) + len(other))
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            result[i + j] = result[i + j] + a * b
    return trimmed(result)


def scaled(one: Coefficients, factor: Surd) -> Coefficients:
    return trimmed([a * factor for a in one])


def in_steps(one: Coefficients) -> list[Fraction]:
    """The numbers a₀, a₁, … with P(m) = Σ aₖ·C(m, k), of a polynomial with rational coefficients."""
    if not all(c.rational for c in one):
        raise Outside("a polynomial with irrational coefficients")
    row = [sum((c.a * x**k for k, c in enumerate(one)), Fraction(0)) for x in range(len(one))]
    found = []
    while row:
        found.append(row[0])
        row = [b - a for a, b in pairwise(row)]
    return found
