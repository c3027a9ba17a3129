"""Reads an SMT-LIB script whose models are asked for: its integers are the unknowns, its assertions the condition.

A division by zero, about which SMT-LIB says nothing, has no value here: what it decides is no solution.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import assert_never

from lemmata.errors import BadInput
from lemmata.formats import smt_sorts, smt_terms
from lemmata.formats.smtlib import Defined, read_script
from lemmata.provers.terms.predicate import Predicate
from lemmata.provers.terms.python_reader import DEEPEST
from lemmata.provers.terms.term import (
    Every,
    Let,
    Num,
    Op,
    Sort,
    Term,
    Truth,
    Var,
    apply,
    conjunction,
    depth,
    disjunction,
    negated,
    sort_of,
)

_UNKNOWNS = 3
_NODES = 20_000
_RESERVED_SIGNS = frozenset("!~.")  # mark the names that are made here
_SORTS: Mapping[smt_sorts.Sort, Sort] = {smt_sorts.INT: Sort.INT, smt_sorts.BOOL: Sort.BOOL}
_STRICT: Mapping[str, Op] = {"div": Op.EUCLID_DIV, "mod": Op.EUCLID_MOD}


def read_smt_predicate(source: str) -> Predicate:
    """The predicate that an SMT-LIB script states about its integer constants.

    Raises:
        BadInput: does not parse, has no or other unknowns, or uses other theories; `place` says where.
    """
    script = read_script(source)
    unknowns = tuple(d.name for d in script.declarations)
    odd = [d.name for d in script.declarations if d.parameters or d.result != smt_sorts.INT]
    if odd or script.sorts or not 1 <= len(unknowns) <= _UNKNOWNS:
        raise BadInput(
            f"expected 1 to {_UNKNOWNS} constants of sort Int and nothing else declared", place=(*odd, "")[0]
        )
    if any(set(n) & _RESERVED_SIGNS for n in unknowns):
        raise BadInput("expected names of constants without any of the signs ! ~ .", place=" ".join(unknowns)[:60])
    reading = _Reading({d.name: d for d in script.definitions}, used=set(unknowns))
    scope: dict[str, Term] = {n: Var(n, Sort.INT) for n in unknowns}
    term = conjunction(*(reading.read(a.term, scope) for a in script.assertions))
    if depth(term) > DEEPEST:
        raise BadInput(f"expected a script that nests at most {DEEPEST} levels", place="assert")
    return Predicate(unknowns, term)


class _Reading:
    def __init__(self, definitions: Mapping[str, Defined], used: set[str]) -> None:
        self.definitions, self.used, self.left = definitions, used, _NODES

    def fresh(self, name: str) -> str:
        unique, count = name, 0
        while unique in self.used:
            count += 1
            unique = f"{name}_{count}"
        self.used.add(unique)
        return unique

    def variable(self, name: str, sort: smt_sorts.Sort) -> Var:
        if sort not in _SORTS:
            raise BadInput(f"expected Int or Bool, not {sort}", place=name)
        plain = "".join("_" if c in _RESERVED_SIGNS else c for c in name)
        return Var(self.fresh(plain), _SORTS[sort])

    def read(self, term: smt_terms.Term, scope: Mapping[str, Term]) -> Term:
        self.left -= 1
        if self.left < 0:
            raise BadInput(f"expected at most {_NODES} nodes, definitions written out", place="assert")
        match term:
            case smt_terms.Literal(value, sort):
                if sort not in _SORTS:
                    raise BadInput(f"expected integers, not {sort}", place=str(value))
                return Truth(value) if isinstance(value, bool) else Num(value, Sort.INT)
            case smt_terms.Use(name, args):
                return self.used_name(name, [self.read(a, scope) for a in args], scope)
            case smt_terms.Let(bindings, body):
                return self.bound([(n, v.sort, self.read(v, scope)) for n, v in bindings], body, scope)
            case smt_terms.Quantified(op, variables, body):
                made = [(name, self.variable(name, sort)) for name, sort in variables]
                inner = self.read(body, {**scope, **dict(made)})
                for _, var in reversed(made):
                    inner = Every(var, inner, op == "forall")
                return inner
            case smt_terms.Apply(op, args, _, indices):
                return _applied(op, [self.read(a, scope) for a in args], indices)
            case _:
                assert_never(term)

    def used_name(self, name: str, args: list[Term], scope: Mapping[str, Term]) -> Term:
        if name in scope and not args:
            return scope[name]
        definition = self.definitions[name]
        pairs = zip(definition.parameters, args, strict=True)
        return self.bound([(n, sort, value) for (n, sort), value in pairs], definition.body, {**scope})

    def bound(
        self, pairs: list[tuple[str, smt_sorts.Sort, Term]], body: smt_terms.Term, scope: Mapping[str, Term]
    ) -> Term:
        made = [(name, self.variable(name, sort), value) for name, sort, value in pairs]
        inner = self.read(body, {**scope, **{name: var for name, var, _ in made}})
        for _, var, value in reversed(made):
            inner = Let(var, value, inner)
        return inner


def _applied(op: str, args: list[Term], indices: tuple[int, ...]) -> Term:
    match op, args:
        case "not", [a]:
            return negated(a)
        case "and", _:
            return conjunction(*args)
        case "or", _:
            return disjunction(*args)
        case "=>", [*given, goal]:
            return disjunction(*map(negated, given), goal)
        case "ite", [a, b, c]:
            return apply(Op.ITE, a, b, c)
        case "distinct", _:
            pairs = [(a, b) for i, a in enumerate(args) for b in args[i + 1 :]]
            return conjunction(*(negated(_equal(a, b)) for a, b in pairs))
        case "=", _:
            return conjunction(*(_equal(a, b) for a, b in pairwise(args)))
        case (("<" | "<=" | ">" | ">="), _):
            return conjunction(*(_compared(op, a, b) for a, b in pairwise(args)))
        case "-", [a]:
            return apply(Op.NEG, a)
        case (("+" | "*"), _):
            return apply(Op.ADD if op == "+" else Op.MUL, *args)
        case "abs", [a]:
            return apply(Op.ABS, a)
        case "divisible", [a] if indices:
            return apply(Op.DIVIDES, Num(indices[0], Sort.INT), a)
        case (("-" | "div" | "mod"), [first, *rest]):
            for other in rest:
                first = apply(_STRICT.get(op, Op.SUB), first, other)
            return first
    raise BadInput(f"{op} is not one of the functions that a solution can be asked for with", place=op)


def _equal(a: Term, b: Term) -> Term:
    return apply(Op.IFF if sort_of(a) is Sort.BOOL else Op.EQ, a, b)


def _compared(op: str, a: Term, b: Term) -> Term:
    if op in (">", ">="):
        a, b = b, a
    return apply(Op.LT if op in ("<", ">") else Op.LE, a, b)
