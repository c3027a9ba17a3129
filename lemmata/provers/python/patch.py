"""Check repaired Python programs.

python-patch   {"patched": text, "trace": as python-trace, "evidence": {"form": …, "content": …}}

The trace violates the original; the patched program keeps every assertion, signature and import, passes the trace,
reaches every assertion that the original reached on the same inputs, and is proved, bounded or tested. Whether it
returns what the original returned where that violated nothing is told. The verdict stays Refuted, which is true of what
was asked; the repaired program is the answer.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.formats.python import Program, read_program
from lemmata.problem import Candidate, Json, Problem
from lemmata.provers.base import Backends
from lemmata.provers.python.check import (
    decode_trace,
    describe_values,
    describe_violation,
    make_cases,
    program_of,
    replay_trace,
    run_cases,
)
from lemmata.provers.python.contain import find_reach
from lemmata.provers.python.prove import prove_program
from lemmata.provers.python.run import Case, Job, JobReport, Report, reason_of, run_jobs
from lemmata.provers.python.tampering import find_tampering
from lemmata.verdict import (
    Accepted,
    Counterexample,
    Judgement,
    Proved,
    Reason,
    Refuted,
    Rejected,
    SafeUpTo,
    Tested,
    Verdict,
    in_words,
    rejected,
)

_COMPARED = {"cases": 150, "seed": 3}
_CASE_S = 0.5
_PATIENCE = 3
_LONGEST_WORDS = 300


def check_patch(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Replay the violation on the original, compare the specifications, and check the evidence on the patch."""
    content = candidate.content
    match dict(content):
        case {"patched": str(text), "trace": dict(trace), "evidence": {"form": str(form), "content": dict(inner)}} if (
            len(content) == 3
        ):
            pass
        case _:
            return rejected("expected patched, trace and evidence", place="content")
    original = program_of(problem)
    case = decode_trace(original, trace)
    if isinstance(case, Rejected):
        return case
    seen = replay_trace(original, case, backends, limits)
    if isinstance(seen, Rejected):
        return seen
    patched = read_patch(problem, original, text)
    if isinstance(patched, Rejected):
        return patched
    same = compare_runs(original, patched, case, backends, limits)
    if isinstance(same, Rejected):
        return same
    holds = _evidence(form, inner, patched, backends, limits)
    if isinstance(holds, Rejected):
        return holds
    verdict, facts = holds
    found = Counterexample(values=describe_values(case), replay=describe_violation(case, seen))
    answer = {"patched": text, "diff": show_difference(problem.source, text), "holds": in_words(verdict), "same": same}
    told = {"exception": seen.exception, "line": seen.line, "same": same, "evidence": facts}
    return Accepted(verdict=Refuted(found), facts=told, answer=answer)


def read_patch(problem: Problem, original: Program, text: str) -> Program | Rejected:
    """The patched program, if its specification is that of the original."""
    try:
        patched = read_program(text, problem.target)
    except BadInput as exc:
        return rejected(str(exc), place="patched")
    tampered = find_tampering(original.tree, patched.tree)
    return rejected(tampered, place="patched") if tampered else patched


def compare_runs(
    original: Program,
    patched: Program,
    trace: Case | None,
    backends: Backends,
    limits: Limits,
) -> Rejected | str:
    """Run both programs on the trace and on the same cases: the patch violates nothing and skips no assertion.

    Returns:
        Where it does what the original did without a violation, in words.
    """
    reach = find_reach(patched.tree)
    if reach:
        return rejected(f"{reach}: a program that uses this is not judged", place="patched", reason=Reason.UNSUPPORTED)
    olds = make_cases(original, _COMPARED)
    if isinstance(olds, Rejected):
        return olds
    functions = {f.name: f for f in patched.functions}
    if trace is not None:
        olds = [trace, *olds]
    news = [Case(function=functions[c.function.name], arguments=c.arguments) for c in olds]
    jobs = [
        Job(source=original.source, cases=tuple(olds), patience=_PATIENCE, through=True),
        Job(source=patched.source, cases=tuple(news), patience=_PATIENCE),
    ]
    old, new = run_jobs(jobs, backends, limits, case_s=_CASE_S)
    return _compare(old, new, news, trace is not None)


def _compare(old: JobReport, new: JobReport, cases: list[Case], traced: bool) -> Rejected | str:
    same = "on the calls tried"
    if new.module.status != "passed":
        return _bad(None, new.module)
    if not old.module.reached <= new.module.reached:
        return rejected("an assertion of the module that was reached no longer is", place="patched")
    if traced and (not new.cases or new.cases[0].status != "passed"):
        return rejected("the patched program does not pass the trace", place="trace")
    for case, before, after in zip(cases, old.cases, new.cases, strict=False):
        if after.status == "violation":
            return _bad(case, after)
        if after.status not in ("passed", "precondition") and before.status in ("passed", "violation"):
            return _bad(case, after)
        if not before.reached <= after.reached and after.status == "passed":
            call = f"{case.function.name}({', '.join(case.arguments)})"
            return rejected(f"{call} no longer reaches an assertion that it reached", place="patched")
        if changes(before, after) and not same.startswith("not"):
            call = f"{case.function.name}({', '.join(case.arguments)})"
            same = f"not of {call}, which returned {before.value} and now returns {after.value}"[:_LONGEST_WORDS]
    return same


def changes(before: Report, after: Report) -> bool:
    """Whether a call that violated nothing now gives something else."""
    return before.status == "passed" and (after.status != "passed" or before.value != after.value)


def _bad(case: Case | None, report: Report) -> Rejected:
    if report.status == "violation":
        return rejected(describe_violation(case, report), place="patched")
    what = "the module" if case is None else f"{case.function.name}({', '.join(case.arguments)})"
    return rejected(f"{what} did not end by itself: {report.status}", place="patched", reason=reason_of(report))


def _evidence(
    form: str, content: Mapping[str, Json], patched: Program, backends: Backends, limits: Limits
) -> tuple[Verdict, Json] | Rejected:
    if form == "python-bounded":
        judged = prove_program(patched, content, backends, limits)
        if isinstance(judged, Rejected):
            return judged
        verdict, facts = judged.verdict, dict(judged.facts)
    elif form == "python-cases":
        ran = run_cases(patched, content, backends, limits)
        if isinstance(ran, Rejected):
            return ran
        verdict, facts, _ = ran
    else:
        return rejected("expected python-bounded or python-cases", place="evidence.form")
    if not isinstance(verdict, Proved | SafeUpTo | Tested):
        return rejected("the evidence says nothing about the patched program", place="evidence")
    return verdict, {"form": form, **facts}


def show_difference(source: str, patched: str) -> str:
    """The patch as a unified diff."""
    lines = difflib.unified_diff(source.splitlines(), patched.splitlines(), "original", "patched", lineterm="", n=1)
    return "\n".join(lines)
