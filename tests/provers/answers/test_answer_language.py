"""Membership in an answer, decided by arithmetic alone, is what enumerating its parameters gives."""

from __future__ import annotations

import itertools

import pytest

from lemmata.errors import BadInput
from lemmata.provers.answers.answer import decode_answer, describe, encode_answer, membership
from lemmata.provers.terms.evaluate import evaluate

WIDE = range(-40, 41)
CASES = [
    ({"points": [[3], [-1], [3]]}, {(3,), (-1,)}),
    ({"families": [{"parameters": ["k"], "tuple": ["3*k + 1"]}]}, {(3 * k + 1,) for k in WIDE}),
    (
        {"families": [{"parameters": ["k"], "tuple": ["1 - 2*k"], "at_least": {"k": 0}, "at_most": {"k": 4}}]},
        {(1 - 2 * k,) for k in range(5)},
    ),
    ({"families": [{"parameters": ["k"], "tuple": ["k", "k**2 - k"]}]}, {(k, k * k - k) for k in WIDE}),
    (
        {"families": [{"parameters": ["k"], "tuple": ["2*k + 1", "-3*k"], "at_least": {"k": -2}}], "points": [[0, 0]]},
        {(2 * k + 1, -3 * k) for k in range(-2, 41)} | {(0, 0)},
    ),
    (
        {"families": [{"parameters": ["k", "j"], "tuple": ["k", "j", "k + j"], "at_least": {"j": 1}}]},
        {(k, j, k + j) for k in WIDE for j in range(1, 41)},
    ),
    ("none", set()),
]


@pytest.mark.parametrize(("data", "members"), CASES)
def test_membership_is_what_enumeration_gives(data, members):
    size = len(next(iter(members), (0,)))
    unknowns = ("x", "y", "z")[:size]
    answer = decode_answer(data, unknowns)
    term = membership(answer, unknowns)
    for point in itertools.product(range(-7, 8), repeat=size):
        assert evaluate(term, dict(zip(unknowns, point, strict=True))) is (point in members), point


@pytest.mark.parametrize(("data", "members"), CASES)
def test_an_answer_written_down_is_read_as_the_same_answer(data, members):
    unknowns = ("x", "y", "z")[: len(next(iter(members), (0,)))]
    answer = decode_answer(data, unknowns)
    assert decode_answer(encode_answer(answer), unknowns) == answer


def test_an_answer_is_described_in_words():
    answer = decode_answer(
        {"points": [[5]], "families": [{"parameters": ["k"], "tuple": ["3*k+1"], "at_least": {"k": 0}}]}, ("n",)
    )
    assert describe(answer, ("n",)) == "n ∈ {5}, or n = 3*k + 1 for every integer 0 ≤ k"
    assert describe(decode_answer("none", ("n",)), ("n",)) == "there is no solution"


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"points": [[1, 2]]},
        {"points": [[True]]},
        {"points": [[1.0]]},
        {"points": [["1"]]},
        {"points": [[10**5000]]},
        {"points": [[i] for i in range(2000)]},
        {"points": [], "where": "n > 1"},
        {"families": [{"parameters": ["k"], "tuple": ["k*k"]}]},
        {"families": [{"parameters": ["k"], "tuple": ["5"]}]},
        {"families": [{"parameters": ["n"], "tuple": ["2*n"]}]},
        {"families": [{"parameters": ["k", "k"], "tuple": ["k"]}]},
        {"families": [{"parameters": ["k"], "tuple": ["k if k > 0 else 1"]}]},
        {"families": [{"parameters": ["k"], "tuple": ["k // 2"]}]},
        {"families": [{"parameters": ["k"], "tuple": ["k**9**9**9"]}]},
        {"families": [{"parameters": ["k"], "tuple": ["(k + 1)**60 * (k + 2)**60"]}]},
        {"families": [{"parameters": ["k"], "tuple": ["__import__('os')"]}]},
        {"families": [{"parameters": ["k"], "tuple": ["k"], "at_least": {"j": 1}}]},
        {"families": [{"parameters": ["k"], "tuple": ["k"], "at_least": {"k": None}}]},
        {"families": [{"parameters": ["k) (assert false"], "tuple": ["k"]}]},
        {"families": [{"parameters": [], "tuple": ["3"]}]},
        {"families": [{"parameters": {"k": 1}, "tuple": "k"}]},
    ],
)
def test_what_is_not_in_the_language_is_refused(data):
    with pytest.raises(BadInput):
        decode_answer(data, ("n",))
