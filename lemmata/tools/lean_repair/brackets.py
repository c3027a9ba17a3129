"""Where a bracket may be missing, or one too many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lemmata.errors import BadInput
from lemmata.formats.lean import Token, scan

_PAIRS = {"(": ")", "[": "]", "{": "}", "⟨": "⟩", "@[": "]"}
_CLOSING = {close: open_ for open_, close in _PAIRS.items() if len(open_) == 1}
_LINES = 3  # below the one where a bracket was opened


def balanced(text: str) -> Iterator[str]:
    """The text with one bracket added, removed or exchanged, where its brackets do not match."""
    try:
        tokens = scan(text)
    except BadInput:
        return
    fault = _find_fault(tokens)
    if fault is None:
        return
    opener, closer = fault
    if opener is not None and closer is not None:  # they do not belong together
        yield _put(text, closer, _PAIRS[opener.text])
        yield _put(text, opener, _CLOSING[closer.text])
    if opener is not None:
        limit = closer.start if closer is not None else len(text)
        yield from _closed(text, tokens, opener, limit)
        yield _put(text, opener, "")
    if closer is not None:
        yield _put(text, closer, "")
        yield from _opened(text, tokens, closer)


def _find_fault(tokens: Sequence[Token]) -> tuple[Token | None, Token | None] | None:
    """An opening and a closing bracket that do not match, or either of them alone."""
    stack: list[Token] = []
    for token in tokens:
        if token.kind != "symbol":
            continue
        if token.text in _PAIRS:
            stack.append(token)
        elif token.text in _CLOSING:
            if not stack:
                return None, token
            if _PAIRS[stack[-1].text] != token.text:
                return stack[-1], token
            stack.pop()
    return (stack[-1], None) if stack else None


def _put(text: str, token: Token, new: str) -> str:
    return text[: token.start] + new + text[token.end :]


def _closed(text: str, tokens: Sequence[Token], opener: Token, limit: int) -> Iterator[str]:
    """The closing bracket at the end of the line, then at earlier places, then at the ends of the next lines."""
    close = _PAIRS[opener.text]
    eol = text.find("\n", opener.start)
    eol = len(text) if eol < 0 else eol
    inside = [t for t in tokens if opener.end <= t.start and t.end <= min(eol, limit)]
    places = [inside[-1].end] if inside else [opener.end]
    places += [t.start if t.text == "," else t.end for t in reversed(inside)]
    for _ in range(_LINES):
        below = text.find("\n", eol + 1)
        below = len(text) if below < 0 else below
        row = [t.end for t in tokens if eol < t.start and t.end <= min(below, limit)]
        places += row[-1:]
        eol = below
    places.append(limit)
    for at in dict.fromkeys(places):
        head = text[:at].rstrip(" ")
        yield head + close + text[len(head) :]


def _opened(text: str, tokens: Sequence[Token], closer: Token) -> Iterator[str]:
    """The opening bracket before each token of the line, the nearest first."""
    start = text.rfind("\n", 0, closer.start) + 1
    for token in reversed([t for t in tokens if start <= t.start < closer.start]):
        yield text[: token.start] + _CLOSING[closer.text] + text[token.start :]
