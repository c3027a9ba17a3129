"""Small changes to a Python program: the slips that people make, undone one at a time.

Every change replaces the text of one expression or adds one line, so that comments and layout stay.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from lemmata.formats.python_values import Type, read_type
from lemmata.provers.python.tampering import specification_functions

_COMPARISONS: tuple[type[ast.cmpop], ...] = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
_OPERATORS: tuple[type[ast.operator], ...] = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod)
_MOST = 1500


def mutate(source: str) -> Iterator[str]:
    """Changed programs, likeliest first, each once; assertions, signatures and tests are left alone."""
    tree = ast.parse(source)
    frozen = specification_functions(tree)
    seen = {source}
    functions = [f for f in tree.body if isinstance(f, ast.FunctionDef) and f.name not in frozen]
    streams = [make(source, f) for make in (_updates, _expressions, _statements, _joined, _again) for f in functions]
    made = 0
    for stream in streams:
        for text in stream:
            if text not in seen and made < _MOST and _parses(text):
                seen.add(text)
                made += 1
                yield text


def _expressions(source: str, function: ast.FunctionDef) -> Iterator[str]:
    names = sorted({a.arg for a in function.args.args} | _assigned(function))
    lists = [a.arg for a in function.args.args if (read_type(a.annotation) or ("",))[0] == "list"]
    for root in _roots(function):
        for index, node in enumerate(ast.walk(root)):
            if isinstance(node, ast.expr):
                for new in (*_alternatives(node, names), *_first_items(node, lists)):
                    yield _replace(source, root, _with(root, index, new))


def _roots(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """The whole expressions of statements that are no assertions, and no targets."""
    for statement in ast.walk(function):
        match statement:
            case ast.Assign(value=value) | ast.AugAssign(value=value) | ast.Expr(value=value):
                if not isinstance(value, ast.Constant) or not isinstance(statement, ast.Expr):
                    yield value
            case ast.Return(value=ast.expr() as value) | ast.AnnAssign(value=ast.expr() as value):
                yield value
            case ast.If(test=test) | ast.While(test=test):
                yield test
            case ast.For(iter=iterated):
                yield iterated
    for statement in ast.walk(function):
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                yield from (n.slice for n in ast.walk(target) if isinstance(n, ast.Subscript))


def _alternatives(node: ast.expr, names: list[str]) -> Iterator[ast.expr]:
    match node:
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            for kind in _COMPARISONS:
                if not isinstance(op, kind) and isinstance(op, _COMPARISONS):
                    yield ast.Compare(left=left, ops=[kind()], comparators=[right])
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(op=ast.Or() if isinstance(op, ast.And) else ast.And(), values=values)
            yield from values
        case ast.BinOp(left=left, op=op, right=right):
            for operator in _OPERATORS:
                if not isinstance(op, operator) and isinstance(op, _OPERATORS):
                    yield ast.BinOp(left=left, op=operator(), right=right)
            yield from (left, right, ast.BinOp(left=right, op=op, right=left))
        case ast.UnaryOp(operand=operand):
            yield operand
        case ast.IfExp(test=test, body=then, orelse=other):
            yield ast.IfExp(test=test, body=other, orelse=then)
            yield from (then, other)
        case ast.Constant(value=bool() as value):
            yield ast.Constant(value=not value)
        case ast.Constant(value=int() as value):
            yield from (ast.Constant(value=v) for v in (value + 1, value - 1, 0, 1, -1, 2) if v != value)
        case ast.Slice():
            return
    yield from _shifts(node)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
        yield from (ast.Name(id=name, ctx=ast.Load()) for name in names if name != node.id)


def _shifts(node: ast.expr) -> Iterator[ast.expr]:
    """Off by one, of another sign, of a call with `range`, min for max."""
    match node:
        case ast.Call(func=ast.Name(id=("min" | "max" as name)), args=args):
            yield ast.Call(func=ast.Name(id="max" if name == "min" else "min", ctx=ast.Load()), args=args, keywords=[])
        case ast.Call(func=ast.Name(id="range"), args=[stop]):
            yield ast.Call(func=node.func, args=[ast.Constant(value=1), stop], keywords=[])
        case ast.Subscript(value=value, slice=ast.Slice(lower=None, upper=ast.expr() as upper, step=None)):
            yield ast.Subscript(value=value, slice=ast.Slice(lower=upper), ctx=ast.Load())
    if _is_value(node):
        yield ast.BinOp(left=node, op=ast.Add(), right=ast.Constant(value=1))
        yield ast.BinOp(left=node, op=ast.Sub(), right=ast.Constant(value=1))
        yield ast.UnaryOp(op=ast.USub(), operand=node)
        yield ast.Call(func=ast.Name(id="abs", ctx=ast.Load()), args=[node], keywords=[])
    if isinstance(node, ast.BinOp):
        yield ast.Call(func=ast.Name(id="max", ctx=ast.Load()), args=[node, ast.Constant(value=0)], keywords=[])
    if isinstance(node, ast.Compare | ast.BoolOp):
        yield ast.UnaryOp(op=ast.Not(), operand=node)


def _first_items(node: ast.expr, lists: list[str]) -> Iterator[ast.expr]:
    """The first item of a list for a number that a search starts from."""
    if isinstance(node, ast.Constant) and type(node.value) is int:
        for name in lists:
            values = ast.Name(id=name, ctx=ast.Load())
            first = ast.Subscript(value=values, slice=ast.Constant(value=0), ctx=ast.Load())
            yield ast.IfExp(test=values, body=first, orelse=node)


def _is_value(node: ast.expr) -> bool:
    """Whether arithmetic on it may make sense."""
    match node:
        case ast.Call(func=ast.Name(id="range")):
            return False
        case ast.Name(ctx=ast.Load()) | ast.Subscript(ctx=ast.Load()) | ast.BinOp() | ast.Call():
            return True
    return False


def _updates(source: str, function: ast.FunctionDef) -> Iterator[str]:
    """Another operator in `+=`."""
    for node in ast.walk(function):
        if isinstance(node, ast.AugAssign) and isinstance(node.op, _OPERATORS):
            for kind in _OPERATORS:
                if not isinstance(node.op, kind):
                    yield _replace(source, node, ast.AugAssign(target=node.target, op=kind(), value=node.value))


def _statements(source: str, function: ast.FunctionDef) -> Iterator[str]:
    """A missing return, a return that is too deep, a missing guard."""
    lines = source.splitlines(keepends=True)
    last = function.body[-1]
    inner = " " * last.col_offset
    if not isinstance(last, ast.Return):
        for name in sorted(_assigned(function)):
            yield _insert(lines, last.end_lineno or last.lineno, f"{inner}return {name}\n")
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.col_offset > last.col_offset and node.lineno == node.end_lineno:
            end = last.end_lineno or last.lineno
            moved = [*lines[: node.lineno - 1], *lines[node.lineno : end]]
            yield "".join([*moved, inner + lines[node.lineno - 1].lstrip(), *lines[end:]])
    yield from _guards(lines, function)


def _guards(lines: list[str], function: ast.FunctionDef) -> Iterator[str]:
    """`if not xs: return …` after the preconditions, for each parameter and each plain result."""
    start = next((s for s in function.body if not _is_head(s)), None)
    if start is None:
        return
    inner = " " * start.col_offset
    results = _plain_results(read_type(function.returns))
    for argument in function.args.args:
        kind = read_type(argument.annotation)
        tests = [f"{argument.arg} == 0", f"{argument.arg} < 0"] if kind == ("int",) else [f"not {argument.arg}"]
        for test in tests:
            for result in [*results, argument.arg]:
                yield _insert(lines, start.lineno - 1, f"{inner}if {test}:\n{inner}    return {result}\n")


def _joined(source: str, function: ast.FunctionDef) -> Iterator[str]:
    """A comparison that an assertion makes, joined by `and` or `or` to a condition of the program."""
    asserted = [n.test for n in ast.walk(function) if isinstance(n, ast.Assert)]
    found = {ast.unparse(c): c for test in asserted for c in ast.walk(test) if isinstance(c, ast.Compare)}
    for root in _roots(function):
        for index, node in enumerate(ast.walk(root)):
            if isinstance(node, ast.Compare | ast.BoolOp):
                for atom in found.values():
                    for op in (ast.Or(), ast.And()):
                        yield _replace(source, root, _with(root, index, ast.BoolOp(op=op, values=[atom, node])))


def _again(source: str, function: ast.FunctionDef) -> Iterator[str]:
    """A statement done once more, behind one that follows it."""
    lines = source.splitlines(keepends=True)
    body = [s for s in function.body if not isinstance(s, ast.Return | ast.Assert) and not _is_head(s)]
    for i, statement in enumerate(body):
        text = "".join(lines[statement.lineno - 1 : statement.end_lineno])
        for later in body[i + 1 :]:
            yield _insert(lines, later.end_lineno or later.lineno, text if text.endswith("\n") else text + "\n")


def _is_head(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Assert) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _plain_results(type_: Type | None) -> list[str]:
    match type_:
        case ("bool",):
            return ["False", "True"]
        case ("str",):
            return ["''"]
        case ("list", _):
            return ["[]"]
        case ("float",):
            return ["0.0"]
        case _:
            return ["0", "1", "-1"]


def _assigned(function: ast.FunctionDef) -> set[str]:
    return {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _with(root: ast.expr, index: int, new: ast.expr) -> ast.expr:
    """A copy of the expression with its node of that number replaced."""
    made = copy.deepcopy(root)
    old = list(ast.walk(made))[index]
    if index == 0:
        return new
    for parent in ast.walk(made):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
                return made
            if isinstance(value, list):
                for place, item in enumerate(value):
                    if item is old:
                        value[place] = new
                        return made
    return made


def _replace(source: str, old: ast.expr | ast.stmt, new: ast.AST) -> str:
    """The source with the text of one node replaced; columns are bytes."""
    lines = source.encode().splitlines(keepends=True)
    first, last = old.lineno - 1, (old.end_lineno or old.lineno) - 1
    head, tail = lines[first][: old.col_offset], lines[last][old.end_col_offset :]
    text = ast.unparse(ast.fix_missing_locations(new)).encode()
    return b"".join([*lines[:first], head + text + tail, *lines[last + 1 :]]).decode("utf-8", "replace")


def _insert(lines: list[str], after: int, text: str) -> str:
    head = "".join(lines[:after])
    return head + ("" if not head or head.endswith("\n") else "\n") + text + "".join(lines[after:])


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True
