"""Inductions that prove nothing, and must be refused."""

from __future__ import annotations

import json

import pytest

import lemmata
from lemmata.budget import Limits
from lemmata.errors import BadCertificate, BadInput
from lemmata.problem import Candidate, Theorem, digest
from lemmata.provers.smt.induction import check_induction
from lemmata.verdict import Accepted, Proved, Reason, Rejected, Unknown

pytestmark = pytest.mark.sandbox


def judge(backends, claim, *, variable="n", start=0, depth=1, solver="z3", wall_s=10.0, **more):
    content = {"variable": variable, "start": start, "depth": depth, "solver": solver, **more}
    problem = Theorem(name="lie", source=claim, language="claim")
    candidate = Candidate(form="smt-induction", content=content)
    return check_induction(problem, candidate, backends, Limits(wall_s=wall_s))


def refused(judged, place=""):
    assert isinstance(judged, Rejected), judged
    assert judged.faults[0].place.startswith(place), judged
    return judged.faults[0]


@pytest.mark.parametrize(
    ("claim", "how"),
    [
        ("∀ n : Nat, 2^n ≥ n + 1", {}),
        ("∀ n : Nat, n ≥ 4 → n^2 ≤ 2^n", {"start": 4}),
        ("∀ n : Nat, (4:Int)^n % 3 = 1", {}),
        ("∀ (x : Real) (n : Nat), x ≥ -1 → (1 + x)^n ≥ 1 + n * x", {}),
        ("∀ n : Int, n ≥ -3 → n * n * n + 27 ≥ 0", {"start": -3}),
        ("∀ m n : Nat, (2:Nat)^(m + n) = 2^m * 2^n", {}),
    ],
)
def test_a_right_induction_is_accepted_so_that_the_lies_mean_something(backends, claim, how):
    judged = judge(backends, claim, **how)
    assert isinstance(judged, Accepted), judged
    assert judged.verdict == Proved()


def test_a_claim_that_fails_in_the_middle_is_refused(backends):
    refused(judge(backends, "∀ n : Nat, n^2 < 2^n", start=0), "step")
    refused(judge(backends, "∀ n : Nat, n^2 < 2^n", start=5), "case 2")


def test_a_step_without_its_base_is_refused(backends):
    """n ↦ n + 1 keeps n = n + 1 true, and it is never true."""
    refused(judge(backends, "∀ n : Nat, n = n + 1"), "case 0")
    refused(judge(backends, "∀ n : Nat, 2^n + 1 > 2^n + 2"), "case 0")


def test_a_base_without_its_step_is_refused(backends):
    refused(judge(backends, "∀ n : Nat, n < 50"), "step")
    refused(judge(backends, "∀ n : Nat, 2^n < 1000000"), "step")


def test_cases_before_the_start_are_not_forgotten(backends):
    refused(judge(backends, "∀ n : Nat, 2^n ≥ 8", start=3), "case 0")
    refused(judge(backends, "∀ n : Int, n ≥ 3", start=3), "case 0")


def test_two_steps_need_two_bases(backends):
    """(n - 1)·(n - 3)·… : true for even n alone, and the step from n to n + 2 holds."""
    claim = "∀ n : Nat, n % 2 = 0"
    refused(judge(backends, claim, depth=2), "case 1")
    refused(judge(backends, claim, depth=1), "step")


def test_the_same_values_of_other_variables_are_used(backends):
    """For every n some m is larger; no m is larger than every n."""
    refused(judge(backends, "∀ m n : Nat, n ≤ m"), "step")


def test_powers_are_not_positive_where_their_base_is_not(backends):
    refused(judge(backends, "∀ (a : Int) (n : Nat), a^n > 0"))
    refused(judge(backends, "∀ (a : Int) (n : Nat), a^n ≥ 0"))


def test_powers_of_different_bases_are_different(backends):
    refused(judge(backends, "∀ (a b : Int) (n : Nat), a^n = b^n"))


def test_subtraction_of_natural_numbers_stops_at_zero_in_exponents_too(backends):
    refused(judge(backends, "∀ n : Nat, 2 * 2^(n - 1) = 2^n"))


def test_contradicting_hypotheses_prove_nothing(backends):
    judged = judge(backends, "∀ n : Nat, n < 3 → n > 5 → 2^n = 7", start=6)
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Unknown)
    assert judged.verdict.reason is Reason.VACUOUS


def test_running_out_of_time_proves_nothing(backends):
    fault = refused(judge(backends, "∀ a b c n : Nat, n > 0 → a^3 * n + b^3 ≠ c^3 + 4 * n^3", wall_s=0.3))
    assert fault.reason in (Reason.TIMEOUT, Reason.INCOMPLETE, None)


def test_a_rational_quantifier_inside_is_bad_input(backends):
    with pytest.raises(BadInput, match="Rat"):
        judge(backends, "∀ n : Nat, ∃ q : Rat, q * q = n + 1")


@pytest.mark.parametrize(
    "more",
    [
        {"variable": "m"},
        {"variable": None},
        {"start": -1},
        {"start": 10**9},
        {"start": True},
        {"depth": 0},
        {"depth": 100},
        {"depth": 1.5},
        {"solver": "oracle"},
        {"agreed": "z3"},
        {"assume": "false"},
    ],
)
def test_a_forged_candidate_is_refused_without_a_traceback(backends, more):
    refused(judge(backends, "∀ n : Nat, 2^n ≥ n + 1", **more))


def test_a_certificate_with_another_start_is_refused(settings):
    solution = lemmata.solve("∀ n : Nat, n ≥ 4 → n^2 ≤ 2^n", budget=30, settings=settings, keep=False)
    assert solution.certificate is not None
    assert solution.certificate["candidate"]["form"] == "smt-induction"
    assert lemmata.recheck(solution.certificate, settings=settings) == Proved()
    for old, new in (('"start": 4', '"start": 0'), ('"start": 4', '"start": 5'), ("n^2 ≤ 2^n", "n^3 ≤ 2^n")):
        forged = json.loads(json.dumps(solution.certificate, ensure_ascii=False).replace(old, new))
        body = {k: v for k, v in forged.items() if k != "digest"}
        with pytest.raises(BadCertificate):
            lemmata.recheck({**body, "digest": digest(body)}, settings=settings)
