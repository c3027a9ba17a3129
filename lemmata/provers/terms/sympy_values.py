"""What a sympy expression is read into: a number or a truth, each with where it has one, and what its signs tell."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from lemmata.provers.terms.term import (
    FIELDS,
    TRUE,
    App,
    Call,
    Num,
    Op,
    Sort,
    Term,
    Var,
    apply,
    cast,
    conjunction,
    disjunction,
    negated,
    number,
    sort_of,
)

_ORDER = (Sort.INT, Sort.RAT, Sort.REAL)


@dataclass(frozen=True, slots=True)
class Number:
    """A number (Int, Rat or Real), and the condition under which there is one."""

    term: Term
    defined: Term = TRUE


@dataclass(frozen=True, slots=True)
class Truth:
    """When a condition holds, and when it does not; both fail where it has no value (Kleene)."""

    yes: Term
    no: Term

    @property
    def total(self) -> bool:
        """Whether it always has a value."""
        return self.no == negated(self.yes)


def always(term: Term) -> Truth:
    return Truth(term, negated(term))


def related(op: Op, left: Number, right: Number) -> Truth:
    """A relation, which holds or fails only where both sides are numbers."""
    found = apply(op, *same_sort(left.term, right.term))
    defined = conjunction(*dict.fromkeys((left.defined, right.defined)))
    return (
        always(found) if defined == TRUE else Truth(conjunction(defined, found), conjunction(defined, negated(found)))
    )


def every(truths: list[Truth]) -> Truth:
    yes = conjunction(*(t.yes for t in truths))
    return always(yes) if all(t.total for t in truths) else Truth(yes, disjunction(*(t.no for t in truths)))


def opposite(truth: Truth) -> Truth:
    return Truth(truth.no, truth.yes)


def some(truths: list[Truth]) -> Truth:
    yes = disjunction(*(t.yes for t in truths))
    return always(yes) if all(t.total for t in truths) else Truth(yes, conjunction(*(t.no for t in truths)))


def implied(given: Truth, goal: Truth) -> Truth:
    if not given.total:
        return some([opposite(given), goal])
    yes = apply(Op.IMPLIES, given.yes, goal.yes)
    return always(yes) if goal.total else Truth(yes, conjunction(given.yes, goal.no))


def same_sort(*terms: Term) -> list[Term]:
    """The numbers in the smallest sort that holds them all."""
    largest = max((sort_of(t) for t in terms), key=_ORDER.index)
    return [in_sort(t, largest) for t in terms]


def in_sort(term: Term, sort: Sort) -> Term:
    """The same number in a sort as large or larger, with the coercion at the leaves, where Lean puts it."""
    match term:
        case App(op=Op.CAST, args=(inner,)):
            return cast(inner, sort)
        case App(op=Op.ADD | Op.SUB | Op.MUL | Op.NEG | Op.RATIO as op, args=args):
            return App(op, tuple(in_sort(a, sort) for a in args), sort)
        case App(op=Op.POW, args=(base, exponent)):
            return App(Op.POW, (in_sort(base, sort), exponent), sort)
        case _:
            return cast(term, sort)


def numeral(value: int | Fraction) -> Term:
    """A rational as Lean writes it: a minus is an operation, and so is a fraction."""
    if value < 0:
        return apply(Op.NEG, numeral(-value))
    exact = Fraction(value)
    if exact.denominator == 1:
        return number(exact.numerator)
    return apply(Op.RATIO, number(exact.numerator, Sort.RAT), number(exact.denominator, Sort.RAT))


def constant(term: Term) -> Fraction | None:
    """The value of what `numeral` makes, coercions around it or not."""
    match term:
        case Num(value):
            return Fraction(value)
        case App(op=Op.NEG, args=(inner,)):
            found = constant(inner)
            return None if found is None else -found
        case App(op=Op.CAST, args=(inner,)):
            return constant(inner)
        case App(op=Op.RATIO, args=(Num(above), Num(below))) if below:
            return Fraction(above) / Fraction(below)
        case _:
            return None


def field(term: Term) -> Term:
    """The number in a sort that has fractions."""
    return term if sort_of(term) in FIELDS else in_sort(term, Sort.RAT)


@dataclass(frozen=True, slots=True)
class Signs:
    """What is assumed of variables, by name."""

    positive: frozenset[str]
    nonzero: frozenset[str]

    def is_positive(self, term: Term) -> bool:
        """Whether the term is seen to be above 0."""
        match term:
            case Num(value):
                return value > 0
            case Var(name):
                return name in self.positive
            case App(op=Op.CAST, args=(inner,)) | App(op=Op.POW, args=(inner, _)) if self.is_positive(inner):
                return True
            case App(op=Op.POW, args=(inner, Num(exponent))):
                return exponent % 2 == 0 and self.is_nonzero(inner)
            case App(op=Op.MUL | Op.RATIO, args=args):
                return all(map(self.is_positive, args))
            case App(op=Op.ADD, args=args):
                return any(map(self.is_positive, args)) and all(map(self.is_nonnegative, args))
            case App(op=Op.ABS, args=(inner,)):
                return self.is_nonzero(inner)
            case Call("Real.sqrt", (inner,)):
                return self.is_positive(inner)
            case Call("Real.pi"):
                return True
            case _:
                return False

    def is_nonnegative(self, term: Term) -> bool:
        """Whether the term is seen not to be below 0."""
        match term:
            case Num(value):
                return value >= 0
            case Var(sort=Sort.NAT) | App(op=Op.ABS) | Call("Real.sqrt" | "Nat.factorial" | "Nat.choose" | "Int.gcd"):
                return True
            case App(op=Op.POW, args=(_, Num(exponent))) if exponent % 2 == 0:
                return True
            case App(op=Op.CAST | Op.POW, args=(inner, *_)) if self.is_nonnegative(inner):
                return True
            case App(op=Op.ADD | Op.MUL, args=args) if all(map(self.is_nonnegative, args)):
                return True
            case _:
                return self.is_positive(term)

    def is_nonzero(self, term: Term) -> bool:
        """Whether the term is seen not to be 0."""
        match term:
            case Num(value):
                return value != 0
            case Var(name) if name in self.nonzero:
                return True
            case App(op=Op.NEG | Op.CAST | Op.POW | Op.ABS, args=(inner, *_)) if self.is_nonzero(inner):
                return True
            case App(op=Op.MUL | Op.RATIO, args=args) if all(map(self.is_nonzero, args)):
                return True
            case _:
                return self.is_positive(term)
