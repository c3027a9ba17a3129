"""Certificates of inequalities between reals that are wrong, and must be refused."""

from __future__ import annotations

import copy

import pytest

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Construction, Theorem
from lemmata.provers.real.check import check_bound, check_claim, check_relation
from lemmata.verdict import Accepted, Proved, Rejected, Tested

UNIT = {"known": [], "basis": ["1"], "gram": [["1"]]}
SQUARE = {"known": [], "basis": ["a", "b"], "gram": [["1", "-1"], ["-1", "1"]]}
PROOF = {"multiplier": [UNIT], "sum": [SQUARE], "equalities": []}
POSITIVE = "∀ a b : ℝ, a > 0 → b > 0 → "
CHECKS = {"real-certificate": check_claim, "real-bound": check_bound, "real-relation": check_relation}
ONES = {"a": "1", "b": "1"}


def judge(source, form, content):
    kind = Theorem if source.startswith("∀") else Construction
    problem = kind(name="lie", source=source, language="claim")
    return CHECKS[form](problem, Candidate(form=form, content=content), None, Limits(wall_s=10))


def claim(goal, proof, *, point=None, powers=None, given=POSITIVE):
    content = {"proof": proof, "point": point or ONES, "powers": powers or {}}
    return judge(given + goal, "real-certificate", content)


def bound(source, value, proof, **shown):
    return judge(source, "real-bound", {"value": value, "proof": proof, "powers": {}, **shown})


def relate(goal, relation, proofs, points, *, given=POSITIVE):
    content = {"relation": relation, "proofs": proofs, "powers": {}, "points": points}
    return judge(f"relate {given}{goal}", "real-relation", content)


def refused(judged, text=""):
    assert isinstance(judged, Rejected), judged
    assert text in judged.faults[0].text, judged
    return judged.faults[0]


def proof(**changes):
    return {**copy.deepcopy(PROOF), **changes}


LARGEST = f"largest C : ℝ, {POSITIVE}a/b + b/a ≥ C"


def test_the_true_certificates_are_accepted_so_that_the_lies_mean_something():
    for judged in (
        claim("a/b + b/a ≥ 2", PROOF),
        bound(LARGEST, "2", PROOF, point=ONES),
        relate("a/b + b/a ? 2", "≥", [PROOF], [ONES, {"a": "1", "b": "2"}]),
    ):
        assert isinstance(judged, Accepted), judged
        assert judged.verdict == Proved()


# The identity


def test_a_wrong_coefficient_is_refused():
    lie = proof(sum=[{**SQUARE, "gram": [["1", "-1"], ["-1", "2"]]}])
    refused(claim("a/b + b/a ≥ 2", lie), "no identity")


def test_a_matrix_that_is_not_semidefinite_is_refused():
    lie = proof(sum=[{**SQUARE, "gram": [["1", "-3/2"], ["-3/2", "1"]]}])
    refused(claim("a/b + b/a ≥ 3", lie), "not positive semidefinite")


def test_a_matrix_with_a_zero_on_its_diagonal_and_something_beside_it_is_refused():
    lie = proof(sum=[{"known": [], "basis": ["a", "b"], "gram": [["0", "1"], ["1", "0"]]}])
    refused(claim("a*b ≥ 0", lie, given="∀ a b : ℝ, a ≥ -5 → b ≥ -5 → "), "not positive semidefinite")


def test_a_matrix_that_is_not_symmetric_is_refused():
    lie = proof(sum=[{**SQUARE, "gram": [["1", "-2"], ["0", "1"]]}])
    refused(claim("a/b + b/a ≥ 2", lie), "not symmetric")


def test_a_negative_weight_is_refused():
    lie = proof(sum=[{"known": [], "basis": ["a"], "gram": [["-1"]]}])
    refused(claim("-a^2 ≥ 0", lie), "not positive semidefinite")


def test_a_multiplier_that_may_vanish_is_refused():
    """0 · goal = 0 holds for any goal."""
    refused(claim("a/b ≥ 2", {"multiplier": [], "sum": [], "equalities": []}), "multiplier")
    nothing = {"known": [], "basis": ["1"], "gram": [["0"]]}
    refused(claim("a/b ≥ 2", {"multiplier": [nothing], "sum": [], "equalities": []}), "multiplier")
    square = {"known": [], "basis": ["a - b"], "gram": [["1"]]}
    refused(claim("a/b + b/a ≥ 2", proof(multiplier=[square])), "multiplier")


def test_a_multiplier_that_is_only_known_not_to_be_negative_is_refused():
    """Where a = 0, a·b ≥ 0 says nothing of b."""
    multiplier = [{"known": [0], "basis": ["1"], "gram": [["1"]]}]
    lie = proof(multiplier=multiplier, sum=[{"known": [1], "basis": ["1"], "gram": [["1"]]}])
    refused(claim("b ≥ 0", lie, given="∀ a b : ℝ, a ≥ 0 → a*b ≥ 0 → "), "multiplier")


def test_the_square_of_the_goal_must_be_there_with_a_weight():
    multiplier = [{"known": [0], "basis": ["1"], "gram": [["1"]]}]
    for square in ({"known": [], "basis": ["b"], "gram": [["0"]]}, {"known": [0], "basis": ["b"], "gram": [["0"]]}):
        lie = proof(multiplier=multiplier, sum=[{"known": [1], "basis": ["1"], "gram": [["1"]]}, square])
        refused(claim("b ≥ 0", lie, given="∀ a b : ℝ, a ≥ 0 → a*b ≥ 0 → "), "multiplier")


def test_a_negative_multiplier_is_refused():
    lie = {
        "multiplier": [{"known": [], "basis": ["1"], "gram": [["-1"]]}],
        "sum": [{"known": [0], "basis": ["1"], "gram": [["1"]]}],
        "equalities": [],
    }
    refused(claim("-a ≥ 0", lie), "not positive semidefinite")


def test_a_hypothesis_that_is_not_there_is_refused():
    lie = {"multiplier": [UNIT], "sum": [{"known": [2], "basis": ["1"], "gram": [["1"]]}], "equalities": []}
    refused(claim("a - b ≥ 0", lie), "expected the place of something known")
    refused(claim("a - b ≥ 0", {**lie, "sum": [{"known": [-1], "basis": ["1"], "gram": [["1"]]}]}), "the place")
    refused(claim("a - b ≥ 0", {**lie, "sum": [{"known": [True], "basis": ["1"], "gram": [["1"]]}]}), "the place")


def test_an_equality_is_not_taken_from_an_inequality():
    lie = {"multiplier": [UNIT], "sum": [], "equalities": [{"known": 0, "times": "-1"}]}
    refused(claim("-a ≥ 0", lie), "is > 0")


def test_what_is_zero_is_not_positive():
    lie = {"multiplier": [UNIT], "sum": [{"known": [2], "basis": ["1"], "gram": [["1"]]}], "equalities": []}
    refused(claim("a - b > 0", lie, given=POSITIVE + "a = b → "), "is = 0")


def test_what_is_not_negative_is_not_shown_to_be_positive():
    refused(claim("a/b + b/a > 2", PROOF), "≥ 0, not > 0")


def test_a_proof_of_the_other_direction_is_refused():
    refused(claim("a/b + b/a ≤ 2", PROOF), "no identity")


# Reading


def test_a_sign_that_is_not_a_hypothesis_is_not_used():
    for given in ("∀ a b : ℝ, a > 0 → ", "∀ a b : ℝ, a > 0 → b > -1 → ", "∀ a b : ℝ, a > 0 → b ≠ 0 → "):
        with_zero = claim("a/b + b/a ≥ 2", PROOF, given=given)
        assert "denominator is not 0" in refused(with_zero).text


def test_a_denominator_of_unknown_sign_is_not_multiplied_away():
    one = proof(sum=[UNIT])
    refused(relate("1/b ? 0", ">", [one], [{"b": "1"}], given="∀ b : ℝ, "), "no identity")


def test_a_claim_with_a_root_of_something_that_may_be_negative_is_refused():
    lie = {"multiplier": [UNIT], "sum": [], "equalities": [{"known": 1, "times": "1"}]}
    refused(claim("(√a)^2 = a", [lie, lie], given="∀ a b : ℝ, b > 0 → "), "not negative")


def test_the_root_of_a_square_is_not_what_was_squared():
    judged = relate(
        "√(b^2) ? b", "=", [{"multiplier": [UNIT], "sum": [], "equalities": []}] * 2, [{"b": "1"}], given="∀ b : ℝ, "
    )
    refused(judged, "no identity")


def test_powers_of_a_variable_that_may_be_negative_are_refused():
    judged = claim("b ≥ 0", PROOF, powers={"b": 2}, given="∀ a b : ℝ, a > 0 → ")
    refused(judged, "never negative")


@pytest.mark.parametrize("power", [1, 0, -2, 10**9, True, "2", 1.5])
def test_odd_powers_are_refused(power):
    refused(claim("a/b + b/a ≥ 2", PROOF, powers={"a": power}), "expected 2 to 12")


def test_hypotheses_that_contradict_each_other_prove_nothing():
    given = "∀ a b : ℝ, a > 0 → a < 0 → b > 0 → "
    refused(claim("a/b + b/a ≥ 2", PROOF, given=given), "does not keep the hypotheses")


@pytest.mark.parametrize(
    "source",
    ["∀ n : ℕ, n ≥ 0", "∀ a : ℝ, ∃ b : ℝ, a < b", "∀ a : ℝ, a > b", "∀ a a : ℝ, a ≥ a", "1 ≥"],
)
def test_statements_outside_the_notation_are_no_problems(source):
    with pytest.raises(BadInput):
        claim("", PROOF, given=source)


@pytest.mark.parametrize("goal", ["a^(7/2*2) > 0", "a^(1/2) > 0", "a^(2 - 3) > 0"])
def test_exponents_that_lean_takes_for_natural_numbers_are_not_read_as_reals(goal):
    refused(claim(goal, proof(sum=[UNIT])), "expected a numeral")


def test_numerals_alone_that_lean_takes_for_natural_numbers_are_not_read_as_reals():
    with pytest.raises(BadInput, match="natural numbers"):
        claim("1/2 > 0", proof(sum=[UNIT]))


# Best constants


def test_a_bound_that_is_too_good_is_refused():
    refused(bound(LARGEST, "5/2", PROOF, point={"a": "1", "b": "2"}), "no identity")


def test_a_bound_that_is_not_the_best_is_refused():
    weaker = proof(sum=[SQUARE, {"known": [0, 1], "basis": ["1"], "gram": [["1"]]}])
    refused(bound(LARGEST, "1", weaker, point=ONES), "not equal there")


def test_a_bound_that_is_reached_outside_the_domain_only_is_refused():
    one = proof(sum=[UNIT])  # a² + 2ab + b² is evidently positive there
    refused(bound(LARGEST, "-2", one, point={"a": "1", "b": "-1"}), "does not keep the hypotheses")


def test_a_bound_is_not_the_best_where_a_better_one_holds_at_the_point():
    """There both sides are 0 whatever C is."""
    source = f"largest C : ℝ, {POSITIVE}(a - b)^2 ≥ C*(a - b)^2"
    nothing = {"multiplier": [UNIT], "sum": [], "equalities": []}
    refused(bound(source, "1", nothing, point=ONES), "better constant")
    square = {"known": [], "basis": ["a - b"], "gram": [["1"]]}
    refused(bound(source, "0", proof(sum=[square]), point=ONES), "better constant")


@pytest.mark.parametrize("value", ["√(-4)", "√2/(√2 - √2)", "1/0"])
def test_a_value_that_is_no_number_does_not_make_everything_provable(value):
    lie = proof(sum=[{"known": [2], "basis": ["1"], "gram": [["1"]]}])
    assert isinstance(bound(LARGEST, value, lie, point=ONES), Rejected)


def test_a_largest_constant_that_should_be_a_smallest_is_refused():
    source = f"smallest C : ℝ, {POSITIVE}a/b + b/a ≥ C"
    refused(bound(source, "2", PROOF, point=ONES), "better constant")


def test_a_constant_under_a_root_is_not_taken_for_a_linear_one():
    source = f"largest C : ℝ, {POSITIVE}a/b + b/a ≥ √C"
    refused(bound(source, "4", PROOF, point=ONES), "linearly")


def test_a_curve_that_leaves_the_domain_is_refused():
    source = f"largest C : ℝ, {POSITIVE}a + b > C"
    whole = proof(sum=[UNIT])  # a + b is evidently positive
    accepted = bound(source, "0", whole, curve={"a": "t", "b": "t"})
    assert isinstance(accepted, Accepted), accepted
    refused(bound(source, "0", whole, curve={"a": "t", "b": "-t"}), "hypotheses")
    refused(bound(source, "0", whole, curve={"a": "t", "b": "1"}), "does not tend")
    refused(bound(source, "0", whole, curve={"a": "t", "b": "1/(t - t)"}), "zero")
    refused(bound(source, "0", whole, curve={"a": "t"}), "each variable")
    refused(bound(source, "0", whole, curve={"a": "t", "b": "t*(((9^40)^40)^40)^40"}), "simpler")
    refused(bound(source, "0", whole, curve={"a": "t", "b": "√t"}), "only along a curve")
    refused(bound(source, "0", whole, point={"a": "0", "b": "0"}), "hypotheses")


# Relations


def test_a_relation_weaker_than_the_strongest_is_refused():
    refused(relate("a/b + b/a ? 1", "≥", [proof(sum=[SQUARE, {**UNIT, "known": [0, 1]}])], [ONES, ONES]), "left")


def test_none_needs_a_point_on_each_side():
    refused(relate("a/b + b/a ? 1", "none", [], [ONES, ONES]), "left")
    refused(relate("a/b + b/a ? 3", "none", [], [ONES]), "2 points")


def test_a_point_near_equality_is_not_equal():
    near = {"a": "1", "b": "1000000001/1000000000"}
    refused(relate("a/b + b/a ? 2", "≥", [PROOF], [near, {"a": "1", "b": "2"}]), "left")


def test_what_was_only_sampled_is_not_called_proved():
    samples = [ONES, {"a": "1", "b": "2"}]
    content = {"value": "2", "point": ONES, "samples": samples}
    judged = judge(LARGEST, "real-bound", content)
    assert isinstance(judged, Accepted)
    assert judged.verdict == Tested(2)
    refused(judge(LARGEST, "real-bound", {**content, "samples": [*samples, ONES]}), "differ")
    refused(judge(LARGEST, "real-bound", {**content, "samples": [{"a": "1", "b": "-1"}]}), "hypotheses")
    refused(judge(LARGEST, "real-bound", {**content, "samples": []}), "1 to")
    refused(judge(LARGEST, "real-bound", {**content, "value": "5/2", "point": {"a": "1", "b": "2"}}), "fails at")
    relation = {"relation": "≥", "points": samples, "samples": samples}
    refused(judge(f"relate {POSITIVE}a/b + b/a ? 3", "real-relation", relation), "left")


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"proof": PROOF, "point": ONES},
        {"proof": None, "point": ONES, "powers": {}},
        {"proof": PROOF, "point": {"a": "1"}, "powers": {}},
        {"proof": PROOF, "point": {"a": "x", "b": "1"}, "powers": {}},
        {"proof": PROOF, "point": {"a": "1/0", "b": "1"}, "powers": {}},
        {"proof": PROOF, "point": {"a": "9^40^40^40^40", "b": "1"}, "powers": {}},
        {"proof": PROOF, "point": {"a": 1, "b": "1"}, "powers": {}},
        {"proof": PROOF, "point": ONES, "powers": []},
        {"proof": proof(sum=[{**SQUARE, "basis": ["a"]}]), "point": ONES, "powers": {}},
        {"proof": proof(sum=[{**SQUARE, "basis": ["a", "__import__"]}]), "point": ONES, "powers": {}},
        {"proof": proof(sum=[{**SQUARE, "basis": ["a", "b^99999"]}]), "point": ONES, "powers": {}},
        {"proof": proof(sum=[{**SQUARE, "gram": [["1/0", "-1"], ["-1", "1"]]}]), "point": ONES, "powers": {}},
        {"proof": proof(sum=[{**SQUARE, "gram": [["nan", "-1"], ["-1", "1"]]}]), "point": ONES, "powers": {}},
        {"proof": proof(sum=[{**SQUARE, "gram": [[1, -1], [-1, 1]]}]), "point": ONES, "powers": {}},
        {"proof": proof(sum=[{**SQUARE, "weight": "1"}]), "point": ONES, "powers": {}},
        {"proof": proof(sum=[{}] * 1000), "point": ONES, "powers": {}},
        {"proof": proof(equalities=[{"known": 0}]), "point": ONES, "powers": {}},
        {"proof": PROOF, "point": ONES, "powers": {}, "verdict": "proved"},
    ],
)
def test_a_forged_candidate_is_refused_without_a_traceback(content):
    refused(judge(POSITIVE + "a/b + b/a ≥ 2", "real-certificate", content))


def test_a_point_where_a_broken_power_has_no_value_shows_nothing():
    """x^(2/3) is the square of a root: a bound for x ≥ 0 is not the best because of what (-8)^(2/3) might be."""
    source = "largest C : ℝ, ∀ x : ℝ, x^(2/3 : ℝ) + 1 + x ≥ C"
    squares = [
        {"known": [], "basis": ["r1"], "gram": [["1"]]},
        {"known": [0], "basis": ["1"], "gram": [["1"]]},
        {"known": [], "basis": ["1"], "gram": [["4"]]},
    ]
    assert isinstance(bound(source, "-3", proof(sum=squares), powers={}, point={"x": "-8"}), Rejected)
    judged = judge("relate ∀ x : ℝ, x * x^(2/3 : ℝ) ? 0", "real-relation",
                   {"relation": "none", "proofs": [], "powers": {}, "points": [{"x": "-1"}, {"x": "1"}]})  # fmt: skip
    assert isinstance(judged, Rejected)
