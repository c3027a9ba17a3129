"""Checker for functions that a SyGuS file asks for.

    implementation   {"definition": "(define-fun f ((x Int)) Int …)"}

There is one define-fun for each function that is asked for, in the file's order, each of the name, parameters and sorts
that were asked. A body may use its parameters and what the file defines without the functions asked for, and the
grammar, where there is one, must derive it. Then the negated constraints, with the definitions put in, must have no
model. A specification that holds whatever the functions are is reported as vacuous.
"""

from __future__ import annotations

import time

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.formats.sexpr import Atom, Group, Node, read_all
from lemmata.formats.smt_terms import FALSE, Apply, Literal, Term, make, subterms
from lemmata.formats.smtlib import Assertion, Declared, Defined, Script, read_defined, write_defined, write_script
from lemmata.formats.sygus import Asked, Specification, read_specification
from lemmata.problem import Candidate, Problem
from lemmata.provers.base import Backends
from lemmata.provers.smt.check import Asking
from lemmata.provers.smt.grammar import derives
from lemmata.provers.smt.solver import Status
from lemmata.verdict import Accepted, Judgement, Proved, Reason, Rejected, Unknown, rejected

_SOLVER = "z3"
_VACUOUS_S = 2.0
_LARGEST = 1 << 20


def check_implementation(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Proved where the definitions are what was asked for and satisfy every constraint for all values."""
    if problem.kind != "synthesis" or problem.language != "sygus":
        raise BadInput("an implementation is checked against a specification in a SyGuS file", place=problem.name)
    specification = read_specification(problem.source)
    text = candidate.content.get("definition")
    if set(candidate.content) != {"definition"} or not isinstance(text, str) or len(text) > _LARGEST:
        return rejected("expected exactly the field definition, a text")
    try:
        made = read_definitions(text, specification)
    except BadInput as exc:
        return rejected(exc.text, place=f"definition:{exc.place}" if exc.place else "definition")
    asking = Asking(backends, time.monotonic() + limits.wall_s, limits.memory_mb, _SOLVER)
    query = write_script(query_with(specification, made), named=False)
    fault = asking.unsat_text(query, "definition")
    if fault is not None:
        return Rejected((fault,))
    empty = _find_vacuity(specification, asking)
    if empty is not None:
        return Accepted(verdict=Unknown(Reason.VACUOUS, empty), tools=asking.tools)
    answer = "\n".join(map(write_defined, made))
    return Accepted(verdict=Proved(), facts={"query": query, "solver": _SOLVER}, answer=answer, tools=asking.tools)


def read_definitions(text: str, specification: Specification) -> tuple[Defined, ...]:
    """The definitions of a candidate, one for each function asked for.

    Raises:
        BadInput: not exactly those, of other parameters or sorts, ill-sorted, or outside the grammar or the logic.
    """
    nodes = read_all(text)
    if len(nodes) != len(specification.asked):
        names = ", ".join(a.name for a in specification.asked)
        raise BadInput(f"expected one define-fun each for {names}, came {len(nodes)} expressions")
    return tuple(_read_one(node, asked, specification) for node, asked in zip(nodes, specification.asked, strict=True))


def _read_one(node: Node, asked: Asked, specification: Specification) -> Defined:
    made = read_defined(node, specification.scope)
    if (made.name, made.parameters, made.result) != (asked.name, asked.parameters, asked.result):
        raise BadInput(f"expected {asked.name} with the parameters and sorts that the file gives", place=node.place)
    body = node.items[-1] if isinstance(node, Group) else Atom("")
    if not derives(asked, body):
        raise BadInput(f"the grammar of {asked.name} does not derive this body", place=body.place)
    if asked.grammar is None and specification.logic in _LINEAR and not _is_linear(made.body):
        raise BadInput(f"the body is not linear, as the logic {specification.logic} asks", place=body.place)
    return made


_LINEAR = frozenset({"LIA", "LRA", "LIRA", "CLIA", "QF_LIA", "QF_LRA", "QF_LIRA"})


def _is_linear(term: Term) -> bool:
    return all(_is_linear_at(t) for t in subterms(term))


def _is_linear_at(term: Term) -> bool:
    match term:
        case Apply("*", args):
            return sum(not _is_number(a) for a in args) <= 1
        case Apply("/" | "div" | "mod", (_, *divisors)):
            return all(_is_number(d) for d in divisors)
    return True


def _is_number(term: Term) -> bool:
    match term:
        case Literal():
            return True
        case Apply("-" | "/" | "to_real", args):
            return all(map(_is_number, args))
    return False


def query_with(specification: Specification, made: tuple[Defined, ...]) -> Script:
    """The script that has no model exactly when these definitions satisfy the specification."""
    return _query(specification, (), made)


def _query(specification: Specification, declared: tuple[Declared, ...], made: tuple[Defined, ...]) -> Script:
    constants = tuple(Declared(name, (), sort) for name, sort in specification.variables)
    assumed = [Assertion(f"assumption-{k}", t) for k, t in enumerate(specification.assumptions, 1)]
    goal = make("not", make("and", *specification.constraints)) if specification.constraints else FALSE
    return Script(
        declarations=(*constants, *declared),
        definitions=(*specification.definitions, *made, *specification.dependent),
        assertions=(*assumed, Assertion("violated", goal)),
    )


def _find_vacuity(specification: Specification, asking: Asking) -> str | None:
    """Why any functions at all would do, or None."""
    if not specification.constraints:
        return "the file has no constraint"
    free = tuple(Declared(a.name, tuple(s for _, s in a.parameters), a.result) for a in specification.asked)
    # With nothing known of the functions: if even so no constraint can be violated, none says anything about them.
    text = write_script(_query(specification, free, ()), named=False)
    told = asking.ask(text, _SOLVER, at_most=_VACUOUS_S)
    return "the constraints hold whatever the functions are" if told.status is Status.UNSAT else None
