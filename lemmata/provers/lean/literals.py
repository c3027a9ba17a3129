"""The closed grammar of answers in Lean: literals and what is built of them; none can restate its condition.

literal   number | - literal | number / number | true | false | True | False | string | character | none
          some literal | () | (literal) | (literal, …) | ⟨literal, …⟩ | [literal, …] | #[literal, …]
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lemmata.errors import BadInput
from lemmata.formats.lean import Token, scan
from lemmata.problem import Json

_DEEPEST, _LONGEST = 40, 20_000
_NUMBER = re.compile(r"\d+(\.\d+)?$")
_WORDS: dict[str, Json] = {"true": True, "false": False, "True": True, "False": False, "none": None}
_BRACKETS = {"(": ")", "⟨": "⟩", "[": "]", "#[": "]"}


def decode_literal(text: Json) -> Json:
    """What a literal stands for, as plain JSON: whole numbers as numbers, fractions and decimals as text.

    Raises:
        BadInput: it is not in the grammar.
    """
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise BadInput(f"expected a literal of Lean as text of at most {_LONGEST} characters", place="answer")
    try:
        scanned = scan(text)
        tokens = _joined(scanned)
    except BadInput as exc:
        raise BadInput(exc.text, place="answer") from None
    ends = [0, *(t.end for t in scanned)]
    starts = [*(t.start for t in scanned), len(text)]
    if any(text[end:start].strip(" ") for end, start in zip(ends, starts, strict=True)):
        raise BadInput("expected a literal on one line, without comments", place="answer")
    value, end = _literal(tokens, 0, 0)
    if end != len(tokens):
        raise BadInput(f"expected nothing after the literal, got `{tokens[end]}`", place="answer")
    return value


def with_exact_fractions(text: str) -> str:
    """A literal of the grammar whose fractions are rational numbers: among whole numbers `1 / 2` would be 0."""
    tokens = scan(text)
    for at in reversed(range(1, len(tokens) - 1)):
        if tokens[at].text == "/":
            over, under = tokens[at - 1], tokens[at + 1]
            text = f"{text[: over.start]}(({over.text} : Rat) / {under.text}){text[under.end :]}"
    return text


def _joined(tokens: Sequence[Token]) -> list[str]:
    """The tokens' texts, `#` and `[` that stand together as one."""
    texts: list[str] = []
    for token in tokens:
        if token.text == "[" and texts and texts[-1] == "#":
            texts[-1] = "#["
        elif token.kind in ("ident", "number", "string", "char", "symbol"):
            texts.append(token.text)
        else:
            raise BadInput("expected a literal without comments or interpolation", place="answer")
    return texts


def _literal(tokens: Sequence[str], at: int, depth: int) -> tuple[Json, int]:
    token = tokens[at] if at < len(tokens) else "the end"
    if depth > _DEEPEST:
        raise BadInput("the literal is nested too deep", place="answer")
    if token in _WORDS:
        return _WORDS[token], at + 1
    if token == "some":
        return _literal(tokens, at + 1, depth + 1)
    if token == "-":
        value, end = _literal(tokens, at + 1, depth + 1)
        if isinstance(value, int) and not isinstance(value, bool):
            return -value, end
        if isinstance(value, str) and re.match(r"\d", value):
            return "-" + value, end
    elif _NUMBER.match(token):
        return _number(tokens, at)
    elif token[0] in "\"'":
        return token[1:-1], at + 1
    elif token in _BRACKETS:
        return _bracketed(tokens, at, depth)
    raise BadInput(f"expected a literal (number, Bool, string, tuple, list), got `{token}`", place="answer")


def _number(tokens: Sequence[str], at: int) -> tuple[Json, int]:
    over = tokens[at + 2] if tokens[at + 1 : at + 2] == ["/"] and at + 2 < len(tokens) else ""
    if over.isdecimal():
        if not over.strip("0"):
            raise BadInput("expected no fraction over zero", place="answer")
        return f"{tokens[at]}/{over}", at + 3
    text = tokens[at]
    if not text.isdecimal():
        return text, at + 1
    return (int(text) if len(text) <= 4000 else text), at + 1


def _bracketed(tokens: Sequence[str], at: int, depth: int) -> tuple[Json, int]:
    opening, closing = tokens[at], _BRACKETS[tokens[at]]
    at += 1
    values: list[Json] = []
    while at < len(tokens) and tokens[at] != closing:
        value, at = _literal(tokens, at, depth + 1)
        values.append(value)
        if at < len(tokens) and tokens[at] == ",":
            at += 1
        elif at >= len(tokens) or tokens[at] != closing:
            break
    if at >= len(tokens) or tokens[at] != closing:
        raise BadInput(f"expected `,` or `{closing}` in the literal", place="answer")
    return (values[0] if opening == "(" and len(values) == 1 else values), at + 1
