"""Practising on a theorem as in LeanDojo's `Dojo`, with a real Lean."""

from __future__ import annotations

import pytest

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Theorem
from lemmata.provers.base import Backends
from lemmata.provers.lean.check import check_proof
from lemmata.provers.lean.worker import lean_of
from lemmata.tools.lean_dojo import Dojo, LeanError, ProofFinished, TacticState
from lemmata.verdict import Accepted

pytestmark = pytest.mark.lean
SOURCE = """\
def twice : Nat → Nat
  | 0 => 0
  | n + 1 => twice n + 2

theorem t (n : Nat) : twice n = 2 * n := by sorry
"""
PROBLEM = Theorem(name="p.lean", source=SOURCE, language="lean", target="t")


def test_tactics_lead_to_a_proof_that_the_checker_accepts(backends: Backends) -> None:
    with Dojo(PROBLEM, backends) as (dojo, start):
        assert start.pp == "n : Nat\n⊢ twice n = 2 * n"
        cases = dojo.run_tac(start, "induction n with\n| zero => rfl\n| succ k ih => skip")
        assert isinstance(cases, LeanError)
        cases = dojo.run_tac(start, "induction n")
        assert isinstance(cases, TacticState)
        assert cases.num_goals == 2
        assert cases.pp.startswith("case zero\n⊢ twice 0 = 2 * 0\n\ncase succ\n")
        left = dojo.run_tac(cases, "· rfl")
        assert isinstance(left, TacticState)
        done = dojo.run_tac(left, "simp only [twice]\nomega")
        assert isinstance(done, LeanError)
        done = dojo.run_tac(left, "(simp only [twice]; omega)")
        assert isinstance(done, ProofFinished)
        body = dojo.proof(done)
    found = check_proof(PROBLEM, Candidate(form="lean-proof", content={"body": body}, origin="t"), backends, Limits())
    assert isinstance(found, Accepted), found


def test_what_is_no_proof_is_an_error_in_leans_words(backends: Backends) -> None:
    with Dojo(PROBLEM, backends) as (dojo, start):
        assert isinstance(dojo.run_tac(start, "sorry"), LeanError)
        wrong = dojo.run_tac(start, "exact rfl")
        assert isinstance(wrong, LeanError)
        assert wrong.error


def test_states_are_made_again_when_their_process_has_ended(backends: Backends) -> None:
    with Dojo(PROBLEM, backends) as (dojo, start):
        cases = dojo.run_tac(start, "cases n")
        assert isinstance(cases, TacticState)
        lean_of(backends).elaborator.discard()
        left = dojo.run_tac(cases, "rfl")
        assert isinstance(left, TacticState)
        assert left.num_goals == 1


def test_a_state_of_another_dojo_is_refused(backends: Backends) -> None:
    with Dojo(PROBLEM, backends) as (dojo, start):
        for other in (TacticState("⊢ True", 99), TacticState("⊢ True", start.id)):
            with pytest.raises(BadInput, match="expected a state of this dojo"):
                dojo.run_tac(other, "trivial")


def test_a_statement_that_does_not_elaborate_is_bad_input(backends: Backends) -> None:
    wrong = Theorem(name="w.lean", source="theorem t : nothing = 1 := by sorry\n", language="lean", target="t")
    with pytest.raises(BadInput, match="does not elaborate"), Dojo(wrong, backends):
        pass
