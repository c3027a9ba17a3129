"""A proposer for Lean constructions: small literals for the answer holes, each tried with the portfolio's bodies."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from itertools import islice, pairwise, product

from lemmata.errors import BadInput
from lemmata.formats.lean import find_answer_holes, find_theorems, normalise
from lemmata.problem import Candidate, Problem
from lemmata.provers.base import Backends
from lemmata.provers.lean.check import elaborate_statement, needs_mathlib
from lemmata.provers.lean.pin import pin
from lemmata.provers.lean.worker import LeanFailed, lean_of
from lemmata.tools.base import Offer, Turn
from lemmata.tools.lean_bodies import CLOSE, bodies
from lemmata.tools.lean_portfolio import definitions_before, elaborates
from lemmata.tools.lean_statement import read_statement
from lemmata.verdict import Reason, Unknown

ORIGIN = "lean-answers"
_MOST = 400
_FEW = 8  # bodies that every answer is tried with before any is tried with all
_ROUNDS = ((10_000, 10.0), (5_000, 8.0), (25_000, 20.0))
_SHORTEST_S = 1.5
_NUMBERS: Mapping[str, tuple[str, ...]] = {
    "Nat": tuple(str(n) for n in range(120)),
    "Int": ("0", *(text for n in range(1, 60) for text in (str(n), f"-{n}"))),
    "Bool": ("true", "false"),
    "Prop": ("True", "False"),
}


def propose(turn: Turn, backends: Backends) -> Offer:
    """Try answers, with a few bodies first and then with all, until one is proved or the time is over."""
    deadline = time.monotonic() + turn.limits.wall_s
    holes = answer_types(turn.problem)
    answers = tuple(islice(candidates_for(holes), _MOST))
    if not answers:
        shown = ", ".join(holes.values()) or "none"
        return Offer(finding=Unknown(Reason.UNSUPPORTED, f"no small literals are known for the holes' types ({shown})"))
    try:
        messages = elaborate_statement(turn.problem, backends, turn.limits)
    except LeanFailed as exc:
        return Offer(finding=Unknown(exc.reason or Reason.BACKEND_FAILED, f"the statement alone: {exc.text}"))
    if messages:
        return Offer(finding=needs_mathlib(messages))
    lean = lean_of(backends)
    memory = turn.memory if isinstance(turn.memory, dict) else {"round": 0, "next": 0}
    rounds = range(memory["round"], len(_ROUNDS))
    for number in rounds:
        heartbeats, wall_s = _ROUNDS[number]
        for at in range(memory["next"] if number == memory["round"] else 0, len(answers)):
            pinned = pin(turn.problem, mathlib=lean.toolchain.mathlib, answers=answers[at])
            for body in _bodies(turn.problem, pinned.statement, definitions_before(pinned), number):
                left = deadline - time.monotonic()
                if left < _SHORTEST_S:
                    return Offer(memory={"round": number, "next": at}, done=False)
                if elaborates(lean, pinned, body, heartbeats=heartbeats, wall_s=min(wall_s, left + 1.0)):
                    content = {"answers": dict(answers[at]), "body": body}
                    candidate = Candidate(form="lean-answer", content=content, origin=ORIGIN)
                    return Offer(candidates=(candidate,), memory={"round": number, "next": at + 1}, done=False)
    return Offer(finding=Unknown(Reason.EXHAUSTED, f"none of {len(answers)} small answers could be proved"))


def _bodies(problem: Problem, statement: str, definitions: tuple[str, ...], number: int) -> Iterator[str]:
    holes = tuple(answer_types(problem))
    shape = read_statement(statement.partition("theorem ")[2])
    unfold = "; ".join(f"(try unfold {name})" for name in holes)
    solve = "first | decide | omega"  # what is plainly false is so at once
    yield f"by {unfold}; first | decide | (intros; omega) | (constructor <;> intros <;> {solve})"
    if number == 0:
        return
    yield f"by {unfold}; intros; {CLOSE}"
    yield f"by {unfold}; constructor <;> (intros; {CLOSE})"
    listed = bodies(shape, tuple(dict.fromkeys((*definitions, *holes))))
    yield from listed if number > 1 else islice(listed, _FEW)


def answer_types(problem: Problem) -> dict[str, str]:
    """Name -> type of the answer holes before the target.

    Raises:
        BadInput: there is no such target.
    """
    source = normalise(problem.source)
    theorem = next((t for t in find_theorems(source) if not problem.target or t.name == problem.target), None)
    if theorem is None:
        raise BadInput(f"expected a theorem {problem.target} whose proof is `by sorry`", place=problem.name)
    return {h.name: h.type for h in find_answer_holes(source) if h.hole[0] < theorem.start}


def candidates_for(holes: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """Small literals for all holes together, smaller ones first."""
    choices = [tuple(_literals(type_)) for type_ in holes.values()]
    if not choices or not all(choices):
        return
    if len(choices) == 1:
        yield from ({name: text} for name in holes for text in choices[0])
        return
    width = max(2, int(4000 ** (1 / len(choices))))
    ranked = sorted(product(*(tuple(enumerate(c[:width])) for c in choices)), key=lambda p: sum(r for r, _ in p))
    for picked in ranked:
        yield {name: text for name, (_, text) in zip(holes, picked, strict=True)}


def _literals(type_: str) -> Iterator[str]:
    plain = type_.replace("ℕ", "Nat").replace("ℤ", "Int").strip()
    if plain in _NUMBERS:
        yield from _NUMBERS[plain]
    elif plain.startswith(("List ", "Array ")):
        opening = "[" if plain.startswith("List") else "#["
        items = tuple(islice(_literals(plain.split(" ", 1)[1].strip("()")), 13))
        sizes = ((size, items[: 13 if size < 3 else 8]) for size in range(4))
        yield from (f"{opening}{', '.join(picked)}]" for size, few in sizes for picked in _rising(few, size))
    elif "×" in plain:
        parts = [tuple(islice(_literals(part.strip()), 20)) for part in plain.strip("()").split("×")]
        ranked = sorted(product(*(tuple(enumerate(p)) for p in parts)), key=lambda p: sum(r for r, _ in p))
        yield from (f"({', '.join(text for _, text in picked)})" for picked in ranked)


def _rising(items: tuple[str, ...], size: int) -> Iterator[tuple[str, ...]]:
    """Rising choices first (lists of solutions are mostly written that way)."""
    places = {text: i for i, text in enumerate(items)}
    return (p for p in product(items, repeat=size) if all(places[a] < places[b] for a, b in pairwise(p)))
