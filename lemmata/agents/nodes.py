"""The nodes of the agent's graph: each reads the state, acts through the workbench, and returns what changes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, replace
from importlib import import_module
from typing import Any, assert_never

from lemmata.agents.state import (
    KEPT_ATTEMPTS,
    Frame,
    Part,
    State,
    decode_accepted,
    decode_attempt,
    encode_attempt,
    encode_finding,
    encode_judgement,
    new_frame,
)
from lemmata.agents.strategies import CHAT
from lemmata.agents.workbench import Workbench
from lemmata.budget import Limits, Spent
from lemmata.certificate import encode_certificate
from lemmata.problem import Candidate, Json, Problem, decode_candidate, decode_problem, encode_candidate, encode_problem
from lemmata.tools.base import Offer, Turn
from lemmata.verdict import (
    Accepted,
    Proved,
    Reason,
    Refuted,
    Rejected,
    SafeUpTo,
    Tested,
    Unknown,
    Verdict,
    encode_verdict,
    name_of,
)

DEEPEST = 3
"""Frames on the stack at most."""
SUB_ASKS = 3
"""How often each proposer is asked for a sub-problem."""
FIRST_SLICE_S = 8.0
"""Seconds of a proposer's first turn; each further turn gets twice as many."""
LONGEST_CHECK_S = 60.0
_WORTH_TELLING = (Reason.BACKEND_MISSING, Reason.DISAGREEMENT)


async def route(state: State, bench: Workbench) -> State:
    """Begin: tell what is asked and who will be asked."""
    problem = decode_problem(state["frames"][0]["problem"])
    order = bench.strategy.order(repairing=False, chat=bench.chat is not None)
    bench.tell("routed", kind=problem.kind, language=problem.language, name=problem.name, proposers=list(order))
    if not order:
        return State(
            findings=[
                encode_finding(Unknown(Reason.NO_MODEL, f"a {problem.kind} needs a chat model: set LEMMATA_MODEL"))
            ],
            step="give_up",
        )
    return State(step="propose")


async def propose(state: State, bench: Workbench) -> State:
    """Ask the first proposer that was not asked yet."""
    frame = state["frames"][-1]
    return await _ask(state, bench, _waiting(frame, bench, asked=False)[0])


async def refine(state: State, bench: Workbench) -> State:
    """Ask again, with what was rejected since: the one that was asked least often."""
    frame = state["frames"][-1]
    waiting = _waiting(frame, bench, asked=True)
    return await _ask(state, bench, min(waiting, key=lambda name: frame["asked"][name]))


async def check(state: State, bench: Workbench) -> State:
    """Have the first candidate of the queue judged."""
    started = time.monotonic()
    frame = state["frames"][-1]
    problem = decode_problem(frame["problem"])
    candidate = decode_candidate(frame["queue"][0])
    left = bench.budget.left(_spent(state))
    judged = await bench.judge(problem, candidate, Limits(wall_s=max(0.1, min(left.wall_s, LONGEST_CHECK_S))))
    popped: Frame = {**frame, "queue": frame["queue"][1:]}
    if isinstance(judged, Rejected):
        attempts = [*frame["attempts"], encode_attempt(candidate, judged.faults)][-KEPT_ATTEMPTS:]
        update = State(frames=[*state["frames"][:-1], {**popped, "attempts": attempts}])
        told = [(f.reason, f.text) for f in judged.faults]
        update["findings"] = [
            *state["findings"],
            *(encode_finding(Unknown(reason, text)) for reason, text in told if reason in _WORTH_TELLING),
        ]
    else:
        update = _accept(state, popped, problem, candidate, judged, bench)
    return _stepped(state, bench, update, Spent(checks=1, wall_s=time.monotonic() - started))


async def decompose(state: State, bench: Workbench) -> State:
    """Take the problem in focus apart and begin with its first part; or give an exhausted part up."""
    frame = state["frames"][-1]
    if frame["split"]:
        below = state["frames"][-2]
        bench.tell("part_failed", name=frame["problem"]["name"])
        return _stepped(state, bench, State(frames=[*state["frames"][:-2], {**below, "parts": []}]), Spent())
    problem = decode_problem(frame["problem"])
    splitter = import_module(bench.strategy.split)
    parts = [Part(problem=encode_problem(p), candidate=None) for p in splitter.split_goal(problem)]
    marked: Frame = {**frame, "split": True, "parts": parts}
    frames = [*state["frames"][:-1], marked]
    if parts:
        bench.tell("decomposed", name=problem.name, parts=[p["problem"]["name"] for p in parts])
        frames.append(_part_frame(parts[0], depth=len(frames)))
    return _stepped(state, bench, State(frames=frames), Spent())


async def certify(state: State, bench: Workbench) -> State:
    """Turn the best accepted candidate into a certificate."""
    best = state["best"]
    assert best is not None
    candidate, accepted = decode_candidate(best["candidate"]), decode_accepted(best["accepted"])
    problem = decode_problem(state["frames"][0]["problem"])
    certificate = encode_certificate(problem, candidate, accepted)
    bench.tell("certified", verdict=name_of(accepted.verdict), form=candidate.form, origin=candidate.origin)
    return State(
        outcome={
            "verdict": certificate["verdict"],
            "answer": certificate["answer"],
            "certificate": certificate,
            "reason": _contradiction(state) or state["stopped"],
        }
    )


async def give_up(state: State, bench: Workbench) -> State:
    """Say why nothing is known."""
    unknown = _why(state)
    bench.tell("gave_up", reason=unknown.reason.value, detail=unknown.detail)
    return State(
        outcome={
            "verdict": encode_verdict(unknown),
            "answer": None,
            "certificate": None,
            "reason": unknown.reason.value,
        }
    )


def _contradiction(state: State) -> str:
    """What two back-ends contradict each other in, which a verdict on something else must not hide."""
    reason = Reason.DISAGREEMENT.value
    return next((f"{reason}: {f['detail']}" for f in state["findings"] if f["reason"] == reason), "")


def _why(state: State) -> Unknown:
    """The most telling finding: what the user can mend first, then limits, then exhaustion."""
    best = state["best"]
    if best is not None:
        verdict = decode_accepted(best["accepted"]).verdict
        assert isinstance(verdict, Unknown)
        return verdict
    findings = [Unknown(Reason(f["reason"]), f["detail"]) for f in state["findings"]]
    order = (
        Reason.NO_MODEL,
        Reason.MODEL_FAILED,
        Reason.BACKEND_MISSING,
        Reason.DISAGREEMENT,
        Reason.UNSUPPORTED,
    )
    for reason in order:
        for finding in findings:
            if finding.reason is reason:
                return finding
    if state["stopped"]:
        return Unknown(Reason.BUDGET, f"the budget of {state['stopped']} is used up")
    return findings[-1] if findings else Unknown(Reason.EXHAUSTED, "every proposer has offered all it has")


def _accept(
    state: State, frame: Frame, problem: Problem, candidate: Candidate, accepted: Accepted, bench: Workbench
) -> State:
    if len(state["frames"]) > 1:
        return _accept_part(state, frame, candidate, accepted, bench)
    if frame["repairing"] and not isinstance(accepted.verdict, Refuted):  # a repair that says nothing of the violation
        return State(frames=[frame])
    held: Json = {"candidate": encode_candidate(candidate), "accepted": encode_judgement(accepted)["accepted"]}
    frames = [frame]
    best = state["best"]
    better = best is None or _rank(accepted.verdict) > _rank(decode_accepted(best["accepted"]).verdict)
    update = State(frames=frames, best=held if better or _final(accepted.verdict, problem) else best)
    if isinstance(accepted.verdict, Refuted) and bench.strategy.repairers and not frame["repairing"]:
        memory = {name: {"trace": dict(candidate.content)} for name in bench.strategy.order(repairing=True, chat=True)}
        update["frames"] = [{**frame, "repairing": True, "queue": [], "memory": memory, "asked": {}, "done": []}]
    elif _final(accepted.verdict, problem):
        update["step"] = "give_up" if isinstance(accepted.verdict, Unknown) else "certify"
    return update


def _accept_part(state: State, frame: Frame, candidate: Candidate, accepted: Accepted, bench: Workbench) -> State:
    """A part is settled: go on with the next one, or put them together; a refuted part may refute the whole."""
    rest, parent = state["frames"][:-2], state["frames"][-2]
    if isinstance(accepted.verdict, Refuted):
        return State(frames=[*rest, {**parent, "parts": [], "queue": [encode_candidate(candidate), *parent["queue"]]}])
    if not isinstance(accepted.verdict, Proved):
        return State(frames=[*state["frames"][:-1], frame])
    parts = list(parent["parts"])
    at = next(i for i, part in enumerate(parts) if part["candidate"] is None)
    parts[at] = Part(problem=parts[at]["problem"], candidate=encode_candidate(candidate))
    filled: Frame = {**parent, "parts": parts}
    if at + 1 < len(parts):
        return State(frames=[*rest, filled, _part_frame(parts[at + 1], depth=len(rest) + 1)])
    splitter = import_module(bench.strategy.split)
    whole = splitter.join(decode_problem(parent["problem"]), tuple(decode_candidate(p["candidate"]) for p in parts))
    return State(frames=[*rest, {**filled, "queue": [encode_candidate(whole), *parent["queue"]]}])


def _part_frame(part: Part, *, depth: int) -> Frame:
    """A frame for a part; the deepest ones count as split already."""
    return {**new_frame(decode_problem(part["problem"])), "split": depth + 1 >= DEEPEST}


def _final(verdict: Verdict, problem: Problem) -> bool:
    """Whether nothing better can be hoped for."""
    match verdict:
        case Proved() | Refuted() | Unknown():
            return True
        case Tested():
            return problem.kind in ("synthesis", "question")
        case SafeUpTo():
            return False
        case _:
            assert_never(verdict)


def _rank(verdict: Verdict) -> tuple[int, int]:
    match verdict:
        case Proved() | Refuted():
            return (3, 0)
        case SafeUpTo(bound):
            return (2, bound)
        case Tested(cases):
            return (1, cases)
        case Unknown():
            return (0, 0)
        case _:
            assert_never(verdict)


async def _ask(state: State, bench: Workbench, name: str) -> State:
    started = time.monotonic()
    frame = state["frames"][-1]
    times = frame["asked"].get(name, 0)
    left = bench.budget.left(_spent(state))
    turn = Turn(
        problem=decode_problem(frame["problem"]),
        attempts=tuple(decode_attempt(a) for a in frame["attempts"]),
        memory=frame["memory"].get(name),
        limits=Limits(wall_s=max(0.1, left.wall_s if name == CHAT else min(left.wall_s, FIRST_SLICE_S * 2**times))),
    )
    offer = await bench.ask(name, turn, times=times)
    asked: Frame = {
        **frame,
        "queue": [*frame["queue"], *(encode_candidate(replace(c, origin=c.origin or name)) for c in offer.candidates)],
        "asked": {**frame["asked"], name: times + 1},
        "memory": {**frame["memory"], name: offer.memory},
        "done": [*frame["done"], name] if _has_nothing_more(state, frame, offer, times) else frame["done"],
        "current": name,
    }
    update = State(frames=[*state["frames"][:-1], asked])
    if offer.finding is not None:
        update["findings"] = [*state["findings"], encode_finding(offer.finding)]
    return _stepped(state, bench, update, replace(offer.spent, wall_s=time.monotonic() - started))


def _has_nothing_more(state: State, frame: Frame, offer: Offer, times: int) -> bool:
    return offer.done or (len(state["frames"]) > 1 and times + 1 >= SUB_ASKS)


def _waiting(frame: Frame, bench: Workbench, *, asked: bool) -> list[str]:
    order = bench.strategy.order(repairing=frame["repairing"], chat=bench.chat is not None)
    return [name for name in order if name not in frame["done"] and (frame["asked"].get(name, 0) > 0) == asked]


def _spent(state: State) -> Spent:
    return Spent(**state["spent"])


def _stepped(state: State, bench: Workbench, update: State, spent: Spent) -> State:
    """The update with what it cost and where to go next."""
    total = _spent(state) + spent
    merged: Any = {**state, **update, "spent": asdict(total)}
    step = update.get("step") or ""
    if not step:
        stopped = bench.budget.exhausted(total)
        if stopped:
            merged["stopped"] = update["stopped"] = stopped
            bench.tell("budget_ended", allowance=stopped)
        step = "certify" if stopped and merged["best"] else "give_up" if stopped else _next(merged, bench)
    return State(**{**update, "spent": asdict(total), "step": step})


def _next(state: State, bench: Workbench) -> str:
    frame = state["frames"][-1]
    tests: tuple[tuple[str, Callable[[], object]], ...] = (
        ("check", lambda: frame["queue"]),
        ("propose", lambda: _waiting(frame, bench, asked=False)),
        ("decompose", lambda: bench.strategy.split and not frame["split"]),
        ("refine", lambda: _waiting(frame, bench, asked=True)),
        ("decompose", lambda: len(state["frames"]) > 1),
        ("certify", lambda: state["best"] is not None),
    )
    return next((step for step, test in tests if test()), "give_up")
