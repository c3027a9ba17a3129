"""Every way of writing a term down must give the value that evaluating it gives."""

from __future__ import annotations

import z3
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from term_strategies import integers, truths

from lemmata.provers.terms.definedness import definedness
from lemmata.provers.terms.evaluate import NotEvaluated, Undefined, evaluate
from lemmata.provers.terms.polynomial import polynomial_of, term_of, text_of
from lemmata.provers.terms.python_reader import read_expression
from lemmata.provers.terms.simplify import inlined, simplified
from lemmata.provers.terms.smtlib_writer import numeral, write_term
from lemmata.provers.terms.term import Op, Sort, apply, depth, free_variables, sort_of, walk

VALUES = st.fixed_dictionaries({"a": st.integers(-6, 6), "b": st.integers(-6, 6)})
ANY = st.one_of(integers(("a", "b"), 2), truths(("a", "b"), 2))
quick = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def value_of(term, values):
    """The value, or None where there is none."""
    try:
        return evaluate(term, values)
    except Undefined:
        return None
    except NotEvaluated:
        assume(False)


def z3_agrees(term, values, value) -> bool:
    """Whether z3 finds the term equal to the value, and nothing else, at these values."""
    text = str(value).lower() if isinstance(value, bool) else numeral(value, sort_of(term))
    given_values = "".join(f"(declare-const {n} Int)(assert (= {n} {numeral(v, Sort.INT)}))" for n, v in values.items())
    solver = z3.Solver()
    solver.set("timeout", 5000)
    solver.from_string(f"{given_values}(assert (not (= {write_term(term)} {text})))")
    found = solver.check()
    assume(found != z3.unknown)
    return bool(found == z3.unsat)


@quick
@given(ANY, VALUES)
def test_z3_gives_the_value_that_evaluating_gives(term, values):
    value = value_of(term, values)
    assume(value is not None)
    assert z3_agrees(term, values, value)


@quick
@given(ANY, VALUES)
def test_definedness_holds_just_where_there_is_a_value(term, values):
    condition = definedness(term)
    assert evaluate(condition, values) is (value_of(term, values) is not None)


@quick
@given(truths(("a", "b"), 2), VALUES)
def test_a_solver_sees_an_undefined_condition_as_false(term, values):
    solution = apply(Op.AND, definedness(term), term)
    assert z3_agrees(solution, values, value_of(term, values) is True)


@settings(quick, max_examples=400)
@given(ANY, VALUES)
def test_inlining_and_simplifying_keep_the_value(term, values):
    value = value_of(term, values)
    assume(value is not None)
    assert evaluate(simplified(inlined(term)), values) == value


@quick
@given(integers(("a", "b"), 2), VALUES)
def test_a_polynomial_has_the_values_of_its_term_and_can_be_read_again(term, values):
    found = polynomial_of(term)
    assume(found is not None)
    assert evaluate(term_of(found), values) == evaluate(term, values)
    assert polynomial_of(read_expression(text_of(found), ("a", "b"))) == found


@given(st.integers(-6, 9), st.integers(1, 30), st.integers(0, 12), st.integers(0, 5), st.integers(0, 4))
def test_powers_under_a_modulus_keep_their_value(base, modulus, factor, shift, value):
    text = f"(3 * {base} ** ({factor} * a + {shift}) + a * {base} ** {shift}) % {modulus}"
    term = read_expression(text, ("a",))
    assert evaluate(simplified(term), {"a": value}) == evaluate(term, {"a": value})


@quick
@given(ANY)
def test_depth_and_free_variables_agree_with_a_walk(term):
    assert 1 <= depth(term) <= sum(1 for _ in walk(term))
    assert set(free_variables(term)) <= {"a", "b"}
