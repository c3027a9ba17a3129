"""Regions of memory in symbolic execution: the parts of every slot are values of the state, like variables.

A region's number is known when it is made, so that a pointer is a choice between a few numbers; what it may point to is
read off its term.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lemmata.provers.bmc import ir
from lemmata.provers.bmc.terms import FALSE, Terms

MARK = "#"
"""What names of the state about regions begin with."""
_Env = dict[str, int]


def live(region: int) -> str:
    return f"{MARK}{region}!"


def _size(region: int) -> str:
    return f"{MARK}{region}%"


def _known(region: int, offset: int) -> str:
    return f"{MARK}{region}@{offset}?"


def _part(region: int, offset: int, part: int) -> str:
    return f"{MARK}{region}@{offset}.{part}"


class Regions:
    """The regions that an execution has made, and how statements change and read them."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.made: list[ir.Alloc] = []
        self._slots: list[dict[str, list[ir.Slot]]] = []

    def alloc(self, stmt: ir.Alloc, size: int, env: _Env) -> None:
        self.made.append(stmt)
        by_kind: dict[str, list[ir.Slot]] = {}
        for slot in stmt.slots:
            by_kind.setdefault(slot.kind, []).append(slot)
        self._slots.append(by_kind)
        region, zero = len(self.made), self.terms.num(0)
        env[stmt.var] = self.terms.num(region)
        env[live(region)], env[_size(region)] = self.terms.num(1), size
        for slot in stmt.slots:
            env[_known(region, slot.offset)] = self.terms.num(int(stmt.zero))
            for part in range(slot.parts):
                env[_part(region, slot.offset, part)] = zero

    def kill(self, region: int, env: _Env) -> None:
        for number, here in self._regions(region, env):
            env[live(number)] = self.terms.ite(here, self.terms.num(0), env[live(number)])

    def get(self, stmt: ir.Get, region: int, offset: int, env: _Env) -> None:
        places = list(self._places(region, offset, stmt.kind, env))
        for part, var in enumerate(stmt.vars):
            found = self.terms.num(0)
            for i, (number, at, here) in enumerate(reversed(places)):
                value = env[_part(number, at, part)]
                found = value if i == 0 else self.terms.ite(here, value, found)
            env[var] = found

    def put(self, stmt: ir.Put, region: int, offset: int, values: list[int], known: int, env: _Env) -> None:
        for number, at, here in self._places(region, offset, stmt.kind, env):
            for part, value in enumerate(values):
                name = _part(number, at, part)
                env[name] = self.terms.ite(here, value, env[name])
            name = _known(number, at)
            env[name] = self.terms.ite(here, known, env[name])

    def ask(self, stmt: ir.Ask, region: int, offset: int, env: _Env) -> int:
        """Whether it is so, as a truth value."""
        terms = self.terms
        match stmt.what:
            case "live":
                return terms.any_(
                    terms.and_(here, self._holds(env[live(number)])) for number, here in self._regions(region, env)
                )
            case "own":
                return terms.any_(
                    here for number, here in self._regions(region, env) if not self.made[number - 1].constant
                )
            case "heap":
                start = terms.eq(offset, terms.num(0))
                return terms.any_(
                    terms.and_(here, start) for number, here in self._regions(region, env) if self.made[number - 1].heap
                )
            case "kept":
                return terms.any_(
                    self._holds(env[live(number)])
                    for number, each in enumerate(self.made, 1)
                    if each.heap and each.line == stmt.line and live(number) in env
                )
            case "slot":
                return terms.any_(
                    terms.and_(here, self._inside(number, offset, stmt.kind, env))
                    for number, here in self._regions(region, env)
                )
        return terms.any_(
            terms.and_(here, self._holds(env[_known(number, at)]))
            for number, at, here in self._places(region, offset, stmt.kind, env)
        )

    def _holds(self, value: int) -> int:
        return self.terms.not_(self.terms.eq(value, self.terms.num(0)))

    def _inside(self, region: int, offset: int, kind: str, env: Mapping[str, int]) -> int:
        """Whether a slot of the kind is at the offset, and within the size."""
        terms, slots = self.terms, self._slots[region - 1].get(kind, [])
        if not slots:
            return FALSE
        fits = terms.le(terms.add(offset, terms.num(slots[0].size)), env[_size(region)])
        return terms.and_(fits, terms.any_(terms.eq(offset, terms.num(slot.offset)) for slot in slots))

    def _regions(self, region: int, env: Mapping[str, int]) -> Iterator[tuple[int, int]]:
        """What a term may be the number of, and when it is."""
        known = self.terms.choices(region)
        for number in range(1, len(self.made) + 1) if known is None else sorted(known):
            if number > 0 and live(number) in env:
                here = self.terms.eq(region, self.terms.num(number))
                if here != FALSE:
                    yield number, here

    def _places(self, region: int, offset: int, kind: str, env: Mapping[str, int]) -> Iterator[tuple[int, int, int]]:
        for number, here in self._regions(region, env):
            for slot in self._slots[number - 1].get(kind, ()):
                both = self.terms.and_(here, self.terms.eq(offset, self.terms.num(slot.offset)))
                if both != FALSE:
                    yield number, slot.offset, both


def joined(terms: Terms, cond: int, one: Mapping[str, int], other: Mapping[str, int]) -> _Env:
    """What of regions is in one of two states only: there it is as it is, and in the other it is not alive yet."""
    env: _Env = {}
    for here, there, side in ((one, other, cond), (other, one, terms.not_(cond))):
        for name, value in here.items():
            if name.startswith(MARK) and name not in there:
                env[name] = terms.ite(side, value, terms.num(0)) if name.endswith("!") else value
    return env
