"""The shape of a Lean statement, read from its text: its variables, and where its conclusion splits.

Good guesses for search. Whatever is made of them goes through the checker, which reads nothing of this.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lemmata.formats.lean import Token, scan

_OPENING, _CLOSING = frozenset("([{⟨⟦"), frozenset(")]}⟩⟧")
_BINDING = frozenset({"∀", "∃", "fun", "λ", "let", "have", "if", "match", "∃!", "show", "Σ", "Π"})
_NUMBERS = {"Nat": "Nat", "ℕ": "Nat", "Int": "Int", "ℤ": "Int"}


@dataclass(frozen=True, slots=True)
class Binder:
    """One variable or hypothesis; `intro` says whether it stands behind the colon, so that it has to be introduced."""

    name: str
    type: str
    intro: bool

    @property
    def number(self) -> str:
        """`Nat`, `Int` or nothing."""
        return _NUMBERS.get(self.type, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement taken apart.

    Args:
        binders: in order, those of leading ∀ and → of the conclusion included.
        head: its name and the binders before the colon, as text.
        prefix: the leading ∀ and hypotheses of the conclusion, as text; empty: none.
        goal: what is left of the conclusion.
        literals: the whole numbers in it.
    """

    binders: tuple[Binder, ...]
    head: str
    prefix: str
    goal: str
    literals: tuple[int, ...]

    @property
    def introduction(self) -> str:
        """`intro x y h` for the binders behind the colon; empty: there are none."""
        names = [b.name for b in self.binders if b.intro]
        return f"intro {' '.join(names)}" if names else ""

    @property
    def text(self) -> str:
        """Goal and hypotheses, one after the other."""
        return " ; ".join((self.goal, *(b.type for b in self.binders)))

    def of_type(self, *types: str) -> tuple[str, ...]:
        """The names of the variables of those types (`Nat`, `Int`), in order."""
        return tuple(b.name for b in self.binders if b.number in types)


def read_statement(text: str) -> Statement:
    """Take `NAME binders : conclusion` apart."""
    tokens = scan(text)
    colon = next((i for i, t in _shallow(tokens) if t.text == ":"), len(tokens) - 1)
    before = tuple(_binders(tokens[1:colon], text, intro=False))
    behind, rest = _leading(tokens, colon + 1, text)
    start = tokens[rest].start if rest < len(tokens) else len(text)
    opening = tokens[colon + 1].start if colon + 1 < len(tokens) else len(text)
    literals = {int(t.text) for t in tokens if t.kind == "number" and t.text.isdecimal() and len(t.text) < 10}
    return Statement(
        binders=(*before, *behind),
        head=text[: tokens[colon].start].rstrip() if tokens else text,
        prefix=text[opening:start],
        goal=text[start:].strip(),
        literals=tuple(sorted(literals)),
    )


def split_goal_text(goal: str) -> tuple[str, str, str] | None:
    """The two sides of a top-level `↔` or `∧` and which of them it is; None: neither."""
    tokens = scan(goal)
    if not tokens or tokens[0].text in _BINDING:
        return None
    shallow = list(_shallow(tokens))
    if any(t.text in _BINDING for _, t in shallow):
        return None
    for sign, blocking in (("↔", ()), ("∧", ("↔", "→", "∨"))):
        places = [t for _, t in shallow if t.text == sign]
        if places and not any(t.text in blocking for _, t in shallow) and not _arrow(goal, shallow):
            return goal[: places[0].start].strip(), goal[places[0].end :].strip(), sign
    return None


def _arrow(text: str, shallow: Sequence[tuple[int, Token]]) -> bool:
    return any(t.text == "-" and text[t.end : t.end + 1] == ">" for _, t in shallow)


def _shallow(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """The tokens outside all brackets, with their places."""
    depth = 0
    for i, token in enumerate(tokens):
        if token.kind == "symbol" and token.text in _CLOSING:
            depth -= 1
        if depth == 0 and token.text not in _CLOSING:
            yield i, token
        if token.kind == "symbol" and token.text in _OPENING:
            depth += 1


def _binders(tokens: Sequence[Token], text: str, *, intro: bool) -> Iterator[Binder]:
    """Of `(x y : T) (h : P)`, and of `x y : T` and `x ≥ 5` as they stand behind ∀."""
    i = 0
    while i < len(tokens):
        if tokens[i].text in _OPENING:
            end = _matching(tokens, i)
            yield from _group(tokens[i + 1 : end], text, intro=intro)
            i = end + 1
        else:
            yield from _group(tokens[i:], text, intro=intro)
            return


def _group(tokens: Sequence[Token], text: str, *, intro: bool) -> Iterator[Binder]:
    names = []
    i = 0
    while i < len(tokens) and tokens[i].kind == "ident":
        names.append(tokens[i].text)
        i += 1
    typed = i < len(tokens) and tokens[i].text == ":"
    type_ = text[tokens[i + 1].start : tokens[-1].end] if typed and i + 1 < len(tokens) else ""
    for name in names:
        yield Binder(name, type_, intro)
    if i < len(tokens) and not typed and names:  # a bound, as in `∀ x > 0,`
        yield Binder(f"h{names[-1]}", text[tokens[0].start : tokens[-1].end], intro)


def _matching(tokens: Sequence[Token], at: int) -> int:
    depth = 0
    for i in range(at, len(tokens)):
        depth += (tokens[i].text in _OPENING) - (tokens[i].text in _CLOSING)
        if depth == 0:
            return i
    return len(tokens) - 1


def _leading(tokens: Sequence[Token], at: int, text: str) -> tuple[list[Binder], int]:
    """The ∀ and hypotheses that a conclusion begins with, and where what is left begins."""
    binders: list[Binder] = []
    while at < len(tokens):
        shallow = [(at + i, t) for i, t in _shallow(tokens[at:])]
        if tokens[at].text == "∀":
            comma = next((i for i, t in shallow if t.text == ","), None)
            if comma is None:
                break
            binders += _binders(tokens[at + 1 : comma], text, intro=True)
            at = comma + 1
            continue
        arrow = next((i for i, t in shallow if t.text == "→"), None)
        before = [t.text for i, t in shallow if arrow is not None and i < arrow]
        if arrow is None or any(t in _BINDING for t in before) or any(t.text == "↔" for _, t in shallow):
            break
        binders.append(Binder(f"hyp{len(binders)}", text[tokens[at].start : tokens[arrow - 1].end], True))
        at = arrow + 1
    return binders, at
