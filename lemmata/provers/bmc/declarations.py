"""Lowering declarations: where a value comes from that nobody assigned."""

from __future__ import annotations

from typing import Any

from lemmata.provers.bmc import ir
from lemmata.provers.bmc.ctypes import INT
from lemmata.provers.bmc.expressions import Expressions, fold
from lemmata.provers.bmc.ir import CType, Expr, Num, Stmt
from lemmata.provers.bmc.names import kind, walk
from lemmata.provers.bmc.scope import Array, Constant, Scalar, Scope
from lemmata.provers.bmc.source import unsupported
from lemmata.provers.bmc.strings import characters, is_string

_MOST_ELEMENTS = 4096


class Declarations(Expressions):
    """Lowers declarations; an object without an initial value is an input, unless it lasts: then it is zero."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self.statics: dict[int, Scalar | Array] = {}
        self.prologue: list[Stmt] = []  # static locals are set before everything else

    def declare(self, node: Any, *, outer: bool = False) -> None:
        """One declaration: a name, and how its value comes about."""
        if kind(node) == "Typedef":
            if not outer and node.name in self.scope.typedefs:
                raise unsupported(f"another type by the name of {node.name}", node, self.scope.name)
            self.scope.typedefs[node.name] = node.type
            return
        for at in walk(node.type):
            if kind(at) == "EnumeratorList":
                self._enumerators(at)
        if node.name is None:
            if kind(node.type) != "Enum":
                raise unsupported(f"a declaration of a {kind(node.type)}", node, self.scope.name)
            return
        match kind(node.type):
            case "FuncDecl":
                return
            case "TypeDecl" | "ArrayDecl":
                self._object(node, outer or "static" in node.storage)
            case _:
                what = "pointer" if kind(node.type) == "PtrDecl" else kind(node.type)
                raise unsupported(f"the {what} {node.name}", node, self.scope.name)

    def _enumerators(self, node: Any) -> None:
        value = -1
        for each in node.enumerators:
            value = self.constant(each.value) if each.value is not None else value + 1
            if not INT.holds(value):
                raise unsupported(f"the enumerator {each.name}, which is no int", node, self.scope.name)
            self.scope.symbols[-1][each.name] = Constant(value)

    def _object(self, node: Any, lasting: bool) -> None:
        if "extern" in node.storage:
            raise unsupported(f"the object {node.name}, which is defined elsewhere", node, self.scope.name)
        if node.name in self.scope.symbols[-1]:
            raise unsupported(f"another declaration of {node.name}", node, self.scope.name)
        if node.init is not None and any(kind(at) == "ID" and at.name == node.name for at in walk(node.init)):
            raise unsupported(f"an initial value of {node.name} that speaks about itself", node, self.scope.name)
        if lasting and id(node) in self.statics:
            self.scope.symbols[-1][node.name] = self.statics[id(node)]
            return
        made = self._array(node) if kind(node.type) == "ArrayDecl" else self._scalar(node)
        self.scope.symbols[-1][node.name] = made
        if not lasting:
            self._initialise(node, made, zero=False)
            return
        self.statics[id(node)] = made
        inner = self.scope.inside(lambda: self._initialise(node, made, zero=True))
        if not all(map(_constant, inner)):
            raise unsupported("a lasting object whose initial value is not constant", node, self.scope.name)
        if len(self.scope.symbols) > 1:
            self.prologue.extend(inner)
        else:
            for stmt in inner:
                self.scope.emit(stmt)

    def _scalar(self, node: Any) -> Scalar:
        ctype = self.scope.ctype(node.type)
        if ctype is None:
            raise unsupported("an object of type void", node, self.scope.name)
        return Scalar(self.scope.scalar(node.name, ctype), ctype)

    def _array(self, node: Any) -> Array:
        dims: list[int] = []
        at = node.type
        while kind(at) == "ArrayDecl":
            if at.dim is None and node.init is not None and not dims and kind(node.init) == "InitList":
                dims.append(len(node.init.exprs))
            elif at.dim is None and not dims and is_string(node.init):
                dims.append(len(characters(node.init, self.scope.name)) + 1)
            else:
                dims.append(self.constant(at.dim) if at.dim is not None else 0)
            at = at.type
        ctype = self.scope.ctype(at)
        size = 1
        for each in dims:
            size *= each
        if ctype is None or min(dims) <= 0 or size > _MOST_ELEMENTS:
            raise unsupported(f"an array that has not between 1 and {_MOST_ELEMENTS} elements", node, self.scope.name)
        name = self.scope.unique(node.name)
        self.scope.arrays[name] = (ctype, size)
        return Array(name, ctype, tuple(dims))

    def _initialise(self, node: Any, made: Scalar | Array, *, zero: bool) -> None:
        line = node.coord.line
        if isinstance(made, Scalar):
            init = node.init.exprs[0] if kind(node.init) == "InitList" and len(node.init.exprs) == 1 else node.init
            if init is not None:
                self.scope.emit(ir.Assign(made.var, self.converted(init, made.type), line))
            else:
                self.scope.emit(ir.Assign(made.var, Num(0), line) if zero else ir.Nondet(made.var, line))
            return
        size = self.scope.arrays[made.name][1]
        if node.init is None:
            self.scope.emit(ir.Init(made.name, (Num(0),) * size, line) if zero else ir.Fill(made.name, line))
            return
        values = self._elements(node.init, made.dims, made.type)
        self.scope.emit(ir.Init(made.name, tuple(values), line))

    def _elements(self, init: Any, dims: tuple[int, ...], ctype: CType) -> list[Expr]:
        if is_string(init):
            return self._text(init, dims, ctype)
        if kind(init) != "InitList" or len(init.exprs) > dims[0]:
            raise unsupported("this initial value of an array", init, self.scope.name)
        self.unordered(init, *init.exprs)
        rest = 1
        for each in dims[1:]:
            rest *= each
        found: list[Expr] = []
        for each in init.exprs:
            if kind(each) == "NamedInitializer" or (len(dims) > 1 and kind(each) != "InitList" and not is_string(each)):
                raise unsupported("this initial value of an array", each, self.scope.name)
            found += self._elements(each, dims[1:], ctype) if len(dims) > 1 else [self.converted(each, ctype)]
        return found + [Num(0)] * (dims[0] * rest - len(found))

    def _text(self, init: Any, dims: tuple[int, ...], ctype: CType) -> list[Expr]:
        """The elements that a string literal gives; the zero at its end may be left out, nothing else."""
        found = characters(init, self.scope.name)
        if len(dims) != 1 or ctype.width != 8 or ctype.boolean or len(found) > dims[0]:
            raise unsupported("a string as the initial value of this array", init, self.scope.name)
        return [Num(each) for each in (*found, *[0] * (dims[0] - len(found)))]


def _constant(stmt: Stmt) -> bool:
    match stmt:
        case ir.Assign(value=value):
            return fold(value) is not None
        case ir.Init(values=values):
            return all(fold(value) is not None for value in values)
        case ir.Check(cond=cond):
            return bool(fold(cond))
    return False
