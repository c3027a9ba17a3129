"""Values of expressions: exact rationals where they stay rational, else balls that provably hold the value (arb).

Used for a fast *no*: two balls without a common point hold different numbers. A ball never says *yes*.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from fractions import Fraction
from typing import Any, TypeAlias

import flint

from lemmata.provers.answers.same.expression import App, Expr, Fn, Num, Sym, Var

Ball: TypeAlias = Any  # flint.arb, or flint.acb for complex values
Value: TypeAlias = Fraction | Ball

MOST_BITS = 50_000
EXACT_BITS = 100_000
_LARGEST_FACTORIAL = 5_000
_LONGEST_PRODUCT = 300


class NoValue(Exception):
    """The expression provably has no value here."""


class Unsettled(Exception):
    """Nothing can be said, for the reason given; `finer` where more bits could help."""

    def __init__(self, text: str, *, finer: bool = False) -> None:
        super().__init__(text)
        self.finer = finer


def precision(bits: int) -> AbstractContextManager[Any]:
    """Within it, balls are computed with that many bits."""
    made: AbstractContextManager[Any] = flint.ctx.workprec(bits)
    return made


def enclose(expr: Expr, values: Mapping[str, Fraction], bits: int, *, real: bool = True) -> Value:
    """The value of an expression.

    Args:
        expr: any.
        values: of its variables.
        bits: of precision for what isn't rational.
        real: even roots of negative numbers have no value; otherwise the principal one.

    Raises:
        NoValue: it has none, provably.
        Unsettled: not settled with these bits, or outside what can be computed.
    """
    with precision(bits):
        return _Enclosing(values, real).value(expr)


def ball(value: Value) -> Ball:
    """A rational as a ball; balls as they are."""
    return flint.arb(flint.fmpq(value.numerator, value.denominator)) if isinstance(value, Fraction) else value


def apart(first: Value, second: Value) -> bool:
    """Whether the two are provably different numbers."""
    if isinstance(first, Fraction) and isinstance(second, Fraction):
        return first != second
    return not flint.acb(ball(first)).overlaps(flint.acb(ball(second)))


def sign(value: Value) -> int | None:
    """-1, 0 or 1, or None where the ball doesn't say."""
    if isinstance(value, Fraction):
        return (value > 0) - (value < 0)
    found = _as_real(value)
    if found.is_zero():
        return 0
    return 1 if found > 0 else -1 if found < 0 else None


def _as_real(value: Value) -> Ball:
    value = ball(value)
    if isinstance(value, flint.acb):
        if not value.imag.is_zero():
            raise Unsettled("a complex number where a real one is expected", finer=True)
        return value.real
    return value


class _Enclosing:
    def __init__(self, values: Mapping[str, Fraction], real: bool) -> None:
        self.values, self.real = values, real

    def value(self, expr: Expr) -> Value:
        match expr:
            case Num(value):
                return value
            case Var(name):
                return self.values[name]
            case Sym(name):
                return _constant(name)
            case App(fn, args):
                return self.applied(fn, [self.value(a) for a in args])

    def applied(self, fn: Fn, args: list[Value]) -> Value:
        match fn:
            case Fn.ADD:
                return _total(args)
            case Fn.MUL:
                return _product(args)
            case Fn.NEG:
                return -args[0]
            case Fn.DIV:
                return _quotient(args[0], args[1])
            case Fn.POW:
                return self.power(args[0], args[1])
            case Fn.ROOT:
                return self.root(args[0], int(args[1]))
            case Fn.FACTORIAL:
                return _factorial(args[0])
            case Fn.BINOMIAL:
                return _binomial(args[0], args[1])
            case Fn.WHOLE_DIV:
                return _floor(_quotient(args[0], args[1]))
            case Fn.WHOLE_MOD:
                return _total([args[0], -_product([args[1], _floor(_quotient(args[0], args[1]))])])
            case Fn.MIN | Fn.MAX | Fn.TRUNCATED_SUB:
                return _chosen(fn, args[0], args[1])
            case Fn.ABS:
                return abs(args[0])
            case Fn.FLOOR:
                return _floor(args[0])
            case Fn.CEILING:
                return -_floor(-args[0])
            case _:
                return self.function(fn, args[0])

    def function(self, fn: Fn, arg: Value) -> Value:
        if arg == 0 and isinstance(arg, Fraction) and fn in _AT_ZERO:
            return Fraction(_AT_ZERO[fn])
        if fn is Fn.EXP and isinstance(arg, flint.acb):
            return arg.exp()
        if fn not in _FUNCTIONS:
            raise Unsettled(f"{fn.value} is not computed")
        return _FUNCTIONS[fn](_as_real(arg))

    def power(self, base: Value, exponent: Value) -> Value:
        if isinstance(exponent, Fraction) and exponent.denominator == 1:
            return _whole_power(base, int(exponent))
        if isinstance(base, flint.acb) or isinstance(exponent, flint.acb):
            raise Unsettled("a complex power")
        found = sign(base)
        if found is None:
            raise Unsettled("the sign of a base", finer=True)
        if found == 0:
            above = sign(exponent)
            if above is None:
                raise Unsettled("the sign of an exponent", finer=True)
            if above < 0:
                raise NoValue("0 to a negative power")
            return Fraction(0)
        if found < 0:
            raise Unsettled("a broken power of a negative number means different things to different people")
        if isinstance(base, Fraction) and base == 1:
            return base
        return ball(base) ** ball(exponent)

    def root(self, radicand: Value, index: int) -> Value:
        if isinstance(radicand, flint.acb):
            if radicand.imag.is_zero():
                return self.root(radicand.real, index)
            return radicand.root(index)
        found = sign(radicand)
        if found is None:
            raise Unsettled("the sign of a radicand", finer=True)
        if found < 0:
            if index % 2:
                return -self.root(-radicand, index)
            if self.real:
                raise NoValue("an even root of a negative number")
            if index != 2:
                return flint.acb(ball(radicand)).root(index)
            return flint.acb(0, ball(self.root(-radicand, index)))
        if isinstance(radicand, Fraction):
            exact = [exact_root(n, index) for n in (radicand.numerator, radicand.denominator)]
            if exact[0] is not None and exact[1] is not None:
                return Fraction(exact[0], exact[1])
        return ball(radicand).root(index)


def exact_root(number: int, index: int) -> int | None:
    """The whole root of a natural number, where it has one."""
    found = int(flint.fmpz(number).root(index)) if number > 1 else number
    return found if found**index == number else None


def _constant(name: str) -> Value:
    match name:
        case "pi":
            return flint.arb.pi()
        case "e":
            return flint.arb(1).exp()
        case "i":
            return flint.acb(0, 1)
        case "°":
            return flint.arb.pi() / 180
    raise Unsettled(f"{name} is not a number")


def _kept(value: Fraction) -> Value:
    """Exact while it is worth it."""
    size = max(value.numerator.bit_length(), value.denominator.bit_length())
    return value if size <= EXACT_BITS else ball(value)


def _total(args: list[Value]) -> Value:
    if all(isinstance(a, Fraction) for a in args):
        return _kept(sum(args, Fraction(0)))
    made = ball(args[0])
    for arg in args[1:]:
        made = made + ball(arg)
    return made


def _product(args: list[Value]) -> Value:
    if all(isinstance(a, Fraction) for a in args):
        return _kept(math.prod(args, start=Fraction(1)))
    if any(isinstance(a, Fraction) and a == 0 for a in args):
        return Fraction(0)
    made = ball(args[0])
    for arg in args[1:]:
        made = made * ball(arg)
    return made


def _quotient(left: Value, right: Value) -> Value:
    if isinstance(right, Fraction):
        if right == 0:
            raise NoValue("a division by 0")
        return _kept(left / right) if isinstance(left, Fraction) else left / ball(right)
    if right.is_zero():
        raise NoValue("a division by 0")
    if flint.acb(right).contains(0):
        raise Unsettled("whether a divisor is 0", finer=True)
    return ball(left) / right


def _whole_power(base: Value, exponent: int) -> Value:
    if isinstance(base, Fraction):
        if base == 0 and exponent < 0:
            raise NoValue("0 to a negative power")
        if base in (0, 1, -1):
            return base ** (exponent % 2) if base == -1 else base if exponent else Fraction(1)
        size = max(base.numerator.bit_length(), base.denominator.bit_length())
        if size * abs(exponent) <= EXACT_BITS:
            return base**exponent
    if exponent < 0:
        return _quotient(Fraction(1), _whole_power(base, -exponent))
    made = ball(base) ** flint.fmpz(exponent)
    if not made.is_finite() and exponent <= _LONGEST_PRODUCT:  # flint gives up on some balls around 0
        made = _product([ball(base)] * exponent)
    if not made.is_finite():
        raise Unsettled("a number beyond what can be computed")
    return made


def _floor(value: Value) -> Value:
    if isinstance(value, Fraction):
        return Fraction(math.floor(value))
    found = _as_real(value).floor().unique_fmpz()
    if found is None:
        raise Unsettled("which whole number is just below", finer=True)
    return Fraction(int(found))


def _chosen(fn: Fn, left: Value, right: Value) -> Value:
    difference = _total([left, -right])
    if fn is Fn.TRUNCATED_SUB:
        found = sign(difference)
        if found is None:
            raise Unsettled("the sign of a difference", finer=True)
        return difference if found > 0 else Fraction(0)
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return min(left, right) if fn is Fn.MIN else max(left, right)
    first, second = _as_real(left), _as_real(right)
    return first.min(second) if fn is Fn.MIN else first.max(second)


def _factorial(value: Value) -> Value:
    if not isinstance(value, Fraction):
        raise Unsettled("the factorial of what isn't shown to be a whole number")
    if value.denominator != 1 or value < 0:
        raise Unsettled("the factorial of a number that isn't natural")  # some give it a value
    if value > _LARGEST_FACTORIAL:
        return flint.arb(flint.fmpz(int(value) + 1)).gamma() if value < 10**9 else _beyond()
    return Fraction(math.factorial(int(value)))


def _beyond() -> Value:
    raise Unsettled("a number beyond what can be computed")


def _binomial(top: Value, bottom: Value) -> Value:
    if not isinstance(top, Fraction) or not isinstance(bottom, Fraction):
        raise Unsettled("a binomial coefficient of what isn't shown to be rational")
    if bottom.denominator != 1 or bottom < 0:
        raise NoValue("a binomial coefficient without a natural number below")
    if top.denominator == 1 and 0 <= top <= _LARGEST_FACTORIAL:
        return Fraction(math.comb(int(top), int(bottom)))
    if bottom > _LONGEST_PRODUCT:
        raise Unsettled("a number beyond what can be computed")
    made = Fraction(1)
    for i in range(int(bottom)):
        made = made * (top - i) / (i + 1)
        if made.numerator.bit_length() > EXACT_BITS:
            raise Unsettled("a number beyond what can be computed")
    return made


def _logarithm(arg: Ball) -> Ball:
    if arg <= 0:
        raise NoValue("the logarithm of a number that isn't positive")
    if not arg > 0:
        raise Unsettled("whether what a logarithm is taken of is positive", finer=True)
    return arg.log()


def _over(top: Callable[[Ball], Ball], bottom: Callable[[Ball], Ball]) -> Callable[[Ball], Ball]:
    return lambda x: _quotient(top(x), bottom(x))


def _inverse(name: str) -> Callable[[Ball], Ball]:
    def apply(arg: Ball) -> Ball:
        if abs(arg) > 1:
            raise NoValue(f"{name} of a number outside [-1, 1]")
        if not abs(arg) <= 1 and not arg.is_exact():
            raise Unsettled(f"whether {name} has a value", finer=True)
        return arg.asin() if name == "arcsin" else arg.acos()

    return apply


_FUNCTIONS: Mapping[Fn, Callable[[Ball], Ball]] = {
    Fn.EXP: lambda x: x.exp(),
    Fn.LN: _logarithm,
    Fn.SIN: lambda x: x.sin(),
    Fn.COS: lambda x: x.cos(),
    Fn.TAN: _over(lambda x: x.sin(), lambda x: x.cos()),
    Fn.COT: _over(lambda x: x.cos(), lambda x: x.sin()),
    Fn.SEC: _over(lambda _: Fraction(1), lambda x: x.cos()),
    Fn.CSC: _over(lambda _: Fraction(1), lambda x: x.sin()),
    Fn.ARCSIN: _inverse("arcsin"),
    Fn.ARCCOS: _inverse("arccos"),
    Fn.ARCTAN: lambda x: x.atan(),
    Fn.SINH: lambda x: x.sinh(),
    Fn.COSH: lambda x: x.cosh(),
    Fn.TANH: lambda x: x.tanh(),
}
_AT_ZERO: Mapping[Fn, int] = {
    **dict.fromkeys((Fn.SIN, Fn.TAN, Fn.ARCSIN, Fn.ARCTAN, Fn.SINH, Fn.TANH), 0),
    **dict.fromkeys((Fn.EXP, Fn.COS, Fn.SEC, Fn.COSH), 1),
}
