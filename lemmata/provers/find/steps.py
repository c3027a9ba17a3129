"""Solutions written as chains of steps, each with its own obligation.

    solve (x : ℝ) (h : x ≠ 3) where √(x + 6) = x
    ⇒ x + 6 = x ^ 2                 the line before implies this one (squaring: there may be more solutions now)
    ⇔ (x - 3) * (x + 2) = 0         and this one implies the line before, too
    cases x ≥ 0 | x < 0             every solution is in one of the cases
    case x ≥ 0                      steps for this case, from the line before `cases` and the case together
    ⇔ x = 3
    case x < 0
    ⇔ x = -2
    answer x = 3                    and these are all the solutions

`=>`, `<=>` are the same signs. In parentheses behind `solve` are variables and what is assumed of them all along. The
answer must follow from what stands before it and the statement, so that nothing is lost, and must imply the statement,
so that nothing is in it that came in on the way. A chain is refuted by a solution that it loses or that it lets in,
named with the step where that happens.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Json, Problem, Theorem
from lemmata.provers.base import Backends
from lemmata.provers.find.answer import read_value
from lemmata.provers.find.claim import Declared
from lemmata.provers.find.refute import Refused, Refuting
from lemmata.provers.find.script import write_script
from lemmata.provers.smt.values import describe
from lemmata.provers.terms.evaluate import NotEvaluated, Undefined, evaluate
from lemmata.provers.terms.lean_elaborate import Elaboration, Scope
from lemmata.provers.terms.lean_syntax import Parser, parse
from lemmata.provers.terms.lean_types import read_type
from lemmata.provers.terms.lean_values import Typed
from lemmata.provers.terms.term import TRUE, Sort, Term, Var, conjunction, disjunction, negated, substitute
from lemmata.provers.terms.tidy import tidy
from lemmata.verdict import Accepted, Counterexample, Judgement, Proved, Reason, Refuted, Rejected, Unknown, rejected

_LINES = 200
_MARK = re.compile(r"\s*(⇒|=>|⇔|<=>|cases\b|case\b|answer\b)\s*(.*)\Z")
_MARKS: Mapping[str, str] = {"=>": "⇒", "<=>": "⇔"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a chain.

    Args:
        mark: `solve`, `⇒`, `⇔`, `cases`, `case` or `answer`.
        number: of the line in the text, from 1.
        text: without the mark.
        claims: what it says; of `cases` each case, else one.
    """

    mark: str
    number: int
    text: str
    claims: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Obligation:
    """One thing that a step needs.

    Args:
        line: the line that needs it.
        given: what holds before, assumptions included.
        goal: what must follow.
        kind: `loses` (a solution would be lost) or `lets in` (one would come in).
    """

    line: Line
    given: Term
    goal: Term
    kind: str


@dataclass(frozen=True, slots=True)
class Chain:
    variables: tuple[Declared, ...]
    assumptions: Term
    lines: tuple[Line, ...]
    obligations: tuple[Obligation, ...]


def chain_of(problem: Problem) -> Chain:
    """The chain of a problem.

    Raises:
        BadInput: it is something else, or can't be read; `place` is `line:column`.
    """
    if not isinstance(problem, Theorem) or problem.language != "steps":
        raise BadInput("expected a solution in steps", place=problem.name)
    return read_chain(problem.source)


def read_chain(text: str) -> Chain:
    """The chain that a text writes.

    Raises:
        BadInput: outside the fragment; `place` is `line:column`.
    """
    rows = [(i, row) for i, row in enumerate(text.splitlines(), 1) if row.strip() and not row.lstrip().startswith("--")]
    if not rows or len(rows) > _LINES:
        raise BadInput(f"expected 1 to {_LINES} lines, from `solve` to `answer`", place="1:1")
    reading = _Reading()
    first = reading.statement(*rows[0])
    lines = (first, *(reading.step(number, row) for number, row in rows[1:]))
    assumptions = conjunction(*reading.assumptions)
    return Chain(tuple(reading.variables), assumptions, lines, tuple(_obligations(lines, assumptions)))


class _Reading:
    def __init__(self) -> None:
        self.elaboration = Elaboration(opens=("Real", "Nat"))
        self.scope: Scope = {}
        self.variables: list[Declared] = []
        self.assumptions: list[Term] = []

    def statement(self, number: int, row: str) -> Line:
        match = re.match(r"\s*solve\s+(.*?)\s*\bwhere\b\s*(.*)\Z", row)
        if match is None:
            raise BadInput("expected `solve (x : ℝ) where` and a statement", place=f"{number}:1")
        self.binders(match[1], number, match.start(1))
        return Line("solve", number, match[2], (self.claim(match[2], number, match.start(2)),))

    def binders(self, text: str, number: int, offset: int) -> None:
        try:
            parser = Parser(text)
            while parser.sees("("):
                for binder in parser.group():
                    kind = read_type(binder.parts[0])
                    if kind is None:
                        self.assumptions.append(self.elaboration.proposition(binder.parts[0], self.scope).term())
                    elif isinstance(kind, Sort):
                        self.declare(binder.text, kind)
                    else:
                        raise BadInput("expected numbers as unknowns", place=f"claim:{binder.column}")
            parser.expect("end", "a variable in parentheses")
        except BadInput as exc:
            raise _moved(exc, number, offset) from None

    def declare(self, name: str, sort: Sort) -> None:
        unique = self.elaboration.fresh(name)
        var = Var(unique, sort)
        self.scope = {**self.scope, name: Typed(sort, lambda: var, 1)}
        self.variables.append(Declared(unique, (), sort))

    def claim(self, text: str, number: int, offset: int) -> Term:
        try:
            return self.elaboration.proposition(parse(text), self.scope).term()
        except BadInput as exc:
            raise _moved(exc, number, offset) from None
        except RecursionError:
            raise BadInput("expected a line that is nested less deeply", place=f"{number}:1") from None

    def step(self, number: int, row: str) -> Line:
        match = _MARK.match(row)
        if match is None:
            raise BadInput("expected a line that starts with ⇒, ⇔, cases, case or answer", place=f"{number}:1")
        mark, text, offset = _MARKS.get(match[1], match[1]), match[2], match.start(2)
        if mark != "cases":
            return Line(mark, number, text, (self.claim(text, number, offset),))
        claims = []
        for part in _separated(text):
            claims.append(self.claim(part, number, offset))
            offset += len(part) + 1
        return Line(mark, number, text, tuple(claims))


def _separated(text: str) -> list[str]:
    """The cases between ` | `; bars with no space on one side are absolute values."""
    return re.split(r"(?<=\s)\|(?=\s)", text)


def _moved(exc: BadInput, number: int, offset: int) -> BadInput:
    column = int(exc.place.rpartition(":")[2]) if exc.place.startswith("claim:") else 1
    return BadInput(exc.text, place=f"{number}:{offset + column}")


def _obligations(lines: tuple[Line, ...], assumptions: Term) -> list[Obligation]:
    found: list[Obligation] = []
    start = here = lines[0].claims[0]
    split: tuple[Term, tuple[Term, ...]] | None = None
    done: list[Term] = []
    opened: list[Term] = []

    def need(line: Line, given: Term, goal: Term, kind: str) -> None:
        found.append(Obligation(line, conjunction(assumptions, given), goal, kind))

    for line in lines[1:]:
        claim = line.claims[0]
        if line.mark == "cases":
            if split is not None:
                raise BadInput("expected no cases within cases; use lines of their own", place=f"{line.number}:1")
            need(line, here, disjunction(*line.claims), "loses")
            split = here, line.claims
        elif line.mark == "case":
            if split is None or claim not in split[1] or claim in opened:
                raise BadInput("expected one of the cases that are open", place=f"{line.number}:1")
            if opened:
                done.append(here)
            opened.append(claim)
            here = conjunction(split[0], claim)
        elif split is not None and not opened and line.mark != "answer":
            raise BadInput("expected `case` and the first of the cases", place=f"{line.number}:1")
        elif line.mark == "answer":
            if line is not lines[-1]:
                raise BadInput("expected the answer in the last line", place=f"{line.number}:1")
            if split is not None:
                rest = [conjunction(split[0], c) for c in split[1] if c not in opened]
                here = disjunction(*done, *([here] if opened else []), *rest)
            need(line, conjunction(start, here), claim, "loses")
            need(line, claim, start, "lets in")
        else:
            need(line, here, claim, "loses")
            if line.mark == "⇔":
                need(line, conjunction(claim, *opened[-1:]), here, "lets in")
            here = conjunction(claim, *opened[-1:])
    if lines[-1].mark != "answer":
        raise BadInput("expected `answer` and the solutions in the last line", place=f"{lines[-1].number}:1")
    return found


def check_steps(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Proved where each obligation of each step is shown: `{}`.

    Raises:
        BadInput: the problem can't be read.
    """
    chain = chain_of(problem)
    if candidate.content:
        return rejected("expected no fields", place="content")
    refuting = Refuting(backends, time.monotonic() + limits.wall_s, limits.memory_mb)
    try:
        if (
            chain.assumptions != TRUE
            and refuting.refute(write_script(chain.variables, [chain.assumptions]), "") is None
        ):
            return Accepted(verdict=Unknown(Reason.VACUOUS, "what is assumed contradicts itself"), tools=refuting.tools)
        for obligation in chain.obligations:
            goal = tidy(obligation.goal)
            what = f"line {obligation.line.number}, {obligation.line.mark} {obligation.line.text}"
            fault = refuting.refute(write_script(chain.variables, [obligation.given, negated(goal)]), what)
            if fault is not None:
                return Rejected((fault,))
        refuting.second_opinions()
    except Refused as exc:
        return exc.judged
    except BadInput as exc:
        return rejected(exc.text, place=exc.place)
    except NotEvaluated as exc:
        return rejected(str(exc), reason=Reason.UNSUPPORTED)
    facts: dict[str, Json] = {"obligations": len(chain.obligations), "queries": refuting.scripts}
    return Accepted(verdict=Proved(), facts=facts, tools=refuting.tools)


def check_steps_refuted(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Refuted by values that a step loses or lets in: `{"obligation": 2, "values": {"x": "0"}}`.

    Raises:
        BadInput: the problem can't be read.
    """
    chain = chain_of(problem)
    match dict(candidate.content):
        case {"obligation": int(index), "values": dict(values), **rest} if (
            not rest and 0 <= index < len(chain.obligations) and set(values) == {d.name for d in chain.variables}
        ):
            obligation = chain.obligations[index]
        case _:
            return rejected("expected the index of an obligation and a value for each variable", place="content")
    try:
        point = {d.name: read_value(str(values[d.name]), d.sort).bodies[0] for d in chain.variables}
        if not holds(obligation.given, point) or holds(obligation.goal, point):
            return rejected("the values do not speak against this step", place="content.values")
        replay = name_fault(chain, obligation, point, values)
    except BadInput as exc:
        return rejected(exc.text, place=exc.place)
    except NotEvaluated as exc:
        return rejected(f"the step can't be evaluated there: {exc}", place="content.values", reason=Reason.UNSUPPORTED)
    facts: dict[str, Json] = {"line": obligation.line.number, "fault": obligation.kind}
    return Accepted(verdict=Refuted(Counterexample(values=values, replay=replay)), facts=facts)


def holds(claim: Term, point: Mapping[str, Term]) -> bool:
    """Whether a claim is true at a point, by exact evaluation.

    Raises:
        NotEvaluated: that can't be told.
    """
    try:
        return evaluate(tidy(substitute(claim, dict(point))), {}) is True
    except Undefined:
        return False


def name_fault(chain: Chain, obligation: Obligation, point: Mapping[str, Term], values: Mapping[str, Json]) -> str:
    """One sentence: which solution is lost or comes in, and where."""
    told, line = describe(values), obligation.line
    if obligation.kind == "loses":
        what = "the cases leave out" if line.mark == "cases" else "this step loses"
        return f"line {line.number}: {what} the solution {told}: it satisfies what stands before and not {line.text!r}"
    if line.mark != "answer":
        return f"line {line.number}: this step lets in {told}: it satisfies {line.text!r} and not what stands before"
    guilty = next((o.line for o in chain.obligations if o.line.mark in "⇒⇔" and _lets_in(o, point)), line)
    where = "" if guilty is line else f"; it came in at line {guilty.number}, {guilty.mark} {guilty.text}"
    said = f"the answer has the extraneous solution {told}, which does not satisfy the statement"
    return f"line {line.number}: {said}{where}"


def _lets_in(obligation: Obligation, point: Mapping[str, Term]) -> bool:
    return holds(obligation.goal, point) and not holds(obligation.given, point)
