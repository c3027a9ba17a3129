"""Certificates that a polynomial is positive wherever some others are: one identity, verified exactly.

    {"multiplier": BLOCKS, "sum": BLOCKS, "equalities": [{"known": 3, "times": "a - b"}, …]}
    BLOCKS = [{"known": [0, 2], "basis": ["a - b", "c"], "gram": [["2", "1"], ["1", "1/2"]]}, …]

states  multiplier · goal = sum + Σ times · (what is known to be 0). A block is the product of things known not to be
negative, times Σ gram[i][j] · basis[i] · basis[j] with a positive semidefinite matrix: it is never negative. It is
positive where all it multiplies is positive and its basis is a constant. With such a block in the sum the goal is
positive: were it not, the left side would not be. With one in the multiplier it is not negative; nor is it where a
block of the sum is the square of the goal itself. Source: Positivstellensatz certificates, e.g. Parrilo (2003).
"""

from __future__ import annotations

import re
import time
from typing import Any

from lemmata.errors import BadInput
from lemmata.problem import Json
from lemmata.provers.real.polynomials import Polynomial, load_flint, read_polynomial
from lemmata.provers.real.system import System

_BLOCKS = 400
_BASIS = 200
_TERMS = 200_000
_RATIONAL = re.compile(r"-?\d{1,20000}(?:/\d{1,20000})?\Z")


class OutOfTime(Exception):
    """The deadline passed before the identity was verified."""


def check_identity(system: System, goal: Polynomial, proof: Json, *, strict: bool, deadline: float) -> None:
    """Nothing, where the proof shows that the goal is ≥ 0 (strict: > 0) wherever the system's `known` holds.

    Args:
        system: gives the ring and what is known.
        goal: a polynomial of that ring.
        proof: see above.
        strict: whether the goal must be shown to be positive.
        deadline: of `time.monotonic`.

    Raises:
        BadInput: it does not show that; says what is wrong.
        OutOfTime: the deadline passed.
    """
    if not isinstance(proof, dict) or set(proof) != {"multiplier", "sum", "equalities"}:
        raise BadInput("expected multiplier, sum and equalities", place="proof")
    reading = _Reading(system, deadline)
    multiplier, settles = reading.blocks(proof["multiplier"], "proof.multiplier")
    total, positive = reading.blocks(proof["sum"], "proof.sum")
    if strict and not positive:
        raise BadInput("the sum is shown to be ≥ 0, not > 0", place="proof.sum")
    if not settles and not positive and not reading.squares(proof["sum"], goal):
        raise BadInput("the multiplier is not shown to be positive", place="proof.multiplier")
    if multiplier * goal != total + reading.equalities(proof["equalities"]):
        raise BadInput("multiplier · goal = sum + equalities is no identity", place="proof")


def evaluate_blocks(blocks: Json, system: System) -> Polynomial:
    """The sum of blocks.

    Raises:
        BadInput: they are no blocks of this system.
    """
    return _Reading(system, time.monotonic() + 60).blocks(blocks, "blocks")[0]


def is_semidefinite(matrix: list[list[Any]]) -> bool:
    """Whether an exact symmetric matrix is positive semidefinite, by elimination."""
    rows = [list(row) for row in matrix]
    for k, row in enumerate(rows):
        if row[k] < 0 or (row[k] == 0 and any(row[k:])):
            return False
        for i in range(k + 1, len(rows)):
            if row[i]:
                factor = row[i] / row[k]
                for j in range(i, len(rows)):
                    rows[i][j] -= factor * row[j]
    return True


class _Reading:
    def __init__(self, system: System, deadline: float) -> None:
        self.system, self.deadline = system, deadline
        self.zero = system.ring.from_dict({})
        self.one = system.ring.from_dict({(0,) * system.ring.nvars(): 1})

    def known(self, index: Json, place: str, *, zero: bool) -> Any:
        known = self.system.known
        if type(index) is not int or not 0 <= index < len(known):
            raise BadInput(f"expected the place of something known, 0 to {len(known) - 1}", place=place)
        if (known[index].sign == "=") is not zero:
            raise BadInput(f"what is known at {index} is {known[index].sign} 0", place=place)
        return known[index]

    def blocks(self, data: Json, place: str) -> tuple[Polynomial, bool]:
        """The sum of the blocks, and whether one of them is positive."""
        if not isinstance(data, list) or len(data) > _BLOCKS:
            raise BadInput(f"expected a list of at most {_BLOCKS} blocks", place=place)
        total, positive = self.zero, False
        for number, block in enumerate(data):
            made, strict = self.block(block, f"{place}[{number}]")
            total, positive = total + made, positive or strict
        return total, positive

    def block(self, data: Json, place: str) -> tuple[Polynomial, bool]:
        match data:
            case {"known": list(places), "basis": list(texts), "gram": list(gram), **rest} if not rest:
                pass
            case _:
                raise BadInput("expected known, basis and gram", place=place)
        if not 1 <= len(texts) <= _BASIS or len(places) > _BASIS:
            raise BadInput(f"expected a basis of 1 to {_BASIS} polynomials", place=place)
        factors = [self.known(i, place, zero=False) for i in places]
        basis = [read_polynomial(t, self.system.ring, place=f"{place}.basis") for t in texts]
        rows = _matrix(gram, len(basis), place)
        total = self.zero
        for i, row in enumerate(rows):
            inner = self.zero
            for j, value in enumerate(row):
                if value:
                    inner += basis[j] * value
            total += basis[i] * inner
            if time.monotonic() > self.deadline:
                raise OutOfTime
        if not is_semidefinite(rows):
            raise BadInput("the matrix is not positive semidefinite", place=f"{place}.gram")
        for factor in factors:
            total *= factor.polynomial
            if len(total) > _TERMS:
                raise BadInput(f"expected at most {_TERMS} terms when multiplied out", place=place)
            if time.monotonic() > self.deadline:
                raise OutOfTime
        constant = len(basis) == 1 and basis[0].is_constant() and bool(basis[0]) and rows[0][0] > 0
        return total, constant and all(f.sign == ">" for f in factors)

    def squares(self, blocks: list[Json], goal: Polynomial) -> bool:
        """Whether one of these blocks, read before, is the square of the goal with a positive weight."""
        for number, block in enumerate(blocks):
            if block["known"] or len(block["basis"]) != 1:
                continue
            place = f"proof.sum[{number}]"
            root = read_polynomial(block["basis"][0], self.system.ring, place=place)
            if root == goal and _rational(block["gram"][0][0], place) > 0:
                return True
        return False

    def equalities(self, data: Json) -> Polynomial:
        if not isinstance(data, list) or len(data) > _BLOCKS:
            raise BadInput(f"expected a list of at most {_BLOCKS} equalities", place="proof.equalities")
        total = self.zero
        for item in data:
            match item:
                case {"known": index, "times": text, **rest} if not rest:
                    factor = self.known(index, "proof.equalities", zero=True).polynomial
                    total += factor * read_polynomial(text, self.system.ring, place="proof.equalities")
                case _:
                    raise BadInput("expected known and times", place="proof.equalities")
        return total


def _matrix(gram: list[Json], size: int, place: str) -> list[list[Any]]:
    if len(gram) != size or not all(isinstance(row, list) and len(row) == size for row in gram):
        raise BadInput(f"expected {size} rows of {size} numbers", place=f"{place}.gram")
    rows = [[_rational(value, place) for value in row] for row in gram]
    if any(rows[i][j] != rows[j][i] for i in range(size) for j in range(i)):
        raise BadInput("the matrix is not symmetric", place=f"{place}.gram")
    return rows


def _rational(value: Json, place: str) -> Any:
    if not isinstance(value, str) or not _RATIONAL.match(value):
        raise BadInput("expected rational numbers as texts, such as -3/2", place=f"{place}.gram")
    above, _, below = value.partition("/")
    flint = load_flint()
    if below and flint.fmpz(below) == 0:
        raise BadInput("expected no denominator 0", place=f"{place}.gram")
    return flint.fmpq(flint.fmpz(above), flint.fmpz(below or 1))
