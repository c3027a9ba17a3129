"""Reads conditions: comparisons, congruences, divisibility, and the English that stands for them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from lemmata.provers.answers.same import names
from lemmata.provers.answers.same.expression import (
    ONE,
    ZERO,
    Answer,
    App,
    Both,
    Condition,
    Congruence,
    Either,
    Expr,
    Fn,
    Image,
    Interval,
    Items,
    Not,
    Num,
    Relation,
    SetOf,
    Sym,
    Var,
    mul,
    num,
    variables,
)
from lemmata.provers.answers.same.expression_reader import ExpressionReader
from lemmata.provers.answers.same.tokens import Token, fail
from lemmata.provers.answers.same.views import as_intervals

_RELATIONS = frozenset("=≠<≤>≥")
_FILLING = frozenset({"the", "set", "of", "all", "every", "any", "each", "a", "an", "some", "is", "are", "be"})
_NOUNS = {
    "integer": "ℤ", "integers": "ℤ", "real": "ℝ", "reals": "ℝ", "number": "", "numbers": "", "naturals": "ℕ",
    "natural": "ℕ", "rational": "ℚ", "rationals": "ℚ", "whole": "ℤ",
}  # fmt: skip
_ADJECTIVES: dict[str, Callable[[Expr], Condition]] = {
    "positive": lambda n: Relation(">", n, ZERO),
    "negative": lambda n: Relation("<", n, ZERO),
    "nonnegative": lambda n: Relation("≥", n, ZERO),
    "nonzero": lambda n: Relation("≠", n, ZERO),
    "odd": lambda n: Congruence(n, ONE, 2),
    "even": lambda n: Congruence(n, ZERO, 2),
}
_STARTS = frozenset({"the", "set", "all", "every", "any", "each", "multiples", *_NOUNS, *_ADJECTIVES})
_CONNECTIONS = frozenset({"such", "that", "with", "where", "for", "which", "satisfying", "|", ":"})
_CLAUSES = frozenset({"for", "where", "with", "when"})
_LARGEST_MODULUS = 10_000


class ConditionReader(ExpressionReader):
    """Adds conditions to expressions; `item` reads a whole answer and comes from the reader above."""

    sorts: dict[str, str]

    def __init__(self, tokens: list[Token], *, latex: bool, lean: bool) -> None:
        super().__init__(_with_words(tokens), latex=latex, lean=lean)
        self.sorts = {}

    @abstractmethod
    def item(self) -> Answer:
        """A whole answer."""

    def settled(self, expr: Expr, sort: str = "") -> Expr:
        return expr

    def starts_factor(self) -> bool:
        if self.sees("(") and self.ahead().text in ("mod", "for", "where"):
            return False
        return super().starts_factor()

    def condition(self) -> Condition:
        parts = [self.conjunction()]
        while self.accept("∨", "or"):
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def conjunction(self) -> Condition:
        parts = [self.single_condition()]
        while self.accept("∧", "and", ","):
            parts.append(self.single_condition())
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def single_condition(self) -> Condition:
        self.depth += 1
        try:
            return self.condition_here()
        finally:
            self.depth -= 1

    def condition_here(self) -> Condition:
        if self.accept("¬", "not"):
            return Not(self.single_condition())
        if self.sees("∃"):
            return self.existence()
        if self.sees("Odd", "Even"):
            residue = ONE if self.take().text == "Odd" else ZERO
            return Congruence(self.primary(), residue, 2)
        inside = self.parenthesised()
        if inside is not None:
            return inside
        left = self.settled(self.side())
        if self.sees("∣", "∤"):
            return self.divisibility(left)
        if self.sees("≡"):
            return self.congruence(left)
        if self.sees("∈", "∉"):
            return self.membership(left)
        if self.sees("is", "odd", "even", "not"):
            return self.described(left)
        return self.chain(left)

    def side(self) -> Expr:
        return self.expression()

    def parenthesised(self) -> Condition | None:
        start = self.at
        if not self.sees("(") or self.find_inside(*_RELATIONS, "∣", "≡", "∈", "Odd", "Even", deeper=True) is None:
            return None
        self.take()
        made = self.condition()
        self.expect(")")
        if self.sees("+", "-", "*", "/", "^", *_RELATIONS):
            self.at = start
            return None
        return made

    def chain(self, left: Expr) -> Condition:
        parts: list[Condition] = []
        while self.here.text in _RELATIONS and self.here.kind == "sign":
            sign = self.take().text
            right = self.settled(self.side())
            parts.append(Relation(sign, left, right))
            left = right
        if not parts:
            raise self.surprise("a relation such as =, < or ≡")
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def divisibility(self, divisor: Expr) -> Condition:
        token = self.take()
        made = Congruence(self.settled(self.side()), ZERO, self.modulus_of(divisor, token))
        return Not(made) if token.text == "∤" else made

    def modulus_of(self, expr: Expr, token: Token) -> int:
        if not (isinstance(expr, Num) and expr.value.denominator == 1 and 1 <= expr.value <= _LARGEST_MODULUS):
            raise fail(token.column, f"expected a modulus from 1 to {_LARGEST_MODULUS}")
        return int(expr.value)

    def congruence(self, left: Expr) -> Condition:
        token = self.take()
        residues = [self.residue()]
        while self.accept(",", "or", "and"):
            self.accept("or", "and")
            residues.append(self.residue())
        modulus = self.modulus(token)
        made = tuple(Congruence(left, r, modulus) for r in residues)
        return made[0] if len(made) == 1 else Either(made)

    def residue(self) -> Expr:
        sign = -1 if self.accept("-") else 1
        return mul(num(sign), self.factor()) if sign < 0 else self.factor()

    def modulus(self, token: Token) -> int:
        closing = ""
        if self.sees("[") and self.ahead().text in ("MOD", "ZMOD"):
            self.at += 2
            closing = "]"
        elif self.sees("(") and self.ahead().text == "mod":
            self.at += 2
            closing = ")"
        elif self.accept("pmod"):
            return self.modulus_of(self.tex_argument(), token)
        elif not self.accept("mod", "bmod", "modulo"):
            raise self.surprise("the modulus, as in (mod 3)")
        found = self.modulus_of(self.factor(), token)
        if closing:
            self.expect(closing)
        return found

    def membership(self, left: Expr) -> Condition:
        negative = self.take().text == "∉"
        if self.here.text in names.SORTS and self.ahead().text not in ("+", "-"):
            sort = self.sort()
            if not isinstance(left, Var):
                raise self.surprise("a variable in front of ∈")
            self.sorts[left.name] = sort
            return Both(())
        made = member(left, self.item())
        if made is None:
            raise self.surprise("an interval or a finite set after ∈")
        return Not(made) if negative else made

    def described(self, left: Expr) -> Condition:
        self.accept("is")
        negative = self.accept("not")
        while self.sees("a", "an"):
            self.take()
        word = self.take()
        if word.text == "divisible" and self.accept("by"):
            made: Condition = Congruence(left, ZERO, self.modulus_of(self.factor(), word))
        elif word.text == "congruent" and self.accept("to"):
            self.at -= 1
            made = self.congruence(left)
        elif word.text in _ADJECTIVES:
            made = _ADJECTIVES[word.text](left)
        else:
            raise fail(word.column, f"{word.text!r} is not a condition that is read")
        return Not(made) if negative else made

    def existence(self) -> Condition:
        """∃ k : ℤ, n = 3 * k + 1 ∧ 0 ≤ k."""
        token = self.take()
        parameter = self.take().text
        sort = "ℤ"
        if self.accept(":") or self.accept("∈"):
            sort = self.sort()
        if sort not in ("ℕ", "ℤ"):
            raise fail(token.column, "expected ∃ over ℕ or ℤ")
        self.expect(",")
        outer, self.bound = self.bound, self.bound | {parameter}
        inner = self.condition()
        self.bound = outer
        parts: list[Condition] = [*inner.parts] if isinstance(inner, Both) else [inner]
        if sort == "ℕ":
            parts.append(Relation("≥", Var(parameter), ZERO))
        return _image(parts, parameter, token)

    def main_variable(self, condition: Condition) -> str | None:
        """The variable that a condition with parameters is about: alone on one side."""
        match condition:
            case Both(parts) | Either(parts):
                found = {self.main_variable(p) for p in parts}
                return found.pop() if len(found) == 1 else None
            case Not(inner):
                return self.main_variable(inner)
            case Relation(_, left, right):
                alone = [e.name for e in (left, right) if isinstance(e, Var)]
                return alone[0] if len(alone) == 1 else None
            case Congruence(Var(name)) | Image(Var(name)):
                return name
        return None


def _with_words(tokens: list[Token]) -> list[Token]:
    """Words set as text that belong to conditions become names: \\text{ if }, \\text{ is odd}."""
    made: list[Token] = []
    known = _STARTS | _FILLING | _CONNECTIONS | names.RESERVED | {"divisible", "by", "congruent", "modulo", "interval"}
    for token in tokens:
        words = token.text.split()
        if token.kind == "text" and len(tokens) > 2 and words and all(w.lower() in known for w in words):
            made += [Token("name", w.lower(), token.column, True) for w in words]
        else:
            made.append(token)
    return made


def free_of(condition: Condition) -> frozenset[str]:
    """The free variables of a condition."""
    match condition:
        case Relation(_, left, right) | Congruence(left, right):
            return variables(left) | variables(right)
        case Image(left, right, parameter):
            return (variables(left) | variables(right)) - {parameter}
        case Not(inner):
            return free_of(inner)
        case Both(parts) | Either(parts):
            return frozenset[str]().union(*map(free_of, parts))


def _image(parts: list[Condition], parameter: str, token: Token) -> Image:
    chosen = [
        p for p in parts if isinstance(p, Relation) and p.sign == "=" and free_of(p) - {parameter}
    ]  # what ties the variable to the parameter
    if len(chosen) != 1:
        raise fail(token.column, "expected one equation that gives the variable, as in ∃ k : ℤ, n = 3 * k + 1")
    tie, rest = chosen[0], tuple(p for p in parts if p is not chosen[0])
    left, right = (tie.left, tie.right) if parameter not in variables(tie.left) else (tie.right, tie.left)
    if parameter in variables(left) or any(free_of(p) - {parameter} for p in rest):
        raise fail(token.column, "expected conditions on the parameter alone beside the equation")
    return Image(left, right, parameter, Both(rest))


def member(left: Expr, answer: Answer) -> Condition | None:
    """That a number belongs to intervals or to a finite set; None for other answers."""
    if isinstance(answer, SetOf):
        return None
    intervals = as_intervals(answer)
    if isinstance(answer, Items) and answer.kind != "set" and intervals is None:
        return None
    return None if intervals is None else Either(tuple(_inside(left, i) for i in intervals.parts))


def _inside(left: Expr, interval: Interval) -> Condition:
    parts: list[Condition] = []
    if not _infinite(interval.low):
        parts.append(Relation("≤" if interval.has_low else "<", interval.low, left))
    if not _infinite(interval.high):
        parts.append(Relation("≤" if interval.has_high else "<", left, interval.high))
    return Both(tuple(parts))


def _infinite(expr: Expr) -> bool:
    return expr == Sym("∞") or (isinstance(expr, App) and expr.fn is Fn.NEG and expr.args[0] == Sym("∞"))
