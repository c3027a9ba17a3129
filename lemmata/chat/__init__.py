"""A conversation that works with and without a chat model, and remembers what was defined and found.

    >>> chat = Chat()
    >>> chat.ask("∀ x : Int, x < x + 1")
    r1: proved (0.4 s)

It is read first (`reading`), done with a desk of back-ends that stay warm (`desk`), and answered piece by piece
(`parts`). What is told as proved comes from a Solution; what a model says is told as what a model says.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Iterator
from importlib import import_module
from types import TracebackType
from typing import TYPE_CHECKING, Self

from lemmata.api import budget_of, chat_maker
from lemmata.budget import Budget
from lemmata.chat.commands import take_turn
from lemmata.chat.desk import Desk
from lemmata.chat.memory import Memory
from lemmata.chat.parts import Part, Reply, Said
from lemmata.chat.work import Work
from lemmata.config import Settings
from lemmata.environment import load_settings
from lemmata.errors import LemmataError
from lemmata.provers.base import Backends
from lemmata.verdict import Solution

if TYPE_CHECKING:
    from lemmata.agents.llm import ChatModel

__all__ = ["Chat", "Reply"]
_log = logging.getLogger(__name__)


class Chat:
    """A conversation.

    Args:
        model: name of a chat model, or the model itself; None: LEMMATA_MODEL, and without it only what is formal.
        budget: for each problem: allowances, or seconds on the clock.
        settings: where things are; None: the environment.

    Raises:
        BadInput: a budget that is none, or settings that can't be read.
    """

    def __init__(
        self,
        model: str | ChatModel | None = None,
        budget: Budget | float | None = None,
        settings: Settings | None = None,
    ) -> None:
        settings = settings or load_settings()
        name, make_chat = chat_maker(settings, model)
        self.history: list[Reply] = []
        self._work: Work[Part] | None = None
        self._desk = Desk(
            settings=settings,
            backends=Backends(settings),
            budget=budget_of(budget),
            model=name,
            make_chat=make_chat,
            memory=Memory(),
            emit=_nobody,
        )

    @property
    def memory(self) -> Memory:
        """Definitions, claims and results."""
        return self._desk.memory

    @property
    def model(self) -> str:
        """The chat model's name; empty: there is none."""
        return self._desk.model

    @property
    def last(self) -> Solution | None:
        """The newest solution."""
        kept = list(self.memory.results.values())
        return kept[-1].solution if kept else None

    def ask(self, text: str) -> Reply:
        """The answer to a turn: a claim, a program, Lean, SMT-LIB, the path of a file, a command or a question.

        In a notebook it is shown as it comes. A mistake is told in the reply, in one line; nothing is raised.
        An interrupt ends the turn; the reply then holds what was found by then.
        """
        ipython = sys.modules.get("IPython")
        shell = ipython.get_ipython() if ipython is not None else None
        if getattr(shell, "kernel", None) is not None:  # shown as it comes, by the front door above us
            shown: Reply = import_module("lemmata.notebook.live").show_stream(self, self.stream(text))
            return shown
        for _ in self.stream(text):
            pass
        return self.history[-1]

    def stream(self, text: str) -> Iterator[Part]:
        """As `ask`, piece by piece as they come; the whole reply is then the last one of `history`."""
        return self.take(text, lambda desk, number: take_turn(text, desk, number=number))

    def take(self, text: str, turn: Callable[[Desk, int], Awaitable[None]]) -> Iterator[Part]:
        """A turn of which the front door knows already what it is.

        Args:
            text: what was typed, for the history.
            turn: given the desk and the turn's number, a coroutine that answers it.
        """
        number = len(self.history) + 1
        parts: list[Part] = []
        finished = False

        async def work(emit: Callable[[Part], None]) -> None:
            nonlocal finished
            self._desk.emit = emit
            try:
                await turn(self._desk, number)
            except asyncio.CancelledError:
                emit(Said("interrupted; what was found so far is kept"))
                raise
            except LemmataError as exc:
                emit(Said(_one_line(str(exc)), "error"))
            except RecursionError:
                emit(Said("it is nested too deeply", "error"))
            except Exception as exc:  # a fault of ours must not end the conversation
                _log.exception("turn %d", number)
                emit(Said(f"a fault in lemmata: {type(exc).__name__}: {_one_line(str(exc))}", "error"))
            finished = True

        self._work = Work(work)
        try:
            for part in self._work.items():
                parts.append(part)
                yield part
        finally:
            if not finished:
                self.close()  # what does not hear an interrupt loses its processes
            reply = Reply(text, parts, interrupted=not finished)
            self.history.append(reply)
            self.memory.said.append((text.strip(), repr(reply)))

    def use(self, model: str | ChatModel) -> None:
        """Ask another chat model from now on.

        Raises:
            BadInput: its settings can't be used.
        """
        self._desk.model, self._desk.make_chat = chat_maker(self._desk.settings, model)

    def interrupt(self) -> None:
        """End the turn that is running, from another thread; what it has found is kept."""
        if self._work is not None:
            self._work.stop()

    def close(self) -> None:
        """End the back-ends' processes; they are started again when they are needed."""
        self._desk.backends.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ipython_display_(self) -> None:
        import_module("lemmata.notebook.widget").display_chat(self)  # the front door above us, by name


def _nobody(part: Part) -> None:
    """Between turns nobody is told anything."""


def _one_line(text: str) -> str:
    return " ".join(text.split())
