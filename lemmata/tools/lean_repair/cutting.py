"""Where the theorems of a file have their proofs, whatever these look like inside.

A proof that is broken may hold brackets that are never closed, so that a theorem ends where a line begins with the word
of another command: one that declares something, or any that stands no further to the right than the theorem.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from lemmata.errors import BadInput
from lemmata.formats.lean import Token, find_theorems, normalise, scan, words

_OPENING, _CLOSING = frozenset("([{⟨⟦"), frozenset(")]}⟩⟧")
_HEADS = words(
    """
    theorem lemma def abbrev example instance structure inductive class axiom opaque namespace section end mutual
    variable universe universes set_option attribute local scoped noncomputable private protected notation macro syntax
    open import deriving partial unsafe constant variables public infix infixl infixr prefix postfix nonrec
    """
)
_ANYWHERE = words("theorem lemma def abbrev structure inductive namespace")  # no proof has a line that begins so
_BEFORE = words("private protected noncomputable nonrec public scoped local")
LONGEST = 1_000_000
"""Characters of a file that is repaired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofText:
    """A theorem and its proof, by offsets in the text.

    Args:
        name: as it is written; see `full_name`.
        start: where its declaration begins, attributes and modifiers included.
        keyword: the span of `theorem` or `lemma`.
        assign: the span of the `:=` before its proof; empty where the proof is given by patterns.
        body: the span of its proof.
        line: of its name.
    """

    name: str
    start: int
    keyword: tuple[int, int]
    assign: tuple[int, int]
    body: tuple[int, int]
    line: int

    @property
    def by_patterns(self) -> bool:
        return self.assign[0] == self.assign[1]


def find_proofs(source: str) -> tuple[ProofText, ...]:
    """Every theorem with its proof, in the order of the text.

    Args:
        source: a normalised text (see `formats.lean.normalise`).

    Raises:
        BadInput: a comment or string never ends.
    """
    return tuple(_find(source, scan(source)))


def _find(source: str, tokens: Sequence[Token]) -> Iterator[ProofText]:
    i = 0
    while i < len(tokens):
        if tokens[i].text not in ("theorem", "lemma") or not _first_on_line(source, tokens, i):
            i += 1
            continue
        end = _end(source, tokens, i)
        found = _take_apart(source, tokens, i, end)
        if found is not None:
            yield found
        i = max(end, i + 1)


def _take_apart(source: str, tokens: Sequence[Token], at: int, end: int) -> ProofText | None:
    if at + 1 >= end:
        return None
    first = _first(source, tokens, at)
    split = _statement_end(source, tokens, at + 2, end)
    if split is None:
        return None
    assign = tokens[split].text == ":="
    opening = tokens[split].end if assign else tokens[split].start
    last = tokens[end - 1].end if end - 1 > split or not assign else opening
    stop = max(opening, last)
    blank = re.compile(r"[ \t]*").match(source, opening)
    begin = min(blank.end() if blank else opening, stop)
    return ProofText(
        name=tokens[at + 1].text,
        start=tokens[first].start,
        keyword=(tokens[at].start, tokens[at].end),
        assign=(tokens[split].start, tokens[split].end if assign else tokens[split].start),
        body=(begin, stop),
        line=source.count("\n", 0, tokens[at + 1].start) + 1,
    )


def _statement_end(source: str, tokens: Sequence[Token], start: int, end: int) -> int | None:
    """The index of the `:=` before the proof, or of the first `|` of a proof by patterns."""
    depth = 0
    for i in range(start, end):
        text = tokens[i].text
        if depth == 0 and text == ":=":
            return i
        if depth == 0 and text == "|" and source.rfind("\n", 0, tokens[i].start) >= tokens[i - 1].end:
            return i
        if tokens[i].kind == "symbol":
            depth += (text in _OPENING) - (text in _CLOSING)
    return None


def _end(source: str, tokens: Sequence[Token], at: int) -> int:
    """The index behind the last token of the theorem whose keyword is at `at`."""
    column = _column(source, tokens[_first(source, tokens, at)])
    begun = 0
    for i in range(at + 1, len(tokens)):
        token = tokens[i]
        begun += token.text == "begin"
        if token.text == "end" and begun > 0:
            begun -= 1
            continue
        head = token.kind == "doc" or token.text in _HEADS or token.text == "@[" or token.text[:1] == "#"
        if head and _first_on_line(source, tokens, i):
            if token.text in _ANYWHERE:
                return _first(source, tokens, i)
            if _column(source, token) <= column:
                return i
    return len(tokens)


def _first(source: str, tokens: Sequence[Token], at: int) -> int:
    """The index of the first token of the declaration: its doc comment, attributes and modifiers."""
    while at > 0:
        before = tokens[at - 1]
        if before.kind == "doc" or before.text in _BEFORE:
            at -= 1
        elif before.text == "]" and (opening := _attribute(tokens, at - 1)) is not None:
            at = opening
        else:
            break
    return at


def _attribute(tokens: Sequence[Token], at: int) -> int | None:
    depth = 0
    for i in range(at, max(-1, at - 60), -1):
        depth += (tokens[i].text == "]") - (tokens[i].text in ("[", "@["))
        if depth == 0:
            return i if tokens[i].text == "@[" else None
    return None


def _first_on_line(source: str, tokens: Sequence[Token], i: int) -> bool:
    """Whether nothing but modifiers and attributes stands before a token on its line."""
    before = source[source.rfind("\n", 0, tokens[i].start) + 1 : tokens[i].start]
    return not before.strip() or bool(re.fullmatch(r"\s*(?:@\[[^\n]*\]\s*|(?:\w+)\s+|[^\n]* in\s+)*", before))


def _column(source: str, token: Token) -> int:
    return token.start - source.rfind("\n", 0, token.start) - 1


def body_of(source: str, proof: ProofText) -> str:
    """The text of a proof."""
    return source[proof.body[0] : proof.body[1]]


def open_theorem(
    source: str, proofs: Sequence[ProofText], at: int, *, unreadable: Collection[int] = ()
) -> tuple[str, str]:
    """The file up to a theorem whose proof is left open, the earlier ones as axioms; and the theorem's full name.

    Args:
        source: a normalised text.
        proofs: all of its theorems.
        at: which of them.
        unreadable: those, by number, whose statements Lean can't read; they are left out.

    Raises:
        BadInput: the statement can't be told from the proof.
    """
    proof = proofs[at]
    before = as_axioms(source[: proof.start], proofs[:at], left_out=unreadable)
    text = f"{before}{source[proof.start : proof.assign[0]].rstrip()} := by sorry\n"
    found = find_theorems(text)
    if not found or found[-1].start < len(before):
        raise BadInput("the statement can't be told from the proof", place=f"line {proof.line}")
    return text, found[-1].name


def as_axioms(source: str, proofs: Sequence[ProofText], *, left_out: Collection[int] = ()) -> str:
    """The text with each of these theorems, in its order, stated as an axiom or left out: no proof of it is read."""
    for at, proof in reversed(list(enumerate(proofs))):
        if at in left_out:
            source = source[: proof.start] + source[proof.body[1] :]
            continue
        statement = source[proof.keyword[1] : proof.assign[0]].rstrip()
        source = f"{source[: proof.keyword[0]]}axiom{statement}{source[proof.body[1] :]}"
    return source


def normalised(source: str) -> str:
    """The text as all offsets here mean it.

    Raises:
        BadInput: it is too long to be repaired.
    """
    if len(source) > LONGEST:
        raise BadInput(f"expected at most {LONGEST} characters, got {len(source)}: split the file")
    return normalise(source)
