"""The language of answers to "find all": closed, decidable, and meant to be read.

    {"points": [[3, 4], [-3, 4]], "families": [{"parameters": ["k"], "tuple": ["k", "2*k + 1"], "at_least": {"k": 0}}]}

An answer is the union of its points and its families. A family gives one polynomial with integer coefficients for each
unknown. Its parameters can be found one after the other (see `solving`), so that belonging to it can be decided by
arithmetic alone: n = 3k + 1 is a congruence class, (k, k + 1) a line, (k, k²) a curve, (k, k·m) all pairs of which the
first divides the second. `at_least` and `at_most` bound parameters. `"none"` and `"all"` are short for the empty answer
and for every tuple of integers.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lemmata.errors import BadInput
from lemmata.problem import Json
from lemmata.provers.answers.solving import Step, find_steps
from lemmata.provers.terms.polynomial import Polynomial, polynomial_of, term_of, text_of
from lemmata.provers.terms.python_reader import read_expression
from lemmata.provers.terms.term import (
    Op,
    Sort,
    Term,
    Var,
    apply,
    conjunction,
    disjunction,
    negated,
    number,
    substitute,
)

_POINTS = 1_000
_FAMILIES = 64
_PARAMETERS = 3
_BITS = 4_000
_TEXT = 500
_NAME = re.compile(r"[a-z][a-z0-9]{0,7}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """All tuples that the polynomials take for parameters within their bounds.

    Args:
        parameters: their names, none of them an unknown.
        tuple_: one polynomial for each unknown.
        at_least, at_most: bounds of parameters; the value itself is included.
    """

    parameters: tuple[str, ...]
    tuple_: tuple[Polynomial, ...]
    at_least: Mapping[str, int]
    at_most: Mapping[str, int]

    def within(self) -> Term:
        """That the parameters keep their bounds."""
        low = [apply(Op.LE, number(b), Var(k, Sort.INT)) for k, b in self.at_least.items()]
        high = [apply(Op.LE, Var(k, Sort.INT), number(b)) for k, b in self.at_most.items()]
        return conjunction(*low, *high)


@dataclass(frozen=True, slots=True)
class Answer:
    """A union of single tuples and families of tuples."""

    points: tuple[tuple[int, ...], ...]
    families: tuple[Family, ...]


def decode_answer(data: Json, unknowns: tuple[str, ...], *, taken: frozenset[str] = frozenset()) -> Answer:
    """The answer that JSON states.

    Args:
        data: see above.
        unknowns: of the predicate.
        taken: further names that parameters can't have, as the predicate uses them.

    Raises:
        BadInput: not in the language.
    """
    if data == "none":
        return Answer((), ())
    if data == "all":
        fresh = (name for i in itertools.count(1) if (name := f"k{i}") not in {*unknowns, *taken})
        names = tuple(itertools.islice(fresh, len(unknowns)))
        every: tuple[Polynomial, ...] = tuple({((name, 1),): 1} for name in names)
        return Answer((), (Family(parameters=names, tuple_=every, at_least={}, at_most={}),))
    if not isinstance(data, dict) or not data or not set(data) <= {"points", "families"}:
        raise BadInput('expected "all", "none" or an object with points and families', place="answer")
    points, families = data.get("points", []), data.get("families", [])
    if not isinstance(points, list) or not isinstance(families, list):
        raise BadInput("expected lists of points and families", place="answer")
    if len(points) > _POINTS or len(families) > _FAMILIES:
        raise BadInput(f"expected at most {_POINTS} points and {_FAMILIES} families", place="answer")
    made = tuple(sorted({_point(p, len(unknowns)) for p in points}))
    return Answer(made, tuple(_family(f, unknowns, taken) for f in families))


def _integer(value: Json, place: str) -> int:
    if type(value) is not int or value.bit_length() > _BITS:
        raise BadInput("expected an integer of at most a thousand digits", place=place)
    return value


def _point(data: Json, size: int) -> tuple[int, ...]:
    if not isinstance(data, list) or len(data) != size:
        raise BadInput(f"expected a list of {size} integers", place="answer.points")
    return tuple(_integer(v, "answer.points") for v in data)


def _family(data: Json, unknowns: tuple[str, ...], taken: frozenset[str]) -> Family:
    place = "answer.families"
    if not isinstance(data, dict) or not {"parameters", "tuple"} <= set(data) <= {
        "parameters", "tuple", "at_least", "at_most"
    }:  # fmt: skip
        raise BadInput("expected parameters, tuple, and perhaps at_least and at_most", place=place)
    names, texts = data["parameters"], data["tuple"]
    if not _are_texts(names) or not 1 <= len(names) <= _PARAMETERS or not all(map(_NAME.match, names)):
        raise BadInput(f"expected 1 to {_PARAMETERS} short names in lower case", place=f"{place}.parameters")
    if len(set(names)) != len(names) or set(names) & {*unknowns, *taken}:
        text = "expected names that differ from each other and from those in the predicate"
        raise BadInput(text, place=f"{place}.parameters")
    if not _are_texts(texts) or len(texts) != len(unknowns):
        raise BadInput(f"expected {len(unknowns)} polynomials", place=f"{place}.tuple")
    polynomials = tuple(_polynomial(t, tuple(names)) for t in texts)
    bounds = [data.get(side, {}) for side in ("at_least", "at_most")]
    if not all(isinstance(b, dict) and set(b) <= set(names) for b in bounds):
        raise BadInput("expected bounds of its parameters", place=place)
    low, high = ({k: _integer(b[k], place) for k in names if k in b} for b in bounds)
    if find_steps(polynomials, tuple(names)) is None:
        raise BadInput(
            "expected parameters that can be found one after the other, alone as in a*k + c, or by division as in k*m",
            place=f"{place}.tuple",
        )
    return Family(parameters=tuple(names), tuple_=polynomials, at_least=low, at_most=high)


def _are_texts(data: Json) -> bool:
    return isinstance(data, list) and all(isinstance(t, str) and len(t) <= _TEXT for t in data)


def _polynomial(text: str, names: tuple[str, ...]) -> Polynomial:
    found = polynomial_of(read_expression(text, names))
    if found is None:
        raise BadInput("expected a polynomial with integer coefficients", place="answer.families.tuple")
    return found


def encode_answer(answer: Answer) -> dict[str, Json]:
    """The answer as plain JSON."""
    made: dict[str, Json] = {}
    if answer.points or not answer.families:
        made["points"] = [list(p) for p in answer.points]
    if answer.families:
        made["families"] = [_encode_family(f) for f in answer.families]
    return made


def _encode_family(family: Family) -> dict[str, Json]:
    made: dict[str, Json] = {"parameters": list(family.parameters), "tuple": [text_of(p) for p in family.tuple_]}
    for side, bounds in (("at_least", family.at_least), ("at_most", family.at_most)):
        if bounds:
            made[side] = dict(bounds)
    return made


def membership(answer: Answer, unknowns: tuple[str, ...]) -> Term:
    """That the unknowns are a tuple of the answer; a term without quantifiers that always has a value."""
    values = [Var(n, Sort.INT) for n in unknowns]
    points = [conjunction(*(apply(Op.EQ, v, number(c)) for v, c in zip(values, p, strict=True))) for p in answer.points]
    return disjunction(*points, *(_belongs(f, values) for f in answer.families))


def _belongs(family: Family, values: list[Var]) -> Term:
    steps = find_steps(family.tuple_, family.parameters)
    assert steps is not None  # decoding has seen to it
    return _solved(family, values, steps, {})


def _solved(family: Family, values: list[Var], steps: tuple[Step, ...], solved: dict[str, Term]) -> Term:
    """That the parameters not yet found exist."""
    if not steps:
        pivots = {i for step in find_steps(family.tuple_, family.parameters) or () for i in step.settles}
        conditions = [substitute(family.within(), solved)]
        for i, polynomial in enumerate(family.tuple_):
            if i not in pivots:
                conditions.append(apply(Op.EQ, values[i], substitute(term_of(polynomial), solved)))
        return conjunction(*conditions)
    step, rest = steps[0], steps[1:]
    offset = _offset(step, values, solved)

    def onward(found: Term) -> Term:
        return _solved(family, values, rest, {**solved, step.name: found})

    if not any(step.factor):  # a number
        factor = step.factor[()]
        if factor < 0:
            offset, factor = apply(Op.NEG, offset), -factor
        if factor == 1:
            return onward(offset)
        comes_out = apply(Op.EQ, apply(Op.EUCLID_MOD, offset, number(factor)), number(0))
        return conjunction(comes_out, onward(apply(Op.EUCLID_DIV, offset, number(factor))))
    factor_term = substitute(term_of(step.factor), solved)
    zero = apply(Op.EQ, factor_term, number(0))
    comes_out = apply(Op.EQ, apply(Op.EUCLID_MOD, offset, factor_term), number(0))
    divided = conjunction(negated(zero), comes_out, onward(apply(Op.EUCLID_DIV, offset, factor_term)))
    low, high = family.at_least.get(step.name), family.at_most.get(step.name)
    if low is not None and high is not None and low > high:
        return divided
    any_value = low if low is not None else high if high is not None else 0
    free = conjunction(zero, apply(Op.EQ, offset, number(0)), onward(number(any_value)))
    return disjunction(divided, free)


def _offset(step: Step, values: list[Var], solved: Mapping[str, Term]) -> Term:
    """What the parameter times its factor has to be."""
    (first, _), *others = step.components
    made: Term = values[first]
    for i, sign in others:
        made = apply(Op.ADD if sign > 0 else Op.SUB, made, values[i])
    if not step.shift:
        return made
    return apply(Op.SUB, made, substitute(term_of(step.shift), solved))


def describe(answer: Answer, unknowns: tuple[str, ...]) -> str:
    """The answer in words."""
    if not answer.points and not answer.families:
        return "there is no solution"
    head = unknowns[0] if len(unknowns) == 1 else f"({', '.join(unknowns)})"
    parts = []
    if answer.points:
        listed = [str(p[0]) if len(p) == 1 else f"({', '.join(map(str, p))})" for p in answer.points]
        parts.append(f"{head} ∈ {{{', '.join(listed)}}}")
    parts += [_describe_family(f, head, len(unknowns)) for f in answer.families]
    return ", or ".join(parts)


def _describe_family(family: Family, head: str, size: int) -> str:
    texts = [text_of(p) for p in family.tuple_]
    image = texts[0] if size == 1 else f"({', '.join(texts)})"
    bounds = []
    for name in family.parameters:
        low, high = family.at_least.get(name), family.at_most.get(name)
        before, after = f"{low} ≤ " if low is not None else "", f" ≤ {high}" if high is not None else ""
        bounds.append(before + name + after)
    return f"{head} = {image} for every integer {' and every integer '.join(bounds)}"
