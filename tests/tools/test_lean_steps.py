"""Worked solutions: each step is proved, refuted, failing or open, and the first fault is named."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Theorem
from lemmata.provers.base import Backends
from lemmata.provers.lean.check import check_proof
from lemmata.tools.lean_steps import Outcome, Solution, check_solutions
from lemmata.verdict import Accepted

pytestmark = pytest.mark.lean
GOOD = """\
namespace N
theorem square (a b : Nat) (h : a + b = 10) : a * a + b * b + 2 * a * b = 100 := by
  have h1 : (a + b) * (a + b) = 100 := by sorry
  have h2 : (a + b) * (a + b) = a * a + b * b + 2 * a * b := by
    sorry
  sorry
end N
"""
BAD = """\
theorem even (n : Nat) (h : n % 4 = 2) : n % 2 = 0 := by
  have h1 : n % 8 = 2 := by sorry
  have h2 : n = 8 * (n / 8) + 2 := sorry
  omega

theorem same (n : Nat) : n + 0 = n := by
  have h1 : n * 2 = n := by omega
  sorry

theorem values (n : Nat) : n < n + 5 := by
  let k := 5
  have h : k = 5 := by sorry
  obtain ⟨m, hm⟩ : ∃ m, m = n + k := by sorry
  sorry

theorem deep (p q : Prop) (f : Nat → Nat) (hf : ∀ n, f n < f (n + 1)) : ∀ n, n ≤ f n := by
  have grows : ∀ m n, f m + n ≤ f (m + n) := by sorry
  intro n
  have : f 0 + n ≤ f n := by
    have := grows 0 n
    sorry
  sorry
"""


@pytest.fixture(scope="module")
def found(backends: Backends) -> dict[str, Solution]:
    return {s.name: s for s in check_solutions("p.lean", BAD, backends, wall_s=12)}


def test_a_solution_whose_steps_hold_becomes_a_proof_that_the_checker_accepts(backends: Backends) -> None:
    (found,) = check_solutions("p.lean", GOOD, backends, wall_s=20)
    assert [(s.name, s.line, s.outcome) for s in found.steps] == [
        ("h1", 3, Outcome.PROVED),
        ("h2", 5, Outcome.PROVED),
        ("goal", 6, Outcome.PROVED),
    ]
    assert (found.name, found.line, found.fault) == ("N.square", 2, None)
    head = GOOD.partition(":= by\n")[0]
    problem = Theorem(name="p", source=f"{head}:= by sorry\n", language="lean", target="N.square")
    candidate = Candidate(form="lean-proof", content={"body": found.proof})
    assert isinstance(check_proof(problem, candidate, backends, Limits(wall_s=60)), Accepted)


def test_a_step_that_is_false_is_named_with_its_counterexample(found: dict[str, Solution]) -> None:
    even = found["even"]
    assert [(s.name, s.line, s.outcome) for s in even.steps] == [("h1", 2, Outcome.REFUTED), ("h2", 3, Outcome.PROVED)]
    assert even.fault is not None
    assert even.fault.detail.startswith("false at n = ")
    assert not even.proof


def test_a_step_whose_own_proof_fails_is_named_and_what_stands_below_is_still_read(found: dict[str, Solution]) -> None:
    same = found["same"]
    assert same.fault is not None
    assert (same.fault.name, same.fault.line, same.fault.outcome) == ("h1", 7, Outcome.FAILING)
    assert "omega could not prove" in same.fault.detail
    assert not same.proof


def test_values_of_let_are_known_and_not_taken_for_free(found: dict[str, Solution]) -> None:
    values = found["values"]
    assert [s.outcome for s in values.steps] == [Outcome.PROVED] * 3
    assert "let k := 5" in values.proof


def test_what_is_not_found_is_left_open_and_never_called_a_fault(found: dict[str, Solution]) -> None:
    deep = found["deep"]
    assert [s.name for s in deep.steps] == ["grows", "this", "goal"]
    assert deep.fault is None
    assert Outcome.REFUTED not in {s.outcome for s in deep.steps}


def test_a_step_that_follows_from_an_unproved_lemma_is_no_proof(backends: Backends) -> None:
    source = "theorem lie : 1 = 2 := by sorry\n\ntheorem t (n : Nat) : n = n + 1 := by\n  have h := lie\n  sorry\n"
    found = {s.name: s for s in check_solutions("p.lean", source, backends, wall_s=6)}
    assert not found["t"].proof
    assert not found["lie"].proof
    assert found["lie"].fault is not None


def test_a_file_without_open_steps_is_bad_input(backends: Backends) -> None:
    with pytest.raises(BadInput, match="expected a proof with steps"):
        list(check_solutions("p.lean", "theorem t : 1 = 1 := rfl\n", backends, wall_s=5))
    with pytest.raises(BadInput, match=r"p.lean, line 1: .*nothing"):
        list(check_solutions("p.lean", "theorem t : nothing = 1 := by\n  sorry\n", backends, wall_s=5))


def test_a_proof_of_a_megabyte_is_refused_at_once(backends: Backends) -> None:
    source = "theorem t : 1 = 1 := by\n" + "  have : 1 = 1 := by rfl\n" * 10_000 + "  sorry\n"
    with pytest.raises(BadInput, match="at most 200000 characters"):
        list(check_solutions("p.lean", source, backends, wall_s=5))


def test_the_command_names_the_step_that_fails(tmp_path: Path) -> None:
    (tmp_path / "p.lean").write_text(BAD.partition("\ntheorem same")[0], "utf-8")

    def steps(*options: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "lemmata", "steps", *options]
        return subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)

    done = steps("p.lean", "none.lean", "--wall", "8")
    assert done.returncode == 2
    assert done.stdout.splitlines()[-1] == "p.lean:1: even: fails at h1, line 2"
    (tmp_path / "q.lean").write_text("theorem q : 1 = 2 := by\n  sorry\n", "utf-8")
    (one,) = map(json.loads, steps("q.lean", "--json", "--wall", "4").stdout.splitlines())
    assert (one["fault"], one["proof"], len(one["steps"])) == ("goal", "", 1)
