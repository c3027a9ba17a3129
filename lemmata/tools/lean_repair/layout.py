"""Places in a text, and the lines of a proof as blocks."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TypeAlias

Place: TypeAlias = tuple[int, int]
"""A line, counted from 1, and a column, counted from 0, as Lean counts them."""

Span: TypeAlias = tuple[int, int]
"""Offsets of the first character and behind the last."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A text whose places can be asked for."""

    text: str
    starts: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        starts = (0, *(i + 1 for i, char in enumerate(self.text) if char == "\n"))
        object.__setattr__(self, "starts", starts)

    def offset(self, place: Place) -> int:
        """Of a place; one that is outside gives the nearest that is inside."""
        line, column = place
        if line < 1:
            return 0
        if line > len(self.starts):
            return len(self.text)
        return min(self.starts[line - 1] + max(0, column), len(self.text))

    def place(self, offset: int) -> Place:
        """Of an offset."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1]

    def replace(self, span: Span, text: str) -> str:
        """The text with other characters in place of a span."""
        return self.text[: span[0]] + text + self.text[span[1] :]


def indent_of(line: str) -> int:
    """How many blanks a line begins with."""
    return len(line) - len(line.lstrip(" "))


def shifted(text: str, by: int) -> str:
    """All lines but the first moved to the right, or as far to the left as their blanks allow."""
    first, *rest = text.split("\n")
    moved = [" " * max(0, indent_of(line) + by) + line.lstrip(" ") if line.strip() else line for line in rest]
    return "\n".join([first, *moved])


def placed(tactics: str, column: int) -> str:
    """Tactics, written from column 0 on, as they stand when the first of them begins at a column."""
    return shifted(tactics, column)


def block_end(lines: list[str], at: int) -> int:
    """The index behind the line `at` and all lines below it that are indented more."""
    own, end = indent_of(lines[at]), at + 1
    while end < len(lines) and (not lines[end].strip() or indent_of(lines[end]) > own):
        end += 1
    return end


def levels(lines: list[str], at: int) -> list[int]:
    """The columns at which a line could begin, from those of the lines before and after it, nearest first."""
    near = [*reversed(lines[:at]), *lines[at + 1 : at + 3]]
    found = [indent_of(line) for line in near if line.strip()]
    for line in lines[max(0, at - 1) : at]:  # behind `· ` and the like
        head = line.lstrip(" ")
        if head[:2] in ("· ", ". ", "| "):
            found.insert(0, indent_of(line) + 2)
        found.append(indent_of(line) + 2)
    return list(dict.fromkeys(found))
