"""Contracts that are written in docstrings or decorators, as the assertions that they stand for.

    PEP 316      `pre: x > 0`, `post: __return__ >= __old__.x` and `raises: ValueError` in a function's docstring
                 (`_` is the value returned, too, as crosshair-tool has it)
    icontract    `@require(lambda x: x > 0)`, `@ensure(lambda result, OLD, x: …)`, `@snapshot(lambda xs: xs[:])`
    Hypothesis   `assume(x > 0)` at the head of a function

A precondition becomes an assert at the function's head, a postcondition one in front of every return. Every other
statement stays on its line, so that what is found in the new text can be shown in the old one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lemmata.errors import BadInput

_RESULT, _OLD, _ARGUMENT = "_returned", "_old_", "_argument_"
_SECTION = re.compile(r"(?P<indent>\s*)(?P<kind>pre|post|raises)(?:\[[^\]]*\])?:(?P<rest>.*)$")
_HINT = re.compile(r"\b(?:pre|post)\b[^:\n]*:|\bicontract\b|\bassume\b")
_OWN = re.compile(rf"\b(?:{_RESULT}\b|{_OLD}\w|{_ARGUMENT}\w)")
_DECORATORS = ("require", "ensure", "snapshot")
_SCALARS = frozenset({"int", "bool", "str", "float"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clause:
    """A part of a contract: an expression over parameters, or for `raises` names of exceptions."""

    kind: Literal["pre", "post", "raises", "snapshot"]
    text: str
    line: int
    name: str = ""  # of a snapshot
    result: str = "_"  # what the returned value is called


@dataclass(frozen=True, slots=True)
class _Edit:
    """A replacement of bytes."""

    start: int
    end: int
    new: bytes


def write_out(tree: ast.Module, source: str, *, place: str = "") -> str:
    """The program with its contracts as assertions; the same text where there are none.

    Args:
        tree: of the source.
        source: the text of the file.
        place: its name, for messages.

    Raises:
        BadInput: a contract that is not understood, with its line.
    """
    if not _HINT.search(source):
        return source
    text = _Text(source, place)
    names, imports = _imported(tree)
    edits: list[_Edit] = []
    for function in (s for s in tree.body if isinstance(s, ast.FunctionDef)):
        edits += text.function(function, names)
    top = {id(s) for s in tree.body if isinstance(s, ast.FunctionDef)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or id(node) in top:
            continue
        if _stated(node) or any(_decorates(d, names) for d in node.decorator_list):
            raise text.fault(node.lineno, "contracts are understood of functions at the top of the file")
    for statement in imports:
        lines = (statement.end_lineno or statement.lineno) - statement.lineno
        edits.append(_Edit(*text.span(statement), b'""' + b"\n" * lines))
    return text.apply(edits)


class _Text:
    """A file's text, whose places are lines and bytes as the syntax tree gives them."""

    def __init__(self, source: str, place: str) -> None:
        self.data, self.place = source.encode("utf-8"), place
        self.lines = self.data.splitlines(keepends=True)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))

    def fault(self, line: int, text: str) -> BadInput:
        return BadInput(text, place=f"{self.place}:{line}" if self.place else str(line))

    def at(self, line: int, column: int) -> int:
        return self.starts[line - 1] + column

    def span(self, node: ast.stmt) -> tuple[int, int]:
        return self.at(node.lineno, node.col_offset), self.at(node.end_lineno or 0, node.end_col_offset or 0)

    def apply(self, edits: Sequence[_Edit]) -> str:
        data = self.data
        for edit in sorted(edits, key=lambda e: e.start, reverse=True):
            data = data[: edit.start] + edit.new + data[edit.end :]
        return data.decode("utf-8")

    def function(self, node: ast.FunctionDef, names: Mapping[str, str]) -> list[_Edit]:
        """What has to be changed in a function."""
        decorated = [d for d in node.decorator_list if _decorates(d, names)]
        parameters = {a.arg: a.annotation for a in node.args.args}
        clauses = [*self._decorators(decorated, names, set(parameters)), *self._docstring(node)]
        assumed = self._assumed(node, names)
        if not clauses:
            return assumed
        if _OWN.search(" ".join(n.id for n in ast.walk(node) if isinstance(n, ast.Name))):
            raise self.fault(node.lineno, f"the names {_RESULT}, {_OLD}… and {_ARGUMENT}… are kept for contracts")
        if len(decorated) != len(node.decorator_list) and decorated:
            raise self.fault(node.lineno, "contracts beside other decorators are not understood")
        stored = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
        kept = self._kept(clauses, parameters, stored)
        posts = [self._expression(c, parameters, stored) for c in clauses if c.kind == "post"]
        pres = [(c.line, self._expression(c, parameters, stored)) for c in clauses if c.kind == "pre"]
        head = self._head(node, decorated, clauses, pres, [f"{name} = {value}" for name, value in kept.items()])
        return [head, *assumed, *(self._returns(node, posts) if posts else ())]

    def _decorators(
        self, decorated: Sequence[ast.expr], names: Mapping[str, str], parameters: set[str]
    ) -> Iterator[_Clause]:
        for decorator in decorated:
            kind = _decorates(decorator, names)
            match decorator:
                case ast.Call(args=[ast.Lambda() as condition, *_], keywords=keywords):
                    pass
                case _:
                    raise self.fault(decorator.lineno, f"expected `@{kind}(lambda …: …)`")
            text = ast.unparse(condition.body)
            arguments = [a.arg for a in condition.args.args]
            unknown = set(arguments) - parameters - {"result", "OLD"}
            if unknown:
                raise self.fault(decorator.lineno, f"{min(unknown)} is no parameter of the function")
            if kind == "snapshot":
                given = [k.value.value for k in keywords if k.arg == "name" and isinstance(k.value, ast.Constant)]
                name = str(given[0]) if given else arguments[0] if len(arguments) == 1 else ""
                if not name.isidentifier():
                    raise self.fault(decorator.lineno, "expected a snapshot of one argument, or one with a name")
                yield _Clause(kind="snapshot", text=text, line=decorator.lineno, name=name)
            else:
                told: Literal["pre", "post"] = "pre" if kind == "require" else "post"
                yield _Clause(kind=told, text=text, line=decorator.lineno, result="result")

    def _docstring(self, node: ast.FunctionDef) -> Iterator[_Clause]:
        text = _stated(node)
        if not text:
            return
        first = node.body[0]
        lines = text.split("\n")
        if len(lines) != (first.end_lineno or 0) - first.lineno + 1:
            raise self.fault(first.lineno, "expected a contract in a docstring of plain lines")
        section, indent = "", 0
        for number, line in enumerate(lines, first.lineno):
            found = _SECTION.match(line)
            if found:
                section, indent = found["kind"], len(found["indent"])
                expression = found["rest"].strip()
            elif line.strip() and section and len(line) - len(line.lstrip()) > indent and number > first.lineno:
                expression = line.strip()
            else:
                section = section if not line.strip() else ""
                continue
            if section == "raises" and expression:
                yield _Clause(kind="raises", text=expression, line=number)
            elif expression:
                yield _Clause(kind="pre" if section == "pre" else "post", text=expression, line=number)

    def _assumed(self, node: ast.FunctionDef, names: Mapping[str, str]) -> list[_Edit]:
        calls = [s for s in ast.walk(node) if isinstance(s, ast.Expr) and _assumes(s.value, names)]
        body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
        heads: list[ast.Expr] = []
        for statement in body:
            if isinstance(statement, ast.Expr) and _assumes(statement.value, names):
                heads.append(statement)
            elif not isinstance(statement, ast.Assert):
                break
        for call in calls:
            if call not in heads:
                raise self.fault(call.lineno, "`assume` is understood at the head of a function")
        edits = []
        for statement in heads:
            if statement.end_lineno != statement.lineno or not isinstance(statement.value, ast.Call):
                raise self.fault(statement.lineno, "expected `assume(…)` on one line")
            condition = f"assert ({ast.unparse(statement.value.args[0])})"
            edits.append(_Edit(*self.span(statement), condition.encode("utf-8")))
        return edits

    def _kept(
        self, clauses: Sequence[_Clause], parameters: Mapping[str, ast.expr | None], stored: set[str]
    ) -> dict[str, str]:
        """What postconditions need of the beginning: the name that keeps it -> its value."""
        kept = {_OLD + c.name: c.text for c in clauses if c.kind == "snapshot"}
        for clause in (c for c in clauses if c.kind == "post"):
            for name in sorted(stored & set(parameters) & set(re.findall(r"\w+", clause.text))):
                kept[_ARGUMENT + name] = name
            for name in re.findall(r"\b__old__\.(\w+)", clause.text):
                kept[_OLD + name] = self._copied(name, parameters.get(name), clause.line)
        return kept

    def _copied(self, name: str, annotation: ast.expr | None, line: int) -> str:
        """A parameter's value as it is now, whatever is done to it later."""
        match annotation:
            case ast.Name(id=kind) if kind in _SCALARS:
                return name
            case ast.Subscript(value=ast.Name(id="list" | "List"), slice=ast.Name(id=kind)) if kind in _SCALARS:
                return f"{name}[:]"
        raise self.fault(
            line, f"expected {name}, of which the old value is asked, to be int, bool, str, float or a list"
        )

    def _expression(self, clause: _Clause, parameters: Mapping[str, ast.expr | None], stored: set[str]) -> str:
        """A condition over the names of the new text."""
        try:
            tree = ast.parse(clause.text, mode="eval")
        except (SyntaxError, ValueError):
            text = f"expected an expression after `{clause.kind}:`, found {clause.text[:60]!r}"
            raise self.fault(clause.line, text) from None
        bound = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
        local = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} & stored - set(parameters) - bound
        local -= {clause.result, "__return__"}
        if local:
            raise self.fault(clause.line, f"a contract can't speak of the function's own variable {min(local)}")
        renamed = {}
        if clause.kind == "post":
            result = {clause.result, "__return__"} - set(parameters)
            renamed = {name: _ARGUMENT + name for name in stored & set(parameters)} | dict.fromkeys(result, _RESULT)
        inner = {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
        if inner & set(renamed) or any(isinstance(n, ast.NamedExpr | ast.Yield | ast.Await) for n in ast.walk(tree)):
            raise self.fault(clause.line, "a condition that assigns or names its own variables so is not understood")
        return ast.unparse(_Renamed(renamed).visit(tree))

    def _head(
        self,
        node: ast.FunctionDef,
        decorated: Sequence[ast.expr],
        clauses: Sequence[_Clause],
        pres: Sequence[tuple[int, str]],
        kept: Sequence[str],
    ) -> _Edit:
        """The lines from the first decorator to the end of the docstring, anew and as many."""
        first = node.body[0]
        documented = ast.get_docstring(node, clean=False)
        behind = self.lines[(first.end_lineno or 0) - 1][first.end_col_offset or 0 :] if documented is not None else b""
        if self.lines[first.lineno - 1][: first.col_offset].strip() or behind.partition(b"#")[0].strip():
            raise self.fault(
                node.lineno, "expected the docstring and the body of a function with a contract on lines of their own"
            )
        start = min(d.lineno for d in decorated) if decorated else first.lineno
        end = (first.end_lineno or 0) if documented is not None else first.lineno - 1
        new: dict[int, str] = {}
        if decorated:
            bare = ast.FunctionDef(node.name, node.args, [ast.Pass()], [], node.returns)
            new[start] = ast.unparse(ast.fix_missing_locations(bare)).splitlines()[0]
        slots = list(range(start + len(new), end + 1))
        content = [(line, f"assert {text}") for line, text in pres]
        if kept:
            content.append((end, "; ".join(kept)))
        if documented is not None and len(content) < len(slots):
            announced = [n.strip() for c in clauses if c.kind == "raises" for n in c.text.split(",")]
            content.insert(0, (0, repr("\n".join([documented, *(f"{name}:" for name in announced)]))))
        last = -1
        for index, (wanted, text) in enumerate(content):
            latest = len(slots) - (len(content) - index)
            last = max(last + 1, min(wanted - slots[0], latest))
            new[slots[last]] = " " * first.col_offset + text
        text = "".join(new.get(line, "") + "\n" for line in range(start, end + 1))
        return _Edit(self.starts[start - 1], self.starts[end], text.encode("utf-8"))

    def _returns(self, node: ast.FunctionDef, posts: Sequence[str]) -> Iterator[_Edit]:
        """The postconditions in front of every return, and at the end where that is reached."""
        checks = "; ".join(f"assert {post}" for post in posts)
        for statement in _own(node):
            if isinstance(statement, ast.Try | ast.TryStar | ast.With | ast.Yield | ast.YieldFrom):
                what = "a postcondition of a function with try, with or yield is not understood"
                raise self.fault(statement.lineno, what)
            if isinstance(statement, ast.Return):
                start, end = self.span(statement)
                value = b" =" if statement.value else b" = None"
                yield _Edit(start, start + len(b"return"), _RESULT.encode() + value)
                yield _Edit(end, end, f"; {checks}; return {_RESULT}".encode())
        if _falls_through(node.body):
            after = node.end_lineno or 0
            if after < len(self.lines) and self.lines[after].strip():
                raise self.fault(
                    after, "leave a line free behind a function with postconditions that ends without return"
                )
            place = self.starts[after]
            lead = b"" if self.data[:place].endswith(b"\n") else b"\n"
            line = f"{' ' * node.body[0].col_offset}{_RESULT} = None; {checks}".encode()
            yield _Edit(place, place, lead + line + (b"" if after < len(self.lines) else b"\n"))


class _Renamed(ast.NodeTransformer):
    """A condition in the names of the new text."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if isinstance(node.value, ast.Name) and node.value.id in ("OLD", "__old__"):
            return ast.Name(_OLD + node.attr, ast.Load())
        self.generic_visit(node)
        return node


def _stated(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    """The docstring, if there is a contract in it."""
    text = ast.get_docstring(node, clean=False) or ""
    return text if any(map(_SECTION.match, text.splitlines())) else ""


def _imported(tree: ast.Module) -> tuple[dict[str, str], list[ast.stmt]]:
    """What names mean (name -> `require`, …, `assume`, or `module`), and the imports, which are left out."""
    names: dict[str, str] = {}
    statements: list[ast.stmt] = []
    for statement in tree.body:
        match statement:
            case ast.Import(names=[ast.alias(name="icontract", asname=other)]):
                names[other or "icontract"] = "module"
            case ast.ImportFrom(module="icontract", names=found) if all(a.name in _DECORATORS for a in found):
                names |= {a.asname or a.name: a.name for a in found}
            case ast.ImportFrom(module="hypothesis", names=[ast.alias(name="assume", asname=other)]):
                names[other or "assume"] = "assume"
            case _:
                continue
        statements.append(statement)
    return names, statements


def _decorates(decorator: ast.expr, names: Mapping[str, str]) -> str:
    """Which of icontract's decorators it is; empty: none."""
    match decorator:
        case ast.Call(func=ast.Name(id=name)) if names.get(name) in _DECORATORS:
            return names[name]
        case ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name)) if names.get(module) == "module":
            return name if name in _DECORATORS else ""
    return ""


def _assumes(node: ast.expr, names: Mapping[str, str]) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name), args=[_], keywords=[]):
            return names.get(name) == "assume"
    return False


def _own(node: ast.AST) -> Iterator[ast.stmt | ast.Yield | ast.YieldFrom]:
    """The statements of a function, and where it yields, but not those of functions inside it."""
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(inner, ast.stmt | ast.Yield | ast.YieldFrom):
            yield inner
        yield from _own(inner)


def _falls_through(body: Sequence[ast.stmt]) -> bool:
    """Whether control may come to the end of a block."""
    match body[-1]:
        case ast.Return() | ast.Raise():
            return False
        case ast.If(body=one, orelse=other) if other:
            return _falls_through(one) or _falls_through(other)
        case ast.While(test=ast.Constant(value=True)) as loop:
            return any(isinstance(s, ast.Break) for s in ast.walk(loop))
    return True
