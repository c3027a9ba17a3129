"""`lemmata repair` on Lean files: what is printed and written, and one line for what can't be repaired."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lemmata.config import Settings

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
