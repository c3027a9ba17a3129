"""The claims of examples/ are what they are said to be."""

from __future__ import annotations

from pathlib import Path

import pytest
import z3

from lemmata.provers.terms.claim import to_smtlib

ROOT = Path(__file__).resolve().parents[3]
LINES = [
    tuple(line.split(": ", 1))
    for line in (ROOT / "examples" / "claims").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def check(text: str) -> z3.CheckSatResult:
    solver = z3.Solver()
    solver.set("timeout", 10_000)
    solver.from_string(text)
    return solver.check()


@pytest.mark.parametrize(("expected", "claim"), LINES)
def test_an_example_claim_is_what_it_is_said_to_be(expected, claim):
    text = to_smtlib(claim)
    assert check(text) == (z3.sat if expected == "refuted" else z3.unsat)
    without_goal = "\n".join(text.splitlines()[:-1])
    assert check(without_goal) == (z3.unsat if expected == "vacuous" else z3.sat)
