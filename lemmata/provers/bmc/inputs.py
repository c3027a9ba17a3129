"""Inputs of a run: values in the order in which the program reads them, then a tail that repeats for ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lemmata.problem import Json

_MOST = 100_000
_LARGEST_BITS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Iterating gives the head once, then the tail again and again; an empty tail stands for (0,)."""

    head: tuple[int, ...] = ()
    tail: tuple[int, ...] = ()

    def __iter__(self) -> Iterator[int]:
        yield from self.head
        while True:
            yield from self.tail or (0,)


def encode_inputs(inputs: Inputs) -> dict[str, Json]:
    return {"head": list(inputs.head), "tail": list(inputs.tail)}


def decode_inputs(data: Json) -> Inputs | None:
    """The inputs that `encode_inputs` wrote; None for anything else."""
    if not isinstance(data, dict) or set(data) != {"head", "tail"}:
        return None
    parts = []
    for part in (data["head"], data["tail"]):
        if not isinstance(part, list) or len(part) > _MOST:
            return None
        if not all(type(v) is int and v.bit_length() <= _LARGEST_BITS for v in part):
            return None
        parts.append(tuple(part))
    return Inputs(head=parts[0], tail=parts[1])
