"""Solves equations for unknowns in terms of what is given, with sympy: guesses for a checker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lemmata.errors import BadInput
from lemmata.provers.find.answer import read_value
from lemmata.provers.find.claim import Declared
from lemmata.provers.terms.term import FIELDS, App, Num, Op, Sort, Term, Var, sort_of
from lemmata.tools.find_models import Model

_UNKNOWNS = 4
_SOLUTIONS = 4


class _NoExpression(Exception):
    """The term has no counterpart."""


def solve_symbolically(
    wanted: Sequence[Declared], conditions: Sequence[Term], parameters: tuple[Declared, ...]
) -> list[Model]:
    """Values of the unknowns, as expressions in the parameters, for which the equations among the conditions hold."""
    import sympy

    if not 1 <= len(wanted) <= _UNKNOWNS or any(d.parameters or d.sort not in FIELDS | {Sort.INT} for d in wanted):
        return []
    names = {d.name: sympy.Symbol(d.name) for d in (*wanted, *parameters)}
    equations = []
    for condition in conditions:
        match condition:
            case App(op=Op.EQ, args=(left, right)) if sort_of(left) in FIELDS | {Sort.INT}:
                try:
                    equations.append(expression_of(left, names) - expression_of(right, names))
                except _NoExpression:
                    continue
    try:
        found = sympy.solve(equations, [names[d.name] for d in wanted], dict=True) if equations else []
    except (NotImplementedError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return []
    models = [_model(one, wanted, names, parameters) for one in found[:_SOLUTIONS]]
    return [m for m in models if m is not None]


def _model(
    found: dict[Any, Any], wanted: Sequence[Declared], names: dict[str, Any], parameters: tuple[Declared, ...]
) -> Model | None:
    import sympy

    texts: dict[str, str] = {}
    values: dict[str, Term] = {}
    for declared in wanted:
        value = found.get(names[declared.name])
        if value is None:
            return None
        texts[declared.name] = text_of(sympy.cancel(value))
        try:
            (values[declared.name],) = read_value(texts[declared.name], declared.sort, parameters).bodies
        except BadInput:
            return None
    return Model(values, texts)


def expression_of(term: Term, names: dict[str, Any]) -> Any:
    """The term as a sympy expression.

    Raises:
        _NoExpression: it has operations without a counterpart.
    """
    import sympy

    match term:
        case Num(value=value):
            return sympy.Rational(value.numerator, value.denominator)
        case Var(name) if name in names:
            return names[name]
        case App(op=Op.CAST, args=(inner,)):
            return expression_of(inner, names)
        case App(op=Op.NEG, args=(inner,)):
            return -expression_of(inner, names)
        case App(op=Op.ADD | Op.MUL as op, args=args):
            parts = [expression_of(a, names) for a in args]
            return sympy.Add(*parts) if op is Op.ADD else sympy.Mul(*parts)
        case App(op=Op.SUB, args=(left, right)):
            return expression_of(left, names) - expression_of(right, names)
        case App(op=Op.RATIO, args=(left, right)):
            return expression_of(left, names) / expression_of(right, names)
        case App(op=Op.POW, args=(base, Num(value=exponent))):
            return expression_of(base, names) ** int(exponent)
        case _:
            raise _NoExpression


def text_of(value: Any) -> str:
    """A sympy expression of numbers, names, arithmetic and square roots as Lean text; others as they print."""
    import sympy

    if isinstance(value, sympy.Pow) and value.exp == sympy.Rational(1, 2):
        return f"√({text_of(value.base)})"
    if isinstance(value, sympy.Pow) and value.exp.is_Integer:
        base = f"({text_of(value.base)})"
        return f"({base} ^ {value.exp})" if value.exp > 0 else f"(1 / {base} ^ {-value.exp})"
    if isinstance(value, sympy.Add | sympy.Mul):
        sign = " + " if isinstance(value, sympy.Add) else " * "
        return "(" + sign.join(text_of(a) for a in value.args) + ")"
    return f"({value})"
