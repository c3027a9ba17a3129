"""SMT-LIB scripts as claims: bit-vectors, arrays, functions and reals mean what a solver means by them."""

from __future__ import annotations

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.errors import BadInput
from lemmata.provers.terms.bits import ArrayValue
from lemmata.provers.terms.evaluate import NotEvaluated, Undefined, evaluate
from lemmata.provers.terms.smt_reader import read_smt_claim
from lemmata.provers.terms.smtlib_writer import smt_sort, symbol, write_term
from lemmata.provers.terms.term import App, Num, Op, Sort, Term, Truth, Var, apply, array, bits, sort_of

WIDTH = 4
X, Y = Var("x", bits(WIDTH)), Var("y", bits(WIDTH))
A = Var("a", array(bits(WIDTH), bits(WIDTH)))
quick = settings(max_examples=120, deadline=None)
SAME = [op for op in Op if op.value.startswith("bv") and op not in (Op.BV_NOT, Op.BV_NEG, Op.BV_TO_NAT)]
VECTORS = [op for op in SAME if op.value[2:] not in ("ult", "ule", "slt", "sle")]


def vectors(depth: int) -> st.SearchStrategy[Term]:
    leaves = st.one_of(st.sampled_from([X, Y]), st.integers(0, 15).map(lambda v: Num(v, bits(WIDTH))))
    if not depth:
        return leaves
    inner = vectors(depth - 1)
    return st.one_of(
        leaves,
        st.builds(apply, st.sampled_from(VECTORS), inner, inner),
        st.builds(apply, st.sampled_from((Op.BV_NOT, Op.BV_NEG)), inner),
        st.builds(lambda k: apply(Op.SELECT, A, k), inner),
        st.builds(lambda k, v, r: apply(Op.SELECT, apply(Op.STORE, A, k, v), r), inner, inner, inner),
        st.builds(
            lambda a, b: apply(Op.BV_EXTRACT, apply(Op.BV_CONCAT, a, b), Num(5, Sort.NAT), Num(2, Sort.NAT)),
            inner,
            inner,
        ),
        st.builds(lambda c, a, b: apply(Op.ITE, c, a, b), truths(depth - 1), inner, inner),
    )


def truths(depth: int) -> st.SearchStrategy[Term]:
    inner = vectors(depth)
    compared = (Op.BV_ULT, Op.BV_ULE, Op.BV_SLT, Op.BV_SLE, Op.EQ)
    return st.builds(apply, st.sampled_from(compared), inner, inner)


def script(values: dict[str, str], claim: Term) -> str:
    lines = [f"(declare-const {symbol(v.name)} {smt_sort(v.sort)})" for v in (X, Y, A)]
    lines += [f"(assert (= {n} {t}))" for n, t in values.items()]
    return "\n".join([*lines, f"(assert {write_term(claim)})"])


@quick
@given(truths(2), st.integers(0, 15), st.integers(0, 15), st.integers(0, 15))
def test_z3_gives_bit_vectors_and_arrays_the_value_that_evaluating_gives(claim, x, y, held):
    values = {"x": x, "y": y, "a": ArrayValue(((x, held),) if held else (), 0)}
    value = evaluate(claim, values)
    held_text = f"(store ((as const {smt_sort(A.sort)}) (_ bv0 4)) (_ bv{x} 4) (_ bv{held} 4))"
    solver = z3.Solver()
    solver.from_string(script({"x": f"(_ bv{x} 4)", "y": f"(_ bv{y} 4)", "a": held_text}, claim))
    assert (solver.check() == z3.sat) is value


@quick
@given(truths(2))
def test_what_is_written_is_read_as_the_same_claim(claim):
    (found,) = read_smt_claim(script({}, claim)).assertions
    for x, y in ((0, 0), (3, 9), (15, 1), (8, 8)):
        values = {"x": x, "y": y, "a": ArrayValue(((x, 5),), 0)}
        assert evaluate(found, values) == evaluate(claim, values)


HEAD = "(declare-const x Int)(declare-const y Int)(declare-const r Real)(declare-fun f (Int) Int)"


@pytest.mark.parametrize(
    ("assertion", "values", "expected"),
    [
        ("(> (div x 3) 2)", {"x": 9}, True),
        ("(= (mod (- x) 3) 2)", {"x": 7}, True),
        ("(= (div x (- 2)) (- 3))", {"x": 7}, True),
        ("(< (/ r 2.0) 1.5)", {"r": 2}, True),
        ("(= (to_int r) 2)", {"r": 2}, True),
        ("(exists ((k Int)) (and (< 0 k 9) (= x (* k k))))", {"x": 49}, True),
        ("(forall ((k Int)) (=> (< 0 k 9) (distinct x (* k k))))", {"x": 49}, False),
        ("(let ((z (+ x 1))) (= (* z z) 64))", {"x": 7}, True),
        ("(xor (> x 1) (> x 2) )", {"x": 2}, True),
        ("((_ divisible 3) x)", {"x": 9}, True),
    ],
)
def test_a_script_means_what_smt_lib_means(assertion, values, expected):
    (claim,) = read_smt_claim(f"{HEAD}(assert {assertion})").assertions
    assert evaluate(claim, values) is expected


def test_a_division_by_zero_is_some_number_the_same_each_time():
    source = f"{HEAD}(assert (distinct (div x 0) (div y 0)))(assert (= (div x 0) 7))"
    claim = read_smt_claim(source)
    with pytest.raises(NotEvaluated):
        evaluate(claim.assertions[1], {"x": 0})


def test_a_function_stays_a_function():
    claim = read_smt_claim(f"{HEAD}(assert (= (f (f x)) y))")
    assert claim.declared["f"] == ((Sort.INT,), Sort.INT)
    assert isinstance(claim.assertions[0], App)


@pytest.mark.parametrize(
    "source",
    [
        "(declare-sort U 0)(declare-const u U)(assert (= u u))",
        "(declare-const v (_ BitVec 8))(assert (= v ((_ rotate_left 1) v)))",
        "(assert",
    ],
)
def test_what_has_no_counterpart_is_refused(source):
    with pytest.raises(BadInput):
        read_smt_claim(source)


@pytest.mark.parametrize(
    ("op", "args"),
    [
        (Op.BV_ADD, (X, Var("z", bits(5)))),
        (Op.SELECT, (A, Var("z", Sort.INT))),
        (Op.STORE, (A, X, Truth(True))),
        (Op.BV_EXTRACT, (X, Num(4, Sort.NAT), Num(0, Sort.NAT))),
        (Op.BV_ULT, (Var("n", Sort.INT), Var("m", Sort.INT))),
        (Op.EQ, (X, Var("z", bits(5)))),
    ],
)
def test_sorts_that_do_not_fit_are_refused(op, args):
    with pytest.raises(BadInput):
        apply(op, *args)


def test_sorts_of_operations():
    assert sort_of(apply(Op.BV_CONCAT, X, Y)) == bits(8)
    assert sort_of(apply(Op.SELECT, A, X)) == bits(WIDTH)
    with pytest.raises((NotEvaluated, Undefined)):
        evaluate(read_smt_claim("(assert (forall ((v (_ BitVec 32))) (= v v)))").assertions[0], {})
