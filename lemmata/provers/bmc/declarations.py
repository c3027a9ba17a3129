"""Lowering declarations: where a value comes from that nobody assigned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lemmata.provers.bmc import ir
from lemmata.provers.bmc.ctypes import BOOL, INT, LONG
from lemmata.provers.bmc.expressions import fold
from lemmata.provers.bmc.initialise import Initialise
from lemmata.provers.bmc.ir import CType, Expr, Num, Stmt, Var
from lemmata.provers.bmc.layout import Pointer, Type, Vector, kind_of
from lemmata.provers.bmc.names import kind, walk
from lemmata.provers.bmc.scope import Array, Constant, PointerVar, Scalar, Scope, Stored, Symbol
from lemmata.provers.bmc.source import unsupported
from lemmata.provers.bmc.strings import characters, is_string

_MOST_ELEMENTS = 4096


class Declarations(Initialise):
    """Lowers declarations; an object without an initial value is zero if it lasts, and else an input or unset."""

    def __init__(self, scope: Scope, tree: Any) -> None:
        super().__init__(scope, tree)
        self.statics: dict[int, Symbol] = {}
        self.texts: list[Stmt] = []
        self.lasting: set[str] = set()  # the regions that are there from the beginning
        self._literals: dict[tuple[int, ...], str] = {}
        self.living: list[list[str]] = []  # the regions of every open scope, that end with it
        self.prologue: list[Stmt] = []  # static locals are set before everything else

    def declare(self, node: Any, *, outer: bool = False) -> None:
        """One declaration: a name, and how its value comes about."""
        if kind(node) == "Typedef":
            self.define_records(node.type)
            if not outer and node.name in self.scope.typedefs:
                raise unsupported(f"another type by the name of {node.name}", node, self.scope.name)
            self.scope.typedefs[node.name] = node.type
            return
        for at in walk(node.type):
            if kind(at) == "EnumeratorList":
                self._enumerators(at)
        self.define_records(node.type)
        if node.name is None:
            if kind(node.type) not in ("Enum", "Struct"):
                raise unsupported(f"a declaration of a {kind(node.type)}", node, self.scope.name)
            return
        match kind(node.type):
            case "FuncDecl":
                return
            case "TypeDecl" | "ArrayDecl" | "PtrDecl":
                self._object(node, outer or "static" in node.storage)
            case _:
                raise unsupported(f"the {kind(node.type)} {node.name}", node, self.scope.name)

    def literal(self, node: Any) -> str:
        text = characters(node, self.scope.name)
        if self.scope.unbounded:
            raise unsupported("a string among unbounded integers", node, self.scope.name)
        if text not in self._literals:
            self._literals[text] = made = self.scope.scalar("text", LONG)
            line, kind_ = node.coord.line, kind_of(CType(8))
            slots = tuple(ir.Slot(i, 1, kind_) for i in range(len(text) + 1))
            self.scope.memory = True
            self.texts.append(ir.Alloc(made, slots, Num(len(slots)), line, constant=True))
            for i, each in enumerate((*text, 0)):
                self.texts.append(ir.Put(Var(made), Num(i), kind_, (Num(each),), line))
        return self._literals[text]

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
        if node.init is not None and node.name in _evaluated_names(node.init):
            raise unsupported(f"an initial value of {node.name} that speaks about itself", node, self.scope.name)
        if lasting and id(node) in self.statics:
            self.scope.symbols[-1][node.name] = self.statics[id(node)]
            return
        if not lasting:
            self.scope.symbols[-1][node.name] = made = self._made(node, lasting=False)
            self._initialise(node, made, zero=False)
            return
        found: list[Symbol] = []

        def make() -> None:
            found.append(self._made(node, lasting=True))
            self.scope.symbols[-1][node.name] = found[0]
            self._initialise(node, found[0], zero=True)

        inner = self.scope.inside(make)
        self.statics[id(node)] = found[0]
        if isinstance(found[0], Stored):
            self.lasting.add(found[0].region)
        if not _constant(inner, {*self.lasting, *self._literals.values()}):
            raise unsupported("a lasting object whose initial value is not constant", node, self.scope.name)
        if len(self.scope.symbols) > 1:
            self.prologue.extend(inner)
        else:
            for stmt in inner:
                self.scope.emit(stmt)

    def _made(self, node: Any, *, lasting: bool) -> Symbol:
        """Where a new object is kept: in variables, or in memory where something may point to it."""
        if not self.usage.memory:
            return self._array(node) if kind(node.type) == "ArrayDecl" else self._scalar(node)
        t, name = self._object_type(node), node.name
        base, named = t, name in self.usage.addressed
        while isinstance(base, Vector):
            base, named = base.element, named or name in self.usage.valued
        if isinstance(base, CType) and not named:
            return self._array(node) if isinstance(t, Vector) else self._scalar(node)
        self.scope.memory = True
        if isinstance(t, Pointer) and not named:
            return self.pointer_variable(name, t, node if not lasting and node.init is None else None)
        zero = lasting or kind(node.init) == "InitList"
        constant = "const" in node.quals and not isinstance(base, Pointer)
        region = self.allocate(name, t, node.coord.line, node, zero=zero, constant=constant)
        if not lasting:
            self.living[-1].append(region)
        return Stored(region, t)

    def pointer_variable(self, name: str, t: Pointer, unset: Any) -> PointerVar:
        """Variables for a pointer; `unset`: its declaration, where it has no value yet."""
        made = PointerVar(self.scope.scalar(name, LONG), self.scope.scalar(f"{name}.offset", LONG), t)
        if unset is None:
            return made
        for var in (made.region, made.offset):
            self.scope.emit(ir.Assign(var, Num(0), unset.coord.line))
        return PointerVar(made.region, made.offset, t, self._flag(name, unset))

    def _flag(self, name: str, node: Any) -> str:
        """A variable that tells whether another has been set; empty where that is sure."""
        place = node.coord.line, node.coord.column
        if place in self.scope.sure:
            return ""
        flag = self.scope.scalar(f"{name}.known", BOOL)
        self.scope.flags[flag] = place
        self.scope.emit(ir.Assign(flag, Num(0), node.coord.line))
        return flag

    def _object_type(self, node: Any) -> Type:
        if kind(node.type) == "ArrayDecl" and (node.type.dim is None or node.init is not None):
            dims, at = self._dims(node)
            t = self.full_type(at)
            for each in reversed(dims):
                t = Vector(t, each) if t is not None and each > 0 else None
        else:
            t = self.full_type(node.type)
        if t is None or not self.layouts.complete(t):
            raise unsupported("an object of type void or of unknown size", node, self.scope.name)
        return t

    def _scalar(self, node: Any) -> Scalar:
        ctype = self.scope.ctype(node.type)
        if ctype is None:
            raise unsupported("an object of type void", node, self.scope.name)
        made = self.scope.scalar(node.name, ctype)
        local = len(self.scope.symbols) > 1 and "static" not in node.storage
        if node.init is not None or not local or self.scope.unbounded or self.usage.is_input(node):
            return Scalar(made, ctype)
        flag = self._flag(node.name, node)
        self.scope.emit(ir.Assign(made, Num(0), node.coord.line))
        return Scalar(made, ctype, flag, unset=True)

    def _dims(self, node: Any) -> tuple[list[int], Any]:
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
        return dims, at

    def _array(self, node: Any) -> Array:
        dims, at = self._dims(node)
        ctype = self.scope.ctype(at)
        size = 1
        for each in dims:
            size *= each
        if ctype is None or min(dims) <= 0 or size > _MOST_ELEMENTS:
            raise unsupported(f"an array that has not between 1 and {_MOST_ELEMENTS} elements", node, self.scope.name)
        name = self.scope.unique(node.name)
        self.scope.arrays[name] = (ctype, size)
        return Array(name, ctype, tuple(dims))

    def _initialise(self, node: Any, made: Symbol, *, zero: bool) -> None:
        line = node.coord.line
        if isinstance(made, Stored | PointerVar):
            self.initialise_memory(node.init, made, node, zero=zero)
            return
        if isinstance(made, Scalar):
            if node.init is None and made.unset:
                return
            init = node.init.exprs[0] if kind(node.init) == "InitList" and len(node.init.exprs) == 1 else node.init
            if init is not None:
                self.scope.emit(ir.Assign(made.var, self.converted(init, made.type), line))
            else:
                self.scope.emit(ir.Assign(made.var, Num(0), line) if zero else ir.Nondet(made.var, line))
            return
        assert isinstance(made, Array)
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


def _evaluated_names(node: Any) -> set[str]:
    """The names in an expression, but for those whose size is all that is asked."""
    if kind(node) == "UnaryOp" and node.op == "sizeof":
        return set()
    found = {node.name} if kind(node) == "ID" else set()
    return found.union(*(_evaluated_names(child) for name, child in node.children() if name != "field"))


def _constant(inner: Sequence[Stmt], regions: set[str]) -> bool:
    """Whether statements set what they set to constants, or to the addresses of what is there already."""
    known = set(regions)
    for stmt in inner:
        match stmt:
            case ir.Assign(var, value) if fold(value) is not None or (isinstance(value, Var) and value.name in known):
                known.add(var)
            case ir.Init(values=values) if all(fold(value) is not None for value in values):
                pass
            case ir.Put(values=values) if all(
                fold(v) is not None or (isinstance(v, Var) and v.name in known) for v in values
            ):
                pass
            case ir.Check(cond=cond) if fold(cond):
                pass
            case ir.Alloc():
                pass
            case _:
                return False
    return True
