"""The oracle of a Lean search: which goals are false, and what an ∃ is true of."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lemmata.budget import Limits
from lemmata.problem import Theorem
from lemmata.provers.base import Backends
from lemmata.provers.lean.check import check_disproof, check_proof
from lemmata.provers.lean.interface import Goal, Hypothesis
from lemmata.tools.base import Turn
from lemmata.tools.lean_search.oracle import Oracle
from lemmata.tools.lean_search.propose import propose
from lemmata.verdict import Accepted, Judgement, Proved, Refuted, Rejected

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
@pytest.mark.parametrize(
    ("statement", "check", "verdict"),
    [
        ("(n : Nat) (h : 1000 < n) : n % 7919 ≠ 17", check_disproof, Refuted),
        (": ∃ x y : Int, 3 * x + 5 * y = 1234577 ∧ 0 < x ∧ 100000 < y", check_proof, Proved),
    ],
)
def test_what_it_says_is_shown_in_lean(
    statement: str, check: Callable[..., Judgement], verdict: type, backends: Backends
) -> None:
    problem = Theorem(name="t.lean", source=f"theorem t {statement} := by sorry\n", language="lean", target="t")
    offer = propose(Turn(problem=problem, limits=Limits(wall_s=60.0)), backends)
    [candidate] = offer.candidates
    judged = check(problem, candidate, backends, Limits(wall_s=30.0))
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, verdict)


class Mistaken(Oracle):
    def counterexample(self, goal: Goal) -> dict[str, int]:
        return {"x": 0, "y": 1}


@pytest.mark.lean
def test_a_true_statement_that_it_takes_for_false_is_proved_all_the_same(
    backends: Backends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lemmata.tools.lean_search.propose.Oracle", Mistaken)
    source = "theorem t (x y : Int) (h : 3 * x < 3 * y) : x < y + 0 := by sorry\n"
    problem = Theorem(name="t.lean", source=source, language="lean", target="t")
    turn = Turn(problem=problem, limits=Limits(wall_s=60.0))
    first = propose(turn, backends)
    assert not first.done
    assert isinstance(check_disproof(problem, first.candidates[0], backends, Limits(wall_s=30.0)), Rejected)
    [candidate] = propose(turn, backends).candidates
    assert isinstance(check_proof(problem, candidate, backends, Limits(wall_s=30.0)), Accepted)
