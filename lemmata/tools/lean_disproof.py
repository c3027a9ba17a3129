"""A proposer for Lean: small values of the variables at which a statement fails, and direct proofs of its negation."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product

from lemmata.problem import Candidate
from lemmata.provers.base import Backends
from lemmata.provers.lean.check import elaborate_statement, needs_mathlib
from lemmata.provers.lean.pin import negate, pin
from lemmata.provers.lean.worker import LeanFailed, lean_of
from lemmata.tools.base import Offer, Turn
from lemmata.tools.lean_portfolio import elaborates
from lemmata.tools.lean_statement import Statement, read_statement
from lemmata.verdict import Reason, Unknown

ORIGIN = "lean-disproof"
DECIDE = "by first | decide | omega | (simp; done) | (intro h; simp_all; done) | (intro h; omega)"
_WHOLE = (
    "by decide",
    "by simp",
    "by omega",
    "by intro h; simp_all",
    "by intro h; grind (splits := 5) (ematch := 3) (gen := 4)",
    "by decide +kernel",
)
_RANGE = {
    "Nat": (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 25, 40, 41, 100),
    "Int": (0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 7, -7, 10, -10),
}
_VALUES: Mapping[str, tuple[str, ...]] = {
    **{type_: tuple(map(str, values)) for type_, values in _RANGE.items()},
    "Bool": ("true", "false"),
    "Prop": ("True", "False"),
    "List Nat": ("[]", "[0]", "[1]", "[0, 1]", "[1, 0]", "[1, 1]", "[2, 1]", "[0, 1, 2]", "[2, 1, 0]"),
    "List Int": ("[]", "[0]", "[1]", "[-1]", "[0, 1]", "[1, 0]", "[1, -1]", "[2, 1, 0]"),
}
_MOST, _BATCH = 600, 16
_HEARTBEATS, _WALL_S, _SHORTEST_S = 10_000, 8.0, 1.5


def propose(turn: Turn, backends: Backends) -> Offer:
    """Try values in the order of their size until the statement fails at some, or the time is over."""
    deadline = time.monotonic() + turn.limits.wall_s
    try:
        messages = elaborate_statement(turn.problem, backends, turn.limits)
    except LeanFailed as exc:
        return Offer(finding=Unknown(exc.reason or Reason.BACKEND_FAILED, f"the statement alone: {exc.text}"))
    if messages:
        return Offer(finding=needs_mathlib(messages))
    lean = lean_of(backends)
    pinned = pin(turn.problem, mathlib=lean.toolchain.mathlib)
    batches = tuple(_batches(read_statement(pinned.statement.partition("theorem ")[2])))
    at = turn.memory.get("next", 0) if isinstance(turn.memory, dict) else 0

    def holds(body: str, values: Mapping[str, str]) -> bool:
        wall_s = max(1.0, min(_WALL_S, deadline - time.monotonic() + 1.0))
        return elaborates(lean, negate(pinned, values), body, heartbeats=_HEARTBEATS, wall_s=wall_s)

    while at < len(_WHOLE) + len(batches):
        if deadline - time.monotonic() < _SHORTEST_S:
            return Offer(memory={"next": at}, done=False)
        at += 1
        if at <= len(_WHOLE):
            if holds(_WHOLE[at - 1], {}):
                return _offer({"body": _WHOLE[at - 1]}, at)
            continue
        batch = batches[at - 1 - len(_WHOLE)]
        if not holds(_any_of(batch), {}):
            continue
        for values in batch:
            if holds(DECIDE, {name: f"({text})" for name, text in values.items()}):
                return _offer({"body": DECIDE, "values": values}, at)
    return Offer(finding=Unknown(Reason.EXHAUSTED, "no small counterexample"))


def _offer(content: Mapping[str, object], at: int) -> Offer:
    candidate = Candidate(form="lean-disproof", content=content, origin=ORIGIN)
    return Offer(candidates=(candidate,), memory={"next": at}, done=False)


def _any_of(batch: Sequence[Mapping[str, str]]) -> str:
    """A proof of the negation that works if the statement fails at one of these values."""
    tries = (" ".join(f"({name} := ({text}))" for name, text in values.items()) for values in batch)
    return "by\n  intro lh\n  first\n" + "\n".join(f"  | exact absurd (lh {values}) ({DECIDE})" for values in tries)


def _batches(statement: Statement) -> Iterator[list[Mapping[str, str]]]:
    """Values of all variables that have a small literal, smaller ones first."""
    names, choices = [], []
    for binder in statement.binders:
        values = _VALUES.get(binder.number or binder.type.replace("ℕ", "Nat").replace("ℤ", "Int"))
        if values is not None:
            names.append(binder.name)
            choices.append(tuple(enumerate(values)))
    if not names:
        return
    width = max(2, int(40_000 ** (1 / len(names))))
    ranked = sorted(product(*(c[:width] for c in choices)), key=lambda picked: sum(rank for rank, _ in picked))
    pool = iter([{n: text for n, (_, text) in zip(names, picked, strict=True)} for picked in ranked[:_MOST]])
    while batch := list(islice(pool, _BATCH)):
        yield list(batch)
