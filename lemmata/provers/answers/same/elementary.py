"""The laws of exponentials, logarithms, angles, factorials and rounding that normal forms use.

Each law holds wherever both of its sides have values; where it has a value at all is noted as a requirement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from lemmata.provers.answers.same.enclosure import NoValue, Unsettled, ball, enclose
from lemmata.provers.answers.same.expression import PI, App, Fn, div
from lemmata.provers.answers.same.polynomial import (
    UNIT,
    Monomial,
    Polynomial,
    Ratio,
    constant_of,
    content,
    factored,
    leading,
    minus,
    plus,
    ratio,
    scaled,
    times,
    unknown,
    unknowns,
    whole,
)

if TYPE_CHECKING:
    from lemmata.provers.answers.same.normal import Normalizer

Exponent = Mapping[Monomial, Fraction]
_MOST_ANGLES = 24
_FACTORIAL_STEPS = 30
_LARGEST_EXACT = 3_000
_TURNS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 16, 18, 20, 24, 30, 36, 40, 45, 60, 72, 90, 180)


# -- powers


def general_power(n: Normalizer, base: Ratio, exponent: Ratio) -> Ratio:
    """base ^ exponent where the exponent is not rational."""
    terms = _terms(n, exponent)
    value = base.constant
    if any(n.atoms.all[i].kind == "i" for m in terms for i, _ in m) and n.is_positive(base):
        return exponential(n, exponent.times(logarithm(n, base)))
    if value is not None:
        if value == 0:
            raise Unsettled("a power of 0 with an exponent that varies")
        if value > 0:
            return power_of_numeral(n, value, terms)
        return sign_power(n, terms).times(power_of_numeral(n, -value, terms))
    if n.is_closed(base) and not n.is_real(base):
        return imaginary_power(n, base, exponent)
    if n.is_positive(base):
        return product_power(n, base, terms)
    if n.is_closed(base):
        if n.sign(base) <= 0:
            raise Unsettled("a power of a negative number with an exponent that varies")
    else:
        n.require("positive", base)
    made = whole(1)
    for monomial, factor in terms.items():
        if not monomial and factor.denominator == 1:
            made = made.times(base.raised(int(factor)))
        elif monomial:
            made = made.times(n.atoms.power(base, monomial, factor))
        else:
            made = made.times(n.plain_root(base, factor.denominator).raised(factor.numerator))
    return made


def product_power(n: Normalizer, base: Ratio, terms: Exponent) -> Ratio:
    """Of a product of powers of positive numbers: each part by itself."""
    made = whole(1)
    for poly, way in ((base.top, 1), (base.bottom, -1)):
        ((monomial, factor),) = poly.items()
        made = made.times(power_of_numeral(n, factor, terms).raised(way))
        for i, exponent in monomial:
            for part, size in terms.items():
                made = made.times(power_of_atom(n, i, size * exponent * way, part))
    return made


def power_of_atom(n: Normalizer, index: int, factor: Fraction, part: Monomial = ()) -> Ratio:
    """atom ^ (factor · part) for a positive atom."""
    atom = n.atoms.all[index]
    if not part and factor.denominator == 1:
        return Ratio(unknown(index), UNIT).raised(int(factor))
    if atom.kind == "power" and atom.base is not None and isinstance(atom.argument, Ratio):
        (inner,) = atom.argument.top
        made = plus({part: factor / atom.index}) if not inner else times({part: factor / atom.index}, atom.argument.top)
        return _assembled(n, atom.base, made)
    if atom.kind == "root" and isinstance(atom.argument, Ratio):
        inside = n.root_of_product if not part else None
        if inside is not None:
            return inside(atom.argument, atom.index * factor.denominator).raised(factor.numerator)
    if not part:
        return Ratio(n.atoms.root(unknown(index), factor.denominator), UNIT).raised(factor.numerator)
    return n.atoms.power(Ratio(unknown(index), UNIT), part, factor)


def _assembled(n: Normalizer, base: int | str | Ratio, exponent: Exponent) -> Ratio:
    made = whole(1)
    for monomial, factor in exponent.items():
        if not monomial and isinstance(base, int):
            whole_part = factor.numerator // factor.denominator
            made = made.times(whole(Fraction(base) ** whole_part))
            factor -= whole_part
        if factor:
            part = _exponential_term(n, monomial, factor) if base == "e" else n.atoms.power(base, monomial, factor)
            made = made.times(part)
    return made


def power_of_numeral(n: Normalizer, value: Fraction, terms: Exponent) -> Ratio:
    """Of a positive rational: by its primes, so that 4^x and 2^(2x) are one."""
    from lemmata.provers.answers.same.normal import prime_powers

    made = whole(1)
    for number, way in ((value.numerator, 1), (value.denominator, -1)):
        for prime, exponent in prime_powers(number).items():
            made = made.times(_assembled(n, prime, {m: c * exponent * way for m, c in terms.items()}))
    return made


def sign_power(n: Normalizer, terms: Exponent) -> Ratio:
    """(-1) ^ exponent, where the exponent is a whole number."""
    made = whole(1)
    for monomial, factor in terms.items():
        if factor.denominator != 1:
            raise Unsettled("a negative number to an exponent that need not be whole")
        if not monomial:
            made = made.scaled((-1) ** (int(factor) % 2))
        else:
            n.require("integer", Ratio({monomial: Fraction(1)}, UNIT))
            made = made.times(n.atoms.power(-1, monomial, Fraction(1)).raised(int(factor) % 2))
    return made


def imaginary_power(n: Normalizer, base: Ratio, exponent: Ratio) -> Ratio:
    """i ^ x is e^(iπx/2), the principal value."""
    i = n.atoms.i()
    if base != Ratio(i, UNIT):
        raise Unsettled("a power of a complex number")
    return exponential(n, exponent.times(Ratio(scaled(times(i, n.atoms.pi()), Fraction(1, 2)), UNIT)))


def exponential(n: Normalizer, form: Ratio) -> Ratio:
    """e^(a + bi) = e^a · (cos b + i·sin b), each term of a by itself."""
    unit = max(unknowns(n.atoms.i()))
    terms = _terms(n, Ratio(n.atoms.reduced(form.top), form.bottom))
    real = {m: c for m, c in terms.items() if unit not in dict(m)}
    imaginary = {tuple(p for p in m if p[0] != unit): c for m, c in terms.items() if unit in dict(m)}
    made = whole(1)
    for monomial, factor in real.items():
        made = made.times(_exponential_term(n, monomial, factor))
    if imaginary:
        sine, cosine = sin_cos(n, Ratio(imaginary, UNIT))
        made = made.times(cosine.plus(sine.times(Ratio(n.atoms.i(), UNIT))))
    return made


def _exponential_term(n: Normalizer, monomial: Monomial, factor: Fraction) -> Ratio:
    """e^(c·ln a) is a^c."""
    logs = [i for i, e in monomial if n.atoms.all[i].kind == "ln" and e == 1]
    if len(logs) == 1:
        atom = n.atoms.all[logs[0]]
        rest = tuple(p for p in monomial if p[0] != logs[0])
        argument = atom.argument
        if isinstance(argument, Ratio):
            value = argument.constant
            if value is not None and value > 0:
                return power_of_numeral(n, value, {rest: factor})
            if not rest and factor.denominator == 1:
                return n.absolute(argument).raised(int(factor))
    return n.atoms.power("e", monomial, factor)


def _terms(n: Normalizer, form: Ratio) -> Exponent:
    """A form as a sum of monomials with factors; a quotient counts as an unknown, up to a constant and a factor."""
    poly = form.polynomial
    if poly is not None:
        return poly
    value = constant_of(form.bottom)
    if value is not None:
        return scaled(form.top, 1 / value)
    highest = max(form.bottom)
    shift = form.top.get(highest, Fraction(0)) / form.bottom[highest]
    rest = minus(form.top, scaled(form.bottom, shift))
    factor = content(rest) * (1 if leading(rest) > 0 else -1)
    quotient = n.atoms.made(_whole_atom(n, Ratio(scaled(rest, 1 / factor), form.bottom)))
    return plus(scaled(UNIT, shift), scaled(quotient, factor))


def _whole_atom(n: Normalizer, form: Ratio) -> Atom_:
    from lemmata.provers.answers.same.atoms import Atom

    return Atom(
        kind="quotient",
        argument=form,
        base=None,
        index=1,
        expr=n.atoms.ratio_expr(form),
        closed=n.is_closed(form),
        algebraic=None,
    )


# -- logarithms


def logarithm(n: Normalizer, form: Ratio) -> Ratio:
    """ln of a product is the sum of the logarithms of the absolute values of its factors."""
    if n.is_closed(form):
        if not n.is_real(form):
            raise Unsettled("the logarithm of a complex number")
        if n.sign(form) <= 0:
            raise NoValue("the logarithm of a number that isn't positive")
    elif not n.is_positive(form):
        n.require("positive", form)
    made = whole(0)
    for poly, way in ((form.top, 1), (form.bottom, -1)):
        scale, parts = factored(poly)
        made = made.plus(_numeral_logarithm(n, abs(scale)).scaled(way))
        for part, exponent in parts:
            made = made.plus(_factor_logarithm(n, part).scaled(way * exponent))
    return made


def _numeral_logarithm(n: Normalizer, value: Fraction) -> Ratio:
    from lemmata.provers.answers.same.normal import prime_powers

    made = whole(0)
    for number, way in ((value.numerator, 1), (value.denominator, -1)):
        for prime, exponent in prime_powers(number).items():
            made = made.plus(Ratio(n.atoms.logarithm(whole(prime)), UNIT).scaled(way * exponent))
    return made


def _factor_logarithm(n: Normalizer, part: Polynomial) -> Ratio:
    if len(part) == 1:
        (index,) = unknowns(part)
        atom = n.atoms.all[index]
        if atom.kind == "power" and isinstance(atom.argument, Ratio) and atom.base not in (None, -1):
            exponent = Ratio(scaled(atom.argument.top, Fraction(1, atom.index)), UNIT)
            return exponent.times(_base_logarithm(n, atom.base))
        if atom.kind in ("root", "abs") and isinstance(atom.argument, Ratio):
            index = atom.index if atom.kind == "root" else 1
            scale, parts = factored(atom.argument.top)
            made = _numeral_logarithm(n, abs(scale))
            for inner, exponent_ in parts:
                made = made.plus(_factor_logarithm(n, inner).scaled(exponent_))
            return made.scaled(Fraction(1, index))
    return Ratio(n.atoms.logarithm(Ratio(part, UNIT)), UNIT)


def _base_logarithm(n: Normalizer, base: int | str | Ratio | None) -> Ratio:
    if base == "e":
        return whole(1)
    if isinstance(base, Ratio):
        return logarithm(n, base)
    return _numeral_logarithm(n, Fraction(base)) if isinstance(base, int) else whole(0)


# -- angles


def sin_cos(n: Normalizer, form: Ratio) -> tuple[Ratio, Ratio]:
    """Both, by the addition theorems; exact for rational multiples of π."""
    sine, cosine = whole(0), whole(1)
    for monomial, factor in sorted(_terms(n, form).items()):
        part = _term_angle(n, monomial, factor)
        sine, cosine = _added(n, (sine, cosine), part)
    return sine, cosine


def _term_angle(n: Normalizer, monomial: Monomial, factor: Fraction) -> tuple[Ratio, Ratio]:
    if len(monomial) == 1 and monomial[0][1] == 1 and n.atoms.all[monomial[0][0]].kind == "pi":
        return cosine_of_turn(n, factor / 2 - Fraction(1, 4)), cosine_of_turn(n, factor / 2)
    inverse = _inverse_angle(n, monomial, factor)
    if inverse is not None:
        return inverse
    sine, cosine, count = n.atoms.angle(monomial, abs(factor))
    if count > _MOST_ANGLES:
        sine, cosine, count = n.atoms.undivided_angle(monomial, abs(factor))
    one = (Ratio(sine, UNIT), Ratio(cosine, UNIT))
    made = one
    for _ in range(count - 1):
        made = _added(n, made, one)
    return (made[0].scaled(-1), made[1]) if factor < 0 else made


def _inverse_angle(n: Normalizer, monomial: Monomial, factor: Fraction) -> tuple[Ratio, Ratio] | None:
    """sin(arctan a) = a/√(1 + a²), sin(arcsin a) = a."""
    if len(monomial) != 1 or monomial[0][1] != 1 or factor.denominator != 1 or abs(factor) > _MOST_ANGLES:
        return None
    atom = n.atoms.all[monomial[0][0]]
    if atom.kind not in ("arctan", "arcsin") or not isinstance(atom.argument, Ratio):
        return None
    a = atom.argument
    square = a.times(a).scaled(1 if atom.kind == "arctan" else -1)
    length = n.plain_root(whole(1).plus(square), 2)
    one = (a.times(length.inverse()), length.inverse()) if atom.kind == "arctan" else (a, length)
    made = one
    for _ in range(abs(int(factor)) - 1):
        made = _added(n, made, one)
    return (made[0].scaled(-1), made[1]) if factor < 0 else made


def _added(n: Normalizer, first: tuple[Ratio, Ratio], second: tuple[Ratio, Ratio]) -> tuple[Ratio, Ratio]:
    sine = first[0].times(second[1]).plus(first[1].times(second[0]))
    cosine = first[1].times(second[1]).plus(first[0].times(second[0]).scaled(-1))
    return _tidy(n, sine), _tidy(n, cosine)


def _tidy(n: Normalizer, form: Ratio) -> Ratio:
    return ratio(n.atoms.reduced(form.top), n.atoms.reduced(form.bottom))


def cosine_of_turn(n: Normalizer, turn: Fraction) -> Ratio:
    """cos(2π·turn)."""
    turn %= 1
    if turn > Fraction(1, 2):
        turn = 1 - turn
    if turn > Fraction(1, 4):
        return cosine_of_turn(n, Fraction(1, 2) - turn).scaled(-1)
    if turn.denominator > 100_000:
        raise Unsettled("an angle with too large a denominator")
    known = {Fraction(0): Fraction(1), Fraction(1, 6): Fraction(1, 2), Fraction(1, 4): Fraction(0)}
    if turn in known:
        return whole(known[turn])
    if turn == Fraction(1, 8):
        return n.numeral_root(Fraction(1, 2), 2)
    if turn == Fraction(1, 12):
        return n.numeral_root(Fraction(3, 4), 2)
    return Ratio(scaled(n.atoms.cos2pi(turn), Fraction(1, 2)), UNIT)


def arctangent(n: Normalizer, form: Ratio) -> Ratio:
    if not form.top:
        return whole(0)
    if n.is_closed(form):
        if not n.is_real(form):
            raise Unsettled("the angle of a complex tangent")
        found = _known_angle(n, form, Fn.ARCTAN)
        if found is not None:
            return found
    if leading(form.top) < 0:
        return arctangent(n, form.scaled(-1)).scaled(-1)
    return Ratio(n.atoms.function(Fn.ARCTAN, form), UNIT)


def arcsine(n: Normalizer, form: Ratio) -> Ratio:
    if n.is_closed(form):
        rest = whole(1).plus(form.times(form).scaled(-1))
        found = n.sign(rest)
        if found < 0:
            raise NoValue("arcsin of a number outside [-1, 1]")
        if found == 0:
            return Ratio(scaled(n.atoms.pi(), Fraction(n.sign(form), 2)), UNIT)
        return _known_angle(n, form, Fn.ARCSIN) or arctangent(n, n.divided(form, n.root(rest, 2)))
    n.require("nonnegative", whole(1).plus(form.times(form).scaled(-1)))
    if leading(form.top) < 0:
        return Ratio(n.atoms.function(Fn.ARCSIN, form.scaled(-1)), UNIT).scaled(-1)
    return Ratio(n.atoms.function(Fn.ARCSIN, form), UNIT)


def arccosine(n: Normalizer, form: Ratio) -> Ratio:
    return Ratio(scaled(n.atoms.pi(), Fraction(1, 2)), UNIT).plus(arcsine(n, form).scaled(-1))


def _known_angle(n: Normalizer, form: Ratio, fn: Fn) -> Ratio | None:
    """A rational multiple of π whose tangent or sine the number is shown to be."""
    share = div(App(fn, (n.atoms.ratio_expr(form),)), PI)
    value = ball(enclose(share, {}, 128, real=False))
    for turns in _TURNS:
        near = (value * turns).unique_fmpz()
        if near is None:
            continue
        angle = Fraction(int(near), turns)
        sine, cosine = cosine_of_turn(n, angle / 2 - Fraction(1, 4)), cosine_of_turn(n, angle / 2)
        wanted = sine if fn is Fn.ARCSIN else n.divided(sine, cosine)
        if n.atoms.equal(wanted, form):
            return Ratio(scaled(n.atoms.pi(), angle), UNIT)
    return None


def _quotient_of_angles(which: str) -> Callable[[Normalizer, Ratio], Ratio]:
    def apply(n: Normalizer, form: Ratio) -> Ratio:
        sine, cosine = sin_cos(n, form)
        tops = {"tan": sine, "cot": cosine, "sec": whole(1), "csc": whole(1)}
        return n.divided(tops[which], cosine if which in ("tan", "sec") else sine)

    return apply


def _hyperbolic(which: str) -> Callable[[Normalizer, Ratio], Ratio]:
    def apply(n: Normalizer, form: Ratio) -> Ratio:
        up, down = exponential(n, form), exponential(n, form.scaled(-1))
        sine, cosine = up.plus(down.scaled(-1)), up.plus(down)
        if which == "tanh":
            return sine.times(cosine.inverse())
        return (sine if which == "sinh" else cosine).scaled(Fraction(1, 2))

    return apply


# -- whole numbers


def factorial(n: Normalizer, form: Ratio) -> Ratio:
    value = form.constant
    if value is not None:
        if value.denominator != 1 or value < 0:
            raise NoValue("the factorial of a number that isn't natural")
        if value > _LARGEST_EXACT:
            raise Unsettled("a factorial too large to compute")
        found = enclose(App(Fn.FACTORIAL, (_num(value),)), {}, 64)
        return whole(found)
    n.require("natural", form)
    rest, shift = n.halves(form)
    steps = int(shift.constant or 0)
    if abs(steps) > _FACTORIAL_STEPS:
        raise Unsettled("a factorial too far from its parts")
    made = Ratio(n.atoms.function(Fn.FACTORIAL, rest), UNIT)
    for k in range(1, steps + 1):
        made = made.times(rest.plus(whole(k)))
    for k in range(steps + 1, 1):
        made = made.times(rest.plus(whole(k)).inverse())
    return made


def _num(value: Fraction) -> Num_:
    from lemmata.provers.answers.same.expression import Num

    return Num(value)


def binomial(n: Normalizer, top: Ratio, bottom: Ratio) -> Ratio:
    lower, upper = bottom.constant, top.constant
    if (
        lower is not None
        and lower.denominator == 1
        and 0 <= lower <= (_FACTORIAL_STEPS if upper is None else _LARGEST_EXACT)
    ):
        made = whole(1)
        for k in range(int(lower)):
            made = made.times(top.plus(whole(-k))).scaled(Fraction(1, k + 1))
        return made
    rest = top.plus(bottom.scaled(-1))
    return factorial(n, top).times(factorial(n, bottom).times(factorial(n, rest)).inverse())


def floor(n: Normalizer, form: Ratio) -> Ratio:
    if n.is_closed(form):
        return whole(n.whole_below(form))
    rest, shift = n.halves(form)
    return Ratio(n.atoms.function(Fn.FLOOR, rest), UNIT).plus(shift)


def ceiling(n: Normalizer, form: Ratio) -> Ratio:
    return floor(n, form.scaled(-1)).scaled(-1)


def whole_division(n: Normalizer, left: Ratio, right: Ratio) -> Ratio:
    return floor(n, n.divided(left, right))


def remainder(n: Normalizer, left: Ratio, right: Ratio) -> Ratio:
    return left.plus(right.times(whole_division(n, left, right)).scaled(-1))


def _extreme(sign: int) -> Callable[[Normalizer, Ratio, Ratio], Ratio]:
    """min and max by |a - b|."""

    def apply(n: Normalizer, left: Ratio, right: Ratio) -> Ratio:
        if not n.atoms.difference(left, right):
            return left
        distance = n.absolute(left.plus(right.scaled(-1)))
        return left.plus(right).plus(distance.scaled(sign)).scaled(Fraction(1, 2))

    return apply


def truncated(n: Normalizer, left: Ratio, right: Ratio) -> Ratio:
    return _extreme(1)(n, left.plus(right.scaled(-1)), whole(0))


def common_logarithm(n: Normalizer, form: Ratio) -> Ratio:
    raise Unsettled("log without a base could be natural or to base 10; write ln or the base")


def conjugate(n: Normalizer, form: Ratio) -> Ratio:
    """Of a closed form in which only the imaginary unit itself isn't real."""
    atoms = n.atoms
    if any(atoms.all[i].kind == "root" and not n.is_real(Ratio(unknown(i), UNIT)) for i in unknowns(form.top)):
        raise Unsettled("the absolute value of a complex root")
    unit = max(unknowns(atoms.i()))

    def turned(poly: Polynomial) -> Polynomial:
        kept = {m: c for m, c in poly.items() if dict(m).get(unit, 0) % 2 == 0}
        return minus(kept, {m: c for m, c in poly.items() if m not in kept})

    return Ratio(turned(form.top), turned(form.bottom))


if TYPE_CHECKING:
    from lemmata.provers.answers.same.atoms import Atom as Atom_
    from lemmata.provers.answers.same.expression import Num as Num_

RULES: Mapping[Fn, Callable[..., Ratio]] = {
    Fn.EXP: exponential,
    Fn.LN: logarithm,
    Fn.LOG: common_logarithm,
    Fn.SIN: lambda n, form: sin_cos(n, form)[0],
    Fn.COS: lambda n, form: sin_cos(n, form)[1],
    **{fn: _quotient_of_angles(fn.value) for fn in (Fn.TAN, Fn.COT, Fn.SEC, Fn.CSC)},
    **{fn: _hyperbolic(fn.value) for fn in (Fn.SINH, Fn.COSH, Fn.TANH)},
    Fn.ARCTAN: arctangent,
    Fn.ARCSIN: arcsine,
    Fn.ARCCOS: arccosine,
    Fn.FACTORIAL: factorial,
    Fn.BINOMIAL: binomial,
    Fn.FLOOR: floor,
    Fn.CEILING: ceiling,
    Fn.WHOLE_DIV: whole_division,
    Fn.WHOLE_MOD: remainder,
    Fn.MIN: _extreme(-1),
    Fn.MAX: _extreme(1),
    Fn.TRUNCATED_SUB: truncated,
}
