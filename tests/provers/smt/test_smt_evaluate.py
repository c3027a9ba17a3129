from __future__ import annotations

from fractions import Fraction

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.errors import BadInput
from lemmata.formats.smt_sorts import BOOL, INT, REAL, Sort, bits
from lemmata.formats.smt_terms import Apply, Let, Literal, Term, Use, make, write_term
from lemmata.formats.smtlib import Assertion, Declared, Script, read_script, write_script
from lemmata.provers.smt.evaluate import Interpretation, Undetermined, evaluate, read_values

BYTE = bits(8)
VALUES = {"p": True, "i": -7, "j": 3, "r": Fraction(-5, 3), "w": 200, "v": 7}
SORTS = {"p": BOOL, "i": INT, "j": INT, "r": REAL, "w": BYTE, "v": BYTE}

LEAVES = {
    BOOL: st.sampled_from([Use("p", (), BOOL), Literal(False, BOOL)]),
    INT: st.sampled_from([Use("i", (), INT), Use("j", (), INT)]) | st.integers(-9, 9).map(lambda n: Literal(n, INT)),
    REAL: st.just(Use("r", (), REAL)) | st.fractions(-9, 9, max_denominator=9).map(lambda q: Literal(q, REAL)),
    BYTE: st.sampled_from([Use("w", (), BYTE), Use("v", (), BYTE)])
    | st.integers(0, 255).map(lambda n: Literal(n, BYTE)),
}
DIVISIONS = ["udiv", "urem", "sdiv", "srem", "smod"]
BITWISE = ["add", "sub", "mul", "shl", "lshr", "ashr", "and", "or", "xor", "nand", "nor", "xnor", *DIVISIONS]
SAME = {
    BOOL: ["and", "or", "xor", "=>"],
    INT: ["+", "-", "*", "div", "mod"],
    REAL: ["+", "-", "*", "/"],
    BYTE: [f"bv{name}" for name in BITWISE],
}
COMPARE = {
    INT: ["<", "<=", ">", ">=", "=", "distinct"],
    REAL: ["<", ">=", "="],
    BOOL: ["=", "distinct"],
    BYTE: ["bvult", "bvule", "bvugt", "bvuge", "bvslt", "bvsle", "bvsgt", "bvsge", "="],
}
INDEXED = {"rotate_left": (3,), "rotate_right": (11,)}


@st.composite
def terms(draw: st.DrawFn, sort: Sort, depth: int = 3) -> Term:
    if depth == 0 or draw(st.integers(0, 4)) == 0:
        return draw(LEAVES[sort])

    def part(inner: Sort) -> Term:
        return draw(terms(inner, depth - 1))

    shape = draw(st.integers(0, 5))
    if shape == 0:
        return make("ite", part(BOOL), part(sort), part(sort))
    if shape == 1:
        return Let((("k", part(INT)),), make("ite", make("<", Use("k", (), INT), part(INT)), part(sort), part(sort)))
    if shape == 2 and sort == BOOL:
        other = draw(st.sampled_from(list(COMPARE)))
        return make(draw(st.sampled_from(COMPARE[other])), part(other), part(other))
    if shape == 2 and sort == INT:
        return make(*draw(st.sampled_from([("abs", part(INT)), ("to_int", part(REAL)), ("-", part(INT))])))
    if shape == 2 and sort == BYTE:
        name = draw(st.sampled_from(["extract", "sign_extend", *INDEXED]))
        if name in INDEXED:
            return make(name, part(BYTE), indices=INDEXED[name])
        wide = make("concat", part(BYTE), make("bvneg", part(BYTE)))
        wide = make("sign_extend", wide, indices=(5,)) if name == "sign_extend" else wide
        return make("extract", wide, indices=(9, 2))
    if shape == 3 and sort == BOOL:
        return make("not", part(BOOL))
    return make(draw(st.sampled_from(SAME[sort])), part(sort), part(sort))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(list(LEAVES)).flatmap(terms))
def test_what_we_evaluate_is_what_z3_says(term: Term) -> None:
    try:
        value = evaluate(term, Interpretation(VALUES, {}))
    except Undetermined:  # a division by zero
        return
    equations = [make("=", Use(n, (), s), Literal(VALUES[n], s)) for n, s in SORTS.items()]
    differs = make("not", make("=", term, Literal(value, term.sort)))
    assertions = tuple(Assertion(f"a{k}", t) for k, t in enumerate([*equations, differs]))
    script = Script(declarations=tuple(Declared(n, (), s) for n, s in SORTS.items()), assertions=assertions)
    solver = z3.Solver(ctx=z3.Context())
    solver.set("timeout", 5000)
    solver.from_string(write_script(script, named=False))
    assert str(solver.check()) == "unsat", write_term(term)


def value_of(text: str, **values: object) -> object:
    script = read_script(f"(declare-const x Int)(declare-const a (Array Int Int))(assert (= x {text}))")
    (assertion,) = script.assertions
    assert isinstance(assertion.term, Apply)
    return evaluate(assertion.term.args[1], Interpretation(read_values(values, script.declarations), {}))


def test_division_leaves_a_remainder_that_is_never_negative() -> None:
    assert [value_of(t) for t in ("(div (- 7) 2)", "(mod (- 7) 2)", "(div (- 7) (- 2))", "(mod (- 7) (- 2))")] == [
        -4,
        1,
        4,
        1,
    ]


def test_a_division_by_zero_matters_only_where_it_is_needed() -> None:
    with pytest.raises(Undetermined):
        value_of("(div 1 0)")
    assert value_of("(ite (or (= 1 (div 1 0)) true) 5 (div 1 0))") == 5
    assert value_of("(let ((z (mod 3 0))) 4)") == 4


def test_arrays_are_equal_where_they_agree_everywhere() -> None:
    table = {"array": [["1", "5"], ["2", "0"]], "default": "0"}
    assert value_of("(ite (= a (store ((as const (Array Int Int)) 0) 1 5)) 1 2)", a=table) == 1
    assert value_of("(ite (= a (store a 9 9)) 1 2)", a=table) == 2
    assert value_of("(select (store a 9 (- 3)) 9)", a=table) == -3


def test_quantifiers_are_evaluated_over_finite_sorts_only() -> None:
    assert value_of("(ite (forall ((p Bool) (q Bool)) (=> (and p q) p)) 1 2)") == 1
    assert value_of("(ite (exists ((b (_ BitVec 4))) (= (bvmul b b) #x9)) 1 2)") == 1
    with pytest.raises(Undetermined):
        value_of("(ite (forall ((n Int)) (= n n)) 1 2)")


def test_numbers_of_enormous_size_are_not_computed() -> None:
    text = "x"
    for _ in range(60):
        text = f"(let ((y {text})) (* y y))"
    with pytest.raises(Undetermined):
        value_of(text, x="12345")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["array", "default", "bv", "value", "x", "a"]), inner)
        ),
    )
)
def test_any_values_are_read_or_refused(data: object) -> None:
    declarations = (Declared("x", (), INT), Declared("a", (), Sort("Array", (INT, BYTE))))
    for given_values in (data, {"x": data}, {"a": data}):
        try:
            read = read_values(given_values, declarations)
        except BadInput:
            continue
        assert set(read) <= {"x", "a"}
