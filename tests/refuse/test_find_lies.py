"""Answers to "find the value" that are wrong, not the only ones, or not shown to be right, and must be refused."""

from __future__ import annotations

import pytest

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Construction
from lemmata.provers.find.check import check_found
from lemmata.provers.terms.evaluate import evaluate
from lemmata.provers.terms.lean_reader import read_claim
from lemmata.verdict import Accepted, Proved, Rejected, Tested

pytestmark = pytest.mark.sandbox


def judge(backends, source, answer, *, wall_s=8.0, **content):
    problem = Construction(name="lie.claim", source=source, language="claim")
    candidate = Candidate(form="answer-value", content={"answer": answer, **content})
    return check_found(problem, candidate, backends, Limits(wall_s=wall_s))


def proved(judged):
    assert isinstance(judged, Accepted), judged
    assert judged.verdict == Proved()


def refused(judged, text=""):
    assert isinstance(judged, Rejected), judged
    assert text in judged.faults[0].text, judged


TWO_ROOTS = "find answer : ℝ where (h : answer ^ 2 = 5 * answer - 6)"
ONE_ROOT = "find answer : ℝ where (h₀ : answer ^ 2 = 5 * answer - 6) (h₁ : 2 < answer)"


def test_the_right_answer_is_accepted_so_that_the_lies_mean_something(backends):
    proved(judge(backends, ONE_ROOT, "3"))


def test_one_of_two_answers_is_not_the_answer(backends):
    refused(judge(backends, TWO_ROOTS, "3"), "nothing else is the answer")


def test_a_value_that_fails_the_conditions_is_refused(backends):
    refused(judge(backends, ONE_ROOT, "2"))


def test_an_answer_close_to_the_right_one_is_refused(backends):
    source = "find answer : ℝ where (h₀ : answer ^ 2 = 2) (h₁ : 0 < answer)"
    proved(judge(backends, source, "√2"))
    refused(judge(backends, source, "141421356237 / 100000000000"))


def test_contradictory_conditions_prove_no_answer(backends):
    refused(judge(backends, "find answer : ℤ where (x : ℤ) (h₀ : x < 0) (h₁ : x > 3) (h₂ : answer = x)", "7"))


def test_hidden_contradictions_prove_no_answer(backends):
    source = "find answer : ℤ where (x : ℤ) (h₀ : x * x = 2) (h₂ : answer = x + 1)"
    for witness in ({"x": "1"}, {}):
        refused(judge(backends, source, "5", witness=witness))


def test_no_number_is_a_witness_for_a_set_that_would_have_to_be_finite(backends):
    source = "find answer : ℕ where (S : Finset ℕ) (h₀ : ∀ n, n ∈ S ↔ 3 < n) (h₁ : answer = S.card)"
    refused(judge(backends, source, "0"))
    refused(judge(backends, source, "0", sets=[[]]))


def test_a_set_with_a_member_missing_is_refused(backends):
    source = "find answer : ℕ where (S : Set ℝ) (h₀ : S = {x | x ^ 2 = 2}) (h₁ : answer = S.ncard)"
    proved(judge(backends, source, "2", sets=[[["√2"], ["-√2"]]]))
    refused(judge(backends, source, "1", sets=[[["√2"]]]))


def test_a_member_counted_twice_is_refused(backends):
    source = "find answer : ℕ where (S : Set ℝ) (h₀ : S = {x | x ^ 2 = 2 ∧ 0 < x}) (h₁ : answer = S.ncard)"
    refused(judge(backends, source, "2", sets=[[["√2"], ["2 / √2"]]]))


def test_an_extremum_of_another_set_is_refused(backends):
    source = "find answer : ℕ where (S : Set ℕ) (h₀ : S = {n | 30 * n ≡ 42 [MOD 47]}) (h₁ : IsLeast S answer)"
    proved(judge(backends, source, "39", values=[["answer", "39"]]))
    refused(judge(backends, source, "86", values=[["answer", "86"]]))
    refused(judge(backends, source, "0", values=[["answer", "0"]]))


def test_zero_is_the_least_natural_number_where_the_set_holds_it(backends):
    source = "find answer : ℕ where (h : IsLeast {k : ℕ | ∃ n : ℕ, 240 * k = n ^ 3} answer)"
    refused(judge(backends, source, "900", values=[["answer", "900"]]))
    proved(judge(backends, source, "0", values=[["answer", "0"]]))


def test_an_unbounded_set_has_no_greatest_member(backends):
    source = "find answer : ℕ where (h : IsGreatest {n : ℕ | n % 2 = 0} answer)"
    refused(judge(backends, source, "2000000", values=[["answer", "2000000"]]))


def test_an_open_end_is_no_greatest_member(backends):
    source = "find answer : ℝ where (h : IsGreatest {x : ℝ | x < 1} answer)"
    refused(judge(backends, source, "1", values=[["answer", "1"]]))


def test_a_value_learnt_of_an_unknown_must_be_the_only_one(backends):
    source = "find answer : ℤ where (x : ℤ) (h₀ : x * x = 4) (h₁ : answer = x)"
    refused(judge(backends, source, "2", values=[["x", "2"]]))


@pytest.mark.parametrize(
    "answer",
    [
        "∑ k ∈ Finset.range 10, k",
        "(if 1 = 1 then 45 else 0)",
        "451 % 58",
        "Nat.gcd 45 90",
        "answer",
        "45.0",
        "-45 + 90",
        "",
        "45 where (h : False)",
        "Finset.card {n : ℕ | n < 45}",
    ],
)
def test_a_restatement_or_nonsense_is_no_answer(backends, answer):
    refused(judge(backends, "find answer : ℕ where (h : answer = ∑ k ∈ Finset.range 10, k)", answer))


def test_an_answer_in_unknowns_is_refused(backends):
    refused(judge(backends, "find answer : ℤ where (x : ℤ) (h : answer = x + 1)", "x + 1"))


def test_an_answer_that_depends_on_what_is_given_must_fit_for_all_of_it(backends):
    source = "find answer : ℝ given (x : ℝ) where (h : answer = (x + 1) ^ 2 * x)"
    proved(judge(backends, source, "x ^ 3 + 2 * x ^ 2 + x"))
    refused(judge(backends, source, "x ^ 3 + 2 * x ^ 2 + x + (x ^ 2 - x)"))
    refused(judge(backends, source, "0"))


def test_what_is_given_must_allow_an_answer_each_time(backends):
    refused(judge(backends, "find answer : ℝ given (x : ℝ) where (h₀ : answer = 1) (h₁ : x = 2)", "1"))


def test_contradictory_givens_are_no_reason_to_prove_anything(backends):
    source = "find answer : ℝ given (x : ℝ) (h : x < x) where (h₁ : answer = 1 ∧ answer = 2)"
    judged = judge(backends, source, "5")
    assert not (isinstance(judged, Accepted) and judged.verdict == Proved()), judged


def test_instances_do_not_stand_in_for_all_when_the_witness_is_checked(backends):
    source = "find answer : ℝ where (a : ℝ) (h₀ : ∀ x : ℝ, a * x * (x - 1) = 0) (h₁ : answer = 2 * a)"
    proved(judge(backends, source, "0", instances={"0": [["2"]]}, witness={"a": "0"}))
    refused(judge(backends, source, "14", instances={"0": [["0"], ["1"]]}, witness={"a": "7"}))


def test_a_split_must_cover_all_values(backends):
    source = "find answer : ℤ where (x : ℤ) (h₀ : x * x * x = x) (h₁ : 0 ≤ x) (h₂ : answer = x * x - x)"
    proved(judge(backends, source, "0", split=[["x", -3, 3]], witness={"x": "1"}))
    refused(judge(backends, source + " (h₃ : x ≠ 1)", "0", split=[["x", 5, 9]], witness={"x": "0"}))


def test_a_split_of_a_number_that_is_not_bounded_is_refused(backends):
    source = "find answer : ℤ where (x : ℤ) (h₀ : x * x * x = 8 * x) (h₁ : answer = x)"
    refused(judge(backends, source, "0", split=["x"], witness={"x": "0"}), "not seen to be bounded")


def test_a_recursion_that_meets_itself_defines_nothing(backends):
    source = "find answer : ℤ where (s : ℕ → ℤ) (h₀ : ∀ n, s (n + 1) = s (n + 1) + 1) (h₁ : answer = s 3)"
    refused(judge(backends, source, "4"))


def test_a_recursion_over_truncated_indices_is_not_misread(backends):
    source = "find answer : ℤ where (s : ℕ → ℤ) (h₀ : s 0 = 5) (h₁ : ∀ n, s n = s (n - 1) + 1) (h₂ : answer = s 2)"
    refused(judge(backends, source, "7", witness={"s": "fun n ↦ 5 + (n : ℤ)"}))  # n = 0 says s 0 = s 0 + 1


def test_first_members_that_contradict_the_rule_are_seen(backends):
    source = "find answer : ℤ where (s : ℕ → ℤ) (h₀ : s 0 = 1) (h₁ : s 2 = 9) (h₂ : ∀ n, s (n + 1) = 2 * s n)"
    refused(judge(backends, source + " (h₃ : answer = s 5)", "32"))


def test_a_function_defined_twice_must_be_the_same(backends):
    source = "find answer : ℝ where (f : ℝ → ℝ) (h₀ : ∀ x, f x = x) (h₁ : ∀ x, f x = x ^ 2) (h₂ : answer = f 1)"
    refused(judge(backends, source, "1"))


def test_pieces_that_overlap_must_agree(backends):
    pieces = "(h₀ : ∀ x ≤ 1, f x = x) (h₁ : ∀ x ≥ {}, f x = 2 * x - 1) (h₂ : answer = f 3)"
    source = "find answer : ℝ where (f : ℝ → ℝ) " + pieces
    proved(judge(backends, source.format(1), "5"))
    refused(judge(backends, source.format(0), "5"))


def test_truncated_subtraction_is_not_forgotten(backends):
    source = "find answer : ℕ where (m x : ℕ) (h₀ : 10 ≤ m) (h₁ : m ≤ 99) (h₂ : 6 * x % m = 1)"
    source += " (h₃ : (x - 36) % m = 0) (h₄ : answer = m)"
    refused(judge(backends, source, "43", split=["m"], witness={"m": "43", "x": "36"}))  # m = 77, x = 13 fits too


def test_division_by_zero_is_zero_and_not_skipped(backends):
    source = "find answer : ℝ where (x : ℝ) (h₀ : answer = x / x)"
    refused(judge(backends, source, "1"))
    proved(judge(backends, source + " (h₁ : x ≠ 0)", "1", witness={"x": "1"}))


def test_a_square_root_of_a_negative_number_is_zero(backends):
    proved(judge(backends, "find answer : ℝ where (h : answer = √(-4))", "0"))
    refused(judge(backends, "find answer : ℝ where (h : answer = √(-4))", "2"))


def test_squaring_loses_no_sign(backends):
    source = "find answer : ℝ where (h₀ : √(answer + 2) = answer)"
    proved(judge(backends, source, "2"))
    refused(judge(backends, source, "-1"))


def test_rationals_are_not_taken_for_reals(backends):
    source = "find answer : ℚ where (h₀ : answer ^ 2 = 2) (h₁ : 0 < answer)"
    refused(judge(backends, source, "√2"))
    source = "find answer : Prop where (h : answer ↔ ∃ r : ℚ, r ^ 2 = 2)"
    refused(judge(backends, source, "True"))


def test_a_quantifier_over_the_integers_is_not_decided_by_trying(backends):
    source = "find answer : Prop where (h : answer ↔ ∀ n : ℕ, n < 5000 ∨ n = 0)"
    refused(judge(backends, source, "True"))
    proved(judge(backends, source, "False"))


def test_an_opaque_function_proves_nothing_about_its_values(backends):
    source = "find answer : ℝ where (h : answer = Real.log 3 / Real.log 2)"
    refused(judge(backends, source, "158 / 100"))
    source = "find answer : ℕ where (p : ℕ) (h₀ : Nat.Prime p) (h₁ : Even p) (h₂ : answer = p)"
    refused(judge(backends, source, "4", witness={"p": "4"}))


def test_what_is_only_tested_is_called_so(backends):
    judged = judge(backends, TWO_ROOTS, "3", tested=True)
    assert isinstance(judged, Accepted)
    assert judged.verdict == Tested(1)
    refused(judge(backends, TWO_ROOTS, "4", tested=True))


@pytest.mark.parametrize(
    "content",
    [
        {"values": "x"},
        {"values": [["nobody", "1"]]},
        {"sets": [[["1"]]]},
        {"split": ["nobody"]},
        {"split": [["answer", 9, 1]]},
        {"witness": [1]},
        {"instances": {"0": "all"}},
        {"tested": 1},
        {"unknown": 1},
    ],
)
def test_a_candidate_of_another_shape_is_refused(backends, content):
    source = "find answer : ℤ where (x : ℤ) (h₀ : x * x = x + answer) (h₁ : answer < x)"
    refused(judge(backends, source, "0", **content))


@pytest.mark.parametrize(
    "source",
    [
        "find answer where (h : True)",
        "find answer : ℝ",
        "find answer : ℂ where (h : True)",
        "find answer : ℝ where (h : answer = ∫ x, x)",
        "find answer : ℝ where (h : answer = y)",
        "find answer : ℝ where (h : answer = 1) garbage",
        "find answer : ℝ where h : answer = 1",
        "answer = 1",
        "",
    ],
)
def test_what_is_no_problem_is_refused_with_its_place(backends, source):
    with pytest.raises(BadInput) as caught:
        judge(backends, source, "1")
    assert caught.value.place.startswith("claim:")


# What a red team found


@pytest.mark.parametrize(
    ("body", "right", "wrong"),
    [
        ("answer = (∑ i ∈ Finset.range 3, 1 / (i + 1) : ℝ)", "11 / 6", "1"),
        ("answer = ((Finset.range 3).sum (fun i => 1 / (i + 1)) : ℝ)", "11 / 6", "1"),
        ("answer = (∏ i ∈ Finset.range 2, (1 - 2 * i) : ℝ)", "-1", "0"),
        ("answer = (max (7 / 2) 1 : ℝ)", "7 / 2", "3"),
    ],
)
def test_the_type_that_is_expected_reaches_the_arguments_as_in_lean(backends, body, right, wrong):
    source = f"find answer : ℝ where (h : {body})"
    proved(judge(backends, source, right))
    refused(judge(backends, source, wrong))


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("{n : ℕ | (n : ℝ) = Real.sin 1 ^ 2 + Real.cos 1 ^ 2}.ncard", "0"),  # 1 is a member
        ("{n : ℕ | (n : ℝ) = (2 + √5)^((1 : ℝ) / 3) - (√5 - 2)^((1 : ℝ) / 3)}.ncard", "0"),
        ("{x : ℚ | (x : ℝ) = √2}.ncard", "1"),  # no rational number is √2
        ("{q : ℚ | (q : ℝ) = 2 * √2 ∨ q = 1}.ncard", "2"),
        ("{x : ℝ | x = (2 + √5)^((1 : ℝ) / 3) ∨ x = (1 + √5) / 2}.ncard", "2"),  # one number, written twice
        ("{d : ℕ | d ∈ Nat.digits 0 5}.ncard", "0"),
    ],
)
def test_members_of_a_set_of_exact_numbers_are_neither_lost_nor_counted_twice(backends, body, wrong):
    refused(judge(backends, f"find answer : ℕ where (h : answer = {body})", wrong))


def test_what_is_given_may_not_contradict_itself(backends):
    source = "find answer : ℝ given (x : ℝ) (h : x < 0) (h2 : 1 < x) where (h3 : answer = 5)"
    for answer in ("5", "7"):
        refused(judge(backends, source, answer), "contradicts itself")


def test_an_infinite_set_is_no_finset(backends):
    source = "find answer : Finset ℕ where (h : ∀ n : ℕ, n ∈ answer ↔ n > 3)"
    refused(judge(backends, source, "Set.Ioi 3"))


def test_a_function_gives_a_set_of_its_own_for_each_argument():
    claim = "(fun (g : ℕ → Set ℕ) => g 1 = g 2) (fun k => {x : ℕ | x < k})"
    assert evaluate(read_claim(f"{claim} → False"), {}) is True
