"""From numbers to recurrences and closed forms."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.provers.closed.forms import decode_form, integer_at
from lemmata.tools.recurrences import find_recurrence, generating_function
from lemmata.tools.sequence_forms import guess_forms

SMALL = st.integers(-6, 6)
RATIONAL = st.builds(Fraction, SMALL, st.integers(1, 3))


@given(st.lists(RATIONAL, min_size=1, max_size=5), st.lists(RATIONAL, min_size=5, max_size=5))
def test_a_recurrence_behind_the_values_is_recovered(coefficients, first):
    order = len(coefficients)
    values = first[:order]
    while len(values) < 2 * order + 6:
        values.append(sum(c * values[-1 - i] for i, c in enumerate(coefficients)))
    found = find_recurrence(values)
    assert len(found) <= order
    for n in range(len(found), len(values)):
        assert values[n] == sum(c * values[n - 1 - i] for i, c in enumerate(found))


@given(st.lists(RATIONAL, min_size=1, max_size=12))
def test_whatever_recurrence_is_found_holds_of_the_values(values):
    found = find_recurrence(values)
    for n in range(len(found), len(values)):
        assert values[n] == sum(c * values[n - 1 - i] for i, c in enumerate(found))


@given(st.lists(SMALL, min_size=1, max_size=4), st.lists(SMALL, min_size=4, max_size=4))
def test_the_power_series_of_a_generating_function_has_the_values(coefficients, first):
    order = len(coefficients)
    values = first[:order]
    while len(values) < 2 * order + 6:
        values.append(sum(c * values[-1 - i] for i, c in enumerate(coefficients)))
    text = generating_function(values, [Fraction(c) for c in coefficients])
    x = Fraction(1, 10**9)  # the digits of the fraction are the values
    above, below = (eval(part, {"x": x}) for part in text[1:-1].split(")/("))
    exact = Fraction(above) / Fraction(below)
    for value in values[:4]:
        assert round(exact) == value
        exact = (exact - value) / x


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 4), st.data())
def test_quasi_polynomials_are_recovered(period, data):
    pieces = [data.draw(st.lists(SMALL, min_size=1, max_size=4)) for _ in range(period)]
    start = data.draw(st.integers(0, 3))
    expected = [sum(c * n**k for k, c in enumerate(pieces[n % period])) for n in range(start, start + 80)]
    forms = guess_forms(expected[:48], start)
    assert forms
    read = decode_form(forms[0], "form")
    for n in range(read.start, start + 80):
        assert integer_at(read, n) == expected[n - start]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(-4, 4).filter(bool), SMALL, SMALL), min_size=1, max_size=3))
def test_sums_of_powers_are_recovered(summands):
    expected = [sum(base**n * (c + d * n) for base, c, d in summands) for n in range(60)]
    forms = guess_forms(expected[:40], 0)
    assert forms
    read = decode_form(forms[0], "form")
    assert [integer_at(read, n) for n in range(read.start, 60)] == expected[read.start :]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([math.factorial(n) for n in range(20)], "factorial(n)"),
        ([math.factorial(n + 1) - 1 for n in range(20)], "factorial(n) + factorial(n)*n - 1"),
        ([math.comb(2 * n, n) for n in range(20)], "binomial(2*n, n)"),
        ([math.comb(2 * n, n) // (n + 1) for n in range(20)], "catalan(n)"),
        ([3 * 2**n - n for n in range(30)], "3*2**n - n"),
        ([4] * 20, "4"),
    ],
)
def test_the_shortest_form_comes_first(values, text):
    found = guess_forms(values, 0)[0]
    assert sorted(found["pieces"][0].replace("- n", "+ -n").split(" + ")) == sorted(
        text.replace("- n", "+ -n").split(" + ")
    )


def test_irrational_roots_give_binets_formula():
    values = [0, 1]
    while len(values) < 30:
        values.append(values[-1] + values[-2])
    assert "sqrt(5)" in guess_forms(values, 0)[0]["pieces"][0]


def test_the_first_values_may_be_exceptions():
    assert guess_forms([9, 7, *range(2, 30)], 0)[0] == {"pieces": ["n"], "start": 2}


@pytest.mark.parametrize(
    "values", [[2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61], [1, 2, 4], []]
)
def test_no_form_is_made_up_where_there_is_none(values):
    assert guess_forms(values, 0) == []
