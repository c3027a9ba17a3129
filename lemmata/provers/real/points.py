"""Exact evaluation of statements at points whose coordinates are real algebraic numbers, by FLINT."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from lemmata.errors import BackendMissing, BadInput
from lemmata.problem import Json
from lemmata.provers.real.notation import Tree, parse
from lemmata.provers.real.statement import Relation, Statement
from lemmata.provers.real.system import exponent_of

Number: TypeAlias = Any
"""A real algebraic number; FLINT's types carry no annotations."""
_LONGEST = 300
_DEGREE = 12
_ROOTS = 4  # the degree of the field they make doubles with each


def _field() -> Any:
    try:
        from flint.types._gr import gr_real_qqbar_ctx
    except ImportError:
        raise BackendMissing("no python-flint found", remedy="pip install python-flint") from None
    return gr_real_qqbar_ctx.new()


class Points:
    """Evaluates statements; one is enough for a whole check."""

    def __init__(self) -> None:
        self.field = _field()
        self.zero = self.field(0)

    def read(self, data: Json, names: tuple[str, ...], *, place: str) -> dict[str, Number]:
        """The coordinates of a point, each the text of a constant such as `1/2` or `√2 + 1`.

        Raises:
            BadInput: not one constant for each name.
        """
        if not isinstance(data, dict) or set(data) != set(names):
            raise BadInput(f"expected values for {', '.join(names)}", place=place)
        if str(data).count("√") + str(data).count("sqrt") + str(data).count("^(") > _ROOTS:
            raise BadInput(f"expected at most {_ROOTS} roots in a point", place=place)
        return {name: self.constant(data[name], place=place) for name in names}

    def constant(self, text: Json, *, place: str) -> Number:
        """The number that a text without variables states."""
        return self.value(read_constant(text, place=place), {})

    def value(self, tree: Tree, at: Mapping[str, Number]) -> Number:
        """The value of an expression.

        Raises:
            BadInput: it has none there.
        """
        match tree.kind, tree.parts:
            case "numeral", _:
                return self.field(int(tree.text))
            case "name", _:
                return at[tree.text]
            case "real", (inner,):
                return self.value(inner, at)
            case "neg", (inner,):
                return -self.value(inner, at)
            case "^", (base, exponent):
                return self.power(self.value(base, at), exponent)
            case "call", (inner,):
                value = self.value(inner, at)
                if tree.text == "abs":
                    return -value if self.sign(value) < 0 else value
                return self.root(value, 2)
            case "call", (left, right):
                a, b = self.value(left, at), self.value(right, at)
                return a if (self.sign(a - b) < 0) is (tree.text == "min") else b
            case kind, (left, right):
                return self.applied(kind, self.value(left, at), self.value(right, at))
        raise BadInput("expected a real number", place=f"claim:{tree.column}")

    def applied(self, sign: str, a: Number, b: Number) -> Number:
        if sign == "/":
            if b.is_zero():
                raise BadInput("a division by zero at this point", place="point")
            return a / b
        return a + b if sign == "+" else a - b if sign == "-" else a * b

    def power(self, base: Number, exponent: Tree) -> Number:
        times = exponent_of(exponent)
        if times.denominator > 1:  # first, as in `system`: (-8)^(2/3) has no value
            base = self.root(base, times.denominator)
        value = self.field(1)
        for _ in range(abs(times.numerator)):
            value = value * base
        return self.applied("/", self.field(1), value) if times < 0 else value

    def root(self, value: Number, degree: int) -> Number:
        if self.sign(value) < 0:
            raise BadInput("a root of a negative number at this point", place="point")
        if degree > _DEGREE:
            raise BadInput(f"expected a root of degree up to {_DEGREE}", place="point")
        return value if value.is_zero() else value ** (self.field(1) / self.field(degree))

    def sign(self, value: Number) -> int:
        """-1, 0 or 1."""
        if value.is_zero():
            return 0
        return 1 if value.sgn() == self.field(1) else -1

    def compare(self, relation: Relation, at: Mapping[str, Number]) -> int:
        """The sign of left - right."""
        return self.sign(self.value(relation.left, at) - self.value(relation.right, at))

    def within(self, statement: Statement, at: Mapping[str, Number]) -> bool:
        """Whether a point keeps all hypotheses."""
        return all(holds(r.sign, self.compare(r, at)) for r in statement.hypotheses)


def holds(sign: str, difference: int) -> bool:
    """Whether a relation holds of two numbers whose difference has that sign."""
    return {
        "<": difference < 0,
        "≤": difference <= 0,
        "=": difference == 0,
        "≥": difference >= 0,
        ">": difference > 0,
        "≠": difference != 0,
    }[sign]


def read_constant(text: Json, *, place: str) -> Tree:
    """The tree of a constant's text.

    Raises:
        BadInput: no such text, or a variable in it.
    """
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise BadInput(f"expected the text of a number, at most {_LONGEST} characters", place=place)
    try:
        tree = parse(text)
    except BadInput as exc:
        raise BadInput(exc.text, place=place) from None
    _require_numeric(tree, place)
    return tree


def _require_numeric(tree: Tree, place: str, powers: int = 0) -> None:
    if tree.kind not in ("numeral", "neg", "+", "-", "*", "/", "^", "real", "call"):
        raise BadInput("expected a number made of numerals, + - * / ^ and √", place=place)
    if powers > 2:
        raise BadInput("expected at most two powers within one another", place=place)
    for part in tree.parts:
        _require_numeric(part, place, powers + (tree.kind == "^"))
