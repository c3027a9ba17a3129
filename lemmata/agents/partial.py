"""What an interrupted run had found by then: the strongest accepted candidate, with its certificate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from lemmata.agents.state import decode_accepted
from lemmata.agents.workbench import check_key
from lemmata.budget import Spent
from lemmata.certificate import encode_certificate
from lemmata.problem import Candidate, Problem, decode_candidate, encode_candidate
from lemmata.record import Event
from lemmata.verdict import Accepted, Proved, Reason, Refuted, SafeUpTo, Solution, Tested, Unknown, Verdict

_ORDER = (Unknown, Tested, SafeUpTo, Refuted, Proved)


def best_so_far(problem: Problem, events: Sequence[Event], *, key: str, wall_s: float) -> Solution:
    """The solution that the events of one problem amount to; Unknown (cancelled) where nothing was accepted.

    Args:
        problem: what was asked; what was accepted about its parts alone does not count.
        events: as they came, oldest first.
        key: what the run knows the problem by.
        wall_s: seconds that it was worked on.
    """
    verdict: Verdict = Unknown(Reason.CANCELLED, "interrupted before anything was found")
    answer, certificate = None, None
    accepted = list(_accepted(problem, events, key))
    if accepted:
        candidate, found = max(reversed(accepted), key=lambda pair: _strength(pair[1].verdict))
        verdict, answer = found.verdict, found.answer
        certificate = encode_certificate(problem, candidate, found)
    spent = sum((Spent(**e["offer"]["spent"]) for e in events if e["event"] == "offered"), Spent())
    checks = sum(e["event"] == "checked" for e in events)
    cost = Spent(**{**asdict(spent), "wall_s": wall_s, "checks": checks})
    return Solution(
        problem=problem,
        answer=answer,
        verdict=verdict,
        certificate=certificate,
        cost=cost,
        stopped="interrupted",
        record=tuple(events),
    )


def _accepted(problem: Problem, events: Sequence[Event], key: str) -> Iterator[tuple[Candidate, Accepted]]:
    offered: dict[str, Candidate] = {}
    for event in events:
        if event["event"] == "offered":
            for candidate in map(decode_candidate, event["offer"]["candidates"]):
                offered[check_key(key, problem, candidate)] = candidate
        elif event["event"] == "checked" and event["key"] in offered and "accepted" in event["judgement"]:
            candidate = offered[event["key"]]
            named = decode_candidate({**encode_candidate(candidate), "origin": event["origin"]})
            yield named, decode_accepted(event["judgement"]["accepted"])


def _strength(verdict: Verdict) -> tuple[int, int]:
    """A repair of a program comes after the violation itself, and is as strong: the later one is preferred."""
    extent = verdict.bound if isinstance(verdict, SafeUpTo) else verdict.cases if isinstance(verdict, Tested) else 0
    return _ORDER.index(type(verdict)), extent
