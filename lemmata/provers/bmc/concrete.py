"""Regions of memory in a run on given inputs."""

from __future__ import annotations

from dataclasses import dataclass, field

from lemmata.provers.bmc import ir


@dataclass
class _Region:
    made: ir.Alloc
    size: int
    live: bool = True
    values: dict[int, tuple[int, ...]] = field(default_factory=dict)
    kinds: dict[int, ir.Slot] = field(default_factory=dict)


class Memory:
    """Regions by their numbers, from 1; a slot has a value once it has been written."""

    def __init__(self) -> None:
        self.regions: list[_Region] = []

    def alloc(self, stmt: ir.Alloc, size: int) -> int:
        made = _Region(stmt, size, kinds={slot.offset: slot for slot in stmt.slots})
        if stmt.zero:
            made.values = {slot.offset: (0,) * slot.parts for slot in stmt.slots}
        self.regions.append(made)
        return len(self.regions)

    def kill(self, region: int) -> None:
        self.regions[region - 1].live = False

    def get(self, region: int, offset: int, parts: int) -> tuple[int, ...]:
        return self.regions[region - 1].values.get(offset, (0,) * parts)

    def put(self, region: int, offset: int, values: tuple[int, ...], *, known: bool) -> None:
        kept = self.regions[region - 1].values
        kept[offset] = values
        if not known:
            del kept[offset]

    def ask(self, stmt: ir.Ask, region: int, offset: int) -> bool:
        if stmt.what == "kept":
            return any(r.live and r.made.heap and r.made.line == stmt.line for r in self.regions)
        if not 1 <= region <= len(self.regions):
            return False
        at = self.regions[region - 1]
        match stmt.what:
            case "live":
                return at.live
            case "own":
                return not at.made.constant
            case "heap":
                return at.made.heap and offset == 0
            case "slot":
                slot = at.kinds.get(offset)
                return slot is not None and slot.kind == stmt.kind and offset + slot.size <= at.size
        slot = at.kinds.get(offset)
        return slot is not None and slot.kind == stmt.kind and offset in at.values
