"""Integer polynomials, expanded: what identities between terms are checked with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeAlias

from lemmata.provers.terms.term import App, Num, Op, Sort, Term, Var, apply, number

Monomial: TypeAlias = tuple[tuple[str, int], ...]
"""Variables with their exponents, sorted by name; () is the constant."""
Polynomial: TypeAlias = Mapping[Monomial, int]
"""Coefficients, none of them 0."""

_MONOMIALS = 400
_DEGREE = 64
_BITS = 10_000


class TooLarge(Exception):
    """An expansion that grew beyond any use."""


def polynomial_of(term: Term) -> Polynomial | None:
    """The term expanded, or None where it is no polynomial with integer coefficients (or too large a one)."""
    try:
        return _expanded(term)
    except TooLarge:
        return None


def _expanded(term: Term) -> Polynomial | None:
    match term:
        case Num(value=int(value)):
            return constant(value)
        case Var(name, Sort.INT):
            return {((name, 1),): 1}
        case App(op=Op.POW, args=(base, Num(value=int(exponent)))) if 0 <= exponent <= _DEGREE:
            inner = _expanded(base)
            return None if inner is None else power(inner, exponent)
        case App(op=(Op.NEG | Op.ADD | Op.SUB | Op.MUL) as op, args=args):
            parts = [_expanded(a) for a in args]
            known = [p for p in parts if p is not None]
            return _combined(op, known) if len(known) == len(parts) else None
        case _:
            return None


def _combined(op: Op, parts: list[Polynomial]) -> Polynomial:
    if op is Op.NEG:
        return scaled(parts[0], -1)
    made = parts[0]
    for part in parts[1:]:
        made = times(made, part) if op is Op.MUL else plus(made, part if op is Op.ADD else scaled(part, -1))
    return made


def constant(value: int) -> Polynomial:
    return {(): value} if value else {}


def scaled(one: Polynomial, factor: int) -> Polynomial:
    return _kept({m: c * factor for m, c in one.items()})


def plus(one: Polynomial, other: Polynomial) -> Polynomial:
    return _kept({m: one.get(m, 0) + other.get(m, 0) for m in {**one, **other}})


def times(one: Polynomial, other: Polynomial) -> Polynomial:
    if len(one) * len(other) > _MONOMIALS**2:
        raise TooLarge
    made: dict[Monomial, int] = {}
    for m, c in one.items():
        for n, d in other.items():
            joined = _multiplied(m, n)
            made[joined] = made.get(joined, 0) + c * d
    return _kept(made)


def power(base: Polynomial, exponent: int) -> Polynomial:
    made = constant(1)
    for _ in range(exponent):
        made = times(made, base)
    return made


def _multiplied(one: Monomial, other: Monomial) -> Monomial:
    exponents = dict(one)
    for name, exponent in other:
        exponents[name] = exponents.get(name, 0) + exponent
    return tuple(sorted(exponents.items()))


def _kept(made: Mapping[Monomial, int]) -> Polynomial:
    kept = {m: c for m, c in made.items() if c}
    if len(kept) > _MONOMIALS or any(c.bit_length() > _BITS for c in kept.values()):
        raise TooLarge
    if any(sum(e for _, e in m) > _DEGREE for m in kept):
        raise TooLarge
    return kept


def degree(one: Polynomial, name: str) -> int:
    """The highest exponent of a variable; 0 for the zero polynomial."""
    return max((dict(m).get(name, 0) for m in one), default=0)


def variables(one: Polynomial) -> tuple[str, ...]:
    return tuple(sorted({name for m in one for name, _ in m}))


def content(one: Polynomial) -> int:
    """The greatest common divisor of the coefficients of all monomials but the constant; 0 if there are none."""
    return math.gcd(*(c for m, c in one.items() if m))


def reduced(one: Polynomial, modulus: int) -> Polynomial:
    """The polynomial with coefficients from 0 to modulus - 1; its values are congruent to those before."""
    return _kept({m: c % modulus for m, c in one.items()})


def term_of(one: Polynomial) -> Term:
    """The polynomial as a term, highest monomials first."""
    summands = [_summand(m, c) for m, c in sorted(one.items(), key=lambda i: (-sum(e for _, e in i[0]), i[0]))]
    return summands[0] if len(summands) == 1 else apply(Op.ADD, *summands) if summands else number(0)


def _summand(monomial: Monomial, coefficient: int) -> Term:
    factors: list[Term] = [number(coefficient)] if coefficient != 1 or not monomial else []
    for name, exponent in monomial:
        var = Var(name, Sort.INT)
        factors.append(var if exponent == 1 else apply(Op.POW, var, number(exponent)))
    return factors[0] if len(factors) == 1 else apply(Op.MUL, *factors)


def text_of(one: Polynomial) -> str:
    """The polynomial for people and for Python, `n**2 - 3*n + 1`."""
    made = ""
    for monomial, value in sorted(one.items(), key=lambda i: (-sum(e for _, e in i[0]), i[0])):
        factors = [name if e == 1 else f"{name}**{e}" for name, e in monomial]
        size = abs(value)
        body = "*".join([*([str(size)] if size != 1 or not factors else []), *factors])
        sign = ("-" if value < 0 else "") if not made else (" - " if value < 0 else " + ")
        made += sign + body
    return made or "0"
