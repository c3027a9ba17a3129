"""Where an expression has a value: requirements in one form, and whether those of two expressions come to the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import ceil, floor, lcm
from typing import Any, TypeAlias

import flint

from lemmata.provers.answers.same.atoms import Atoms
from lemmata.provers.answers.same.enclosure import Unsettled, precision
from lemmata.provers.answers.same.normal import Normalizer, Requirement
from lemmata.provers.answers.same.polynomial import (
    UNIT,
    Monomial,
    Polynomial,
    Ratio,
    constant_of,
    factored,
    times,
    unknowns,
)

_BITS = 256
_WIDEST = 10_000

Frozen: TypeAlias = tuple[tuple[Monomial, Fraction], ...]


@dataclass(frozen=True, slots=True)
class Key:
    """A requirement, made comparable.

    Args:
        kind: as of the requirement.
        sign: of the rational factor.
        parts: irreducible factors and whether they occur to an odd power.
    """

    kind: str
    sign: int
    parts: frozenset[tuple[Frozen, bool]]


def keys(required: Iterable[Requirement], normalizer: Normalizer) -> frozenset[Key]:
    """The requirements without those that always hold.

    Raises:
        Unsettled: one is too large to factor.
    """
    made: set[Key] = set()
    for requirement in required:
        made |= _keys(requirement, normalizer)
    return frozenset(made)


def _keys(requirement: Requirement, normalizer: Normalizer) -> set[Key]:
    value, kind = requirement.value, requirement.kind
    if kind in ("natural", "integer"):
        return {Key(kind, 1, frozenset({(_frozen(value.top), True), (_frozen(value.bottom), False)}))}
    scale, parts = factored(times(value.top, value.bottom) if kind != "nonzero" else value.top)
    sign = 1 if scale > 0 else -1
    kept: set[tuple[Frozen, bool]] = set()
    for part, exponent in parts:
        if normalizer.is_positive(Ratio(part, UNIT)) or _never_zero(part, normalizer.atoms):
            if _always_negative(part):
                sign *= (-1) ** exponent
        elif normalizer.atoms.closed(part):
            sign *= normalizer.sign(Ratio(part, UNIT)) ** exponent
        elif _never_negative(part, normalizer.atoms):
            kept.add((_frozen(part), False))
        else:
            kept.add((_frozen(part), exponent % 2 == 1))
    nonzero = {Key("nonzero", 1, frozenset({(_base(p, normalizer.atoms), True)})) for p, _ in kept}
    if kind == "nonzero":
        return nonzero
    odd = frozenset(p for p in kept if p[1])
    if kind == "positive":
        return nonzero | ({Key("nonnegative", sign, odd)} if odd or sign < 0 else set())
    return {Key(kind, sign, frozenset(kept))} if odd or sign < 0 else set()


def _base(part: Frozen, atoms: Atoms) -> Frozen:
    """√p is 0 just where p is."""
    poly = dict(part)
    if len(poly) == 1:
        (index,) = unknowns(poly)
        atom = atoms.all[index]
        if atom.kind in ("root", "abs") and isinstance(atom.argument, Ratio):
            _, parts = factored(atom.argument.top)
            if len(parts) == 1:
                return _base(_frozen(parts[0][0]), atoms)
    return part


def _frozen(poly: Polynomial) -> Frozen:
    return tuple(sorted(poly.items()))


def _never_zero(poly: Polynomial, atoms: Atoms) -> bool:
    """x² + 1 and its like: every term an even power with one sign, and a constant."""
    if constant_of(poly) is not None:
        return True
    if any(atoms.all[i].kind != "variable" for i in unknowns(poly)):
        return False
    signs = {c > 0 for c in poly.values()}
    if () in poly and len(signs) == 1 and all(e % 2 == 0 for m in poly for _, e in m):
        return True
    return len(unknowns(poly)) == 1 and not real_roots(poly)


def _never_negative(poly: Polynomial, atoms: Atoms) -> bool:
    """An absolute value, or an even root."""
    if len(poly) != 1:
        return False
    (index,) = unknowns(poly)
    atom = atoms.all[index]
    return atom.kind == "abs" or (atom.kind == "root" and atom.index % 2 == 0)


def _always_negative(poly: Polynomial) -> bool:
    value = poly.get((), Fraction(0))
    return value < 0


def real_roots(poly: Polynomial) -> list[Any]:
    """Balls around the real roots of a squarefree polynomial in one variable, in rising order."""
    shared = reduce(lcm, (c.denominator for c in poly.values()), 1)
    degrees = {sum(e for _, e in m): int(c * shared) for m, c in poly.items()}
    made = flint.fmpz_poly([degrees.get(i, 0) for i in range(max(degrees) + 1)])
    with precision(_BITS):
        found = [root.real for root, _ in made.complex_roots() if root.imag.is_zero()]
    return sorted(found, key=lambda r: float(r.mid()))


@dataclass(frozen=True, slots=True)
class Gap:
    """A value of a variable at which only one of two expressions has a value; exact where `value` is given."""

    variable: int
    value: Fraction | None
    near: str
    first_has_it: bool


def find_gap(
    first: frozenset[Key], second: frozenset[Key], atoms: Atoms, *, integers: frozenset[str], naturals: frozenset[str]
) -> Gap | None:
    """Where only one of two sets of requirements is met; None if they come to the same.

    Args:
        first, second: requirements.
        atoms: of both.
        integers, naturals: names of variables that are only ever integers or natural numbers.

    Raises:
        Unsettled: more than one variable, or something else than polynomials.
    """
    used = {i for key in first | second for part, _ in key.parts for i in unknowns(dict(part))}
    if len(used) != 1 or any(atoms.all[i].kind != "variable" for i in used) or _has_conventions(first, second):
        raise Unsettled("whether both have values at the same places")
    (variable,) = used
    polys = {part for key in first | second for part, _ in key.parts if constant_of(dict(part)) is None}
    roots = {part: real_roots(dict(part)) for part in polys}
    name = atoms.all[variable].argument
    points = _whole_points(roots) if name in integers | naturals else _points(roots)
    for point in points:
        if name in naturals and (point.value or 0) < 0:
            continue
        sides = [all(_holds(k, point) for k in side) for side in (first, second)]
        if sides[0] != sides[1]:
            return Gap(variable, point.value, point.near, sides[0])
    return None


def _has_conventions(*sides: frozenset[Key]) -> bool:
    return any(k.kind == "convention" for side in sides for k in side)


@dataclass(frozen=True, slots=True)
class _Point:
    """A rational number, or the root (in a ball) of a factor."""

    value: Fraction | None
    ball: Any
    root_of: Frozen | None

    @property
    def near(self) -> str:
        return str(self.value) if self.value is not None else f"{float(self.ball.mid()):.6g}"

    def sign(self, part: Frozen) -> int:
        if part == self.root_of:
            return 0
        if self.value is not None:
            total = sum((c * self.value ** sum(e for _, e in m) for m, c in part), Fraction(0))
            return (total > 0) - (total < 0)
        with precision(_BITS):
            terms = [flint.fmpq(c.numerator, c.denominator) * self.ball ** sum(e for _, e in m) for m, c in part]
            found = sum(terms[1:], terms[0])
        if found > 0 or found < 0:
            return 1 if found > 0 else -1
        raise Unsettled("the sign of a polynomial at a root of another")


def _points(roots: dict[Frozen, list[Any]]) -> list[_Point]:
    """Every root, and a rational number between any two and beyond."""
    marked = sorted(((r, part) for part, found in roots.items() for r in found), key=lambda p: float(p[0].mid()))
    made: list[_Point] = []
    last: Fraction | None = None
    for ball_, part in marked:
        low, high = (Fraction(int(x.p), int(x.q)) for x in (ball_.lower().fmpq(), ball_.upper().fmpq()))
        if last is not None and low <= last:
            raise Unsettled("roots too close to be told apart")
        made.append(_Point(low - 1 if last is None else (last + low) / 2, None, None))
        exact = _rational_root(ball_, part)
        made.append(_Point(exact, ball_, part))
        last = high
    made.append(_Point(Fraction(0) if last is None else last + 1, None, None))
    return made


def _rational_root(ball_: Any, part: Frozen) -> Fraction | None:
    poly = {sum(e for _, e in m): c for m, c in part}
    if max(poly) == 1:
        return -poly.get(0, Fraction(0)) / poly[1]
    return None


def _whole_points(roots: dict[Frozen, list[Any]]) -> list[_Point]:
    middles = [float(r.mid()) for found in roots.values() for r in found] or [0.0]
    low, high = floor(min(middles)) - 3, ceil(max(middles)) + 3
    if high - low > _WIDEST:
        raise Unsettled("whether both have values at the same places")
    return [_Point(Fraction(i), None, None) for i in range(low, high + 1)]


def _holds(key: Key, point: _Point) -> bool:
    if key.kind in ("natural", "integer"):
        if any(constant_of(dict(p)) is None and not odd for p, odd in key.parts):
            raise Unsettled("whether a quotient is whole")
        top = next(dict(p) for p, odd in key.parts if odd)
        bottom = next((constant_of(dict(p)) for p, odd in key.parts if not odd), Fraction(1)) or Fraction(1)
        value = point.value or Fraction(0)
        total = sum((c * value ** sum(e for _, e in m) for m, c in top.items()), Fraction(0)) / bottom
        return total.denominator == 1 and (total >= 0 or key.kind == "integer")
    sign = key.sign
    for part, odd in key.parts:
        found = point.sign(part)
        sign = 0 if found == 0 else sign * (found if odd else 1)
        if sign == 0:
            break
    return sign != 0 if key.kind == "nonzero" else sign >= 0
