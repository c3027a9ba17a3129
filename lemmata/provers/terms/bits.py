"""Values of operations on bit-vectors and arrays, as SMT-LIB defines them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lemmata.provers.terms.term import Op


@dataclass(frozen=True, slots=True)
class ArrayValue:
    """An array: what it holds at some keys, and what it holds at all others."""

    entries: tuple[tuple[Any, Any], ...]
    default: Any

    def at(self, key: Any) -> Any:
        """What it holds at a key."""
        return dict(self.entries).get(key, self.default)

    def storing(self, key: Any, value: Any) -> ArrayValue:
        """The array with another value at one key; two arrays that hold the same are equal."""
        kept = {k: v for k, v in {**dict(self.entries), key: value}.items() if v != self.default}
        return ArrayValue(tuple(sorted(kept.items(), key=repr)), self.default)


def signed(value: int, width: int) -> int:
    """A vector's number as two's complement."""
    return value - (1 << width) if value >> (width - 1) else value


def _shifted_right(a: int, b: int, width: int) -> int:
    return signed(a, width) >> min(b, width)


_VALUES: Mapping[Op, Callable[[int, tuple[int, ...]], int]] = {
    Op.BV_NOT: lambda w, v: ~v[0],
    Op.BV_NEG: lambda w, v: -v[0],
    Op.BV_AND: lambda w, v: v[0] & v[1],
    Op.BV_OR: lambda w, v: v[0] | v[1],
    Op.BV_XOR: lambda w, v: v[0] ^ v[1],
    Op.BV_ADD: lambda w, v: v[0] + v[1],
    Op.BV_SUB: lambda w, v: v[0] - v[1],
    Op.BV_MUL: lambda w, v: v[0] * v[1],
    Op.BV_UDIV: lambda w, v: v[0] // v[1] if v[1] else -1,
    Op.BV_UREM: lambda w, v: v[0] % v[1] if v[1] else v[0],
    Op.BV_SHL: lambda w, v: v[0] << v[1] if v[1] < w else 0,
    Op.BV_LSHR: lambda w, v: v[0] >> v[1] if v[1] < w else 0,
    Op.BV_ASHR: lambda w, v: _shifted_right(v[0], v[1], w),
}
_COMPARISONS: Mapping[Op, Callable[[int, int, int], bool]] = {
    Op.BV_ULT: lambda w, a, b: a < b,
    Op.BV_ULE: lambda w, a, b: a <= b,
    Op.BV_SLT: lambda w, a, b: signed(a, w) < signed(b, w),
    Op.BV_SLE: lambda w, a, b: signed(a, w) <= signed(b, w),
}


def bits_value(op: Op, widths: tuple[int, ...], values: tuple[int, ...]) -> bool | int:
    """The value of an operation on bit-vectors.

    Args:
        op: one of those whose name begins with BV.
        widths: of the arguments; 0 for numerals.
        values: natural numbers below 2 ^ width.
    """
    width = widths[0]
    if op in _COMPARISONS:
        return _COMPARISONS[op](width, *values)
    if op is Op.BV_CONCAT:
        return values[0] << widths[1] | values[1]
    if op is Op.BV_EXTRACT:
        return values[0] >> values[2] & ((1 << (values[1] - values[2] + 1)) - 1)
    if op is Op.BV_TO_NAT:
        return values[0]
    return _VALUES[op](width, values) & ((1 << width) - 1)
