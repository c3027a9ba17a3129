"""Sparse polynomials with rational coefficients in numbered unknowns, and quotients of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import gcd, lcm
from typing import Any, TypeAlias

import flint

from lemmata.provers.answers.same.enclosure import EXACT_BITS, Unsettled

Monomial: TypeAlias = tuple[tuple[int, int], ...]
"""Unknowns with their exponents, sorted; () is the constant."""
Polynomial: TypeAlias = Mapping[Monomial, Fraction]
"""Coefficients, none of them 0."""

NOTHING: Polynomial = {}
UNIT: Polynomial = {(): Fraction(1)}
_TERMS = 1_500
_DEGREE = 400
_FACTORED_TERMS = 120
_FACTORED_DEGREE = 40


def constant(value: Fraction | int) -> Polynomial:
    return {(): Fraction(value)} if value else {}


def unknown(index: int, exponent: int = 1) -> Polynomial:
    return {((index, exponent),): Fraction(1)}


def constant_of(poly: Polynomial) -> Fraction | None:
    """Its value, where it holds no unknown."""
    if not poly:
        return Fraction(0)
    return poly.get(()) if len(poly) == 1 else None


def plus(*polys: Polynomial) -> Polynomial:
    made: dict[Monomial, Fraction] = {}
    for poly in polys:
        for monomial, factor in poly.items():
            total = made.get(monomial, Fraction(0)) + factor
            if total:
                made[monomial] = total
            else:
                made.pop(monomial, None)
    return _bounded(made)


def scaled(poly: Polynomial, factor: Fraction | int) -> Polynomial:
    return {m: c * factor for m, c in poly.items()} if factor else {}


def minus(left: Polynomial, right: Polynomial) -> Polynomial:
    return plus(left, scaled(right, -1))


def times(left: Polynomial, right: Polynomial) -> Polynomial:
    if len(left) * len(right) > 40 * _TERMS:
        raise Unsettled("an expression too large to expand")
    made: dict[Monomial, Fraction] = {}
    for m1, c1 in left.items():
        for m2, c2 in right.items():
            monomial = joined(m1, m2)
            total = made.get(monomial, Fraction(0)) + c1 * c2
            if total:
                made[monomial] = total
            else:
                made.pop(monomial, None)
    return _bounded(made)


def joined(left: Monomial, right: Monomial) -> Monomial:
    """The product of two monomials."""
    if not left or not right:
        return left or right
    made = dict(left)
    for index, exponent in right:
        made[index] = made.get(index, 0) + exponent
    return tuple(sorted(made.items()))


def raised(poly: Polynomial, exponent: int) -> Polynomial:
    made: Polynomial = UNIT
    _affordable(poly, exponent)
    square = poly
    while exponent:
        if exponent & 1:
            made = times(made, square)
        exponent >>= 1
        if exponent:
            square = times(square, square)
    return made


def _affordable(poly: Polynomial, exponent: int) -> None:
    size = max((max(c.numerator.bit_length(), c.denominator.bit_length()) for c in poly.values()), default=0)
    if size * exponent > EXACT_BITS or (len(poly) > 1 and exponent > _DEGREE):
        raise Unsettled("a power too large to expand")


def _bounded(poly: dict[Monomial, Fraction]) -> Polynomial:
    if len(poly) > _TERMS:
        raise Unsettled("an expression too large to expand")
    return poly


def unknowns(poly: Polynomial) -> frozenset[int]:
    return frozenset(i for m in poly for i, _ in m)


def degree(poly: Polynomial) -> int:
    return max((sum(e for _, e in m) for m in poly), default=0)


def content(poly: Polynomial) -> Fraction:
    """The positive rational c such that poly / c has whole coefficients without a common factor."""
    top = reduce(gcd, (c.numerator for c in poly.values()))
    return Fraction(top, reduce(lcm, (c.denominator for c in poly.values())))


def leading(poly: Polynomial) -> Fraction:
    """The coefficient of the greatest monomial, whichever order; the same for equal polynomials."""
    return poly[max(poly)]


def factored(poly: Polynomial) -> tuple[Fraction, list[tuple[Polynomial, int]]]:
    """A rational factor, and irreducible ones with whole coefficients, the leading one positive, and exponents.

    Raises:
        Unsettled: too large to factor within the limits.
    """
    if len(poly) == 1:
        ((monomial, value),) = poly.items()
        return value, [(unknown(i), e) for i, e in monomial]
    ring, order = _ring([poly])
    factor, parts = ring.from_dict(_exponents(poly, order)).factor()
    made = [(_back(p, order), int(e)) for p, e in parts]
    value = Fraction(int(factor.p), int(factor.q))
    found = []
    for part, exponent in made:
        scale = content(part) * (1 if leading(part) > 0 else -1)
        value *= scale**exponent
        found.append((scaled(part, 1 / scale), exponent))
    return value, sorted(found, key=lambda pair: sorted(pair[0].items()))


def common_divisor(left: Polynomial, right: Polynomial) -> Polynomial:
    ring, order = _ring([left, right])
    return _back(ring.from_dict(_exponents(left, order)).gcd(ring.from_dict(_exponents(right, order))), order)


def exact_quotient(left: Polynomial, right: Polynomial) -> Polynomial:
    ring, order = _ring([left, right])
    return _back(ring.from_dict(_exponents(left, order)) / ring.from_dict(_exponents(right, order)), order)


def _ring(polys: Iterable[Polynomial]) -> tuple[Any, list[int]]:
    listed = list(polys)
    if not all(map(_factors, listed)):
        raise Unsettled("an expression too large to factor")
    order = sorted(frozenset[int]().union(*map(unknowns, listed)))
    return flint.fmpq_mpoly_ctx.get([f"x{i}" for i in order] or ["x0"], "lex"), order


def _factors(poly: Polynomial) -> bool:
    """Whether it is small enough to be factored in a moment."""
    return len(poly) <= _FACTORED_TERMS and degree(poly) <= _FACTORED_DEGREE


def _exponents(poly: Polynomial, order: list[int]) -> dict[tuple[int, ...], Any]:
    made = {}
    for monomial, factor in poly.items():
        known = dict(monomial)
        made[tuple(known.get(i, 0) for i in order) or (0,)] = flint.fmpq(factor.numerator, factor.denominator)
    return made


def _back(poly: Any, order: list[int]) -> Polynomial:
    made: dict[Monomial, Fraction] = {}
    for exponents, factor in poly.to_dict().items():
        monomial = tuple((i, int(e)) for i, e in zip(order, exponents, strict=False) if e)
        made[monomial] = Fraction(int(factor.p), int(factor.q))
    return made


@dataclass(frozen=True, slots=True)
class Ratio:
    """top / bottom; the bottom is not the zero polynomial."""

    top: Polynomial
    bottom: Polynomial

    def plus(self, other: Ratio) -> Ratio:
        if self.bottom == other.bottom:
            return ratio(plus(self.top, other.top), self.bottom)
        top = plus(times(self.top, other.bottom), times(other.top, self.bottom))
        return ratio(top, times(self.bottom, other.bottom))

    def times(self, other: Ratio) -> Ratio:
        return ratio(times(self.top, other.top), times(self.bottom, other.bottom))

    def scaled(self, factor: Fraction | int) -> Ratio:
        return Ratio(scaled(self.top, factor), self.bottom)

    def inverse(self) -> Ratio:
        return ratio(self.bottom, self.top)

    def raised(self, exponent: int) -> Ratio:
        base = self if exponent >= 0 else self.inverse()
        return ratio(raised(base.top, abs(exponent)), raised(base.bottom, abs(exponent)))

    @property
    def constant(self) -> Fraction | None:
        top = constant_of(self.top)
        return top if top is not None and self.bottom == UNIT else None

    @property
    def polynomial(self) -> Polynomial | None:
        return self.top if self.bottom == UNIT else None


def whole(value: Fraction | int) -> Ratio:
    return Ratio(constant(value), UNIT)


def ratio(top: Polynomial, bottom: Polynomial) -> Ratio:
    """The quotient without common factors (unless too large to look for them), its bottom primitive."""
    if not top:
        return Ratio(NOTHING, UNIT)
    if constant_of(bottom) is None and _factors(top) and _factors(bottom):
        divisor = common_divisor(top, bottom)
        if constant_of(divisor) is None:
            top, bottom = exact_quotient(top, divisor), exact_quotient(bottom, divisor)
    scale = content(bottom) * (1 if leading(bottom) > 0 else -1)
    return Ratio(scaled(top, 1 / scale), scaled(bottom, 1 / scale))
