"""Divisibility of polynomials: the quotient is computed, modulo an equation among the hypotheses if need be.

Where `a ∣ b` follows from `h = 0`: with `b = q₁·a + r` and `h = q₂·a + s`, a constant or polynomial `c` with `r = c·s`
gives `b = (q₁ - c·q₂)·a + c·h`. Lean checks what comes of it, by its ring solver.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lemmata.provers.lean.interface import Goal
from lemmata.tools.lean_search.shape import connective, parts

_POLYNOMIAL = re.compile(r"[A-Za-z_][\w₀-₉]*|\d+|[-+*^() ]")
_LONGEST = 200


def quotients(goal: Goal) -> Iterator[str]:
    """Terms `q` with `b = a * q`, for a goal `a ∣ b` about polynomials with whole coefficients."""
    if connective(goal.target) != "∣":
        return
    divisor, number = parts(goal.target, "∣")
    equations = [parts(h.type, "=") for h in goal.hypotheses if h.is_proof and connective(h.type) == "="]
    zeros = [f"({sides[0]}) - ({sides[1]})" for sides in equations if len(sides) == 2]
    if all(map(_readable, (divisor, number))):
        yield from _divided(divisor, number, [z for z in zeros if _readable(z)])


def _readable(text: str) -> bool:
    return len(text) < _LONGEST and not _POLYNOMIAL.sub("", text) and bool(text.strip())


def _divided(divisor: str, number: str, zeros: Sequence[str]) -> Iterator[str]:
    import sympy  # loaded when a goal needs it

    try:
        names = sorted(set(re.findall(r"[A-Za-z_][\w₀-₉]*", f"{divisor} {number} {' '.join(zeros)}")))
        known = {name: sympy.Symbol(name) for name in names}
        read = [sympy.sympify(t.replace("^", "**"), locals=known) for t in (divisor, number, *zeros)]
        a, b, rest = read[0], read[1], read[2:]
        symbols = [known[name] for name in names]
        (first,), left = sympy.reduced(b, [a], *symbols)
        candidates = [first] if left == 0 else []
        for zero in rest if left != 0 else ():
            (second,), other = sympy.reduced(zero, [a], *symbols)
            if other == 0:
                continue
            (factor,), remaining = sympy.reduced(left, [other], *symbols)
            if remaining == 0:
                candidates.append(sympy.expand(first - factor * second))
    except (sympy.SympifyError, sympy.PolynomialError, TypeError, ZeroDivisionError, SyntaxError):
        return
    for found in candidates:
        if all(c.is_integer for c in sympy.Poly(found, *symbols).coeffs()):
            yield str(found).replace("**", "^")
