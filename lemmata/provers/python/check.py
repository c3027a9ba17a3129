"""Check traces of Python programs, and tests of them, by really running the programs in the sandbox.

python-trace   {"function": name, "arguments": [literal, …]} or {"module": true}
               the preconditions hold, and then an assert fails or an exception comes out: Refuted
python-cases   {"cases": n, "seed": s, "skip": [number, …]}
               the module runs, and so does every function on up to n arguments made from the seed, but for the few
               that are skipped because they take too long: Tested
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.formats.python import Function, Program, read_program
from lemmata.formats.python_values import has_type, read_literal
from lemmata.problem import Candidate, Json, Problem
from lemmata.provers.base import Backends
from lemmata.provers.python.cases import MOST_CASES, find_constants, generate_cases
from lemmata.provers.python.contain import find_reach
from lemmata.provers.python.run import Case, Job, JobReport, Report, reason_of, run_jobs
from lemmata.verdict import (
    Accepted,
    Counterexample,
    Judgement,
    Reason,
    Refuted,
    Rejected,
    Tested,
    Unknown,
    Verdict,
    rejected,
)

MOST_SKIPPED = 24


def check_trace(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Run the trace in a fresh interpreter; accepted if the preconditions hold and a violation is seen."""
    program = program_of(problem)
    case = decode_trace(program, candidate.content)
    if isinstance(case, Rejected):
        return case
    seen = replay_trace(program, case, backends, limits)
    if isinstance(seen, Rejected):
        return seen
    found = Counterexample(values=describe_values(case), replay=describe_violation(case, seen))
    return Accepted(verdict=Refuted(found), facts={"exception": seen.exception, "line": seen.line})


def check_cases(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Make the cases again from the seed and run them all."""
    program = program_of(problem)
    judged = run_cases(program, candidate.content, backends, limits)
    if isinstance(judged, Rejected):
        return judged
    verdict, facts, _ = judged
    return Accepted(verdict=verdict, facts=facts)


def program_of(problem: Problem) -> Program:
    """The program that the problem is about.

    Raises:
        BadInput: it is about something else, or there is nothing to check in it.
    """
    if problem.kind != "program" or problem.language != "python":
        raise BadInput("expected a Python program", place=problem.name)
    return read_program(problem.source, problem.target, place=problem.name)


def decode_trace(program: Program, content: Mapping[str, Json]) -> Case | Rejected | None:
    """The call that a trace names, or None for the module itself."""
    if set(content) == {"module"} and content["module"] is True and not program.target:
        return None
    name, texts = content.get("function"), content.get("arguments")
    chosen = [f for f in program.functions if f.name == name]
    if len(content) != 2 or len(chosen) != 1 or not isinstance(texts, list):
        return rejected("expected a function of the program that is to be checked, and its arguments", place="trace")
    if len(texts) != len(chosen[0].parameters):
        return rejected(f"expected {len(chosen[0].parameters)} arguments, found {len(texts)}", place="arguments")
    for text, parameter in zip(texts, chosen[0].parameters, strict=True):
        try:
            value = read_literal(text)
        except ValueError as exc:
            return rejected(str(exc), place=parameter.name)
        if parameter.type is None or not has_type(value, parameter.type):
            return rejected(f"expected a value of the annotated type, found {text[:60]}", place=parameter.name)
    return Case(function=chosen[0], arguments=tuple(repr(read_literal(t)) for t in texts))


def replay_trace(program: Program, case: Case | None, backends: Backends, limits: Limits) -> Report | Rejected:
    """The violation that the trace leads to."""
    reach = find_reach(program.tree)
    if reach:
        return rejected(f"{reach}: a program that uses this is not judged", reason=Reason.UNSUPPORTED)
    [told] = run_jobs([Job(source=program.source, cases=() if case is None else (case,))], backends, limits)
    if case is not None and told.module.status == "violation":
        return rejected(f"the module itself fails at line {told.module.line}", place="function")
    if case is not None and told.module.status == "passed":
        seen = told.cases[0] if told.cases else Report(status="lost")
    else:
        seen = told.module
    match seen.status:
        case "violation":
            return seen
        case "passed":
            return rejected("the run ended without a violation", place="trace")
        case "precondition":
            return rejected("the arguments don't satisfy the preconditions", place="arguments")
        case _:
            return rejected(f"the run was no violation: {seen.status}", reason=reason_of(seen))


def describe_values(case: Case | None) -> dict[str, Json]:
    """The trace as values of a counterexample; arguments as texts of Python literals."""
    if case is None:
        return {"module": True}
    names = [p.name for p in case.function.parameters]
    return {"function": case.function.name, "arguments": dict(zip(names, case.arguments, strict=True))}


def describe_violation(case: Case | None, seen: Report) -> str:
    """One sentence on what was run and what it gave."""
    if case is None:
        return f"executing the module raised {seen.exception} at line {seen.line}"
    call = f"{case.function.name}({', '.join(case.arguments)})"
    held = ", after its preconditions held" if case.function.leading else ""
    return f"{call} raised {seen.exception} at line {seen.line}{held}"


def make_cases(program: Program, content: Mapping[str, Json]) -> list[Case] | Rejected:
    """The calls that a number and a seed stand for, the same for the same program."""
    count: Json = content.get("cases")
    seed: Json = content.get("seed")
    skip: Json = content.get("skip", [])
    if not {"cases", "seed"} <= set(content) <= {"cases", "seed", "skip"} or not isinstance(skip, list):
        return rejected("expected cases, seed and skip", place="content")
    if not all(type(n) is int for n in (count, seed, *skip)) or len(skip) > MOST_SKIPPED:
        return rejected(f"expected whole numbers, at most {MOST_SKIPPED} of them under skip", place="content")
    if not 0 < count <= MOST_CASES or not 0 <= seed < 2**31:
        return rejected(f"expected 1 to {MOST_CASES} cases and a seed from 0 to 2^31 - 1", place="content")
    constants = find_constants(program.tree)
    made = [
        Case(function=f, arguments=arguments)
        for f in program.functions
        for arguments in generate_cases(f, constants, count=count, seed=seed)
    ]
    return [case for number, case in enumerate(made) if number not in skip]


def run_cases(
    program: Program, content: Mapping[str, Json], backends: Backends, limits: Limits
) -> tuple[Verdict, dict[str, Json], JobReport] | Rejected:
    """Run module and cases; the verdict, its facts, and what was reported."""
    reach = find_reach(program.tree)
    if reach:
        return rejected(f"{reach}: a program that uses this is not judged", reason=Reason.UNSUPPORTED)
    cases = make_cases(program, content)
    if isinstance(cases, Rejected):
        return cases
    [told] = run_jobs([Job(source=program.source, cases=tuple(cases))], backends, limits)
    bad = first_failure(told, cases)
    if bad is not None:
        return bad
    lines = set(program.module_asserts)
    asserts = numbered_asserts(program.tree)
    module = sum(asserts[n].lineno in lines for n in told.module.reached)
    passed = Counter(c.function.name for c, r in zip(cases, told.cases, strict=True) if r.status == "passed")
    facts: dict[str, Json] = {
        "module_asserts": module,
        "cases": {f.name: passed[f.name] for f in program.functions},
        "unchecked": list(program.unchecked),
    }
    return _verdict_of_cases(program.functions, passed, module), facts, told


def _verdict_of_cases(functions: tuple[Function, ...], passed: Counter[str], module: int) -> Verdict:
    idle = [f.name for f in functions if not passed[f.name]]
    if idle:
        return Unknown(Reason.VACUOUS, f"no case satisfies the preconditions of {', '.join(idle)}")
    total = module + passed.total()
    return Tested(total) if total else Unknown(Reason.VACUOUS, "no assertion was reached")


def first_failure(told: JobReport, cases: list[Case]) -> Rejected | None:
    """Why a run does not count as passed; None: it does."""
    if told.module.status != "passed":
        return _failed(None, told.module)
    for case, report in zip(cases, told.cases, strict=False):
        if report.status not in ("passed", "precondition"):
            return _failed(case, report)
    if len(told.cases) != len(cases):
        return rejected("not all cases were run in time", reason=Reason.TIMEOUT)
    return None


def _failed(case: Case | None, report: Report) -> Rejected:
    if report.status == "violation":
        return rejected(describe_violation(case, report), place="cases")
    what = "the module" if case is None else f"{case.function.name}({', '.join(case.arguments)})"
    return rejected(f"{what} did not end by itself: {report.status}", reason=reason_of(report))


def numbered_asserts(tree: ast.Module) -> list[ast.Assert]:
    """All asserts in the order of the text; their places are the numbers that the harness tells."""
    found = [n for n in ast.walk(tree) if isinstance(n, ast.Assert)]
    return sorted(found, key=lambda n: (n.lineno, n.col_offset))
