"""Queries: conditions on integers that should exclude each other, made ready for a solver."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from lemmata.errors import BadInput
from lemmata.provers.terms.simplify import inlined, simplified
from lemmata.provers.terms.smtlib_writer import symbol, write_term
from lemmata.provers.terms.term import (
    FALSE,
    TRUE,
    App,
    Every,
    InRange,
    Let,
    Num,
    Op,
    Sort,
    Term,
    Var,
    apply,
    children,
    conjunction,
    free_variables,
    negated,
    number,
    rebuilt,
    substitute,
)

_CASES = 256


@dataclass(frozen=True, slots=True)
class Query:
    """Conditions that can't all hold, or so it is said.

    Args:
        variables: names of the integers they are about.
        conditions: each a term that always has a value.
    """

    variables: tuple[str, ...]
    conditions: tuple[Term, ...]

    def adding(self, *conditions: Term) -> Query:
        return replace(self, conditions=(*self.conditions, *conditions))

    def script(self) -> str:
        """SMT-LIB text without check-sat."""
        lines = ["(set-logic ALL)"]
        lines += [f"(declare-const {symbol(n)} Int)" for n in self.variables]
        lines += [f"(assert {write_term(c)})" for c in self.conditions]
        return "\n".join(lines) + "\n"


def make_query(variables: tuple[str, ...], *conditions: Term) -> Query:
    """A query with `Let`s written out, conjunctions taken apart, and names for what is said to exist."""
    found: list[Term] = []
    names = list(variables)
    waiting = [simplified(inlined(c)) for c in conditions]
    while waiting:
        condition = waiting.pop(0)
        match condition:
            case App(op=Op.AND, args=args):
                waiting = [*args, *waiting]
            case App(op=Op.NOT, args=(App(op=Op.OR, args=args),)):
                waiting = [*map(negated, args), *waiting]
            case App(op=Op.NOT, args=(App(op=Op.IMPLIES, args=(given, goal)),)):
                waiting = [given, negated(goal), *waiting]
            case App(op=Op.NOT, args=(InRange(var, low, high, body, holds_all),)):
                waiting = [InRange(var, low, high, negated(body), not holds_all), *waiting]
            case InRange(var, low, high, body, False) if var.name not in names:
                names.append(var.name)
                waiting = [apply(Op.LE, low, var), apply(Op.LT, var, high), body, *waiting]
            case _:
                found.append(condition)
    return Query(tuple(names), tuple(found))


class _Opening:
    """Puts a new constant in the place of each power and greatest common divisor that no solver is given."""

    def __init__(self) -> None:
        self.names: dict[Term, str] = {}

    def opened(self, term: Term, bound: frozenset[str]) -> Term:
        if isinstance(term, App) and _is_opaque(term) and not free_variables(term).keys() & bound:
            return Var(self.names.setdefault(term, f"~{len(self.names)}"), Sort.INT)
        if isinstance(term, Let | Every | InRange):
            bound = bound | {term.var.name}
        inner = children(term)
        return rebuilt(term, tuple(self.opened(t, bound) for t in inner)) if inner else term


def _is_opaque(term: App) -> bool:
    return term.op is Op.GCD or (term.op is Op.POW and not isinstance(term.args[1], Num))


def opened(query: Query) -> Query:
    """A query that is at least as easily satisfied: of what a solver is not given, it may choose the values."""
    opening = _Opening()
    conditions = tuple(opening.opened(c, frozenset()) for c in query.conditions)
    return Query((*query.variables, *opening.names.values()), conditions)


def cases(query: Query, moduli: Mapping[str, int]) -> Iterator[Query]:
    """The query for each way in which its variables leave remainders; together they say the same.

    Args:
        moduli: variable -> by how much it is divided.

    Raises:
        BadInput: too many cases.
    """
    count = 1
    for modulus in moduli.values():
        count *= modulus
        if count > _CASES:
            raise BadInput(f"expected at most {_CASES} cases", place="hints")
    for remainders in itertools.product(*(range(m) for m in moduli.values())):
        values: dict[str, Term] = {}
        for (name, modulus), remainder in zip(moduli.items(), remainders, strict=True):
            quotient = Var(_quotient(name), Sort.INT)
            values[name] = apply(Op.ADD, apply(Op.MUL, number(modulus), quotient), number(remainder))
        names = tuple(_quotient(n) if n in moduli else n for n in query.variables)
        yield Query(names, tuple(substitute(c, values) for c in query.conditions))


def _quotient(name: str) -> str:
    return f"{name}~"  # no reader makes names with this sign


def resolved(query: Query) -> Query | None:
    """The query made simpler, or None where that already shows a contradiction."""
    made = conjunction(*(simplified(c) for c in query.conditions))
    if made == FALSE:
        return None
    match made:
        case App(op=Op.AND, args=args):
            conditions = args
        case _:
            conditions = () if made == TRUE else (made,)
    if FALSE in conditions:
        return None
    return opened(Query(query.variables, tuple(dict.fromkeys(conditions))))
