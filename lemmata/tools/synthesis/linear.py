"""Terms of conditional linear arithmetic without definitions, simplified and solved for one variable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce

from lemmata.formats.smt_sorts import BOOL, COMPARISONS, INT
from lemmata.formats.smt_terms import FALSE, TRUE, Apply, Let, Literal, Quantified, Term, Use, make
from lemmata.formats.smtlib import Defined


class Unsuitable(Exception):
    """The term is outside what can be treated here."""


def expand(term: Term, env: Mapping[str, Term], definitions: Mapping[str, Defined]) -> Term:
    """The term with its variables replaced, and without let and defined functions.

    Raises:
        Unsuitable: it has a quantifier.
    """
    match term:
        case Literal():
            return term
        case Use(name, ()) if name in env:
            return env[name]
        case Use(name, args) if name in definitions:
            made = definitions[name]
            given = [expand(a, env, definitions) for a in args]
            inner = {p: a for (p, _), a in zip(made.parameters, given, strict=True)}
            return expand(made.body, inner, definitions)
        case Use() | Apply():
            return replace(term, args=tuple(expand(a, env, definitions) for a in term.args))
        case Let(bindings, body):
            bound = {n: expand(t, env, definitions) for n, t in bindings}
            return expand(body, {**env, **bound}, definitions)
        case Quantified():
            raise Unsuitable("a quantifier")


def replace_terms(term: Term, put: Callable[[Term], Term | None]) -> Term:
    """The term with each outermost subterm for which `put` gives another replaced by that."""
    other = put(term)
    if other is not None:
        return other
    if isinstance(term, Use | Apply) and term.args:
        return replace(term, args=tuple(replace_terms(a, put) for a in term.args))
    return term


@dataclass(frozen=True, slots=True)
class Linear:
    """A sum of integer multiples of atoms, and a constant."""

    factors: tuple[tuple[Term, int], ...]
    constant: int

    def factor(self, atom: Term) -> int:
        return dict(self.factors).get(atom, 0)

    def without(self, atom: Term) -> Linear:
        return Linear(tuple((a, f) for a, f in self.factors if a != atom), self.constant)

    def scaled(self, by: int) -> Linear:
        return Linear(tuple((a, f * by) for a, f in self.factors) if by else (), self.constant * by)

    def plus(self, other: Linear) -> Linear:
        total = dict(self.factors)
        for atom, factor in other.factors:
            total[atom] = total.get(atom, 0) + factor
        return Linear(tuple((a, f) for a, f in total.items() if f), self.constant + other.constant)

    def term(self) -> Term:
        """As short a term as there is."""
        positive = [_multiple(a, f) for a, f in self.factors if f > 0]
        negative = [_multiple(a, -f) for a, f in self.factors if f < 0]
        if self.constant > 0 or not (positive or negative):
            positive.append(Literal(self.constant, INT))
        elif self.constant < 0 and positive:
            negative.append(Literal(-self.constant, INT))
        elif self.constant < 0:
            positive.append(Literal(self.constant, INT))
        above = make("+", *positive) if positive else Literal(0, INT)
        return make("-", above, *negative) if negative else above


def _multiple(atom: Term, factor: int) -> Term:
    return atom if factor == 1 else make("*", Literal(factor, INT), atom)


def linear(term: Term) -> Linear:
    """The linear form of an integer term; what is not linear counts as an atom."""
    match term:
        case Literal(int(value)):
            return Linear((), value)
        case Apply("+", args):
            return reduce(Linear.plus, map(linear, args))
        case Apply("-", (only,)):
            return linear(only).scaled(-1)
        case Apply("-", (first, *rest)):
            return reduce(lambda total, t: total.plus(linear(t).scaled(-1)), rest, linear(first))
        case Apply("*", args):
            forms = [linear(a) for a in args]
            wide = [f for f in forms if f.factors]
            if len(wide) <= 1:
                scale = reduce(lambda x, f: x * f.constant, (f for f in forms if not f.factors), 1)
                return wide[0].scaled(scale) if wide else Linear((), scale)
    return Linear(((term, 1),), 0)


def difference(term: Term) -> Linear | None:
    """Left minus right of a comparison or equation between two integer terms; else None."""
    match term:
        case Apply(op, (left, right)) if (op in COMPARISONS or op in ("=", "distinct")) and left.sort == INT:
            return linear(left).plus(linear(right).scaled(-1))
    return None


def roots(term: Term, unknown: Use) -> Iterator[Term]:
    """Terms that the unknown might be, read off the comparisons it stands in: solved forms and their neighbours."""
    forms = {d: None for t in _all(term) if (d := difference(t)) is not None and d.factor(unknown)}
    for step in (0, 1, -1):
        for form in forms:
            factor = form.factor(unknown)
            rest = form.without(unknown).scaled(-1 if factor > 0 else 1)
            shifted = rest.plus(Linear((), step)) if abs(factor) == 1 else rest
            if abs(factor) == 1:
                yield shifted.term()
            else:
                divided = make("div", rest.term(), Literal(abs(factor), INT))
                yield linear(divided).plus(Linear((), step)).term()


def _all(term: Term) -> Iterator[Term]:
    yield term
    if isinstance(term, Use | Apply):
        for arg in term.args:
            yield from _all(arg)


def simplify(term: Term) -> Term:
    """An equal term, shorter where that is easy to see: constants folded, comparisons between equals decided."""
    if not isinstance(term, Apply):
        return term
    args = tuple(simplify(a) for a in term.args)
    match term.op:
        case "and" | "or":
            return _junction(term.op, args)
        case "=>":
            return _junction("or", (*(negate(a) for a in args[:-1]), args[-1]))
        case "not":
            return negate(args[0])
        case "ite":
            return _choice(*args)
        case "=" if len(args) == 2 and args[0].sort == BOOL:
            return _equivalence(*args)
    made = replace(term, args=args)
    form = difference(made)
    if form is not None and not form.factors:
        return TRUE if _holds(term.op, form.constant) else FALSE
    return linear(made).term() if made.sort == INT and made.op in ("+", "-", "*") else made


def _holds(op: str, left_minus_right: int) -> bool:
    match op:
        case "<":
            return left_minus_right < 0
        case "<=":
            return left_minus_right <= 0
        case ">":
            return left_minus_right > 0
        case ">=":
            return left_minus_right >= 0
        case "=":
            return left_minus_right == 0
        case _:
            return left_minus_right != 0


def _junction(op: str, args: tuple[Term, ...]) -> Term:
    unit, zero = (TRUE, FALSE) if op == "and" else (FALSE, TRUE)
    flat: dict[Term, None] = {}
    for arg in args:
        parts = arg.args if isinstance(arg, Apply) and arg.op == op else (arg,)
        flat.update(dict.fromkeys(p for p in parts if p != unit))
    if zero in flat or any(negate(p) in flat for p in flat):
        return zero
    return make(op, *flat) if flat else unit


_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def negate(term: Term) -> Term:
    """The negation, pushed inwards."""
    match term:
        case Literal(bool(value)):
            return FALSE if value else TRUE
        case Apply("not", (inner,)):
            return inner
        case Apply("and" | "or" as op, args):
            return _junction("or" if op == "and" else "and", tuple(map(negate, args)))
        case Apply("<" | "<=" | ">" | ">=" as op, (left, right)):
            return make(_OPPOSITE[op], left, right)
    return make("not", term)


def _choice(condition: Term, then: Term, other: Term) -> Term:
    if condition == TRUE or then == other:
        return then
    if condition == FALSE:
        return other
    if then.sort == BOOL and {then, other} <= {TRUE, FALSE}:
        return condition if then == TRUE else negate(condition)
    return make("ite", condition, then, other)


def _equivalence(left: Term, right: Term) -> Term:
    for one, two in ((left, right), (right, left)):
        if one == TRUE:
            return two
        if one == FALSE:
            return negate(two)
    return TRUE if left == right else make("=", left, right)
