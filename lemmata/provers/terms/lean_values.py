"""What elaborated Lean expressions stand for: terms, tuples of them, functions, and lists of digits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from lemmata.provers.terms.lean_syntax import fail
from lemmata.provers.terms.lean_types import Arrow, Digits, Product, SetOf, Type, components, flat
from lemmata.provers.terms.term import (
    App,
    Call,
    Every,
    Gather,
    InRange,
    Let,
    Num,
    Op,
    Sort,
    Term,
    Truth,
    Var,
    apply,
    conjunction,
    number,
)
from lemmata.provers.terms.term import Extremal as ExtremalTerm

_TERMS = (Num, Truth, Var, App, Let, Every, InRange, Call, Gather, ExtremalTerm)


@dataclass(frozen=True, slots=True)
class Tuple:
    parts: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A function, or a set as the function that says what is in it.

    Args:
        parameters: types of the arguments; for a set the type of its elements.
        call: the value for given arguments.
    """

    parameters: tuple[Type, ...]
    call: Callable[[tuple[Value, ...]], Value]


@dataclass(frozen=True, slots=True)
class DigitsOf:
    """`Nat.digits base number`, least first."""

    base: Term
    number: Term


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that is written out."""

    items: tuple[Value, ...]


Value: TypeAlias = Term | Tuple | Function | DigitsOf | Listed


@dataclass(slots=True)
class Cell:
    """What a bound name stands for, while its body is made."""

    value: Value | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """An expression with its type; `make` gives its value once all types are known."""

    type: Type
    make: Callable[[], Value]
    column: int

    def term(self) -> Term:
        """Its value, where that is a term."""
        return as_term(self.make(), self.column)


def as_term(value: Value, column: int) -> Term:
    if isinstance(value, _TERMS):
        return value
    raise fail(column, "expected a number or a proposition here")


def flattened(value: Value, column: int) -> list[Term]:
    """The numbers of a tuple, in order."""
    if isinstance(value, Tuple):
        return [t for part in value.parts for t in flattened(part, column)]
    return [as_term(value, column)]


def shaped(kind: Type, parts: list[Term]) -> Value:
    """The value of a type with these numbers, taken from the front."""
    if isinstance(kind, Product):
        return Tuple(tuple(shaped(p, parts) for p in kind.parts))
    return parts.pop(0)


def variable(name: str, kind: Type, column: int) -> Value:
    """A variable of a type; of a tuple, one for each number."""
    if flat(kind) is not None:
        return shaped(kind, list(components(name, kind)))
    parameters, result = signature(kind, column)

    def call(args: tuple[Value, ...]) -> Value:
        given = tuple(t for a in args for t in flattened(a, column))
        sorts = flat(result) or ()
        names = [name] if isinstance(result, Sort) else [f"{name}.{i + 1}" for i in range(len(sorts))]
        return shaped(result, [Call(n, given, s) for n, s in zip(names, sorts, strict=True)])

    return Function(parameters, call)


def signature(kind: Type, column: int) -> tuple[tuple[Type, ...], Type]:
    """Parameters and result of a function's or set's type, all of them numbers or tuples of numbers.

    Raises:
        BadInput: a function of functions, or no function.
    """
    match kind:
        case Arrow(parameters, result):
            pass
        case SetOf(element, _):
            parameters, result = (element,), Sort.BOOL
        case _:
            raise fail(column, "a variable can be a number, a proposition, a tuple, a function or a set of numbers")
    if flat(result) is None or any(flat(p) is None for p in parameters):
        raise fail(column, "functions of functions and sets of sets are not understood")
    return parameters, result


def equal(kind: Type, one: Value, other: Value, fresh: Callable[[str], str], column: int) -> Term:
    """That two values of a type are the same."""
    match kind:
        case Sort():
            return apply(Op.IFF if kind is Sort.BOOL else Op.EQ, as_term(one, column), as_term(other, column))
        case Product():
            pairs = zip(flattened(one, column), flattened(other, column), strict=True)
            return conjunction(*(_same(a, b) for a, b in pairs))
        case Arrow() | SetOf():
            assert isinstance(one, Function)
            assert isinstance(other, Function)
            parameters, result = signature(kind, column)
            names = [components(fresh("x"), p) for p in parameters]
            args = tuple(shaped(p, list(n)) for p, n in zip(parameters, names, strict=True))
            body = equal(result, one.call(args), other.call(args), fresh, column)
            for var in reversed([v for n in names for v in n]):
                body = Every(var, body, True)
            return body
        case Digits():
            return _digits_equal(one, other, column)
        case _:
            raise fail(column, "equality of these is not understood")


def _same(one: Term, other: Term) -> Term:
    return apply(Op.IFF if isinstance(one, Var | Call) and one.sort is Sort.BOOL else Op.EQ, one, other)


def _digits_equal(one: Value, other: Value, column: int) -> Term:
    match one, other:
        case Listed(), DigitsOf():
            one, other = other, one
    match one, other:
        case DigitsOf(Num(value=int(base)), wanted), Listed(items) if base >= 2:
            digits = [as_term(i, column) for i in items]
            total: Term = number(0, Sort.NAT)
            for digit in reversed(digits):
                total = apply(Op.ADD, digit, apply(Op.MUL, number(base, Sort.NAT), total))
            small = [apply(Op.LT, d, number(base, Sort.NAT)) for d in digits]
            last = [apply(Op.LT, number(0, Sort.NAT), digits[-1])] if digits else []
            return conjunction(apply(Op.EQ, wanted, total), *small, *last)
        case _:
            raise fail(column, "of lists, only the digits of a number and a list written out can be compared")
