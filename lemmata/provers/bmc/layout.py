"""Types that are no integers, and where gcc puts their parts on 64-bit Linux."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from lemmata.provers.bmc.ir import CType, Slot


@dataclass(frozen=True, slots=True)
class Pointer:
    """To a type; None: to void."""

    target: Type | None


@dataclass(frozen=True, slots=True)
class Record:
    """A structure; its fields are in the `Layouts`."""

    tag: str


@dataclass(frozen=True, slots=True)
class Vector:
    element: Type
    count: int


Type: TypeAlias = CType | Pointer | Record | Vector


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: Type
    offset: int


@dataclass(frozen=True, slots=True)
class _Shape:
    fields: tuple[Field, ...]
    size: int
    align: int


def kind_of(t: Type | None) -> str:
    """A name that two types share only where they are the same."""
    match t:
        case None:
            return "void"
        case CType():
            return f"{'b' if t.boolean else 'i' if t.signed else 'u'}{t.width}"
        case Pointer(target):
            return f"*{kind_of(target)}"
        case Record(tag):
            return f"struct {tag}"
        case Vector(element, count):
            return f"[{count}]{kind_of(element)}"


@dataclass
class Layouts:
    """The structures of a program."""

    shapes: dict[str, _Shape] = field(default_factory=dict)

    def define(self, tag: str, members: list[tuple[str, Type]]) -> None:
        """Lay out the members of a structure, in their order."""
        at, most, fields = 0, 1, []
        for name, t in members:
            align = self.align(t)
            at = -(-at // align) * align
            fields.append(Field(name, t, at))
            at, most = at + self.size(t), max(most, align)
        self.shapes[tag] = _Shape(tuple(fields), -(-at // most) * most, most)

    def complete(self, t: Type | None) -> bool:
        """Whether the size of a type is known."""
        match t:
            case Record(tag):
                return tag in self.shapes
            case Vector(element, _):
                return self.complete(element)
        return t is not None

    def size(self, t: Type) -> int:
        match t:
            case CType(width=width):
                return width // 8
            case Pointer():
                return 8
            case Record(tag):
                return self.shapes[tag].size
            case Vector(element, count):
                return count * self.size(element)

    def align(self, t: Type) -> int:
        match t:
            case Record(tag):
                return self.shapes[tag].align
            case Vector(element, _):
                return self.align(element)
        return self.size(t)

    def fields(self, t: Record) -> tuple[Field, ...]:
        return self.shapes[t.tag].fields

    def find_field(self, t: Record, name: str) -> Field | None:
        return next((f for f in self.fields(t) if f.name == name), None)

    def leaves(self, t: Type, at: int = 0) -> list[tuple[int, Type]]:
        """The offsets and types of the single values, in their order."""
        match t:
            case Record():
                return [leaf for f in self.fields(t) for leaf in self.leaves(f.type, at + f.offset)]
            case Vector(element, count):
                size = self.size(element)
                return [leaf for i in range(count) for leaf in self.leaves(element, at + i * size)]
        return [(at, t)]

    def slots(self, t: Type) -> list[Slot]:
        return [Slot(offset, self.size(each), kind_of(each)) for offset, each in self.leaves(t)]
