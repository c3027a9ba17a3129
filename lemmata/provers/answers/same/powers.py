"""The laws of powers, exponentials and logarithms that normal forms use.

Each law holds wherever both of its sides have values; where it has a value at all is noted as a requirement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from lemmata.provers.answers.same.angles import sin_cos
from lemmata.provers.answers.same.enclosure import EXACT_BITS, NoValue, Unsettled, exact_root
from lemmata.provers.answers.same.polynomial import (
    UNIT,
    Monomial,
    Polynomial,
    Ratio,
    factored,
    plus,
    scaled,
    times,
    unknown,
    unknowns,
    whole,
)

if TYPE_CHECKING:
    from lemmata.provers.answers.same.normal import Normalizer

Exponent: TypeAlias = Mapping[Monomial, Fraction]
_TRIAL_DIVISION = 10_000


def general_power(n: Normalizer, base: Ratio, exponent: Ratio) -> Ratio:
    """base ^ exponent where the exponent is not rational."""
    terms = n.atoms.terms(exponent)
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
    else:  # whole exponents give values to negative bases, too, which then don't obey the laws
        raise Unsettled("a power with an exponent that varies, of a base that may be negative")
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
    terms = n.atoms.terms(Ratio(n.atoms.reduced(form.top), form.bottom))
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


def hyperbolic(which: str) -> Callable[[Normalizer, Ratio], Ratio]:
    def apply(n: Normalizer, form: Ratio) -> Ratio:
        up, down = exponential(n, form), exponential(n, form.scaled(-1))
        sine, cosine = up.plus(down.scaled(-1)), up.plus(down)
        if which == "tanh":
            return sine.times(cosine.inverse())
        return (sine if which == "sinh" else cosine).scaled(Fraction(1, 2))

    return apply


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


def prime_powers(number: int) -> dict[int, int]:
    """The number as a product of small primes, and of what is left when these are taken out."""
    made: dict[int, int] = {}
    p = 2
    while p <= _TRIAL_DIVISION and p * p <= number:
        while number % p == 0:
            made[p] = made.get(p, 0) + 1
            number //= p
        p += 1 if p == 2 else 2
    if number > 1:
        if number.bit_length() <= EXACT_BITS // 100 and (found := exact_root(number, 2)):
            made[found] = made.get(found, 0) + 2
        else:
            made[number] = made.get(number, 0) + 1
    return made
