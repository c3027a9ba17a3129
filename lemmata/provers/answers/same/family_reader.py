"""Reads sets by condition and families, in signs and in English: {n : ℤ | …}, all odd n, 3k + 1 for integer k."""

from __future__ import annotations

from collections.abc import Callable

from lemmata.provers.answers.same import names
from lemmata.provers.answers.same.condition_reader import (
    _ADJECTIVES,
    _CLAUSES,
    _CONNECTIONS,
    _FILLING,
    _NOUNS,
    _RELATIONS,
    _STARTS,
    ConditionReader,
)
from lemmata.provers.answers.same.expression import (
    ONE,
    ZERO,
    Answer,
    App,
    Both,
    Condition,
    Congruence,
    Expr,
    Function,
    Image,
    Num,
    Relation,
    SetOf,
    Sym,
    Var,
    add,
    mul,
    num,
    variables,
)
from lemmata.provers.answers.same.tokens import Token, fail
from lemmata.provers.answers.same.views import as_intervals


class FamilyReader(ConditionReader):
    """Adds sets by condition to conditions."""

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


def _family(value: Expr, parameter: str, within: Condition, name: str, token: Token) -> SetOf:
    if parameter not in variables(value) or variables(value) - {parameter}:
        raise fail(token.column, f"expected the parameter {parameter} alone in the expression")
    fresh = name if name != parameter else "m"
    return SetOf(fresh, Image(Var(fresh), value, parameter, within), "ℤ")
