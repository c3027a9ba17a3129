"""Hints: facts that help a solver and that are verified here, so that nobody has to be believed.

    {"division": i, "multiplier": c, "quotient": "…", "remainder": "…"}
        of the i-th `P mod Q` or `Q ∣ P`: c·P = quotient·Q + remainder. Then Q divides remainder - c·(P mod Q), which is
        0 or at least as large as Q.
    {"congruent": i, "quotient": "…", "remainder": "…"}
        of the same: P = quotient·Q + remainder. Then P and remainder leave the same remainder, if Q is not 0.
    {"product": i, "multiplier": c, "left": "…", "right": "…"}
        of the i-th equation: c·(its left side - its right side) = left·right - k for a number k. Where the equation
        holds, left and right are complementary divisors of k, or one of them is 0 where k is.
    {"between": ["s", "t"]}
        |s| ≤ |t| and s² ≤ t², or |s| ≥ |t| + 1 and s² ≥ (|t| + 1)²; true of all integers.
    {"instances": [c, …]}
        what is said of all integers of a range is said of c, if c is in the range.
    {"split": {"n": m, …}}
        the query is put once for each remainder of n divided by m; at most one of these.

Each has a field `family` with the index of the family it is for; without that it is for the proof that nothing else
is a solution. Texts are Python polynomials in the variables of the query; indices count from 0 in the order of
`divisions` and `equations`.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isqrt

from lemmata.errors import BadInput
from lemmata.problem import Json
from lemmata.provers.answers.query import Query
from lemmata.provers.terms.polynomial import (
    Polynomial,
    TooLarge,
    plus,
    polynomial_of,
    scaled,
    term_of,
    times,
)
from lemmata.provers.terms.python_reader import read_expression
from lemmata.provers.terms.term import (
    App,
    InRange,
    Num,
    Op,
    Term,
    apply,
    conjunction,
    disjunction,
    free_variables,
    negated,
    number,
    substitute,
    walk,
)

_TEXT = 1_000
_LARGEST_PRODUCT = 10**8
_LARGEST_MULTIPLIER = 10**12
_LARGEST_MODULUS = 256
_INSTANCES = 16


def divisions(query: Query) -> list[App]:
    """The remainders and divisibilities in a query whose divisor is a polynomial and no numeral."""
    return [t for t in _atoms(query, {Op.FLOOR_MOD, Op.EUCLID_MOD, Op.DIVIDES}) if not isinstance(_divisor(t), Num)]


def equations(query: Query) -> list[App]:
    """The equations of polynomials in a query."""
    return _atoms(query, {Op.EQ})


def _atoms(query: Query, ops: set[Op]) -> list[App]:
    found: dict[App, None] = {}
    for condition in query.conditions:
        for term in walk(condition):
            if isinstance(term, App) and term.op in ops and free_variables(term).keys() <= set(query.variables):
                found[term] = None
    return [t for t in found if all(polynomial_of(a) is not None for a in t.args)]


def _divisor(term: App) -> Term:
    return term.args[0] if term.op is Op.DIVIDES else term.args[1]


def check_hint(hint: Mapping[str, Json], query: Query) -> Term:
    """The fact that a hint other than `split` stands for, after verifying it.

    Raises:
        BadInput: of another shape, about something that is not there, or false.
    """
    try:
        match dict(hint):
            case {"division": int(i), "multiplier": int(c), "quotient": str(s), "remainder": str(r), **rest} if (
                not rest
            ):
                return _division(_at(divisions(query), i), c, _read(s, query), _read(r, query))
            case {"congruent": int(i), "quotient": str(s), "remainder": str(r), **rest} if not rest:
                return _congruent(_at(divisions(query), i), _read(s, query), _read(r, query))
            case {"product": int(i), "multiplier": int(c), "left": str(f), "right": str(g), **rest} if not rest:
                return _product(_at(equations(query), i), c, _read(f, query), _read(g, query))
            case {"between": [str(s), str(t)], **rest} if not rest:
                return _between(_read(s, query), _read(t, query))
            case {"instances": list(values), **rest} if not rest and len(values) <= _INSTANCES:
                return _instances(query, values)
    except TooLarge:
        raise BadInput("expected smaller polynomials", place="hints") from None
    raise BadInput("expected a division, a congruent, a product, a between, instances or a split", place="hints")


def read_split(hint: Mapping[str, Json], query: Query) -> dict[str, int]:
    """Variable -> modulus.

    Raises:
        BadInput: of another shape.
    """
    match dict(hint):
        case {"split": dict(moduli), **rest} if not rest and moduli and set(moduli) <= set(query.variables):
            if all(type(m) is int and 2 <= m <= _LARGEST_MODULUS for m in moduli.values()):
                return {n: moduli[n] for n in query.variables if n in moduli}
    raise BadInput(f"expected variables of the query with moduli from 2 to {_LARGEST_MODULUS}", place="hints.split")


def _at(atoms: list[App], index: int) -> App:
    if type(index) is not int or not 0 <= index < len(atoms):
        raise BadInput(f"expected an index below {len(atoms)}", place="hints")
    return atoms[index]


def _read(text: str, query: Query) -> Polynomial:
    if len(text) > _TEXT:
        raise BadInput(f"expected at most {_TEXT} characters", place="hints")
    found = polynomial_of(read_expression(text, tuple(n for n in query.variables if n.isidentifier())))
    if found is None:
        raise BadInput(f"expected a polynomial, not {text[:40]!r}", place="hints")
    return found


def _polynomial(term: Term) -> Polynomial:
    found = polynomial_of(term)
    assert found is not None  # atoms are chosen so
    return found


def _checked_multiplier(value: int) -> int:
    if type(value) is not int or not 1 <= abs(value) <= _LARGEST_MULTIPLIER:
        raise BadInput("expected a multiplier other than 0", place="hints.multiplier")
    return value


def _division(atom: App, multiplier: int, quotient: Polynomial, remainder: Polynomial) -> Term:
    divisor = _divisor(atom)
    dividend = atom.args[1] if atom.op is Op.DIVIDES else atom.args[0]
    scaled_dividend = scaled(_polynomial(dividend), _checked_multiplier(multiplier))
    if plus(times(quotient, _polynomial(divisor)), remainder) != scaled_dividend:
        raise BadInput("the division does not come out: multiplier·P is not quotient·Q + remainder", place="hints")
    rest = term_of(remainder)
    condition: list[Term] = []
    if atom.op is Op.DIVIDES:
        condition.append(negated(atom))
    else:
        rest = apply(Op.SUB, rest, apply(Op.MUL, number(multiplier), atom))
    zero = number(0)
    small = apply(Op.LE, apply(Op.ABS, divisor), apply(Op.ABS, rest))
    return disjunction(*condition, apply(Op.EQ, divisor, zero), apply(Op.EQ, rest, zero), small)


def _congruent(atom: App, quotient: Polynomial, remainder: Polynomial) -> Term:
    divisor = _divisor(atom)
    dividend = atom.args[1] if atom.op is Op.DIVIDES else atom.args[0]
    if plus(times(quotient, _polynomial(divisor)), remainder) != _polynomial(dividend):
        raise BadInput("the division does not come out: P is not quotient·Q + remainder", place="hints")
    rest = term_of(remainder)
    if atom.op is Op.DIVIDES:
        return apply(Op.IFF, atom, apply(Op.DIVIDES, divisor, rest))
    return disjunction(apply(Op.EQ, divisor, number(0)), apply(Op.EQ, atom, apply(atom.op, rest, divisor)))


def _product(atom: App, multiplier: int, left: Polynomial, right: Polynomial) -> Term:
    difference = plus(_polynomial(atom.args[0]), scaled(_polynomial(atom.args[1]), -1))
    rest = plus(times(left, right), scaled(difference, -_checked_multiplier(multiplier)))
    number_left = rest.get((), 0)
    if any(rest) or abs(number_left) > _LARGEST_PRODUCT:
        raise BadInput("the product does not come out: left·right - multiplier·equation is no number", place="hints")
    f, g = term_of(left), term_of(right)
    if number_left == 0:
        return disjunction(negated(atom), apply(Op.EQ, f, number(0)), apply(Op.EQ, g, number(0)))
    pairs = [
        conjunction(apply(Op.EQ, f, number(d)), apply(Op.EQ, g, number(number_left // d)))
        for d in _divisors(abs(number_left))
    ]
    return disjunction(negated(atom), *pairs)


def _divisors(value: int) -> list[int]:
    """All divisors, negative ones too, smallest size first."""
    small = [d for d in range(1, isqrt(value) + 1) if value % d == 0]
    sizes = sorted({*small, *(value // d for d in small)})
    return [s for d in sizes for s in (d, -d)]


def _between(one: Polynomial, other: Polynomial) -> Term:
    s, t = apply(Op.ABS, term_of(one)), apply(Op.ABS, term_of(other))
    square, low = term_of(times(one, one)), term_of(times(other, other))
    high = apply(Op.ADD, low, apply(Op.MUL, number(2), t), number(1))
    return disjunction(
        conjunction(apply(Op.LE, s, t), apply(Op.LE, square, low)),
        conjunction(apply(Op.LT, t, s), apply(Op.LE, high, square)),
    )


def _instances(query: Query, values: list[Json]) -> Term:
    if any(type(v) is not int or abs(v) > _LARGEST_MULTIPLIER for v in values):
        raise BadInput("expected integers", place="hints.instances")
    made: list[Term] = []
    for condition in query.conditions:
        if isinstance(condition, InRange) and condition.holds_all:
            for value in map(number, values):
                inside = conjunction(apply(Op.LE, condition.low, value), apply(Op.LT, value, condition.high))
                made.append(apply(Op.IMPLIES, inside, substitute(condition.body, {condition.var.name: value})))
    return conjunction(*made)
