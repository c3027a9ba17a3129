"""`lemmata repair` on Lean files: all that fails is mended, statements stay, and what can't be read is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from lemmata.agents.lean_repairs import repair_proofs
from lemmata.agents.repairs import Outcome, Repair
from lemmata.config import Settings

BROKEN = """\
def twice : Nat → Nat
  | 0 => 0
  | n + 1 => twice n + 2

theorem honest (n : Nat) : n = n := by
  rfl

theorem automation (a b c : Nat) (h : a < b) : a + c < b + c := by
  linarith

theorem bracket (p q : Prop) (hp : p) (hq : q) : p ∧ q := by
  exact ⟨hp, hq

theorem misspelt (n : Nat) : 0 + n = n := by
  induction n with
  | zero => rfl
  | succ k ih => rw [Nat.add_suc, ih]

theorem old_style (p q : Prop) (h : p ∧ q) : q ∧ p :=
begin
  cases h with hp hq,
  exact ⟨hq, hp⟩,
end

theorem left_open (n : Nat) : twice n = 2 * n := by
  induction n with
  | zero => rfl
  | succ k ih => sorry
"""


def repair(text: str, tmp_path: Path, settings: Settings, *, wall_s: float = 40.0) -> Repair:
    path = tmp_path / "given.lean"
    path.write_text(text)
    (found,) = repair_proofs([path], settings, wall_s=wall_s)
    return found


@pytest.mark.lean
@pytest.mark.timeout(300)
def test_every_broken_proof_is_mended_and_statements_stay(tmp_path: Path, settings: Settings) -> None:
    found = repair(BROKEN, tmp_path, settings)
    assert found.outcome is Outcome.NOTHING_LEFT, found.words
    assert found.words.startswith("5 of 6 proofs failed, 5 repaired; the whole file holds"), found.words
    for line in BROKEN.splitlines():
        if line.startswith(("theorem", "def")):
            assert line.removesuffix(" :=").removesuffix(" := by") in found.patched
    assert "sorry" not in found.patched
    again = repair(found.patched, tmp_path, settings)
    assert again.words == "all 6 proofs hold; nothing to repair"


@pytest.mark.lean
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hello world\n", "at least one theorem"),
        ("import Mathlib.Foo\ntheorem f : 1 = 1 := by\n  sim\n", "no module Mathlib.Foo"),
        ("theorem f : 1 = 1 := by\n  sim\n" + "-- x\n" * 300_000, "at most"),
        ("#eval 1\ntheorem f : 1 = 1 := by\n  sim\n", "runs code"),
    ],
)
def test_what_can_t_be_read_is_said(text: str, said: str, tmp_path: Path, settings: Settings) -> None:
    found = repair(text, tmp_path, settings)
    assert found.outcome is Outcome.FAILED
    assert said in found.words
