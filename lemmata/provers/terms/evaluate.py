"""Exact values of terms, with a limit on the work."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TypeAlias

from lemmata.provers.terms.term import App, Every, InRange, Let, Num, Op, Term, Truth, Var

Value: TypeAlias = bool | int | Fraction

STEPS = 1_000_000
BITS = 200_000


class Undefined(Exception):
    """The term has no value here: a division by zero that is not skipped."""


class NotEvaluated(Exception):
    """No value was found: too much work, a quantifier over an infinite sort, or a power that is no integer."""


def evaluate(term: Term, values: Mapping[str, Value], *, steps: int = STEPS) -> Value:
    """The exact value of a term.

    Args:
        term: without quantifiers over infinite sorts where they decide.
        values: of its free variables.
        steps: how many nodes may be visited.

    Raises:
        Undefined: it has none (see `Op`).
        NotEvaluated: the limit was reached, a number grew beyond any use, or a quantifier or exponent is in the way.
    """
    try:
        return _Evaluation(steps).value(term, dict(values))
    except RecursionError:
        raise NotEvaluated("nested too deeply") from None


class _Evaluation:
    def __init__(self, steps: int) -> None:
        self.left = steps

    def value(self, term: Term, env: dict[str, Value]) -> Value:
        self.left -= 1
        if self.left < 0:
            raise NotEvaluated("too many steps")
        match term:
            case App(op, args, _):
                return self.applied(op, args, env)
            case Var(name):
                return env[name]
            case Num(value) | Truth(value):
                return value
            case Let(var, value, body):
                return self.value(body, {**env, var.name: self.value(value, env)})
            case InRange():
                return self.in_range(term, env)
            case Every():
                raise NotEvaluated("a quantifier over an infinite sort")

    def in_range(self, term: InRange, env: dict[str, Value]) -> bool:
        low, high = self.value(term.low, env), self.value(term.high, env)
        inner = dict(env)
        for i in range(int(low), int(high)):
            inner[term.var.name] = i
            if self.value(term.body, inner) is not term.holds_all:
                return not term.holds_all
        return term.holds_all

    def applied(self, op: Op, args: tuple[Term, ...], env: dict[str, Value]) -> Value:
        lazy = _LAZY.get(op)
        if lazy is not None:
            return lazy(self, args, env)
        found = [self.value(a, env) for a in args]
        result = _STRICT[op](*found)
        if type(result) is int and result.bit_length() > BITS:
            raise NotEvaluated("a number with too many digits")
        return result

    def all_of(self, args: tuple[Term, ...], env: dict[str, Value]) -> bool:
        return all(self.value(a, env) for a in args)

    def any_of(self, args: tuple[Term, ...], env: dict[str, Value]) -> bool:
        return any(self.value(a, env) for a in args)

    def implied(self, args: tuple[Term, ...], env: dict[str, Value]) -> bool:
        return not self.value(args[0], env) or bool(self.value(args[1], env))

    def chosen(self, args: tuple[Term, ...], env: dict[str, Value]) -> Value:
        return self.value(args[1] if self.value(args[0], env) else args[2], env)


_LAZY: Mapping[Op, Callable[[_Evaluation, tuple[Term, ...], dict[str, Value]], Value]] = {
    Op.AND: _Evaluation.all_of,
    Op.OR: _Evaluation.any_of,
    Op.IMPLIES: _Evaluation.implied,
    Op.ITE: _Evaluation.chosen,
}


def _divided(a: int, b: int) -> int:
    if b == 0:
        raise Undefined("division by zero")
    return a // b


def _remainder(a: int, b: int) -> int:
    if b == 0:
        raise Undefined("division by zero")
    return a % b


def _euclid_div(a: int, b: int) -> int:
    if b == 0:
        raise Undefined("division by zero")
    return a // b if b > 0 else -(a // -b)


def _euclid_mod(a: int, b: int) -> int:
    return _remainder(a, abs(b))


def _power(base: int | Fraction, exponent: int) -> int | Fraction:
    if exponent < 0:
        raise NotEvaluated("a negative exponent, which gives no integer: exclude it first, as in `n >= 0 and 2**n < 8`")
    size = max(abs(base.numerator), base.denominator)
    if size > 1 and size.bit_length() * exponent > BITS:
        raise NotEvaluated("a number with too many digits")
    return Fraction(base) ** exponent if isinstance(base, Fraction) else base**exponent


_STRICT: Mapping[Op, Callable[..., Value]] = {
    Op.NEG: lambda a: -a,
    Op.ADD: lambda *args: sum(args),
    Op.SUB: lambda a, b: a - b,
    Op.TRUNCATED_SUB: lambda a, b: max(0, a - b),
    Op.MUL: lambda *args: math.prod(args),
    Op.FLOOR_DIV: _divided,
    Op.FLOOR_MOD: _remainder,
    Op.EUCLID_DIV: _euclid_div,
    Op.EUCLID_MOD: _euclid_mod,
    Op.TOTAL_DIV: lambda a, b: _euclid_div(a, b) if b else 0,
    Op.TOTAL_MOD: lambda a, b: _euclid_mod(a, b) if b else a,
    Op.RATIO: lambda a, b: Fraction(a) / Fraction(b) if b else Fraction(0),
    Op.POW: _power,
    Op.ABS: abs,
    Op.MIN: min,
    Op.MAX: max,
    Op.GCD: math.gcd,
    Op.CAST: lambda a: a,
    Op.EQ: lambda a, b: a == b,
    Op.LT: lambda a, b: a < b,
    Op.LE: lambda a, b: a <= b,
    Op.DIVIDES: lambda a, b: b % a == 0 if a else b == 0,
    Op.NOT: lambda a: not a,
    Op.IFF: lambda a, b: a == b,
}


def evaluate_predicate(term: Term, values: Mapping[str, Value], *, steps: int = STEPS) -> bool:
    """Whether the term is true; one without a value is not.

    Raises:
        NotEvaluated: as in `evaluate`.
    """
    try:
        return evaluate(term, values, steps=steps) is True
    except Undefined:
        return False
