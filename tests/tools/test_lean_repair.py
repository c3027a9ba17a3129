"""Repair of Lean proofs: where they are, what is tried, and that only what the judge accepts counts as repaired."""

from __future__ import annotations

import re

import pytest

from lemmata.errors import BadInput
from lemmata.provers.base import Backends
from lemmata.tools.lean_repair.brackets import balanced
from lemmata.tools.lean_repair.cutting import as_axioms, body_of, find_proofs, open_theorem
from lemmata.tools.lean_repair.lean3 import from_lean3
from lemmata.tools.lean_repair.whole import ProofRepair, first_error, repair_theorems, repaired

SUMS = """\
def sumTo : Nat → Nat
  | 0 => 0
  | n + 1 => (n + 1) + sumTo n

"""
CLOSED = f"""\
{SUMS}theorem closed (n : Nat) : 2 * sumTo n = n * (n + 1) := by
  induction n with
  | zero => rfl
  | succ k ih =>
    rw [sumTo, Nat.mul_add, ih]
    rw [← Nat.add_mul]
    rw [Nat.mul_comm]
    rw [Nat.add_comm 2 k]
"""
SWAP = "theorem swap (p q : Prop) (h : p ∧ q) : q ∧ p := "


def test_a_proof_ends_where_the_next_command_begins_whatever_it_holds() -> None:
    source = (
        "namespace A\n\ntheorem a (h : 1 = (1 : Nat)) : 1 = 1 := by\n  exact (h\n\n/-- doc -/\n"
        "@[simp] theorem b : 2 = 2 :=\nbegin\n  refl,\nend\n\n"
        "lemma c : ∀ n : Nat, n = n\n  | 0 => rfl\n  | n + 1 => rfl\n\nend A\n"
    )
    found = find_proofs(source)
    assert [p.name for p in found] == ["a", "b", "c"]
    assert [body_of(source, p) for p in found] == [
        "by\n  exact (h",
        "\nbegin\n  refl,\nend",
        "| 0 => rfl\n  | n + 1 => rfl",
    ]
    assert [p.by_patterns for p in found] == [False, False, True]
    assert open_theorem(source, found, 1)[1] == "A.b"


def test_an_indented_command_is_no_part_of_the_proof_before_it() -> None:
    source = "theorem a : 1 = 1 := by\n  omega]\n  theorem b : 2 = 2 := rfl\n"
    assert [body_of(source, p) for p in find_proofs(source)] == ["by\n  omega]", "rfl"]


def test_earlier_theorems_are_axioms_for_later_ones() -> None:
    source = "@[simp] theorem a : 1 = 1 := by\n  broken (\n\ntheorem b : 1 = 1 := a\n"
    text, _ = open_theorem(source, find_proofs(source), 1)
    assert text == "@[simp] axiom a : 1 = 1\n\ntheorem b : 1 = 1 := by sorry\n"
    assert as_axioms("theorem a : 1 = 1 := rfl\n", find_proofs("theorem a : 1 = 1 := rfl\n")) == "axiom a : 1 = 1\n"


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("by\n  exact (f x\n  omega", "by\n  exact (f x)\n  omega"),
        ("by\n  exact ⟨h.2, h.1", "by\n  exact ⟨h.2, h.1⟩"),
        ("by\n  rw [a, b\n  rfl", "by\n  rw [a, b]\n  rfl"),
        ("by\n  exact f x)", "by\n  exact f x"),
        ("by\n  exact (f x]", "by\n  exact (f x)"),
    ],
)
def test_a_bracket_is_put_where_it_was(broken: str, whole: str) -> None:
    assert whole in list(balanced(broken))


def test_idioms_of_lean_3() -> None:
    assert from_lean3("begin\n  cases h with hp hq,\n  split,\n  { exact hq },\n  { exact hp },\nend") == (
        "by\n  obtain ⟨hp, hq⟩ := h\n  constructor\n  · exact hq\n  · exact hp"
    )
    assert from_lean3("λ x y, nat.succ_le_of_lt x") == "fun x y => Nat.succ_le_of_lt x"
    assert from_lean3("by\n  rw h at k,\n  have e : a = b, from rfl,") == "by\n  rw [h] at k\n  have e : a = b := rfl"


def repair(backends: Backends, source: str, *, wall_s: float = 30.0) -> tuple[str, list[ProofRepair]]:
    found = list(repair_theorems(source, backends, name="p.lean", wall_s=wall_s))
    return repaired(source, found), [each for _, each in found]


DAMAGED = {
    "bracket": (SWAP + "by\n  exact ⟨h.2, h.1\n", "⟨h.2, h.1⟩"),
    "Lean 3": (
        SWAP + "\nbegin\n  cases h with hp hq,\n  split,\n  { exact hq },\n  { exact hp },\nend\n",
        "constructor",
    ),
    "indentation": (SWAP + "by\n  obtain ⟨a, b⟩ := h\n  constructor\n   · exact b\n  · exact a\n", "· exact a"),
    "tab": (SWAP + "by\n\texact ⟨h.2, h.1⟩\n", "exact ⟨h.2, h.1⟩"),
    "names of Mathlib": (CLOSED.replace("Nat.mul_add", "mul_add").replace("Nat.add_mul", "add_mul"), "Nat.mul_add, ih"),
    "misspelt": (CLOSED.replace("Nat.add_comm 2 k", "Nat.add_com 2 k"), "Nat.add_comm 2 k"),
    "absent tactic": ("theorem t (a b : Nat) (h : a < b) : a + 2 ≤ b + 1 := by\n  linarith\n", "  omega"),
    "direction": ("theorem t (a b : Nat) (h : a = b) (k : b = 3) : a = 3 := by\n  rw [← h]\n  exact k\n", "rw [h]\n"),
    "deleted step": (CLOSED.replace("    rw [Nat.add_comm 2 k]\n", ""), "rw [Nat.mul_comm]\n    "),
    "hypothesis": (SWAP + "by\n  exact ⟨h.2, hp.1⟩\n", "⟨h.2, h.1⟩"),
    "witness": ("theorem t : ∃ n : Nat, n * n = 49 := by\n  refine ⟨8, ?_⟩\n  decide\n", "⟨7, ?_⟩"),
    "missing by": ("theorem t (a : Nat) : a < a + 1 :=\n  omega\n", "by omega"),
    "sorry": ("theorem t (a : Nat) (h : 2 ≤ a) : 4 ≤ a * 2 := by\n  have k : 1 ≤ a := sorry\n  omega\n", "  omega"),
    "term": ("theorem t (p q : Prop) (h : p ∧ q) : q ∧ p :=\n  ⟨h.1, h.2⟩\n", "h"),
}


@pytest.mark.lean
@pytest.mark.parametrize("kind", DAMAGED)
def test_damage_is_repaired_and_the_statement_stays(backends: Backends, kind: str) -> None:
    source, expected = DAMAGED[kind]
    whole, found = repair(backends, source)
    assert [each.holds for each in found] == [True], found
    assert found[0].wrong
    assert found[0].done
    assert expected in whole
    (old,), (new,) = find_proofs(source), find_proofs(whole)
    assert whole[: new.assign[1]] == source[: old.assign[1]]
    assert first_error(whole, backends) == ""
    assert not re.search(r"\bsorry\b", whole)


@pytest.mark.lean
def test_what_holds_is_left_alone_and_what_is_false_stays_unrepaired(backends: Backends) -> None:
    source = CLOSED + "\ntheorem false_one (n : Nat) : n < 5 := by\n  omega\n\ntheorem good : 1 + 1 = 2 := by decide\n"
    whole, found = repair(backends, source, wall_s=6)
    assert [each.holds for each in found] == [True, False, True]
    assert whole == source
    assert "omega could not prove" in found[1].wrong


@pytest.mark.lean
def test_several_errors_in_one_proof_and_a_repair_that_rests_on_an_earlier_theorem(backends: Backends) -> None:
    source = (
        "theorem base (a b : Nat) (h : a ≤ b) : a ≤ b + 3 := by\n  linarith\n\n"
        "theorem uses (a b c : Nat) (h : a ≤ b) (k : b ≤ c) : a ≤ c + 3 ∧ c = c := by\n"
        "  constructor\n  · exact base a c (le_trans h kk)\n  · exact refl\n"
    )
    _, found = repair(backends, source)
    assert [each.holds for each in found] == [True, True]
    assert found[0].rests_on == ()


@pytest.mark.lean
def test_a_lemma_becomes_a_theorem_where_lean_knows_no_lemmas(backends: Backends) -> None:
    source = "lemma a (n : Nat) : n < n + 1 := by\n  omega\n\n"
    source += "lemma b (m n : Nat) (h : m < n) : m < n + 2 := by\n  linarith\n"
    whole, found = repair(backends, source)
    assert whole == source.replace("lemma", "theorem").replace("linarith", "omega")
    assert found[1].wrong == "unknown tactic `linarith`"
    assert found[1].done == ("`lemma` became `theorem`", "`linarith` taken out", "an open goal proved")
    assert first_error(whole, backends) == ""


@pytest.mark.lean
@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("hello world\n", "expected Lean with at least one theorem"),
        ("def x := 3\n", "expected Lean with at least one theorem"),
        ("import Nothing.Here\ntheorem t : 1 = 1 := by omegaa\n", "there is no module Nothing.Here"),
        ("theorem t : 1 = 1 := by\n" + "  simp\n" * 20_000, "split it"),
        ("#eval 1\ntheorem t : 1 = 1 := by rfll\n", "runs code"),
    ],
)
def test_what_cannot_be_repaired_is_named(backends: Backends, source: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        repair(backends, source)


@pytest.mark.lean
def test_what_is_no_fault_of_the_proof_is_told_and_the_other_theorems_are_repaired(backends: Backends) -> None:
    source = (
        "theorem a (m n : Nat) (h : m < n) : m + 2 ≤ n + 1 := by\n  linarith\n\n"
        "theorem a : 1 = 1 := by\n  rfll\n\ntheorem c : nothing = 1 := by\n  rfl\n\n"
        "def f : Nat := nonsense\n\ntheorem d : f = 1 := by\n  rfll\n"
    )
    whole, found = repair(backends, source)
    assert [each.holds for each in found] == [True, False, False, False]
    assert "  omega" in whole
    assert "already been declared" in found[1].wrong
    assert "the statement does not elaborate" in found[2].wrong
    assert "nonsense" in found[3].wrong
