"""What is known at one place of a program that is being lowered: names, types, and the statements so far."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lemmata.provers.bmc.ctypes import WHOLE, scalar_type
from lemmata.provers.bmc.ir import CType, Stmt
from lemmata.provers.bmc.layout import Pointer, Type
from lemmata.provers.bmc.names import Ordering
from lemmata.provers.bmc.source import Unsupported, unsupported

_MOST_STATEMENTS = 100_000


@dataclass(frozen=True, slots=True)
class Scalar:
    """`known` holds whether it was ever set; empty where that is sure. `unset`: it has no value at first."""

    var: str
    type: CType
    known: str = ""
    unset: bool = False


@dataclass(frozen=True, slots=True)
class PointerVar:
    """A pointer that has no address itself: the variables of its region and offset."""

    region: str
    offset: str
    type: Pointer
    known: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """An object in memory: the variable that holds its region."""

    region: str
    type: Type


@dataclass(frozen=True, slots=True)
class Array:
    name: str
    type: CType
    dims: tuple[int, ...]
    parameter: bool = False


@dataclass(frozen=True, slots=True)
class Constant:
    value: int


@dataclass(frozen=True, slots=True)
class Opaque:
    """Something that may be declared but not used."""

    what: str


Symbol = Scalar | Array | PointerVar | Stored | Constant | Opaque


@dataclass
class Scope:
    """What is known while a program is lowered; one per program, changed as the text is read."""

    name: str
    unbounded: bool
    ordering: Ordering
    typedefs: dict[str, Any] = field(default_factory=dict)
    symbols: list[dict[str, Symbol]] = field(default_factory=lambda: [{}])
    scalars: dict[str, CType] = field(default_factory=dict)
    arrays: dict[str, tuple[CType, int]] = field(default_factory=dict)
    out: list[Stmt] = field(default_factory=list)
    constants: set[int] = field(default_factory=set)
    memory: bool = False
    flags: dict[str, tuple[int, int]] = field(default_factory=dict)  # of what may be unset -> where it is declared
    sure: frozenset[tuple[int, int]] = frozenset()  # declarations of what is always set before it is read
    statements: int = 0
    _used: dict[str, int] = field(default_factory=dict)

    def emit(self, stmt: Stmt) -> None:
        self.statements += 1
        if self.statements > _MOST_STATEMENTS:
            raise Unsupported(f"a program of more than {_MOST_STATEMENTS} steps after its calls are inlined", self.name)
        self.out.append(stmt)

    def inside(self, run: Callable[[], None]) -> tuple[Stmt, ...]:
        """The statements that `run` emits."""
        kept, self.out = self.out, []
        try:
            run()
            return tuple(self.out)
        finally:
            self.out = kept

    def unique(self, name: str) -> str:
        """The name itself the first time, then name.2, name.3, …"""
        self._used[name] = self._used.get(name, 0) + 1
        return name if self._used[name] == 1 else f"{name}.{self._used[name]}"

    def scalar(self, name: str, ctype: CType) -> str:
        made = self.unique(name)
        self.scalars[made] = ctype
        return made

    def find(self, node: Any) -> Symbol:
        for level in reversed(self.symbols):
            if node.name in level:
                return level[node.name]
        raise unsupported(f"the undeclared name {node.name}", node, self.name)

    def ctype(self, node: Any) -> CType | None:
        """The integer type of a declaration, as the problem wants integers."""
        found = scalar_type(node, self.typedefs, self.name)
        if found is None or not self.unbounded or found.boolean:
            return found
        if not found.signed:
            raise unsupported("an unsigned type among unbounded integers", node, self.name)
        return WHOLE

    def int_type(self, t: CType) -> CType:
        return WHOLE if self.unbounded else t
