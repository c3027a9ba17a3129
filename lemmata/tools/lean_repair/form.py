"""A body that Lean can't read as a proof: other texts that it can.

From the place where reading ends, one edit at a time; of those texts that are read further, the furthest are tried on.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence

from lemmata.errors import BadInput
from lemmata.formats.lean import Token, scan
from lemmata.tools.lean_repair.brackets import balanced
from lemmata.tools.lean_repair.layout import Layout, block_end, indent_of, levels, shifted
from lemmata.tools.lean_repair.lean3 import from_lean3, is_lean3, line_by_line, other_lines, printable
from lemmata.tools.lean_repair.reading import Reading

_ROUNDS = 14
_BEAM = 3
_ENOUGH = 10  # texts that can be read
_EXPECTED = re.compile(r"'([^' ]+)'")
_INSERTED = frozenset(
    {":=", "=>", "by", ",", ")", "]", "⟩", "}", "|", "with", "from", "⟨", "(", "[", "in", "then", "else"}
)
_TACTICS = """
simp simp_all omega decide rfl exact apply intro intros constructor cases rcases obtain induction rw rewrite have show
grind assumption contradiction refine unfold split exists left right trivial exfalso calc simpa exact? norm_cast
"""
TACTICS = frozenset(_TACTICS.split())


def readable(read: Callable[[str], Reading], body: str, *, ends: float) -> list[Reading]:
    """Texts near a body that have the form of a proof, the one with the fewest errors first.

    Args:
        read: what Lean says of a body.
        body: that it can't read.
        ends: the time, by `time.monotonic`, at which to come back.
    """
    seen: dict[str, Reading] = {}
    good: list[Reading] = []

    def look(text: str) -> Reading:
        if text not in seen:
            seen[text] = read(text)
            if seen[text].parsed:
                good.append(seen[text])
        return seen[text]

    beam = [look(text) for text in dict.fromkeys(_begin(body))]
    for _ in range(_ROUNDS):
        if good or time.monotonic() > ends:
            break
        beam = _round(look, beam, good, seen, ends)
    return sorted(good, key=lambda r: (r.wrongs, -r.first / max(1, len(r.body))))


def _round(
    look: Callable[[str], Reading], beam: Sequence[Reading], good: list[Reading], seen: dict[str, Reading], ends: float
) -> list[Reading]:
    """The readings that got furthest."""
    found: list[Reading] = []
    for reading in sorted(beam, key=_left)[:_BEAM]:
        for generation in (_gentle, _cuts):
            for text in generation(reading):
                if time.monotonic() > ends or len(good) >= _ENOUGH or any(g.clean for g in good):
                    return found
                if text not in seen:
                    found.append(look(text))
            if good or any(_left(r) < _left(reading) for r in found):
                break
    return found


def _left(reading: Reading) -> int:
    """How much of a text was not read."""
    return 0 if reading.parsed else len(reading.body) - reading.first


def _begin(body: str) -> Iterator[str]:
    yield body
    yield printable(body)
    if is_lean3(body):
        yield from_lean3(body)
    yield from balanced(printable(body))
    yield line_by_line(printable(body))


def _gentle(reading: Reading) -> Iterator[str]:
    """Edits that keep what the proof says."""
    body, at = reading.body, reading.first
    yield from balanced(body)
    yield from _lines(body, at)
    yield from _tokens(body, at, reading.troubles[0].text if reading.troubles else "")
    yield from _indented(body, at)
    if is_lean3(body):
        yield from_lean3(body)
    if not body.lstrip().startswith(("by", "begin")) and body.split()[:1] and body.split()[0] in TACTICS:
        yield f"by {body}"


def _rows(body: str, at: int) -> list[int]:
    """The line that is blamed, and the one before it, which is often at fault; as indices."""
    lines = body.split("\n")
    row = Layout(body).place(at)[0] - 1
    before = next((i for i in range(row - 1, -1, -1) if lines[i].strip()), None)
    return [row] if before is None else [row, before]


def _lines(body: str, at: int) -> Iterator[str]:
    lines = body.split("\n")
    for row in _rows(body, at):
        for text in dict.fromkeys(other_lines(lines[row])):
            yield "\n".join((*lines[:row], text, *lines[row + 1 :]))


def _tokens(body: str, at: int, said: str) -> Iterator[str]:
    """A token put in where Lean expects one, or taken out where it does not."""
    try:
        tokens = scan(body)
    except BadInput:
        return
    index = next((i for i, t in enumerate(tokens) if t.end >= at), len(tokens) - 1)
    near: list[Token] = list(tokens[max(0, index - 1) : index + 2])
    expected = [w for w in _EXPECTED.findall(said) if w in _INSERTED]
    for word in dict.fromkeys((*expected, "by", ":=", "=>", ",")):
        for token in near:
            yield f"{body[: token.start]}{word} {body[token.start :]}"
    for token in near:
        yield body[: token.start].rstrip(" ") + (" " if token.start else "") + body[token.end :].lstrip(" ")


def _indented(body: str, at: int) -> Iterator[str]:
    """A line, with what belongs to it or alone, or with all that follows, at another column."""
    lines = body.split("\n")
    for row in _rows(body, at):
        for column in levels(lines, row):
            yield from reindented(lines, row, column)


def reindented(lines: list[str], row: int, column: int) -> Iterator[str]:
    """The text with a line moved to a column."""
    by = column - indent_of(lines[row])
    if by == 0 or not lines[row].strip():
        return
    end = block_end(lines, row)
    for stop in dict.fromkeys((end, row + 1, len(lines))):
        block = " " * column + lines[row].lstrip(" ")
        if stop > row + 1:
            block = shifted("\n".join((block, *lines[row + 1 : stop])), by)
        yield "\n".join((*lines[:row], block, *lines[stop:]))


def _cuts(reading: Reading) -> Iterator[str]:
    """A hole in place of a step, of the line's end, or of all that is indented as the line is."""
    body, at = reading.body, reading.first
    lines = body.split("\n")
    for row in _rows(body, at):
        head = re.match(r"^\s*(?:· |\. )*(?:\| .*?=>\s*)?(?:.*(?::=|=>|<;>)\s*(?:by )?)?", lines[row])
        lead = head[0] if head else ""
        marks = re.match(r"^\s*(?:· |\. )*", lines[row])
        for kept in dict.fromkeys((lead, marks[0] if marks else "")):
            for stop in dict.fromkeys((row + 1, block_end(lines, row))):
                yield "\n".join(
                    (*lines[:row], f"{kept.rstrip(' ')}{' ' if kept.strip() else kept}sorry", *lines[stop:])
                )
    yield "by sorry"
