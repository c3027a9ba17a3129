"""Lean as a place to practise in, asked as LeanDojo's `Dojo` is: a state and a tactic give what comes of it.

    with Dojo(problem, backends) as (dojo, state):
        state = dojo.run_tac(state, "induction n")

`ProofFinished` is what the elaborating process says, and no verdict: `dojo.proof` gives the text, for a checker.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, TypeAlias

from lemmata.datasets.lean_dojo import Corpus
from lemmata.errors import BadInput
from lemmata.formats.lean import find_statements
from lemmata.problem import Problem
from lemmata.provers.base import Backends
from lemmata.provers.lean.failure import LeanFailed
from lemmata.provers.lean.imports import check_imports
from lemmata.provers.lean.interface import Failed, Goal, ProofState, StateGone, drop_states, open_goal, run_tactic
from lemmata.provers.lean.pin import pin
from lemmata.provers.lean.policy import check_source
from lemmata.provers.lean.worker import lean_of
from lemmata.tools.premise_symbols import read_symbols
from lemmata.tools.premises import Premise


@dataclass(frozen=True, slots=True)
class TacticState:
    """Open goals.

    Args:
        pp: as Lean prints them.
        id: the dojo's number for it.
        message: what the tactic printed; None: nothing.
        goals: the same, typed.
    """

    pp: str
    id: int = field(compare=False)
    message: str | None = field(default=None, compare=False)
    goals: tuple[Goal, ...] = field(default=(), compare=False, repr=False)

    @property
    def num_goals(self) -> int:
        """How many goals are open."""
        return len(self.goals)


@dataclass(frozen=True, slots=True)
class ProofFinished:
    """No goal is left."""

    tactic_state_id: int
    message: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class LeanError:
    """The tactic fails, or is not allowed."""

    error: str


TacticResult: TypeAlias = TacticState | ProofFinished | LeanError


class Dojo:
    """A theorem to be practised on; states stay usable whatever ends the process that keeps them.

    Args:
        problem: in Lean; its target names a theorem with an open proof.
        backends: whose Lean is asked.
        timeout: seconds for each tactic.
    """

    def __init__(self, problem: Problem, backends: Backends, *, timeout: float = 60.0) -> None:
        check_source(problem.source, place=problem.name)
        lean = lean_of(backends)
        self._worker, self._timeout = lean.elaborator, timeout
        self._pinned = pin(problem, mathlib=lean.toolchain.mathlib)
        check_imports(self._pinned.context, lean.toolchain, place=problem.name)
        self._states: dict[int, ProofState] = {}
        self._tactics: dict[int, tuple[str, ...]] = {}
        self._printed: dict[int, str] = {}

    def __enter__(self) -> tuple[Self, TacticState]:
        """The dojo and the theorem's own state.

        Raises:
            BadInput: the statement does not elaborate.
            LeanFailed: a limit was reached.
        """
        first = self._shown(open_goal(self._worker, self._pinned, wall_s=self._timeout), ())
        assert isinstance(first, TacticState)  # a theorem has a goal
        return self, first

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        drop_states(self._worker, tuple(self._states.values()))

    def run_tac(self, state: TacticState, tactic: str) -> TacticResult:
        """What comes of a tactic; one that reaches a limit is an error, and the states before it are made again.

        Raises:
            BadInput: the state is of another dojo.
        """
        if self._printed.get(state.id) != state.pp:
            raise BadInput("expected a state of this dojo", place=f"state {state.id}")
        try:
            found = self._step(state.id, tactic)
        except LeanFailed as exc:
            return LeanError(exc.text)
        if isinstance(found, Failed):
            return LeanError(found.text)
        return self._shown(found, (*self._tactics[state.id], tactic))

    def proof(self, finished: ProofFinished | TacticState) -> str:
        """The `by` block that led to a state, for a checker to judge."""
        tactics = self._tactics[finished.id if isinstance(finished, TacticState) else finished.tactic_state_id]
        return "by\n" + "\n".join(textwrap.indent(textwrap.dedent(t).strip("\n"), "  ") for t in tactics)

    def _step(self, number: int, tactic: str) -> ProofState | Failed:
        try:
            return run_tactic(self._worker, self._states[number], tactic, wall_s=self._timeout)
        except StateGone:
            self._states[number] = self._again(self._tactics[number])
            return run_tactic(self._worker, self._states[number], tactic, wall_s=self._timeout)

    def _again(self, tactics: tuple[str, ...]) -> ProofState:
        state = open_goal(self._worker, self._pinned, wall_s=self._timeout)
        for tactic in tactics:
            found = run_tactic(self._worker, state, tactic, wall_s=self._timeout)
            if isinstance(found, Failed):
                raise BadInput(f"a tactic that worked fails now: {found.text}", place=tactic)
            state = found
        return state

    def _shown(self, state: ProofState, tactics: tuple[str, ...]) -> TacticState | ProofFinished:
        number = len(self._tactics)
        self._states[number], self._tactics[number] = state, tactics
        message = "\n".join(state.said) or None
        if not state.goals:
            return ProofFinished(number, message)
        self._printed[number] = "\n\n".join(map(_printed, state.goals))
        return TacticState(self._printed[number], number, message, state.goals)


def _printed(goal: Goal) -> str:
    return f"case {goal.tag}\n{goal}" if goal.tag else str(goal)


def traced_premises(corpus: Corpus, path: str, line: int) -> Iterator[Premise]:
    """The accessible theorems of a traced repository as premises, their constants read from their text.

    Raises:
        BadInput: there is no such file in the corpus, or the code of a premise has a comment that never ends.
    """
    for traced in corpus.accessible(path, line):
        for stated in find_statements(traced.code)[:1]:
            text = traced.code[stated.statement[0] : stated.statement[1]].partition(" ")[2]
            yield Premise(name=traced.name, constants=tuple(sorted(read_symbols(text).names())))
