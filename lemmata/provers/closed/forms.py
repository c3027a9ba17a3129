"""The language of closed forms: expressions in n, one for each remainder of n, and what they mean exactly.

    {"pieces": ["n**2/4", "(n**2 - 1)/4"], "start": 0}

For n ≥ start the value is that of the piece whose index is n mod the number of pieces. A piece has numerals, n,
`+ - * / **`, `factorial(e)`, `binomial(e, e)`, `catalan(e)` and `sqrt(numeral)`; an exponent is a numeral, or it is
linear in n and its base has no n.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, Protocol, Self, TypeVar

from lemmata.errors import BadInput
from lemmata.problem import Json
from lemmata.provers.closed import sums
from lemmata.provers.closed.numbers import ONE, ZERO, Outside, Surd, square_root, whole
from lemmata.provers.closed.sums import Sum

MOST_PIECES = 24
_TEXT = 1_000
_DEPTH = 40
_NODES = 400
_EXPONENT = 64
_DIGITS = 400
_LARGEST_ARGUMENT = 5_000
_START = 1_000
_BINARY = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
_CALLS = {"factorial": 1, "binomial": 2, "catalan": 1, "sqrt": 1}


@dataclass(frozen=True, slots=True)
class Piece:
    """One expression.

    Args:
        text: as it was given.
        node: its syntax, of the language above.
    """

    text: str
    node: ast.expr


@dataclass(frozen=True, slots=True)
class Form:
    """A closed form.

    Args:
        pieces: by the remainder of n.
        start: the least n that it speaks of.
    """

    pieces: tuple[Piece, ...]
    start: int

    def piece(self, n: int) -> ast.expr:
        return self.pieces[n % len(self.pieces)].node


def decode_form(data: Json, place: str) -> Form:
    """The closed form that JSON states.

    Raises:
        BadInput: not in the language.
    """
    if not isinstance(data, dict) or set(data) != {"pieces", "start"}:
        raise BadInput("expected an object with pieces and start", place=place)
    texts, start = data["pieces"], data["start"]
    if type(start) is not int or not -_START <= start <= _START:
        raise BadInput(f"expected a start from -{_START} to {_START}", place=f"{place}.start")
    if not isinstance(texts, list) or not 1 <= len(texts) <= MOST_PIECES or not all(isinstance(t, str) for t in texts):
        raise BadInput(f"expected 1 to {MOST_PIECES} texts", place=f"{place}.pieces")
    return Form(tuple(_read(t, f"{place}.pieces") for t in texts), start)


def encode_form(form: Form) -> dict[str, Json]:
    return {"pieces": [p.text for p in form.pieces], "start": form.start}


def describe_form(form: Form, head: str, parameter: str) -> str:
    """The form in words."""
    size = len(form.pieces)
    renamed = [_renamed(p.node, parameter) for p in form.pieces]
    end = f" for every integer {parameter} ≥ {form.start}"
    if size == 1:
        return f"{head} = {renamed[0]}{end}"
    cases = [f"{text} where {parameter} ≡ {r} mod {size}" for r, text in enumerate(renamed)]
    return f"{head} = {', '.join(cases)}{end}"


def _renamed(node: ast.expr, name: str) -> str:
    text = ast.unparse(node)
    return text if name == "n" else ast.unparse(_Naming(name).visit(ast.parse(text, mode="eval")))


class _Naming(ast.NodeTransformer):
    def __init__(self, name: str) -> None:
        self.name = name

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(id=self.name) if node.id == "n" else node


def _read(text: str, place: str) -> Piece:
    if len(text) > _TEXT:
        raise BadInput(f"expected at most {_TEXT} characters", place=place)
    try:
        node = ast.parse(text.strip(), mode="eval").body
        _Reading(place).check(node, 0)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as exc:
        raise BadInput(f"expected an expression ({exc})", place=place) from None
    return Piece(ast.unparse(node), node)


class _Reading:
    def __init__(self, place: str) -> None:
        self.place, self.left = place, _NODES

    def check(self, node: ast.expr, level: int) -> None:
        self.left -= 1
        if level > _DEPTH or self.left < 0:
            raise BadInput("expected a shorter expression", place=self.place)
        for part in self.parts(node):
            self.check(part, level + 1)

    def parts(self, node: ast.expr) -> list[ast.expr]:
        match node:
            case ast.Constant(value=value) if type(value) is int and value.bit_length() < 4 * _DIGITS:
                return []
            case ast.Name(id="n"):
                return []
            case ast.BinOp(left=left, op=op, right=right) if isinstance(op, _BINARY):
                return [left, right]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return [operand]
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if _CALLS.get(name) == len(args):
                return args
        raise BadInput(
            f"expected numerals, n, + - * / **, {', '.join(_CALLS)}, not {ast.unparse(node)[:60]!r}", place=self.place
        )


class Value(Protocol):
    """What expressions are worked out in: numbers, or functions in normal form."""

    def __add__(self, other: Self, /) -> Self: ...
    def __sub__(self, other: Self, /) -> Self: ...
    def __mul__(self, other: Self, /) -> Self: ...
    def __neg__(self) -> Self: ...
    def inverse(self) -> Self: ...
    def power(self, exponent: int) -> Self: ...


V = TypeVar("V", bound=Value)


@dataclass(frozen=True, slots=True)
class _Meaning(Generic[V]):
    """How numerals, powers and factorials are made."""

    number: Callable[[Surd], V]
    exponential: Callable[[Surd, V], V]
    factorial: Callable[[V], V]


def value_at(form: Form, n: int) -> Surd:
    """The exact number for one n ≥ start.

    Raises:
        Outside: there is none, or it is too large.
    """
    if n < form.start:
        raise Outside(f"the form begins at {form.start}")
    return _worked(form.piece(n), whole(n), _NUMBERS)


def integer_at(form: Form, n: int) -> int:
    """The whole number for one n ≥ start.

    Raises:
        Outside: there is none, or it is no whole number.
    """
    found = value_at(form, n)
    if not found.rational or found.a.denominator != 1:
        raise Outside("it is no whole number there")
    return int(found.a)


def form_over(form: Form, argument: Sum) -> Sum:
    """The form with a linear function a·m + c in the place of n, as a function of m ≥ 0.

    Raises:
        Outside: it is not defined for all of them, or no single piece holds for all of them.
    """
    factor, shift = argument.linear()
    if factor < 0 or shift < form.start or factor % len(form.pieces):
        raise Outside("the closed form is not one expression there")
    return _worked(form.piece(shift), argument, _FUNCTIONS)


def is_whole(form: Form, argument: Sum) -> bool:
    """Whether all the values that `form_over` gives are seen to be whole numbers."""
    factor, shift = argument.linear()
    try:
        sums.remainder(form_over(form, argument), 1)
        return True
    except Outside:
        return factor >= 0 and shift >= form.start and _is_whole(form.piece(shift), argument)


def _is_whole(node: ast.expr, argument: Sum) -> bool:
    """By its syntax: binomial coefficients and so on are whole, and so are sums and products of whole numbers."""
    match node:
        case ast.Constant() | ast.Name() | ast.Call(func=ast.Name(id="factorial" | "binomial" | "catalan")):
            return True
        case ast.UnaryOp(operand=operand):
            return _is_whole(operand, argument)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult(), right=right):
            return _is_whole(left, argument) and _is_whole(right, argument)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            factor, shift = _worked(right, argument, _FUNCTIONS).linear()
            return factor >= 0 and shift >= 0 and _is_whole(left, argument)
    return False


def _worked(node: ast.expr, n: V, meaning: _Meaning[V]) -> V:
    match node:
        case ast.Constant(value=int(value)):
            return meaning.number(whole(value))
        case ast.Name():
            return n
        case ast.UnaryOp(operand=operand):
            return -_worked(operand, n, meaning)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(left, right, n, meaning)
        case ast.BinOp(left=left, op=op, right=right):
            return _combined(op, _worked(left, n, meaning), _worked(right, n, meaning))
        case ast.Call(func=ast.Name(id="sqrt"), args=[inside]):
            return meaning.number(square_root(_numeral(inside)))
        case ast.Call(func=ast.Name(id=name), args=args):
            return _called(name, [_worked(a, n, meaning) for a in args], meaning)
    raise Outside("an expression of another kind")


def _combined(op: ast.operator, left: V, right: V) -> V:
    match op:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
    return left * right.inverse()


def _power(base: ast.expr, exponent: ast.expr, n: V, meaning: _Meaning[V]) -> V:
    if not _mentions(exponent):
        value = _numeral(exponent)
        if value.denominator != 1 or abs(value) > _EXPONENT:
            raise Outside("an exponent that is no whole number, or too large")
        return _worked(base, n, meaning).power(int(value))
    if _mentions(base):
        raise Outside("a power whose base and exponent both have n")
    return meaning.exponential(_worked(base, ZERO, _NUMBERS), _worked(exponent, n, meaning))


def _called(name: str, args: list[V], meaning: _Meaning[V]) -> V:
    made = meaning.factorial
    match name, args:
        case "factorial", [a]:
            return made(a)
        case "binomial", [a, b]:
            return made(a) * (made(b) * made(a - b)).inverse()
    (a,) = args
    return made(a + a) * (made(a) * made(a + meaning.number(ONE))).inverse()


def _mentions(node: ast.expr) -> bool:
    return any(isinstance(part, ast.Name) and part.id == "n" for part in ast.walk(node))


def _numeral(node: ast.expr) -> Fraction:
    if _mentions(node):
        raise Outside("n where a numeral is needed")
    found = _worked(node, ZERO, _NUMBERS)
    if not found.rational:
        raise Outside("a root where a numeral is needed")
    return found.a


def _argument(value: Surd) -> int:
    if not value.rational or value.a.denominator != 1 or not -_LARGEST_ARGUMENT <= value.a <= _LARGEST_ARGUMENT:
        raise Outside("an exponent or argument that is no whole number, or too large")
    return int(value.a)


def _factorial(value: Surd) -> Surd:
    argument = _argument(value)
    if argument < 0:
        raise Outside("the factorial of a negative number")
    return whole(math.factorial(argument))


_NUMBERS: _Meaning[Surd] = _Meaning(
    number=lambda value: value,
    exponential=lambda base, exponent: base.power(_argument(exponent)),
    factorial=_factorial,
)
_FUNCTIONS: _Meaning[Sum] = _Meaning(number=sums.constant, exponential=sums.exponential, factorial=sums.factorial)
