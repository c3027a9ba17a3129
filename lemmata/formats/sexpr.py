"""Reading and writing S-expressions as SMT-LIB and SyGuS-IF have them.

Every node knows the line and column it came from, so that whoever finds fault with it can say where. Nodes that differ
only in their places are equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from lemmata.errors import BadInput

DEEPEST = 200
"""How deep parentheses may nest: everything that walks a term may then do so by plain recursion."""

LARGEST = 8 << 20
"""How many characters a text may have."""


class Kind(StrEnum):
    """What an atom is."""

    SYMBOL = "symbol"
    KEYWORD = "keyword"
    NUMERAL = "numeral"
    DECIMAL = "decimal"
    BITS = "bits"  # #b0101 or #x1f
    STRING = "string"


@dataclass(frozen=True, slots=True)
class Atom:
    """One token; `text` is a symbol without its bars or a string without its quotes, else as it was written."""

    text: str
    kind: Kind = Kind.SYMBOL
    line: int = field(default=0, compare=False)
    column: int = field(default=0, compare=False)

    @property
    def place(self) -> str:
        return f"{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Group:
    """A list of nodes in parentheses."""

    items: tuple[Node, ...]
    line: int = field(default=0, compare=False)
    column: int = field(default=0, compare=False)

    @property
    def place(self) -> str:
        return f"{self.line}:{self.column}"

    @property
    def head(self) -> str:
        """The symbol that stands first, or empty."""
        first = self.items[0] if self.items else None
        return first.text if isinstance(first, Atom) and first.kind is Kind.SYMBOL else ""


Node: TypeAlias = Atom | Group

_SIMPLE = r"[A-Za-z~!@$%^&*_\-+=<>.?/][0-9A-Za-z~!@$%^&*_\-+=<>.?/]*"
_TOKEN = re.compile(
    rf"""(?P<space>[ \t\r\n]+|;[^\n]*)
    |(?P<open>\()|(?P<close>\))
    |(?P<bits>\#b[01]+|\#x[0-9a-fA-F]+)
    |(?P<decimal>(?:0|[1-9][0-9]*)\.[0-9]+)
    |(?P<numeral>0|[1-9][0-9]*)
    |(?P<keyword>:[0-9A-Za-z~!@$%^&*_\-+=<>.?/]+)
    |(?P<symbol>{_SIMPLE})
    |\|(?P<quoted>[^|\\]*)\|
    |"(?P<string>(?:[^"]|"")*)"
    """,
    re.VERBOSE,
)
_DELIMITED = re.compile(r"[\s();\"|]|\Z")
_PLAIN = re.compile(rf"{_SIMPLE}\Z")
_RESERVED = frozenset(
    ["!", "_", "as", "let", "exists", "forall", "match", "par", "BINARY", "DECIMAL", "HEXADECIMAL", "NUMERAL", "STRING"]
)


def read_all(source: str, *, place: str = "") -> tuple[Node, ...]:
    """All nodes of a text, in order.

    Args:
        source: the text.
        place: what to call it in messages, the file's name.

    Raises:
        BadInput: a character, token or parenthesis that can't stand where it does, or nesting beyond `DEEPEST`;
            the place is `line:column`.
    """
    if len(source) > LARGEST:
        raise _fault(f"expected at most {LARGEST >> 20} MiB of text, came {len(source)} characters", place, 1, 1)
    done: list[Node] = []
    stack: list[tuple[list[Node], int, int]] = []
    for kind, text, line, column in _tokens(source, place):
        if kind == "open":
            if len(stack) == DEEPEST:
                raise _fault(f"expected parentheses nested at most {DEEPEST} deep", place, line, column)
            stack.append(([], line, column))
            continue
        if kind == "close":
            if not stack:
                raise _fault("this closing parenthesis has no opening one; remove it", place, line, column)
            items, line, column = stack.pop()
            node: Node = Group(tuple(items), line, column)
        else:
            node = Atom(text, Kind(kind), line, column)
        (stack[-1][0] if stack else done).append(node)
    if stack:
        _, line, column = stack[-1]
        raise _fault("this opening parenthesis is never closed; add a closing one", place, line, column)
    return tuple(done)


def read_one(source: str, *, place: str = "") -> Node:
    """The single node of a text.

    Raises:
        BadInput: as `read_all`, or there is none or more than one.
    """
    nodes = read_all(source, place=place)
    if len(nodes) != 1:
        raise _fault(f"expected one expression, came {len(nodes)}", place, 1, 1)
    return nodes[0]


def write(node: Node) -> str:
    """The node as text that reads back as an equal node."""
    parts: list[str] = []
    stack: list[Node | str] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            parts.append(item)
        elif isinstance(item, Atom):
            parts.append(_write_atom(item))
        else:
            stack.append(")")
            for index, child in enumerate(reversed(item.items)):
                if index:
                    stack.append(" ")
                stack.append(child)
            stack.append("(")
    return "".join(parts)


def quote(symbol: str) -> str:
    """The symbol as SMT-LIB writes it, between bars where it has to be."""
    return symbol if _PLAIN.match(symbol) and symbol not in _RESERVED else f"|{symbol}|"


def _write_atom(atom: Atom) -> str:
    match atom.kind:
        case Kind.SYMBOL:
            # A reserved word read bare is an atom with the same text; only what isn't a simple symbol needs its bars.
            return atom.text if _PLAIN.match(atom.text) else f"|{atom.text}|"
        case Kind.STRING:
            return '"' + atom.text.replace('"', '""') + '"'
        case _:
            return atom.text


def _tokens(source: str, place: str) -> Iterator[tuple[str, str, int, int]]:
    at, line, start = 0, 1, 0
    while at < len(source):
        found = _TOKEN.match(source, at)
        column = at - start + 1
        kind = found.lastgroup if found else None
        if found is None or kind is None:
            raise _fault(f"expected an S-expression, came {source[at : at + 12]!r}", place, line, column)
        text = found.group(kind)
        if kind not in ("space", "open", "close") and not _DELIMITED.match(source, found.end()):
            raise _fault(f"expected a space after {found.group()[:40]!r}", place, line, column)
        if kind == "quoted":
            kind = "symbol"
            if text in _RESERVED:
                raise _fault(f"the reserved word {text} can't be used as a symbol; rename it", place, line, column)
        elif kind == "string":
            text = text.replace('""', '"')
        if kind != "space":
            yield kind, text, line, column
        breaks = source.count("\n", at, found.end())
        if breaks:
            line += breaks
            start = source.rfind("\n", at, found.end()) + 1
        at = found.end()


def _fault(text: str, place: str, line: int, column: int) -> BadInput:
    return BadInput(text, place=f"{place}:{line}:{column}" if place else f"{line}:{column}")
