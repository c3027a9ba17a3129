"""Tells programs that compute what they print from programs that merely say it.

What a program could be made to hide here has no end, and so nothing is proved by passing: it keeps honest models from
writing down what they believe and calling it a computation.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Mapping

_TELLING = frozenset({"print", "write", "writelines"})
_DRESSING = frozenset({"str", "repr", "int", "float", "format", "bool", "list", "tuple", "join", "strip", "Fraction"})
_Bindings = Mapping[str, list[ast.expr]]


def computes(code: str) -> bool:
    """Whether something that the program prints is more than a literal, however dressed up.

    Raises:
        SyntaxError, ValueError, RecursionError: it is no Python.
    """
    tree = ast.parse(code)
    bindings = _bindings(tree)
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and _called(n) in _TELLING]
    printed = [a for call in calls for a in (*call.args, *(k.value for k in call.keywords if k.arg != "file"))]
    return any(not _is_literal(a, bindings, frozenset()) for a in printed)


def _bindings(tree: ast.Module) -> _Bindings:
    """Every name and all that it may stand for; a name that anything else binds is bound to that construct."""
    found: defaultdict[str, list[ast.expr]] = defaultdict(list)
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    _bind(target, value, found)
            case ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value):
                _bind(target, value, found)
            case ast.AugAssign(target=target, op=op, value=value):
                _bind(target, ast.BinOp(ast.Constant(2), op, ast.Constant(2)), found)
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                _bind(target, value, found)
            case ast.FunctionDef(name=name):
                found[name] += [n.value for n in ast.walk(node) if isinstance(n, ast.Return) and n.value is not None]
                if any(isinstance(n, ast.Yield | ast.YieldFrom) for n in ast.walk(node)):
                    found[name].append(ast.ListComp(ast.Constant(0), []))
    return found


def _bind(target: ast.expr, value: ast.expr, found: defaultdict[str, list[ast.expr]]) -> None:
    for node in ast.walk(target):
        if isinstance(node, ast.Name):
            found[node.id].append(value)


def _is_literal(node: ast.expr, bindings: _Bindings, seen: frozenset[str]) -> bool:
    def literal(*inner: ast.expr | None) -> bool:
        return all(_is_literal(n, bindings, seen) for n in inner if n is not None)

    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            bound = bindings.get(name, [])
            return bool(bound) and (name in seen or all(_is_literal(b, bindings, seen | {name}) for b in bound))
        case ast.Tuple(elts=inner) | ast.List(elts=inner) | ast.Set(elts=inner) | ast.JoinedStr(values=inner):
            return literal(*inner)
        case ast.Dict(keys=keys, values=values):
            return literal(*keys, *values)
        case ast.FormattedValue(value=inner) | ast.UnaryOp(operand=inner) | ast.Starred(value=inner):
            return literal(inner)
        case ast.Lambda(body=inner) | ast.Attribute(value=inner) | ast.Subscript(value=inner):
            return literal(inner)
        case ast.IfExp(body=body, orelse=orelse):
            return literal(body, orelse)
        case ast.BinOp(left=left, right=right):
            return literal(left, right) and (_changes_nothing(left) or _changes_nothing(right))
        case ast.Call(func=func, args=args, keywords=keywords):
            dressing = _called(node) in _DRESSING or literal(func)
            own = func.value if isinstance(func, ast.Attribute) else None
            return dressing and literal(own, *args, *(k.value for k in keywords))
    return False


def _changes_nothing(node: ast.expr) -> bool:
    """Texts, which are only glued together, and the neutral numbers."""
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and (isinstance(node.value, str | bytes) or node.value in (0, 1))
    )


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
