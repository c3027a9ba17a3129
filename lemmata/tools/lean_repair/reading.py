"""A body as Lean sees it: what is wrong and where, and the steps that were played, as offsets in its text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lemmata.errors import BadInput
from lemmata.provers.lean.answers import Answers
from lemmata.provers.lean.audit import Message
from lemmata.provers.lean.interface import Hole, Opened, Step, drop_states, open_body
from lemmata.provers.lean.interface import ProofState as State
from lemmata.provers.lean.pin import Pinned
from lemmata.provers.lean.policy import find_refused
from lemmata.tools.lean_repair.layout import Layout, Span

HEARTBEATS = 100_000
_ENDS = re.compile(r"a command ends at line (\d+), column (\d+)")
_SEQUENCES = ("tacticSeq1Indented", "tacticSeqBracketed")
_NOT_STEPS = frozenset({"byTactic", "by", "tacticSeq", "cdotTk", "null", "paren", "inductionAlt", *_SEQUENCES})


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error, and the span that Lean blames."""

    text: str
    span: Span

    @property
    def at(self) -> int:
        """Where it shows: goals are left at the end of what is blamed."""
        return self.span[1] if self.unsolved else self.span[0]

    @property
    def unsolved(self) -> bool:
        """Whether goals are left at the end of what it blames."""
        return self.text.startswith("unsolved goals")


@dataclass(frozen=True, slots=True)
class Played:
    """A step, or a block of steps, with the state before it."""

    span: Span
    kind: str
    goals: int
    step: Step

    @property
    def is_block(self) -> bool:
        return self.kind in _SEQUENCES

    @property
    def is_step(self) -> bool:
        return self.kind not in _NOT_STEPS


@dataclass(frozen=True, slots=True)
class Reading:
    """What Lean says of a body.

    Args:
        body: the text.
        parsed: whether it has the form of one proof.
        troubles: its errors, in the order in which they show.
        holes: the span and state of each `sorry`.
        played: steps and blocks, outer ones before those in them.
    """

    body: str
    parsed: bool
    troubles: tuple[Trouble, ...]
    holes: tuple[tuple[Span, Hole], ...]
    played: tuple[Played, ...]

    @property
    def clean(self) -> bool:
        return self.parsed and not self.troubles and not self.holes

    @property
    def wrongs(self) -> int:
        """How many errors and holes it has."""
        return len(self.troubles) + len(self.holes)

    @property
    def first(self) -> int:
        """The offset of its first error or hole."""
        return min([t.at for t in self.troubles] + [s[0] for s, _ in self.holes], default=len(self.body))

    def steps(self) -> Sequence[Played]:
        return [p for p in self.played if p.is_step]

    def blocks_around(self, span: Span) -> Sequence[Played]:
        """The blocks that a span is in, innermost first, each once."""
        found: dict[Span, Played] = {}
        for p in self.played:
            if p.is_block and p.span[0] <= span[0] and span[1] <= p.span[1]:
                found.setdefault(p.span, p)
        return sorted(found.values(), key=lambda p: p.span[1] - p.span[0])

    def steps_of(self, block: Played) -> Sequence[Played]:
        """The steps that stand directly in a block, in order; those that were never reached are missing."""
        inside = [p for p in self.steps() if block.span[0] <= p.span[0] and p.span[1] <= block.span[1]]
        inner = [
            p.span
            for p in self.played
            if p.is_block and block.span[0] <= p.span[0] and p.span[1] <= block.span[1] and p.span != block.span
        ]
        found: dict[int, Played] = {}
        for p in inside:
            if any(a <= p.span[0] and p.span[1] <= b for a, b in inner):
                continue
            known = found.get(p.span[0])
            if known is None or known.span[1] < p.span[1]:
                found[p.span[0]] = p
        ordered, end = [], -1
        for start in sorted(found):
            if start >= end:
                ordered.append(found[start])
                end = found[start].span[1]
        return ordered


def read_body(worker: Answers, pinned: Pinned, body: str, *, wall_s: float) -> Reading:
    """Elaborate a body and see what comes of it.

    Raises:
        BadInput: the text before it has errors.
        LeanFailed: a limit was reached.
    """
    layout = Layout(body)
    refused = _find_unfit(body)
    if refused:
        return Reading(body, False, (refused,), (), ())
    try:
        found = open_body(worker, pinned, body, wall_s=wall_s, heartbeats=HEARTBEATS, steps=True)
    except BadInput as exc:
        ends = _ENDS.search(exc.text)
        if ends is None:
            raise
        above, left = pinned.command.count("\n"), len(pinned.command.rpartition("\n")[2]) + 1
        line, column = int(ends[1]) - above, int(ends[2])
        at = layout.offset((line, column - left if line == 1 else column))
        return Reading(body, False, (Trouble("expected nothing more", (at, at)),), (), ())
    return _reading(layout, found)


def _reading(layout: Layout, found: Opened) -> Reading:
    troubles = {_trouble(layout, m) for m in found.errors}
    holes = []
    for hole in found.holes:
        at = layout.offset((hole.line, hole.column))
        holes.append(((at, at + len("sorry")), hole))
    played = tuple(
        Played((layout.offset(s.start), layout.offset(s.end)), s.kind.rpartition(".")[2], s.goals, s)
        for s in found.steps
    )
    ordered = tuple(sorted(troubles, key=lambda t: (t.at, -t.span[1], t.text)))
    return Reading(layout.text, found.parsed, ordered, tuple(holes), played)


def _trouble(layout: Layout, message: Message) -> Trouble:
    start = layout.offset((message.line, message.column))
    end = layout.offset(message.end) if message.end is not None else start
    return Trouble(message.text, (start, max(start, end)))


def _find_unfit(body: str) -> Trouble | None:
    """What the judge would not have in a body, other than holes."""
    odd = next((i for i, c in enumerate(body) if not c.isprintable() and c != "\n"), None)
    if odd is not None:
        return Trouble("unexpected character", (odd, odd + 1))
    try:
        refused = find_refused(body.replace("sorry", "skip "))
    except BadInput as exc:
        return Trouble(exc.text, (0, 0))
    if refused is None:
        return None
    word = refused.partition("`")[2].partition("`")[0]
    at = max(0, body.find(word)) if word else 0
    return Trouble(f"refused: {refused}", (at, at + len(word)))


def forget(worker: Answers, reading: Reading) -> None:
    """Let the worker drop the states of a reading."""
    numbers = [State(number=p.step.number, epoch=p.step.epoch, goals=()) for p in reading.played]
    drop_states(worker, [*numbers, *(h.state for _, h in reading.holes)])
