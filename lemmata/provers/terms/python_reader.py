"""Reads a Python predicate from its source; nothing of it is ever run.

The subset: functions of ints and bools with `if`, `return`, assignments, `for` over ranges, and the expressions of
`python_expressions`. A loop whose range is constant is unrolled; one over another range may only search: return one
constant as soon as a condition holds, as in

    for d in range(2, n):
        if n % d == 0:
            return False
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Set
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TypeAlias

from lemmata.errors import BadInput
from lemmata.provers.terms.predicate import Predicate
from lemmata.provers.terms.python_expressions import UNDERSTOOD, Expressions, Scope, as_truth, fail, same_sort
from lemmata.provers.terms.term import FALSE, InRange, Num, Op, Sort, Term, Truth, Var, depth

LONGEST = 1 << 18
DEEPEST = 120
MOST_UNKNOWNS = 3
_ITERATIONS = 200

After: TypeAlias = Callable[[Scope], Term]
"""What the rest of a function returns, given what the names stand for then."""


def read_predicate(source: str, name: str = "find_all") -> Predicate:
    """The predicate that a Python file defines.

    Args:
        source: the whole file.
        name: of the function; its parameters, one to three ints, are the unknowns.

    Raises:
        BadInput: not Python, no such function, or outside the subset; `place` is `line:column`.
    """
    functions, constants = read_module(source)
    if name not in functions:
        raise BadInput(f"expected a function {name}(n: int) -> bool", place=name)
    node = functions[name]
    names = parameters_of(node)
    if not 1 <= len(names) <= MOST_UNKNOWNS:
        raise fail(node, f"expected 1 to {MOST_UNKNOWNS} parameters")
    for arg in node.args.args:
        if arg.annotation is not None and not (isinstance(arg.annotation, ast.Name) and arg.annotation.id == "int"):
            raise fail(arg, "expected an int: the unknowns are integers")
    reading = Functions(functions, constants, used=set(names))
    unknowns: dict[str, Term] = {n: Var(n, Sort.INT) for n in names}
    try:
        term = as_truth(reading.body(node, unknowns))
    except RecursionError:
        raise fail(node, "expected a shorter function: it is nested too deeply") from None
    if depth(term) > DEEPEST:
        raise fail(node, f"expected a shorter function: written out, it nests deeper than {DEEPEST} levels")
    return Predicate(names, term)


def read_expression(text: str, unknowns: tuple[str, ...]) -> Term:
    """One Python expression over int variables.

    Raises:
        BadInput: not an expression of the subset.
    """
    if len(text) > LONGEST:
        raise BadInput(f"expected at most {LONGEST} characters", place="expression")
    try:
        node = ast.parse(text.strip(), mode="eval").body
        reading = Functions({}, {}, used=set(unknowns))
        return reading.expression(node, {n: Var(n, Sort.INT) for n in unknowns})
    except (SyntaxError, ValueError, MemoryError, RecursionError) as exc:
        raise BadInput(f"expected a Python expression ({exc})", place="expression") from None


def read_module(source: str) -> tuple[dict[str, ast.FunctionDef], dict[str, Term]]:
    """The functions and constants of a file.

    Raises:
        BadInput: not Python, or something else at its top.
    """
    if len(source) > LONGEST:
        raise BadInput(f"expected at most {LONGEST >> 10} KiB of Python", place="1:1")
    try:
        tree = ast.parse(source)
    except SyntaxError as exc:
        raise BadInput(f"expected Python ({exc.msg})", place=f"{exc.lineno or 1}:{exc.offset or 1}") from None
    except (ValueError, MemoryError, RecursionError) as exc:
        raise BadInput(f"expected Python ({exc})", place="1:1") from None
    functions: dict[str, ast.FunctionDef] = {}
    constants: dict[str, Term] = {}
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) if name not in {*functions, *constants} and not node.decorator_list:
                functions[name] = node
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name not in {*functions, *constants}:
                constants[name] = Functions({}, dict(constants), used=set()).expression(value, {})
            case ast.If(test=ast.Compare(ast.Name(id="__name__"), [ast.Eq()], [ast.Constant("__main__")]), orelse=[]):
                pass  # runs only where the file is the program
            case ast.Import(names=[ast.alias(name="math", asname=None)]):
                pass
            case ast.ImportFrom(module="math", names=[ast.alias(name="gcd", asname=None)]):
                pass
            case ast.ImportFrom(module="__future__" | "typing") | ast.Expr(value=ast.Constant(value=str())):
                pass
            case _:
                raise fail(node, "expected functions, each defined once, and constants, each assigned once")
    _refuse_new_meanings(tree, functions.keys() | constants.keys())
    return functions, constants


def _refuse_new_meanings(tree: ast.Module, taken: Set[str]) -> None:
    """A name has one meaning in a file: what the module calls so, or what Python does."""
    top = {id(t) for node in tree.body if isinstance(node, ast.Assign) for t in node.targets}
    imported = {a.name for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom) for a in node.names}
    for node in ast.walk(tree):
        match node:
            case ast.Name(id="math" | "gcd" as name, ctx=ast.Load()) if name not in imported:
                raise fail(node, f"{name} has no value here; import it")
            case ast.alias(name=name, asname=None) if name in taken:
                raise fail(node, f"expected a name other than {name}, which means something else already")
            case ast.alias(asname=str(name)) if name in taken | UNDERSTOOD:
                raise fail(node, f"expected a name other than {name}, which means something else already")
            case ast.Name(id=name, ctx=ast.Store()) if id(node) not in top and name in taken | UNDERSTOOD:
                raise fail(node, f"expected a name other than {name}, which means something else already")
            case ast.arg(arg=name) if name in taken | UNDERSTOOD:
                raise fail(node, f"expected a name other than {name}, which means something else already")
            case ast.Name(id=name, ctx=ast.Store()) | ast.FunctionDef(name=name) if name in UNDERSTOOD:
                raise fail(node, f"expected a name other than {name}, which Python uses")


def parameters_of(node: ast.FunctionDef) -> tuple[str, ...]:
    """The names of plain parameters.

    Raises:
        BadInput: there are others.
    """
    args = node.args
    if args.vararg or args.kwarg or args.kwonlyargs or args.posonlyargs or args.defaults:
        raise fail(node, "expected plain parameters without defaults")
    return tuple(a.arg for a in args.args)


@dataclass(frozen=True, slots=True)
class Flow:
    """Where control goes: past the end of the block, and out of or on with the innermost loop."""

    after: After
    on_break: After | None = None
    on_continue: After | None = None


class Functions(Expressions):
    """A reading of the functions of a file; every loop is unrolled, or searches."""

    def __init__(
        self, functions: Mapping[str, ast.FunctionDef], constants: Mapping[str, Term], *, used: set[str]
    ) -> None:
        super().__init__(constants, used | functions.keys())
        self.functions = functions
        self.calling: tuple[str, ...] = ()

    def called(self, node: ast.Call, name: str, args: list[Term]) -> Term:
        """A call of a function of the file: its body, with names for the arguments."""
        function = self.functions.get(name)
        if function is None:
            raise fail(node, f"{name} is neither defined in this file nor one of the functions that are understood")
        names = parameters_of(function)
        if len(names) != len(args):
            raise fail(node, f"expected {len(names)} arguments of {name}")
        if name in self.calling:
            raise fail(node, f"{name} calls itself; expected a closed expression or a loop over a range")
        before, self.calling = self.calling, (*self.calling, name)
        made = self.named(dict(zip(names, args, strict=True)), {}, lambda scope: self.body(function, scope))
        self.calling = before
        return made

    def body(self, node: ast.FunctionDef, scope: Scope) -> Term:
        def end(_: Scope) -> Term:
            raise fail(node, f"expected every path through {node.name} to end with return")

        return self.block(node.body, scope, Flow(end))

    def block(self, statements: list[ast.stmt], scope: Scope, flow: Flow) -> Term:
        if not statements:
            return flow.after(scope)
        first, rest = statements[0], statements[1:]
        onward = replace(flow, after=lambda after: self.block(rest, after, flow))
        self.spend(first)
        match first:
            case ast.Return(value=ast.expr() as value):
                return self.expression(value, scope)
            case ast.If(test=test, body=body, orelse=orelse):
                condition = as_truth(self.expression(test, scope))
                if isinstance(condition, Truth):
                    return self.block(body if condition.value else orelse, scope, onward)
                yes, no = same_sort(self.block(body, scope, onward), self.block(orelse, scope, onward))
                return self.make(Op.ITE, condition, yes, no)
            case ast.For(target=ast.Name(id=name), iter=source, body=body, orelse=[]):
                return self.loop(first, name, source, body, scope, onward)
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                return onward.after(scope)
            case ast.Break() if flow.on_break is not None:
                return flow.on_break(scope)
            case ast.Continue() if flow.on_continue is not None:
                return flow.on_continue(scope)
            case _:
                return self.named(self.assigned(first, scope), scope, onward.after)

    def assigned(self, node: ast.stmt, scope: Scope) -> dict[str, Term]:
        """Name -> value of an assignment."""
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                return {name: self.expression(value, scope)}
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                return {name: self.expression(value, scope)}
            case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=value):
                load = ast.copy_location(ast.Name(id=target.id, ctx=ast.Load()), target)
                return {name: self.expression(ast.copy_location(ast.BinOp(load, op, value), node), scope)}
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=value):
                values = self.several(value, scope)
                names = [t.id for t in targets if isinstance(t, ast.Name)]
                if len(set(names)) == len(targets) == len(values):
                    return dict(zip(names, values, strict=True))
        raise fail(node, "expected return, if, for over a range, or an assignment to names")

    def named(self, values: Mapping[str, Term], scope: Scope, after: After) -> Term:
        """What comes after, with names for values that are looked at here and now."""
        return self.first(
            list(values.values()), lambda found: after({**scope, **dict(zip(values, found, strict=True))})
        )

    def loop(self, node: ast.For, name: str, source: ast.expr, body: list[ast.stmt], scope: Scope, flow: Flow) -> Term:
        values = self.listed(source, scope)
        if values is None:
            return self.search(node, name, source, body, scope, flow)
        if len(values) > _ITERATIONS:
            raise fail(node, f"expected at most {_ITERATIONS} iterations")

        def iterate(left: list[Term], inside: Scope) -> Term:
            if not left:
                return flow.after(inside)
            onward: After = lambda then: iterate(left[1:], then)  # noqa: E731
            return self.block(body, {**inside, name: left[0]}, Flow(onward, flow.after, onward))

        return self.first(values, lambda found: iterate(found, scope))

    def search(
        self, node: ast.For, name: str, source: ast.expr, body: list[ast.stmt], scope: Scope, flow: Flow
    ) -> Term:
        """A loop that returns one constant at the first value that fits, and else changes nothing."""
        returns = [n.value for n in ast.walk(node) if isinstance(n, ast.Return)]
        found = returns[0] if returns else None
        if not isinstance(found, ast.Constant) or len({r and ast.dump(r) for r in returns}) != 1:
            raise fail(node, "expected a loop over a constant range, or one that only returns one constant")
        if any(isinstance(n, ast.Break) for n in ast.walk(node)):
            raise fail(node, "break is understood only in loops over constant ranges")
        kept = stored_in(body) & scope.keys() - {name}
        if kept:
            raise fail(node, f"expected a loop over a constant range, as {min(kept)} changes from one turn to the next")
        answer = self.expression(found, scope)
        var = Var(self.fresh(name), Sort.INT)
        low, high, step = self.range_of(source, scope)
        value = var if step == 1 else self.make(Op.ADD, low, self.make(Op.MUL, Num(step, Sort.INT), var))
        marked = [_Marked().visit(deepcopy(s)) for s in body]
        nothing: After = lambda _: FALSE  # noqa: E731
        hit = as_truth(self.block(marked, {**scope, name: value}, Flow(nothing, None, nothing)))
        first, last = (low, high) if step == 1 else (Num(0, Sort.INT), self.count(low, high, step))
        some = InRange(var, first, last, hit, False)
        hidden = {k: v for k, v in scope.items() if k not in {name, *stored_in(body)}}
        yes, no = same_sort(answer, flow.after(hidden))
        return self.make(Op.ITE, some, yes, no)


def stored_in(body: list[ast.stmt]) -> set[str]:
    """Names that are given values in some statements."""
    names = (n for s in body for n in ast.walk(s) if isinstance(n, ast.Name))
    return {n.id for n in names if isinstance(n.ctx, ast.Store)}


class _Marked(ast.NodeTransformer):
    """Makes every return say that the search has found something."""

    def visit_Return(self, node: ast.Return) -> ast.Return:
        return ast.copy_location(ast.Return(value=ast.copy_location(ast.Constant(value=True), node)), node)
