"""The protocol of symbolic proposers: search and tactics, as clever as they like, trusted with nothing.

    propose(turn, backends) -> Offer

A proposer is a plain function named in `lemmata.registry.PROPOSERS`. It is called again while its last offer was not
`done`, with the memory it left itself (plain JSON, so that a killed run can go on) and with what was rejected since.
It must come back within `turn.limits.wall_s`, with a partial offer if need be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from lemmata.budget import Limits, Spent
from lemmata.problem import Candidate, Json, Problem
from lemmata.provers.base import Backends
from lemmata.verdict import Attempt, Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a proposer knows when it is asked.

    Args:
        problem: what is to be solved.
        attempts: all rejected candidates so far, oldest first, whoever offered them.
        memory: what this proposer left itself; None the first time.
        limits: for this one call.
    """

    problem: Problem
    attempts: tuple[Attempt, ...] = ()
    memory: Json = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a proposer has to say.

    Args:
        candidates: in the order in which they should be checked; the first accepted decisive one ends it.
        memory: handed back with the next turn.
        done: nothing more will come, whatever is rejected.
        finding: what the proposer itself learnt when it has nothing to offer (unsupported, timeout, …).
        spent: model calls, tokens and dollars that this call used.
    """

    candidates: tuple[Candidate, ...] = ()
    memory: Json = None
    done: bool = True
    finding: Unknown | None = None
    spent: Spent = field(default_factory=Spent)


Propose: TypeAlias = Callable[[Turn, Backends], Offer]
