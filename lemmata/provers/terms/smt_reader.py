"""Reads an SMT-LIB 2.6 script as a claim: that its assertions can't all hold.

Integers, reals, truth values, bit-vectors, arrays and uninterpreted functions, with quantifiers. SMT-LIB says nothing
about a division by zero: what comes of it is a function of the dividend, the same each time. What the language of terms
lacks (declared sorts, rotations, string theories, …) is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import assert_never

from lemmata.errors import BadInput
from lemmata.formats import smt_sorts, smt_terms
from lemmata.formats.smtlib import Defined, read_script
from lemmata.provers.terms.term import (
    Call,
    Every,
    Let,
    Num,
    Op,
    Sort,
    Term,
    Truth,
    Var,
    apply,
    array,
    bits,
    cast,
    conjunction,
    disjunction,
    negated,
    number,
    sort_of,
)

_NODES = 50_000
_BASIC: Mapping[smt_sorts.Sort, Sort] = {
    smt_sorts.INT: Sort.INT,
    smt_sorts.REAL: Sort.REAL,
    smt_sorts.BOOL: Sort.BOOL,
}
_BITS: Mapping[str, Op] = {
    **{op.value: op for op in Op if op.value.startswith("bv") and op is not Op.BV_TO_NAT},
    "concat": Op.BV_CONCAT,
}
_SWAPPED: Mapping[str, Op] = {
    "bvugt": Op.BV_ULT,
    "bvuge": Op.BV_ULE,
    "bvsgt": Op.BV_SLT,
    "bvsge": Op.BV_SLE,
}


@dataclass(frozen=True, slots=True)
class SmtClaim:
    """A script's constants and functions, name -> sorts of arguments and result, and its assertions."""

    declared: Mapping[str, tuple[tuple[Sort, ...], Sort]]
    assertions: tuple[Term, ...]


def read_smt_claim(source: str) -> SmtClaim:
    """The claim of a script.

    Raises:
        BadInput: does not parse, or uses what the language of terms lacks; `place` says where.
    """
    script = read_script(source)
    if script.sorts:
        raise BadInput("declared sorts are not understood", place=min(script.sorts))
    declared = {d.name: (tuple(sort_for(p) for p in d.parameters), sort_for(d.result)) for d in script.declarations}
    reading = _Reading({d.name: d for d in script.definitions}, set(declared))
    reading.declared = declared
    return SmtClaim(declared, tuple(reading.read(a.term, {}) for a in script.assertions))


def sort_for(sort: smt_sorts.Sort) -> Sort:
    """A sort of SMT-LIB as one of terms.

    Raises:
        BadInput: there is none.
    """
    if sort in _BASIC:
        return _BASIC[sort]
    if sort.name == "BitVec":
        return bits(sort.width)
    if sort.name == "Array":
        return array(sort_for(sort.key), sort_for(sort.value))
    raise BadInput("expected Int, Real, Bool, bit-vectors or arrays of them", place=str(sort))


class _Reading:
    def __init__(self, definitions: Mapping[str, Defined], used: set[str]) -> None:
        self.definitions, self.used, self.left = definitions, used, _NODES
        self.declared: Mapping[str, tuple[tuple[Sort, ...], Sort]] = {}

    def variable(self, name: str, sort: smt_sorts.Sort) -> Var:
        unique, count = name, 0
        while unique in self.used:
            count += 1
            unique = f"{name}_{count}"
        self.used.add(unique)
        return Var(unique, sort_for(sort))

    def read(self, term: smt_terms.Term, scope: Mapping[str, Term]) -> Term:
        self.left -= 1
        if self.left < 0:
            raise BadInput(f"expected at most {_NODES} nodes, definitions written out", place="assert")
        match term:
            case smt_terms.Literal(value, sort):
                return Truth(value) if isinstance(value, bool) else Num(_plain(value), sort_for(sort))
            case smt_terms.Use(name, args):
                return self.named(name, tuple(self.read(a, scope) for a in args), scope)
            case smt_terms.Let(bindings, body):
                return self.bound([(n, v.sort, self.read(v, scope)) for n, v in bindings], body, scope)
            case smt_terms.Quantified(op, variables, body):
                made = [(name, self.variable(name, sort)) for name, sort in variables]
                inner = self.read(body, {**scope, **dict(made)})
                for _, var in reversed(made):
                    inner = Every(var, inner, op == "forall")
                return inner
            case smt_terms.Apply(op, args, _, indices):
                return applied(op, [self.read(a, scope) for a in args], indices)
            case _:
                assert_never(term)

    def named(self, name: str, args: tuple[Term, ...], scope: Mapping[str, Term]) -> Term:
        if name in scope and not args:
            return scope[name]
        if name in self.declared:
            result = self.declared[name][1]
            return Call(name, args, result) if args else Var(name, result)
        definition = self.definitions[name]
        pairs = zip(definition.parameters, args, strict=True)
        return self.bound([(n, sort, value) for (n, sort), value in pairs], definition.body, {})

    def bound(
        self, pairs: list[tuple[str, smt_sorts.Sort, Term]], body: smt_terms.Term, scope: Mapping[str, Term]
    ) -> Term:
        made = [(name, self.variable(name, sort), value) for name, sort, value in pairs]
        inner = self.read(body, {**scope, **{name: var for name, var, _ in made}})
        for _, var, value in reversed(made):
            inner = Let(var, value, inner)
        return inner


def _plain(value: int | Fraction) -> int | Fraction:
    return int(value) if value == int(value) else value


def applied(op: str, args: list[Term], indices: tuple[int, ...]) -> Term:
    """A function of SMT-LIB's theories applied.

    Raises:
        BadInput: it has no counterpart.
    """
    if op in _BITS:
        first = args[0]
        for other in args[1:]:
            first = apply(_BITS[op], first, other)
        return first if len(args) > 1 else apply(_BITS[op], first)
    if op in _SWAPPED:
        return apply(_SWAPPED[op], args[1], args[0])
    match op, args:
        case "not", [a]:
            return negated(a)
        case "and", _:
            return conjunction(*args)
        case "or", _:
            return disjunction(*args)
        case "xor", [a, b]:
            return negated(apply(Op.IFF, a, b))
        case "=>", [*given, goal]:
            return disjunction(*map(negated, given), goal)
        case "ite", [a, b, c]:
            return apply(Op.ITE, a, b, c)
        case "distinct", _:
            return conjunction(*(negated(_equal(a, b)) for i, a in enumerate(args) for b in args[i + 1 :]))
        case "=", _:
            return conjunction(*(_equal(a, b) for a, b in pairwise(args)))
        case (("<" | "<="), _):
            return conjunction(*(apply(Op.LT if op == "<" else Op.LE, a, b) for a, b in pairwise(args)))
        case ((">" | ">="), _):
            return conjunction(*(apply(Op.LT if op == ">" else Op.LE, b, a) for a, b in pairwise(args)))
        case "-", [a]:
            return apply(Op.NEG, a)
        case (("+" | "*"), _):
            return apply(Op.ADD if op == "+" else Op.MUL, *args)
        case "abs", [a]:
            return apply(Op.ABS, a)
        case "to_real", [a]:
            return cast(a, Sort.REAL)
        case "to_int", [a]:
            return Call("Int.floor", (a,), Sort.INT)
        case "is_int", [a]:
            return apply(Op.EQ, a, cast(Call("Int.floor", (a,), Sort.INT), Sort.REAL))
        case "divisible", [a] if indices:
            return apply(Op.DIVIDES, number(indices[0]), a)
        case (("select" | "store"), _):
            return apply(Op.SELECT if op == "select" else Op.STORE, *args)
        case "extract", [a]:
            return apply(Op.BV_EXTRACT, a, number(indices[0], Sort.NAT), number(indices[1], Sort.NAT))
        case "bv2nat", [a]:
            return cast(apply(Op.BV_TO_NAT, a), Sort.INT)
        case (("-" | "/" | "div" | "mod"), [first, *rest]):
            for other in rest:
                first = apply(Op.SUB, first, other) if op == "-" else _divided(op, first, other)
            return first
    raise BadInput("this function has no counterpart in the language of claims", place=op)


def _divided(op: str, a: Term, b: Term) -> Term:
    """By zero, an uninterpreted function of the dividend."""
    sort = sort_of(a)
    made = apply({"/": Op.RATIO, "div": Op.TOTAL_DIV, "mod": Op.TOTAL_MOD}[op], a, b)
    if isinstance(b, Num) and b.value:
        return made
    zero = number(0, sort)
    return apply(Op.ITE, apply(Op.EQ, b, zero), Call(f"~{op}0", (a,), sort), made)


def _equal(a: Term, b: Term) -> Term:
    return apply(Op.IFF if sort_of(a) is Sort.BOOL else Op.EQ, a, b)
