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
    InRange,
    Op,
    Sort,
    Term,
    Var,
    apply,
    conjunction,
    number,
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
    waiting = [inlined(c) for c in conditions]
    while waiting:
        condition = waiting.pop(0)
        match condition:
            case App(op=Op.AND, args=args):
                waiting = [*args, *waiting]
            case InRange(var, low, high, body, False) if var.name not in names:
                names.append(var.name)
                waiting = [apply(Op.LE, low, var), apply(Op.LT, var, high), body, *waiting]
            case _:
                found.append(condition)
    return Query(tuple(names), tuple(found))


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
    return None if FALSE in conditions else Query(query.variables, tuple(dict.fromkeys(conditions)))
