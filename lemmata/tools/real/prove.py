"""Proofs that a polynomial is never negative: which certificates to look for, and what to look at first.

An equality that is linear in a variable is used to eliminate it; one between forms of different degrees makes the rest
homogeneous. What is found for the simpler system is carried over: both differ by a multiple of the equality.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lemmata.problem import Json
from lemmata.provers.real.certificate import evaluate_blocks
from lemmata.provers.real.polynomials import Polynomial, find_sign, load_flint
from lemmata.provers.real.system import Known, System
from lemmata.tools.real.squares import Shape, find_certificate, unit_block
from lemmata.tools.real.zeros import Zero, rational_point

_PRODUCTS = 40
_FACTORS = 5  # of such a product
_GRID = 4_096
_HIGHEST = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class _Simpler:
    """A system without one of its equalities.

    Args:
        system: what is left, the places of what is known in the original one, and the goal.
        equality: the place of what was used, or None.
        lifting: blocks whose product with a proof's multiplier multiplies the original goal.
    """

    system: System
    places: tuple[int, ...]
    goal: Polynomial
    equality: int | None
    lifting: tuple[Json, ...]


def find_proof(system: System, goal: Polynomial, *, strict: bool, points: Sequence[Zero] = (), deadline: float) -> Json:
    """A proof for `check_identity`, or None where none was found in time.

    Args:
        system: gives what is known.
        goal: a polynomial of its ring.
        strict: whether it is to be shown positive.
        points: where the goal may be 0; tried, not trusted.
        deadline: of `time.monotonic`.
    """
    if find_sign(goal, system.signs) in ((">",) if strict else (">", "≥")):
        return {"multiplier": [unit_block(())], "sum": list(_monomial_blocks(goal, system)), "equalities": []}
    variants = list(_simpler(system, goal))
    tries = [
        (cost, number, variant, shape)
        for number, variant in enumerate(variants)
        for cost, shape in _shapes(variant, strict=strict)
    ]
    zeros: dict[int, list[Zero]] = {}
    for _, number, variant, shape in sorted(tries, key=lambda t: t[:2]):
        if time.monotonic() > deadline:
            return None
        if number not in zeros:
            zeros[number] = list(_zeros(variant, points))
        if strict and zeros[number] and not variant.lifting:
            return None
        found = find_certificate(
            variant.system,
            variant.goal,
            shape,
            zeros=zeros[number],
            weights=_weights(variant.system),
            deadline=deadline,
        )
        if found is not None:
            return _lifted(found, variant, system, goal)
    return None


# Simpler systems


def _simpler(system: System, goal: Polynomial) -> Iterator[_Simpler]:
    everything = tuple(range(len(system.known)))
    for place in (i for i in everything if system.known[i].sign == "="):
        for variant in (_eliminated(system, goal, place), _homogeneous(system, goal, place)):
            if variant is not None:
                yield variant
    yield _Simpler(system=system, places=everything, goal=goal, equality=None, lifting=(unit_block(()),))


def _replaced(system: System, known: Sequence[Known]) -> System:
    return System(ring=system.ring, known=tuple(known), goal=system.goal, signs=system.signs, assumed=system.assumed)


def _eliminated(system: System, goal: Polynomial, place: int) -> _Simpler | None:
    """Without a variable that an equality gives as a polynomial in others."""
    equality = system.known[place].polynomial
    for index in reversed(range(system.ring.nvars())):
        factor = equality.derivative(index)
        if not factor or not factor.is_constant():
            continue
        value = system.ring.gen(index) - equality / factor.coeffs()[0]
        gens = [system.ring.gen(i) if i != index else value for i in range(system.ring.nvars())]
        kept = [i for i in range(len(system.known)) if i != place]
        known = [Known(system.known[i].polynomial.compose(*gens), system.known[i].sign) for i in kept]
        return _Simpler(
            system=_replaced(system, known),
            places=tuple(kept),
            goal=goal.compose(*gens),
            equality=place,
            lifting=(unit_block(()),),
        )
    return None


def _parts(polynomial: Polynomial) -> dict[int, Polynomial]:
    """The forms that a polynomial is the sum of, by degree."""
    found: dict[int, dict[Any, Any]] = {}
    for monomial, value in polynomial.to_dict().items():
        found.setdefault(sum(monomial), {})[monomial] = value
    return {d: polynomial.context().from_dict(terms) for d, terms in found.items()}


def _homogeneous(system: System, goal: Polynomial, place: int) -> _Simpler | None:
    """With an equality A = B between forms used to give all parts of the goal the same degree."""
    parts = _parts(system.known[place].polynomial)
    if len(parts) != 2:
        return None
    high, low = max(parts), min(parts)
    above, below = parts[high], -parts[low]
    if find_sign(below, system.signs) != ">":
        above, below = -above, -below
    if find_sign(below, system.signs) != ">":
        return None
    pieces, step = _parts(goal), high - low
    top = max(pieces, default=0)
    if not pieces or any((top - d) % step for d in pieces):
        return None
    times = max((top - d) // step for d in pieces)
    made = goal * 0
    for d, piece in pieces.items():
        count = (top - d) // step
        made = made + piece * above**count * below ** (times - count)
    if made.total_degree() > _HIGHEST:
        return None
    kept = [i for i, k in enumerate(system.known) if i != place and len(_parts(k.polynomial)) == 1]
    return _Simpler(
        system=_replaced(system, [system.known[i] for i in kept]),
        places=tuple(kept),
        goal=made,
        equality=place,
        lifting=tuple(_monomial_blocks(below**times, system)),
    )


def _monomial_blocks(polynomial: Polynomial, system: System) -> Iterator[Json]:
    """A polynomial whose sign is evident, as blocks: each monomial a square times things that are never negative."""
    of = {str(k.polynomial): i for i, k in enumerate(system.known) if k.sign != "="}
    for monomial, value in polynomial.to_dict().items():
        strict = all(system.signs.get(i, False) for i, e in enumerate(monomial) if e)
        half = tuple(0 if strict else e // 2 for e in monomial)
        known = [of[str(system.ring.gen(i))] for i, e in enumerate(monomial) for _ in range(e - 2 * half[i])]
        yield {"known": known, "basis": [str(system.ring.from_dict({half: 1}))], "gram": [[str(value)]]}


def _lifted(proof: Json, variant: _Simpler, system: System, goal: Polynomial) -> Json:
    """The proof for the original system."""
    moved = {
        role: [{**block, "known": [variant.places[i] for i in block["known"]]} for block in proof[role]]
        for role in ("multiplier", "sum")
    }
    equalities = [{**item, "known": variant.places[item["known"]]} for item in proof["equalities"]]
    multiplier = [_times(a, b) for a in moved["multiplier"] for b in variant.lifting]
    if variant.equality is None:
        return {"multiplier": multiplier, "sum": moved["sum"], "equalities": equalities}
    rest = evaluate_blocks(multiplier, system) * goal - evaluate_blocks(moved["sum"], system)
    for item in equalities:  # written for the simpler system; exact there, and here up to a multiple of the equality
        rest = rest - system.known[item["known"]].polynomial * _read(item["times"], system)
    quotient = rest / system.known[variant.equality].polynomial
    equalities.append({"known": variant.equality, "times": str(quotient)})
    return {"multiplier": multiplier, "sum": moved["sum"], "equalities": equalities}


def _read(text: str, system: System) -> Polynomial:
    from lemmata.provers.real.polynomials import read_polynomial

    return read_polynomial(text, system.ring, place="equalities")


def _times(a: Json, b: Json) -> Json:
    flint = load_flint()
    product = _rational(a["gram"][0][0], flint) * _rational(b["gram"][0][0], flint)
    return {"known": [*a["known"], *b["known"]], "basis": ["1"], "gram": [[str(product)]]}


def _rational(text: str, flint: Any) -> Any:
    above, _, below = text.partition("/")
    return flint.fmpq(int(above), int(below or 1))


# What to look for


def _weights(system: System) -> tuple[int, ...]:
    """Degrees of the variables: that of a root is the one of what it is the root of."""
    weights = [1] * system.ring.nvars()
    for known in system.known:
        if known.sign == "=":
            for index, weight in enumerate(_root_weight(known.polynomial)):
                weights[index] = max(weights[index], weight)
    return tuple(weights)


def _root_weight(polynomial: Polynomial) -> list[int]:
    """For r^q·d = n: the degree of n / d over q, at the place of r; else 1."""
    names = [str(n) for n in polynomial.context().names()]
    weights = [1] * len(names)
    degrees = polynomial.degrees()
    for index, name in enumerate(names):
        if name[0] == "r" and name[1:].isdigit() and degrees[index] > 1:
            rest = [sum(m) - m[index] for m in polynomial.monoms() if not m[index]]
            own = [sum(m) - m[index] for m in polynomial.monoms() if m[index]]
            if rest:
                weights[index] = max(1, (max(rest) - max(own)) // degrees[index])
    return weights


def _shapes(variant: _Simpler, *, strict: bool) -> Iterator[tuple[float, Shape]]:
    """Shapes with what they cost, roughly."""
    system, goal = variant.system, variant.goal
    weights = _weights(system)
    degree = max((int(sum(e * w for e, w in zip(m, weights, strict=True))) for m in goal.monoms()), default=0)
    near = _near(system, goal)
    inequalities = [
        i
        for i, k in enumerate(system.known)
        if k.sign != "=" and 0 < len(_variables(k.polynomial)) == len(_variables(k.polynomial) & near)
    ]
    single = [i for i in inequalities if len(system.known[i].polynomial) == 1]
    positive = [i for i in single if system.known[i].sign == ">"]
    forms = len({sum(m) for m in goal.monoms()}) == 1
    sizes = {i: system.known[i].polynomial.total_degree() for i in inequalities}

    def subsets() -> Iterator[tuple[int, ...]]:
        counts = range(min(len(inequalities), _FACTORS) + 1)
        return itertools.chain.from_iterable(itertools.combinations(inequalities, c) for c in counts)

    pool = single if strict or not forms else positive
    for extra in (*range(5), *((degree,) if degree > 4 and not strict and not positive else ())):
        top = degree + extra
        products = tuple(itertools.islice((p for p in subsets() if sum(sizes[i] for i in p) <= top), _PRODUCTS))
        square = forms and not strict and not positive and extra == degree
        multipliers: tuple[tuple[int, ...], ...] = ((),)
        if extra:
            counts = (extra,) if forms else range(extra + 1)
            chosen = (itertools.combinations_with_replacement(single if square else pool, c) for c in counts)
            multipliers = tuple(itertools.chain.from_iterable(chosen))
        strictly: tuple[int, ...] | None = None
        if strict:
            if forms and not positive:
                return
            strictly = tuple(itertools.islice(itertools.cycle(positive), top)) if forms else ()
        if multipliers:
            cost = float(top + 2) ** len(near) * len(products)
            shape = Shape(degree=top, products=products, strict=strictly, multiplier=multipliers, square=square)
            yield cost, shape


def _variables(polynomial: Polynomial) -> frozenset[int]:
    return frozenset(i for i, d in enumerate(polynomial.degrees()) if d > 0) if polynomial else frozenset()


def _near(system: System, goal: Polynomial) -> frozenset[int]:
    """The variables that have to do with the goal: its own, and those that something known connects with them."""
    found = _variables(goal)
    while True:
        linked = (v for v in (_variables(k.polynomial) for k in system.known) if len(v) > 1 and v & found)
        more = found.union(*linked)
        if more == found:
            return found
        found = more


def _zeros(variant: _Simpler, points: Sequence[Zero]) -> Iterator[Zero]:
    """Exact points where the goal is 0, among those given and small whole numbers."""
    system, goal = variant.system, variant.goal
    used = sorted(_near(system, goal))
    known = [k for k in system.known if _variables(k.polynomial) <= set(used)]
    values = next(
        (v for v in ((0, 1, 2, 3, -1, -2), (0, 1, 2, -1), (0, 1, 2), (0, 1)) if len(v) ** len(used) <= _GRID), ()
    )
    grid = (rational_point(used, p) for p in itertools.product(map(Fraction, values), repeat=len(used)) if any(p))
    seen: list[Zero] = []
    for zero in itertools.chain(points, grid):
        if zero not in seen and zero.approximately(goal) == 0 and all(_keeps(k, zero) for k in known):
            seen.append(zero)
            yield zero


def _keeps(known: Known, zero: Zero) -> bool:
    value = zero.approximately(known.polynomial)
    return value == 0 if known.sign == "=" else value >= 0
