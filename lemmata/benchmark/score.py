"""How an attempt is judged against what was published: one scorer for each kind of target.

A score is no verdict. It says whether what was answered is what the publishers wanted; what holds, and the evidence for
it, is the solution's own. A limit that a scorer reaches leaves an attempt unscored, never right or wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import TypeAlias, assert_never

from lemmata.benchmark.outcome import Score
from lemmata.datasets.sample import ByAnswer, ByBehaviour, ByConstraints, ByTests, ByVerdict, Sample
from lemmata.errors import BadInput
from lemmata.problem import Json
from lemmata.provers.base import Backends
from lemmata.verdict import Proved, Reason, Refuted, Solution, Unknown, in_words, name_of

Scored: TypeAlias = tuple[Score, str]
_MENDABLE = (Reason.BACKEND_MISSING, Reason.MODEL_FAILED, Reason.NO_MODEL)
_NUMBER = re.compile(r"[-+]?\d{1,300}(?:,\d{3})*(?:\.\d{1,300})?(?:[eE][-+]?\d{1,3})?|[-+]?\d{1,300}/\d{1,300}")
_FENCE = re.compile(r"^```[ \t]*(?:python|py|python3)?[ \t]*\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_SHOWN = 200


def score(sample: Sample, solution: Solution, backends: Backends) -> Scored:
    """How the solution of a sample's problem is judged, and why where it isn't right.

    Args:
        sample: with its target.
        solution: what came of its problem.
        backends: for the sandbox.

    Raises:
        BackendMissing: the scorer needs something that is not installed; says how to get it.
    """
    verdict = solution.verdict
    if isinstance(verdict, Unknown):
        why = f"{verdict.reason.value}: {verdict.detail}" if verdict.detail else verdict.reason.value
        return (Score.FAILED if verdict.reason in _MENDABLE else Score.ABSTAINED), why
    target = sample.target
    match target:
        case ByVerdict():
            return _score_verdict(target, solution)
        case ByAnswer() | ByTests() | ByBehaviour() | ByConstraints() if solution.answer is None:
            if isinstance(verdict, Refuted):
                return Score.WRONG, "it is said to have no answer"
            return Score.ABSTAINED, "there is no answer"
        case ByAnswer():
            return _score_answer(target, solution.answer)
        case ByTests() | ByBehaviour():
            return _score_program(target, solution.answer, backends)
        case ByConstraints():
            from lemmata.benchmark.constraints import score_constraints

            return score_constraints(target, solution, backends)
        case _:
            assert_never(target)


def _score_verdict(target: ByVerdict, solution: Solution) -> Scored:
    name = name_of(solution.verdict)
    if name in target.right:
        return Score.RIGHT, ""
    expected = f"expected {' or '.join(target.right)}, got {in_words(solution.verdict)}"
    settled = solution.solved or isinstance(solution.verdict, Proved | Refuted)
    return (Score.WRONG if settled else Score.ABSTAINED), expected


def _score_answer(target: ByAnswer, answer: Json) -> Scored:
    from lemmata.provers.answers.same.decide import same
    from lemmata.provers.answers.same.sameness import Different, Same, Undecided

    text = answer_text(answer)
    if not target.answer:
        return Score.UNSCORED, "no answer was published"
    if text is None:
        return Score.UNSCORED, f"expected one answer, got {str(answer)[:_SHOWN]}"
    if target.type == "String":
        right = text.strip() == target.answer.strip()
        return (Score.RIGHT, "") if right else (Score.WRONG, _differs(target.answer, text))
    if target.low and target.high:
        number, low, high = map(read_number, (text, target.low, target.high))
        if number is not None and low is not None and high is not None:
            if low <= number <= high:
                return Score.RIGHT, ""
            return Score.WRONG, f"expected a number from {target.low} to {target.high}, got {text[:_SHOWN]}"
    try:
        found = same(text, target.answer, type=target.type)
    except BadInput as exc:
        return Score.UNSCORED, f"the answers can't be compared: {exc}"
    match found:
        case Same():
            return Score.RIGHT, ""
        case Different(witness):
            return Score.WRONG, f"{_differs(target.answer, text)}: {witness}"[: 3 * _SHOWN]
        case Undecided(reason):
            return Score.UNSCORED, f"{_differs(target.answer, text)}; whether they are the same is open: {reason}"
        case _:
            assert_never(found)


def _differs(expected: str, text: str) -> str:
    return f"expected {expected[:_SHOWN]}, got {text[:_SHOWN]}"


def _score_program(target: ByTests | ByBehaviour, answer: Json, backends: Backends) -> Scored:
    from lemmata.benchmark.programs import score_by_behaviour, score_by_tests

    program = program_text(answer)
    if program is None:
        return Score.UNSCORED, f"expected the text of a program, got {str(answer)[:_SHOWN]}"
    if isinstance(target, ByTests):
        return score_by_tests(target, program, backends)
    return score_by_behaviour(target, program, backends)


def answer_text(answer: Json) -> str | None:
    """The answer as text; None: it is several, or none."""
    if isinstance(answer, Mapping):
        named = answer.get("text")
        values = [named] if isinstance(named, str) else list(answer.values())
        return answer_text(values[0]) if len(values) == 1 else None
    if isinstance(answer, bool) or not isinstance(answer, str | int | float):
        return None
    return str(answer)


def program_text(answer: Json) -> str | None:
    """The text of the program in an answer, also where it stands in a fence; None: there is none."""
    text = answer.get("source") or answer.get("patched") if isinstance(answer, Mapping) else answer
    if not isinstance(text, str):
        return None
    fenced = _FENCE.findall(text.replace("\r\n", "\n"))
    return str(fenced[-1]) if fenced else text


def read_number(text: str) -> Fraction | None:
    """The number that a text is, exactly; None: it is none."""
    text = text.strip().strip("$").strip()
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return Fraction(text.replace(",", ""))
    except (ValueError, ZeroDivisionError):
        return None
