"""Arguments to run a function on: boundary values first, then everything small, then random ones from a seed.

The same program, number and seed always give the same cases, so that a certificate need only name them.
"""

from __future__ import annotations

import ast
import itertools
import random
from collections.abc import Iterator
from typing import Any

from lemmata.formats.python import Function
from lemmata.formats.python_values import Type

_INTS = (0, 1, 2, -1, 3, -2, 5, 4, 10, 7, -3, 100, -10)
_FAR = (2**31 - 1, -(2**31), 2**31, 2**63, 10**6 + 3)
_TEXTS = ("", "a", "ab", "aa", "aba", "A", " ", "a b", "0", "12", "-1", "Hello", "é", "zZ9")
_FLOATS = (0.0, 1.0, -1.0, 0.5, 2.0, -0.5, 1e9, 1e-9, 3.75)
_LONGEST = 6
MOST_CASES = 5000


def generate_cases(function: Function, constants: tuple[Any, ...], *, count: int, seed: int) -> list[tuple[str, ...]]:
    """Distinct argument lists, as texts of literals.

    Args:
        function: whose parameters all have a type.
        constants: literals of the program (`find_constants`); they and their neighbours are tried early.
        count: at most that many.
        seed: of the random ones.
    """
    types = [p.type for p in function.parameters if p.type is not None]
    chance = random.Random(seed)
    streams = [_near(types, constants), _small(types), _random(types, constants, chance, 4 * count)]
    found: dict[tuple[str, ...], None] = {}
    shares = [max(1, count // 4), max(1, count // 2), count]
    for stream, share in zip(streams, shares, strict=True):
        for values in stream:
            if len(found) >= share:
                break
            found.setdefault(tuple(repr(v) for v in values))
    return list(found)


def find_constants(tree: ast.AST) -> tuple[Any, ...]:
    """The distinct numbers and short texts of a program, in order of appearance."""
    found: dict[str, Any] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) in (int, float, str) and len(repr(node.value)) <= 40:
            found.setdefault(repr(node.value), node.value)
    return tuple(list(found.values())[:40])


def _pool(type_: Type, constants: tuple[Any, ...]) -> list[Any]:
    """Single values of a type worth trying, most telling first."""
    match type_:
        case ("int",):
            near = [c + d for c in constants if type(c) is int for d in (0, 1, -1)]
            near += [-c for c in constants if type(c) is int]
            values: list[Any] = [*_INTS, *near, *_FAR]
        case ("bool",):
            values = [False, True]
        case ("str",):
            values = [*_TEXTS, *(c for c in constants if type(c) is str)]
        case ("float",):
            values = [*_FLOATS, *(float(c) for c in constants if type(c) in (int, float) and abs(c) < 1e15)]
        case ("list", item):
            inner = _pool(item, constants)
            few = inner[:4]
            values = [[], *([v] for v in inner[:8]), *([v, v] for v in few)]
            values += [list(p) for p in itertools.permutations(few, min(3, len(few)))]
            values += [[v] for v in inner[8:]] + [inner[:5], inner[4::-1]]
        case ("tuple", *items):
            values = list(itertools.islice(itertools.product(*(_pool(i, constants)[:6] for i in items)), 60))
        case _:
            values = []
    return list({repr(v): v for v in values}.values())


def _near(types: list[Type], constants: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Every value of one parameter's pool with the first ones of the others; then equal values for all."""
    pools = [_pool(t, constants) for t in types]
    for row in range(max(map(len, pools), default=1)):
        yield tuple(pool[row % len(pool)] for pool in pools)
    for index, pool in enumerate(pools):
        for value in pool:
            yield tuple(value if i == index else other[min(1, len(other) - 1)] for i, other in enumerate(pools))


def _small(types: list[Type]) -> Iterator[tuple[Any, ...]]:
    """All combinations of the first values of every pool, growing."""
    pools = [_pool(t, ()) for t in types]
    for size in range(1, max(map(len, pools), default=1) + 1):
        yield from itertools.islice(itertools.product(*(pool[:size] for pool in pools)), MOST_CASES)


def _random(
    types: list[Type], constants: tuple[Any, ...], chance: random.Random, tries: int
) -> Iterator[tuple[Any, ...]]:
    for _ in range(tries):
        yield tuple(_draw(t, constants, chance) for t in types)


def _draw(type_: Type, constants: tuple[Any, ...], chance: random.Random) -> Any:
    match type_:
        case ("int",):
            spread = (4, 12, 50, 1000, 2**33)[_below(chance, 5)]
            near = [c for c in constants if type(c) is int]
            middle = near[_below(chance, len(near))] if near and _below(chance, 3) == 0 else 0
            return middle + _below(chance, 2 * spread + 1) - spread
        case ("str",):
            letters = ("ab", "abcXYZ 019", "aAbB.,-_é")[_below(chance, 3)]
            return "".join(letters[_below(chance, len(letters))] for _ in range(_below(chance, 9)))
        case ("list", item):
            return [_draw(item, constants, chance) for _ in range(_below(chance, _LONGEST + 1))]
        case ("tuple", *items):
            return tuple(_draw(i, constants, chance) for i in items)
    pool = _pool(type_, constants)
    return pool[_below(chance, len(pool))]


def _below(chance: random.Random, limit: int) -> int:
    """A number below the limit; only `random()` itself stays the same across versions of Python."""
    return min(limit - 1, int(chance.random() * limit))
