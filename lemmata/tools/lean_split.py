"""Take a Lean theorem apart at a top-level ∧ or ↔ of its conclusion, and put the proofs of the parts together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lemmata.errors import BadInput
from lemmata.formats.lean import LeanTheorem, find_theorems, normalise
from lemmata.problem import Candidate, Problem, Theorem
from lemmata.tools.lean_statement import read_statement, split_goal_text

ORIGIN = "lean-split"


def split_goal(problem: Problem) -> tuple[Theorem, ...]:
    """The parts, each with the same header and variables and proved by itself; empty: it does not split."""
    found = _parts(problem)
    if found is None or not isinstance(problem, Theorem):
        return ()
    source, theorem, prefix, sides, head = found
    return tuple(
        replace(
            problem,
            name=f"{problem.name} (part {number})",
            source=f"{source[: theorem.statement[0]]}{head} :{prefix}{side} := by sorry\n",
        )
        for number, side in enumerate(sides, start=1)
    )


def join(problem: Problem, candidates: Sequence[Candidate]) -> Candidate:
    """The proof of the whole, made of the proofs of its parts.

    Raises:
        BadInput: these are not proofs of the parts of this problem.
    """
    found = _parts(problem)
    if found is None or len(candidates) != 2 or any(not isinstance(c.content.get("body"), str) for c in candidates):
        raise BadInput("expected a proof body for each of the two parts", place=problem.name)
    _, _, prefix, sides, head = found
    shape = read_statement(f"{head} :{prefix}{sides[0]}")
    given = sum(b.intro for b in read_statement(f"{head} :{prefix}True").binders)
    names = [b.name for b in shape.binders if b.intro][:given]
    lines = ["by"]
    for number, (side, candidate) in enumerate(zip(sides, candidates, strict=True), start=1):
        lines.append(f"  have part{number} :{_flat(prefix)}{_flat(side)} :=\n{_indent(candidate.content['body'])}")
    lines += [f"  intro {' '.join(names)}"] if names else []
    applied = (" ".join(("part" + str(number), *names)) for number in (1, 2))
    body = "\n".join((*lines, f"  exact ⟨{', '.join(applied)}⟩"))
    return Candidate(form="lean-proof", content={"body": body}, origin=ORIGIN)


def _parts(problem: Problem) -> tuple[str, LeanTheorem, str, tuple[str, str], str] | None:
    """Source, theorem, prefix of the conclusion, its two sides, and name with binders."""
    source = normalise(problem.source)
    theorem = next((t for t in find_theorems(source) if t.name == problem.target), None)
    if theorem is None:
        return None
    shape = read_statement(source[theorem.statement[0] : theorem.statement[1]])
    found = split_goal_text(shape.goal)
    if found is None:
        return None
    left, right, sign = found
    prefix = f" {shape.prefix.strip()} " if shape.prefix.strip() else " "
    if sign == "∧":
        return source, theorem, prefix, (f"({left})", f"({right})"), shape.head
    return source, theorem, prefix, (f"(({left}) → ({right}))", f"(({right}) → ({left}))"), shape.head


def _flat(text: str) -> str:
    return " ".join(text.split()) if "--" not in text else text


def _indent(body: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in body.splitlines())
