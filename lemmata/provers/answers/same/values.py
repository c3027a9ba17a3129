"""Whether two expressions have the same value: for numbers, and for all values of free variables.

First a fast *no*: balls around both values that have no common point, at a few places where there are variables. Then
normal forms for *yes*. With variables, both must also have values at the same places: x/x is not 1, √(x²) is not x.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from lemmata.errors import BadInput
from lemmata.provers.answers.same.atoms import Atoms, Finer, replaced
from lemmata.provers.answers.same.domain import Key, find_gap, keys
from lemmata.provers.answers.same.enclosure import NoValue, Unsettled, Value, apart, ball, enclose, sign
from lemmata.provers.answers.same.expression import (
    COUNTERS,
    INFINITY,
    TEN,
    App,
    E,
    Expr,
    Fn,
    Num,
    Sym,
    applies,
    div,
    neg,
    rewritten,
    sub,
    variables,
    walk,
)
from lemmata.provers.answers.same.normal import Normalizer
from lemmata.provers.answers.same.polynomial import UNIT, Polynomial, Ratio, constant_of, unknowns
from lemmata.provers.answers.same.sameness import Different, Same, Sameness, Undecided

_BITS = (64, 256, 1_024)
_RESTARTS = 8
_MOST_VARIABLES = 8
_REALS = tuple(
    Fraction(f) for f in ("2", "1", "0", "-1", "1/2", "3", "-2", "-1/2", "7/3", "-3", "5", "10", "-7/3", "1/10")
)
_WHOLE = tuple(map(Fraction, (2, 1, 3, 0, 4, 5, -1, 7, 6, -2, 10, 12)))
_FEW = tuple(Fraction(f) for f in ("2", "1", "3", "-1", "1/2", "0"))
_MOST_PLACES = 60


@dataclass(frozen=True, slots=True)
class Domain:
    """What is known of the variables: those that are integers, and those that are natural numbers."""

    integers: frozenset[str] = frozenset()
    naturals: frozenset[str] = frozenset()


ANYWHERE = Domain()


def same_value(first: Expr, second: Expr, domain: Domain = ANYWHERE) -> Sameness:
    """Whether two expressions have the same value wherever their variables are.

    Raises:
        BadInput: one of them is a number without a value, as 1/0.
    """
    if first != second and any(e in (INFINITY, neg(INFINITY)) for e in (first, second)):
        return _beside_infinity(first, second)
    first, second = _same_logarithms(first, second)
    if applies(first, Fn.LOG) or applies(second, Fn.LOG):
        return _either_logarithm(first, second, domain)
    try:
        return _compared(first, second, domain)
    except RecursionError:
        return Undecided("an expression nested too deeply")


def _beside_infinity(first: Expr, second: Expr) -> Sameness:
    endless = [e in (INFINITY, neg(INFINITY)) for e in (first, second)]
    if all(endless) or not (variables(first) or variables(second)):
        return Different("one is infinite, the other is not" if not all(endless) else "∞ and -∞")
    return Undecided("something infinite and an expression")


def _same_logarithms(first: Expr, second: Expr) -> tuple[Expr, Expr]:
    """A bare log beside a side that says ln or e is natural."""
    for here, there in ((first, second), (second, first)):
        if applies(here, Fn.LOG) and not applies(there, Fn.LOG) and (applies(there, Fn.LN, Fn.EXP) or E in walk(there)):
            return _natural(first), _natural(second)
    return first, second


def _natural(expr: Expr) -> Expr:
    return rewritten(expr, lambda e: App(Fn.LN, e.args) if isinstance(e, App) and e.fn is Fn.LOG else None)


def _decimal(expr: Expr) -> Expr:
    def rule(e: Expr) -> Expr | None:
        if isinstance(e, App) and e.fn is Fn.LOG:
            return div(App(Fn.LN, e.args), App(Fn.LN, (TEN,)))
        return None

    return rewritten(expr, rule)


def _either_logarithm(first: Expr, second: Expr, domain: Domain) -> Sameness:
    """log without a base: an answer only where both readings give it."""
    natural = same_value(_natural(first), _natural(second), domain)
    decimal = same_value(_decimal(first), _decimal(second), domain)
    if type(natural) is type(decimal):
        return natural
    return Undecided("log without a base could be natural or to base 10; write ln, or the base")


def _compared(first: Expr, second: Expr, domain: Domain) -> Sameness:
    free = variables(first) | variables(second)
    if len(free) > _MOST_VARIABLES:
        return Undecided(f"more than {_MOST_VARIABLES} variables")
    if not free:
        found = _fast_no(first, second)
    else:
        domain = _with_whole(domain, (first, second))
        found = _find_witness(first, second, sorted(free), domain)
    if found is not None:
        return found
    try:
        shown = _by_normal_forms(first, second, domain)
    except Unsettled as exc:
        shown = Undecided(f"{exc} is not settled")
    except NoValue as exc:
        if not free:
            raise BadInput(f"expected a number, got an expression without a value: {exc}", place="answer") from None
        shown = Undecided(f"an expression has no value: {exc}")
    if isinstance(shown, Undecided) and first == second:
        return Same("the same expression")
    return shown


# -- numbers


def _fast_no(first: Expr, second: Expr) -> Sameness | None:
    """Different by disjoint balls, the same by exact rational arithmetic, or nothing."""
    for bits in _BITS:
        found = [_number(e, bits) for e in (first, second)]
        if found[0] is None or found[1] is None:
            continue
        if apart(found[0], found[1]):
            return Different(_both_shown(found[0], found[1]))
        if isinstance(found[0], Fraction) and isinstance(found[1], Fraction):
            return Same("exact rational arithmetic")
    return None


def _number(expr: Expr, bits: int) -> Value | None:
    try:
        return enclose(expr, {}, bits, real=False)
    except Unsettled:
        return None
    except NoValue as exc:
        raise BadInput(f"expected a number, got an expression without a value: {exc}", place="answer") from None


def _both_shown(first: Value, second: Value) -> str:
    shown = _shown(first), _shown(second)
    if shown[0] != shown[1]:
        return f"{shown[0]} and {shown[1]}"
    gap = ball(first) - ball(second)
    return f"{shown[0]} and {shown[1]}, which are {gap.str(3, radius=False)} apart"


def _shown(value: Value) -> str:
    if isinstance(value, Fraction) and len(str(value)) <= 30:
        return str(value)
    return str(ball(value).str(15, radius=False))


# -- variables


def _with_whole(domain: Domain, exprs: tuple[Expr, ...]) -> Domain:
    """Variables of factorials are natural, those in exponents of negative numbers whole: nothing else makes sense."""
    naturals, integers = set(domain.naturals), set(domain.integers)
    for expr in exprs:
        for part in walk(expr):
            if isinstance(part, App) and part.fn in (Fn.FACTORIAL, Fn.BINOMIAL):
                naturals |= variables(part)
            elif isinstance(part, App) and part.fn is Fn.POW and _is_negative(part.args[0]):
                integers |= variables(part.args[1])
    return Domain(frozenset(integers), frozenset(naturals))


def _is_negative(expr: Expr) -> bool:
    if isinstance(expr, App):
        return expr.fn is Fn.NEG and not variables(expr)
    return isinstance(expr, Num) and expr.value < 0


def _find_witness(first: Expr, second: Expr, free: list[str], domain: Domain) -> Sameness | None:
    """A place where the values are apart, or where only one has one."""
    doubtful: Sameness | None = None
    for place in _places(free, domain):
        found = _differ_at(first, second, place)
        if found is None:
            continue
        if all(v.denominator == 1 for k, v in place.items() if k in COUNTERS):
            return found
        doubtful = doubtful or Undecided(f"they differ where {_said(place)}, which may not be meant: is it whole?")
    return doubtful


def _places(free: list[str], domain: Domain) -> Iterator[dict[str, Fraction]]:
    pools = []
    for name in free:
        pool = _REALS if len(free) == 1 else _FEW
        if name in domain.integers or name in domain.naturals:
            pool = _WHOLE
        elif name in COUNTERS:
            pool = (*_WHOLE, *(f for f in pool if f.denominator > 1))
        pools.append([f for f in pool if f >= 0] if name in domain.naturals else list(pool))
    if len(free) == 1:
        yield from ({free[0]: value} for value in pools[0])
        return
    yield from (dict(zip(free, (p[i % len(p)] for p in pools), strict=True)) for i in range(8))
    shifted = (dict(zip(free, (p[(i + 3 * j) % len(p)] for j, p in enumerate(pools)), strict=True)) for i in range(12))
    yield from shifted
    products = itertools.islice(itertools.product(*pools), _MOST_PLACES)
    yield from (dict(zip(free, values, strict=True)) for values in products)


def _differ_at(first: Expr, second: Expr, place: Mapping[str, Fraction]) -> Different | None:
    for bits in _BITS[:2]:
        found = [_at(e, place, bits) for e in (first, second)]
        if any(isinstance(f, Unsettled) for f in found):
            if all(f.finer for f in found if isinstance(f, Unsettled)):
                continue
            return None
        if found[0] is None and found[1] is None:
            return None
        if found[0] is None or found[1] is None:
            which, other = ("first", found[1]) if found[0] is None else ("second", found[0])
            return Different(f"where {_said(place)} the {which} has no value, the other is {_shown(other)}")
        if apart(found[0], found[1]):
            return Different(f"where {_said(place)}: {_both_shown(found[0], found[1])}")
    return None


def _at(expr: Expr, place: Mapping[str, Fraction], bits: int) -> Value | Unsettled | None:
    """The value there; None where there provably is none."""
    try:
        return enclose(expr, place, bits, real=Sym("i") not in walk(expr))
    except NoValue:
        return None
    except Unsettled as exc:
        return exc


def _said(place: Mapping[str, Fraction]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in place.items())


# -- normal forms


def _by_normal_forms(first: Expr, second: Expr, domain: Domain) -> Sameness:
    fineness: dict[str, int] = {}
    for _ in range(_RESTARTS):
        try:
            return _forms_compared(first, second, Atoms(fineness), domain)
        except Finer:
            continue
    raise Unsettled("how small the parts of an angle or exponent are")


def _forms_compared(first: Expr, second: Expr, atoms: Atoms, domain: Domain) -> Sameness:
    normalizer = Normalizer(atoms)
    forms: list[Ratio] = []
    needs: list[frozenset[Key]] = []
    for expr in (first, second):
        normalizer.required = []
        forms.append(normalizer.form(expr))
        needs.append(keys(normalizer.required, normalizer))
    difference = atoms.reduced(_with_signs(atoms.difference(*forms), needs[0] | needs[1], atoms))
    zero = atoms.is_zero(difference)
    if zero is False and (variables(first) or variables(second)):
        return Undecided("they differ wherever both have values, and no place was found where one has")
    if zero is False:
        return Different(f"their difference{_near(sub(first, second))} is not 0")
    if zero is None:
        return Undecided("no normal form shows them equal, and no place was found where they differ")
    how = _how(difference, atoms)
    if needs[0] == needs[1]:
        return Same(how)
    gap = find_gap(needs[0], needs[1], atoms, integers=domain.integers, naturals=domain.naturals)
    if gap is None:
        return Same(f"{how}; both have values at the same places")
    name = atoms.all[gap.variable].argument
    which = "second" if gap.first_has_it else "first"
    about = "=" if gap.value is not None else "≈"
    return Different(f"where {name} {about} {gap.near} only the {which} has no value")


def _with_signs(poly: Polynomial, needs: frozenset[Key], atoms: Atoms) -> Polynomial:
    """|x| is x where x has to be nonnegative."""
    for index in sorted(unknowns(poly)):
        atom = atoms.all[index]
        if atom.kind == "abs" and isinstance(atom.argument, Ratio) and atom.argument.bottom == UNIT:
            inner = tuple(sorted(atom.argument.top.items()))
            for key in needs:
                if key.kind == "nonnegative" and key.parts == {(inner, True)}:
                    poly = replaced(poly, index, 1, {m: c * key.sign for m, c in inner})
    return poly


def _how(difference: Polynomial, atoms: Atoms) -> str:
    if not difference:
        return "one normal form"
    found = atoms.bounds(difference)
    if found is not None and constant_of(difference) is None:
        return f"their difference is an algebraic number of degree at most {found.degree}, and below its root bound"
    return "one normal form, with equal algebraic numbers or logarithms in it"


def closed_sign(expr: Expr) -> int:
    """-1, 0 or 1 of a real number.

    Raises:
        Unsettled: not decided.
        BadInput: it has no value.
    """
    for bits in _BITS:
        value = _number(_natural(expr), bits) if not applies(expr, Fn.LOG) else None
        found = None if value is None or _is_complex(value) else sign(value)
        if found is not None:
            return found
    fineness: dict[str, int] = {}
    for _ in range(_RESTARTS):
        try:
            normalizer = Normalizer(Atoms(fineness))
            return normalizer.sign(normalizer.form(expr))
        except Finer:
            continue
    raise Unsettled("the sign of a number")


def shown_number(expr: Expr) -> str:
    """A number for people to read."""
    value = _number(expr, _BITS[0])
    return "a number" if value is None else _shown(value)


def _is_complex(value: Value) -> bool:
    return not isinstance(value, Fraction) and hasattr(value, "imag") and not value.imag.is_zero()


def _near(difference: Expr) -> str:
    value = _number(difference, _BITS[1])
    return "" if value is None or not ball(value).is_finite() else f", {_shown(value)},"
