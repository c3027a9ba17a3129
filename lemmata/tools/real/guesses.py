"""Exact numbers and points near floating-point ones; what they are worth is for exact evaluation to say."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator, Mapping
from fractions import Fraction

from lemmata.errors import BadInput
from lemmata.provers.real.points import Number, Points, read_constant
from lemmata.provers.real.statement import Statement
from lemmata.provers.real.system import System, make_system
from lemmata.tools.real.numeric import difference, keeps, value_of

_NEAR = 2e-6
_SMALL = tuple(
    Fraction(*p)
    for p in ((1, 1), (2, 1), (1, 2), (3, 1), (1, 3), (4, 1), (1, 4), (3, 2), (2, 3), (9, 1), (1, 10), (10, 1))
)
_MOST = 4_000


def guess_number(value: float, *, near: float = _NEAR) -> list[str]:
    """Texts of simple numbers near a value: rationals, then square roots of rationals."""
    found = []
    for denominator in (1, 12, 60, 400):
        guess = Fraction(value).limit_denominator(denominator)
        if abs(float(guess) - value) < near * max(1.0, abs(value)):
            found.append(text_of(guess))
            break
    square = Fraction(value * value).limit_denominator(60)
    if square > 0 and abs(math.sqrt(square) - abs(value)) < near * max(1.0, abs(value)):
        root = square.numerator, square.denominator
        if not all(math.isqrt(n) ** 2 == n for n in root):
            found.append(f"{'-' if value < 0 else ''}√({text_of(square)})")
    return found


def text_of(value: Fraction) -> str:
    """A rational as claims are written."""
    return str(value.numerator) if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


def points_near(statement: Statement, at: Mapping[str, float]) -> Iterator[dict[str, str]]:
    """Points with simple coordinates near one, also when it is scaled so that some coordinate is 1."""
    for scale in (*(v for v in at.values() if abs(v) > 1e-6), 1.0):
        options = []
        for name in statement.variables:
            value = at[name] / scale
            near = 1e-3 if abs(value) < 1 else 1e-4
            options.append(["0"] if abs(value) < 1e-4 else guess_number(value, near=near)[:2])
        yield from (
            dict(zip(statement.variables, c, strict=True)) for c in itertools.islice(itertools.product(*options), 16)
        )
    yield from solved_points(statement, near=at)


def solved_points(statement: Statement, *, near: Mapping[str, float] | None = None) -> Iterator[dict[str, str]]:
    """Points on a statement's equality, if it has a single one: simple values for all variables but one, solved for."""
    try:
        system = make_system(statement)
    except BadInput:
        return
    names = [str(n) for n in system.ring.names()]
    equalities = [k.polynomial for k in system.known if k.sign == "="]
    plain = [
        e for e in equalities if not any(e.degrees()[names.index(n)] for n in names if n not in statement.variables)
    ]
    for index in reversed(range(len(names))):
        if names[index] not in statement.variables:
            continue
        if len(plain) > 1 or (plain and plain[0].degrees()[index] not in (1, 2)):
            continue
        yield from _solved(system, names, plain[0] if plain else None, index, statement, near)
        if not plain:
            return


def _solved(
    system: System,
    names: list[str],
    equality: object,
    index: int,
    statement: Statement,
    near: Mapping[str, float] | None,
) -> Iterator[dict[str, str]]:
    others = [n for n in statement.variables if equality is None or n != names[index]]
    positive = all(names.index(n) in system.signs for n in others)
    pool = _SMALL if positive else (*_SMALL, Fraction(0), *(-v for v in _SMALL))
    if near is None:
        choices = [list(pool)] * len(others)
    else:
        choices = [[Fraction(near[n]).limit_denominator(d) for d in (1, 4, 20)] for n in others]
    for values in itertools.islice(itertools.product(*choices), _MOST):
        at = dict(zip(others, values, strict=True))
        if equality is None:
            yield {n: text_of(at[n]) for n in statement.variables}
            continue
        for root in _roots(equality, names, at, index):
            yield {n: root if n == names[index] else text_of(at[n]) for n in statement.variables}


def _roots(equality: object, names: list[str], at: Mapping[str, Fraction], index: int) -> Iterator[str]:
    coefficients = [Fraction(0)] * 3
    for monomial, value in equality.to_dict().items():  # type: ignore[attr-defined]
        made = Fraction(int(value.p), int(value.q))
        for place, exponent in enumerate(monomial):
            if exponent and place != index:
                made *= at[names[place]] ** int(exponent)
        coefficients[int(monomial[index])] += made
    c, b, a = coefficients
    if a == 0:
        if b:
            yield text_of(-c / b)
        return
    inside = b * b - 4 * a * c
    if inside < 0:
        return
    whole = [math.isqrt(n) for n in (inside.numerator, inside.denominator)]
    exact = whole[0] ** 2 == inside.numerator and whole[1] ** 2 == inside.denominator
    for sign in (1, -1):
        if exact:
            yield text_of((-b + sign * Fraction(*whole)) / (2 * a))
        else:
            yield f"({text_of(-b)} {'+' if sign > 0 else '-'} √({text_of(inside)})) / ({text_of(2 * a)})"


def first_point(
    statement: Statement, candidates: Iterator[dict[str, str]], *, sign: int | None, deadline: float
) -> dict[str, str] | None:
    """The first point that keeps the hypotheses, and where left - right of the goal has the sign, if one is wanted."""
    points = Points()
    for candidate in candidates:
        if time.monotonic() > deadline:
            return None
        if not _plausible(statement, candidate, sign):
            continue
        try:
            at: dict[str, Number] = points.read(candidate, statement.variables, place="point")
            if points.within(statement, at) and (sign is None or points.compare(statement.goal, at) == sign):
                return candidate
        except (BadInput, AssertionError):
            continue
    return None


def _plausible(statement: Statement, candidate: Mapping[str, str], sign: int | None) -> bool:
    """Whether floating point has nothing against a point; exact evaluation is slow where there are many roots."""
    at = {n: value_of(read_constant(t, place="point"), {}) for n, t in candidate.items()}
    apart = difference(statement.goal, at) if sign is not None else 0.0
    if math.isnan(apart) or not keeps(statement, at):
        return False
    return sign is None or (abs(apart) < 1e-6 if sign == 0 else apart * sign > -1e-9)
