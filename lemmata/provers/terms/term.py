"""Typed expressions in which claims and predicates are kept, whatever language they were written in.

Every operation has one meaning, spelled out by its `Op`: languages that divide differently use different operations.
Binders have names that are unique within a term (the readers rename), so that substitution can't capture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar, TypeAlias, assert_never

from lemmata.errors import BadInput


@dataclass(frozen=True, slots=True)
class Sort:
    """What a term's values are: numbers, truth values, bit-vectors of a width, or arrays from one sort to another.

    Functions are no values; a set is the function that says what is in it.
    """

    value: str
    args: tuple[Sort | int, ...] = ()

    BOOL: ClassVar[Sort]
    NAT: ClassVar[Sort]
    INT: ClassVar[Sort]
    RAT: ClassVar[Sort]
    REAL: ClassVar[Sort]

    @property
    def width(self) -> int:
        """Of bit-vectors; 0 of other sorts."""
        return self.args[0] if self.value == "BitVec" and isinstance(self.args[0], int) else 0

    def __str__(self) -> str:
        return f"({' '.join(map(str, (self.value, *self.args)))})" if self.args else self.value


Sort.BOOL, Sort.NAT, Sort.INT = Sort("Prop"), Sort("Nat"), Sort("Int")
Sort.RAT, Sort.REAL = Sort("Rat"), Sort("Real")


def bits(width: int) -> Sort:
    """Bit-vectors; their values are the natural numbers below 2 ^ width."""
    return Sort("BitVec", (width,))


def array(key: Sort, value: Sort) -> Sort:
    """Arrays: a value for each key."""
    return Sort("Array", (key, value))


WHOLE = frozenset({Sort.NAT, Sort.INT})
FIELDS = frozenset({Sort.RAT, Sort.REAL})


class Op(StrEnum):
    """What is applied; "undefined" means that there is no value, as when Python raises."""

    NEG = "neg"
    ADD = "add"
    SUB = "sub"
    TRUNCATED_SUB = "truncated_sub"  # natural numbers: 2 - 3 = 0
    MUL = "mul"
    FLOOR_DIV = "floor_div"  # Python's //; undefined for divisor 0
    FLOOR_MOD = "floor_mod"  # Python's %, sign of the divisor; undefined for divisor 0
    EUCLID_DIV = "euclid_div"  # remainder never negative; undefined for divisor 0
    EUCLID_MOD = "euclid_mod"
    TOTAL_DIV = "total_div"  # Lean's Int and Nat: as EUCLID_DIV, and x / 0 = 0
    TOTAL_MOD = "total_mod"  # Lean's Int and Nat: as EUCLID_MOD, and x % 0 = x
    RATIO = "ratio"  # of rationals or reals; x / 0 = 0 as in Lean
    POW = "pow"  # the exponent is a whole number; undefined for a negative one; 0 ^ 0 = 1
    ABS = "abs"
    MIN = "min"
    MAX = "max"
    GCD = "gcd"
    CAST = "cast"  # into a larger sort; the value stays the same
    EQ = "eq"
    LT = "lt"
    LE = "le"
    DIVIDES = "divides"  # a ∣ b: some c has b = a · c; so 0 ∣ b means b = 0
    NOT = "not"
    AND = "and"  # left to right, the rest is not looked at once one is false
    OR = "or"
    IMPLIES = "implies"
    IFF = "iff"
    ITE = "ite"  # only the branch that is chosen is looked at
    SELECT = "select"  # what an array holds at a key
    STORE = "store"  # an array that holds another value at one key
    BV_NOT = "bvnot"
    BV_NEG = "bvneg"
    BV_AND = "bvand"
    BV_OR = "bvor"
    BV_XOR = "bvxor"
    BV_ADD = "bvadd"
    BV_SUB = "bvsub"
    BV_MUL = "bvmul"
    BV_UDIV = "bvudiv"  # all ones for divisor 0, as in SMT-LIB
    BV_UREM = "bvurem"  # the dividend for divisor 0
    BV_SHL = "bvshl"
    BV_LSHR = "bvlshr"
    BV_ASHR = "bvashr"
    BV_ULT = "bvult"
    BV_ULE = "bvule"
    BV_SLT = "bvslt"  # as two's complement
    BV_SLE = "bvsle"
    BV_CONCAT = "concat"
    BV_EXTRACT = "extract"  # of a vector, the bits from the first numeral down to the second
    BV_TO_NAT = "bv2nat"


@dataclass(frozen=True, slots=True)
class Num:
    """A numeral."""

    value: int | Fraction
    sort: Sort


@dataclass(frozen=True, slots=True)
class Truth:
    """True or false."""

    value: bool


@dataclass(frozen=True, slots=True)
class Var:
    name: str
    sort: Sort


@dataclass(frozen=True, slots=True)
class App:
    """An operation applied to its arguments; made by `apply`, which checks the sorts."""

    op: Op
    args: tuple[Term, ...]
    sort: Sort


@dataclass(frozen=True, slots=True)
class Let:
    """`value` is looked at first, then `body` with `var` standing for it."""

    var: Var
    value: Term
    body: Term


@dataclass(frozen=True, slots=True)
class Every:
    """For all (`holds_all`) or for some value of the variable's sort."""

    var: Var
    body: Term
    holds_all: bool


@dataclass(frozen=True, slots=True)
class InRange:
    """For all (`holds_all`) or for some integer with low ≤ var < high, in rising order, until one decides."""

    var: Var
    low: Term
    high: Term
    body: Term
    holds_all: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A function applied that has no formula: one of `lemmata.provers.terms.functions`, or a variable."""

    name: str
    args: tuple[Term, ...]
    sort: Sort


class Fold(StrEnum):
    """What is made of all values for which a condition holds."""

    SUM = "sum"
    PRODUCT = "product"
    COUNT = "count"
    FINITE = "finite"  # whether there are finitely many


@dataclass(frozen=True, slots=True)
class Gather:
    """The sum, product or number of `body` over all values of the variables for which `guard` holds.

    Only where there are finitely many does it have a value here; FINITE always has one.
    """

    fold: Fold
    variables: tuple[Var, ...]
    guard: Term
    body: Term
    sort: Sort


@dataclass(frozen=True, slots=True)
class Extremal:
    """`body` holds where its variable is `point`, and `point` is the least (or greatest) value for which it does."""

    var: Var
    point: Term
    body: Term
    least: bool


Term: TypeAlias = Num | Truth | Var | App | Let | Every | InRange | Call | Gather | Extremal

TRUE, FALSE = Truth(True), Truth(False)


def sort_of(term: Term) -> Sort:
    """The sort of a term's values."""
    match term:
        case Num(sort=sort) | Var(sort=sort) | App(sort=sort) | Call(sort=sort) | Gather(sort=sort):
            return sort
        case Let(body=body):
            return sort_of(body)
        case Truth() | Every() | InRange() | Extremal():
            return Sort.BOOL
        case _:
            assert_never(term)


_NUMBERS = WHOLE | FIELDS
_SAME_SORT: Mapping[Op, frozenset[Sort]] = {  # all arguments and the result are of one of these sorts
    **dict.fromkeys((Op.ADD, Op.MUL, Op.MIN, Op.MAX), _NUMBERS),
    **dict.fromkeys((Op.NEG, Op.SUB), _NUMBERS - {Sort.NAT}),
    **dict.fromkeys((Op.TOTAL_DIV, Op.TOTAL_MOD, Op.GCD), WHOLE),
    **dict.fromkeys((Op.FLOOR_DIV, Op.FLOOR_MOD, Op.EUCLID_DIV, Op.EUCLID_MOD), frozenset({Sort.INT})),
    Op.TRUNCATED_SUB: frozenset({Sort.NAT}),
    Op.RATIO: FIELDS,
    Op.ABS: _NUMBERS - {Sort.NAT},
    **dict.fromkeys((Op.NOT, Op.AND, Op.OR, Op.IMPLIES, Op.IFF), frozenset({Sort.BOOL})),
}
_RELATIONS: Mapping[Op, frozenset[Sort]] = {
    Op.EQ: _NUMBERS,
    Op.LT: _NUMBERS,
    Op.LE: _NUMBERS,
    Op.DIVIDES: WHOLE,
}
_ARITY: Mapping[Op, int] = {
    **dict.fromkeys(Op, 2),
    **dict.fromkeys((Op.NEG, Op.ABS, Op.NOT, Op.BV_NOT, Op.BV_NEG, Op.BV_TO_NAT), 1),
    **dict.fromkeys((Op.ITE, Op.STORE, Op.BV_EXTRACT), 3),
}
_SAME_BITS = frozenset(
    {Op.BV_NOT, Op.BV_NEG, Op.BV_AND, Op.BV_OR, Op.BV_XOR, Op.BV_ADD, Op.BV_SUB, Op.BV_MUL, Op.BV_UDIV, Op.BV_UREM}
    | {Op.BV_SHL, Op.BV_LSHR, Op.BV_ASHR}
)
_BITS_COMPARED = frozenset({Op.BV_ULT, Op.BV_ULE, Op.BV_SLT, Op.BV_SLE})
_ANY_NUMBER = frozenset({Op.AND, Op.OR, Op.ADD, Op.MUL})
_LARGER: Mapping[Sort, frozenset[Sort]] = {
    Sort.NAT: frozenset({Sort.INT, Sort.RAT, Sort.REAL}),
    Sort.INT: frozenset({Sort.RAT, Sort.REAL}),
    Sort.RAT: frozenset({Sort.REAL}),
    Sort.REAL: frozenset(),
    Sort.BOOL: frozenset(),
}


def apply(op: Op, *args: Term) -> App:
    """The operation applied.

    Raises:
        BadInput: wrong number or sorts of arguments.
    """
    sorts = [sort_of(a) for a in args]
    if not args or (op not in _ANY_NUMBER and len(args) != _ARITY[op]) or op is Op.CAST:
        raise BadInput(f"{op.value} can't be applied to {len(args)} arguments", place=op.value)
    if op is Op.POW:
        fits, sort = sorts[0] in _NUMBERS and sorts[1] in WHOLE, sorts[0]
    elif op is Op.ITE:
        fits, sort = sorts[0] is Sort.BOOL and sorts[1] == sorts[2], sorts[1]
    elif op in _RELATIONS:
        fits, sort = (
            sorts[0] == sorts[1] and (sorts[0] in _RELATIONS[op] or (op is Op.EQ and bool(sorts[0].args))),
            Sort.BOOL,
        )
    elif op in _SAME_SORT:
        fits, sort = len(set(sorts)) == 1 and sorts[0] in _SAME_SORT[op], sorts[0]
    else:
        found = _array_result(op, sorts) or _bits_result(op, sorts, args)
        fits, sort = found is not None, found or sorts[0]
    if not fits:
        raise BadInput(f"{op.value} can't be applied to {', '.join(map(str, sorts))}", place=op.value)
    return App(op, args, sort)


def _array_result(op: Op, sorts: list[Sort]) -> Sort | None:
    if sorts[0].value != "Array" or op not in (Op.SELECT, Op.STORE):
        return None
    key, value = sorts[0].args
    wanted = [key] if op is Op.SELECT else [key, value]
    if sorts[1:] != wanted or not isinstance(value, Sort):
        return None
    return value if op is Op.SELECT else sorts[0]


def _bits_result(op: Op, sorts: list[Sort], args: tuple[Term, ...]) -> Sort | None:
    width = sorts[0].width
    if not width:
        return None
    if op is Op.BV_TO_NAT:
        return Sort.NAT
    if op is Op.BV_EXTRACT:
        match args[1:]:
            case (Num(value=int(high)), Num(value=int(low))) if 0 <= low <= high < width:
                return bits(high - low + 1)
        return None
    if op is Op.BV_CONCAT:
        return bits(width + sorts[1].width) if sorts[1].width else None
    if len(set(sorts)) != 1:
        return None
    return sorts[0] if op in _SAME_BITS else Sort.BOOL if op in _BITS_COMPARED else None


def cast(term: Term, sort: Sort) -> Term:
    """The same number in a larger sort.

    Raises:
        BadInput: the sort is not larger.
    """
    if sort_of(term) is sort:
        return term
    if sort not in _LARGER.get(sort_of(term), frozenset()):
        raise BadInput(f"a {sort_of(term).value} is not a {sort.value}", place="cast")
    return Num(term.value, sort) if isinstance(term, Num) else App(Op.CAST, (term,), sort)


def number(value: int | Fraction, sort: Sort = Sort.INT) -> Num:
    return Num(value, sort)


def negated(term: Term) -> Term:
    match term:
        case Truth(value):
            return Truth(not value)
        case App(op=Op.NOT, args=(inner,)):
            return inner
        case _:
            return apply(Op.NOT, term)


def conjunction(*terms: Term) -> Term:
    """All of them, in this order; what comes after the first `false` is dropped."""
    return _joined(Op.AND, terms, unit=True)


def disjunction(*terms: Term) -> Term:
    """Some of them, in this order; what comes after the first `true` is dropped."""
    return _joined(Op.OR, terms, unit=False)


def _joined(op: Op, terms: tuple[Term, ...], *, unit: bool) -> Term:
    kept: list[Term] = []
    for term in terms:
        if isinstance(term, App) and term.op is op:
            kept.extend(term.args)
        elif term != Truth(unit):
            kept.append(term)
        if term == Truth(not unit):
            break
    return Truth(unit) if not kept else kept[0] if len(kept) == 1 else apply(op, *kept)


def children(term: Term) -> tuple[Term, ...]:
    """The terms directly inside, in the order in which they are looked at."""
    match term:
        case Num() | Truth() | Var():
            return ()
        case App(args=args):
            return args
        case Let(value=value, body=body):
            return (value, body)
        case Every(body=body):
            return (body,)
        case InRange(low=low, high=high, body=body):
            return (low, high, body)
        case Call(args=args):
            return args
        case Gather(guard=guard, body=body):
            return (guard, body)
        case Extremal(point=point, body=body):
            return (point, body)
        case _:
            assert_never(term)


def rebuilt(term: Term, inner: tuple[Term, ...]) -> Term:
    """The term with other terms of the same sorts directly inside."""
    match term:
        case Num() | Truth() | Var():
            return term
        case App(op, _, sort):
            return App(op, inner, sort)
        case Let(var):
            return Let(var, *inner)
        case Every(var, _, holds_all):
            return Every(var, inner[0], holds_all)
        case InRange(var=var, holds_all=holds_all):
            return InRange(var, inner[0], inner[1], inner[2], holds_all)
        case Call(name, _, sort):
            return Call(name, inner, sort)
        case Gather(fold, variables, _, _, sort):
            return Gather(fold, variables, inner[0], inner[1], sort)
        case Extremal(var, _, _, least):
            return Extremal(var, inner[0], inner[1], least)
        case _:
            assert_never(term)


def bound_by(term: Term) -> tuple[Var, ...]:
    """The variables that the term itself binds."""
    match term:
        case Let(var=var) | Every(var=var) | InRange(var=var) | Extremal(var=var):
            return (var,)
        case Gather(variables=variables):
            return variables
        case _:
            return ()


def scoped(term: Term) -> int:
    """How many of the terms directly inside, from the last, see what the term binds."""
    return 2 if isinstance(term, Gather) else 1 if bound_by(term) else 0


def walk(term: Term) -> Iterator[Term]:
    """The term and all inside it, outermost first."""
    stack = [term]
    while stack:
        here = stack.pop()
        yield here
        stack.extend(reversed(children(here)))


def depth(term: Term) -> int:
    """How many terms stand inside one another, at most."""
    deepest, stack = 0, [(term, 1)]
    while stack:
        here, level = stack.pop()
        deepest = max(deepest, level)
        stack.extend((t, level + 1) for t in children(here))
    return deepest


def free_variables(term: Term) -> dict[str, Sort]:
    """Name -> sort of the variables that nothing binds, in order of first appearance."""
    nodes = list(walk(term))
    bound = {v.name for n in nodes for v in bound_by(n)}
    return {n.name: n.sort for n in nodes if isinstance(n, Var) and n.name not in bound}


def substitute(term: Term, values: Mapping[str, Term]) -> Term:
    """The term with terms of the same sorts put for free variables.

    Args:
        values: must not mention names that the term binds.
    """
    if isinstance(term, Var):
        return values.get(term.name, term)
    inner = children(term)
    hidden = {v.name for v in bound_by(term)} & values.keys()
    if hidden:
        rest, first = {k: v for k, v in values.items() if k not in hidden}, len(inner) - scoped(term)
        outside = tuple(substitute(t, values) for t in inner[:first])
        return rebuilt(term, (*outside, *(substitute(t, rest) for t in inner[first:])))
    return rebuilt(term, tuple(substitute(t, values) for t in inner)) if inner else term
