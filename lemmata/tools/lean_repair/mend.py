"""The search: from a body that fails to one that Lean accepts, by moves that get further."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from lemmata.tools.lean_repair.bench import Bench
from lemmata.tools.lean_repair.form import readable
from lemmata.tools.lean_repair.moves import Move, moves
from lemmata.tools.lean_repair.reading import Reading

_DEPTH = 5
_STARTS = 3
_FORM_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Mended:
    """A body that Lean accepts, and what was done, in words."""

    body: str
    done: tuple[str, ...]


def mend(bench: Bench, body: str) -> Mended | None:
    """A body near this one that proves the statement; None: none was found in time.

    Raises:
        BadInput: the text before the theorem has errors.
    """
    reading = bench.read(body)
    if reading.clean:
        return Mended(body, ())
    starts: Sequence[Reading] = [reading]
    done: tuple[str, ...] = ()
    if not reading.parsed:
        starts = readable(bench.read, body, ends=time.monotonic() + _FORM_SHARE * bench.left)
        done = ("its form was mended",)
    for start in [*starts[:_STARTS], bench.read("by sorry")]:
        found = _search(bench, start, _DEPTH, done)
        if found is not None:
            return found
    return None


def _search(bench: Bench, reading: Reading, depth: int, done: tuple[str, ...]) -> Mended | None:
    if reading.clean:
        return Mended(reading.body, done)
    if depth == 0 or bench.over or not reading.parsed:
        return None
    tried: set[str] = set()
    for move in moves(bench, reading):
        if bench.over:
            return None
        if move.body in tried:
            continue
        tried.add(move.body)
        found = _follow(bench, reading, move, depth, done)
        if found is not None:
            return found
    return None


def _follow(bench: Bench, reading: Reading, move: Move, depth: int, done: tuple[str, ...]) -> Mended | None:
    new = bench.read(move.body)
    if new.clean:
        return Mended(new.body, (*done, move.kind))
    if not new.parsed or not gets_further(reading, new):
        return None
    return _search(bench, new, depth - 1, (*done, move.kind))


def gets_further(old: Reading, new: Reading) -> bool:
    """Whether there is less to do: fewer errors, or the first of them further down."""
    if new.wrongs != old.wrongs:
        return new.wrongs < old.wrongs
    return len(new.body) - new.first < len(old.body) - old.first
