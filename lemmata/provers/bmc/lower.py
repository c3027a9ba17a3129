"""Lowering a tree to a System: declarations, statements, and calls, which are inlined.

What is read as an input, in the order in which it is read: the parameters of the function that is checked, local
variables and arrays without an initialiser (their value is arbitrary), and calls of functions without a body.
"""

# ruff: noqa: N802, N815 (methods are named after the classes of the tree)

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from lemmata.errors import BadInput, NothingToCheck
from lemmata.problem import Program
from lemmata.provers.base import Backends
from lemmata.provers.bmc import ir
from lemmata.provers.bmc.calls import parameters
from lemmata.provers.bmc.certain import unsure_flags
from lemmata.provers.bmc.ctypes import INT
from lemmata.provers.bmc.ir import CType, Expr, Num, Op, System, Var
from lemmata.provers.bmc.layout import Pointer, Record
from lemmata.provers.bmc.library import Library
from lemmata.provers.bmc.names import OWN, Ordering, assertion_sites, kind, walk
from lemmata.provers.bmc.scope import Array, Opaque, Scalar, Scope
from lemmata.provers.bmc.source import Unsupported, read_tree, unsupported


def load_system(problem: Program, backends: Backends) -> System:
    """Read and lower the program of a problem.

    Raises:
        BadInput: not C, or no such function to check.
        Unsupported: a construct outside what is understood, with its place.
    """
    return lower(read_tree(problem, backends), problem)


def lower(tree: Any, problem: Program, *, observed: bool = False) -> System:
    """Lower a whole tree; raises as `load_system`.

    With `observed` the system names what a caller sees of it at its end.

    It is lowered again where flags were needed for what may be read before it is set, without those that were not.
    """
    try:
        first = Statements(tree, problem, observed=observed)
        system = first.system()
        declared = first.scope.flags
        if not declared:
            return system
        unsure = {declared[flag] for flag in unsure_flags(system.body, frozenset(declared))}
        again = Statements(tree, problem, sure=frozenset(declared.values()) - unsure, observed=observed)
        return again.system()
    except RecursionError:
        raise Unsupported("a program that nests so deeply", problem.name) from None


class Statements(Library):
    """Lowers statements, declarations and calls into the scope's output."""

    def __init__(
        self, tree: Any, problem: Program, *, sure: frozenset[tuple[int, int]] = frozenset(), observed: bool = False
    ) -> None:
        super().__init__(Scope(problem.name, problem.integers == "unbounded", Ordering(tree), sure=sure), tree)
        self.tree, self.target = tree, problem.target or "main"
        self.lines = [call.coord.line for call in assertion_sites(tree)]
        self.labels = 0
        self.depths: dict[str, int] = {}
        self.params: list[CType | None] = []
        self.leaks = False
        self.observed, self.seen = observed, tuple[str, ...]()

    def system(self) -> System:
        for node in walk(self.tree):
            name = getattr(node, "name", None)
            if isinstance(name, str) and name.startswith(OWN):
                raise BadInput(f"expected names that do not start with {OWN}", place=self.scope.name)
        for ext in self.tree.ext:
            self._outer(ext)
        if self.target not in self.bodies:
            raise NothingToCheck(
                f"nothing to check: expected a function {self.target} with a body", place=self.scope.name
            )
        self.typedefs = dict(self.scope.typedefs)
        body = self.scope.inside(self._entry)
        return System(
            body=(*self.texts, *self.scope.out, *self.prologue, *body),
            scalars=dict(self.scope.scalars),
            arrays=dict(self.scope.arrays),
            loops=tuple(self.loops),
            sites=tuple(self.lines),
            constants=frozenset(self.scope.constants),
            externals=dict(self.externals),
            params=tuple(self.params),
            memory=self.scope.memory,
            leaks=self.leaks,
            seen=self.seen,
            tracked=self.scope.memory or bool(self.scope.flags),
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
        definition = self.bodies[self.target]
        self.scope.symbols.append({})
        for param in parameters(definition):
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
        label = self._label()
        result = self._observe(definition) if self.observed else None
        self.returns.append((label, result))
        self.living.append([])

        def run() -> None:
            self.statement(definition.body)

        self.scope.emit(ir.Block(label, self.scope.inside(run)))
        self.leaks = not isinstance(self.full_type(definition.decl.type.type), Pointer | Record)
        if self.leaks:
            self.check_leaks()

    def _observe(self, definition: Any) -> Scalar | None:
        """Note the variables that a caller sees at the end; where the number that is returned is put."""
        outer = [s for s in self.scope.symbols[0].values() if isinstance(s, Scalar | Array)]
        cells = [ir.cell(s.name, i) for s in outer if isinstance(s, Array) for i in range(self.scope.arrays[s.name][1])]
        made = self._result(self.target, definition, definition.decl.coord.line, used=True)
        result = made if isinstance(made, Scalar) else None
        if result is not None:
            self.scope.emit(ir.Assign(result.var, Num(0), definition.decl.coord.line))
        self.seen = (*([result.var] if result else ()), *(s.var for s in outer if isinstance(s, Scalar)), *cells)
        return result

    # -- statements

    def statement(self, node: Any) -> None:
        if node is None:
            return
        method = getattr(self, f"stmt_{kind(node)}", None)
        if method is not None:
            method(node)
        elif hasattr(self, f"value_{kind(node)}"):
            if not self.alone(node):
                self.value(node)
        else:
            raise unsupported(f"the statement {kind(node)}", node, self.scope.name)

    def stmt_Compound(self, node: Any) -> None:
        self.enter()
        typedefs = dict(self.scope.typedefs)
        for item in node.block_items or ():
            self.statement(item)
        self.scope.typedefs = typedefs
        self.leave(node)

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
        self.enter()
        self.statement(node)
        self.leave(node)

    def stmt_While(self, node: Any) -> None:
        self._loop(node, node.cond, node.stmt, None, first=True)

    def stmt_DoWhile(self, node: Any) -> None:
        self._loop(node, node.cond, node.stmt, None, first=False)

    def stmt_For(self, node: Any) -> None:
        self.enter()
        self.statement(node.init)
        self._loop(node, node.cond, node.stmt, node.next, first=True)
        self.leave(node)

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
        label = f"L{self.labels}"
        self.depths[label] = len(self.living)
        return label

    def enter(self) -> None:
        self.scope.symbols.append({})
        self.living.append([])

    def leave(self, node: Any) -> None:
        """Close a scope, with which its objects end."""
        coord = getattr(node, "coord", None)
        self.kill(self.living.pop(), coord.line if coord is not None else 0)
        self.scope.symbols.pop()

    def kill(self, regions: Sequence[str], line: int) -> None:
        for region in regions:
            self.scope.emit(ir.Kill(Var(region), line))

    def jump(self, label: str, line: int) -> None:
        """Leave for a label, and with it every scope that was opened since."""
        for regions in self.living[self.depths[label] :]:
            self.kill(regions, line)
        self.scope.emit(ir.Leave(label))

    def stmt_Break(self, node: Any) -> None:
        if not self.exits:
            raise BadInput("expected break inside a loop or switch", place=f"{self.scope.name}:{node.coord.line}")
        self.jump(self.exits[-1], node.coord.line)

    def stmt_Continue(self, node: Any) -> None:
        if not self.again:
            raise BadInput("expected continue inside a loop", place=f"{self.scope.name}:{node.coord.line}")
        self.jump(self.again[-1], node.coord.line)

    def stmt_Return(self, node: Any) -> None:
        label, result = self.returns[-1]
        if node.expr is not None:
            self.give(node, result)
        elif result is not None:
            self.scope.emit(ir.Beyond(node.coord.line))
        self.jump(label, node.coord.line)

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
