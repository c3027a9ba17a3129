"""What every SMT back-end must do: a true claim, a false one, one too hard for its limit, hostile content."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lemmata.budget import Limits
from lemmata.certificate import decode_certificate, encode_certificate
from lemmata.problem import Candidate, Theorem, canonical
from lemmata.provers.base import Backends
from lemmata.provers.recheck import recheck
from lemmata.provers.smt.check import check_cases, check_model, check_unsat
from lemmata.provers.smt.solver import installed
from lemmata.tools.base import Turn
from lemmata.tools.smt_solver import propose
from lemmata.tools.smt_split import join, split_goal
from lemmata.verdict import Accepted, Judgement, Proved, Reason, Refuted, Rejected

pytestmark = pytest.mark.sandbox

CHECKS = {"smt-unsat": check_unsat, "smt-model": check_model, "smt-cases": check_cases}
SOLVERS = [pytest.param(s, marks=pytest.mark.skipif(not installed(s), reason=f"no {s}")) for s in ("z3", "cvc5")]
TRUE = "(declare-const x Int)\n(assert (> x 3))\n(assert (not (> (* 2 x) 7)))\n(check-sat)\n"
FALSE = TRUE.replace("7", "8")
TABLES = """(declare-fun f (Int Bool) Int)
(declare-const z (Array Int Int))
(declare-const a Int)
(assert (not (= (f (select z a) (> a 1)) (+ a (f (+ a 1) false)))))
"""
HARD = "∀ x y z : Int, x*x*x + y*y*y + z*z*z ≠ 33"
BOTH = TRUE.replace("(not (> (* 2 x) 7))", "(not (and (> x 2) (forall ((y Int)) (=> (> y x) (> y 4)))))")


def smtlib(source: str) -> Theorem:
    return Theorem(name="t", source=source, language="smtlib")


def solve(problem: Theorem, backends: Backends, *, wall_s: float = 10.0) -> Judgement | None:
    offer = propose(Turn(problem=problem, limits=Limits(wall_s=wall_s)), backends)
    if not offer.candidates:
        return None
    (candidate,) = offer.candidates
    judged = CHECKS[candidate.form](problem, candidate, backends, Limits())
    if isinstance(judged, Accepted):
        certificate = decode_certificate(canonical(encode_certificate(problem, candidate, judged)), place="test")
        assert recheck(certificate, backends, Limits(), place="test") == judged.verdict
    return judged


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_true_claim_is_proved_and_a_false_one_is_not(backends: Backends, solver: str) -> None:
    candidate = Candidate(form="smt-unsat", content={"solver": solver, "core": ["line-2", "line-3"]})
    judged = check_unsat(smtlib(TRUE), candidate, backends, Limits())
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Proved)
    assert isinstance(check_unsat(smtlib(FALSE), candidate, backends, Limits()), Rejected)


def test_a_true_claim_is_found_proved_and_rechecked(backends: Backends) -> None:
    for problem in (smtlib(TRUE), Theorem(name="t", source="∀ x y : Int, x < y → x + 1 ≤ y", language="claim")):
        judged = solve(problem, backends)
        assert isinstance(judged, Accepted)
        assert isinstance(judged.verdict, Proved)


def test_a_false_claim_is_found_refuted_and_rechecked(backends: Backends) -> None:
    for problem in (
        smtlib(FALSE),
        smtlib(TABLES),
        Theorem(name="t", source="∀ x y : Int, x < y → x + 2 ≤ y", language="claim"),
    ):
        judged = solve(problem, backends)
        assert isinstance(judged, Accepted)
        assert isinstance(judged.verdict, Refuted)


def test_a_claim_that_is_too_hard_stays_unknown_within_its_limit(backends: Backends) -> None:
    start = time.monotonic()
    offer = propose(Turn(problem=Theorem(name="t", source=HARD, language="claim"), limits=Limits(wall_s=1)), backends)
    assert offer.candidates == ()
    assert offer.finding is not None
    assert offer.finding.reason is Reason.TIMEOUT
    assert time.monotonic() - start < 5


def test_the_parts_of_a_goal_prove_the_whole(backends: Backends) -> None:
    whole = smtlib(BOTH)
    parts = split_goal(whole)
    assert len(parts) == 2
    candidates = [propose(Turn(problem=p), backends).candidates[0] for p in parts]
    judged = check_cases(whole, join(whole, candidates), backends, Limits())
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Proved)
    assert split_goal(smtlib(TRUE)) == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("z3") | st.just("line-3"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4) | st.just("x"), inner, max_size=3),
    max_leaves=12,
)
CONTENT = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("solver", "core", "cores", "witness", "values", "more"), JSON)
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=CONTENT, form=st.sampled_from(list(CHECKS)))
def test_hostile_content_is_refused_and_never_raises(backends: Backends, content: dict[str, Any], form: str) -> None:
    judged = CHECKS[form](smtlib(FALSE), Candidate(form=form, content=content), backends, Limits(wall_s=2))
    assert isinstance(judged, Rejected) or isinstance(judged.verdict, Refuted)
