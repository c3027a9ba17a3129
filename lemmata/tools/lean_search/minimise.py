"""A proof that was found, made shorter: what it does not need is taken out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lemmata.tools.lean_bodies import SMALL_GRIND

Lines = tuple[str, ...]
_PLAIN = {SMALL_GRIND: "grind"}


def minimise(lines: Sequence[str], holds: Callable[[Lines], bool]) -> Lines:
    """The lines without those that the proof does not need, each with what is indented under it.

    Args:
        lines: of a tactic proof.
        holds: whether lines are still a proof; what it says at the end of its time has to be no.
    """
    kept = tuple(lines)
    at = len(kept) - 1
    while at >= 0:
        for tried in (_without(kept, at), _plainer(kept, at)):
            if tried and tried != kept and holds(tried):
                kept = tried
                break
        at = min(at, len(kept)) - 1
    return kept


def body_of(lines: Sequence[str]) -> str:
    """The body of a proof with those lines."""
    return "by\n" + "\n".join(f"  {line}" for line in lines)


def _without(lines: Lines, at: int) -> Lines:
    """The lines without one and its block; a bullet keeps its place, only what stands behind it can go."""
    if lines[at].lstrip().startswith("·"):
        return ()
    depth = _depth(lines[at])
    end = at + 1
    while end < len(lines) and _depth(lines[end]) > depth:
        end += 1
    return (*lines[:at], *lines[end:])


def _plainer(lines: Lines, at: int) -> Lines:
    """The lines with a plainer form of one tactic."""
    for long, plain in _PLAIN.items():
        if long in lines[at]:
            return (*lines[:at], lines[at].replace(long, plain), *lines[at + 1 :])
    return ()


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
