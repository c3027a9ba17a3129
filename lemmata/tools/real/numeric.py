"""Floating-point values of statements, and where they are smallest: a search whose findings are only guesses."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize

from lemmata.provers.real.notation import Tree
from lemmata.provers.real.statement import Relation, Statement
from lemmata.provers.real.system import constant_of, sign_bound

_TOUCHES = 1e-9
LARGEST = 1e6
"""Coordinates are looked for up to here; what is found at this wall goes on behind it."""


def value_of(tree: Tree, at: Mapping[str, float]) -> float:
    """The value of an expression; nan where it has none."""
    try:
        return _value(tree, at)
    except (ZeroDivisionError, ValueError, OverflowError):
        return math.nan


def _value(tree: Tree, at: Mapping[str, float]) -> float:
    match tree.kind, tree.parts:
        case "numeral", _:
            return float(tree.text)
        case "name", _:
            return at[tree.text]
        case (("real" | "neg"), (inner,)):
            value = _value(inner, at)
            return -value if tree.kind == "neg" else value
        case "^", (base, exponent):
            times = constant_of(exponent)
            number = _value(base, at)
            if times is None or (number < 0 and times.denominator > 1):
                return math.nan
            return float(number ** (int(times) if times.denominator == 1 else float(times)))
        case "call", (inner,):
            value = _value(inner, at)
            return abs(value) if tree.text == "abs" else math.sqrt(value)
        case "call", (left, right):
            return (min if tree.text == "min" else max)(_value(left, at), _value(right, at))
        case sign, (left, right):
            a, b = _value(left, at), _value(right, at)
            return a + b if sign == "+" else a - b if sign == "-" else a * b if sign == "*" else a / b
    return math.nan


def difference(relation: Relation, at: Mapping[str, float]) -> float:
    """left - right."""
    return value_of(relation.left, at) - value_of(relation.right, at)


def keeps(statement: Statement, at: Mapping[str, float], *, slack: float = 1e-7) -> bool:
    """Whether a point keeps the hypotheses, nearly."""
    for relation in statement.hypotheses:
        left, right = value_of(relation.left, at), value_of(relation.right, at)
        size = min(abs(left), abs(right)) or max(map(abs, at.values()))
        found = (left - right) / min(1.0, size or 1.0)  # small numbers keep nothing by being small
        fits = {
            "=": abs(found) <= slack,
            "≠": found != 0,
            "<": found <= slack,
            "≤": found <= slack,
            ">": found >= -slack,
            "≥": found >= -slack,
        }[relation.sign]
        if math.isnan(found) or not fits:
            return False
    return True


@dataclass(frozen=True, slots=True)
class Low:
    """A place where a function is locally smallest, as far as descent could tell."""

    value: float
    at: Mapping[str, float]


def find_lows(
    statement: Statement, function: Callable[[Mapping[str, float]], float], *, starts: int, deadline: float
) -> list[Low]:
    """Local minima of a function on a statement's domain, lowest first.

    Args:
        statement: gives variables and hypotheses.
        function: nan where it has no value.
        starts: how many random points to descend from.
        deadline: of `time.monotonic`.
    """
    names = statement.variables
    signed = {b[0] for b in map(sign_bound, statement.hypotheses) if b is not None}
    random = np.random.default_rng(7)
    bounds = [(_TOUCHES if n in signed else -LARGEST, LARGEST) for n in names]
    constraints = list(_constraints(statement))

    def measured(x: Any) -> float:
        value = function(dict(zip(names, map(float, x), strict=True)))
        return value if math.isfinite(value) else 1e9

    found: list[Low] = []
    for count in range(starts):
        if time.monotonic() > deadline:
            break
        spread = 0.3 if count % 3 == 0 else 1.2
        first = np.exp(random.normal(0.0, spread, len(names)))
        if count % 4 == 3:
            first[random.integers(len(names))] *= 0.01
        for index, name in enumerate(names):
            if name not in signed and random.random() < 0.5:
                first[index] *= -1
        with np.errstate(all="ignore"):
            try:
                told = minimize(
                    measured,
                    first,
                    method="SLSQP",
                    bounds=bounds,
                    constraints=constraints,
                    options={"maxiter": 200, "ftol": 1e-13},
                )
            except (ValueError, OverflowError):
                continue
        at = dict(zip(names, map(float, told.x), strict=True))
        value = function(at)
        if math.isfinite(value) and keeps(statement, at, slack=1e-6):
            found.append(Low(value, at))
    return sorted(found, key=lambda low: low.value)


def _constraints(statement: Statement) -> Iterator[dict[str, Any]]:
    names = statement.variables
    for relation in statement.hypotheses:
        if sign_bound(relation) is not None and 0 in (constant_of(relation.left), constant_of(relation.right)):
            continue
        if relation.sign == "≠":
            continue
        factor = -1.0 if relation.sign in ("<", "≤") else 1.0

        def measured(x: Any, relation: Relation = relation, factor: float = factor) -> float:
            value = factor * difference(relation, dict(zip(names, map(float, x), strict=True)))
            return value if math.isfinite(value) else -1e9

        yield {"type": "eq" if relation.sign == "=" else "ineq", "fun": measured}
