"""Sets that are summed, counted or have an extremum: their members written out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from lemmata.provers.terms.evaluate import NotEvaluated, Undefined, evaluate, members_of
from lemmata.provers.terms.term import (
    TRUE,
    Call,
    Every,
    Extremal,
    Fold,
    Gather,
    Num,
    Op,
    Sort,
    Term,
    Truth,
    Var,
    apply,
    bound_by,
    children,
    free_variables,
    number,
    rebuilt,
    substitute,
    walk,
)
from lemmata.provers.terms.tidy import is_closed, tidy

if TYPE_CHECKING:
    from lemmata.provers.find.reduce import Reduced


def changed(term: Term, change: Callable[[Call], Term | None]) -> Term:
    """The term with calls changed, innermost first."""
    inner = children(term)
    made = rebuilt(term, tuple(changed(t, change) for t in inner)) if inner else term
    if isinstance(made, Call):
        found = change(made)
        return made if found is None else found
    return made


def expanded(term: Term, names: set[str]) -> Term:
    """Sums over seen ranges written out, where their bodies mention one of these functions."""
    inner = children(term)
    made = rebuilt(term, tuple(expanded(t, names) for t in inner)) if inner else term
    if not isinstance(made, Gather) or made.fold not in (Fold.SUM, Fold.PRODUCT) or not is_closed_guard(made):
        return made
    if not any(isinstance(t, Call) and t.name in names for t in walk(made.body)):
        return made
    try:
        parts = [substitute(made.body, row) for row in members_of(made)]
    except NotEvaluated:
        return made
    op = Op.ADD if made.fold is Fold.SUM else Op.MUL
    return apply(op, *parts) if len(parts) > 1 else parts[0] if parts else made


def is_closed_guard(term: Gather) -> bool:
    names = {v.name for v in term.variables}
    closed = substitute(term.guard, {v.name: Num(0, v.sort) for v in term.variables})
    return is_closed(closed) and not free_variables(term.guard).keys() - names


def extrema(reduced: Reduced) -> dict[str, Extremal]:
    """Unknown numbers of which a condition says that they are an extremum of a set in which nothing is unknown."""
    found: dict[str, Extremal] = {}
    for condition in reduced.conditions:
        match condition:
            case Extremal(var, Var(name), body, _) if name in reduced.unknowns and is_closed(Every(var, body, True)):
                found.setdefault(name, condition)
    return found


def gathers(terms: Sequence[Term]) -> list[Gather]:
    """Sums, products and counts over sets in which nothing is unknown, each once."""
    found: dict[Gather, None] = {}
    for term in terms:
        for inner in walk(term):
            if isinstance(inner, Gather) and is_closed_guard(inner):
                found[inner] = None
    return list(found)


def first_open(reduced: Reduced) -> Gather | None:
    """The first sum or count over a set in which nothing is unknown that can't be evaluated."""
    for gather in gathers([*reduced.conditions, *reduced.values.values()]):
        counted = Gather(Fold.COUNT, gather.variables, gather.guard, number(1, Sort.NAT), Sort.NAT)
        if not isinstance(tidy(counted), Truth) and _is_open(counted):
            return gather
    return None


def _is_open(gather: Gather) -> bool:
    try:
        evaluate(gather, {})
    except (NotEvaluated, Undefined):
        return True
    return False


def put_members(reduced: Reduced, gather: Gather, rows: Sequence[Sequence[Term]]) -> None:
    """Write out all sums and counts over the set of one of them, whose members are these."""

    def written(term: Term) -> Term:
        if isinstance(term, Gather) and same_set(term, gather):
            return _written(term, rows)
        inner = children(term)
        return rebuilt(term, tuple(written(t) for t in inner)) if inner else term

    reduced.conditions = [written(c) for c in reduced.conditions]
    reduced.values = {n: written(t) for n, t in reduced.values.items()}


def same_set(one: Gather, other: Gather) -> bool:
    """Whether two are over the same set, names of variables aside."""
    if [v.sort for v in one.variables] != [v.sort for v in other.variables]:
        return False
    names: dict[str, Term] = {a.name: b for a, b in zip(one.variables, other.variables, strict=True)}
    return alike(substitute(one.guard, names), other.guard)


def alike(one: Term, other: Term) -> bool:
    """Whether two terms differ in the names of bound variables alone."""
    if one == other:
        return True
    left, right = children(one), children(other)
    if type(one) is not type(other) or len(left) != len(right) or not left:
        return False
    a, b = bound_by(one), bound_by(other)
    if [v.sort for v in a] != [v.sort for v in b]:
        return False
    names: dict[str, Term] = {v.name: w for v, w in zip(a, b, strict=True)}
    moved = tuple(substitute(t, names) for t in left)
    if rebuilt(_unbound(one, b), right) != rebuilt(_unbound(other, b), right):
        return False
    return all(map(alike, moved, right))


def _unbound(term: Term, variables: tuple[Var, ...]) -> Term:
    match term:
        case Gather(fold, _, guard, body, sort):
            return Gather(fold, variables, guard, body, sort)
        case Every(_, body, holds_all):
            return Every(variables[0], body, holds_all)
        case Extremal(_, point, body, least):
            return Extremal(variables[0], point, body, least)
        case _:
            return term


def _written(term: Gather, rows: Sequence[Sequence[Term]]) -> Term:
    if term.fold is Fold.FINITE:
        return TRUE
    if term.fold is Fold.COUNT:
        return number(len(rows), Sort.NAT)
    parts = [substitute(term.body, {v.name: t for v, t in zip(term.variables, row, strict=True)}) for row in rows]
    if not parts:
        return number(0 if term.fold is Fold.SUM else 1, term.sort)
    return parts[0] if len(parts) == 1 else apply(Op.ADD if term.fold is Fold.SUM else Op.MUL, *parts)
