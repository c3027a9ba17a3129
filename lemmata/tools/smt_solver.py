"""Proposing for theorems by asking solvers: an unsat core with a witness for the hypotheses, or a model that falsifies.

Several ways of asking are tried in turn, each with a share of the time: plainly, with integers kept small, with other
tactics, with cvc5 when it is installed. What they say is only offered; the checkers decide.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lemmata.formats.sexpr import quote
from lemmata.formats.smt_sorts import INT, REAL
from lemmata.formats.smtlib import Script, write_script
from lemmata.problem import Candidate, Json
from lemmata.provers.base import Backends
from lemmata.provers.smt.check import falsifying
from lemmata.provers.smt.query import hypotheses_of, query_of
from lemmata.provers.smt.solver import SolverAnswer, Status, installed, solve
from lemmata.tools.base import Offer, Turn
from lemmata.verdict import Reason, Unknown

_NAME = "smt-solver"
_LARGEST_CORE = 40
_REASONS = {
    Status.TIMEOUT: Reason.TIMEOUT,
    Status.MEMORY: Reason.MEMORY,
    Status.CRASHED: Reason.BACKEND_FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """One way of asking.

    Args:
        solver: `z3` or `cvc5`.
        share: part of the whole time it may take.
        bound: if not 0, numbers are kept within -bound … bound; then only a model says anything.
        check: the command that checks.
    """

    solver: str = "z3"
    share: float
    bound: int = 0
    check: str = "(check-sat)"


_WAYS = (
    _Way(share=0.15),
    _Way(share=0.08, bound=16),
    _Way(solver="cvc5", share=0.15),
    _Way(share=0.1, bound=1000),
    _Way(share=0.15, check="(check-sat-using (then simplify propagate-values solve-eqs qfnra-nlsat))"),
    _Way(share=0.3),
)


def propose(turn: Turn, backends: Backends) -> Offer:
    """A core, a model, or what kept the solvers from finding either."""
    script = query_of(turn.problem)
    start, end = time.monotonic(), time.monotonic() + 0.9 * turn.limits.wall_s
    found: list[SolverAnswer] = []
    for way in _WAYS:
        if way.solver != "z3" and not installed(way.solver):
            continue
        wall_s = min(end - time.monotonic(), way.share * (end - start))
        if wall_s < 0.05:
            break
        told = _ask(script, way, turn, backends, wall_s=wall_s)
        if told.status is Status.UNSAT and not way.bound:
            return Offer(candidates=(_core_candidate(script, told, turn, backends, end=end),))
        if told.status is Status.SAT:
            values = _values(script, told)
            if falsifying(values, script.assertions, script, "values") is None:
                return Offer(candidates=(Candidate(form="smt-model", content={"values": values}, origin=_NAME),))
        if not way.bound:
            found.append(told)
    return Offer(finding=_finding(found))


def _ask(script: Script, way: _Way, turn: Turn, backends: Backends, *, wall_s: float) -> SolverAnswer:
    text = write_script(script)
    if way.bound:
        text += "".join(f"{line}\n" for line in _bounds(script, way.bound))
    return solve(
        text,
        backends,
        wall_s=wall_s,
        memory_mb=turn.limits.memory_mb,
        solver=way.solver,
        cores=not way.bound and way.check == "(check-sat)",
        check=way.check,
    )


def _bounds(script: Script, bound: int) -> Iterator[str]:
    for made in script.declarations:
        if not made.parameters and made.result in (INT, REAL):
            yield f"(assert (<= (- {bound}) {quote(made.name)} {bound}))"


def _core_candidate(script: Script, told: SolverAnswer, turn: Turn, backends: Backends, *, end: float) -> Candidate:
    names = {a.name for a in script.assertions}
    core = [n for n in told.core if n in names] or [a.name for a in script.assertions]
    order = [a.name for a in script.assertions if a.name in core]
    if len(order) <= _LARGEST_CORE:
        order = _minimise(script, order, told.solver, turn, backends, end=end)
    content: dict[str, Json] = {"solver": told.solver, "core": order}
    witness = _witness(script, turn, backends, end=end)
    if witness is not None:
        content["witness"] = witness
    return Candidate(form="smt-unsat", content=content, origin=_NAME)


def _minimise(script: Script, core: list[str], solver: str, turn: Turn, backends: Backends, *, end: float) -> list[str]:
    """The core without the members that it can do without, as far as there is time to see."""
    kept = core
    for name in reversed(core):
        fewer = [n for n in kept if n != name]
        left = min(1.0, end - time.monotonic())
        if not fewer or left < 0.05:
            continue
        text = write_script(script, names=fewer, named=False)
        told = solve(text, backends, wall_s=left, memory_mb=turn.limits.memory_mb, solver=solver)
        if told.status is Status.UNSAT:
            kept = fewer
    return kept


def _witness(script: Script, turn: Turn, backends: Backends, *, end: float) -> Mapping[str, Json] | None:
    """Values for which the hypotheses hold, if some are found that we can evaluate."""
    names = hypotheses_of(script)
    left = min(2.0, end - time.monotonic())
    if not names or left < 0.05:
        return None
    text = write_script(script, names=names, named=False)
    told = solve(text, backends, wall_s=left, memory_mb=turn.limits.memory_mb)
    values = _values(script, told)
    wanted = [a for a in script.assertions if a.name in names]
    fits = told.status is Status.SAT and falsifying(values, wanted, script, "witness") is None
    return values if fits else None


def _values(script: Script, told: SolverAnswer) -> dict[str, Json]:
    return {d.name: told.model[d.name] for d in script.declarations if d.name in told.model}


def _finding(found: list[SolverAnswer]) -> Unknown:
    last = found[-1] if found else None
    if last is None:
        return Unknown(Reason.TIMEOUT, "no time was left to ask a solver")
    if any(told.status is Status.SAT for told in found):
        return Unknown(Reason.INCOMPLETE, "a solver has a model, and it can't be replayed: no claim is made")
    told = next((t for t in found if t.status is Status.TIMEOUT), last)
    return Unknown(_REASONS.get(told.status, Reason.INCOMPLETE), f"{told.solver}: {told.reason[:300]}")
