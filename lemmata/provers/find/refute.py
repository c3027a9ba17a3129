"""Has solvers find scripts contradictory: z3 first, with its way of real arithmetic too, then cvc5."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from lemmata.provers.base import Backends
from lemmata.provers.smt.check import unsat_fault
from lemmata.provers.smt.solver import Status, installed, solve
from lemmata.verdict import Fault, Reason, Rejected, rejected

_FIRST_S = 4.0
_SECOND_S = 2.0
_REAL = "(check-sat-using (then simplify propagate-values solve-eqs qfnra-nlsat))"


class Refused(Exception):
    """The candidate is rejected."""

    def __init__(self, judged: Rejected) -> None:
        super().__init__()
        self.judged = judged


@dataclass
class Refuting:
    """The scripts of one check, within one deadline."""

    backends: Backends
    deadline: float
    memory_mb: int
    scripts: list[str] = field(default_factory=list)
    by: list[str] = field(default_factory=list)
    tools: dict[str, str] = field(default_factory=dict)

    def check_time(self) -> None:
        """Stop where no time is left."""
        if time.monotonic() > self.deadline:
            raise Refused(rejected("there was no time left to prove it", reason=Reason.TIMEOUT))

    def refute(self, script: str, what: str) -> Fault | None:
        """None where a solver finds no model; else why that is not shown."""
        if script in self.scripts:
            return None
        fault: Fault | None = None
        for solver, check, share in self.ways(script):
            self.check_time()
            left = min(share, self.deadline - time.monotonic())
            told = solve(
                script, self.backends, wall_s=max(0.1, left), memory_mb=self.memory_mb, solver=solver, check=check
            )
            if told.version:
                self.tools[solver] = told.version
            fault = unsat_fault(told, "content.answer")
            if fault is None:
                self.scripts.append(script)
                self.by.append(solver)
                return None
            fault = Fault(text=f"this is not shown: {what}: {fault.text}", place=fault.place, reason=fault.reason)
            if told.status is Status.SAT:
                return fault
        return fault

    def ways(self, script: str) -> list[tuple[str, str, float]]:
        real = not any(word in script for word in (" Int)", "declare-fun", "forall", "exists"))
        found = [("z3", _REAL, _FIRST_S)] if real else []
        found.append(("z3", "(check-sat)", _FIRST_S))
        if installed("cvc5"):
            found.append(("cvc5", "(check-sat)", _FIRST_S))
        return found

    def second_opinions(self) -> None:
        """Let the other solver contradict, for as long as there is time for second opinions."""
        end = min(self.deadline, time.monotonic() + _SECOND_S)
        for script, by in zip(self.scripts, self.by, strict=True):
            other = "cvc5" if by == "z3" else "z3"
            left = end - time.monotonic()
            if left < 0.05 or not installed(other):
                return
            told = solve(script, self.backends, wall_s=left, memory_mb=self.memory_mb, solver=other)
            if told.version:
                self.tools[other] = told.version
            if told.status is Status.SAT:
                raise Refused(rejected(f"{by} and {other} contradict each other", reason=Reason.DISAGREEMENT))
