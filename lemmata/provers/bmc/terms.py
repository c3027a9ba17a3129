"""Terms of the verification conditions: shared, numbered in the order in which they are made, and folded meanwhile.

A term is an index; its arguments have smaller ones, so that whoever walks over terms needs no recursion. Every integer
term carries bounds that hold wherever the term is used behind its guard, which is what lets comparisons fold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from lemmata.provers.bmc.interpret import apply, quotient
from lemmata.provers.bmc.ir import CType

Bounds: TypeAlias = tuple[int | None, int | None]
Node: TypeAlias = tuple[object, ...]

FALSE, TRUE = 0, 1
MOST_TERMS = 400_000
_MOST_BITS = 1 << 12
_MOST_CHOICES = 64


class TooLarge(Exception):
    """More terms than a verification condition may have."""


class Terms:
    """Makes terms; `nodes[t]` is (operator, argument…), `bounds[t]` its bounds."""

    def __init__(self) -> None:
        self.nodes: list[Node] = [("false",), ("true",)]
        self.bounds: list[Bounds] = [(0, 1), (0, 1)]
        self._known: dict[Node, int] = {}
        self._choices: dict[int, frozenset[int] | None] = {}

    def make(self, node: Node, bounds: Bounds = (None, None)) -> int:
        found = self._known.get(node)
        if found is None:
            if len(self.nodes) >= MOST_TERMS:
                raise TooLarge
            found = self._known[node] = len(self.nodes)
            self.nodes.append(node)
            self.bounds.append(bounds)
        return found

    def constant(self, t: int) -> int | None:
        node = self.nodes[t]
        return node[1] if node[0] == "num" else None  # type: ignore[return-value]

    def choices(self, t: int) -> frozenset[int] | None:
        """The numbers of which a term is one, where it is a choice between few; None: not known."""
        if t not in self._choices:
            node = self.nodes[t]
            found: frozenset[int] | None = None
            if node[0] == "num":
                found = frozenset({int(node[1])})  # type: ignore[call-overload]
            elif node[0] == "ite":
                a, b = self.choices(int(node[2])), self.choices(int(node[3]))  # type: ignore[call-overload]
                found = a | b if a is not None and b is not None and len(a | b) <= _MOST_CHOICES else None
            self._choices[t] = found
        return self._choices[t]

    # -- integers

    def num(self, value: int) -> int:
        if value.bit_length() > _MOST_BITS:
            raise TooLarge
        return self.make(("num", value), (value, value))

    def var(self, name: str, low: int | None, high: int | None) -> int:
        return self.make(("var", name), (low, high))

    def add(self, a: int, b: int) -> int:
        x, y = self.constant(a), self.constant(b)
        if x is not None and y is not None:
            return self.num(x + y)
        if x == 0 or y == 0:
            return b if x == 0 else a
        (al, ah), (bl, bh) = self.bounds[a], self.bounds[b]
        return self.make(("+", a, b), (_plus(al, bl), _plus(ah, bh)))

    def sub(self, a: int, b: int) -> int:
        x, y = self.constant(a), self.constant(b)
        if x is not None and y is not None:
            return self.num(x - y)
        if y is not None:
            return self.add(a, self.num(-y))
        if a == b:
            return self.num(0)
        (al, ah), (bl, bh) = self.bounds[a], self.bounds[b]
        return self.make(("-", a, b), (_minus(al, bh), _minus(ah, bl)))

    def mul(self, a: int, b: int) -> int:
        x, y = self.constant(a), self.constant(b)
        if x is not None and y is not None:
            return self.num(x * y)
        if x == 0 or y == 0:
            return self.num(0)
        if x == 1 or y == 1:
            return b if x == 1 else a
        corners = [_times(p, q) for p in self.bounds[a] for q in self.bounds[b]]
        known = [c for c in corners if c is not None]
        bounds: Bounds = (min(known), max(known)) if len(known) == 4 else (None, None)
        if a == b:
            bounds = (max(0, bounds[0]) if bounds[0] is not None else 0, bounds[1])
        return self.make(("*", a, b), bounds)

    def tdiv(self, a: int, b: int) -> int:
        """Division towards zero; anything where b is 0."""
        x, y = self.constant(a), self.constant(b)
        if y == 0:
            return self.num(0)
        if x is not None and y is not None:
            return self.num(quotient(x, y))
        if y == 1:
            return a
        low, high = self.bounds[a]
        if low is None or high is None:
            return self.make(("tdiv", a, b))
        most = max(abs(low), abs(high))
        return self.make(("tdiv", a, b), (0 if low >= 0 and (y or 0) > 0 else -most, most))

    def trem(self, a: int, b: int) -> int:
        """The remainder of `tdiv`; it has the sign of a."""
        x, y = self.constant(a), self.constant(b)
        if y == 0:
            return self.num(0)
        if x is not None and y is not None:
            return self.num(x - y * quotient(x, y))
        (al, ah), (bl, bh) = self.bounds[a], self.bounds[b]
        if bl is None or bh is None:
            return self.make(("trem", a, b), (0 if al is not None and al >= 0 else None, ah if ah and ah > 0 else None))
        most = max(abs(bl), abs(bh), 1) - 1
        low = 0 if al is not None and al >= 0 else -most
        return self.make(("trem", a, b), (low, 0 if ah is not None and ah <= 0 else most))

    def ediv(self, a: int, b: int) -> int:
        """SMT-LIB's div by a positive constant."""
        x, y = self.constant(a), self.constant(b)
        return self.num(x // y) if x is not None and y else self.make(("div", a, b))

    def emod(self, a: int, b: int) -> int:
        """SMT-LIB's mod by a positive constant."""
        x, y = self.constant(a), self.constant(b)
        return self.num(x % y) if x is not None and y else self.make(("mod", a, b), (0, y - 1 if y else None))

    def machine(self, name: str, a: int, b: int, ctype: CType) -> int:
        """`& | ^ << >>` on values of a type; shifts by anything outside of 0..63 are 0."""
        x, y = self.constant(a), self.constant(b)
        if x is not None and y is not None:
            return self.num(apply(name, [x, y], ctype))
        low, high = self.bounds[a]
        if name == "<<":
            if y is not None:
                return self.mul(a, self.num(1 << y)) if 0 <= y < ctype.width else self.num(0)
            if low is None or high is None:
                return self.make((name, a, b, ctype))
            return self.make((name, a, b, ctype), (min(low, 0) << ctype.width, max(high, 0) << ctype.width))
        if name == ">>":
            return self.make((name, a, b, ctype), (_min0(low), _max0(high)))
        if name == "&" and (y or -1) >= 0:
            return self.make((name, a, b, ctype), (0, y))
        return self.make((name, a, b, ctype), (ctype.low, ctype.high))

    def wrap(self, a: int, ctype: CType) -> int:
        """The value modulo 2^width, within the type."""
        x = self.constant(a)
        if x is not None:
            return self.num(ctype.wrap(x))
        low, high = self.bounds[a]
        if low is not None and high is not None and ctype.holds(low) and ctype.holds(high):
            return a
        return self.make(("wrap", a, ctype), (ctype.low, ctype.high))

    def narrow(self, a: int, ctype: CType) -> int:
        """The value itself, which a check before has found to be within the type."""
        low, high = self.bounds[a]
        bounds = (_tighter(low, ctype.low, max), _tighter(high, ctype.high, min))
        if bounds == (low, high) or (bounds[0] is not None and bounds[1] is not None and bounds[0] > bounds[1]):
            return a
        return self.make(("narrow", a, ctype), bounds)

    def ite(self, c: int, a: int, b: int) -> int:
        if c == TRUE or a == b:
            return a
        if c == FALSE:
            return b
        (al, ah), (bl, bh) = self.bounds[a], self.bounds[b]
        low = min(al, bl) if al is not None and bl is not None else None
        high = max(ah, bh) if ah is not None and bh is not None else None
        return self.make(("ite", c, a, b), (low, high))

    # -- truth values

    def not_(self, a: int) -> int:
        node = self.nodes[a]
        if a in (FALSE, TRUE):
            return TRUE - a
        return node[1] if node[0] == "not" else self.make(("not", a))  # type: ignore[return-value]

    def and_(self, a: int, b: int) -> int:
        if FALSE in (a, b) or a == self.not_(b):
            return FALSE
        if a in (TRUE, b):
            return b
        return a if b == TRUE else self.make(("and", a, b))

    def or_(self, a: int, b: int) -> int:
        if TRUE in (a, b) or a == self.not_(b):
            return TRUE
        if a in (FALSE, b):
            return b
        return a if b == FALSE else self.make(("or", a, b))

    def any_(self, parts: Iterable[int]) -> int:
        found = FALSE
        for part in parts:
            found = self.or_(found, part)
        return found

    def all_(self, parts: Iterable[int]) -> int:
        found = TRUE
        for part in parts:
            found = self.and_(found, part)
        return found

    def le(self, a: int, b: int) -> int:
        (al, ah), (bl, bh) = self.bounds[a], self.bounds[b]
        if a == b or (ah is not None and bl is not None and ah <= bl):
            return TRUE
        if al is not None and bh is not None and al > bh:
            return FALSE
        return self._branches("<=", a, b) or self.make(("<=", a, b))

    def lt(self, a: int, b: int) -> int:
        return self.not_(self.le(b, a))

    def eq(self, a: int, b: int) -> int:
        (al, ah), (bl, bh) = self.bounds[a], self.bounds[b]
        if a == b:
            return TRUE
        if (al is not None and bh is not None and al > bh) or (ah is not None and bl is not None and ah < bl):
            return FALSE
        if self.constant(a) is not None and self.constant(b) is not None:
            return FALSE
        for t, other in ((a, b), (b, a)):
            few, value = self.choices(t), self.constant(other)
            if few is not None and value is not None and value not in few:
                return FALSE
            simpler = self._unscaled(t, value) if value is not None else None
            if simpler is not None:
                return simpler
        return self._branches("=", a, b) or self.make(("=", min(a, b), max(a, b)))

    def _unscaled(self, t: int, value: int) -> int | None:
        """Whether x + c, or x * c, is a number, said of x; None where a term has not this form."""
        node = self.nodes[t]
        if node[0] not in ("+", "*"):
            return None
        a, b = int(node[1]), int(node[2])  # type: ignore[call-overload]
        x, c = (b, self.constant(a)) if self.constant(a) is not None else (a, self.constant(b))
        if c is None or (node[0] == "*" and c == 0):
            return None
        if node[0] == "+":
            return self.eq(x, self.num(value - c))
        return self.eq(x, self.num(value // c)) if value % c == 0 else FALSE

    def _branches(self, name: str, a: int, b: int) -> int:
        """Push a comparison with a constant into a choice between constants; 0 (false) where it does not apply."""
        compare = self.le if name == "<=" else self.eq
        for t, other, swap in ((a, b, False), (b, a, True)):
            node = self.nodes[t]
            if node[0] != "ite" or self.constant(other) is None:
                continue
            c, x, y = int(node[1]), int(node[2]), int(node[3])  # type: ignore[call-overload]
            if self.constant(x) is None or self.constant(y) is None:
                continue
            p, q = (compare(other, v) if swap else compare(v, other) for v in (x, y))
            return self.or_(self.and_(c, p), self.and_(self.not_(c), q))
        return FALSE

    # -- reading

    def reachable(self, roots: Iterable[int]) -> list[int]:
        """The roots and everything under them, arguments first."""
        seen = set(roots)
        stack = list(seen)
        while stack:
            for arg in self.arguments(stack.pop()):
                if arg not in seen:
                    seen.add(arg)
                    stack.append(arg)
        return sorted(seen)

    def arguments(self, t: int) -> tuple[int, ...]:
        node = self.nodes[t]
        if node[0] in ("num", "var", "true", "false"):
            return ()
        return tuple(arg for arg in node[1:] if isinstance(arg, int))

    def evaluate(self, roots: Iterable[int], values: Mapping[str, int]) -> dict[int, int]:
        """The value of every term under the roots; variables without a value are 0 or as near as their bounds allow."""
        found: dict[int, int] = {}
        for t in self.reachable(roots):
            node = self.nodes[t]
            args = [found[a] for a in self.arguments(t)]
            match node[0]:
                case "num":
                    found[t] = node[1]  # type: ignore[assignment]
                case "var":
                    low, high = self.bounds[t]
                    found[t] = values.get(str(node[1]), max(low or 0, min(0, high or 0)))
                case "false" | "true":
                    found[t] = t
                case "ite":
                    found[t] = args[1] if args[0] else args[2]
                case name:
                    found[t] = _value(str(name), args, node[-1] if isinstance(node[-1], CType) else None)
        return found


def _value(name: str, args: list[int], ctype: CType | None) -> int:
    a, b = args[0], args[-1]
    match name:
        case "and":
            return a & b
        case "or":
            return a | b
        case "not":
            return 1 - a
        case "=":
            return int(a == b)
        case "tdiv" | "trem" | "div" | "mod" if b == 0:
            return 0
        case "tdiv":
            return quotient(a, b)
        case "trem":
            return a - b * quotient(a, b)
        case "div":
            return a // b
        case "mod":
            return a % b
    return apply(name, args, ctype)


def _plus(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a + b


def _minus(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a - b


def _times(a: int | None, b: int | None) -> int | None:
    if a is None or b is None or a.bit_length() + b.bit_length() > _MOST_BITS:
        return None
    return a * b


def _tighter(a: int | None, b: int | None, pick: type[int] | object) -> int | None:
    if a is None or b is None:
        return b if a is None else a
    return max(a, b) if pick is max else min(a, b)


def _min0(a: int | None) -> int | None:
    return None if a is None else min(a, 0)


def _max0(a: int | None) -> int | None:
    return None if a is None else max(a, 0)
