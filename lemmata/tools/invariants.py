"""Inductive invariants for the loops of a C program, found by z3's Horn clause engine, or by dropping guesses."""

from __future__ import annotations

import time

from lemmata.problem import Candidate, Program
from lemmata.provers.base import Backends
from lemmata.provers.bmc.conditions import NotFinite
from lemmata.provers.bmc.inputs import Inputs, encode_inputs
from lemmata.provers.bmc.ir import System
from lemmata.provers.bmc.lower import load_system
from lemmata.provers.bmc.schemes import schemes
from lemmata.provers.bmc.source import Unsupported
from lemmata.provers.bmc.symbolic import Unrolled
from lemmata.provers.bmc.terms import TooLarge
from lemmata.provers.bmc.vacuity import gets_somewhere
from lemmata.provers.smt.solver import Status, solve
from lemmata.tools.base import Offer, Turn
from lemmata.tools.horn import Horn, read_invariants
from lemmata.tools.houdini import find_invariants
from lemmata.tools.unroll import find_inputs
from lemmata.verdict import Reason, Unknown

# Every option is set every time: z3 keeps those of the fixed-point engine for the whole process.
_OPTIONS = (
    "(set-option :fp.xform.inline_linear {inline})(set-option :fp.xform.inline_eager {inline})"
    "(set-option :fp.spacer.global {whole})(set-option :fp.spacer.ground_pobs {ground})\n"
)
_WAYS = (
    {"inline": "false", "whole": "true", "ground": "true"},
    {"inline": "true", "whole": "false", "ground": "true"},
    {"inline": "false", "whole": "true", "ground": "false"},
    {"inline": "true", "whole": "true", "ground": "true"},
)
_SLICE_S = 3.0
_TRIED = 40


def propose(turn: Turn, backends: Backends) -> Offer:
    """Offer the invariants of a solution; each turn goes on with other ways, and has more time."""
    if not isinstance(turn.problem, Program) or turn.problem.language != "c":
        return Offer()
    try:
        system = load_system(turn.problem, backends)
        if system.memory and system.loops:
            return Offer()  # no invariant can speak about what pointers point to
        return _search(turn, turn.problem, system, backends)
    except (Unsupported, TooLarge, NotFinite) as exc:
        detail = str(exc) or "the program grows too large when it is taken apart"
        return Offer(finding=Unknown(Reason.UNSUPPORTED, detail))


def _search(turn: Turn, problem: Program, system: System, backends: Backends) -> Offer:
    way = turn.memory["way"] if isinstance(turn.memory, dict) else 0
    horn = Horn(system)
    script = horn.script()
    ends = time.monotonic() + min(turn.limits.wall_s * 0.8, _SLICE_S * (1 + way))
    texts, first = None, way == 0
    while texts is None and way < len(_WAYS) and time.monotonic() < ends:
        wall_s = max(0.1, (ends - time.monotonic()) / 2)
        told = solve(_OPTIONS.format(**_WAYS[way]) + script, backends, wall_s=wall_s, memory_mb=turn.limits.memory_mb)
        way += 1
        if told.status is Status.UNSAT:
            return Offer()  # a violation exists; finding it is the others' work
        texts = read_invariants(system, horn, told.text) if told.status is Status.SAT else None
        if texts is None and first:
            texts, first = find_invariants(system, backends, wall_s=wall_s), False
    memory, done = {"way": way}, way >= len(_WAYS)
    if texts is None:
        return Offer(memory=memory, done=done)
    content = {"invariants": texts, "witness": encode_inputs(find_witness(problem, system, backends))}
    return Offer(candidates=(Candidate(form="invariant", content=content),), memory=memory, done=done)


def find_witness(problem: Program, system: System, backends: Backends) -> Inputs:
    """Inputs with which an execution gets past the assumptions, or any where none are found."""
    for inputs in schemes(system, problem.source, count=_TRIED, bounded=problem.integers == "machine"):
        if gets_somewhere(system, inputs):
            return inputs
    for bound in (1, 2, 4):
        execution = Unrolled(system, bound=bound)
        execution.run()
        for goals in (execution.targets, execution.heads):
            found = find_inputs(execution, goals, backends, wall_s=1.0)
            if found is not None and gets_somewhere(system, found):
                return found
    return Inputs()
