"""Problems, verdicts and budgets as plain values."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemmata.budget import Budget, Spent
from lemmata.errors import BadInput
from lemmata.problem import (
    KINDS,
    LANGUAGES,
    Candidate,
    Problem,
    Theorem,
    decode_candidate,
    decode_problem,
    digest_problem,
    encode_candidate,
    encode_problem,
)
from lemmata.verdict import (
    Counterexample,
    Proved,
    Reason,
    Refuted,
    SafeUpTo,
    Solution,
    Tested,
    Unknown,
    decode_verdict,
    encode_verdict,
)

texts = st.text(max_size=40)
problems = st.sampled_from([(k, lang) for k, langs in LANGUAGES.items() for lang in langs]).flatmap(
    lambda pair: st.builds(KINDS[pair[0]], name=texts, source=texts, language=st.just(pair[1]), target=texts)
)
jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
verdicts = (
    st.builds(Proved)
    | st.builds(Refuted, st.builds(Counterexample, values=st.dictionaries(texts, jsons, max_size=3), replay=texts))
    | st.builds(SafeUpTo, st.integers(min_value=0))
    | st.builds(Tested, st.integers(min_value=1))
    | st.builds(Unknown, st.sampled_from(Reason), texts)
)


@given(problems)
def test_a_problem_survives_json(problem: Problem) -> None:
    assert decode_problem(json.loads(json.dumps(encode_problem(problem)))) == problem


@given(verdicts)
def test_a_verdict_survives_json(verdict) -> None:
    assert decode_verdict(json.loads(json.dumps(encode_verdict(verdict)))) == verdict


@given(st.builds(Candidate, form=texts, content=st.dictionaries(texts, jsons, max_size=3), origin=texts))
def test_a_candidate_survives_json(candidate: Candidate) -> None:
    assert decode_candidate(json.loads(json.dumps(encode_candidate(candidate)))) == candidate


@given(jsons)
def test_reading_any_json_as_a_verdict_or_problem_gives_it_or_bad_input(data) -> None:
    for decode in (decode_verdict, decode_problem, decode_candidate):
        try:
            decode(data)
        except BadInput:
            continue


def test_the_digest_pins_the_source_and_not_the_name() -> None:
    one = Theorem(name="a", source="x", language="claim")
    assert digest_problem(one) == digest_problem(Theorem(name="b", source="x", language="claim"))
    assert digest_problem(one) != digest_problem(Theorem(name="a", source="x ", language="claim"))
    assert digest_problem(one) != digest_problem(Theorem(name="a", source="x", language="lean"))


@pytest.mark.parametrize(
    "data",
    [
        {"is": "proved", "counterexample": {}},
        {"is": "tested", "cases": 0},
        {"is": "safe_up_to", "bound": -1},
        {"is": "unknown", "reason": "tired", "detail": ""},
        {"is": "Proved"},
    ],
)
def test_a_verdict_with_a_field_too_many_or_out_of_range_is_refused(data) -> None:
    with pytest.raises(BadInput):
        decode_verdict(data)


def test_safe_up_to_a_bound_is_not_solved() -> None:
    problem = Theorem(name="a", source="x", language="claim")
    solved = {
        verdict: Solution(problem=problem, answer=None, verdict=verdict, certificate=None, cost=Spent()).solved
        for verdict in (Proved(), SafeUpTo(9), Tested(9), Unknown(Reason.TIMEOUT))
    }
    assert list(solved.values()) == [True, False, False, False]


def test_a_budget_names_the_allowance_that_ran_out() -> None:
    budget = Budget(wall_s=10, checks=2)
    assert budget.exhausted(Spent(wall_s=9, checks=1)) is None
    assert budget.exhausted(Spent(wall_s=1, checks=2)) == "checks"
    assert budget.left(Spent(wall_s=99)).wall_s == 0
