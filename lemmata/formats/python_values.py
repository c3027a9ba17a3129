"""Types and literal values of Python, as far as contracts and examples use them."""

from __future__ import annotations

import ast
from typing import Any, TypeAlias

Type: TypeAlias = tuple[Any, ...]
"""("int",), ("bool",), ("str",), ("float",), ("list", T), ("tuple", T, …)."""

SCALARS = ("int", "bool", "str", "float")
_LARGEST_LITERAL = 1 << 16
_DEEPEST = 5  # values for tests grow by the power of it


def parse_expression(text: str) -> ast.expr | None:
    """The syntax of an expression; None: it is none."""
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def read_type(annotation: ast.expr | None, *, depth: int = 0) -> Type | None:
    """The type that an annotation names, or None where it is not one of ours or goes deeper than ours."""
    if depth > _DEEPEST:
        return None
    match annotation:
        case ast.Constant(value=str(text)):
            return read_type(parse_expression(text), depth=depth + 1)
        case ast.Name(id=name) if name in SCALARS:
            return (name,)
        case ast.Subscript(value=ast.Name(id=("list" | "List")), slice=inner):
            item = read_type(inner, depth=depth + 1)
            return None if item is None else ("list", item)
        case ast.Subscript(value=ast.Name(id=("tuple" | "Tuple")), slice=ast.Tuple(elts=elts)) if elts:
            items = [read_type(e, depth=depth + 1) for e in elts]
            return None if None in items else ("tuple", *items)
    return None


def has_type(value: Any, type_: Type) -> bool:
    """Whether a value is exactly of a type; True is no int."""
    match type_:
        case ("list", item):
            return type(value) is list and all(has_type(v, item) for v in value)
        case ("tuple", *items):
            return type(value) is tuple and len(value) == len(items) and all(map(has_type, value, items))
        case (name,):
            return type(value).__name__ == name and type(value) in (int, bool, str, float)
    return False


def read_literal(text: Any) -> Any:
    """The value of the text of a Python literal.

    Raises:
        ValueError: anything else, or a literal too large to be handled.
    """
    if not isinstance(text, str) or len(text) > _LARGEST_LITERAL:
        raise ValueError("expected the text of a Python literal")
    try:
        value = ast.literal_eval(text)
        repr(value)  # an integer too wide to be written raises
        return value
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise ValueError(f"expected the text of a Python literal, found {text[:60]!r}") from None


def same_value(one: Any, other: Any) -> bool:
    """Equality that tells True from 1 and 1 from 1.0, at any depth."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same_value, one, other))
    if isinstance(one, dict):
        return len(one) == len(other) and all(
            any(same_value(k, j) and same_value(v, w) for j, w in other.items()) for k, v in one.items()
        )
    if isinstance(one, float):
        return repr(one) == repr(other)
    return bool(one == other)
