"""Operations on numbers as sympy means them, put into terms."""

from __future__ import annotations

import ast
import math
from fractions import Fraction

from lemmata.provers.terms.sympy_symbols import fail
from lemmata.provers.terms.sympy_values import Number, Signs, constant, field, in_sort, numeral, same_sort
from lemmata.provers.terms.term import (
    TRUE,
    WHOLE,
    App,
    Call,
    Num,
    Op,
    Sort,
    Term,
    apply,
    cast,
    conjunction,
    negated,
    number,
    sort_of,
)

_DIGITS = 1_000


def written(node: ast.expr, value: int | Fraction) -> Term:
    """A numeral of a size that is of use."""
    if max(abs(value.numerator), value.denominator).bit_length() > 3 * _DIGITS:
        raise fail(node, f"expected a number of at most {_DIGITS} digits")
    return numeral(value)


def literal(node: ast.expr) -> int:
    """The integer that is written there."""
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -literal(inner)
        case ast.Constant(value=int(value)) if not isinstance(value, bool):
            return value
    raise fail(node, "expected an integer")


def applied(node: ast.expr, name: str, terms: list[Term], signs: Signs) -> Term:
    """A function of sympy's, put to numbers all of which have values."""
    match name, terms:
        case (("Add" | "Mul"), [_, _, *_]):
            return apply(Op.ADD if name == "Add" else Op.MUL, *same_sort(*terms))
        case "Sub", [_, _]:
            return apply(Op.SUB, *same_sort(*terms))
        case "Abs", [inner]:
            return apply(Op.ABS, inner)
        case (("Min" | "Max"), [first, *rest]):
            for other in rest:
                first = apply(Op.MIN if name == "Min" else Op.MAX, *same_sort(first, other))
            return first
        case (("floor" | "ceiling"), [inner]):
            return _rounded(name, inner)
        case "Mod", [left, right]:
            return _modulo(node, left, right, signs)
        case "factorial", [inner]:
            return cast(Call("Nat.factorial", (natural(node, inner),), Sort.NAT), Sort.INT)
        case "binomial", [n, k]:
            chosen = Call("Nat.choose", (natural(node, n), natural(node, k)), Sort.NAT)
            return cast(chosen, Sort.INT)
        case (("gcd" | "igcd"), [left, right]) if {sort_of(left), sort_of(right)} <= WHOLE:
            return cast(Call("Int.gcd", (left, right), Sort.NAT), Sort.INT)
    raise fail(node, f"{name} of {len(terms)} numbers like these is not understood here")


def divided(node: ast.expr, above: Term, below: Term, signs: Signs) -> tuple[Term, Term]:
    """The quotient, and that its divisor is not 0."""
    one, other = constant(above), constant(below)
    if other == 0:
        raise fail(node, "division by zero")
    if one is not None and other is not None:
        return numeral(one / other), TRUE
    quotient = apply(Op.RATIO, *same_sort(field(above), field(below)))
    if other is not None or signs.is_nonzero(below):
        return quotient, TRUE
    return quotient, negated(apply(Op.EQ, below, number(0, sort_of(below))))


def root(node: ast.expr, base: Number, times: int, signs: Signs) -> Number:
    """√base to a power, which is a real number where base ≥ 0."""
    inner = in_sort(base.term, Sort.REAL)
    simple: Term = Call("Real.sqrt", (inner,), Sort.REAL)
    raised = simple if abs(times) == 1 else apply(Op.POW, simple, number(abs(times), Sort.NAT))
    zero, known = number(0, Sort.REAL), constant(inner)
    op, fits = (Op.LE, signs.is_nonnegative) if times > 0 else (Op.LT, signs.is_positive)
    if known is not None and (known < 0 or (known == 0 and times < 0)):
        raise fail(node, "expected the root of a number that is not negative, and no division by zero")
    real = TRUE if known is not None or fits(inner) else apply(op, zero, inner)
    term = raised if times > 0 else apply(Op.RATIO, number(1, Sort.REAL), raised)
    return Number(term, conjunction(base.defined, real))


def _rounded(name: str, inner: Term) -> Term:
    if sort_of(inner) is Sort.INT:
        return inner
    scaled = _scaled(inner)
    if scaled is None:
        return Call("Int.floor" if name == "floor" else "Int.ceil", (inner,), Sort.INT)
    whole, below = scaled
    if name == "floor":
        return apply(Op.TOTAL_DIV, whole, number(below))
    return apply(Op.NEG, apply(Op.TOTAL_DIV, apply(Op.NEG, whole), number(below)))


def _modulo(node: ast.expr, left: Term, right: Term, signs: Signs) -> Term:
    """The remainder with the divisor's sign; Lean's is never negative."""
    value = constant(right)
    if sort_of(left) is not Sort.INT or sort_of(right) is not Sort.INT or value == 0:
        raise fail(node, "expected Mod of integers with a divisor that is not 0")
    if value is not None and value < 0:
        return apply(Op.NEG, apply(Op.TOTAL_MOD, apply(Op.NEG, left), number(int(-value))))
    if value is None and not signs.is_positive(right):
        raise fail(node, "expected Mod with a divisor that is a numeral or known to be positive")
    return apply(Op.TOTAL_MOD, left, right)


def natural(node: ast.expr, term: Term) -> Term:
    """The same number as a Nat."""
    match term:
        case App(op=Op.CAST, args=(inner,)) if sort_of(inner) is Sort.NAT:
            return inner
        case Num(int(value)):
            return number(value, Sort.NAT)
        case App(op=Op.ADD | Op.MUL as op, args=args):
            return apply(op, *(natural(node, a) for a in args))
    raise fail(node, "expected a natural number here: numerals and symbols with integer=True, nonnegative=True")


def _scaled(term: Term) -> tuple[Term, int] | None:
    """An integer and a divisor of which the term is the quotient."""
    value = constant(term)
    if value is not None:
        return numeral(value.numerator), value.denominator
    match term:
        case App(op=Op.CAST, args=(inner,)) if sort_of(inner) in WHOLE:
            return cast(inner, Sort.INT), 1
        case App(op=Op.POW, args=(base, exponent)):
            scaled = _scaled(base)
            return (apply(Op.POW, scaled[0], exponent), 1) if scaled is not None and scaled[1] == 1 else None
        case App(op=Op.MUL | Op.ADD as op, args=args):
            found = [_scaled(a) for a in args]
            if None in found:
                return None
            whole, below = numeral(1 if op is Op.MUL else 0), 1
            for other, divisor in filter(None, found):
                if op is Op.MUL:
                    whole, below = _times(whole, other), below * divisor
                else:
                    common = math.lcm(below, divisor)
                    whole = _plus(_times(number(common // below), whole), _times(number(common // divisor), other))
                    below = common
            return whole, below
    return None


def _plus(left: Term, right: Term) -> Term:
    return right if constant(left) == 0 else apply(Op.ADD, left, right)


def _times(left: Term, right: Term) -> Term:
    if constant(left) == 1:
        return right
    return left if constant(right) == 1 else apply(Op.MUL, left, right)
