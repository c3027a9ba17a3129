"""Every file in examples/ gets the verdict that its first line states, and a certificate that is accepted again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import lemmata
from lemmata.datasets.files import SUFFIXES, load_problems
from lemmata.verdict import name_of

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = sorted(p for p in (ROOT / "examples").rglob("*") if p.suffix in SUFFIXES and p.suffix != ".md")


def expected(path: Path) -> str:
    found = re.match(r"\W*expected: (\w+)", path.read_text("utf-8"))
    assert found, f"{path.name} does not state its expected verdict in its first line"
    return found[1]


@pytest.mark.lean
@pytest.mark.sandbox
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.name)
def test_an_example_gets_the_verdict_it_states(path: Path, tmp_path: Path) -> None:
    settings = lemmata.load_settings(model="")
    for problem in load_problems(path):
        solution = lemmata.solve(problem, budget=120, settings=settings, keep=False)
        assert name_of(solution.verdict) == expected(path), solution.verdict
        assert solution.certificate is not None
        assert name_of(lemmata.recheck(solution.certificate, settings=settings)) == expected(path)


def test_there_are_at_least_two_examples_of_each_kind_but_question() -> None:
    kinds = [problem.kind for path in EXAMPLES for problem in load_problems(path)]
    assert len(kinds) >= 10
    for kind in ("theorem", "construction", "synthesis", "program"):
        assert kinds.count(kind) >= 2, kind
