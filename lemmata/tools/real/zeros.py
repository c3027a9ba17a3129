"""Points where a goal is 0, exactly: coordinates are u + v·√d with rational u and v, and one d for the whole point.

A Gram matrix with rational entries that sends a point's values to 0 does so with both of their rational parts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from lemmata.provers.real.polynomials import Polynomial, load_flint
from lemmata.provers.real.system import System

_NEAR = 1e-6
_LARGEST = 60  # denominator

Pair: TypeAlias = tuple[Any, Any]
"""Rationals u and v of u + v·√d."""


@dataclass(frozen=True, slots=True)
class Zero:
    """A point.

    Args:
        values: u and v of the coordinates, by index of the variable; 0 where there is none.
        root: d, at least 0.
    """

    values: Mapping[int, tuple[Fraction, Fraction]]
    root: int = 0

    def at(self, polynomial: Polynomial) -> Pair:
        """The value of a polynomial."""
        flint = load_flint()
        known = {i: tuple(flint.fmpq(p.numerator, p.denominator) for p in pair) for i, pair in self.values.items()}
        total: Pair = (flint.fmpq(0), flint.fmpq(0))
        for exponents, value in polynomial.to_dict().items():
            made: Pair = (value, flint.fmpq(0))
            for index, exponent in enumerate(exponents):
                for _ in range(exponent):
                    u, v = known.get(index, (0, 0))
                    made = made[0] * u + made[1] * v * self.root, made[0] * v + made[1] * u
            total = total[0] + made[0], total[1] + made[1]
        return total

    def approximately(self, polynomial: Polynomial) -> float:
        """The value of a polynomial, nearly; 0 exactly where it is 0."""
        u, v = self.at(polynomial)
        return 0.0 if not u and not v else float(Fraction(str(u))) + float(Fraction(str(v))) * math.sqrt(self.root)


def rational_point(indices: Sequence[int], values: Sequence[Fraction]) -> Zero:
    """The point with these coordinates."""
    return Zero({i: (v, Fraction(0)) for i, v in zip(indices, values, strict=True)})


def near_point(system: System, at: Mapping[str, float]) -> Zero | None:
    """The exact point near values of a system's variables, where it looks like one; roots are found from equalities."""
    names = [str(n) for n in system.ring.names()]
    known = {names.index(n): v for n, v in at.items() if n in names}
    for equality in (k.polynomial for k in system.known if k.sign == "="):
        _find_root(equality, known)
    roots = {d for d in map(_surd, known.values()) if d > 1}
    if len(roots) > 1:
        return None
    root = roots.pop() if roots else 0
    values = {}
    for index, value in known.items():
        scaled = value / math.sqrt(root) if _surd(value) > 1 else value
        exact = Fraction(scaled).limit_denominator(_LARGEST)
        if abs(float(exact) - scaled) > _NEAR:
            return None
        values[index] = (Fraction(0), exact) if _surd(value) > 1 else (exact, Fraction(0))
    return Zero(values, root)


def _find_root(equality: Polynomial, known: dict[int, float]) -> None:
    """Add the value of the single unknown variable of r^q·d = n, if there is one."""
    missing = [i for i, d in enumerate(equality.degrees()) if d > 0 and i not in known]
    if len(missing) != 1:
        return
    degree, above, below = int(equality.degrees()[missing[0]]), 0.0, 0.0
    for exponents, value in equality.to_dict().items():
        term = float(value.p) / float(value.q)
        term *= math.prod(known[i] ** int(e) for i, e in enumerate(exponents) if e and i != missing[0])
        if exponents[missing[0]] == degree:
            below += term
        else:
            above -= term
    if below and above / below >= 0:
        known[missing[0]] = (above / below) ** (1 / degree)


def _surd(value: float) -> int:
    """The squarefree d for which a value is a rational multiple of √d; 1: it is rational; 0: no such number is near."""
    if abs(float(Fraction(value).limit_denominator(_LARGEST)) - value) < _NEAR:
        return 1
    square = Fraction(value * value).limit_denominator(_LARGEST)
    if square <= 0 or abs(math.sqrt(square) - abs(value)) > _NEAR:
        return 0
    product = square.numerator * square.denominator
    for divisor in range(2, math.isqrt(product) + 1):
        while product % divisor**2 == 0:
            product //= divisor**2
    return product


def rational_rows(zeros: Sequence[Zero], factor: Polynomial, basis: Sequence[Polynomial]) -> Iterator[list[Any]]:
    """What a matrix over a basis must send to 0, at zeros where what it is multiplied with is positive."""
    for zero in zeros:
        if zero.approximately(factor) <= 0:
            continue
        pairs = [zero.at(p) for p in basis]
        yield [u for u, _ in pairs]
        if zero.root:
            yield [v for _, v in pairs]
