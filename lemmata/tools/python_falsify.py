"""Look for a violation in a Python program by running it: on its own tests, boundary values, small and random ones."""

from __future__ import annotations

from lemmata.formats.python import Program
from lemmata.problem import Candidate, Json
from lemmata.provers.base import Backends
from lemmata.provers.python.cases import find_constants, generate_cases
from lemmata.provers.python.check import program_of
from lemmata.provers.python.contain import find_reach
from lemmata.provers.python.run import Case, Job, run_jobs
from lemmata.tools.base import Offer, Turn
from lemmata.verdict import Reason, Unknown

_CASES = 400
_SEED = 7
_MODULE_S = 2.0
_CASE_S = 0.5
_PATIENCE = 3


def propose(turn: Turn, backends: Backends) -> Offer:
    """The first trace that violates something, if there is one; one process for all cases of a function."""
    program = program_of(turn.problem)
    reach = find_reach(program.tree)
    if reach:
        return Offer(finding=Unknown(Reason.UNSUPPORTED, f"{reach}: a program that uses this is not judged"))
    found = find_trace(program, turn, backends)
    if found is None:
        return Offer()
    return Offer(candidates=(Candidate(form="python-trace", content=found, origin="python-falsify"),))


def find_trace(program: Program, turn: Turn, backends: Backends) -> dict[str, Json] | None:
    """The content of a trace that was seen to violate something."""
    constants = find_constants(program.tree)
    batches = [
        [Case(function=f, arguments=a) for a in generate_cases(f, constants, count=_CASES, seed=_SEED)]
        for f in program.functions
    ]
    jobs = [Job(source=program.source, cases=tuple(batch), patience=_PATIENCE) for batch in batches or [[]]]
    for job, told in zip(jobs, run_jobs(jobs, backends, turn.limits, case_s=_CASE_S, module_s=_MODULE_S), strict=True):
        if told.module.status == "violation":
            return {"module": True}
        for case, report in zip(job.cases, told.cases, strict=False):
            if report.status == "violation":
                return {"function": case.function.name, "arguments": list(case.arguments)}
    return None
