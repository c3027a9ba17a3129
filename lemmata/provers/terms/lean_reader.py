"""Reads claims written as in Lean 4, `∀ x y : Int, x < y → x + 1 ≤ y`, with Lean's meaning.

The fragment: Nat, Int, Rat, Real and Prop variables under ∀ and ∃, `+ - * / % ^ ∣`, comparisons, `∧ ∨ ¬ → ↔`, `min`,
`max`, `abs` or `|x|`, `Nat.gcd`, `if then else`, type ascriptions `(e : Int)`, named hypotheses `(h : x < y)`.
As in Lean, coercions go to the leaves of an arithmetic tree: in `n - 1 < x` with n : Nat and x : Int the subtraction is
one of integers; a numeral takes the sort of its tree; a tree of numerals alone is about natural numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from lemmata.errors import BadInput
from lemmata.provers.terms.evaluate import NotEvaluated, Undefined, evaluate
from lemmata.provers.terms.lean_syntax import RELATIONS, Syntax, fail, parse
from lemmata.provers.terms.term import (
    FALSE,
    TRUE,
    WHOLE,
    App,
    Every,
    Num,
    Op,
    Sort,
    Term,
    Var,
    apply,
    cast,
    conjunction,
    negated,
    walk,
)

_SORTS: Mapping[str, Sort] = {"ℕ": Sort.NAT, "ℤ": Sort.INT, "ℚ": Sort.RAT, "ℝ": Sort.REAL, "Prop": Sort.BOOL}
_ORDER = (Sort.NAT, Sort.INT, Sort.RAT, Sort.REAL)
_CONNECTIVES: Mapping[str, Op] = {"∧": Op.AND, "∨": Op.OR, "→": Op.IMPLIES, "↔": Op.IFF}
_ARITHMETIC = frozenset("+-*/%") | {"neg"}
_CALLED: Mapping[str, Op] = {"min": Op.MIN, "max": Op.MAX, "abs": Op.ABS, "Nat.gcd": Op.GCD}
_LARGEST_NUMERAL = 1_000  # digits


def read_claim(text: str) -> Term:
    """The claim as a term without free variables.

    Args:
        text: one statement, without `theorem` and without a proof.

    Raises:
        BadInput: outside the fragment or ill-typed; `place` is `claim:column`.
    """
    tree = parse(text)
    reading = _Reading()
    known = -1
    while len(reading.inferred) > known:  # each round gives at least one more variable its sort
        known = len(reading.inferred)
        reading.infer(tree, {})
    return reading.proposition(tree, {})


@dataclass(frozen=True, slots=True)
class _Bound:
    """What a name stands for: its unique variable and the column of its binder; sort None: not known yet."""

    name: str
    sort: Sort | None
    column: int


_Scope: TypeAlias = Mapping[str, _Bound]


@dataclass
class _Reading:
    inferred: dict[int, Sort] = field(default_factory=dict)
    alike: dict[int, set[int]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    # Sorts of variables that are bound without one

    def infer(self, tree: Syntax, scope: _Scope) -> None:
        """Give a variable without a sort the sort of a tree in which it stands beside others."""
        if tree.kind in ("∀", "∃"):
            for part in tree.parts:
                if part.kind == "binder":
                    scope = {**scope, part.text: self.binder(part, part.text)}
                else:
                    self.infer(part, scope)
            return
        if tree.kind in RELATIONS | _ARITHMETIC:
            leaves = _leaves(tree)
            sort = self.largest(leaves, scope)
            bound = (scope.get(leaf.text) for leaf in leaves if leaf.kind == "name")
            open_ = [b.column for b in bound if b is not None and b.sort is None]
            alike = {c for column in open_ for c in (column, *self.alike.get(column, ()))}
            if sort is None:  # Lean makes them of one sort here, whichever that will be
                self.alike |= dict.fromkeys(alike, alike)
                sort = next((self.inferred[c] for c in open_ if c in self.inferred), None)
            if sort is not None:
                self.inferred = {**dict.fromkeys(alike, sort), **self.inferred}
        for part in tree.parts:
            self.infer(part, scope)

    def binder(self, part: Syntax, unique: str) -> _Bound:
        sort = _SORTS[part.parts[0].text] if part.parts else self.inferred.get(part.column)
        return _Bound(unique, sort, part.column)

    def largest(self, leaves: list[Syntax], scope: _Scope) -> Sort | None:
        """The largest sort among leaves, numerals left out."""
        sorts = [s for s in (self.leaf_sort(leaf, scope) for leaf in leaves) if s is not None]
        return max(sorts, key=_ORDER.index) if sorts else None

    def leaf_sort(self, leaf: Syntax, scope: _Scope) -> Sort | None:
        match leaf.kind:
            case "name":
                bound = scope.get(leaf.text)
                if bound is not None and bound.sort is Sort.BOOL:
                    raise fail(leaf.column, f"expected a number, but {leaf.text} is a proposition")
                return bound.sort if bound is not None else None
            case "ascription":
                if leaf.text == "Prop":
                    raise fail(leaf.column, "expected a number, but a proposition came")
                return _SORTS[leaf.text]
            case "call":
                return Sort.NAT if leaf.text == "Nat.gcd" else self.largest(_leaves_of(leaf.parts), scope)
            case "if":
                return self.largest(_leaves_of(leaf.parts[1:]), scope)
            case _:
                return None

    # Propositions

    def proposition(self, tree: Syntax, scope: _Scope) -> Term:
        match tree.kind:
            case "∀" | "∃":
                return self.quantified(tree, list(tree.parts), scope)
            case "¬":
                return negated(self.proposition(tree.parts[0], scope))
            case "∧" | "∨" | "→" | "↔":
                left, right = (self.proposition(p, scope) for p in tree.parts)
                return apply(_CONNECTIVES[tree.kind], left, right)
            case "name":
                return self.atom(tree, scope)
            case "ascription" if tree.text == "Prop":
                return self.proposition(tree.parts[0], scope)
            case "if":
                return apply(Op.ITE, *(self.proposition(p, scope) for p in tree.parts))
            case kind if kind in RELATIONS:
                return self.relation(tree, scope)
            case _:
                raise fail(tree.column, "expected a proposition, but a number came")

    def atom(self, tree: Syntax, scope: _Scope) -> Term:
        bound = scope.get(tree.text)
        if bound is not None and bound.sort is Sort.BOOL:
            return Var(bound.name, Sort.BOOL)
        if bound is None and tree.text in ("True", "False"):
            return TRUE if tree.text == "True" else FALSE
        raise fail(tree.column, f"{tree.text} is {'not bound' if bound is None else 'not a proposition'}")

    def quantified(self, tree: Syntax, parts: list[Syntax], scope: _Scope) -> Term:
        part = parts[0]
        if len(parts) == 1:
            return self.proposition(part, scope)
        if part.kind == "hypothesis":
            given, rest = self.proposition(part.parts[0], scope), self.quantified(tree, parts[1:], scope)
            return apply(Op.IMPLIES, given, rest) if tree.kind == "∀" else conjunction(given, rest)
        bound = self.binder(part, self.fresh(part.text))
        if bound.sort is None:
            raise fail(part.column, f"expected the sort of {part.text}, as in ({part.text} : Int)")
        body = self.quantified(tree, parts[1:], {**scope, part.text: bound})
        return Every(Var(bound.name, bound.sort), body, tree.kind == "∀")

    def fresh(self, name: str) -> str:
        unique, count = name, 0
        while unique in self.used:
            count += 1
            unique = f"{name}_{count}"
        self.used.add(unique)
        return unique

    def relation(self, tree: Syntax, scope: _Scope) -> Term:
        left, right = tree.parts
        sort = self.largest(_leaves(tree), scope) or Sort.NAT
        if tree.kind == "∣":  # an ordinary function in Lean: no coercions to the leaves
            sides = [self.largest(_leaves(side), scope) for side in (left, right)]
            if len({s for s in sides if s is not None}) > 1 or sort not in WHOLE:
                raise fail(tree.column, "expected two integers or two natural numbers around ∣")
        a, b = self.arithmetic(left, sort, scope), self.arithmetic(right, sort, scope)
        match tree.kind:
            case "=":
                return apply(Op.EQ, a, b)
            case "≠":
                return negated(apply(Op.EQ, a, b))
            case "<":
                return apply(Op.LT, a, b)
            case "≤":
                return apply(Op.LE, a, b)
            case ">":
                return apply(Op.LT, b, a)
            case "≥":
                return apply(Op.LE, b, a)
            case _:
                return apply(Op.DIVIDES, a, b)

    # Arithmetic

    def arithmetic(self, tree: Syntax, sort: Sort, scope: _Scope) -> Term:
        """The tree with `sort` at its leaves."""
        if tree.kind == "numeral":
            if len(tree.text) > _LARGEST_NUMERAL:
                raise fail(tree.column, f"expected a numeral of at most {_LARGEST_NUMERAL} digits")
            return Num(int(tree.text), sort)
        if tree.kind == "^":
            return self.power(tree, sort, scope)
        if tree.kind in _ARITHMETIC:
            args = [self.arithmetic(p, sort, scope) for p in tree.parts]
            return apply(_operation(tree, sort), *args)
        own = self.leaf_sort(tree, scope)
        leaf = self.leaf(tree, own or sort, scope)
        try:
            return cast(leaf, sort)
        except BadInput as exc:
            raise fail(tree.column, f"expected a {sort.value}, but {exc.text}") from None

    def leaf(self, tree: Syntax, sort: Sort, scope: _Scope) -> Term:
        match tree.kind:
            case "name":
                bound = scope.get(tree.text)
                if bound is None:
                    raise fail(tree.column, f"{tree.text} is not bound; write ∀ {tree.text} : Int, …")
                return Var(bound.name, sort)
            case "ascription":
                inner = self.largest(_leaves(tree.parts[0]), scope)
                if inner is not None and _ORDER.index(inner) > _ORDER.index(sort):
                    raise fail(tree.column, f"a {inner.value} is not a {sort.value}")
                return self.arithmetic(tree.parts[0], sort, scope)
            case "call":
                args = [self.same_sort(p, sort, scope) for p in tree.parts]
                if tree.text == "abs" and sort is Sort.NAT:
                    raise fail(tree.column, "expected an integer, a rational or a real inside abs")
                return apply(_CALLED[tree.text], *args)
            case "if":
                return apply(
                    Op.ITE,
                    self.proposition(tree.parts[0], scope),
                    *(self.same_sort(p, sort, scope) for p in tree.parts[1:]),
                )
            case _:
                raise fail(tree.column, "expected a number, but a proposition came")

    def same_sort(self, tree: Syntax, sort: Sort, scope: _Scope) -> Term:
        """An argument of a function, where Lean's rules for coercions are others: none is allowed."""
        own = self.largest(_leaves(tree), scope)
        if own not in (None, sort):
            raise fail(tree.column, f"expected a {sort.value}; write the coercion, (… : {sort.value})")
        return self.arithmetic(tree, sort, scope)

    def power(self, tree: Syntax, sort: Sort, scope: _Scope) -> Term:
        base, exponent = tree.parts
        kind = self.largest(_leaves(exponent), scope) or Sort.NAT
        if kind is not Sort.NAT:
            raise fail(exponent.column, f"expected a natural number as exponent, not a {kind.value}")
        times = self.arithmetic(exponent, kind, scope)
        if isinstance(times, App) and all(isinstance(t, App | Num) for t in walk(times)):
            try:
                times = Num(int(evaluate(times, {})), kind)
            except (NotEvaluated, Undefined) as exc:
                raise fail(exponent.column, f"expected a smaller exponent ({exc})") from None
        return apply(Op.POW, self.arithmetic(base, sort, scope), times)


def _leaves(tree: Syntax) -> list[Syntax]:
    """What stands at the ends of an arithmetic tree; exponents are trees of their own."""
    if tree.kind in RELATIONS | _ARITHMETIC:
        return _leaves_of(tree.parts)
    return _leaves(tree.parts[0]) if tree.kind == "^" else [tree]


def _leaves_of(trees: tuple[Syntax, ...]) -> list[Syntax]:
    return [leaf for tree in trees for leaf in _leaves(tree)]


def _operation(tree: Syntax, sort: Sort) -> Op:
    match tree.kind:
        case "+":
            return Op.ADD
        case "*":
            return Op.MUL
        case "-":
            return Op.TRUNCATED_SUB if sort is Sort.NAT else Op.SUB
        case "/":
            return Op.TOTAL_DIV if sort in WHOLE else Op.RATIO
        case "%" if sort in WHOLE:
            return Op.TOTAL_MOD
        case "neg" if sort is not Sort.NAT:
            return Op.NEG
        case _:
            raise fail(tree.column, f"{'-' if tree.kind == 'neg' else tree.kind} is not defined on {sort.value}")
