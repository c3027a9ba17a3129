"""Claims whose encoding could make a false one look proved."""

from __future__ import annotations

import pytest
import z3

from lemmata.errors import BadInput
from lemmata.provers.terms.claim import to_smtlib


def solve(text: str) -> z3.CheckSatResult:
    solver = z3.Solver()
    solver.set("timeout", 10_000)
    solver.from_string(text)
    return solver.check()


@pytest.mark.parametrize(
    "claim",
    [
        "∀ n : ℕ, n - 1 + 1 = n",
        "∀ a b : ℕ, a - b ≤ 0 → a = b",
        "∀ n : ℕ, n - 5 ≥ 0 → n ≥ 5",
        "1 - 2 + 2 = 1",
    ],
)
def test_subtraction_of_natural_numbers_does_not_go_below_zero(claim):
    assert solve(to_smtlib(claim)) == z3.sat


@pytest.mark.parametrize("claim", ["∀ x : ℤ, x / 0 = 1", "∀ x : ℤ, x % 0 = 0", "∀ x y : ℤ, x / y * y + 1 > x"])
def test_division_by_zero_proves_nothing_that_lean_refutes(claim):
    assert solve(to_smtlib(claim)) == z3.sat


def test_a_zero_divides_only_zero():
    assert solve(to_smtlib("∀ x : ℤ, 0 ∣ x → x = 7")) == z3.sat


def test_a_natural_number_is_never_negative_also_under_a_quantifier():
    assert solve(to_smtlib("∃ n : ℕ, n + 1 = 0")) == z3.sat


def test_contradictory_hypotheses_are_assertions_that_clash_without_the_goal():
    lines = to_smtlib("∀ x : ℤ, x > 3 → x < 2 → x = 1000").splitlines()
    assert lines[-1].startswith("(assert (not ")
    assert solve("\n".join(lines[:-1])) == z3.unsat


def test_the_bound_of_a_natural_number_alone_is_no_contradiction():
    assert solve("\n".join(to_smtlib("∀ n : ℕ, n ≥ 0").splitlines()[:-1])) == z3.sat


@pytest.mark.parametrize(
    "claim",
    [
        "∀ x : ℤ, x = 1) (assert false",
        "∀ |x) (assert false) (| : ℤ, x = 1",
        '∀ x : ℤ, "x" = 1',
        "∀ x : ℤ, x = 1 ; (assert false)",
        "∀ x : ℤ, sorry",
        "∀ true : ℤ, true",
    ],
)
def test_text_smuggled_into_a_claim_is_refused(claim):
    with pytest.raises(BadInput):
        to_smtlib(claim)


def test_a_variable_named_true_is_a_variable():
    assert solve(to_smtlib("∀ true : ℤ, true = 1")) == z3.sat


def test_an_inner_variable_hides_the_outer_one():
    assert solve(to_smtlib("∀ x : ℤ, x = 1 → ∀ x : ℤ, x = 1")) == z3.sat


def test_reals_do_not_stand_in_for_rationals():
    with pytest.raises(BadInput):
        to_smtlib("∃ r : ℚ, r * r = 2")
