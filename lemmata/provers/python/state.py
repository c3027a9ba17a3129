"""Symbolic values and states of a Python program, and how two states that meet become one.

Lists live on a heap, so that two names for one list stay two names for one list; their lengths are always known.
Where two branches leave something that can't be written as one value, it becomes `MIXED`, which no one may look at.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from lemmata.provers.python.builder import FALSE, Builder, Node, Unsupported


@dataclass(frozen=True, slots=True)
class Ref:
    """A list; its items are on the heap under this number."""

    number: int


@dataclass(frozen=True, slots=True)
class Mixed:
    """Different in different branches, or not always bound."""


MIXED = Mixed()
Value: TypeAlias = Node | Ref | tuple["Value", ...] | Mixed | None
"""An integer or boolean, a list, a tuple, something unknown, or Python's None."""


@dataclass(slots=True)
class State:
    """What is known at one place of the program.

    Args:
        guard: true exactly for the inputs that come here.
        env: local names.
        heap: items of lists; None where they differ in number between branches.
    """

    guard: Node
    env: dict[str, Value] = field(default_factory=dict)
    heap: dict[int, tuple[Value, ...] | None] = field(default_factory=dict)

    def fork(self, guard: Node) -> State:
        return State(guard, dict(self.env), dict(self.heap))

    def items(self, ref: Ref) -> tuple[Value, ...]:
        """The items of a list."""
        found = self.heap[ref.number]
        if found is None:
            raise Unsupported("a list whose length depends on the input")
        return found


def merge_values(builder: Builder, condition: Node, one: Value, other: Value) -> Value:
    """`one` where the condition holds, else `other`."""
    builder.work()
    if condition.value is not None:
        return one if condition.value else other
    if one == other:
        return one
    if isinstance(one, Node) and isinstance(other, Node) and one.sort == other.sort:
        return builder.choose(condition, one, other)
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        return tuple(merge_values(builder, condition, a, b) for a, b in zip(one, other, strict=True))
    return MIXED


def merge_states(builder: Builder, states: list[State]) -> State | None:
    """One state for several that exclude each other; None if nothing comes to any of them."""
    alive = [s for s in states if s.guard != FALSE]
    if not alive:
        return None
    merged = alive[0]
    for state in alive[1:]:
        merged = _merge_two(builder, merged, state)
    return merged


def _merge_two(builder: Builder, one: State, other: State) -> State:
    builder.work(len(one.heap) + len(other.heap))
    made = State(builder.either(one.guard, other.guard))
    for name in {**one.env, **other.env}:
        first, second = one.env.get(name, MIXED), other.env.get(name, MIXED)
        made.env[name] = merge_values(builder, one.guard, first, second)
    for number in {**one.heap, **other.heap}:
        if number not in one.heap or number not in other.heap:
            made.heap[number] = one.heap.get(number, other.heap.get(number))  # only one branch can see it
            continue
        left, right = one.heap[number], other.heap[number]
        if left is None or right is None or len(left) != len(right):
            made.heap[number] = left if left == right else None
        else:
            pairs = zip(left, right, strict=True)
            made.heap[number] = tuple(merge_values(builder, one.guard, a, b) for a, b in pairs)
    return made
