"""Lowering calls: functions with a body are inlined, assertions and memory are ours, the rest are inputs."""

# ruff: noqa: N802 (methods are named after the classes of the tree)

from __future__ import annotations

from abc import abstractmethod
from typing import Any, TypeAlias

from lemmata.errors import BadInput
from lemmata.provers.bmc import ir
from lemmata.provers.bmc.access import Address, Spot
from lemmata.provers.bmc.ctypes import BOOL, INT, LONG, ULONG, convert, nondet_type
from lemmata.provers.bmc.declarations import Declarations
from lemmata.provers.bmc.expressions import fold
from lemmata.provers.bmc.ir import CType, Expr, Num, Op, Var
from lemmata.provers.bmc.layout import Pointer, Record, Type, Vector
from lemmata.provers.bmc.names import (
    ALLOCATES,
    ASSERTS,
    ASSUMES,
    COMPILER,
    ERRORS,
    FREES,
    LIBRARY,
    MODELS,
    PRINTS,
    STOPS,
    assertion_sites,
    callee,
    kind,
    prototypes,
)
from lemmata.provers.bmc.scope import Array, PointerVar, Scalar, Scope, Stored, Symbol
from lemmata.provers.bmc.source import unsupported

_DEEPEST = 10
_MOST_SIZE = 1 << 16
_MOST_UNKNOWN = 32
"""Elements of a block whose size is not constant; of larger ones nothing is known."""

Result: TypeAlias = Scalar | PointerVar | Stored | None


class Calls(Declarations):
    """Lowers calls; the statements of a body are lowered by the class that extends this one."""

    def __init__(self, scope: Scope, tree: Any) -> None:
        super().__init__(scope, tree)
        self.declared = prototypes(tree)
        self.sites = {id(call): i for i, call in enumerate(assertion_sites(tree))}
        self.active: list[str] = []
        self.exits: list[str] = []  # where break, continue and return go, innermost last
        self.again: list[str] = []
        self.returns: list[tuple[str, Result]] = []
        self.typedefs: dict[str, Any] = {}
        self.externals: dict[str, CType | None] = {}
        self.heap_lines: set[int] = set()
        self.loops: list[int] = []

    def value_FuncCall(self, node: Any) -> tuple[Expr, CType]:
        return self.call(node, used=True)

    def call(self, node: Any, *, used: bool) -> tuple[Expr, CType]:
        """Run a call; its value where it has one that is used."""
        name, args = callee(node), list(node.args.exprs) if node.args is not None else []
        if not name:
            raise unsupported("a call of anything but a named function", node, self.scope.name)
        if any(name in level for level in self.scope.symbols):
            raise BadInput(f"expected a function, but {name} is none", place=f"{self.scope.name}:{node.coord.line}")
        self.unordered(node, *args)
        line, nothing = node.coord.line, (Num(0), self.scope.int_type(INT))
        if name in self.bodies:
            made = self.inline(node, used=used)
            if isinstance(made, PointerVar | Stored) and used:
                raise unsupported("a pointer or structure used as a number", node, self.scope.name)
            return (Var(made.var), made.type) if isinstance(made, Scalar) else nothing
        if name in ASSERTS | ASSUMES:
            if len(args) != 1:
                raise BadInput(f"expected one argument for {name}", place=f"{self.scope.name}:{line}")
            cond = self.truth(args[0])
            site = self.sites.get(id(node), -1)
            self.scope.emit(ir.Assume(cond, line) if name in ASSUMES else ir.Check(cond, ir.ASSERTION, line, site))
            return nothing
        if name in FREES:
            self._free(args, node)
            return nothing
        if name in MODELS:
            return self.model(node)
        texts = (kind(a) == "Constant" and a.type == "string" for a in args)
        for arg, text in zip(args, texts, strict=True):
            if not (text and name in PRINTS | ERRORS):
                self.value(arg)
        if name in ERRORS:
            self.scope.emit(ir.Check(Num(0), ir.ASSERTION, line, self.sites.get(id(node), -1)))
            return nothing
        if name in STOPS:
            self.scope.emit(ir.Leave(ir.END))
            return nothing
        return self._input(name, node, used and name not in PRINTS)

    # -- functions without a body

    def _input(self, name: str, node: Any, used: bool) -> tuple[Expr, CType]:
        if name in PRINTS:
            if used:
                raise unsupported(f"the value of {name}", node, self.scope.name)
            return Num(0), self.scope.int_type(INT)
        found = self.external_type(name, node)
        self.externals[name] = found
        ctype = found if found is None or not self.scope.unbounded or found == BOOL else CType(0)
        if ctype is None:
            return Num(0), self.scope.int_type(INT)
        if self.scope.unbounded and found is not None and not found.signed:
            raise unsupported("an unsigned input among unbounded integers", node, self.scope.name)
        made = self.scope.scalar("input", ctype)
        self.scope.emit(ir.Nondet(made, node.coord.line))
        return Var(made), ctype

    def external_type(self, name: str, node: Any) -> CType | None:
        """What a function without a body returns; None: nothing."""
        if name in LIBRARY | ALLOCATES | MODELS or name.startswith(COMPILER):
            raise unsupported(f"the library function {name}", node, self.scope.name)
        if name in self.declared:
            return self.scope.ctype(self.declared[name].type)
        found = nondet_type(name)
        if found is None:
            raise unsupported(f"the undeclared function {name}", node, self.scope.name)
        return found

    # -- memory

    def allocated(self, node: Any, target: Type) -> Address:
        """A new block for values of a type, or NULL, as an input chooses."""
        args, line = list(node.args.exprs) if node.args is not None else [], node.coord.line
        if len(args) != (1 if callee(node) == "malloc" else 2):
            raise unsupported(f"this call of {callee(node)}", node, self.scope.name)
        self.unordered(node, *args)
        size: Expr = Num(1)
        for arg in args:
            factor = self.converted(arg, ULONG)
            size = factor if size == Num(1) else Op("*", (size, factor))
        one, known = self.sized(target, node), fold(size)
        if known is not None and known > _MOST_SIZE:
            raise unsupported(f"a block of more than {_MOST_SIZE} bytes", node, self.scope.name)
        count = known // one if known is not None else _MOST_UNKNOWN
        if known is None:
            kept = self.scope.scalar("size", ULONG)
            self.scope.emit(
                ir.If(Op("<=", (size, Num(count * one))), (), (ir.Beyond(line, "a block so large is not modelled"),))
            )
            self.scope.emit(ir.Assign(kept, Op("narrow", (size,), ULONG), line))
            size = Var(kept)
        fails, made = self.scope.scalar("fails", BOOL), self.scope.scalar("block", LONG)
        slots = tuple(self.layouts.slots(Vector(target, count)))
        zero = callee(node) == "calloc"
        self.scope.memory = True
        self.heap_lines.add(line)
        self.scope.emit(ir.Nondet(fails, line))
        block = ir.Alloc(made, slots, size if known is None else Num(known), line, heap=True, zero=zero)
        self.scope.emit(ir.If(Var(fails), (ir.Assign(made, Num(0), line),), (block,)))
        return Address(Var(made), Num(0), target)

    def _free(self, args: list[Any], node: Any) -> None:
        if len(args) != 1:
            raise BadInput("expected one argument for free", place=f"{self.scope.name}:{node.coord.line}")
        at, line = self.address(args[0]), node.coord.line

        def give_back() -> None:
            self.must("heap", at, "", line, ir.BAD_FREE)
            self.must("live", at, "", line, ir.DOUBLE_FREE)
            self.scope.emit(ir.Kill(at.region, line))

        here = Op("&&", (Op("==", (at.region, Num(0))), Op("==", (at.offset, Num(0)))))
        self.scope.emit(ir.If(here, (), self.scope.inside(give_back)))

    def check_leaks(self) -> None:
        """Check that every block has been given back."""
        for line in sorted(self.heap_lines):
            made = self.scope.scalar("asked", BOOL)
            self.scope.emit(ir.Ask(made, "kept", Num(0), Num(0), "", line))
            self.scope.emit(ir.Check(Op("!", (Var(made),)), ir.LEAK, line))

    # -- functions with a body

    def called_address(self, node: Any) -> Address:
        if callee(node) not in self.bodies and callee(node) in MODELS:
            return self.model_address(node)
        self.unordered(node, *(node.args.exprs if node.args is not None else ()))
        made = self.inline(node, used=True)
        if not isinstance(made, PointerVar):
            raise unsupported("a number used as a pointer", node, self.scope.name)
        return Address(Var(made.region), Var(made.offset), made.type.target)

    def called_spot(self, node: Any) -> Spot:
        self.unordered(node, *(node.args.exprs if node.args is not None else ()))
        made = self.inline(node, used=True)
        if not isinstance(made, Stored):
            raise unsupported("a number used as a structure", node, self.scope.name)
        return Spot(Var(made.region), Num(0), made.type)

    def inline(self, node: Any, *, used: bool) -> Result:
        """Run the body of a function; where its result is."""
        name, args, line = callee(node), list(node.args.exprs) if node.args is not None else [], node.coord.line
        definition = self.bodies[name]
        params = parameters(definition)
        if any(kind(p) != "Decl" for p in params) or len(params) != len(args):
            raise unsupported(f"the parameters of {name}", node, self.scope.name)
        regions: list[str] = []
        bound: dict[str, Symbol] = {p.name: self._bind(p, a, line, regions) for p, a in zip(params, args, strict=True)}
        made = self._result(name, definition, line, used=used)
        if self.active.count(name) >= _DEEPEST:
            self.scope.emit(ir.Beyond(line))
            return made
        label = self._label()
        kept = self.scope.symbols, self.exits, self.again, self.scope.typedefs
        self.scope.symbols, self.exits, self.again = [kept[0][0], bound], [], []
        self.scope.typedefs = dict(self.typedefs)
        self.active.append(name)
        self.returns.append((label, made))
        self.living.append(regions)

        def run() -> None:
            self.statement(definition.body)
            if made is not None and used:
                self.scope.emit(ir.Beyond(line))  # the end without a return: the value is undefined
            self.kill(regions, line)

        body = self.scope.inside(run)
        self.living.pop()
        self.returns.pop()
        self.active.pop()
        self.scope.symbols, self.exits, self.again, self.scope.typedefs = kept
        self.scope.emit(ir.Block(label, body))
        return made

    def _result(self, name: str, definition: Any, line: int, *, used: bool) -> Result:
        t = self.full_type(definition.decl.type.type)
        if t is None or not used:
            return None
        if isinstance(t, Pointer):
            made = self.pointer_variable(f"{name}.result", t, None)
            for var in (made.region, made.offset):
                self.scope.emit(ir.Assign(var, Num(0), line))
            return made
        if isinstance(t, CType):
            return Scalar(self.scope.scalar(f"{name}.result", t), t)
        return Stored(self.allocate(f"{name}.result", t, line, definition.decl, zero=False), t)

    def give(self, node: Any, result: Result) -> None:
        """Put what is returned where the caller finds it."""
        line = node.coord.line
        match result:
            case Scalar(var=var, type=ctype):
                value, source = self.value(node.expr)
                self.scope.emit(ir.Assign(var, convert(value, source, ctype), line))
            case PointerVar():
                self.set_pointer(result, self.pointer(node.expr, result.type), line)
            case Stored(region, t):
                source_spot = self.spot(node.expr)
                if source_spot.type != t:
                    raise unsupported("a structure of another type", node, self.scope.name)
                self.copy(Spot(Var(region), Num(0), t), source_spot, node)
            case None:
                self.statement(node.expr)

    def _bind(self, param: Any, arg: Any, line: int, regions: list[str]) -> Symbol:
        given = self.scope.find(arg) if kind(arg) == "ID" else None
        if isinstance(given, Array):
            return self._bind_array(param, arg, given)
        t = self.parameter_type(param)
        if t is None:
            raise unsupported("a parameter of type void", param, self.scope.name)
        if param.name in self.usage.addressed or isinstance(t, Record | Vector):
            return self._bind_stored(param, arg, t, line, regions)
        if isinstance(t, Pointer):
            value = self.pointer(arg, t)
            made = self.pointer_variable(param.name, t, None)
            self.scope.memory = True
            self.set_pointer(made, value, line)
            return made
        number = self.converted(arg, t)
        var = self.scope.scalar(param.name, t)
        self.scope.emit(ir.Assign(var, number, line))
        return Scalar(var, t)

    def _bind_stored(self, param: Any, arg: Any, t: Type, line: int, regions: list[str]) -> Stored:
        source = self.spot(arg) if isinstance(t, Record) else None
        parts: tuple[Expr, ...] = ()
        if isinstance(t, Pointer):
            at = self.pointer(arg, t)
            parts = at.region, at.offset
        elif isinstance(t, CType):
            parts = (self.converted(arg, t),)
        region = self.allocate(param.name, t, line, param, zero=False)
        regions.append(region)
        made = Spot(Var(region), Num(0), t)
        if source is None:
            self.write(made, parts, line)
        elif source.type == t:
            self.copy(made, source, arg)
        else:
            raise unsupported("a structure of another type", arg, self.scope.name)
        return Stored(region, t)

    def parameter_type(self, param: Any) -> Type | None:
        """The type of a parameter: an array's is a pointer."""
        if kind(param.type) == "TypeDecl":
            t = self.full_type(param.type)
            return Pointer(t.element) if isinstance(t, Vector) else t
        if kind(param.type) in ("ArrayDecl", "PtrDecl") and not getattr(param.type, "dim_quals", None):
            return Pointer(self.full_type(param.type.type))
        raise unsupported("this parameter", param, self.scope.name)

    def _bind_array(self, param: Any, arg: Any, given: Array) -> Array:
        if kind(param.type) not in ("ArrayDecl", "PtrDecl"):
            raise unsupported("a pointer that is not a whole array", arg, self.scope.name)
        wanted = self.scope.ctype(param.type.type)
        plain = kind(param.type.type) == "TypeDecl" and not getattr(param.type, "dim_quals", None)
        if wanted != given.type or not plain or len(given.dims) != 1:
            raise unsupported("a pointer that is not a whole array of one dimension", arg, self.scope.name)
        return Array(given.name, given.type, given.dims, parameter=True)

    # -- what the classes that extend this one do

    @abstractmethod
    def model(self, node: Any) -> tuple[Expr, CType]:
        """Run a function of the library; the number that it gives."""

    @abstractmethod
    def model_address(self, node: Any) -> Address:
        """Run a function of the library; the pointer that it gives."""

    @abstractmethod
    def statement(self, node: Any) -> None:
        """Lower a statement."""

    @abstractmethod
    def kill(self, regions: list[str], line: int) -> None:
        """End regions."""

    @abstractmethod
    def _label(self) -> str:
        """A new label, and how many scopes are open there."""


def parameters(definition: Any) -> list[Any]:
    """The parameters of a function; none where it says void."""
    listed = definition.decl.type.args
    params = [] if listed is None else listed.params
    alone = len(params) == 1 and kind(params[0]) == "Typename"
    if alone and getattr(params[0].type.type, "names", None) == ["void"]:
        return []
    return list(params)
