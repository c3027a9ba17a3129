"""Lowering calls of the library's functions about strings and bytes, as loops over what their pointers point to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lemmata.errors import BadInput
from lemmata.provers.bmc import ir
from lemmata.provers.bmc.access import Address, Spot
from lemmata.provers.bmc.calls import Calls
from lemmata.provers.bmc.ctypes import INT, ULONG, convert
from lemmata.provers.bmc.expressions import both, fold
from lemmata.provers.bmc.ir import CType, Expr, Num, Op, Var
from lemmata.provers.bmc.names import callee, kind, walk
from lemmata.provers.bmc.places import added
from lemmata.provers.bmc.scope import Scope
from lemmata.provers.bmc.source import unsupported

_CHAR = CType(8)
_BYTE = CType(8, False)
_COUNTS = {"strlen": 1, "strcpy": 2, "strcmp": 2, "memset": 3, "memcpy": 3}


class Library(Calls):
    """Models of library functions; every access of theirs is checked like one of the program's."""

    def __init__(self, scope: Scope, tree: Any) -> None:
        super().__init__(scope, tree)
        self._signs = frozenset(id(call) for call in _asked_for_signs(tree))

    def model(self, node: Any) -> tuple[Expr, CType]:
        """The value of a call that gives a number, or nothing of interest."""
        name, args = callee(node), list(node.args.exprs) if node.args is not None else []
        if len(args) != _COUNTS[name]:
            raise BadInput(
                f"expected {_COUNTS[name]} arguments for {name}", place=f"{self.scope.name}:{node.coord.line}"
            )
        match name:
            case "strlen":
                return self._length(self._string(args[0]), node.coord.line), ULONG
            case "strcmp":
                return self._sign(node, self._string(args[0]), self._string(args[1])), INT
        self.model_address(node)
        return Num(0), INT

    def model_address(self, node: Any) -> Address:
        """Run a call that gives its first argument back."""
        args, line = list(node.args.exprs), node.coord.line
        self.unordered(node, *args)
        match callee(node):
            case "strcpy":
                target, source = self._string(args[0]), self._string(args[1])
                self._apart(target, source, line)
                self._copy_text(target, source, line)
                return target
            case "memcpy":
                target, source = self._kept(self.address(args[0]), line), self._kept(self.address(args[1]), line)
                if target.target != source.target:
                    raise unsupported("memcpy between different types", node, self.scope.name)
                self._apart(target, source, line)
                self._each(target, args[2], node, lambda at, i: self.copy(at, self._at(source, i), node))
                return target
            case "memset":
                target = self._kept(self.address(args[0]), line)
                self._set(target, args[1], args[2], node)
                return target
        raise unsupported(f"the value of {callee(node)}", node, self.scope.name)

    def _string(self, node: Any) -> Address:
        found = self._kept(self.address(node), node.coord.line)
        if found.target not in (_CHAR, _BYTE):
            raise unsupported("a string that is no array of char", node, self.scope.name)
        return found

    def _at(self, address: Address, index: Expr) -> Spot:
        assert address.target is not None
        return Spot(address.region, added(address.offset, index, self.layouts.size(address.target)), address.target)

    def _repeat(self, line: int, body: Callable[[str, Expr], None]) -> Expr:
        """A loop that its body leaves; the count of its rounds."""
        count, label, number = self.scope.scalar("count", ULONG), self._label(), len(self.loops)
        self.loops.append(line)
        self.scope.emit(ir.Assign(count, Num(0), line))

        def run() -> None:
            body(label, Var(count))
            self.scope.emit(ir.Assign(count, Op("narrow", (Op("+", (Var(count), Num(1))),), ULONG), line))

        self.scope.emit(ir.Loop(label, self.scope.inside(run), line, number))
        return Var(count)

    def _length(self, text: Address, line: int) -> Expr:
        def look(label: str, i: Expr) -> None:
            value = self.read(self._at(text, i), line)[0]
            self.scope.emit(ir.If(value, (), (ir.Leave(label),)))

        return self._repeat(line, look)

    def _copy_text(self, target: Address, source: Address, line: int) -> None:
        def move(label: str, i: Expr) -> None:
            value = self.read(self._at(source, i), line)[0]
            made, source_type = self._at(target, i), source.target
            assert isinstance(made.type, CType)
            assert isinstance(source_type, CType)
            self.write(made, (convert(value, source_type, made.type),), line)
            self.scope.emit(ir.If(value, (), (ir.Leave(label),)))

        self._repeat(line, move)

    def _sign(self, node: Any, a: Address, b: Address) -> Expr:
        if id(node) not in self._signs:
            raise unsupported("a value of strcmp that is not compared with 0 at once", node, self.scope.name)
        line, made = node.coord.line, self.scope.scalar("sign", INT)

        def look(label: str, i: Expr) -> None:
            x, y = (convert(self.read(self._at(text, i), line)[0], _CHAR, _BYTE) for text in (a, b))
            self.scope.emit(ir.Assign(made, Op("-", (x, y)), line))
            self.scope.emit(ir.If(both(Op("==", (x, y)), Op("!=", (x, Num(0)))), (), (ir.Leave(label),)))

        self._repeat(line, look)
        return Var(made)

    def _apart(self, target: Address, source: Address, line: int) -> None:
        """Nothing is known of copies inside of one object, which may overlap."""
        self.scope.emit(
            ir.If(
                Op("==", (target.region, source.region)),
                (ir.Beyond(line, "a copy inside of one object is not modelled"),),
                (),
            )
        )

    def _set(self, target: Address, value: Any, size: Any, node: Any) -> None:
        filler, t = self.value(value)[0], target.target
        if fold(filler) != 0 and t not in (_CHAR, _BYTE):
            raise unsupported("memset of other than bytes to other than 0", node, self.scope.name)

        def put(at: Spot, _: Expr) -> None:
            for offset, leaf in self.layouts.leaves(at.type):
                part = Spot(at.region, added(at.offset, Num(offset), 1), leaf)
                zeros = (Num(0),) if isinstance(leaf, CType) else (Num(0), Num(0))
                self.write(part, (convert(filler, INT, leaf),) if leaf in (_CHAR, _BYTE) else zeros, node.coord.line)

        self._each(target, size, node, put)

    def _each(self, target: Address, size: Any, node: Any, do: Callable[[Spot, Expr], None]) -> None:
        """For every element that is told by a size in bytes; of parts of elements nothing is known."""
        one, line, total = self.sized(target.target, node), node.coord.line, self.scope.scalar("size", ULONG)
        self.scope.emit(ir.Assign(total, self.converted(size, ULONG), line))
        whole = Op("==", (Op("%", (Var(total), Num(one))), Num(0)))
        self.scope.emit(ir.If(whole, (), (ir.Beyond(line, "a part of an element is not modelled"),)))

        def step(label: str, i: Expr) -> None:
            self.scope.emit(ir.If(Op("<", (Op("*", (i, Num(one))), Var(total))), (), (ir.Leave(label),)))
            do(self._at(target, i), i)

        self._repeat(line, step)


def _asked_for_signs(tree: Any) -> list[Any]:
    """The calls of which only matters whether they give less than, more than, or 0."""
    found: list[Any] = []
    for at in walk(tree):
        match kind(at):
            case "BinaryOp" if at.op in ("==", "!=", "<", ">", "<=", ">="):
                sides = [at.left, at.right]
                zeros = [s for s in sides if kind(s) == "Constant" and s.value == "0"]
                found += [s for s in sides if kind(s) == "FuncCall"] if zeros else []
            case "BinaryOp" if at.op in ("&&", "||"):
                found += [at.left, at.right]
            case "UnaryOp" if at.op == "!":
                found.append(at.expr)
            case "If" | "While" | "For" | "DoWhile" | "TernaryOp":
                found.append(at.cond)
    return [at for at in found if kind(at) == "FuncCall"]
