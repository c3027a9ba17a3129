"""What the chat model is asked for each kind of problem, and how candidates are made of its replies.

A reply gives the part that takes ideas; what a checker needs beside it, as a bound or a choice of test cases, is added
by symbolic tools.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.formats.python import read_specification
from lemmata.problem import Candidate, Json, Problem, Program, canonical
from lemmata.provers.answers.worked import run_python
from lemmata.provers.base import Backends
from lemmata.registry import PROPOSERS, resolve
from lemmata.tools import repair
from lemmata.tools.base import Propose, Turn
from lemmata.tools.closed_forms import complete_form, forms_from
from lemmata.tools.conjecture import answers_from
from lemmata.tools.extremal_values import complete_value

Blocks: TypeAlias = Sequence[tuple[str, str]]
"""The fenced blocks of a reply: language and text."""

_BOX = 12  # up to three unknowns can be looked at one by one within it
_BOUNDS = (8, 3)
_SHOWING = Limits(wall_s=10.0)
_RUNNING = Limits(wall_s=10.0)
_SHOWN = 60
_LONGEST_SHOWN = 2_000
_CASES: Mapping[str, Json] = {"cases": 400, "seed": 0}


class Unreadable(Exception):
    """A reply that is not what was asked for; the text goes back to the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is asked of the model for one kind of problem.

    Args:
        prompt: name of the file in prompts/.
        form: of the candidates; used where `complete` does not say.
        read: what the reply's blocks say.
        complete: candidates made of that, best first, with the help of tools.
    """

    prompt: str
    form: str
    read: Callable[[Blocks], dict[str, Json]]
    complete: Callable[[Turn, dict[str, Json], Backends], Sequence[Candidate]] | None = None

    def candidates(self, blocks: Blocks, turn: Turn, backends: Backends) -> tuple[Candidate, ...]:
        """The candidates in a reply.

        Raises:
            Unreadable: there are none; says why.
        """
        content = self.read(blocks)
        if self.complete is not None:
            return tuple(self.complete(turn, content, backends))
        return (Candidate(form=self.form, content=content),)


def _last(blocks: Blocks, *languages: str) -> str:
    """The last block that is labelled so, or not labelled at all."""
    fitting = [text for language, text in blocks if language in (*languages, "")]
    if not fitting or not fitting[-1].strip():
        raise Unreadable(f"expected a block that begins with ```{languages[0]}")
    return fitting[-1].strip("\n")


def _read_body(blocks: Blocks) -> dict[str, Json]:
    body = _last(blocks, "lean", "lean4")
    if re.match(r"\s*(?:theorem|lemma|example|import)\b", body):
        raise Unreadable("expected only the tactics that follow `:= by`, without the statement")
    tactics = textwrap.dedent(re.sub(r"\A\s*(?::=\s*)?by\b[ \t]*\n?", "", body))
    return {"body": "by\n" + textwrap.indent(tactics, "  ")}


def _read_definition(blocks: Blocks) -> dict[str, Json]:
    return {"definition": _last(blocks, "smt2", "smtlib", "sygus", "lisp", "scheme")}


def _read_json(blocks: Blocks) -> Json:
    try:
        return json.loads(_last(blocks, "json"))
    except (ValueError, RecursionError) as exc:
        raise Unreadable(f"expected JSON in the block that begins with ```json ({exc})") from None


def _read_or_run(keys: set[str], needed: set[str]) -> Callable[[Blocks], dict[str, Json]]:
    """Reads a JSON object, or a program that enumerates."""

    def read(blocks: Blocks) -> dict[str, Json]:
        if blocks and blocks[-1][0] in ("python", "py", "python3"):
            return {"program": _last(blocks, "python", "py", "python3") + "\n"}
        given = _read_json(blocks)
        if not isinstance(given, dict) or not needed <= set(given) <= keys:
            raise Unreadable(f"expected a JSON object with {', '.join(sorted(keys))}")
        return dict(given)

    return read


def _complete_answer_set(turn: Turn, content: dict[str, Json], backends: Backends) -> Sequence[Candidate]:
    """The answer as it is, or what is guessed from the solutions that the model's program prints."""
    if "program" not in content:
        return [Candidate(form="answer-set", content={"bound": _BOX, **content})]
    printed = _printed(content["program"], backends)
    found = answers_from(turn.problem, printed, wall_s=_RUNNING.wall_s)
    if not found:
        raise Unreadable(f"your program printed {_shown(printed)}, and no answer could be guessed from it")
    return found


def _complete_closed_form(turn: Turn, content: dict[str, Json], backends: Backends) -> Sequence[Candidate]:
    """The form with what a checker needs beside it, or forms guessed from the values that a program prints."""
    if "program" not in content:
        try:
            return complete_form(turn, content["form"], content.get("first", []), backends)
        except BadInput as exc:
            raise Unreadable(str(exc)) from None
    printed = _printed(content["program"], backends)
    found = forms_from(turn, printed, backends)
    if not found:
        raise Unreadable(f"your program printed {_shown(printed)}, and no form could be guessed from it")
    return found


def _complete_extremal(turn: Turn, content: dict[str, Json], backends: Backends) -> Sequence[Candidate]:
    return [Candidate(form="extremal", content=complete_value(turn.problem, content))]


def _shown(printed: list[Json]) -> str:
    return ", ".join(map(canonical, printed[:_SHOWN]))[:_LONGEST_SHOWN] or "nothing"


def _printed(program: str, backends: Backends) -> list[Json]:
    """The JSON values that a program of the model prints, one a line."""
    ran = run_python(program, backends, _RUNNING)
    if ran.output is None:
        raise Unreadable(f"your program could not be run to its end: {ran.fault.text if ran.fault else ''}")
    try:
        return [json.loads(line) for line in ran.output.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        raise Unreadable("expected a program that prints JSON values, one a line") from None


def _read_holes(blocks: Blocks) -> dict[str, Json]:
    labelled = [block for block in blocks if block[0]]
    answers = _read_json(labelled)
    if not isinstance(answers, dict) or not answers or not all(isinstance(v, str) for v in answers.values()):
        raise Unreadable("expected a JSON object from the names of the holes to Lean terms")
    return {"answers": answers, **_read_body(labelled)}


def _read_python(blocks: Blocks) -> dict[str, Json]:
    return {"source": _last(blocks, "python", "py", "python3") + "\n"}


def _complete_function(turn: Turn, content: dict[str, Json], backends: Backends) -> Sequence[Candidate]:
    """Equal to the reference within a bound if that can be proved, else on cases; or right on the examples."""
    specification = read_specification(turn.problem.source, turn.problem.target, place=turn.problem.name)
    if specification.reference is None:
        return [Candidate(form="python-examples", content=content)]
    evidence = [*({"bound": bound} for bound in _BOUNDS), dict(_CASES)]
    return [Candidate(form="python-implementation", content={**content, "evidence": e}) for e in evidence]


def _read_c(blocks: Blocks) -> dict[str, Json]:
    return {"source": _last(blocks, "c") + "\n"}


def _complete_c_patch(turn: Turn, content: dict[str, Json], backends: Backends) -> Sequence[Candidate]:
    """The patch, if running it shows no violation and a tool can show something of it."""
    patch = repair.complete(replace(turn, limits=_SHOWING), content["source"], backends)
    if patch is None:
        raise Unreadable(
            "the repaired program is still violated, changes the specification, or nothing could be shown of it"
        )
    return [patch]


def _complete_patch(turn: Turn, content: dict[str, Json], backends: Backends) -> Sequence[Candidate]:
    """The patch with whatever can be shown of the patched program."""
    problem = turn.problem
    assert isinstance(problem, Program)
    trace = (turn.memory or {}).get("trace")
    if trace is None:
        raise Unreadable("no violation is known yet")
    patched = replace(problem, source=content["source"])
    propose: Propose = resolve(PROPOSERS, "lemmata.proposers", "python-proof")
    try:
        offer = propose(Turn(problem=patched, limits=turn.limits), backends)
    except BadInput as exc:
        raise Unreadable(f"the patched program can't be read: {exc}") from None
    for found in offer.candidates:
        if found.form == "python-trace":
            raise Unreadable(f"the patched program is still wrong: {canonical(dict(found.content))}")
    if not offer.candidates:
        why = offer.finding.detail if offer.finding else "no tool could show anything of it"
        raise Unreadable(f"nothing could be shown of the patched program: {why}")
    shown = [{"form": c.form, "content": dict(c.content)} for c in offer.candidates]
    return [
        Candidate(form="python-patch", content={"patched": content["source"], "trace": trace, "evidence": evidence})
        for evidence in shown
    ]


_ANSWER_SET = Task(
    prompt="answer_set",
    form="answer-set",
    read=_read_or_run({"answer", "bound", "hints"}, {"answer"}),
    complete=_complete_answer_set,
)
_EXTREMAL = Task(
    prompt="extremal",
    form="extremal",
    read=_read_or_run({"value", "witness", "bound", "hints", "where", "unbounded", "infeasible"}, set()),
    complete=_complete_extremal,
)
_BY_TARGET: Mapping[str, Task] = {
    "find_value": Task(
        prompt="closed_form",
        form="closed-form",
        read=_read_or_run({"form", "first"}, {"form"}),
        complete=_complete_closed_form,
    ),
    "find_largest": _EXTREMAL,
    "find_smallest": _EXTREMAL,
}
"""What constructions in Python ask for, beside all solutions."""

TASKS: Mapping[tuple[str, str], Task] = {
    ("theorem", "lean"): Task(prompt="lean_proof", form="lean-proof", read=_read_body),
    ("construction", "lean"): Task(prompt="lean_answer", form="lean-answer", read=_read_holes),
    ("construction", "python"): _ANSWER_SET,
    ("construction", "smtlib"): _ANSWER_SET,
    ("synthesis", "sygus"): Task(prompt="sygus", form="implementation", read=_read_definition),
    ("synthesis", "python"): Task(
        prompt="python_function", form="python-examples", read=_read_python, complete=_complete_function
    ),
    ("program", "c"): Task(prompt="c_patch", form="patch", read=_read_c, complete=_complete_c_patch),
    ("program", "python"): Task(
        prompt="python_patch", form="python-patch", read=_read_python, complete=_complete_patch
    ),
}
"""Kinds of problem that are not here are left to symbolic proposers."""


def task_for(problem: Problem) -> Task | None:
    """What the model is asked for a problem; None: nothing."""
    task = TASKS.get((problem.kind, problem.language))
    return _BY_TARGET.get(problem.target, task) if task is _ANSWER_SET else task
