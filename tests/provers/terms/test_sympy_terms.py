"""sympy expressions as terms have the values that sympy gives them."""

from __future__ import annotations

import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lemmata.errors import BadInput
from lemmata.provers.terms.evaluate import NotEvaluated, Undefined, evaluate
from lemmata.provers.terms.sympy_reader import read_sympy
from lemmata.provers.terms.term import Sort

X, Y = sympy.Symbol("x"), sympy.Symbol("y")
N = sympy.Symbol("n", integer=True, nonnegative=True)
RATIONALS = st.tuples(st.integers(-8, 8), st.integers(1, 3)).map(lambda p: sympy.Rational(*p))
LEAVES = st.one_of(st.sampled_from([X, Y]), RATIONALS)
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: p[0] + p[1]),
        st.tuples(inner, inner).map(lambda p: p[0] * p[1]),
        st.tuples(inner, inner).map(
            lambda p: sympy.Max(*p) if all(a.is_extended_real is not False for a in p) else p[0]
        ),
        st.tuples(inner, st.integers(-2, 3)).map(lambda p: p[0] ** p[1] if p[0] != 0 or p[1] > 0 else p[0]),
        inner.map(sympy.Abs),
    ),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None)
@given(EXPRESSIONS, st.integers(-4, 4), st.integers(-4, 4), st.booleans())
def test_a_term_has_the_value_of_its_expression(expression, x, y, as_text):
    assume(not expression.has(sympy.zoo, sympy.nan, sympy.arg, sympy.re, sympy.im))
    found = read_sympy(str(expression) if as_text else expression)
    values = {"x": x, "y": y}
    value = expression.subs({X: x, Y: y})
    if evaluate(found.defined, values) is not True:
        return
    assert value.is_finite
    assert evaluate(found.term, values) == value


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("Eq(x**2 - 5*x + 6, 0)", {"x": 3}, True),
        ("(x > 1) & (x < 3)", {"x": 2}, True),
        ("~(x > 1) | (x < 3)", {"x": 5}, False),
        ("Sum(k**2, (k, 1, n))", {"n": 4}, 30),
        ("Product(k, (k, 1, 5))", {}, 120),
        ("sqrt(8)*sqrt(2)", {}, 4),
        ("floor(7/2) + ceiling(7/2)", {}, 7),
        ("Mod(n, 5)", {"n": 13}, 3),
        ("factorial(5) + binomial(5, 2)", {}, 130),
        ("Piecewise((x, x > 0), (-x, True))", {"x": -3}, 3),
        ("Implies(x > 1, x > 0)", {"x": 2}, True),
        ("1 < x <= 3", {"x": 3}, True),
    ],
)
def test_text_is_read_as_sympy_means_it(text, values, expected):
    found = read_sympy(text, {"n": Sort.INT})
    assert evaluate(found.term, values) == expected


def test_assumptions_give_a_symbol_its_sort():
    found = read_sympy(sympy.Eq(N**2, 49))
    assert evaluate(found.term, {"n": 7}) is True
    assert read_sympy(sympy.srepr(N)).term.sort is Sort.NAT


def test_what_has_no_value_is_not_claimed():
    found = read_sympy("Eq(x/x, 1)")
    assert evaluate(found.defined, {"x": 0}) is False
    assert evaluate(found.defined, {"x": 2}) is True
    assert evaluate(read_sympy("sqrt(x)").defined, {"x": -1}) is False


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "x.__class__",
        "[x for x in (1,)]",
        "x if y else 1",
        "lambda: 1",
        "Integral(x, (x, 0, 1))",
        "x**y",
        "Mod(x, 2)",
        "Sum(1/k, (k, 1, 3))",
        "",
        "x +",
    ],
)
def test_what_is_not_understood_is_refused_and_never_run(text):
    with pytest.raises(BadInput):
        read_sympy(text)


def test_a_name_bound_by_a_sum_is_not_the_one_outside():
    found = read_sympy("k + Sum(k, (k, 1, 3))", {"k": Sort.INT})
    try:
        assert evaluate(found.term, {"k": 10}) == 16
    except (NotEvaluated, Undefined) as exc:
        pytest.fail(str(exc))
