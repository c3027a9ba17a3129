"""Polynomials over the rationals whose indeterminates are any terms: how identities of fields are checked."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TypeAlias

from lemmata.provers.terms.term import App, Num, Op, Sort, Term, apply, cast, free_variables, number, sort_of, walk

Power: TypeAlias = tuple[tuple[Term, int], ...]
"""Indeterminates with exponents, in a fixed order; () is the constant."""
Rational: TypeAlias = Mapping[Power, Fraction]

_MONOMIALS = 600
_DEGREE = 40


class TooLarge(Exception):
    """An expansion that grew beyond any use."""


def rational_of(term: Term) -> Rational:
    """The term expanded over its own sort's arithmetic; what is not added or multiplied is an indeterminate.

    Raises:
        TooLarge: it grows beyond any use.
    """
    match term:
        case Num(value=value):
            return _kept({(): Fraction(value)})
        case App(op=Op.ADD, args=args):
            made: Rational = {}
            for arg in args:
                made = plus(made, rational_of(arg))
            return made
        case App(op=Op.SUB, args=(left, right)):
            return plus(rational_of(left), scaled(rational_of(right), Fraction(-1)))
        case App(op=Op.NEG, args=(inner,)):
            return scaled(rational_of(inner), Fraction(-1))
        case App(op=Op.MUL, args=args):
            made = {(): Fraction(1)}
            for arg in args:
                made = times(made, rational_of(arg))
            return made
        case App(op=Op.RATIO, args=(left, right)):
            below = rational_of(right)
            if not below:
                return {}
            if set(below) == {()}:
                return scaled(rational_of(left), 1 / below[()])
        case App(op=Op.POW, args=(base, Num(value=exponent))) if 0 <= exponent <= _DEGREE:
            power: Rational = {(): Fraction(1)}
            expanded = rational_of(base)
            for _ in range(int(exponent)):
                power = times(power, expanded)
            return power
        case App(op=Op.CAST, args=(App(op=Op.ADD | Op.MUL | Op.POW | Op.SUB | Op.NEG, args=args) as inner,), sort=sort):
            moved = [a if inner.op is Op.POW and i else cast(a, sort) for i, a in enumerate(args)]
            return rational_of(App(inner.op, tuple(moved), sort))
        case App(op=Op.CAST, args=(App(op=Op.CAST, args=(deeper,)),), sort=sort):
            return rational_of(cast(deeper, sort))
    return {((term, 1),): Fraction(1)}


def plus(one: Rational, other: Rational) -> Rational:
    return _kept({m: one.get(m, Fraction(0)) + other.get(m, Fraction(0)) for m in {**one, **other}})


def scaled(one: Rational, factor: Fraction) -> Rational:
    return _kept({m: c * factor for m, c in one.items()})


def times(one: Rational, other: Rational) -> Rational:
    made: dict[Power, Fraction] = {}
    if len(one) * len(other) > _MONOMIALS**2:
        raise TooLarge
    for m, c in one.items():
        for n, d in other.items():
            exponents = dict(m)
            for t, e in n:
                exponents[t] = exponents.get(t, 0) + e
            key = tuple(sorted(exponents.items(), key=_order))
            made[key] = made.get(key, Fraction(0)) + c * d
    return _kept(made)


def _order(item: tuple[Term, int]) -> tuple[str, int]:
    return repr(item[0]), item[1]


def _kept(made: Mapping[Power, Fraction]) -> Rational:
    kept = {m: c for m, c in made.items() if c}
    if len(kept) > _MONOMIALS or any(sum(e for _, e in m) > _DEGREE for m in kept):
        raise TooLarge
    return kept


def difference(left: Term, right: Term) -> Rational | None:
    """left - right expanded, where both are of a field or integers; None where it grows beyond any use."""
    try:
        return plus(rational_of(left), scaled(rational_of(right), Fraction(-1)))
    except TooLarge:
        return None


def term_of(one: Rational, sort: Sort) -> Term:
    """The polynomial as a term of a field, or of the integers where it is one; highest monomials first."""
    order = sorted(one.items(), key=lambda i: (-sum(e for _, e in i[0]), repr(i[0])))
    summands = [_summand(m, c, sort) for m, c in order]
    return summands[0] if len(summands) == 1 else apply(Op.ADD, *summands) if summands else number(0, sort)


def _summand(monomial: Power, coefficient: Fraction, sort: Sort) -> Term:
    whole = coefficient.denominator == 1
    value = number(int(coefficient) if whole else coefficient, sort)
    factors: list[Term] = [value] if coefficient != 1 or not monomial else []
    for term, exponent in monomial:
        assert sort_of(term) is sort
        factors.append(term if exponent == 1 else apply(Op.POW, term, number(exponent, Sort.NAT)))
    return factors[0] if len(factors) == 1 else apply(Op.MUL, *factors)


def solved(equation: Term, wanted: Term) -> Term | None:
    """t with `wanted = t` the same as the equation, for a term in which it is linear and whose factor is known.

    The factor is a number other than 0 in a field, 1 or -1 over the integers; over the natural numbers there is no such
    t, as what is subtracted there may be lost.
    """
    match equation:
        case App(op=Op.EQ, args=(left, right)):
            sort = sort_of(left)
        case _:
            return None
    if sort not in (Sort.INT, Sort.RAT, Sort.REAL) or sort_of(wanted) is not sort:
        return None
    whole = difference(left, right)
    if whole is None:
        return None
    factor = {tuple(i for i in m if i[0] != wanted): c for m, c in whole.items() if (wanted, 1) in m}
    rest = {m: c for m, c in whole.items() if (wanted, 1) not in m}
    if any(_mentions(t, wanted) for m in (*factor, *rest) for t, _ in m):
        return None
    if set(factor) == {()}:
        if sort is Sort.INT and abs(factor[()]) != 1:
            return None
        return term_of(scaled(rest, -1 / factor[()]), sort)
    below = term_of(factor, sort)
    if sort is not Sort.REAL or not _is_nonzero(below):
        return None
    return apply(Op.RATIO, term_of(scaled(rest, Fraction(-1)), sort), below)


def _is_nonzero(term: Term) -> bool:
    """Whether a term has a value that is not 0."""
    from lemmata.provers.terms.evaluate import NotEvaluated, Undefined, evaluate

    try:
        return not free_variables(term) and evaluate(term, {}) != 0
    except (NotEvaluated, Undefined):
        return False


def _mentions(term: Term, wanted: Term) -> bool:
    return any(t == wanted for t in walk(term))
