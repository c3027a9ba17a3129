"""Bodies that may be better than one with an error, those that keep most of it first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lemmata.provers.lean.interface import Goal, ProofState
from lemmata.tools.lean_repair.bench import Bench
from lemmata.tools.lean_repair.edits import Scene, versions
from lemmata.tools.lean_repair.form import TACTICS, reindented
from lemmata.tools.lean_repair.layout import Layout, block_end, indent_of, levels
from lemmata.tools.lean_repair.lean3 import ABSENT, from_lean3, is_lean3, translate
from lemmata.tools.lean_repair.names import unknown_in
from lemmata.tools.lean_repair.reading import Played, Reading, Trouble
from lemmata.tools.lean_repair.sites import cut_here, cuts, extended, filled, grown, step_at, unsolved_block

_FALSE = re.compile(r"proved that the proposition.*is false", re.DOTALL)
_PASSING = 8  # versions of a step that are put in
_TERMS = 40
_EARLIER = 5
_CLOSERS = frozenset({"omega", "simp", "decide", "rfl", "simp_all", "grind", "trivial", "contradiction", "assumption"})
_CLOSERS |= ABSENT | {"exact?", "simpa", "norm_cast", "done", "tauto"}


@dataclass(frozen=True, slots=True)
class Move:
    """A body to be looked at; `kind` says in words what was done."""

    body: str
    kind: str


STAGE = Move("", "stage")
"""Stands between stages: before the next one begins, what got further is followed."""


def moves(bench: Bench, reading: Reading) -> Iterator[Move]:
    """Everything that is tried on a reading's first error or hole, in stages."""
    if reading.holes and (not reading.troubles or reading.holes[0][0][0] <= reading.troubles[0].at):
        yield from _holes(bench, reading)
        return
    trouble = reading.troubles[0]
    yield from _plain(reading, trouble)
    yield STAGE
    if _FALSE.search(trouble.text):  # no step from here on helps
        yield from _earlier(bench, reading, trouble)
        yield STAGE
    if trouble.unsolved:
        yield from _unsolved(bench, reading, trouble)
    else:
        yield from _failing(bench, reading, trouble)
    yield from _moved(reading, trouble)
    yield from _exchanged(reading, trouble)
    yield STAGE
    yield from _earlier(bench, reading, trouble)
    yield STAGE
    for thorough in (False, True):
        for body in cuts(bench, reading, trouble.span, thorough=thorough):
            yield Move(body, "a failing part proved anew")
            yield STAGE


def _holes(bench: Bench, reading: Reading) -> Iterator[Move]:
    for thorough in (False, True):
        for body in filled(bench, reading, thorough=thorough):
            yield Move(body, "an open goal proved")
            yield STAGE
    for body in cuts(bench, reading, reading.holes[0][0], thorough=True):
        yield Move(body, "a failing part proved anew")
        yield STAGE


def _plain(reading: Reading, trouble: Trouble) -> Iterator[Move]:
    """What can be seen from the text: a missing `by`, Lean 3."""
    body, at = reading.body, trouble.span[0]
    word = re.match(r"[\w?]+", body[at:])
    if word and word[0] in TACTICS | ABSENT and not re.search(r"\bby\s*$", body[:at]) and unknown_in(trouble.text):
        yield Move(f"{body[:at]}by {body[at:]}", "a missing `by` put in")
    row = Layout(body).place(at)[0] - 1
    lines = body.split("\n")
    new = translate(lines[row])
    if new != lines[row]:
        yield Move("\n".join((*lines[:row], new, *lines[row + 1 :])), "Lean 3 brought to Lean 4")
    if is_lean3(body):
        yield Move(from_lean3(body), "Lean 3 brought to Lean 4")


def _unsolved(bench: Bench, reading: Reading, trouble: Trouble) -> Iterator[Move]:
    block = unsolved_block(reading, trouble)
    if block is None:
        return
    for body in extended(bench, reading, block, thorough=False):
        yield Move(body, "a missing step put in")
    yield STAGE
    for step in reversed(reading.steps_of(block)):
        yield from _versions(bench, reading, trouble, step)
        for body in cut_here(bench, reading, step, block, thorough=False):
            yield Move(body, "a failing part proved anew")
        yield STAGE
    for body in extended(bench, reading, block, thorough=True):
        yield Move(body, "a missing step put in")
    yield STAGE


def _failing(bench: Bench, reading: Reading, trouble: Trouble) -> Iterator[Move]:
    step = step_at(reading, trouble)
    if step is None:
        yield from _terms(bench, reading, trouble)
        yield STAGE
        return
    text = reading.body[step.span[0] : step.span[1]]
    blocks = reading.blocks_around(step.span)
    head = re.match(r"[\w?!']*", text)
    closer = head[0] if head is not None and head[0] in _CLOSERS else ""
    if closer and blocks:
        for body in cut_here(bench, reading, step, blocks[0], thorough=False):
            yield Move(body, f"`{closer}` replaced by what closes the goal")
        yield STAGE
    yield from _versions(bench, reading, trouble, step)
    yield STAGE
    yield from _earlier(bench, reading, trouble, steps=1, passing=4)
    if blocks and not closer:
        for body in cut_here(bench, reading, step, blocks[0], thorough=False):
            yield Move(body, "a failing part proved anew")
        yield STAGE
    yield from _inserted(bench, reading, trouble, step)
    yield STAGE
    yield from _inner(bench, reading, trouble, step)
    yield STAGE


def _versions(
    bench: Bench, reading: Reading, trouble: Trouble, step: Played, *, passing: int = _PASSING
) -> Iterator[Move]:
    """The step in other versions, those that can be played."""
    state = bench.state(reading, step)
    if state is None or not state.goals:
        return
    a, b = step.span
    text = reading.body[a:b]
    first = text.split("\n")[0]
    whole = text if "\n" not in text else first
    blamed = max(0, trouble.span[0] - a), max(0, min(trouble.span[1], b) - a)
    count = 0
    for version in versions(whole, scene_of(bench, trouble.text, blamed, state.goals[0])):
        if bench.over or count >= passing:
            return
        new = version + text[len(whole) :]
        if state.epoch != bench.worker.epoch:
            state = bench.state(reading, step) or state
        if whole is text and bench.plays(state, new) is None:
            continue
        count += 1
        yield Move(reading.body[:a] + new + reading.body[b:], f"`{short(first)}` became `{short(version)}`")


def scene_of(bench: Bench, said: str, blamed: tuple[int, int], goal: Goal) -> Scene:
    return Scene(
        said=said,
        blamed=blamed,
        goal=goal,
        likes=bench.likes,
        definitions=bench.definitions,
    )


def short(text: str) -> str:
    """A step as it is told of: its first line, not all of it if that is long."""
    line = text.split("\n")[0]
    return line if len(line) < 60 else f"{line[:57]}…"


def _inserted(bench: Bench, reading: Reading, trouble: Trouble, step: Played) -> Iterator[Move]:
    """A step before the failing one, or the failing one left out."""
    state = bench.state(reading, step)
    if state is None or not state.goals:
        return
    a, b = step.span
    text = reading.body[a:b]
    place = Layout(reading.body).place(a)
    glue = "; " if place[0] == 1 else "\n" + " " * place[1]
    for tactic in _steps(state, unknown_in(trouble.text), bench):
        if bench.over:
            return
        after = bench.plays(state, tactic)
        if after is not None and after.goals and bench.plays(after, text) is not None:
            yield Move(f"{reading.body[:a]}{tactic}{glue}{reading.body[a:]}", f"`{tactic}` put in")
    lines = reading.body.split("\n")
    row = place[0] - 1
    alone = lines[row].strip() == text.split("\n")[0].strip()
    if alone and row > 0:
        yield Move("\n".join((*lines[:row], *lines[block_end(lines, row) :])), f"`{short(text)}` left out")


def _steps(state: ProofState, unknown: str, bench: Bench) -> Iterator[str]:
    goal = state.goals[0]
    if goal.target.startswith(("∀", "¬")) or "→" in goal.target:
        for names in (unknown or "h", f"_ {unknown or 'h'}", f"n {unknown or 'h'}"):
            yield f"intro {names}"
    yield from ("intros", "symm", "constructor", "left", "right", "exfalso", "subst_vars", "split")
    for d in bench.definitions:
        if d.rpartition(".")[2] in str(goal):
            yield f"unfold {d}"
            yield f"simp only [{d}]"
    for h in goal.hypotheses:
        if h.is_proof and h.reachable:
            if "=" in h.type:
                yield from (f"rw [{h.name}]", f"rw [← {h.name}]")
            if h.type.startswith("∃") or "∧" in h.type:
                yield f"obtain ⟨{unknown or 'x'}, hx⟩ := {h.name}"
                yield f"obtain ⟨x, {unknown or 'hx'}⟩ := {h.name}"
    yield from ("simp at *", "simp", "simp only []", "omega")


def _inner(bench: Bench, reading: Reading, trouble: Trouble, step: Played) -> Iterator[Move]:
    """A hole in a term within a step."""
    a, b = step.span
    for body in islice(grown(reading, trouble.span), 4):
        opened = bench.read(body)
        if opened.parsed and any(a <= span[0] < b for span, _ in opened.holes):
            yield Move(body, "a failing term proved anew")


def _terms(bench: Bench, reading: Reading, trouble: Trouble) -> Iterator[Move]:
    """Versions of the line, or of the term, that is blamed; each is read as a whole."""
    state = bench.start()
    body = reading.body
    layout = Layout(body)
    row = layout.place(trouble.span[0])[0] - 1
    start = layout.starts[row]
    line = body.split("\n")[row]
    lead = len(line) - len(line.lstrip())
    blamed = trouble.span[0] - start - lead, min(trouble.span[1], start + len(line)) - start - lead
    if state is not None and state.goals:
        scene = scene_of(bench, trouble.text, blamed, state.goals[0])
        for version in islice(versions(line[lead:], scene), _TERMS):
            yield Move(f"{body[: start + lead]}{version}{body[start + len(line) :]}", f"`{short(version)}` put in")
    for text in grown(reading, trouble.span):
        yield Move(text, "a failing term proved anew")


def _moved(reading: Reading, trouble: Trouble) -> Iterator[Move]:
    """A line at another column."""
    lines = reading.body.split("\n")
    row = Layout(reading.body).place(trouble.span[0])[0] - 1
    last = Layout(reading.body).place(max(trouble.span[0], trouble.span[1] - 1))[0] - 1
    for at in dict.fromkeys((row, row + 1, row - 1, last, last + 1)):
        if 0 < at < len(lines):
            for column in levels(lines, at)[:4]:
                for body in islice(reindented(lines, at, column), 2):
                    yield Move(body, f"line {at + 1} of the proof moved")


def _exchanged(reading: Reading, trouble: Trouble) -> Iterator[Move]:
    """Two bullets, or two cases, exchanged."""
    lines = reading.body.split("\n")
    row = Layout(reading.body).place(trouble.span[0])[0] - 1
    for at in range(row, -1, -1):
        mark = re.match(r"^ *(?:· |\| ([^=]*?) =>)", lines[at])
        if mark is None:
            continue
        column = indent_of(lines[at])
        end = block_end(lines, at)
        if end >= len(lines) or indent_of(lines[end]) != column or lines[end].lstrip()[:1] != lines[at].lstrip()[:1]:
            continue
        stop = block_end(lines, end)
        first, second = lines[at:end], lines[end:stop]
        yield Move("\n".join((*lines[:at], *second, *first, *lines[stop:])), "two cases exchanged")
        heads = [re.match(r"^( *\| )([^=]*?)( =>.*)$", block[0], re.DOTALL) for block in (first, second)]
        if heads[0] and heads[1]:
            one = f"{heads[0][1]}{heads[1][2]}{heads[0][3]}"
            two = f"{heads[1][1]}{heads[0][2]}{heads[1][3]}"
            yield Move(
                "\n".join((*lines[:at], one, *first[1:], two, *second[1:], *lines[stop:])), "two cases exchanged"
            )


def _earlier(
    bench: Bench, reading: Reading, trouble: Trouble, *, steps: int = _EARLIER, passing: int = _PASSING
) -> Iterator[Move]:
    """Versions of the steps before the failing one, of its own block and of those around it."""
    count = 0
    for block in reading.blocks_around((trouble.span[0], trouble.span[0])):
        before = [s for s in reading.steps_of(block) if s.span[1] <= trouble.span[0]]
        for step in reversed(before):
            count += 1
            if count > steps or bench.over:
                return
            yield from _versions(bench, reading, trouble, step, passing=passing)
