"""Lowering places in memory: what is behind a pointer, in a field, in an array."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from lemmata.provers.bmc import ir
from lemmata.provers.bmc.access import Access, Address, Spot, shifted
from lemmata.provers.bmc.expressions import both, fold
from lemmata.provers.bmc.ir import Expr, Num, Op, Var
from lemmata.provers.bmc.layout import Record, Vector
from lemmata.provers.bmc.names import callee, kind
from lemmata.provers.bmc.scope import Stored
from lemmata.provers.bmc.source import unsupported

_FARTHEST = 1 << 46
"""So many bytes away no object is, and an address would wrap around soon."""


class Places(Access, ABC):
    """Finds the region and the offset of a place, without looking at what is there."""

    @abstractmethod
    def address(self, node: Any) -> Address:
        """The value of an expression that is a pointer, or an array."""

    @abstractmethod
    def called_spot(self, node: Any) -> Spot:
        """Run a call; the place of the structure that it gives."""

    def spot(self, node: Any, *, past: bool = False) -> Spot:
        """The place of an expression in memory; `past`: it may be just behind its array."""
        match kind(node):
            case "ID":
                symbol = self.scope.find(node)
                if isinstance(symbol, Stored):
                    return Spot(Var(symbol.region), Num(0), symbol.type)
            case "ArrayRef":
                return self._spot_of_element(node, past)
            case "StructRef":
                return self._spot_of_field(node)
            case "UnaryOp" if node.op == "*":
                return self._spot_behind(self.address(node.expr), node)
            case "Assignment" if node.op == "=":
                return self._assign_record(node)
            case "FuncCall" if callee(node) in self.bodies:
                return self.called_spot(node)
        raise unsupported("a place that is told this way", node, self.scope.name)

    def _spot_behind(self, at: Address, node: Any) -> Spot:
        self.sized(at.target, node)
        assert at.target is not None
        return Spot(at.region, at.offset, at.target)

    def _spot_of_element(self, node: Any, past: bool) -> Spot:
        self.unordered(node, node.name, node.subscript)
        t, line = self.type_of(node.name), node.coord.line
        if not isinstance(t, Vector):
            at = self.address(node.name)
            return self._spot_behind(self.moved(at, node.subscript, 1, node, used=True), node)
        base = self.spot(node.name)
        index, _ = self.value(node.subscript)
        inside = both(Op("<=", (Num(0), index)), Op("<=" if past else "<", (index, Num(t.count))))
        self.scope.emit(ir.Check(inside, ir.INDEX, line))
        return Spot(base.region, added(base.offset, index, self.layouts.size(t.element)), t.element)

    def _spot_of_field(self, node: Any) -> Spot:
        base = self._spot_behind(self.address(node.name), node) if node.type == "->" else self.spot(node.name)
        found = self.layouts.find_field(base.type, node.field.name) if isinstance(base.type, Record) else None
        if found is None:
            raise unsupported(f"the field {node.field.name}, which there is not", node, self.scope.name)
        return Spot(base.region, shifted(base.offset, found.offset), found.type)

    def _assign_record(self, node: Any) -> Spot:
        self._ordered(node)
        target, source = self.spot(node.lvalue), self.spot(node.rvalue)
        if target.type != source.type or not isinstance(target.type, Record):
            raise unsupported("an assignment between different types", node, self.scope.name)
        self.copy(target, source, node)
        return target

    def moved(self, at: Address, by: Any, sign: int, node: Any, *, used: bool = False) -> Address:
        return self.stepped(at, self.value(by)[0], sign, node, used=used)

    def stepped(self, at: Address, index: Expr, sign: int, node: Any, *, used: bool = False) -> Address:
        """An address so many elements further on, which may be outside of its object, but not anywhere.

        Args:
            used: whether it is read or written at once, so that NULL is found there.
        """
        line, offset = node.coord.line, added(at.offset, index, sign * self.sized(at.target, node))
        if index == Num(0):
            return at
        if not used:
            still = Op("==", (index, Num(0)))
            self.scope.emit(ir.Check(Op("||", (Op("!=", (at.region, Num(0))), still)), ir.NULL_MOVED, line))
        if fold(index) is None:
            near = both(Op("<=", (Num(-_FARTHEST), offset)), Op("<=", (offset, Num(_FARTHEST))))
            self.scope.emit(ir.Check(near, ir.INDEX, line))
        return Address(at.region, offset, at.target)

    def _ordered(self, node: Any) -> None:
        ordering = self.scope.ordering
        left = ordering.of_place(node.lvalue) if node.op == "=" else ordering.of(node.lvalue)
        right = ordering.of(node.rvalue)
        if (node.op != "=" or kind(node.lvalue) != "ID") and ordering.clash([left, right]):
            self._refuse_order(node)
        if kind(node.lvalue) == "ID" and node.lvalue.name in right.writes:
            self._refuse_order(node)


def added(offset: Expr, index: Expr, size: int) -> Expr:
    """An offset, so many elements of a size further on."""
    known = fold(index)
    if known is not None:
        return shifted(offset, known * size)
    scaled = Op("*", (index, Num(size)))
    return scaled if offset == Num(0) else Op("+", (offset, scaled))
