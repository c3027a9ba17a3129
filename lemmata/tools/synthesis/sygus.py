"""Asking cvc5 for the functions of a SyGuS file, where it is installed; the checker decides on what it says."""

from __future__ import annotations

from lemmata.errors import BadInput
from lemmata.formats.sexpr import Atom, Group, read_all, write
from lemmata.formats.smt_terms import write_term, write_variables
from lemmata.formats.smtlib import write_defined
from lemmata.formats.sygus import Asked, Specification, read_specification
from lemmata.problem import Candidate
from lemmata.provers.base import Backends
from lemmata.provers.smt.implementation import read_definitions
from lemmata.provers.smt.solver import Status, installed, synthesize
from lemmata.tools.base import Offer, Turn
from lemmata.verdict import Reason, Unknown

_NAME = "cvc5-sygus"


def propose(turn: Turn, backends: Backends) -> Offer:
    """The definitions that cvc5 gives, or why there are none."""
    if not installed("cvc5"):
        return Offer(finding=Unknown(Reason.UNSUPPORTED, "cvc5 is not installed: pip install 'lemmata[cvc5]'"))
    specification = read_specification(turn.problem.source)
    limits = turn.limits
    told = synthesize(
        write_specification(specification), backends, wall_s=0.9 * limits.wall_s, memory_mb=limits.memory_mb
    )
    if told.status is not Status.UNKNOWN:
        reason = Reason.TIMEOUT if told.status is Status.TIMEOUT else Reason.BACKEND_FAILED
        return Offer(finding=Unknown(reason, f"cvc5: {told.reason[:300]}"))
    text = _read(told.reason, specification)
    if text is None:
        return Offer(finding=Unknown(Reason.INCOMPLETE, f"cvc5: {told.reason[:300]}"))
    return Offer(candidates=(Candidate(form="implementation", content={"definition": text}, origin=_NAME),))


def write_specification(specification: Specification) -> str:
    """The specification as a SyGuS-IF 2 file, written anew from what was read."""
    lines = [f"(set-logic {specification.logic or 'ALL'})"]
    lines += [write_defined(d) for d in specification.definitions]
    lines += [_write_asked(a) for a in specification.asked]
    lines += [write_defined(d) for d in specification.dependent]
    lines += [f"(declare-var {_write_name(name)} {sort})" for name, sort in specification.variables]
    lines += [f"(assume {write_term(t)})" for t in specification.assumptions]
    lines += [f"(constraint {write_term(t)})" for t in specification.constraints]
    return "\n".join([*lines, "(check-synth)", ""])


def _write_name(name: str) -> str:
    return write(Atom(name))


def _write_asked(asked: Asked) -> str:
    head = f"(synth-fun {_write_name(asked.name)} {write_variables(asked.parameters)} {asked.result}"
    if asked.grammar is None:
        return head + ")"
    rules = asked.grammar.rules.items()
    names = " ".join(f"({_write_name(name)} {sort})" for name, (sort, _) in rules)
    sides = " ".join(f"({_write_name(name)} {sort} ({' '.join(map(write, sides))}))" for name, (sort, sides) in rules)
    return f"{head} ({names}) ({sides}))"


def _read(told: str, specification: Specification) -> str | None:
    """Its define-funs in the file's order, in our own words; None where that isn't what came."""
    try:
        nodes = read_all(told)
        (group,) = nodes
        found = {d.items[1]: d for d in (group.items if isinstance(group, Group) else ()) if isinstance(d, Group)}
        text = "\n".join(write(found[Atom(a.name)]) for a in specification.asked)
        read_definitions(text, specification)
    except (BadInput, ValueError, KeyError, IndexError):
        return None
    return text
