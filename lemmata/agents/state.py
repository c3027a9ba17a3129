"""The agent's state: plain serialisable values, so that a checkpoint is the whole truth about a run.

The state is a stack of frames, one per problem or sub-problem; the last is in focus.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from typing_extensions import TypedDict  # servers make schemas of it, which typing's does not allow before 3.12

from lemmata.budget import Spent
from lemmata.problem import Candidate, Json, Problem, decode_candidate, encode_candidate, encode_problem
from lemmata.verdict import (
    Accepted,
    Attempt,
    Fault,
    Judgement,
    Reason,
    Rejected,
    Unknown,
    decode_verdict,
    encode_verdict,
)

KEPT_ATTEMPTS = 24
"""Rejected candidates that a frame remembers; proposers that need more keep it in their memory."""


class Part(TypedDict):
    """A sub-problem of a frame, and the accepted candidate for it once there is one."""

    problem: Json
    candidate: Json


class Frame(TypedDict):
    """Work on one problem.

    queue: candidates still to be checked; attempts: the last rejected ones with their faults;
    asked: how often each proposer was asked; memory: what each left itself; done: those with nothing more to offer;
    current: the proposer asked last; parts: sub-problems once decomposed; repairing: a violation is known.
    """

    problem: Json
    queue: list[Json]
    attempts: list[Json]
    asked: dict[str, int]
    memory: dict[str, Json]
    done: list[str]
    current: str
    parts: list[Part]
    split: bool
    repairing: bool


class Best(TypedDict):
    """An accepted candidate and what it establishes."""

    candidate: Json
    accepted: Json


class State(TypedDict, total=False):
    """See the module's text.

    best: the strongest accepted candidate for the whole problem so far; findings: why nothing was found, as proposers
    and checkers told; step: the edge to take next; stopped: the allowance that ran out; outcome: the end.
    """

    frames: list[Frame]
    spent: Json
    best: Best | None
    findings: list[Json]
    step: str
    stopped: str
    outcome: Json


def new_frame(problem: Problem) -> Frame:
    return Frame(
        problem=encode_problem(problem),
        queue=[],
        attempts=[],
        asked={},
        memory={},
        done=[],
        current="",
        parts=[],
        split=False,
        repairing=False,
    )


def new_state(problem: Problem) -> State:
    return State(
        frames=[new_frame(problem)], spent=asdict(Spent()), best=None, findings=[], step="", stopped="", outcome=None
    )


def encode_judgement(judgement: Judgement) -> dict[str, Json]:
    if isinstance(judgement, Rejected):
        return {"rejected": [encode_fault(f) for f in judgement.faults]}
    return {
        "accepted": {
            "verdict": encode_verdict(judgement.verdict),
            "facts": dict(judgement.facts),
            "answer": judgement.answer,
            "tools": dict(judgement.tools),
        }
    }


def decode_judgement(data: Json) -> Judgement:
    if "rejected" in data:
        return Rejected(tuple(decode_fault(f) for f in data["rejected"]))
    return decode_accepted(data["accepted"])


def decode_accepted(data: Mapping[str, Any]) -> Accepted:
    return Accepted(
        verdict=decode_verdict(data["verdict"]), facts=data["facts"], answer=data["answer"], tools=data["tools"]
    )


def encode_fault(fault: Fault) -> dict[str, Json]:
    return {"text": fault.text, "place": fault.place, "reason": fault.reason.value if fault.reason else None}


def decode_fault(data: Json) -> Fault:
    return Fault(text=data["text"], place=data["place"], reason=Reason(data["reason"]) if data["reason"] else None)


def encode_attempt(candidate: Candidate, faults: tuple[Fault, ...]) -> dict[str, Json]:
    return {"candidate": encode_candidate(candidate), "faults": [encode_fault(f) for f in faults]}


def decode_attempt(data: Json) -> Attempt:
    return Attempt(candidate=decode_candidate(data["candidate"]), faults=tuple(decode_fault(f) for f in data["faults"]))


def encode_finding(unknown: Unknown) -> dict[str, Json]:
    return {"reason": unknown.reason.value, "detail": unknown.detail}
