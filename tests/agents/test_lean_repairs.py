"""`lemmata repair` on Lean files: what is printed and written, and one line for what can't be repaired."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lemmata.agents.lean_repairs import repair_file
from lemmata.agents.repairs import Outcome
from lemmata.agents.scripted import ScriptedModel
from lemmata.config import Settings
from lemmata.provers.base import Backends

BROKEN = """\
theorem good (a b : Nat) : a + b = b + a := by omega

theorem swap (p q : Prop) (h : p ∧ q) : q ∧ p :=
begin
  cases h with hp hq,
  exact ⟨hq, hp⟩,
end

theorem step (a b : Nat) (h : a < b) : a + 2 ≤ b + 1 := by
  linarith
"""
REPAIRED = """\
theorem good (a b : Nat) : a + b = b + a := by omega

theorem swap (p q : Prop) (h : p ∧ q) : q ∧ p := by
  obtain ⟨hp, hq⟩ := h
  exact ⟨hq, hp⟩

theorem step (a b : Nat) (h : a < b) : a + 2 ≤ b + 1 := by
  omega
"""


def repair(settings: Settings, cwd: Path, *args: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LEMMATA_", "OPENAI_"))}
    env["LEMMATA_HOME"] = str(settings.home)
    argv = [sys.executable, "-m", "lemmata", "repair", "--wall", "20", *args]
    return subprocess.run(argv, env=env, cwd=cwd, capture_output=True, text=True, timeout=200, check=False)


@pytest.mark.lean
def test_proofs_are_repaired_in_place_and_each_is_told(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "b.lean").write_text(BROKEN)
    done = repair(settings, tmp_path, "--in-place", "b.lean")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "b.lean").read_text() == REPAIRED
    told = done.stdout.splitlines()
    assert told[0] == "b.lean: 2 of 3 proofs failed, 2 repaired; the whole file holds"
    assert told[1].startswith("  line 3, swap: it is written in Lean 3;")
    assert told[2].startswith("  line 9, step: ")
    assert "+  omega" in told


@pytest.mark.lean
def test_what_is_not_lean_or_not_there_is_one_line_and_the_other_files_are_repaired(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "prose.lean").write_text("hello world\n")
    (tmp_path / "bytes.lean").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "long.lean").write_text("theorem t : 1 = 1 := by\n" + "  simp [foo]\n" * 90_000)
    (tmp_path / "import.lean").write_text("import Foo.Bar\ntheorem a : 1 = 1 := by omegaa\n")
    (tmp_path / "false.lean").write_text("theorem t : 1 = 2 := by\n  omega\n")
    names = ("prose.lean", "bytes.lean", "long.lean", "import.lean", "none.lean", "false.lean")
    done = repair(settings, tmp_path, "--in-place", *names)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "prose.lean: expected Lean with at least one theorem" in done.stdout
    assert "bytes.lean: expected UTF-8" in done.stdout
    assert "long.lean: expected at most 1000000 characters" in done.stdout
    assert "there is no module Foo.Bar to import" in done.stdout
    assert "none.lean: can't be read: No such file" in done.stdout
    assert "1 of 1 proofs failed, 0 repaired" in done.stdout
    assert "no repair was found" in done.stdout
    assert (tmp_path / "false.lean").read_text() == "theorem t : 1 = 2 := by\n  omega\n"


HARD = """\
theorem hard (f : Nat → Nat) (h : ∀ m n, f (m + n) = f m + f n) (k : f 1 = 7) : f 123 = 861 := by
  linarith
"""
LEMMA = """\
```lean
have step : ∀ n, f (n + 1) = f n + 7 := by
  intro n
  rw [h, k]
have zero : f 0 = 0 := by
  have := h 0 0
  simp at this
  exact this
have all : ∀ n, f n = 7 * n := by
  intro n
  induction n with
  | zero => exact zero
  | succ n ih => rw [step, ih, mul_add]
rw [all]
```
"""


@pytest.mark.lean
def test_the_chat_model_is_told_of_the_error_and_its_proof_is_repaired_as_any(
    backends: Backends, tmp_path: Path
) -> None:
    path = tmp_path / "hard.lean"
    path.write_text(HARD)
    assert repair_file(path, backends, wall_s=4).outcome is Outcome.VIOLATED
    model = ScriptedModel(["```lean\nexact wrong\n```", LEMMA])
    found = repair_file(path, backends, wall_s=6, model=model)
    assert found.outcome is Outcome.NOTHING_LEFT
    assert "a proof by the chat model" in found.words
    assert "Nat.mul_add" in found.patched
    assert found.patched.startswith(HARD.partition("by\n")[0])
    asked = [str(request.messages[-1]["content"]) for request in model.requests]
    assert "linarith" in asked[0]
    assert "unknown tactic" in asked[0]
    assert "wrong" in asked[1]
