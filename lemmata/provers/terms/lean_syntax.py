"""The syntax of claims as they are written in Lean 4: tokens and a tree with places, no meaning yet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lemmata.errors import BadInput

LONGEST = 20_000
_DEEPEST = 150

_SPELLINGS: Mapping[str, str] = {
    "->": "→", "<->": "↔", "/\\": "∧", "\\/": "∨", "<=": "≤", ">=": "≥", "forall": "∀", "exists": "∃", "=>": "↦",
    "Not": "¬", "Nat": "ℕ", "Int": "ℤ", "Rat": "ℚ", "Real": "ℝ", "λ": "fun",
}  # fmt: skip
_TOKEN = re.compile(
    r"(?P<number>\d+(?:\.\d+)?)|(?P<place>\.\d+)|(?P<field>\.[^\W\d][\w'₀-₉]*)"
    r"|(?P<word>ℕ\+|[^\W\d][\w'₀-₉]*(?:\.[^\W\d][\w'₀-₉]*)*)"
    r"|(?P<sign>\[MOD|\[ZMOD|<<<|>>>|&&&|\|\|\||\^\^\^|~~~|<->|->|=>|<=|>=|/\\|\\/|∃!|⁻¹|⌋₊|[∀∃∧∨¬→↔≤≥≠∣<>=+\-*/%^(){}:,|↑∈∉∑∏√!↦⌊⌋⌈⌉≡×∪∩\\\[\]·⊆⊂∅#])"
)
_INFIX: Mapping[str, tuple[int, int, int]] = {  # level, lowest level on the left, lowest level on the right
    "↔": (20, 21, 21), "→": (25, 26, 25), "∨": (30, 31, 30), "∧": (35, 36, 35), "×": (35, 36, 35),
    **dict.fromkeys(("=", "≠", "<", "≤", ">", "≥", "∣", "∈", "∉", "⊆", "⊂", "≡"), (50, 51, 51)),
    "+": (65, 65, 66), "-": (65, 65, 66), "*": (70, 70, 71), "/": (70, 70, 71), "%": (70, 70, 71),
    "|||": (55, 55, 56), "^^^": (58, 58, 59), "&&&": (60, 60, 61), "<<<": (75, 75, 76), ">>>": (75, 75, 76),
    "∪": (65, 65, 66), "∩": (70, 70, 71), "\\": (70, 71, 71), "^": (75, 76, 75),
}  # fmt: skip
_PREFIX: Mapping[str, int] = {"¬": 40, "-": 75, "√": 100, "~~~": 100}
RELATIONS = frozenset("=≠<≤>≥")
_BINDING = frozenset("≠<≤>≥∈∉")
_HIGHEST = 1024
_KEYWORDS = frozenset(
    {
        *("if", "then", "else", "fun", "let", "in", "at", "by", "have", "show", "from", "match", "with", "do"),
        *("find", "given", "where", "open", "forall", "exists"),
    }
)


@dataclass(frozen=True, slots=True)
class Token:
    kind: str  # number, place, field, word, sign, end
    text: str
    column: int
    glued: bool = False  # no space before it


@dataclass(frozen=True, slots=True)
class Syntax:
    """A node: a numeral, a name, or a construct with parts.

    Args:
        kind: `numeral`, `decimal`, `name`, an infix sign, `neg`, `¬`, `√`, `~~~`, `↑`, `!`, `⁻¹`, `#`, `apply`, `∀`,
            `∃`, `∃!`, `fun`, `∑`, `∏`, `if`, `ascription`, `tuple`, `set`, `image`, `listed`, `list`, `part`, `abs`,
            `floor`, `ceil`, `natural floor`, `section`, `binder`, `hypothesis`.
        text: of the numeral, the name, the field; MOD or ZMOD.
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
    parser = Parser(text)
    tree = parser.whole()
    parser.expect("end", "the end of the claim or an operator")
    return tree


def _tokens(text: str) -> list[Token]:
    if len(text) > LONGEST:
        raise fail(1, f"expected at most {LONGEST} characters")
    found, at, last = [], 0, -1
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        if text.startswith("--", at) and not text[:at].rpartition("\n")[2].strip():
            at = (text + "\n").index("\n", at)  # a line that is a comment
            continue
        if text.startswith(("--", "/-"), at):
            raise fail(at + 1, "a comment starts here in Lean; leave it out, or put a space behind the first sign")
        match = _TOKEN.match(text, at)
        if match is None:
            raise fail(at + 1, f"{text[at]!r} is not a sign of claims")
        kind, word = str(match.lastgroup), match.group()
        if kind in ("place", "field") and at != last:
            raise fail(at + 1, f"{word!r} needs something in front of it")
        word = _SPELLINGS.get(word, word)
        found.append(Token("sign" if word in "∀∃¬" else kind, word, at + 1, at == last))
        at = last = match.end()
    found.append(Token("end", "", len(text) + 1))
    return found


class Parser:
    """Reads tokens into trees, from the first on."""

    def __init__(self, text: str) -> None:
        self.tokens, self.at, self.depth = _tokens(text), 0, 0
        self.in_type = False

    @property
    def here(self) -> Token:
        return self.tokens[self.at]

    def sees(self, *texts: str) -> bool:
        """Whether the next token is one of these signs or words."""
        return self.here.kind in ("sign", "word") and self.here.text in texts

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def accept(self, *texts: str) -> bool:
        """Take the next token if it is one of these."""
        if self.sees(*texts):
            self.at += 1
            return True
        return False

    def expect(self, text: str, wanted: str) -> Token:
        if text not in (self.here.text if self.here.kind != "end" else "end", self.here.kind):
            came = repr(self.here.text) if self.here.text else "the end"
            raise fail(self.here.column, f"expected {wanted}, but {came} came")
        return self.take()

    def whole(self) -> Syntax:
        """One expression, as far as it goes."""
        return self.expression(0)[0]

    def expression(self, lowest: int) -> tuple[Syntax, int]:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise fail(self.here.column, f"expected at most {_DEEPEST} levels of nesting")
        left, level = self.prefix()
        while self.here.kind == "sign" and self.here.text in _INFIX:
            sign = self.here
            own, least_left, least_right = _INFIX[sign.text]
            if own < lowest or (self.in_type and sign.text not in "→×"):
                break
            if level < least_left:
                raise fail(sign.column, f"{sign.text} can't follow here without parentheses")
            self.take()
            right, _ = self.expression(least_right)
            if sign.text == "≡":
                left, level = self.congruent(left, right, sign), own
            else:
                left, level = Syntax(sign.text, "", (left, right), sign.column), own
        self.depth -= 1
        return left, level

    def congruent(self, left: Syntax, right: Syntax, sign: Token) -> Syntax:
        if not self.sees("[MOD", "[ZMOD"):
            raise fail(self.here.column, "expected [MOD n] or [ZMOD n] after a congruence")
        kind = self.take().text[1:]
        modulus = self.whole()
        self.expect("]", "]")
        return Syntax("≡", kind, (left, right, modulus), sign.column)

    def prefix(self) -> tuple[Syntax, int]:
        token = self.here
        if token.kind == "sign" and token.text in ("∀", "∃", "∃!"):
            return self.quantified(), _HIGHEST
        if token.kind == "sign" and token.text in _PREFIX:
            self.take()
            level = _PREFIX[token.text]
            inner, _ = self.expression(level)
            return Syntax("neg" if token.text == "-" else token.text, "", (inner,), token.column), level
        if self.sees("∑", "∏"):
            return self.gathered(), 67
        if self.sees("if"):
            return self.conditional(), _HIGHEST
        if self.sees("fun"):
            self.take()
            binders = self.binders()
            self.expect("↦", "↦ after the variables")
            return Syntax("fun", "", (*binders, self.whole()), token.column), _HIGHEST
        head = self.postfix(self.atom())
        args = []
        while self.starts_argument():
            args.append(self.postfix(self.atom()))
        return (Syntax("apply", "", (head, *args), head.column) if args else head), _HIGHEST

    def starts_argument(self) -> bool:
        here = self.here
        if here.kind == "number":
            return True
        if here.kind == "word":
            return here.text not in _KEYWORDS
        return (
            here.kind == "sign"
            and here.text in ("(", "{", "[", "↑", "⌊", "⌈", "∅")
            and not (here.text == "[" and here.glued)
        )

    def postfix(self, inner: Syntax) -> Syntax:
        while True:
            here = self.here
            if here.kind in ("place", "field"):
                inner = Syntax("part", self.take().text[1:], (inner,), here.column)
            elif here.kind == "sign" and here.text in ("!", "⁻¹"):
                inner = Syntax(self.take().text, "", (inner,), here.column)
            elif here.kind == "sign" and here.text == "#" and here.glued and inner.kind == "numeral":
                self.take()
                inner = Syntax("#", "", (inner, self.atom()), here.column)
            elif here.kind == "sign" and here.text == "[" and here.glued:
                raise fail(here.column, "indices of lists are not understood")
            else:
                return inner

    def atom(self) -> Syntax:
        token = self.here
        if token.kind == "number":
            return Syntax("decimal" if "." in token.text else "numeral", self.take().text, (), token.column)
        if token.kind == "word" and token.text not in _KEYWORDS:
            return Syntax("name", self.take().text, (), token.column)
        if token.kind == "sign" and token.text in _ATOMS:
            self.take()
            return _ATOMS[token.text](self, token)
        came = repr(token.text) if token.text else "the end"
        raise fail(token.column, f"expected a numeral, a variable or (, but {came} came")

    def coerced(self, token: Token) -> Syntax:
        return Syntax("↑", "", (self.postfix(self.atom()),), token.column)

    def between(self, token: Token) -> Syntax:
        """|x|, ⌊x⌋, ⌈x⌉."""
        inner = self.whole()
        kind, closing = {"|": ("abs", "|"), "⌊": ("floor", "⌋"), "⌈": ("ceil", "⌉")}[token.text]
        if kind == "floor" and self.accept("⌋₊"):
            return Syntax("natural floor", "", (inner,), token.column)
        self.expect(closing, f"{closing} to close {token.text}")
        return Syntax(kind, "", (inner,), token.column)

    def parenthesis(self, token: Token) -> Syntax:
        if self.accept("·"):
            sign = self.take()
            self.expect("·", "· on both sides of a sign")
            self.expect(")", ")")
            return Syntax("section", sign.text, (), token.column)
        inner = self.whole()
        if self.accept(":"):
            inner = Syntax("ascription", "", (inner, self.whole()), token.column)
        elif self.sees(","):
            parts = [inner]
            while self.accept(","):
                parts.append(self.whole())
            inner = Syntax("tuple", "", tuple(parts), token.column)
        self.expect(")", "an operator or )")
        return inner

    def bracket(self, token: Token) -> Syntax:
        return Syntax("list", "", self.listing("]"), token.column)

    def listing(self, closing: str) -> tuple[Syntax, ...]:
        parts = [] if self.sees(closing) else [self.whole()]
        while self.accept(","):
            parts.append(self.whole())
        self.expect(closing, f"a comma or {closing}")
        return tuple(parts)

    def brace(self, token: Token) -> Syntax:
        following = self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        if self.here.kind == "word" and following.kind == "sign" and following.text in (":", "|", "∈"):
            found = self.bare()
            if not self.sees("|"):
                raise fail(self.here.column, "expected | and a condition")
            self.take()
            condition = self.whole()
            self.expect("}", "}")
            return Syntax("set", "", (*found, condition), token.column)
        if self.accept("}"):
            return Syntax("listed", "", (), token.column)
        first = self.whole()
        if self.accept("|"):
            binders = self.binders()
            self.expect("}", "}")
            return Syntax("image", "", (*binders, first), token.column)
        parts = [first]
        while self.accept(","):
            parts.append(self.whole())
        self.expect("}", "a comma or }")
        return Syntax("listed", "", tuple(parts), token.column)

    def empty(self, token: Token) -> Syntax:
        return Syntax("listed", "", (), token.column)

    def conditional(self) -> Syntax:
        start = self.take()
        parts = []
        for word in ("then", "else", ""):
            parts.append(self.whole())
            if word:
                self.expect(word, word)
        return Syntax("if", "", tuple(parts), start.column)

    def gathered(self) -> Syntax:
        start = self.take()
        name = self.names()[0]
        binder = Syntax("binder", name.text, (), name.column)
        parts = [binder]
        if self.accept("in", "∈"):
            parts.append(self.whole())
        self.expect(",", "a comma after the range")
        body, _ = self.expression(67)
        return Syntax(start.text, "", (*parts, body), start.column)

    def quantified(self) -> Syntax:
        start = self.take()
        binders = self.binders()
        self.expect(",", "a comma after the variables")
        return Syntax(start.text, "", (*binders, self.whole()), start.column)

    def binders(self) -> list[Syntax]:
        """Variables and hypotheses, in parentheses or not."""
        if not self.sees("(", "{"):
            return self.bare()
        found: list[Syntax] = []
        while self.sees("(", "{"):
            found.extend(self.group())
        return found

    def group(self) -> list[Syntax]:
        """Variables with a type, or a named hypothesis: which it is, only their meaning tells."""
        closing = ")" if self.take().text == "(" else "}"
        names = self.names()
        self.expect(":", "a colon and a type")
        kind = self.whole()
        self.expect(closing, closing)
        return [Syntax("binder", n.text, (kind,), n.column) for n in names]

    def bare(self) -> list[Syntax]:
        names = self.names()
        kind: tuple[Syntax, ...] = ()
        bound: Syntax | None = None
        if self.accept(":"):
            self.in_type = True
            kind = (self.whole(),)
            self.in_type = False
        elif self.here.kind == "sign" and self.here.text in _BINDING:
            sign = self.take()
            limit, _ = self.expression(51)
            bound = Syntax("limit", sign.text, (limit,), sign.column)
        found = []
        for n in names:
            found.append(Syntax("binder", n.text, kind, n.column))
            if bound is not None:
                name = Syntax("name", n.text, (), n.column)
                body = Syntax(bound.text, "", (name, *bound.parts), bound.column)
                found.append(Syntax("hypothesis", "", (body,), bound.column))
        return found

    def names(self) -> list[Token]:
        found = []
        while self.here.kind == "word" and self.here.text not in _KEYWORDS:
            if "." in self.here.text or self.here.text == "_" or self.here.text in "ℕℤℚℝ":
                raise fail(self.here.column, f"{self.here.text!r} can't be the name of a variable")
            found.append(self.take())
        if not found:
            raise fail(self.here.column, "expected the name of a variable")
        return found


_ATOMS = {
    "(": Parser.parenthesis,
    "[": Parser.bracket,
    "{": Parser.brace,
    "∅": Parser.empty,
    "↑": Parser.coerced,
    "|": Parser.between,
    "⌊": Parser.between,
    "⌈": Parser.between,
}
