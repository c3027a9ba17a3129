"""Small edits of a C text around pointers: a check for null, a block given back, a pointer forgotten, an order kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

Edit = tuple[int, int, str]
"""Start, end and replacement."""

_POINTER = re.compile(
    r"\b(?:struct\s+\w+|int|long|short|char|unsigned|void|bool|_Bool)(?:\s+\w+)?\s*\*\s*([A-Za-z_]\w*)"
)
_FREED = re.compile(r"\bfree\s*\(\s*([A-Za-z_]\w*)\s*\)\s*;")
_RETURN = re.compile(r"\breturn\b\s*([^;]*);")
_CONDITION = re.compile(r"\b(?:if|while)\s*\(")
_USE = re.compile(r"\b([A-Za-z_]\w*)\s*(?:->|\[)|\*\s*([A-Za-z_]\w*)")
_LINE = re.compile(r"^[ \t]*[^\s{}#/][^{}\n]*;[ \t]*$", re.MULTILINE)
_CONSTANT = re.compile(r"-?\d+|NULL|false|true|")
_MOST_POINTERS = 6


def memory_edits(plain: str) -> Iterator[Edit]:
    """All edits of a text without comments."""
    pointers = list(dict.fromkeys(m[1] for m in _POINTER.finditer(plain)))[:_MOST_POINTERS]
    yield from _checks(plain, pointers)
    yield from _given_back(plain, pointers)
    yield from _orders(plain)


def _checks(plain: str, pointers: list[str]) -> Iterator[Edit]:
    """A pointer is compared with null before it is followed."""
    values = list(dict.fromkeys(m[1].strip() for m in _RETURN.finditer(plain) if _CONSTANT.fullmatch(m[1].strip())))
    for m in _CONDITION.finditer(plain):
        yield from ((m.end(), m.end(), f"{p} != 0 && ") for p in pointers)
    for m in _LINE.finditer(plain):
        text = m[0].strip()
        used = {found[1] or found[2] for found in _USE.finditer(text)} & set(pointers)
        start = m.end() - len(m[0].lstrip())
        for p in sorted(used):
            for value in dict.fromkeys((*values, "-1", "0")):
                back = f"return {value};" if value else "return;"
                yield start, start, f"if ({p} == 0) {{ {back} }} "
            if not text.startswith("return"):
                yield start, m.end(), f"if ({p} != 0) {{ {text} }}"


def _given_back(plain: str, pointers: list[str]) -> Iterator[Edit]:
    """A block is given back on a way out, not given back twice, or its pointer is forgotten."""
    for m in _FREED.finditer(plain):
        yield m.start(), m.end(), f"{m[0]} {m[1]} = 0;"
        yield m.start(), m.end(), ""
    for m in _RETURN.finditer(plain):
        yield from ((m.start(), m.end(), f"{{ free({p}); {m[0]} }}") for p in pointers)
    for m in _LINE.finditer(plain):
        if "=" in m[0] and not _POINTER.search(m[0]):
            start = m.end() - len(m[0].lstrip())
            yield from ((start, start, f"free({p}); ") for p in pointers)


def _orders(plain: str) -> Iterator[Edit]:
    """Two statements change places."""
    lines = list(_LINE.finditer(plain))
    for one, other in pairwise(lines):
        if one.end() + 1 == other.start():
            yield one.start(), other.end(), f"{other[0]}\n{one[0]}"
