"""Types of Lean expressions, as far as claims need them, with holes that unification fills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from lemmata.provers.terms.lean_syntax import Syntax, fail
from lemmata.provers.terms.term import Sort, Var

SORTS: Mapping[str, Sort] = {"ℕ": Sort.NAT, "ℤ": Sort.INT, "ℚ": Sort.RAT, "ℝ": Sort.REAL, "Prop": Sort.BOOL}
ORDER = (Sort.NAT, Sort.INT, Sort.RAT, Sort.REAL)


@dataclass(eq=False, slots=True)
class Hole:
    """A type that is not known yet.

    Args:
        numeral: whether a numeral stands there, which Lean takes for a natural number in the end.
        decimal: whether a decimal stands there, which needs a field.
        link: what it turned out to be.
    """

    numeral: bool = False
    decimal: bool = False
    link: Type | None = field(default=None)


@dataclass(frozen=True, slots=True)
class Arrow:
    parameters: tuple[Type, ...]
    result: Type


@dataclass(frozen=True, slots=True)
class Product:
    parts: tuple[Type, ...]


@dataclass(frozen=True, slots=True)
class SetOf:
    """Set (or, `finite`, Finset) of a type; its values are predicates."""

    element: Type
    finite: bool


@dataclass(frozen=True, slots=True)
class Digits:
    """List ℕ, which only `Nat.digits` makes here."""


@dataclass(frozen=True, slots=True)
class Extended:
    """ℕ∞, which only `Set.encard` makes here."""


Type: TypeAlias = Sort | Hole | Arrow | Product | SetOf | Digits | Extended


def known(kind: Type) -> Type:
    """The type with holes that are filled looked through, outermost only."""
    while isinstance(kind, Hole) and kind.link is not None:
        kind = kind.link
    return kind


def unify(one: Type, other: Type) -> bool:
    """Make two types the same by filling holes; False where that can't be."""
    one, other = known(one), known(other)
    if one is other:
        return True
    if isinstance(one, Hole):
        return _fill(one, other)
    if isinstance(other, Hole):
        return _fill(other, one)
    match one, other:
        case Arrow(), Arrow():
            pairs = zip((*one.parameters, one.result), (*other.parameters, other.result), strict=False)
            return len(one.parameters) == len(other.parameters) and all(unify(a, b) for a, b in pairs)
        case Product(), Product():
            return len(one.parts) == len(other.parts) and all(map(unify, one.parts, other.parts))
        case SetOf(), SetOf():
            return unify(one.element, other.element)
        case _:
            return one == other


def _fill(hole: Hole, kind: Type) -> bool:
    if isinstance(kind, Hole):
        kind.numeral, kind.decimal = kind.numeral or hole.numeral, kind.decimal or hole.decimal
    elif (hole.numeral and kind not in ORDER and not isinstance(kind, Extended)) or (
        hole.decimal and kind not in (Sort.RAT, Sort.REAL)
    ):
        return False
    hole.link = kind
    return True


def resolved(kind: Type, column: int) -> Type:
    """The type without holes; a hole with numerals alone is ℕ, as in Lean.

    Raises:
        BadInput: nothing tells what it is.
    """
    kind = known(kind)
    match kind:
        case Hole(numeral=True, decimal=False):
            kind.link = Sort.NAT
            return Sort.NAT
        case Hole():
            raise fail(column, "nothing tells of what type this is; write it, as in (x : Int)")
        case Arrow(parameters, result):
            return Arrow(tuple(resolved(p, column) for p in parameters), resolved(result, column))
        case Product(parts):
            return Product(tuple(resolved(p, column) for p in parts))
        case SetOf(element, finite):
            return SetOf(resolved(element, column), finite)
        case _:
            return kind


def sort_for(kind: Type, column: int) -> Sort:
    """The sort of a number or proposition.

    Raises:
        BadInput: it is something else.
    """
    found = resolved(kind, column)
    if isinstance(found, Extended):
        return Sort.NAT
    if not isinstance(found, Sort):
        raise fail(column, f"expected a number or a proposition, but {told(found)} came")
    return found


def told(kind: Type) -> str:
    """The type in words."""
    kind = known(kind)
    match kind:
        case Sort():
            return f"a {kind.value}"
        case Hole():
            return "something of unknown type"
        case Arrow():
            return "a function"
        case Product():
            return "a tuple"
        case SetOf():
            return "a set"
        case Digits():
            return "a list"
        case Extended():
            return "an extended natural number"


def read_type(tree: Syntax) -> Type | None:
    """The type that a tree writes, or None where it is no type of the fragment's."""
    match tree:
        case Syntax("name", text) if text in SORTS:
            return SORTS[text]
        case Syntax("→", parts=(left, right)):
            one, other = read_type(left), read_type(right)
            if one is None or other is None or Sort.BOOL is one:
                return None
            if isinstance(other, Arrow):
                return Arrow((one, *other.parameters), other.result)
            return Arrow((one,), other)
        case Syntax("×", parts=(left, right)):
            one, other = read_type(left), read_type(right)
            if one is None or other is None:
                return None
            return Product((one, *other.parts) if isinstance(other, Product) else (one, other))
        case Syntax("apply", parts=(Syntax("name", "Set" | "Finset" as name), inner)):
            element = read_type(inner)
            return None if element is None else SetOf(element, name == "Finset")
        case Syntax("apply", parts=(Syntax("name", "List"), Syntax("name", "ℕ"))):
            return Digits()
        case _:
            return None


def flat(kind: Type) -> tuple[Sort, ...] | None:
    """The sorts of a tuple's numbers, in order; None where it holds something else."""
    match kind:
        case Sort():
            return (kind,)
        case Product(parts):
            found = [flat(p) for p in parts]
            return tuple(s for f in found if f is not None for s in f) if None not in found else None
        case _:
            return None


def components(name: str, kind: Type) -> list[Var]:
    """Variables for the numbers of a tuple, `x.1`, `x.2`; of a number, the variable itself."""
    sorts = flat(kind)
    assert sorts is not None
    return [Var(name, sorts[0])] if isinstance(kind, Sort) else [Var(f"{name}.{i + 1}", s) for i, s in enumerate(sorts)]
