"""Offers extremal values: looks at a window, has a solver look for better values further out, and finds the hints that
a checker needs; or a ray along which the values go beyond any number."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lemmata.problem import Candidate, Json, Problem
from lemmata.provers.answers.extremal import Extremum, read_extremum
from lemmata.provers.base import Backends
from lemmata.provers.terms.evaluate import NotEvaluated, Undefined, evaluate_integer, evaluate_predicate
from lemmata.tools.base import Offer, Turn
from lemmata.tools.conjecture import WINDOWS, find_hints
from lemmata.tools.enumerate_models import find_model
from lemmata.verdict import Reason, Unknown

_NAME = "extremal-values"
_STEPS = 100_000
_SHARE = 0.4  # of the time, for looking at the window
_ASKED_S = 1.5
_ASKS = 24
_BEYOND = 10**9
_MOST_POINTS = 200
_RAYS = 6
_LATEST = 12
_STARTS = 48

Point = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """The values in a window, for points that meet the conditions."""

    window: int
    values: dict[Point, int]


def propose(turn: Turn, backends: Backends) -> Offer:
    """The value with all places where it is reached, the value alone, or why there is none; last, what was tested.

    Raises:
        BadInput: the problem can't be read.
    """
    if turn.problem.target not in ("find_largest", "find_smallest"):
        return Offer()
    asked = read_extremum(turn.problem)
    stage = int(turn.memory["stage"]) if turn.memory is not None else 0
    windows = WINDOWS[len(asked.unknowns)]
    deadline = time.monotonic() + turn.limits.wall_s
    try:
        seen = _look(asked, windows[stage], time.monotonic() + _SHARE * turn.limits.wall_s)
    except NotEvaluated as exc:
        return Offer(finding=Unknown(Reason.UNSUPPORTED, f"the conditions or the value can't be evaluated: {exc}"))
    contents = list(_contents(asked, seen, backends, deadline))
    candidates = [Candidate(form="extremal", content=c, origin=_NAME) for c in contents]
    if stage + 1 < len(windows):
        return Offer(candidates=tuple(candidates), memory={"stage": stage + 1}, done=False)
    finding = Unknown(Reason.EXHAUSTED, "no guess about the extremal value could be proved")
    best = _best(asked, seen)
    if best is not None and max(map(abs, best[1])) < seen.window:  # else better ones are to be expected outside
        tested = {"value": best[0], "witness": list(best[1]), "bound": seen.window, "tested": True}
        candidates.append(Candidate(form="extremal", content=tested, origin=_NAME))
    return Offer(candidates=tuple(candidates), finding=finding)


def complete_value(problem: Problem, given: Mapping[str, Json]) -> dict[str, Json]:
    """What someone else says of the extremal value, with a bound and hints where they are missing.

    Raises:
        BadInput: the problem can't be read.
    """
    asked = read_extremum(problem)
    if "unbounded" in given:
        return {"hints": [], **given}
    bound = WINDOWS[len(asked.unknowns)][0]
    value, where = given.get("value"), given.get("where")
    if type(value) is not int:
        return {"bound": bound, "hints": next(find_hints(asked.possible(), "none")), **given}
    made = {"bound": bound, "hints": next(find_hints(asked.better(value), "none")), **given}
    if isinstance(where, dict):
        made["where"] = {"bound": bound, **where}
    return made


def _look(asked: Extremum, window: int, deadline: float) -> _Seen:
    """The values within a window, or a smaller one where time does not suffice."""
    values: dict[Point, int] = {}
    size, done = len(asked.unknowns), -1
    for shell in range(window + 1):
        found = {}
        for point in _shell(shell, size):
            place = dict(zip(asked.unknowns, point, strict=True))
            if time.monotonic() > deadline:
                return _Seen(max(done, 0), values)
            if evaluate_predicate(asked.conditions, place, steps=_STEPS):
                try:
                    found[point] = evaluate_integer(asked.value, place, steps=_STEPS)
                except Undefined:
                    continue
        values |= found
        done = shell
    return _Seen(window, values)


def _shell(radius: int, size: int) -> Iterator[Point]:
    """The points whose largest coordinate has that size."""
    if radius == 0:
        yield (0,) * size
        return
    inside, whole = range(-radius + 1, radius), range(-radius, radius + 1)
    for place in range(size):
        for head in itertools.product(inside, repeat=place):
            for tail in itertools.product(whole, repeat=size - place - 1):
                yield (*head, -radius, *tail)
                yield (*head, radius, *tail)


def _best(asked: Extremum, seen: _Seen) -> tuple[int, Point] | None:
    if not seen.values:
        return None
    pick = max if asked.largest else min
    value = pick(seen.values.values())
    return value, next(p for p, v in seen.values.items() if v == value)


def _contents(asked: Extremum, seen: _Seen, backends: Backends, deadline: float) -> Iterator[dict[str, Json]]:
    best = _best(asked, seen)
    if best is None:
        for hints in itertools.islice(find_hints(asked.possible(), "none"), 2):
            yield {"infeasible": True, "bound": seen.window, "hints": hints}
        return
    value, witness = _improved(asked, *best, backends, deadline)
    if abs(value) > _BEYOND or max(map(abs, witness)) >= seen.window:
        yield from _rays(asked, seen)
    if abs(value) > _BEYOND:
        return
    points = sorted({p for p, v in seen.values.items() if v == value} | {witness})
    for hints in itertools.islice(find_hints(asked.better(value), "none"), 3):
        plain = {"value": value, "witness": list(witness), "bound": seen.window, "hints": hints}
        if len(points) <= _MOST_POINTS:
            answer = {"points": [list(p) for p in points]}
            for own in itertools.islice(find_hints(asked.reached(value), answer), 2):
                yield {**plain, "where": {"answer": answer, "bound": seen.window, "hints": own}}
        yield plain


def _improved(asked: Extremum, value: int, witness: Point, backends: Backends, deadline: float) -> tuple[int, Point]:
    """A better value that a solver finds anywhere, checked by evaluation, with longer and longer steps."""
    gap = 1
    for _ in range(_ASKS):
        wanted = value + (gap - 1 if asked.largest else 1 - gap)
        left = min(_ASKED_S, 0.5 * (deadline - time.monotonic()))
        if left < 0.05 or abs(value) > _BEYOND:
            break
        point = find_model(asked.better(wanted), backends, wall_s=left)
        if point is None and gap == 1:
            break
        gap = 1 if point is None else 2 * gap
        if point is not None:
            value, witness = evaluate_integer(asked.value, dict(zip(asked.unknowns, point, strict=True))), point
    return value, witness


def _rays(asked: Extremum, seen: _Seen) -> Iterator[dict[str, Json]]:
    """Straight lines along which all points of the window meet the conditions with values that grow."""
    size, names = len(asked.unknowns), asked.possible().names()
    name = next(n for n in ("k", "j", "i", "h", *(f"k{i}" for i in range(1, 99))) if n not in names)
    steps = sorted(itertools.product((1, 0, -1, 2, -2), repeat=size), key=lambda s: sum(map(abs, s)))
    ordered = sorted(seen.values, key=lambda p: sum(map(abs, p)))
    starts = dict.fromkeys([*ordered[:_STARTS], *ordered[:: len(ordered) // _STARTS + 1]])
    found = 0
    for step in steps:
        for start in starts if any(step) else ():
            run = [tuple(a + k * b for a, b in zip(start, step, strict=True)) for k in range(_LATEST)]
            values = [seen.values.get(p) for p in run if max(map(abs, p)) <= seen.window]
            if None in values or len(values) < 4:
                continue
            sign = 1 if asked.largest else -1
            least = next((k for k, v in enumerate(values) if v is not None and sign * v >= k), None)
            if least is None or any(sign * (b or 0) <= sign * (a or 0) for a, b in itertools.pairwise(values)):
                continue
            texts = [_affine(b, a, name) for a, b in zip(start, step, strict=True)]
            family = {"parameters": [name], "tuple": texts, "at_least": {name: least}}
            for low in (family, {**family, "at_least": {name: least + 3}}):
                yield {"unbounded": low, "hints": []}
            found += 1
            if found >= _RAYS:
                return
            break


def _affine(factor: int, shift: int, name: str) -> str:
    return f"{factor}*{name} + {shift}" if factor else str(shift)
