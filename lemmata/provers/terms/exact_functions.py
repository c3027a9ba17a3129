"""Logarithms, exponentials and angles of exact numbers, taken apart where that is exact; and numbers as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from lemmata.provers.terms.exact import (
    ONE,
    PI,
    Atom,
    Exact,
    Number,
    atom_number,
    enough,
    inverse,
    prime_factors,
    root,
    sign,
    terms_of,
)


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
    return atom_number(Atom(name, value if isinstance(value, Exact) else Exact({ONE: Fraction(value)})))


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
        return atom_number(
            Atom("Real.log", value if sign(value) > 0 else Exact({m: -c for m, c in value.terms.items()}))
        )
    exact = abs(Fraction(value))
    if exact in (0, 1):
        return Fraction(0)
    total = Fraction(0)
    for whole, way in ((exact.numerator, 1), (exact.denominator, -1)):
        for p in prime_factors(whole):
            times, left = 0, whole
            while left % p == 0:
                times, left = times + 1, left // p
            total = total + atom_number(Atom("Real.log", Exact({ONE: Fraction(p)}))) * (way * times)
    return total


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


def text_of(value: Number) -> str:
    """The number as Lean writes it, `(1 + √5) / 2` as `1/2 + 1/2 * √5`."""
    made = ""
    for (radicand, atoms), c in sorted(terms_of(value).items(), key=lambda i: (i[0][1] != (), i[0][0], repr(i[0][1]))):
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
