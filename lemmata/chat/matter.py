"""What is typed, or stands in a file, and is no command: decided, answered, checked or asked of the chat model."""

from __future__ import annotations

from dataclasses import replace

from lemmata.api import find, reads_as_claim, theorem
from lemmata.chat.desk import Desk
from lemmata.chat.lean import lean_turn
from lemmata.chat.memory import mentions
from lemmata.chat.parts import Said
from lemmata.chat.reading import SUFFIX_OF, File, Formal, Words, read_matter, usage
from lemmata.datasets.files import asks_for_something, load_problems, read_problems, read_source
from lemmata.errors import BadInput
from lemmata.problem import Problem, Program, Question, Theorem

NO_MODEL = (
    "this is not a claim, Lean, SMT-LIB, a program or a command (`help` lists them), and a question in words needs a "
    "chat model: set LEMMATA_MODEL, or give `model`"
)


class NotACommandError(Exception):
    """It begins like a command but is none; the text is its usage."""


async def question(text: str, desk: Desk, name: str) -> None:
    """A question in words, for the chat model; only what it has shown by its tools becomes an answer.

    Raises:
        BadInput: there is no model.
    """
    if not desk.model:
        raise BadInput(NO_MODEL)
    await desk.solve(Question(name=name, source=desk.memory.told(text)), name)


async def matter(read: Formal | File, desk: Desk, name: str) -> None:
    """Something formal, typed or in a file: whatever it is is decided."""
    if isinstance(read, File):
        if read.path.suffix == ".lean":
            await lean_turn(read_source(read.path), desk, name=name)
            return
        problems = load_problems(read.path)
    elif read.language == "lean":
        await lean_turn(read.source, desk, name=name)
        return
    elif read.language == "claim":
        await claim(read.source, desk, name)
        return
    else:
        problems = typed(read, desk, name)
    for number, problem in enumerate(problems, 1):
        await desk.solve(problem, name if len(problems) == 1 else f"{name}.{number}")
        if problem.language == "python":
            keep_python(problem.source, desk)


def typed(read: Formal, desk: Desk, name: str) -> tuple[Problem, ...]:
    """The problems in a typed text; Python stands on the functions of earlier turns that it uses."""
    source = read.source if read.source.endswith("\n") else read.source + "\n"
    if read.language == "python":
        needed = desk.memory.needed_python(source)
        if needed:
            lines = needed.count("\n")
            desk.emit(Said(f"definitions of earlier turns are put before it: lines are counted from {lines + 1}"))
        source = needed + source
    suffix = SUFFIX_OF[read.language]
    try:
        return read_problems(name + suffix, source, suffix)
    except BadInput as exc:
        raise BadInput(exc.text, place=f"line {exc.place}" if exc.place[:1].isdecimal() else exc.place) from None


async def claim(text: str, desk: Desk, name: str) -> None:
    """A claim, which is decided, or a `find …`, which is answered; in Lean where it speaks of what Lean defines."""
    if asks_for_something(text):
        await desk.solve(find(text.strip(), name=name), name)
        return
    known = [n for piece in desk.memory.lean for n in piece.names]
    if reads_as_claim(text) and not mentions(text, known):
        await desk.solve(theorem(text.strip(), name=name), name)
        return
    target = next(n for n in (name, f"{name}_claim", f"{name}_claim_") if n not in known)
    source = f"{desk.memory.prelude()}theorem {target} : {text.strip()} := by sorry\n"
    await desk.solve(Theorem(name=name, source=source, language="lean", target=target), name)


async def check_program(
    text: str,
    desk: Desk,
    name: str,
    *,
    repair: bool,
    integers: str = "machine",
    command: str = "check",
) -> None:
    """Look for violations of a program, typed or in a file.

    Args:
        text: the program, or the path of its file.
        desk: what to work with.
        name: of the result.
        repair: repair it as well.
        integers: of C, as for `Program`.
        command: what it was asked by, for messages.

    Raises:
        BadInput: no program.
    """
    read = read_matter(text) if text else None
    match read:
        case None:
            raise BadInput(f"expected {usage(command)}", place=command)
        case Words():
            raise NotACommandError(usage(command))
        case Formal(language="lean") if not repair:
            await lean_turn(read.source, desk, name=name)
            return
        case File():
            problems: tuple[Problem, ...] = load_problems(read.path, kind="program")
        case Formal(language="python"):
            problems = tuple(as_program(p) for p in typed(read, desk, name)[:1])
        case Formal():
            problems = typed(read, desk, name) if read.language == "c" else ()
    if not problems:
        raise BadInput("expected a program in Python or C", place=command)
    for problem in problems:
        if isinstance(problem, Program) and problem.language == "c" and integers == "unbounded":
            problem = replace(problem, integers="unbounded")
        await desk.solve(problem, name, repair=repair)
        if problem.language == "python":
            keep_python(problem.source, desk)


def as_program(problem: Problem) -> Problem:
    """The Python text as a program, whatever else it could be read as."""
    if isinstance(problem, Program):
        return problem
    return Program(name=problem.name, source=problem.source, language="python")


def keep_python(source: str, desk: Desk) -> None:
    names = desk.memory.keep_python(source)
    if names:
        desk.emit(Said(f"kept for later turns: {', '.join(names)}"))
