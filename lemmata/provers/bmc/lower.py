"""Lowering a tree to a System: declarations, statements, and calls, which are inlined.

What is read as an input, in the order in which it is read: the parameters of the function that is checked, local
variables and arrays without an initialiser (their value is arbitrary), and calls of functions without a body.
"""

# ruff: noqa: N802, N815 (methods are named after the classes of the tree)

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from lemmata.errors import BadInput
from lemmata.problem import Program
from lemmata.provers.base import Backends
from lemmata.provers.bmc import ir
from lemmata.provers.bmc.ctypes import BOOL, INT, convert, nondet_type
from lemmata.provers.bmc.declarations import Declarations
from lemmata.provers.bmc.ir import CType, Expr, Num, Op, System, Var
from lemmata.provers.bmc.names import (
    ASSERTS,
    ASSUMES,
    COMPILER,
    ERRORS,
    LIBRARY,
    OWN,
    PRINTS,
    STOPS,
    Ordering,
    assertion_sites,
    callee,
    definitions,
    kind,
    prototypes,
    walk,
)
from lemmata.provers.bmc.scope import Array, Opaque, Scalar, Scope, Symbol
from lemmata.provers.bmc.source import Unsupported, read_tree, unsupported

_DEEPEST = 10


def load_system(problem: Program, backends: Backends) -> System:
    """Read and lower the program of a problem.

    Raises:
        BadInput: not C, or no such function to check.
        Unsupported: a construct outside what is understood, with its place.
    """
    return lower(read_tree(problem, backends), problem)


def lower(tree: Any, problem: Program) -> System:
    """Lower a whole tree; raises as `load_system`."""
    try:
        return Statements(tree, problem).system()
    except RecursionError:
        raise Unsupported("a program that nests so deeply", problem.name) from None


class Statements(Declarations):
    """Lowers statements, declarations and calls into the scope's output."""

    def __init__(self, tree: Any, problem: Program) -> None:
        super().__init__(Scope(problem.name, problem.integers == "unbounded", Ordering(tree)))
        self.tree, self.target = tree, problem.target or "main"
        self.defined, self.declared = definitions(tree), prototypes(tree)
        self.sites = {id(call): i for i, call in enumerate(assertion_sites(tree))}
        self.lines = [call.coord.line for call in assertion_sites(tree)]
        self.loops: list[int] = []
        self.labels = 0
        self.active: list[str] = []
        self.exits: list[str] = []  # where break, continue and return go, innermost last
        self.again: list[str] = []
        self.returns: list[tuple[str, str | None, CType | None]] = []
        self.typedefs: dict[str, Any] = {}
        self.externals: dict[str, CType | None] = {}
        self.params: list[CType | None] = []

    def system(self) -> System:
        for node in walk(self.tree):
            name = getattr(node, "name", None)
            if isinstance(name, str) and name.startswith(OWN):
                raise BadInput(f"expected names that do not start with {OWN}", place=self.scope.name)
        for ext in self.tree.ext:
            self._outer(ext)
        if self.target not in self.defined:
            raise BadInput(f"expected a function {self.target} with a body", place=self.scope.name)
        self.typedefs = dict(self.scope.typedefs)
        body = self.scope.inside(self._entry)
        return System(
            body=(*self.scope.out, *self.prologue, *body),
            scalars=dict(self.scope.scalars),
            arrays=dict(self.scope.arrays),
            loops=tuple(self.loops),
            sites=tuple(self.lines),
            constants=frozenset(self.scope.constants),
            externals=dict(self.externals),
            params=tuple(self.params),
        )

    def _outer(self, ext: Any) -> None:
        match kind(ext):
            case "FuncDef" | "Typedef" | "Decl":
                if kind(ext) == "FuncDef" and ext.param_decls:
                    raise unsupported("a definition in the style of K&R", ext, self.scope.name)
                if kind(ext) != "FuncDef":
                    self.declare(ext, outer=True)
            case _:
                raise unsupported(f"a {kind(ext)} at the top", ext, self.scope.name)

    def _entry(self) -> None:
        definition = self.defined[self.target]
        self.scope.symbols.append({})
        for param in self._params(definition):
            if kind(param) == "EllipsisParam":
                raise unsupported("a function with any number of arguments", definition.decl, self.scope.name)
            if kind(param.type) == "TypeDecl":
                ctype = self.scope.ctype(param.type) or INT
                var = self.scope.scalar(param.name or "unnamed", ctype)
                self.scope.emit(ir.Nondet(var, definition.decl.coord.line))
                self.scope.symbols[-1][param.name] = Scalar(var, ctype)
                self.params.append(ctype)
            elif self.target == "main":
                self.scope.symbols[-1][param.name] = Opaque("the pointer")
                self.params.append(None)
            else:
                raise unsupported("a pointer as parameter of the function that is checked", param, self.scope.name)
        self.active.append(self.target)
        self.returns.append((ir.END, None, self.scope.ctype(definition.decl.type.type)))
        self.statement(definition.body)

    @staticmethod
    def _params(definition: Any) -> list[Any]:
        listed = definition.decl.type.args
        params = [] if listed is None else listed.params
        alone = len(params) == 1 and kind(params[0]) == "Typename"
        if alone and getattr(params[0].type.type, "names", None) == ["void"]:
            return []
        return list(params)

    # -- statements

    def statement(self, node: Any) -> None:
        if node is None:
            return
        method = getattr(self, f"stmt_{kind(node)}", None)
        if method is not None:
            method(node)
        elif hasattr(self, f"value_{kind(node)}"):
            self.value(node)
        else:
            raise unsupported(f"the statement {kind(node)}", node, self.scope.name)

    def stmt_Compound(self, node: Any) -> None:
        self.scope.symbols.append({})
        typedefs = dict(self.scope.typedefs)
        for item in node.block_items or ():
            self.statement(item)
        self.scope.typedefs = typedefs
        self.scope.symbols.pop()

    def stmt_Decl(self, node: Any) -> None:
        self.declare(node)

    stmt_Typedef = stmt_Decl

    def stmt_DeclList(self, node: Any) -> None:
        for each in node.decls:
            self.declare(each)

    def stmt_EmptyStatement(self, node: Any) -> None:
        pass

    def stmt_Label(self, node: Any) -> None:
        self.statement(node.stmt)  # a label does nothing where no goto exists

    def stmt_FuncCall(self, node: Any) -> None:
        self.call(node, used=False)

    def stmt_If(self, node: Any) -> None:
        cond = self.truth(node.cond)
        then = self.scope.inside(lambda: self._scoped(node.iftrue))
        orelse = self.scope.inside(lambda: self._scoped(node.iffalse))
        self.scope.emit(ir.If(cond, then, orelse))

    def _scoped(self, node: Any) -> None:
        self.scope.symbols.append({})
        self.statement(node)
        self.scope.symbols.pop()

    def stmt_While(self, node: Any) -> None:
        self._loop(node, node.cond, node.stmt, None, first=True)

    def stmt_DoWhile(self, node: Any) -> None:
        self._loop(node, node.cond, node.stmt, None, first=False)

    def stmt_For(self, node: Any) -> None:
        self.scope.symbols.append({})
        self.statement(node.init)
        self._loop(node, node.cond, node.stmt, node.next, first=True)
        self.scope.symbols.pop()

    def _loop(self, node: Any, cond: Any, body: Any, step: Any, *, first: bool) -> None:
        label, inner, number = self._label(), self._label(), len(self.loops)
        self.loops.append(node.coord.line)

        def test() -> None:
            if cond is not None:
                self.scope.emit(ir.If(self.truth(cond), (), (ir.Leave(label),)))

        def run() -> None:
            if first:
                test()
            self.exits.append(label)
            self.again.append(inner)
            self.scope.emit(ir.Block(inner, self.scope.inside(lambda: self._scoped(body))))
            self.exits.pop()
            self.again.pop()
            self.statement(step)
            if not first:
                test()

        self.scope.emit(ir.Loop(label, self.scope.inside(run), node.coord.line, number))

    def _label(self) -> str:
        self.labels += 1
        return f"L{self.labels}"

    def stmt_Break(self, node: Any) -> None:
        if not self.exits:
            raise BadInput("expected break inside a loop or switch", place=f"{self.scope.name}:{node.coord.line}")
        self.scope.emit(ir.Leave(self.exits[-1]))

    def stmt_Continue(self, node: Any) -> None:
        if not self.again:
            raise BadInput("expected continue inside a loop", place=f"{self.scope.name}:{node.coord.line}")
        self.scope.emit(ir.Leave(self.again[-1]))

    def stmt_Return(self, node: Any) -> None:
        label, var, ctype = self.returns[-1]
        if node.expr is not None:
            value, source = self.value(node.expr)
            if var is not None and ctype is not None:
                self.scope.emit(ir.Assign(var, convert(value, source, ctype), node.coord.line))
        elif var is not None:
            self.scope.emit(ir.Beyond(node.coord.line))
        self.scope.emit(ir.Leave(label))

    def stmt_Switch(self, node: Any) -> None:
        value, source = self.value(node.cond)
        items = node.stmt.block_items if kind(node.stmt) == "Compound" else None
        if not items or any(kind(i) not in ("Case", "Default") for i in items):
            raise unsupported("a switch whose body is not a list of cases", node, self.scope.name)
        if any(kind(s) == "Decl" for i in items for s in i.stmts or ()):
            raise unsupported("a declaration between the cases of a switch", node, self.scope.name)
        line, chosen = node.coord.line, self.scope.scalar("case", INT if not self.scope.unbounded else CType(0))
        last = len(items)
        pick: Expr = Num(next((i for i, item in enumerate(items) if kind(item) == "Default"), last))
        target = source if source.width >= 32 or not source.width else INT
        for i in reversed(range(last)):
            if kind(items[i]) == "Case":
                label = Num(target.wrap(self.constant(items[i].expr)))
                pick = Op("?:", (Op("==", (value, label)), Num(i), pick))
        self.scope.emit(ir.Assign(chosen, pick, line))
        label_ = self._label()

        def run() -> None:
            for i, item in enumerate(items):
                body = self.scope.inside(partial(self._sequence, item.stmts or ()))
                self.scope.emit(ir.If(Op("<=", (Var(chosen), Num(i))), body, ()))

        self.exits.append(label_)
        self.scope.emit(ir.Block(label_, self.scope.inside(run)))
        self.exits.pop()

    def _sequence(self, nodes: Sequence[Any]) -> None:
        for node in nodes:
            self.statement(node)

    # -- calls

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
        if name in self.defined:
            return self._inline(name, args, node, used)
        line, nothing = node.coord.line, (Num(0), self.scope.int_type(INT))
        if name in ASSERTS | ASSUMES:
            if len(args) != 1:
                raise BadInput(f"expected one argument for {name}", place=f"{self.scope.name}:{line}")
            cond = self.truth(args[0])
            site = self.sites.get(id(node), -1)
            self.scope.emit(ir.Assume(cond, line) if name in ASSUMES else ir.Check(cond, ir.ASSERTION, line, site))
            return nothing
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
        if name in LIBRARY or name.startswith(COMPILER):
            raise unsupported(f"the library function {name}", node, self.scope.name)
        if name in self.declared:
            return self.scope.ctype(self.declared[name].type)
        found = nondet_type(name)
        if found is None:
            raise unsupported(f"the undeclared function {name}", node, self.scope.name)
        return found

    def _inline(self, name: str, args: list[Any], node: Any, used: bool) -> tuple[Expr, CType]:
        definition, line = self.defined[name], node.coord.line
        params = self._params(definition)
        if any(kind(p) != "Decl" for p in params) or len(params) != len(args):
            raise unsupported(f"the parameters of {name}", node, self.scope.name)
        result = self.scope.ctype(definition.decl.type.type)
        bound: dict[str, Symbol] = {p.name: self._bind(p, a, line) for p, a in zip(params, args, strict=True)}
        made = self.scope.scalar(f"{name}.result", result) if result is not None and used else None
        if self.active.count(name) >= _DEEPEST:
            self.scope.emit(ir.Beyond(line))
            return Num(0), result or self.scope.int_type(INT)
        label = self._label()
        kept = self.scope.symbols, self.exits, self.again, self.scope.typedefs
        self.scope.symbols, self.exits, self.again = [kept[0][0], bound], [], []
        self.scope.typedefs = dict(self.typedefs)
        self.active.append(name)
        self.returns.append((label, made, result))

        def run() -> None:
            self.statement(definition.body)
            if made is not None:
                self.scope.emit(ir.Beyond(line))  # the end without a return: the value is undefined

        body = self.scope.inside(run)
        self.returns.pop()
        self.active.pop()
        self.scope.symbols, self.exits, self.again, self.scope.typedefs = kept
        self.scope.emit(ir.Block(label, body))
        if made is None or result is None:
            return Num(0), self.scope.int_type(INT)
        return Var(made), result

    def _bind(self, param: Any, arg: Any, line: int) -> Scalar | Array:
        if kind(param.type) == "TypeDecl":
            ctype = self.scope.ctype(param.type)
            if ctype is None:
                raise unsupported("a parameter of type void", param, self.scope.name)
            value = self.converted(arg, ctype)
            var = self.scope.scalar(param.name, ctype)
            self.scope.emit(ir.Assign(var, value, line))
            return Scalar(var, ctype)
        if kind(param.type) not in ("ArrayDecl", "PtrDecl") or kind(arg) != "ID":
            raise unsupported("a pointer that is not a whole array", arg, self.scope.name)
        given, wanted = self.scope.find(arg), self.scope.ctype(param.type.type)
        plain = kind(param.type.type) == "TypeDecl" and not getattr(param.type, "dim_quals", None)
        if not isinstance(given, Array) or wanted != given.type or not plain or len(given.dims) != 1:
            raise unsupported("a pointer that is not a whole array of one dimension", arg, self.scope.name)
        return Array(given.name, given.type, given.dims, parameter=True)
