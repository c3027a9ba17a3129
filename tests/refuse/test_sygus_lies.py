"""Lies about functions that a SyGuS file asks for, each of which the checker must refuse."""

from __future__ import annotations

from typing import Any

import pytest

from lemmata.budget import Limits
from lemmata.problem import Candidate, Synthesis
from lemmata.provers.base import Backends
from lemmata.provers.smt.implementation import check_implementation
from lemmata.verdict import Accepted, Judgement, Proved, Reason, Rejected, Unknown

pytestmark = pytest.mark.sandbox

LARGER = """(set-logic LIA)
(synth-fun larger ((a Int) (b Int)) Int)
(declare-var x Int)
(declare-var y Int)
(define-fun sum ((a Int) (b Int)) Int (+ a b))
(define-fun same ((a Int)) Int (larger a a))
(constraint (>= (larger x y) x))
(constraint (>= (larger x y) y))
(constraint (or (= (larger x y) x) (= (larger x y) y)))
(check-synth)
"""
WITH_GRAMMAR = LARGER.replace(
    "(b Int)) Int)\n",
    """(b Int)) Int
  ((S Int) (B Bool))
  ((S Int (a b 0 -1 (+ S S) (ite B S S))) (B Bool ((<= S S) (not B)))))
""",
    1,
)
GOOD = "(define-fun larger ((a Int) (b Int)) Int (ite (<= a b) b a))"


def check(source: str, definition: Any, backends: Backends) -> Judgement:
    problem = Synthesis(name="lie", source=source, language="sygus", target="larger")
    candidate = Candidate(form="implementation", content={"definition": definition})
    return check_implementation(problem, candidate, backends, Limits())


def test_the_truth_is_accepted(backends: Backends) -> None:
    for source in (LARGER, WITH_GRAMMAR):
        judged = check(source, GOOD, backends)
        assert isinstance(judged, Accepted)
        assert isinstance(judged.verdict, Proved)


def test_a_wrong_function_is_refused_with_a_case(backends: Backends) -> None:
    judged = check(LARGER, GOOD.replace("(<= a b)", "(<= b a)"), backends)
    assert isinstance(judged, Rejected)
    assert "x = " in judged.faults[0].text


def test_an_off_by_one_function_is_refused(backends: Backends) -> None:
    assert isinstance(check(LARGER, GOOD.replace("b a))", "(+ b 0) (+ a 1)))"), backends), Rejected)


def test_a_solution_outside_the_grammar_is_refused(backends: Backends) -> None:
    for body in ("(ite (>= a b) a b)", "(ite (<= a b) b (+ a (- 2 2)))", "(ite (<= (+ a 5) (+ b 5)) b a)"):
        definition = GOOD.replace("(ite (<= a b) b a)", body)
        assert isinstance(check(LARGER, definition, backends), Accepted), body
        assert isinstance(check(WITH_GRAMMAR, definition, backends), Rejected), body


def test_a_constant_of_the_grammar_is_no_licence_for_others(backends: Backends) -> None:
    fine = GOOD.replace("(<= a b)", "(<= (+ a -1) (+ b (- 1)))")
    assert isinstance(check(WITH_GRAMMAR, fine, backends), Accepted)
    assert isinstance(check(WITH_GRAMMAR, fine.replace("-1", "-2").replace("(- 1)", "(- 2)"), backends), Rejected)


def test_another_name_or_signature_is_refused(backends: Backends) -> None:
    for definition in (
        GOOD.replace("larger", "largest"),
        GOOD.replace("(b Int)", "(c Int)").replace(" b", " c"),
        GOOD.replace("(a Int) (b Int)", "(b Int) (a Int)"),
        GOOD.replace("(a Int) (b Int)", "(a Int) (b Int) (c Int)"),
        GOOD.replace("(b Int)) Int", "(b Int)) Real"),
    ):
        assert isinstance(check(LARGER, definition, backends), Rejected), definition


def test_a_function_that_calls_itself_is_refused(backends: Backends) -> None:
    assert isinstance(check(LARGER, GOOD.replace("b a))", "(larger b b) a))"), backends), Rejected)


def test_a_function_that_calls_itself_through_the_file_is_refused(backends: Backends) -> None:
    assert isinstance(check(LARGER, GOOD.replace("b a))", "(same b) a))"), backends), Rejected)
    assert isinstance(check(LARGER, GOOD.replace("b a))", "(sum b 0) a))"), backends), Accepted)


def test_a_body_that_reads_the_constraints_variables_is_refused(backends: Backends) -> None:
    assert isinstance(check(LARGER, GOOD.replace("(ite (<= a b) b a)", "(ite (<= x y) y x)"), backends), Rejected)


def test_commands_behind_the_definition_are_refused(backends: Backends) -> None:
    for extra in ("(assert false)", "(declare-const z Int)", ")(assert false)", "; comment\n(exit)"):
        assert isinstance(check(LARGER, GOOD + extra, backends), Rejected), extra


def test_a_product_of_variables_is_not_linear(backends: Backends) -> None:
    source = "(set-logic LIA)(synth-fun f ((a Int)) Int)(declare-var x Int)(constraint (>= (f x) x))(check-synth)"
    assert isinstance(check(source, "(define-fun f ((a Int)) Int (* a a))", backends), Rejected)
    assert isinstance(check(source, "(define-fun f ((a Int)) Int (+ a 1))", backends), Accepted)


def test_a_specification_that_says_nothing_is_vacuous(backends: Backends) -> None:
    head = "(set-logic LIA)(synth-fun f ((a Int)) Int)(declare-var x Int)"
    for constraint in ("", "(constraint (or (> x 0) (<= x 0)))", "(constraint (=> (and (> x 1) (< x 1)) (= (f x) 7)))"):
        judged = check(head + constraint, "(define-fun f ((a Int)) Int a)", backends)
        assert isinstance(judged, Accepted), constraint
        assert isinstance(judged.verdict, Unknown)
        assert judged.verdict.reason is Reason.VACUOUS


def test_malformed_definitions_are_refused_without_a_traceback(backends: Backends) -> None:
    for definition in (
        None,
        7,
        [],
        "",
        "(",
        ")",
        "larger",
        "(define-fun)",
        "(define-fun larger)",
        GOOD * 2,
        "(" * 5000,
    ):
        assert isinstance(check(LARGER, definition, backends), Rejected), definition
    problem = Synthesis(name="lie", source=LARGER, language="sygus")
    for content in ({}, {"definition": GOOD, "query": "(assert false)"}):
        judged = check_implementation(problem, Candidate(form="implementation", content=content), backends, Limits())
        assert isinstance(judged, Rejected)
