"""Solutions in steps that must not become proofs, and mutants and statements that must not be believed."""

from __future__ import annotations

import pytest

from lemmata.errors import BadInput
from lemmata.provers.base import Backends
from lemmata.tools.lean_mutate import find_mutants
from lemmata.tools.lean_statement_check import Standing, vet_file
from lemmata.tools.lean_steps import check_solutions

pytestmark = pytest.mark.lean
LIES = {
    "a lemma that is not proved": (
        "theorem lie : 1 = 2 := by sorry\n\ntheorem t : 2 = 3 := by\n  have h := lie\n  sorry\n"
    ),
    "a step that stays open": "theorem t (p : Prop) : p := by\n  have h : p := by sorry\n  exact h\n",
    "a contradiction out of nothing": "theorem t : 1 = 2 := by\n  have h : False := by sorry\n  exact h.elim\n",
    "evaluation in place of proof": "theorem t : 1 = 2 := by\n  have h : 1 = 2 := by native_decide\n  sorry\n",
    "an option that skips the kernel": (
        "theorem t : 1 = 2 := by\n  set_option debug.skipKernelTC true in\n"
        "  have h : 1 = 2 := by decide +kernel\n  sorry\n"
    ),
    "the theorem as its own lemma": "theorem t : 1 = 2 := by\n  have h : 1 = 2 := t\n  sorry\n",
    "an unproved constant": "theorem t : 1 = 2 := by\n  have h : 1 = 2 := sorryAx _ true\n  sorry\n",
    "code that runs": "theorem t : 1 = 2 := by\n  run_tac Lean.Elab.admitGoal\n  sorry\n",
    "notation that hides the claim": (
        'macro "X" : term => `(True)\ntheorem t : 1 = 2 := by\n  have h : X := by sorry\n  sorry\n'
    ),
    "a goal that is admitted": "theorem t : 1 = 2 := by\n  have h : 1 = 1 := by sorry\n  admit\n",
}


@pytest.mark.parametrize("lie", LIES, ids=str)
def test_no_lie_becomes_a_proof(backends: Backends, lie: str) -> None:
    try:
        found = list(check_solutions("p.lean", LIES[lie], backends, wall_s=5))
    except BadInput:
        return
    assert found
    assert not any(s.proof for s in found), found


def test_an_axiom_of_the_file_is_named_wherever_it_is_used(backends: Backends) -> None:
    axiom = "axiom odd (n : Nat) : n = n + 1\n@[simp] theorem odder (n : Nat) : (n = n + 1) = True := eq_true (odd n)\n"
    (found,) = check_solutions(
        "p.lean", f"{axiom}theorem t : 5 = 6 := by\n  have h := odd 5\n  sorry\n", backends, wall_s=9
    )
    assert found.axioms == (("odd",) if found.proof else ())
    mutants = list(find_mutants("p.lean", axiom, backends, limit=2, wall_s=8))
    assert all(m.how.endswith("the file's own axioms odd") for m in mutants)
    vetted = {
        v.name: v for v in vet_file("p.lean", f"{axiom}theorem t (n : Nat) : n = n + 1 := odd n\n", backends, wall_s=9)
    }
    trivial = vetted["t"].standing is Standing.TRIVIAL
    assert not trivial or vetted["t"].detail.endswith("the file's own axioms odd")


def test_a_library_may_not_be_made_up_by_a_file(backends: Backends) -> None:
    with pytest.raises(BadInput, match="no module"):
        list(find_mutants("p.lean", "import Made.Up\ntheorem t : 1 = 1 := rfl\n", backends, wall_s=5))
