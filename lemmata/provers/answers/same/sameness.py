"""Whether two answers are the same: yes with how that was shown, no with a witness, or not known with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TypeAlias

from lemmata.problem import Json
from lemmata.verdict import Shown


@dataclass(frozen=True, slots=True)
class Same(Shown):
    """They are; `how` says by which procedure."""

    how: str


@dataclass(frozen=True, slots=True)
class Different(Shown):
    """They are not; `witness` says where they differ."""

    witness: str


@dataclass(frozen=True, slots=True)
class Undecided(Shown):
    """Not known, for the reason given."""

    reason: str


Sameness: TypeAlias = Same | Different | Undecided


def describe(found: Sameness) -> str:
    """One line."""
    match found:
        case Same(how):
            return f"same: {how}"
        case Different(witness):
            return f"different: {witness}"
        case Undecided(reason):
            return f"undecided: {reason}"


def encode(found: Sameness) -> dict[str, Json]:
    """As JSON: `verdict`, and `how`, `witness` or `reason`."""
    return {"verdict": type(found).__name__.lower(), **asdict(found)}


def all_same(found: Iterable[Sameness], how: str = "") -> Sameness:
    """Of things that are the same when all their parts are, and different when one is."""
    parts = list(found)
    for part in parts:
        if isinstance(part, Different):
            return part
    for part in parts:
        if isinstance(part, Undecided):
            return part
    reasons = dict.fromkeys(p.how for p in parts if isinstance(p, Same))
    return Same(how or "; ".join(reasons) or "both are empty")
