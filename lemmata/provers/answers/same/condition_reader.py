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
    Function,
    Image,
    Interval,
    Items,
    Not,
    Num,
    Relation,
    SetOf,
    Sym,
    Var,
    add,
    as_intervals,
    mul,
    num,
    variables,
)
from lemmata.provers.answers.same.expression_reader import ExpressionReader
from lemmata.provers.answers.same.tokens import Token, fail

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
        made = _member(left, self.item())
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

    def built(self, place: int) -> SetOf:
        """The inside of set braces with a bar or colon at `place`."""
        start, among = self.at, ""
        opened = self.accept("(")
        name = self.take().text if self.here.kind in ("name", "command") else ""
        if name and self.accept(":", "∈"):
            among = "" if self.at - 1 == place else self.sort()  # {n : n is odd}
        if opened:
            self.expect(")")
        if not name or self.at not in (place, place + 1):
            self.at = start
            return self.image_set(place)
        self.at = place + 1
        self.bound |= {name}
        if among:
            self.sorts[name] = among
        condition = self.condition()
        return SetOf(name, condition, among or self.sorts.get(name, ""))

    def image_set(self, place: int) -> SetOf:
        """{3k + 1 | k ∈ ℤ}."""
        token = self.here
        value = self.settled(self.expression())
        if self.at != place:
            raise self.surprise("| or :")
        self.take()
        domain = self.domain(variables(value))
        if domain is None:
            raise fail(token.column, "expected an integer parameter, as in {3k + 1 | k ∈ ℤ}")
        return _family(value, *domain, "n", token)

    def lattice(self) -> Answer:
        """ℤ, 3ℤ + 1."""
        token = self.here
        factor = self.numeral() if token.kind == "number" else ONE
        sort = self.sort()
        shift: Expr = ZERO
        if self.sees("+", "-"):
            sign = 1 if self.take().text == "+" else -1
            shift = mul(num(sign), self.numeral())
        if factor == ONE and shift == ZERO:
            return SetOf("n", Both(()), sort)
        within: Condition = Relation("≥", Var("k"), ZERO) if sort == "ℕ" else Both(())
        return _family(add(mul(factor, Var("k")), shift), "k", within, "n", token)

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

    def phrase(self) -> Answer | None:
        """The set of positive odd integers; all n ≡ 1 mod 3; multiples of 3; the open interval (0, 1)."""
        if self.here.kind not in ("name", "text") or self.here.text.lower() not in _STARTS:
            return None
        while self.sees(*_FILLING):
            self.take()
        if self.sees("open", "closed") and self.ahead().text == "interval":
            self.take()
        if self.accept("interval"):
            return as_intervals(self.item())
        if self.accept("function", "pair", "point", "value", "values", "solution", "answer"):
            return self.item()
        if self.sees("{", "(", "["):
            return self.item()
        conditions: list[Callable[[Expr], Condition]] = []
        among = self.adjectives(conditions)
        if self.accept("multiples"):
            self.expect("of")
            modulus = self.modulus_of(self.factor(), self.here)
            conditions.append(lambda n: Congruence(n, ZERO, modulus))
            among = among or "ℤ"
        start = self.at
        name = "n"
        if self.here.kind in ("name", "command") and len(self.here.text) == 1 and self.here.text not in names.SORTS:
            name = self.take().text
        parts = [c(Var(name)) for c in conditions]
        if self.sees(*_RELATIONS, "≡", "∈", "∣", "is", "odd", "even") and self.at > start:
            self.at = start
            parts.append(self.condition())
        elif self.here.kind != "stop":
            while self.sees(*_CONNECTIONS):
                self.take()
            parts.append(self.phrased(Var(name)))
        elif not parts and not among:
            raise self.surprise("a condition")
        return SetOf(name, parts[0] if len(parts) == 1 else Both(tuple(parts)), among or self.sorts.get(name, ""))

    def adjectives(self, conditions: list[Callable[[Expr], Condition]]) -> str:
        among = ""
        while True:
            text = self.here.text.lower()
            if text == "non" and self.ahead().text == "-":
                self.at += 2
                text = f"non{self.here.text}"
            if text in _ADJECTIVES:
                conditions.append(_ADJECTIVES[text])
            elif text in _NOUNS:
                among = among or _NOUNS[text]
            else:
                return among
            self.take()

    def phrased(self, variable: Var) -> Condition:
        """What follows the noun: not congruent to 3 or 6 modulo 9."""
        while self.sees("are", "is"):
            self.take()
        if self.sees("not", "congruent", "divisible") or self.here.text in _ADJECTIVES:
            return self.described(variable)
        return self.condition()

    def is_clause(self) -> bool:
        return self.here.text in _CLAUSES or (self.sees("(") and self.ahead().text in _CLAUSES | {"k"})

    def clause(self, parts: list[Answer]) -> Answer | None:
        """… for every integer k: what was read so far becomes a family, or a function's domain is skipped."""
        start = self.at
        opened = self.accept("(")
        if not (self.here.text in _CLAUSES or _is_domain(self.here, self.ahead())) or len(parts) != 1:
            self.at = start
            return None
        first, token = parts[0], self.here
        free = _free_of_answer(first)
        domain = self.domain(free)
        if domain is None or (opened and not self.accept(")")):
            self.at = start
            return None
        if isinstance(first, Function):
            return first
        if isinstance(first, Relation) and first.sign == "=" and isinstance(first.left, Var):
            return _family(first.right, *domain, first.left.name, token)
        if isinstance(first, Num | Sym | Var | App):
            return _family(first, *domain, "n", token)
        raise fail(token.column, "expected a value or an equation in front of this clause")

    def domain(self, free: frozenset[str]) -> tuple[str, Condition] | None:
        """`k ∈ ℤ`, `integer k ≥ 0`, `k is a positive integer`: an integer parameter and its bounds."""
        name, sort = "", ""
        conditions: list[Callable[[Expr], Condition]] = []
        bounds: list[Condition] = []
        while self.here.kind != "stop" and not self.sees("}", ")") and self.here.kind != "close":
            text = self.here.text
            if text in _CLAUSES | _FILLING or text == "," or (self.here.kind == "text" and text in _CLAUSES):
                self.take()
            elif text in _ADJECTIVES or text in _NOUNS or text == "non":
                sort = self.adjectives(conditions) or sort
            elif text in free and self.ahead().text in ("∈", ":"):
                name = text
                self.at += 2
                sort = self.sort()
            elif text in free and self.ahead().text in _RELATIONS:
                name = text
                bounds.append(self.single_condition())
            elif text in free:
                name = self.take().text
            elif self.here.kind == "number":
                bounds.append(self.single_condition())
            else:
                return None
        if not name or sort not in ("ℤ", "ℕ"):
            return None
        parts = [c(Var(name)) for c in conditions] + bounds
        if sort == "ℕ":
            parts.append(Relation("≥", Var(name), ZERO))
        return name, Both(tuple(parts))


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


def _is_domain(here: Token, after: Token) -> bool:
    return here.kind == "name" and len(here.text) == 1 and after.text in ("∈", "is")


def _free_of_answer(answer: Answer) -> frozenset[str]:
    match answer:
        case Relation(_, left, right):
            return variables(left) | variables(right)
        case Num() | Sym() | Var() | App():
            return variables(answer)
        case Function(parameters):
            return frozenset(parameters)
    return frozenset()


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


def _family(value: Expr, parameter: str, within: Condition, name: str, token: Token) -> SetOf:
    if parameter not in variables(value) or variables(value) - {parameter}:
        raise fail(token.column, f"expected the parameter {parameter} alone in the expression")
    fresh = name if name != parameter else "m"
    return SetOf(fresh, Image(Var(fresh), value, parameter, within), "ℤ")


def _member(left: Expr, answer: Answer) -> Condition | None:
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
