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
from collections.abc import Callable, Mapping
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

    def __repr__(self) -> str:
        return text_of(self)

    def __add__(self, other: Number) -> Number:
        made = dict(self.terms)
        for monomial, value in _terms(other).items():
            made[monomial] = made.get(monomial, Fraction(0)) + value
        return _number(made)

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
            for n, d in _terms(other).items():
                joined, factor, more = _times(m, n)
                if more is None:
                    made[joined] = made.get(joined, Fraction(0)) + c * d * factor
                else:
                    rest = rest + more * _number({joined: c * d * factor})
        return _number(made) + rest

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


_ONE: Monomial = (1, ())


def _terms(value: Number) -> Mapping[Monomial, Fraction]:
    return value.terms if isinstance(value, Exact) else {_ONE: Fraction(value)}


def _number(terms: Mapping[Monomial, Fraction]) -> Number:
    kept = {m: c for m, c in terms.items() if c}
    if len(kept) > _MONOMIALS:
        raise NotEvaluated("an expression of too many summands")
    if all(m == _ONE for m in kept):
        return kept.get(_ONE, Fraction(0))
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


def _atom(atom: Atom) -> Exact:
    return Exact({(1, ((atom, 1),)): Fraction(1)})


PI = _atom(Atom("pi"))


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
    return _atom(Atom("inverse", value))


def _inverse_of_one(value: Exact) -> Number:
    """1 / value for a single summand; an atom other than a root gets a negative exponent."""
    (((radicand, atoms), c),) = value.terms.items()
    made: Number = _number({(radicand, ()): 1 / (c * radicand)})
    for atom, exponent in atoms:
        if atom.name == "root":
            assert atom.arg is not None
            made = made * _atom(atom) ** (atom.degree - exponent) * inverse(enough(atom.arg))
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
        prime = _factors(radicand)[-1]
        conjugate = _number({m: (-c if m[0] % prime == 0 else c) for m, c in below.terms.items()})
        above, below = above * conjugate, below * conjugate
    raise NotEvaluated("a denominator of too many roots")


def _factors(value: int) -> list[int]:
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
        return _nested(value) if degree == 2 else _atom(Atom("root", value, degree))
    exact = Fraction(value)
    if degree == 2:
        parts = _squarefree(exact.numerator * exact.denominator)
        if parts is not None:
            return _number({(parts[1], ()): Fraction(parts[0], exact.denominator)})
    top, bottom = _whole_root(exact.numerator, degree), _whole_root(exact.denominator, degree)
    if top is not None and bottom is not None:
        return Fraction(top, bottom)
    whole = exact.numerator * exact.denominator ** (degree - 1)
    atom = _atom(Atom("root", Exact({_ONE: Fraction(whole)}), degree))
    return atom * Fraction(1, exact.denominator)


def _nested(value: Exact) -> Number:
    """√(a + b·√r), as a sum of two square roots where it is one."""
    if set(value.terms) == {_ONE, (m := max(value.terms, key=lambda t: t[0]))} and not m[1]:
        a, b, r = value.terms[_ONE], value.terms[m], m[0]
        discriminant = a * a - b * b * r
        if discriminant >= 0:
            difference = root(discriminant)
            if not isinstance(difference, Exact):
                one, other = root((a + difference) / 2), root((a - difference) / 2)
                return one + other if b > 0 else one - other
    return _atom(Atom("root", value, 2))


def _whole_root(value: int, degree: int) -> int | None:
    low, high = 0, 1 << (value.bit_length() // degree + 1)
    while low < high:
        middle = (low + high) // 2
        if middle**degree < value:
            low = middle + 1
        else:
            high = middle
    return low if low**degree == value else None


def function(name: str, value: Number) -> Number:
    """log, exp, sin and so on of a number, taken apart where that is exact."""
    if name == "Real.log":
        return _log(value)
    known = _AT_ZERO.get(name)
    if known is not None and not isinstance(value, Exact) and value == 0:
        return Fraction(known)
    if name in ("Real.sin", "Real.cos", "Real.tan"):
        found = _at_angle(name, value)
        if found is not None:
            return found
    return _atom(Atom(name, value if isinstance(value, Exact) else Exact({_ONE: Fraction(value)})))


_AT_ZERO = {"Real.exp": 1, "Real.sin": 0, "Real.cos": 1, "Real.tan": 0, "Real.arctan": 0, "Real.arcsin": 0}


def _log(value: Number) -> Number:
    """Lean's logarithm: of the absolute value, and 0 at 0; of a rational, a sum over its primes."""
    if isinstance(value, Exact):
        if len(value.terms) == 1:
            (((radicand, atoms), c),) = value.terms.items()
            if all(a.name == "Real.exp" for a, _ in atoms):
                total: Number = _log(c) + _log(radicand) * Fraction(1, 2)
                for atom, exponent in atoms:
                    assert atom.arg is not None
                    total = total + enough(atom.arg) * exponent
                return total
        return _atom(Atom("Real.log", value if sign(value) > 0 else Exact({m: -c for m, c in value.terms.items()})))
    exact = abs(Fraction(value))
    if exact in (0, 1):
        return Fraction(0)
    total = Fraction(0)
    for whole, way in ((exact.numerator, 1), (exact.denominator, -1)):
        for p in _factors(whole):
            times, left = 0, whole
            while left % p == 0:
                times, left = times + 1, left // p
            total = total + _atom(Atom("Real.log", Exact({_ONE: Fraction(p)}))) * (way * times)
    return total


def enough(value: Exact) -> Number:
    """The number, as a Fraction where it is rational (an atom keeps even that as an Exact)."""
    return _number(value.terms)


def _at_angle(name: str, value: Number) -> Number | None:
    """Sine, cosine and tangent of multiples of π/12 and π/5 that have square roots for values."""
    if not isinstance(value, Exact) or set(value.terms) != set(PI.terms):
        return None
    turn = next(iter(value.terms.values())) % 2  # in units of π
    if name == "Real.tan":
        up, down = _at_angle("Real.sin", value), _at_angle("Real.cos", value)
        return None if up is None or down is None else up * inverse(down)
    if name == "Real.cos":
        turn = (turn + Fraction(1, 2)) % 2
    way = 1
    if turn >= 1:
        turn, way = turn - 1, -1
    if turn > Fraction(1, 2):
        turn = 1 - turn
    found = _SINES.get(turn)
    return None if found is None else found() * way


_SINES: Mapping[Fraction, Callable[[], Number]] = {
    Fraction(0): lambda: Fraction(0),
    Fraction(1, 12): lambda: (root(6) - root(2)) * Fraction(1, 4),
    Fraction(1, 10): lambda: (root(5) - 1) * Fraction(1, 4),
    Fraction(1, 6): lambda: Fraction(1, 2),
    Fraction(1, 4): lambda: root(2) * Fraction(1, 2),
    Fraction(3, 10): lambda: (root(5) + 1) * Fraction(1, 4),
    Fraction(1, 3): lambda: root(3) * Fraction(1, 2),
    Fraction(5, 12): lambda: (root(6) + root(2)) * Fraction(1, 4),
    Fraction(1, 2): lambda: Fraction(1),
}


def sign(value: Number) -> int:
    """-1, 0 or 1.

    Raises:
        NotEvaluated: it can't be told apart from 0, and no bound says that it is 0.
    """
    if not isinstance(value, Exact):
        return (value > 0) - (value < 0)
    plain = all(not atoms for _, atoms in value.terms)
    limit: int | None = None
    for bits in (*_BITS, *(() if plain else (_MOST_BITS,))):
        found = _enclosed_sign(value, bits)
        if found:
            return found
        if plain:
            continue
        if limit is None:
            limit = _zero_bits(value)
        if limit is not None and bits < limit <= _MOST_BITS and _enclosed_sign(value, limit + 64) == 0:
            if _below(value, limit):
                return 0
        elif limit is not None and limit <= bits and _below(value, limit):
            return 0
        if limit is None and bits == _BITS[-1]:
            break
    raise NotEvaluated("a number that can't be told apart from 0")


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
        for (radicand, atoms), c in _terms(value).items():
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


def text_of(value: Number) -> str:
    """The number as Lean writes it, `(1 + √5) / 2` as `1/2 + 1/2 * √5`."""
    made = ""
    for (radicand, atoms), c in sorted(_terms(value).items(), key=lambda i: (i[0][1] != (), i[0][0], repr(i[0][1]))):
        factors = [_text_of_atom(a) + (f" ^ {e}" if e != 1 else "") for a, e in atoms]
        if radicand != 1:
            factors = [f"√{radicand}", *factors]
        size = abs(c)
        if size != 1 or not factors:
            factors = [str(size), *factors]
        joined = " * ".join(factors)
        made += (("-" if c < 0 else "") if not made else (" - " if c < 0 else " + ")) + joined
    return made or "0"


def _text_of_atom(atom: Atom) -> str:
    if atom.name == "pi":
        return "π"
    assert atom.arg is not None
    inner = text_of(enough(atom.arg))
    if atom.name == "inverse":
        return f"({inner})⁻¹"
    if atom.name == "root":
        return f"√({inner})" if atom.degree == 2 else f"Real.rpow ({inner}) (1 / {atom.degree})"
    return f"{atom.name} ({inner})"
