"""Integer and boolean terms as SMT-LIB definitions, one for each node, so that shared terms are written once.

Unrolled loops share almost everything; as trees they would double with every branch. Constants are folded on the way:
a loop whose bounds are numbers then unrolls by itself. Division is Python's: rounded down, remainder like the divisor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

MOST_NODES = 40_000
MOST_STEPS = 60_000
_WIDEST_BITS = 4096


class Unsupported(Exception):
    """Outside the fragment that is understood; the text says what and where."""


@dataclass(frozen=True, slots=True)
class Node:
    """A term: a constant if `value` is not None, else the name of a definition or of an unknown."""

    sort: Literal["Int", "Bool"]
    text: str
    value: int | bool | None = None


TRUE = Node("Bool", "true", True)
FALSE = Node("Bool", "false", False)


def integer(value: int) -> Node:
    """The constant.

    Raises:
        Unsupported: too wide to be of use.
    """
    if value.bit_length() > _WIDEST_BITS:
        raise Unsupported("numbers of more than 4096 bits")
    return Node("Int", str(value) if value >= 0 else f"(- {-value})", value)


def truth(value: bool) -> Node:
    return TRUE if value else FALSE


_FOLDS: Mapping[str, Callable[[int, int], int | bool]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "=": lambda a, b: a == b,
}
_TEXTS: Mapping[str, str] = {
    "//": "(ite (> {1} 0) (div {0} {1}) (div (- {0}) (- {1})))",
    "%": "(ite (> {1} 0) (mod {0} {1}) (- (mod (- {0}) (- {1}))))",
}
_RELATIONS = ("<", "<=", "=")


@dataclass(slots=True)
class Builder:
    """Makes nodes and keeps their definitions, in an order in which each only uses earlier ones."""

    unknowns: list[str] = field(default_factory=list)
    definitions: list[str] = field(default_factory=list)
    steps: int = 0
    _known: dict[tuple[str, str], Node] = field(default_factory=dict)

    def unknown(self, name: str, sort: Literal["Int", "Bool"]) -> Node:
        """A fresh unknown of that (SMT-LIB) name."""
        self.unknowns.append(f"(declare-const {name} {sort})")
        return Node(sort, name)

    def work(self, amount: int = 1) -> None:
        """Count what is done, since not everything that takes time makes terms; the count is the same every time.

        Raises:
            Unsupported: it was too much.
        """
        self.steps += amount
        if self.steps > MOST_STEPS:
            raise Unsupported(f"unrolled, it takes more than {MOST_STEPS} steps")

    def arithmetic(self, op: str, a: Node, b: Node) -> Node:
        """`+ - * // %` or a relation `< <= =` of two integers; a divisor is never 0 where it matters."""
        sort: Literal["Int", "Bool"] = "Bool" if op in _RELATIONS else "Int"
        if a.value is not None and b.value is not None and not (op in "//%" and b.value == 0):
            folded = _FOLDS[op](a.value, b.value)
            return truth(folded) if isinstance(folded, bool) else integer(folded)
        if a.text == b.text and op in _RELATIONS:
            return truth(op != "<")
        if (op in "+-" and b.value == 0) or (op == "*" and b.value == 1):
            return a
        if (op == "+" and a.value == 0) or (op == "*" and a.value == 1):
            return b
        return self._define(sort, _TEXTS.get(op, f"({op} {{0}} {{1}})").format(a.text, b.text))

    def equal(self, a: Node, b: Node) -> Node:
        """Equality of two integers or of two booleans."""
        if a.sort == "Int":
            return self.arithmetic("=", a, b)
        return self.choose(a, b, self.negate(b))

    def negate(self, a: Node) -> Node:
        if a.value is not None:
            return truth(not a.value)
        return self._define("Bool", f"(not {a.text})")

    def both(self, *nodes: Node) -> Node:
        """Their conjunction."""
        return self._junction("and", FALSE, nodes)

    def either(self, *nodes: Node) -> Node:
        """Their disjunction."""
        return self._junction("or", TRUE, nodes)

    def choose(self, condition: Node, then: Node, other: Node) -> Node:
        """`then` where the condition holds, else `other`; of one sort."""
        if condition.value is not None:
            return then if condition.value else other
        if then == other:
            return then
        if then.sort == "Bool" and then.value is not None:
            return self.either(condition, other) if then.value else self.both(self.negate(condition), other)
        if then.sort == "Bool" and other.value is not None:
            return self.either(self.negate(condition), then) if other.value else self.both(condition, then)
        return self._define(then.sort, f"(ite {condition.text} {then.text} {other.text})")

    def number(self, a: Node) -> Node:
        """A boolean as the integer that it is in Python; an integer as it is."""
        return a if a.sort == "Int" else self.choose(a, integer(1), integer(0))

    def script(self, goal: Node) -> str:
        """A script that asks whether the goal can be true."""
        return "\n".join(["(set-logic ALL)", *self.unknowns, *self.definitions, f"(assert {goal.text})"])

    def _junction(self, name: str, absorbing: Node, nodes: tuple[Node, ...]) -> Node:
        kept = list(dict.fromkeys(n for n in nodes if n.value is None or n == absorbing))
        if absorbing in kept:
            return absorbing
        if len(kept) < 2:
            return kept[0] if kept else truth(not absorbing.value)
        return self._define("Bool", f"({name} {' '.join(n.text for n in kept)})")

    def _define(self, sort: Literal["Int", "Bool"], text: str) -> Node:
        known = self._known.get((sort, text))
        if known is not None:
            return known
        if len(self.definitions) >= MOST_NODES:
            raise Unsupported(f"unrolled, it has more than {MOST_NODES} terms")
        made = Node(sort, f"t{len(self.definitions)}")
        self.definitions.append(f"(define-fun {made.text} () {sort} {text})")
        self._known[sort, text] = made
        return made
