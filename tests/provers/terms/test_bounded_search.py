"""What is said to be all of finitely many values is all of them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.provers.terms.bounds import finitely_many
from lemmata.provers.terms.evaluate import NotEvaluated, evaluate
from lemmata.provers.terms.lean_reader import read_claim
from lemmata.provers.terms.term import Every, Num, Op, Sort, Term, Var, apply, free_variables, negated, substitute

WINDOW = range(-40, 41)
N, M = Var("n", Sort.NAT), Var("m", Sort.NAT)
X = Var("x", Sort.INT)


def grown(variables) -> st.SearchStrategy[Term]:
    """Arithmetic of natural numbers."""
    leaves = st.one_of(st.sampled_from(variables), st.integers(0, 5).map(lambda v: Num(v, Sort.NAT)))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(apply, st.sampled_from((Op.ADD, Op.MUL, Op.MAX, Op.TRUNCATED_SUB, Op.TOTAL_DIV)), inner, inner),
            st.builds(lambda b, e: apply(Op.POW, b, Num(e, Sort.NAT)), inner, st.integers(0, 3)),
        ),
        max_leaves=4,
    )


def conditions(numbers: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    atoms = st.builds(apply, st.sampled_from((Op.EQ, Op.LT, Op.LE, Op.DIVIDES)), numbers, numbers)
    return st.recursive(
        atoms,
        lambda inner: st.one_of(
            st.builds(apply, st.sampled_from((Op.AND, Op.OR, Op.IMPLIES)), inner, inner), inner.map(negated)
        ),
        max_leaves=4,
    )


def integers() -> st.SearchStrategy[Term]:
    leaves = st.one_of(st.just(X), st.integers(-6, 6).map(lambda v: Num(v, Sort.INT)))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(apply, st.sampled_from((Op.ADD, Op.SUB, Op.MUL)), inner, inner),
            st.builds(apply, st.sampled_from((Op.NEG, Op.ABS)), inner),
        ),
        max_leaves=4,
    )


def closed(term, more):
    if free_variables(term).keys() - more.keys():
        raise NotEvaluated("open")
    return evaluate(term, more)


def all_found(var: Var, condition: Term, others: tuple[Var, ...] = ()) -> None:
    try:
        found = finitely_many(var, condition, closed, frozenset())
    except NotEvaluated:
        return
    if found is None:
        return
    for value in WINDOW:
        if (value < 0 and var.sort is Sort.NAT) or value in found:
            continue
        for other in range(12) if others else (0,):
            values = {var.name: value, **{o.name: other for o in others}}
            assert evaluate(condition, values) is not True, (value, other)


@settings(max_examples=400, deadline=None)
@given(conditions(grown((N,))))
def test_no_natural_number_is_left_out(condition):
    all_found(N, condition)


@settings(max_examples=300, deadline=None)
@given(conditions(grown((N, M))))
def test_no_natural_number_is_left_out_beside_an_unknown_one(condition):
    all_found(N, condition, (M,))


@settings(max_examples=400, deadline=None)
@given(conditions(integers()))
def test_no_integer_is_left_out(condition):
    all_found(X, condition)


@settings(max_examples=150, deadline=None)
@given(conditions(grown((N, M))))
def test_no_value_of_an_existence_is_left_out(condition):
    try:
        found = finitely_many(N, Every(M, condition, False), closed, frozenset())
    except NotEvaluated:
        return
    for value in range(25) if found is not None else ():
        if value not in found:
            for other in range(25):
                assert evaluate(substitute(condition, {"m": Num(other, Sort.NAT)}), {"n": value}) is not True


def test_sums_and_counts_have_their_values():
    for claim in (
        "∑ k ∈ Finset.range 10, k % 3 = 9",
        "∏ k ∈ Finset.Icc 1 5, k = 120",
        "(Finset.filter (fun x => 3 ∣ x) (Finset.Icc 1 49)).card = 16",
        "Set.ncard {x : ℕ × ℕ | x.1 + x.2 = 4} = 5",
        "∑ d ∈ Nat.divisors 28, d = 56",
        "(Nat.digits 10 1729).sum = 19",
        "IsGreatest {x | ∃ a b : ℕ, a + b = 10 ∧ x = a * b} 25",
        "∃! n : ℕ, n ^ 2 = 49",
        "¬ ∃ n : ℕ, n ^ 2 = 50",
        "Set.ncard {n : ℕ | √n < 3.5 ∧ 2 < √n} = 8",
        "⌈√27⌉ - ⌊√26⌋ = 1",
        "5 ^ 999999 % 7 = 6",
    ):
        assert evaluate(read_claim(claim), {}) is True, claim
