"""Reading and writing memory: what must be so before, and the statements that do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lemmata.provers.bmc import ir
from lemmata.provers.bmc.ctypes import BOOL, LONG
from lemmata.provers.bmc.ir import CType, Expr, Num, Op, Var
from lemmata.provers.bmc.layout import Type, kind_of
from lemmata.provers.bmc.source import unsupported
from lemmata.provers.bmc.typed import Typed

_MOST_SLOTS = 4096


@dataclass(frozen=True, slots=True)
class Address:
    """The value of a pointer: a region, an offset in bytes, and the type of what is there; region 0 is NULL."""

    region: Expr
    offset: Expr
    target: Type | None


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in memory, not looked at yet."""

    region: Expr
    offset: Expr
    type: Type


NULL = Address(Num(0), Num(0), None)


class Access(Typed):
    """Statements about regions."""

    def ask(self, what: str, at: Spot | Address, kind: str, line: int) -> Expr:
        made = self.scope.scalar("asked", BOOL)
        self.scope.emit(ir.Ask(made, what, at.region, at.offset, kind, line))
        return Var(made)

    def must(self, what: str, at: Spot | Address, kind: str, line: int, violation: str) -> None:
        self.scope.emit(ir.Check(self.ask(what, at, kind, line), violation, line))

    def reach(self, spot: Spot, line: int) -> str:
        """Check that there is a place of this type; the kind of its slot."""
        kind = kind_of(spot.type)
        self.scope.emit(ir.Check(Op("!=", (spot.region, Num(0))), ir.NULL, line))
        self.must("live", spot, kind, line, ir.DANGLING)
        self.must("slot", spot, kind, line, ir.INDEX)
        return kind

    def reach_own(self, spot: Spot, line: int) -> str:
        """The same, where it is to be written."""
        kind = self.reach(spot, line)
        if self.usage.constants:
            self.must("own", spot, kind, line, ir.CONSTANT)
        return kind

    def read(self, spot: Spot, line: int) -> tuple[Expr, ...]:
        """The parts of what is at a place."""
        kind = self.reach(spot, line)
        self.must("known", spot, kind, line, ir.UNSET)
        return self.get(spot, line)

    def get(self, spot: Spot, line: int) -> tuple[Expr, ...]:
        if isinstance(spot.type, CType):
            names: tuple[str, ...] = (self.scope.scalar("element", spot.type),)
        else:
            names = self.scope.scalar("address", LONG), self.scope.scalar("offset", LONG)
        self.scope.emit(ir.Get(names, spot.region, spot.offset, kind_of(spot.type), line))
        return tuple(Var(name) for name in names)

    def write(self, spot: Spot, values: tuple[Expr, ...], line: int) -> tuple[Expr, ...]:
        """Write the parts to a place; what an expression then reads."""
        kept = []
        for value in values:
            kept.append(self.scope.scalar("stored", spot.type if isinstance(spot.type, CType) else LONG))
            self.scope.emit(ir.Assign(kept[-1], value, line))
        kind = self.reach_own(spot, line)
        found = tuple(Var(name) for name in kept)
        self.scope.emit(ir.Put(spot.region, spot.offset, kind, found, line))
        return found

    def copy(self, target: Spot, source: Spot, node: Any, *, new: bool = False) -> None:
        """Copy a structure, the parts that were never set as such; into a new one even if it is constant."""
        line, held = node.coord.line, []
        for offset, t in self.layouts.leaves(target.type):
            at = Spot(source.region, shifted(source.offset, offset), t)
            known = self.ask("known", at, self.reach(at, line), line)
            held.append((offset, t, known, self.get(at, line)))
        for offset, t, known, values in held:
            at = Spot(target.region, shifted(target.offset, offset), t)
            self.scope.emit(
                ir.Put(
                    at.region, at.offset, self.reach(at, line) if new else self.reach_own(at, line), values, line, known
                )
            )

    def allocate(self, name: str, t: Type, line: int, node: Any, *, zero: bool, constant: bool = False) -> str:
        """A region for an object; the variable that holds its number."""
        self.sized(t, node)
        slots = self.layouts.slots(t)
        if len(slots) > _MOST_SLOTS:
            raise unsupported(f"an object of more than {_MOST_SLOTS} parts", node, self.scope.name)
        made = self.scope.scalar(f"&{name}", LONG)
        self.scope.memory = True
        self.scope.emit(ir.Alloc(made, tuple(slots), Num(self.layouts.size(t)), line, zero=zero, constant=constant))
        return made


def shifted(offset: Expr, by: int) -> Expr:
    if by == 0:
        return offset
    return Num(offset.value + by) if isinstance(offset, Num) else Op("+", (offset, Num(by)))
