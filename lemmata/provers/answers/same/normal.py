"""Normal forms: every expression as a quotient of polynomials in atoms, and what it takes for it to have a value."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import flint

from lemmata.provers.answers.same.atoms import Atoms
from lemmata.provers.answers.same.elementary import RULES
from lemmata.provers.answers.same.enclosure import EXACT_BITS, NoValue, Unsettled, ball, enclose, sign
from lemmata.provers.answers.same.expression import App, Expr, Fn, Num, Sym, Var
from lemmata.provers.answers.same.polynomial import (
    UNIT,
    Polynomial,
    Ratio,
    content,
    factored,
    raised,
    ratio,
    scaled,
    times,
    unknown,
    unknowns,
    whole,
)
from lemmata.provers.answers.same.powers import general_power, power_of_atom, power_of_numeral

_SIGN_BITS = (64, 256, 1024)
_LARGEST_EXPONENT = 10_000


@dataclass(frozen=True, slots=True)
class Requirement:
    """What must hold for an expression to have a value.

    Args:
        kind: `nonzero`, `nonnegative`, `positive`, `natural`, `integer`, or `convention` (nonnegative, unless one takes
            real roots of negative numbers for broken powers).
        value: of what.
    """

    kind: str
    value: Ratio


class Normalizer:
    """Brings expressions into normal form over one set of atoms.

    Args:
        atoms: shared by all expressions that are to be compared.
    """

    def __init__(self, atoms: Atoms) -> None:
        self.atoms = atoms
        self.required: list[Requirement] = []

    def form(self, expr: Expr) -> Ratio:
        """The normal form; what it requires is added to `required`.

        Raises:
            NoValue: provably without a value, whatever the variables are.
            Unsettled: outside what is decided here.
        """
        made = self.raw(expr)
        return ratio(self.atoms.reduced(made.top), self.atoms.reduced(made.bottom))

    def raw(self, expr: Expr) -> Ratio:
        match expr:
            case Num(value):
                return whole(value)
            case Var(name):
                return Ratio(self.atoms.variable(name), UNIT)
            case Sym(name):
                return self.symbol(name)
            case App(fn, args):
                return self.applied(fn, args)

    def symbol(self, name: str) -> Ratio:
        match name:
            case "pi":
                return Ratio(self.atoms.pi(), UNIT)
            case "e":
                return self.atoms.power("e", (), Fraction(1))
            case "i":
                return Ratio(self.atoms.i(), UNIT)
            case "°":
                return Ratio(scaled(self.atoms.pi(), Fraction(1, 180)), UNIT)
        raise Unsettled(f"{name} is not a number")

    def applied(self, fn: Fn, args: tuple[Expr, ...]) -> Ratio:
        if fn is Fn.POW:
            return self.power(self.form(args[0]), self.form(args[1]))
        if fn is Fn.ROOT and isinstance(args[1], Num):
            return self.root(self.form(args[0]), int(args[1].value))
        forms = [self.form(a) for a in args]
        if fn in _SIMPLE:
            return _SIMPLE[fn](self, forms)
        found = RULES.get(fn)
        if found is None:
            raise Unsettled(f"{fn.value} is not decided")
        return found(self, *forms)

    # -- what elementary functions need

    def is_closed(self, form: Ratio) -> bool:
        return self.atoms.closed(form.top) and self.atoms.closed(form.bottom)

    def require(self, kind: str, form: Ratio) -> None:
        """Note a requirement; decide it here where no variable is inside."""
        if not self.is_closed(form):
            self.required.append(Requirement(kind, form))
        elif kind == "nonzero":
            found = self.atoms.is_zero(form.top)
            if found is True:
                raise NoValue("a division by 0")
            if found is None:
                raise Unsettled("whether a divisor is 0")
        elif kind in ("positive", "nonnegative"):
            found_sign = self.sign(form)
            if found_sign < 0 or (found_sign == 0 and kind == "positive"):
                raise NoValue("a number that has to be positive is not")
        elif form.constant is None or form.constant.denominator != 1:
            raise NoValue("a number that has to be whole is not")

    def is_real(self, form: Ratio) -> bool:
        """Whether no imaginary unit is inside; only asked of closed forms."""
        seen = [self.atoms.all[i] for i in unknowns(form.top) | unknowns(form.bottom)]
        return all(a.kind != "i" and (a.kind != "root" or self.is_real(_argument(a.argument))) for a in seen)

    def sign(self, form: Ratio) -> int:
        """-1, 0 or 1 of a closed real form."""
        if form.constant is not None:
            return sign(form.constant) or 0
        if not self.is_real(form):
            raise Unsettled("the sign of a complex number")
        zero = self.atoms.is_zero(form.top)
        if zero:
            return 0
        expr = self.atoms.ratio_expr(form)
        for bits in _SIGN_BITS:
            try:
                found = sign(enclose(expr, {}, bits, real=False))
            except Unsettled as exc:
                if not exc.finer:
                    raise
                continue
            if found:
                return found
        raise Unsettled("the sign of a number")

    def whole_below(self, form: Ratio) -> int:
        """The greatest integer that is at most a closed real form."""
        if form.constant is not None:
            return math.floor(form.constant)
        expr = self.atoms.ratio_expr(form)
        for bits in _SIGN_BITS:
            middle = ball(enclose(expr, {}, bits, real=False))
            if isinstance(middle, flint.acb):
                middle = middle.real
            found = middle.floor().unique_fmpz()
            if found is not None:
                return int(found)
        near = int((middle + 0.5).floor().unique_fmpz() or 0)
        if self.sign(form.plus(whole(-near))) == 0:
            return near
        raise Unsettled("which whole number is just below")

    def halves(self, form: Ratio) -> tuple[Ratio, Ratio]:
        """A form without its whole constant, and this."""
        poly = form.polynomial
        shift = Fraction(0) if poly is None else poly.get((), Fraction(0))
        below = whole(math.floor(shift))
        return form.plus(below.scaled(-1)), below

    # -- powers and roots

    def divided(self, left: Ratio, right: Ratio) -> Ratio:
        self.require("nonzero", right)
        if not right.top:
            raise NoValue("a division by 0")
        return left.times(right.inverse())

    def power(self, base: Ratio, exponent: Ratio) -> Ratio:
        given = exponent.constant
        if given is not None and given.denominator == 1:
            if given < 0:
                self.require("nonzero", base)
            return self.whole_power(base, int(given))
        if base.constant == 1:
            return base
        if given is not None:
            return self.broken_power(base, given)
        return general_power(self, base, exponent)

    def whole_power(self, base: Ratio, exponent: int) -> Ratio:
        if exponent < 0 and not base.top:
            raise NoValue("0 to a negative power")
        base = base if exponent >= 0 else base.inverse()
        return Ratio(self.power_of(base.top, abs(exponent)), self.power_of(base.bottom, abs(exponent)))

    def power_of(self, poly: Polynomial, exponent: int) -> Polynomial:
        """Reduced at every step, so that (1 + √5)^100 stays small."""
        if len(poly) <= 1:
            return self.atoms.reduced(raised(poly, exponent))
        if exponent > _LARGEST_EXPONENT:
            raise Unsettled("a power too large to expand")
        made = UNIT
        while exponent:
            if exponent & 1:
                made = self.atoms.reduced(times(made, poly))
            exponent >>= 1
            if exponent:
                poly = self.atoms.reduced(times(poly, poly))
            if any(c.numerator.bit_length() > EXACT_BITS for c in poly.values()):
                raise Unsettled("a power too large to expand")
        return made

    def broken_power(self, base: Ratio, exponent: Fraction) -> Ratio:
        if self.is_closed(base):
            if not self.is_real(base) or self.sign(base) < 0:
                raise Unsettled("a broken power of a negative number means different things to different people")
        elif not self.is_positive(base):
            self.require("convention" if exponent.denominator % 2 else "nonnegative", base)
        if exponent < 0:
            self.require("nonzero", base)
        return self.whole_power(self.plain_root(base, exponent.denominator), exponent.numerator)

    def is_positive(self, form: Ratio) -> bool:
        """Whether it is a product of powers of positive numbers, and so has every real power."""
        if len(form.top) != 1 or len(form.bottom) != 1:
            return False
        parts = (*form.top.items(), *form.bottom.items())
        return all(factor > 0 and all(self.positive_atom(i) for i, _ in monomial) for monomial, factor in parts)

    def positive_atom(self, index: int) -> bool:
        atom = self.atoms.all[index]
        if atom.kind in ("pi", "factorial"):
            return True
        if atom.kind == "root":
            return self.is_positive(_argument(atom.argument))
        return atom.kind == "power" and atom.base != -1

    def root(self, radicand: Ratio, index: int) -> Ratio:
        """The root as people write it: odd roots of negative numbers are negative."""
        if self.is_closed(radicand) and not self.is_real(radicand):
            return self.plain_root(radicand, index)
        if self.is_closed(radicand):
            found = self.sign(radicand)
            if found == 0:
                return whole(0)
            if found < 0:
                inner = self.plain_root(radicand.scaled(-1), index)
                if index % 2:
                    return inner.scaled(-1)
                if index == 2:
                    return inner.times(Ratio(self.atoms.i(), UNIT))
                raise Unsettled("an even root of a negative number")
        elif index % 2 == 0 and not self.is_positive(radicand):
            self.require("nonnegative", radicand)
        return self.plain_root(radicand, index)

    def plain_root(self, radicand: Ratio, index: int) -> Ratio:
        """The root of what is known or required to be nonnegative, or of anything where the index is odd."""
        if not radicand.top:
            return radicand
        if self.is_positive(radicand) and radicand.constant is None:
            return self.root_of_product(radicand, index)
        lower = radicand.bottom
        inside = self.atoms.reduced(times(radicand.top, raised(lower, index - 1)))
        outside = self.absolute(Ratio(lower, UNIT)) if index % 2 == 0 else Ratio(lower, UNIT)
        return self.root_of_polynomial(inside, index).times(outside.inverse())

    def root_of_product(self, form: Ratio, index: int) -> Ratio:
        """Of a product of powers of positive numbers: each part by itself."""
        made = whole(1)
        for poly, way in ((form.top, 1), (form.bottom, -1)):
            ((monomial, factor),) = poly.items()
            made = made.times(self.numeral_root(factor, index).raised(way))
            for i, exponent in monomial:
                made = made.times(power_of_atom(self, i, Fraction(exponent * way, index)))
        return made

    def numeral_root(self, value: Fraction, index: int) -> Ratio:
        return power_of_numeral(self, value, {(): Fraction(1, index)})

    def root_of_polynomial(self, poly: Polynomial, index: int) -> Ratio:
        if list(poly) == [()] and poly[()] > 0:
            return self.numeral_root(poly[()], index)
        closed = self.atoms.closed(poly)
        if closed:
            scale, parts = content(poly), [(scaled(poly, 1 / content(poly)), 1)]
        else:
            scale, parts = factored(poly)
        negative = scale < 0
        outside, inside = self.numeral_root(abs(scale), index), UNIT
        for part, exponent in parts:
            out, left = divmod(exponent, index)
            if out:
                taken = Ratio(raised(part, out), UNIT)
                outside = outside.times(self.absolute(taken) if index % 2 == 0 else taken)
            inside = times(inside, raised(part, left))
        if negative and index % 2:
            outside = outside.scaled(-1)
        elif negative:
            inside = scaled(inside, -1)
        if inside == UNIT:
            return outside
        return outside.times(Ratio(self.atoms.root(inside, index), UNIT))

    # -- absolute values

    def absolute(self, form: Ratio) -> Ratio:
        if self.is_closed(form):
            if not self.is_real(form):
                return self.modulus(form)
            return form.scaled(-1) if self.sign(form) < 0 else form
        top, bottom = self.absolute_polynomial(form.top), self.absolute_polynomial(form.bottom)
        return Ratio(top, bottom)

    def absolute_polynomial(self, poly: Polynomial) -> Polynomial:
        scale, parts = factored(poly)
        result: Polynomial = {(): abs(scale)}
        for part, exponent in parts:
            (index,) = unknowns(part) if len(part) == 1 else (-1,)
            if exponent % 2 == 0 or (index >= 0 and (self.positive_atom(index) or self.atoms.all[index].kind == "abs")):
                result = times(result, raised(part, exponent))
            elif self.atoms.closed(part):
                one = Ratio(part, UNIT)
                result = times(result, raised(scaled(part, -1 if self.sign(one) < 0 else 1), exponent))
            else:
                even = raised(part, exponent - 1)
                result = times(times(result, even), self.atoms.function(Fn.ABS, Ratio(part, UNIT)))
        return result

    def modulus(self, form: Ratio) -> Ratio:
        """|a + bi| = √(a² + b²)."""
        square = form.times(self.conjugate(form))
        return self.root(ratio(self.atoms.reduced(square.top), self.atoms.reduced(square.bottom)), 2)

    def conjugate(self, form: Ratio) -> Ratio:
        """Of a closed form in which only the imaginary unit itself isn't real."""
        if not all(
            self.is_real(Ratio(unknown(i), UNIT)) for i in unknowns(form.top) if self.atoms.all[i].kind == "root"
        ):
            raise Unsettled("the absolute value of a complex root")
        unit = max(unknowns(self.atoms.i()))

        def turned(poly: Polynomial) -> Polynomial:
            return {m: -c if dict(m).get(unit, 0) % 2 else c for m, c in poly.items()}

        return Ratio(turned(form.top), turned(form.bottom))


def _argument(argument: object) -> Ratio:
    return argument if isinstance(argument, Ratio) else whole(1)


_SIMPLE: Mapping[Fn, Callable[[Normalizer, list[Ratio]], Ratio]] = {
    Fn.ADD: lambda n, forms: _total(forms),
    Fn.MUL: lambda n, forms: _product(n, forms),
    Fn.NEG: lambda n, forms: forms[0].scaled(-1),
    Fn.DIV: lambda n, forms: n.divided(forms[0], forms[1]),
    Fn.ABS: lambda n, forms: n.absolute(forms[0]),
}


def _total(forms: list[Ratio]) -> Ratio:
    made = forms[0]
    for form in forms[1:]:
        made = made.plus(form)
    return made


def _product(normalizer: Normalizer, forms: list[Ratio]) -> Ratio:
    made = forms[0]
    for form in forms[1:]:
        made = made.times(form)
        made = Ratio(normalizer.atoms.reduced(made.top), normalizer.atoms.reduced(made.bottom))
    return made
