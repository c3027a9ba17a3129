"""How the names of a program are used: what must have an address, and which locals without a value are inputs.

Names are not told apart by their scopes: what is said of one object holds of all that bear its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lemmata.provers.bmc.names import (
    ALLOCATES,
    ASSUMES,
    ERRORS,
    MODELS,
    PRINTS,
    callee,
    calls,
    definitions,
    kind,
    local_declarations,
    root_name,
    walk,
)
from lemmata.provers.bmc.strings import is_string

_POINTING = ("PtrDecl", "Struct", "Union")


class Usage:
    """Facts about a tree.

    Args:
        tree: the program.

    `addressed`: names whose address is taken; `valued`: names of arrays that are used as pointers; `memory`: whether
    there are pointers or structures at all.
    """

    def __init__(self, tree: Any) -> None:
        self._defined = definitions(tree)
        self._types = {at.name: at.type for at in walk(tree) if kind(at) == "Typedef"}
        self._levels = _array_levels(tree)
        self.addressed: set[str] = set()
        self.valued: set[str] = set()
        self._passed: list[tuple[str, str, int]] = []
        self.memory = any(_pointing(part) for f in self._defined.values() for part in (f.body, *_parameters(f)))
        self.memory |= any(kind(at) == "Struct" for ext in tree.ext if kind(ext) != "FuncDef" for at in walk(ext))
        self.literals = False  # strings that are used as pointers
        self.memory |= any(kind(ext) == "Decl" and kind(ext.type) == "PtrDecl" for ext in tree.ext)
        self._look(tree)
        self.memory |= self.literals
        self.constants = self.literals or any(kind(at) == "Decl" and "const" in at.quals for at in walk(tree))
        self._follow_calls()
        self._inputs = frozenset(id(d) for f in self._defined.values() for d in self._arbitrary(f))

    def is_input(self, decl: Any) -> bool:
        """Whether a local without a value stands for an input: nothing writes it, or an assumption speaks about it."""
        return id(decl) in self._inputs

    def _look(self, tree: Any) -> None:
        stack: list[tuple[Any, str]] = [(tree, "value")]
        while stack:
            at, how = stack.pop()
            match kind(at):
                case "ID":
                    if how == "value":
                        self.valued.add(at.name)
                case "ArrayRef":
                    stack += [(at.name, how if self._is_row(at) else "base"), (at.subscript, "value")]
                case "Constant" if at.type == "string":
                    self.literals = True
                case "Decl" if is_string(at.init):
                    self.literals |= kind(at.type) != "ArrayDecl"
                    stack.append((at.type, "value"))
                case "StructRef":
                    stack.append((at.name, "base"))
                case "UnaryOp" if at.op == "&":
                    self.addressed.add(root_name(at.expr))
                    stack.append((at.expr, "base"))
                case "UnaryOp" if at.op == "sizeof":
                    continue
                case "FuncCall":
                    stack += [(arg, "value") for arg in self._arguments(at)]
                case _:
                    stack += [(child, "value") for _, child in at.children()]

    def _arguments(self, call: Any) -> Iterator[Any]:
        """The arguments whose names are used as values here and now."""
        name, args = callee(call), call.args.exprs if call.args is not None else ()
        for i, arg in enumerate(args):
            if is_string(arg) and name in PRINTS | ERRORS:
                continue
            if kind(arg) == "ID" and name in self._defined:
                self._passed.append((arg.name, name, i))
            else:
                yield arg

    def _is_row(self, at: Any) -> bool:
        """Whether a subscript gives an array, not an element."""
        depth = 0
        while kind(at) == "ArrayRef":
            depth, at = depth + 1, at.name
        return kind(at) == "ID" and depth < self._levels.get(at.name, 0)

    def _follow_calls(self) -> None:
        changed = True
        while changed:
            changed = False
            for name, function, i in self._passed:
                params = _parameters(self._defined[function])
                if name not in self.valued and i < len(params) and self._as_pointer(params[i]):
                    self.valued.add(name)
                    changed = True

    def _as_pointer(self, param: Any) -> bool:
        if kind(param) != "Decl" or kind(param.type) == "TypeDecl":
            return False
        plain = kind(param.type.type) == "TypeDecl" and self._integer(param.type.type)
        return param.name in self.valued or param.name in self.addressed or not plain

    def _integer(self, node: Any) -> bool:
        """Whether a TypeDecl is about integers, as far as can be seen from here."""
        inner = node.type
        while kind(inner) == "IdentifierType" and len(inner.names) == 1 and inner.names[0] in self._types:
            node = self._types[inner.names[0]]
            if kind(node) != "TypeDecl":
                return False
            inner = node.type
        return kind(inner) == "IdentifierType"

    def _arbitrary(self, function: Any) -> Iterator[Any]:
        written = set(_written(function.body))
        assumed = {at.name for c in calls(function.body) if callee(c) in ASSUMES for at in walk(c) if kind(at) == "ID"}
        for d in local_declarations(function.body):
            if d.init is not None or d.name is None or {"static", "extern", "typedef"} & {*d.storage}:
                continue
            at, scalar = d.type, kind(d.type) == "TypeDecl"
            while kind(at) == "ArrayDecl":
                at = at.type
            if kind(at) != "TypeDecl" or not self._integer(at) or d.name in self.addressed:
                continue
            if (d.name not in written or d.name in assumed) if scalar else d.name not in self.valued:
                yield d


def _written(body: Any) -> Iterator[str]:
    for at in walk(body):
        target: Any = at.lvalue if kind(at) == "Assignment" else None
        if kind(at) == "UnaryOp" and at.op in ("++", "p++", "--", "p--"):
            target = at.expr
        if kind(target) == "ID":
            yield target.name


def _parameters(function: Any) -> list[Any]:
    listed = function.decl.type.args
    return [] if listed is None else list(listed.params)


def _pointing(node: Any) -> bool:
    return any(
        kind(at) in _POINTING
        or (kind(at) == "UnaryOp" and at.op in ("*", "&"))
        or (kind(at) == "FuncCall" and callee(at) in ALLOCATES | MODELS)
        for at in walk(node)
    )


def _array_levels(tree: Any) -> dict[str, int]:
    """Of every name the most dimensions with which it is declared."""
    found: dict[str, int] = {}
    for d in walk(tree):
        if kind(d) == "Decl" and d.name is not None:
            depth, at = 0, d.type
            while kind(at) in ("ArrayDecl", "PtrDecl"):
                depth, at = depth + 1, at.type
            found[d.name] = max(depth, found.get(d.name, 0))
    return found
