"""Which variables may be read before they are set: a walk over a lowered program, without values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from lemmata.provers.bmc import ir
from lemmata.provers.bmc.ir import Num, Stmt, Var

Set: TypeAlias = frozenset[str]


def unsure_flags(body: Sequence[Stmt], flags: Set) -> Set:
    """The flags of which a check may fail, as far as the ways through the program tell."""
    walk = _Walk(flags)
    walk.block(body, frozenset(), {})
    return frozenset(walk.unsure)


class _Walk:
    def __init__(self, flags: Set) -> None:
        self.flags = flags
        self.unsure: set[str] = set()

    def block(self, body: Sequence[Stmt], state: Set | None, exits: dict[str, Set]) -> Set | None:
        """The flags that are surely set behind the statements; None where nothing gets there."""
        for stmt in body:
            if state is None:
                return None
            state = self.step(stmt, state, exits)
        return state

    def step(self, stmt: Stmt, state: Set, exits: dict[str, Set]) -> Set | None:
        match stmt:
            case ir.Assign(var, value) if var in self.flags:
                return state | {var} if value == Num(1) else state - {var}
            case ir.Check(cond=Var(name)) if name in self.flags:
                if name not in state:
                    self.unsure.add(name)
            case ir.If(_, then, orelse):
                return _meet(self.block(then, state, exits), self.block(orelse, state, exits))
            case ir.Leave(label):
                exits[label] = state & exits[label] if label in exits else state
                return None
            case ir.Block(label, body):
                last = self.block(body, state, exits)
                return _meet(last, exits.pop(label, None))
            case ir.Loop(label, body):
                return self.loop(label, body, state, exits)
            case ir.Beyond():
                return None
        return state

    def loop(self, label: str, body: Sequence[Stmt], state: Set, exits: dict[str, Set]) -> Set | None:
        while True:
            last = _meet(self.block(body, state, exits), state)
            if last == state:
                return exits.pop(label, None)
            assert last is not None
            state = last


def _meet(a: Set | None, b: Set | None) -> Set | None:
    if a is None or b is None:
        return b if a is None else a
    return a & b
