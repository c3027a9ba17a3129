"""Guesses closed forms of whole numbers f(start), f(start + 1), …: polynomials and quasi-polynomials, sums of powers
(from the recurrence behind the values), factorials and binomial coefficients times polynomials.

Every guess is made from some of the values and agrees with all of them, those that it was not made from included; the
shortest come first. Nothing here is trusted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from math import lcm

from lemmata.errors import BadInput
from lemmata.problem import Json
from lemmata.provers.closed.forms import decode_form, value_at
from lemmata.provers.closed.numbers import ONE, ZERO, Outside, Surd, square_root, whole
from lemmata.tools.recurrences import find_recurrence

_HELD_OUT = 4
_DEGREE = 9
_PERIODS = (1, 2, 3, 4, 5, 6, 8, 10, 12)
_POWER_PERIODS = (1, 2, 3, 4, 6)
_ORDER = 8
_LATEST = 8
_LATE_COSTLY = 2
_LARGEST_ROOT = 10**6
_TEMPLATES = (
    "factorial(n)",
    "catalan(n)",
    "binomial(2*n, n)",
    "2**n*factorial(n)",
    "factorial(2*n)",
    "factorial(2*n)/(2**n*factorial(n))",
    "factorial(2*n)/factorial(n)",
    "factorial(n)**2",
    "binomial(3*n, n)",
    "4**n/binomial(2*n, n)",
)


def guess_forms(values: Sequence[int], start: int) -> list[dict[str, Json]]:
    """Closed forms, as JSON with pieces and start, the shortest first.

    Args:
        values: of f(start), f(start + 1), ….
        start: where they start.
    """
    found: list[dict[str, Json]] = []
    for late in range(min(_LATEST + 1, max(1, len(values) - 2 * _HELD_OUT))):
        for pieces in _guesses(values[late:], start + late, costly=late <= _LATE_COSTLY):
            form: dict[str, Json] = {"pieces": pieces, "start": start + late}
            if form not in found and _agrees(form, values[late:], start + late):
                found.append(form)
        if found:
            break
    return sorted(found, key=lambda form: sum(map(len, form["pieces"])))


def _agrees(form: dict[str, Json], values: Sequence[int], start: int) -> bool:
    try:
        read = decode_form(form, "guess")
        return all(value_at(read, start + i) == whole(v) for i, v in enumerate(values))
    except (BadInput, Outside):
        return False


def _guesses(values: Sequence[int], start: int, *, costly: bool) -> Iterator[list[str]]:
    found = False
    ways = ((_polynomial, _PERIODS), (_powers, _POWER_PERIODS))
    for fit, periods in ways if costly else ways[:1]:
        for period in periods:
            texts = [fit(values[i::period], start + i, period) for i in range(period)]
            known = [t for t in texts if t]
            if len(known) == period:
                found = True
                yield [known[(r - start) % period] for r in range(period)]
                if not any("sqrt" in t for t in known):
                    break
    if costly and not found:
        yield from _factorials(values, start)


# Polynomials


def _polynomial(values: Sequence[int], first: int, period: int) -> str | None:
    """A polynomial in n with these values at first, first + period, …"""
    steps: list[Fraction] = []
    row = [Fraction(v) for v in values]
    while any(row):
        steps.append(row[0])
        row = [b - a for a, b in pairwise(row)]
        if len(steps) > _DEGREE + 1 or len(row) < _HELD_OUT:
            return None
    if len(values) < len(steps) + _HELD_OUT:
        return None
    made = [Fraction(0)]
    factor = [Fraction(1)]
    for k, step in enumerate(steps):  # Newton's form in (n - first) / period
        made = _plus(made, [step * c for c in factor])
        factor = _times(factor, [Fraction(-first, period) - k, Fraction(1, period)])
        factor = [c / (k + 1) for c in factor]
    return min(polynomial_text(made), _factored_text(made), key=len)


def _plus(one: list[Fraction], other: list[Fraction]) -> list[Fraction]:
    size = max(len(one), len(other))
    return [sum((v[i] for v in (one, other) if i < len(v)), Fraction(0)) for i in range(size)]


def _times(one: list[Fraction], other: list[Fraction]) -> list[Fraction]:
    made = [Fraction(0)] * (len(one) + len(other) - 1)
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            made[i + j] += a * b
    return made


def polynomial_text(coefficients: Sequence[Fraction]) -> str:
    """Lowest coefficient first, over one denominator."""
    common = lcm(*(c.denominator for c in coefficients))
    inner = ""
    count = 0
    for power in range(len(coefficients) - 1, -1, -1):
        value = int(coefficients[power] * common)
        if value:
            size, count = abs(value), count + 1
            factors = [*([str(size)] if size != 1 or power == 0 else []), *(["n"] if power else [])]
            sign = ("-" if value < 0 else "") if not inner else (" - " if value < 0 else " + ")
            inner += sign + "*".join(factors) + (f"**{power}" if power > 1 else "")
    inner = inner or "0"
    if common == 1:
        return inner
    return f"({inner})/{common}" if count > 1 else f"{inner}/{common}"


def _factored_text(coefficients: Sequence[Fraction]) -> str:
    import sympy

    n = sympy.Symbol("n")
    made = sympy.factor(sum(sympy.Rational(c.numerator, c.denominator) * n**k for k, c in enumerate(coefficients)))
    return str(made)


# Sums of powers times polynomials


def _powers(values: Sequence[int], first: int, period: int) -> str | None:
    """A sum of powers with these values at first, first + period, …"""
    recurrence = find_recurrence(values)
    order = len(recurrence)
    if not 0 < order <= _ORDER or len(values) < 2 * order + _HELD_OUT or not recurrence[-1]:
        return None
    try:
        roots = _roots(recurrence)
        basis = [(root, k) for root, times in roots for k in range(times)]
        table = [[root.power(i) * whole(first + period * i).power(k) for root, k in basis] for i in range(order)]
        found = solve_linear(table, [whole(v) for v in values[:order]])
    except Outside:
        return None
    if found is None:
        return None
    exponent = _shifted(first, period)
    return _joined([(c, _summand(root, k, exponent)) for c, (root, k) in zip(found, basis, strict=True)])


def _joined(parts: Sequence[tuple[Surd, str]]) -> str:
    """A sum of texts times numbers; `1` is the text of a number alone."""
    made = ""
    for value, text in sorted(parts, key=lambda part: part[0].rational and part[0].a < 0):
        if value == ZERO:
            continue
        negative = value.rational and value.a < 0
        size = -value if negative else value
        body = text if size == ONE else surd_text(size) if text == "1" else f"{surd_text(size)}*{text}"
        sign = ("-" if negative else "") if not made else (" - " if negative else " + ")
        made += sign + body
    return made or "0"


def _shifted(first: int, period: int) -> str:
    inner = "n" if first == 0 else f"(n - {first})" if first > 0 else f"(n + {-first})"
    return inner if period == 1 else f"({inner}/{period})"


def _summand(root: Surd, power: int, exponent: str) -> str:
    factors = ["n" if power == 1 else f"n**{power}"] if power else []
    factors += [f"{surd_text(root)}**{exponent}"] if root != ONE else []
    return "*".join(factors) or "1"


def surd_text(value: Surd) -> str:
    """The number for the language of closed forms."""
    if value.rational:
        text = str(value.a)
        return text if value.a >= 0 and value.a.denominator == 1 else f"({text})"
    common = lcm(value.a.denominator, value.b.denominator)
    a, b = int(value.a * common), int(value.b * common)
    size = f"{abs(b)}*" if abs(b) != 1 else ""
    tail = f"{'-' if b < 0 else '+'} {size}sqrt({value.root})"
    inner = f"{a} {tail}" if a else tail.replace("- ", "-").removeprefix("+ ")
    return f"(({inner})/{common})" if common > 1 else f"({inner})"


def _roots(recurrence: Sequence[Fraction]) -> list[tuple[Surd, int]]:
    """The roots of the characteristic polynomial and how often each occurs.

    Raises:
        Outside: one that is neither rational nor of a quadratic with real roots.
    """
    import sympy

    x = sympy.Symbol("x")
    coefficients = [Fraction(1), *(-c for c in recurrence)]
    rational = [sympy.Rational(c.numerator, c.denominator) for c in coefficients]
    found: list[tuple[Surd, int]] = []
    for factor, times in sympy.Poly(rational, x, domain="QQ").factor_list()[1]:
        own = [Fraction(int(c.p), int(c.q)) for c in factor.all_coeffs()]
        if len(own) == 2:
            found.append((Surd(-own[1] / own[0]), int(times)))
        elif len(own) == 3:
            a, b, c = own
            root = square_root(b * b - 4 * a * c)
            half = Surd(1 / (2 * a))
            found += [((Surd(-b) + root) * half, int(times)), ((Surd(-b) - root) * half, int(times))]
        else:
            raise Outside("a factor of higher degree")
    if any(abs(r.a) > _LARGEST_ROOT for r, _ in found):
        raise Outside("a root that is too large")
    return found


def solve_linear(table: list[list[Surd]], right: list[Surd]) -> list[Surd] | None:
    """The one solution of a square or taller system, or None where there is none or more than one."""
    size = len(table[0])
    rows = [[*row, value] for row, value in zip(table, right, strict=True)]
    for column in range(size):
        pivot = next((i for i in range(column, len(rows)) if rows[i][column] != ZERO), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        inverse = rows[column][column].inverse()
        rows[column] = [v * inverse for v in rows[column]]
        for i, row in enumerate(rows):
            if i != column and row[column] != ZERO:
                rows[i] = [v - row[column] * p for v, p in zip(row, rows[column], strict=True)]
    if any(row[size] != ZERO for row in rows[size:]):
        return None
    return [rows[i][size] for i in range(size)]


# Factorials and binomial coefficients times polynomials


def _factorials(values: Sequence[int], start: int) -> Iterator[list[str]]:
    """A template times a polynomial, plus a polynomial."""
    for bases in (("",), ("", "*n"), ("", "/(n + 1)"), ("", "*n", "*n**2")):
        for template in _TEMPLATES:
            for rest in ((), ("1",), ("1", "n")):
                texts = [*(template + b for b in bases), *rest]
                size = len(texts)
                if len(values) < size + _HELD_OUT:
                    continue
                found = _combination(texts, values, start)
                if found is not None:
                    yield [found]
                    return


def _combination(texts: list[str], values: Sequence[int], start: int) -> str | None:
    size = len(texts) + _HELD_OUT
    try:
        forms = [decode_form({"pieces": [t], "start": start}, "guess") for t in texts]
        table = [[value_at(form, start + i) for form in forms] for i in range(size)]
        found = solve_linear(table, [whole(v) for v in values[:size]])
    except Outside:
        return None
    if found is None:
        return None
    return _joined(list(zip(found, texts, strict=True)))
