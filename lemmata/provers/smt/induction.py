"""Checker for claims about whole numbers that need induction; every step of it is a query of its own.

    {"variable": "n", "start": s, "depth": d, "solver": "z3", "agreed": "cvc5"}

The claim is ∀ …, H → G with n : Nat, or n : Int, under the leading ∀. Shown are: it holds for n < s; for n = s, …,
s + d - 1; and for n + d wherever n ≥ s and it holds for n, …, n + d - 1, the other variables being the same. A power
whose exponent has variables is taken apart, c^(2·n + 3) = (c^n)²·c³, and c^n becomes a number of which only this is
said: it is above 0 where c is, at least 1 where c is, and 1 where n = 0.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Json, Problem
from lemmata.provers.base import Backends
from lemmata.provers.smt.check import Asking, read_backing
from lemmata.provers.smt.solver import Status
from lemmata.provers.terms.claim import split_claim
from lemmata.provers.terms.lean_reader import read_claim
from lemmata.provers.terms.smtlib_writer import smt_sort, symbol, write_term
from lemmata.provers.terms.term import (
    WHOLE,
    App,
    Every,
    InRange,
    Let,
    Num,
    Op,
    Sort,
    Term,
    Truth,
    Var,
    apply,
    children,
    conjunction,
    free_variables,
    negated,
    number,
    rebuilt,
    sort_of,
    substitute,
    walk,
)
from lemmata.verdict import Accepted, Judgement, Proved, Reason, Rejected, Unknown, rejected

_FURTHEST_START = 64
_DEEPEST = 4
_LARGEST_POWER = 64
_VACUOUS_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Induction:
    """How a claim is to be shown.

    Args:
        variables: all under the leading ∀.
        hypotheses: what is assumed of them.
        goal: what is claimed.
        variable: the one that the induction goes over.
        start: where it starts.
        depth: how many cases before are used.
    """

    variables: tuple[Var, ...]
    hypotheses: tuple[Term, ...]
    goal: Term
    variable: Var
    start: int
    depth: int

    def claim_at(self, value: Term) -> Term:
        """The claim for one value of the variable."""
        whole = apply(Op.IMPLIES, conjunction(*self.hypotheses), self.goal) if self.hypotheses else self.goal
        return substitute(whole, {self.variable.name: value})

    def scripts(self) -> Iterator[str]:
        """What a solver has to refute, one after the other.

        Raises:
            BadInput: something in it can't be put to a solver.
        """
        sort, name = self.variable.sort, self.variable
        others = tuple(v for v in self.variables if v != name)
        if sort is Sort.INT:
            before = apply(Op.LT, name, number(self.start))
            yield script((*others, name), (before, negated(self.claim_at(name))))
        for value in range(0 if sort is Sort.NAT else self.start, self.start + self.depth):
            yield script(others, (negated(self.claim_at(number(value, sort))),))
        known = [self.claim_at(_plus(name, i)) for i in range(self.depth)]
        onward = negated(self.claim_at(_plus(name, self.depth)))
        yield script((*others, name), (apply(Op.LE, number(self.start, sort), name), *known, onward))


def _plus(variable: Var, shift: int) -> Term:
    return apply(Op.ADD, variable, number(shift, variable.sort)) if shift else variable


def script(variables: Iterable[Var], conditions: Iterable[Term]) -> str:
    """Conditions on variables as SMT-LIB text without check-sat, powers taken apart.

    Raises:
        BadInput: something in them can't be put to a solver.
    """
    unfolding = Unfolding()
    wanted = [unfolding.unfolded(c, frozenset()) for c in conditions]
    declared = [*variables, *unfolding.made.values()]
    lines = ["(set-logic ALL)"]
    lines += [f"(declare-const {symbol(v.name)} {smt_sort(v.sort)})" for v in declared]
    lines += [f"(assert (>= {symbol(v.name)} 0))" for v in declared if v.sort is Sort.NAT]
    lines += [f"(assert {write_term(c)})" for c in (*unfolding.facts, *wanted)]
    return "\n".join(lines) + "\n"


@dataclass
class Unfolding:
    """Terms that no solver is given, in terms of new constants of which something is known.

    Args:
        made: what a constant stands for, and the constant.
        facts: what is known of them.
    """

    made: dict[Term, Var] = field(default_factory=dict)
    facts: list[Term] = field(default_factory=list)

    def unfolded(self, term: Term, bound: frozenset[str]) -> Term:
        """The term with every rule applied that fits, innermost first.

        Args:
            term: any.
            bound: names that are bound around it; what mentions them is left as it is.
        """
        match term:
            case Let(var=var) | Every(var=var) | InRange(var=var):
                bound = bound | {var.name}
            case Num() | Truth() | Var() | App():
                pass
            case _:  # what binds in ways that are not known here stays as it is
                return term
        inner = children(term)
        made = rebuilt(term, tuple(self.unfolded(t, bound) for t in inner)) if inner else term
        if free_variables(made).keys() & bound:
            return made
        for rule in RULES:
            found = rule(made, self)
            if found is not None:
                return found
        return made

    def constant(self, term: Term, facts: Callable[[Var], Iterable[Term]]) -> Var:
        """The constant for a term; facts are noted the first time."""
        if term not in self.made:
            self.made[term] = Var(f"~{len(self.made)}", sort_of(term))  # no reader makes names with this sign
            self.facts.extend(facts(self.made[term]))
        return self.made[term]


def _power(term: Term, unfolding: Unfolding) -> Term | None:
    """c^(a·n + b) as (c^n)^a·c^b."""
    match term:
        case App(op=Op.POW, args=(base, exponent)) if not isinstance(exponent, Num) and sort_of(exponent) is Sort.NAT:
            parts, shift = _linear(exponent)
            factors: list[Term] = [apply(Op.POW, base, number(shift, Sort.NAT))] if shift else []
            for part, times in parts.items():
                made = unfolding.constant(apply(Op.POW, base, part), _sign(base, part))
                factors.append(made if times == 1 else apply(Op.POW, made, number(times, Sort.NAT)))
            return factors[0] if len(factors) == 1 else apply(Op.MUL, *factors) if factors else number(1, term.sort)
    return None


def _sign(base: Term, exponent: Term) -> Callable[[Var], Iterable[Term]]:
    zero, one = number(0, sort_of(base)), number(1, sort_of(base))

    def facts(made: Var) -> Iterable[Term]:
        yield apply(Op.IMPLIES, apply(Op.LT, zero, base), apply(Op.LT, zero, made))
        yield apply(Op.IMPLIES, apply(Op.LE, zero, base), apply(Op.LE, zero, made))
        yield apply(Op.IMPLIES, apply(Op.LE, one, base), apply(Op.LE, one, made))
        yield apply(Op.IMPLIES, apply(Op.EQ, exponent, number(0, Sort.NAT)), apply(Op.EQ, made, one))

    return facts


def _linear(term: Term) -> tuple[dict[Term, int], int]:
    """A natural number as a sum of multiples of others and a numeral.

    Raises:
        BadInput: the multiples are too large.
    """
    parts: dict[Term, int] = {}
    shift, waiting = 0, [(term, 1)]
    while waiting:
        here, times = waiting.pop(0)
        match here:
            case Num(value=value):
                shift += times * int(value)
            case App(op=Op.ADD, args=args):
                waiting += [(a, times) for a in args]
            case App(op=Op.MUL, args=(Num(value=value), other)) | App(op=Op.MUL, args=(other, Num(value=value))):
                waiting.append((other, times * int(value)))
            case _:
                parts[here] = parts.get(here, 0) + times
    if max(shift, *parts.values(), 0) > _LARGEST_POWER:
        raise BadInput(f"expected exponents with multiples up to {_LARGEST_POWER}", place="exponent")
    return {p: t for p, t in parts.items() if t}, shift


Rule = Callable[[Term, Unfolding], Term | None]
RULES: tuple[Rule, ...] = (_power,)
"""How terms that no solver is given are unfolded; a rule gives None for what it is not about."""


def read_parts(problem: Problem) -> tuple[tuple[Var, ...], tuple[Term, ...], Term]:
    """Variables, hypotheses and goal of a claim.

    Raises:
        BadInput: no claim, or outside the fragment.
    """
    if problem.kind != "theorem" or problem.language != "claim":
        raise BadInput("expected a theorem that is a claim", place=problem.name)
    claim = read_claim(problem.source)
    for part in walk(claim):
        if isinstance(part, Every) and part.var.sort is Sort.RAT and part.var not in split_claim(claim)[0]:
            raise BadInput("a quantifier over Rat can't be put to a solver, which knows reals only", place="claim")
    return split_claim(claim)


def check_induction(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Proved where all the queries have no model and the hypotheses alone are not seen to contradict each other.

    Raises:
        BadInput: the problem can't be read.
    """
    parts = read_parts(problem)
    read = read_backing(candidate.content, {"solver", "variable", "start", "depth"}, {"agreed"})
    if isinstance(read, Rejected):
        return read
    try:
        induction = _read(candidate.content, parts)
        scripts = list(induction.scripts())
        hypotheses = script(induction.variables, induction.hypotheses)
    except BadInput as exc:
        return rejected(exc.text, place=exc.place)
    except RecursionError:
        return rejected("expected a claim that is nested less deeply", place="content")
    asking = Asking(backends, time.monotonic() + limits.wall_s, limits.memory_mb, read.solver, read.agreed)
    for index, text in enumerate(scripts):
        if time.monotonic() > asking.deadline:
            return rejected("there was no time left to check it", reason=Reason.TIMEOUT)
        fault = asking.unsat_text(text, "step" if index + 1 == len(scripts) else f"case {index}")
        if fault is not None:
            return Rejected((fault,))
    if induction.hypotheses and asking.ask(hypotheses, "z3", at_most=_VACUOUS_S).status is Status.UNSAT:
        words = "the hypotheses contradict each other"
        return Accepted(verdict=Unknown(Reason.VACUOUS, words), tools=asking.tools)
    facts: dict[str, Json] = {
        "queries": scripts,
        "backing": read.words(),
        "hypotheses": "tried for contradictions, none found" if induction.hypotheses else "none",
    }
    return Accepted(verdict=Proved(), facts=facts, tools=asking.tools)


def _read(content: Json, parts: tuple[tuple[Var, ...], tuple[Term, ...], Term]) -> Induction:
    variables, hypotheses, goal = parts
    named = {v.name: v for v in variables if v.sort in WHOLE}
    variable, start, depth = named.get(str(content["variable"])), content["start"], content["depth"]
    if variable is None:
        raise BadInput(f"expected one of {', '.join(named) or 'no variable'}", place="variable")
    low = 0 if variable.sort is Sort.NAT else -_FURTHEST_START
    if type(start) is not int or not low <= start <= _FURTHEST_START:
        raise BadInput(f"expected a number from {low} to {_FURTHEST_START}", place="start")
    if type(depth) is not int or not 1 <= depth <= _DEEPEST:
        raise BadInput(f"expected a number from 1 to {_DEEPEST}", place="depth")
    return Induction(variables=variables, hypotheses=hypotheses, goal=goal, variable=variable, start=start, depth=depth)
