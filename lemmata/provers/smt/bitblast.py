"""Scripts about bit-vectors as clauses: a pure encoder, shared with no solver, for proofs that anyone can check.

Each bit is a literal; each gate is a new variable with Tseitin's clauses for it. Bit 0 comes first. Multiplication is
shift and add; division introduces quotient and remainder with a = q·b + r, r < b, computed in twice the width so that
nothing wraps; for divisor 0 SMT-LIB's values are chosen by a multiplexer.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from lemmata.errors import BadInput
from lemmata.formats.smt_sorts import BOOL, Sort
from lemmata.formats.smt_terms import Apply, Let, Literal, Quantified, Term, Use
from lemmata.formats.smtlib import Assertion, Defined, Script

Bits: TypeAlias = tuple[int, ...]

_MOST_CLAUSES = 2_000_000
_TRUE = 1


@dataclass(frozen=True, slots=True)
class Cnf:
    """Clauses over the variables 1 … `variables`; a negative literal is a negated variable."""

    variables: int
    clauses: tuple[tuple[int, ...], ...]
    inputs: Mapping[str, Bits]


def bitblast(script: Script, assertions: Sequence[Assertion]) -> Cnf:
    """Clauses that have a model exactly when these assertions of the script have one.

    Raises:
        BadInput: something that isn't about booleans and bit-vectors, or more than two million clauses.
    """
    made = _Circuit({d.name: d for d in script.definitions})
    for declared in script.declarations:
        if declared.parameters or declared.result.name not in ("Bool", "BitVec"):
            raise BadInput(f"{declared.name} is no boolean and no bit-vector", place=declared.name)
        width = 1 if declared.result == BOOL else declared.result.width
        made.inputs[declared.name] = tuple(made.fresh() for _ in range(width))
    for assertion in assertions:
        made.clauses.append((made.truth(assertion.term, {}),))
    return Cnf(made.variables, tuple(made.clauses), made.inputs)


def write_dimacs(cnf: Cnf) -> str:
    """The clauses in the format that SAT solvers and proof checkers read."""
    lines = [f"p cnf {cnf.variables} {len(cnf.clauses)}"]
    lines += [f"{' '.join(map(str, clause))} 0" for clause in cnf.clauses]
    return "\n".join(lines) + "\n"


@dataclass
class _Circuit:
    definitions: Mapping[str, Defined]
    variables: int = _TRUE
    clauses: list[tuple[int, ...]] = field(default_factory=lambda: [(_TRUE,)])
    inputs: dict[str, Bits] = field(default_factory=dict)
    gates: dict[tuple[str, int, int], int] = field(default_factory=dict)

    # Terms

    def truth(self, term: Term, scope: Mapping[str, Bits]) -> int:
        (bit,) = self.bits(term, scope)
        return bit

    def bits(self, term: Term, scope: Mapping[str, Bits]) -> Bits:
        match term:
            case Literal(value, sort):
                width = 1 if sort == BOOL else _width(sort)
                return tuple(_TRUE if int(value) >> i & 1 else -_TRUE for i in range(width))
            case Use(name, args):
                return self.use(name, args, scope)
            case Let(bindings, body):
                return self.bits(body, {**scope, **{n: self.bits(t, scope) for n, t in bindings}})
            case Apply():
                return self.applied(term, [self.bits(a, scope) for a in term.args])
            case Quantified():
                raise BadInput("a quantifier can't be turned into clauses", place=term.op)

    def use(self, name: str, args: Sequence[Term], scope: Mapping[str, Bits]) -> Bits:
        if not args and name in scope:
            return scope[name]
        if name in self.definitions:
            made = self.definitions[name]
            values = [self.bits(a, scope) for a in args]
            return self.bits(made.body, dict(zip((n for n, _ in made.parameters), values, strict=True)))
        if args or name not in self.inputs:
            raise BadInput(f"{name} is no boolean and no bit-vector", place=name)
        return self.inputs[name]

    def applied(self, term: Apply, args: list[Bits]) -> Bits:
        op, indices = term.op, term.indices
        if op in _LOGIC:
            return (_LOGIC[op](self, [a[0] for a in args]),)
        if op in _PAIRWISE:
            whole = args[0]
            for other in args[1:]:
                whole = _PAIRWISE[op](self, whole, other)
            return whole
        if op in _COMPARED:
            with_sign, swapped, strict = _COMPARED[op]
            left, right = args[::-1] if swapped else args
            less = self.less(left, right, with_sign=with_sign)
            return (less if strict else self.or_(less, self.equal(left, right)),)
        match op:
            case "=":
                return (self.and_all([self.equal(a, b) for a, b in itertools.pairwise(args)]),)
            case "distinct":
                others = [(a, b) for i, a in enumerate(args) for b in args[i + 1 :]]
                return (self.and_all([-self.equal(a, b) for a, b in others]),)
            case "ite":
                return self.choose(args[0][0], args[1], args[2])
            case "bvnot":
                return tuple(-b for b in args[0])
            case "bvneg":
                return self.negate(args[0])
            case "bvcomp":
                return (self.equal(args[0], args[1]),)
            case "concat":
                return args[1] + args[0]
        return _rewired(op, args[0], indices)

    # Gates

    def fresh(self) -> int:
        self.variables += 1
        return self.variables

    def and_(self, a: int, b: int) -> int:
        if a == -b or -_TRUE in (a, b):
            return -_TRUE
        if a in (b, _TRUE):
            return b
        if b == _TRUE:
            return a
        return self.gate("and", a, b)

    def or_(self, a: int, b: int) -> int:
        return -self.and_(-a, -b)

    def xor(self, a: int, b: int) -> int:
        if abs(a) == _TRUE:
            return -b if a == _TRUE else b
        if abs(b) == _TRUE:
            return -a if b == _TRUE else a
        if abs(a) == abs(b):
            return -_TRUE if a == b else _TRUE
        sign = (1 if a > 0 else -1) * (1 if b > 0 else -1)
        return sign * self.gate("xor", abs(a), abs(b))

    def gate(self, kind: str, a: int, b: int) -> int:
        key = (kind, min(a, b), max(a, b))
        if key in self.gates:
            return self.gates[key]
        out = self.gates[key] = self.fresh()
        if kind == "and":
            self.clauses += [(-out, a), (-out, b), (out, -a, -b)]
        else:
            self.clauses += [(-out, a, b), (-out, -a, -b), (out, -a, b), (out, a, -b)]
        if len(self.clauses) > _MOST_CLAUSES:
            raise BadInput(f"more than {_MOST_CLAUSES} clauses")
        return out

    def and_all(self, bits: Sequence[int]) -> int:
        whole = _TRUE
        for bit in bits:
            whole = self.and_(whole, bit)
        return whole

    def or_all(self, bits: Sequence[int]) -> int:
        return -self.and_all([-b for b in bits])

    # Words

    def choose(self, condition: int, then: Bits, other: Bits) -> Bits:
        return tuple(
            self.or_(self.and_(condition, a), self.and_(-condition, b)) for a, b in zip(then, other, strict=True)
        )

    def equal(self, left: Bits, right: Bits) -> int:
        return self.and_all([-self.xor(a, b) for a, b in zip(left, right, strict=True)])

    def add(self, left: Bits, right: Bits, carry: int = -_TRUE) -> Bits:
        out = []
        for a, b in zip(left, right, strict=True):
            half = self.xor(a, b)
            out.append(self.xor(half, carry))
            carry = self.or_(self.and_(a, b), self.and_(half, carry))
        return tuple(out)

    def negate(self, word: Bits) -> Bits:
        return self.add(tuple(-b for b in word), (-_TRUE,) * len(word), _TRUE)

    def subtract(self, left: Bits, right: Bits) -> Bits:
        return self.add(left, tuple(-b for b in right), _TRUE)

    def multiply(self, left: Bits, right: Bits) -> Bits:
        width = len(left)
        total: Bits = (-_TRUE,) * width
        for place, bit in enumerate(right):
            shifted = ((-_TRUE,) * place + left)[:width]
            total = self.add(total, tuple(self.and_(bit, a) for a in shifted))
        return total

    def less(self, left: Bits, right: Bits, *, with_sign: bool) -> int:
        if with_sign:
            left, right = (*left[:-1], -left[-1]), (*right[:-1], -right[-1])
        less = -_TRUE
        for a, b in zip(left, right, strict=True):  # from the lowest bit up: a later difference decides
            less = self.or_(self.and_(-a, b), self.and_(-self.xor(a, b), less))
        return less

    def divide(self, left: Bits, right: Bits) -> tuple[Bits, Bits]:
        """Quotient and remainder, with SMT-LIB's for divisor 0: all ones, and the dividend."""
        width, zero = len(left), (-_TRUE,) * len(left)
        quotient, remainder = (tuple(self.fresh() for _ in range(width)) for _ in range(2))
        product = self.multiply(quotient + zero, right + zero)
        none = -self.or_all(right)
        exact = self.equal(self.add(product, remainder + zero), left + zero)
        self.clauses.append((none, exact))
        self.clauses.append((none, self.less(remainder, right, with_sign=False)))
        return self.choose(none, (_TRUE,) * width, quotient), self.choose(none, left, remainder)

    def divide_signed(self, left: Bits, right: Bits) -> tuple[Bits, Bits]:
        """Rounded towards zero; the remainder has the sign of the dividend."""
        minus_l, minus_r = left[-1], right[-1]
        absolute = [self.choose(m, self.negate(w), w) for m, w in ((minus_l, left), (minus_r, right))]
        quotient, remainder = self.divide(*absolute)
        differ = self.xor(minus_l, minus_r)
        return (
            self.choose(differ, self.negate(quotient), quotient),
            self.choose(minus_l, self.negate(remainder), remainder),
        )

    def modulo_signed(self, left: Bits, right: Bits) -> Bits:
        """The remainder with the sign of the divisor."""
        remainder = self.divide_signed(left, right)[1]
        off = self.and_(self.or_all(remainder), self.xor(left[-1], right[-1]))
        return self.choose(off, self.add(remainder, right), remainder)

    def shift(self, word: Bits, by: Bits, *, left: bool, fill: int) -> Bits:
        width = len(word)
        for place, bit in enumerate(by):
            distance = 1 << place
            if distance >= width:
                moved: Bits = (fill,) * width
            elif left:
                moved = (fill,) * distance + word[:-distance]
            else:
                moved = word[distance:] + (fill,) * distance
            word = self.choose(bit, moved, word)
        return word


def _width(sort: Sort) -> int:
    if sort.name != "BitVec":
        raise BadInput(f"a value of the sort {sort} can't be turned into bits", place=str(sort))
    return sort.width


def _rewired(op: str, word: Bits, indices: tuple[int, ...]) -> Bits:
    match op, indices:
        case "extract", (high, low):
            return word[low : high + 1]
        case "zero_extend", (more,):
            return word + (-_TRUE,) * more
        case "sign_extend", (more,):
            return word + (word[-1],) * more
        case "repeat", (times,):
            return word * times
        case "rotate_left", (by,):
            at = len(word) - by % len(word)
            return word[at:] + word[:at]
        case "rotate_right", (by,):
            at = by % len(word)
            return word[at:] + word[:at]
    raise BadInput(f"{op} can't be turned into clauses", place=op)


_Gate: TypeAlias = Callable[[_Circuit, int, int], int]


def _each(gate: _Gate, *, negated: bool = False) -> Callable[[_Circuit, Bits, Bits], Bits]:
    def apply(circuit: _Circuit, left: Bits, right: Bits) -> Bits:
        made = (gate(circuit, a, b) for a, b in zip(left, right, strict=True))
        return tuple(-b if negated else b for b in made)

    return apply


def _implied(circuit: _Circuit, bits: Sequence[int]) -> int:
    """Right-associative, as SMT-LIB has it: all but the last imply the last."""
    return circuit.or_all([*(-b for b in bits[:-1]), bits[-1]])


def _odd(circuit: _Circuit, bits: Sequence[int]) -> int:
    whole = -_TRUE
    for bit in bits:
        whole = circuit.xor(whole, bit)
    return whole


_LOGIC: Mapping[str, Callable[[_Circuit, Sequence[int]], int]] = {
    "and": _Circuit.and_all,
    "or": _Circuit.or_all,
    "xor": _odd,
    "=>": _implied,
    "not": lambda _, bits: -bits[0],
}
_PAIRWISE: Mapping[str, Callable[[_Circuit, Bits, Bits], Bits]] = {
    "bvand": _each(_Circuit.and_),
    "bvor": _each(_Circuit.or_),
    "bvxor": _each(_Circuit.xor),
    "bvnand": _each(_Circuit.and_, negated=True),
    "bvnor": _each(_Circuit.or_, negated=True),
    "bvxnor": _each(_Circuit.xor, negated=True),
    "bvadd": _Circuit.add,
    "bvsub": _Circuit.subtract,
    "bvmul": _Circuit.multiply,
    "bvudiv": lambda c, a, b: c.divide(a, b)[0],
    "bvurem": lambda c, a, b: c.divide(a, b)[1],
    "bvsdiv": lambda c, a, b: c.divide_signed(a, b)[0],
    "bvsrem": lambda c, a, b: c.divide_signed(a, b)[1],
    "bvsmod": _Circuit.modulo_signed,
    "bvshl": lambda c, a, b: c.shift(a, b, left=True, fill=-_TRUE),
    "bvlshr": lambda c, a, b: c.shift(a, b, left=False, fill=-_TRUE),
    "bvashr": lambda c, a, b: c.shift(a, b, left=False, fill=a[-1]),
}
_COMPARED = {  # signed, arguments swapped, strict
    "bvult": (False, False, True),
    "bvule": (False, False, False),
    "bvugt": (False, True, True),
    "bvuge": (False, True, False),
    "bvslt": (True, False, True),
    "bvsle": (True, False, False),
    "bvsgt": (True, True, True),
    "bvsge": (True, True, False),
}
