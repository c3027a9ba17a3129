"""Claims in Lean's notation mean what Lean means by them."""

from __future__ import annotations

import pytest
import z3

from lemmata.errors import BadInput
from lemmata.provers.terms.claim import split_claim, to_smtlib
from lemmata.provers.terms.lean_reader import read_claim

HOLD = [
    "∀ x y : Int, x < y → x + 1 ≤ y",
    "forall x y : Int, x < y -> x + 1 <= y",
    "∀ n : ℕ, n - n = 0",
    "2 - 3 = 0",
    "∀ n : ℕ, 0 - n = 0 ∧ n / 0 = 0 ∧ n % 0 = n",
    "∀ x : ℤ, x / 0 = 0 ∧ x % 0 = x",
    "(-7 : Int) / 2 = -4 ∧ (-7 : Int) % 2 = 1 ∧ (7 : Int) / -2 = -3 ∧ (7 : Int) % -2 = 1",
    "∀ (n : ℕ) (x : ℤ), x = n → n - 1 ≥ x - 1",
    "∀ n : ℕ, (n : ℤ) - 1 < n",
    "∀ n : ℕ, ((n : ℤ) - 1 < 0 ↔ n = 0)",
    "∀ x : Int, -x ^ 2 ≤ 0",
    "∀ x y : Int, x - y - y = x - 2 * y",
    "2 ^ 3 ^ 2 = 512",
    "2 ^ 100 = 4 ^ 50",
    "∀ x : ℝ, x / 0 = 0",
    "∀ x > (0 : ℝ), ∃ y : ℝ, 0 < y ∧ y < x",
    "∀ x y, x < y → x < (y : ℝ)",
    "∀ p q : Prop, ¬ p ∧ q → q ∨ p ↔ True",
    "∀ p q : Prop, (p → q → p)",
    "∀ p q r : Prop, (p ∨ q ∧ r) ↔ (p ∨ q) ∧ (p ∨ r)",
    "∀ x : Int, ¬ x = 0 → |x| ≥ 1",
    "∀ x : Int, (0 ∣ x ↔ x = 0) ∧ 1 ∣ x ∧ x ∣ 0",
    "∀ x y : Int, min x y ≤ max x y ∧ min x 3 ≤ 3",
    "∀ x : Int, (if x > 0 then x else 0 - x) = |x|",
    "∀ (x : Int) (h : x > 3), x ≥ 4",
    "∀ x : Int, ∀ x : Nat, x ≥ 0",
    "∃ x : Int, x > 3 ∧ x < 5",
    "∀ n : Nat, 2 ∣ n * (n + 1)",
    "∀ x : ℚ, 2 * (x / 2) = x",
    "∀ div mod abs_ : Int, div < mod → div ≤ mod",
    "∀ q : ℚ, q ≥ 0 → q ^ 2 ≥ 0",
]
FAIL = [
    "∀ n : ℕ, n - 1 < n",
    "∀ n m : ℕ, n - m + m = n",
    "∀ n : ℕ, ((n - 1 : ℕ) : ℤ) < n",
    "∀ x y : Int, y * (x / y) = x",
    "∀ x : Int, x % 2 = 1 → x % 4 = 1",
    "∀ x y : Int, x * y > 0 → x > 0",
    "3 - 5 + 5 = 3",
    "∀ p q : Prop, (p → q) → p",
    "∀ x : Int, x ^ 2 > 0",
]


def solve(claim: str) -> z3.CheckSatResult:
    solver = z3.Solver()
    solver.set("timeout", 10_000)
    solver.from_string(to_smtlib(claim))
    return solver.check()


@pytest.mark.parametrize("claim", HOLD)
def test_what_lean_proves_is_unsatisfiable_when_negated(claim):
    assert solve(claim) == z3.unsat


@pytest.mark.parametrize("claim", FAIL)
def test_what_lean_refutes_is_satisfiable_when_negated(claim):
    assert solve(claim) == z3.sat


@pytest.mark.parametrize(
    ("claim", "place"),
    [
        ("∀ x, x = x", "claim:3"),
        ("∀ x : Int, y < x", "claim:12"),
        ("∀ n : Nat, -1 < n", "claim:12"),
        ("∀ x : Int, x < x < x", "claim:18"),
        ("∀ x : Int, f x = 1", "claim:12"),
        ("∀ x : Int, x + 1", "claim:14"),
        ("∀ x : Int, x = ", "claim:16"),
        ("∀ x : Fin, x = x", "claim:7"),
        ("∀ x : Int x = x", "claim:13"),
        ("∀ x : Int, x & 1 = 0", "claim:14"),
        ("∀ p : Prop, p + 1 = 2", "claim:13"),
        ("∀ x y : ℝ, x % y = 0", "claim:14"),
        ("∀ (n : ℕ) (x : ℤ), n ∣ x", "claim:24"),
        ("∀ (n : ℕ) (x : ℤ), min n x = x", "claim:26"),
        ("∀ x : ℤ, (x : ℕ) = 1", "claim:11"),
        ("∀ x : ℝ, 2 ^ x > 0", "claim:14"),
        ("", "claim:1"),
        ("(" * 300 + "1 = 1" + ")" * 300, "claim:151"),
    ],
)
def test_what_is_outside_the_fragment_is_refused_with_its_column(claim, place):
    with pytest.raises(BadInput) as caught:
        read_claim(claim)
    assert caught.value.place == place


def test_hypotheses_are_assertions_of_their_own_and_the_goal_is_last():
    text = to_smtlib("∀ n : ℕ, n > 3 ∧ n < 9 → ∀ x : ℤ, x = n → x > 2")
    asserted = [line for line in text.splitlines() if line.startswith("(assert")]
    assert asserted == [
        "(assert (>= n 0))",
        "(assert (< 3 n))",
        "(assert (< n 9))",
        "(assert (= x n))",
        "(assert (not (< 2 x)))",
    ]


def test_a_variable_named_like_a_function_of_smtlib_keeps_its_own_meaning():
    variables, _, _ = split_claim(read_claim("∀ div and' true : Int, div = 0"))
    assert [v.name for v in variables] == ["div", "and'", "true"]
    text = to_smtlib("∀ div : Int, div = div")
    assert "(declare-const |div.| Int)" in text


def test_rationals_are_not_taken_for_reals_under_an_inner_quantifier():
    with pytest.raises(BadInput, match="Rat"):
        to_smtlib("∀ q : ℚ, q ≥ 0 → ∃ r : ℚ, r * r = q")


@pytest.mark.parametrize(
    "claim", ["2 ^ 2 ^ 2 ^ 2 ^ 2 ^ 2 > 0", "∀ n : ℕ, n ^ 1000 ≥ 0", "∀ n : ℕ, 2 ^ n > 0", "9 ^ 99999 > 1"]
)
def test_a_power_beyond_any_use_is_refused(claim):
    with pytest.raises(BadInput):
        to_smtlib(claim)
