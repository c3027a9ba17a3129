"""Prove a Python program safe with z3; what can't be proved is bounded, and what can't be bounded is tested."""

from __future__ import annotations

import time

from lemmata.budget import Limits
from lemmata.errors import BackendMissing
from lemmata.formats.python import Program
from lemmata.problem import Candidate, Json
from lemmata.provers.base import Backends
from lemmata.provers.python.builder import Unsupported
from lemmata.provers.python.check import MOST_SKIPPED, make_cases, program_of
from lemmata.provers.python.contain import find_reach
from lemmata.provers.python.prove import analyse, ask, decode_arguments
from lemmata.provers.python.run import Job, run_jobs
from lemmata.provers.smt.solver import Status
from lemmata.tools.base import Offer, Turn
from lemmata.verdict import Reason, Rejected, Unknown

_BOUNDS = (2, 4, 6, 10, 16, 24)
_LONGEST = 6
_TESTS = (400, 60, 12)
_TEST_S = 0.2
_ORIGIN = "python-proof"


def propose(turn: Turn, backends: Backends) -> Offer:
    """A violation that z3 found, else a proof or the largest bound that was reached; the next time, tests."""
    program = program_of(turn.problem)
    reach = find_reach(program.tree)
    if reach:
        return Offer(finding=Unknown(Reason.UNSUPPORTED, f"{reach}: a program that uses this is not judged"))
    if turn.memory is None:
        found = find_evidence(program, backends, wall_s=0.7 * turn.limits.wall_s)
        if found:
            return Offer(candidates=found, memory={"proof": "offered"}, done=False)
    tests = plan_tests(turn, program, backends)
    return Offer(candidates=() if tests is None else (Candidate(form="python-cases", content=tests, origin=_ORIGIN),))


def plan_tests(turn: Turn, program: Program, backends: Backends) -> dict[str, Json] | None:
    """Tests without those that take too long; None: most do."""
    for count in _TESTS:
        content: dict[str, Json] = {"cases": count, "seed": 0}
        cases = make_cases(program, content)
        if isinstance(cases, Rejected):
            return None
        job = Job(source=program.source, cases=tuple(cases), patience=MOST_SKIPPED)
        [told] = run_jobs([job], backends, Limits(wall_s=0.2 * turn.limits.wall_s), case_s=_TEST_S)
        if told.module.status == "passed" and len(told.cases) == len(cases):
            slow = [n for n, report in enumerate(told.cases) if report.status in ("hang", "memory")]
            return {**content, "skip": slow} if slow else content
    return None


def has_lists(program: Program) -> bool:
    """Whether some parameter holds a list, so that a bound on lengths always remains."""
    return any("list" in str(p.type) for f in program.functions for p in f.parameters)


def find_evidence(program: Program, backends: Backends, *, wall_s: float) -> tuple[Candidate, ...]:
    """Candidates of the forms python-trace or python-bounded, best first."""
    ends = time.monotonic() + wall_s
    best: Candidate | None = None
    for bound in _BOUNDS:
        try:
            content = _try_bound(program, bound, backends, ends)
        except (Unsupported, BackendMissing):
            break
        if content is None:
            break
        if "bound" not in content:
            trace = Candidate(form="python-trace", content=content, origin=_ORIGIN)
            return (trace,) if best is None else (trace, best)
        best = Candidate(form="python-bounded", content=content, origin=_ORIGIN)
        # Whoever checks it must solve the same queries: a larger bound on lists is not worth many seconds to them.
        lists = has_lists(program) and (bound >= _LONGEST or time.monotonic() > ends - 0.8 * wall_s)
        if lists or (content["complete"] and not has_lists(program)):
            break
    return () if best is None else (best,)


def _try_bound(program: Program, bound: int, backends: Backends, ends: float) -> dict[str, Json] | None:
    """A trace, or the claim that there is none up to the bound; None: not decided in time."""
    complete = True
    for analysis in analyse(program, bound):
        answer = ask(analysis, analysis.violated, backends, ends)
        if answer.status is Status.SAT:
            if not analysis.name:
                return {"module": True}
            return {"function": analysis.name, "arguments": decode_arguments(analysis, answer.model)}
        if answer.status is not Status.UNSAT:
            return None
        complete = complete and ask(analysis, analysis.beyond, backends, ends).status is Status.UNSAT
        if time.monotonic() > ends:
            return None
    return {"bound": bound, "complete": complete}
