"""Proposing for theorems by asking solvers: an unsat core with a witness for the hypotheses, or a model that falsifies.

A portfolio is raced; the winner's core is minimised, and another solver, or a proof about bits, is found to back it.
All of this is only offered; the checkers decide.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from lemmata.errors import BadInput
from lemmata.formats.sexpr import quote
from lemmata.formats.smt_sorts import INT, REAL
from lemmata.formats.smtlib import Script, write_script
from lemmata.problem import Candidate, Json
from lemmata.provers.base import Backends
from lemmata.provers.smt import drup
from lemmata.provers.smt.bitblast import bitblast
from lemmata.provers.smt.check import falsifying
from lemmata.provers.smt.portfolio import Member, ask_member, members_for, race
from lemmata.provers.smt.query import hypotheses_of, query_of
from lemmata.provers.smt.solver import SolverAnswer, Status, solve
from lemmata.provers.terms.lean_reader import read_claim
from lemmata.tools.base import Offer, Turn
from lemmata.verdict import Reason, Unknown

_NAME = "smt-solver"
_LARGEST_CORE = 40
_RACE_SHARE = 0.75  # of the time; the rest is for core, witness and backing
_BACKING_S = 10.0
_REASONS = {
    Status.TIMEOUT: Reason.TIMEOUT,
    Status.MEMORY: Reason.MEMORY,
    Status.CRASHED: Reason.BACKEND_FAILED,
}


def propose(turn: Turn, backends: Backends) -> Offer:
    """A core, a model, or what kept the solvers from finding either."""
    try:
        script = query_of(turn.problem)
    except BadInput as exc:
        if turn.problem.language != "claim":
            raise
        read_claim(turn.problem.source)  # one that can be read may be shown in another way
        return Offer(finding=Unknown(Reason.UNSUPPORTED, str(exc)))
    start, end = time.monotonic(), time.monotonic() + 0.9 * turn.limits.wall_s
    members = members_for(script)

    def confirmed(member: Member, told: SolverAnswer) -> bool:
        if told.status is Status.UNSAT:
            return True
        return falsifying(_values(script, told), script.assertions, script, "values") is None

    ended = race(
        lambda member: _text(script, member),
        members,
        backends,
        wall_s=_RACE_SHARE * (end - start),
        confirmed=confirmed,
        memory_mb=turn.limits.memory_mb,
    )
    if ended.winner is None or ended.member is None:
        return Offer(finding=_finding(list(ended.told.values())))
    if ended.winner.status is Status.SAT:
        values = _values(script, ended.winner)
        return Offer(candidates=(Candidate(form="smt-model", content={"values": values}, origin=_NAME),))
    return Offer(candidates=(_core_candidate(script, ended.winner, ended.member, members, turn, backends, end=end),))


def _text(script: Script, member: Member) -> str:
    bounds = _bounds(script, member.within) if member.within else ()
    return write_script(script) + "".join(f"{line}\n" for line in bounds)


def _bounds(script: Script, bound: int) -> Iterator[str]:
    for made in script.declarations:
        if not made.parameters and made.result in (INT, REAL):
            yield f"(assert (<= (- {bound}) {quote(made.name)} {bound}))"


def _core_candidate(
    script: Script,
    told: SolverAnswer,
    member: Member,
    members: tuple[Member, ...],
    turn: Turn,
    backends: Backends,
    *,
    end: float,
) -> Candidate:
    names = {a.name for a in script.assertions}
    core = [n for n in told.core if n in names] or [a.name for a in script.assertions]
    order = [a.name for a in script.assertions if a.name in core]
    if len(order) <= _LARGEST_CORE:
        order = _minimise(script, order, member, turn, backends, end=end)
    content: dict[str, Json] = {"core": order}
    content |= _backing(script, order, member, members, turn, backends, end=end)
    witness = _witness(script, turn, backends, end=end)
    if witness is not None:
        content["witness"] = witness
    return Candidate(form="smt-unsat", content=content, origin=_NAME)


def _backing(
    script: Script,
    core: list[str],
    member: Member,
    members: tuple[Member, ...],
    turn: Turn,
    backends: Backends,
    *,
    end: float,
) -> dict[str, Json]:
    """Another solver that agrees, or a proof about bits; the first solver alone where there is neither."""
    text = write_script(script, names=core, named=False)
    for other in members:
        left = min(_BACKING_S, 0.6 * (end - time.monotonic()))
        if other.solver == member.solver or other.within or left < 0.05:
            continue
        told = ask_member(text, other, backends, wall_s=left, memory_mb=turn.limits.memory_mb)
        if told.status is Status.UNSAT:
            return {"solver": member.name, "agreed": other.name}
    left = min(_BACKING_S, 0.6 * (end - time.monotonic()))
    if drup.installed() and left > 1:
        try:
            packed = drup.find_proof(
                bitblast(script, [a for a in script.assertions if a.name in core]), backends, wall_s=left
            )
        except (BadInput, RecursionError):  # not about bits
            packed = None
        if packed is not None:
            return {"drup": packed}
    return {"solver": member.name}


def _minimise(
    script: Script, core: list[str], member: Member, turn: Turn, backends: Backends, *, end: float
) -> list[str]:
    """The core without the members that it can do without, as far as there is time to see."""
    kept = core
    for name in reversed(core):
        fewer = [n for n in kept if n != name]
        left = min(1.0, 0.2 * (end - time.monotonic()))
        if not fewer or left < 0.05:
            continue
        text = write_script(script, names=fewer, named=False)
        told = ask_member(text, member, backends, wall_s=left, memory_mb=turn.limits.memory_mb)
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
