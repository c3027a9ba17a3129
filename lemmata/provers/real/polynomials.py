"""Exact polynomials with rational coefficients, by FLINT: their text, and the signs that can be read off them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from lemmata.errors import BackendMissing, BadInput

Polynomial: TypeAlias = Any
"""A `flint.fmpq_mpoly`; FLINT's types carry no annotations."""

_LONGEST = 400_000
_DEGREE = 200
_TERM = re.compile(r"(?:(\d{1,4000})(?:/(\d{1,4000}))?)?((?:(?:^|\*)[^\W\d]\w*(?:\^\d{1,3})?)*)\Z")


def load_flint() -> Any:
    """The module `flint`.

    Raises:
        BackendMissing: it is not installed.
    """
    try:
        import flint
    except ImportError:
        raise BackendMissing("no python-flint found", remedy="pip install python-flint") from None
    return flint


def make_ring(names: Sequence[str]) -> Any:
    """The ring of polynomials in these variables."""
    flint = load_flint()
    return flint.fmpq_mpoly_ctx.get(tuple(names), "degrevlex")


def read_polynomial(text: object, ring: Any, *, place: str) -> Polynomial:
    """The polynomial that a text such as `3/2*a^2*b - c + 1` states.

    Raises:
        BadInput: not such a text, or in other variables.
    """
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise BadInput(f"expected the text of a polynomial, at most {_LONGEST} characters", place=place)
    flint = load_flint()
    places = {str(n): i for i, n in enumerate(ring.names())}
    made: dict[tuple[int, ...], Any] = {}
    for sign, body in re.findall(r"([+-]?)([^+-]*)", text.replace(" ", ""))[:-1]:
        match = _TERM.match(body)
        if match is None or not body:
            raise BadInput(f"{body[:40]!r} is no term of a polynomial", place=place)
        exponents = [0] * len(places)
        for factor in match[3].strip("*").split("*") if match[3].strip("*") else ():
            name, _, power = factor.partition("^")
            if name not in places:
                raise BadInput(f"{name} is no variable of this system", place=place)
            exponents[places[name]] += int(power or 1)
        if sum(exponents) > _DEGREE or (match[2] and int(match[2]) == 0):
            raise BadInput("expected a smaller degree and no denominator 0", place=place)
        value = flint.fmpq(int(match[1] or 1), int(match[2] or 1))
        key = tuple(exponents)
        made[key] = made.get(key, 0) + (-value if sign == "-" else value)
    return ring.from_dict({k: v for k, v in made.items() if v})


def find_sign(polynomial: Polynomial, signs: Mapping[int, bool]) -> str:
    """`>` or `≥` where the polynomial is so by its monomials alone, else an empty text.

    Args:
        polynomial: any.
        signs: indices of variables that are never negative; True: never 0 either.
    """
    strict = False
    for exponents, value in polynomial.to_dict().items():
        if value < 0 or any(e % 2 and i not in signs for i, e in enumerate(exponents)):
            return ""
        strict = strict or all(signs.get(i, False) for i, e in enumerate(exponents) if e)
    return ">" if strict else "≥"
