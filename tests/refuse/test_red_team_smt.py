"""Lies and rubbish that once found a way in; each must be refused, within its limits and without a traceback."""

from __future__ import annotations

import json
from typing import Any

import pytest

import lemmata
from lemmata.budget import Limits
from lemmata.certificate import decode_certificate, encode_certificate
from lemmata.errors import BadCertificate, BadInput
from lemmata.formats.smtlib import read_script, split_checks
from lemmata.formats.sygus import read_specification
from lemmata.problem import Candidate, Construction, Theorem, digest
from lemmata.provers.answers.check import check_answer_set
from lemmata.provers.base import Backends
from lemmata.provers.smt.check import check_model, check_unsat
from lemmata.provers.terms.claim import to_smtlib
from lemmata.provers.terms.evaluate import evaluate_predicate
from lemmata.provers.terms.python_reader import read_predicate
from lemmata.verdict import Accepted, Judgement, Proved, Rejected, Unknown

FIND = "def find_all(n: int) -> bool:\n    return "


def model(source: str, backends: Backends, values: Any) -> Judgement:
    theorem = Theorem(name="lie", source=source, language="smtlib")
    return check_model(theorem, Candidate(form="smt-model", content={"values": values}), backends, Limits())


def unsat(claim: str, backends: Backends, core: list[str]) -> Judgement:
    theorem = Theorem(name="lie", source=claim, language="claim")
    candidate = Candidate(form="smt-unsat", content={"solver": "z3", "core": core})
    return check_unsat(theorem, candidate, backends, Limits())


# Claims that Lean reads otherwise


def test_variables_that_share_a_sort_in_lean_are_not_given_two() -> None:
    script = to_smtlib("∀ b : Int, ∃ x y, (x = y ∨ x ≠ y) ∧ x = (0 : Nat) ∧ y = b")
    assert "(>= y 0)" in script


def test_a_variable_beside_one_with_a_sort_still_gets_it() -> None:
    assert "forall" in to_smtlib("∃ a : Int, ∀ x, x < a ∨ a ≤ x")


@pytest.mark.parametrize("claim", ["∀ x : Int, x - 0 = x --x\n + 1", "∀ x : Int, x /-1-/ = x", "∀ _ : Int, _ = 1"])
def test_what_is_a_comment_or_a_hole_in_lean_is_no_arithmetic(claim: str) -> None:
    with pytest.raises(BadInput):
        to_smtlib(claim)


@pytest.mark.sandbox
def test_hypotheses_that_imply_false_are_a_theorem_and_not_vacuous(backends: Backends) -> None:
    judged = unsat("∀ x : Int, x < 0 → x > 0 → False", backends, ["line-3", "line-4"])
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Proved)


@pytest.mark.sandbox
def test_hypotheses_that_contradict_before_the_last_stay_vacuous(backends: Backends) -> None:
    judged = unsat("∀ x : Int, x > 3 → x < 2 → x = 7 → False", backends, ["line-3", "line-4"])
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Unknown)


# Predicates that Python reads otherwise


@pytest.mark.parametrize("body", ["(n or 5) == 5", "(n and 3) == 3", "(n > 2 and n) == 4", "(n or n > 1) + 1 == 1"])
def test_and_or_give_values_and_not_truths(body: str) -> None:
    term = read_predicate(FIND + body + "\n").term
    for n in range(-6, 7):
        assert evaluate_predicate(term, {"n": n}) == bool(eval(body, {"n": n})), n


@pytest.mark.sandbox
def test_an_answer_for_the_truth_of_an_or_is_refused(backends: Backends) -> None:
    problem = Construction(name="lie", source=FIND + "(n or 5) == 5\n", language="python", target="find_all")
    candidate = Candidate(form="answer-set", content={"answer": "none", "bound": 20})
    assert isinstance(check_answer_set(problem, candidate, backends, Limits()), Rejected)


@pytest.mark.parametrize(
    "source",
    [
        FIND + "n == 3\nif __name__ == __name__:\n    def find_all(n):\n        return n == 4\n",
        FIND + "n == 3\nfrom typing import overload as find_all\n",
        FIND + "overload(n) == 3\ndef overload(n):\n    return n\nfrom typing import overload\n",
        "from typing import cast as abs\n" + FIND + "abs(n) == 3\n",
        FIND + "gcd(n, 4) == 2\n",
        FIND + "math.gcd(n, 4) == 2\n",
    ],
)
def test_a_name_that_python_binds_anew_or_not_at_all_is_refused(source: str) -> None:
    with pytest.raises(BadInput):
        read_predicate(source)


# Names that a solver knows and we do not


@pytest.mark.parametrize("name", ["root-obj", "lambda"])
def test_a_word_of_a_solver_is_no_name(name: str) -> None:
    with pytest.raises(BadInput, match="taken"):
        read_script(f"(declare-fun |{name}| (Real Int) Real)\n(assert (distinct (|{name}| 1.0 1) 2.0))")


INVARIANT = """(set-logic LIA)
(synth-inv I ((x Int)))
(define-fun start ((x Int)) Bool (= x 0))
(define-fun step ((x Int) (y Int)) Bool (= y (+ x 1)))
(define-fun end ((x Int)) Bool (>= x 0))
(declare-var I.now.0 Int)
(assume (= I.now.0 5))
(inv-constraint I start step end)
(check-synth)
"""


def test_an_assumption_cannot_reach_the_variables_of_an_invariant() -> None:
    with pytest.raises(BadInput, match=r"I\.now\.0"):
        read_specification(INVARIANT)


# Work without end


@pytest.mark.timeout(60)
@pytest.mark.sandbox
def test_definitions_that_double_and_double_end_in_a_refusal(backends: Backends) -> None:
    chain = "".join(f"(define-fun f{i} ((y Int)) Int (+ (f{i - 1} y) (f{i - 1} y)))\n" for i in range(1, 60))
    source = f"(declare-const x Int)\n(define-fun f0 ((y Int)) Int y)\n{chain}(assert (= (f59 x) 0))"
    judged = model(source, backends, {"x": "0"})
    assert isinstance(judged, Rejected)
    assert "more steps" in judged.faults[0].text


@pytest.mark.timeout(60)
@pytest.mark.sandbox
def test_quantifiers_within_quantifiers_end_in_a_refusal(backends: Backends) -> None:
    source = "true"
    for name in "abc":
        source = f"(forall (({name} (_ BitVec 12))) {source})"
    judged = model(f"(declare-const z Int)\n(assert {source})", backends, {"z": "1"})
    assert isinstance(judged, Rejected)
    assert "more steps" in judged.faults[0].text


@pytest.mark.timeout(60)
@pytest.mark.sandbox
def test_a_function_with_many_values_is_read_in_time(backends: Backends) -> None:
    table = [[[str(i)], "1"] for i in range(100_000)]
    source = "(declare-fun f (Int) Int)\n(assert (= (f 7) 1))"
    assert isinstance(model(source, backends, {"f": {"function": table, "default": "0"}}), Accepted)


@pytest.mark.timeout(60)
def test_a_script_of_many_assertions_is_read_in_time() -> None:
    script = read_script("(declare-const p Bool)\n" + "(assert p)" * 50_000)
    names = [a.name for a in script.assertions]
    assert len(set(names)) == 50_000
    assert names[:2] == ["line-2", "line-2-2"]


@pytest.mark.timeout(60)
def test_a_script_of_many_checks_is_refused_in_time() -> None:
    with pytest.raises(BadInput, match="split the file"):
        split_checks("(declare-const p Bool)\n" + "(assert p)\n(check-sat)\n" * 20_000)


def test_a_bit_vector_of_too_many_digits_is_refused() -> None:
    with pytest.raises(BadInput, match="4096 bits"):
        read_script(f"(assert (= (_ bv{'9' * 9000} 4) #x0))")


# Text that is none


def test_a_certificate_with_half_a_surrogate_pair_is_refused() -> None:
    problem = Theorem(name="lie", source="(assert false)\ud800", language="smtlib")
    forged = encode_certificate(problem, Candidate(form="smt-unsat"), Accepted(verdict=Proved()))
    forged["digest"] = digest({k: v for k, v in forged.items() if k != "digest"})
    with pytest.raises(BadCertificate):
        decode_certificate(json.dumps(forged), place="forged.json")


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, object()])
def test_a_certificate_that_is_no_json_is_refused(value: Any) -> None:
    with pytest.raises(BadCertificate, match="plain JSON"):
        lemmata.recheck({"format": value})
