"""Text to tokens, the same ones for LaTeX, Lean 4 and plain text, each with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lemmata.errors import BadInput

LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text.

    Args:
        kind: `number`, `name`, `command` (a name after a backslash), `sign`, `text` (words set as text), `open` and
            `close` (LaTeX's grouping braces), `begin` and `end` of environments; the last of all is `stop`.
        text: normalised: `≤` for \\le, `pi` for π.
        column: where it starts, from 1.
        spaced: whether white space stands before it.
    """

    kind: str
    text: str
    column: int
    spaced: bool = False


def fail(column: int, text: str) -> BadInput:
    """The error for a place in an answer."""
    return BadInput(text, place=f"answer:{column}")


_SIGNS_OF_COMMANDS: Mapping[str, str] = {
    "cdot": "*", "times": "*", "ast": "*", "div": "/", "le": "≤", "leq": "≤", "leqslant": "≤", "ge": "≥", "geq": "≥",
    "geqslant": "≥", "ne": "≠", "neq": "≠", "lt": "<", "gt": ">", "pm": "±", "mp": "∓", "cup": "∪", "cap": "∩",
    "in": "∈", "notin": "∉", "mid": "|", "vert": "|", "lvert": "|", "rvert": "|", "colon": ":", "infty": "∞",
    "equiv": "≡", "land": "∧", "wedge": "∧", "lor": "∨", "vee": "∨", "lnot": "¬", "neg": "¬", "mapsto": "↦", "to": "→",
    "rightarrow": "→", "emptyset": "∅", "varnothing": "∅", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉",
    "setminus": "∖", "backslash": "∖", "circ": "°", "degree": "°", "exists": "∃", "forall": "∀", "langle": "⟨",
    "rangle": "⟩", "nmid": "∤", "prime": "'", "{": "{", "}": "}", "%": "%", "&": "&", "#": "#", "_": "_",
}  # fmt: skip
_IGNORED = frozenset(
    {"left", "right", "displaystyle", "textstyle", "quad", "qquad", "limits", "nolimits", "big", "Big", "bigg", "Bigg",
     "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr", "middle", "boxed", "fbox", ",", ";", "!", ":", " ", "(", ")",
     "[", "]", "$"}
)  # fmt: skip
_TEXTS = frozenset({"text", "textbf", "textrm", "textit", "textnormal", "mbox", "hbox", "mathrm", "operatorname"})
_FONTS = frozenset({"mathbb", "mathbf", "mathit", "mathcal", "mathsf", "bf", "rm", "Bbb"})
_SETS: Mapping[str, str] = {"R": "ℝ", "Z": "ℤ", "N": "ℕ", "Q": "ℚ", "C": "ℂ"}
_NAMES_OF_COMMANDS: Mapping[str, str] = {
    "dfrac": "frac", "tfrac": "frac", "cfrac": "frac", "dbinom": "binom", "tbinom": "binom", "choose": "choose",
    "lg": "lg",
}  # fmt: skip
_SPELLINGS: Mapping[str, str] = {
    "−": "-", "–": "-", "·": "*", "⋅": "*", "×": "*", "÷": "/", "<=": "≤", ">=": "≥", "!=": "≠", "=>": "↦", "->": "→",
    "**": "^", "/\\": "∧", "\\/": "∨", "º": "°", "\\": "∖", "π": "pi", "θ": "theta", "∣": "∣", "₋": "-", "[": "[",
    "≤": "≤", "⩽": "≤", "⩾": "≥", "√": "sqrt", "λ": "fun",
}  # fmt: skip
_WORD_NAMES = frozenset({"pi", "theta", "sqrt", "fun"})
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ", "0123456789-+n")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_PIECES = re.compile(
    r"(?P<number>(?:\d+\.(?=\\overline)|\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+(?![\w.]))?)"
    r"|(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ]+)|(?P<lowered>[₀₁₂₃₄₅₆₇₈₉]+)"
    r"|(?P<name>[^\W\d_]+(?:\.[^\W\d_][\w']*)+|[^\W\d_⁰¹²³⁴⁵⁶⁷⁸⁹ⁿ]+)"
    r"|(?P<sign><=|>=|!=|=>|->|\*\*|/\\|\\/|[-−–+*·⋅×÷/^_=<>≤≥⩽⩾≠±∓∪∩∈∉∣|∤∖≡∧∨¬↦→∅∞⌊⌋⌈⌉⟨⟩()\[\]{},;:!%°º'&√↑∃∀])"
)
_COMMAND = re.compile(r"\\([A-Za-z]+|.)", re.S)
_LETTERS_ALONE = frozenset("πθλ√")


def read_tokens(text: str) -> list[Token]:
    """The tokens of an answer, the last one of kind `stop`.

    Raises:
        BadInput: a sign that no answer has, or far too long a text.
    """
    if len(text) > LONGEST:
        raise fail(1, f"expected at most {LONGEST} characters, got {len(text)}")
    if not text.strip():
        raise fail(1, "expected an answer, got nothing")
    return _Lexer(text).tokens()


def is_latex(text: str) -> bool:
    """Whether the text has LaTeX's commands, so that bare braces only group."""
    return (
        re.search(r"\\[A-Za-z{(\[,!]|\$", text) is not None or re.search(r"[\^_A-Za-z]\{|\d\{,\}\d", text) is not None
    )


class _Lexer:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.made = text, 0, list[Token]()
        self.grouping = is_latex(text)
        self.spaced = False

    def put(self, kind: str, text: str, column: int) -> None:
        self.made.append(Token(kind, text, column, self.spaced))
        self.spaced = False

    def tokens(self) -> list[Token]:
        while self.at < len(self.text):
            here = self.text[self.at]
            if here.isspace() or here in "$~":
                self.at, self.spaced = self.at + 1, True
            elif here == "\\" and not self.text.startswith("\\/", self.at):
                self.command()
            elif self.grouping and here in "{}":
                if not self.thousands():
                    self.put("open" if here == "{" else "close", here, self.at + 1)
                    self.at += 1
            else:
                self.piece()
        self.put("stop", "", len(self.text) + 1)
        return self.made

    def thousands(self) -> bool:
        """10{,}000 is one number."""
        if self.text.startswith("{,}", self.at):
            self.put("sign", ",,", self.at + 1)
            self.at += 3
            return True
        return False

    def piece(self) -> None:
        match = _PIECES.match(self.text, self.at)
        column = self.at + 1
        if match is None:
            raise fail(column, f"{self.text[self.at]!r} is not a sign of answers")
        kind, word = str(match.lastgroup), match.group()
        if word == "/\\" and self.grouping:
            word = "/"  # of 1/\sqrt2
        if kind == "name" and (alone := next((i for i, c in enumerate(word) if c in _LETTERS_ALONE), None)) is not None:
            word = word[:alone] or word[0]  # 2πr, √x: these letters are words of their own
        self.at += len(word)
        if kind == "raised":
            self.put("sign", "^", column)
            self.put("open", "{", column)
            self.pieces_of(word.translate(_RAISED), column)
            self.put("close", "}", column)
        elif kind == "lowered":
            self.put("sign", "_", column)
            self.put("number", word.translate(_LOWERED), column)
        else:
            word = _SPELLINGS.get(word, word)
            self.put("name" if kind == "name" or word in _WORD_NAMES else kind, word, column)

    def pieces_of(self, word: str, column: int) -> None:
        for match in re.finditer(r"\d+|.", word):
            kind = "number" if match.group().isdigit() else "name" if match.group() == "n" else "sign"
            self.put(kind, match.group(), column)

    def command(self) -> None:
        match = _COMMAND.match(self.text, self.at)
        column = self.at + 1
        if match is None:
            raise fail(column, "expected the name of a command after the backslash")
        word = match.group(1)
        self.at = match.end()
        if word in ("left", "right") and self.text.startswith(".", self.at):
            self.at += 1
        elif word == "\\":
            self.put("sign", "\\\\", column)
        elif word == "$":
            self.put("text", "dollars", column)
        elif word in (",", ";", "!", ":") and self.joins_digits():
            pass
        elif word == ",":
            self.spaced = True
        elif word in _IGNORED:
            self.spaced = self.spaced or word in ("quad", "qquad", " ")
        elif word in _SIGNS_OF_COMMANDS:
            self.put("sign", _SIGNS_OF_COMMANDS[word], column)
        elif word in ("begin", "end"):
            self.put(word, self.braced(column), column)
        elif word in _TEXTS:
            self.words(self.braced(column), column)
        elif word in _FONTS:
            content = self.braced(column) if self.text[self.at : self.at + 1] == "{" else self.letter(column)
            self.put("name", _SETS.get(content, content), column)
        else:
            self.put("command", _NAMES_OF_COMMANDS.get(word, word), column)

    def joins_digits(self) -> bool:
        """32,\\!348: the space is inside a number."""
        before = self.made[-1] if self.made else None
        if before is not None and before.text == "," and self.text[self.at : self.at + 3].isdigit():
            self.made[-1] = Token("sign", ",,", before.column, before.spaced)
            return True
        return False

    def words(self, content: str, column: int) -> None:
        if re.fullmatch(r"[A-Za-z]+", content) and content in ("arccot", "sgn", "lcm", "gcd", "sech", "csch", "mod"):
            self.put("name", content, column)
        elif content.strip():
            self.put("text", " ".join(content.split()), column)
        else:
            self.spaced = True

    def letter(self, column: int) -> str:
        match = re.compile(r"\s*([A-Za-z])").match(self.text, self.at)
        if match is None:
            raise fail(column, "expected a letter after the font")
        self.at = match.end()
        return match.group(1)

    def braced(self, column: int) -> str:
        """The text within the braces that follow."""
        match = re.compile(r"\s*\{").match(self.text, self.at)
        depth, at = 1, match.end() if match else 0
        while match and depth and at < len(self.text):
            depth += {"{": 1, "}": -1}.get(self.text[at], 0)
            at += 1
        if match is None or depth:
            raise fail(column, "expected a group in braces after this command")
        self.at = at
        return self.text[match.end() : at - 1]
