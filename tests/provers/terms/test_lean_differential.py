"""Claims about numbers mean to us what they mean to Lean, which decides the same text itself."""

from __future__ import annotations

import random

import pytest

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Theorem
from lemmata.provers.lean.check import check_proof
from lemmata.provers.terms.evaluate import evaluate
from lemmata.provers.terms.lean_reader import read_claim
from lemmata.verdict import Accepted

pytestmark = [pytest.mark.lean, pytest.mark.sandbox]


def number(rng: random.Random, depth: int, names: tuple[str, ...]) -> str:
    if depth == 0 or rng.random() < 0.2:
        literals = [str(rng.randint(0, 6)), f"({rng.randint(0, 4)} : Nat)", f"(-{rng.randint(1, 5)} : Int)"]
        return rng.choice([*names, *literals])
    one, other = (number(rng, depth - 1, names) for _ in range(2))
    match rng.choice("+-*/%^nmicp"):
        case "^":
            return f"({one}) ^ {rng.randint(0, 3)}"
        case "n":
            return f"(({one} : Int) - {other})"
        case "m":
            return f"((min ({rng.randint(0, 9)} : Int) {rng.randint(0, 9)}) + {one})"
        case "i":
            return f"((if ({one} : Int) < {other} then ({rng.randint(0, 5)} : Int) else -3) * {other})"
        case "c":
            return f"(({rng.choice([*names, '3'])} - {rng.randint(0, 5)} : Nat) : Int)"
        case "p":
            return f"(({rng.randint(1, 9)}) / {rng.randint(0, 3)} - {one})"
        case sign:
            return f"({one} {sign} {other})"


def claim(rng: random.Random) -> str:
    values = {"a": rng.randint(0, 7), "b": rng.randint(0, 7)}
    sorts = {"a": "Nat", "b": rng.choice(["Nat", "Int"])}
    sign = rng.choice(["=", "<", "≤", "≠", ">", "≥"])
    body = f"{number(rng, 3, ('a', 'b'))} {sign} {number(rng, 2, ('a', 'b'))}"
    return f"∀ a : {sorts['a']}, a = {values['a']} → ∀ b : {sorts['b']}, b = {values['b']} → {body}"


def lean_proves(text: str, backends) -> bool:
    problem = Theorem(name="t.lean", source=f"theorem t : {text} := by sorry\n", language="lean", target="t")
    body = "by intro a ha b hb; subst ha; subst hb; decide"
    judged = check_proof(problem, Candidate(form="lean-proof", content={"body": body}), backends, Limits(wall_s=60.0))
    return isinstance(judged, Accepted)


def test_lean_proves_what_evaluates_to_true_and_the_negation_of_what_does_not(backends):
    rng, seen = random.Random(7), {True: 0, False: 0}
    while min(seen.values()) < 12:
        text = claim(rng)
        try:
            value = evaluate(read_claim(text), {})
        except BadInput:  # an integer where a natural number should be: Lean refuses it too
            continue
        assert isinstance(value, bool)
        if seen[value] >= 12:
            continue
        seen[value] += 1
        head, _, body = text.rpartition(" → ")
        assert lean_proves(text if value else f"{head} → ¬ ({body})", backends), (text, value)
