"""The small language that C programs are lowered to; everything downstream sees only this.

Expressions have no effects and denote mathematical integers (comparisons give 0 or 1). Whatever could be undefined in C
is a `Check` before the place that uses it, so that behind a passed check machine and mathematical arithmetic agree.
Control is structured: `Leave` ends the enclosing `Block` or `Loop` of that label; a loop's body that runs to its end
starts again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class CType:
    """An integer type; `width` 0 means mathematical integers."""

    width: int
    signed: bool = True
    boolean: bool = False

    @property
    def low(self) -> int | None:
        if self.width == 0:
            return None
        return -(1 << (self.width - 1)) if self.signed else 0

    @property
    def high(self) -> int | None:
        if self.width == 0:
            return None
        return 1 if self.boolean else (1 << (self.width - self.signed)) - 1

    def holds(self, value: int) -> bool:
        return self.low is None or self.high is None or self.low <= value <= self.high

    def wrap(self, value: int) -> int:
        """The value as a conversion to this type gives it (gcc: modulo 2^width)."""
        if self.boolean:
            return int(value != 0)
        if self.width == 0:
            return value
        value &= (1 << self.width) - 1
        return value - (1 << self.width) if self.signed and value >> (self.width - 1) else value


@dataclass(frozen=True, slots=True)
class Num:
    value: int


@dataclass(frozen=True, slots=True)
class Var:
    name: str


@dataclass(frozen=True, slots=True)
class Op:
    """`+ - * / % < <= == != && || ! ?: & | ^ << >>` on integers (`/ %` truncate, `>>` is floor division),
    `wrap` (reduce into the type) and `narrow` (known to be in the type already)."""

    name: str
    args: tuple[Expr, ...]
    type: CType | None = None


Expr: TypeAlias = Num | Var | Op


@dataclass(frozen=True, slots=True)
class Assign:
    var: str
    value: Expr
    line: int


@dataclass(frozen=True, slots=True)
class Nondet:
    """Read the next input into a scalar."""

    var: str
    line: int


@dataclass(frozen=True, slots=True)
class Fill:
    """Read the next inputs into all elements of an array, in order."""

    array: str
    line: int


@dataclass(frozen=True, slots=True)
class Init:
    """Set all elements of an array."""

    array: str
    values: tuple[Expr, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Load:
    var: str
    array: str
    index: Expr
    line: int


@dataclass(frozen=True, slots=True)
class Store:
    array: str
    index: Expr
    value: Expr
    line: int


@dataclass(frozen=True, slots=True)
class Assume:
    cond: Expr
    line: int


@dataclass(frozen=True, slots=True)
class Check:
    """An obligation; `site` numbers the assertions of the text, -1 for undefined behaviour."""

    cond: Expr
    kind: str
    line: int
    site: int = -1


@dataclass(frozen=True, slots=True)
class Beyond:
    """Nothing is known from here on: calls nest deeper than they are inlined, or `why`, which no bound changes."""

    line: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class If:
    cond: Expr
    then: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """`number` counts the loops in the order in which they stand in the lowered program, from 0."""

    label: str
    body: tuple[Stmt, ...]
    line: int
    number: int


@dataclass(frozen=True, slots=True)
class Block:
    label: str
    body: tuple[Stmt, ...]


@dataclass(frozen=True, slots=True)
class Leave:
    label: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one value in a region; `kind` names its type, pointers have two parts."""

    offset: int
    size: int
    kind: str

    @property
    def parts(self) -> int:
        return 2 if self.kind.startswith("*") else 1


@dataclass(frozen=True, slots=True)
class Alloc:
    """Make a new region and set `var` to its number, which is never 0.

    Args:
        heap: it must be given back.
        zero: it is 0 at first, not unset.
        constant: nothing may be written to it, but at first.
    """

    var: str
    slots: tuple[Slot, ...]
    size: Expr
    line: int
    heap: bool = False
    zero: bool = False
    constant: bool = False


@dataclass(frozen=True, slots=True)
class Kill:
    """End the life of a region."""

    region: Expr
    line: int


@dataclass(frozen=True, slots=True)
class Get:
    """Read the parts of a slot; a check before has found that there is one of this kind."""

    vars: tuple[str, ...]
    region: Expr
    offset: Expr
    kind: str
    line: int


@dataclass(frozen=True, slots=True)
class Put:
    """Write the parts of a slot; `known` is 0 where what is written was never set itself."""

    region: Expr
    offset: Expr
    kind: str
    values: tuple[Expr, ...]
    line: int
    known: Expr = Num(1)


@dataclass(frozen=True, slots=True)
class Ask:
    """Set `var` to whether something is so.

    Args:
        what: `live`, the region is; `slot`, there is one of this kind at the offset; `known`, it has been written;
            `heap`, this is the beginning of a region that can be given back; `kept`, one that was made on this line
            has not been given back; `own`, the region is not constant.
    """

    var: str
    what: str
    region: Expr
    offset: Expr
    kind: str
    line: int


Stmt: TypeAlias = (
    Assign | Nondet | Fill | Init | Load | Store | Assume | Check | Beyond | If | Loop | Block | Leave
    | Alloc | Kill | Get | Put | Ask
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A lowered program.

    Args:
        body: what is run; a Leave of the label `end` ends the program.
        scalars: every variable and its type.
        arrays: every array, the type of its elements and how many there are.
        loops: line of each loop, by number.
        sites: line of each assertion, by site.
        constants: the numbers in the text.
        externals: what the functions without a body return; None: nothing.
        params: of the function that is checked; None: a pointer that is never used.
        memory: whether it has regions, so that invariants can't speak about it.
        tracked: whether something may be read that was never set.
        leaks: whether every block must have been given back at the end.
        seen: variables whose last values a caller sees; empty where nobody asked.
    """

    body: tuple[Stmt, ...]
    scalars: Mapping[str, CType]
    arrays: Mapping[str, tuple[CType, int]]
    loops: tuple[int, ...] = ()
    sites: tuple[int, ...] = ()
    constants: frozenset[int] = field(default_factory=frozenset)
    externals: Mapping[str, CType | None] = field(default_factory=dict)
    params: tuple[CType | None, ...] = ()
    memory: bool = False
    tracked: bool = False
    leaks: bool = False
    seen: tuple[str, ...] = ()


ASSERTION = "assertion"
OVERFLOW = "signed overflow"
DIVISION = "division by zero"
SHIFT = "shift out of range"
INDEX = "index out of bounds"
NULL = "null dereference"
NULL_MOVED = "arithmetic on NULL"
DANGLING = "dangling dereference"
DOUBLE_FREE = "double free"
BAD_FREE = "free of what was not allocated"
CONSTANT = "write to a constant"
LEAK = "leak"
UNSET = "uninitialised read"
END = "end"


def cell(array: str, index: int) -> str:
    """The name under which an element is kept where arrays are taken apart."""
    return f"{array}[{index}]"


def assigned(body: tuple[Stmt, ...], arrays: Mapping[str, tuple[CType, int]]) -> frozenset[str]:
    """Every scalar and cell that running the statements may change."""
    found: set[str] = set()
    for stmt in body:
        match stmt:
            case Assign(var=var) | Nondet(var=var) | Load(var=var):
                found.add(var)
            case Fill(array=array) | Init(array=array) | Store(array=array):
                found.update(cell(array, i) for i in range(arrays[array][1]))
            case If(then=then, orelse=orelse):
                found |= assigned(then, arrays) | assigned(orelse, arrays)
            case Loop(body=inner) | Block(body=inner):
                found |= assigned(inner, arrays)
    return frozenset(found)
