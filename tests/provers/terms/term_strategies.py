"""Random terms over the integers a and b, partial operations, bindings and bounded quantifiers included."""

from __future__ import annotations

import itertools

from hypothesis import strategies as st

from lemmata.provers.terms.term import InRange, Let, Num, Op, Sort, Term, Truth, Var, apply

_names = itertools.count()
NUMBERS = (Op.ADD, Op.SUB, Op.MUL, Op.MIN, Op.MAX)
PARTIAL = (Op.FLOOR_DIV, Op.FLOOR_MOD, Op.EUCLID_DIV, Op.EUCLID_MOD)
TOTAL = (Op.TOTAL_DIV, Op.TOTAL_MOD)


def integers(variables: tuple[str, ...], depth: int) -> st.SearchStrategy[Term]:
    leaves = st.one_of(
        st.integers(-4, 4).map(lambda v: Num(v, Sort.INT)),
        st.sampled_from([Var(n, Sort.INT) for n in variables]),
    )
    if depth == 0:
        return leaves
    inner = integers(variables, depth - 1)
    return st.one_of(
        leaves,
        st.builds(apply, st.sampled_from((*NUMBERS, *PARTIAL, *TOTAL)), inner, inner),
        st.builds(apply, st.sampled_from((Op.NEG, Op.ABS)), inner),
        st.builds(lambda a, e: apply(Op.POW, a, Num(e, Sort.INT)), inner, st.integers(0, 3)),
        st.builds(lambda c, a, b: apply(Op.ITE, c, a, b), truths(variables, depth - 1), inner, inner),
        bound(variables, depth, integers),
    )


def truths(variables: tuple[str, ...], depth: int) -> st.SearchStrategy[Term]:
    number = integers(variables, max(0, depth - 1))
    relations = st.builds(apply, st.sampled_from((Op.EQ, Op.LT, Op.LE, Op.DIVIDES)), number, number)
    if depth == 0:
        return st.one_of(st.booleans().map(Truth), relations)
    inner = truths(variables, depth - 1)
    return st.one_of(
        relations,
        st.builds(apply, st.sampled_from((Op.AND, Op.OR, Op.IMPLIES, Op.IFF)), inner, inner),
        st.builds(lambda a: apply(Op.NOT, a), inner),
        st.builds(lambda c, a, b: apply(Op.ITE, c, a, b), inner, inner, inner),
        bound(variables, depth, truths),
        ranges(variables, depth),
    )


def bound(variables, depth, make):  # type: ignore[no-untyped-def]
    """A `Let` whose name is used nowhere else."""

    @st.composite
    def draw_let(draw):  # type: ignore[no-untyped-def]
        name = f"v{next(_names)}"
        value = draw(integers(variables, depth - 1))
        return Let(Var(name, Sort.INT), value, draw(make((*variables, name), depth - 1)))

    return draw_let()


def ranges(variables, depth):  # type: ignore[no-untyped-def]
    @st.composite
    def draw_range(draw):  # type: ignore[no-untyped-def]
        name = f"v{next(_names)}"
        low, high = draw(integers(variables, 0)), draw(integers(variables, 0))
        body = draw(truths((*variables, name), depth - 1))
        return InRange(Var(name, Sort.INT), low, high, body, draw(st.booleans()))

    return draw_range()
