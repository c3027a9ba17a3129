"""When a term has a value: the condition, as a term that always has one."""

from __future__ import annotations

from lemmata.provers.terms.term import (
    TRUE,
    App,
    Call,
    Every,
    Extremal,
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
    children,
    conjunction,
    negated,
    number,
    rebuilt,
    sort_of,
    substitute,
)

_DIVISIONS = frozenset({Op.FLOOR_DIV, Op.FLOOR_MOD, Op.EUCLID_DIV, Op.EUCLID_MOD})
_PARTIAL = _DIVISIONS | {Op.POW}


def whole_exponents(term: Term) -> Term:
    """The condition under which looking at the term, in its order, meets no negative exponent."""
    return definedness(term, frozenset({Op.POW}))


def definedness(term: Term, partial: frozenset[Op] = _PARTIAL) -> Term:
    """The condition under which looking at the term, in its order, meets no division by zero or negative exponent.

    Args:
        term: any.
        partial: the operators that are asked about.
    """
    match term:
        case Num() | Truth() | Var():
            return TRUE
        case App(op, args, _):
            return _applied(op, args, partial)
        case Let(var, value, body):
            inner = definedness(body, partial)
            return conjunction(definedness(value, partial), inner if inner == TRUE else Let(var, value, inner))
        case Every(var, body, _):
            inner = definedness(body, partial)
            return TRUE if inner == TRUE else Every(var, inner, True)
        case InRange():
            return conjunction(
                definedness(term.low, partial), definedness(term.high, partial), _in_range(term, partial)
            )
        case Call() | Gather() | Extremal():  # in claims alone, whose operations are total
            return TRUE


def _applied(op: Op, args: tuple[Term, ...], partial: frozenset[Op]) -> Term:
    each = [definedness(a, partial) for a in args]
    if op in (Op.AND, Op.OR, Op.IMPLIES):
        return _in_order(op, args, each)
    if op is Op.ITE:
        return conjunction(each[0], TRUE if each[1] == each[2] == TRUE else apply(Op.ITE, args[0], each[1], each[2]))
    if op in _DIVISIONS & partial:
        return conjunction(*each, _not_zero(args[1]))
    if op is Op.POW and op in partial and sort_of(args[1]) is not Sort.NAT:
        exponent = args[1]
        fine = Truth(exponent.value >= 0) if isinstance(exponent, Num) else apply(Op.LE, number(0), exponent)
        return conjunction(*each, fine)
    return conjunction(*each)


def _not_zero(term: Term) -> Term:
    if isinstance(term, Num):
        return Truth(term.value != 0)
    return negated(apply(Op.EQ, term, number(0, sort_of(term))))


def _in_order(op: Op, args: tuple[Term, ...], each: list[Term]) -> Term:
    """Each must be defined if all before it leave the matter open."""
    conditions = []
    for i, condition in enumerate(each):
        if condition == TRUE:
            continue
        before = [negated(a) if op is Op.OR else a for a in args[:i]]
        conditions.append(apply(Op.IMPLIES, conjunction(*before), condition) if before else condition)
    return conjunction(*conditions)


def _in_range(term: InRange, partial: frozenset[Op]) -> Term:
    inner = definedness(term.body, partial)
    if inner == TRUE or _excludes_zero(inner, term):
        return TRUE
    earlier = Var(term.var.name + "!", Sort.INT)  # no reader makes names with this sign
    open_before = substitute(term.body, {term.var.name: earlier})
    if not term.holds_all:
        open_before = negated(open_before)
    reached = InRange(earlier, term.low, term.var, _renamed(open_before), True)
    return InRange(term.var, term.low, term.high, apply(Op.IMPLIES, reached, inner), True)


def _renamed(body: Term) -> Term:
    """Binders inside are copied too; give the copies names of their own."""
    if isinstance(body, Let | Every | InRange):
        fresh = Var(body.var.name + "!", body.var.sort)
        inner = tuple(substitute(_renamed(t), {body.var.name: fresh}) for t in children(body))
        made = rebuilt(body, inner)
        match made:
            case Let(_, value, rest):
                return Let(fresh, value, rest)
            case Every(_, rest, holds_all):
                return Every(fresh, rest, holds_all)
            case InRange(_, low, high, rest, holds_all):
                return InRange(fresh, low, high, rest, holds_all)
    inner = children(body)
    return rebuilt(body, tuple(_renamed(t) for t in inner)) if inner else body


def _excludes_zero(condition: Term, term: InRange) -> bool:
    """Whether the condition only says that the variable is not zero, and the range starts above it."""
    wanted = negated(apply(Op.EQ, term.var, number(0)))
    return condition == wanted and isinstance(term.low, Num) and term.low.value > 0
