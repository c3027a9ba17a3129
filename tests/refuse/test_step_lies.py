"""Solutions in steps that look right and are not: a root that came in, one that was lost, a case that was forgotten."""

from __future__ import annotations

import pytest

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Theorem
from lemmata.provers.find.steps import check_steps, check_steps_refuted, read_chain
from lemmata.tools.base import Turn
from lemmata.tools.find_faults import propose
from lemmata.verdict import Accepted, Proved, Reason, Refuted, Rejected, Unknown

pytestmark = pytest.mark.sandbox
LIMITS = Limits(wall_s=10.0)
CHECKS = {"steps": check_steps, "steps-fault": check_steps_refuted}


def judge(backends, text):
    """The first judgement that settles it, from the proposer's candidates."""
    problem = Theorem(name="s.steps", source=text, language="steps")
    offer = propose(Turn(problem=problem, limits=Limits(wall_s=20.0)), backends)
    for candidate in offer.candidates:
        judged = CHECKS[candidate.form](problem, candidate, backends, LIMITS)
        if isinstance(judged, Accepted):
            return judged
    return judged


def fault(backends, text) -> str:
    judged = judge(backends, text)
    assert isinstance(judged, Accepted), judged
    assert isinstance(judged.verdict, Refuted), judged
    return judged.verdict.counterexample.replay


def test_a_right_chain_is_proved_so_that_the_lies_mean_something(backends):
    judged = judge(backends, "solve (x : ℝ) where √(x + 6) = x\n⇒ x + 6 = x ^ 2\n⇔ x = 3 ∨ x = -2\nanswer x = 3")
    assert isinstance(judged, Accepted)
    assert judged.verdict == Proved()


def test_an_extraneous_root_is_named_with_the_step_that_let_it_in(backends):
    said = fault(backends, "solve (x : ℝ) where √(x + 6) = x\n⇒ x + 6 = x ^ 2\n⇔ x = 3 ∨ x = -2\nanswer x = 3 ∨ x = -2")
    assert "extraneous solution x = -2" in said
    assert "line 2, ⇒ x + 6 = x ^ 2" in said


def test_squaring_is_not_reversible(backends):
    said = fault(backends, "solve (x : ℝ) where √(x + 6) = x\n⇔ x + 6 = x ^ 2\nanswer x = 3")
    assert "line 2: this step lets in x = -2" in said


def test_a_root_lost_by_dividing_is_named(backends):
    said = fault(backends, "solve (x : ℝ) where x ^ 2 = 5 * x\n⇔ x = 5\nanswer x = 5")
    assert "line 2: this step loses the solution x = 0" in said


def test_a_cancelled_factor_that_may_be_zero_is_named(backends):
    text = "solve (x : ℝ) where (x ^ 2 - 4) / (x - 2) = 4\n⇔ x + 2 = 4\nanswer x = 2"
    assert "lets in x = 2" in fault(backends, text)
    assert judge(backends, text.replace("where", "(h : x ≠ 2) where").replace("answer x = 2", "answer False")).verdict


def test_an_incomplete_case_split_is_named(backends):
    text = "solve (x : ℝ) where |x| = x ^ 2\ncases x > 0 | x < 0\ncase x > 0\n⇔ x = 1\ncase x < 0\n⇔ x = -1\n"
    said = fault(backends, text + "answer x = 1 ∨ x = -1")
    assert "the cases leave out the solution x = 0" in said


def test_a_case_that_is_never_worked_on_still_counts(backends):
    text = "solve (x : ℝ) where |x| = 3\ncases x ≥ 0 | x < 0\ncase x ≥ 0\n⇔ x = 3\n"
    assert "x = -3" in fault(backends, text + "answer x = 3")


def test_a_solution_lost_only_in_the_answer_is_named(backends):
    said = fault(backends, "solve (x : ℤ) where x ^ 2 = 9\n⇔ x = 3 ∨ x = -3\nanswer x = 3")
    assert "line 3: this step loses the solution x = -3" in said


def test_an_implication_backwards_is_no_implication(backends):
    assert "loses" in fault(backends, "solve (x : ℝ) where x ^ 2 > 4\n⇒ x > 2\nanswer x > 2")


def test_contradictory_assumptions_prove_nothing(backends):
    judged = judge(backends, "solve (x : ℝ) (h : x < x) where x = 1\n⇔ x = 5\nanswer x = 7")
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Unknown)
    assert judged.verdict.reason is Reason.VACUOUS


@pytest.mark.parametrize(
    "content",
    [
        {"obligation": 0, "values": {"x": "3"}},
        {"obligation": 9, "values": {"x": "3"}},
        {"obligation": 1, "values": {"x": "-1"}},
        {"obligation": 1, "values": {"y": "-2"}},
        {"obligation": 1, "values": {"x": "anything"}},
        {},
    ],
)
def test_a_value_that_speaks_against_no_step_refutes_nothing(backends, content):
    text = "solve (x : ℝ) where √(x + 6) = x\n⇔ x + 6 = x ^ 2\nanswer x = 3"
    problem = Theorem(name="s.steps", source=text, language="steps")
    judged = check_steps_refuted(problem, Candidate(form="steps-fault", content=content), backends, LIMITS)
    assert isinstance(judged, Rejected)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "1:1"),
        ("solve x where x = 1", "1:7"),
        ("solve (x : ℝ) where x = 1\nx = 1", "2:1"),
        ("solve (x : ℝ) where x = 1\n⇔ x = 1", "2:1"),
        ("solve (x : ℝ) where x = 1\n⇔ y = 1\nanswer x = 1", "2:3"),
        ("solve (x : ℝ) where x = 1\ncase x > 0\nanswer x = 1", "2:1"),
        ("solve (x : ℝ) where x = 1\nanswer x = 1\n⇔ x = 1", "2:1"),
        ("solve (x : ℝ) where x = 1\ncases x > 0 | x ≤ 0\n⇔ x = 1\nanswer x = 1", "3:1"),
    ],
)
def test_what_is_no_chain_is_refused_with_its_place(text, place):
    with pytest.raises(BadInput) as caught:
        read_chain(text)
    assert caught.value.place == place
