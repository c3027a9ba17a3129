"""The query of a theorem: its text read, outermost existentials replaced by constants, the goal laid open.

What comes out has a model exactly when what went in has one. `(assert (not (forall ((x Int)) (=> H G))))` becomes
a constant x, the hypothesis H and the negated goal (not G): so H can be tried for contradictions, and a model tells x.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from lemmata.errors import BadInput
from lemmata.formats.smt_sorts import BOOL, Sort
from lemmata.formats.smt_terms import Apply, Let, Quantified, Term, Use, parts, subterms
from lemmata.formats.smtlib import Assertion, Declared, Script, read_script
from lemmata.problem import Problem


def script_of(problem: Problem) -> str:
    """The SMT-LIB text that has no model exactly when the problem's claim holds.

    Raises:
        BadInput: a problem that isn't a theorem in a language that solvers can be given.
    """
    if problem.kind == "theorem" and problem.language == "smtlib":
        return problem.source
    if problem.kind == "theorem" and problem.language == "claim":
        from lemmata.provers.terms.claim import to_smtlib

        return to_smtlib(problem.source)
    raise BadInput(f"a {problem.kind} in {problem.language} can't be put to an SMT solver; use smtlib or a claim")


def query_of(problem: Problem) -> Script:
    """The script of a problem, prepared.

    Raises:
        BadInput: as `script_of`, or a text that can't be read.
    """
    return prepare(read_script(script_of(problem)))


def prepare(script: Script) -> Script:
    """An equisatisfiable script with outermost existentials as constants and the goal's premises as hypotheses."""
    maker = _Maker(script)
    hypotheses = script.assertions if script.goal is None else script.assertions[:-1]
    made = [replace(a, term=maker.open(a.term, positive=True)) for a in hypotheses]
    if script.goal is not None:
        made += _lay_open(script.assertions[-1], script.goal, maker)
    return replace(script, declarations=(*script.declarations, *maker.made), assertions=tuple(made))


def split_cases(script: Script) -> tuple[Script, ...]:
    """For each conjunct of a prepared script's goal, the script that asks for that one; together they prove the goal.

    Raises:
        BadInput: the goal is no conjunction.
    """
    goal = script.goal
    conjuncts = tuple(_conjuncts(goal)) if goal is not None else ()
    if len(conjuncts) < 2:
        raise BadInput("expected a goal that is a conjunction, (assert (not (and G1 G2 …)))")
    last = script.assertions[-1]
    return tuple(
        prepare(replace(script, assertions=(*script.assertions[:-1], replace(last, term=Apply("not", (c,), BOOL)))))
        for c in conjuncts
    )


def hypotheses_of(script: Script) -> tuple[str, ...]:
    """The names of the assertions that aren't the negated goal; empty where there is no goal."""
    return tuple(a.name for a in script.assertions[:-1]) if script.goal is not None else ()


def _conjuncts(term: Term) -> Iterator[Term]:
    match term:
        case Apply("and", args):
            for arg in args:
                yield from _conjuncts(arg)
        case Apply("=", (left, right)) if left.sort == BOOL:
            yield Apply("=>", (left, right), BOOL)
            yield Apply("=>", (right, left), BOOL)
        case _:
            yield term


def _lay_open(last: Assertion, goal: Term, maker: _Maker) -> list[Assertion]:
    premises: list[Term] = []
    while True:
        match goal:
            case Apply("=>", (*given, goal)):
                premises += given
            case Quantified("forall", variables, body):
                goal = maker.constants(variables, body)
            case _:
                break
    taken = {*maker.names, last.name}
    names = (n for k in itertools.count(1) if (n := f"{last.name}-premise-{k}") not in taken)
    made = [replace(last, name=next(names), term=maker.open(p, positive=True)) for p in premises]
    return [*made, replace(last, term=Apply("not", (maker.open(goal, positive=False),), BOOL))]


@dataclass
class _Maker:
    """Makes fresh constants for variables."""

    script: Script
    made: list[Declared] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        script = self.script
        self.names |= {d.name for d in script.declarations} | {d.name for d in script.definitions}
        self.names |= {a.name for a in script.assertions} | set(script.sorts)
        self._bound = {n for a in script.assertions for t in subterms(a.term) for n in _binds(t)}

    def constants(self, variables: tuple[tuple[str, Sort], ...], body: Term) -> Term:
        """The body with fresh constants for its variables."""
        mapping: dict[str, str] = {}
        for name, sort in variables:
            fresh = name
            if name in self.names:
                later = (f"{name}!{k}" for k in itertools.count(2))
                fresh = next(n for n in later if n not in self.names and n not in self._bound)
            self.names.add(fresh)
            self.made.append(Declared(fresh, (), sort))
            mapping[name] = fresh
        return rename(body, mapping)

    def open(self, term: Term, *, positive: bool) -> Term:
        """The term, as it stands positive or negated, with constants for variables that it says exist."""
        match term:
            case Quantified(op, variables, body) if (op == "exists") == positive:
                return self.open(self.constants(variables, body), positive=positive)
            case Apply("not", (inner,)):
                return replace(term, args=(self.open(inner, positive=not positive),))
            case Apply("and" | "or", args):
                return replace(term, args=tuple(self.open(a, positive=positive) for a in args))
            case Apply("=>", (*given, last)):
                opened = tuple(self.open(g, positive=not positive) for g in given)
                return replace(term, args=(*opened, self.open(last, positive=positive)))
        return term


def _binds(term: Term) -> tuple[str, ...]:
    match term:
        case Let(bindings, _):
            return tuple(name for name, _ in bindings)
        case Quantified(_, variables, _):
            return tuple(name for name, _ in variables)
    return ()


def rename(term: Term, mapping: Mapping[str, str]) -> Term:
    """The term with its free variables renamed; the new names must not be bound within it."""
    if not any(old != new for old, new in mapping.items()):
        return term
    match term:
        case Use(name, (), sort) if name in mapping:
            return Use(mapping[name], (), sort)
        case Use() | Apply():
            return replace(term, args=tuple(rename(a, mapping) for a in parts(term)))
        case Let(bindings, body):
            inner = {k: v for k, v in mapping.items() if k not in dict(bindings)}
            return Let(tuple((n, rename(t, mapping)) for n, t in bindings), rename(body, inner))
        case Quantified(op, variables, body):
            inner = {k: v for k, v in mapping.items() if k not in dict(variables)}
            return Quantified(op, variables, rename(body, inner))
    return term
