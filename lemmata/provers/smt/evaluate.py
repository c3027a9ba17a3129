"""Exact evaluation of typed SMT-LIB terms, by us and not by a solver: what replays every counterexample.

Integers and rationals are exact; div and mod are SMT-LIB's, with a remainder that is never negative. A division by zero
has no fixed value in SMT-LIB: a term whose value hinges on one is `Undetermined`, and so is a quantifier over an
infinite sort. A conjunction with a false member is false whatever the others are.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias, assert_never

from lemmata.errors import BadInput
from lemmata.formats.smt_sorts import BOOL, REAL, Sort
from lemmata.formats.smt_terms import Apply, Let, Literal, Quantified, Term, Use
from lemmata.formats.smtlib import Declared, Defined
from lemmata.problem import Json
from lemmata.provers.smt.bitvectors import apply_bits

_LARGEST_BITS = 1 << 18
_MOST_CASES = 1 << 12
_STEPS = 2_000_000


class Undetermined(Exception):
    """The value hinges on something that is not fixed or not finite; the text says on what."""


@dataclass(frozen=True, slots=True)
class Table:
    """A function with finitely many exceptions to a default; also an array, whose keys are 1-tuples."""

    entries: Mapping[tuple[Value, ...], Value]
    default: Value

    def at(self, key: tuple[Value, ...]) -> Value:
        return self.entries.get(_plain(key), self.default)

    def put(self, key: tuple[Value, ...], value: Value) -> Table:
        return Table({**self.entries, _plain(key): value}, self.default)


def _plain(key: tuple[Value, ...]) -> tuple[Value, ...]:
    if any(isinstance(k, Table) for k in key):
        raise Undetermined("what a function gives for an array")
    return key


Value: TypeAlias = bool | int | Fraction | str | Table


@dataclass(slots=True)
class Work:
    """How much may still be done: definitions and quantifiers can ask for more than anyone has time for."""

    left: int = _STEPS

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise Undetermined("more steps than are allowed")


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What the declared and defined names mean."""

    values: Mapping[str, Value]
    definitions: Mapping[str, Defined]
    work: Work = field(default_factory=Work)


def read_values(data: Json, declarations: tuple[Declared, ...]) -> dict[str, Value]:
    """Values of declared names from plain JSON (see `lemmata.provers.smt.values`); nobody's word is trusted.

    Raises:
        BadInput: a name that is not declared, or a value that is not one of its sort.
    """
    if not isinstance(data, dict):
        raise BadInput("expected an object, name -> value", place="values")
    sorts = {d.name: d for d in declarations}
    found: dict[str, Value] = {}
    for name, value in data.items():
        if name not in sorts:
            raise BadInput("this name is not declared in the problem", place=f"values.{name[:60]}")
        made = sorts[name]
        try:
            found[name] = _read_function(value, made) if made.parameters else _read_value(value, made.result)
        except (ValueError, RecursionError, ZeroDivisionError, Undetermined):
            raise BadInput(f"expected a value of sort {made.result}", place=f"values.{name[:60]}") from None
    return found


def _read_function(data: Json, made: Declared) -> Table:
    match data:
        case {"function": list(pairs), "default": default, **rest} if not rest:
            entries: dict[tuple[Value, ...], Value] = {}
            for keys, value in map(_pair, pairs):
                if not isinstance(keys, list) or len(keys) != len(made.parameters):
                    raise ValueError
                key = tuple(_read_value(k, s) for k, s in zip(keys, made.parameters, strict=True))
                entries[_plain(key)] = _read_value(value, made.result)
            return Table(entries, _read_value(default, made.result))
    raise ValueError


def _read_value(data: Json, sort: Sort) -> Value:
    match sort.name, data:
        case "Bool", bool():
            return data
        case "Int" | "Real", str() if len(data) <= 4000 and data.isascii() and not any(c in data for c in " _.eE"):
            number = Fraction(data)
            if sort == REAL:
                return number
            if number.denominator == 1:
                return int(number)
        case "BitVec", {"bv": int(width), "value": int(number), **rest} if not rest:
            if width == sort.width and not isinstance(number, bool) and 0 <= number < 1 << width:
                return number
        case "Array", {"array": list(pairs), "default": default, **rest} if not rest:
            entries: dict[tuple[Value, ...], Value] = {}
            for key, value in map(_pair, pairs):
                entries[_plain((_read_value(key, sort.key),))] = _read_value(value, sort.value)
            return Table(entries, _read_value(default, sort.value))
        case name, {"element": str(element), "sort": str(other), **rest} if not rest and other == name:
            if name not in ("Bool", "Int", "Real", "BitVec", "Array"):
                return element
    raise ValueError


def _pair(data: Json) -> tuple[Json, Json]:
    if not isinstance(data, list) or len(data) != 2:
        raise ValueError
    return data[0], data[1]


def evaluate(term: Term, meaning: Interpretation) -> Value:
    """The value of a closed term.

    Raises:
        Undetermined: it hinges on a division by zero, an infinite quantifier, a name without a value, or is too large.
    """
    try:
        return _evaluate(term, {}, meaning)
    except RecursionError:
        raise Undetermined("definitions that nest too deep") from None


Env: TypeAlias = Mapping[str, Value]


def _evaluate(term: Term, env: Env, meaning: Interpretation) -> Value:
    meaning.work.spend(1)
    match term:
        case Literal(value, _):
            return value
        case Use(name, args):
            return _use(name, args, env, meaning)
        case Apply("and" | "or" | "=>" | "ite" as op, args):
            return _lazy(op, args, env, meaning)
        case Apply(op, args, sort, indices):
            values = [_evaluate(a, env, meaning) for a in args]
            meaning.work.spend(sum(map(_size, values)))
            return _bounded(_strict(op, values, tuple(a.sort for a in args), sort, indices))
        case Let(bindings, body):
            # What is bound but never needed may be undetermined.
            bound = {name: _attempt(value, env, meaning) for name, value in bindings}
            return _evaluate(body, {**env, **bound}, meaning)
        case Quantified(op, variables, body):
            return _quantified(op, variables, body, env, meaning)
        case _:
            assert_never(term)


@dataclass(frozen=True, slots=True)
class _Missing:
    """Stands for a value that is undetermined until somebody needs it."""

    text: str


def _attempt(term: Term, env: Env, meaning: Interpretation) -> Value:
    try:
        return _evaluate(term, env, meaning)
    except Undetermined as exc:
        return _Missing(str(exc))  # type: ignore[return-value]  # never leaves `_use`


def _use(name: str, args: tuple[Term, ...], env: Env, meaning: Interpretation) -> Value:
    if not args and name in env:
        value = env[name]
        if isinstance(value, _Missing):
            raise Undetermined(value.text)
        return value
    if name in meaning.definitions:
        made = meaning.definitions[name]
        inner = {p: _attempt(a, env, meaning) for (p, _), a in zip(made.parameters, args, strict=True)}
        return _evaluate(made.body, inner, meaning)
    if name not in meaning.values:
        raise Undetermined(f"{name}, which has no value")
    found = meaning.values[name]
    if args and isinstance(found, Table):
        return found.at(tuple(_evaluate(a, env, meaning) for a in args))
    return found


def _lazy(op: str, args: tuple[Term, ...], env: Env, meaning: Interpretation) -> Value:
    if op == "ite":
        return _evaluate(args[1] if _evaluate(args[0], env, meaning) else args[2], env, meaning)
    deciding = op != "and"
    pending: Undetermined | None = None
    for index, arg in enumerate(args):
        negated = op == "=>" and index < len(args) - 1
        try:
            if (bool(_evaluate(arg, env, meaning)) != negated) == deciding:
                return deciding
        except Undetermined as exc:
            pending = exc
    if pending is not None:
        raise pending
    return not deciding


def _quantified(
    op: str, variables: tuple[tuple[str, Sort], ...], body: Term, env: Env, meaning: Interpretation
) -> Value:
    domains = []
    cases = 1
    for name, sort in variables:
        if sort != BOOL and (sort.name != "BitVec" or sort.width > 12):
            raise Undetermined(f"a quantifier over {sort}")
        domains.append([(name, v) for v in ((False, True) if sort == BOOL else range(1 << sort.width))])
        cases *= len(domains[-1])
    if cases > _MOST_CASES:
        raise Undetermined(f"a quantifier over {cases} cases")
    for case in itertools.product(*domains):
        if bool(_evaluate(body, {**env, **dict(case)}, meaning)) == (op == "exists"):
            return op == "exists"
    return op != "exists"


def _size(value: Value) -> int:
    """About how many steps of work a value makes for the function that is given it."""
    if isinstance(value, Table):
        return (1 + len(value.entries)) * (1 + _size(value.default)) + sum(map(_size, value.entries.values()))
    return _bits(value) >> 6


def _bits(value: Value) -> int:
    return value.numerator.bit_length() + value.denominator.bit_length() if isinstance(value, int | Fraction) else 0


def _bounded(value: Value) -> Value:
    if _bits(value) > _LARGEST_BITS:
        raise Undetermined("a number of enormous size")
    return value


def _strict(op: str, values: list[Value], sorts: tuple[Sort, ...], sort: Sort, indices: tuple[int, ...]) -> Value:
    match op, values:
        case "not", [value]:
            return not value
        case "xor", _:
            return sum(map(bool, values)) % 2 == 1
        case "=", _:
            return all(same(a, b, sorts[0]) for a, b in itertools.pairwise(values))
        case "distinct", _:
            return not any(same(a, b, sorts[0]) for a, b in itertools.combinations(values, 2))
        case "select", [Table() as table, key]:
            return table.at((key,))
        case "store", [Table() as table, key, value]:
            return table.put((key,), value)
        case "const", [value]:
            return Table({}, value)
    if sorts[0].name == "BitVec":
        return apply_bits(op, [_whole(v) for v in values], [s.width for s in sorts], indices)
    return _number(op, [_rational(v) for v in values], sort, indices)


def _number(op: str, values: list[int | Fraction], sort: Sort, indices: tuple[int, ...]) -> Value:
    compare = _COMPARE.get(op)
    if compare is not None:
        return all(compare(a, b) for a, b in itertools.pairwise(values))
    first, *rest = values
    match op:
        case "+":
            return _sum(values)
        case "-":
            return first - _sum(rest) if rest else -first
        case "*":
            for value in rest:
                first = _rational(_bounded(first * value))
            return first
        case "/" | "div" | "mod":
            return _divide(op, first, rest)
        case "abs":
            return -first if first < 0 else first
        case "to_real":
            return Fraction(first)
        case "to_int":
            return first.numerator // first.denominator
        case "is_int":
            return first.denominator == 1
        case "divisible":
            return int(first) % indices[0] == 0
    raise Undetermined(f"the function {op}")


_COMPARE: Mapping[str, Callable[[int | Fraction, int | Fraction], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _sum(values: list[int | Fraction]) -> int | Fraction:
    total: int | Fraction = 0
    for value in values:
        total += value
    return total


def _divide(op: str, above: int | Fraction, divisors: list[int | Fraction]) -> int | Fraction:
    for below in divisors:
        if below == 0:
            raise Undetermined("a division by zero, which has no fixed value in SMT-LIB")
        if op == "/":
            above = Fraction(above) / below
        else:
            remainder = int(above) % abs(int(below))
            above = remainder if op == "mod" else (int(above) - remainder) // int(below)
    return above


def same(a: Value, b: Value, sort: Sort) -> bool:
    """Whether two values of a sort are equal; arrays are equal where they agree everywhere.

    Raises:
        Undetermined: arrays of which that can't be told.
    """
    if not isinstance(a, Table) or not isinstance(b, Table):
        return a == b
    if sort.key.name == "Array":
        raise Undetermined("an equation between arrays indexed by arrays")
    keys = {*a.entries, *b.entries}
    if not all(same(a.at(key), b.at(key), sort.value) for key in keys):
        return False
    size = {BOOL: 2}.get(sort.key, 1 << sort.key.width if sort.key.name == "BitVec" else None)
    return (size is not None and len(keys) >= size) or same(a.default, b.default, sort.value)


def _whole(value: Value) -> int:
    if not isinstance(value, int):
        raise Undetermined("a value of another sort")
    return value


def _rational(value: Value) -> int | Fraction:
    if not isinstance(value, int | Fraction):
        raise Undetermined("a value of another sort")
    return value
