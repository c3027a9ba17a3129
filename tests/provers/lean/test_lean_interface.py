"""What a warm Lean answers to search: goals, tactics on kept states, types, axioms, theorems."""

from __future__ import annotations

import pytest

from lemmata.errors import BadInput
from lemmata.problem import Theorem
from lemmata.provers.base import Backends
from lemmata.provers.lean.answers import Answers
from lemmata.provers.lean.interface import (
    Failed,
    ProofState,
    StateGone,
    axioms_of,
    drop_states,
    errors_in,
    find_declarations,
    imported_theorems,
    open_body,
    open_goal,
    run_tactic,
    state_of,
    type_of,
)
from lemmata.provers.lean.pin import Pinned, pin
from lemmata.provers.lean.worker import lean_of

pytestmark = pytest.mark.lean

SUMS = """\
def sumTo : Nat → Nat
  | 0 => 0
  | n + 1 => (n + 1) + sumTo n

theorem closed (n m : Nat)
    (h : 0 < m) : 2 * sumTo n = n * (n + 1) := by sorry
"""


@pytest.fixture(scope="module")
def worker(backends: Backends) -> Answers:
    return lean_of(backends).elaborator


def pinned(source: str = SUMS, target: str = "closed") -> Pinned:
    return pin(Theorem(name="p.lean", source=source, language="lean", target=target), mathlib=False)


def after(found: ProofState | Failed) -> ProofState:
    assert isinstance(found, ProofState), found
    return found


def test_a_request_of_few_heartbeats_takes_none_from_the_text_it_builds_on(worker: Answers) -> None:
    text = (
        "def halve (n : Nat) : Nat := if h : n = 0 then 0 else halve (n / 2)\ntermination_by n\ndecreasing_by omega\n"
    )
    assert worker.ask("inspect", {"context": text, "command": "", "heartbeats": 10}, wall_s=60)["context"] == []
    costly = {"context": text, "command": "theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y :=", "name": "t"}
    assert not worker.ask("prove", {**costly, "body": "by omega", "heartbeats": 10}, wall_s=60)["ok"]


def test_every_sorry_shows_its_goal_at_its_place_in_the_body(worker: Answers) -> None:
    body = "by\n  induction n with\n  | zero => sorry\n  | succ k ih =>\n    have : k = k := sorry\n    sorry"
    opened = open_body(worker, pinned(), body, wall_s=60)
    assert [(h.line, h.column, h.is_term) for h in opened.holes] == [(3, 12, False), (5, 20, True), (6, 4, False)]
    assert [h.state.goals[0].target for h in opened.holes] == [
        "2 * sumTo 0 = 0 * (0 + 1)",
        "k = k",
        "2 * sumTo (k + 1) = (k + 1) * (k + 1 + 1)",
    ]
    assert "ih : 2 * sumTo k = k * (k + 1)" in str(opened.holes[2].state.goals[0])
    assert opened.errors == ()


def test_errors_beside_the_holes_have_their_place_in_the_body(worker: Answers) -> None:
    opened = open_body(worker, pinned(), "by\n  have : n = m := by omega\n  sorry", wall_s=60)
    assert [h.line for h in opened.holes] == [3]
    assert [m.line for m in opened.errors] == [2]
    assert "omega could not prove" in opened.errors[0].text


def test_an_error_ends_somewhere_and_every_step_has_the_state_before_it(worker: Answers) -> None:
    body = "by\n  have k : n = n := by rfl\n  rw [nothing]"
    opened = open_body(worker, pinned(), body, wall_s=60, steps=True)
    unknown = next(e for e in opened.errors if "nothing" in e.text)
    assert ((unknown.line, unknown.column), unknown.end) == ((3, 6), (3, 13))
    failing = next(s for s in opened.steps if s.kind.endswith("rwSeq"))
    assert (failing.start, failing.end, failing.goals) == ((3, 2), (3, 14), 1)
    state = state_of(worker, failing, wall_s=60)
    assert [h.name for h in state.goals[0].hypotheses] == ["n", "m", "h", "k"]
    assert after(run_tactic(worker, state, "clear k", wall_s=60)).goals
    assert open_body(worker, pinned(), "by\n  exact (", wall_s=60, steps=True).parsed is False


def test_the_errors_of_a_whole_text_have_their_lines(worker: Answers) -> None:
    found = errors_in(
        worker, "theorem a : 1 = 2 := rfl\n\ntheorem b : 1 = 1 := rfl\n\ntheorem c : x := rfl\n", wall_s=60
    )
    assert {e.line for e in found} == {1, 5}
    assert errors_in(worker, "theorem b : 1 = 1 := rfl\n", wall_s=60) == ()
    with pytest.raises(BadInput, match="runs code"):
        errors_in(worker, "#eval 1\n", wall_s=60)


def test_tactics_lead_from_state_to_state_and_a_state_can_be_used_twice(worker: Answers) -> None:
    start = open_goal(worker, pinned(), wall_s=60)
    cases = after(run_tactic(worker, start, "induction n", wall_s=60))
    assert [g.tag for g in cases.goals] == ["zero", "succ"]
    left = after(run_tactic(worker, cases, "· rfl", wall_s=60))
    assert [g.tag for g in left.goals] == ["succ"]
    assert not left.goals[0].hypotheses[-1].reachable
    assert after(run_tactic(worker, left, "(rw [sumTo]\n grind)", wall_s=60)).goals == ()
    assert isinstance(run_tactic(worker, left, "omega", wall_s=60), Failed)
    assert after(run_tactic(worker, left, "rename_i k ih", wall_s=60)).goals[0].hypotheses[-1].name == "ih"


@pytest.mark.parametrize(
    "tactic", ["sorry", "exact sorry", "all_goals sorry", "admit", "native_decide", "nonsense", "("]
)
def test_a_tactic_that_proves_nothing_leads_nowhere(worker: Answers, tactic: str) -> None:
    start = open_goal(worker, pinned(), wall_s=60)
    assert isinstance(run_tactic(worker, start, tactic, wall_s=60), Failed)


def test_the_theorem_is_no_lemma_for_itself(worker: Answers) -> None:
    start = open_goal(worker, pinned("theorem t (n : Nat) : n * n ≤ n * n * n + 7 := by sorry\n", "t"), wall_s=60)
    assert isinstance(run_tactic(worker, start, "exact _root_.t n", wall_s=60), Failed)


def test_what_a_tactic_says_is_kept(worker: Answers) -> None:
    start = open_goal(worker, pinned("theorem t (n : Nat) : n + 0 + 0 = n := by sorry\n", "t"), wall_s=60)
    found = after(run_tactic(worker, start, "simp?", wall_s=60))
    assert found.goals == ()
    assert any("simp only" in text for text in found.said)


def test_a_state_ends_with_the_process_that_kept_it(worker: Answers) -> None:
    start = open_goal(worker, pinned(), wall_s=60)
    drop_states(worker, [start])
    with pytest.raises(StateGone):
        run_tactic(worker, start, "induction n", wall_s=60)
    start = open_goal(worker, pinned(), wall_s=60)
    worker.discard()
    with pytest.raises(StateGone):
        run_tactic(worker, start, "induction n", wall_s=60)
    again = open_goal(worker, pinned(), wall_s=60)
    with pytest.raises(StateGone):
        run_tactic(worker, start, "induction n", wall_s=60)
    assert len(after(run_tactic(worker, again, "induction n", wall_s=60)).goals) == 2


def test_a_state_is_not_taken_for_one_of_the_process_that_came_next(
    worker: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.discard()
    monkeypatch.setattr("lemmata.provers.lean.worker._RECYCLED_AFTER", 1)
    old = open_goal(worker, pinned(), wall_s=60)
    monkeypatch.undo()
    new = open_goal(worker, pinned("theorem t : True := by sorry\n", "t"), wall_s=60)
    assert old.number == new.number
    with pytest.raises(StateGone):
        run_tactic(worker, old, "trivial", wall_s=60)
    assert after(run_tactic(worker, new, "trivial", wall_s=60)).goals == ()


def test_types_declarations_and_axioms(worker: Answers) -> None:
    context = "axiom odd : 1 = 2\ntheorem u : 2 = 1 := odd.symm\ndef f (n : Nat) : Bool := n == 0\n"
    assert type_of(worker, context, "fun n => f n = true", wall_s=60) == "Nat → Prop"
    assert isinstance(type_of(worker, context, "g 1", wall_s=60), Failed)
    found = find_declarations(worker, context, ["f", "Nat.add_comm", "nothing"], wall_s=60)
    assert [(d.name, d.kind) for d in found] == [("f", "definition"), ("Nat.add_comm", "theorem")]
    assert found[1].type == "∀ (n m : Nat), n + m = m + n"
    assert axioms_of(worker, context, "u", wall_s=60) == ("odd",)
    assert isinstance(axioms_of(worker, context, "nothing", wall_s=60), Failed)


def test_a_text_with_errors_or_code_that_runs_is_refused(worker: Answers) -> None:
    with pytest.raises(BadInput, match="Unknown identifier"):
        type_of(worker, "def f : Nat := nothing\n", "f", wall_s=60)
    with pytest.raises(BadInput, match="runs code"):
        type_of(worker, "#eval 1\n", "1", wall_s=60)


def test_the_imported_theorems_come_with_the_constants_of_their_statements(worker: Answers) -> None:
    found = dict(imported_theorems(worker, "", wall_s=60))
    assert len(found) > 10_000
    assert {"Nat", "Eq", "HAdd.hAdd"} <= set(found["Nat.add_comm"])
