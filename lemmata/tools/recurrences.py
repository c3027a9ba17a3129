"""Linear recurrences with constant coefficients behind exact numbers, and their generating functions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def find_recurrence(values: Sequence[Fraction | int]) -> tuple[Fraction, ...]:
    """The shortest c with a(n) = c₀·a(n-1) + c₁·a(n-2) + … for all the values given.

    It says something only where there are many more values than coefficients.

    Args:
        values: exact numbers.

    Source: J. L. Massey, Shift-register synthesis and BCH decoding, 1969; here over the rationals.
    """
    current: list[Fraction] = []
    previous: list[Fraction] = []
    since, last_gap = 0, Fraction(1)
    for n, value in enumerate(values):
        gap = Fraction(value) - sum((c * values[n - 1 - i] for i, c in enumerate(current)), Fraction(0))
        since += 1
        if not gap:
            continue
        if not current and not any(values[:n]):
            current, last_gap, previous, since = [Fraction(0)] * (n + 1), gap, [], 0
            continue
        factor = gap / last_gap
        correction = [*[Fraction(0)] * (since - 1), factor, *(-factor * c for c in previous)]
        longer = len(correction) > len(current)
        changed = _plus(current, correction)
        if longer:
            previous, last_gap, since = current, gap, 0
        current = changed
    return tuple(current)


def _plus(one: list[Fraction], other: list[Fraction]) -> list[Fraction]:
    size = max(len(one), len(other))
    return [sum((v[i] for v in (one, other) if i < len(v)), Fraction(0)) for i in range(size)]


def generating_function(values: Sequence[Fraction | int], recurrence: Sequence[Fraction]) -> str:
    """The rational function in x whose power series has the values that satisfy the recurrence."""
    below = [Fraction(1), *(-c for c in recurrence)]
    above = [
        sum((below[i] * values[n - i] for i in range(n + 1)), Fraction(0))
        for n in range(min(len(recurrence), len(values)))
    ]
    return f"({_polynomial(above)})/({_polynomial(below)})"


def _polynomial(coefficients: Sequence[Fraction]) -> str:
    made = ""
    for power, value in enumerate(coefficients):
        if value:
            size = abs(value)
            factors = [*([str(size)] if size != 1 or power == 0 else []), *(["x"] if power else [])]
            sign = ("-" if value < 0 else "") if not made else (" - " if value < 0 else " + ")
            made += sign + "*".join(factors) + (f"**{power}" if power > 1 else "")
    return made or "0"
