"""Clauses made of scripts about bits mean what the scripts mean."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.errors import BadInput
from lemmata.formats.smt_sorts import BOOL, Sort, bits
from lemmata.formats.smt_terms import Apply, Let, Literal, Term, Use, make
from lemmata.formats.smtlib import Assertion, Declared, Script, read_script
from lemmata.provers.base import Backends
from lemmata.provers.smt import drup
from lemmata.provers.smt.bitblast import Cnf, bitblast, write_dimacs
from lemmata.provers.smt.evaluate import Interpretation, evaluate

pysat = pytest.importorskip("pysat.solvers", reason="no python-sat: pip install --pre python-sat")
needs_proofs = pytest.mark.skipif(not drup.installed(), reason="no dratify")

W = bits(5)
SAME = ["add", "sub", "mul", "udiv", "urem", "sdiv", "srem", "smod", "shl", "lshr", "ashr"]
SAME += ["and", "or", "xor", "nand", "nor", "xnor"]
COMPARE = ["bvult", "bvule", "bvugt", "bvuge", "bvslt", "bvsle", "bvsgt", "bvsge", "=", "distinct"]


@st.composite
def words(draw: st.DrawFn, depth: int = 3) -> Term:
    if depth == 0:
        return draw(
            st.sampled_from([Use("x", (), W), Use("y", (), W)]) | st.integers(0, 31).map(lambda n: Literal(n, W))
        )
    part = words(depth - 1)
    match draw(st.integers(0, 6)):
        case 0:
            return make("ite", draw(truths(depth - 1)), draw(part), draw(part))
        case 1:
            return make(draw(st.sampled_from(["bvnot", "bvneg"])), draw(part))
        case 2:
            wide = make("concat", draw(part), draw(part))
            return make("extract", wide, indices=draw(st.sampled_from([(9, 5), (4, 0), (6, 2)])))
        case 3:
            op, by = draw(st.sampled_from([("rotate_left", 3), ("rotate_right", 7), ("rotate_left", 0)]))
            return make(op, draw(part), indices=(by,))
        case 4:
            longer = make(draw(st.sampled_from(["zero_extend", "sign_extend"])), draw(part), indices=(4,))
            return make("extract", longer, indices=(7, 3))
        case 5:
            return Let((("k", draw(part)),), make("bvadd", Use("k", (), W), draw(part)))
    return make(f"bv{draw(st.sampled_from(SAME))}", draw(part), draw(part))


@st.composite
def truths(draw: st.DrawFn, depth: int = 3) -> Term:
    if depth == 0:
        return draw(st.sampled_from([Use("p", (), BOOL), Literal(True, BOOL)]))
    part = truths(depth - 1)
    match draw(st.integers(0, 3)):
        case 0:
            return make("not", draw(part))
        case 1:
            return make(draw(st.sampled_from(["and", "or", "xor", "=>", "=", "distinct"])), draw(part), draw(part))
        case 2:
            return make("=>", draw(part), draw(part), draw(part))
    return make(draw(st.sampled_from(COMPARE)), draw(words(depth - 1)), draw(words(depth - 1)))


DECLARED = (Declared("x", (), W), Declared("y", (), W), Declared("p", (), BOOL))


def has_model(cnf: Cnf) -> bool:
    with pysat.Solver(name="glucose4", bootstrap_with=[list(c) for c in cnf.clauses]) as solver:
        return bool(solver.solve())


@settings(max_examples=300, deadline=None)
@given(truths(4), st.integers(0, 31), st.integers(0, 31), st.booleans())
def test_a_formula_has_a_model_with_given_inputs_exactly_when_it_evaluates_to_true(
    formula: Term, x: int, y: int, p: bool
) -> None:
    pinned = [
        make("=", Use("x", (), W), Literal(x, W)),
        make("=", Use("y", (), W), Literal(y, W)),
        make("=", Use("p", (), BOOL), Literal(p, BOOL)),
    ]
    expected = evaluate(formula, Interpretation({"x": x, "y": y, "p": p}, {}))
    for term, holds in ((formula, expected), (make("not", formula), not expected)):
        assertions = tuple(Assertion(f"a{i}", t) for i, t in enumerate((*pinned, term)))
        script = Script(declarations=DECLARED, assertions=assertions)
        assert has_model(bitblast(script, assertions)) is holds


@pytest.mark.parametrize("width", [1, 2, 3])
@pytest.mark.parametrize("op", [f"bv{name}" for name in SAME])
def test_every_operation_is_right_for_all_short_words(op: str, width: int) -> None:
    sort = bits(width)
    declared = (Declared("x", (), sort), Declared("y", (), sort))
    for x in range(1 << width):
        for y in range(1 << width):
            term = Apply(op, (Literal(x, sort), Literal(y, sort)), sort)
            value = evaluate(term, Interpretation({}, {}))
            for offered in range(1 << width):
                assertion = Assertion("a", make("=", term, Literal(offered, sort)))
                cnf = bitblast(Script(declarations=declared, assertions=(assertion,)), (assertion,))
                assert has_model(cnf) is (offered == value), (op, x, y, offered)


@pytest.mark.parametrize(
    "text",
    [
        "(declare-const x Int)(assert (> x 1))",
        "(declare-fun f ((_ BitVec 2)) Bool)(assert (f #b01))",
        "(declare-const a (Array (_ BitVec 2) (_ BitVec 2)))(assert (= (select a #b01) #b01))",
        "(assert (forall ((x (_ BitVec 2))) (= x x)))",
    ],
)
def test_what_is_not_about_bits_is_refused(text: str) -> None:
    script = read_script(text)
    with pytest.raises(BadInput):
        bitblast(script, script.assertions)


def test_too_many_clauses_are_refused_and_do_not_fill_the_memory() -> None:
    sort: Sort = bits(4096)
    term = make("=", make("bvudiv", Use("x", (), sort), Use("y", (), sort)), Literal(3, sort))
    script = Script(declarations=(Declared("x", (), sort), Declared("y", (), sort)), assertions=(Assertion("a", term),))
    with pytest.raises(BadInput, match="clauses"):
        bitblast(script, script.assertions)


UNSAT = """(declare-const x (_ BitVec 6))(declare-const y (_ BitVec 6))
(assert (bvult x y))(assert (bvult y x))(assert (= y #b000011))"""


@needs_proofs
@pytest.mark.sandbox
def test_a_proof_is_found_and_checked_and_fits_no_other_clauses(backends: Backends) -> None:
    script = read_script(UNSAT)
    cnf = bitblast(script, script.assertions[:2])
    packed = drup.find_proof(cnf, backends, wall_s=20)
    assert packed is not None
    assert drup.check_proof(cnf, packed, backends, wall_s=20) is True
    weaker = bitblast(script, script.assertions[:1])
    assert drup.find_proof(weaker, backends, wall_s=20) is None
    assert drup.check_proof(weaker, packed, backends, wall_s=20) is False


@pytest.mark.sandbox
def test_the_clauses_are_written_as_solvers_read_them() -> None:
    script = read_script("(declare-const p Bool)(assert (not p))")
    assert write_dimacs(bitblast(script, script.assertions)) == "p cnf 2 2\n1 0\n-2 0\n"
