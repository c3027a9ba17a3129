"""Exact real numbers behave as the real numbers they are."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lemmata.provers.find.answer import read_value
from lemmata.provers.terms.evaluate import evaluate
from lemmata.provers.terms.exact import PI, Exact, NotEvaluated, enclosure, floor, inverse, root, sign
from lemmata.provers.terms.exact_functions import function, text_of
from lemmata.provers.terms.term import Sort

quick = settings(max_examples=150, deadline=None)
LEAVES = st.one_of(
    st.fractions(-6, 6, max_denominator=4),
    st.integers(1, 30).map(root),
    st.integers(1, 9).map(lambda n: root(n, 3)),
)
NUMBERS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: p[0] + p[1]),
        st.tuples(inner, inner).map(lambda p: p[0] - p[1]),
        st.tuples(inner, inner).map(lambda p: p[0] * p[1]),
    ),
    max_leaves=4,
)

SMALL = st.tuples(LEAVES, LEAVES).map(lambda p: p[0] + p[1])


def near(value) -> float:
    return float(enclosure(value, 128).mid()) if isinstance(value, Exact) else float(value)


@quick
@given(NUMBERS, NUMBERS)
def test_order_is_the_order_of_the_numbers(a, b):
    assume(abs(near(a) - near(b)) > 1e-6)
    assert (a < b) is (near(a) < near(b))
    assert a != b


@quick
@given(NUMBERS, NUMBERS, NUMBERS)
def test_arithmetic_keeps_its_laws(a, b, c):
    assert sign((a + b) * c - (a * c + b * c)) == 0
    assert sign((a - b) * (a + b) - (a * a - b * b)) == 0


@quick
@given(SMALL)
def test_an_inverse_is_one_and_the_inverse_of_zero_is_zero(a):
    assert a * inverse(a) == (0 if sign(a) == 0 else 1)


@quick
@given(NUMBERS)
def test_the_square_of_a_root_is_the_number(a):
    made = root(a)
    assert made * made == (a if sign(a) > 0 else 0)
    assert sign(made) >= 0


@quick
@given(NUMBERS)
def test_a_floor_is_the_whole_part(a):
    found = floor(a)
    assert sign(a - found) >= 0
    assert sign(a - found - 1) < 0


@quick
@given(NUMBERS)
def test_a_number_can_be_written_and_read_again(a):
    (term,) = read_value(text_of(a), Sort.REAL).bodies
    assert evaluate(term, {}) == a


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (root(5 + 2 * root(6)), root(2) + root(3)),
        (root(root(2) + 1) * root(root(2) - 1), Fraction(1)),
        (root(2, 3) * root(4, 3), Fraction(2)),
        (1 / (root(2) + root(3) + root(5)), (root(12) + root(18) - root(30)) * Fraction(1, 12)),
        (root(1 + root(2) + root(3)) * root(1 + root(2) + root(3)), 1 + root(2) + root(3)),
        (function("Real.log", Fraction(8)), 3 * function("Real.log", Fraction(2))),
        (function("Real.log", Fraction(8)) / function("Real.log", Fraction(4)), Fraction(3, 2)),
        (function("Real.cos", PI * Fraction(2, 3)), Fraction(-1, 2)),
        (function("Real.sin", PI * Fraction(7, 4)), -root(2) * Fraction(1, 2)),
        (function("Real.tan", PI * Fraction(1, 3)), root(3)),
    ],
)
def test_different_ways_to_write_a_number_are_equal(one, other):
    assert one == other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (root(10**12 + 1), Fraction(10**6)),
        (root(2) + root(3), root(5 + 2 * root(6) + Fraction(1, 10**30))),
        (PI, Fraction(355, 113)),
        (root(2, 3) + root(3, 3), root(19)),
    ],
)
def test_numbers_close_to_each_other_are_told_apart(one, other):
    assert one != other
    assert (one < other) is not (other < one)


def test_what_no_bound_decides_is_not_decided():
    with pytest.raises(NotEvaluated):
        sign(function("Real.exp", root(2)) * function("Real.exp", -root(2)) - 1)


def test_sines_at_all_known_angles_are_near_the_floats():
    for name in ("sin", "cos"):
        for k in range(-30, 30):
            turn = Fraction(k, 12)
            found = near(function(f"Real.{name}", PI * turn))
            assert math.isclose(found, getattr(math, name)(math.pi * turn), abs_tol=1e-9)
