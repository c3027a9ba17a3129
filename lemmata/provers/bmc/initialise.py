"""Initial values of objects in memory."""

from __future__ import annotations

from typing import Any

from lemmata.provers.bmc import ir
from lemmata.provers.bmc.access import Spot, shifted
from lemmata.provers.bmc.ir import CType, Expr, Num, Var
from lemmata.provers.bmc.layout import Pointer, Record, Type, Vector, kind_of
from lemmata.provers.bmc.names import kind
from lemmata.provers.bmc.pointers import Pointers
from lemmata.provers.bmc.scope import PointerVar, Stored
from lemmata.provers.bmc.source import unsupported
from lemmata.provers.bmc.strings import characters, is_string


class Initialise(Pointers):
    """Sets new objects in memory, and pointers; what a list leaves out has been made zero."""

    def initialise_memory(self, init: Any, made: Stored | PointerVar, node: Any, *, zero: bool) -> None:
        line = node.coord.line
        if isinstance(made, Stored):
            if init is not None:
                self._fill(Spot(Var(made.region), Num(0), made.type), init, line)
        elif init is not None:
            inner = init.exprs[0] if kind(init) == "InitList" and len(init.exprs) == 1 else init
            self.set_pointer(made, self.pointer(inner, made.type), line)
        elif zero:
            for var in (made.region, made.offset):
                self.scope.emit(ir.Assign(var, Num(0), line))

    def _fill(self, spot: Spot, init: Any, line: int) -> None:
        """Set a place of a new object."""
        t = spot.type
        if isinstance(t, Vector) and is_string(init):
            self._fill_text(spot, t, init, line)
        elif isinstance(t, Record | Vector) and kind(init) == "InitList":
            self.unordered(init, *init.exprs)
            for offset, inner, part in self._parts(t, init):
                self._fill(Spot(spot.region, shifted(spot.offset, offset), inner), part, line)
        elif isinstance(t, Record):
            source = self.spot(init)
            if source.type != t:
                raise unsupported("an initial value of another type", init, self.scope.name)
            self.copy(spot, source, init, new=True)
        elif isinstance(t, Vector):
            raise unsupported("this initial value of an array", init, self.scope.name)
        else:
            inner = init.exprs[0] if kind(init) == "InitList" and len(init.exprs) == 1 else init
            self._put(spot, self._value(t, inner), line)

    def _value(self, t: CType | Pointer, init: Any) -> tuple[Expr, ...]:
        if isinstance(t, CType):
            return (self.converted(init, t),)
        found = self.pointer(init, t)
        return found.region, found.offset

    def _put(self, spot: Spot, values: tuple[Expr, ...], line: int) -> None:
        self.scope.emit(ir.Put(spot.region, spot.offset, kind_of(spot.type), values, line))

    def _fill_text(self, spot: Spot, t: Vector, init: Any, line: int) -> None:
        found = characters(init, self.scope.name)
        inner = t.element
        if not isinstance(inner, CType) or inner.width != 8 or inner.boolean or len(found) > t.count:
            raise unsupported("a string as the initial value of this array", init, self.scope.name)
        for i, each in enumerate((*found, *[0] * (t.count - len(found)))):
            self._put(Spot(spot.region, shifted(spot.offset, i), inner), (Num(each),), line)

    def _parts(self, t: Record | Vector, init: Any) -> list[tuple[int, Type, Any]]:
        """Offset, type and initial value of every member that a list sets."""
        if isinstance(t, Vector):
            size = self.layouts.size(t.element)
            places = [("", t.element, i * size) for i in range(t.count)]
        else:
            places = [(f.name, f.type, f.offset) for f in self.layouts.fields(t)]
        found, at = [], 0
        for part in init.exprs:
            value = part
            if kind(part) == "NamedInitializer":
                if len(part.name) != 1 or kind(part.name[0]) != "ID" or isinstance(t, Vector):
                    raise unsupported("this designated initial value", part, self.scope.name)
                at, value = next((i for i, p in enumerate(places) if p[0] == part.name[0].name), len(places)), part.expr
            if at >= len(places) or self._flattened(places[at][1], value):
                raise unsupported("this initial value of an array or structure", part, self.scope.name)
            found.append((places[at][2], places[at][1], value))
            at += 1
        return found

    @staticmethod
    def _flattened(t: Type, value: Any) -> bool:
        """Whether braces around a member were left out, so that the list means its parts."""
        return isinstance(t, Record | Vector) and kind(value) == "Constant" and not is_string(value)
