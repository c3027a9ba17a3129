"""Finds hints for a checker of answers: divisions with remainder, products, squares next to each other, moduli."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from lemmata.problem import Json
from lemmata.provers.answers.hints import divisions, equations
from lemmata.provers.answers.query import Query
from lemmata.provers.terms.polynomial import (
    Polynomial,
    TooLarge,
    constant,
    degree,
    plus,
    polynomial_of,
    power,
    scaled,
    text_of,
    times,
    variables,
)
from lemmata.provers.terms.simplify import multiplicative_order
from lemmata.provers.terms.term import App, InRange, Num, Op, walk

_MOST = 10
_CASES = 256
_MODULI = (3, 4, 5, 7, 8, 9, 11, 13, 16)
_DIVIDING = frozenset({Op.FLOOR_MOD, Op.EUCLID_MOD, Op.FLOOR_DIV, Op.EUCLID_DIV})


def find_facts(query: Query) -> list[Json]:
    """Hints that are facts, for the divisions and equations of a query."""
    found: list[Json] = []
    for make in (_divided, _factored, _squeezed, _instantiated):
        try:
            found.extend(itertools.islice(make(query), _MOST))
        except TooLarge:
            continue
    return found


def find_splits(query: Query) -> list[Json]:
    """Hints that split a query by remainders, the most promising first."""
    names = [n for n in query.variables if n.isidentifier()]
    moduli, orders = _numeral_divisors(query), _orders(query)
    own, both = math.lcm(1, *(orders or moduli)), math.lcm(1, *orders, *moduli)
    tried = [own, *_obstructions(query), both, 2 * both if both > 1 else 1]
    if any(isinstance(c, InRange) and c.holds_all for c in query.conditions):
        tried += [2, 3, 5, 6]
    fitting = [m for m in dict.fromkeys(tried) if m >= 2 and m ** len(names) <= _CASES]
    return [{"split": dict.fromkeys(names, m)} for m in fitting]


def _instantiated(query: Query) -> Iterator[Json]:
    if any(isinstance(c, InRange) and c.holds_all for c in query.conditions):
        yield {"instances": [2, 3, 5, 7]}


def _numeral_divisors(query: Query) -> set[int]:
    found: set[int] = set()
    for condition in query.conditions:
        for term in walk(condition):
            if isinstance(term, App) and term.op in _DIVIDING and isinstance(term.args[1], Num):
                found.add(abs(int(term.args[1].value)) or 1)
    return {v for v in found if v <= _CASES}


def _orders(query: Query) -> set[int]:
    """After how many steps powers of numerals repeat under the numerals that they are divided by."""
    found: set[int] = set()
    for condition in query.conditions:
        for term in walk(condition):
            if isinstance(term, App) and term.op in _DIVIDING and isinstance(term.args[1], Num) and term.args[1].value:
                for power_term in walk(term.args[0]):
                    match power_term:
                        case App(op=Op.POW, args=(Num(value=int(base)), exponent)) if not isinstance(exponent, Num):
                            found.add(multiplicative_order(base, abs(int(term.args[1].value))) or 1)
    return {v for v in found if v <= _CASES}


def _obstructions(query: Query) -> Iterator[int]:
    """Moduli for which some equation of the query has no solution at all."""
    for atom in equations(query):
        equation = _difference(atom)
        names = variables(equation)
        for modulus in _MODULI:
            if names and modulus ** len(names) <= _CASES * 8 and not _solvable(equation, names, modulus):
                yield modulus


def _solvable(equation: Polynomial, names: tuple[str, ...], modulus: int) -> bool:
    for values in itertools.product(range(modulus), repeat=len(names)):
        point = dict(zip(names, values, strict=True))
        if sum(c * math.prod(pow(point[n], e, modulus) for n, e in m) for m, c in equation.items()) % modulus == 0:
            return True
    return False


def _difference(atom: App) -> Polynomial:
    left, right = (polynomial_of(a) or {} for a in atom.args)
    return plus(left, scaled(right, -1))


# c·P = S·Q + R


def _divided(query: Query) -> Iterator[Json]:
    for index, atom in enumerate(divisions(query)):
        first, second = (polynomial_of(a) or {} for a in atom.args)
        dividend, divisor = (second, first) if atom.op is Op.DIVIDES else (first, second)
        for name in variables(divisor):
            found = divide(dividend, divisor, name)
            if found is not None:
                multiplier, quotient, remainder = found
                yield {
                    "division": index,
                    "multiplier": multiplier,
                    "quotient": text_of(quotient),
                    "remainder": text_of(remainder),
                }
                if multiplier == 1 and any(remainder):
                    yield {"congruent": index, "quotient": text_of(quotient), "remainder": text_of(remainder)}


def divide(dividend: Polynomial, divisor: Polynomial, name: str) -> tuple[int, Polynomial, Polynomial] | None:
    """c, S and R with c·dividend = S·divisor + R and R of lower degree in the variable; None where the divisor's
    leading coefficient is no number."""
    size = degree(divisor, name)
    leading = _coefficient(divisor, name, size)
    if any(leading) or size == 0:
        return None
    lead = leading[()]
    multiplier, quotient, rest = 1, constant(0), dividend
    while rest and degree(rest, name) >= size:
        top = degree(rest, name)
        factor = times(_coefficient(rest, name, top), power({((name, 1),): 1}, top - size))
        multiplier, quotient, rest = multiplier * lead, scaled(quotient, lead), scaled(rest, lead)
        quotient, rest = plus(quotient, factor), plus(rest, scaled(times(factor, divisor), -1))
    common = math.gcd(multiplier, *quotient.values(), *rest.values()) * (-1 if multiplier < 0 else 1)
    return (
        multiplier // common,
        {m: c // common for m, c in quotient.items()},
        {m: c // common for m, c in rest.items()},
    )


def _coefficient(one: Polynomial, name: str, exponent: int) -> Polynomial:
    made = {}
    for monomial, value in one.items():
        if dict(monomial).get(name, 0) == exponent:
            made[tuple((n, e) for n, e in monomial if n != name)] = value
    return made


# c·(left - right) = F·G - k


def _factored(query: Query) -> Iterator[Json]:
    for index, atom in enumerate(equations(query)):
        equation = _difference(atom)
        names = variables(equation)
        if len(names) < 2:
            continue
        for multiplier, left, right in (*_linear(equation, names), *_by_factors(equation, names)):
            yield {"product": index, "multiplier": multiplier, "left": text_of(left), "right": text_of(right)}


def _linear(equation: Polynomial, names: tuple[str, ...]) -> Iterator[tuple[int, Polynomial, Polynomial]]:
    """A(x)·y + B(x) with c·B = S·A + R and R a number: times c it is A·(c·y + S) + R."""
    if len(names) != 2:
        return
    for x, y in (names, names[::-1]):
        factor, rest = _coefficient(equation, y, 1), _coefficient(equation, y, 0)
        found = divide(rest, factor, x) if degree(equation, y) == 1 else None
        if found is not None and not any(found[2]):
            multiplier, quotient, _ = found
            yield multiplier, factor, plus({((y, 1),): multiplier}, quotient)


def _by_factors(equation: Polynomial, names: tuple[str, ...]) -> Iterator[tuple[int, Polynomial, Polynomial]]:
    """What is left without the number on its own, taken apart into two factors in every way."""
    import sympy

    symbols = sympy.symbols(list(names))
    table = {tuple(dict(m).get(n, 0) for n in names): c for m, c in equation.items() if m}
    content, factors = sympy.Poly(table, *symbols).factor_list()
    parts = [f for f, times_ in factors for _ in range(int(times_))]
    seen = set()
    for size in range(1, len(parts) // 2 + 1):
        for chosen in itertools.combinations(range(len(parts)), size):
            left: Polynomial = constant(1)
            right: Polynomial = constant(int(content))
            for place, part in enumerate(parts):
                made = _from_sympy(part, names)
                left, right = (times(left, made), right) if place in chosen else (left, times(right, made))
            if text_of(left) not in seen:
                seen |= {text_of(left), text_of(right)}
                yield 1, left, right


def _from_sympy(part: object, names: tuple[str, ...]) -> Polynomial:
    terms = part.terms()  # type: ignore[attr-defined]
    return {
        tuple(sorted((n, int(e)) for n, e in zip(names, exponents, strict=True) if e)): int(value)
        for exponents, value in terms
    }


# s² next to t²


def _squeezed(query: Query) -> Iterator[Json]:
    for atom in equations(query):
        equation = _difference(atom)
        for name in variables(equation):
            square, linear_part = _coefficient(equation, name, 2), _coefficient(equation, name, 1)
            if degree(equation, name) != 2 or linear_part or square not in ({(): 1}, {(): -1}):
                continue
            root = square_root(scaled(_coefficient(equation, name, 0), -square[()]))
            for shift in (0, 1, -1) if root is not None else ():
                assert root is not None
                yield {"between": [name, text_of(plus(root, constant(shift)))]}


def square_root(one: Polynomial) -> Polynomial | None:
    """A polynomial in one variable whose square has the same highest coefficients, rounded down, if there is one."""
    names = variables(one)
    if len(names) != 1:
        return None
    name, top = names[0], degree(one, names[0])
    lead = one.get(((name, top),), 0)
    if top % 2 or lead <= 0 or math.isqrt(lead) ** 2 != lead:
        return None
    root: Polynomial = {((name, top // 2),): math.isqrt(lead)}
    for exponent in range(top // 2 - 1, -1, -1):
        rest = plus(one, scaled(times(root, root), -1))
        wanted = rest.get(((name, exponent + top // 2),), 0)
        value = wanted // (2 * math.isqrt(lead))
        root = plus(root, {((name, exponent),): value} if exponent else constant(value))
        root = {m: c for m, c in root.items() if c}
    return root
