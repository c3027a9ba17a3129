"""Sets of numbers by their members or as intervals, as text: guesses that a checker compares with the set itself."""

from __future__ import annotations

from lemmata.provers.base import Backends
from lemmata.provers.find.claim import Declared
from lemmata.provers.terms.lean_writer import lean_text
from lemmata.provers.terms.term import WHOLE, App, Op, Term, Var
from lemmata.provers.terms.tidy import is_closed
from lemmata.tools.find_models import find_models

_MEMBERS = 24


def set_text(variables: tuple[Var, ...], body: Term, backends: Backends, deadline: float) -> str | None:
    """The set of all values of the variables for which the body holds."""
    interval = _interval(variables, body)
    if interval is not None:
        return interval
    declared = [Declared(v.name, (), v.sort) for v in variables]
    rows = find_models(declared, [body], backends, deadline, most=_MEMBERS)
    if rows is None:
        return None
    items = []
    for row in rows:
        parts = [row.texts[v.name] for v in variables]
        items.append(parts[0] if len(parts) == 1 else f"({', '.join(parts)})")
    return "{" + ", ".join(items) + "}" if items else None


def _interval(variables: tuple[Var, ...], body: Term) -> str | None:
    """Of a conjunction of bounds."""
    if len(variables) != 1 or variables[0].sort in WHOLE:
        return None
    var = variables[0]
    ends: dict[str, tuple[str, str]] = {}
    for part in body.args if isinstance(body, App) and body.op is Op.AND else (body,):
        match part:
            case App(op=Op.LT | Op.LE as op, args=(left, right)) if left == var and is_closed(right):
                side, end = "above", right
            case App(op=Op.LT | Op.LE as op, args=(left, right)) if right == var and is_closed(left):
                side, end = "below", left
            case _:
                return None
        if side in ends:
            return None
        ends[side] = ("c" if op is Op.LE else "o", lean_text(end))
    low, high = ends.get("below"), ends.get("above")
    if low and high:
        return f"Set.I{low[0]}{high[0]} ({low[1]}) ({high[1]})"
    if low:
        return f"Set.I{low[0]}i ({low[1]})"
    return f"Set.Ii{high[0]} ({high[1]})" if high else None
