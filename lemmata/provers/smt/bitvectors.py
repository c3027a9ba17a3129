"""What SMT-LIB's functions on bit-vectors give, on plain non-negative integers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence


def apply_bits(op: str, values: Sequence[int], widths: Sequence[int], indices: tuple[int, ...]) -> bool | int:
    """The function `op` put to bit-vectors that are already known to be of fitting widths.

    Args:
        op: as SMT-LIB calls it.
        values: each within 0 … 2**width - 1.
        widths: of each value.
        indices: as in (_ extract 7 0).
    """
    width, first = widths[0], values[0]
    if op in _BINARY:
        for value in values[1:]:
            first = _BINARY[op](first, value, width) & ((1 << width) - 1)
        return first
    if op in _COMPARE:
        compare, with_sign = _COMPARE[op]
        pair = [signed(v, width) for v in values] if with_sign else values
        return compare(pair[0], pair[1])
    match op:
        case "bvnot":
            return ~first & ((1 << width) - 1)
        case "bvneg":
            return -first & ((1 << width) - 1)
        case "bvcomp":
            return int(values[0] == values[1])
        case "concat":
            return first << widths[1] | values[1]
    return _indexed(op, first, width, indices)


def signed(value: int, width: int) -> int:
    """The number that the bits stand for in two's complement."""
    return value - (1 << width) if value >> (width - 1) else value


def _indexed(op: str, value: int, width: int, indices: tuple[int, ...]) -> int:
    count = indices[0]
    match op:
        case "extract":
            return (value >> indices[1]) & ((1 << (count - indices[1] + 1)) - 1)
        case "zero_extend":
            return value
        case "sign_extend":
            return signed(value, width) & ((1 << (width + count)) - 1)
        case "repeat":
            return sum(value << (width * i) for i in range(count))
        case "rotate_left" | "rotate_right":
            left = count % width if op == "rotate_left" else -count % width
            return (value << left | value >> (width - left)) & ((1 << width) - 1)
    raise AssertionError(op)


def _udiv(a: int, b: int, width: int) -> int:
    return a // b if b else (1 << width) - 1


def _urem(a: int, b: int, width: int) -> int:
    return a % b if b else a


def _sdiv(a: int, b: int, width: int) -> int:
    x, y = signed(a, width), signed(b, width)
    quotient = _udiv(abs(x), abs(y), width)
    return -quotient if (x < 0) != (y < 0) else quotient


def _srem(a: int, b: int, width: int) -> int:
    x, y = signed(a, width), signed(b, width)
    remainder = _urem(abs(x), abs(y), width)
    return -remainder if x < 0 else remainder


def _smod(a: int, b: int, width: int) -> int:
    y = signed(b, width)
    return signed(a, width) % y if y else a


def _shift_left(a: int, b: int, width: int) -> int:
    return a << b if b < width else 0


def _shift_right(a: int, b: int, width: int) -> int:
    return a >> b if b < width else 0


def _shift_signed(a: int, b: int, width: int) -> int:
    return signed(a, width) >> min(b, width)


_BINARY: Mapping[str, Callable[[int, int, int], int]] = {
    "bvadd": lambda a, b, _: a + b,
    "bvsub": lambda a, b, _: a - b,
    "bvmul": lambda a, b, _: a * b,
    "bvand": lambda a, b, _: a & b,
    "bvor": lambda a, b, _: a | b,
    "bvxor": lambda a, b, _: a ^ b,
    "bvnand": lambda a, b, _: ~(a & b),
    "bvnor": lambda a, b, _: ~(a | b),
    "bvxnor": lambda a, b, _: ~(a ^ b),
    "bvudiv": _udiv,
    "bvurem": _urem,
    "bvsdiv": _sdiv,
    "bvsrem": _srem,
    "bvsmod": _smod,
    "bvshl": _shift_left,
    "bvlshr": _shift_right,
    "bvashr": _shift_signed,
}

_COMPARE: Mapping[str, tuple[Callable[[int, int], bool], bool]] = {
    "bvult": (lambda a, b: a < b, False),
    "bvule": (lambda a, b: a <= b, False),
    "bvugt": (lambda a, b: a > b, False),
    "bvuge": (lambda a, b: a >= b, False),
    "bvslt": (lambda a, b: a < b, True),
    "bvsle": (lambda a, b: a <= b, True),
    "bvsgt": (lambda a, b: a > b, True),
    "bvsge": (lambda a, b: a >= b, True),
}
