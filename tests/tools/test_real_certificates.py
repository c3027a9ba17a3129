"""From an inequality to a certificate that is accepted again, without any model."""

from __future__ import annotations

import json

import pytest

from lemmata.budget import Limits
from lemmata.problem import Construction, Theorem
from lemmata.provers.real.check import check_bound, check_claim, check_relation
from lemmata.tools.base import Turn
from lemmata.tools.real.propose import propose
from lemmata.verdict import Accepted, Proved, Tested

CHECKS = {"real-certificate": check_claim, "real-bound": check_bound, "real-relation": check_relation}
POSITIVE = "∀ a b c : ℝ, a > 0 → b > 0 → c > 0 → "
REALS = "∀ a b c : ℝ, "


def settle(source, *, wall_s=20.0):
    kind = Theorem if source.startswith("∀") else Construction
    problem = kind(name="test", source=source, language="claim")
    offer = propose(Turn(problem=problem, limits=Limits(wall_s=wall_s)), None)
    if not offer.candidates:
        return offer.finding
    (candidate,) = offer.candidates
    assert json.loads(json.dumps(candidate.content)) == candidate.content
    return CHECKS[candidate.form](problem, candidate, None, Limits(wall_s=30))


@pytest.mark.parametrize(
    "source",
    [
        f"{REALS}a^2 + b^2 + c^2 ≥ a*b + b*c + c*a",
        f"{POSITIVE}(a + b)*(b + c)*(c + a) ≥ 8*a*b*c",
        f"{POSITIVE}a + b + c = 3 → a*b + b*c + c*a ≤ 3",
        f"{POSITIVE}a*b*c = 1 → a + b + c ≥ 3",
        "∀ x : ℝ, x^4 - 4*x + 4 > 0",
        "∀ x y : ℝ, x^4*y^2 + x^2*y^4 + 1 ≥ 3*x^2*y^2 → x^2 ≥ 0",
        "∀ a b : ℝ, a ≥ 0 → b ≥ 0 → (a + b)/2 ≥ √(a*b)",
        "∀ a b : ℝ, max a b ≥ (a + b)/2",
        "∀ a b : ℝ, (a + b)*(a - b) = a^2 - b^2",
        "∀ a b : ℝ, a ≥ 1 → b ≥ 1 → a*b + 1 ≥ a + b",
    ],
)
def test_a_true_claim_is_proved(source):
    judged = settle(source)
    assert isinstance(judged, Accepted), judged
    assert judged.verdict == Proved()


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        (f"largest C : ℝ, {POSITIVE}a/(b + c) + b/(c + a) + c/(a + b) ≥ C", "3/2"),
        (f"largest C : ℝ, {REALS}a + b + c = 6 → a^2 + 2*b^2 + 3*c^2 ≥ C", "216/11"),
        ("smallest C : ℝ, ∀ x y : ℝ, x^2 + y^2 = 1 → x + y ≤ C", "√(2)"),
        ("smallest C : ℝ, ∀ x : ℝ, x/(x^2 + 1) ≤ C", "1/2"),
        ("largest C : ℝ, ∀ x : ℝ, x > 0 → x + 1/x + √x > C", None),
        ("largest C : ℝ, ∀ x : ℝ, x > 0 → 1/(x + 1) > C", "0"),
        ("smallest C : ℝ, ∀ x y : ℝ, x ≥ 0 → y ≥ 0 → x + y = 2 → √(1 + x) + √(1 + y) ≤ C", "√(8)"),
        ("largest C : ℝ, ∀ x y : ℝ, x ≥ 0 → y ≥ 0 → x^2 + y^2 ≥ C*(x + y)^2", "1/2"),
    ],
)
def test_a_best_constant_is_found_and_proved(source, answer):
    judged = settle(source)
    if answer is None:
        assert not isinstance(judged, Accepted) or isinstance(judged.verdict, Tested)
        return
    assert isinstance(judged, Accepted), judged
    assert judged.verdict == Proved()
    assert judged.answer["text"] == answer


@pytest.mark.parametrize(
    ("goal", "answer"),
    [
        ("a^2 + b^2 + c^2 ? a*b + b*c + c*a", "≥"),
        ("a^2 + b^2 + c^2 + 1 ? a*b + b*c + c*a", ">"),
        ("a*b + b*c + c*a ? (a + b + c)^2", "<"),
        ("3*(a*b + b*c + c*a) ? (a + b + c)^2", "≤"),
        ("(a + b)^2 ? a^2 + 2*a*b + b^2", "="),
        ("a*b*c ? a + b + c", "none"),
        ("√a + √b ? √(a + b)", ">"),
    ],
)
def test_the_strongest_relation_is_found_and_proved(goal, answer):
    judged = settle(f"relate {POSITIVE}{goal}")
    assert isinstance(judged, Accepted), judged
    assert judged.verdict == Proved()
    assert judged.answer["text"] == answer


@pytest.mark.parametrize(
    "source",
    [
        f"{POSITIVE}a + b ≥ c",
        f"{POSITIVE}a > 0 → a < 0 → b > c",
        "∀ x y : ℝ, x^2 + y^2 ≥ 3*x*y",
        "largest C : ℝ, ∀ x : ℝ, x ≥ C",
        "smallest C : ℝ, ∀ x : ℝ, x > 0 → 1/x ≤ C",
        "relate ∀ x : ℝ, 1/(x - x) ? 0",
    ],
)
def test_nothing_false_is_proved(source):
    assert not isinstance(settle(source, wall_s=6.0), Accepted)


def test_an_inequality_that_may_touch_is_not_called_strict_because_samples_say_so():
    """Both sides are equal where x is the fifth root of 2, and no point that is tried hits it."""
    source = "relate ∀ x : ℝ, x > 0 → (x^5 - 2)^2*(x + √(x + 1)) ? 0"
    problem = Construction(name="test", source=source, language="claim")
    offer = propose(Turn(problem=problem, limits=Limits(wall_s=4), memory=5), None)
    assert not [c for c in offer.candidates if c.content["relation"] == ">"]
