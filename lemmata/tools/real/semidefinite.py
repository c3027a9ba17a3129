"""Linear equations between the entries of positive semidefinite matrices and free numbers: solved, then made exact.

Matrices stand in the list of unknowns one after another, each as its upper triangle by columns; free unknowns follow.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import clarabel
import numpy as np
from scipy import linalg, sparse

from lemmata.provers.real.polynomials import load_flint

Exponents: TypeAlias = tuple[int, ...]
_USABLE = ("Solved", "AlmostSolved", "InsufficientProgress")
_ITERATIONS = 80
_OFF = 1e-4  # of an equation that counts as kept, relative to the solution


@dataclass(frozen=True, slots=True)
class Found:
    """A numerical solution.

    Args:
        room: the smallest eigenvalue of all matrices, which was made as large as it can be, up to 1.
        matrices: in their order.
        free: the other unknowns.
        rows: places of equations that the others follow from.
    """

    room: float
    matrices: list[Any]
    free: Any
    rows: list[int]


class Equations:
    """One equation for each monomial.

    Args:
        terms: for each unknown, its coefficients by monomial.
        target: the right sides.
        sizes: of the matrices.
    """

    def __init__(self, terms: list[dict[Exponents, Any]], target: dict[Exponents, Any], sizes: list[int]) -> None:
        rows = sorted({m for c in (*terms, target) for m in c})
        self.terms, self.sizes = terms, sizes
        self.places = {m: i for i, m in enumerate(rows)}
        self.target = [target.get(m, 0) for m in rows]

    def solve(self, *, deadline: float) -> Found | None:
        """A solution with as much room as there is, or None."""
        count, entries = len(self.terms), sum(s * (s + 1) // 2 for s in self.sizes)
        scale = np.ones(count)  # the solver wants entries off the diagonal multiplied by √2
        scale[[at for at, i, j in self.entries() if i != j]] = np.sqrt(0.5)
        whole, wanted = self.numeric(scale)
        rows = _independent_rows(whole.toarray()[:, :count])
        diagonal = np.zeros((entries, 1))
        diagonal[[at for at, i, j in self.entries() if i == j]] = 1.0
        gram = [-sparse.identity(entries), sparse.csc_matrix((entries, count - entries)), diagonal]
        cap = sparse.csc_matrix(([1.0], ([0], [count])), shape=(1, count + 1))
        stacked = sparse.vstack([whole.tocsr()[rows], cap, sparse.hstack(gram)], format="csc")
        cones = [
            clarabel.ZeroConeT(len(rows)),
            clarabel.NonnegativeConeT(1),
            *map(clarabel.PSDTriangleConeT, self.sizes),
        ]
        objective = np.zeros(count + 1)
        objective[count] = -1.0
        settings = clarabel.DefaultSettings()
        settings.verbose, settings.max_iter = False, _ITERATIONS
        settings.time_limit = max(0.1, deadline - time.monotonic())
        offset = np.concatenate([wanted[rows], [1.0], np.zeros(entries)])
        quadratic = sparse.csc_matrix((count + 1, count + 1))
        told = clarabel.DefaultSolver(quadratic, objective, stacked, offset, cones, settings).solve()
        x = np.array(told.x)
        if str(told.status) not in _USABLE or not np.all(np.isfinite(x)):
            return None
        if np.abs(whole @ x - wanted).max() > _OFF * max(1.0, np.abs(x).max()):
            return None
        values = x[:count] * scale
        return Found(float(x[count]), self.matrices(values), values[entries:], rows)

    def entries(self) -> Iterator[tuple[int, int, int]]:
        """Place among the unknowns, row and column of each entry of a matrix."""
        at = 0
        for size in self.sizes:
            for j in range(size):
                for i in range(j + 1):
                    yield at, i, j
                    at += 1

    def numeric(self, scale: Any) -> tuple[Any, Any]:
        """The equations in floating point, with a last column for the room; each row divided by its largest entry."""
        found = [
            (self.places[m], column, float(c.p) / float(c.q) * scale[column])
            for column, terms in enumerate(self.terms)
            for m, c in terms.items()
        ]
        rows, columns, values = zip(*found, strict=True) if found else ((), (), ())
        matrix = sparse.csc_matrix((values, (rows, columns)), shape=(len(self.places), len(self.terms) + 1))
        size = np.abs(matrix).max(axis=1).toarray().ravel()
        size[size == 0] = 1
        target = np.array([float(c.p) / float(c.q) if c else 0.0 for c in self.target])
        return sparse.diags(1 / size) @ matrix, target / size

    def matrices(self, values: Any) -> list[Any]:
        """The matrices among unknowns."""
        made, at = [], 0
        for size in self.sizes:
            upper = np.zeros((size, size))
            for j in range(size):
                upper[: j + 1, j] = values[at : at + j + 1]
                at += j + 1
            made.append(upper + np.triu(upper, 1).T)
        return made

    def exact(self, found: Found, *, bits: int) -> list[Any] | None:
        """The solution rounded to that many binary places and moved onto the equations, where that is possible."""
        flint, unit = load_flint(), 1 << bits
        rounded = [m[i, j] for m in found.matrices for j in range(len(m)) for i in range(j + 1)]
        start = [flint.fmpq(round(float(v) * unit), unit) for v in (*rounded, *found.free)]
        residual = list(self.target)
        self.subtract(residual, start)
        moved = self.least(residual, found.rows)
        if moved is None:
            return None
        self.subtract(residual, moved)
        return None if any(residual) else [a + b for a, b in zip(start, moved, strict=True)]

    def subtract(self, residual: list[Any], values: list[Any]) -> None:
        for value, terms in zip(values, self.terms, strict=True):
            for m, c in terms.items() if value else ():
                residual[self.places[m]] -= c * value

    def least(self, residual: list[Any], rows: list[int]) -> list[Any] | None:
        """The smallest change that makes up for the residual in these rows."""
        flint, order = load_flint(), {row: i for i, row in enumerate(rows)}
        inside = [
            [(order[self.places[m]], c) for m, c in terms.items() if self.places[m] in order] for terms in self.terms
        ]
        products: list[dict[int, Any]] = [{} for _ in rows]
        for items in inside:
            for (i, a), (j, b) in itertools.product(items, items):
                products[i][j] = products[i].get(j, 0) + a * b
        square = flint.fmpq_mat([[row.get(j, 0) for j in range(len(rows))] for row in products])
        try:
            solved = square.solve(flint.fmpq_mat([[residual[row]] for row in rows]))
        except ZeroDivisionError:  # rows that only looked independent
            return None
        return [sum((c * solved[i, 0] for i, c in items), flint.fmpq(0)) for items in inside]


def _independent_rows(matrix: Any) -> list[int]:
    """Places of rows that span the others."""
    triangle, order = linalg.qr(matrix.T, mode="r", pivoting=True)
    sizes = np.abs(np.diagonal(triangle))
    return sorted(int(i) for i in order[: int((sizes > 1e-9 * max(1.0, sizes[0])).sum())])
