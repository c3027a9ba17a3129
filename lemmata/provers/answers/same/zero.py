"""Whether a number is 0: decided for algebraic numbers, and shown or refuted where possible for others.

A number built of integers by + - * /, roots and cosines of rational angles is U/L with algebraic integers U and L. Let
2^u bound all conjugates of U and 2^l those of L, and let D bound the degree. The norm of U, the product of at most D
conjugates, is a whole number; so either U is 0, or |U| ≥ 2^-((D-1)·u), and then |U/L| ≥ 2^-((D-1)·u + l). A ball around
the number that lies inside this bound holds no other multiple: the number is 0. That is a proof, not a comparison of
floating-point numbers; the bound is the one of Burnikel, Funke, Mehlhorn, Schirra and Schmitt (Algorithmica 2009).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import lcm, prod
from typing import TYPE_CHECKING

import flint

from lemmata.provers.answers.same.enclosure import MOST_BITS, NoValue, Unsettled, ball, enclose
from lemmata.provers.answers.same.polynomial import (
    UNIT,
    Monomial,
    Polynomial,
    Ratio,
    constant_of,
    minus,
    plus,
    raised,
    scaled,
    times,
    unknown,
    unknowns,
)

if TYPE_CHECKING:
    from lemmata.provers.answers.same.atoms import Atoms

_FIRST_BITS = 64
_QUICK_BITS = 2_000
_LARGEST_EXPONENT = 60


@dataclass(frozen=True, slots=True)
class Algebraic:
    """Bounds of a number U/L with algebraic integers U and L.

    Args:
        top: 2^top bounds the absolute values of all conjugates of U.
        bottom: the same of L.
        roots: the roots it is built of, and their indices.
        order: the roots of unity it is built of lie among those of this order.
    """

    top: int
    bottom: int
    roots: tuple[tuple[tuple[str, str], int], ...]
    order: int

    @property
    def degree(self) -> int:
        """Bounds the degree of the field that U and L lie in."""
        return prod(index for _, index in self.roots) * int(flint.fmpz(self.order).euler_phi())

    @property
    def gap(self) -> int:
        """The number is 0, or its absolute value is at least 2^-gap."""
        return (self.degree - 1) * self.top + self.bottom

    def root(self, index: int, name: tuple[str, str]) -> Algebraic:
        """A root of the number: of U·L^(index-1), over L."""
        top = -(-(self.top + (index - 1) * self.bottom) // index)
        roots = dict(self.roots)
        roots[name] = lcm(roots.get(name, 1), index)
        return Algebraic(top, self.bottom, tuple(roots.items()), self.order)

    @staticmethod
    def of(poly: Polynomial, atoms: Mapping[int, Algebraic]) -> Algebraic:
        """A polynomial in such numbers."""
        shared = reduce(lcm, (c.denominator for c in poly.values()), 1)
        highest: dict[int, int] = {}
        for monomial in poly:
            for i, exponent in monomial:
                highest[i] = max(highest.get(i, 0), exponent)
        bottom = sum(atoms[i].bottom * e for i, e in highest.items())
        sizes = [_size(m, abs(int(c * shared)), highest, atoms) for m, c in poly.items()]
        top = max(sizes, default=0) + max(len(sizes) - 1, 0).bit_length()
        roots: dict[tuple[str, str], int] = {}
        for atom in atoms.values():
            for name, index in atom.roots:
                roots[name] = lcm(roots.get(name, 1), index)
        order = reduce(lcm, (a.order for a in atoms.values()), 1)
        return Algebraic(top, bottom + shared.bit_length(), tuple(roots.items()), order)


def _size(monomial: Monomial, factor: int, highest: Mapping[int, int], atoms: Mapping[int, Algebraic]) -> int:
    known = dict(monomial)
    size = factor.bit_length()
    for i, most in highest.items():
        exponent = known.get(i, 0)
        size += exponent * atoms[i].top + (most - exponent) * atoms[i].bottom
    return size


def is_zero(poly: Polynomial, atoms: Atoms) -> bool | None:
    """Whether a reduced polynomial in atoms is 0; None where that is not settled.

    With variables inside, True says that it is 0 wherever all atoms have values; False is only said of numbers.
    """
    if not poly:
        return True
    if constant_of(poly) is not None:
        return False
    groups = _grouped(poly, atoms)
    found = [_algebraic_zero(g, atoms) for g in groups.values()]
    if all(f is True for f in found):
        return True
    if list(groups) == [()]:
        return found[0]
    if atoms.closed(poly):
        if _excludes_zero(poly, atoms):
            return False
        if _logarithms_vanish(poly, atoms) or _angles_vanish(poly, atoms):
            return True
    return None


def _grouped(poly: Polynomial, atoms: Atoms) -> dict[Monomial, Polynomial]:
    """The polynomial by what is not algebraic in its monomials."""
    made: dict[Monomial, dict[Monomial, Fraction]] = {}
    for monomial, factor in poly.items():
        other = tuple((i, e) for i, e in monomial if atoms.all[i].algebraic is None)
        own = tuple((i, e) for i, e in monomial if atoms.all[i].algebraic is not None)
        made.setdefault(other, {})[own] = factor
    return dict(made)


def _algebraic_zero(poly: Polynomial, atoms: Atoms) -> bool | None:
    value = constant_of(poly)
    if value is not None:
        return value == 0
    bounds = atoms.bounds(poly)
    if bounds is None:
        return None
    expr, bits, gap = atoms.expr(poly), _FIRST_BITS, bounds.gap
    while True:
        try:
            found = flint.acb(ball(enclose(expr, {}, bits, real=False)))
        except (Unsettled, NoValue):
            found = None
        if found is not None:
            if not found.contains(0):
                return False
            if found.abs_upper() < flint.arb(2) ** flint.fmpz(-gap):
                return True
        if bits > MOST_BITS or (gap > MOST_BITS and bits > _QUICK_BITS):
            return None
        bits *= 2


def _excludes_zero(poly: Polynomial, atoms: Atoms) -> bool:
    expr, bits = atoms.expr(poly), _FIRST_BITS
    while bits <= _QUICK_BITS:
        try:
            if not flint.acb(ball(enclose(expr, {}, bits, real=False))).contains(0):
                return True
        except (Unsettled, NoValue):
            pass
        bits *= 4
    return False


def _linear(poly: Polynomial, atoms: Atoms, kinds: frozenset[str]) -> dict[int, int] | None:
    """Whole coefficients of a sum of atoms of these kinds, up to a common factor; None where it is something else."""
    if not all(len(m) == 1 and m[0][1] == 1 and atoms.all[m[0][0]].kind in kinds for m in poly):
        return None
    shared = reduce(lcm, (c.denominator for c in poly.values()), 1)
    made = {m[0][0]: int(c * shared) for m, c in poly.items()}
    return made if max(map(abs, made.values())) <= _LARGEST_EXPONENT else None


def _logarithms_vanish(poly: Polynomial, atoms: Atoms) -> bool:
    """Σ nᵢ ln|aᵢ| = 0 because the product of all |aᵢ|^nᵢ is 1."""
    factors = _linear(poly, atoms, frozenset({"ln"}))
    if factors is None:
        return False
    sides: list[Polynomial] = [UNIT, UNIT]
    for i, n in factors.items():
        argument = atoms.all[i].argument
        if not isinstance(argument, Ratio):
            return False
        sides[n < 0] = times(sides[n < 0], raised(argument.top, 2 * abs(n)))
        sides[n > 0] = times(sides[n > 0], raised(argument.bottom, 2 * abs(n)))
    return is_zero(atoms.reduced(minus(*sides)), atoms) is True


def _angles_vanish(poly: Polynomial, atoms: Atoms) -> bool:
    """Σ nᵢ arctan(aᵢ/bᵢ) + nπ = 0 because Π(bᵢ + i·aᵢ)^nᵢ is real: the sum is a multiple of π, and below π."""
    factors = _linear(poly, atoms, frozenset({"arctan", "pi"}))
    if factors is None:
        return False
    made: Polynomial = UNIT
    for i, n in factors.items():
        if atoms.all[i].kind == "pi":
            continue
        argument = atoms.all[i].argument
        if not isinstance(argument, Ratio):
            return False
        turned = plus(argument.bottom, times(scaled(argument.top, 1 if n > 0 else -1), atoms.i()))
        made = atoms.reduced(times(made, raised(turned, abs(n))))
    unit = max(unknowns(atoms.i()))
    imaginary = {tuple(p for p in m if p[0] != unit): c for m, c in made.items() if unit in dict(m)}
    if is_zero(imaginary, atoms) is not True:
        return False
    total = plus(*(scaled(unknown(i), n) for i, n in factors.items()))
    return bool(abs(ball(enclose(atoms.expr(total), {}, _FIRST_BITS))) < 3)
