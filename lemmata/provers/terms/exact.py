"""Exact real numbers: sums of rational multiples of square roots, other roots, π, logarithms and the like.

A number is kept expanded: monomial -> coefficient. Square roots of squarefree integers multiply in the monomial itself,
so numbers made of rationals and such roots alone have one form each and are zero only if nothing is left. The sign of
anything else comes from enclosures (arb). Algebraic numbers have a separation bound (Burnikel, Fleischer, Mehlhorn,
Schirra: A strong and easily computable separation bound for arithmetic expressions involving radicals, 2000): such a
number is U/L for algebraic integers U, L of degree at most D², D the product of the degrees of all roots, with all
conjugates of U at most u and |L| at most l; if it is not 0, it is at least 1/(u^(D²-1)·l).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import total_ordering
from typing import Any, TypeAlias

_FACTORED = 1 << 17  # trial division goes so far
_MONOMIALS = 400
_BITS = (64, 256, 1024)
_MOST_BITS = 40_000
_EXPONENT = 200


class NotEvaluated(Exception):
    """No value was found: too much work, a quantifier over an infinite sort, or a sign that can't be told."""


@dataclass(frozen=True, slots=True)
class Atom:
    """A number that is not taken apart.

    Args:
        name: `pi`, `root` (of degree `degree`), `inverse`, or a function such as `Real.log`.
        arg: what it is applied to.
        degree: of a root.
    """

    name: str
    arg: Exact | None = None
    degree: int = 0


Monomial: TypeAlias = tuple[int, tuple[tuple[Atom, int], ...]]
"""A squarefree integer under a square root, and atoms with exponents."""
Number: TypeAlias = "int | Fraction | Exact"


@total_ordering
@dataclass(frozen=True, eq=False)
class Exact:
    """A real number that is no Fraction; made by the functions below and by arithmetic."""

    terms: Mapping[Monomial, Fraction]
    _hash: int = field(default=0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash(frozenset(self.terms.items())))

    def __hash__(self) -> int:
        return self._hash

    def __add__(self, other: Number) -> Number:
        made = dict(self.terms)
        for monomial, value in terms_of(other).items():
            made[monomial] = made.get(monomial, Fraction(0)) + value
        return number_of(made)

    __radd__ = __add__

    def __neg__(self) -> Number:
        return Exact({m: -c for m, c in self.terms.items()})

    def __sub__(self, other: Number) -> Number:
        return self + -other

    def __rsub__(self, other: Number) -> Number:
        return -self + other

    def __mul__(self, other: Number) -> Number:
        made: dict[Monomial, Fraction] = {}
        rest: Number = 0
        for m, c in self.terms.items():
            for n, d in terms_of(other).items():
                joined, factor, more = _times(m, n)
                if more is None:
                    made[joined] = made.get(joined, Fraction(0)) + c * d * factor
                else:
                    rest = rest + more * number_of({joined: c * d * factor})
        return number_of(made) + rest

    __rmul__ = __mul__

    def __truediv__(self, other: Number) -> Number:
        return self * inverse(other)

    def __rtruediv__(self, other: Number) -> Number:
        return other * inverse(self)

    def __pow__(self, exponent: int) -> Number:
        if not 0 <= exponent <= _EXPONENT:
            raise NotEvaluated("a power with a large exponent")
        made: Number = 1
        for _ in range(exponent):
            made = made * self
        return made

    def __abs__(self) -> Number:
        return self if sign(self) >= 0 else -self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, int | Fraction | Exact):
            return NotImplemented
        if isinstance(other, Exact) and other.terms == self.terms:
            return True
        return sign(self - other) == 0

    def __lt__(self, other: Number) -> bool:
        return sign(self - other) < 0


ONE: Monomial = (1, ())


def terms_of(value: Number) -> Mapping[Monomial, Fraction]:
    return value.terms if isinstance(value, Exact) else {ONE: Fraction(value)}


def number_of(terms: Mapping[Monomial, Fraction]) -> Number:
    kept = {m: c for m, c in terms.items() if c}
    if len(kept) > _MONOMIALS:
        raise NotEvaluated("an expression of too many summands")
    if all(m == ONE for m in kept):
        return kept.get(ONE, Fraction(0))
    return Exact(kept)


def _times(one: Monomial, other: Monomial) -> tuple[Monomial, Fraction, Number | None]:
    """The product as monomial, factor, and a number where powers of roots went away."""
    shared = math.gcd(one[0], other[0])
    exponents = dict(one[1])
    for atom, exponent in other[1]:
        exponents[atom] = exponents.get(atom, 0) + exponent
    factor, more = Fraction(shared), None
    for atom, exponent in list(exponents.items()):
        if atom.name == "root" and exponent >= atom.degree:
            assert atom.arg is not None
            exponents[atom] = exponent - atom.degree
            power = enough(atom.arg)
            more = power if more is None else more * power
    atoms = tuple(sorted(((a, e) for a, e in exponents.items() if e), key=repr))
    return (one[0] * other[0] // shared**2, atoms), factor, more


def atom_number(atom: Atom) -> Exact:
    return Exact({(1, ((atom, 1),)): Fraction(1)})


PI = atom_number(Atom("pi"))


def inverse(value: Number) -> Number:
    """1 / value, and 0 for 0."""
    if not isinstance(value, Exact):
        return 1 / Fraction(value) if value else Fraction(0)
    if sign(value) == 0:
        return Fraction(0)
    if len(value.terms) == 1:
        return _inverse_of_one(value)
    if all(not atoms for _, atoms in value.terms):
        return _rationalized(value)
    return atom_number(Atom("inverse", value))


def _inverse_of_one(value: Exact) -> Number:
    """1 / value for a single summand; an atom other than a root gets a negative exponent."""
    (((radicand, atoms), c),) = value.terms.items()
    made: Number = number_of({(radicand, ()): 1 / (c * radicand)})
    for atom, exponent in atoms:
        if atom.name == "root":
            assert atom.arg is not None
            made = made * atom_number(atom) ** (atom.degree - exponent) * inverse(enough(atom.arg))
        elif atom.name == "inverse":
            assert atom.arg is not None
            made = made * atom.arg**exponent
        else:
            made = made * Exact({(1, ((atom, -exponent),)): Fraction(1)})
    return made


def _rationalized(value: Exact) -> Number:
    """1 / value for sums of square roots, made rational root by root."""
    above: Number = Fraction(1)
    below: Number = value
    for _ in range(12):
        if not isinstance(below, Exact):
            return above * (1 / Fraction(below))
        radicand = max(m[0] for m in below.terms)
        prime = prime_factors(radicand)[-1]
        conjugate = number_of({m: (-c if m[0] % prime == 0 else c) for m, c in below.terms.items()})
        above, below = above * conjugate, below * conjugate
    raise NotEvaluated("a denominator of too many roots")


def prime_factors(value: int) -> list[int]:
    """The prime factors of a number without repetition, rising; what trial division leaves counts as one."""
    found, p = [], 2
    while p * p <= value and p < _FACTORED:
        if value % p == 0:
            found.append(p)
            while value % p == 0:
                value //= p
        p += 1 if p == 2 else 2
    return [*found, value] if value > 1 else found


def _squarefree(value: int) -> tuple[int, int] | None:
    """s, r with value = s²·r and r squarefree; None where the number is too large to be sure."""
    square, rest, p = 1, 1, 2
    while p * p * p <= value and p < _FACTORED:
        while value % (p * p) == 0:
            square, value = square * p, value // (p * p)
        if value % p == 0:
            rest, value = rest * p, value // p
        p += 1 if p == 2 else 2
    whole = math.isqrt(value)
    if whole * whole == value:
        return square * whole, rest
    if p * p * p <= value:
        return None
    return square, rest * value


def root(value: Number, degree: int = 2) -> Number:
    """The root of a number; 0 for the square root of a negative one.

    Raises:
        NotEvaluated: a root of a negative number other than the square root.
    """
    if sign(value) < 0:
        if degree == 2:
            return Fraction(0)
        raise NotEvaluated("a root of a negative number")
    if sign(value) == 0:
        return Fraction(0)
    if isinstance(value, Exact):
        return _nested(value) if degree == 2 else atom_number(Atom("root", value, degree))
    exact = Fraction(value)
    if degree == 2:
        parts = _squarefree(exact.numerator * exact.denominator)
        if parts is not None:
            return number_of({(parts[1], ()): Fraction(parts[0], exact.denominator)})
    top, bottom = _whole_root(exact.numerator, degree), _whole_root(exact.denominator, degree)
    if top is not None and bottom is not None:
        return Fraction(top, bottom)
    whole = exact.numerator * exact.denominator ** (degree - 1)
    atom = atom_number(Atom("root", Exact({ONE: Fraction(whole)}), degree))
    return atom * Fraction(1, exact.denominator)


def _nested(value: Exact) -> Number:
    """√(a + b·√r), as a sum of two square roots where it is one."""
    if set(value.terms) == {ONE, (m := max(value.terms, key=lambda t: t[0]))} and not m[1]:
        a, b, r = value.terms[ONE], value.terms[m], m[0]
        discriminant = a * a - b * b * r
        if discriminant >= 0:
            difference = root(discriminant)
            if not isinstance(difference, Exact):
                one, other = root((a + difference) / 2), root((a - difference) / 2)
                return one + other if b > 0 else one - other
    return atom_number(Atom("root", value, 2))


def _whole_root(value: int, degree: int) -> int | None:
    low, high = 0, 1 << (value.bit_length() // degree + 1)
    while low < high:
        middle = (low + high) // 2
        if middle**degree < value:
            low = middle + 1
        else:
            high = middle
    return low if low**degree == value else None


def enough(value: Exact) -> Number:
    """The number, as a Fraction where it is rational (an atom keeps even that as an Exact)."""
    return number_of(value.terms)


def sign(value: Number) -> int:
    """-1, 0 or 1.

    Raises:
        NotEvaluated: it can't be told apart from 0, and no bound says that it is 0.
    """
    if not isinstance(value, Exact):
        return (value > 0) - (value < 0)
    plain = all(not atoms for _, atoms in value.terms)  # then it is not 0
    for bits in (*_BITS, *((_MOST_BITS,) if plain else ())):
        found = _enclosed_sign(value, bits)
        if found:
            return found
    limit = None if plain else _zero_bits(value)
    if limit is None or limit > _MOST_BITS:
        raise NotEvaluated("a number that can't be told apart from 0")
    found = _enclosed_sign(value, limit + 64)
    if not found and not _below(value, limit):
        raise NotEvaluated("a number that can't be told apart from 0")
    return found


def _enclosed_sign(value: Exact, bits: int) -> int:
    found = enclosure(value, bits)
    return 1 if found > 0 else -1 if found < 0 else 0


def _below(value: Exact, limit: int) -> bool:
    """Whether the number is smaller in size than 2^-limit."""
    import flint

    found = enclosure(value, limit + 128)
    with _Precision(limit + 128):
        return bool(abs(found) < flint.arb(2) ** (-limit))


def enclosure(value: Number, bits: int) -> Any:
    """An arb that holds the number."""
    import flint

    with _Precision(bits + 64):
        total = flint.arb(0)
        for (radicand, atoms), c in terms_of(value).items():
            part = flint.arb(flint.fmpq(c.numerator, c.denominator))
            if radicand != 1:
                part *= flint.arb(radicand).sqrt()
            for atom, exponent in atoms:
                part *= _enclosed(atom, bits) ** exponent
            total += part
        return total


def _enclosed(atom: Atom, bits: int) -> Any:
    import flint

    if atom.name == "pi":
        return flint.arb.pi()
    assert atom.arg is not None
    inner = enclosure(atom.arg, bits)
    if atom.name == "inverse":
        return 1 / inner
    if atom.name == "root":
        return inner.root(atom.degree)
    plain: Mapping[str, str] = {"arctan": "atan", "arcsin": "asin", "arccos": "acos"}
    name = atom.name.removeprefix("Real.")
    return getattr(inner, plain.get(name, name))()


class _Precision:
    """Runs a block with so many bits."""

    def __init__(self, bits: int) -> None:
        self.bits = bits

    def __enter__(self) -> None:
        import flint

        self.before, flint.ctx.prec = flint.ctx.prec, self.bits

    def __exit__(self, *exc: object) -> None:
        import flint

        flint.ctx.prec = self.before


def _zero_bits(value: Exact) -> int | None:
    """n such that the number is 0 if it is smaller than 2^-n; None where it is not known to be algebraic."""
    degrees: dict[object, int] = {}
    bound = _bounds(value, degrees)
    if bound is None:
        return None
    degree = math.prod(degrees.values()) ** 2
    return bound[0].bit_length() * (degree - 1) + bound[1].bit_length() + 1


def _bounds(value: Exact, degrees: dict[object, int]) -> tuple[int, int] | None:
    """u and l of the separation bound, as whole numbers rounded up; notes the degrees of the roots in it."""
    u, low = 0, 1
    for (radicand, atoms), c in value.terms.items():
        top, bottom = abs(c.numerator), c.denominator
        if radicand != 1:
            degrees[radicand] = 2
            top *= math.isqrt(radicand) + 1
        for atom, exponent in atoms:
            if atom.name not in ("root", "inverse") or atom.arg is None:
                return None
            inner = _bounds(atom.arg, degrees)
            if inner is None:
                return None
            if atom.name == "root":
                degrees[atom] = atom.degree
                inner = _root_up(inner[0], atom.degree), _root_up(inner[1], atom.degree)
            else:
                inner = inner[1], inner[0]
            top, bottom = top * inner[0] ** exponent, bottom * inner[1] ** exponent
        u, low = u * bottom + top * low, low * bottom
    return max(u, 1), max(low, 1)


def _root_up(value: int, degree: int) -> int:
    return 1 << (value.bit_length() // degree + 1)


def floor(value: Number) -> int:
    """The largest integer that is not above the number.

    Raises:
        NotEvaluated: it is so large, or so near to an integer, that this can't be told.
    """
    if not isinstance(value, Exact):
        return math.floor(value)
    for bits in (64, 2048, _MOST_BITS):
        found = enclosure(value, bits)
        with _Precision(bits + 64):
            low, near = found.floor().unique_fmpz(), (found + 0.5).floor().unique_fmpz()
        if low is not None:
            return int(low)
        if near is not None:  # so close to an integer that the two can only be told apart exactly
            return int(near) if sign(value - int(near)) >= 0 else int(near) - 1
    raise NotEvaluated("a number so large that its whole part can't be told")
