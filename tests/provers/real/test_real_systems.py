"""Statements about reals, and the polynomial systems they become."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.errors import BadInput
from lemmata.provers.real.notation import parse
from lemmata.provers.real.points import Points
from lemmata.provers.real.polynomials import find_sign, make_ring, read_polynomial
from lemmata.provers.real.statement import parse_statement
from lemmata.provers.real.system import make_system

ORTHANT = "relate ∀ a b : ℝ, a > 0 → b > 0 → "


def test_a_statement_is_read_with_its_parts():
    found = parse_statement("largest C : ℝ, ∀ (a : ℝ) (h : a > 0 ∧ a ≤ 3), a ≠ 1 → a + 1/a ≥ C")
    assert (found.kind, found.constant, found.variables) == ("largest", "C", ("a",))
    assert [r.sign for r in found.hypotheses] == [">", "≤", "≠"]
    assert found.goal.sign == "≥"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("largest C : ℝ, ∀ a : ℝ, a ? C", "27"),
        ("relate ∀ a : ℝ, a ≥ 0", "19"),
        ("relate ∀ a : ℝ, b ? 0", "17"),
        ("largest C : ℝ, ∀ a : ℝ, C > 0 → a ≥ C", "25"),
        ("relate ∀ a : ℝ, sin a ? 0", "21"),
        ("relate ∀ a : ℝ, a ? 0 ? 1", "23"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_place(text, place):
    with pytest.raises(BadInput) as told:
        parse_statement(text)
    assert told.value.place == f"claim:{place}"


def leaves():
    return st.sampled_from(["a", "b", "1", "2", "3"])


def nodes(inner):
    pair = st.tuples(inner, inner)
    return st.one_of(
        pair.map(lambda p: f"({p[0]} + {p[1]})"),
        pair.map(lambda p: f"({p[0]} - {p[1]})"),
        pair.map(lambda p: f"({p[0]} * {p[1]})"),
        pair.map(lambda p: f"({p[0]} / {p[1]})"),
        inner.map(lambda p: f"|{p}|"),
        inner.map(lambda p: f"({p})^2"),
        inner.map(lambda p: f"√({p})"),
        pair.map(lambda p: f"(min ({p[0]}) ({p[1]}))"),
    )


EXPRESSIONS = st.recursive(leaves(), nodes, max_leaves=5)
VALUES = st.sampled_from(["1", "2", "1/2", "3/2", "4"])


@settings(max_examples=120, deadline=None)
@given(left=EXPRESSIONS, right=EXPRESSIONS, a=VALUES, b=VALUES)
def test_the_goal_of_a_system_has_the_sign_of_the_difference(left, right, a, b):
    statement = parse_statement(f"{ORTHANT}{left} ? {right}")
    points = Points()
    at = points.read({"a": a, "b": b}, ("a", "b"), place="point")
    try:
        system = make_system(statement)
        expected = points.compare(statement.goal, at)
    except BadInput:
        return  # nowhere defined, or not at this point
    names = [str(n) for n in system.ring.names()]
    values = {"a": points.value(parse(a), {}), "b": points.value(parse(b), {})}
    for known in (k.polynomial for k in system.known if k.sign == "="):
        _solve_root(known, names, values, points)
    assert points.sign(_evaluated(system.goal, names, values, points)) == expected
    for known in system.known:
        found = points.sign(_evaluated(known.polynomial, names, values, points))
        assert {"=": found == 0, "≥": found >= 0, ">": found > 0}[known.sign], str(known.polynomial)


def _solve_root(equality, names, values, points):
    """Give the root variable r of r²·d - n = 0 its value; they come in the order of their dependence."""
    (name,) = [n for i, n in enumerate(names) if equality.degrees()[i] and n not in values]
    free, square = points.field(0), points.field(0)
    for exponents, value in equality.to_dict().items():
        term = points.field(int(value.p)) / points.field(int(value.q))
        for other, exponent in zip(names, exponents, strict=True):
            for _ in range(exponent if other != name else 0):
                term = term * values[other]
        if exponents[names.index(name)]:
            square = square + term
        else:
            free = free + term
    values[name] = points.root(-free / square, 2)


def _evaluated(polynomial, names, values, points):
    total = points.field(0)
    for exponents, value in polynomial.to_dict().items():
        term = points.field(int(value.p)) / points.field(int(value.q))
        for name, exponent in zip(names, exponents, strict=True):
            for _ in range(exponent):
                term = term * values[name]
        total = total + term
    return total


def test_a_variable_may_stand_for_its_own_root():
    statement = parse_statement("relate ∀ a b : ℝ, a > 0 → b > 0 → a*b = 1 → √(a*b^3) ? b")
    system = make_system(statement, powers={"a": 2, "b": 2})
    assert str(system.goal) == "a*b - 1"
    assert [str(k.polynomial) for k in system.known] == ["a", "b", "a*b - 1"]


def test_what_has_to_be_assumed_is_told():
    system = make_system(parse_statement("relate ∀ a b : ℝ, √a / (a - b) ? 1"))
    assert system.assumed == ("a ≥ 0", "a - b ≠ 0")


def test_a_polynomial_survives_its_text():
    ring = make_ring(["a", "b_1"])
    polynomial = (ring.gen(0) * 3 - ring.gen(1) ** 2 / 7 + 5) ** 3
    assert read_polynomial(str(polynomial), ring, place="test") == polynomial


def test_a_sign_is_evident_from_monomials_alone():
    ring = make_ring(["a", "b"])
    a, b = ring.gen(0), ring.gen(1)
    assert find_sign(a * b + 1, {0: False, 1: False}) == ">"
    assert find_sign(a + b, {0: False, 1: True}) == ">"
    assert find_sign(a + b, {0: False, 1: False}) == "≥"
    assert find_sign(a**2 + b**2, {}) == "≥"
    assert find_sign(a**2 + b, {0: True}) == ""
    assert find_sign(a - b, {0: True, 1: True}) == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [("√2 * √8", 4.0), ("2^(1/2 : ℝ)", math.sqrt(2)), ("|1 - √3|", math.sqrt(3) - 1), ("-(2/3)^2", -4 / 9)],
)
def test_constants_have_exact_values(text, value):
    points = Points()
    found = points.constant(text, place="test")
    low, high = (points.field(round((value + d) * 10**6)) / points.field(10**6) for d in (-1e-5, 1e-5))
    assert points.sign(found - low) == 1
    assert points.sign(high - found) == 1
