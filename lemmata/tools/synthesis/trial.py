"""Trying definitions on a specification while searching, within one deadline; the checker decides again."""

from __future__ import annotations

import time

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.formats.smtlib import Defined, write_defined, write_script
from lemmata.formats.sygus import Specification
from lemmata.provers.base import Backends
from lemmata.provers.smt.evaluate import Value, read_values
from lemmata.provers.smt.implementation import query_with, read_definitions
from lemmata.provers.smt.solver import SolverAnswer, Status, solve


class Trial:
    """What asks z3 during one call of a proposer."""

    def __init__(self, specification: Specification, backends: Backends, limits: Limits) -> None:
        self.specification, self._backends, self._memory_mb = specification, backends, limits.memory_mb
        self._deadline = time.monotonic() + 0.9 * limits.wall_s

    def left(self) -> float:
        """Seconds."""
        return self._deadline - time.monotonic()

    def ask(self, script: str, *, at_most: float = 1e9) -> SolverAnswer:
        wall_s = min(self.left(), at_most)
        if wall_s < 0.02:
            return SolverAnswer(status=Status.TIMEOUT, reason="no time was left", solver="z3")
        return solve(script, self._backends, wall_s=wall_s, memory_mb=self._memory_mb)

    def holds(self, made: tuple[Defined, ...], *, at_most: float = 1e9) -> bool:
        """Whether the definitions are what was asked for, grammar included, and z3 finds them right."""
        try:
            read_definitions("\n".join(map(write_defined, made)), self.specification)
        except BadInput:
            return False
        text = write_script(query_with(self.specification, made), named=False)
        return self.ask(text, at_most=at_most).status is Status.UNSAT

    def counterexample(self, made: tuple[Defined, ...]) -> dict[str, Value] | None:
        """Values of the specification's variables for which a constraint fails; None where z3 gives none."""
        query = query_with(self.specification, made)
        told = self.ask(write_script(query, named=False))
        if told.status is not Status.SAT:
            return None
        given = {d.name: told.model[d.name] for d in query.declarations if d.name in told.model}
        zero: dict[str, Value] = {n: (False if s.name == "Bool" else 0) for n, s in self.specification.variables}
        return {**zero, **read_values(given, query.declarations)}
