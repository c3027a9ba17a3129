"""The laws of angles: addition theorems, exact cosines of rational turns, and the functions that give angles back."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from lemmata.provers.answers.same.enclosure import NoValue, Unsettled, ball, enclose
from lemmata.provers.answers.same.expression import PI, App, Fn, div
from lemmata.provers.answers.same.polynomial import UNIT, Monomial, Ratio, leading, ratio, scaled, whole

if TYPE_CHECKING:
    from lemmata.provers.answers.same.normal import Normalizer


_MOST_ANGLES = 24
_TURNS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 16, 18, 20, 24, 30, 36, 40, 45, 60, 72, 90, 180)


def sin_cos(n: Normalizer, form: Ratio) -> tuple[Ratio, Ratio]:
    """Both, by the addition theorems; exact for rational multiples of π."""
    sine, cosine = whole(0), whole(1)
    for monomial, factor in sorted(n.atoms.terms(form).items()):
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


def quotient_of_angles(which: str) -> Callable[[Normalizer, Ratio], Ratio]:
    def apply(n: Normalizer, form: Ratio) -> Ratio:
        sine, cosine = sin_cos(n, form)
        tops = {"tan": sine, "cot": cosine, "sec": whole(1), "csc": whole(1)}
        return n.divided(tops[which], cosine if which in ("tan", "sec") else sine)

    return apply
