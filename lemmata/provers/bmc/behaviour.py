"""Whether a repaired program still does what the original did wherever that was right.

Right means: it comes to its end without a violation. The repaired program must then come to its end, too, with the same
value returned, the same values of what is global, and past the same assertions. First both are stepped through on the
same inputs, chosen from the original's text; that tells many programs apart and shows nothing about other inputs. Then
both are executed side by side, symbolically, with every loop followed so many rounds: where no inputs within that bound
make a difference, that is shown; where a solver finds some, they count once both programs have been stepped through on
them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lemmata.problem import Program
from lemmata.provers.bmc.inputs import Inputs
from lemmata.provers.bmc.interpret import Run, run
from lemmata.provers.bmc.ir import System
from lemmata.provers.bmc.schemes import schemes
from lemmata.provers.bmc.symbolic import State, Unrolled
from lemmata.provers.bmc.terms import FALSE, Terms

_TRIED = 60
_STEPS = 5_000
_WALL_S = 60.0  # what ends a run is its steps, so that the same inputs are compared whenever this is done


def right_runs(original: System, program: Program) -> Iterator[tuple[Inputs, Run]]:
    """The inputs on which the original is right, and what it does.

    Args:
        original: lowered with `observed`.
        program: whose text the inputs are chosen from.
    """
    for inputs in schemes(original, program.source, count=_TRIED, bounded=program.integers == "machine"):
        ran = right_run(original, inputs)
        if ran is not None:
            yield inputs, ran


def right_run(original: System, inputs: Inputs) -> Run | None:
    """What the original does on these inputs; None where that is not right, or takes too long to see."""
    ran = run(original, inputs, steps=_STEPS, wall_s=_WALL_S)
    return ran if ran.end == "end" else None


def first_change(right: Sequence[tuple[Inputs, Run]], patched: System) -> tuple[Inputs, Run] | None:
    """The first of these inputs on which the patched program, lowered with `observed`, does something else."""
    for inputs, before in right:
        after = run(patched, inputs, steps=10 * _STEPS, wall_s=_WALL_S)
        if (after.end, after.seen, after.reached) != (before.end, before.seen, before.reached):
            return inputs, before
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBySide:
    """Two programs on the same inputs.

    Args:
        execution: of the original; its terms are shared by both, its constraints are all there are.
        changes: true on inputs within the bound on which the original is right and the other one is not the same.
    """

    execution: Unrolled
    changes: int


def side_by_side(original: System, patched: System, *, bound: int) -> SideBySide | None:
    """Both programs, lowered with `observed`; None where their inputs can't be brought together.

    Both number their inputs as they come, so the same names stand for the same inputs as long as both read, one by
    one, under the same conditions: where they don't, that counts as a change.

    Raises:
        TooLarge: there are too many terms.
    """
    terms = Terms()
    first, second = (Unrolled(system, terms=terms, bound=bound) for system in (original, patched))
    first.run()
    second.run()
    one, other = first.merge(first.ends), second.merge(second.ends)
    if one is None or any(a != b for a, b in zip(first.types, second.types, strict=False)):
        return None  # an original that is never right, or inputs of different types
    first.constraints[:] = dict.fromkeys([*first.constraints, *second.constraints])
    changes = [_differ(terms, one, other, original.seen)]
    for site in sorted(first.reached.keys() | second.reached.keys()):
        a, b = (terms.any_(e.reached.get(site, ())) for e in (first, second))
        changes.append(_unlike(terms, a, b))
    for i in range(max(len(first.reads), len(second.reads))):
        a, b = (e.reads[i][1] if i < len(e.reads) else FALSE for e in (first, second))
        changes.append(_unlike(terms, a, b))
    return SideBySide(execution=first, changes=terms.and_(one.guard, terms.any_(changes)))


def _differ(terms: Terms, one: State, other: State | None, seen: Sequence[str]) -> int:
    """The second does not come to its end, or with other values."""
    if other is None:
        return one.guard
    pairs = [(one.env.get(name), other.env.get(name)) for name in seen]
    unlike = [terms.not_(terms.eq(a, b)) for a, b in pairs if a is not None and b is not None]
    lost = [one.guard] if any((a is None) != (b is None) for a, b in pairs) else []
    return terms.any_([terms.not_(other.guard), *unlike, *lost])


def _unlike(terms: Terms, a: int, b: int) -> int:
    """One of the two holds, and the other one doesn't."""
    return terms.or_(terms.and_(a, terms.not_(b)), terms.and_(b, terms.not_(a)))
