"""Guesses the least or greatest number of a set of reals: asks for better points, and for the point itself."""

from __future__ import annotations

import time
from fractions import Fraction

from lemmata.provers.base import Backends
from lemmata.provers.find.claim import Declared
from lemmata.provers.terms.exact import Exact
from lemmata.provers.terms.term import Extremal, Op, Term, Var, apply, number
from lemmata.tools.find_models import find_model

_ROUNDS = 40


def find_extremum(extremum: Extremal, backends: Backends, deadline: float) -> Term | None:
    """A number of the set that no solver finds a better one for, or the rational number that better and better ones
    close in on."""
    var, body = extremum.var, extremum.body
    declared = [Declared(var.name, (), var.sort)]
    first = find_model(declared, [body], backends, deadline)
    if first is None:
        return None
    best = first.values[var.name]
    bound: Fraction | None = None
    for _ in range(_ROUNDS):
        if time.monotonic() > deadline:
            return None
        better = apply(Op.LT, var, best) if extremum.least else apply(Op.LT, best, var)
        limits: list[Term] = [better]
        if bound is not None:
            far = number(bound, var.sort)
            limits.append(apply(Op.LE, var, far) if extremum.least else apply(Op.LE, far, var))
        found = find_model(declared, [body, *limits], backends, deadline)
        if found is not None:
            best = found.values[var.name]
            bound = None if bound is None else bound
            continue
        if bound is None:
            return best
        bound = None
    return None


_ = (Exact, Var)
