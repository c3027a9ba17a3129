"""Values for which conditions hold, from solvers; exact, algebraic numbers included. Nothing here is trusted."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lemmata.errors import BadInput
from lemmata.formats.sexpr import Atom, Group, Kind, Node, read_all
from lemmata.problem import Json
from lemmata.provers.base import Backends
from lemmata.provers.find.answer import read_value
from lemmata.provers.find.claim import Declared
from lemmata.provers.find.script import write_script
from lemmata.provers.smt.solver import Status, solve
from lemmata.provers.terms.smtlib_writer import symbol
from lemmata.provers.terms.term import FIELDS, Op, Sort, Term, Truth, Var, apply, conjunction, negated, number

_EACH_S = 4.0
_REAL = "(check-sat-using (then simplify propagate-values solve-eqs qfnra-nlsat))"


@dataclass(frozen=True, slots=True)
class Model:
    """Name -> term and text of each value."""

    values: Mapping[str, Term]
    texts: Mapping[str, str]


def find_model(
    wanted: Sequence[Declared], conditions: Sequence[Term], backends: Backends, deadline: float
) -> Model | None:
    """Values for the unknowns, if a solver finds some that can be written down."""
    found = _ask(wanted, conditions, backends, deadline)
    return found if isinstance(found, Model) else None


def find_models(
    wanted: Sequence[Declared], conditions: Sequence[Term], backends: Backends, deadline: float, *, most: int
) -> list[Model] | None:
    """All values for the unknowns, if a solver says that there are no more than `most`."""
    rows: list[Model] = []
    left = list(conditions)
    while len(rows) <= most and time.monotonic() < deadline:
        found = _ask(wanted, left, backends, deadline)
        if found is Status.UNSAT:
            return rows
        if not isinstance(found, Model):
            return None
        rows.append(found)
        same = [
            apply(Op.IFF if d.sort is Sort.BOOL else Op.EQ, Var(d.name, d.sort), found.values[d.name]) for d in wanted
        ]
        left.append(negated(conjunction(*same)))
    return None


def _ask(
    wanted: Sequence[Declared], conditions: Sequence[Term], backends: Backends, deadline: float
) -> Model | Status | None:
    try:
        script = write_script(wanted, conditions)
    except BadInput:
        return None
    real = not any(word in script for word in (" Int)", "declare-fun", "forall", "exists"))
    for check in (_REAL, "(check-sat)") if real else ("(check-sat)",):
        left = min(_EACH_S, deadline - time.monotonic())
        if left < 0.1:
            return None
        told = solve(script, backends, wall_s=left, check=check)
        if told.status is Status.UNSAT:
            return Status.UNSAT
        if told.status is Status.SAT:
            return _read(wanted, told.text, told.model)
    return None


def _read(wanted: Sequence[Declared], text: str, model: Mapping[str, Json]) -> Model | None:
    printed = _definitions(text)
    values: dict[str, Term] = {}
    texts: dict[str, str] = {}
    for declared in wanted:
        name = symbol(declared.name).strip("|")
        if declared.parameters:
            continue
        body = printed.get(name)
        found = "0" if body is None and declared.sort is not Sort.BOOL else None
        if body is not None:
            found = value_text(body)
        if found is None:
            return None
        try:
            texts[declared.name] = found
            (values[declared.name],) = read_value(found, declared.sort).bodies
        except BadInput:
            return None
    return Model(values, texts)


def _definitions(text: str) -> dict[str, Node]:
    found: dict[str, Node] = {}
    try:
        nodes = read_all(text)
    except BadInput:
        return found
    for entry in nodes[0].items if nodes and isinstance(nodes[0], Group) else ():
        match entry:
            case Group((Atom("define-fun"), Atom(name, Kind.SYMBOL), Group(()), _, body)):
                found[name] = body
    return found


def value_text(node: Node) -> str | None:
    """A printed number or truth value as Lean text."""
    match node:
        case Atom("true" | "false" as word):
            return word.capitalize()
        case Group((Atom("root-obj"), polynomial, Atom(index))):
            return _root_text(polynomial, int(index))
        case _:
            found = _fraction(node)
            return None if found is None else str(found)


def _fraction(node: Node) -> Fraction | None:
    match node:
        case Atom(text, Kind.NUMERAL | Kind.DECIMAL):
            return Fraction(text)
        case Group((Atom("-"), inner)):
            value = _fraction(inner)
            return None if value is None else -value
        case Group((Atom("/"), above, below)):
            top, bottom = _fraction(above), _fraction(below)
            return top / bottom if top is not None and bottom else None
        case _:
            return None


def _coefficients(node: Node) -> dict[int, Fraction] | None:
    """Exponent -> coefficient of a printed polynomial in x."""
    match node:
        case Atom("x"):
            return {1: Fraction(1)}
        case Group((Atom("^"), Atom("x"), Atom(exponent))):
            return {int(exponent): Fraction(1)}
        case Group((Atom("*"), factor, rest)):
            value, inner = _fraction(factor), _coefficients(rest)
            return None if value is None or inner is None else {e: c * value for e, c in inner.items()}
        case Group((Atom("+"), *summands)):
            made: dict[int, Fraction] = {}
            for summand in summands:
                part = _coefficients(summand)
                if part is None:
                    return None
                for e, c in part.items():
                    made[e] = made.get(e, Fraction(0)) + c
            return made
        case Group((Atom("-"), inner)):
            part = _coefficients(inner)
            return None if part is None else {e: -c for e, c in part.items()}
        case _:
            value = _fraction(node)
            return None if value is None else {0: value}


def _root_text(node: Node, index: int) -> str | None:
    """The index-th real root of a polynomial, from 1 in rising order, by roots."""
    made = _coefficients(node)
    if made is None:
        return None
    degree = max(made)
    if degree == 2:
        return _quadratic(made.get(2, Fraction(0)), made.get(1, Fraction(0)), made.get(0, Fraction(0)), index)
    if degree == 4 and set(made) <= {0, 2, 4}:
        return _biquadratic(made, index)
    if set(made) <= {0, degree}:
        value = -made.get(0, Fraction(0)) / made[degree]
        if value > 0:
            up = f"Real.rpow ({value}) (1 / {degree})"
            return up if degree % 2 or index == 2 else f"-({up})"
        return f"-(Real.rpow ({-value}) (1 / {degree}))"
    return None


def _quadratic(a: Fraction, b: Fraction, c: Fraction, index: int) -> str:
    middle, inside = -b / (2 * a), (b * b - 4 * a * c) / (4 * a * a)
    return f"{middle} {'-' if index == 1 else '+'} √({inside})"


def _biquadratic(made: Mapping[int, Fraction], index: int) -> str | None:
    a, b, c = made[4], made.get(2, Fraction(0)), made.get(0, Fraction(0))
    inside = (b * b - 4 * a * c) / (4 * a * a)
    if inside < 0:
        return None
    middle = -b / (2 * a)
    import math

    squares = [s for s in (middle - Fraction(math.sqrt(inside)), middle + Fraction(math.sqrt(inside))) if s >= 0]
    texts = [f"{middle} {sign} √({inside})" for sign in "-+"][2 - len(squares) :]
    roots = [*(f"-√({t})" for t in reversed(texts)), *(f"√({t})" for t in texts)]
    return roots[index - 1] if index <= len(roots) else None


_ = (FIELDS, Truth, number)
