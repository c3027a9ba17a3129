"""A proposer for Lean: a portfolio of proof bodies, tried out in the worker; the ones that elaborate are offered."""

from __future__ import annotations

import time

from lemmata.problem import Candidate, Problem
from lemmata.provers.base import Backends
from lemmata.provers.lean.audit import try_proof
from lemmata.provers.lean.check import elaborate_statement, needs_mathlib
from lemmata.provers.lean.pin import Pinned, definitions_in, pin
from lemmata.provers.lean.worker import Lean, LeanFailed, lean_of
from lemmata.tools.base import Offer, Turn
from lemmata.tools.lean_bodies import bodies
from lemmata.tools.lean_statement import read_statement
from lemmata.verdict import Reason, Unknown

_ROUNDS = ((6_000, 10.0), (50_000, 30.0))  # heartbeats and seconds for one body: all quickly, then all again
_SHORTEST_S = 1.5
_PROGRAM, _QUICK = 3, 22  # definitions that make a program; bodies tried of one
ORIGIN = "lean-portfolio"


def propose(turn: Turn, backends: Backends) -> Offer:
    """Try bodies until one elaborates or the time is over; offer that one."""
    deadline = time.monotonic() + turn.limits.wall_s
    try:
        messages = elaborate_statement(turn.problem, backends, turn.limits)
    except LeanFailed as exc:
        return Offer(finding=Unknown(exc.reason or Reason.BACKEND_FAILED, f"the statement alone: {exc.text}"))
    if messages:
        return Offer(finding=needs_mathlib(messages))
    lean = lean_of(backends)
    pinned = pin(turn.problem, mathlib=lean.toolchain.mathlib)
    tries = all_tries(turn.problem, pinned)
    at = turn.memory.get("next", 0) if isinstance(turn.memory, dict) else 0
    while at < len(tries):
        body, heartbeats, wall_s = tries[at]
        left = deadline - time.monotonic()
        if left < _SHORTEST_S:  # a body cut short costs a fresh process
            return Offer(memory={"next": at}, done=False)
        at += 1
        if elaborates(lean, pinned, body, heartbeats=heartbeats, wall_s=min(wall_s, left + 1.0)):
            offered = Candidate(form="lean-proof", content={"body": body}, origin=ORIGIN)
            return Offer(candidates=(offered,), memory={"next": at}, done=at >= len(tries))
    return Offer(finding=Unknown(Reason.EXHAUSTED, f"none of {len(tries)} tactic bodies proves it"))


def all_tries(problem: Problem, pinned: Pinned) -> tuple[tuple[str, int, float], ...]:
    """Body, heartbeats and seconds of each try, in order; of programs only the quick ones, since search knows more."""
    statement = read_statement(pinned.statement.partition("theorem ")[2])
    listed = tuple(dict.fromkeys(bodies(statement, definitions_before(pinned))))
    if len(definitions_before(pinned)) >= _PROGRAM:
        return tuple((body, _ROUNDS[0][0], _ROUNDS[0][1]) for body in listed[:_QUICK])
    return tuple((body, heartbeats, wall_s) for heartbeats, wall_s in _ROUNDS for body in listed)


def elaborates(lean: Lean, pinned: Pinned, body: str, *, heartbeats: int, wall_s: float) -> bool:
    """Whether a body proves the statement; a limit reached is a no."""
    try:
        return try_proof(lean, pinned, body, wall_s=wall_s, heartbeats=heartbeats)
    except LeanFailed:
        return False


def definitions_before(pinned: Pinned) -> tuple[str, ...]:
    """The names of the definitions in the text before the statement."""
    return definitions_in(pinned.context)
