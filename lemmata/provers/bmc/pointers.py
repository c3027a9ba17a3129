"""Lowering expressions about pointers and structures; a pointer's value is a region and an offset in bytes."""

# ruff: noqa: N802, N815 (methods are named after the classes of the tree)

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

from lemmata.provers.bmc import ir
from lemmata.provers.bmc.access import NULL, Address, Spot
from lemmata.provers.bmc.ctypes import INT, LONG, convert
from lemmata.provers.bmc.expressions import both
from lemmata.provers.bmc.ir import CType, Expr, Num, Op, Var
from lemmata.provers.bmc.layout import Pointer, Record, Type, Vector
from lemmata.provers.bmc.names import ALLOCATES, callee, kind
from lemmata.provers.bmc.places import Places
from lemmata.provers.bmc.scope import Array, PointerVar, Stored
from lemmata.provers.bmc.source import unsupported

_ORDERED = {"<": ("<", False), ">": ("<", True), "<=": ("<=", False), ">=": ("<=", True)}


class Pointers(Places):
    """Extends the lowering of expressions where one of them is no integer."""

    def is_pointer(self, node: Any) -> bool:
        return self.usage.memory and isinstance(self.type_of(node), Pointer | Vector)

    def alone(self, node: Any) -> bool:
        """Run an expression for its effects, where it is no integer; whether it was none."""
        if self.usage.memory and kind(node) != "FuncCall":
            t = self.type_of(node)
            if isinstance(t, Pointer | Vector):
                self.address(node)
                return True
            if isinstance(t, Record):
                self.spot(node)
                return True
        return False

    # -- integers made of pointers

    def truth(self, node: Any) -> Expr:
        if self.is_pointer(node):
            return _nonnull(self.address(node))
        return super().truth(node)

    def value(self, node: Any) -> tuple[Expr, CType]:
        if self.usage.memory and kind(node) in ("ID", "ArrayRef", "StructRef", "UnaryOp", "Assignment", "TernaryOp"):
            t = self.type_of(node)
            if isinstance(t, Pointer | Vector | Record):
                raise unsupported("a pointer or structure used as a number", node, self.scope.name)
        return super().value(node)

    def value_ID(self, node: Any) -> tuple[Expr, CType]:
        symbol = self.scope.find(node)
        if isinstance(symbol, Stored) and isinstance(symbol.type, CType):
            return self._number(self.spot(node), node)
        return super().value_ID(node)

    def value_StructRef(self, node: Any) -> tuple[Expr, CType]:
        return self._number(self.spot(node), node)

    def value_ArrayRef(self, node: Any) -> tuple[Expr, CType]:
        return super().value_ArrayRef(node) if self._direct(node) else self._number(self.spot(node), node)

    def _number(self, spot: Spot, node: Any) -> tuple[Expr, CType]:
        if not isinstance(spot.type, CType):
            raise unsupported("a pointer or structure used as a number", node, self.scope.name)
        return self.read(spot, node.coord.line)[0], spot.type

    def value_UnaryOp(self, node: Any) -> tuple[Expr, CType]:
        if node.op == "*":
            return self._number(self.spot(node), node)
        return super().value_UnaryOp(node)

    def value_Cast(self, node: Any) -> tuple[Expr, CType]:
        if self.usage.memory:
            target = self.full_type(node.to_type)
            if target is None and self.alone(node.expr):
                return Num(0), INT
            if isinstance(target, Pointer) or self.is_pointer(node.expr):
                raise unsupported("a cast between a pointer and a number", node, self.scope.name)
        return super().value_Cast(node)

    def value_ExprList(self, node: Any) -> tuple[Expr, CType]:
        for part in node.exprs[:-1]:
            if not self.alone(part):
                self.value(part)
        return self.value(node.exprs[-1])

    def value_BinaryOp(self, node: Any) -> tuple[Expr, CType]:
        if node.op in ("&&", "||") or not (self.is_pointer(node.left) or self.is_pointer(node.right)):
            return super().value_BinaryOp(node)
        self.unordered(node, node.left, node.right)
        a, b = self.address(node.left), self.address(node.right)
        same = Op("==", (a.region, b.region))
        if node.op in ("==", "!="):
            equal = both(same, Op("==", (a.offset, b.offset)))
            return (equal if node.op == "==" else Op("!", (equal,))), INT
        if node.op not in (*_ORDERED, "-") or a.target != b.target:
            raise unsupported(f"the operator {node.op} on pointers", node, self.scope.name)
        self.scope.emit(ir.Check(same, ir.INDEX, node.coord.line))
        if node.op == "-":
            made = Op("/", (Op("-", (a.offset, b.offset)), Num(self.sized(a.target, node))))
            return Op("narrow", (made,), LONG), LONG
        name, swap = _ORDERED[node.op]
        return Op(name, (b.offset, a.offset) if swap else (a.offset, b.offset)), INT

    def value_Assignment(self, node: Any) -> tuple[Expr, CType]:
        if not self.usage.memory:
            return super().value_Assignment(node)
        self._ordered(node)
        if self._direct(node.lvalue):
            return self._assigned(node)
        spot = self.spot(node.lvalue)
        if not isinstance(spot.type, CType):
            raise unsupported("an assignment of a structure as a number", node, self.scope.name)
        value, source = self.value(node.rvalue)
        if node.op != "=":
            old = self.read(spot, node.coord.line)[0]
            value, source = self.binary(node.op[:-1], (old, spot.type), (value, source), node)
        return self.write(spot, (convert(value, source, spot.type),), node.coord.line)[0], spot.type

    def _place(self, node: Any) -> tuple[Callable[[Expr, int], Expr], CType, Callable[[], Expr]]:
        if not self.usage.memory or self._direct(node):
            return super()._place(node)
        spot, line = self.spot(node), node.coord.line
        if not isinstance(spot.type, CType):
            raise unsupported("a pointer or structure used as a number", node, self.scope.name)
        return (lambda v, at: self.write(spot, (v,), at)[0]), spot.type, lambda: self.read(spot, line)[0]

    def _direct(self, node: Any) -> bool:
        """Whether a place is a variable or an element of an array that has no address."""
        at = node
        while kind(at) == "ArrayRef":
            at = at.name
        return kind(at) == "ID" and not isinstance(self.scope.find(at), Stored | PointerVar)

    def _size(self, node: Any) -> int:
        if self.usage.memory and kind(node) == "Typename":
            t = self.full_type(node)
            if not isinstance(t, CType):
                return self.sized(t, node)
        elif self.usage.memory and kind(node) in ("ID", "ArrayRef", "StructRef", "UnaryOp"):
            symbol = self.scope.find(node) if kind(node) == "ID" else None
            shrunk = isinstance(symbol, Array) and symbol.parameter
            if kind(node) != "UnaryOp" or node.op in ("*", "&"):
                return 8 if shrunk else self.sized(self.type_of(node), node)
        return super()._size(node)

    # -- addresses

    def address(self, node: Any) -> Address:
        """The value of an expression that is a pointer, or an array."""
        if is_null(node):
            return NULL
        t = self.type_of(node)
        if isinstance(t, Vector):
            spot = self.spot(node)
            return Address(spot.region, spot.offset, t.element)
        method = getattr(self, f"address_{kind(node)}", None)
        if method is None or not isinstance(t, Pointer):
            raise unsupported(f"a pointer that is made by {kind(node)}", node, self.scope.name)
        found: Address = method(node)
        return found

    def address_ID(self, node: Any) -> Address:
        symbol = self.scope.find(node)
        if isinstance(symbol, PointerVar):
            self.known(symbol.known, node.coord.line)
            return Address(Var(symbol.region), Var(symbol.offset), symbol.type.target)
        return self._loaded(node)

    def _loaded(self, node: Any) -> Address:
        spot = self.spot(node)
        assert isinstance(spot.type, Pointer)
        region, offset = self.read(spot, node.coord.line)
        return Address(region, offset, spot.type.target)

    address_ArrayRef = address_StructRef = _loaded

    def address_UnaryOp(self, node: Any) -> Address:
        match node.op:
            case "*":
                return self._loaded(node)
            case "&" if kind(node.expr) == "UnaryOp" and node.expr.op == "*":
                return self.address(node.expr.expr)
            case "&" if kind(node.expr) == "ArrayRef" and not isinstance(self.type_of(node.expr.name), Vector):
                self.unordered(node, node.expr.name, node.expr.subscript)
                return self.moved(self.address(node.expr.name), node.expr.subscript, 1, node)
            case "&":
                spot = self.spot(node.expr, past=True)
                if kind(node.expr) == "StructRef" and node.expr.type == "->":
                    self.scope.emit(ir.Check(Op("!=", (spot.region, Num(0))), ir.NULL, node.coord.line))
                return Address(spot.region, spot.offset, spot.type)
            case "++" | "--" | "p++" | "p--":
                old = self._kept(self.address(node.expr), node.coord.line)
                new = self.stepped(old, Num(1), 1 if node.op[-1] == "+" else -1, node)
                made = self.assign(node.expr, new, node)
                return old if node.op.startswith("p") else made
        raise unsupported(f"the operator {node.op} on pointers", node, self.scope.name)

    def _kept(self, at: Address, line: int) -> Address:
        """The same address in variables of its own, which nothing changes."""
        region, offset = self.scope.scalar("address", LONG), self.scope.scalar("offset", LONG)
        self.scope.emit(ir.Assign(region, at.region, line))
        self.scope.emit(ir.Assign(offset, at.offset, line))
        return Address(Var(region), Var(offset), at.target)

    def address_BinaryOp(self, node: Any) -> Address:
        self.unordered(node, node.left, node.right)
        if self.is_pointer(node.left):
            at = self.address(node.left)
            return self.moved(at, node.right, 1 if node.op == "+" else -1, node)
        if node.op == "-":
            raise unsupported("a number minus a pointer", node, self.scope.name)
        index, _ = self.value(node.left)
        at = self.address(node.right)
        return self.stepped(at, index, 1, node)

    def address_Assignment(self, node: Any) -> Address:
        self._ordered(node)
        if node.op == "=":
            wanted = self.type_of(node.lvalue)
            assert isinstance(wanted, Pointer)
            return self.assign(node.lvalue, self.pointer(node.rvalue, wanted), node)
        if node.op not in ("+=", "-="):
            raise unsupported(f"the operator {node.op} on pointers", node, self.scope.name)
        old = self.address(node.lvalue)
        return self.assign(node.lvalue, self.moved(old, node.rvalue, 1 if node.op == "+=" else -1, node), node)

    def assign(self, target: Any, value: Address, node: Any) -> Address:
        """Write an address to a place."""
        symbol, line = self.scope.find(target) if kind(target) == "ID" else None, node.coord.line
        if isinstance(symbol, PointerVar):
            self.set_pointer(symbol, value, line)
            return Address(Var(symbol.region), Var(symbol.offset), symbol.type.target)
        spot = self.spot(target)
        assert isinstance(spot.type, Pointer)
        region, offset = self.write(spot, (value.region, value.offset), line)
        return Address(region, offset, spot.type.target)

    def set_pointer(self, symbol: PointerVar, value: Address, line: int) -> None:
        value = self._kept(value, line) if value.region != Num(0) else value
        self.scope.emit(ir.Assign(symbol.region, value.region, line))
        self.scope.emit(ir.Assign(symbol.offset, value.offset, line))
        self.now_known(symbol.known, line)

    def address_ExprList(self, node: Any) -> Address:
        for part in node.exprs[:-1]:
            if not self.alone(part):
                self.value(part)
        return self.address(node.exprs[-1])

    def address_TernaryOp(self, node: Any) -> Address:
        wanted = self.type_of(node)
        assert isinstance(wanted, Pointer)
        return self._chosen(node, wanted)

    def _chosen(self, node: Any, wanted: Pointer) -> Address:
        cond, line = self.truth(node.cond), node.coord.line
        names = self.scope.scalar("choice", LONG), self.scope.scalar("choice.offset", LONG)

        def side(part: Any) -> None:
            at = self.pointer(part, wanted)
            self.scope.emit(ir.Assign(names[0], at.region, line))
            self.scope.emit(ir.Assign(names[1], at.offset, line))

        bodies = [self.scope.inside(lambda part=part: side(part)) for part in (node.iftrue, node.iffalse)]  # type: ignore[misc]
        self.scope.emit(ir.If(cond, bodies[0], bodies[1]))
        return Address(Var(names[0]), Var(names[1]), wanted.target)

    def address_Cast(self, node: Any) -> Address:
        target = self.full_type(node.to_type)
        assert isinstance(target, Pointer)
        return self.pointer(node.expr, target)

    def address_Constant(self, node: Any) -> Address:
        return Address(Var(self.literal(node)), Num(0), CType(8))

    @abstractmethod
    def literal(self, node: Any) -> str:
        """The variable that holds the region of a string."""

    def address_FuncCall(self, node: Any) -> Address:
        if self._allocates(node):
            raise unsupported("a block of memory whose type is not told at once", node, self.scope.name)
        return self.called_address(node)

    def _allocates(self, call: Any) -> bool:
        return callee(call) in ALLOCATES and callee(call) not in self.bodies

    # -- calls, which classes that extend this one lower

    @abstractmethod
    def called_address(self, node: Any) -> Address:
        """Run a call; the pointer that it gives."""

    @abstractmethod
    def allocated(self, node: Any, target: Type) -> Address:
        """Run a call of malloc or calloc; the pointer to values of a type that it gives."""

    def pointer(self, node: Any, wanted: Pointer) -> Address:
        """The value of an expression where a pointer of a type is wanted.

        Raises:
            Unsupported: it points to something else, so that bytes would be taken for other values.
        """
        inner = node
        while kind(inner) == "Cast" and self.full_type(inner.to_type) in (wanted, Pointer(None)):
            inner = inner.expr
        if kind(inner) == "FuncCall" and self._allocates(inner) and wanted.target is not None:
            return self.allocated(inner, wanted.target)
        if kind(inner) == "TernaryOp":
            return self._chosen(inner, wanted)
        found = self.address(inner)
        if found is not NULL and wanted.target is not None and found.target != wanted.target:
            raise unsupported("a pointer that is taken for one of another type", node, self.scope.name)
        return Address(found.region, found.offset, wanted.target)


def is_null(node: Any) -> bool:
    """Whether an expression is NULL: 0, or 0 taken for a pointer."""
    while kind(node) == "Cast" and kind(node.to_type.type) == "PtrDecl":
        node = node.expr
    return kind(node) == "Constant" and node.type == "int" and node.value == "0"


def _nonnull(at: Address) -> Expr:
    return Op("!", (both(Op("==", (at.region, Num(0))), Op("==", (at.offset, Num(0)))),))
