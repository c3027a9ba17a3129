"""Sets of integers by condition: congruences, bounds, exceptions and families n = a·k + b.

Beyond a bound that is computed, such a condition only depends on the residue of n. So two of them are compared for
every n up to the bound and one whole period beyond it on either side, exactly: that decides them.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, lcm

from lemmata.provers.answers.same.atoms import Atoms
from lemmata.provers.answers.same.enclosure import NoValue, Unsettled, ball, enclose, sign
from lemmata.provers.answers.same.expression import (
    COUNTERS,
    App,
    Both,
    Condition,
    Congruence,
    Either,
    Expr,
    Fn,
    Image,
    Not,
    Num,
    Relation,
    SetOf,
    Var,
    rewritten,
    variables,
    walk,
)
from lemmata.provers.answers.same.normal import Normalizer
from lemmata.provers.answers.same.polynomial import unknowns
from lemmata.provers.answers.same.sameness import Different, Same, Sameness, Undecided

_MOST_CHECKS = 30_000
_BITS = 128


@dataclass(frozen=True, slots=True)
class Shape:
    """How a condition behaves far out: periodic with `period` where |n| > `bound`."""

    period: int
    bound: int

    def joined(self, other: Shape) -> Shape:
        return Shape(lcm(self.period, other.period), max(self.bound, other.bound))


def is_about_integers(found: SetOf) -> bool:
    """Whether the set holds integers because it says so, or because its condition is about them."""
    return found.among in ("ℕ", "ℤ") or _has_congruence(found.condition)


def _has_congruence(condition: Condition) -> bool:
    match condition:
        case Congruence() | Image():
            return True
        case Relation(_, left, right):
            return any(isinstance(e, App) and e.fn is Fn.WHOLE_MOD for side in (left, right) for e in walk(side))
        case Not(inner):
            return _has_congruence(inner)
        case Both(parts) | Either(parts):
            return any(map(_has_congruence, parts))


def same_integers(first: SetOf, second: SetOf) -> Sameness:
    """Whether two sets of integers are one; where only one says among which numbers it is, the other means the same."""
    among = first.among or second.among or "ℤ"
    for one in (first, second):
        if not is_about_integers(one) and one.variable not in COUNTERS:
            return Undecided(f"whether {one.variable} stands for integers, as on the other side")
    try:
        shape = _shape(first.condition, first.variable).joined(_shape(second.condition, second.variable))
        reach = shape.bound + shape.period
        if reach > _MOST_CHECKS:
            return Undecided(f"a period and bounds of {reach} numbers")
        for n in (*range(reach + 1), *range(-1, -reach - 1, -1)):
            sides = [_belongs(s, n, among) for s in (first, second)]
            if sides[0] != sides[1]:
                found = f"only the {'first' if sides[0] else 'second'} holds {n}"
                if n < 0 and not (first.among or second.among):
                    return Undecided(f"{found}, and nothing says whether negative numbers are meant")
                return Different(found)
    except (Unsettled, NoValue) as exc:
        return Undecided(f"{exc} is not settled")
    return Same(f"the same integers up to {reach}, and both repeat with period {shape.period} from {shape.bound} on")


def _belongs(found: SetOf, n: int, among: str) -> bool:
    if (found.among or among) == "ℕ" and n < 0:
        return False
    return holds(found.condition, {found.variable: Fraction(n)})


def holds(condition: Condition, values: dict[str, Fraction]) -> bool:
    """Whether a condition is true, by exact evaluation."""
    match condition:
        case Relation(how, left, right):
            return _related(how, _difference(left, right, values))
        case Congruence(left, right, modulus):
            found = _difference(left, right, values)
            if not isinstance(found, Fraction):
                raise Unsettled("a congruence of numbers that aren't rational")
            return (found / modulus).denominator == 1
        case Image():
            return _has_parameter(condition, values)
        case Not(inner):
            return not holds(inner, values)
        case Both(parts):
            return all(holds(p, values) for p in parts)
        case Either(parts):
            return any(holds(p, values) for p in parts)


def _difference(left: Expr, right: Expr, values: dict[str, Fraction]) -> object:
    first, second = (enclose(e, values, _BITS) for e in (left, right))
    return first - second if isinstance(first, type(second)) else ball(first) - ball(second)


def _related(how: str, difference: object) -> bool:
    found = sign(difference)
    if found is None:
        raise Unsettled("a comparison of two numbers")
    return {"=": found == 0, "≠": found != 0, "<": found < 0, "≤": found <= 0, ">": found > 0, "≥": found >= 0}[how]


def _has_parameter(image: Image, values: dict[str, Fraction]) -> bool:
    step, start = _linear(image.right, image.parameter)
    left = enclose(image.left, values, _BITS)
    if not isinstance(left, Fraction):
        raise Unsettled("a family of numbers that aren't rational")
    k = (left - start) / step
    return k.denominator == 1 and holds(image.within, {image.parameter: k})


def _linear(expr: Expr, parameter: str) -> tuple[Fraction, Fraction]:
    """a and b of a·k + b with a ≠ 0; checked at enough places for any polynomial of small degree."""
    values = [enclose(expr, {parameter: Fraction(k)}, _BITS) for k in range(4)]
    exact = [v for v in values if isinstance(v, Fraction)]
    coefficients = _coefficients(expr, parameter)
    if len(exact) != 4 or len(coefficients) != 2 or exact[0] == exact[1]:
        raise Unsettled("a family that isn't n = a·k + b")
    return coefficients[1], coefficients[0]


def _coefficients(expr: Expr, variable: str) -> list[Fraction]:
    """Of a polynomial in one variable with rational coefficients, the constant first."""
    atoms = Atoms({})
    atoms.variable(variable)
    poly = Normalizer(atoms).form(expr).polynomial
    if poly is None or any(i != 0 for i in unknowns(poly)):
        raise Unsettled("a condition that is no polynomial with rational coefficients in its variable alone")
    degrees = {sum(e for _, e in monomial): factor for monomial, factor in poly.items()}
    return [degrees.get(i, Fraction(0)) for i in range(max(degrees, default=0) + 1)]


def _shape(condition: Condition, variable: str) -> Shape:
    match condition:
        case Relation(_, left, right):
            return _relation_shape(left, right, variable)
        case Congruence(left, right, modulus):
            return Shape(modulus * _denominators(left, right, variable), 0)
        case Image(left, right, parameter, within):
            step, start = _linear(right, parameter)
            if _coefficients(left, variable) != [0, 1]:
                raise Unsettled("a family of something else than the variable")
            inner = _shape(within, parameter)
            if inner.period != 1:
                raise Unsettled("a family whose parameter is restricted to residues")
            period = step.numerator * start.denominator if step > 0 else -step.numerator * start.denominator
            return Shape(period, ceil(abs(step) * (inner.bound + 1) + abs(start)))
        case Not(inner_):
            return _shape(inner_, variable)
        case Both(parts) | Either(parts):
            made = Shape(1, 0)
            for part in parts:
                made = made.joined(_shape(part, variable))
            return made


def _denominators(left: Expr, right: Expr, variable: str) -> int:
    """A factor of the period for congruences of polynomials whose coefficients aren't whole."""
    coefficients = _coefficients(App(Fn.ADD, (left, App(Fn.NEG, (right,)))), variable)
    return lcm(*(c.denominator for c in coefficients))


def _relation_shape(left: Expr, right: Expr, variable: str) -> Shape:
    """Residues are periodic; a polynomial keeps its sign beyond Cauchy's bound on its roots."""
    moduli: list[int] = []

    def settle(e: Expr) -> Expr | None:
        if isinstance(e, App) and e.fn is Fn.WHOLE_MOD:
            divisor = e.args[1]
            if not isinstance(divisor, Num) or divisor.value.denominator != 1 or divisor.value < 1:
                raise Unsettled("a remainder by something else than a number")
            moduli.append(int(divisor.value) * lcm(*(c.denominator for c in _coefficients(e.args[0], variable))))
            return Num(Fraction(0))
        return None

    plain = [rewritten(side, settle) for side in (left, right)]
    if moduli:
        if any(variable in variables(side) for side in plain):
            raise Unsettled("a comparison of a remainder with what varies")
        return Shape(lcm(*moduli), 0)
    coefficients = _coefficients_or_bound(plain[0], plain[1], variable)
    if isinstance(coefficients, int):
        return Shape(1, coefficients)
    if len(coefficients) < 2:
        return Shape(1, 0)
    return Shape(1, ceil(1 + max(abs(c / coefficients[-1]) for c in coefficients[:-1])))


def _coefficients_or_bound(left: Expr, right: Expr, variable: str) -> list[Fraction] | int:
    for here, there in ((left, right), (right, left)):
        if here == Var(variable) and not variables(there):
            value = enclose(there, {}, _BITS)
            if not isinstance(value, Fraction):
                return int(abs(ball(value)).abs_upper().ceil().unique_fmpz()) + 1
    return _coefficients(App(Fn.ADD, (left, App(Fn.NEG, (right,)))), variable)
