"""`%%lean`, `%%smt`, `%%check` and `%%ask`: cells of one conversation, which remembers their definitions."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, NoReturn

from IPython.core.error import UsageError

from lemmata.chat import Chat
from lemmata.chat.commands import take_turn
from lemmata.chat.desk import Desk
from lemmata.chat.lean import lean_turn
from lemmata.chat.matter import NotACommandError, check_program, matter
from lemmata.chat.parts import Reply
from lemmata.chat.reading import Formal
from lemmata.errors import BadInput, LemmataError
from lemmata.notebook.live import show_stream


class _Arguments(argparse.ArgumentParser):
    """Options of a cell; a mistake in them is one line."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self.prog}: {message}; {' '.join(self.format_usage().split())}")

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        raise UsageError(message or " ".join(self.format_usage().split()))


def _arguments(name: str) -> _Arguments:
    made = _Arguments(prog=f"%%{name}", add_help=False, allow_abbrev=False)
    made.add_argument("--wall", type=float, metavar="SECONDS")
    made.add_argument("--into", metavar="NAME")
    return made


class Cells:
    """The cells. They share one conversation: `%%lean` may use what an earlier `%%lean` or `%%ask` defined.

    Args:
        shell: IPython's, in which they run.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._chat: Chat | None = None

    def register(self) -> None:
        """Make the cells known to IPython."""
        for name, magic in (("lean", self.lean), ("smt", self.smt), ("check", self.check), ("ask", self.ask)):
            kind = "line_cell" if name == "ask" else "cell"
            self._shell.register_magic_function(magic, magic_kind=kind, magic_name=name)

    @property
    def chat(self) -> Chat:
        """The conversation; begun by the first cell.

        Raises:
            UsageError: it can't be begun, for the settings can't be read.
        """
        if self._chat is None:
            try:
                self._chat = Chat()
            except LemmataError as exc:
                raise UsageError(str(exc)) from None
        return self._chat

    def lean(self, line: str, cell: str) -> None:
        """Lean: definitions are kept, given proofs are checked, `by sorry` is looked for. `--wall 20 --into name`"""
        options = self._options(_arguments("lean"), line)
        self._take(cell, options, lambda desk, number: lean_turn(cell, desk, name=f"r{number}"))

    def smt(self, line: str, cell: str) -> None:
        """SMT-LIB: whether the assertions have a model. `--wall 20 --into name`"""
        options = self._options(_arguments("smt"), line)
        read = Formal(language="smtlib", source=cell)
        self._take(cell, options, lambda desk, number: matter(read, desk, f"r{number}"))

    def check(self, line: str, cell: str) -> None:
        """A Python or C program: violations. `--repair --integers unbounded --language c --wall 20 --into name`"""
        arguments = _arguments("check")
        arguments.add_argument("--repair", action="store_true")
        arguments.add_argument("--integers", choices=("machine", "unbounded"), default="machine")
        arguments.add_argument("--language", choices=("python", "c"))
        options = self._options(arguments, line)
        text = f"```{options.language}\n{cell}\n```" if options.language else cell

        async def turn(desk: Desk, number: int) -> None:
            desk.last = text
            try:
                await check_program(text, desk, f"r{number}", repair=options.repair, integers=options.integers)
            except NotACommandError:
                raise BadInput("expected a program in Python or C", place="%%check") from None

        self._take(cell, options, turn)

    def ask(self, line: str, cell: str | None = None) -> None:
        """Anything that a chat reads: claims, Lean, programs, commands, questions. `--model M --wall 20 --into name`"""
        arguments = _arguments("ask")
        arguments.add_argument("--model")
        if cell is None:  # %ask ∀ x : Int, x < x + 1
            options, text = self._options(arguments, ""), line
        else:
            options, text = self._options(arguments, line), cell
        if options.model is not None:
            try:
                self.chat.use(options.model)
            except LemmataError as exc:
                raise UsageError(f"--model: {exc}") from None
        self._take(text, options, lambda desk, number: take_turn(text, desk, number=number))

    def _options(self, arguments: _Arguments, line: str) -> argparse.Namespace:
        try:
            words = shlex.split(line)
        except ValueError as exc:
            raise UsageError(f"{arguments.prog}: {exc}") from None
        options = arguments.parse_args(words)
        if options.wall is not None and not options.wall > 0:
            raise UsageError(f"{arguments.prog}: --wall: expected seconds above 0, got {options.wall}")
        if options.into is not None and not options.into.isidentifier():
            raise UsageError(f"{arguments.prog}: --into: expected a name, got {options.into!r}")
        return options

    def _take(self, text: str, options: argparse.Namespace, turn: Callable[[Desk, int], Awaitable[None]]) -> None:
        """Answer a cell, show it as it comes, and keep its result as `_` and under the name that was asked for."""

        async def limited(desk: Desk, number: int) -> None:
            before = desk.budget
            if options.wall is not None:
                desk.budget = replace(before, wall_s=options.wall)
            try:
                if not text.strip():
                    raise BadInput("the cell is empty")
                await turn(desk, number)
            finally:
                if options.wall is not None:
                    desk.budget = before

        reply = show_stream(self.chat, self.chat.take(text, limited))
        self._keep(reply, options.into)

    def _keep(self, reply: Reply, into: str | None) -> None:
        result = reply.result
        if result is not None:
            self._shell.displayhook.update_user_ns(result)
        if into is not None:
            self._shell.user_ns[into] = result
