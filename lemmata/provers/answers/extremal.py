"""Decides whether an extremal value is right: it is reached, and no integers within the conditions give a better one.

    {"value": v, "witness": [x, …], "bound": B, "hints": […]}                    none gives a better value than v
    {…, "where": {"answer": …, "bound": B, "hints": […]}}                         and these are all that give v
    {"unbounded": {"parameters": ["k"], "tuple": […], "at_least": {"k": 0}}}      a family whose values go beyond any
    {"infeasible": true, "bound": B, "hints": […]}                                nothing meets the conditions
    {"value": v, "witness": […], "bound": B, "tested": true}                      only the box was looked at

All is put as answers to "find all", and shown as those are: that nothing is better is that "find all x that meet the
conditions with a better value" has no solution.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Mapping
from dataclasses import dataclass

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Construction, Json, Problem
from lemmata.provers.answers.answer import Family, decode_answer, describe, encode_answer
from lemmata.provers.answers.check import judge_answer, judge_query
from lemmata.provers.answers.query import Query, make_query
from lemmata.provers.base import Backends
from lemmata.provers.smt.check import Asking
from lemmata.provers.terms.evaluate import NotEvaluated, evaluate_predicate
from lemmata.provers.terms.polynomial import term_of
from lemmata.provers.terms.predicate import Predicate
from lemmata.provers.terms.python_expressions import as_int, as_truth, fail
from lemmata.provers.terms.python_reader import DEEPEST, MOST_UNKNOWNS, Flow, Functions, parameters_of, read_module
from lemmata.provers.terms.term import Op, Sort, Term, Var, apply, conjunction, depth, negated, number, substitute
from lemmata.verdict import Accepted, Judgement, Proved, Reason, Rejected, Unknown, rejected

_BITS = 4_000
_HINTS = 32
_SHAPES: tuple[tuple[set[str], set[str]], ...] = (
    ({"value", "witness", "bound", "hints"}, {"where"}),
    ({"value", "witness", "bound", "tested"}, set()),
    ({"unbounded", "hints"}, set()),
    ({"infeasible", "bound", "hints"}, set()),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extremum:
    """What `find_largest` or `find_smallest` asks.

    Args:
        unknowns: the parameters.
        conditions: what the asserts at the head say of them.
        value: what is returned.
        largest: whether the largest value is wanted, or the smallest.
    """

    unknowns: tuple[str, ...]
    conditions: Term
    value: Term
    largest: bool

    def possible(self) -> Predicate:
        """That the conditions are met and there is a value."""
        return Predicate(self.unknowns, conjunction(self.conditions, apply(Op.EQ, self.value, self.value)))

    def better(self, value: int) -> Predicate:
        """That the conditions are met with a better value."""
        pair = (number(value), self.value) if self.largest else (self.value, number(value))
        return Predicate(self.unknowns, conjunction(self.conditions, apply(Op.LT, *pair)))

    def reached(self, value: int) -> Predicate:
        """That the conditions are met with just this value."""
        return Predicate(self.unknowns, conjunction(self.conditions, apply(Op.EQ, self.value, number(value))))

    @property
    def word(self) -> str:
        return "largest" if self.largest else "smallest"


def read_extremum(problem: Problem) -> Extremum:
    """What a problem asks.

    Raises:
        BadInput: it asks for something else, or is outside the subset.
    """
    if not isinstance(problem, Construction) or problem.target not in ("find_largest", "find_smallest"):
        raise BadInput("expected a construction with find_largest or find_smallest", place=problem.name)
    try:
        return _extremum(problem.source, problem.target)
    except RecursionError:
        raise BadInput("expected a function that is nested less deeply", place=problem.name) from None
    except BadInput as exc:
        raise BadInput(exc.text, place=f"{problem.name}:{exc.place}" if exc.place else problem.name) from None


def _extremum(source: str, target: str) -> Extremum:
    functions, constants = read_module(source)
    if target not in functions:
        raise BadInput(f"expected a function {target}(x: int, …) -> int", place=target)
    node = functions[target]
    names = parameters_of(node)
    if not 1 <= len(names) <= MOST_UNKNOWNS:
        raise fail(node, f"expected 1 to {MOST_UNKNOWNS} parameters")
    reading = Functions(functions, constants, used=set(names))
    scope: dict[str, Term] = {n: Var(n, Sort.INT) for n in names}
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    conditions = []
    while body and isinstance(body[0], ast.Assert):
        conditions.append(as_truth(reading.expression(body[0].test, scope)))
        body = body[1:]

    def end(_: Mapping[str, Term]) -> Term:
        raise fail(node, f"expected every path through {target} to end with return")

    value = as_int(reading.block(body, scope, Flow(end)))
    if depth(value) > DEEPEST:
        raise fail(node, f"expected a shorter function: written out, it nests deeper than {DEEPEST} levels")
    return Extremum(unknowns=names, conditions=conjunction(*conditions), value=value, largest=target == "find_largest")


def check_extremal(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Judge an extremal value.

    Args:
        problem: a construction with `find_largest` or `find_smallest`.
        candidate: of the form `extremal`, see above.
        backends: for the solvers.
        limits: for everything together.

    Raises:
        BadInput: the problem can't be read.
    """
    asked = read_extremum(problem)
    content = candidate.content
    try:
        if not any(needed <= set(content) <= needed | more for needed, more in _SHAPES):
            raise BadInput("expected value, witness, bound and hints, or unbounded, or infeasible", place="content")
        if "unbounded" in content:
            return _unbounded(asked, content, backends, limits)
        if "infeasible" in content:
            return _infeasible(asked, content, backends, limits)
        return _value(asked, content, backends, limits)
    except BadInput as exc:
        return rejected(exc.text, place=exc.place)
    except RecursionError:
        return rejected("expected a candidate that is nested less deeply", place="content")


def _value(asked: Extremum, content: Mapping[str, Json], backends: Backends, limits: Limits) -> Judgement:
    deadline = time.monotonic() + limits.wall_s
    value, witness = content["value"], content["witness"]
    fault = _not_reached(asked, value, witness)
    if fault is not None:
        return fault
    evidence = {k: content[k] for k in ("bound", "hints", "tested") if k in content}
    none_better = judge_answer(asked.better(value), {"answer": "none", **evidence}, backends, limits)
    if isinstance(none_better, Rejected):
        return none_better
    answer: dict[str, Json] = {"value": value, "witness": witness}
    facts: dict[str, Json] = {"better": dict(none_better.facts)}
    text = f"the {asked.word} value is {value}, reached at {_listed(asked, witness)}"
    tools = dict(none_better.tools)
    if "where" in content:
        left = Limits(wall_s=max(0.1, deadline - time.monotonic()), memory_mb=limits.memory_mb)
        everywhere = _everywhere(asked, value, content["where"], backends, left)
        if isinstance(everywhere, Rejected):
            return everywhere
        answer["where"], facts["where"] = everywhere.answer, dict(everywhere.facts)
        text = f"the {asked.word} value is {value}, reached exactly where {everywhere.answer['text']}"
        tools |= everywhere.tools
    return Accepted(verdict=none_better.verdict, facts=facts, answer={**answer, "text": text}, tools=tools)


def _not_reached(asked: Extremum, value: Json, witness: Json) -> Rejected | None:
    if type(value) is not int or value.bit_length() > _BITS:
        return rejected("expected an integer of at most a thousand digits", place="content.value")
    whole = isinstance(witness, list) and all(type(v) is int and v.bit_length() <= _BITS for v in witness)
    if not whole or len(witness) != len(asked.unknowns):
        return rejected(f"expected {len(asked.unknowns)} integers", place="content.witness")
    try:
        if evaluate_predicate(asked.reached(value).term, dict(zip(asked.unknowns, witness, strict=True))):
            return None
    except NotEvaluated as exc:
        return rejected(f"the witness can't be evaluated: {exc}", place="content.witness", reason=Reason.UNSUPPORTED)
    return rejected("the witness does not meet the conditions with this value", place="content.witness")


def _everywhere(asked: Extremum, value: int, where: Json, backends: Backends, limits: Limits) -> Accepted | Rejected:
    if not isinstance(where, dict) or "tested" in where:
        raise BadInput("expected an object with answer, bound and perhaps hints", place="content.where")
    return judge_answer(asked.reached(value), where, backends, limits)


def _listed(asked: Extremum, witness: list[int]) -> str:
    return ", ".join(f"{n} = {v}" for n, v in zip(asked.unknowns, witness, strict=True))


def _infeasible(asked: Extremum, content: Mapping[str, Json], backends: Backends, limits: Limits) -> Judgement:
    if content["infeasible"] is not True:
        raise BadInput("expected true", place="content.infeasible")
    evidence = {"answer": "none", "bound": content["bound"], "hints": content["hints"]}
    judged = judge_answer(asked.possible(), evidence, backends, limits)
    if isinstance(judged, Rejected):
        return judged
    text = f"no integers meet the conditions, so there is no {asked.word} value"
    return Accepted(verdict=Unknown(Reason.VACUOUS, text), facts=judged.facts, tools=judged.tools)


def _unbounded(asked: Extremum, content: Mapping[str, Json], backends: Backends, limits: Limits) -> Judgement:
    """Every member of the family meets the conditions with a value at least (or at most) as large as its parameter."""
    answer = decode_answer({"families": [content["unbounded"]]}, asked.unknowns, taken=asked.possible().names())
    (family,) = answer.families
    hints = content["hints"]
    if not isinstance(hints, list) or len(hints) > _HINTS or not all(isinstance(h, dict) for h in hints):
        raise BadInput(f"expected a list of at most {_HINTS} hints", place="content.hints")
    if len(family.parameters) != 1 or family.at_most or not family.at_least:
        raise BadInput("expected one parameter that is at least some number", place="content.unbounded")
    asking = Asking(backends, time.monotonic() + limits.wall_s, limits.memory_mb, "z3")
    scripts = judge_query(unbounded_query(asked, family), hints, asking)
    if isinstance(scripts, Rejected):
        return scripts
    shown = describe(answer, asked.unknowns)
    text = f"there is no {asked.word} value: with {shown} there are values beyond any number"
    return Accepted(
        verdict=Proved(),
        facts={"queries": scripts},
        answer={"unbounded": encode_answer(answer)["families"][0], "text": text},
        tools=asking.tools,
    )


def unbounded_query(asked: Extremum, family: Family) -> Query:
    """That some member of a family of one parameter is not possible, or its value does not reach the parameter."""
    parameter = Var(family.parameters[0], Sort.INT)
    reach = (parameter, asked.value) if asked.largest else (asked.value, apply(Op.NEG, parameter))
    good = conjunction(asked.possible().solution(), apply(Op.LE, *reach))
    values = dict(zip(asked.unknowns, map(term_of, family.tuple_), strict=True))
    return make_query(family.parameters, family.within(), negated(substitute(good, values)))
