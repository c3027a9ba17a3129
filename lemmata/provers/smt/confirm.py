"""A second opinion on "there is no model", where the user asks for one: another solver, or a proof about bits."""

from __future__ import annotations

from dataclasses import replace

from lemmata.errors import BadInput, Disagreement
from lemmata.formats.smtlib import read_script
from lemmata.problem import Json
from lemmata.provers.base import Backends
from lemmata.provers.smt import drup
from lemmata.provers.smt.bitblast import bitblast
from lemmata.provers.smt.solver import SolverAnswer, Status, ask_solver


def confirmed(told: SolverAnswer, script: str, backends: Backends, *, wall_s: float, memory_mb: int) -> SolverAnswer:
    """The answer UNSAT where the second opinion is the same; else why nothing is believed.

    Args:
        told: what the first solver said: UNSAT.
        script: what it was asked, without check-sat.
        backends: their settings say whose opinion is wanted.
        wall_s: seconds for the second one, too.
        memory_mb: as `solve`.

    Raises:
        BackendMissing: the second one isn't installed.
        Disagreement: it finds a model: one of the two is wrong.
    """
    second = backends.settings.confirm
    if second == "drup":
        return _by_proof(told, script, backends, wall_s=wall_s)
    if second == told.solver:
        second = "cvc5" if second == "z3" else "z3"
    other = ask_solver(script, backends, wall_s=wall_s, memory_mb=memory_mb, solver=second)
    if other.status is Status.SAT:
        raise Disagreement(
            f"{told.solver} finds no model and {second} finds one: one of them is wrong; please report the problem"
        )
    if other.status is Status.UNSAT:
        return replace(told, version=_both(told, f"{second} {other.version} agrees"))
    return replace(other, reason=f"{told.solver} finds no model, and {second} does not confirm it: {other.reason}")


def _by_proof(told: SolverAnswer, script: str, backends: Backends, *, wall_s: float) -> SolverAnswer:
    try:
        read = read_script(script + "(check-sat)\n")
        cnf = bitblast(read, read.assertions)
    except (BadInput, RecursionError) as exc:
        return _unconfirmed(told, Status.UNKNOWN, f"no DRUP proof can be made: {exc}")
    packed = drup.find_proof(cnf, backends, wall_s=wall_s)
    shown: Json = None if packed is None else drup.check_proof(cnf, packed, backends, wall_s=wall_s)
    if shown is None:
        return _unconfirmed(told, Status.TIMEOUT, "no DRUP proof was found and checked in time")
    if not shown:
        return _unconfirmed(told, Status.UNKNOWN, "the DRUP proof that was found does not hold")
    return replace(told, version=_both(told, "a checked DRUP proof agrees"))


def _unconfirmed(told: SolverAnswer, status: Status, reason: str) -> SolverAnswer:
    return SolverAnswer(status=status, reason=f"{told.solver} finds no model; {reason}", solver=told.solver)


def _both(told: SolverAnswer, more: str) -> str:
    return f"{told.version}; {more}" if told.version else more
