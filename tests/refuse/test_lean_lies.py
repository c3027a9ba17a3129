"""Lies about Lean theorems, all of which the real checker must refuse."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress

import pytest

from lemmata.budget import Limits
from lemmata.certificate import decode_certificate, encode_certificate
from lemmata.errors import BadCertificate, BadInput
from lemmata.problem import Candidate, Construction, Theorem, digest, digest_problem
from lemmata.provers.base import Backends
from lemmata.provers.lean.audit import establish, request_of
from lemmata.provers.lean.check import check_answer, check_disproof, check_proof
from lemmata.provers.lean.pin import pin
from lemmata.provers.lean.worker import LeanFailed, lean_of
from lemmata.provers.recheck import recheck
from lemmata.verdict import Accepted, Judgement, Proved, Reason, Refuted, Rejected, Unknown

pytestmark = [pytest.mark.lean, pytest.mark.sandbox]
LIMITS = Limits(wall_s=60.0)
FALSE = "theorem t : 1 = 2 := by sorry\n"
TRUE = "theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := by sorry\n"


def theorem(source: str, target: str = "t") -> Theorem:
    return Theorem(name="lie.lean", source=source, language="lean", target=target)


def offer(body: object, source: str, backends: Backends) -> Judgement:
    return check_proof(theorem(source), Candidate(form="lean-proof", content={"body": body}), backends, LIMITS)


def assert_refused(judged: Judgement, *words: str) -> None:
    assert isinstance(judged, Rejected), judged
    told = " ".join(f.text for f in judged.faults)
    for word in words:
        assert word in told


def assert_proved(judged: Judgement) -> None:
    assert isinstance(judged, Accepted), judged
    assert judged.verdict == Proved()


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("by sorry", "sorry"),
        ("sorry", "sorry"),
        ("by first | rfl | sorry", "sorry"),
        ("by exact sorryAx _ false", "sorryAx"),
        ("by exact «sorryAx» _ false", "sorryAx"),
        ("by admit", "admit"),
        ("by stop rfl", "stop"),
        ("by native_decide", "native_decide"),
        ("by decide +native", "native"),
        ("by decide (config := { native := true })", "native"),
        ("by bv_decide", "bv_decide"),
        ("by set_option debug.skipKernelTC true in decide +kernel", "set_option"),
        ("set_option debug.byAsSorry true in by rfl", "set_option"),
        ("by\n  axiom bad : 1 = 2\n  exact bad", "axiom"),
        ("by rfl\naxiom bad : 1 = 2", "axiom"),
        ('by\n  local notation "1" => 2\n  rfl', "local"),
        ("by rfl\n\ninstance : OfNat Nat 1 := ⟨2⟩", "instance"),
        ("by run_tac do IO.println forged", "run_tac"),
        ("by_elab do return Lean.mkConst ``True.intro", "by_elab"),
        ("unsafe (unsafeCast ())", "unsafe"),
        ("by rfl\n@[implemented_by foo] def bar := 1", "@["),
        ("by rfl\nopaque bad : 1 = 2", "opaque"),
        ("rfl\nwhere helper : 1 = 2 := helper", "where"),
        ("by rfl\ntermination_by 1", "termination_by"),
        ("by rfl\nend", "end"),
        ('macro "P" : term => `(True)', "macro"),
    ],
)
def test_a_body_with_words_that_get_round_a_proof_is_refused(body: str, word: str, backends: Backends) -> None:
    assert_refused(offer(body, FALSE, backends), word)


@pytest.mark.parametrize(
    "body",
    [
        "by rfl\n#print axioms t",
        "by trivial\n\n#check t",
        "True.intro)",
        "(True.intro",
        "by trivial /- open",
        'by exact "open',
        "by trivial -/",
        "",
        "  \n",
        "by trivial by trivial",
        ":= True.intro",
    ],
)
def test_a_body_that_is_not_exactly_one_term_is_refused(body: str, backends: Backends) -> None:
    assert_refused(offer(body, "theorem t : True := by sorry\n", backends))


@pytest.mark.parametrize(
    "body", [None, 7, ["by rfl"], {"by": "rfl"}, "by rfl\x00", "by\trfl", "by rfl \ud800", "x" * 300_000]
)
def test_a_body_that_is_no_text_is_refused(body: object, backends: Backends) -> None:
    assert_refused(offer(body, TRUE, backends))


def test_a_body_that_closes_the_theorem_and_states_a_weaker_one_is_refused(backends: Backends) -> None:
    body = "id rfl\n\nnamespace other\ntheorem t : 1 = 1 := rfl"
    assert_refused(offer(body, FALSE, backends))


def test_a_false_statement_is_not_proved_by_honest_tactics(backends: Backends) -> None:
    assert_refused(offer("by first | rfl | decide | omega | simp | grind", FALSE, backends))


def test_a_proof_of_something_else_is_refused(backends: Backends) -> None:
    assert_refused(offer("rfl", "theorem t (x : Nat) : x + 0 = x + 1 := by sorry\n", backends), "ype mismatch")


def prove_unguarded(source: str, body: str, backends: Backends) -> Mapping[str, object]:
    """What the elaborating process hands out when nobody looks at the body first."""
    fields = {**request_of(pin(theorem(source), mathlib=False), 400_000), "body": body, "export": True}
    fields["refused"] = {"options": ["debug", "warn"]}
    return lean_of(backends).elaborator.ask("prove", fields, wall_s=60.0)


def audit(source: str, proof: object, backends: Backends) -> Mapping[str, object]:
    fields = {**request_of(pin(theorem(source), mathlib=False), 400_000), "proof": proof}
    return lean_of(backends).auditor.ask("audit", fields, wall_s=60.0)


def test_a_proof_that_switched_the_kernel_off_is_caught_by_the_audit_alone(backends: Backends) -> None:
    body = "by set_option debug.skipKernelTC true in decide +kernel"
    made = prove_unguarded(FALSE, body, backends)
    assert made["ok"] is True  # Lean itself has no objection
    assert "the kernel refuses" in str(audit(FALSE, made["proof"], backends)["fault"])


def test_a_sorry_that_shows_no_message_is_caught_by_the_audit_alone(backends: Backends) -> None:
    made = prove_unguarded(FALSE, "by set_option warn.sorry false in exact sorryAx _ false", backends)
    assert made["ok"] is True
    assert "sorryAx" in audit(FALSE, made["proof"], backends)["axioms"]  # type: ignore[operator]


def test_a_forged_reply_on_standard_output_is_not_taken(backends: Backends) -> None:
    forged = json.dumps({"id": "0", "ok": True, "proof": None, "messages": []}).replace('"', '\\"')
    source = "import Lean\n" + FALSE
    body = f'by\n  run_tac (do IO.println "\\x1e{forged}")\n  rfl'
    with suppress(LeanFailed):
        made = prove_unguarded(source, body, backends)
        assert made["ok"] is False
        assert made["proof"] is None


def honest_proof(backends: Backends) -> dict[str, list[object]]:
    made = prove_unguarded("theorem t : True := by sorry\n", "True.intro", backends)
    return json.loads(json.dumps(made["proof"]))  # type: ignore[no-any-return]


def test_a_proof_of_another_statement_under_the_right_name_is_refused_by_the_audit(backends: Backends) -> None:
    fault = audit(FALSE, honest_proof(backends), backends)["fault"]
    assert "not the statement asked for" in str(fault)


def test_proof_data_with_the_right_type_and_a_wrong_value_is_refused_by_the_audit(backends: Backends) -> None:
    made = prove_unguarded(FALSE, "sorry", backends)
    proof = json.loads(json.dumps(made["proof"]))
    proof["decls"][-2]["value"] = proof["decls"][-2]["type"]
    assert "the kernel refuses" in str(audit(FALSE, proof, backends)["fault"])


@pytest.mark.parametrize(
    "proof",
    [
        None,
        [],
        {"names": [], "levels": [], "exprs": [], "decls": []},
        {"names": [[]], "levels": [], "exprs": [[3, 0, 0]], "decls": []},
        {"names": [[]], "levels": [], "exprs": [[0, 10**30]], "decls": [{"name": 0, "type": 0, "value": 0}, []]},
        {"names": [[], [0, "t"]], "levels": [[9]], "exprs": [], "decls": []},
        {
            "names": [[], [0, "t"]],
            "levels": [[0]],
            "exprs": [[0, 5]],
            "decls": [{"name": 1, "type": 0, "value": 0}, []],
        },
    ],
)
def test_malformed_proof_data_is_refused_by_the_audit(proof: object, backends: Backends) -> None:
    assert audit(FALSE, proof, backends)["fault"]


def test_an_unproved_theorem_of_the_same_file_proves_nothing(backends: Backends) -> None:
    source = "theorem helper : 1 = 2 := by sorry\ntheorem t : 1 = 2 := by sorry\n"
    assert_refused(offer("helper", source, backends), "unproved")


def test_a_private_helper_with_a_sorry_inside_proves_nothing(backends: Backends) -> None:
    source = "private theorem helper : 1 = 2 := by\n  exact sorry\ntheorem t : 1 = 2 := by sorry\n"
    assert_refused(offer("helper", source, backends), "unproved")


def test_an_axiom_of_the_problem_itself_is_told(backends: Backends) -> None:
    judged = offer("given", "axiom given : 1 = 2\ntheorem t : 1 = 2 := by sorry\n", backends)
    assert isinstance(judged, Accepted)
    assert judged.facts["axioms_of_the_problem"] == ["given"]


@pytest.mark.parametrize(
    "header",
    [
        'macro "P" rest:term* : term => `(True)',
        "#eval IO.println 1",
        "set_option debug.skipKernelTC true",
        "@[implemented_by bad] def f := 1",
        "unsafe def f := 1",
        "#guard_msgs (drop all) in",
        'elab "x" : term => return Lean.mkConst ``True',
        "run_cmd pure ()",
        "initialize pure ()",
        "theorem c : 1 = 2 := by native_decide",
        "@[export f] def g := 1",
        'def s := include_str "/etc/passwd"',
    ],
)
def test_a_problem_whose_text_runs_code_or_skips_checks_is_bad_input(header: str, backends: Backends) -> None:
    with pytest.raises(BadInput, match="line 1"):
        offer("by rfl", f"{header}\n{FALSE}", backends)


@pytest.mark.parametrize("opening", ["s!", "s! ", "dbg_trace ", "panic! "])
def test_code_hidden_behind_an_interpolated_string_is_seen(opening: str, backends: Backends) -> None:
    with pytest.raises(BadInput, match="eval"):
        offer("by rfl", f'def a := {opening}"{{"\\""}}"\n#eval 1\ndef b := "x"\n' + FALSE, backends)


def test_contradictory_hypotheses_are_told_as_vacuous(backends: Backends) -> None:
    judged = offer("by omega", "theorem t (x : Nat) (h : x < 3) (k : 5 < x) : x = 7 := by sorry\n", backends)
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Unknown)
    assert judged.verdict.reason is Reason.VACUOUS


def test_a_contradictory_premise_behind_the_colon_is_told_as_vacuous(backends: Backends) -> None:
    judged = offer("by omega", "theorem t : ∀ x : Nat, x < 0 → x = 5 := by sorry\n", backends)
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Unknown)


def test_a_statement_that_asks_for_a_contradiction_is_not_vacuous(backends: Backends) -> None:
    assert_proved(offer("by omega", "theorem t (x : Nat) (h : x < x) : False := by sorry\n", backends))


def test_an_undeclared_type_does_not_become_a_variable(backends: Backends) -> None:
    with pytest.raises(BadInput, match="Foo"):
        offer("rfl", "theorem t (x : Foo) : x = x := by sorry\n", backends)


def test_a_statement_over_the_reals_is_not_proved_without_mathlib(backends: Backends) -> None:
    judged = offer("rfl", "import Mathlib\nopen Real\ntheorem t (x : ℝ) : x = x := by sorry\n", backends)
    assert_refused(judged, "needs Mathlib", "ℝ")


def test_a_step_limit_of_zero_in_the_header_does_not_lift_ours(backends: Backends) -> None:
    source = "set_option maxHeartbeats 0\nset_option maxRecDepth 1000000\ntheorem t : 1 = 2 := by sorry\n"
    lean = lean_of(backends)
    endless = "by\n  iterate 1000000000 (try skip)\n  rfl"
    judged = establish(lean, pin(theorem(source), mathlib=False), endless, Limits(wall_s=5.0))
    assert isinstance(judged, Rejected)
    assert_proved(offer("by omega", TRUE, backends))  # and the next request finds a worker


def disproof(source: str, backends: Backends, **content: object) -> Judgement:
    return check_disproof(theorem(source), Candidate(form="lean-disproof", content=content), backends, LIMITS)


def test_a_disproof_of_a_true_statement_is_refused(backends: Backends) -> None:
    assert_refused(disproof(TRUE, backends, body="by intro h; omega"))
    assert_refused(disproof(TRUE, backends, body="by decide", values={"x": "0", "y": "1"}))
    assert_refused(disproof(TRUE, backends, body="fun h => absurd t h"))


def test_a_counterexample_with_other_values_than_those_that_falsify_is_refused(backends: Backends) -> None:
    source = "theorem t (x : Nat) : x ≠ 3 := by sorry\n"
    judged = disproof(source, backends, body="by simp", values={"x": "3"})
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Refuted)
    assert judged.verdict.counterexample.values == {"x": 3}
    assert_refused(disproof(source, backends, body="by simp", values={"x": "4"}))


def test_the_unproved_theorem_itself_disproves_nothing(backends: Backends) -> None:
    assert_refused(disproof(FALSE.replace("1 = 2", "1 = 1"), backends, body="fun _ => absurd (t) (by decide)"))


@pytest.mark.parametrize(
    "values", [{"x": "(sorry)"}, {"x": "t"}, {"x": 3}, {"x) (y": "3"}, ["x"], {"x": "by decide"}, {"x": "1 + 1"}]
)
def test_values_that_are_no_literals_are_refused(values: object, backends: Backends) -> None:
    assert_refused(disproof("theorem t (x : Nat) : x ≠ 3 := by sorry\n", backends, body="by simp", values=values))


ROOTS = "def root (n : Nat) : Prop := n * n = 49\nabbrev ans : Nat := sorry\ntheorem t : root ans := by sorry\n"
LEAST = "abbrev ans : Nat := sorry\ntheorem t : ans * ans ≤ 50 ∧ 50 < (ans + 1) * (ans + 1) := by sorry\n"


def answer(source: str, backends: Backends, **content: object) -> Judgement:
    problem = Construction(name="lie.lean", source=source, language="lean", target="t")
    return check_answer(problem, Candidate(form="lean-answer", content=content), backends, LIMITS)


def test_a_right_answer_is_proved_and_one_off_by_one_is_refused(backends: Backends) -> None:
    judged = answer(LEAST, backends, answers={"ans": "7"}, body="by decide")
    assert_proved(judged)
    assert isinstance(judged, Accepted)
    assert judged.answer == {"ans": "7"}
    for wrong in ("6", "8"):
        assert_refused(answer(LEAST, backends, answers={"ans": wrong}, body="by decide"))


@pytest.mark.parametrize(
    "term",
    [
        "Nat.sqrt 50",
        "(fun n => n) 7",
        "Classical.choose (sorry : ∃ n, root n)",
        "3 + 4",
        "7\naxiom bad : 1 = 2",
        "7 /- open",
        "if True then 7 else 8",
        "",
        "«7»",
    ],
)
def test_an_answer_that_is_not_a_literal_is_refused(term: str, backends: Backends) -> None:
    assert_refused(answer(ROOTS, backends, answers={"ans": term}, body="by unfold root ans; decide"))


def test_an_answer_to_a_hole_that_is_not_there_is_refused(backends: Backends) -> None:
    assert_refused(answer(LEAST, backends, answers={"other": "7"}, body="by decide"))
    assert_refused(answer(LEAST, backends, answers={"ans": "7", "other": "7"}, body="by decide"))
    assert_refused(answer(LEAST, backends, answers={}, body="by decide"))


def test_an_open_answer_proves_nothing(backends: Backends) -> None:
    judged = check_proof(theorem(ROOTS), Candidate(form="lean-proof", content={"body": "rfl"}), backends, LIMITS)
    assert_refused(judged)


def test_a_forged_certificate_with_another_statement_is_refused(settings: object, backends: Backends) -> None:
    problem = theorem(TRUE)
    candidate = Candidate(form="lean-proof", content={"body": "by omega"})
    judged = check_proof(problem, candidate, backends, LIMITS)
    assert isinstance(judged, Accepted)
    honest = encode_certificate(problem, candidate, judged)
    assert recheck(decode_certificate(json.dumps(honest), place="c"), backends, LIMITS, place="c") == Proved()
    stronger = theorem(TRUE.replace("x + 1 ≤ y", "x + 2 ≤ y"))
    forged = {**honest, "problem": {**honest["problem"], "source": stronger.source}}
    forged["problem_digest"] = digest_problem(stronger)
    forged["digest"] = digest({k: v for k, v in forged.items() if k != "digest"})
    with pytest.raises(BadCertificate, match="rejected"):
        recheck(decode_certificate(json.dumps(forged), place="c"), backends, LIMITS, place="c")


@pytest.mark.parametrize(
    "body",
    [
        "by\n  -- no sorry here, and no axiom either\n  omega",
        "by\n  /- sorry /- admit -/ axiom -/\n  omega",
        'by\n  have _note := "sorry, by native_decide"\n  omega',
        "by\n  have sorry_free : x < y := h\n  have axiom_less := sorry_free\n  omega",
        "by\n  open Nat in\n  exact Nat.succ_le_of_lt h",
        "Nat.succ_le_of_lt h -- where sorry",
        "by\nomega",
    ],
)
def test_honest_proofs_may_hold_the_words(body: str, backends: Backends) -> None:
    assert_proved(offer(body, TRUE, backends))
