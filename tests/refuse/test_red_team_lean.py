"""Lies about Lean theorems that once were believed, or that come close to those."""

from __future__ import annotations

import time

import pytest

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.formats.lean import find_theorems
from lemmata.problem import Candidate, Construction, Theorem
from lemmata.provers.base import Backends
from lemmata.provers.lean.check import check_answer, check_disproof, check_proof
from lemmata.verdict import Accepted, Judgement, Proved, Reason, Refuted, Rejected, Unknown

pytestmark = [pytest.mark.lean, pytest.mark.sandbox]
LIMITS = Limits(wall_s=60.0)
FALSE = "theorem t : 1 = 2 := by sorry\n"
SKIPPED = "set_option debug.skipKernelTC true in\ntheorem helper : 1 = 2 := by decide +kernel\n"


def prove(source: str, body: str, backends: Backends) -> Judgement:
    problem = Theorem(name="lie.lean", source=source, language="lean", target="t")
    return check_proof(problem, Candidate(form="lean-proof", content={"body": body}), backends, LIMITS)


def disprove(source: str, body: str, backends: Backends, **values: str) -> Judgement:
    problem = Theorem(name="lie.lean", source=source, language="lean", target="t")
    content = {"body": body, "values": values}
    return check_disproof(problem, Candidate(form="lean-disproof", content=content), backends, LIMITS)


def answer(term: str, backends: Backends, type_: str = "Nat") -> Judgement:
    source = f"abbrev ans : {type_} := sorry\ntheorem t : ans = 0 := by sorry\n"
    problem = Construction(name="lie.lean", source=source, language="lean", target="t")
    content = {"answers": {"ans": term}, "body": "by decide +kernel"}
    return check_answer(problem, Candidate(form="lean-answer", content=content), backends, LIMITS)


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ('def «a\n" » : Nat := 1\n', 'def «b\n" » : Nat := 1\n'),
        ('notation "§\\"" => (1 : Nat)\ndef a := §"\n', 'def c := §"\n'),
        ('notation "ͷ" => (1 : Nat)\ndef a := ͷ', ""),
    ],
)
@pytest.mark.parametrize("hidden", [SKIPPED, "run_cmd pure ()\n" + SKIPPED, "#eval 1\n" + SKIPPED])
def test_words_that_only_lean_sees_in_a_problem_are_refused(
    opening: str, closing: str, hidden: str, backends: Backends
) -> None:
    with pytest.raises(BadInput):
        prove(opening + hidden + closing + FALSE, "helper", backends)


@pytest.mark.parametrize(
    ("before", "body"),
    [
        ("variable (k : 1 = 2)\ninclude k\n", "by cases k"),
        ("class Bad : Prop where h : 1 = 2\nvariable [i : Bad]\n", "absurd i.h (by decide)"),
    ],
)
def test_hypotheses_of_a_section_refute_nothing(before: str, body: str, backends: Backends) -> None:
    judged = disprove(f"{before}theorem t : 3 = 3 := by sorry\n", body, backends)
    assert isinstance(judged, Rejected), judged


def test_a_statement_with_section_hypotheses_is_still_refuted_where_it_fails(backends: Backends) -> None:
    source = "variable (n : Nat) (h : n > 3)\ninclude h\ntheorem t : n = 5 := by sorry\n"
    judged = disprove(source, "by intro h; have := h 6 (by decide); omega", backends)
    assert isinstance(judged, Accepted), judged
    assert isinstance(judged.verdict, Refuted)


def test_a_polymorphic_statement_is_still_refuted_where_it_fails(backends: Backends) -> None:
    source = "theorem t {α : Type u} {β : Type v} (f : α → β) (a : α) : ∃ b : β, b ≠ f a := by sorry\n"
    body = "by intro h; obtain ⟨b, hb⟩ := h (α := PUnit) (β := PUnit) (fun _ => PUnit.unit) PUnit.unit; exact hb rfl"
    judged = disprove(source, body, backends)
    assert isinstance(judged, Accepted), judged
    assert isinstance(judged.verdict, Refuted)


def test_a_notation_that_changes_the_negation_refutes_nothing(backends: Backends) -> None:
    source = 'notation:max (priority := high) "¬ " p:max => p → True\ntheorem t : 3 = 3 := by sorry\n'
    judged = disprove(source, "by intro _; trivial", backends)
    assert isinstance(judged, Rejected), judged
    assert "does not mean" in judged.faults[0].text


@pytest.mark.parametrize(
    "source",
    [
        "theorem bad : 1 = 2 := sorry\ntheorem t (x : Nat) (h : 1 = 2 := by exact bad) : x = 3 := by sorry\n",
        "theorem bad : 1 = 2 := sorry\ntheorem t (x : Nat) (h : 1 = 2 := bad) : x = 3 := by sorry\n",
        "class Bad : Prop where h : 1 = 2\ninstance : Bad := ⟨sorry⟩\ntheorem t [Bad] (x : Nat) : x = 3 := by sorry\n",
    ],
)
def test_an_unproved_hypothesis_filled_in_by_default_refutes_nothing(source: str, backends: Backends) -> None:
    judged = disprove(source, "by decide", backends, x="4")
    assert isinstance(judged, Rejected), judged


@pytest.mark.parametrize(
    "term", ["0 -- and so on", "0 /- and so on -/", "0 /--/", "0\n", '"abc"', "1/2", "0/0", "0 / 00"]
)
def test_an_answer_that_is_more_than_its_literal_or_of_another_type_is_refused(term: str, backends: Backends) -> None:
    assert isinstance(answer(term, backends), Rejected)


@pytest.mark.parametrize("type_", ["Nat", "Int", "(Nat)"])
def test_a_fraction_is_no_whole_number(type_: str, backends: Backends) -> None:
    assert isinstance(answer("1/2", backends, type_), Rejected)
    assert isinstance(
        disprove(f"theorem t (x : {type_}) : x ≠ 0 := by sorry\n", "by decide", backends, x="1/2"), Rejected
    )


def test_a_fraction_is_a_rational_number(backends: Backends) -> None:
    for zero in ("0/3", "-0/3"):
        judged = answer(zero, backends, "Rat")
        assert isinstance(judged, Accepted), judged
    judged = disprove("theorem t (x : Rat) : x + x ≠ -1 := by sorry\n", "by decide +kernel", backends, x="-1/2")
    assert isinstance(judged, Accepted), judged


@pytest.mark.parametrize(
    ("source", "body"),
    [
        ("theorem t (n : Nat) : let x := n; x < 0 → x = 5 := by sorry\n", "by intro x h; omega"),
        (
            "def bad (x : Nat) : Prop := x < x\ntheorem t (n : Nat) (h : bad n) : n = 5 := by sorry\n",
            "by unfold bad at h; omega",
        ),
    ],
)
def test_a_contradiction_behind_a_let_or_a_definition_is_told_as_vacuous(
    source: str, body: str, backends: Backends
) -> None:
    judged = prove(source, body, backends)
    assert isinstance(judged, Accepted), judged
    assert isinstance(judged.verdict, Unknown)
    assert judged.verdict.reason is Reason.VACUOUS


def test_strings_nested_without_end_are_refused(backends: Backends) -> None:
    assert isinstance(prove(FALSE, 's!"{' * 40_000, backends), Rejected)


@pytest.mark.parametrize("piece", ["theorem a in ", "] theorem a ", "open A in theorem a in "])
def test_a_long_text_of_half_commands_is_read_in_time(piece: str) -> None:
    begun = time.monotonic()
    find_theorems(piece * 20_000)
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("body", ["by decide", "by simp", "by exact of_decide_eq_true rfl", "(" * 50_000])
def test_a_proof_without_end_ends_and_the_next_one_is_judged(body: str, backends: Backends) -> None:
    source = "theorem t : 2 ^ (10 ^ 9) % 7 = 3 := by sorry\n"
    problem = Theorem(name="lie.lean", source=source, language="lean", target="t")
    candidate = Candidate(form="lean-proof", content={"body": body})
    assert isinstance(check_proof(problem, candidate, backends, Limits(wall_s=5.0)), Rejected)
    judged = prove("theorem t : True := by sorry\n", "trivial", backends)
    assert isinstance(judged, Accepted)
    assert judged.verdict == Proved()


def test_every_word_that_has_no_place_in_a_body_is_named(backends: Backends) -> None:
    body = "by\n  have h : 1 = 2 := by native_decide\n  set_option debug.skipKernelTC true in\n  exact sorryAx _ false"
    judged = prove(FALSE, body, backends)
    assert isinstance(judged, Rejected)
    assert [fault.place for fault in judged.faults] == ["body 2:23", "body 3:2", "body 4:8"]


def test_every_error_in_a_body_is_named(backends: Backends) -> None:
    body = "by\n" + "".join(f"  have h{i} : {i} = {i + 1} := by rfl\n" for i in range(6)) + "  exact absurd h0 h1"
    judged = prove(FALSE, body, backends)
    assert isinstance(judged, Rejected)
    assert len(judged.faults) >= 6
