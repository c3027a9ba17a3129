"""What was found: verdicts on claims, judgements on candidates, solutions and certificates.

A verdict is a closed set of cases; whoever reads one matches all of them:

    Proved      the claim holds; the evidence is a proof that a checker accepted
    Refuted     the claim fails; the counterexample was replayed and does falsify it
    SafeUpTo    no violation within `bound` steps; nothing is said beyond
    Tested      that many concrete cases were run and passed; nothing is said about others
    Unknown     nothing is known, for the reason given
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import import_module
from typing import ClassVar, TypeAlias, assert_never

from lemmata.budget import Spent
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Json, Problem


class Shown:
    """What a notebook shows with formatting; anywhere else its plain text is shown."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        made: str = import_module("lemmata.notebook.html").as_html(self)  # a front door far above, so by name
        return made


class Reason(StrEnum):
    """Why nothing is known."""

    TIMEOUT = "timeout"
    MEMORY = "memory"
    BUDGET = "budget"
    EXHAUSTED = "exhausted"  # every proposer has offered all it has
    INCOMPLETE = "incomplete"  # the solver itself says unknown
    VACUOUS = "vacuous"  # the hypotheses contradict each other
    UNSUPPORTED = "unsupported"  # outside what the encoders understand
    DISAGREEMENT = "disagreement"  # two solvers contradict each other
    NO_MODEL = "no_model"  # needs a chat model and none is configured
    MODEL_FAILED = "model_failed"  # the chat model's endpoint failed; symbolic proposers found nothing
    BACKEND_MISSING = "backend_missing"  # a program that is needed is not installed
    BACKEND_FAILED = "backend_failed"  # a back-end crashed or broke its contract
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterexample(Shown):
    """Values that falsify the claim, and what replaying them showed.

    Args:
        values: name -> value, plain JSON (rationals as "p/q", long traces in the form their checker documents).
        replay: one sentence: what was evaluated or run, and what it gave.
    """

    values: Mapping[str, Json]
    replay: str


@dataclass(frozen=True, slots=True)
class Proved(Shown):
    pass


@dataclass(frozen=True, slots=True)
class Refuted(Shown):
    counterexample: Counterexample


@dataclass(frozen=True, slots=True)
class SafeUpTo(Shown):
    bound: int


@dataclass(frozen=True, slots=True)
class Tested(Shown):
    __test__: ClassVar[bool] = False  # its name does not make it a pytest class
    cases: int


@dataclass(frozen=True, slots=True)
class Unknown(Shown):
    reason: Reason
    detail: str = ""


Verdict: TypeAlias = Proved | Refuted | SafeUpTo | Tested | Unknown


def name_of(verdict: Verdict) -> str:
    """`proved`, `refuted`, `safe_up_to`, `tested` or `unknown`."""
    match verdict:
        case Proved():
            return "proved"
        case Refuted():
            return "refuted"
        case SafeUpTo():
            return "safe_up_to"
        case Tested():
            return "tested"
        case Unknown():
            return "unknown"
        case _:
            assert_never(verdict)


def in_words(verdict: Verdict) -> str:
    """What is known, in a few words: `proved`, `safe up to 8`, `tested on 3 cases`."""
    match verdict:
        case SafeUpTo(bound):
            return f"safe up to {bound}"
        case Tested(cases):
            return f"tested on {cases} case{'s' if cases != 1 else ''}"
        case Proved() | Refuted() | Unknown():
            return name_of(verdict)
        case _:
            assert_never(verdict)


def encode_verdict(verdict: Verdict) -> dict[str, Json]:
    """The verdict as plain JSON, its name under `is`."""
    match verdict:
        case Proved():
            rest: dict[str, Json] = {}
        case Refuted(counterexample):
            rest = {"counterexample": {"values": dict(counterexample.values), "replay": counterexample.replay}}
        case SafeUpTo(bound):
            rest = {"bound": bound}
        case Tested(cases):
            rest = {"cases": cases}
        case Unknown(reason, detail):
            rest = {"reason": reason.value, "detail": detail}
        case _:
            assert_never(verdict)
    return {"is": name_of(verdict), **rest}


def decode_verdict(data: Json) -> Verdict:
    """The verdict that `encode_verdict` wrote.

    Raises:
        BadInput: anything else.
    """
    try:
        match data:
            case {"is": "proved", **rest} if not rest:
                return Proved()
            case {"is": "refuted", "counterexample": {"values": dict(values), "replay": str(replay)}, **rest} if (
                not rest
            ):
                return Refuted(Counterexample(values=values, replay=replay))
            case {"is": "safe_up_to", "bound": int(bound), **rest} if not rest and bound >= 0:
                return SafeUpTo(bound)
            case {"is": "tested", "cases": int(cases), **rest} if not rest and cases > 0:
                return Tested(cases)
            case {"is": "unknown", "reason": str(reason), "detail": str(detail), **rest} if not rest:
                return Unknown(Reason(reason), detail)
    except ValueError:
        pass
    raise BadInput("expected one of proved, refuted, safe_up_to, tested, unknown with its fields", place="verdict")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with a candidate.

    Args:
        text: what was expected and what came.
        place: where in the candidate, `line:column` or a field; may be empty.
        reason: set when nothing is wrong but a limit was reached.
    """

    text: str
    place: str = ""
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A checker's yes: what the candidate establishes, and the facts a certificate carries.

    Args:
        verdict: what now holds of the problem; never Unknown, except vacuous.
        facts: plain JSON that a re-check must find again, byte for byte (query, axioms, bound, …).
        answer: the answer in the problem's own terms (a program, a set, a proof body); None: there is none.
        tools: name -> version of what was used; told, not compared.
    """

    verdict: Verdict
    facts: Mapping[str, Json] = field(default_factory=dict)
    answer: Json = None
    tools: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejected(Shown):
    """A checker's no; it says nothing about the problem itself."""

    faults: tuple[Fault, ...]


Judgement: TypeAlias = Accepted | Rejected


def rejected(text: str, *, place: str = "", reason: Reason | None = None) -> Rejected:
    """A rejection with a single fault."""
    return Rejected((Fault(text=text, place=place, reason=reason),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One candidate and why it was rejected."""

    candidate: Candidate
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution(Shown):
    """Everything that came of one problem.

    Args:
        problem: what was asked.
        answer: in the problem's own terms; None where there is none.
        verdict: what is known now.
        certificate: plain JSON as `lemmata.certificate` writes it; None for Unknown.
        cost: what was spent.
        stopped: the allowance of the budget that ran out, or why nothing is known; empty when the work came to its end.
        record: the run's events, oldest first.
    """

    problem: Problem
    answer: Json
    verdict: Verdict
    certificate: Mapping[str, Json] | None
    cost: Spent
    stopped: str = ""
    record: tuple[Mapping[str, Json], ...] = ()

    @property
    def solved(self) -> bool:
        """Whether the problem is settled as far as its kind allows.

        Proved and Refuted settle any problem. Tested settles those whose specification is a finite set of cases
        (synthesis from examples) or whose steps could only be run (a question). SafeUpTo and Unknown settle nothing.
        """
        match self.verdict:
            case Proved() | Refuted():
                return True
            case Tested():
                return self.problem.kind in ("synthesis", "question")
            case SafeUpTo() | Unknown():
                return False
            case _:
                assert_never(self.verdict)
