"""Python files as problems, read with `ast` and never executed.

    construction   defines `find_all(...) -> bool`, `find_value(n: int) -> int`, or `find_largest(...) -> int` or
                   `find_smallest(...) -> int` with its conditions as asserts at its head
    synthesis      a function whose body is `...`, with doctest examples, assertions about it, or a function `reference`
    program        everything else that has something to check

Contracts are assertions: in a function that takes parameters, the asserts at its head are preconditions; every other
assert, and every exception that nothing catches and its docstring does not announce, is an obligation. Contracts in
docstrings and decorators are written out as assertions; see `python_contracts`.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Any, Literal

from lemmata.errors import BadInput, NothingToCheck
from lemmata.formats.python_contracts import write_out
from lemmata.formats.python_values import Type, parse_expression, read_literal, read_type

ASKED = {"find_all": "bool", "find_value": "int", "find_largest": "int", "find_smallest": "int"}
"""What a construction can ask for: name of the function -> what it returns."""

_LARGEST_SOURCE = 1 << 20
_WIDEST_BITS = 8192
_DEEPEST = 150  # Python's own walks over syntax trees, such as unparsing, recurse several calls a level
# An announced AssertionError would make every obligation void, so it is none.
_RAISES = re.compile(
    r"^\s*(?::raises?\s+)?((?!AssertionError)\w*(?:Error|Exception|Interrupt|Iteration))\s*:", re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonFile:
    """What a Python file asks.

    Args:
        kind: of problem.
        targets: one problem each: predicates, functions to be written, or the empty name for a whole program.
    """

    kind: Literal["construction", "synthesis", "program"]
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    name: str
    type: Type | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function at the top of a program.

    Args:
        node: its syntax.
        parameters: in order; a type is None where the annotation is missing or not understood.
        leading: first and last line of each precondition.
        asserts: lines of the asserts that are obligations.
        raises: exceptions that its docstring announces; they are no violations.
        why_not: why it can't be called with generated arguments; empty: it can.
    """

    node: ast.FunctionDef
    parameters: tuple[Parameter, ...]
    leading: tuple[tuple[int, int], ...]
    asserts: tuple[int, ...]
    raises: tuple[str, ...]
    why_not: str

    @property
    def name(self) -> str:
        return self.node.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program and what is to be checked in it.

    Args:
        source: its text, with contracts as assertions; what is run.
        tree: its syntax.
        target: the one function asked about; empty: the whole program.
        functions: those that are called with generated arguments.
        unchecked: functions with obligations that can't be called so, and why.
        module_asserts: lines of asserts at module level, and of those in tests that the module itself calls.
    """

    source: str
    tree: ast.Module
    target: str
    functions: tuple[Function, ...]
    unchecked: tuple[str, ...]
    module_asserts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One line of a specification by examples: these arguments give this value."""

    line: int
    arguments: tuple[Any, ...]
    expected: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """A function to be written.

    Args:
        node: the function whose body is `...`.
        parameters: in order.
        returns: annotated type of the result, or None.
        examples: what it must give.
        reference: a function that it must equal, or None.
    """

    node: ast.FunctionDef
    parameters: tuple[Parameter, ...]
    returns: Type | None
    examples: tuple[Example, ...]
    reference: ast.FunctionDef | None


def parse_python(source: str, *, place: str = "") -> ast.Module:
    """The syntax tree.

    Raises:
        BadInput: not Python, with the line.
    """
    if len(source) > _LARGEST_SOURCE:
        raise BadInput(f"expected at most {_LARGEST_SOURCE >> 10} KiB of Python", place=place)
    try:
        tree = ast.parse(source)
    except SyntaxError as exc:
        raise BadInput(f"expected Python ({exc.msg})", place=_at(place, exc.lineno or 1)) from None
    except (ValueError, RecursionError, MemoryError) as exc:
        raise BadInput(f"expected Python ({str(exc) or 'nested too deeply'})", place=place) from None
    level: list[ast.AST] = [tree]
    for _ in range(_DEEPEST):
        level = [inner for node in level for inner in ast.iter_child_nodes(node)]
        for node in level:
            if isinstance(node, ast.Constant) and type(node.value) is int and node.value.bit_length() > _WIDEST_BITS:
                raise BadInput(f"expected integers of at most {_WIDEST_BITS} bits", place=_at(place, node.lineno))
    if level:
        raise BadInput(f"expected Python nested at most {_DEEPEST} deep", place=place)
    return tree


def classify(source: str, *, place: str = "") -> PythonFile:
    """Which kind of problem a Python file is, and its targets.

    Args:
        source: the text of the file.
        place: its name, for messages.

    Raises:
        BadInput: not Python, or nothing in it to check.
    """
    tree = parse_python(source, place=place)
    functions = [s for s in tree.body if isinstance(s, ast.FunctionDef)]
    asked = tuple(f.name for f in functions if f.name in ASKED and _is_name(f.returns, ASKED[f.name]))
    if asked:
        return PythonFile(kind="construction", targets=asked)
    stubs = tuple(f.name for f in functions if _is_stub(f))
    if stubs:
        for name in stubs:
            read_specification(source, name, place=place)
        return PythonFile(kind="synthesis", targets=stubs)
    read_program(source, place=place)
    return PythonFile(kind="program", targets=("",))


def read_program(source: str, target: str = "", *, place: str = "") -> Program:
    """What is to be checked in a program.

    Args:
        source: the text of the file.
        target: one function; empty: all that have obligations, and the asserts at module level.

    Raises:
        BadInput: not Python, no such function, or nothing to check.
    """
    tree = parse_python(source, place=place)
    written = write_out(tree, source, place=place)
    if written != source:
        source, tree = written, parse_python(written, place=place)
    found = [read_function(s) for s in tree.body if isinstance(s, ast.FunctionDef)]
    if target:
        chosen = [f for f in found if f.name == target]
        if len(chosen) != 1:
            raise BadInput(f"expected one function {target!r}, found {len(chosen)}", place=place)
        if chosen[0].why_not or not chosen[0].asserts:
            why = chosen[0].why_not or "it has no assert after its preconditions"
            raise BadInput(f"{target} can't be checked: {why}", place=_at(place, chosen[0].node.lineno))
        return Program(
            source=source, tree=tree, target=target, functions=tuple(chosen), unchecked=(), module_asserts=()
        )
    called = called_by_module(tree.body)
    checked = [f for f in found if f.asserts and not (f.why_not and f.name in called)]
    tests = [f.node for f in found if f.why_not and f.name in called]
    inside = [n.lineno for f in tests for n in ast.walk(f) if isinstance(n, ast.Assert)]
    module = tuple(sorted([*_module_asserts(tree.body), *inside]))
    program = Program(
        source=source,
        tree=tree,
        target="",
        functions=tuple(f for f in checked if not f.why_not),
        unchecked=tuple(f"{f.name}: {f.why_not}" for f in checked if f.why_not),
        module_asserts=module,
    )
    if not program.functions and not module:
        raise NothingToCheck(f"nothing to check: {_nothing(program)}", place=place)
    return program


def read_function(node: ast.FunctionDef) -> Function:
    """The contract of a function, from its head, asserts and docstring."""
    parameters = tuple(Parameter(name=a.arg, type=read_type(a.annotation)) for a in node.args.args)
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    heads: list[ast.Assert] = []
    for statement in body if parameters else []:
        if not isinstance(statement, ast.Assert):
            break
        heads.append(statement)
    leading = {id(s) for s in heads}
    asserts = sorted(n.lineno for n in ast.walk(node) if isinstance(n, ast.Assert) and id(n) not in leading)
    return Function(
        node=node,
        parameters=parameters,
        leading=tuple((s.lineno, s.end_lineno or s.lineno) for s in heads),
        asserts=tuple(asserts),
        raises=tuple(sorted(set(_RAISES.findall(ast.get_docstring(node) or "")))),
        why_not=_why_not(node, parameters, heads),
    )


def read_specification(source: str, target: str, *, place: str = "") -> Specification:
    """The function to be written, and what it must do.

    Raises:
        BadInput: no such function, or neither examples nor a reference, or an example that is not of literals.
    """
    tree = parse_python(source, place=place)
    functions = {s.name: s for s in tree.body if isinstance(s, ast.FunctionDef)}
    node = functions.get(target)
    if node is None or not _is_stub(node):
        raise BadInput(f"expected a function {target!r} whose body is `...`", place=place)
    args = node.args
    if args.vararg or args.kwarg or args.kwonlyargs or args.posonlyargs or args.defaults or not args.args:
        raise BadInput(f"expected plain parameters without defaults in {target!r}", place=_at(place, node.lineno))
    reference = functions.get("reference")
    bound = [n for s in tree.body for n in bound_by(s)]
    if bound.count("reference") > 1 or bound.count(target) > 1:
        raise BadInput(f"expected `reference` and {target!r} to be defined once", place=place)
    if reference is not None and any(isinstance(n, ast.Yield | ast.YieldFrom) for n in ast.walk(reference)):
        raise BadInput("expected `reference` to return its value, not to yield", place=_at(place, reference.lineno))
    if reference is not None and [a.arg for a in reference.args.args] != [a.arg for a in args.args]:
        raise BadInput(f"expected `reference` to have the parameters of {target!r}", place=_at(place, reference.lineno))
    examples = (*_doctests(node, place), *_asserted(tree, target, place))
    for example in examples:
        if len(example.arguments) != len(args.args):
            raise BadInput(
                f"expected {len(args.args)} arguments, found {len(example.arguments)}", place=_at(place, example.line)
            )
    if not examples and reference is None:
        raise BadInput(
            f"expected examples of {target!r} (`>>> {target}(…)` in its docstring, or `assert {target}(…) == …`) "
            "or a function `reference` with the same parameters",
            place=_at(place, node.lineno),
        )
    return Specification(
        node=node,
        parameters=tuple(Parameter(name=a.arg, type=read_type(a.annotation)) for a in args.args),
        returns=read_type(node.returns),
        examples=examples,
        reference=reference,
    )


def bound_by(node: ast.stmt) -> list[str]:
    """The names that a statement of a module binds, but for those inside functions it defines."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    return [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)]


def is_main_guard(node: ast.stmt) -> bool:
    """Whether it is `if __name__ == "__main__":`, whose body is not executed here."""
    match node:
        case ast.If(
            test=ast.Compare(
                left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant(value="__main__")]
            ),
            orelse=[],
        ):
            return True
    return False


def _is_name(node: ast.expr | None, name: str) -> bool:
    return (isinstance(node, ast.Name) and node.id == name) or (isinstance(node, ast.Constant) and node.value == name)


def _is_stub(node: ast.FunctionDef) -> bool:
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    return (
        len(body) == 1
        and isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and body[0].value.value is ...
    )


def _why_not(node: ast.FunctionDef, parameters: tuple[Parameter, ...], heads: list[ast.Assert]) -> str:
    args = node.args
    if args.vararg or args.kwarg or args.kwonlyargs or args.posonlyargs:
        return "only plain parameters are understood"
    odd = [p.name for p in parameters if p.type is None]
    if odd:
        return f"annotate {', '.join(odd)} with int, bool, str, float, list[…] or tuple[…]"
    if any(isinstance(n, ast.Yield | ast.YieldFrom) for n in ast.walk(node)):
        return "it is a generator"
    lines = [n.lineno for n in ast.walk(node) if isinstance(n, ast.stmt)]
    if any(sum(head.lineno <= line <= (head.end_lineno or 0) for line in lines) > 1 for head in heads):
        return "put every precondition on a line of its own"
    return ""


def _module_asserts(body: list[ast.stmt]) -> list[int]:
    lines: list[int] = []
    for statement in body:
        match statement:
            case ast.Assert():
                lines.append(statement.lineno)
            case _ if is_main_guard(statement):
                continue
            case ast.If(body=inner, orelse=other) | ast.For(body=inner, orelse=other):
                lines += _module_asserts([*inner, *other])
            case ast.While(body=inner, orelse=other):
                lines += _module_asserts([*inner, *other])
            case ast.With(body=inner):
                lines += _module_asserts(inner)
    return sorted(lines)


def called_by_module(body: list[ast.stmt]) -> set[str]:
    """Functions that the module calls for what they do, as in `check(f)`."""
    calls = [s.value.func for s in body if isinstance(s, ast.Expr) and isinstance(s.value, ast.Call)]
    return {f.id for f in calls if isinstance(f, ast.Name)}


def _nothing(program: Program) -> str:
    if program.unchecked:
        return "; ".join(program.unchecked)
    return "expected a function with annotated parameters and an assert after its preconditions, or asserts as tests"


def _doctests(node: ast.FunctionDef, place: str) -> list[Example]:
    text = ast.get_docstring(node, clean=False) or ""
    lines = [line.strip() for line in text.splitlines()]
    first = node.body[0].lineno
    found = []
    for index, line in enumerate(lines):
        if line.startswith(">>> "):
            where = _at(place, first + index)
            if index + 1 == len(lines) or not lines[index + 1]:
                raise BadInput("expected the value on the line below the example", place=where)
            arguments = _call(line[4:], node.name, where)
            found.append(Example(line=first + index, arguments=arguments, expected=_value(lines[index + 1], where)))
    return found


def _asserted(tree: ast.Module, target: str, place: str) -> list[Example]:
    found = []
    for statement in tree.body:
        if isinstance(statement, ast.Assert):
            where = _at(place, statement.lineno)
            match statement.test:
                case ast.Compare(left=ast.Call() as call, ops=[ast.Eq()], comparators=[value]):
                    arguments = _call(ast.unparse(call), target, where)
                    expected = _value(ast.unparse(value), where)
                case _:
                    raise BadInput(f"expected `assert {target}(<literals>) == <literal>`", place=where)
            found.append(Example(line=statement.lineno, arguments=arguments, expected=expected))
    return found


def _call(text: str, target: str, where: str) -> tuple[Any, ...]:
    node = parse_expression(text)
    if not isinstance(node, ast.Call) or not _is_name(node.func, target) or node.keywords:
        raise BadInput(f"expected `{target}(<literals>)`, found {text[:60]!r}", place=where)
    return tuple(_value(ast.unparse(a), where) for a in node.args)


def _value(text: str, where: str) -> Any:
    try:
        return read_literal(text)
    except ValueError as exc:
        raise BadInput(str(exc), place=where) from None


def _at(place: str, line: int) -> str:
    return f"{place}:{line}" if place else str(line)
