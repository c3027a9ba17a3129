"""What Lean as a back-end must do: a true claim, a false one, one too hard for its limit; and its proposers with it."""

from __future__ import annotations

import time

import pytest

from lemmata.budget import Limits
from lemmata.certificate import decode_certificate, encode_certificate
from lemmata.config import Settings
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Construction, Problem, Theorem, canonical
from lemmata.provers.base import Backends
from lemmata.provers.lean.check import check_answer, check_disproof, check_proof
from lemmata.provers.lean.worker import LeanFailed, lean_of
from lemmata.provers.recheck import recheck
from lemmata.tools import lean_answers, lean_disproof, lean_portfolio
from lemmata.tools.base import Offer, Propose, Turn
from lemmata.tools.lean_split import join, split_goal
from lemmata.verdict import Accepted, Judgement, Proved, Reason, Refuted, Rejected

pytestmark = [pytest.mark.lean, pytest.mark.sandbox]
LIMITS = Limits(wall_s=60.0)
CHECKS = {"lean-proof": check_proof, "lean-disproof": check_disproof, "lean-answer": check_answer}
TRUE = "theorem t (x y : Int) (h : x < y) : x + 1 ≤ y := by sorry\n"
FALSE = "theorem t (x y : Int) (h : x < y) : x + 2 ≤ y := by sorry\n"
HARD = "theorem t (x y z : Int) : x*x*x + y*y*y + z*z*z ≠ 42 := by sorry\n"
BOTH = "theorem t (n : Nat) : ∀ k > 0, n < n + k ∧ n * 0 = 0 := by sorry\n"
EITHER = "theorem t (a b : Nat) : a ≤ b ↔ ¬ b < a := by sorry\n"


def lean(source: str) -> Theorem:
    return Theorem(name="t.lean", source=source, language="lean", target="t")


def ask(propose: Propose, problem: Problem, backends: Backends, *, wall_s: float = 60.0) -> Offer:
    """Ask until there is a candidate or no more to come; memory goes through JSON, as in a resumed run."""
    memory = None
    until = time.monotonic() + wall_s
    while True:
        offer = propose(Turn(problem=problem, memory=memory, limits=Limits(wall_s=20.0)), backends)
        if offer.candidates or offer.done or time.monotonic() > until:
            return offer
        memory = offer.memory
        assert canonical(memory)


def solve(propose: Propose, problem: Problem, backends: Backends) -> Judgement | None:
    offer = ask(propose, problem, backends)
    if not offer.candidates:
        return None
    (candidate,) = offer.candidates
    return CHECKS[candidate.form](problem, candidate, backends, LIMITS)


@pytest.mark.parametrize(
    ("source", "body"),
    [
        (TRUE, "by omega"),
        (TRUE, "Int.add_one_le_of_lt h"),
        ("theorem t (p q : Prop) (h : p ∨ q) : q ∨ p := by sorry", "by\n  rcases h with h | h\n  all_goals simp [h]"),
        ("theorem t : ∀ a b : Fin 5, a + b = b + a := by sorry", "by decide"),
        ("theorem t (p : Prop) : p ∨ ¬p := by sorry", "Classical.em p"),
        ("theorem t (x y : Int) : (x + y) ^ 2 = x ^ 2 + 2 * x * y + y ^ 2 := by sorry", "by grind"),
        ("variable {α : Type u} (f : α → α)\ntheorem t (x : α) : f x = f x := by sorry", "rfl"),
        ("namespace A\ndef f (n : Nat) := n + 1\ntheorem t : f 1 = 2 := by sorry", "rfl"),
        ("theorem t.{u} (α : Sort u) (a : α) : a = a := by sorry", "by rfl"),
        ("import Std\ntheorem t (m : Std.HashMap Nat Nat) : m.size = m.size := by sorry", "rfl"),
        ("import Mathlib\nopen Real\ntheorem t (n : ℕ) (q : ℚ) : n = n ∧ q = q := by sorry", "⟨rfl, rfl⟩"),
        ("theorem t (n : Nat) : n = 0 ∨ 0 < n := by sorry", "match n with\n| 0 => .inl rfl\n| _ + 1 => by omega"),
        ("theorem t (xs : List Nat) : xs.length = (xs.map (· + 1)).length := by sorry", "by simp"),
    ],
)  # fmt: skip
def test_true_claims_with_a_proof_are_proved(source: str, body: str, backends: Backends) -> None:
    target = "A.t" if "namespace" in source else "t"
    problem = Theorem(name="t.lean", source=source, language="lean", target=target)
    judged = check_proof(problem, Candidate(form="lean-proof", content={"body": body}), backends, LIMITS)
    assert isinstance(judged, Accepted), judged
    assert judged.verdict == Proved()


def test_a_true_claim_is_found_proved_and_rechecked_in_fresh_processes(settings: Settings, backends: Backends) -> None:
    problem = lean(TRUE)
    (candidate,) = ask(lean_portfolio.propose, problem, backends).candidates
    judged = check_proof(problem, candidate, backends, LIMITS)
    assert isinstance(judged, Accepted)
    assert judged.facts["statement"] == "theorem t (x y : Int) (h : x < y) : x + 1 ≤ y"
    assert judged.facts["axioms_within"] == ["Classical.choice", "Quot.sound", "propext"]
    text = canonical(encode_certificate(problem, candidate, judged))
    with Backends(settings) as fresh:
        assert recheck(decode_certificate(text, place="c"), fresh, LIMITS, place="c") == Proved()


def test_a_false_claim_is_refuted_by_values_and_rechecked(backends: Backends) -> None:
    problem = lean(FALSE)
    (candidate,) = ask(lean_disproof.propose, problem, backends).candidates
    judged = check_disproof(problem, candidate, backends, LIMITS)
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Refuted)
    values = judged.verdict.counterexample.values
    assert values["x"] + 1 == values["y"]
    text = canonical(encode_certificate(problem, candidate, judged))
    assert recheck(decode_certificate(text, place="c"), backends, LIMITS, place="c") == judged.verdict


def test_a_false_claim_gets_no_proof_and_a_true_one_no_counterexample(backends: Backends) -> None:
    assert not ask(lean_portfolio.propose, lean("theorem t (x : Nat) : x < 3 := by sorry\n"), backends).candidates
    assert not ask(lean_disproof.propose, lean("theorem t (x : Nat) : x < x + 1 := by sorry\n"), backends).candidates


def test_a_claim_too_hard_for_its_limit_is_no_verdict(backends: Backends) -> None:
    started = time.monotonic()
    offer = lean_portfolio.propose(Turn(problem=lean(HARD), limits=Limits(wall_s=4.0)), backends)
    assert not offer.candidates
    assert time.monotonic() - started < 60.0  # a process may have to be started again
    slow = Candidate(form="lean-proof", content={"body": "by\n  repeat (first | skip)\n  omega"})
    judged = check_proof(lean(HARD), slow, backends, Limits(wall_s=2.0))
    assert isinstance(judged, Rejected)


def test_a_time_limit_is_told_as_the_reason_and_the_next_request_is_answered(backends: Backends) -> None:
    endless = "theorem t : (List.range 100000000).length = 5 := by sorry\n"
    candidate = Candidate(form="lean-proof", content={"body": "by decide +kernel"})
    judged = check_proof(lean(endless), candidate, backends, Limits(wall_s=3.0))
    assert isinstance(judged, Rejected)
    assert judged.faults[0].reason in (Reason.TIMEOUT, Reason.MEMORY, None)
    assert isinstance(solve(lean_portfolio.propose, lean(TRUE), backends), Accepted)


def test_induction_over_a_helper_definition_is_found(backends: Backends) -> None:
    source = (
        "def s : Nat → Nat\n  | 0 => 0\n  | n + 1 => s n + (2 * n + 1)\ntheorem t (n : Nat) : s n = n * n := by sorry\n"
    )
    judged = solve(lean_portfolio.propose, lean(source), backends)
    assert isinstance(judged, Accepted)
    assert judged.verdict == Proved()


@pytest.mark.parametrize("type_", ["Nat", "Int"])
def test_an_answer_is_found_and_proved(type_: str, backends: Backends) -> None:
    source = f"abbrev a : {type_} := sorry\ntheorem t : ∀ x : {type_}, 3 * x + 2 = 17 ↔ x = a := by sorry\n"
    problem = Construction(name="c.lean", source=source, language="lean", target="t")
    judged = solve(lean_answers.propose, problem, backends)
    assert isinstance(judged, Accepted)
    assert judged.verdict == Proved()
    assert judged.answer == {"a": "5"}


def test_an_answer_that_is_a_list_is_found(backends: Backends) -> None:
    source = (
        "abbrev a : List Nat := sorry\ntheorem t : a = (List.range 7).filter (fun n => n * n % 7 = 2) := by sorry\n"
    )
    problem = Construction(name="c.lean", source=source, language="lean", target="t")
    judged = solve(lean_answers.propose, problem, backends)
    assert isinstance(judged, Accepted)
    assert judged.answer == {"a": "[3, 4]"}


@pytest.mark.parametrize("source", [BOTH, EITHER])
def test_parts_are_proved_one_by_one_and_joined(source: str, backends: Backends) -> None:
    problem = lean(source)
    parts = split_goal(problem)
    assert len(parts) == 2
    found = [ask(lean_portfolio.propose, part, backends).candidates[0] for part in parts]
    judged = check_proof(problem, join(problem, found), backends, LIMITS)
    assert isinstance(judged, Accepted), judged
    assert judged.verdict == Proved()


def test_what_does_not_split_is_left_whole() -> None:
    assert split_goal(lean(TRUE)) == ()
    assert split_goal(lean("theorem t : ∃ x, x = 1 ∧ x > 0 := by sorry")) == ()
    with pytest.raises(BadInput):
        join(lean(TRUE), ())


def test_a_statement_that_only_lacks_mathlib_is_told_as_unsupported(backends: Backends) -> None:
    source = "import Mathlib\ntheorem t (x : ℝ) : x ≤ x + Real.sqrt 2 := by sorry\n"
    for propose in (lean_portfolio.propose, lean_disproof.propose):
        offer = ask(propose, lean(source), backends)
        assert offer.finding is not None
        assert offer.finding.reason is Reason.UNSUPPORTED
        assert "needs Mathlib" in offer.finding.detail
        assert "line 2" in offer.finding.detail


def test_a_statement_that_does_not_elaborate_is_bad_input_with_its_line(backends: Backends) -> None:
    source = "def f (n : Nat) : Nat := n\n\ntheorem t (x : Nat) :\n    f x = gg x := by sorry\n"
    with pytest.raises(BadInput, match=r"t\.lean, line 4: .*`gg`"):
        ask(lean_portfolio.propose, lean(source), backends)
    with pytest.raises(BadInput, match="line 1"):
        ask(lean_portfolio.propose, lean("def f : Nat := true\n" + TRUE), backends)


def test_a_proof_that_fails_says_where(backends: Backends) -> None:
    candidate = Candidate(form="lean-proof", content={"body": "by\n  have a := h\n  exact b"})
    judged = check_proof(lean(TRUE), candidate, backends, LIMITS)
    assert isinstance(judged, Rejected)
    assert judged.faults[0].place == "body 3:8"
    assert "b" in judged.faults[0].text


def test_a_worker_that_was_stopped_comes_back(backends: Backends) -> None:
    worker = lean_of(backends).elaborator
    worker.discard()
    with pytest.raises(LeanFailed) as told:
        worker.ask("inspect", {"context": "#eval (fun f => f) 1\n" * 20_000, "command": "", "name": ""}, wall_s=0.3)
    assert told.value.reason is Reason.TIMEOUT
    assert isinstance(solve(lean_portfolio.propose, lean(TRUE), backends), Accepted)


@pytest.mark.parametrize("shift", range(4))
def test_letters_reach_lean_unchanged_wherever_they_lie(shift: int, backends: Backends) -> None:
    name = "«" + "x" * shift + "≤▸é𝒜😀" * 120 + "»"
    source = f"def {name} : Nat := 1\n\ntheorem t : {name} = 1 := by sorry\n"
    candidate = Candidate(form="lean-proof", content={"body": f"by unfold {name}; rfl"})
    judged = check_proof(lean(source), candidate, backends, LIMITS)
    assert isinstance(judged, Accepted), judged
    assert judged.verdict == Proved()
