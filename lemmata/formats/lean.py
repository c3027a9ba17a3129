"""Lean 4 source as text: where its theorems with an open proof are, and the holes that ask for an answer.

A scanner, not a parser: it knows comments (nested), strings, character literals, quoted names and the keywords that
begin a command, which is enough to tell a `sorry` that is a proof from one that stands in a comment. What the text
means is decided by Lean.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lemmata.errors import BadInput


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


_LETTERS = r"\u0370-\u03ff\u1f00-\u1ffe\u2100-\u214f\U0001d49c-\U0001d59f"
_IDENT_START = rf"(?![λΠΣ])[A-Za-z_{_LETTERS}]"
_IDENT_REST = rf"(?:(?![λΠΣ])[A-Za-z0-9_'!?{_LETTERS}\u2080-\u208a\u2090-\u209c\u1d62-\u1d6a])"
_PART = rf"(?:{_IDENT_START}{_IDENT_REST}*|«[^»\n]*»)"
_TOKEN = re.compile(
    rf"(?P<space>\s+)|(?P<line>--[^\n]*)|(?P<block>/-)|(?P<raw>r(?P<hashes>#*)\")|(?P<string>\")"
    rf"|(?P<char>'(?:\\(?:x[0-9a-fA-F]{{2}}|u[0-9a-fA-F]{{4}}|.)|[^\\'\n])')"
    rf"|(?P<ident>{_PART}(?:\.{_PART})*)"
    rf"|(?P<number>\d[0-9a-fA-Fxob_]*(?:\.\d+)?)|(?P<symbol>:=|@\[|#{_IDENT_START}{_IDENT_REST}*|.)",
    re.DOTALL,
)
_INTERPOLATING = words("dbg_trace throwError throwErrorAt logInfo logWarning logError trace")
_DEEPEST = 40  # strings inside interpolated strings
_BLOCK_EDGE = re.compile(r"/-|-/")
_OPENING, _CLOSING = "([{⟨⟦", ")]}⟩⟧"
_MODIFIERS = frozenset({"private", "protected", "noncomputable", "unsafe", "partial", "nonrec", "public", "meta"})
_PREFIXES = frozenset({"open", "set_option", "variable", "omit", "include", "universe", "attribute"})
_COMMANDS = words(
    """
    theorem lemma def abbrev example instance structure inductive coinductive class axiom opaque namespace section end
    mutual deriving local scoped macro macro_rules syntax notation notation3 infix infixl infixr prefix postfix elab
    elab_rules initialize builtin_initialize declare_syntax_cat run_cmd run_elab run_meta import export simproc
    """
).union(_MODIFIERS, _PREFIXES)

_DECLARING = frozenset({"theorem", "lemma", "def", "abbrev", "example", "namespace", "section", "end"})


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `kind` is ident, number, string, interpolated, char, symbol or doc."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeanTheorem:
    """A theorem whose proof is open.

    Args:
        name: its full name, namespaces included.
        start: where its declaration begins, attributes and modifiers included.
        keyword: the span of `theorem` or `lemma`.
        statement: the span from its name to the end of its conclusion.
        hole: the span of `by sorry` or `sorry`.
        line: of its name.
    """

    name: str
    start: int
    keyword: tuple[int, int]
    statement: tuple[int, int]
    hole: tuple[int, int]
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerHole:
    """An `abbrev` or `def` without arguments whose value is `sorry`: an answer to be found.

    Args:
        name: its full name.
        type: the text of its type.
        hole: the span of `sorry`.
        line: of its name.
    """

    name: str
    type: str
    hole: tuple[int, int]
    line: int


def normalise(source: str) -> str:
    """The text with the line ends and without the byte-order mark that Lean expects; all spans refer to this."""
    return source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def line_of(source: str, offset: int) -> int:
    """The number of the line, counted from 1, that an offset is in."""
    return source.count("\n", 0, offset) + 1


def scan(source: str) -> tuple[Token, ...]:
    """The tokens of a normalised text; comments are left out, doc comments are kept.

    Raises:
        BadInput: a comment or string that never ends.
    """
    return tuple(_scan(source))


def _scan(source: str) -> Iterator[Token]:
    at, before = 0, ""
    while at < len(source):
        found = _TOKEN.match(source, at)
        assert found is not None  # the last alternative takes any character
        kind, start, at = _group(found), at, found.end()
        if kind in ("space", "line"):
            continue
        if kind == "block":
            at = _block_end(source, start)
            if source.startswith("/--", start) and not source.startswith("/--/", start):
                yield Token("doc", source[start:at], start, at)
            continue
        if kind == "raw":
            at = _find_end(source, '"' + found["hashes"], at, start)
            kind = "string"
        elif kind == "string":
            interpolated = before.endswith("!") or before in _INTERPOLATING
            at = _string_end(source, start, interpolated=interpolated)
            kind = "interpolated" if interpolated else "string"
        before = source[start:at]
        yield Token(kind, before, start, at)


def _group(found: re.Match[str]) -> str:
    groups = ("space", "line", "block", "raw", "string", "char", "ident", "number", "symbol")
    return next(g for g in groups if found[g] is not None)


def _find_end(source: str, closing: str, at: int, start: int) -> int:
    end = source.find(closing, at)
    if end < 0:
        raise BadInput("this string never ends", place=f"line {line_of(source, start)}")
    return end + len(closing)


def _block_end(source: str, start: int) -> int:
    depth, at = 1, start + 2
    while depth:
        edge = _BLOCK_EDGE.search(source, at)
        if edge is None:
            raise BadInput("this comment never ends", place=f"line {line_of(source, start)}")
        depth += 1 if edge[0] == "/-" else -1
        at = edge.end()
    return at


def _string_end(source: str, start: int, *, interpolated: bool, depth: int = 0) -> int:
    """Where the string that starts at `start` ends; in an interpolated one, `{…}` holds terms."""
    if depth > _DEEPEST:
        raise BadInput("strings are nested too deep here", place=f"line {line_of(source, start)}")
    at = start + 1
    while at < len(source):
        char = source[at]
        if char == '"':
            return at + 1
        if char == "{" and interpolated:
            at = _interpolation_end(source, at, start, depth)
        else:
            at += 2 if char == "\\" else 1
    raise BadInput("this string never ends", place=f"line {line_of(source, start)}")


def _interpolation_end(source: str, at: int, start: int, nested: int) -> int:
    depth = 0
    while at < len(source):
        char = source[at]
        if char == '"':
            at = _string_end(source, at, interpolated=source[at - 1] == "!", depth=nested + 1)
            continue
        depth += (char == "{") - (char == "}")
        at += 1
        if depth == 0:
            return at
    raise BadInput("this string never ends", place=f"line {line_of(source, start)}")


@dataclass(frozen=True, slots=True)
class _Declaration:
    """The tokens of one declaration, from its keyword up to the next command."""

    tokens: Sequence[Token]
    first: int  # index of its first token, attributes and modifiers included
    scope: tuple[str, ...]

    @property
    def name(self) -> str:
        given = self.tokens[1].text
        return given.removeprefix("_root_.") if given.startswith("_root_.") else ".".join((*self.scope, given))


def _declarations(tokens: Sequence[Token], keywords: frozenset[str]) -> Iterator[_Declaration]:
    scopes: list[tuple[str, ...]] = []
    for i, token in enumerate(tokens):
        following = tokens[i + 1] if i + 1 < len(tokens) else None
        named = following is not None and following.kind == "ident" and following.text not in _COMMANDS
        if token.kind != "ident":
            continue
        if token.text == "namespace" and following is not None and named:
            scopes.append(tuple(following.text.split(".")))
        elif token.text in ("section", "mutual"):
            scopes.append(())
        elif token.text == "end":
            _close(scopes, following.text if following is not None and named else "")
        elif token.text in keywords and named:
            end = _command_end(tokens, i + 1)
            scope = tuple(part for s in scopes for part in s)
            yield _Declaration(tokens[i:end], _first(tokens, i), scope)


def _close(scopes: list[tuple[str, ...]], name: str) -> None:
    """`end A.B` may close `namespace A` and `namespace B` at once; a plain `end` closes one."""
    parts = len(name.split(".")) if name else 1
    while parts > 0 and scopes:
        parts -= max(1, len(scopes.pop()))


def _command_end(tokens: Sequence[Token], at: int) -> int:
    """The index behind the last token of the command that `at` is in."""
    depth = 0
    for i in range(at, len(tokens)):
        token = tokens[i]
        if token.kind == "doc":
            return i
        if token.kind == "symbol":
            if depth <= 0 and (token.text == "@[" or (token.text.startswith("#") and len(token.text) > 1)):
                return i
            depth += (token.text[-1] in _OPENING) - (token.text in _CLOSING)
        elif token.kind == "ident" and depth <= 0 and token.text in _COMMANDS:
            return i
    return len(tokens)


def _first(tokens: Sequence[Token], at: int) -> int:
    """The index of the first token of the declaration whose keyword is at `at`."""
    while at > 0:
        before = tokens[at - 1]
        if before.kind == "doc" or before.text in _MODIFIERS:
            at -= 1
        elif before.text == "]" and (opening := _attribute_start(tokens, at - 1)) is not None:
            at = opening
        elif before.text == "in" and (prefix := _prefix_start(tokens, at - 1)) is not None:
            at = prefix
        else:
            break
    return at


def _attribute_start(tokens: Sequence[Token], at: int) -> int | None:
    depth = 0
    for i in range(at, -1, -1):
        text = tokens[i].text
        depth += (text == "]") - (text in ("[", "@["))
        if depth == 0:
            return i if text == "@[" else None
        if text in _DECLARING:
            break
    return None


def _prefix_start(tokens: Sequence[Token], at: int) -> int | None:
    for i in range(at - 1, -1, -1):
        if tokens[i].text in _PREFIXES:
            return i
        if tokens[i].text in _DECLARING:
            break
    return None


def find_theorems(source: str) -> tuple[LeanTheorem, ...]:
    """Every `theorem` or `lemma` whose whole proof is `by sorry` or `sorry`, in the order of the text.

    Raises:
        BadInput: a comment or string that never ends.
    """
    source = normalise(source)
    tokens = scan(source)
    lines = _line_starts(source)
    found = []
    for declaration in _declarations(tokens, frozenset({"theorem", "lemma"})):
        own = declaration.tokens
        size = 2 if [t.text for t in own[-2:]] == ["by", "sorry"] else 1
        if len(own) < 4 + size or own[-1].text != "sorry" or own[-size - 1].text != ":=":
            continue
        found.append(
            LeanTheorem(
                name=declaration.name,
                start=tokens[declaration.first].start,
                keyword=(own[0].start, own[0].end),
                statement=(own[1].start, own[-size - 2].end),
                hole=(own[-size].start, own[-1].end),
                line=bisect_right(lines, own[1].start),
            )
        )
    return tuple(found)


def find_answer_holes(source: str) -> tuple[AnswerHole, ...]:
    """Every `abbrev NAME : T := sorry` and `def NAME : T := sorry`, in the order of the text.

    Raises:
        BadInput: a comment or string that never ends.
    """
    source = normalise(source)
    tokens = scan(source)
    lines = _line_starts(source)
    return tuple(
        AnswerHole(
            name=declaration.name,
            type=source[own[3].start : own[-3].end],
            hole=(own[-1].start, own[-1].end),
            line=bisect_right(lines, own[1].start),
        )
        for declaration in _declarations(tokens, frozenset({"abbrev", "def"}))
        if len(own := declaration.tokens) > 5 and own[2].text == ":" and [t.text for t in own[-2:]] == [":=", "sorry"]
    )


def _line_starts(source: str) -> list[int]:
    return [0, *(i + 1 for i, char in enumerate(source) if char == "\n")]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeanStatement:
    """A theorem, whatever its proof.

    Args:
        name: its full name, namespaces included.
        short: the name as it is written there.
        statement: the span from its name to the end of its conclusion.
        start, end: where its declaration begins and ends.
        open: whether its proof holds a `sorry`.
    """

    name: str
    short: str
    statement: tuple[int, int]
    start: int
    end: int
    open: bool


def find_statements(source: str) -> tuple[LeanStatement, ...]:
    """Every `theorem` or `lemma`, in the order of the text, its proof open or not.

    Raises:
        BadInput: a comment or string that never ends.
    """
    source = normalise(source)
    tokens = scan(source)
    found = []
    for declaration in _declarations(tokens, frozenset({"theorem", "lemma"})):
        own = declaration.tokens
        end = _proof_at(own, (":=", "where")) or _proof_at(own, ("|",)) or len(own)
        if end > 2:
            found.append(
                LeanStatement(
                    name=declaration.name,
                    short=own[1].text,
                    statement=(own[1].start, own[end - 1].end),
                    start=tokens[declaration.first].start,
                    end=own[-1].end,
                    open=any(t.text == "sorry" for t in own[end:]),
                )
            )
    return tuple(found)


def _proof_at(tokens: Sequence[Token], signs: tuple[str, ...]) -> int:
    """The first of these signs outside all brackets; 0: there is none."""
    depth = 0
    for i, token in enumerate(tokens):
        depth += (token.text in _OPENING) - (token.text in _CLOSING)
        if depth == 0 and token.text in signs:
            return i
    return 0
