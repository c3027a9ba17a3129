"""Families whose parameters are found by exact division: membership is what searching for the parameters gives."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.errors import BadInput
from lemmata.provers.answers.answer import decode_answer, describe, encode_answer, membership
from lemmata.provers.answers.solving import divides, find_steps
from lemmata.provers.terms.evaluate import evaluate
from lemmata.provers.terms.polynomial import polynomial_of, times
from lemmata.provers.terms.python_reader import read_expression

REACH = range(-60, 61)
BOUND = st.one_of(st.none(), st.integers(-2, 2))
SHAPES = [
    ["k", "k*m"],
    ["k*m", "k*m + k"],
    ["k*m - k", "k*m + k"],
    ["k + 1", "k*m + m - 2"],
    ["k - 1", "(k**2 - 1)*m + k"],
    ["k + m", "k - m"],
    ["2*k", "3*k*m + 1"],
    ["k", "k**2*m - k"],
    ["m", "m*k + k + m"],
]


def polynomial(text):
    return polynomial_of(read_expression(text, ("k", "m", "j")))


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(SHAPES), BOUND, BOUND, BOUND, BOUND)
def test_membership_agrees_with_searching_for_the_parameters(shape, low_k, low_m, high_k, high_m):
    low = {n: v for n, v in (("k", low_k), ("m", low_m)) if v is not None}
    high = {n: v for n, v in (("k", high_k), ("m", high_m)) if v is not None}
    family = {"parameters": ["k", "m"], "tuple": shape, "at_least": low, "at_most": high}
    answer = decode_answer({"families": [family]}, ("x", "y"))
    term = membership(answer, ("x", "y"))
    codes = [compile(text, "shape", "eval") for text in shape]
    values = {
        tuple(eval(code, {"k": k, "m": m}) for code in codes)
        for k in REACH
        if low.get("k", k) <= k <= high.get("k", k)
        for m in REACH
        if low.get("m", m) <= m <= high.get("m", m)
    }
    for point in itertools.product(range(-7, 8), repeat=2):
        assert evaluate(term, dict(zip("xy", point, strict=True))) is (point in values), (family, point)


def test_three_unknowns_with_two_parameters():
    family = {"parameters": ["k", "m"], "tuple": ["k", "k*m", "k*m**2"], "at_least": {"k": 1}}
    term = membership(decode_answer({"families": [family]}, ("x", "y", "z")), ("x", "y", "z"))
    values = {(k, k * m, k * m * m) for k in range(1, 30) for m in range(-30, 31)}
    for point in itertools.product(range(-5, 6), repeat=3):
        assert evaluate(term, dict(zip("xyz", point, strict=True))) is (point in values)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_family_written_down_is_read_as_the_same_family(shape):
    answer = decode_answer({"families": [{"parameters": ["k", "m"], "tuple": shape}]}, ("x", "y"))
    assert decode_answer(encode_answer(answer), ("x", "y")) == answer


def test_a_family_is_described_in_words():
    family = {"parameters": ["k", "m"], "tuple": ["k", "k*m"], "at_least": {"k": 1, "m": 2}}
    answer = decode_answer({"families": [family]}, ("a", "b"))
    assert describe(answer, ("a", "b")) == "(a, b) = (k, k*m) for every integer 1 ≤ k and every integer 2 ≤ m"


@pytest.mark.parametrize(
    "shape",
    [
        ["k*m", "k*m"],  # neither can be found
        ["k**2", "k**2*m"],
        ["k*m", "k + m"],
        ["k", "m**2"],
        ["k", "k*m*j"],
        ["k", "3"],
    ],
)
def test_parameters_that_cannot_be_found_are_refused(shape):
    names = ["k", "m", "j"] if "j" in shape[1] else ["k", "m"]
    with pytest.raises(BadInput, match="one after the other"):
        decode_answer({"families": [{"parameters": names, "tuple": shape}]}, ("x", "y"))


def test_a_parameter_that_matters_where_it_is_not_determined_is_refused():
    """(k, k·m, m): for k = 0 every m gives another tuple; so m must be found in the third place, and is."""
    steps = find_steps(tuple(map(polynomial, ("k", "k*m", "m"))), ("k", "m"))
    assert [s.settles for s in steps] == [(0,), (2,)]
    assert find_steps(tuple(map(polynomial, ("k", "k*m", "m**2"))), ("k", "m")) is None


@given(st.sampled_from(["k", "k*m", "k + 1", "k**2 - m", "2*k + m"]), st.sampled_from(["1", "m", "k - 3", "k*m + 2"]))
def test_a_product_is_divided_by_its_factor(divisor, factor):
    assert divides(polynomial(divisor), times(polynomial(divisor), polynomial(factor)))
    assert not divides(polynomial(divisor), polynomial(f"({divisor})*({factor}) + 1"))
