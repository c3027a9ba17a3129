"""Reads sets, intervals, tuples and matrices, and unions of sets."""

from __future__ import annotations

from lemmata.provers.answers.same.condition_reader import member
from lemmata.provers.answers.same.expression import (
    INFINITY,
    Answer,
    App,
    Both,
    Expr,
    Interval,
    Intervals,
    Items,
    Matrix,
    Not,
    Num,
    SetOf,
    Sym,
    Truth,
    Var,
    neg,
)
from lemmata.provers.answers.same.family_reader import FamilyReader
from lemmata.provers.answers.same.tokens import Token, fail
from lemmata.provers.answers.same.views import as_intervals

_EMPTY = Intervals(())
_SETS_IN_LEAN = {
    "Icc": (True, True, True, True), "Ico": (True, True, True, False), "Ioc": (True, True, False, True),
    "Ioo": (True, True, False, False), "Ici": (True, False, True, False), "Ioi": (True, False, False, False),
    "Iic": (False, True, False, True), "Iio": (False, True, False, False),
}  # fmt: skip


class ShapeReader(FamilyReader):
    """Adds what stands in brackets of its own."""

    def union(self) -> Answer | None:
        """Sets, intervals and tuples, and unions of sets; None where an expression or a relation stands here."""
        start, made = self.at, self.shape()
        if made is None:
            return None
        while self.sees("∪", "∖", "∩"):
            sign = self.take().text
            right = self.shape()
            if right is None:
                raise self.surprise("a set")
            joined = _united if sign == "∪" else _limited
            made = joined(made, right, self.here.column, outside=sign == "∖")
        if (
            self.here.kind == "stop"
            or self.sees(",", ";", ")", "}", "]", "⟩", "or", "and", "∧", "∨")
            or (self.here.kind in ("close", "text", "end") or self.is_clause())
        ):
            return made
        self.at = start
        return None

    def shape(self) -> Answer | None:
        here = self.here
        if here.kind == "begin":
            return self.matrix()
        if here.kind == "sign" and here.text in ("{", "∅"):
            return self.braces()
        if here.kind == "open" and self.separates(","):
            return self.braces()
        if here.text == "⟨" or (here.text in ("(", "[") and here.kind == "sign" and self.separates(",")):
            return self.brackets()
        if here.text in ("(", "[") and here.kind == "sign" and self.ahead().text in ("True", "False"):
            return self.brackets()
        if here.kind == "name" and (here.text.startswith("Set.") or here.text in ("ℝ", "ℤ", "ℕ")):
            return self.known_set()
        if here.kind == "number" and self.ahead().text == "ℤ":
            return self.known_set()
        if here.kind == "name" and here.text in ("True", "False"):
            return Truth(self.take().text == "True")
        return None

    def matrix(self) -> Answer:
        kind = self.take().text
        rows: list[list[Expr]] = [[]]
        if kind not in ("pmatrix", "bmatrix", "matrix", "vmatrix", "Bmatrix", "smallmatrix"):
            raise fail(self.here.column, f"the environment {kind} is not read")
        if kind == "vmatrix":
            raise fail(self.here.column, "a determinant is not an answer; write its value")
        while True:
            rows[-1].append(self.settled(self.expression()))
            if self.accept("&"):
                continue
            if self.accept("\\\\"):
                if self.here.kind == "end":
                    break
                rows.append([])
                continue
            break
        if self.here.kind != "end":
            raise self.surprise("& or the end of the matrix")
        self.take()
        if len({len(r) for r in rows}) != 1:
            raise fail(self.here.column, "expected rows of equal length")
        return Matrix(tuple(tuple(r) for r in rows))

    def brackets(self) -> Answer:
        opening = self.take()
        items = self.items(")", "]", "⟩")
        closing = self.take().text
        return _bracketed(opening.text, items, closing, opening.column)

    def items(self, *closing: str) -> tuple[Answer, ...]:
        self.depth += 1
        bars, self.bars = self.bars, 0
        found: list[Answer] = []
        while True:
            found.append(self.item())
            if self.here.text == "…":
                raise self.surprise("all members; nothing is guessed")
            if not self.accept(",", ";"):
                break
        if self.here.text not in closing:
            raise self.surprise(f"a comma or {closing[0]}")
        self.depth -= 1
        self.bars = bars
        return tuple(found)

    def braces(self) -> Answer:
        if self.accept("∅"):
            return _EMPTY
        opening = self.take()
        if self.sees("}") or self.here.kind == "close":
            self.take()
            return _EMPTY
        builder = self.builder(opening)
        if builder is not None:
            return builder
        items = self.items("}")
        self.take()
        return Items("set", tuple(s for i in items for s in both_signs(i)))

    def builder(self, opening: Token) -> SetOf | None:
        """{n : ℤ | condition}, {n ∈ ℤ : condition} or {3k + 1 | k ∈ ℤ}."""
        self.at -= 1
        bar = self.find_inside("|", "∣")
        place = bar if bar is not None else self.find_inside(":")
        self.take()
        if place is None:
            return None
        outer, bars = self.bound, self.bars
        made = self.built(place)
        self.bound, self.bars = outer, bars
        if not (self.accept("}") or self.here.kind == "close"):
            raise self.surprise("the closing brace")
        if self.here.kind == "close":
            self.take()
        return made

    def known_set(self) -> Answer:
        token = self.here
        if token.text in ("ℝ", "Set.univ"):
            self.take()
            return Intervals((Interval(low=neg(INFINITY), high=INFINITY, has_low=False, has_high=False),))
        if token.text in ("ℕ", "ℤ") or token.kind == "number":
            return self.lattice()
        kind = _SETS_IN_LEAN.get(token.text.removeprefix("Set."))
        if kind is None:
            raise fail(token.column, f"the set {token.text} is not read")
        self.take()
        low = self.settled(self.primary(), "ℝ") if kind[0] else neg(INFINITY)
        high = self.settled(self.primary(), "ℝ") if kind[1] else INFINITY
        return Intervals((Interval(low=low, high=high, has_low=kind[2], has_high=kind[3]),))


def both_signs(item: Answer) -> tuple[Answer, ...]:
    return item.items if isinstance(item, Items) and item.kind == "±" else (item,)


def _bracketed(opening: str, items: tuple[Answer, ...], closing: str, column: int) -> Answer:
    ends = [i for i in items if isinstance(i, Num | Sym | Var | App)]
    if any(isinstance(i, Items) and i.kind == "±" for i in items):
        raise fail(column, "± inside brackets could mean several things; write each of them")
    infinite = any(i in (INFINITY, neg(INFINITY)) for i in items)
    if len(items) == 2 and len(ends) == 2 and (infinite or (opening, closing) in (("[", ")"), ("(", "]"))):
        return Intervals((Interval(low=ends[0], high=ends[1], has_low=opening == "[", has_high=closing == "]"),))
    if (opening, closing) not in (("(", ")"), ("[", "]"), ("⟨", "⟩")) or infinite:
        raise fail(column, "expected brackets that match around a list")
    return Items("list" if opening == "[" else "tuple", items)


def _limited(left: Answer, right: Answer, column: int, *, outside: bool) -> Answer:
    """What of the left is also in the right, or outside of it."""
    inside = [member(Var("x"), side) for side in (left, right)]
    if inside[0] is None or inside[1] is None:
        raise fail(column, "expected intervals or finite sets of numbers")
    return SetOf("x", Both((inside[0], Not(inside[1]) if outside else inside[1])), "")


def _united(left: Answer, right: Answer, column: int, *, outside: bool) -> Answer:
    sides = [as_intervals(left), as_intervals(right)]
    if sides[0] is not None and sides[1] is not None:
        return Intervals((*sides[0].parts, *sides[1].parts))
    if isinstance(left, Items) and isinstance(right, Items) and left.kind == right.kind == "set":
        return Items("set", (*left.items, *right.items))
    raise fail(column, "expected a union of intervals or of finite sets")
