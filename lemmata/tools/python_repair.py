"""Repair a Python program by small changes: screened by running, then proved, bounded or tested."""

from __future__ import annotations

import ast
import itertools
import time
from dataclasses import replace

from lemmata.budget import Limits
from lemmata.formats.python import Program
from lemmata.problem import Candidate, Json, Problem
from lemmata.provers.base import Backends
from lemmata.provers.python.check import decode_trace, make_cases, program_of
from lemmata.provers.python.contain import find_reach
from lemmata.provers.python.patch import changes, read_patch
from lemmata.provers.python.run import Case, Job, run_jobs
from lemmata.tools.base import Offer, Turn
from lemmata.tools.python_falsify import find_trace
from lemmata.tools.python_mutations import mutate
from lemmata.tools.python_proof import find_evidence, plan_tests
from lemmata.verdict import Reason, Rejected, Unknown

_ORIGIN = "python-mutations"
_SCREEN: dict[str, Json] = {"cases": 60, "seed": 5}
_BATCH = 60
_MODULE_S = 2.0
_CASE_S = 0.25
_KEPT = 3


def propose(turn: Turn, backends: Backends) -> Offer:
    """One patch at a time for the trace in the memory, or for one that is found again; at last, the trace itself."""
    program = program_of(turn.problem)
    reach = find_reach(program.tree)
    if reach:
        return Offer(finding=Unknown(Reason.UNSUPPORTED, f"{reach}: a program that uses this is not judged"))
    ends = time.monotonic() + 0.8 * turn.limits.wall_s
    memory = turn.memory if isinstance(turn.memory, dict) else {}
    trace = memory.get("trace") or find_trace(program, turn, backends)
    if trace is None:
        return Offer(finding=Unknown(Reason.EXHAUSTED, "no violation was found that could be repaired"))
    patches = memory.get("patches")
    if patches is None:
        patches = find_patches(turn.problem, program, trace, backends, ends=ends - 0.3 * turn.limits.wall_s)
    while patches:
        patched, *patches = patches
        evidence = _evidence(turn, patched, backends, ends)
        if evidence is not None:
            content = {"patched": patched, "trace": trace, "evidence": evidence}
            offered = Candidate(form="python-patch", content=content, origin=_ORIGIN)
            return Offer(candidates=(offered,), memory={"trace": trace, "patches": patches}, done=False)
    return Offer(candidates=(Candidate(form="python-trace", content=trace, origin=_ORIGIN),))


def find_patches(
    problem: Problem, program: Program, trace: dict[str, Json], backends: Backends, *, ends: float
) -> list[str]:
    """Changed programs that pass the trace and a screen of cases, the simplest first.

    Those that return something else where nothing was wrong come last.
    """
    case = decode_trace(program, trace)
    screen = make_cases(program, _SCREEN)
    if isinstance(case, Rejected) or isinstance(screen, Rejected):
        return []
    cases = [case, *screen] if case is not None else screen
    found: list[str] = []
    changing: list[str] = []
    stream = mutate(problem.source)
    while len(found) < _KEPT and time.monotonic() < ends:
        batch = list(itertools.islice(stream, _BATCH))
        if not batch:
            break
        kept, others = _screen(problem, program, batch, cases, case, backends, ends)
        found += kept
        changing += others
    return [*sorted(found, key=_size)[:_KEPT], *sorted(changing, key=_size)[:_KEPT]]


def _size(text: str) -> int:
    return sum(1 for _ in ast.walk(ast.parse(text)))


def _screen(
    problem: Problem,
    program: Program,
    batch: list[str],
    cases: list[Case],
    trace: Case | None,
    backends: Backends,
    ends: float,
) -> tuple[list[str], list[str]]:
    """Those of a batch that violate nothing and leave the specification alone: the same where it was right; not."""
    allowed: list[tuple[str, Job]] = []
    for text in batch:
        patched = read_patch(problem, program, text)
        if not isinstance(patched, Rejected):
            functions = {f.name: f for f in patched.functions}
            moved = tuple(Case(function=functions[c.function.name], arguments=c.arguments) for c in cases)
            allowed.append((text, Job(source=patched.source, cases=moved)))
    limits = Limits(wall_s=max(1.0, ends - time.monotonic()))
    passed: tuple[list[str], list[str]] = [], []
    first = Job(source=program.source, cases=tuple(cases), through=True)
    jobs = [first, *(job for _, job in allowed)]
    original, *reports = run_jobs(jobs, backends, limits, case_s=_CASE_S, module_s=_MODULE_S)
    for (text, job), told in zip(allowed, reports, strict=True):
        changed = any(changes(old, new) for old, new in zip(original.cases, told.cases, strict=False))
        statuses = {r.status for r in told.cases}
        whole = told.module.status == "passed" and len(told.cases) == len(job.cases)
        if whole and statuses <= {"passed", "precondition"} and (trace is None or told.cases[0].status == "passed"):
            passed[changed].append(text)
    return passed


def _evidence(turn: Turn, patched: str, backends: Backends, ends: float) -> dict[str, Json] | None:
    """What can be said for a patched program."""
    problem = replace(turn.problem, source=patched)
    program = program_of(problem)
    left = max(1.0, min(0.3 * turn.limits.wall_s, ends - time.monotonic()))
    for candidate in find_evidence(program, backends, wall_s=left):
        if candidate.form == "python-bounded":
            return {"form": candidate.form, "content": dict(candidate.content)}
    tests = plan_tests(Turn(problem=problem, limits=turn.limits), program, backends)
    return None if tests is None else {"form": "python-cases", "content": tests}
