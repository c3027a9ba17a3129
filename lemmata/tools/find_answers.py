"""Offers answers to problems that ask for a value: unfolds them, evaluates what is closed, and asks solvers for models
of what is left; then looks for the cases and instances that a proof of uniqueness needs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lemmata.errors import BadInput
from lemmata.problem import Candidate, Json
from lemmata.provers.base import Backends
from lemmata.provers.find.claim import Declared, FindClaim, find_claim_of
from lemmata.provers.find.members import extrema, first_open, put_members
from lemmata.provers.find.reduce import Reduced, reduce_claim, settle
from lemmata.provers.real.statement import is_inequality_problem
from lemmata.provers.terms.bounds import finitely_many
from lemmata.provers.terms.evaluate import NotEvaluated, Undefined, Value, evaluate
from lemmata.provers.terms.exact import Exact
from lemmata.provers.terms.exact_functions import text_of
from lemmata.provers.terms.lean_types import flat
from lemmata.provers.terms.lean_writer import lean_text
from lemmata.provers.terms.rational import difference, term_of
from lemmata.provers.terms.term import (
    FALSE,
    FIELDS,
    WHOLE,
    Call,
    Every,
    Extremal,
    Gather,
    Sort,
    Term,
    Truth,
    Var,
    conjunction,
    free_variables,
    number,
    sort_of,
    substitute,
    walk,
)
from lemmata.provers.terms.tidy import tidy, value_term
from lemmata.tools.base import Offer, Turn
from lemmata.tools.find_models import Model, find_model, find_models
from lemmata.tools.find_symbolic import solve_symbolically
from lemmata.verdict import Reason, Unknown

_SCAN = 3_000
_MEMBERS = 24
_SHARE = 0.7
_TRIED = 4_000
_STEPS = 200_000


def propose(turn: Turn, backends: Backends) -> Offer:
    """Candidates for one problem, the most promising first.

    Raises:
        BadInput: the problem can't be read.
    """
    if is_inequality_problem(turn.problem):
        return Offer()
    claim = find_claim_of(turn.problem)
    search = _Search(claim, turn, backends, time.monotonic() + _SHARE * turn.limits.wall_s)
    try:
        contents = list(search.contents())
    except (BadInput, NotEvaluated, Undefined, RecursionError) as exc:
        return Offer(finding=Unknown(Reason.UNSUPPORTED, str(exc)))
    made = tuple(Candidate(form="answer-value", content=c, origin="answer-values") for c in contents)
    reason = Unknown(Reason.EXHAUSTED, "no answer could be proved" if made else search.finding)
    return Offer(candidates=made, finding=reason)


@dataclass
class _Search:
    claim: FindClaim
    turn: Turn
    backends: Backends
    deadline: float
    content: dict[str, Json] = field(default_factory=dict)
    finding: str = "no answer was found"

    def contents(self) -> Iterator[dict[str, Json]]:
        reduced = reduce_claim(self.claim, deadline=self.deadline)
        if reduced.conditions == [FALSE]:
            self.finding = "the conditions contradict each other"
            return
        self.learn(reduced)
        bases = []
        for model in self.witnesses(reduced):
            answer = self.answer(reduced, model)
            if answer is not None:
                bases.append({**self.content, "answer": answer, **({"witness": model.texts} if model.texts else {})})
        for base in bases:
            for extra in self.helps(reduced):
                yield {**base, **extra}
        if bases:
            yield {**bases[0], "tested": True}

    # What is learnt before

    def learn(self, reduced: Reduced) -> None:
        """Extrema, and members of sets; each is put into the problem as the checker will do."""
        for _ in range(12):
            found = extrema(reduced)
            guess = next(((n, v) for n, e in found.items() if (v := self.extreme(e)) is not None), None)
            if guess is not None:
                name, value = guess
                self.content.setdefault("values", []).append([name, lean_text(value)])
                reduced.put(name, value)
                settle(reduced)
                continue
            gather = first_open(reduced)
            rows = self.members(gather) if gather is not None else None
            if gather is None or rows is None:
                return
            self.content.setdefault("sets", []).append(rows)
            terms = [[self.read(t, v.sort) for t, v in zip(r, gather.variables, strict=True)] for r in rows]
            put_members(reduced, gather, terms)
            settle(reduced)

    def read(self, text: str, sort: Sort) -> Term:
        from lemmata.provers.find.answer import read_value

        return read_value(text, sort).bodies[0]

    def extreme(self, extremum: Extremal) -> Term | None:
        """The least or greatest value of a set, by looking; a guess where the set is not bounded."""
        var, body = extremum.var, extremum.body
        if var.sort not in WHOLE:
            return self.extreme_real(extremum)
        try:
            known = finitely_many(var, body, _closed, frozenset())
        except NotEvaluated:
            known = None
        values = [v for v in known if isinstance(v, int)] if known is not None else list(range(_SCAN))
        order = values if extremum.least else values[::-1]
        for value in order:
            if time.monotonic() > self.deadline:
                return None
            if self.holds(body, {var.name: value}):
                return number(value, var.sort)
        return None

    def extreme_real(self, extremum: Extremal) -> Term | None:
        """Better and better points; the last one that a solver can improve no more."""
        from lemmata.tools.find_extrema import find_extremum

        return find_extremum(extremum, self.backends, self.deadline)

    def holds(self, body: Term, values: dict[str, int]) -> bool:
        try:
            return evaluate(body, values, steps=_STEPS) is True
        except (NotEvaluated, Undefined):
            return False

    def members(self, gather: Gather) -> list[list[str]] | None:
        """The members of a set that is not seen to be finite."""
        if len(gather.variables) == 1 and gather.variables[0].sort in WHOLE:
            var = gather.variables[0]
            low = 0 if var.sort is Sort.NAT else -_SCAN
            found = [v for v in range(low, _SCAN) if self.holds(gather.guard, {var.name: v})]
            return [[str(v)] for v in found] if len(found) < _SCAN // 2 else None
        declared = [Declared(v.name, (), v.sort) for v in gather.variables]
        rows = find_models(declared, [gather.guard], self.backends, self.deadline, most=_MEMBERS)
        if rows is None:
            return None
        return [[m.texts[v.name] for v in gather.variables] for m in rows]

    # The answer and a witness

    def witnesses(self, reduced: Reduced) -> list[Model]:
        """Values of the unknowns that conditions mention; nothing where none are needed or found."""
        names = {n for c in reduced.conditions for n in free_variables(c)}
        names |= {t.name for c in reduced.conditions for t in walk(c) if isinstance(t, Call)}
        wanted = [d for d in reduced.unknowns.values() if d.name in names]
        if not wanted:
            return [Model({}, {})]
        if self.claim.parameters:
            return solve_symbolically(wanted, reduced.conditions, self.claim.parameters)
        found = self.tried(reduced, wanted) or find_model(wanted, reduced.conditions, self.backends, self.deadline)
        return [Model({}, {}) if found is None else found]

    def tried(self, reduced: Reduced, wanted: list[Declared]) -> Model | None:
        """Values found by going through those that the conditions leave, where all unknowns are whole and bounded."""
        if any(d.sort not in WHOLE or d.parameters for d in wanted):
            return None
        left = [_TRIED]

        def search(conditions: list[Term], todo: list[Declared]) -> dict[str, int] | None:
            if FALSE in conditions or time.monotonic() > self.deadline:
                return None
            if not todo:
                return {} if all(c == Truth(True) for c in conditions) else None
            sized = [(d, r) for d in todo if (r := _range(d, conditions)) is not None]
            if not sized:
                return None
            declared, values = min(sized, key=lambda s: len(s[1]))
            for value in values:
                left[0] -= 1
                if left[0] < 0:
                    return None
                one: dict[str, Term] = {declared.name: number(value, declared.sort)}
                rest = [d for d in todo if d is not declared]
                found = search([tidy(substitute(c, one)) for c in conditions], rest)
                if found is not None:
                    return {declared.name: value, **found}
            return None

        found = search(list(reduced.conditions), wanted)
        if found is None:
            return None
        sorts = {d.name: d.sort for d in wanted}
        return Model({n: number(v, sorts[n]) for n, v in found.items()}, {n: str(v) for n, v in found.items()})

    def answer(self, reduced: Reduced, model: Model) -> str | None:
        parts = []
        for declared in self.claim.answer:
            if declared.parameters:
                known = reduced.functions.get(declared.name)
                return None if known is None else self.function_text(*known)
            term = reduced.values.get(declared.name, Var(declared.name, declared.sort))
            part = self.number_text(term, model)
            if part is None:
                return None
            parts.append(part)
        return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"

    def number_text(self, term: Term, model: Model) -> str | None:
        term = substitute(term, model.values)
        open_ = {n: s for n, s in free_variables(term).items() if n not in {d.name for d in self.claim.parameters}}
        if open_:  # what no condition restricts may be anything
            term = substitute(term, {n: Truth(True) if s is Sort.BOOL else number(1, s) for n, s in open_.items()})
        term = tidy(term)
        if not free_variables(term):
            return _shortest(evaluate(term, {}), sort_of(term))
        if sort_of(term) in FIELDS | {Sort.INT}:
            expanded = difference(term, number(0, sort_of(term)))
            if expanded is not None:
                term = term_of(expanded, sort_of(term))
        return lean_text(term)

    def function_text(self, variables: tuple[Var, ...], body: Term) -> str | None:
        """A function of one number, or a set that is written as an interval or by its members."""
        from lemmata.tools.find_sets import set_text

        if sort_of(body) is Sort.BOOL:
            return set_text(variables, body, self.backends, self.deadline)
        if flat(self.claim.type) is not None or any("~" in v.name for v in variables):
            variables_named = tuple(Var(f"x{i}", v.sort) for i, v in enumerate(variables))
            body = substitute(body, {v.name: w for v, w in zip(variables, variables_named, strict=True)})
            variables = variables_named
        expanded = difference(body, number(0, sort_of(body))) if sort_of(body) in FIELDS | {Sort.INT} else None
        if expanded is not None:
            body = term_of(expanded, sort_of(body))
        return f"fun {' '.join(v.name for v in variables)} ↦ {lean_text(body)}"

    # What a proof may need

    def helps(self, reduced: Reduced) -> Iterator[dict[str, Json]]:
        splits = list(self.splits(reduced))
        if splits:
            yield {"split": splits}
        instances = self.instances(reduced)
        if instances:
            yield {"instances": instances}
        yield {}
        if splits and instances:
            yield {"split": splits, "instances": instances}

    def splits(self, reduced: Reduced) -> Iterator[Json]:
        """Unknown whole numbers that are seen to be bounded, as long as there are not too many cases."""
        conditions = list(reduced.conditions)
        count = 1
        todo = [d for d in reduced.unknowns.values() if d.sort in WHOLE and not d.parameters]
        while todo:
            sized = []
            for declared in todo:
                found = _range(declared, conditions)
                if found is not None:
                    sized.append((len(found), declared, found))
            if not sized:
                return
            size, declared, found = min(sized, key=lambda s: s[0])
            count *= max(1, size)
            if count > 2_500:
                return
            yield declared.name
            todo.remove(declared)
            # one value stands for all: what bounds the rest seldom depends on which
            one: dict[str, Term] = {declared.name: number(found[len(found) // 2] if found else 0, declared.sort)}
            conditions = [tidy(substitute(c, one)) for c in conditions]

    def instances(self, reduced: Reduced) -> dict[str, Json]:
        """Small numbers for conditions that hold for all numbers."""
        found: dict[str, Json] = {}
        for i, condition in enumerate([*reduced.given, *reduced.conditions]):
            depth, inner = 0, condition
            while isinstance(inner, Every) and inner.holds_all:
                depth, inner = depth + 1, inner.body
            if not depth:
                continue
            values = ["0", "1", "2", "3", "5"] if depth == 1 else ["0", "1", "2"]
            if all(s in (Sort.INT, Sort.RAT, Sort.REAL) for s in _leading(condition)):
                values = [*values, "-1", "-2"]
            rows: list[list[str]] = [[]]
            for _ in range(depth):
                rows = [[*r, v] for r in rows for v in values]
            if len(rows) <= 81:
                found[str(i)] = rows
        return found


def _range(declared: Declared, conditions: list[Term]) -> list[int] | None:
    """The values that conditions leave a whole number, if they are seen to be finitely many."""
    try:
        found = finitely_many(Var(declared.name, declared.sort), conjunction(*conditions), _closed, frozenset())
    except NotEvaluated:
        return None
    return None if found is None else [v for v in found if isinstance(v, int)]


def _leading(condition: Term) -> list[Sort]:
    found = []
    while isinstance(condition, Every) and condition.holds_all:
        found.append(condition.var.sort)
        condition = condition.body
    return found


def _closed(term: Term, more: Mapping[str, Value]) -> Value:
    if free_variables(term).keys() - more.keys():
        raise NotEvaluated("something unknown")
    return evaluate(term, more)


def _shortest(value: object, sort: Sort) -> str | None:
    if isinstance(value, Exact):
        return text_of(value)
    term = value_term(value, sort)
    return None if term is None else lean_text(term)
