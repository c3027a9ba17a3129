"""Invariants as text: quantifier-free linear SMT-LIB over the program's variables (`x`, `|a[0]|`, `|x.2|`).

The text may come from anyone, so it is read into terms of ours and never handed to a solver as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from lemmata.errors import BadInput
from lemmata.formats.sexpr import Atom, Group, Kind, Node, read_one
from lemmata.provers.bmc.symbolic import Formula
from lemmata.provers.bmc.terms import FALSE, TRUE, Terms

_LONGEST = 20_000
_MOST_DIGITS = 60


def read_formula(text: str) -> Formula:
    """The invariant a text states; applying it raises BadInput where it names no variable or mixes sorts.

    Raises:
        BadInput: not one expression.
    """
    if len(text) > _LONGEST:
        raise BadInput(f"expected an invariant of at most {_LONGEST} characters", place="invariant")
    node = read_one(text, place="invariant")

    def apply(terms: Terms, env: Mapping[str, int]) -> int:
        sort, made = _Reader(terms, env).read(node, {})
        return made if sort == "Bool" else _fail("a formula", node)

    return apply


def _fail(expected: str, node: Node) -> int:
    raise BadInput(f"expected {expected}", place=f"invariant:{node.place}")


Typed = tuple[str, int]


class _Reader:
    def __init__(self, terms: Terms, env: Mapping[str, int]) -> None:
        self.terms, self.env = terms, env

    def read(self, node: Node, bound: Mapping[str, Typed]) -> Typed:
        if isinstance(node, Atom):
            return self._atom(node, bound)
        if node.head == "let":
            return self._let(node, bound)
        args = [self.read(item, bound) for item in node.items[1:]]
        sorts, values = {sort for sort, _ in args}, [value for _, value in args]
        if sorts == {"Bool"} and node.head in ("and", "or", "not", "=>", "=", "ite"):
            return "Bool", self._logical(node, values)
        if node.head == "ite" and [s for s, _ in args] == ["Bool", "Int", "Int"]:
            return "Int", self.terms.ite(*values)
        if sorts != {"Int"}:
            _fail("arguments of one sort and a known operator", node)
        if node.head in ("+", "-", "*", "div", "mod"):
            return "Int", self._number(node, values)
        return "Bool", self._comparison(node, values)

    def _atom(self, node: Atom, bound: Mapping[str, Typed]) -> Typed:
        if node.kind is Kind.NUMERAL and len(node.text) <= _MOST_DIGITS:
            return "Int", self.terms.num(int(node.text))
        if node.kind is Kind.SYMBOL:
            if node.text in bound:
                return bound[node.text]
            if node.text in self.env:
                return "Int", self.env[node.text]
            if node.text in ("true", "false"):
                return "Bool", TRUE if node.text == "true" else FALSE
        _fail(f"a variable of the program or a number, came {node.text[:40]!r}", node)
        raise AssertionError

    def _let(self, node: Group, bound: Mapping[str, Typed]) -> Typed:
        match node.items:
            case (_, Group(bindings), body):
                inner = dict(bound)
                for each in bindings:
                    match each:
                        case Group((Atom(name, Kind.SYMBOL), value)):
                            inner[name] = self.read(value, bound)
                        case _:
                            _fail("a name and its value", each)
                return self.read(body, inner)
        _fail("let, its bindings and its body", node)
        raise AssertionError

    def _logical(self, node: Group, values: list[int]) -> int:
        terms = self.terms
        match node.head, values:
            case "and", _:
                return terms.all_(values)
            case "or", _:
                return terms.any_(values)
            case "not", [a]:
                return terms.not_(a)
            case "=>", [*most, last]:
                return terms.or_(terms.not_(terms.all_(most)), last)
            case "=", [a, b]:
                return terms.or_(terms.and_(a, b), terms.and_(terms.not_(a), terms.not_(b)))
            case "ite", [c, a, b]:
                return terms.or_(terms.and_(c, a), terms.and_(terms.not_(c), b))
        return _fail(f"another number of arguments of {node.head}", node)

    def _number(self, node: Group, values: list[int]) -> int:
        terms = self.terms
        match node.head, values:
            case "-", [a]:
                return terms.sub(terms.num(0), a)
            case "+" | "-" | "*" as name, [first, *rest]:
                step = {"+": terms.add, "-": terms.sub, "*": terms.mul}[name]
                for each in rest:
                    first = step(first, each)
                return first
            case "div" | "mod" as name, [a, b] if (terms.constant(b) or 0) > 0:
                return terms.ediv(a, b) if name == "div" else terms.emod(a, b)
        return _fail("numbers, and to divide by positive constants only", node)

    def _comparison(self, node: Group, values: list[int]) -> int:
        terms, name = self.terms, node.head
        if len(values) < 2:
            _fail("two arguments", node)
        pairs = list(pairwise(values))
        match name:
            case "<=":
                return terms.all_(terms.le(a, b) for a, b in pairs)
            case "<":
                return terms.all_(terms.lt(a, b) for a, b in pairs)
            case ">=":
                return terms.all_(terms.le(b, a) for a, b in pairs)
            case ">":
                return terms.all_(terms.lt(b, a) for a, b in pairs)
            case "=":
                return terms.all_(terms.eq(a, b) for a, b in pairs)
            case "distinct" if len(pairs) == 1:
                return terms.not_(terms.eq(*pairs[0]))
        return _fail(f"a known operator, came {name[:40]!r}", node)
