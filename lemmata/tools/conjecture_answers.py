"""Guesses what all solutions are from those in a window: points, residue classes, lines, curves.

Guesses come in the order of how short they are to say. Nothing here is trusted; a guess only has to be right often.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator

from lemmata.problem import Json
from lemmata.tools.conjecture_products import guess_products

Point = tuple[int, ...]

_LARGEST_MODULUS = 60
_MOST_POINTS = 200
_MOST_FAMILIES = 40
_COMPARED = 40
_PARAMETERS = ("k", "j", "i", "h", "a", "b", "c", "d")


def guess_answers(
    found: set[Point], window: int, unknowns: tuple[str, ...], *, taken: frozenset[str] = frozenset()
) -> list[Json]:
    """Answers that agree with the solutions in the window |unknown| ≤ window, most credible first.

    Args:
        found: the solutions in the window.
        window: its half width.
        unknowns: their names; parameters get others.
        taken: names that parameters can't have either.
    """
    free = (n for n in (*_PARAMETERS, *(f"k{i}" for i in range(1, 200))) if n not in {*unknowns, *taken})
    names = tuple(itertools.islice(free, len(unknowns)))
    if not found:
        return ["none"]
    if len(found) == (2 * window + 1) ** len(unknowns):
        return ["all"]
    guesses = _residues(found, window, names) if len(unknowns) == 1 else _tuples(found, window, names)
    finite = _finite(found, window)
    lone = max(abs(v) for p in found for v in p) <= max(window // 2, window - 10)
    return [*finite, *guesses] if lone else [*guesses, *finite]


def _finite(found: set[Point], window: int) -> list[Json]:
    return [{"points": [list(p) for p in sorted(found)]}] if len(found) <= _MOST_POINTS else []


def _tuples(found: set[Point], window: int, names: tuple[str, ...]) -> list[Json]:
    products = guess_products(found, window, names) if len(names) == 2 else ()  # type: ignore[arg-type]
    return [*_grids(found, window, names), *products, *_lines(found, window, names), *_curves(found, window, names)]


# One unknown: classes of remainders, from some point on


def _residues(found: set[Point], window: int, names: tuple[str, ...]) -> list[Json]:
    values = {p[0] for p in found}
    guesses = []
    for modulus in range(1, min(_LARGEST_MODULUS, window // 3) + 1):
        guess = _with_modulus(values, window, modulus, names[0])
        if guess is not None:
            guesses.append(guess)
        if len(guesses) == 2:
            break
    return guesses


def _with_modulus(values: set[int], window: int, modulus: int, name: str) -> Json | None:
    """Classes that reach the window's edge on a side, their starts, and the points that are left."""
    families: list[Json] = []
    left = set(values)
    for residue in range(modulus):
        members = [n for n in range(-window, window + 1) if n % modulus == residue]
        up = _run(members[::-1], values)
        down = _run(members, values)
        text = _affine(modulus, residue, name)
        if len(up) == len(members):
            families.append({"parameters": [name], "tuple": [text]})
            left -= set(members)
            continue
        for run, side in ((up, "at_least"), (down, "at_most")):
            if len(run) >= max(3, len(members) // 4):
                families.append({"parameters": [name], "tuple": [text], side: {name: (run[-1] - residue) // modulus}})
                left -= set(run)
    if not families or len(families) > _MOST_FAMILIES or len(left) > max(5, window // 10):
        return None
    return {"points": [[n] for n in sorted(left)], "families": families}


def _run(members: list[int], values: set[int]) -> list[int]:
    return list(itertools.takewhile(values.__contains__, members))


def _affine(factor: int, shift: int, name: str) -> str:
    head = name if factor == 1 else f"-{name}" if factor == -1 else f"{factor}*{name}"
    if shift == 0:
        return head
    return f"{head} + {shift}" if shift > 0 else f"{head} - {-shift}"


# Several unknowns


def _grids(found: set[Point], window: int, names: tuple[str, ...]) -> Iterator[Json]:
    """Membership that depends on the remainders only."""
    size = len(next(iter(found)))
    for modulus in range(2, 7):
        classes = {tuple(v % modulus for v in p) for p in found}
        if len(classes) > _MOST_FAMILIES or modulus**size == len(classes):
            continue
        per_residue = [sum(1 for v in range(-window, window + 1) if v % modulus == r) for r in range(modulus)]
        whole = 0
        for remainders in classes:
            count = 1
            for r in remainders:
                count *= per_residue[r]
            whole += count
        if whole == len(found):
            families = [
                {
                    "parameters": list(names[:size]),
                    "tuple": [_affine(modulus, r, n) for r, n in zip(c, names, strict=False)],
                }
                for c in sorted(classes)
            ]
            yield {"families": families}
            return


def _lines(found: set[Point], window: int, names: tuple[str, ...]) -> Iterator[Json]:
    """Lines and rays that cover most of the solutions; the rest are points."""
    size = len(next(iter(found)))
    left, families = set(found), list[Json]()
    while len(families) < _MOST_FAMILIES:
        run, step = _longest_run(left, found, window, size)
        if len(run) < max(4, window // 4):
            break
        families.append(_line(run, step, window, names[0]))
        left -= set(run)
    if families and len(left) <= _MOST_POINTS:
        yield {"points": [list(p) for p in sorted(left)], "families": families}


def _longest_run(left: set[Point], found: set[Point], window: int, size: int) -> tuple[list[Point], Point]:
    best: tuple[list[Point], Point] = ([], (0,) * size)
    for step in _steps(left, size):
        for start in left:
            if tuple(a - b for a, b in zip(start, step, strict=True)) in found:
                continue
            run: list[Point] = []
            at: Point = start
            while at in found:
                run.append(at)
                at = tuple(a + b for a, b in zip(at, step, strict=True))
            reaches = _beyond(at, window) or _beyond(_before(start, step), window)
            if reaches and len(set(run) & left) > len(best[0]):
                best = (run, step)
    return best


def _steps(left: set[Point], size: int) -> list[Point]:
    """Small steps, and those that lead most often from one solution to the next."""
    small = [s for s in itertools.product(range(-2, 3), repeat=size) if s > (0,) * size]
    inner = sorted(left, key=lambda p: sum(map(abs, p)))[:_COMPARED]
    gaps = Counter(_before(q, p) for p, q in itertools.combinations(sorted(inner), 2))
    return list(dict.fromkeys([*small, *(gap for gap, _ in gaps.most_common(_COMPARED))]))


def _before(point: Point, step: Point) -> Point:
    return tuple(a - b for a, b in zip(point, step, strict=True))


def _beyond(point: Point, window: int) -> bool:
    return any(abs(v) > window for v in point)


def _line(run: list[Point], step: Point, window: int, name: str) -> Json:
    first, last = run[0], run[-1]
    after = tuple(a + b for a, b in zip(last, step, strict=True))
    open_below, open_above = _beyond(_before(first, step), window), _beyond(after, window)
    origin = last if open_below and not open_above else first
    if open_below and open_above:
        origin = min(run, key=lambda p: sum(map(abs, p)))
    made: dict[str, Json] = {
        "parameters": [name],
        "tuple": [_affine(s, o, name) if s else str(o) for s, o in zip(step, origin, strict=True)],
    }
    if not open_below:
        made["at_least"] = {name: 0}
    if not open_above:
        made["at_most"] = {name: 0}
    return made


def _curves(found: set[Point], window: int, names: tuple[str, ...]) -> Iterator[Json]:
    """One unknown free, the others polynomials of it of degree 2 or 3."""
    size = len(next(iter(found)))
    for pivot in range(size):
        by_value: dict[int, list[Point]] = defaultdict(list)
        for point in found:
            by_value[point[pivot]].append(point)
        if any(len(points) > 1 for points in by_value.values()) or len(by_value) < 5:
            continue
        low, high = min(by_value), max(by_value)
        if len(by_value) != high - low + 1:
            continue
        texts = []
        for place in range(size):
            values = [by_value[v][0][place] for v in range(low, high + 1)]
            texts.append(names[0] if place == pivot else _fitted(values, low, names[0]))
        if all(texts):
            family: dict[str, Json] = {"parameters": [names[0]], "tuple": texts}
            yield {"families": [family]}
            yield {"families": [{**family, "at_least": {names[0]: low}}]}
            yield {"families": [{**family, "at_most": {names[0]: high}}]}


def _fitted(values: list[int], low: int, name: str) -> str:
    """A cubic through the values, by differences; empty where there is none with integer coefficients."""
    rows = [values]
    for _ in range(4):
        rows.append([b - a for a, b in itertools.pairwise(rows[-1])])
    if any(rows[4]):
        return ""
    d1, d2, d3 = (row[0] if row else 0 for row in rows[1:4])
    if d2 % 2 or d3 % 6:
        return ""
    shifted = f"({name} - {low})" if low > 0 else f"({name} + {-low})" if low else name
    parts = [str(values[0])]
    factor = ""
    for order, value in enumerate((d1, d2 // 2, d3 // 6)):
        factor += ("*" if factor else "") + (f"({shifted} - {order})" if order else shifted)
        if value:
            parts.append(f"{value}*{factor}")
    return " + ".join(parts)
