"""The search: from a body that fails to one that Lean accepts, by moves that get further."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from lemmata.tools.lean_repair.anew import prove_anew
from lemmata.tools.lean_repair.bench import Bench
from lemmata.tools.lean_repair.form import readable
from lemmata.tools.lean_repair.moves import STAGE, moves, short
from lemmata.tools.lean_repair.reading import Reading

_DEPTH = 5
_STARTS = 3
_FOLLOWED = 3  # of the bodies that got further in one stage
_FORM_SHARE = 0.5
_ANEW_SHARE = 0.4  # of the time, kept for a proof that has nothing of the old one


@dataclass(frozen=True, slots=True)
class Mended:
    """A body that Lean accepts, and what was done, in words."""

    body: str
    done: tuple[str, ...]


def mend(bench: Bench, body: str) -> Mended | None:
    """A body near this one that proves the statement, else another one; None: none was found in time.

    Raises:
        BadInput: the text before the theorem has errors.
    """
    reading = bench.read(body)
    if reading.clean:
        return Mended(body, ())
    ends = bench.ends
    bench.ends -= _ANEW_SHARE * bench.left
    found = _near(bench, reading)
    bench.ends = ends
    return found or _anew(bench)


def _near(bench: Bench, reading: Reading) -> Mended | None:
    starts: Sequence[Reading] = [reading]
    if not reading.parsed:
        starts = readable(bench.read, reading.body, ends=time.monotonic() + _FORM_SHARE * bench.left)
    for start in starts[:_STARTS]:
        found = _search(bench, start, _DEPTH, form_changes(reading.body, start.body))
        if found is not None:
            return found
    return None


def form_changes(old: str, new: str) -> tuple[str, ...]:
    """What was done to the form of a body, in words; empty: nothing."""
    before, behind = old.split("\n"), new.split("\n")
    changed = [(a, b) for a, b in zip(before, behind, strict=False) if a != b]
    if old == new:
        return ()
    if len(before) != len(behind) or len(changed) != 1:
        return ("its form was mended",)
    a, b = (line.strip() for line in changed[0])
    if a == b:
        return (f"`{short(a)}` moved",)
    return (f"`{short(a)}` taken out",) if "sorry" in b else (f"`{short(a)}` became `{short(b)}`",)


def _anew(bench: Bench) -> Mended | None:
    """The whole proof by what closes its goal, else by search."""
    done = ("proved anew as a whole",)
    state = bench.start()
    tactics = bench.close(state, thorough=True) if state is not None else None
    if tactics is not None:
        body = "by\n  " + tactics.replace("\n", "\n  ")
        if bench.read(body).clean:
            return Mended(body, done)
    found = prove_anew(bench) if not bench.over else None
    return Mended(found, done) if found is not None and bench.read(found).clean else None


def _search(bench: Bench, reading: Reading, depth: int, done: tuple[str, ...]) -> Mended | None:
    """Depth first, but one stage of moves after the other: what is clean at once goes before what only gets further."""
    if reading.clean:
        return Mended(reading.body, done)
    if depth == 0 or bench.over or not reading.parsed:
        return None
    tried: set[str] = {reading.body}
    further: list[tuple[Reading, tuple[str, ...]]] = []
    for move in moves(bench, reading):
        if bench.over:
            return None
        if move is STAGE:
            found = _follow(bench, further, depth)
            if found is not None:
                return found
            further.clear()
        elif move.body not in tried:
            tried.add(move.body)
            new = bench.read(move.body)
            if new.clean:
                return Mended(new.body, (*done, move.kind))
            if new.parsed and gets_further(reading, new):
                further.append((new, (*done, move.kind)))
    return _follow(bench, further, depth)


def _follow(bench: Bench, further: list[tuple[Reading, tuple[str, ...]]], depth: int) -> Mended | None:
    for new, done in sorted(further, key=lambda pair: (pair[0].wrongs, len(pair[0].body) - pair[0].first))[:_FOLLOWED]:
        found = _search(bench, new, depth - 1, done)
        if found is not None:
            return found
    return None


def gets_further(old: Reading, new: Reading) -> bool:
    """Whether there is less to do: fewer errors, or the first of them further down."""
    if new.wrongs != old.wrongs:
        return new.wrongs < old.wrongs
    return len(new.body) - new.first < len(old.body) - old.first
