"""`lemmata chat`: the conversation of `lemmata.Chat()` in a terminal, or one turn from a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lemmata.commands.options import Home, Lean, Sandbox, Unsafe, positive

if TYPE_CHECKING:
    from lemmata.chat import Chat
    from lemmata.chat.parts import Part, Reply

PROMPT, MORE = "› ", "… "
BETWEEN = "---"
"""The line between two turns that come through a pipe."""
_GOES_ON = (":", "{", ":=", " by", " where", " with", "=>")


def chat(
    model: Annotated[str | None, typer.Option(help="Chat model (LEMMATA_MODEL); none: only what is formal.")] = None,
    base_url: Annotated[str | None, typer.Option(help="OpenAI-compatible endpoint (OPENAI_BASE_URL).")] = None,
    wall: Annotated[float, typer.Option("--wall", "--budget", help="Seconds for each problem.")] = 60.0,
    lean: Lean = None,
    home: Home = None,
    sandbox: Sandbox = None,
    unsafe_no_sandbox: Unsafe = False,
) -> None:
    """Talk: claims, Lean, programs, commands, questions. A pipe is one turn; exit 0: solved, 1: not, 2: bad input."""
    from lemmata.chat import Chat
    from lemmata.environment import load_settings

    settings = load_settings(
        model=model,
        base_url=base_url,
        lean=lean,
        home=home,
        sandbox=sandbox,
        unsafe_no_sandbox=unsafe_no_sandbox or None,
    )
    with Chat(budget=positive("--wall", wall), settings=settings) as conversation:
        if sys.stdin.isatty():
            _talk(conversation, settings.home / "chat_history")
        else:
            raise typer.Exit(_piped(conversation, sys.stdin.buffer.read().decode("utf-8", "replace")))


def read_input(read: Callable[[str], str]) -> str:
    r"""One turn as it is typed. It goes on behind a line that ends in `\`, up to an empty line behind one that opens a
    block (`:= by`, `:`, `{`), and between `\"\"\"` or between fences.

    Args:
        read: given a prompt, the next line.

    Raises:
        EOFError: there is no more input.
    """
    lines = [read(PROMPT)]
    first = lines[0].strip()
    for mark in ('"""', "```"):
        if first.startswith(mark) and not (len(first) > 3 and first.endswith(mark)):
            while lines[-1].strip() != mark or len(lines) == 1:
                lines.append(read(MORE))
            return "\n".join(lines[1:-1] if mark == '"""' else lines)
    if first.startswith('"""') and len(first) >= 6:
        return first[3:-3]
    while lines[-1].endswith("\\"):
        lines[-1] = lines[-1][:-1]
        lines.append(read(MORE))
    if lines[-1].rstrip().endswith(_GOES_ON):
        while line := read(MORE):
            lines.append(line)
    return "\n".join(lines)


def exit_code(reply: Reply) -> int:
    """0: solved, or nothing was to be solved; 1: not; 2: bad input, or a certificate that is refused."""
    from lemmata.agents.repairs import Repair
    from lemmata.api import Rechecked
    from lemmata.chat.parts import Compared, Found, Open
    from lemmata.provers.answers.same.sameness import Same

    code = 2 if reply.error else 130 if reply.interrupted else 0
    for part in reply.parts:
        match part:
            case Found(solution=solution):
                code = max(code, 0 if solution.solved else 1)
            case Open():
                code = max(code, 1)
            case Compared(found=found):
                code = max(code, 0 if isinstance(found, Same) else 1)
            case Rechecked(verdict=verdict):
                code = max(code, 2 if verdict is None else 0)
            case Repair(outcome=outcome):
                code = max(code, outcome.value)
    return code


def _talk(conversation: Chat, history: Path) -> None:
    print(f"lemmata: model {conversation.model or 'none'}; `help` says what there is, Ctrl-D ends", flush=True)
    with _History(history):
        while True:
            try:
                text = read_input(input)
            except KeyboardInterrupt:
                print()
                continue
            except EOFError:
                print()
                return
            if text.strip():
                _answer(conversation, text, steps=True)


def _piped(conversation: Chat, text: str) -> int:
    turns: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip() == BETWEEN:
            turns.append([])
        else:
            turns[-1].append(line)
    return max(exit_code(_answer(conversation, "\n".join(lines), steps=False)) for lines in turns)


def _answer(conversation: Chat, text: str, *, steps: bool) -> Reply:
    """Print the parts of an answer as they come, mistakes on standard error."""
    for part in conversation.stream(text):
        _print(part, steps=steps)
    return conversation.history[-1]


def _print(part: Part, *, steps: bool) -> None:
    from lemmata.chat.parts import Happened, Said, as_text, step_in_words

    if isinstance(part, Happened):
        words = step_in_words(part.event) if steps else ""
        if words:
            print(f"\033[2m  · {words}\033[0m", flush=True)
    elif isinstance(part, Said) and part.tone == "error":
        print(f"lemmata: {part.text}", file=sys.stderr, flush=True)
    else:
        print(as_text(part), flush=True)


class _History:
    """Lines that were typed, in this conversation and in those before it; nothing without readline."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        with suppress(ImportError, OSError):
            import readline

            readline.set_history_length(1_000)
            readline.read_history_file(self._path)

    def __exit__(self, *_: object) -> None:
        with suppress(ImportError, OSError):
            import readline

            self._path.parent.mkdir(parents=True, exist_ok=True)
            readline.write_history_file(self._path)
