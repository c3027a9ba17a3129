"""Claims about bit-vectors whose encoding or evidence could make a false one look proved."""

from __future__ import annotations

import pytest

import lemmata
from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Theorem
from lemmata.provers.base import Backends
from lemmata.provers.smt.check import check_model, check_unsat
from lemmata.provers.smt.query import query_of
from lemmata.provers.terms.claim import to_smtlib
from lemmata.verdict import Accepted, Proved, Reason, Refuted, Rejected, Unknown

pytestmark = pytest.mark.sandbox

FALSE_CLAIMS = [
    "∀ x : BitVec 8, x / 0 = 255",  # as SMT-LIB has it
    "∀ x : BitVec 8, x.udiv 0 = 255",
    "∀ x : BitVec 8, x.slt 0 → x.sdiv 0 = 1",
    "∀ x : BitVec 8, x % 0 = 0",
    "∀ x : BitVec 8, x < 0 ∨ x ≥ 1",
    "∀ x y : BitVec 8, x < y ↔ x.slt y",
    "∀ x : BitVec 8, x + 1 > x",
    "∀ x : BitVec 4, x <<< 16 = x",  # a natural number is not reduced modulo 2 ^ 4
    "∀ x : BitVec 4, x <<< 16#4 = 0",  # a bit-vector is
    "∀ x : BitVec 4, x <<< 16#8 = x",  # and is not cut to the width of what is shifted
    "∀ x : BitVec 4, x >>> 4 = x",
    "∀ x : BitVec 8, x >>> 1 = x / 2 ∧ x.sshiftRight 1 = x >>> 1",
    "∀ x : BitVec 8, x.signExtend 16 = x.setWidth 16",
    "∀ x : BitVec 8, x.srem 3 = x.smod 3",
    "∀ x y : BitVec 8, x - y - y = x - (y - y)",
    "∀ x y : BitVec 8, x ||| y &&& x = (x ||| y) &&& y",
    "256#8 = 1#8",
    "∀ x : BitVec 8, ∃ y : BitVec 8, x * y = 1",
    "∀ p : Prop, ∀ x : BitVec 8, x = 1 → p",
]


def theorem(text: str) -> Theorem:
    return Theorem(name="lie", source=text, language="claim")


def names(text: str) -> list[str]:
    """Of all assertions."""
    return [a.name for a in query_of(theorem(text)).assertions]


@pytest.mark.parametrize("text", FALSE_CLAIMS)
def test_a_false_claim_is_not_proved_by_a_core(text: str, backends: Backends) -> None:
    candidate = Candidate(form="smt-unsat", content={"solver": "z3", "core": names(text)})
    assert isinstance(check_unsat(theorem(text), candidate, backends, Limits(wall_s=10.0)), Rejected)


@pytest.mark.parametrize("text", ["∀ x : BitVec 8, x / 0 = 0", "∀ x : BitVec 8, x.slt 0 → x.sdiv 0 = 0"])
def test_the_same_core_of_a_true_claim_is_accepted(text: str, backends: Backends) -> None:
    candidate = Candidate(form="smt-unsat", content={"solver": "z3", "core": names(text)})
    assert isinstance(check_unsat(theorem(text), candidate, backends, Limits(wall_s=10.0)), Accepted)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("∀ x : BitVec 8, x / 0 = 0", {"x": {"bv": 8, "value": 1}}),
        ("∀ x : BitVec 8, x < 3 → x < 4", {"x": {"bv": 8, "value": 200}}),
        ("∀ x : BitVec 8, x + 1 ≠ x", {"x": {"bv": 9, "value": 255}}),
        ("∀ x : BitVec 8, x + 1 ≠ x", {"x": {"bv": 8, "value": 256}}),
        ("∀ x : BitVec 8, x + 1 ≠ x", {"y": {"bv": 8, "value": 1}}),
        ("∀ x : BitVec 8, x + 1 ≠ x", {}),
    ],
)
def test_values_that_do_not_falsify_a_claim_do_not_refute_it(text, values, backends) -> None:
    candidate = Candidate(form="smt-model", content={"values": values})
    try:
        judged = check_model(theorem(text), candidate, backends, Limits())
    except BadInput:
        return
    assert isinstance(judged, Rejected)


def test_hypotheses_that_clash_are_not_taken_for_a_proof(backends: Backends) -> None:
    solution = lemmata.solve("∀ x : BitVec 8, x < 3 → x > 5 → x = 77", budget=20.0, keep=False)
    assert isinstance(solution.verdict, Unknown)
    assert solution.verdict.reason is not Reason.TIMEOUT


def test_a_true_claim_is_proved_and_the_certificate_holds_for_no_other_claim(backends: Backends) -> None:
    solution = lemmata.solve("∀ x y : BitVec 8, x ^^^ y ^^^ y = x", budget=20.0, keep=False)
    assert isinstance(solution.verdict, Proved)
    assert solution.certificate is not None
    assert isinstance(lemmata.recheck(solution.certificate), Proved)
    content = solution.certificate["candidate"]["content"]
    candidate = Candidate(form="smt-unsat", content=content)
    true, false = theorem("∀ x y : BitVec 8, x ^^^ y ^^^ y = x"), theorem("∀ x y : BitVec 8, x ^^^ y ||| y = x")
    assert isinstance(check_unsat(true, candidate, backends, Limits(wall_s=10.0)), Accepted)
    assert isinstance(check_unsat(false, candidate, backends, Limits(wall_s=10.0)), Rejected)


def test_a_false_claim_is_refuted_by_values_that_are_replayed(backends: Backends) -> None:
    solution = lemmata.solve("∀ x : BitVec 8, x + 1 > x", budget=20.0, keep=False)
    assert isinstance(solution.verdict, Refuted)
    (value,) = solution.certificate["candidate"]["content"]["values"].values()
    candidate = Candidate(form="smt-model", content={"values": {"x": value}})
    again = check_model(theorem("∀ x : BitVec 8, x + 1 > x"), candidate, backends, Limits())
    assert isinstance(again, Accepted)
    assert value == {"bv": 8, "value": 255}


@pytest.mark.parametrize(
    "text",
    [
        "∀ x : BitVec 8, x = 1) (assert false",
        "∀ x : (BitVec 8)) (assert false), x = 1",
        "∀ x : BitVec 8, x = 1 ; (assert false)",
        "∀ x : BitVec 8, sorry",
        "∀ true : BitVec 8, true",
        "∀ x : BitVec 8, x = bv1",
        "∀ x : BitVec 8, x = #b1",
        "∀ x : BitVec (4 + 4), x = x",
        "∀ x : BitVec 8, x = 5#9",
        "∀ x : BitVec 8, (x : BitVec 16) = 1",
    ],
)
def test_what_is_smuggled_into_a_claim_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        to_smtlib(text)


@pytest.mark.parametrize("name", ["true", "bvadd", "extract", "BitVec", "Bool", "x'", "α"])
def test_a_variable_named_like_something_of_smtlib_is_a_variable(name: str, backends: Backends) -> None:
    solution = lemmata.solve(f"∀ {name} : BitVec 8, {name} = 1", budget=20.0, keep=False)
    assert isinstance(solution.verdict, Refuted)
