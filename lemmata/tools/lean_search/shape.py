"""What the text of a goal shows: its outermost connective, its names, the applications in it.

Good guesses for search, read from Lean's own printing of a goal; Lean alone decides what a tactic does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

from lemmata.errors import BadInput
from lemmata.formats.lean import Token, scan

_OPENING, _CLOSING = frozenset("([{⟨⟦"), frozenset(")]}⟩⟧")
_BINDING = frozenset({"∀", "∃", "fun", "λ", "let", "have", "if", "match", "∃!", "show", "Σ", "Π"})
_LOOSEST = ("↔", "→", "∨", "∧")
_RELATIONS = ("=", "≠", "<", "≤", ">", "≥", "∣", "∈", "∉")
_ATOMS = ("ident", "number", "string", "char")


@dataclass(frozen=True, slots=True)
class Application:
    """A name applied to arguments, and where it stands in the text."""

    name: str
    arguments: tuple[str, ...]
    start: int
    end: int


@lru_cache(maxsize=4096)
def tokens_of(text: str) -> tuple[Token, ...]:
    """The tokens; none, if the text can't be read as such."""
    try:
        return scan(text)
    except BadInput:
        return ()


def connective(text: str) -> str:
    """The outermost connective, binder or relation; empty: none of those known."""
    tokens = tokens_of(text)
    if not tokens:
        return ""
    shallow = list(_shallow(tokens))
    binder = next((i for i, t in enumerate(shallow) if t.text in _BINDING), len(shallow))
    for sign in _LOOSEST:
        if any(t.text == sign for t in shallow[:binder]):
            return sign
    if binder == 0 or shallow[0].text == "¬":
        return shallow[0].text
    return next((t.text for t in shallow[:binder] if t.text in _RELATIONS), "")


def parts(text: str, sign: str) -> tuple[str, ...]:
    """The sides of an outermost connective, brackets around them kept."""
    found, start = [], 0
    for token in _shallow(tokens_of(text)):
        if token.text in _BINDING:
            break
        if token.text == sign:
            found.append(text[start : token.start].strip())
            start = token.end
    return (*found, text[start:].strip())


def names_in(text: str) -> frozenset[str]:
    """Every identifier, dotted ones whole."""
    return frozenset(t.text for t in tokens_of(text) if t.kind == "ident")


def fresh(base: str, taken: Collection[str]) -> str:
    """The name, with a number behind it where it is taken."""
    return base if base not in taken else next(f"{base}{i}" for i in count(1) if f"{base}{i}" not in taken)


def replace_name(text: str, name: str, by: str) -> str:
    """The text with a name replaced, brackets not considered."""
    for token in reversed(tokens_of(text)):
        if token.text == name or token.text.startswith(f"{name}."):
            text = text[: token.start] + by + text[token.start + len(name) :]
    return text


def binders(text: str) -> tuple[tuple[str, str], ...]:
    """Names and types of the binders right behind a leading ∀ or ∃."""
    tokens = tokens_of(text)
    if not tokens or tokens[0].text not in ("∀", "∃"):
        return ()
    comma = next((t for t in _shallow(tokens) if t.text == ","), None)
    if comma is None:
        return ()
    inner = [t for t in tokens[1:] if t.end <= comma.start]
    found: list[tuple[str, str]] = []
    names: list[str] = []
    i = 0
    while i < len(inner):
        token = inner[i]
        if token.kind == "ident":
            names.append(token.text)
        elif token.text in (":", *_RELATIONS):
            end = _group_end(inner, i)
            kind = text[inner[i + 1].start : inner[end - 1].end] if token.text == ":" and i + 1 < end else ""
            found += [(name, kind) for name in names]
            names, i = [], end
            continue
        i += 1
    return tuple(found + [(name, "") for name in names])


def behind_binders(text: str) -> str:
    """What follows a leading ∀ or ∃ and its comma."""
    comma = next((t for t in _shallow(tokens_of(text)) if t.text == ","), None)
    return text[comma.end :].strip() if comma else text


def applications(text: str, names: frozenset[str]) -> tuple[Application, ...]:
    """Where those names are applied, arguments as texts."""
    tokens = tokens_of(text)
    found = []
    for i, token in enumerate(tokens):
        if token.kind == "ident" and token.text in names:
            arguments, end = _arguments(tokens, i + 1, text)
            found.append(Application(token.text, arguments, token.start, end if arguments else token.end))
    return tuple(found)


def _arguments(tokens: Sequence[Token], at: int, text: str) -> tuple[tuple[str, ...], int]:
    found, end = [], tokens[at - 1].end
    while at < len(tokens) and tokens[at].start > tokens[at - 1].end:
        start = tokens[at].start
        stop = _atom_end(tokens, at)
        if stop is None:
            break
        end = tokens[stop - 1].end
        found.append(text[start:end])
        at = stop
    return tuple(found), end


def _atom_end(tokens: Sequence[Token], at: int) -> int | None:
    """Where an argument that begins here ends; None: nothing that can be one begins here."""
    token = tokens[at]
    if token.text in _BINDING or token.text in ("then", "else", "with", "in", "do", "at"):
        return None
    if token.kind in _ATOMS:
        stop = at + 1
    elif token.text in _OPENING:
        stop = _closing(tokens, at) + 1
    elif token.text == "#" and at + 1 < len(tokens) and tokens[at + 1].text == "[":
        stop = _closing(tokens, at + 1) + 1
    else:
        return None
    while stop < len(tokens) and tokens[stop].start == tokens[stop - 1].end:  # a[i]!, x.1, (f x).size
        if tokens[stop].text == "[":
            stop = _closing(tokens, stop) + 1
        elif tokens[stop].text in (".", "!", "?", "ᶠ") or (
            tokens[stop - 1].text == "." and tokens[stop].kind in _ATOMS
        ):
            stop += 1
        else:
            break
    return stop


def _closing(tokens: Sequence[Token], at: int) -> int:
    depth = 0
    for i in range(at, len(tokens)):
        depth += (tokens[i].text in _OPENING) - (tokens[i].text in _CLOSING)
        if depth == 0:
            return i
    return len(tokens) - 1


def _group_end(tokens: Sequence[Token], at: int) -> int:
    """Where the bracket around this place closes."""
    depth = 0
    for i in range(at, len(tokens)):
        depth += (tokens[i].text in _OPENING) - (tokens[i].text in _CLOSING)
        if depth < 0:
            return i
    return len(tokens)


def _shallow(tokens: Sequence[Token]) -> Iterator[Token]:
    depth = 0
    for token in tokens:
        if token.text in _CLOSING and token.kind == "symbol":
            depth -= 1
        if depth == 0 and token.text not in _CLOSING:
            yield token
        if token.text in _OPENING and token.kind == "symbol":
            depth += 1
