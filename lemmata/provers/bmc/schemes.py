"""Inputs worth trying on a program: constants of its text, their neighbours, boundaries, and small numbers."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator

from lemmata.provers.bmc.inputs import Inputs
from lemmata.provers.bmc.ir import System

_BOUNDARIES = (2**31 - 1, -(2**31), 2**31 - 2, 2**32 - 1, 255, 65535, 46341, 2**30)
_HEAD = 10
_TAILS: tuple[tuple[int, ...], ...] = ((0,), (1,), (1, 0), (0, 1), (1, 1, 0), (1, 0, 0), (1, 1, 1, 0), (2, 1, 0))


def schemes(system: System, source: str, *, count: int, bounded: bool) -> Iterator[Inputs]:
    """So many different inputs, the plainest first; the same for the same text.

    Args:
        system: for its constants.
        source: the text, from which chance is drawn.
        count: how many.
        bounded: whether integers are; the boundaries of int are then tried, too.
    """
    constants = sorted({c + d for c in system.constants for d in (-1, 0, 1)} | {-c for c in system.constants})
    values = list(dict.fromkeys([0, 1, 2, -1, 3, *sorted(constants, key=abs), *(_BOUNDARIES if bounded else ())]))[:60]
    seen: set[Inputs] = set()
    for inputs in _all(values, random.Random(hashlib.sha256(source.encode("utf-8", "replace")).digest())):
        if inputs not in seen:
            seen.add(inputs)
            yield inputs
            if len(seen) >= count:
                return


def _all(values: list[int], chance: random.Random) -> Iterator[Inputs]:
    for value in values:
        yield Inputs(tail=(value,))
    for value in values[:12]:
        for tail in _TAILS[:4]:
            yield Inputs(head=(value,) * _HEAD, tail=tail)
    while True:
        pick = chance.choice((_small, _any, _mixed))
        head = tuple(pick(values, chance) for _ in range(chance.choice((1, 2, 3, 4, 6, 8, _HEAD))))
        tail = chance.choice(_TAILS) if chance.random() < 0.7 else tuple(chance.choices((0, 1), k=7))
        yield Inputs(head=head, tail=tail)


def _small(values: list[int], chance: random.Random) -> int:
    return chance.randint(-3, 12)


def _any(values: list[int], chance: random.Random) -> int:
    return chance.choice(values)


def _mixed(values: list[int], chance: random.Random) -> int:
    return chance.choice(values) + chance.choice((0, 0, 0, 1, -1, 2, chance.randint(-100, 100)))
