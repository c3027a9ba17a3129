"""The expressions that a written Python function may consist of, and what counts as looking answers up.

A formula computes with parameters, few and small literals, a fixed list of operations, conditionals and comprehensions
of one loop. A table of answers is none: branches and literals are few compared with the examples, literals are no
longer than a word, nothing is indexed that was written out.
"""

from __future__ import annotations

import ast
from typing import Any

from lemmata.errors import BadInput
from lemmata.formats.python import Specification, parse_python
from lemmata.formats.python_values import read_type
from lemmata.problem import Json
from lemmata.verdict import Rejected, rejected

BUILTINS = frozenset({"abs", "all", "any", "bool", "divmod", "int", "len", "list", "max", "min"}) | frozenset(
    {"ord", "chr", "range", "sorted", "str", "sum", "tuple", "zip", "enumerate", "reversed", "round"}
)
METHODS = frozenset(
    {"upper", "lower", "strip", "lstrip", "rstrip", "replace", "split", "join", "title", "swapcase"}
) | {*("startswith", "endswith", "count", "find", "isdigit", "isalpha", "isupper", "islower", "capitalize", "index")}
_NODES: tuple[type[ast.AST], ...] = (
    *(ast.BoolOp, ast.And, ast.Or, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Div, ast.Mod),
    *(ast.UnaryOp, ast.Not, ast.USub, ast.UAdd, ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE),
    *(ast.In, ast.NotIn, ast.IfExp, ast.Call, ast.Constant, ast.Attribute, ast.Subscript, ast.Slice, ast.Name),
    *(ast.Load, ast.Store, ast.List, ast.Tuple, ast.ListComp, ast.GeneratorExp, ast.comprehension),
)
_PLAIN = (0, 1, 2, 10, True, False, "", " ")
_LARGEST_INT = 1000
_LONGEST_TEXT = 12
_LONGEST_SOURCE = 4000


def read_formula(spec: Specification, source: Json) -> ast.FunctionDef | Rejected:
    """The function, if it is a formula with the name and parameters that were asked for."""
    if not isinstance(source, str) or len(source) > _LONGEST_SOURCE:
        return rejected(f"expected the text of a function, at most {_LONGEST_SOURCE} characters", place="source")
    try:
        body = parse_python(source).body
    except BadInput as exc:
        return rejected(str(exc), place="source")
    match body:
        case [ast.FunctionDef(name=name, decorator_list=[], body=[ast.Return(value=ast.expr() as value)]) as node]:
            pass
        case _:
            return rejected("expected one function that returns one expression", place="source")
    asked = spec.node
    if name != asked.name or [a.arg for a in node.args.args] != [a.arg for a in asked.args.args]:
        return rejected(f"expected `def {asked.name}({', '.join(a.arg for a in asked.args.args)})`", place="source")
    args = node.args
    if args.vararg or args.kwarg or args.kwonlyargs or args.posonlyargs or args.defaults:
        return rejected("expected plain parameters", place="source")
    if any(a is not None and read_type(a) is None for a in (node.returns, *(a.annotation for a in args.args))):
        return rejected("expected annotations of plain types: any other may do things", place="source")
    fault = _outside(value, {a.arg for a in args.args}) or find_lookup(spec, value) or _copied(spec, value)
    if fault:
        return rejected(fault, place="source")
    for argument in args.args:
        argument.annotation = None
    node.returns = None
    return node


def _outside(value: ast.expr, parameters: set[str]) -> str:
    """The first thing that is no part of a formula."""
    local = {n.id for n in ast.walk(value) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    called = {id(n.func) for n in ast.walk(value) if isinstance(n, ast.Call)}
    for node in ast.walk(value):
        match node:
            case ast.Name(id=name) if id(node) in called:
                if name not in BUILTINS or name in parameters | local:
                    return f"it calls {name}"
            case ast.Name(id=name) if name not in parameters | local or name in BUILTINS:
                return f"it uses the name {name}"
            case ast.Attribute(attr=name) if id(node) not in called or name not in METHODS:
                return f"it uses .{name}"
            case ast.Call(keywords=[_, *_]):
                return "it uses keyword arguments"
            case ast.comprehension(is_async=1):
                return "it is asynchronous"
            case _ if not isinstance(node, _NODES):
                return f"it uses {type(node).__name__}"
    return ""


def find_lookup(spec: Specification, value: ast.expr) -> str:
    """How the expression looks its answers up instead of computing them; empty: it does not."""
    literals = [n.value for n in ast.walk(value) if isinstance(n, ast.Constant)]
    known = {repr(v) for e in spec.examples for v in _parts((e.arguments, e.expected))}
    for literal in literals:
        if type(literal) not in (int, bool, str):
            return f"it has the literal {literal!r}"
        far = type(literal) is int and abs(literal) > _LARGEST_INT and repr(literal) not in known
        if far or (type(literal) is str and len(literal) > _LONGEST_TEXT):
            return f"it has the literal {str(literal)[:30]!r}, which may hold a table"
    for node in ast.walk(value):
        written = isinstance(node, ast.Subscript) and isinstance(node.value, ast.List | ast.Tuple | ast.Constant)
        table = isinstance(node, ast.List | ast.Tuple) and sum(isinstance(e, ast.Constant) for e in node.elts) > 2
        if written or table:
            return "it looks its answer up in a table"
    several = len({repr(e.arguments) for e in spec.examples})
    special = [x for x in literals if not any(type(x) is type(p) and x == p for p in _PLAIN)]
    if several and len(special) > max(3, several // 2):
        return f"it has {len(special)} literals for {several} examples"
    branches = 1 + sum(isinstance(n, ast.IfExp) for n in ast.walk(value))
    branches += sum(isinstance(n, ast.BoolOp) and not _is_test(n) for n in ast.walk(value))
    if several and branches > max(1, (several + 1) // 2):
        return f"it has {branches} branches for {several} examples"
    pins = sum(map(_pins, ast.walk(value)))
    if several and pins > max(1, several // 3):
        return f"it compares with {pins} literals for {several} examples"
    return ""


def _is_test(node: ast.BoolOp) -> bool:
    return all(isinstance(v, ast.Compare | ast.BoolOp | ast.UnaryOp | ast.Call | ast.Name) for v in node.values)


def _pins(node: ast.AST) -> bool:
    """An equality between something and a literal that is not one of the plain ones."""
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq):
        return False
    return any(isinstance(s, ast.Constant) and s.value not in _PLAIN for s in (node.left, *node.comparators))


def _copied(spec: Specification, value: ast.expr) -> str:
    if spec.reference is None:
        return ""
    returned = [s.value for s in spec.reference.body if isinstance(s, ast.Return) and s.value is not None]
    single = len(spec.reference.body) <= 2 and any(ast.dump(r) == ast.dump(value) for r in returned)
    return "it copies the reference" if single else ""


def _parts(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return [p for v in value for p in _parts(v)]
    return [value]
