"""Closed forms as functions in normal form are what they are number by number."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.provers.closed.forms import decode_form, describe_form, form_over, is_whole, value_at
from lemmata.provers.closed.numbers import Outside, Surd, in_steps, square_root, whole
from lemmata.provers.closed.sums import Sum, linear, remainder, sign

PIECES = [
    "n**2*(n + 1)**2/4",
    "((1 + sqrt(5))/2)**n/sqrt(5) - ((1 - sqrt(5))/2)**n/sqrt(5)",
    "(2**n - (-1)**n)/3",
    "binomial(2*n, n)/(n + 1)",
    "catalan(n)",
    "factorial(n + 1) - factorial(n)*n",
    "factorial(2*n)/(2**n*factorial(n))",
    "(n + 3)**-1 + 3**(2*n + 1)",
    "(1/2)**n*n",
    "-n + 7",
]


def over(text: str, factor: int, shift: int) -> Sum:
    return form_over(decode_form({"pieces": [text], "start": 0}, "form"), linear(factor, shift))


def at(function: Sum, m: int) -> Surd:
    """The value of a normal form, worked out from what it says it is."""
    total = whole(0)
    for (base, facts), (above, below) in function.parts.items():
        value = base.power(m)
        for a, e in facts:
            product = 1
            for i in range(1, a * m + 1):
                product *= i
            value = value * whole(product).power(e)
        top, bottom = (sum((c * whole(m).power(k) for k, c in enumerate(p)), start=whole(0)) for p in (above, below))
        total = total + value * top * bottom.inverse()
    return total


@pytest.mark.parametrize("text", PIECES)
@pytest.mark.parametrize(("factor", "shift"), [(1, 0), (1, 3), (2, 1), (3, 2)])
def test_a_normal_form_has_the_values_of_its_expression(text, factor, shift):
    function = over(text, factor, shift)
    form = decode_form({"pieces": [text], "start": 0}, "form")
    for m in range(6):
        assert at(function, m) == value_at(form, factor * m + shift)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("catalan(n)", "binomial(2*n, n)/(n + 1)"),
        ("catalan(n)", "binomial(2*n, n) - binomial(2*n + 2, n + 2)*(n + 2)*n/((2*n + 2)*(2*n + 1))*(n + 1)/n*0"
         " - binomial(2*n, n)*n/(n + 1)"),
        ("factorial(n + 2)", "(n + 2)*(n + 1)*factorial(n)"),
        ("2**(n + 3)", "8*2**n"),
        ("4**n", "2**(2*n)"),
        ("(n + 1)/(n**2 + 3*n + 2)", "1/(n + 2)"),
    ],
)  # fmt: skip
def test_equal_functions_have_equal_normal_forms(one, other):
    assert (over(one, 1, 1) - over(other, 1, 1)).zero


@pytest.mark.parametrize(
    ("one", "other"), [("2**n", "n + 1"), ("factorial(n)", "2**n"), ("n", "n + 1"), ("2**n", "3**n")]
)
def test_different_functions_have_different_normal_forms(one, other):
    assert not (over(one, 1, 0) - over(other, 1, 0)).zero


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(-6, 6), st.integers(-5, 5), st.integers(-5, 5)), min_size=1, max_size=3),
    st.integers(1, 6),
    st.integers(1, 9),
)
def test_a_remainder_that_is_found_is_left_by_every_value(summands, factor, divisor):
    text = " + ".join(f"({b or 7})**n*({c}*n + {d})" for b, c, d in summands)
    function = over(text, factor, 1)
    try:
        rest = remainder(function, divisor)
    except Outside:
        return
    for m in range(8):
        value = at(function, m)
        assert value.rational
        assert value.a % divisor == rest


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3), st.integers(-3, 3)), min_size=1, max_size=3))
def test_a_sign_that_is_found_is_the_sign_of_every_value(summands):
    text = " + ".join(f"({b or 1})**n*({c}*n + {d})" for b, c, d in summands)
    function = over(text, 1, 0)
    found = sign(function)
    if found is not None:
        for m in range(12):
            value = at(function, m).a
            assert (value > 0) - (value < 0) == found


def test_whole_numbers_are_seen_where_they_can_be():
    def is_seen(text: str, factor: int = 1) -> bool:
        return is_whole(decode_form({"pieces": [text], "start": 0}, "form"), linear(factor, 0))

    assert is_seen("n*(n + 1)/2")
    assert is_seen("catalan(n)*3 - 2**n")
    assert is_seen("(2**n - (-1)**n)/3", 2)
    assert not is_seen("n/2")
    assert not is_seen("2**n/3**n")
    assert not is_seen("2**(n - 5)")


@given(st.fractions(min_value=0, max_value=500, max_denominator=50))
def test_square_roots_are_exact(value):
    root = square_root(value)
    assert root * root == Surd(value)


@given(st.lists(st.integers(-9, 9), max_size=6))
def test_steps_say_the_same_as_the_coefficients(coefficients):
    steps = in_steps(tuple(whole(c) for c in coefficients))
    for x in range(8):
        total, binomial = Fraction(0), Fraction(1)
        for k, step in enumerate(steps):
            total += step * binomial
            binomial = binomial * (x - k) / (k + 1)
        assert total == sum(c * x**k for k, c in enumerate(coefficients))


def test_a_form_is_described_in_the_words_of_the_problem():
    form = decode_form({"pieces": ["n/2", "(n - 1)/2"], "start": 0}, "form")
    assert (
        describe_form(form, "f(k)", "k")
        == "f(k) = k / 2 where k ≡ 0 mod 2, (k - 1) / 2 where k ≡ 1 mod 2 for every integer k ≥ 0"
    )
