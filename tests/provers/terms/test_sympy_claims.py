"""Conditions of sympy's mean to us what they mean to sympy."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import lemmata
from lemmata.errors import BadInput
from lemmata.provers.terms.claim import split_claim
from lemmata.provers.terms.claim_writer import claim_text
from lemmata.provers.terms.evaluate import evaluate
from lemmata.provers.terms.lean_reader import read_claim
from lemmata.provers.terms.sympy_reader import read_sympy
from lemmata.provers.terms.term import Every, Sort, Term
from lemmata.verdict import Proved, Refuted

X, Y = sympy.symbols("x y", real=True)
K = sympy.Symbol("k", integer=True)
J = sympy.Symbol("i", integer=True)
N = sympy.Symbol("n", integer=True, nonnegative=True)
Q = sympy.Symbol("q", rational=True)
A, B = sympy.symbols("a b", positive=True)
SYMBOLS = [X, Y, K, N, Q, A]

small = st.integers(-5, 5)
fractions = st.builds(Fraction, small, st.integers(1, 4))
VALUES = st.fixed_dictionaries(
    {"x": fractions, "y": fractions, "k": small, "n": st.integers(0, 5), "q": fractions,
     "a": st.builds(Fraction, st.integers(1, 5), st.integers(1, 4))}
)  # fmt: skip
quick = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def numbers(depth: int) -> st.SearchStrategy[sympy.Expr]:
    leaves = st.one_of(st.sampled_from(SYMBOLS), st.builds(sympy.Rational, small, st.integers(1, 4)))
    if depth == 0:
        return leaves
    inner, whole = numbers(depth - 1), integers(depth - 1)
    return st.one_of(
        leaves,
        whole,
        st.builds(lambda a, b: a + b, inner, inner),
        st.builds(lambda a, b: a - b, inner, inner),
        st.builds(lambda a, b: a * b, inner, inner),
        st.builds(lambda a, b: a / b, inner, inner).filter(_finite),
        st.builds(lambda a, n: a**n, inner, st.integers(-2, 3)).filter(_finite),
        st.builds(sympy.Abs, inner),
        st.builds(sympy.Max, inner, inner),
        st.builds(sympy.Min, inner, inner),
        st.builds(lambda a, b, c: sympy.Piecewise((a, c), (b, True)), polynomials(1), polynomials(1), plain_truths()),
    )


def polynomials(depth: int) -> st.SearchStrategy[sympy.Expr]:
    leaves = st.one_of(st.sampled_from(SYMBOLS), small.map(sympy.Integer))
    if depth == 0:
        return leaves
    inner = polynomials(depth - 1)
    return st.one_of(leaves, st.builds(lambda a, b: a + b, inner, inner), st.builds(lambda a, b: a * b, inner, inner))


def integers(depth: int) -> st.SearchStrategy[sympy.Expr]:
    leaves = st.one_of(st.sampled_from([K, N]), small.map(sympy.Integer))
    if depth == 0:
        return leaves
    inner = integers(depth - 1)
    nonzero = small.filter(bool)
    return st.one_of(
        leaves,
        st.builds(lambda a, b: a + b, inner, inner),
        st.builds(lambda a, b: a * b, inner, inner),
        st.builds(sympy.Mod, inner, nonzero),
        st.builds(lambda a, b: sympy.floor(a / b), inner, nonzero),
        st.builds(lambda a, b: sympy.ceiling(a / b), inner, nonzero),
        st.builds(sympy.floor, polynomials(1)),
        st.builds(lambda n: sympy.factorial(N + n), st.integers(0, 2)),
        st.builds(lambda n: sympy.binomial(N, n), st.integers(0, 3)),
        st.builds(lambda n: 2 ** (N + n), st.integers(0, 2)),
        st.builds(lambda i, j: sympy.Sum(J**2 + N, (J, i, i + j - 1)), small, st.integers(0, 4)),
        st.builds(lambda j: sympy.Product(J + 1, (J, 1, N + j)), st.integers(0, 2)),
        st.builds(lambda j: sympy.Sum(J * K, (J, j, N)), st.integers(-2, 1)),
    )


def plain_truths() -> st.SearchStrategy[sympy.Basic]:
    return st.builds(lambda a, b: a < b, polynomials(1), polynomials(1))


def truths(depth: int) -> st.SearchStrategy[sympy.Basic]:
    relation = st.sampled_from([sympy.Eq, sympy.Ne, sympy.Lt, sympy.Le, sympy.Gt, sympy.Ge])
    atoms = st.builds(lambda r, a, b: r(a, b), relation, numbers(2), numbers(2))
    if depth == 0:
        return atoms
    inner = truths(depth - 1)
    return st.one_of(
        atoms,
        st.builds(sympy.And, inner, inner),
        st.builds(sympy.Or, inner, inner),
        st.builds(sympy.Not, inner),
        st.builds(sympy.Implies, inner, inner),
        st.builds(sympy.Equivalent, plain_truths(), plain_truths()),
    )


def _finite(expression: sympy.Expr) -> bool:
    return not expression.has(sympy.zoo, sympy.nan, sympy.oo)


def opened(claim: Term) -> Term:
    """The claim without the ∀ in front of it."""
    while isinstance(claim, Every):
        claim = claim.body
    return claim


def at(expression: sympy.Basic, values: dict[str, Fraction | int]) -> sympy.Basic:
    exact = {s: sympy.Rational(Fraction(values[s.name])) for s in SYMBOLS if s in expression.free_symbols}
    return expression.subs(exact).doit()


def always_finite(expression: sympy.Basic, values: dict[str, Fraction | int]) -> bool:
    powers = [p for p in expression.atoms(sympy.Pow) if not p.atoms(sympy.Sum, sympy.Product)]
    return all(at(p.base, values) != 0 for p in powers if p.exp.is_negative)


@quick
@given(truths(2), VALUES)
def test_a_condition_holds_where_sympy_says_so(condition, values):
    assume(always_finite(condition, values))
    expected = at(condition, values)
    assume(expected in (sympy.true, sympy.false))
    assert evaluate(opened(read_sympy(condition)), values) is (expected == sympy.true)


@quick
@given(truths(1), VALUES)
def test_the_text_of_a_condition_is_read_as_its_object_and_its_claim_as_itself(condition, values):
    claim = read_sympy(condition)
    assert read_sympy(sympy.srepr(condition)) == claim
    assert evaluate(opened(read_claim(claim_text(claim))), values) == evaluate(opened(claim), values)


@quick
@given(polynomials(2), polynomials(2), VALUES)
def test_what_str_writes_is_read_too(left, right, values):
    sorts = {"x": Sort.REAL, "y": Sort.REAL, "k": Sort.INT, "n": Sort.NAT, "q": Sort.RAT, "a": Sort.REAL}
    condition = sympy.Le(left, right, evaluate=False)
    claim = read_sympy(str(condition), sorts)
    assert evaluate(opened(claim), values) is bool(at(left, values) <= at(right, values))


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (2 * X * Y <= X**2 + Y**2, "∀ x y : ℝ, 2 * x * y ≤ x ^ 2 + y ^ 2"),
        (A / B + B / A >= 2, "∀ a b : ℝ, 0 < a → 0 < b → 2 ≤ a * (1 / b) + 1 / a * b"),
        (sympy.Implies(sympy.Ne(X, 0), 1 / X**2 > 0), "∀ x : ℝ, x ≠ 0 → x ^ 2 ≠ 0 ∧ 0 < 1 / x ^ 2"),
        (1 / X**2 >= 0, "∀ x : ℝ, x ^ 2 ≠ 0 ∧ 0 ≤ 1 / x ^ 2"),
        (sympy.Eq(sympy.Mod(K, -3), 0), "∀ k : ℤ, -(-k % 3) = 0"),
        (2**N > N, "∀ n : ℕ, (n : ℤ) < 2 ^ n"),
        (sympy.sqrt(X) >= X, "∀ x : ℝ, 0 ≤ x ∧ x ≤ Real.sqrt x"),
        (sympy.Eq(sympy.floor(K / 3), 2), "∀ k : ℤ, k / 3 = 2"),
        (sympy.Symbol("p") | ~sympy.Symbol("q"), "∀ p q : Prop, p ∨ ¬q"),
        (sympy.true, "True"),
    ],
)
def test_a_condition_becomes_a_claim_that_can_be_read(condition, text):
    assert claim_text(read_sympy(condition)) == text


@pytest.mark.parametrize("assumption", ["positive", "negative", "nonnegative", "nonpositive", "nonzero", "even", "odd"])
def test_what_is_assumed_of_a_symbol_is_a_hypothesis(assumption):
    symbol = sympy.Symbol("s", integer=True, **{assumption: True})
    variables, hypotheses, _ = split_claim(read_sympy(sympy.Eq(symbol**2, 49, evaluate=False)))
    natural = variables[0].sort is Sort.NAT
    for value in range(-4, 5):
        allowed = (value >= 0 or not natural) and all(evaluate(h, {"s": value}) for h in hypotheses)
        assert allowed is bool(getattr(sympy.Integer(value), f"is_{assumption}"))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("__import__('os').system('x')", "1:1"),
        ("__import__('os')", "1:1"),
        ("open('x') > 1", "1:1"),
        ("(lambda: True)()", "1:1"),
        ("[x for x in (1,)]", "1:1"),
        ("Symbol('x', real=True).evalf() > 1", "1:1"),
        ("Symbol('x', real=True) == 3", "1:1"),
        ("1 < 2 < 3", "1:1"),
        ("Eq(1/0, 1)", "1:4"),
        ("Eq(Rational(1, 0), 1)", "1:4"),
        ("Eq(0.5, 1)", "1:4"),
        ("Eq(Float('0.5', precision=53), 1)", "1:4"),
        ("Eq(sqrt(-1), 1)", "1:4"),
        ("Eq(Pow(0, -1), 1)", "1:4"),
        ("Eq(Mod(3, 0), 1)", "1:4"),
        ("Eq(zoo, zoo)", "1:4"),
        ("x + 1 > x", "1:5"),
        ("Symbol('x') > 1", "1:1"),
        ("Symbol('x', complex=True) > 1", "1:1"),
        ("Symbol('x', integer=False) > 1", "1:1"),
        ("Symbol('x y', real=True) > 1", "1:1"),
        ("Symbol('min', real=True) > 1", "1:1"),
        ("Symbol('x', real=True) > Symbol('x', integer=True)", "1:1"),
        ("Function('Abs')(Symbol('x', real=True)) > 0", "1:1"),
        ("Eq(Sum(k, (k, 3, 1)), -2)", "1:4"),
        ("Eq(Sum(k, (k, 1, oo)), 0)", "1:15"),
        ("Eq(Sum(k, (k, 1, 1000000000)), 0)", "1:4"),
        ("Eq(Piecewise((1, Symbol('x', real=True) > 0)), 1)", "1:4"),
        ("Integral(1, 2) > 0", "1:1"),
        ("1", "1:1"),
        ("1 +", "1:4"),
        ("", "1:0"),
        ("~" * 300 + "true", "1:100"),
    ],
)
def test_what_is_outside_the_subset_is_refused_with_its_place(text, place):
    with pytest.raises(BadInput) as caught:
        read_sympy(text)
    if text:
        assert caught.value.place.startswith(place[:2])


def test_a_class_named_like_one_of_sympys_is_refused():
    class Abs(sympy.Function):  # type: ignore[misc]
        pass

    with pytest.raises(BadInput, match="Abs"):
        read_sympy(sympy.Ge(Abs(X), 0, evaluate=False))
    with pytest.raises(BadInput):
        read_sympy(object())
    with pytest.raises(BadInput):
        lemmata.theorem(True)


def test_an_expression_too_deep_or_too_large_is_refused():
    deep = X
    for _ in range(60):
        deep = sympy.Abs(deep + 1, evaluate=False)
    for depth in (90, 5_000):
        with pytest.raises(BadInput):
            read_sympy("Ge(" + "Abs(Add(1, " * depth + "2" + "))" * depth + ", 0)")
    for condition in (
        sympy.Gt(deep, 0, evaluate=False),
        sympy.Eq(X, sympy.Integer(10) ** 5000),
        sympy.Eq(X ** sympy.Rational(1, 3), 2),
    ):
        with pytest.raises(BadInput):
            read_sympy(condition)


def test_a_condition_without_a_value_somewhere_does_not_hold_there():
    def value(condition: sympy.Basic, x: int) -> object:
        return evaluate(opened(read_sympy(condition)), {"x": x})

    for condition in (sympy.Eq(1 / X, 0), sympy.Ne(1 / X, 0, evaluate=False), 1 / X > -1, sympy.Not(1 / X > 0)):
        assert value(condition, 0) is False
    assert value(sympy.Or(sympy.Eq(X, 0), 1 / X**2 > 0), 0) is True
    assert value(sympy.Implies(sympy.Ne(X, 0), sympy.Ne(1 / X, 0, evaluate=False)), 0) is True
    assert value(sympy.Implies(1 / X > 0, X > 0), 0) is False
    assert value(sympy.sqrt(X) >= 0, -1) is False
    assert value(sympy.Eq(sympy.sqrt(X) ** 3, 8, evaluate=False), 4) is True


@pytest.mark.sandbox
def test_claims_from_sympy_are_proved_and_refuted():
    for condition in (2 * X * Y <= X**2 + Y**2, sympy.Eq(K % 6 % 3, K % 3, evaluate=False), A / B + B / A >= 2):
        problem = lemmata.theorem(condition)
        assert problem.language == "claim"
        assert isinstance(lemmata.solve(problem, budget=30.0, keep=False).verdict, Proved)
    for condition in (X**2 > 0, 1 / X**2 > 0, sympy.Eq(sympy.Mod(K, -3), sympy.Mod(K, 3), evaluate=False)):
        assert isinstance(lemmata.solve(lemmata.theorem(condition), budget=30.0, keep=False).verdict, Refuted)
