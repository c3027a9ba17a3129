"""The operations that Python terms are built of: how each is written, and what it gives.

Evaluated here, in process: they are ours, total but for the exceptions that they raise, and their results are small.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LARGEST = 10**18
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation.

    Args:
        text: how it is written, `{0}`, `{1}` … for the arguments; they are put in parentheses.
        takes: types of the arguments.
        gives: type of the result.
        run: what it does.
        commutes: the order of two arguments does not matter.
    """

    text: str
    takes: tuple[str, ...]
    gives: str
    run: Callable[..., Any]
    commutes: bool = False


def _nth(values: Any, index: int) -> Any:
    if not -len(values) <= index < len(values):
        raise IndexError
    return values[index]


N, B, S, L, W = "int", "bool", "str", "list[int]", "list[str]"

INTEGERS = (
    Operation("{0} + {1}", (N, N), N, lambda a, b: a + b, commutes=True),
    Operation("{0} - {1}", (N, N), N, lambda a, b: a - b),
    Operation("{0} * {1}", (N, N), N, lambda a, b: a * b, commutes=True),
    Operation("{0} // {1}", (N, N), N, lambda a, b: a // b),
    Operation("{0} % {1}", (N, N), N, lambda a, b: a % b),
    Operation("max({0}, {1})", (N, N), N, max, commutes=True),
    Operation("min({0}, {1})", (N, N), N, min, commutes=True),
    Operation("abs({0})", (N,), N, abs),
    Operation("-{0}", (N,), N, lambda a: -a),
)
TRUTHS = (
    Operation("{0} < {1}", (N, N), B, lambda a, b: a < b),
    Operation("{0} <= {1}", (N, N), B, lambda a, b: a <= b),
    Operation("{0} == {1}", (N, N), B, lambda a, b: a == b, commutes=True),
    Operation("not {0}", (B,), B, lambda a: not a),
    Operation("{0} and {1}", (B, B), B, lambda a, b: a and b),
    Operation("{0} or {1}", (B, B), B, lambda a, b: a or b),
)
TEXTS = (
    Operation("len({0})", (S,), N, len),
    Operation("{0} + {1}", (S, S), S, lambda a, b: a + b),
    Operation("{0}[::-1]", (S,), S, lambda a: a[::-1]),
    Operation("{0}.upper()", (S,), S, lambda a: a.upper()),
    Operation("{0}.lower()", (S,), S, lambda a: a.lower()),
    Operation("{0}.title()", (S,), S, lambda a: a.title()),
    Operation("{0}.strip()", (S,), S, lambda a: a.strip()),
    Operation("{0}[{1}]", (S, N), S, _nth),
    Operation("{0}[{1}:]", (S, N), S, lambda a, i: a[i:]),
    Operation("{0}[:{1}]", (S, N), S, lambda a, i: a[:i]),
    Operation("{0} * {1}", (S, N), S, lambda a, i: a * i if i < LONGEST else _refuse()),
    Operation("{0}.replace({1}, {2})", (S, S, S), S, lambda a, b, c: a.replace(b, c)),
    Operation("{0}.count({1})", (S, S), N, lambda a, b: a.count(b)),
    Operation("{0}.find({1})", (S, S), N, lambda a, b: a.find(b)),
    Operation("str({0})", (N,), S, str),
    Operation("int({0})", (S,), N, lambda a: int(a) if len(a) < 12 else _refuse()),
    Operation("{0} == {1}", (S, S), B, lambda a, b: a == b, commutes=True),
    Operation("{0} in {1}", (S, S), B, lambda a, b: a in b),
    Operation("{0}.startswith({1})", (S, S), B, lambda a, b: a.startswith(b)),
    Operation("{0}.endswith({1})", (S, S), B, lambda a, b: a.endswith(b)),
    Operation("{0}.isdigit()", (S,), B, lambda a: a.isdigit()),
    Operation("{0}.isupper()", (S,), B, lambda a: a.isupper()),
    Operation("{0}.split()", (S,), W, lambda a: a.split()),
    Operation("{0}.split({1})", (S, S), W, lambda a, b: a.split(b)),
)
WORDS = (
    Operation("{1}.join({0})", (W, S), S, lambda a, b: b.join(a)),
    Operation("''.join({0})", (W,), S, lambda a: "".join(a)),
    Operation("len({0})", (W,), N, len),
    Operation("{0}[::-1]", (W,), W, lambda a: a[::-1]),
    Operation("sorted({0})", (W,), W, sorted),
    Operation("{0}[{1}]", (W, N), S, _nth),
    Operation("[w[::-1] for w in {0}]", (W,), W, lambda a: [w[::-1] for w in a]),
    Operation("[w[0] for w in {0}]", (W,), W, lambda a: [_nth(w, 0) for w in a]),
    Operation("[w.upper() for w in {0}]", (W,), W, lambda a: [w.upper() for w in a]),
    Operation("[len(w) for w in {0}]", (W,), L, lambda a: [len(w) for w in a]),
)
LISTS = (
    Operation("len({0})", (L,), N, len),
    Operation("sum({0})", (L,), N, sum),
    Operation("max({0})", (L,), N, max),
    Operation("min({0})", (L,), N, min),
    Operation("sorted({0})", (L,), L, sorted),
    Operation("{0}[::-1]", (L,), L, lambda a: a[::-1]),
    Operation("{0}[{1}]", (L, N), N, _nth),
    Operation("{0}[{1}:]", (L, N), L, lambda a, i: a[i:]),
    Operation("{0}[:{1}]", (L, N), L, lambda a, i: a[:i]),
    Operation("{0} + {1}", (L, L), L, lambda a, b: a + b),
    Operation("[{0}]", (N,), L, lambda a: [a]),
    Operation("{0}.count({1})", (L, N), N, lambda a, b: a.count(b)),
    Operation("{0} in {1}", (N, L), B, lambda a, b: a in b),
    Operation("list(range({0}))", (N,), L, lambda n: list(range(n)) if n < LONGEST else _refuse()),
    Operation("[x * x for x in {0}]", (L,), L, lambda a: [x * x for x in a]),
    Operation("[abs(x) for x in {0}]", (L,), L, lambda a: [abs(x) for x in a]),
    Operation("[x + {1} for x in {0}]", (L, N), L, lambda a, c: [x + c for x in a]),
    Operation("[x * {1} for x in {0}]", (L, N), L, lambda a, c: [x * c for x in a]),
    Operation("[x // {1} for x in {0}]", (L, N), L, lambda a, c: [x // c for x in a]),
    Operation("[x % {1} for x in {0}]", (L, N), L, lambda a, c: [x % c for x in a]),
    Operation("[x for x in {0} if x > {1}]", (L, N), L, lambda a, c: [x for x in a if x > c]),
    Operation("[x for x in {0} if x < {1}]", (L, N), L, lambda a, c: [x for x in a if x < c]),
    Operation("[x for x in {0} if x != {1}]", (L, N), L, lambda a, c: [x for x in a if x != c]),
    Operation("[x for x in {0} if x % {1} == 0]", (L, N), L, lambda a, c: [x for x in a if x % c == 0]),
    Operation("[x for x in {0} if x % {1} != 0]", (L, N), L, lambda a, c: [x for x in a if x % c != 0]),
    Operation("[x * y for x, y in zip({0}, {1})]", (L, L), L, lambda a, b: [x * y for x, y in zip(a, b, strict=False)]),
    Operation("[x + y for x, y in zip({0}, {1})]", (L, L), L, lambda a, b: [x + y for x, y in zip(a, b, strict=False)]),
)


def operations_for(types: frozenset[str]) -> tuple[Operation, ...]:
    """The operations worth trying when parameters and result have these types."""
    found = [*INTEGERS, *TRUTHS]
    if S in types or W in types:
        found += [*TEXTS, *WORDS]
    if L in types:
        found += LISTS
    return tuple(found)


def apply_operation(operation: Operation, arguments: tuple[Any, ...]) -> Any:
    """What it gives.

    Raises:
        ValueError, IndexError, ZeroDivisionError: nothing, or something too large.
    """
    value = operation.run(*arguments)
    if type(value) is int:
        return value if -LARGEST < value < LARGEST else _refuse()
    if type(value) in (str, list) and len(value) > LONGEST:
        return _refuse()
    return value


def _refuse() -> Any:
    raise ValueError("too large")
