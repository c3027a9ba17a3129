"""Whether a patched program still states what the original stated.

Everything but the bodies of functions stays as it is, and in the bodies every assertion, where it stands. A patch may
compute differently, with the names and operations that were there; it may not add ways of leaving, catching or hiding.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from lemmata.formats.python import called_by_module, read_function

_SAFE_CALLS = frozenset(
    {"abs", "all", "any", "bool", "divmod", "enumerate", "float", "int", "len", "list", "max", "min", "range"}
) | {"reversed", "round", "set", "sorted", "str", "sum", "tuple", "zip"}
_COUNTED: tuple[type[ast.AST], ...] = (
    ast.Try,
    ast.With,
    ast.Raise,
    ast.Global,
    ast.Nonlocal,
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.Yield,
    ast.YieldFrom,
    ast.Delete,
    ast.Starred,
    ast.NamedExpr,
    ast.Match,
    ast.Assert,
)
_BLOCKS = ("body", "orelse", "finalbody", "handlers")


def find_tampering(old: ast.Module, new: ast.Module) -> str:
    """What a patch does that it may not do; empty: nothing."""
    if len(old.body) != len(new.body):
        return "a statement of the module was added or deleted"
    frozen = specification_functions(old)
    known = {n.id for n in ast.walk(old) if isinstance(n, ast.Name)} | _SAFE_CALLS
    changed = False
    for before, after in zip(old.body, new.body, strict=True):
        if ast.dump(before) == ast.dump(after):
            continue
        changed = True
        if not isinstance(before, ast.FunctionDef) or not isinstance(after, ast.FunctionDef):
            return f"line {after.lineno}: a statement of the module was changed"
        if before.name in frozen:
            return f"line {after.lineno}: {before.name} is part of the specification and was changed"
        fault = _signature(before, after) or _assertions(before, after) or _additions(before, after, known)
        if fault:
            return f"{before.name}: {fault}"
    return "" if changed else "nothing was changed"


def specification_functions(tree: ast.Module) -> frozenset[str]:
    """Functions that assertions rest on: tests, and what asserts inside functions call."""
    functions = {s.name: s for s in tree.body if isinstance(s, ast.FunctionDef)}
    run = called_by_module(tree.body)
    asserting = {n for n, f in functions.items() if any(isinstance(s, ast.Assert) for s in ast.walk(f))}
    tests = {n for n in asserting if n in run or not functions[n].args.args}
    used: set[str] = set()
    todo = [a for n, f in functions.items() if n not in tests for a in ast.walk(f) if isinstance(a, ast.Assert)]
    while todo:
        for node in ast.walk(todo.pop()):
            if isinstance(node, ast.Name) and node.id in functions and node.id not in used:
                used.add(node.id)
                todo.append(functions[node.id])  # type: ignore[arg-type]
    return frozenset(tests | used)


def _signature(old: ast.FunctionDef, new: ast.FunctionDef) -> str:
    if old.name != new.name or ast.dump(old.args) != ast.dump(new.args) or _dump(old.returns) != _dump(new.returns):
        return "its signature was changed"
    if [ast.dump(d) for d in old.decorator_list] != [ast.dump(d) for d in new.decorator_list]:
        return "its decorators were changed"
    if ast.get_docstring(old, clean=False) != ast.get_docstring(new, clean=False):
        return "its docstring was changed"
    return ""


def _assertions(old: ast.FunctionDef, new: ast.FunctionDef) -> str:
    if list(_placed(old.body, ())) != list(_placed(new.body, ())):
        return "an assertion was changed, moved, added or deleted, or what is returned right after one"
    if len(read_function(old).leading) != len(read_function(new).leading):
        return "an assertion became a precondition, or the other way round"
    return ""


def _placed(block: list[ast.stmt], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every assert, and every return that follows one directly, with the kinds of statements around it."""
    for index, statement in enumerate(block):
        guarded = isinstance(statement, ast.Return) and index > 0 and isinstance(block[index - 1], ast.Assert)
        if isinstance(statement, ast.Assert) or guarded:
            yield path, ast.dump(statement)
        for field in _BLOCKS:
            inner = getattr(statement, field, None)
            if isinstance(inner, list):
                yield from _placed(inner, (*path, f"{type(statement).__name__}.{field}"))


def _additions(old: ast.FunctionDef, new: ast.FunctionDef, known: set[str]) -> str:
    for kind in _COUNTED:
        if _count(new, kind) > _count(old, kind):
            return f"it has a new {kind.__name__.lower()}"
    names = {n.id for n in ast.walk(new) if isinstance(n, ast.Name)}
    if names - known:
        return f"it uses the new name {min(names - known)}"
    stored = _stored(new) - _stored(old)
    if stored:
        return f"it assigns to {min(stored)}, which it did not"
    calls = _attributes(new) - _attributes(old)
    if calls:
        return f"it uses {min(calls)}, which it did not"
    exits = Counter(n.attr for n in ast.walk(new) if isinstance(n, ast.Attribute) and n.attr == "exit")
    if exits.total() > sum(isinstance(n, ast.Attribute) and n.attr == "exit" for n in ast.walk(old)):
        return "it has a new exit"
    return ""


def _stored(node: ast.FunctionDef) -> set[str]:
    """Names, and bases of items, that are assigned."""
    found = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    for item in ast.walk(node):
        if isinstance(item, ast.Subscript | ast.Attribute) and not isinstance(item.ctx, ast.Load):
            found.add(f"{ast.unparse(item.value)}[]")
    return found


def _attributes(node: ast.FunctionDef) -> set[str]:
    return {ast.unparse(n) for n in ast.walk(node) if isinstance(n, ast.Attribute)}


def _count(node: ast.AST, kind: type[ast.AST]) -> int:
    return sum(isinstance(n, kind) for n in ast.walk(node))


def _dump(node: ast.expr | None) -> str:
    return "" if node is None else ast.dump(node)
