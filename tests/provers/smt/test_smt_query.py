from __future__ import annotations

import pytest

from lemmata.errors import BadInput
from lemmata.formats.smt_terms import write_term
from lemmata.formats.smtlib import Script, read_script
from lemmata.problem import Theorem
from lemmata.provers.smt.query import hypotheses_of, prepare, query_of, split_cases


def prepared(source: str) -> Script:
    return prepare(read_script(source))


def texts(script: Script) -> list[str]:
    return [write_term(a.term) for a in script.assertions]


def test_a_universal_goal_becomes_constants_premises_and_a_goal() -> None:
    made = prepared("(assert (not (forall ((x Int)) (=> (> x 1) (forall ((y Int)) (=> (> y x) (> y 2)))))))")
    assert [d.name for d in made.declarations] == ["x", "y"]
    assert texts(made) == ["(> x 1)", "(> y x)", "(not (> y 2))"]
    assert len(hypotheses_of(made)) == 2


def test_a_fresh_constant_never_takes_a_name_that_is_used() -> None:
    bound = "(assert (exists ((x Int)) (< x 1)))(assert (exists ((x!2 Int)) (= x!2 x)))"
    made = prepared("(declare-const x Int)(assert (> x 1))" + bound)
    names = [d.name for d in made.declarations]
    assert len(set(names)) == 3
    assert texts(made)[0] == "(> x 1)"
    assert texts(made)[1] != "(< x 1)"


def test_universal_hypotheses_stay() -> None:
    made = prepared("(assert (forall ((x Int)) (exists ((y Int)) (> y x))))(assert (not (exists ((z Int)) (> z 5))))")
    assert made.declarations == ()


def test_an_existential_under_a_negation_in_a_hypothesis_stays() -> None:
    made = prepared("(assert (=> (exists ((x Int)) (> x 0)) (exists ((y Int)) (> y 1))))(assert true)")
    assert [d.name for d in made.declarations] == ["y"]


def test_a_conjunctive_goal_is_taken_apart() -> None:
    made = prepared("(declare-const p Bool)(declare-const q Bool)(assert p)(assert (not (and p (or p q) (= p q))))")
    assert [texts(c)[-1] for c in split_cases(made)] == ["(not p)", "(not (or p q))", "(not q)", "(not p)"]
    with pytest.raises(BadInput):
        split_cases(prepared("(assert (not true))"))


def test_a_claim_is_put_to_solvers_too() -> None:
    script = query_of(Theorem(name="t", source="∀ x y : Int, x < y → x + 1 ≤ y", language="claim"))
    assert texts(script)[-1].startswith("(not")
    with pytest.raises(BadInput):
        query_of(Theorem(name="t", source="theorem t : True", language="lean", target="t"))
