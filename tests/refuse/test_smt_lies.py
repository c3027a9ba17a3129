"""Lies about theorems in SMT-LIB, each of which the checkers must refuse."""

from __future__ import annotations

import base64
import time
import zlib
from typing import Any

import pytest

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.formats.smtlib import split_checks
from lemmata.problem import Candidate, Theorem
from lemmata.provers.base import Backends
from lemmata.provers.smt import drup
from lemmata.provers.smt.bitblast import bitblast
from lemmata.provers.smt.check import Asking, check_cases, check_model, check_unsat
from lemmata.provers.smt.query import query_of
from lemmata.provers.smt.solver import SolverAnswer
from lemmata.verdict import Accepted, Judgement, Proved, Reason, Refuted, Rejected, Unknown

pytestmark = pytest.mark.sandbox

FALSE_CLAIM = """(set-logic LIA)
(declare-const x Int)
(assert (> x 3))
(assert (not (> x 4)))
(check-sat)
"""
TRUE_CLAIM = FALSE_CLAIM.replace("(> x 4)", "(> x 2)")
HARD_CLAIM = """(declare-const x Int)
(declare-const y Int)
(declare-const z Int)
(assert (= 33 (+ (* x x x) (* y y y) (* z z z))))
"""


def theorem(source: str) -> Theorem:
    return Theorem(name="lie", source=source, language="smtlib")


def unsat(source: str, backends: Backends, *, wall_s: float = 10.0, **content: Any) -> Judgement:
    candidate = Candidate(form="smt-unsat", content={"solver": "z3", **content})
    return check_unsat(theorem(source), candidate, backends, Limits(wall_s=wall_s))


def model(source: str, backends: Backends, values: Any) -> Judgement:
    return check_model(theorem(source), Candidate(form="smt-model", content={"values": values}), backends, Limits())


def test_a_core_of_a_false_claim_is_refused(backends: Backends) -> None:
    assert isinstance(unsat(FALSE_CLAIM, backends, core=["line-3", "line-4"]), Rejected)


def test_a_core_that_leaves_out_what_is_needed_is_refused(backends: Backends) -> None:
    assert isinstance(unsat(TRUE_CLAIM, backends, core=["line-4"]), Rejected)
    assert isinstance(unsat(TRUE_CLAIM, backends, core=["line-3", "line-4"]), Accepted)


def test_a_core_with_an_invented_assertion_is_refused(backends: Backends) -> None:
    assert isinstance(unsat(FALSE_CLAIM, backends, core=["line-3", "line-4", "line-99"]), Rejected)
    assert isinstance(unsat(FALSE_CLAIM, backends, core=["(assert false)"]), Rejected)


def test_running_out_of_time_proves_nothing(backends: Backends) -> None:
    judged = unsat(HARD_CLAIM, backends, wall_s=1.0, core=["line-4"])
    assert isinstance(judged, Rejected)
    assert judged.faults[0].reason is Reason.TIMEOUT


def test_contradictory_hypotheses_prove_nothing(backends: Backends) -> None:
    source = "(declare-const x Int)\n(assert (> x 3))\n(assert (< x 3))\n(assert (not (= x 7)))\n"
    for core in (["line-2", "line-3"], ["line-2", "line-3", "line-4"]):
        judged = unsat(source, backends, core=core)
        assert isinstance(judged, Accepted)
        assert isinstance(judged.verdict, Unknown)
        assert judged.verdict.reason is Reason.VACUOUS


def test_contradictory_premises_within_the_goal_prove_nothing(backends: Backends) -> None:
    source = "(assert (not (forall ((x Int)) (=> (and (> x 3) (< x 3)) (= x 7)))))\n"
    judged = unsat(source, backends, core=["line-1-premise-1", "line-1"])
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Unknown)


def test_a_witness_that_breaks_a_hypothesis_is_refused(backends: Backends) -> None:
    core = ["line-3", "line-4"]
    assert isinstance(unsat(TRUE_CLAIM, backends, core=core, witness={"x": "1"}), Rejected)
    assert isinstance(unsat(TRUE_CLAIM, backends, core=core, witness={"x": "4"}), Accepted)


def test_a_model_that_does_not_falsify_is_refused(backends: Backends) -> None:
    assert isinstance(model(FALSE_CLAIM, backends, {"x": "5"}), Rejected)
    assert isinstance(model(FALSE_CLAIM, backends, {"x": "3"}), Rejected)
    judged = model(FALSE_CLAIM, backends, {"x": "4"})
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Refuted)


def test_a_model_that_leaves_out_a_constant_is_refused(backends: Backends) -> None:
    assert isinstance(model(FALSE_CLAIM, backends, {}), Rejected)


def test_a_model_of_another_sort_is_refused(backends: Backends) -> None:
    for value in (
        "7/2",
        4,
        4.0,
        True,
        None,
        "4.0e0",
        "٤",
        " 4",
        "9" * 5000,
        {"bv": 8, "value": 4},
        [["4"]],
        float("nan"),
    ):
        assert isinstance(model(FALSE_CLAIM, backends, {"x": value}), Rejected), value


def test_a_model_that_rests_on_division_by_zero_is_refused(backends: Backends) -> None:
    source = "(declare-const x Int)\n(assert (not (= (div x 0) 0)))\n"
    judged = model(source, backends, {"x": "5"})
    assert isinstance(judged, Rejected)
    assert "division by zero" in judged.faults[0].text


def test_a_model_of_a_quantified_hypothesis_is_not_believed(backends: Backends) -> None:
    source = "(declare-fun f (Int) Int)\n(assert (forall ((x Int)) (> (f x) x)))\n(assert (not (> (f 0) 5)))\n"
    assert isinstance(model(source, backends, {"f": {"function": [], "default": "1"}}), Rejected)


def test_commands_hidden_in_names_are_not_run(backends: Backends) -> None:
    name = "|x) (assert false) (declare-const y|"
    source = f"(declare-const {name} Int)\n(assert (> {name} 3))\n"
    assert isinstance(unsat(source, backends, core=["line-2"]), Rejected)


def test_a_theory_function_given_another_meaning_is_refused(backends: Backends) -> None:
    for line in ("(define-fun > ((a Int) (b Int)) Bool false)", "(declare-fun sin (Real) Real)"):
        with pytest.raises(BadInput, match="taken by SMT-LIB"):
            unsat(line + "\n(assert (> 2 1))\n", backends, core=["line-2"])


def test_a_recursive_definition_is_refused(backends: Backends) -> None:
    for source in (
        "(define-fun-rec f ((x Int)) Int (+ 1 (f x)))\n(assert (= (f 0) 0))\n",
        "(define-fun f ((x Int)) Int (+ 1 (f x)))\n(assert (= (f 0) 0))\n",
    ):
        with pytest.raises(BadInput):
            unsat(source, backends, core=["line-2"])


def test_assertions_of_a_popped_scope_prove_nothing(backends: Backends) -> None:
    source = "(declare-const x Int)\n(push 1)\n(assert false)\n(pop 1)\n(assert (> x 0))\n(check-sat)\n"
    (script,) = split_checks(source)
    names = ["line-2"]
    assert "false" not in script
    assert isinstance(unsat(script, backends, core=names), Rejected)


def test_a_case_that_is_left_out_is_refused(backends: Backends) -> None:
    source = "(declare-const x Int)\n(assert (not (and (>= (* x x) 0) (> x 0))))\n"
    for cores in ([["line-2"]], [["line-2"], ["line-2"]], [["line-2"], []], "line-2", [1, 2]):
        candidate = Candidate(form="smt-cases", content={"solver": "z3", "cores": cores})
        assert isinstance(check_cases(theorem(source), candidate, backends, Limits()), Rejected), cores


def test_malformed_candidates_are_refused_without_a_traceback(backends: Backends) -> None:
    for content in (
        {},
        {"solver": "z3"},
        {"solver": "z3", "core": "line-3"},
        {"solver": "z3", "core": [["line-3"]]},
        {"solver": "z3", "core": ["line-3", "line-3"]},
        {"solver": "/bin/true", "core": ["line-3"]},
        {"solver": ["z3"], "core": ["line-3"]},
        {"solver": "z3", "core": ["line-3"], "more": 1},
        {"solver": "z3", "core": ["line-3"], "witness": [1]},
    ):
        candidate = Candidate(form="smt-unsat", content=content)
        assert isinstance(check_unsat(theorem(TRUE_CLAIM), candidate, backends, Limits()), Rejected), content


def test_two_solvers_that_disagree_prove_nothing(backends: Backends) -> None:
    pytest.importorskip("cvc5")
    told = {"z3": "(assert false)\n", "cvc5": "(assert true)\n"}

    class Fooled(Asking):
        def ask(self, text: str, solver: str, *, at_most: float = 1e9) -> SolverAnswer:
            return super().ask(told[solver], solver, at_most=at_most)

    asking = Fooled(backends, time.monotonic() + 10, 2048, "z3")
    fault = asking.unsat_text("", "core")
    assert fault is not None
    assert fault.reason is Reason.DISAGREEMENT


def test_the_truth_is_accepted(backends: Backends) -> None:
    judged = unsat(TRUE_CLAIM, backends, core=["line-3", "line-4"])
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Proved)


BITS = """(declare-const x (_ BitVec 6))
(declare-const y (_ BitVec 6))
(assert (bvult x y))
(assert (bvult y x))
(assert (= y #b000011))
"""
needs_proofs = pytest.mark.skipif(not drup.installed(), reason="no python-sat and dratify")


def test_a_solver_that_agrees_must_be_another_one_and_must_agree(backends: Backends) -> None:
    core = ["line-3", "line-4"]
    assert isinstance(unsat(TRUE_CLAIM, backends, core=core, agreed="cvc5"), Accepted)
    for agreed in ("z3", "z3-seed-7", "z3-small", "nobody", "", 3):
        judged = unsat(TRUE_CLAIM, backends, core=core, agreed=agreed)
        assert isinstance(judged, Rejected) or agreed == "", agreed
    assert isinstance(unsat(FALSE_CLAIM, backends, core=core, agreed="cvc5"), Rejected)


def test_whose_word_it_rests_on_is_among_the_facts(backends: Backends) -> None:
    core = ["line-3", "line-4"]
    alone, both = unsat(TRUE_CLAIM, backends, core=core), unsat(TRUE_CLAIM, backends, core=core, agreed="cvc5")
    assert isinstance(alone, Accepted)
    assert isinstance(both, Accepted)
    assert (alone.facts["backing"], both.facts["backing"]) == ("z3 alone", "z3 and cvc5 agree")


def by_proof(source: str, core: list[str], packed: Any, backends: Backends) -> Judgement:
    return check_unsat(
        theorem(source), Candidate(form="smt-unsat", content={"core": core, "drup": packed}), backends, Limits()
    )


@needs_proofs
def test_proofs_about_bits_are_checked_against_clauses_that_we_make(backends: Backends) -> None:
    script = query_of(theorem(BITS))
    packed = drup.find_proof(bitblast(script, script.assertions[:2]), backends, wall_s=20)
    assert packed is not None
    honest = by_proof(BITS, ["line-3", "line-4"], packed, backends)
    assert isinstance(honest, Accepted)
    assert honest.facts["backing"] == "a checked DRUP proof"
    forged: list[tuple[str, list[str], Any]] = [
        (BITS, ["line-3", "line-5"], packed),  # other assertions
        (BITS.replace("(bvult y x)", "(bvule y x)").replace("#b000011", "x"), ["line-3", "line-5"], packed),
        (BITS.replace("(assert (bvult y x))", "(assert (bvult x #b111111))"), ["line-3", "line-4"], packed),
        (BITS, ["line-3", "line-4"], packed[:-8]),
        (BITS, ["line-3", "line-4"], ""),
        (BITS, ["line-3", "line-4"], "eJwDAAAAAAE="),  # an empty proof
        (BITS, ["line-3", "line-4"], "eJwz4AIAAGIAOg=="),  # a proof that claims the empty clause at once
        (BITS, ["line-3", "line-4"], 7),
        (TRUE_CLAIM, ["line-3", "line-4"], packed),  # not about bits
    ]
    for source, core, lie in forged:
        assert isinstance(by_proof(source, core, lie, backends), Rejected), (source, core, lie)


@needs_proofs
def test_a_proof_that_unpacks_to_no_end_is_refused(backends: Backends) -> None:
    bomb = base64.b64encode(zlib.compress(b"0" * (300 << 20), 9)).decode()
    assert isinstance(by_proof(BITS, ["line-3", "line-4"], bomb, backends), Rejected)
