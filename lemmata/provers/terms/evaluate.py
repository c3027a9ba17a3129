"""Exact values of terms, with a limit on the work."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from lemmata.provers.terms.bits import ArrayValue, bits_value
from lemmata.provers.terms.exact import Exact, inverse
from lemmata.provers.terms.exact import NotEvaluated as NotEvaluated
from lemmata.provers.terms.functions import KNOWN
from lemmata.provers.terms.term import (
    App,
    Call,
    Every,
    Extremal,
    Fold,
    Gather,
    InRange,
    Let,
    Num,
    Op,
    Sort,
    Term,
    Truth,
    Var,
    apply,
    conjunction,
    negated,
    number,
    sort_of,
)

Scalar: TypeAlias = bool | int | Fraction | Exact
Value: TypeAlias = Scalar | ArrayValue

STEPS = 1_000_000
BITS = 200_000
_WIDTH = 12


class Undefined(Exception):
    """The term has no value here: a division by zero that is not skipped."""


def evaluate_integer(term: Term, values: Mapping[str, Value], *, steps: int = STEPS) -> int:
    """As `evaluate`, of a term of whole numbers.

    Raises:
        NotEvaluated: also where the value is no whole number.
    """
    value = evaluate(term, values, steps=steps)
    if type(value) is not int:
        raise NotEvaluated("its value is no whole number")
    return value


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


def members_of(term: Gather) -> list[dict[str, Term]]:
    """The values of the variables for which the guard holds, as terms.

    Raises:
        NotEvaluated: as `evaluate`, or there are irrational ones.
    """
    rows = _Evaluation(STEPS).members(term, {})
    sorts = {v.name: v.sort for v in term.variables}
    if any(isinstance(v, Exact | bool) for row in rows for v in row.values()):
        raise NotEvaluated("members that are no rational numbers")
    return [{n: number(v, sorts[n]) for n, v in row.items()} for row in rows]  # type: ignore[arg-type]


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
            case Call(name, args, _):
                known = KNOWN.get(name)
                if known is None:
                    raise NotEvaluated(f"{name}, of which nothing is known")
                found: Value = known(*(self.value(a, env) for a in args))
                return found
            case Every():
                return self.every(term, env)
            case Gather():
                return self.gathered(term, env)
            case Extremal():
                return self.extremal(term, env)

    def in_range(self, term: InRange, env: dict[str, Value]) -> bool:
        low, high = self.value(term.low, env), self.value(term.high, env)
        inner = dict(env)
        for i in range(_whole(low), _whole(high)):
            inner[term.var.name] = i
            if self.value(term.body, inner) is not term.holds_all:
                return not term.holds_all
        return term.holds_all

    def every(self, term: Every, env: dict[str, Value]) -> bool:
        """Decided by the finitely many values of the variable for which the body can be what decides."""
        wanted = negated(term.body) if term.holds_all else term.body
        inner = dict(env)
        found = self.candidates(term.var, wanted, env)
        for value in _FIRST_TRIED if found is None else found:
            if term.var.sort is Sort.NAT and _whole(value) < 0:
                continue
            inner[term.var.name] = value
            if self.value(wanted, inner):
                return not term.holds_all
        if found is None:
            raise NotEvaluated("a quantifier over an infinite sort")
        return term.holds_all

    def candidates(self, var: Var, condition: Term, env: dict[str, Value]) -> Sequence[Value] | None:
        """Finitely many values among which are all of the variable for which the condition holds, if they are seen."""
        from lemmata.provers.terms.bounds import finitely_many

        if var.sort is Sort.BOOL:
            return [False, True]
        if 0 < var.sort.width <= _WIDTH:
            return range(1 << var.sort.width)
        if var.sort.args:
            raise NotEvaluated("a quantifier over large bit-vectors or arrays")

        def value(term: Term, more: Mapping[str, Value]) -> Value:
            return self.value(term, {**env, **more})

        return finitely_many(var, condition, value, frozenset(env))

    def members(self, term: Gather, env: dict[str, Value]) -> list[dict[str, Value]]:
        """The values of the variables for which the guard holds."""
        found: list[dict[str, Value]] = []
        left = list(term.variables)
        while left:
            for var in left:
                values = self.candidates(var, term.guard, env)
                if values is not None:
                    break
            else:
                raise NotEvaluated("a set that may be infinite")
            others = tuple(v for v in left if v is not var)
            rest = Gather(term.fold, others, term.guard, term.body, term.sort)
            for value in values:
                inner = {**env, var.name: value}
                if rest.variables:
                    found += [{**more, var.name: value} for more in self.members(rest, inner)]
                elif self.value(term.guard, inner):
                    found.append({var.name: value})
            return found
        return found

    def gathered(self, term: Gather, env: dict[str, Value]) -> Value:
        members = self.members(term, env)
        if term.fold is Fold.FINITE:
            return True
        if term.fold is Fold.COUNT:
            return len(members)
        values = [self.value(term.body, {**env, **m}) for m in members]
        return _STRICT[Op.ADD if term.fold is Fold.SUM else Op.MUL](*values)

    def extremal(self, term: Extremal, env: dict[str, Value]) -> bool:
        point = self.value(term.point, env)
        inner = {**env, term.var.name: point}
        if not self.value(term.body, inner):
            return False
        assert not isinstance(point, bool)
        if isinstance(point, Exact | ArrayValue):
            raise NotEvaluated("an extremum that is no rational number")
        limit = number(point, term.var.sort)
        better = apply(Op.LT, term.var, limit) if term.least else apply(Op.LT, limit, term.var)
        return not self.every(Every(term.var, conjunction(better, term.body), False), env)

    def applied(self, op: Op, args: tuple[Term, ...], env: dict[str, Value]) -> Value:
        lazy = _LAZY.get(op)
        if lazy is not None:
            return lazy(self, args, env)
        if op in (Op.TOTAL_MOD, Op.EUCLID_MOD, Op.FLOOR_MOD):
            return self.remainder(op, args, env)
        found = [self.value(a, env) for a in args]
        if op in (Op.SELECT, Op.STORE):
            held = found[0]
            assert isinstance(held, ArrayValue)
            return held.at(found[1]) if op is Op.SELECT else held.storing(found[1], found[2])
        if op not in _STRICT:
            return bits_value(op, tuple(sort_of(a).width for a in args), tuple(map(_whole, found)))
        result = _STRICT[op](*found)
        if type(result) is int and result.bit_length() > BITS:
            raise NotEvaluated("a number with too many digits")
        return result

    def remainder(self, op: Op, args: tuple[Term, ...], env: dict[str, Value]) -> Value:
        """Of powers too large to be written down, the remainder alone."""
        modulus = self.value(args[1], env)
        try:
            return _STRICT[op](self.value(args[0], env), modulus)
        except NotEvaluated:
            if not isinstance(modulus, int) or modulus <= 0:
                raise
            return self.residue(args[0], modulus, env)

    def residue(self, term: Term, modulus: int, env: dict[str, Value]) -> int:
        match term:
            case App(op=Op.ADD | Op.MUL as op, args=args):
                parts = [self.residue(a, modulus, env) for a in args]
                return (sum(parts) if op is Op.ADD else math.prod(parts)) % modulus
            case App(op=Op.POW, args=(base, exponent)):
                times = self.value(exponent, env)
                if not isinstance(times, int) or times < 0:
                    raise NotEvaluated("a negative exponent")
                return pow(self.residue(base, modulus, env), times, modulus)
            case App(op=Op.CAST, args=(inner,)):
                return self.residue(inner, modulus, env)
            case _:
                return _whole(self.value(term, env)) % modulus

    def all_of(self, args: tuple[Term, ...], env: dict[str, Value]) -> bool:
        return all(self.value(a, env) for a in args)

    def any_of(self, args: tuple[Term, ...], env: dict[str, Value]) -> bool:
        return any(self.value(a, env) for a in args)

    def implied(self, args: tuple[Term, ...], env: dict[str, Value]) -> bool:
        return not self.value(args[0], env) or bool(self.value(args[1], env))

    def chosen(self, args: tuple[Term, ...], env: dict[str, Value]) -> Value:
        return self.value(args[1] if self.value(args[0], env) else args[2], env)


_FIRST_TRIED = [*range(32), *range(-1, -32, -1)]

_LAZY: Mapping[Op, Callable[[_Evaluation, tuple[Term, ...], dict[str, Value]], Value]] = {
    Op.AND: _Evaluation.all_of,
    Op.OR: _Evaluation.any_of,
    Op.IMPLIES: _Evaluation.implied,
    Op.ITE: _Evaluation.chosen,
}


def _whole(value: Value) -> int:
    assert isinstance(value, int)
    return value


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


def _ratio(a: int | Fraction | Exact, b: int | Fraction | Exact) -> int | Fraction | Exact:
    return a * inverse(b)


def _power(base: int | Fraction | Exact, exponent: int) -> int | Fraction | Exact:
    if isinstance(base, Exact):
        return base**exponent
    if exponent < 0:
        raise NotEvaluated("a negative exponent, which gives no integer: exclude it first, as in `n >= 0 and 2**n < 8`")
    size = max(abs(base.numerator), base.denominator)
    if size > 1 and size.bit_length() * exponent > BITS:
        raise NotEvaluated("a number with too many digits")
    top: int = base.numerator**exponent
    bottom: int = base.denominator**exponent
    return Fraction(top, bottom) if isinstance(base, Fraction) else top


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
    Op.RATIO: _ratio,
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
