"""What is put to solvers says what the terms say: for given values it is satisfiable just when they are true."""

from __future__ import annotations

import pytest
import z3
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lemmata.errors import BadInput
from lemmata.provers.find.claim import Declared, read_find_claim
from lemmata.provers.find.reduce import reduce_claim
from lemmata.provers.find.script import write_script
from lemmata.provers.terms.evaluate import NotEvaluated, evaluate
from lemmata.provers.terms.lean_reader import read_claim
from lemmata.provers.terms.term import Call, Every, Num, Op, Sort, Term, Var, apply, cast, conjunction, substitute

X, N = Var("x", Sort.REAL), Var("n", Sort.NAT)
DECLARED = [Declared("x", (), Sort.REAL), Declared("n", (), Sort.NAT)]
quick = settings(max_examples=80, deadline=None)


def reals(depth: int) -> st.SearchStrategy[Term]:
    leaves = st.one_of(
        st.just(X),
        st.just(cast(N, Sort.REAL)),
        st.fractions(-3, 3, max_denominator=2).map(lambda v: Num(v, Sort.REAL)),
    )
    if not depth:
        return leaves
    inner = reals(depth - 1)
    return st.one_of(
        leaves,
        st.builds(apply, st.sampled_from((Op.ADD, Op.SUB, Op.MUL, Op.RATIO, Op.MIN, Op.MAX)), inner, inner),
        st.builds(lambda a: Call("Real.sqrt", (a,), Sort.REAL), inner),
        st.builds(lambda a: cast(Call("Int.floor", (a,), Sort.INT), Sort.REAL), inner),
        st.builds(lambda a: cast(Call("Int.ceil", (a,), Sort.INT), Sort.REAL), inner),
        st.builds(lambda a: cast(Call("Nat.floor", (a,), Sort.NAT), Sort.REAL), inner),
        st.builds(lambda a: apply(Op.ABS, a), inner),
    )


def truths(depth: int) -> st.SearchStrategy[Term]:
    inner = reals(depth)
    atoms = st.builds(apply, st.sampled_from((Op.EQ, Op.LT, Op.LE)), inner, inner)
    return st.one_of(
        atoms,
        st.builds(apply, st.sampled_from((Op.AND, Op.OR, Op.IMPLIES, Op.IFF)), atoms, atoms),
        atoms.map(lambda a: apply(Op.NOT, a)),
    )


def found(conditions: list[Term], declared=DECLARED) -> z3.CheckSatResult:
    solver = z3.Solver()
    solver.set("timeout", 4000)
    solver.from_string(write_script(declared, conditions))
    return solver.check()


@quick
@given(truths(2), st.fractions(-4, 4, max_denominator=2), st.integers(0, 4))
def test_a_script_is_satisfiable_just_when_the_claim_is_true(claim, x, n):
    try:
        value = evaluate(claim, {"x": x, "n": n})
    except NotEvaluated:
        assume(False)
    pinned = [apply(Op.EQ, X, Num(x, Sort.REAL)), apply(Op.EQ, N, Num(n, Sort.NAT))]
    said = found([*pinned, claim])
    assume(said != z3.unknown)
    assert (said == z3.sat) is value


@quick
@given(truths(1), st.integers(0, 3))
def test_constants_under_a_quantifier_depend_on_its_variable(claim, n):
    low, high = Num(0, Sort.NAT), Num(3, Sort.NAT)
    closed = substitute(claim, {"x": cast(Var("m", Sort.NAT), Sort.REAL), "n": Num(n, Sort.NAT)})
    m = Var("m", Sort.NAT)
    within = conjunction(apply(Op.LE, low, m), apply(Op.LE, m, high))
    try:
        values = [evaluate(closed, {"m": i}) for i in range(4)]
    except NotEvaluated:
        assume(False)
    every, some = Every(m, apply(Op.IMPLIES, within, closed), True), Every(m, conjunction(within, closed), False)
    for claim_, value in ((every, all(values)), (some, any(values))):
        said = found([claim_], [])
        assume(said != z3.unknown)
        assert (said == z3.sat) is value


@pytest.mark.parametrize(
    "claim",
    [
        "∀ a b : ℝ, 0 < a → 0 < b → Real.log (a * b) = Real.log a + Real.log b",
        "∀ a : ℝ, Real.log (a ^ 3) = 3 * Real.log a",
        "∀ a : ℝ, Real.sin a ^ 2 + Real.cos a ^ 2 = 1",
        "∀ a : ℝ, 0 < Real.exp a",
        "3 < π ∧ π < 22 / 7",
        "∀ a : ℝ, √(a ^ 2) = |a|",
        "∀ a : ℝ, (⌊a⌋ : ℝ) ≤ a",
        "∀ n : ℕ, Nat.Prime n → 2 ≤ n",
        "∀ a b : ℕ, Nat.gcd a b ∣ a",
        "∀ n : ℕ, 0 < n !",
    ],
)
def test_true_claims_about_functions_of_the_library_are_shown(claim):
    term = read_claim(claim.replace("π", "Real.pi")) if "π" in claim else read_claim(claim)
    assert found([apply(Op.NOT, stripped(term)[1])], stripped(term)[0]) == z3.unsat


@pytest.mark.parametrize(
    "claim",
    [
        "∀ a b : ℝ, Real.log (a * b) = Real.log a + Real.log b",
        "∀ a : ℝ, √(a ^ 2) = a",
        "∀ a : ℝ, √a ^ 2 = a",
        "∀ n : ℕ, Nat.Prime n → n % 2 = 1",
        "∀ a : ℝ, a < (⌊a⌋ : ℝ) + 1 / 2",
        "3.1416 < Real.pi",
        "∀ a b : ℕ, Nat.gcd a b = 1",
    ],
)
def test_false_claims_about_functions_of_the_library_are_not_shown(claim):
    declared, body = stripped(read_claim(claim))
    assert found([apply(Op.NOT, body)], declared) != z3.unsat


def stripped(term: Term) -> tuple[list[Declared], Term]:
    declared = []
    while isinstance(term, Every) and term.holds_all:
        declared.append(Declared(term.var.name, (), term.var.sort))
        term = term.body
    return declared, term


def test_a_quantifier_over_the_rationals_is_refused():
    with pytest.raises(BadInput, match="Rat"):
        write_script([], [read_claim("∃ r : ℚ, r * r = 2")])


@settings(max_examples=60, deadline=None)
@given(st.integers(-3, 3), st.integers(-3, 3), st.integers(-3, 3), st.integers(1, 7))
def test_a_sequence_unfolded_has_the_members_that_computing_gives(a, b, shift, index):
    source = (
        "find answer : ℤ where (s : ℕ → ℤ) (h₀ : s 0 = {}) (h₁ : s 1 = {}) "
        "(h₂ : ∀ n, s (n + 2) = s (n + 1) - 2 * s n + {}) (h₃ : answer = s {})"
    ).format(f"({a} : ℤ)", f"({b} : ℤ)", f"({shift} : ℤ)", index)
    reduced = reduce_claim(read_find_claim(source))
    members = [a, b]
    while len(members) <= index:
        members.append(members[-1] - 2 * members[-2] + shift)
    assert reduced.conditions == []
    assert reduced.values["answer"] == Num(members[index], Sort.INT)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-5, 5), min_size=4, max_size=4), st.integers(-4, 4))
def test_unfolding_linear_equations_keeps_their_solution(numbers, wanted):
    a, b, x, y = numbers
    source = (
        f"find answer : ℝ where (x y : ℝ) (h₀ : ({a} : ℝ) * x + y = ({a * x + y} : ℝ)) "
        f"(h₁ : x - ({b} : ℝ) * y = ({x - b * y} : ℝ)) (h₂ : answer = ({wanted} : ℝ) * x + y)"
    )
    reduced = reduce_claim(read_find_claim(source))
    if 1 + a * b != 0:
        assert reduced.conditions == []
        assert reduced.values["answer"] == Num(wanted * x + y, Sort.REAL)
    else:
        assert reduced.conditions == []  # the second equation follows from the first
        assert set(reduced.unknowns) & {"x", "y"}
