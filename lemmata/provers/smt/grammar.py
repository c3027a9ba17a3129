"""Whether a grammar derives a term: a real derivation, constants included."""

from __future__ import annotations

from collections.abc import Mapping

from lemmata.formats.sexpr import Atom, Group, Kind, Node
from lemmata.formats.smt_sorts import INT, REAL, Sort
from lemmata.formats.sygus import Asked, Grammar


def derives(asked: Asked, body: Node) -> bool:
    """Whether the grammar of a function that is asked for derives a body, as it is written.

    Args:
        asked: the function; one without a grammar may have any body.
        body: the S-expression; (- 1) and -1 are the same constant.
    """
    if asked.grammar is None:
        return True
    return asked.grammar.start in _Derivation(asked.grammar, dict(asked.parameters)).nonterminals(body)


class _Derivation:
    """The answers found so far for one grammar."""

    def __init__(self, grammar: Grammar, parameters: Mapping[str, Sort]) -> None:
        self._rules = {name: sides for name, (_, sides) in grammar.rules.items()}
        self._parameters = parameters
        self._known: dict[Node, frozenset[str]] = {}

    def nonterminals(self, node: Node) -> frozenset[str]:
        """Those that derive the node."""
        if node not in self._known:
            found = {
                n for n, sides in self._rules.items() if any(self._matches(s, node) for s in sides if not self._unit(s))
            }
            while more := {n for n, sides in self._rules.items() if n not in found and found & self._units(sides)}:
                found |= more
            self._known[node] = frozenset(found)
        return self._known[node]

    def _unit(self, side: Node) -> bool:
        return isinstance(side, Atom) and side.kind is Kind.SYMBOL and side.text in self._rules

    def _units(self, sides: tuple[Node, ...]) -> set[str]:
        return {_text(side) for side in sides if self._unit(side)}

    def _matches(self, side: Node, node: Node) -> bool:
        """Whether a right-hand side, itself no nonterminal, derives the node."""
        if _negative(side) is not None and _negative(side) == _negative(node):
            return True
        match side:
            case Group((Atom("Constant"), sort)):
                return _is_constant(node, _text(sort))
            case Group((Atom("Variable" | "InputVariable"), sort)):
                known = isinstance(node, Atom) and node.kind is Kind.SYMBOL
                return known and str(self._parameters.get(_text(node), "")) == _text(sort)
            case Group(items) if isinstance(node, Group) and len(items) == len(node.items):
                return all(self._fits(s, n) for s, n in zip(items, node.items, strict=True))
        return side == node

    def _fits(self, side: Node, node: Node) -> bool:
        return _text(side) in self.nonterminals(node) if self._unit(side) else self._matches(side, node)


def _text(node: Node) -> str:
    return node.text if isinstance(node, Atom) else ""


def _negative(node: Node) -> str | None:
    """The digits of a negative numeral."""
    match node:
        case Atom(text, Kind.SYMBOL) if text[:1] == "-" and text[1:].isdecimal():
            return text[1:]
        case Group((Atom("-"), Atom(digits, Kind.NUMERAL))):
            return digits
    return None


def _is_constant(node: Node, sort: str) -> bool:
    if sort in (INT.name, REAL.name) and _negative(node) is not None:
        return True
    match node, sort:
        case Atom(_, Kind.NUMERAL), "Int" | "Real":
            return True
        case Atom(_, Kind.DECIMAL), "Real":
            return True
        case Atom("true" | "false", Kind.SYMBOL), "Bool":
            return True
    return False
