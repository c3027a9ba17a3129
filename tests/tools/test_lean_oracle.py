"""The oracle of a Lean search: which goals are false, and what an ∃ is true of."""

from __future__ import annotations

import pytest

from lemmata.budget import Limits
from lemmata.problem import Theorem
from lemmata.provers.base import Backends
from lemmata.provers.lean.check import check_disproof, check_proof
from lemmata.provers.lean.interface import Goal, Hypothesis
from lemmata.tools.base import Turn
from lemmata.tools.lean_search.oracle import Oracle
from lemmata.tools.lean_search.propose import propose
from lemmata.verdict import Accepted, Proved, Refuted

pytestmark = pytest.mark.sandbox
X = Hypothesis(name="x", type="Int", is_proof=False)
N = Hypothesis(name="n", type="Nat", is_proof=False)


def goal(target: str, *hypotheses: Hypothesis) -> Goal:
    return Goal(tag="", hypotheses=hypotheses, target=target)


def given(text: str) -> Hypothesis:
    return Hypothesis(name="h", type=text, is_proof=True)


@pytest.mark.parametrize(
    ("target", "hypotheses"),
    [
        ("x < 5000", (X, given("3 < x"))),
        ("n - 3 + 3 = n", (N,)),
        ("x / 2 * 2 = x", (X,)),
        ("∀ (y : Int), x < y → 2 * x + 2 ≠ 2 * y", (X,)),
        ("False", (N, given("n % 7 = 3"))),
    ],
)
def test_a_false_goal_is_known(target: str, hypotheses: tuple[Hypothesis, ...], backends: Backends) -> None:
    assert Oracle(backends).is_false(goal(target, *hypotheses))


@pytest.mark.parametrize(
    ("target", "hypotheses"),
    [
        ("x < 5", (X, given("x < 3"))),
        ("n - 3 ≤ n", (N,)),
        ("n / 0 = 0", (N,)),
        ("f x = x", (X,)),
        ("x = 1", (X, given("P x"))),
        ("xs.length = 1", (Hypothesis(name="xs", type="List Int", is_proof=False),)),
        ("x✝ = 1", (Hypothesis(name="x✝", type="Int", is_proof=False),)),
    ],
)
def test_of_a_true_goal_or_one_it_can_not_read_it_says_nothing(
    target: str, hypotheses: tuple[Hypothesis, ...], backends: Backends
) -> None:
    assert not Oracle(backends).is_false(goal(target, *hypotheses))


def test_witnesses_satisfy_what_is_asked(backends: Backends) -> None:
    x, y = Oracle(backends).witnesses(goal("∃ x y, 3 * x + 5 * y = 1234577 ∧ 0 < x ∧ 100000 < y"))
    assert 3 * x + 5 * y == 1234577
    assert x > 0
    assert y > 100000
    assert Oracle(backends).witnesses(goal("∃ x, x < 0")) != ()
    assert not Oracle(backends).witnesses(goal("∃ x, x < x"))
    assert not Oracle(backends).witnesses(goal("∃ y, y < x", X))


@pytest.mark.lean
def test_a_false_statement_ends_the_search_and_is_refuted_in_lean(backends: Backends) -> None:
    source = "theorem t (n : Nat) (h : 1000 < n) : n % 7919 ≠ 17 := by sorry\n"
    problem = Theorem(name="t.lean", source=source, language="lean", target="t")
    offer = propose(Turn(problem=problem, limits=Limits(wall_s=60.0)), backends)
    [candidate] = offer.candidates
    judged = check_disproof(problem, candidate, backends, Limits(wall_s=30.0))
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Refuted)


@pytest.mark.lean
def test_large_witnesses_are_proved_in_lean(backends: Backends) -> None:
    source = "theorem t : ∃ x y : Int, 3 * x + 5 * y = 1234577 ∧ 0 < x ∧ 100000 < y := by sorry\n"
    problem = Theorem(name="t.lean", source=source, language="lean", target="t")
    offer = propose(Turn(problem=problem, limits=Limits(wall_s=60.0)), backends)
    [candidate] = offer.candidates
    judged = check_proof(problem, candidate, backends, Limits(wall_s=30.0))
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Proved)
