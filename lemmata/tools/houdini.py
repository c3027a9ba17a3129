"""Houdini: start from many guesses about each loop and drop those that fail until what is left is inductive.

Source: C. Flanagan and K. R. M. Leino, "Houdini, an annotation assistant for ESC/Java", FME 2001.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from itertools import combinations

from lemmata.errors import BadInput
from lemmata.formats.sexpr import quote
from lemmata.provers.base import Backends
from lemmata.provers.bmc import ir
from lemmata.provers.bmc.conditions import read_values, write
from lemmata.provers.bmc.formula import read_formula
from lemmata.provers.bmc.ir import System
from lemmata.provers.bmc.symbolic import Cut, Execution, Exits, Formula, State
from lemmata.provers.bmc.terms import FALSE
from lemmata.provers.smt.solver import Status, solve

_MOST_NAMES = 8
_MOST_CONSTANTS = 8


def find_invariants(system: System, backends: Backends, *, wall_s: float) -> list[str] | None:
    """For each loop the conjunction of the guesses that survive; None where time ran out first."""
    try:
        return _dropping(system, backends, wall_s)
    except BadInput:  # so many and so long names that the guesses are too long a text
        return None


def _dropping(system: System, backends: Backends, wall_s: float) -> list[str] | None:
    ends = time.monotonic() + wall_s
    guesses = _guesses(system)
    while time.monotonic() < ends:
        execution = _Guessing(system, invariants=[read_formula(_all(g)) for g in guesses], guesses=guesses)
        execution.run()
        failing = execution.terms.any_(t for _, _, t in execution.claims)
        if failing == FALSE:
            return [_all(g) for g in guesses]
        script = write(execution.terms, [*execution.constraints, failing], "integers")
        told = solve(script, backends, wall_s=max(0.1, ends - time.monotonic()))
        if told.status is Status.UNSAT:
            return [_all(g) for g in guesses]
        if told.status is not Status.SAT:
            return None
        found = execution.terms.evaluate([t for *_, t in execution.claims], read_values(execution.terms, told.model))
        wrong = {(number, text) for number, text, t in execution.claims if found[t]}
        if not wrong:
            return None
        guesses = [[text for text in g if (number, text) not in wrong] for number, g in enumerate(guesses)]
    return None


def _all(texts: list[str]) -> str:
    return f"(and true {' '.join(texts)})"


@dataclass
class _Names(Execution):
    """Which variables each loop can speak about."""

    seen: dict[int, list[str]] = field(default_factory=dict)

    def loop(self, stmt: ir.Loop, state: State, exits: Exits) -> State | None:
        changed = ir.assigned(stmt.body, self.system.arrays)
        self.seen[stmt.number] = sorted(state.env, key=lambda name: (name not in changed, name))[:_MOST_NAMES]
        for name in sorted(changed & state.env.keys()):
            state.env[name] = self.fresh("v", self.type_of(name))
        self.block(stmt.body, State(state.guard, dict(state.env)), exits)
        return self.merge(exits.pop(stmt.label, ()))


@dataclass
class _Guessing(Cut):
    """Claims every guess by itself, at first and after each round."""

    guesses: list[list[str]] = field(default_factory=list)
    claims: list[tuple[int, str, int]] = field(default_factory=list)

    def _claim(self, kind: str, stmt: ir.Loop, state: State, invariant: Formula) -> None:
        for text in self.guesses[stmt.number]:
            holds = read_formula(text)(self.terms, state.env)
            self.claims.append((stmt.number, text, self.terms.and_(state.guard, self.terms.not_(holds))))


def _guesses(system: System) -> list[list[str]]:
    execution = _Names(system)
    execution.run()
    near = sorted({c + d for c in system.constants for d in (-1, 0, 1)} | {0, 1}, key=abs)[:_MOST_CONSTANTS]
    numbers = [str(c) if c >= 0 else f"(- {-c})" for c in near]
    return [_about([quote(n) for n in execution.seen.get(i, [])], numbers) for i in range(len(system.loops))]


def _about(names: list[str], numbers: list[str]) -> list[str]:
    found = [f"({op} {name} {number})" for name in names for number in numbers for op in ("<=", ">=")]
    for a, b in combinations(names, 2):
        found += [f"({op} {a} {b})" for op in ("<=", ">=")]
        for number in numbers[:4]:
            found += [f"({op} ({sign} {a} {b}) {number})" for op in ("<=", ">=") for sign in ("-", "+")]
    return found
