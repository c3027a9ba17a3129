"""The notation of statements about real numbers: the part of Lean's that they need, read into a tree with places.

`∀ x y : ℝ`, `∀ (x : ℝ) (h : x > 0)`, `→ ∧`, comparisons, `+ - * / ^`, `√x`, `|x|`, `min x y`, `max x y`, `(1/3 : ℝ)`,
with Lean's precedences; `?` stands for a comparison that is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lemmata.errors import BadInput

LONGEST = 20_000
_DEEPEST = 120
_SPELLINGS: Mapping[str, str] = {
    "->": "→", "/\\": "∧", "<=": "≤", ">=": "≥", "!=": "≠", "forall": "∀", "Real": "ℝ", "√": "Real.sqrt",
}  # fmt: skip
_TOKEN = re.compile(
    r"(?P<number>\d+)|(?P<word>√|ℝ|[^\W\d][\w'₀-₉]*(?:\.[^\W\d]\w*)*)"
    r"|(?P<sign>->|<=|>=|!=|/\\|[∀∧→≤≥≠<>=+\-*/^(){}:,|?])"
)
_INFIX: Mapping[str, tuple[int, int, int]] = {  # level, lowest level on the left, lowest level on the right
    "→": (25, 26, 25), "∧": (35, 36, 35), **dict.fromkeys("=≠<≤>≥?", (50, 51, 51)),
    "+": (65, 65, 66), "-": (65, 65, 66), "*": (70, 70, 71), "/": (70, 70, 71), "^": (75, 76, 75),
}  # fmt: skip
_HIGHEST = 1024
_FUNCTIONS: Mapping[str, int] = {"Real.sqrt": 1, "abs": 1, "min": 2, "max": 2}
_KEYWORDS = frozenset({"ℝ", "∀", *_FUNCTIONS})


@dataclass(frozen=True, slots=True)
class Tree:
    """A node.

    Args:
        kind: `numeral`, `name`, an infix sign, `neg`, `∀`, `call`, `real` (an ascription), `binder`, `hypothesis`.
        text: of the numeral, the name, the function.
        parts: inside, in order; of `∀` the binders and hypotheses, then the body.
        column: where it stands, from 1.
    """

    kind: str
    text: str
    parts: tuple[Tree, ...]
    column: int


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # number, word, sign, end
    text: str
    column: int


def fail(column: int, text: str) -> BadInput:
    """The error for a place in a statement."""
    return BadInput(text, place=f"claim:{column}")


def parse(text: str) -> Tree:
    """The tree of a statement or an expression.

    Raises:
        BadInput: outside the notation; `place` is `claim:column`.
    """
    if len(text) > LONGEST:
        raise fail(1, f"expected at most {LONGEST} characters")
    parser = _Parser(_tokens(text))
    tree, _ = parser.expression(0)
    parser.expect("", "the end or an operator")
    return tree


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        match = _TOKEN.match(text, at)
        if match is None or text.startswith(("--", "/-"), at):
            raise fail(at + 1, f"{text[at]!r} is not understood here in a statement about reals")
        word = _SPELLINGS.get(match.group(), match.group())
        found.append(_Token("sign" if word == "∀" else str(match.lastgroup), word, at + 1))
        at = match.end()
    found.append(_Token("end", "", len(text) + 1))
    return found


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens, self.at, self.depth = tokens, 0, 0

    @property
    def here(self) -> _Token:
        return self.tokens[self.at]

    def take(self) -> _Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, text: str, wanted: str) -> None:
        if self.here.text != text:
            came = repr(self.here.text) if self.here.text else "the end"
            raise fail(self.here.column, f"expected {wanted}, but {came} came")
        if text:
            self.take()

    def expression(self, lowest: int) -> tuple[Tree, int]:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise fail(self.here.column, f"expected at most {_DEEPEST} levels of nesting")
        left, level = self.prefix()
        while self.here.kind == "sign" and self.here.text in _INFIX:
            sign = self.here
            own, least_left, least_right = _INFIX[sign.text]
            if own < lowest:
                break
            if level < least_left:
                raise fail(sign.column, f"{sign.text} can't follow here without parentheses")
            self.take()
            right, _ = self.expression(least_right)
            left, level = Tree(sign.text, "", (left, right), sign.column), own
        self.depth -= 1
        return left, level

    def prefix(self) -> tuple[Tree, int]:
        token = self.here
        if token.text == "∀":
            return self.quantified(), _HIGHEST
        if token.text == "-":
            self.take()
            inner, _ = self.expression(75)
            return Tree("neg", "", (inner,), token.column), 75
        if token.text in _FUNCTIONS:
            self.take()
            parts = tuple(self.atom() for _ in range(_FUNCTIONS[token.text]))
            return Tree("call", token.text, parts, token.column), _HIGHEST
        inner = self.atom()
        if self.here.kind in ("number", "word"):
            raise fail(self.here.column, f"expected an operator; of functions only {', '.join(_FUNCTIONS)} are known")
        return inner, _HIGHEST

    def atom(self) -> Tree:
        token = self.take()
        if token.kind == "number":
            return Tree("numeral", token.text, (), token.column)
        if token.kind == "word" and token.text not in _KEYWORDS and "." not in token.text:
            return Tree("name", token.text, (), token.column)
        if token.text == "|":
            inner, _ = self.expression(0)
            self.expect("|", "| to close the absolute value")
            return Tree("call", "abs", (inner,), token.column)
        if token.text != "(":
            came = repr(token.text) if token.text else "the end"
            raise fail(token.column, f"expected a numeral, a variable or (, but {came} came")
        inner, _ = self.expression(0)
        if self.here.text == ":":
            self.take()
            self.expect("ℝ", "the sort ℝ")
            inner = Tree("real", "", (inner,), token.column)
        self.expect(")", "an operator or )")
        return inner

    def quantified(self) -> Tree:
        start = self.take()
        binders: list[Tree] = []
        if self.here.text in ("(", "{"):
            while self.here.text in ("(", "{"):
                binders += self.group()
        else:
            binders += self.binders()
        self.expect(",", "a comma after the variables")
        body, _ = self.expression(0)
        return Tree("∀", "", (*binders, body), start.column)

    def group(self) -> list[Tree]:
        """Variables with their sort, or a named hypothesis."""
        closing = ")" if self.take().text == "(" else "}"
        names = self.names()
        self.expect(":", "a colon and ℝ or a hypothesis")
        if self.here.text == "ℝ":
            self.take()
            found = names
        else:
            body, _ = self.expression(0)
            found = [Tree("hypothesis", "", (body,), names[0].column)]
        self.expect(closing, closing)
        return found

    def binders(self) -> list[Tree]:
        names = self.names()
        self.expect(":", "a colon and ℝ")
        self.expect("ℝ", "the sort ℝ")
        return names

    def names(self) -> list[Tree]:
        found = []
        while self.here.kind == "word" and self.here.text not in _KEYWORDS and "." not in self.here.text:
            token = self.take()
            found.append(Tree("binder", token.text, (), token.column))
        if not found:
            raise fail(self.here.column, "expected the name of a variable")
        return found
