"""What of a program states what is asked of it, and may not be changed by a patch.

The signatures and globals; local declarations; every assertion, assumption, input and exit in its order, with the
branches it stands in; the loops and jumps; whatever the assertions call; and the variables that are inputs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pycparser import c_generator

from lemmata.problem import Json
from lemmata.provers.bmc.names import (
    ASSERTS,
    ASSUMES,
    ERRORS,
    FREES,
    MODELS,
    PRINTS,
    STOPS,
    assertion_sites,
    callee,
    calls,
    definitions,
    kind,
    walk,
)

_LOOPS = ("While", "DoWhile", "For")
_JUMPS = ("Return", "Break", "Continue", "Goto", "Label")
_CONDITIONAL = ("If", "TernaryOp", "Switch", "Case")
_STATEMENTS = ("Compound", "DeclList", "Decl", "Label", "Case", "Default", "Return", "If", "Switch", *_LOOPS)


def specification(tree: Any, target: str) -> dict[str, Json]:
    """The specification of a tree as plain values; two programs ask the same where these are equal.

    Args:
        tree: the program.
        target: the function that is checked; its parameters are inputs.
    """
    defined = definitions(tree)
    inputs = _inputs(tree) | _parameters(defined.get(target))
    return {
        "the globals or signatures": [_text(e.decl if kind(e) == "FuncDef" else e) for e in tree.ext],
        "the local declarations": [_declared(d, inputs) for f in defined.values() for d in _locals(f)],
        "an assertion, assumption, input or exit": [
            [name, *stated] for name, f in defined.items() for stated in _stated(f.body, defined, ())
        ],
        "the loops or jumps": [
            [name, kind(at)] for name, f in defined.items() for at in walk(f.body) if kind(at) in (*_LOOPS, *_JUMPS)
        ],
        "a function that the assertions call": [_text(defined[name]) for name in sorted(_called(tree, defined))],
        "the writes to an input": [[name, _writes(tree, name)] for name in sorted(inputs)],
    }


def first_difference(original: Any, patched: Any, *, target: str) -> str | None:
    """What the patch changed of the specification; None: nothing."""
    one, other = specification(original, target), specification(patched, target)
    return next((name for name in one if one[name] != other[name]), None)


def demanding_sites(tree: Any) -> frozenset[int]:
    """The assertions that a correct program comes past; those that always fail are there not to be reached."""
    return frozenset(
        i
        for i, call in enumerate(assertion_sites(tree))
        if callee(call) in ASSERTS and _text(call.args) not in ("0", "false")
    )


def _text(node: Any) -> str:
    return str(c_generator.CGenerator().visit(node)) if node is not None else ""


def _locals(function: Any) -> Iterator[Any]:
    return (at for at in walk(function.body) if kind(at) == "Decl")


def _declared(decl: Any, inputs: frozenset[str]) -> list[Json]:
    kept, decl.init = decl.init, None
    text = _text(decl)
    decl.init = kept
    return [text, decl.init is not None if decl.name in inputs else None]


def _parameters(function: Any) -> frozenset[str]:
    listed = function.decl.type.args if function is not None else None
    return frozenset(p.name for p in (listed.params if listed is not None else ()) if kind(p) == "Decl" and p.name)


def _inputs(tree: Any) -> frozenset[str]:
    """Uninitialised locals that nothing writes or an assumption speaks about, and whatever inputs are read into."""
    defined = definitions(tree)
    assumed = {at.name for c in calls(tree) if callee(c) in ASSUMES for at in walk(c) if kind(at) == "ID"}
    names = {d.name for f in defined.values() for d in _locals(f) if d.init is None}
    found = {name for name in names if name in assumed or _writes(tree, name) == 0}
    for at in walk(tree):
        target, value = (at.name, at.init) if kind(at) == "Decl" else ("", None)
        if kind(at) == "Assignment" and kind(at.lvalue) == "ID":
            target, value = at.lvalue.name, at.rvalue
        if value is not None and any(callee(c) not in defined for c in calls(value)):
            found.add(target)
    return frozenset(found)


def _writes(tree: Any, name: str) -> int:
    found = 0
    for at in walk(tree):
        target: Any = at.lvalue if kind(at) == "Assignment" else None
        if kind(at) == "UnaryOp" and at.op in ("++", "p++", "--", "p--"):
            target = at.expr
        while kind(target) == "ArrayRef":
            target = target.name
        found += kind(target) == "ID" and target.name == name
    return found


def _stated(node: Any, defined: dict[str, Any], path: tuple[str, ...], whole: Any = None) -> Iterator[list[str]]:
    """Calls that state something, with the branches and loops around them; inputs, with all that is made of them."""
    if kind(node) == "FuncCall" and callee(node) not in defined and callee(node) not in PRINTS | FREES | MODELS:
        strict = callee(node) in ASSERTS | ASSUMES | ERRORS | STOPS
        yield [_text(node), *path] if strict else [_text(whole or node)]
    for name, child in node.children():
        inner = path
        if kind(node) in _CONDITIONAL:
            cond = node.expr if kind(node) == "Case" else node.cond
            inner = (*path, f"{kind(node)} {_text(cond)} {name}") if child is not cond else path
        elif kind(node) == "BinaryOp" and node.op in ("&&", "||") and name == "right":
            inner = (*path, f"{node.op} {_text(node.left)}")
        elif kind(node) in _LOOPS:
            inner = (*path, kind(node))
        expression = kind(node) in _STATEMENTS and kind(child) not in _STATEMENTS
        yield from _stated(child, defined, inner, child if expression and name != "cond" else whole)


def _called(tree: Any, defined: dict[str, Any]) -> set[str]:
    """Functions that the specification calls, and whatever these call."""
    waiting = [
        callee(inner)
        for call in calls(tree)
        if callee(call) in ASSERTS | ASSUMES | ERRORS and callee(call) not in defined
        for inner in calls(call)
    ]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in defined and name not in found:
            found.add(name)
            waiting += [callee(call) for call in calls(defined[name])]
    return found
