"""The integer types of C as gcc has them on 64-bit Linux, and how expressions convert between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lemmata.provers.bmc.ir import CType, Expr, Num, Op
from lemmata.provers.bmc.names import kind
from lemmata.provers.bmc.source import unsupported

BOOL = CType(8, False, True)
INT = CType(32)
UINT = CType(32, False)
LONG = CType(64)
ULONG = CType(64, False)
WHOLE = CType(0)

_WORDS = {"int", "signed", "unsigned", "char", "short", "long"}
_SUFFIXES = {
    "bool": BOOL, "_Bool": BOOL, "char": CType(8), "schar": CType(8), "uchar": CType(8, False),
    "short": CType(16), "ushort": CType(16, False), "int": INT, "uint": UINT, "unsigned": UINT, "unsigned_int": UINT,
    "u8": CType(8, False), "u16": CType(16, False), "u32": UINT, "u64": ULONG,
    "long": LONG, "ulong": ULONG, "longlong": LONG, "ulonglong": ULONG, "size_t": ULONG, "loff_t": LONG,
}  # fmt: skip


def named_type(words: list[str]) -> CType | None:
    """The type that specifiers such as `unsigned long int` mean; None: not an integer type."""
    if words in (["_Bool"], ["bool"]):
        return BOOL
    if not words or not set(words) <= _WORDS or words.count("long") > 2:
        return None
    signed = "unsigned" not in words
    width = 8 if "char" in words else 16 if "short" in words else 64 if "long" in words else 32
    return CType(width, signed)


def nondet_type(name: str) -> CType | None:
    """What an undeclared `__VERIFIER_nondet_…` returns; int for any other undeclared name."""
    for prefix in ("__VERIFIER_nondet_", "nondet_"):
        if name.startswith(prefix):
            return _SUFFIXES.get(name.removeprefix(prefix))
    return INT


def scalar_type(node: Any, typedefs: Mapping[str, Any], name: str) -> CType | None:
    """The type of a TypeDecl; None for void.

    Raises:
        Unsupported: not an integer type.
    """
    node = node.type if kind(node) == "Typename" else node
    if kind(node) == "TypeDecl":
        if "_Atomic" in node.quals or "volatile" in node.quals:
            raise unsupported("a volatile or atomic object", node, name)
        node = node.type
    if kind(node) != "IdentifierType":
        raise unsupported(_describe(node), node, name)
    words = list(node.names)
    if words == ["void"]:
        return None
    if len(words) == 1 and words[0] in typedefs:
        return scalar_type(typedefs[words[0]], typedefs, name)
    found = named_type(words)
    if found is None:
        raise unsupported(f"the type {' '.join(words)}", node, name)
    return found


def _describe(node: Any) -> str:
    names = {
        "Struct": "a structure",
        "Union": "a union",
        "PtrDecl": "a pointer",
        "ArrayDecl": "an array here",
        "Enum": "an object of enumeration type",
    }
    return names.get(kind(node), f"a {kind(node)} here")


def promote(t: CType) -> CType:
    if t.width == 0:
        return t
    return INT if t.boolean or t.width < 32 else t


def common(a: CType, b: CType) -> CType:
    """The usual arithmetic conversions."""
    a, b = promote(a), promote(b)
    if a.width == 0 or b.width == 0:
        return WHOLE
    if a.width != b.width:
        return a if a.width > b.width else b
    return CType(a.width, a.signed and b.signed)


def convert(value: Expr, source: CType, target: CType) -> Expr:
    """The value converted to another type."""
    if isinstance(value, Num):
        return Num(target.wrap(value.value))
    if target.boolean:
        return value if source.boolean else Op("!=", (value, Num(0)))
    if target.width == 0 or within(source, target):
        return value
    return Op("wrap", (value,), target)


def within(source: CType, target: CType) -> bool:
    """Whether every value of one type is one of the other."""
    if target.low is None or target.high is None:
        return True
    return source.low is not None and source.high is not None and target.holds(source.low) and target.holds(source.high)
