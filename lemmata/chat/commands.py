"""The commands of the conversation, and the turn that is read first."""

from __future__ import annotations

import shlex
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path

from lemmata.api import RECHECK_WALL_S, Rechecked, reads_as_claim, recheck_all
from lemmata.budget import Limits
from lemmata.certificate import decode_certificate
from lemmata.chat.desk import Desk
from lemmata.chat.lean import lean_turn, repair_lean
from lemmata.chat.matter import NotACommandError, check_program, claim, matter, question
from lemmata.chat.parts import Compared, Found, Listed, Said
from lemmata.chat.reading import COMMANDS, Command, File, Formal, Words, read_matter, read_turn, usage
from lemmata.datasets.files import read_source
from lemmata.errors import BadCertificate, BadInput
from lemmata.problem import canonical
from lemmata.provers.answers.same.decide import same
from lemmata.provers.base import Backends
from lemmata.provers.recheck import recheck
from lemmata.verdict import Proved, Refuted, Unknown


async def take_turn(text: str, desk: Desk, *, number: int) -> None:
    """Answer one turn.

    Args:
        text: what was typed.
        desk: what to work with, and who is told.
        number: of the turn; `r7` is the name of what comes of turn 7.

    Raises:
        LemmataError: what is wrong with it, in one line.
    """
    read = read_turn(text)
    name = f"r{number}"
    if isinstance(read, Formal | File):
        desk.last = text
    elif isinstance(read, Command) and read.name in ("prove", "refute", "check", "repair") and read.rest:
        desk.last = read.rest
    match read:
        case Command():
            try:
                await _COMMANDS[read.name](read.rest, desk, name)
            except NotACommandError as exc:
                if not desk.model:
                    raise BadInput(f"expected {exc} (words need a chat model)", place=read.name) from None
                await question(text.strip(), desk, name)
        case Formal() | File():
            await matter(read, desk, name)
        case Words(text=said):
            await question(said, desk, name)


async def _help(rest: str, desk: Desk, name: str) -> None:
    if rest and rest not in COMMANDS:
        raise NotACommandError(usage("help"))
    shown = [f"{written:<20}{does}" for known, (written, does) in COMMANDS.items() if rest in ("", known)]
    if not rest:
        words = "or ask in words." if desk.model else "Questions in words need a chat model: set LEMMATA_MODEL."
        shown = [
            "Type a claim (∀ x : Int, x < x + 1), `find answer : ℤ where (h : 2 * answer = 6)`, Lean, SMT-LIB,",
            f"a Python or C program with assertions, or the path of a file. {words}",
            "",
            *shown,
        ]
    desk.emit(Said("\n".join(shown)))


async def _prove(rest: str, desk: Desk, name: str) -> None:
    await _decide(rest, desk, name, "prove")


async def _refute(rest: str, desk: Desk, name: str) -> None:
    await _decide(rest, desk, name, "refute")


async def _decide(rest: str, desk: Desk, name: str, command: str) -> None:
    if not rest:
        raise BadInput(f"expected {usage(command)}", place=command)
    if rest in desk.memory.claims:
        await claim(desk.memory.claims[rest], desk, rest)
        name = rest
    else:
        read = read_matter(rest)
        if isinstance(read, Words):
            raise NotACommandError(usage(command))
        await matter(read, desk, name)
    kept = desk.memory.results.get(name)
    match kept.solution.verdict if kept else None:
        case Proved() if command == "refute":
            desk.emit(Said("it can't be refuted: it is proved"))
        case Refuted() if command == "prove":
            desk.emit(Said("it can't be proved: it is refuted"))


async def _check(rest: str, desk: Desk, name: str) -> None:
    await check_program(rest, desk, name, repair=False)


async def _repair(rest: str, desk: Desk, name: str) -> None:
    if not rest:
        if not desk.last:
            raise BadInput("there is no program and no proof yet; give one", place="repair")
        rest = desk.last
    read = read_matter(rest)
    if isinstance(read, File) and read.path.suffix == ".lean":
        read = Formal(language="lean", source=read_source(read.path))
    if isinstance(read, Formal) and read.language == "lean":
        await repair_lean(read.source, desk, name=name)
    else:
        await check_program(rest, desk, name, repair=True, command="repair")


async def _same(rest: str, desk: Desk, name: str) -> None:
    pair = _two_answers(rest)
    if pair is None:
        raise NotACommandError(usage("same"))
    first, second = pair
    found = await desk.in_thread(same, first, second)
    desk.emit(Compared(first=first, second=second, found=found))


def _two_answers(text: str) -> tuple[str, str] | None:
    """Two texts: on two lines, around `|`, in quotes, or with a space between them that is in no brackets."""
    for separator in ("\n", " | ", "|"):
        parts = [part.strip() for part in text.split(separator)]
        if len(parts) == 2 and all(parts):
            return parts[0], parts[1]
    if text[:1] in ("'", '"'):
        try:
            parts = shlex.split(text)
        except ValueError:  # a quote that is not closed
            return None
    else:
        parts = _outside_brackets(text)
    return (parts[0], parts[1]) if len(parts) == 2 else None


def _outside_brackets(text: str) -> list[str]:
    parts, depth = [""], 0
    for char in text:
        depth += (char in "([{⟨") - (char in ")]}⟩")
        if char.isspace() and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [part for part in parts if part]


async def _define(rest: str, desk: Desk, name: str) -> None:
    called, _, body = rest.partition(" ")
    body = body.strip()
    if not called.isidentifier():
        raise NotACommandError(usage("define"))
    if not body:
        last = _last(desk, "define")
        desk.memory.results[called] = desk.memory.results[last]
        desk.emit(Said(f"{called} is what came of {last}"))
        return
    if ":=" in body and not reads_as_claim(body):
        await lean_turn(f"def {called} {body}" if not body.startswith("def ") else body, desk, name=name)
        return
    read = read_matter(body)
    if not isinstance(read, Formal) or read.language != "claim":
        raise NotACommandError(usage("define"))
    desk.memory.claims[called] = body
    desk.emit(Said(f"{called} is kept; `prove {called}` decides it"))


async def _recheck(rest: str, desk: Desk, name: str) -> None:
    if rest.endswith(".json"):
        rows = await desk.in_thread(lambda: list(recheck_all([Path(rest)], desk.settings)))
        for row in rows:
            desk.emit(row)
        return
    names = [rest] if rest else [_last(desk, "recheck")]
    if rest and rest not in desk.memory.results:
        raise NotACommandError(f"{usage('recheck')} (known: {', '.join(desk.memory.results) or 'nothing yet'})")
    for known in names:
        certificate = desk.memory.results[known].solution.certificate
        if certificate is None:
            raise BadInput("has no certificate, for nothing is known", place=known)
        desk.emit(await desk.in_thread(_decide_again, known, canonical(dict(certificate)), desk))


def _decide_again(name: str, text: str, desk: Desk) -> Rechecked:
    """Decide in fresh processes, as `lemmata recheck` does."""
    try:
        with Backends(desk.settings) as fresh:
            verdict = recheck(decode_certificate(text, place=name), fresh, Limits(wall_s=RECHECK_WALL_S), place=name)
    except BadCertificate as exc:
        return Rechecked(path=Path(name), verdict=None, reason=exc.text)
    why = f"{verdict.reason.value}: {verdict.detail}" if isinstance(verdict, Unknown) else ""
    return Rechecked(path=Path(name), verdict=verdict, reason=why)


async def _resume(rest: str, desk: Desk, name: str) -> None:
    if rest:
        raise NotACommandError(usage("resume"))
    if desk.stopped is None:
        raise BadInput("no turn was interrupted", place="resume")
    stopped, desk.stopped = desk.stopped, None
    await desk.go_on(stopped.run, stopped.name)


async def _show(rest: str, desk: Desk, name: str) -> None:
    rows = desk.memory.rows(rest)
    kept = {n: k for n, k in desk.memory.results.items() if not rest or n == rest}
    if rest and not rows and not kept:
        raise NotACommandError(f"{usage('show')} (known: {', '.join(_known(desk)) or 'nothing yet'})")
    if rows:
        desk.emit(Listed(rows=rows))
    for called, result in kept.items():
        desk.emit(Found(name=called, solution=result.solution, run=result.run))
    if not rows and not kept:
        desk.emit(Said("nothing yet"))


async def _forget(rest: str, desk: Desk, name: str) -> None:
    if not rest:
        desk.memory.clear()
        desk.emit(Said("everything is forgotten"))
    elif desk.memory.forget(rest):
        desk.emit(Said(f"{rest} is forgotten"))
    else:
        raise NotACommandError(f"{usage('forget')} (known: {', '.join(_known(desk)) or 'nothing yet'})")


async def _budget(rest: str, desk: Desk, name: str) -> None:
    if rest:
        try:
            seconds = float(rest.removesuffix("s").strip())
        except ValueError:
            raise NotACommandError(usage("budget")) from None
        if not 0 < seconds < 1e9:
            raise BadInput(f"expected seconds above 0, got {rest}", place="budget")
        desk.budget = replace(desk.budget, wall_s=seconds)
    desk.emit(Said(f"each problem has {desk.budget.wall_s:g} seconds"))


_COMMANDS: Mapping[str, Callable[[str, Desk, str], Awaitable[None]]] = {
    "help": _help,
    "prove": _prove,
    "refute": _refute,
    "check": _check,
    "repair": _repair,
    "same": _same,
    "define": _define,
    "recheck": _recheck,
    "resume": _resume,
    "show": _show,
    "forget": _forget,
    "budget": _budget,
}


def _last(desk: Desk, command: str) -> str:
    if not desk.memory.results:
        raise BadInput("there is no result yet", place=command)
    return next(reversed(desk.memory.results))


def _known(desk: Desk) -> list[str]:
    return [*(row[0] for row in desk.memory.rows()), *desk.memory.results]
