"""Checkers for Lean: a proof, a proof of the negation, an answer with its proof.

`lean-proof`     {"body"}               the body of a proof: a `by` block or a term
`lean-disproof`  {"body", "values"?}    the body of a proof of the negation, at those values of the variables
`lean-answer`    {"answers", "body"}    for each answer hole a literal, and the body of a proof with them filled in

Facts: the exact statement, the axioms beyond which nothing was assumed, and what stood in for absent libraries.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Json, Problem
from lemmata.provers.base import Backends
from lemmata.provers.lean.audit import STANDARD_AXIOMS, Audit, Message, establish, inspect
from lemmata.provers.lean.imports import check_imports
from lemmata.provers.lean.literals import decode_literal, with_exact_fractions
from lemmata.provers.lean.pin import NEGATION, VACUITY, Pinned, definitions_in, hollow, negate, pin
from lemmata.provers.lean.policy import check_source
from lemmata.provers.lean.worker import Lean, LeanFailed, lean_of
from lemmata.verdict import (
    Accepted,
    Counterexample,
    Judgement,
    Proved,
    Reason,
    Refuted,
    Rejected,
    Unknown,
    Verdict,
    rejected,
)

_CONTRADICTION = """by
  delta {statement}
  intros
  first
  | contradiction
  | omega
  | (simp_all; done)
  | (exfalso; decide)
  | (simp_all [{definitions}]; done)
  | (simp_all [{definitions}]; omega)
  | grind"""
_VACUITY_HEARTBEATS, _VACUITY_WALL_S = 10_000, 8.0
_NAME = re.compile(r"[A-Za-z_\u0370-\u03ff][\w'\u2080-\u2089]*$")


def check_proof(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Proved, if the body proves the statement as it stands in the problem.

    Raises:
        BadInput: the statement does not elaborate, or the problem's text would run code.
        BackendMissing: there is no Lean.
    """
    content = candidate.content
    if set(content) != {"body"}:
        return rejected("expected exactly the field body", place="content")
    lean, pinned = _prepare(problem, backends)
    return _judge(lean, pinned, content["body"], limits, Proved(), answer=content["body"], place=problem.name)


def check_disproof(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Refuted, if the body proves the negation of the statement closed over its variables.

    Raises:
        BadInput, BackendMissing: as for `check_proof`.
    """
    content = candidate.content
    values = content.get("values", {})
    if not set(content) <= {"body", "values"} or not isinstance(values, Mapping):
        return rejected("expected the field body, and values as an object", place="content")
    try:
        shown = {_variable(name): decode_literal(text) for name, text in values.items()}
    except BadInput as exc:
        return rejected(str(exc), place="values")
    lean, pinned = _prepare(problem, backends)
    texts = {name: f"({with_exact_fractions(text)})" for name, text in values.items()}
    replay = "Lean proved the negation of the statement" + (" at these values" if shown else "")
    verdict = Refuted(Counterexample(values=shown, replay=replay))
    return _judge(lean, negate(pinned, texts), content.get("body"), limits, verdict, answer=None, place=problem.name)


def check_answer(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Proved with the answer, if literals fill the holes and the body proves the theorem about them.

    Raises:
        BadInput, BackendMissing: as for `check_proof`.
    """
    content = candidate.content
    answers = content.get("answers")
    if set(content) != {"answers", "body"} or not isinstance(answers, Mapping) or not answers:
        return rejected("expected the fields answers, an object, and body", place="content")
    try:
        for text in answers.values():
            decode_literal(text)
        texts = {name: with_exact_fractions(text) for name, text in answers.items()}
        lean, pinned = _prepare(problem, backends, texts)
    except BadInput as exc:
        if exc.place.startswith("answer"):
            return rejected(str(exc), place="answers")
        raise
    return _judge(lean, pinned, content["body"], limits, Proved(), answer=dict(answers), place=problem.name)


def elaborate_statement(problem: Problem, backends: Backends, limits: Limits) -> tuple[Message, ...]:
    """What Lean says of the statement, its proof left open; empty: it elaborates. For proposers, before they search.

    Returns:
        errors, where they can be blamed on Mathlib's absence (the file imports it, and it is not there).

    Raises:
        BadInput: the statement does not elaborate, and nothing was left out of its text.
        BackendMissing: there is no Lean.
        LeanFailed: a limit was reached.
    """
    lean, pinned = _prepare(problem, backends)
    messages = inspect(lean, pinned, wall_s=limits.wall_s)
    if messages and not pinned.prelude:
        raise _unreadable(messages, problem.name)
    return messages


def axioms_behind(judged: Accepted) -> tuple[str, ...]:
    """The axioms of the problem's own text that what was accepted rests on."""
    named = judged.facts.get("axioms_of_the_problem", ())
    return tuple(map(str, named)) if isinstance(named, list) else ()


def needs_mathlib(messages: tuple[Message, ...]) -> Unknown:
    """The finding that a statement can't be read without Mathlib."""
    return Unknown(Reason.UNSUPPORTED, f"needs Mathlib, which is not there: {messages[0]}")


def _prepare(problem: Problem, backends: Backends, answers: Mapping[str, str] | None = None) -> tuple[Lean, Pinned]:
    if problem.language != "lean":
        raise BadInput(f"expected a problem in Lean, not in {problem.language}", place=problem.name)
    check_source(problem.source, place=problem.name)
    lean = lean_of(backends)
    pinned = pin(problem, mathlib=lean.toolchain.mathlib, answers=answers)
    check_imports(pinned.context, lean.toolchain, place=problem.name)
    return lean, pinned


def _variable(name: object) -> str:
    if not isinstance(name, str) or not _NAME.match(name):
        raise BadInput(f"expected names of variables, got {name!r}", place="values")
    return name


def _judge(
    lean: Lean, pinned: Pinned, body: object, limits: Limits, verdict: Verdict, *, answer: Json, place: str
) -> Judgement:
    found = establish(lean, pinned, body, limits)
    if isinstance(found, Rejected):
        return _blame_statement(lean, pinned, limits, found, place)
    if isinstance(verdict, Proved) and hypotheses_contradict(lean, pinned, limits):
        verdict = Unknown(Reason.VACUOUS, "the hypotheses contradict each other, so that anything follows from them")
    facts: dict[str, Json] = {
        "statement": pinned.statement,
        "axioms_within": sorted({*STANDARD_AXIOMS, *found.declared}),
        "axioms_of_the_problem": list(found.declared),
    }
    if pinned.prelude:
        facts["prelude"] = list(pinned.prelude)
    return Accepted(verdict=verdict, facts=facts, answer=answer, tools={"lean": lean.toolchain.version})


def _blame_statement(lean: Lean, pinned: Pinned, limits: Limits, found: Rejected, place: str) -> Rejected:
    """The rejection, unless it is the statement itself that Lean can't read."""
    if any(f.reason for f in found.faults):
        return found
    try:
        messages = inspect(lean, pinned, wall_s=limits.wall_s)
    except LeanFailed:
        return found
    if not messages:
        return found
    if pinned.prelude:
        return rejected(needs_mathlib(messages).detail, place="statement", reason=Reason.UNSUPPORTED)
    if pinned.name == NEGATION:
        return rejected(f"the values don't fit the statement: {messages[0]}", place="values")
    if pinned.answered:
        return rejected(f"the answers don't fit the statement: {messages[0]}", place="answers")
    raise _unreadable(messages, place)


def _unreadable(messages: tuple[Message, ...], place: str) -> BadInput:
    first = messages[0]
    return BadInput(f"the statement does not elaborate: {first.summary}", place=f"{place}, line {first.line}")


def hypotheses_contradict(lean: Lean, pinned: Pinned, limits: Limits) -> bool:
    """Whether False follows from the statement's hypotheses by a few fixed tactics, audited like any proof.

    Raises:
        BackendMissing: Lean does not start.
    """
    own = Limits(wall_s=min(_VACUITY_WALL_S, limits.wall_s), memory_mb=limits.memory_mb)
    body = _CONTRADICTION.format(statement=VACUITY, definitions=", ".join(definitions_in(pinned.context)))
    found = establish(lean, hollow(pinned), body, own, heartbeats=_VACUITY_HEARTBEATS)
    return isinstance(found, Audit)
