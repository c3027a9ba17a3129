"""What a turn works with: back-ends that stay open, the budget, the chat model, and whoever is told of each piece."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import anyio.to_thread

from lemmata.agents.partial import best_so_far
from lemmata.agents.run import Failed, MakeChat, Result, Run, create_run, work_run
from lemmata.budget import Budget, Limits, Spent
from lemmata.certificate import encode_certificate
from lemmata.chat.memory import Kept, Memory
from lemmata.chat.parts import Found, Happened, Part, Said
from lemmata.config import Settings
from lemmata.problem import Candidate, Problem
from lemmata.provers.base import Backends, Check
from lemmata.registry import CHECKERS, resolve
from lemmata.verdict import Accepted, Judgement, Solution, Unknown

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupted:
    """The work that was stopped: its run, and the name of what it looked for."""

    run: Run
    name: str


@dataclass(slots=True, kw_only=True)
class Desk:
    """Everything that a turn needs.

    Args:
        settings: where back-ends are.
        backends: kept open between turns.
        budget: for each problem.
        model: name of the chat model; empty: none.
        make_chat: gives its proposer; None: there is no model.
        memory: what is remembered.
        emit: told of each piece of the answer as it comes.
        stopped: the work that was interrupted last, to go on with.
        last: the program or Lean text of the last turn that had one, or its file.
    """

    settings: Settings
    backends: Backends
    budget: Budget
    model: str
    make_chat: MakeChat | None
    memory: Memory
    emit: Callable[[Part], None]
    stopped: Interrupted | None = None
    last: str = ""

    async def solve(self, problem: Problem, name: str, *, repair: bool = True) -> Solution:
        """Solve a problem, telling every event, and remember what came of it.

        Raises:
            LemmataError: it can't be worked on.
        """
        run = create_run(self.settings, [problem], budget=self.budget, model=self.model, repair=repair)
        return await self.go_on(run, name)

    async def go_on(self, run: Run, name: str) -> Solution:
        """As `solve`, for a run that was begun; when it is interrupted, what was found by then is kept."""
        results: list[Result] = []
        events: list[Mapping[str, Any]] = []
        started = time.monotonic()
        listen = _Listener(self.emit, events)
        try:
            await work_run(
                run,
                self.settings,
                on_result=lambda _, result: results.append(result),
                on_event=listen,
                make_chat=self.make_chat,
                backends=self.backends,
            )
        except asyncio.CancelledError:
            self.stopped = Interrupted(run=run, name=name)
            partial = best_so_far(run.problems[0], events, key="0", wall_s=time.monotonic() - started)
            self.keep(name, partial, run=run.name)
            raise
        (result,) = results
        if isinstance(result, Failed):
            raise result.error
        self.keep(name, result, run=run.name)
        return result

    async def judge(self, problem: Problem, candidate: Candidate) -> Judgement:
        """What the checker says of a candidate that the user gave."""
        check: Check = resolve(CHECKERS, "lemmata.provers", candidate.form)
        return await self.in_thread(check, problem, candidate, self.backends, Limits(wall_s=self.budget.wall_s))

    def keep(self, name: str, solution: Solution, *, run: str = "") -> None:
        """Remember and tell what came of a problem."""
        self.memory.results.pop(name, None)  # so that it becomes the newest
        self.memory.results[name] = Kept(solution=solution, run=run)
        self.emit(Found(name=name, solution=solution, run=run))

    async def in_thread(self, call: Callable[..., T], *args: Any) -> T:
        """Call what waits or computes, so that an interrupt is heard meanwhile."""
        return await anyio.to_thread.run_sync(functools.partial(call, *args), abandon_on_cancel=True)


def as_solution(problem: Problem, candidate: Candidate, accepted: Accepted, *, wall_s: float) -> Solution:
    """The solution that a candidate of the user's is, once a checker has accepted it."""
    known = not isinstance(accepted.verdict, Unknown)
    return Solution(
        problem=problem,
        answer=accepted.answer,
        verdict=accepted.verdict,
        certificate=encode_certificate(problem, candidate, accepted) if known else None,
        cost=Spent(checks=1, wall_s=wall_s),
    )


class _Listener:
    """Passes a run's events on, and the words of a chat model that stand in them."""

    def __init__(self, emit: Callable[[Part], None], events: list[Mapping[str, Any]]) -> None:
        self._emit = emit
        self._events = events
        self._heard = 0  # messages of the conversation with the model so far

    def __call__(self, event: Mapping[str, Any]) -> None:
        self._events.append(event)
        self._emit(Happened(event))
        memory = event.get("offer", {}).get("memory")
        messages = memory.get("messages") if isinstance(memory, dict) else None
        if not isinstance(messages, list):
            return
        for message in messages[self._heard :]:
            text = message.get("content")
            if message.get("role") == "assistant" and isinstance(text, str) and text.strip():
                self._emit(Said(text.strip(), "model"))
        self._heard = len(messages)
