"""Decides whether an answer is the right one: nothing else satisfies the conditions, and it does.

    {"answer": "43", "values": [["u", "11"], …], "sets": [[["1"], ["2"]], …], "split": ["m", ["k", 0, 9], …],
     "instances": {"0": [["1"], ["2"]]}, "witness": {"x": "3", "f": "fun x ↦ x"}, "tested": false}

The problem is unfolded (`reduce`). `values` are numbers that an unknown must have, `sets` the members of sets that are
summed or counted and not seen to be finite: both are shown before they are used. Forward, the conditions that are left
and another answer contradict each other, in each case of `split`; a condition that holds for all x may be replaced by
`instances`. Backward, the conditions hold for the `witness`: by evaluation, or where they speak of all numbers, by a
solver. Only `answer` is needed. With `tested` the forward direction is left out: the verdict is Tested, on the witness.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Json, Problem
from lemmata.provers.base import Backends
from lemmata.provers.find.answer import AnswerValue, read_answer, read_value
from lemmata.provers.find.claim import Declared, FindClaim, find_claim_of
from lemmata.provers.find.members import changed, extrema, first_open, put_members
from lemmata.provers.find.reduce import Reduced, reduce_claim, renamed, settle
from lemmata.provers.find.refute import Refused, Refuting
from lemmata.provers.find.script import unfolded_extremal, write_script
from lemmata.provers.terms.bounds import finitely_many
from lemmata.provers.terms.evaluate import NotEvaluated, Undefined, Value, evaluate
from lemmata.provers.terms.lean_types import Arrow
from lemmata.provers.terms.term import (
    FALSE,
    TRUE,
    WHOLE,
    App,
    Call,
    Every,
    Extremal,
    Gather,
    Op,
    Sort,
    Term,
    Var,
    apply,
    conjunction,
    disjunction,
    free_variables,
    negated,
    number,
    sort_of,
    substitute,
    walk,
)
from lemmata.provers.terms.tidy import is_closed, tidy
from lemmata.verdict import Accepted, Judgement, Proved, Reason, Rejected, Tested, rejected

_KEYS = {"answer", "values", "sets", "split", "instances", "witness", "tested"}
_CASES = 3_000
_SCRIPTS = 2 << 20


def check_found(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Judge an answer to a problem that asks for a value.

    Args:
        problem: a construction in the language of claims.
        candidate: of the form `answer-value`, see above.
        backends: for the solvers.
        limits: for everything together.

    Raises:
        BadInput: the problem can't be read.
    """
    claim = find_claim_of(problem)
    refuting = Refuting(backends, time.monotonic() + limits.wall_s, limits.memory_mb)
    try:
        proof = Proof(claim, refuting, candidate.content)
        if proof.is_vacuous():
            return rejected("what is given contradicts itself", reason=Reason.VACUOUS)
        proof.learn()
        proof.backward()
        if not proof.tested:
            proof.forward()
        refuting.second_opinions()
    except Refused as exc:
        return exc.judged
    except BadInput as exc:
        return rejected(exc.text, place=exc.place)
    except NotEvaluated as exc:
        return rejected(f"it can't be decided by evaluation: {exc}", reason=Reason.UNSUPPORTED)
    except RecursionError:
        return rejected("expected a candidate that is nested less deeply", place="content")
    facts: dict[str, Json] = {"cases": proof.cases, "queries": refuting.scripts}
    verdict = Tested(1) if proof.tested else Proved()
    return Accepted(verdict=verdict, facts=facts, answer=proof.answer.text, tools=refuting.tools)


@dataclass
class Proof:
    """One candidate's proof, step by step."""

    claim: FindClaim
    refuting: Refuting
    content: Mapping[str, Json]
    cases: int = 0
    tested: bool = field(init=False)
    reduced: Reduced = field(init=False)
    answer: AnswerValue = field(init=False)

    def __post_init__(self) -> None:
        if not {"answer"} <= set(self.content) <= _KEYS or not isinstance(self.content["answer"], str):
            raise BadInput(f"expected answer and perhaps {', '.join(sorted(_KEYS - {'answer'}))}", place="content")
        if type(self.content.get("tested", False)) is not bool:
            raise BadInput("expected true or false", place="content.tested")
        self.tested = self.content.get("tested", False) is True
        self.answer = read_answer(self.content["answer"], self.claim)
        self.reduced = reduce_claim(self.claim, deadline=self.refuting.deadline)

    # What is learnt before

    def is_vacuous(self) -> bool:
        """Whether what is given is seen to contradict itself: then any answer would be right."""
        given = [c for c in self.reduced.given if c != TRUE]
        if FALSE in given:
            return True
        return bool(given) and self.refuting.refute(write_script(self.needed(given), given), "") is None

    def learn(self) -> None:
        """Put unknowns and sets to be what they are shown to be."""
        values, sets = self.content.get("values", []), self.content.get("sets", [])
        if not isinstance(values, list) or not isinstance(sets, list):
            raise BadInput("expected lists of values and sets", place="content")
        for item in values:
            match item:
                case [str(name), str(text)] if name in self.reduced.unknowns:
                    self.learn_value(name, text)
                case _:
                    raise BadInput("expected pairs of an unknown number and its value", place="content.values")
        for members in sets:
            self.learn_set(members)

    def value_of(self, text: str, sort: Sort, place: str) -> Term:
        (found,) = read_value(text, sort, self.claim.parameters, self.claim.opens).bodies
        if sort_of(found) is not sort:
            raise BadInput(f"expected a {sort.value}", place=place)
        return found

    def learn_value(self, name: str, text: str) -> None:
        declared = self.reduced.unknowns[name]
        if declared.parameters:
            raise BadInput("expected an unknown number", place="content.values")
        value = self.value_of(text, declared.sort, "content.values")
        extremum = extrema(self.reduced).get(name)
        if extremum is not None:
            self.show(Extremal(extremum.var, value, extremum.body, extremum.least), f"{name} = {text}")
        else:
            equal = _same(Var(name, declared.sort), value)
            self.refute([*self.reduced.conditions, negated(equal)], f"{name} = {text}")
        self.reduced.put(name, value)
        settle(self.reduced)

    def learn_set(self, members: Json) -> None:
        """Of the first sum or count that can't be evaluated, the members of the set."""
        gather = first_open(self.reduced)
        if gather is None:
            raise BadInput("there is no set left whose members are not seen", place="content.sets")
        if not isinstance(members, list) or len(members) > _CASES or not all(_is_row(m, gather) for m in members):
            raise BadInput("expected the members of a set, each a list of numbers as text", place="content.sets")
        rows = [
            [self.value_of(t, v.sort, "content.sets") for t, v in zip(m, gather.variables, strict=True)]
            for m in members
        ]
        listed = disjunction(
            *(conjunction(*(_same(v, t) for v, t in zip(gather.variables, row, strict=True))) for row in rows)
        )
        for i, row in enumerate(rows):
            for other in rows[:i]:
                different = negated(conjunction(*(_same(a, b) for a, b in zip(row, other, strict=True))))
                self.show(different, "the members differ")
        claim: Term = apply(Op.IFF, gather.guard, listed)
        for var in reversed(gather.variables):
            claim = Every(var, claim, True)
        self.show(claim, "the members of the set")
        put_members(self.reduced, gather, rows)
        settle(self.reduced)

    # Both directions

    def forward(self) -> None:
        """Whatever satisfies the conditions has this answer."""
        if self.reduced.conditions == [FALSE]:
            raise Refused(rejected("the conditions contradict each other", reason=Reason.VACUOUS))
        goal = self.goal()
        if goal == TRUE:
            return
        conditions = self.instantiated([*self.reduced.given, *self.reduced.conditions])
        for values, case in self.split(conditions):
            left = [c for c in case if c != TRUE]
            if FALSE in left:
                continue
            aim = tidy(substitute(goal, values))
            if aim != TRUE:
                self.refute([*left, negated(aim)], "nothing else is the answer")

    def goal(self) -> Term:
        """That the answer is the one that was offered."""
        parts = []
        for declared, body in zip(self.claim.answer, self.answer.bodies, strict=True):
            if declared.parameters:
                known = self.reduced.functions.get(declared.name)
                own: Term = Call(declared.name, self.answer.variables, declared.sort)
                if known is not None:
                    own = substitute(
                        known[1], {v.name: a for v, a in zip(known[0], self.answer.variables, strict=True)}
                    )
                part = _same(own, body)
                for var in reversed(self.answer.variables):
                    part = Every(var, part, True)
            else:
                part = _same(self.reduced.values.get(declared.name, Var(declared.name, declared.sort)), body)
            parts.append(part)
        return tidy(conjunction(*parts))

    def instantiated(self, conditions: Sequence[Term]) -> list[Term]:
        """The conditions, with instances in the place of some that hold for all numbers."""
        given = self.content.get("instances", {})
        if not isinstance(given, dict):
            raise BadInput("expected instances of conditions", place="content.instances")
        made: list[Term] = []
        for i, condition in enumerate(conditions):
            rows = given.get(str(i))
            if rows is None:
                made.append(condition)
                continue
            if not isinstance(rows, list) or len(rows) > 200:
                raise BadInput("expected a list of instances", place="content.instances")
            made += [tidy(self.instance(condition, row)) for row in rows]
        return made

    def instance(self, condition: Term, row: Json) -> Term:
        if not isinstance(row, list):
            raise BadInput("expected a list of numbers as text", place="content.instances")
        for text in row:
            if not isinstance(condition, Every) or not condition.holds_all or not isinstance(text, str):
                raise BadInput("expected a condition that holds for all of something", place="content.instances")
            value = self.value_of(text, condition.var.sort, "content.instances")
            condition = substitute(condition.body, {condition.var.name: value})
        return condition

    def split(self, conditions: list[Term]) -> list[tuple[dict[str, Term], list[Term]]]:
        """The conditions for each value of the unknowns that are split over; together they say the same."""
        names = self.content.get("split", [])
        if not isinstance(names, list):
            raise BadInput("expected a list of unknowns", place="content.split")
        cases: list[tuple[dict[str, Term], list[Term]]] = [({}, conditions)]
        for item in names:
            following: list[tuple[dict[str, Term], list[Term]]] = []
            for values, case in cases:
                self.refuting.check_time()
                var, found = self.range_of(item, case)
                for value in found:
                    one = {var.name: value}
                    made = [tidy(substitute(c, one)) for c in case]
                    if FALSE not in made:
                        following.append(({**values, **one}, made))
                if len(following) > _CASES:
                    raise BadInput(f"expected at most {_CASES} cases", place="content.split")
            cases = following
        self.cases = len(cases)
        return cases

    def range_of(self, item: Json, case: list[Term]) -> tuple[Var, list[Term]]:
        match item:
            case str(name) | [str(name), int(), int()] if name in self.reduced.unknowns:
                declared = self.reduced.unknowns[name]
            case _:
                raise BadInput("expected an unknown number, perhaps with its bounds", place="content.split")
        if declared.parameters or declared.sort not in WHOLE | {Sort.BOOL}:
            raise BadInput("expected an unknown whole number", place="content.split")
        var = Var(name, declared.sort)
        if declared.sort is Sort.BOOL:
            return var, [FALSE, TRUE]
        if isinstance(item, list):
            low, high = item[1], item[2]
            if not 0 <= high - low <= _CASES:
                raise BadInput(f"expected at most {_CASES} values", place="content.split")
            bounds = [apply(Op.LT, var, number(low, var.sort)), apply(Op.LT, number(high, var.sort), var)]
            self.refute([*case, disjunction(*bounds)], f"{low} ≤ {name} ≤ {high}")
            return var, [number(v, var.sort) for v in range(low, high + 1)]
        found = finitely_many(var, conjunction(*case), _closed_value, frozenset())
        if found is None:
            raise BadInput(f"{name} is not seen to be bounded", place="content.split")
        return var, [number(v, var.sort) for v in found if isinstance(v, int)]

    def backward(self) -> None:
        """There are unknowns for which the conditions hold with this answer."""
        given = self.content.get("witness", {})
        if not isinstance(given, dict) or not all(isinstance(t, str) for t in given.values()):
            raise BadInput("expected values for unknowns as text", place="content.witness")
        conditions = list(self.reduced.conditions)
        values: dict[str, Term] = {}
        functions: dict[str, AnswerValue] = {}
        mentioned = {n for c in conditions for n in free_variables(c)}
        mentioned |= {t.name for c in conditions for t in walk(c) if isinstance(t, Call)}
        for name, declared in self.reduced.unknowns.items():
            if name not in mentioned:
                continue
            body = self.own_answer(name)
            if body is not None:
                functions[name] = AnswerValue("", self.answer.variables, (body,))
            elif name not in given:
                raise Refused(rejected(f"there is no value for {name}", place="content.witness"))
            elif declared.parameters:
                kind = Arrow(declared.parameters, declared.sort)
                functions[name] = read_value(given[name], kind, self.claim.parameters, self.claim.opens)
            else:
                values[name] = self.value_of(given[name], declared.sort, "content.witness")
            if not declared.parameters and name in functions:
                values[name] = functions.pop(name).bodies[0]
        for condition in conditions:
            self.show(tidy(filled(condition, values, functions, self.reduced)), "the witness satisfies the conditions")

    def own_answer(self, name: str) -> Term | None:
        for declared, body in zip(self.claim.answer, self.answer.bodies, strict=True):
            if declared.name == name:
                return body
        return None

    # Steps

    def show(self, claim: Term, what: str) -> None:
        """That a claim holds for all parameters; by evaluation, or by a solver.

        Raises:
            Refused: it does not, or that could not be told.
        """
        self.refuting.check_time()
        for part in _conjuncts(tidy(claim)):
            if part == TRUE:
                continue
            if part == FALSE:
                raise Refused(rejected(f"this is not so: {what}"))
            if is_closed(part):
                try:
                    if evaluate(part, {}) is True:
                        continue
                    raise Refused(rejected(f"this is not so: {what}"))
                except (NotEvaluated, Undefined):
                    pass
            self.refute([*self.reduced.given, negated(part)], what)

    def refute(self, conditions: Sequence[Term], what: str) -> None:
        """That the conditions contradict each other."""
        declared = self.needed(conditions)
        fault = self.refuting.refute(write_script(declared, conditions), what)
        if fault is not None:
            raise Refused(Rejected((fault,)))
        if sum(map(len, self.refuting.scripts)) > _SCRIPTS:
            raise BadInput("expected shorter queries", place="content")

    def needed(self, conditions: Sequence[Term]) -> list[Declared]:
        names = {n for c in conditions for n in free_variables(c)}
        names |= {t.name for c in conditions for t in walk(c) if isinstance(t, Call)}
        own = [*self.reduced.unknowns.values(), *self.claim.parameters]
        return [d for d in own if d.name in names]


def _same(one: Term, other: Term) -> Term:
    return apply(Op.IFF if sort_of(one) is Sort.BOOL else Op.EQ, one, other)


def _conjuncts(term: Term) -> list[Term]:
    match term:
        case App(op=Op.AND, args=args):
            return [c for a in args for c in _conjuncts(a)]
        case Extremal() if not is_closed(term):
            return _conjuncts(unfolded_extremal(term))
        case _:
            return [term]


def _closed_value(term: Term, more: Mapping[str, Value]) -> Value:
    if free_variables(term).keys() - more.keys():
        raise NotEvaluated("something unknown")
    return evaluate(term, more)


def _is_row(row: Json, gather: Gather) -> bool:
    return isinstance(row, list) and len(row) == len(gather.variables) and all(isinstance(t, str) for t in row)


def filled(condition: Term, values: Mapping[str, Term], functions: Mapping[str, AnswerValue], reduced: Reduced) -> Term:
    """The condition with values in the place of unknowns."""

    def called(call: Call) -> Term | None:
        found = functions.get(call.name)
        if found is None:
            return None
        body = renamed(found.bodies[0], reduced)
        return substitute(body, {v.name: a for v, a in zip(found.variables, call.args, strict=True)})

    return changed(substitute(condition, values), called)
