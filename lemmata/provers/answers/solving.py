"""In which order the parameters of a family can be found from a tuple.

A parameter p is found from a component, or from the sum or difference of two, that is A·p + B with A and B made of
parameters found before: it is (value - B) / A, exactly. Where A is 0 it is not determined; then nothing may depend on
it, which is so if A divides whatever is multiplied with p in every component.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd

from lemmata.provers.terms.polynomial import Monomial, Polynomial, TooLarge, degree, plus, scaled, times, variables


@dataclass(frozen=True, slots=True)
class Step:
    """How one parameter is found: `factor`·name + `shift` is a component, or the sum or difference of two.

    Args:
        name: of the parameter.
        components: index and sign of each; the first sign is +1.
        factor, shift: polynomials in parameters found before.
    """

    name: str
    components: tuple[tuple[int, int], ...]
    factor: Polynomial
    shift: Polynomial

    @property
    def settles(self) -> tuple[int, ...]:
        """The component whose equation holds once the parameter is found so."""
        return (self.components[0][0],) if len(self.components) == 1 else ()


def find_steps(components: tuple[Polynomial, ...], names: tuple[str, ...]) -> tuple[Step, ...] | None:
    """Steps that find all parameters, those by division by a number first; None where there are none."""
    steps: list[Step] = []
    missing = set(names)
    try:
        while missing:
            found = next(_possible(components, missing, taken={i for s in steps for i in s.settles}), None)
            if found is None:
                return None
            steps.append(found)
            missing.discard(found.name)
    except TooLarge:
        return None
    return tuple(steps)


def _possible(components: tuple[Polynomial, ...], missing: set[str], *, taken: set[int]) -> Iterator[Step]:
    singles = [((i, 1),) for i in range(len(components)) if i not in taken]
    pairs = [((i, 1), (j, sign)) for i, j in itertools.permutations(range(len(components)), 2) for sign in (-1, 1)]
    for by_number in (True, False):
        for chosen in (*singles, *pairs):
            whole = components[chosen[0][0]]
            for i, sign in chosen[1:]:
                whole = plus(whole, scaled(components[i], sign))
            step = _step(whole, chosen, missing)
            if step is None or by_number != (not any(step.factor)):
                continue
            if by_number or all(_harmless(c, step) for c in components):
                yield step


def _step(whole: Polynomial, chosen: tuple[tuple[int, int], ...], missing: set[str]) -> Step | None:
    names = missing & set(variables(whole))
    if len(names) != 1:
        return None
    (name,) = names
    if degree(whole, name) != 1:
        return None
    return Step(name, chosen, coefficient(whole, name, 1), coefficient(whole, name, 0))


def coefficient(one: Polynomial, name: str, exponent: int) -> Polynomial:
    """What a power of a variable is multiplied with."""
    return {tuple((n, e) for n, e in m if n != name): c for m, c in one.items() if dict(m).get(name, 0) == exponent}


def _harmless(component: Polynomial, step: Step) -> bool:
    """Whether a component does not depend on the parameter where the factor is 0."""
    return all(
        divides(step.factor, coefficient(component, step.name, e)) for e in range(1, degree(component, step.name) + 1)
    )


def divides(divisor: Polynomial, dividend: Polynomial) -> bool:
    """Whether the dividend is the divisor, freed of common factors of its coefficients, times a polynomial."""
    names = sorted({*variables(divisor), *variables(dividend)})

    def order(monomial: Monomial) -> tuple[int, ...]:
        exponents = dict(monomial)
        return (sum(exponents.values()), *(exponents.get(n, 0) for n in names))

    common = gcd(*divisor.values())
    primitive = {m: c // common for m, c in divisor.items()}
    head = max(primitive, key=order)
    rest = dividend
    while rest:
        top = max(rest, key=order)
        factor = _quotient(top, head)
        if factor is None or rest[top] % primitive[head]:
            return False
        rest = plus(rest, scaled(times(primitive, {factor: rest[top] // primitive[head]}), -1))
    return True


def _quotient(one: Monomial, other: Monomial) -> Monomial | None:
    exponents = dict(one)
    for name, exponent in other:
        exponents[name] = exponents.get(name, 0) - exponent
    if any(e < 0 for e in exponents.values()):
        return None
    return tuple(sorted((n, e) for n, e in exponents.items() if e))
