"""Offers answers to "find all": evaluates the predicate in growing windows, guesses, tests the guesses further out, and
looks for the hints that a checker needs to prove them."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lemmata.errors import BadInput
from lemmata.formats.python import ASKED
from lemmata.problem import Candidate, Json, Problem
from lemmata.provers.answers.answer import decode_answer, membership
from lemmata.provers.answers.check import family_query, outside_query, read_construction
from lemmata.provers.answers.sandboxed import enumerate_solutions, read_signature
from lemmata.provers.base import Backends
from lemmata.provers.terms.evaluate import NotEvaluated, evaluate_predicate
from lemmata.provers.terms.predicate import Predicate
from lemmata.tools.base import Offer, Turn
from lemmata.tools.conjecture_answers import Point, guess_answers
from lemmata.tools.conjecture_hints import find_facts, find_splits
from lemmata.tools.enumerate_box import OutOfTime, solutions_within
from lemmata.tools.enumerate_models import models_between
from lemmata.verdict import Reason, Unknown

WINDOWS = {1: (60, 300, 2000), 2: (12, 30, 80), 3: (5, 9, 15)}
_STEPS = 100_000
_MOST_RUN = 4
_HELD_OUT = 60
_SMALLEST = 12
_FEW = 40
_FURTHER = 100
_ASKED_S = 1.0
_QUICK = 0.2  # of the same: a box that a checker will surely evaluate in time
_SHARE = 0.6  # of the time for this call, for evaluating


@dataclass(frozen=True, slots=True)
class _Seen:
    """The solutions in a window."""

    window: int
    found: set[Point]


def propose(turn: Turn, backends: Backends) -> Offer:
    """Answers from one window after another; last, what could only be tested.

    Raises:
        BadInput: the problem can't be read.
    """
    if turn.problem.target in ASKED and turn.problem.target != "find_all":
        return Offer()
    try:
        predicate = read_construction(turn.problem)
    except BadInput as exc:
        if turn.problem.language != "python":
            raise
        return propose_by_running(turn, backends, f"{exc.place}: {exc.text}")
    stage, largest = (0, None) if turn.memory is None else (int(turn.memory["stage"]), turn.memory["largest"])
    windows = WINDOWS[len(predicate.unknowns)]
    start = time.monotonic()
    deadline = start + _SHARE * turn.limits.wall_s
    try:
        seen = _look(predicate, windows[stage], deadline, first=stage == 0)
    except NotEvaluated as exc:
        text = f"the predicate can't be evaluated: {exc}"
        return Offer(candidates=_tested(largest), finding=Unknown(Reason.UNSUPPORTED, text))
    if seen is None:
        text = f"the predicate could not be evaluated up to {windows[stage]} in time"
        return Offer(candidates=_tested(largest), finding=Unknown(Reason.TIMEOUT, text))
    far = _far(predicate, seen, backends)
    contents = list(_contents(predicate, seen, far, deadline))
    quick = time.monotonic() - start < _QUICK * turn.limits.wall_s
    if contents and (quick or largest is None):
        largest = {"answer": contents[0]["answer"], "bound": seen.window}
    candidates = tuple(Candidate(form="answer-set", content=c, origin="answer-sets") for c in contents)
    if stage == 0:  # so that this much is known if proving takes all the time
        candidates = (*_tested(largest), *candidates)
    if stage + 1 < len(windows):
        return Offer(candidates=candidates, memory={"stage": stage + 1, "largest": largest}, done=False)
    finding = Unknown(Reason.EXHAUSTED, "no guess about the solutions could be proved")
    return Offer(candidates=(*candidates, *_tested(largest)), finding=finding)


def propose_by_running(turn: Turn, backends: Backends, why: str) -> Offer:
    """Answers to be tested, for a predicate that is outside the subset and can only be run.

    Args:
        turn: what is asked.
        backends: for the sandbox.
        why: it is outside.

    Raises:
        BadInput: it can't be run either.
    """
    signature = read_signature(turn.problem)
    names, window = signature.parameters, WINDOWS[len(signature.parameters)][1]
    ran = enumerate_solutions(turn.problem.source, signature, window, backends, wall_s=_SHARE * turn.limits.wall_s)
    told = f"; it was run up to {ran.radius} only: {ran.detail}" if ran.reason is not None else ""
    detail = f"no proof, as the predicate is outside the subset that is read ({why}){told}"
    if ran.radius < 1:
        return Offer(finding=Unknown(ran.reason or Reason.UNSUPPORTED, detail))
    contents = [
        {"answer": guess, "bound": ran.radius, "hints": [], "tested": True}
        for guess in guess_answers(set(ran.found), ran.radius, names)
    ]
    candidates = tuple(Candidate(form="answer-set", content=c, origin="answer-sets") for c in contents[:_MOST_RUN])
    return Offer(candidates=candidates, finding=Unknown(Reason.UNSUPPORTED, detail))


def answers_from(problem: Problem, printed: list[Json], *, wall_s: float) -> list[Candidate]:
    """Answers guessed from a small window and from solutions that someone else has listed.

    Args:
        problem: whose predicate we can read.
        printed: lists of the unknowns' values; those that are none, or no solutions, are left out.
        wall_s: seconds on the clock.

    Raises:
        BadInput: the predicate can't be read.
    """
    predicate = read_construction(problem)
    deadline = time.monotonic() + wall_s
    size = len(predicate.unknowns)
    points = {tuple(p) for p in printed if isinstance(p, list) and len(p) == size and all(type(v) is int for v in p)}
    try:
        seen = _look(predicate, WINDOWS[size][0], deadline, first=True)
        known = {p for p in points if _solves(predicate, p)}
    except NotEvaluated:
        return []
    if seen is None:
        return []
    far = {p for p in known if p not in seen.found}
    contents = itertools.islice(_contents(predicate, seen, far, deadline), _MOST_RUN)
    return [Candidate(form="answer-set", content=c, origin="answer-sets") for c in contents]


def _solves(predicate: Predicate, point: Point) -> bool:
    return evaluate_predicate(predicate.term, dict(zip(predicate.unknowns, point, strict=True)), steps=_STEPS)


def _tested(largest: Json) -> tuple[Candidate, ...]:
    if largest is None:
        return ()
    return (Candidate(form="answer-set", content={**largest, "tested": True}, origin="answer-sets"),)


def _look(predicate: Predicate, window: int, deadline: float, *, first: bool) -> _Seen | None:
    """The solutions in a window (a smaller one, where the first is too large), or None when time is up."""
    try:
        return _look_up_to(predicate, window, deadline)
    except NotEvaluated:
        if not first or window < _SMALLEST:
            raise
        return _look(predicate, window // 4, deadline, first=True)


def _look_up_to(predicate: Predicate, window: int, deadline: float) -> _Seen | None:
    try:
        return _Seen(window, set(solutions_within(predicate, window, deadline)))
    except OutOfTime:
        return None


def _far(predicate: Predicate, seen: _Seen, backends: Backends) -> set[Point]:
    """A few solutions outside the window that a solver finds, where there are only a few inside."""
    if len(seen.found) > _FEW:
        return set()
    outer = _FURTHER * seen.window
    return models_between(predicate, seen.window, outer, backends, wall_s=_ASKED_S, most=_FEW)[0]


def _contents(predicate: Predicate, seen: _Seen, far: set[Point], deadline: float) -> Iterator[dict[str, Json]]:
    """What to offer for each guess that further cases don't contradict."""
    guesses = guess_answers(seen.found, seen.window, predicate.unknowns, taken=predicate.names())
    if 0 < len(far) < _FEW:
        guesses = [{"points": [list(p) for p in sorted(seen.found | far)]}, *guesses]
    for guess in guesses:
        if _survives(predicate, guess, seen, deadline):
            for hints in find_hints(predicate, guess):
                yield {"answer": guess, "bound": seen.window, "hints": hints}


def _survives(predicate: Predicate, guess: Json, seen: _Seen, deadline: float) -> bool:
    """Whether a guess agrees with the window and with some cases further out."""
    try:
        answer = decode_answer(guess, predicate.unknowns, taken=predicate.names())
    except BadInput:
        return False
    points, member = set(answer.points), membership(replace(answer, points=()), predicate.unknowns)
    for point in itertools.chain(seen.found, _further(seen, len(predicate.unknowns))):
        if time.monotonic() > deadline:
            return True
        values = dict(zip(predicate.unknowns, point, strict=True))
        try:
            solves = point in seen.found or evaluate_predicate(predicate.term, values, steps=_STEPS)
            if (point in points or evaluate_predicate(member, values)) != solves:
                return False
        except NotEvaluated:
            continue
    return True


def _further(seen: _Seen, size: int) -> Iterator[Point]:
    """Cases just outside the window, and along its diagonals further out."""
    out = seen.window
    if size == 1:
        for i in range(1, _HELD_OUT):
            yield (out + i,)
            yield (-out - i,)
        return
    for i in range(1, _HELD_OUT):
        for signs in itertools.product((1, -1, 0), repeat=size):
            if any(signs):
                yield tuple(s * (out + i) for s in signs)
                yield tuple(s * (out + i) + place for place, s in enumerate(signs))


def find_hints(predicate: Predicate, guess: Json) -> Iterator[list[Json]]:
    """Lists of hints to try for an answer, the most promising first."""
    answer = decode_answer(guess, predicate.unknowns, taken=predicate.names())
    outside = outside_query(predicate, answer)
    families = [family_query(predicate, answer, i) for i in range(len(answer.families))]
    facts = [*find_facts(outside), *({**h, "family": i} for i, q in enumerate(families) for h in find_facts(q)[:4])]
    split_families = [{**h, "family": i} for i, q in enumerate(families) for h in find_splits(q)[:1]]
    splits = find_splits(outside)
    if splits:
        for split in splits[:3]:
            yield [*facts, split, *split_families][:32]
    yield [*facts, *split_families][:32]
    if facts:
        yield split_families[:32]
