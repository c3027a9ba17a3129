"""Guesses families of pairs with two parameters: for each value u of one coordinate, the other one runs through an
arithmetic progression whose difference and start are polynomials in u, as in (k, k·m). Coordinates are the unknowns,
or sums and differences of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from lemmata.problem import Json
from lemmata.provers.terms.polynomial import Polynomial, plus, scaled, text_of, times

Pair = tuple[int, int]

_ROWS = 8
_LEAST = 4
_COORDINATES: tuple[tuple[Pair, Pair], ...] = (  # what the two of (x, y) are multiplied with
    ((1, 0), (0, 1)),
    ((0, 1), (1, 0)),
    ((-1, 1), (1, 0)),
    ((1, -1), (0, 1)),
    ((1, 1), (1, 0)),
    ((1, 1), (0, 1)),
)


@dataclass(frozen=True, slots=True)
class _Row:
    """The progression for one value of the first coordinate.

    Args:
        difference: above 0.
        start: its first member, or any where it has none.
        below: whether it goes on downwards to the end of the window.
    """

    difference: int
    start: int
    below: bool


def guess_products(found: set[Pair], window: int, names: tuple[str, ...]) -> Iterator[Json]:
    """Answers with one family of two parameters each.

    Args:
        found: the solutions with |unknown| ≤ window.
        window: its half width.
        names: at least two, for the parameters.
    """
    k, m = names[:2]
    for (a, b), (c, d) in _COORDINATES:
        sign = a * d - b * c
        rows = _rows(found, window, (a, b), (c, d))
        for factor, start, low in _families(rows):
            first: Polynomial = {((k, 1),): 1}
            second = plus(times(_in(factor, k), {((m, 1),): 1}), _in(start, k))
            back = ((d, -b), (-c, a))
            tuple_ = [text_of(plus(scaled(first, sign * p), scaled(second, sign * q))) for p, q in back]
            family: dict[str, Json] = {"parameters": [k, m], "tuple": tuple_}
            bounds = {n: v for n, v in zip((k, m), low, strict=True) if v is not None}
            yield {"families": [{**family, "at_least": bounds} if bounds else family]}
            if low[0] is None:  # all but u = 0
                below = {**family, "at_most": {k: -1}, **({"at_least": bounds} if bounds else {})}
                yield {"families": [{**family, "at_least": {**bounds, k: 1}}, below]}


def _rows(found: set[Pair], window: int, one: Pair, other: Pair) -> dict[int, _Row]:
    """By the first coordinate, the rows of at least three solutions that go on to the upper end of the window."""
    moved: dict[int, list[int]] = defaultdict(list)
    limits: dict[int, tuple[int, int]] = {}
    for x in range(-window, window + 1):
        for y in range(-window, window + 1):
            u, v = one[0] * x + one[1] * y, other[0] * x + other[1] * y
            if abs(u) <= _ROWS:
                low, high = limits.get(u, (v, v))
                limits[u] = (min(low, v), max(high, v))
                if (x, y) in found:
                    moved[u].append(v)
    made = {}
    for u, values in moved.items():
        gaps = {b - a for a, b in pairwise(sorted(values))}
        if u and len(values) >= 3 and len(gaps) == 1:
            (gap,) = gaps
            if max(values) + gap > limits[u][1]:
                made[u] = _Row(gap, min(values), min(values) - gap < limits[u][0])
    return made


def _families(rows: Mapping[int, _Row]) -> Iterator[tuple[list[int], list[int], tuple[int | None, int | None]]]:
    """Difference and start as polynomials of the first coordinate, and lower bounds of the two parameters."""
    if len(rows) < _LEAST or len({row.below for row in rows.values()}) != 1:
        return
    low = None if min(rows) < 0 else min(rows)
    positive = {u: row for u, row in rows.items() if u > 0}
    factor = _fitted({u: row.difference for u, row in positive.items()})
    if factor is None:
        return
    if all(row.below for row in rows.values()):
        remainders = {u: row.start % row.difference for u, row in positive.items()}
        for start in (_fitted(remainders), _fitted({u: r - positive[u].difference for u, r in remainders.items()})):
            if start is not None:
                yield factor, start, (low, None)
        return
    start = _fitted({u: row.start for u, row in positive.items()})
    if start is None:
        return
    for least in (0, 1, 2, -1):  # the shortest first: j·k + k from 0 is j·k from 1
        shifted = [s - least * f for s, f in zip(start, factor, strict=True)]
        if not any(shifted[1:]):
            yield factor, shifted, (low, least)
    if any(start[1:]):
        yield factor, start, (low, 0)


def _fitted(values: Mapping[int, int]) -> list[int] | None:
    """The polynomial of degree at most 2 with whole coefficients, lowest first, that has these values."""
    if len(values) < _LEAST:
        return None
    (x0, y0), (x1, y1), (x2, y2) = sorted(values.items())[:3]
    slope = Fraction(y1 - y0, x1 - x0)
    bend = (Fraction(y2 - y0, x2 - x0) - slope) / (x2 - x1)
    found = [y0 - slope * x0 + bend * x0 * x1, slope - bend * (x0 + x1), bend]
    if any(c.denominator != 1 for c in found):
        return None
    whole = [int(c) for c in found]
    if any(whole[0] + whole[1] * x + whole[2] * x * x != y for x, y in values.items()):
        return None
    return whole


def _in(coefficients: list[int], name: str) -> Polynomial:
    return {((name, i),) if i else (): c for i, c in enumerate(coefficients) if c}
