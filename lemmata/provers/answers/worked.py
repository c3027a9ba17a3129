"""Worked answers to questions in words: every computation is run again, every claim is proved.

content: {"answer": text, "steps": [{"kind": "python", "code": text, "output": text}
                                    | {"kind": "claim", "text": text, "form": text, "proof": object}]}
The answer must be the last line that the last computation prints, or be forced by a claim `… → x = answer`. Whether the
steps say what the question meant is the model's reading of it; so the verdict is Tested, never Proved.
"""

from __future__ import annotations

import platform
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Json, Problem, Question, Theorem
from lemmata.provers.answers.computation import computes
from lemmata.provers.base import Backends, Check
from lemmata.provers.terms.claim import split_claim
from lemmata.provers.terms.lean_reader import read_claim
from lemmata.provers.terms.term import App, Num, Op, Term, Var
from lemmata.registry import CHECKERS, resolve
from lemmata.sandbox.base import Caps, End
from lemmata.sandbox.languages.python import python_command
from lemmata.verdict import Accepted, Fault, Judgement, Proved, Reason, Rejected, Tested, rejected

LONGEST_OUTPUT = 20_000
_LONGEST_CODE = 100_000
_MOST_STEPS = 50
_SHAPES: Mapping[str, set[str]] = {"python": {"kind", "code", "output"}, "claim": {"kind", "text", "form", "proof"}}
_CLAIM_FORMS = ("smt-unsat", "smt-cases")
_NUMBER = re.compile(r"-?\d{1,1000}(?:\.\d{1,1000}|/\d{1,1000})?")
_ENDS = {End.WALL: Reason.TIMEOUT, End.CPU: Reason.TIMEOUT, End.MEMORY: Reason.MEMORY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of running a program.

    Args:
        output: what it printed; None: it failed or reached a limit, see fault.
        fault: how it failed.
    """

    output: str | None = None
    fault: Fault | None = None


def check_worked_answer(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Run and prove every step, and see that the answer comes out of them.

    Args:
        problem: a question.
        candidate: see the module's text.
        backends: for the sandbox and the solvers.
        limits: for all steps together.

    Raises:
        SandboxMissing: nothing here can run the computations in isolation.
    """
    if not isinstance(problem, Question):
        return rejected("a worked answer answers a question", place="problem")
    fault = _find_misshapen(candidate.content)
    if fault is not None:
        return Rejected((fault,))
    answer, steps = candidate.content["answer"], candidate.content["steps"]
    if not (_is_last_output(answer, steps) or any(_forces(s, answer) for s in steps)):
        text = (
            "expected the answer to be the last line that the last computation printed, or forced by a claim … → x = it"
        )
        return rejected(text, place="answer")
    faults: list[Fault] = []
    facts: list[Json] = []
    ends = time.monotonic() + limits.wall_s
    for number, step in enumerate(steps, start=1):
        left = replace(limits, wall_s=ends - time.monotonic())
        judged = _check_step(step, f"step {number}", backends, left)
        if isinstance(judged, Fault):
            faults.append(judged)
        else:
            facts.append(judged)
    if faults:
        return Rejected(tuple(faults))
    tools = {"python": platform.python_version()}
    return Accepted(verdict=Tested(len(steps)), facts={"steps": facts}, answer=answer, tools=tools)


def run_python(code: str, backends: Backends, limits: Limits, *, place: str = "") -> Ran:
    """What a program prints, run in the sandbox; sympy is there where it is installed.

    Args:
        code: the whole program; it sees no files and no network.
        backends: for the sandbox.
        limits: for the run.
        place: for the fault.
    """
    command = python_command(
        code,
        packages=True,
        caps=Caps(wall_s=max(0.1, limits.wall_s), memory_mb=min(limits.memory_mb, 1024), output_kb=256, processes=16),
    )
    outcome = backends.sandbox().run(command)
    if outcome.end.limited:
        reason = _ENDS.get(outcome.end)
        return Ran(fault=Fault(text=f"it reached its limit of {outcome.end.value}", place=place, reason=reason))
    if outcome.exit_code != 0:
        said = outcome.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        return Ran(fault=Fault(text=f"it failed: {' '.join(said)[:300] or 'without a word'}", place=place))
    try:
        output = outcome.stdout.decode("utf-8")
    except UnicodeDecodeError:
        return Ran(fault=Fault(text="expected it to print UTF-8 text", place=place))
    if len(output) > LONGEST_OUTPUT:
        return Ran(fault=Fault(text=f"expected at most {LONGEST_OUTPUT} characters printed", place=place))
    return Ran(output=output)


def find_idle(code: str) -> str:
    """What is wrong with a program as a step of an answer; empty: nothing."""
    if len(code) > _LONGEST_CODE:
        return f"expected a program of at most {_LONGEST_CODE} characters"
    try:
        if not computes(code):
            return "expected a computation; this program prints nothing but literals"
    except (SyntaxError, ValueError, RecursionError, MemoryError) as exc:
        return f"expected a Python program ({exc})"
    return ""


def _find_misshapen(content: Mapping[str, Json]) -> Fault | None:
    answer, steps = content.get("answer"), content.get("steps")
    if set(content) != {"answer", "steps"} or not isinstance(answer, str) or not isinstance(steps, list):
        return Fault(text="expected an answer, a text, and steps, a list", place="content")
    if not answer.strip() or len(answer) > LONGEST_OUTPUT:
        return Fault(text="expected an answer that is neither empty nor huge", place="answer")
    if not 1 <= len(steps) <= _MOST_STEPS:
        return Fault(text=f"expected 1 to {_MOST_STEPS} steps, got {len(steps)}", place="steps")
    for number, step in enumerate(steps, start=1):
        place = f"step {number}"
        kind = step.get("kind") if isinstance(step, dict) else None
        if not isinstance(kind, str) or kind not in _SHAPES or set(step) != _SHAPES[kind]:
            return Fault(
                text="expected kind python with code and output, or claim with text, form and proof", place=place
            )
        if not all(isinstance(v, dict if k == "proof" else str) for k, v in step.items()):
            return Fault(text="expected texts, and an object under proof", place=place)
    return None


def _check_step(step: Mapping[str, Json], place: str, backends: Backends, limits: Limits) -> Json | Fault:
    """What was found, for the facts; or what is wrong."""
    if limits.wall_s <= 0:
        return Fault(text="no time is left for it", place=place, reason=Reason.TIMEOUT)
    if step["kind"] == "claim":
        return _check_claim(step, place, backends, limits)
    idle = find_idle(step["code"])
    if idle:
        return Fault(text=idle, place=place)
    ran = run_python(step["code"], backends, limits, place=place)
    if ran.fault is not None:
        return ran.fault
    if ran.output != step["output"]:
        return Fault(text=f"it prints {_short(ran.output)}, not {_short(step['output'])} as claimed", place=place)
    return {"kind": "python", "found": "ran again and printed the same", "output": ran.output}


def _check_claim(step: Mapping[str, Json], place: str, backends: Backends, limits: Limits) -> Json | Fault:
    if step["form"] not in _CLAIM_FORMS:
        return Fault(text=f"expected one of the forms {', '.join(_CLAIM_FORMS)}", place=place)
    claim = Theorem(name=place, source=step["text"], language="claim")
    check: Check = resolve(CHECKERS, "lemmata.provers", step["form"])
    try:
        judged = check(claim, Candidate(form=step["form"], content=step["proof"]), backends, limits)
    except BadInput as exc:  # the claim is part of the candidate here, not of what the user asked
        return Fault(text=f"the claim can't be read: {exc}", place=place)
    if isinstance(judged, Rejected):
        first = judged.faults[0]
        return Fault(text=f"the claim is not proved: {first.text}", place=place, reason=first.reason)
    if not isinstance(judged.verdict, Proved):
        return Fault(text="the claim is not proved: its hypotheses contradict each other", place=place)
    return {"kind": "claim", "found": "proved", "text": step["text"], "facts": dict(judged.facts)}


def _is_last_output(answer: str, steps: Sequence[Mapping[str, Json]]) -> bool:
    outputs = [s["output"] for s in steps if s["kind"] == "python"]
    lines = outputs[-1].strip().splitlines() if outputs else []
    return bool(lines) and lines[-1].strip() == answer.strip()


def _forces(step: Mapping[str, Json], answer: str) -> bool:
    """Whether the step is a claim `∀ x …, hypotheses → x = answer`, and no hypothesis just says so."""
    if step["kind"] != "claim" or not _NUMBER.fullmatch(answer.strip()):
        return False
    try:
        variables, hypotheses, goal = split_claim(read_claim(step["text"]))
        value = Fraction(answer.strip())
    except (BadInput, ValueError, ZeroDivisionError, RecursionError):
        return False

    def says(term: Term) -> bool:
        return _equation(term) in {(v.name, value) for v in variables}

    return bool(hypotheses) and says(goal) and not any(says(h) for h in hypotheses)


def _equation(term: Term) -> tuple[str, Fraction] | None:
    """The name and number of an equation between a variable and a numeral."""
    match term:
        case App(op=Op.EQ, args=(left, right)):
            for one, other in ((left, right), (right, left)):
                while isinstance(one, App) and one.op is Op.CAST:
                    one = one.args[0]
                number = _numeral(other)
                if isinstance(one, Var) and number is not None:
                    return one.name, number
    return None


def _numeral(term: Term) -> Fraction | None:
    match term:
        case Num(value=value):
            return Fraction(value)
        case App(op=Op.CAST, args=(inner,)):
            return _numeral(inner)
        case App(op=Op.NEG, args=(inner,)):
            positive = _numeral(inner)
            return None if positive is None else -positive
        case App(op=Op.RATIO, args=(above, below)):
            over, under = _numeral(above), _numeral(below)
            return None if over is None or not under else over / under
    return None


def _short(text: object) -> str:
    shown = repr(text)
    return shown if len(shown) <= 120 else shown[:117] + "..."
