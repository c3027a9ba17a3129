"""Which part of a body to give up: from the failing step outwards, each cut with what closes the goal there."""

from __future__ import annotations

from collections.abc import Iterator

from lemmata.tools.lean_repair.bench import Bench
from lemmata.tools.lean_repair.layout import Layout, Span, placed
from lemmata.tools.lean_repair.reading import Played, Reading, Trouble

_GROWN = 12


def step_at(reading: Reading, trouble: Trouble) -> Played | None:
    """The innermost step that an error lies in; None: it lies in none."""
    start = trouble.span[0]
    found = [p for p in reading.steps() if p.span[0] <= start < max(p.span[1], p.span[0] + 1)]
    found = [p for p in found if trouble.span[1] <= p.span[1]] or found
    return min(found, key=lambda p: (p.span[1] - p.span[0], -p.span[0])) if found else None


def unsolved_block(reading: Reading, trouble: Trouble) -> Played | None:
    """The block at whose end goals are left."""
    inside = [p for p in reading.played if p.is_block and trouble.span[0] <= p.span[0] and p.span[1] <= trouble.span[1]]
    if inside:
        return max(inside, key=lambda p: p.span[1] - p.span[0])
    around = reading.blocks_around(trouble.span)
    return around[0] if around else None


def block_column(reading: Reading, block: Played) -> int | None:
    """The column at which the steps of a block begin; None: on the first line, where columns differ."""
    line, column = Layout(reading.body).place(block.span[0])
    return None if line == 1 else column


def filled(bench: Bench, reading: Reading, *, thorough: bool) -> Iterator[str]:
    """The body with its first hole filled."""
    for span, hole in reading.holes[:1]:
        found = bench.close(hole.state, thorough=thorough)
        if found is None:
            continue
        if hole.is_term:
            yield Layout(reading.body).replace(span, f"(by {found})" if "\n" not in found else "(by skip)")
        else:
            yield _put(reading.body, span, found)


def _put(body: str, span: Span, tactics: str) -> str:
    """Tactics in place of a span, aligned with where it begins."""
    layout = Layout(body)
    line, column = layout.place(span[0])
    if line == 1 and "\n" in tactics:
        tactics = "(" + "; ".join(t.removeprefix("· ") for t in tactics.split("\n")) + ")"
    return layout.replace(span, placed(tactics, column))


def extended(bench: Bench, reading: Reading, block: Played, *, thorough: bool) -> Iterator[str]:
    """The body with what is missing at the end of a block."""
    column = block_column(reading, block)
    glue = "; " if column is None else "\n" + " " * column
    body = reading.body[: block.span[1]] + glue + "sorry" + reading.body[block.span[1] :]
    opened = bench.read(body)
    at = block.span[1] + len(glue)
    for span, hole in opened.holes:
        if span[0] == at:
            found = bench.close(hole.state, thorough=thorough)
            if found is not None:
                yield _put(body, span, found)


def cut_here(bench: Bench, reading: Reading, step: Played, block: Played, *, thorough: bool) -> Iterator[str]:
    """The body with all of a block from a step on replaced."""
    state = bench.state(reading, step)
    if state is None or not state.goals:
        return
    found = bench.close(state, thorough=thorough)
    if found is not None:
        yield _put(reading.body, (step.span[0], block.span[1]), found)


def cuts(bench: Bench, reading: Reading, at: Span, *, thorough: bool) -> Iterator[str]:
    """From the step that a span lies in back to the beginning of its block, then the same in the blocks around it."""
    for block in reading.blocks_around((at[0], at[0])):
        steps = [s for s in reading.steps_of(block) if s.span[0] <= at[0]]
        for step in reversed(steps):
            if bench.over:
                return
            yield from cut_here(bench, reading, step, block, thorough=thorough)


def grown(reading: Reading, at: Span) -> Iterator[str]:
    """The body with a hole in place of a span, then of the brackets and lines around it: for terms."""
    body = reading.body
    for count, (start, end) in enumerate(_around(body, at)):
        if count >= _GROWN:
            return
        yield f"{body[:start]}(by sorry){body[end:]}"


def _around(body: str, at: Span) -> Iterator[Span]:
    start, end = at
    if start < end:
        yield at
    opening, closing = "([⟨", ")]⟩"
    depth, i = 0, start - 1
    while i >= 0:
        if body[i] in closing:
            depth += 1
        elif body[i] in opening or (body[i] == "," and depth == 0) or (body.startswith("=> ", i) and depth == 0):
            if body[i] in opening and depth:
                depth -= 1
            else:
                j = _stop(body, end)
                after = i + (3 if body.startswith("=> ", i) else 1)
                blank = len(body[after:]) - len(body[after:].lstrip())
                if after + blank < j:
                    yield after + blank, j
                if body[i] in opening and j < len(body) and body[j] in closing:
                    yield i, j + 1
        i -= 1


def _stop(body: str, end: int) -> int:
    """Where the part that `end` lies in is over: at a comma or a closing bracket of the same depth, or at the end."""
    depth = 0
    for j in range(end, len(body)):
        if body[j] in "([⟨":
            depth += 1
        elif body[j] in ")]⟩":
            if depth == 0:
                return j
            depth -= 1
        elif body[j] == "," and depth == 0:
            return j
    return len(body.rstrip())
