"""The syntax of claims as they are written in Lean 4: tokens and a tree with places, no meaning yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lemmata.errors import BadInput

LONGEST = 20_000
_DEEPEST = 150

_SPELLINGS: Mapping[str, str] = {
    "->": "→", "<->": "↔", "/\\": "∧", "\\/": "∨", "<=": "≤", ">=": "≥", "forall": "∀", "exists": "∃",
    "Not": "¬", "Nat": "ℕ", "Int": "ℤ", "Rat": "ℚ", "Real": "ℝ", "Prop": "Prop",
}  # fmt: skip
_TOKEN = re.compile(
    r"(?P<number>\d+)|(?P<word>[^\W\d][\w'₀-₉]*(?:\.[^\W\d][\w'₀-₉]*)*)"
    r"|(?P<sign><->|->|<=|>=|/\\|\\/|[∀∃∧∨¬→↔≤≥≠∣<>=+\-*/%^(){}:,|↑])"
)
_INFIX: Mapping[str, tuple[int, int, int]] = {  # level, lowest level on the left, lowest level on the right
    "↔": (20, 21, 21), "→": (25, 26, 25), "∨": (30, 31, 30), "∧": (35, 36, 35),
    **dict.fromkeys(("=", "≠", "<", "≤", ">", "≥", "∣"), (50, 51, 51)),
    "+": (65, 65, 66), "-": (65, 65, 66), "*": (70, 70, 71), "/": (70, 70, 71), "%": (70, 70, 71),
    "^": (75, 76, 75),
}  # fmt: skip
RELATIONS = frozenset("=≠<≤>≥∣")
_HIGHEST = 1024
SORT_NAMES = frozenset("ℕℤℚℝ") | {"Prop"}
FUNCTIONS: Mapping[str, int] = {"min": 2, "max": 2, "abs": 1, "Nat.gcd": 2}
_KEYWORDS = frozenset(
    {"if", "then", "else", "fun", "let", "in", "at", "by", "have", "show", "from", "match", "with", "do"}
)


@dataclass(frozen=True, slots=True)
class Token:
    kind: str  # number, word, sign, end
    text: str
    column: int


@dataclass(frozen=True, slots=True)
class Syntax:
    """A node: a numeral, a name, or a construct with parts.

    Args:
        kind: `numeral`, `name`, an infix sign, `neg`, `¬`, `∀`, `∃`, `call`, `if`, `ascription`, `abs`, `hypothesis`.
        text: of the numeral, the name, the function, the sort.
        parts: inside, in order.
        column: where it starts, from 1.
    """

    kind: str
    text: str
    parts: tuple[Syntax, ...]
    column: int


def fail(column: int, text: str) -> BadInput:
    """The error for a place in a claim."""
    return BadInput(text, place=f"claim:{column}")


def parse(text: str) -> Syntax:
    """The tree of a claim.

    Raises:
        BadInput: not in the fragment; says where and what was expected.
    """
    if len(text) > LONGEST:
        raise fail(1, f"expected at most {LONGEST} characters")
    parser = _Parser(_tokens(text))
    tree, _ = parser.expression(0)
    parser.expect("end", "the end of the claim or an operator")
    return tree


def _tokens(text: str) -> list[Token]:
    found, at = [], 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        if text.startswith(("--", "/-"), at):
            raise fail(at + 1, "a comment starts here in Lean; leave it out, or put a space behind the first sign")
        match = _TOKEN.match(text, at)
        if match is None:
            raise fail(at + 1, f"{text[at]!r} is not a sign of claims")
        kind, word = str(match.lastgroup), match.group()
        word = _SPELLINGS.get(word, word)
        found.append(Token("sign" if word in "∀∃¬" else kind, word, at + 1))
        at = match.end()
    found.append(Token("end", "", len(text) + 1))
    return found


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.at, self.depth = tokens, 0, 0

    @property
    def here(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, text: str, wanted: str) -> Token:
        if text not in (self.here.text if self.here.kind != "end" else "end", self.here.kind):
            came = repr(self.here.text) if self.here.text else "the end"
            raise fail(self.here.column, f"expected {wanted}, but {came} came")
        return self.take()

    def expression(self, lowest: int) -> tuple[Syntax, int]:
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
            left, level = Syntax(sign.text, "", (left, right), sign.column), own
        self.depth -= 1
        return left, level

    def prefix(self) -> tuple[Syntax, int]:
        token = self.here
        if token.kind == "sign" and token.text in "∀∃":
            return self.quantified(), _HIGHEST
        if token.kind == "sign" and token.text in "¬-":
            self.take()
            level = 40 if token.text == "¬" else 75
            inner, _ = self.expression(level)
            return Syntax("¬" if token.text == "¬" else "neg", "", (inner,), token.column), level
        if token.text == "if":
            return self.conditional(), _HIGHEST
        if token.kind == "word" and token.text in FUNCTIONS:
            self.take()
            parts = tuple(self.atom() for _ in range(FUNCTIONS[token.text]))
            return Syntax("call", token.text, parts, token.column), _HIGHEST
        inner = self.atom()
        if self.here.kind in ("number", "word") and self.here.text not in ("then", "else"):
            known = ", ".join(FUNCTIONS)
            raise fail(self.here.column, f"expected an operator; of functions only {known} are known")
        return inner, _HIGHEST

    def atom(self) -> Syntax:
        token = self.here
        if token.kind == "number":
            return Syntax("numeral", self.take().text, (), token.column)
        if token.kind == "word" and token.text not in _KEYWORDS | SORT_NAMES | FUNCTIONS.keys():
            self.take()
            return Syntax("name", token.text, (), token.column)
        if token.text == "↑" and token.kind == "sign":
            raise fail(token.column, "expected the coercion with its sort, (x : Int)")
        if token.text == "|" and token.kind == "sign":
            self.take()
            inner, _ = self.expression(0)
            self.expect("|", "| to close the absolute value")
            return Syntax("call", "abs", (inner,), token.column)
        if token.kind != "sign" or token.text != "(":
            came = repr(token.text) if token.text else "the end"
            raise fail(token.column, f"expected a numeral, a variable or (, but {came} came")
        self.take()
        inner, _ = self.expression(0)
        if self.here.text == ":":
            self.take()
            inner = Syntax("ascription", self.sort(), (inner,), token.column)
        self.expect(")", "an operator or )")
        return inner

    def sort(self) -> str:
        if self.here.text not in SORT_NAMES:
            raise fail(self.here.column, f"expected one of the sorts Nat, Int, Rat, Real, Prop, not {self.here.text!r}")
        return self.take().text

    def conditional(self) -> Syntax:
        start = self.take()
        parts = []
        for word in ("then", "else", ""):
            parts.append(self.expression(0)[0])
            if word:
                self.expect(word, word)
        return Syntax("if", "", tuple(parts), start.column)

    def quantified(self) -> Syntax:
        start = self.take()
        binders: list[Syntax] = []
        if self.here.text in ("(", "{"):
            while self.here.text in ("(", "{"):
                binders.extend(self.group())
        else:
            binders.extend(self.bare())
        self.expect(",", "a comma after the variables")
        body, _ = self.expression(0)
        return Syntax(start.text, "", (*binders, body), start.column)

    def group(self) -> list[Syntax]:
        """Variables with a sort, or a named hypothesis."""
        closing = ")" if self.take().text == "(" else "}"
        names = self.names()
        self.expect(":", "a colon and a sort")
        if self.here.text in SORT_NAMES:
            sort = self.sort()
            found = [Syntax("binder", n.text, (Syntax("sort", sort, (), n.column),), n.column) for n in names]
        else:
            body, _ = self.expression(0)
            found = [Syntax("hypothesis", names[0].text, (body,), names[0].column)]
        self.expect(closing, closing)
        return found

    def bare(self) -> list[Syntax]:
        names = self.names()
        sort = ""
        bound: Syntax | None = None
        if self.here.text == ":":
            self.take()
            sort = self.sort()
        elif self.here.kind == "sign" and self.here.text in RELATIONS - {"=", "∣"}:
            sign = self.take()
            limit, _ = self.expression(51)
            bound = Syntax("limit", sign.text, (limit,), sign.column)
        found = []
        for n in names:
            found.append(Syntax("binder", n.text, (Syntax("sort", sort, (), n.column),) if sort else (), n.column))
            if bound is not None:
                name = Syntax("name", n.text, (), n.column)
                body = Syntax(bound.text, "", (name, *bound.parts), bound.column)
                found.append(Syntax("hypothesis", "", (body,), bound.column))
        return found

    def names(self) -> list[Token]:
        found = []
        while self.here.kind == "word" and self.here.text not in _KEYWORDS | SORT_NAMES | FUNCTIONS.keys():
            if "." in self.here.text or self.here.text == "_":
                raise fail(self.here.column, f"{self.here.text!r} can't be the name of a variable")
            found.append(self.take())
        if not found:
            raise fail(self.here.column, "expected the name of a variable")
        return found
