"""The unknowns of normal forms: variables, roots, logarithms, angles and whatever else isn't rational arithmetic.

Two atoms of one kind are one atom when their arguments are shown to be equal, however these are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from lemmata.provers.answers.same.enclosure import Unsettled
from lemmata.provers.answers.same.expression import (
    IMAGINARY,
    ONE,
    PI,
    App,
    E,
    Expr,
    Fn,
    Num,
    Var,
    add,
    div,
    mul,
    num,
    power,
    root,
)
from lemmata.provers.answers.same.polynomial import (
    UNIT,
    Monomial,
    Polynomial,
    Ratio,
    constant,
    constant_of,
    content,
    leading,
    minus,
    plus,
    raised,
    scaled,
    times,
    unknown,
    unknowns,
)
from lemmata.provers.answers.same.zero import Algebraic, is_zero

_MOST_ATOMS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Atom:
    """An unknown of normal forms.

    Args:
        kind: `variable`, `pi`, `i`, `root`, `power`, `cos2pi`, `sin`, `cos`, `ln`, `abs`, or the name of a function.
        argument: what it is a function of; for `power` the exponent's monomial, divided by `index`.
        base: of a power: a prime, -1, `e`, or the expression.
        index: of a root; the fineness of a power or an angle.
        expr: the same as an expression, from which its value is computed.
        closed: no variable inside.
        algebraic: what bounds need to know, where it is an algebraic number.
    """

    kind: str
    argument: Ratio | Fraction | str | None
    base: int | str | Ratio | None
    index: int
    expr: Expr
    closed: bool
    algebraic: Algebraic | None


class Finer(Exception):
    """An angle or exponent occurs in smaller parts than was known; begin again with `fineness`."""


class Atoms:
    """The atoms of one comparison.

    Args:
        fineness: how small the parts of angles and exponents have to be, by what they are parts of.
    """

    def __init__(self, fineness: dict[str, int]) -> None:
        self.all: list[Atom] = []
        self.fineness = fineness

    def expr(self, poly: Polynomial) -> Expr:
        """The polynomial as an expression."""
        terms = [self.term(m, c) for m, c in sorted(poly.items())]
        return add(*terms) if terms else num(0)

    def term(self, monomial: Monomial, factor: Fraction) -> Expr:
        parts = [e if n == 1 else power(e, num(n)) for e, n in ((self.all[i].expr, n) for i, n in monomial)]
        if factor == 1 and parts:
            return mul(*parts)
        return mul(Num(factor), *parts)

    def ratio_expr(self, value: Ratio) -> Expr:
        top = self.expr(value.top)
        return top if value.bottom == UNIT else div(top, self.expr(value.bottom))

    def closed(self, poly: Polynomial) -> bool:
        return all(self.all[i].closed for i in unknowns(poly))

    def made(self, atom: Atom) -> Polynomial:
        """The atom as a polynomial: one that is here already, or a new one."""
        for i, known in enumerate(self.all):
            if (known.kind, known.index) == (atom.kind, atom.index) and self.equal_atoms(known, atom):
                return unknown(i)
        if len(self.all) >= _MOST_ATOMS:
            raise Unsettled("an expression too large, of too many different parts,")
        self.all.append(atom)
        return unknown(len(self.all) - 1)

    def equal_atoms(self, known: Atom, atom: Atom) -> bool:
        return self.equal(known.base, atom.base) and self.equal(known.argument, atom.argument)

    def equal(self, first: object, second: object) -> bool:
        if first == second:
            return True
        if not isinstance(first, Ratio) or not isinstance(second, Ratio):
            return False
        return self.is_zero(self.difference(first, second)) is True

    def difference(self, first: Ratio, second: Ratio) -> Polynomial:
        """What is 0 just when both are equal, where their bottoms aren't 0."""
        if first.bottom == second.bottom:
            return minus(first.top, second.top)
        return minus(times(first.top, second.bottom), times(second.top, first.bottom))

    def is_zero(self, poly: Polynomial) -> bool | None:
        return is_zero(self.reduced(poly), self)

    # -- makers

    def variable(self, name: str) -> Polynomial:
        return self.made(_atom("variable", name, Var(name), closed=False))

    def pi(self) -> Polynomial:
        return self.made(_atom("pi", None, PI))

    def i(self) -> Polynomial:
        return self.made(_atom("i", None, IMAGINARY, algebraic=Algebraic(0, 0, (), 4)))

    def function(self, fn: Fn, argument: Ratio) -> Polynomial:
        closed = self.closed(argument.top) and self.closed(argument.bottom)
        return self.made(_atom(fn.value, argument, App(fn, (self.ratio_expr(argument),)), closed=closed))

    def logarithm(self, argument: Ratio) -> Polynomial:
        """ln |argument|."""
        closed = self.closed(argument.top) and self.closed(argument.bottom)
        expr = App(Fn.LN, (App(Fn.ABS, (self.ratio_expr(argument),)),))
        return self.made(_atom("ln", argument, expr, closed=closed))

    def root(self, radicand: Polynomial, index: int) -> Polynomial:
        expr = root(self.expr(radicand), index)
        algebraic = self.bounds(radicand)
        made = None if algebraic is None else algebraic.root(index, ("root", str(expr)))
        argument = Ratio(radicand, UNIT)
        return self.made(_atom("root", argument, expr, index=index, closed=self.closed(radicand), algebraic=made))

    def cos2pi(self, turn: Fraction) -> Polynomial:
        """2·cos(2π·turn), an algebraic integer."""
        expr = mul(num(2), App(Fn.COS, (mul(Num(2 * turn), PI),)))
        algebraic = Algebraic(1, 0, (), turn.denominator)
        return self.made(_atom("cos2pi", turn, expr, algebraic=algebraic))

    def power(self, base: int | str | Ratio, exponent: Monomial, factor: Fraction) -> Ratio:
        """base ^ (factor · exponent), a power of an atom whose exponent is as fine as any that occurs."""
        shown = self.base_expr(base)
        part = self.term(exponent, Fraction(1)) if exponent else ONE
        index = self.finest(f"{shown} ^ {part}", factor.denominator)
        algebraic = None
        if isinstance(base, int) and not exponent:
            algebraic = Algebraic(-(-base.bit_length() // index), 0, ((("power", str(base)), index),), 1)
        closed = all(self.all[i].closed for i, _ in exponent) and (
            not isinstance(base, Ratio) or (self.closed(base.top) and self.closed(base.bottom))
        )
        atom = Atom(
            kind="power",
            argument=Ratio({exponent: Fraction(1)}, UNIT),
            base=base,
            index=index,
            expr=power(shown, mul(num(Fraction(1, index)), part)),
            closed=closed,
            algebraic=algebraic,
        )
        return Ratio(self.made(atom), UNIT).raised(int(factor * index))

    def base_expr(self, base: int | str | Ratio) -> Expr:
        if isinstance(base, Ratio):
            return self.ratio_expr(base)
        return E if isinstance(base, str) else num(base)

    def angle(self, monomial: Monomial, factor: Fraction) -> tuple[Polynomial, Polynomial, int]:
        """sin and cos of a part of an angle, and how many of these parts factor · monomial is."""
        part = self.term(monomial, Fraction(1)) if monomial else ONE
        index = self.finest(f"angle {part}", factor.denominator)
        return *self.sin_and_cos(monomial, Fraction(1), index), int(factor * index)

    def undivided_angle(self, monomial: Monomial, factor: Fraction) -> tuple[Polynomial, Polynomial, int]:
        """As `angle`, for one that has too many parts: related to no other multiple of the monomial."""
        return *self.sin_and_cos(monomial, factor, 1), 1

    def sin_and_cos(self, monomial: Monomial, factor: Fraction, index: int) -> tuple[Polynomial, Polynomial]:
        expr = self.term(monomial, factor / index)
        argument = Ratio({monomial: factor}, UNIT)
        closed = all(self.all[i].closed for i, _ in monomial)
        sin = self.made(_atom("sin", argument, App(Fn.SIN, (expr,)), index=index, closed=closed))
        cos = self.made(_atom("cos", argument, App(Fn.COS, (expr,)), index=index, closed=closed))
        return sin, cos

    def terms(self, form: Ratio) -> Polynomial:
        """A form as a sum of monomials with factors; a quotient counts as an unknown, up to a constant and a factor."""
        value = constant_of(form.bottom)
        if value is not None:
            return scaled(form.top, 1 / value)
        highest = max(form.bottom)
        shift = form.top.get(highest, Fraction(0)) / form.bottom[highest]
        rest = minus(form.top, scaled(form.bottom, shift))
        factor = content(rest) * (1 if leading(rest) > 0 else -1)
        quotient = Ratio(scaled(rest, 1 / factor), form.bottom)
        closed = self.closed(quotient.top) and self.closed(quotient.bottom)
        made = self.made(_atom("quotient", quotient, self.ratio_expr(quotient), closed=closed))
        return plus(scaled(UNIT, shift), scaled(made, factor))

    def finest(self, name: str, wanted: int) -> int:
        known = self.fineness.get(name, 1)
        if known % wanted:
            self.fineness[name] = lcm(known, wanted)
            raise Finer
        return known

    # -- relations

    def reduced(self, poly: Polynomial) -> Polynomial:
        """The same value with every power of an atom that a relation gives replaced."""
        while True:
            for i in sorted(unknowns(poly), reverse=True):
                relation = self.relation(i)
                if relation is not None and any(e >= relation[0] for m in poly for j, e in m if j == i):
                    poly = replaced(poly, i, *relation)
                    break
            else:
                return poly

    def relation(self, index: int) -> tuple[int, Polynomial] | None:
        """The power of an atom that is something simpler, and what it is."""
        atom = self.all[index]
        argument = atom.argument
        match atom.kind:
            case "i":
                return 2, constant(-1)
            case "root" if isinstance(argument, Ratio):
                return atom.index, argument.top
            case "abs" if isinstance(argument, Ratio) and argument.bottom == UNIT:
                return 2, raised(argument.top, 2)
            case "power" if atom.base == -1:
                return 2 * atom.index, UNIT
            case "power" if isinstance(atom.base, int) and isinstance(argument, Ratio) and () in argument.top:
                return atom.index, constant(atom.base)
            case "sin":
                cos = next(
                    j
                    for j, other in enumerate(self.all)
                    if other.kind == "cos" and other.index == atom.index and other.argument == argument
                )
                return 2, minus(UNIT, unknown(cos, 2))
        return None

    def bounds(self, poly: Polynomial) -> Algebraic | None:
        """Of the number that a polynomial in algebraic atoms is; None where an atom is not algebraic."""
        known: Mapping[int, Algebraic] = {
            i: found for i in unknowns(poly) if (found := self.all[i].algebraic) is not None
        }
        return Algebraic.of(poly, known) if len(known) == len(unknowns(poly)) else None


def _atom(
    kind: str,
    argument: Ratio | Fraction | str | None,
    expr: Expr,
    *,
    index: int = 1,
    closed: bool = True,
    algebraic: Algebraic | None = None,
) -> Atom:
    return Atom(kind=kind, argument=argument, base=None, index=index, expr=expr, closed=closed, algebraic=algebraic)


def replaced(poly: Polynomial, index: int, least: int, value: Polynomial) -> Polynomial:
    made: list[Polynomial] = []
    for monomial, factor in poly.items():
        exponent = dict(monomial).get(index, 0)
        times_over, rest = divmod(exponent, least)
        others = tuple((i, e) for i, e in monomial if i != index)
        kept = tuple(sorted((*others, (index, rest)))) if rest else others
        made.append(times(scaled({kept: Fraction(1)}, factor), raised(value, times_over)))
    return plus(*made)
