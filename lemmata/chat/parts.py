"""What the conversation answers with, piece by piece, and each piece as plain text.

Nothing here is printed as proved unless it stands in a Solution: what a model says is `Said` with the tone `model`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal, TypeAlias, assert_never

from lemmata.agents.repairs import Repair
from lemmata.api import Rechecked
from lemmata.certificate import own_axioms
from lemmata.display import describe, describe_answer, rests_on
from lemmata.problem import Json
from lemmata.provers.answers.same.sameness import Sameness
from lemmata.provers.answers.same.sameness import describe as describe_sameness
from lemmata.provers.lean.interface import Goal
from lemmata.verdict import Refuted, Shown, Solution, name_of


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence; the tone `model` marks words of a chat model, which nothing has checked."""

    text: str
    tone: Literal["note", "error", "model"] = "note"


@dataclass(frozen=True, slots=True)
class Happened:
    """A step of the agent, as the record of its run holds it."""

    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Shown):
    """What came of a problem.

    Args:
        name: by which the conversation knows it.
        solution: the verdict and its evidence.
        run: name of the run that holds record and certificate; empty: none does.
    """

    name: str
    solution: Solution
    run: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenGoal:
    """A `sorry` in a proof, or a place where Lean refuses it: its line in what was typed, and what is left to show."""

    line: int
    goal: Goal | None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open(Shown):
    """A Lean proof that is not whole: its goals, and Lean's errors."""

    name: str
    goals: tuple[OpenGoal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared(Shown):
    """Two answers."""

    first: str
    second: str
    found: Sameness


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Shown):
    """What the conversation knows: rows of name, kind and text."""

    rows: tuple[tuple[str, str, str], ...]


Part: TypeAlias = Said | Happened | Found | Open | Compared | Listed | Rechecked | Repair


class Reply(Shown):
    """The answer to one turn.

    Args:
        text: what was typed.
        parts: in the order in which they came.
        interrupted: the turn was stopped; the parts hold what was found by then.
    """

    def __init__(self, text: str, parts: Sequence[Part], *, interrupted: bool = False) -> None:
        self.text = text
        self.parts = tuple(parts)
        self.interrupted = interrupted

    @property
    def solutions(self) -> tuple[Solution, ...]:
        return tuple(p.solution for p in self.parts if isinstance(p, Found))

    @property
    def error(self) -> str:
        """The first error, one line; empty: there was none."""
        return next((p.text for p in self.parts if isinstance(p, Said) and p.tone == "error"), "")

    @property
    def result(self) -> object:
        """What a notebook keeps as `_`: the solution, several of them, or what else was found; None: nothing was."""
        found: list[object] = [
            p.solution if isinstance(p, Found) else p.found if isinstance(p, Compared) else p
            for p in self.parts
            if not isinstance(p, Said | Happened | Listed)
        ]
        return None if not found else found[0] if len(found) == 1 else tuple(found)

    def __repr__(self) -> str:
        return "\n".join(text for text in map(as_text, self.parts) if text)

    def _ipython_display_(self) -> None:
        import_module("lemmata.notebook.live").display_reply(self)  # the front door above us, by name


def as_text(part: Part) -> str:
    """The part in plain text, made safe for terminals; steps of the agent have none (see `step_in_words`)."""
    return "".join(c if c in "\n\t" or c.isprintable() else c.encode("unicode_escape").decode() for c in _plain(part))


def _plain(part: Part) -> str:
    match part:
        case Said(text, tone):
            if tone == "model":  # marked line by line, so that none can look like one of ours
                return "\n".join(f"the model says (unchecked): {line}" for line in text.splitlines())
            return text if tone == "note" else f"error: {text}"
        case Happened():
            return ""
        case Found():
            return _found(part)
        case Open(name=name, goals=goals):
            return "\n".join([f"{name}: open", *map(_goal, goals)])
        case Compared(found=found):
            return describe_sameness(found)
        case Listed(rows=rows):
            return "\n".join(f"{name}: {kind}\n{_indented(text)}" for name, kind, text in rows)
        case Rechecked(path=path, verdict=verdict, reason=reason):
            said = "refused" if verdict is None else describe(verdict)
            return (
                f"{path}: {said}, decided again" if verdict is not None and not reason else f"{path}: {said}: {reason}"
            )
        case Repair(words=words):
            return "\n".join(filter(None, (words, part.diff().rstrip())))
        case _:
            assert_never(part)


def step_in_words(event: Mapping[str, Any]) -> str:
    """One event of a run, for people; empty: not worth a line."""
    match event:
        case {"event": "routed", "proposers": list(names), "kind": kind}:
            return f"a {kind}, for {', '.join(names)}" if names else f"a {kind}, for which there is no proposer"
        case {"event": "offered", "proposer": name, "offer": {"candidates": list(made), "finding": finding}}:
            forms = ", ".join(dict.fromkeys(str(c["form"]) for c in made))
            why = f"nothing: {finding['detail'] or finding['reason']}" if finding else "nothing yet"
            return f"{name} offers {f'{len(made)} × {forms}' if len(made) > 1 else forms or why}"
        case {"event": "checked", "form": form, "result": result, "judgement": judgement}:
            faults = judgement.get("rejected", ())
            return f"{form}: {result}{': ' + _line(faults[0]['text']) if faults else ''}"
        case {"event": "decomposed"}:
            return "taken apart"
        case {"event": "certified", "verdict": verdict}:
            return f"certificate: {verdict}"
        case {"event": "budget_ended", "allowance": allowance}:
            return f"the budget of {allowance} is used up"
        case {"event": "gave_up", "reason": reason, "detail": detail}:
            return f"gave up: {reason}{': ' + _line(detail) if detail else ''}"
        case {"event": "finished"}:
            return ""
        case _:
            return str(event.get("event", ""))


def _found(part: Found) -> str:
    solution = part.solution
    head = f"{part.name}: {describe(solution.verdict)}"
    lines = [f"{head} ({'; '.join([*notes_of(solution), f'{solution.cost.wall_s:.1f} s'])})"]
    if isinstance(solution.verdict, Refuted) and solution.verdict.counterexample.replay:
        lines.append(_indented(solution.verdict.counterexample.replay))
    answer = shown_answer(solution)
    if isinstance(answer, Mapping) and isinstance(answer.get("diff"), str):
        lines += [f"  {describe_answer(answer)}:", _indented(answer["diff"].rstrip("\n"))]
    elif isinstance(answer, str):
        lines.append(_indented(answer))
    elif answer is not None:
        lines.append(_indented(describe_answer(answer)))
    if solution.stopped == "interrupted":
        lines.append("  interrupted; go on with `resume`")
    return "\n".join(lines)


def notes_of(solution: Solution) -> tuple[str, ...]:
    """What belongs beside a verdict: what a solver says of a script, who is believed, axioms that it rests on."""
    problem = solution.problem
    facts: Mapping[str, Json] = solution.certificate["facts"] if solution.certificate else {}
    notes = []
    if problem.kind == "theorem" and problem.language == "smtlib":
        notes += [{"proved": "unsat", "refuted": "sat"}.get(name_of(solution.verdict), "")]
    if isinstance(facts.get("backing"), str):
        notes.append(facts["backing"])
    notes.append(rests_on(own_axioms(solution.certificate)))
    return tuple(filter(None, notes))


def shown_answer(solution: Solution) -> Json:
    """The answer; of a whole Lean file only what it adds to the problem's text."""
    answer = solution.answer
    if isinstance(answer, str) and solution.problem.language == "lean":
        given, made = solution.problem.source.splitlines(), answer.splitlines()
        same = next((i for i, (old, new) in enumerate(zip(given, made, strict=False)) if old != new), 0)
        return "\n".join(made[same:])
    return answer


def _goal(found: OpenGoal) -> str:
    lines = [f"  line {found.line}: {_line(found.error) or 'sorry'}"]
    if found.goal is not None:
        lines.append(_indented(str(found.goal), by=4))
    return "\n".join(lines)


def _indented(text: str, *, by: int = 2) -> str:
    return "\n".join(" " * by + line for line in text.split("\n"))


def _line(text: str) -> str:
    return " ".join(text.split())
