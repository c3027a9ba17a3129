"""Conditions of sympy's that a careless reading would make true."""

from __future__ import annotations

import pytest
import sympy

import lemmata
from lemmata.errors import BadInput
from lemmata.provers.terms.claim_writer import claim_text
from lemmata.provers.terms.evaluate import evaluate
from lemmata.provers.terms.sympy_reader import read_sympy
from lemmata.provers.terms.term import Every, Num, Op, Sort, Var, apply, number
from lemmata.verdict import Proved, Refuted

X, Y = sympy.symbols("x y", real=True)
K = sympy.Symbol("k", integer=True)
N = sympy.Symbol("n", integer=True, nonnegative=True)
M = sympy.Symbol("m", integer=True, positive=True)
J = sympy.Symbol("j", integer=True)


@pytest.mark.sandbox
@pytest.mark.parametrize(
    "condition",
    [
        N - 1 >= 0,  # natural numbers are integers to sympy: no subtraction that stops at 0
        sympy.Eq(sympy.Abs(N - 3) + 3, N, evaluate=False),
        sympy.Ne(1 / X, 0, evaluate=False),  # no value at 0
        sympy.Ge(1 / X**2, 0, evaluate=False),
        sympy.Not(sympy.Eq(X / Y, 2)),
        sympy.Implies(sympy.Ne(X, 0), X / Y < X / Y + 1, evaluate=False),
        sympy.Ge(sympy.Mod(K, -3), 0, evaluate=False),  # the sign of the divisor
        sympy.Eq(sympy.floor(K / 2), -sympy.floor(-K / 2), evaluate=False),
        sympy.Eq(K**2, 2 * K, evaluate=False),
        sympy.Eq(X**3, sympy.Abs(X) ** 3, evaluate=False),
        sympy.Eq(sympy.Piecewise((X, X > 0), (0, True)), X, evaluate=False),
        sympy.Eq(sympy.Sum(J * K, (J, 1, 3)), 5 * K, evaluate=False),
        sympy.Eq(sympy.Product(J + K, (J, -1, 1)), K**3, evaluate=False),
        sympy.Symbol("p") >> sympy.Symbol("q"),
    ],
)
def test_a_condition_that_fails_somewhere_is_refuted(condition) -> None:
    solution = lemmata.solve(lemmata.theorem(condition), budget=30.0, keep=False)
    assert isinstance(solution.verdict, Refuted)


@pytest.mark.sandbox
def test_the_same_conditions_put_right_are_proved() -> None:
    for condition in (
        M - 1 >= 0,
        sympy.Le(sympy.Mod(K, -3), 0, evaluate=False),
        sympy.Implies(sympy.Ne(Y, 0), X / Y < X / Y + 1, evaluate=False),
        sympy.Eq(sympy.Sum(J * K, (J, 1, 3)), 6 * K, evaluate=False),
    ):
        assert isinstance(lemmata.solve(lemmata.theorem(condition), budget=30.0, keep=False).verdict, Proved)


def test_a_sum_that_runs_backwards_has_no_value_here() -> None:
    claim = read_sympy(sympy.Ge(sympy.Sum(J, (J, 1, K)), 0, evaluate=False))
    assert isinstance(claim, Every)
    assert evaluate(claim.body, {"k": 3}) is True
    assert evaluate(claim.body, {"k": 0}) is True
    assert evaluate(claim.body, {"k": -3}) is False  # to sympy it is 3


@pytest.mark.parametrize(
    "text",
    [
        "Ge(Symbol('x) (assert false', real=True), 0)",
        "Ge(Symbol('x : ℝ, True) ∧ (∀ y', real=True), 0)",
        "Ge(Symbol('True', real=True), 0)",
        "Ge(Symbol('abs', real=True), 0)",
        "Or(Symbol('p'), Symbol('p') > 0)",
        "Ge(Symbol('x', real=True, positive=False), 0)",
        "Ge(Symbol('x', prime=True, integer=True), 0)",
        "Ge(Dummy('x', dummy_index=3), 0)",
        "Ge(Symbol('x', real=True), 0, evaluate=False)",
        "Ge(Mod(Symbol('k', integer=True), Symbol('j', integer=True)), 0)",
        "Ge(Mod(Rational(1, 2), 3), 0)",
        "Ge(factorial(Symbol('k', integer=True)), 1)",
        "Ge(2**Symbol('k', integer=True), 0)",
        "Eq(gcd(Symbol('x', real=True), 2), 1)",
        "Ge(Sum(Symbol('k', positive=True), (Symbol('k', positive=True), -3, -1)), 0)",
        "Ge(Piecewise((1, 1/Symbol('x', real=True) > 0), (2, True)), 0)",
        "Contains(Symbol('x', real=True), S.Reals)",
        "Q.positive(Symbol('x', real=True))",
    ],
)
def test_what_could_be_misread_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_sympy(text)


def test_a_term_that_would_be_read_back_as_another_has_no_text() -> None:
    x = Var("x", Sort.REAL)
    with pytest.raises(BadInput):
        claim_text(Every(x, apply(Op.LT, Num(-1, Sort.REAL), x), True))
    with pytest.raises(BadInput):
        claim_text(Every(Var("abs", Sort.REAL), apply(Op.LT, x, x), True))
    truncated = apply(Op.TRUNCATED_SUB, number(1, Sort.NAT), number(2, Sort.NAT))
    assert claim_text(apply(Op.EQ, truncated, number(0, Sort.NAT))) == "1 - 2 = 0"
    whole = apply(Op.SUB, number(1), number(2))
    assert claim_text(apply(Op.EQ, whole, number(0))) == "(1 : ℤ) - (2 : ℤ) = (0 : ℤ)"
