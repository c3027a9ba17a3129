"""Statements about reals as polynomial systems: fractions cleared, roots as variables of their own.

A root of a fraction n/d becomes a variable r ≥ 0 with r^q·d = n, unless it is a monomial. |u| is the root of u². The
sign of a denominator is read off its factors; one whose sign is not evident is multiplied in once more instead.
`powers` {"a": 3} lets `a` stand for its own cube root from then on, where a ≥ 0 is a hypothesis.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from lemmata.errors import BadInput
from lemmata.provers.real.notation import Tree, fail
from lemmata.provers.real.polynomials import Polynomial, find_sign, load_flint, make_ring
from lemmata.provers.real.statement import Relation, Statement

_EXPONENT = 40
_TERMS = 20_000
_BITS = 20_000
_DEGREE = 200
_FLIPPED = {"<": ">", "≤": "≥", ">": "<", "≥": "≤", "=": "="}


@dataclass(frozen=True, slots=True)
class Known:
    """Something that holds in a system: a polynomial is > 0, ≥ 0 or = 0."""

    polynomial: Polynomial
    sign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What is known, and the polynomial whose sign is asked for.

    Args:
        ring: of all polynomials here.
        known: hypotheses, conditions of roots, and conditions of definedness.
        goal: has the sign of (left - right) of the statement's goal wherever everything in it is defined.
        signs: variables that are never negative, as `find_sign` wants them.
        assumed: in words, what was not evident and is assumed for the statement to be defined.
    """

    ring: Any
    known: tuple[Known, ...]
    goal: Polynomial
    signs: Mapping[int, bool]
    assumed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quotient:
    """A fraction of polynomials in lowest terms."""

    above: Polynomial
    below: Polynomial


def make_system(statement: Statement, *, value: Tree | None = None, powers: Mapping[str, int] | None = None) -> System:
    """The system of a statement.

    Args:
        statement: as it was read.
        value: put for the constant; None: it stays a variable.
        powers: variables that stand for a root of what they were, with the exponent.

    Raises:
        BadInput: something that can't be expressed, or, in a claim, that is not seen to be defined.
    """
    return _Lowering(statement, value, dict(powers or {})).system()


def constant_of(tree: Tree) -> Fraction | None:
    """The value of a rational constant, or None."""
    match tree.kind, tree.parts:
        case "numeral", _:
            return Fraction(int(tree.text)) if len(tree.text) < 1000 else None
        case "real", (inner,):
            return constant_of(inner)
        case "neg", (inner,):
            value = constant_of(inner)
            return None if value is None else -value
        case "+" | "-" | "*" | "/", (left, right):
            a, b = constant_of(left), constant_of(right)
            if a is None or b is None or (tree.kind == "/" and b == 0):
                return None
            return {"+": a + b, "-": a - b, "*": a * b, "/": a / b if b else a}[tree.kind]
        case _:
            return None


def exponent_of(tree: Tree) -> Fraction:
    """The value of an exponent; without an ascription to ℝ only a numeral, as Lean would take it for a natural number.

    Raises:
        BadInput: another exponent, or a large one.
    """
    times = constant_of(tree) if tree.kind in ("numeral", "real") else None
    if times is None or abs(times) > _EXPONENT or times.denominator > _EXPONENT:
        raise fail(tree.column, f"expected a numeral up to {_EXPONENT} or a ratio such as (1/3 : ℝ)")
    return times


def sign_bound(relation: Relation) -> tuple[str, bool] | None:
    """The variable that a hypothesis says is never negative, and whether it is never 0 either; or None."""
    for sign, side, other in (
        (relation.sign, relation.left, relation.right),
        (_FLIPPED.get(relation.sign, ""), relation.right, relation.left),
    ):
        bound = constant_of(other)
        if side.kind == "name" and bound is not None and bound >= 0 and sign in (">", "≥"):
            return side.text, sign == ">" or bound > 0
    return None


@dataclass
class _Lowering:
    statement: Statement
    value: Tree | None
    powers: dict[str, int]
    known: list[Known] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    roots: dict[tuple[str, int], Quotient] = field(default_factory=dict)
    positive: list[Polynomial] = field(default_factory=list)

    def __post_init__(self) -> None:
        statement = self.statement
        trees = [t for r in (*statement.hypotheses, statement.goal) for t in (r.left, r.right)]
        if self.value is not None:
            trees.append(self.value)
        names = [*statement.variables]
        if statement.constant and self.value is None:
            names.append(statement.constant)
        count = sum(map(_roots_in, trees))
        fresh = (n for n in (f"r{i}" for i in range(1, 10_000)) if n not in names and n != statement.constant)
        self.free = [n for n, _ in zip(fresh, range(count), strict=False)]
        self.ring = make_ring([*self.free, *names])
        self.places = {n: i for i, n in enumerate(self.ring.names())}
        self.one = self.ring.from_dict({(0,) * len(self.places): 1})
        self.unused = list(self.free)
        self.signs: dict[int, bool] = {}
        for relation in statement.hypotheses:
            found = sign_bound(relation)
            if found is not None:
                index = self.places[found[0]]
                self.signs[index] = self.signs.get(index, False) or found[1]
        for name, exponent in self.powers.items():
            if self.places.get(name) not in self.signs or type(exponent) is not int or not 2 <= exponent <= 12:
                raise BadInput(f"expected 2 to 12 for a variable that is never negative, not {name}", place="powers")

    def system(self) -> System:
        for index, strict in self.signs.items():
            self.known.append(Known(self.ring.gen(index), ">" if strict else "≥"))
        for relation in self.statement.hypotheses:
            bound = sign_bound(relation)
            if bound is not None and Fraction(0) in (constant_of(relation.left), constant_of(relation.right)):
                continue  # stands above already
            self.known += self.hypothesis(relation)
        left, right = (self.quotient(t) for t in (self.statement.goal.left, self.statement.goal.right))
        goal = self.cleared(_minus(left, right))
        return System(
            ring=self.ring,
            known=tuple(self.known),
            goal=goal,
            signs=dict(self.signs),
            assumed=tuple(dict.fromkeys(self.assumed)),
        )

    def hypothesis(self, relation: Relation) -> list[Known]:
        left, right = self.quotient(relation.left), self.quotient(relation.right)
        if relation.sign == "≠":
            return []
        if relation.sign in ("<", "≤"):
            left, right = right, left
        difference = _minus(left, right)
        if relation.sign == "=":
            return [Known(self.without_positive_factors(difference.above), "=")]
        return [Known(self.cleared(difference), ">" if relation.sign in "<>" else "≥")]

    def cleared(self, quotient: Quotient) -> Polynomial:
        """A polynomial of the same sign; the denominator is known not to be 0."""
        made, below = quotient.above, quotient.below
        for divisor in self.positive:  # its factors alone may not show their sign
            while (parts := divmod(below, divisor)) and not parts[1]:
                below = parts[0]
        unit, factors = below.factor()
        if unit < 0:
            made = -made
        for factor, times in factors:
            if times % 2 == 0 or find_sign(factor, self.signs):
                continue
            made = -made if find_sign(-factor, self.signs) else made * factor
        return self.without_positive_factors(made)

    def without_positive_factors(self, made: Polynomial) -> Polynomial:
        if not made:
            return made
        unit, factors = made.factor()
        kept = self.one * (1 if unit > 0 else -1)
        for factor, times in factors:
            if find_sign(factor, self.signs) == ">":
                continue
            negative = find_sign(-factor, self.signs) == ">"
            kept = kept * ((-1) ** times if negative else factor**times)
        return kept

    # Expressions

    def quotient(self, tree: Tree) -> Quotient:
        made = self.expression(tree)
        if len(made.above) > _TERMS or len(made.below) > _TERMS:
            raise fail(tree.column, f"expected fewer than {_TERMS} terms when expanded")
        return made

    def expression(self, tree: Tree) -> Quotient:
        match tree.kind, tree.parts:
            case "numeral", _:
                if len(tree.text) > 1000:
                    raise fail(tree.column, "expected a numeral of at most 1000 digits")
                return Quotient(self.one * int(tree.text), self.one)
            case "name", _:
                return self.name(tree)
            case "real", (inner,):
                return self.quotient(inner)
            case "neg", (inner,):
                made = self.quotient(inner)
                return Quotient(-made.above, made.below)
            case "+" | "-" | "*" | "/", (left, right):
                return self.combined(tree, self.quotient(left), self.quotient(right))
            case "^", (base, exponent):
                return self.power(tree, base, exponent)
            case "call", (inner,) if tree.text == "Real.sqrt":
                return self.root(self.quotient(inner), 2, tree)
            case "call", (inner,) if tree.text == "abs":
                return self.absolute(self.quotient(inner), tree)
            case "call", (left, right) if tree.text in ("min", "max"):
                a, b = self.quotient(left), self.quotient(right)
                apart = self.absolute(_minus(a, b), tree)
                total = _plus(a, b)
                both = _minus(total, apart) if tree.text == "min" else _plus(total, apart)
                return Quotient(both.above, both.below * 2)
            case _:
                raise fail(tree.column, "expected a real number made of + - * / ^ √ abs min max")

    def name(self, tree: Tree) -> Quotient:
        if tree.text == self.statement.constant and self.value is not None:
            return self.quotient(self.value)
        if tree.text not in self.places or tree.text in self.free:
            raise fail(tree.column, f"{tree.text} is not bound here")
        gen = self.ring.gen(self.places[tree.text])
        return Quotient(gen ** self.powers.get(tree.text, 1), self.one)

    def combined(self, tree: Tree, a: Quotient, b: Quotient) -> Quotient:
        match tree.kind:
            case "+":
                return _plus(a, b)
            case "-":
                return _minus(a, b)
            case "*" if len(a.above) * len(b.above) > _TERMS**2 // 100:
                raise fail(tree.column, "expected smaller factors")
            case "*":
                return _reduced(a.above * b.above, a.below * b.below)
            case _:
                self.assume(b.above, "≠", tree)
                return _reduced(a.above * b.below, a.below * b.above)

    def power(self, tree: Tree, base: Tree, exponent: Tree) -> Quotient:
        times = exponent_of(exponent)
        made = self.quotient(base)
        if times < 0:
            self.assume(made.above, "≠", tree)
            made = _reduced(made.below, made.above)
        above = abs(times.numerator)
        if times.denominator > 1:
            made = self.root(made, times.denominator, tree)
        for part in (made.above, made.below):
            bits = max((int(c.p).bit_length() + int(c.q).bit_length() for c in part.coeffs()), default=0)
            terms = math.comb(len(part) + above, above) if len(part) > 1 else 1
            if terms > _TERMS or above * bits > _BITS or above * part.total_degree() > _DEGREE:
                raise fail(tree.column, "expected a smaller power")
        return Quotient(made.above**above, made.below**above)

    def absolute(self, inner: Quotient, tree: Tree) -> Quotient:
        if self.sign_of(inner):
            return inner
        return self.root(Quotient(inner.above**2, inner.below**2), 2, tree, even=True)

    def root(self, inner: Quotient, degree: int, tree: Tree, *, even: bool = False) -> Quotient:
        if not even:
            self.assume(inner.above * inner.below, "≥", tree)
        above, below = self.monomial_root(inner.above, degree), self.monomial_root(inner.below, degree)
        if above is not None and below is not None:
            return Quotient(above, below)
        key = (f"{inner.above}/{inner.below}", degree)
        if key not in self.roots:
            gen = self.ring.gen(self.places[self.unused.pop(0)])
            strict = self.sign_of(inner) == ">"
            self.signs[self.places[str(gen)]] = strict
            self.known.append(Known(gen, ">" if strict else "≥"))
            self.known.append(Known(gen**degree * inner.below - inner.above, "="))
            self.roots[key] = Quotient(gen, self.one)
        return self.roots[key]

    def monomial_root(self, polynomial: Polynomial, degree: int) -> Polynomial | None:
        """The root of a monomial in variables that are never negative, where it is a monomial again."""
        if not polynomial:
            return polynomial
        terms = polynomial.to_dict()
        if len(terms) > 1:
            return None
        ((exponents, value),) = terms.items()
        exact = [_whole_root(int(part), degree) for part in (value.p, value.q)]
        if None in exact or any(e % degree or (e and i not in self.signs) for i, e in enumerate(exponents)):
            return None
        flint = load_flint()
        return self.ring.from_dict({tuple(e // degree for e in exponents): flint.fmpq(exact[0], exact[1])})

    def is_positive(self, polynomial: Polynomial) -> bool:
        return find_sign(polynomial, self.signs) == ">"

    def sign_of(self, quotient: Quotient) -> str:
        above, below = find_sign(quotient.above, self.signs), find_sign(quotient.below, self.signs)
        return above if below else ""  # a denominator is not 0: where it is never negative, it is positive

    def assume(self, polynomial: Polynomial, sign: str, tree: Tree) -> None:
        """That something is as it must be for the statement to be defined; evident, or assumed, or refused."""
        if sign == "≠" and (evident := next((p for p in (polynomial, -polynomial) if self.is_positive(p)), None)):
            if not evident.is_constant():
                self.positive.append(evident)
            return
        if sign == "≥" and find_sign(polynomial, self.signs):
            return
        if self.statement.kind == "claim" or not polynomial:
            what = "this denominator is not 0" if sign == "≠" else "what stands under this root is not negative"
            raise fail(tree.column, f"expected hypotheses from which it is evident that {what}")
        self.assumed.append(f"{polynomial} {sign} 0")
        if sign == "≥":
            self.known.append(Known(polynomial, "≥"))
        elif find_sign(polynomial, self.signs):
            self.known.append(Known(polynomial, ">"))


def _whole_root(value: int, degree: int) -> int | None:
    if value < 0:
        return None
    guess = round(value ** (1 / degree)) if value < 1 << 900 else 0
    return next((g for g in (guess - 1, guess, guess + 1) if g >= 0 and g**degree == value), None)


def _roots_in(tree: Tree) -> int:
    own = tree.kind == "call" or (tree.kind == "^" and tree.parts[1].kind == "real")
    return int(own) + sum(map(_roots_in, tree.parts))


def _plus(a: Quotient, b: Quotient) -> Quotient:
    shared = a.below.gcd(b.below)
    left, right = b.below / shared, a.below / shared
    return _reduced(a.above * left + b.above * right, a.below * left)


def _minus(a: Quotient, b: Quotient) -> Quotient:
    return _plus(a, Quotient(-b.above, b.below))


def _reduced(above: Polynomial, below: Polynomial) -> Quotient:
    shared = above.gcd(below)
    return Quotient(above / shared, below / shared)
