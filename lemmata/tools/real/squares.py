"""Looks for a certificate of positivity: a semidefinite program, its solution rounded to exact rationals.

The unknowns are Gram matrices (one for each product of known things), weights of the multiplier's monomials and the
factors of equalities; the identity is linear in them. Where the goal is 0 at some point, the matrices are singular in
directions that the point gives exactly; these are taken out first (facial reduction), so that the rest has room for
rounding. Source: Peyrl and Parrilo, Computing sum of squares decompositions with rational coefficients (2008).
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from lemmata.problem import Json
from lemmata.provers.real.certificate import is_semidefinite
from lemmata.provers.real.polynomials import Polynomial, load_flint
from lemmata.provers.real.system import System
from lemmata.tools.real.semidefinite import Equations, Exponents
from lemmata.tools.real.zeros import Zero, rational_rows

_UNKNOWNS = 12_000
_ROWS = 600
_LARGEST = 90  # of a matrix
_ROOM = 1e-7  # smallest eigenvalue that leaves room for rounding
_NO_WEIGHT = 1e-6  # of a product in the multiplier, where all have 1 together
_BITS = (24, 34, 44)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a certificate may be made of.

    Args:
        degree: of all summands, in weighted degrees.
        products: indices of what is known, with multiplicity, one tuple for each Gram matrix.
        strict: a product of positive things that must have a positive weight; None: not needed.
        multiplier: products of known things; their weighted sum, weights 1 in all, multiplies the goal.
        square: whether the square of the goal must have a positive weight in the sum.
    """

    degree: int
    products: tuple[tuple[int, ...], ...]
    strict: tuple[int, ...] | None = None
    multiplier: tuple[tuple[int, ...], ...] = ((),)
    square: bool = False


@dataclass(slots=True)
class _Block:
    known: tuple[int, ...]
    factor: Polynomial
    basis: list[Polynomial]
    role: str  # sum, strict, multiplier


def find_certificate(
    system: System,
    goal: Polynomial,
    shape: Shape,
    *,
    zeros: Sequence[Zero] = (),
    weights: Sequence[int] = (),
    deadline: float,
) -> Json:
    """A proof for `check_identity` that the goal is ≥ 0 (> 0 where the shape says so), or None.

    Args:
        system: gives what is known.
        goal: the polynomial.
        shape: what to look for.
        zeros: points where everything known holds (in the closure) and the goal is 0.
        weights: of the variables; empty: 1 each.
        deadline: of `time.monotonic`.
    """
    search = _Search(system, goal, shape, tuple(weights) or (1,) * system.ring.nvars(), deadline)
    search.prepare(zeros)
    for _ in range(3):
        if not search.blocks or search.too_large() or time.monotonic() > deadline:
            return None
        equations = search.equations()
        fits = len(equations.places) <= _ROWS and time.monotonic() < deadline
        found = equations.solve(deadline=deadline) if fits else None
        if found is None:
            return None
        for bits in _BITS if found.room > _ROOM else ():
            exact = equations.exact(found, bits=bits)
            proof = search.written(exact) if exact is not None else None
            if proof is not None or time.monotonic() > deadline:
                return proof
        if not search.reduce_numerically(found.matrices):
            return None
    return None


class _Search:
    def __init__(
        self, system: System, goal: Polynomial, shape: Shape, weights: tuple[int, ...], deadline: float
    ) -> None:
        self.system, self.goal, self.shape, self.weights, self.deadline = system, goal, shape, weights, deadline
        self.flint = load_flint()
        self.ring = system.ring
        self.one = self.ring.from_dict({(0,) * self.ring.nvars(): 1})
        self.blocks: list[_Block] = []
        self.equalities: list[tuple[int, Polynomial]] = []
        self.used = self.variables()

    def variables(self) -> list[int]:
        polynomials = [self.goal, *(self.system.known[i].polynomial for p in self.shape.products for i in p)]
        polynomials += [k.polynomial for k in self.system.known if k.sign == "="]
        return [i for i in range(self.ring.nvars()) if any(p.degrees()[i] > 0 for p in polynomials if p)]

    def weighted(self, exponents: Exponents) -> int:
        return int(sum(e * w for e, w in zip(exponents, self.weights, strict=True)))

    def degrees(self, polynomial: Polynomial) -> set[int]:
        return {self.weighted(m) for m in polynomial.monoms()}

    def product(self, known: tuple[int, ...]) -> Polynomial:
        made = self.one
        for index in known:
            made = made * self.system.known[index].polynomial
        return made

    # The unknowns

    def prepare(self, zeros: Sequence[Zero]) -> None:
        factors = [self.product(m) for m in self.shape.multiplier]
        targets = {d for m in factors for d in self.degrees(m * self.goal)}
        ideal = [(i, k.polynomial) for i, k in enumerate(self.system.known) if k.sign == "="]
        homogeneous = len(targets) == 1 and all(len(self.degrees(h)) == 1 for _, h in ideal)
        top = max(self.shape.degree, *targets)
        for known in self.shape.products:
            factor = self.product(known)
            own = self.degrees(factor)
            if max(own) > top or (homogeneous and (len(own) > 1 or (top - max(own)) % 2)):
                continue
            half = (top - max(own)) // 2
            if (
                math.comb(max(0, half + len(self.used) - homogeneous), half) > 2 * _LARGEST
                or time.monotonic() > self.deadline
            ):
                self.blocks = []
                return
            basis = self.monomials(half, exact=homogeneous)
            if basis:
                self.blocks.append(_Block(known, factor, basis, "sum"))
        for index, h in ideal:
            left = top - max(self.degrees(h))
            for monomial in self.monomials(left, exact=homogeneous) if left >= 0 else ():
                self.equalities.append((index, monomial))
        self.drop_corners(factors)
        for block in self.blocks:
            rows = list(rational_rows(zeros, block.factor, block.basis))
            if rows:
                self.restrict(block, rows)
        self.blocks = [b for b in self.blocks if b.basis]
        if self.shape.strict is not None:
            self.blocks.append(_Block(self.shape.strict, self.product(self.shape.strict), [self.one], "strict"))
        if self.shape.square:
            self.blocks.append(_Block((), self.one, [self.goal], "strict"))
        if len(factors) > 1:
            self.blocks += [
                _Block(k, f, [self.one], "multiplier") for k, f in zip(self.shape.multiplier, factors, strict=True)
            ]

    def monomials(self, degree: int, *, exact: bool) -> list[Polynomial]:
        found: list[Exponents] = []

        def extend(place: int, left: int, made: list[int]) -> None:
            if place == len(self.used):
                if not exact or left == 0:
                    full = [0] * self.ring.nvars()
                    for index, e in zip(self.used, made, strict=True):
                        full[index] = e
                    found.append(tuple(full))
                return
            weight = self.weights[self.used[place]]
            for e in range(left // weight + 1):
                extend(place + 1, left - e * weight, [*made, e])

        extend(0, degree, [])
        return [self.ring.from_dict({m: 1}) for m in found]

    def drop_corners(self, factors: list[Polynomial]) -> None:
        """Leave out monomials whose squares nothing else could cancel."""
        goals = {m for f in factors for m in (f * self.goal).monoms()}
        fixed = {m for i, q in self.equalities for m in (q * self.system.known[i].polynomial).monoms()}
        while time.monotonic() < self.deadline:
            mixed: set[Exponents] = set(fixed)
            squares: dict[Exponents, list[tuple[_Block, Polynomial]]] = {}
            for block in self.blocks:
                terms = list(block.factor.to_dict().items())
                exps = [b.monoms()[0] for b in block.basis]
                for (g, c), (i, x) in itertools.product(terms, enumerate(exps)):
                    square = tuple(2 * e + f for e, f in zip(x, g, strict=True))
                    if c > 0:
                        squares.setdefault(square, []).append((block, block.basis[i]))
                    else:
                        mixed.add(square)
                    mixed.update(tuple(a + b + f for a, b, f in zip(x, y, g, strict=True)) for y in exps[i + 1 :])
            lost = [pair for m, pairs in squares.items() if m not in mixed and m not in goals for pair in pairs]
            if not lost:
                return
            for block in self.blocks:
                gone = {str(p) for b, p in lost if b is block}
                block.basis = [p for p in block.basis if str(p) not in gone]

    def restrict(self, block: _Block, rows: list[list[Any]]) -> None:
        """Keep the combinations of the basis that are orthogonal to all rows."""
        reduced, rank = self.flint.fmpq_mat(rows).rref()
        pivots = [next(j for j in range(len(block.basis)) if reduced[i, j] != 0) for i in range(rank)]
        kept = []
        for j in (j for j in range(len(block.basis)) if j not in pivots):
            made = block.basis[j]
            for i, pivot in enumerate(pivots):
                made = made - block.basis[pivot] * reduced[i, j]
            kept.append(made)
        block.basis = kept

    def too_large(self) -> bool:
        unknowns = sum(len(b.basis) * (len(b.basis) + 1) // 2 for b in self.blocks) + len(self.equalities)
        return unknowns > _UNKNOWNS or any(len(b.basis) > _LARGEST for b in self.blocks)

    # The linear identity

    def equations(self) -> Equations:
        """The identity, in the unknowns of the blocks and of the equalities."""
        sizes = [len(b.basis) for b in self.blocks]
        found: list[dict[Exponents, Any]] = []
        for block in self.blocks:
            factor = block.factor if block.role != "multiplier" else -(block.factor * self.goal)
            for j in range(len(block.basis)):
                inner = factor * block.basis[j]
                found += [(inner * block.basis[i] * (1 if i == j else 2)).to_dict() for i in range(j + 1)]
            if block.role == "multiplier":
                found[-1][_UNIT] = self.flint.fmpq(1)
        found += [(q * self.system.known[i].polynomial).to_dict() for i, q in self.equalities]
        if len(self.shape.multiplier) > 1:
            return Equations(found, {_UNIT: self.flint.fmpq(1)}, sizes)
        return Equations(found, (self.product(self.shape.multiplier[0]) * self.goal).to_dict(), sizes)

    def reduce_numerically(self, matrices: list[Any]) -> bool:
        """Take out directions in which the matrices vanish, where they look rational; whether there are any."""
        changed = False
        for block, matrix in zip(self.blocks, matrices, strict=True):
            if block.role == "multiplier" and matrix[0, 0] < _NO_WEIGHT:
                block.basis, changed = [], True
            if block.role != "sum":
                continue
            values, vectors = np.linalg.eigh(matrix)
            small = values < 1e-5 * max(1.0, values[-1])
            if not small.any():
                continue
            rows = _rational_rows(vectors[:, small].T)
            if rows is None:
                continue
            changed = True
            self.restrict(block, [[self.flint.fmpq(v.numerator, v.denominator) for v in row] for row in rows])
        self.blocks = [b for b in self.blocks if b.basis]
        return changed

    def written(self, solution: list[Any]) -> Json:
        """The proof that an exact solution is, or None where a matrix is not semidefinite."""
        proof: dict[str, list[Json]] = {"multiplier": [], "sum": [], "equalities": []}
        at = 0
        for block in self.blocks:
            size = len(block.basis)
            gram = [[self.flint.fmpq(0)] * size for _ in range(size)]
            for j in range(size):
                for i in range(j + 1):
                    gram[i][j] = gram[j][i] = solution[at]
                    at += 1
            if not is_semidefinite(gram):
                return None
            basis = [str(p) for p in block.basis]
            texts = [[str(v) for v in row] for row in gram]
            role = "multiplier" if block.role == "multiplier" else "sum"
            proof[role].append({"known": list(block.known), "basis": basis, "gram": texts})
        if not proof["multiplier"]:
            proof["multiplier"] = [unit_block(self.shape.multiplier[0])]
        factors: dict[int, Polynomial] = {}
        for (index, monomial), value in zip(self.equalities, solution[at:], strict=True):
            factors[index] = factors.get(index, 0) + monomial * value
        proof["equalities"] = [{"known": i, "times": str(p)} for i, p in factors.items() if p]
        return proof


_UNIT: Exponents = (-1,)
"""The row that makes the multiplier's weights sum to 1."""


def unit_block(known: tuple[int, ...]) -> Json:
    """The product of known things, as a block."""
    return {"known": list(known), "basis": ["1"], "gram": [["1"]]}


def _rational_rows(rows: Any) -> list[list[Fraction]] | None:
    """A basis of the same space with small rational entries, or None."""
    made = np.array(rows, dtype=float)
    place = 0
    for column in range(made.shape[1]):
        if place == len(made):
            break
        best = place + int(np.argmax(np.abs(made[place:, column])))
        if abs(made[best, column]) < 0.05:
            continue
        made[[place, best]] = made[[best, place]]
        made[place] /= made[place, column]
        for other in range(len(made)):
            if other != place:
                made[other] -= made[other, column] * made[place]
        place += 1
    if place < len(made):
        return None
    exact = [[Fraction(float(v)).limit_denominator(60) for v in row] for row in made]
    error = max(
        abs(float(e) - v) for row, values in zip(exact, made, strict=True) for e, v in zip(row, values, strict=True)
    )
    return exact if error < 2e-3 else None
