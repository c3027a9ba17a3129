"""Terms made simpler by arithmetic that holds for all values."""

from __future__ import annotations

from collections.abc import Mapping

from lemmata.errors import BadInput
from lemmata.provers.terms.polynomial import (
    Polynomial,
    content,
    plus,
    polynomial_of,
    reduced,
    scaled,
    term_of,
)
from lemmata.provers.terms.term import (
    FALSE,
    App,
    Let,
    Num,
    Op,
    Sort,
    Term,
    Truth,
    Var,
    apply,
    children,
    conjunction,
    disjunction,
    negated,
    number,
    rebuilt,
    sort_of,
)

_NODES = 50_000
_LARGEST_ORDER = 1_000
_MODULI = frozenset({Op.FLOOR_MOD, Op.EUCLID_MOD})
_QUOTIENTS = frozenset({Op.FLOOR_DIV, Op.EUCLID_DIV})


def inlined(term: Term) -> Term:
    """The term with the values of its `Let`s written out; the same where the values are defined.

    Raises:
        BadInput: it becomes too large.
    """
    return _Inlining().value(term, {})


class _Inlining:
    def __init__(self) -> None:
        self.left = _NODES

    def value(self, term: Term, values: Mapping[str, Term]) -> Term:
        self.left -= 1
        if self.left < 0:
            raise BadInput(f"expected at most {_NODES} nodes, assignments written out", place="expression")
        if isinstance(term, Var):
            found = values.get(term.name, term)
            return found if found is term else self.value(found, {})
        if isinstance(term, Let):
            return self.value(term.body, {**values, term.var.name: self.value(term.value, values)})
        inner = children(term)
        return rebuilt(term, tuple(self.value(t, values) for t in inner)) if inner else term


def simplified(term: Term) -> Term:
    """The same for all values: polynomials reduced under `mod` and `div` by a numeral, equations that no integers
    solve made false, connectives with a known side resolved."""
    inner = children(term)
    if not inner:
        return term
    made = rebuilt(term, tuple(simplified(t) for t in inner))
    return _resolved(made) if isinstance(made, App) else made


def _resolved(term: App) -> Term:
    op, args = term.op, term.args
    match op:
        case Op.AND:
            return conjunction(*args)
        case Op.OR:
            return disjunction(*args)
        case Op.NOT:
            return negated(args[0])
        case Op.IMPLIES if isinstance(args[0], Truth) or isinstance(args[1], Truth):
            return disjunction(negated(args[0]), args[1])
        case Op.ITE if isinstance(args[0], Truth):
            return args[1] if args[0].value else args[2]
        case Op.ITE if sort_of(args[1]) is Sort.BOOL and any(isinstance(a, Truth) for a in args[1:]):
            return _chosen(*args)
        case Op.DIVIDES:
            return _divides(term)
        case Op.EQ | Op.LT | Op.LE:
            return _related(term)
        case _ if op in _MODULI | _QUOTIENTS:
            return _divided(term)
        case _:
            return term


def _chosen(condition: Term, yes: Term, no: Term) -> Term:
    """A choice with a known branch, as connectives."""
    if isinstance(yes, Truth):
        return disjunction(condition, no) if yes.value else conjunction(negated(condition), no)
    assert isinstance(no, Truth)
    return disjunction(negated(condition), yes) if no.value else conjunction(condition, yes)


def _divided(term: App) -> Term:
    dividend, divisor = term.args
    if not isinstance(divisor, Num) or divisor.value <= 0:
        return term
    modulus = int(divisor.value)
    polynomial = polynomial_of(_without_powers(dividend, modulus) if term.op in _MODULI else dividend)
    if polynomial is None:
        return term
    rest = reduced(polynomial, modulus)
    known = not any(rest)  # only the constant monomial () is falsy
    if term.op in _MODULI:
        return number(rest.get((), 0)) if known else apply(term.op, term_of(rest), divisor)
    if not known:
        return term
    whole = plus(polynomial, scaled(rest, -1))
    return term_of({m: c // modulus for m, c in whole.items()})


def _without_powers(term: Term, modulus: int) -> Term:
    """A term congruent to the given one where that is defined: b ** e becomes a number where e, which is not negative,
    always leaves the same remainder for the order of b."""
    match term:
        case App(op=Op.POW, args=(Num(value=int(base)), exponent)) if not isinstance(exponent, Num):
            order, polynomial = multiplicative_order(base, modulus), polynomial_of(exponent)
            if order is None or polynomial is None or content(polynomial) % order:
                return term
            return number(pow(base, polynomial.get((), 0) % order, modulus))
        case App(op=(Op.NEG | Op.ADD | Op.SUB | Op.MUL), args=args):
            return rebuilt(term, tuple(_without_powers(a, modulus) for a in args))
        case App(op=Op.POW, args=(base, Num() as exponent)):
            return rebuilt(term, (_without_powers(base, modulus), exponent))
        case _:
            return term


def multiplicative_order(base: int, modulus: int) -> int | None:
    """The least t > 0 for which base ** t leaves the remainder 1, if there is one that is not too large."""
    power = 1 % modulus
    for times in range(1, _LARGEST_ORDER + 1):
        power = power * base % modulus
        if power == 1 % modulus:
            return times
    return None


def _divides(term: App) -> Term:
    divisor, dividend = term.args
    if not isinstance(divisor, Num) or divisor.value <= 0:
        return term
    polynomial = polynomial_of(_without_powers(dividend, int(divisor.value)))
    if polynomial is None:
        return term
    rest = reduced(polynomial, int(divisor.value))
    return Truth(not rest) if not any(rest) else apply(Op.DIVIDES, divisor, term_of(rest))


def _related(term: App) -> Term:
    difference = _difference(term)
    if difference is None:
        return term
    offset, common = difference.get((), 0), content(difference)
    if term.op is Op.EQ:
        if common == 0:
            return Truth(offset == 0)
        return FALSE if offset % common else term
    if common == 0:
        return Truth(offset < 0 if term.op is Op.LT else offset <= 0)
    return term


def _difference(term: App) -> Polynomial | None:
    left, right = (polynomial_of(a) for a in term.args)
    return None if left is None or right is None else plus(left, scaled(right, -1))
