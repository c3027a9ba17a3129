"""Statements that are not worth a proof are told, and how that was shown."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lemmata.errors import BadInput
from lemmata.provers.base import Backends
from lemmata.tools.lean_statement_check import Standing, Vetted, vet_file

pytestmark = pytest.mark.lean
FILE = """\
def double (n : Nat) : Nat := 2 * n

theorem plain (a b : Nat) : a + b = a + b := by sorry
theorem simple (xs : List Nat) : (xs ++ []).length = xs.length := by simp
theorem wrong (a b : Nat) (h : a < b) : a * a + 3 < b * b := by
  sorry
theorem empty (a b : Nat) (h : a < b) (g : b < a) : a * 7 = b + 9 := by sorry
theorem good (n : Nat) : n * (n + 1) % 2 = 0 := by sorry
theorem unknown (n : Nat) : tripled n = 0 := by sorry
theorem failing (n : Nat) : double n * n % 2 = 0 := by
  exact rfl
theorem nowhere : ∃ x : Nat, x < 0 := by sorry
"""


@pytest.fixture(scope="module")
def found(backends: Backends) -> dict[str, Vetted]:
    return {v.name: v for v in vet_file("p.lean", FILE, backends, wall_s=30)}


@pytest.mark.parametrize(
    ("name", "line", "standing", "detail"),
    [
        ("plain", 3, Standing.TRIVIAL, "closed by `rfl`"),
        ("simple", 4, Standing.TRIVIAL, "closed by `simp`"),
        ("wrong", 5, Standing.REFUTED, "false at a = 0, b = 1"),
        ("empty", 7, Standing.VACUOUS, "its hypotheses contradict each other"),
        ("good", 8, Standing.USABLE, ""),
        ("unknown", 9, Standing.UNREADABLE, "Unknown identifier `tripled`"),
        ("failing", 10, Standing.USABLE, ""),
        ("nowhere", 12, Standing.REFUTED, "its negation is proved"),
    ],
)
def test_what_is_to_be_thought_of_a_statement(
    found: dict[str, Vetted], name: str, line: int, standing: Standing, detail: str
) -> None:
    assert found[name] == Vetted(name=name, line=line, standing=standing, detail=detail)


def test_a_proof_that_only_seems_to_be_one_makes_nothing_trivial(backends: Backends) -> None:
    source = (
        "@[simp] theorem lie (n : Nat) : n * n + n = 2 * n * n * n := by sorry\n"
        "theorem resting (n : Nat) (h : 1 < n) : n * n + n + 0 = 2 * n * n * n := by sorry\n"
    )
    found = {v.name: v for v in vet_file("p.lean", source, backends, wall_s=20)}
    assert found["lie"].standing is Standing.REFUTED
    assert found["resting"].standing is not Standing.TRIVIAL


def test_a_file_without_theorems_or_with_code_that_runs_is_bad_input(backends: Backends) -> None:
    with pytest.raises(BadInput, match="expected at least one theorem"):
        list(vet_file("p.lean", "def f := 1\n", backends, wall_s=5))
    found = list(vet_file("p.lean", "#eval 1\ntheorem t : 1 = 1 := rfl\n", backends, wall_s=5))
    assert found[0].standing is Standing.UNREADABLE
    assert "runs code" in found[0].detail


def test_the_command_prints_a_line_for_each_theorem(tmp_path: Path) -> None:
    (tmp_path / "p.lean").write_text("theorem t : 1 + 1 = 2 := by sorry\n", "utf-8")
    (tmp_path / "q.lean").write_text("theorem q (n m : Nat) : (n + m) * m = m * n + m * m := by sorry\n", "utf-8")

    def vet(*options: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "lemmata", "vet", *options]
        return subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)

    done = vet("p.lean")
    assert (done.returncode, done.stdout) == (1, "p.lean:1: t: trivial (closed by `rfl`)\n")
    done = vet("q.lean", "--json", "--wall", "5")
    assert (done.returncode, json.loads(done.stdout)) == (
        0,
        {"file": "q.lean", "name": "q", "line": 1, "standing": "usable", "detail": ""},
    )
    done = vet("none.lean", "p.lean")
    assert done.returncode == 2
    assert done.stdout.count("\n") == done.stderr.count("\n") == 1
