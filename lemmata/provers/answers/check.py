"""Decides whether an answer to "find all" is right: everything it lists is a solution, and nothing else is.

    {"answer": …, "bound": B, "hints": […], "tested": false}

Inside the box |unknown| ≤ B every tuple is evaluated exactly and must be a solution just when the answer holds it.
Outside, a solver shows that no solution is left out, and that the members of families are solutions; hints (verified
here) help it. With "tested" only the box is looked at, and the verdict is Tested.
"""

from __future__ import annotations

import itertools
import platform
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.formats.python import ASKED
from lemmata.problem import Candidate, Construction, Json, Problem
from lemmata.provers.answers.answer import Answer, decode_answer, describe, encode_answer, membership
from lemmata.provers.answers.hints import check_hint, read_split
from lemmata.provers.answers.query import Query, cases, make_query, resolved
from lemmata.provers.answers.sandboxed import enumerate_solutions, read_signature
from lemmata.provers.base import Backends
from lemmata.provers.smt.check import Asking, unsat_fault
from lemmata.provers.smt.solver import Status, installed
from lemmata.provers.terms.definedness import whole_exponents
from lemmata.provers.terms.evaluate import NotEvaluated, evaluate_predicate
from lemmata.provers.terms.polynomial import term_of
from lemmata.provers.terms.predicate import Predicate
from lemmata.provers.terms.python_reader import read_predicate
from lemmata.provers.terms.smt_predicate import read_smt_predicate
from lemmata.provers.terms.term import TRUE, Op, Sort, Term, Var, apply, negated, number, substitute
from lemmata.verdict import Accepted, Judgement, Proved, Reason, Rejected, Tested, rejected

_TUPLES = 50_000
_STEPS = 200_000
_HINTS = 32
_QUERIES = 600
_TEXT = 4 << 20
_SECOND_S = 2.0  # for second opinions, together
_KEYS = {"answer", "bound", "hints", "tested"}


@dataclass(frozen=True, slots=True)
class Offered:
    """What a candidate says, read."""

    answer: Answer
    bound: int
    hints: tuple[Mapping[str, Json], ...]
    tested: bool


class _Refused(Exception):
    """The candidate is rejected."""

    def __init__(self, judged: Rejected) -> None:
        super().__init__()
        self.judged = judged


def read_construction(problem: Problem) -> Predicate:
    """The predicate whose solutions a problem asks for.

    Raises:
        BadInput: it asks for something else, or can't be read.
    """
    if not isinstance(problem, Construction) or problem.language not in ("python", "smtlib"):
        raise BadInput("expected a construction in Python or SMT-LIB", place=problem.name)
    if problem.target in ASKED and problem.target != "find_all":
        raise BadInput("expected find_all, which asks for a set of solutions", place=problem.name)
    try:
        if problem.language == "smtlib":
            return read_smt_predicate(problem.source)
        return read_predicate(problem.source, problem.target or "find_all")
    except BadInput as exc:
        raise BadInput(exc.text, place=f"{problem.name}:{exc.place}" if exc.place else problem.name) from None


def check_answer_set(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Judge an answer to "find all".

    Args:
        problem: a construction in Python or SMT-LIB.
        candidate: of the form `answer-set`, see above.
        backends: for the solver.
        limits: for everything together.

    Raises:
        BadInput: the problem can't be read.
    """
    try:
        predicate = read_construction(problem)
    except BadInput:
        if candidate.content.get("tested") is not True or problem.language != "python":
            raise
        return _judge_by_running(problem, candidate.content, backends, limits)
    return judge_answer(predicate, candidate.content, backends, limits)


def _judge_by_running(
    problem: Problem, content: Mapping[str, Json], backends: Backends, limits: Limits
) -> Accepted | Rejected:
    """As with "tested", of a predicate that is outside the subset and can only be run."""
    signature = read_signature(problem)
    if signature.name in ASKED and signature.name != "find_all":
        raise BadInput("expected find_all, which asks for a set of solutions", place=problem.name)
    deadline = time.monotonic() + limits.wall_s
    names = signature.parameters
    try:
        offered = _read(content, Predicate(names, TRUE))
    except BadInput as exc:
        return rejected(exc.text, place=exc.place)
    ran = enumerate_solutions(problem.source, signature, offered.bound, backends, wall_s=limits.wall_s)
    if ran.reason is not None:
        text = f"the predicate could not be run up to {offered.bound}, only up to {ran.radius}: {ran.detail}"
        return rejected(text, place="content.bound", reason=ran.reason)

    def solves(values: tuple[int, ...]) -> bool:
        if any(abs(v) > offered.bound for v in values):
            raise _Refused(rejected("expected points within the bound, which is all that is run", place="content"))
        return values in ran.found

    try:
        count = _compare(names, solves, offered, deadline)
    except _Refused as exc:
        return exc.judged
    answer = {**encode_answer(offered.answer), "text": describe(offered.answer, names)}
    facts = {"bound": offered.bound, "tuples": count, "run": True}
    return Accepted(verdict=Tested(count), facts=facts, answer=answer, tools={"python": platform.python_version()})


def judge_answer(
    predicate: Predicate, content: Mapping[str, Json], backends: Backends, limits: Limits
) -> Accepted | Rejected:
    """Judge what a candidate's content says of a predicate; as `check_answer_set`."""
    deadline = time.monotonic() + limits.wall_s
    try:
        offered = _read(content, predicate)
        tuples = _compare(predicate.unknowns, _evaluated(predicate), offered, deadline)
        facts: dict[str, Json] = {"bound": offered.bound, "tuples": tuples}
        tools: dict[str, str] = {}
        if not offered.tested:
            scripts = _scripts(predicate, offered, deadline)
            tools = _refute(scripts, Asking(backends, deadline, limits.memory_mb, "z3"))
            facts["queries"] = scripts
    except _Refused as exc:
        return exc.judged
    except BadInput as exc:
        return rejected(exc.text, place=exc.place)
    except RecursionError:
        return rejected("expected a candidate that is nested less deeply", place="content")
    answer = {**encode_answer(offered.answer), "text": describe(offered.answer, predicate.unknowns)}
    verdict = Tested(tuples) if offered.tested else Proved()
    return Accepted(verdict=verdict, facts=facts, answer=answer, tools=tools)


def _read(content: Mapping[str, Json], predicate: Predicate) -> Offered:
    unknowns = predicate.unknowns
    if not {"answer", "bound"} <= set(content) <= _KEYS:
        raise BadInput("expected answer, bound, and perhaps hints and tested", place="content")
    bound, hints, tested = content["bound"], content.get("hints", []), content.get("tested", False)
    if type(bound) is not int or not 0 <= bound <= _TUPLES or (2 * bound + 1) ** len(unknowns) > _TUPLES:
        raise BadInput(f"expected a bound whose box holds at most {_TUPLES} tuples", place="content.bound")
    if not isinstance(hints, list) or len(hints) > _HINTS or not all(isinstance(h, dict) for h in hints):
        raise BadInput(f"expected a list of at most {_HINTS} hints", place="content.hints")
    if type(tested) is not bool:
        raise BadInput("expected true or false", place="content.tested")
    answer = decode_answer(content["answer"], unknowns, taken=predicate.names())
    return Offered(answer, bound, tuple(hints), tested)


def _evaluated(predicate: Predicate) -> Callable[[tuple[int, ...]], bool]:
    def solves(values: tuple[int, ...]) -> bool:
        point = dict(zip(predicate.unknowns, values, strict=True))
        return evaluate_predicate(predicate.term, point, steps=_STEPS)

    return solves


def _compare(
    names: tuple[str, ...], holds: Callable[[tuple[int, ...]], bool], offered: Offered, deadline: float
) -> int:
    """Look at the box and the points, and compare with the answer; gives the number of tuples."""
    points = set(offered.answer.points)
    member = membership(replace(offered.answer, points=()), names)
    count = 0
    span = range(-offered.bound, offered.bound + 1)
    boxed = itertools.product(span, repeat=len(names))
    beyond = [p for p in offered.answer.points if any(abs(v) > offered.bound for v in p)]
    for values in itertools.chain(boxed, beyond):
        count += 1
        if count % 16 == 0 and time.monotonic() > deadline:
            raise _Refused(rejected("the tuples of the box could not all be evaluated in time", reason=Reason.TIMEOUT))
        point = dict(zip(names, values, strict=True))
        try:
            solves = holds(values)
            listed = values in points or evaluate_predicate(member, point, steps=_STEPS)
        except NotEvaluated as exc:
            text = f"{_shown(point)} can't be decided by evaluation: {exc}"
            raise _Refused(rejected(text, place="content.bound", reason=Reason.UNSUPPORTED)) from None
        if solves != listed:
            said = "is a solution, but not in the answer" if solves else "is in the answer, but no solution"
            raise _Refused(rejected(f"{_shown(point)} {said}", place="content.answer"))
    return count


def _shown(point: Mapping[str, int]) -> str:
    return ", ".join(f"{n} = {str(v) if abs(v) < 10**50 else 'a number of many digits'}" for n, v in point.items())


def family_query(predicate: Predicate, offered: Answer, index: int) -> Query:
    """That some member of a family is no solution."""
    family = offered.families[index]
    values = dict(zip(predicate.unknowns, map(term_of, family.tuple_), strict=True))
    fails = substitute(negated(predicate.solution()), values)
    return make_query(family.parameters, family.within(), fails)


def outside_query(predicate: Predicate, answer: Answer) -> Query:
    """That some solution is not in the answer, wherever it is."""
    missing = negated(membership(answer, predicate.unknowns))
    return make_query(predicate.unknowns, predicate.solution(), missing)


def judge_query(query: Query, hints: list[dict[str, Json]], asking: Asking) -> list[str] | Rejected:
    """See that a query has no solution, with hints as for answers; gives the scripts that were refuted.

    Raises:
        BadInput: a hint is of another shape, or false.
    """
    try:
        scripts = _written(_prepared(query, [()], hints), asking.deadline)
        _refute(scripts, asking)
    except _Refused as exc:
        return exc.judged
    return scripts


def _scripts(predicate: Predicate, offered: Offered, deadline: float) -> list[str]:
    """All that the solver has to refute; what arithmetic alone refutes is left out."""
    return _written(_queries(predicate, offered), deadline)


def _written(queries: Iterator[Query], deadline: float) -> list[str]:
    scripts: list[str] = []
    for query in queries:
        if time.monotonic() > deadline:
            raise _Refused(rejected("the queries could not be made in time", reason=Reason.TIMEOUT))
        made = resolved(query)
        if made is not None:
            scripts.append(made.script())
        if len(scripts) > _QUERIES or sum(map(len, scripts)) > _TEXT:
            raise BadInput(f"expected at most {_QUERIES} queries of {_TEXT >> 20} MiB together", place="content.hints")
    return scripts


def exponent_query(predicate: Predicate) -> Query:
    """That looking at the predicate meets a negative exponent somewhere, where Python would go on with a fraction."""
    return make_query(predicate.unknowns, negated(whole_exponents(predicate.term)))


def _queries(predicate: Predicate, offered: Offered) -> Iterator[Query]:
    yield exponent_query(predicate)
    for index in range(len(offered.answer.families)):
        hints = [_without_family(h) for h in offered.hints if type(h.get("family")) is int and h["family"] == index]
        yield from _prepared(family_query(predicate, offered.answer, index), [()], hints)
    sides: list[tuple[Term, ...]] = [(side,) for n in predicate.unknowns for side in _beyond(n, offered.bound)]
    hints = [dict(h) for h in offered.hints if "family" not in h]
    yield from _prepared(outside_query(predicate, offered.answer), sides, hints)


def _without_family(hint: Mapping[str, Json]) -> dict[str, Json]:
    return {k: v for k, v in hint.items() if k != "family"}


def _beyond(name: str, bound: int) -> tuple[Term, Term]:
    var = Var(name, Sort.INT)
    return apply(Op.LT, number(bound), var), apply(Op.LT, var, number(-bound))


def _prepared(query: Query, sides: list[tuple[Term, ...]], hints: list[dict[str, Json]]) -> Iterator[Query]:
    """The query with each of the sides and the facts that the hints stand for, in all its cases."""
    splits = [h for h in hints if "split" in h]
    if len(splits) > 1:
        raise BadInput("expected at most one split", place="hints.split")
    moduli = read_split(splits[0], query) if splits else {}
    lemmas = [check_hint(h, query) for h in hints if "split" not in h]
    for side in sides:
        yield from cases(query.adding(*side, *lemmas), moduli)


def _refute(scripts: list[str], asking: Asking) -> dict[str, str]:
    """Have one solver refute all scripts, and another one contradict it if it can; gives their versions."""
    for script in scripts:
        if time.monotonic() > asking.deadline:
            raise _Refused(rejected("there was no time left to prove it", reason=Reason.TIMEOUT))
        fault = unsat_fault(asking.ask(script, asking.solver), "content.answer")
        if fault is not None:
            raise _Refused(Rejected((replace(fault, text=f"the answer is not shown to be right: {fault.text}"),)))
    end = min(asking.deadline, time.monotonic() + _SECOND_S)
    for script in scripts if installed("cvc5") else ():
        if time.monotonic() > end:
            break
        if asking.ask(script, "cvc5", at_most=end - time.monotonic()).status is Status.SAT:
            raise _Refused(rejected("z3 and cvc5 contradict each other", reason=Reason.DISAGREEMENT))
    return asking.tools
