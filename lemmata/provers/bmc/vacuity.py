"""Whether the assumptions of a program contradict each other: one execution that gets somewhere shows they don't.

An execution gets somewhere when it reaches an assertion, the end, or the head of a loop after which, and in which, no
assumption is left that could block it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lemmata.provers.bmc import ir
from lemmata.provers.bmc.inputs import Inputs
from lemmata.provers.bmc.interpret import run
from lemmata.provers.bmc.ir import Stmt, System

_STEPS = 200_000
_WALL_S = 60.0  # the steps end it first; the same on every machine


class _Free(Exception):
    pass


def gets_somewhere(system: System, inputs: Inputs) -> bool:
    """Whether the run on these inputs gets somewhere."""
    if not assumes(system.body):
        return True
    free = _free_loops(system.body, later=False)

    def watch(number: int, env: Mapping[str, int]) -> None:
        if number in free:
            raise _Free

    try:
        ran = run(system, inputs, steps=_STEPS, wall_s=_WALL_S, watch=watch)
    except _Free:
        return True
    return bool(ran.reached) or ran.end == "end"


def assumes(body: Sequence[Stmt]) -> bool:
    """Whether there is an assumption among the statements."""
    for stmt in body:
        match stmt:
            case ir.Assume():
                return True
            case ir.If(then=then, orelse=orelse):
                if assumes(then) or assumes(orelse):
                    return True
            case ir.Loop(body=inner) | ir.Block(body=inner):
                if assumes(inner):
                    return True
    return False


def _free_loops(body: Sequence[Stmt], *, later: bool) -> set[int]:
    """The loops from whose heads no assumption can be reached; `later`: one can be after these statements."""
    found: set[int] = set()
    for stmt in reversed(body):
        match stmt:
            case ir.If(then=then, orelse=orelse):
                found |= _free_loops(then, later=later) | _free_loops(orelse, later=later)
            case ir.Block(body=inner):
                found |= _free_loops(inner, later=later)
            case ir.Loop(body=inner, number=number):
                inside = later or assumes(inner)
                if not inside:
                    found.add(number)
                found |= _free_loops(inner, later=inside)
        later = later or assumes([stmt])
    return found
