"""Check Python functions that were written for a specification.

python-examples         {"source": "def f(…): return …"}
                        every example is run in the sandbox and gives the same value of the same type: Tested
python-implementation   {"source": …, "evidence": {"bound": k} or {"cases": n, "seed": s}}
                        equal to `reference` for all inputs (Proved), or on those cases (Tested)

The function is a single expression of `formulas.py`: it can't look its answers up, nor call the reference.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Mapping

from lemmata.budget import Limits
from lemmata.errors import BadInput, ProtocolError
from lemmata.formats.python import Function, Specification, read_function, read_specification
from lemmata.formats.python_values import read_literal, same_value
from lemmata.problem import Candidate, Json, Problem, digest
from lemmata.provers.base import Backends
from lemmata.provers.python.builder import FALSE, TRUE, Builder, Node, Unsupported
from lemmata.provers.python.cases import MOST_CASES, find_constants, generate_cases
from lemmata.provers.python.contain import find_reach
from lemmata.provers.python.execute import Executor
from lemmata.provers.python.formulas import read_formula
from lemmata.provers.python.prove import (
    LARGEST_BOUND,
    Analysis,
    Shape,
    ask,
    count_shapes,
    read_module,
    realise,
    shapes_of,
)
from lemmata.provers.python.run import Case, Job, Report, reason_of, run_jobs
from lemmata.provers.python.state import State, Value
from lemmata.provers.smt.solver import Status
from lemmata.verdict import Accepted, Judgement, Proved, Reason, Rejected, Tested, Unknown, rejected

_RUN = {"cases": 60, "seed": 1}


def check_examples(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Run every example."""
    spec = specification_of(problem)
    if spec.reference is not None:
        return rejected("expected evidence that it equals `reference`; use python-implementation", place="form")
    if set(candidate.content) != {"source"}:
        return rejected("expected the field source", place="content")
    node = read_formula(spec, candidate.content["source"])
    if isinstance(node, Rejected):
        return node
    count = run_examples(spec, node, backends, limits)
    if isinstance(count, Rejected):
        return count
    return Accepted(verdict=Tested(count), facts={"examples": count}, answer=candidate.content["source"])


def check_implementation(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Prove it equal to the reference, or compare the two on cases."""
    spec = specification_of(problem)
    content = candidate.content
    if spec.reference is None or set(content) != {"source", "evidence"} or not isinstance(content["evidence"], dict):
        return rejected("expected a reference, and the fields source and evidence", place="content")
    node = read_formula(spec, content["source"])
    if isinstance(node, Rejected):
        return node
    count = run_examples(spec, node, backends, limits) if spec.examples else 0
    if isinstance(count, Rejected):
        return count
    decide = _prove if "bound" in content["evidence"] else _compare
    judged = decide(problem, spec, node, content["evidence"], backends, limits)
    if isinstance(judged, Rejected):
        return judged
    facts = {**judged.facts, "examples": count}
    return Accepted(verdict=judged.verdict, facts=facts, answer=content["source"])


def specification_of(problem: Problem) -> Specification:
    """What the problem asks for.

    Raises:
        BadInput: it is about something else, or can't be read.
    """
    if problem.kind != "synthesis" or problem.language != "python":
        raise BadInput("expected a Python function to be written", place=problem.name)
    return read_specification(problem.source, problem.target, place=problem.name)


def run_examples(spec: Specification, node: ast.FunctionDef, backends: Backends, limits: Limits) -> int | Rejected:
    """How many different examples were run; all of them gave what they must."""
    wanted = {repr(e.arguments): e for e in spec.examples}
    if any(not same_value(wanted[repr(e.arguments)].expected, e.expected) for e in spec.examples):
        return rejected("two examples contradict each other", place="examples")
    examples = list(wanted.values())
    contract = read_function(node)
    cases = tuple(Case(function=contract, arguments=tuple(map(repr, e.arguments))) for e in examples)
    [told] = run_jobs([Job(source=ast.unparse(node), cases=cases)], backends, limits)
    for number, example in enumerate(examples):
        report = told.cases[number] if number < len(told.cases) else Report(status="unrun")
        call = f"{node.name}({', '.join(map(repr, example.arguments))})"
        if report.status != "passed":
            return rejected(f"{call} did not end well: {report.exception or report.status}", reason=_limit(report))
        if report.value is None or not same_value(read_literal(report.value), example.expected):
            return rejected(f"{call} gave {str(report.value)[:80]}, expected {example.expected!r}"[:400])
    return len(examples)


def _limit(report: Report) -> Reason | None:
    return None if report.status == "violation" else reason_of(report)


def run_reference(
    problem: Problem, spec: Specification, arguments: list[tuple[str, ...]], backends: Backends, limits: Limits
) -> list[Report]:
    """What the reference gives; it is run without the module's asserts, which are about the missing function.

    Raises:
        BadInput: the reference uses what would let it reach the harness.
    """
    tree = ast.parse(problem.source)
    tree.body = [s for s in tree.body if not isinstance(s, ast.Assert)]
    reach = find_reach(tree)
    if reach:
        raise BadInput(f"{reach}: a reference that uses this is not run", place=problem.name)
    text = ast.unparse(tree)
    contract = _reference_in(text)
    cases = tuple(Case(function=contract, arguments=a) for a in arguments)
    [told] = run_jobs([Job(source=text, cases=cases, patience=5, through=True)], backends, limits, case_s=0.5)
    if told.module.status != "passed":
        raise BadInput(
            f"the module can't be executed ({told.module.exception or told.module.status})", place=problem.name
        )
    return list(told.cases)


def _reference_in(text: str) -> Function:
    [node] = [s for s in ast.parse(text).body if isinstance(s, ast.FunctionDef) and s.name == "reference"]
    return read_function(node)


def _compare(
    problem: Problem,
    spec: Specification,
    node: ast.FunctionDef,
    evidence: Mapping[str, Json],
    backends: Backends,
    limits: Limits,
) -> Accepted | Rejected:
    count: Json = evidence.get("cases")
    seed: Json = evidence.get("seed")
    if set(evidence) != {"cases", "seed"} or type(count) is not int or type(seed) is not int:
        return rejected("expected the whole numbers cases and seed", place="evidence")
    if not 0 < count <= MOST_CASES or not 0 <= seed < 2**31:
        return rejected(f"expected 1 to {MOST_CASES} cases and a seed from 0 to 2^31 - 1", place="evidence")
    made = make_arguments(problem, spec, count=count, seed=seed)
    wanted = run_reference(problem, spec, made, backends, limits)
    pairs = [(a, r.value) for a, r in zip(made, wanted, strict=False) if r.status == "passed" and r.value is not None]
    contract = read_function(node)
    cases = tuple(Case(function=contract, arguments=a) for a, _ in pairs)
    [told] = run_jobs([Job(source=ast.unparse(node), cases=cases)], backends, limits)
    for number, (arguments, value) in enumerate(pairs):
        report = told.cases[number] if number < len(told.cases) else Report(status="unrun")
        call = f"{node.name}({', '.join(arguments)})"
        if report.status != "passed":
            return rejected(f"{call} did not end well: {report.exception or report.status}", reason=_limit(report))
        if report.value is None or not same_value(read_literal(report.value), read_literal(value)):
            return rejected(f"{call} gave {str(report.value)[:80]}, the reference {value[:80]}")
    if not pairs:
        return Accepted(verdict=Unknown(Reason.VACUOUS, "the reference gives no value on any case"))
    return Accepted(verdict=Tested(len(pairs)), facts={"compared": len(pairs)})


def make_arguments(problem: Problem, spec: Specification, *, count: int, seed: int) -> list[tuple[str, ...]]:
    """Arguments of the types of the specification, the same for the same number and seed.

    Raises:
        BadInput: a parameter has no annotation that is understood.
    """
    if any(p.type is None for p in spec.parameters):
        raise BadInput("annotate the parameters with int, bool, str, float, list[…] or tuple[…]", place=problem.name)
    contract = read_function(spec.node)
    return generate_cases(contract, find_constants(ast.parse(problem.source)), count=count, seed=seed)


def _prove(
    problem: Problem,
    spec: Specification,
    node: ast.FunctionDef,
    evidence: Mapping[str, Json],
    backends: Backends,
    limits: Limits,
) -> Accepted | Rejected:
    bound: Json = evidence.get("bound")
    if set(evidence) != {"bound"} or type(bound) is not int or not 1 <= bound <= LARGEST_BOUND:
        return rejected(f"expected a whole number bound from 1 to {LARGEST_BOUND}", place="evidence")
    try:
        analysis = compare_symbolically(problem, spec, node, bound)
    except Unsupported as exc:
        return rejected(f"outside the fragment that can be proved: {exc}", reason=Reason.UNSUPPORTED)
    ends = time.monotonic() + limits.wall_s
    for goal, text in ((analysis.violated, "they may differ"), (analysis.beyond, "the bound may not be enough")):
        status = ask(analysis, goal, backends, ends).status
        if status is not Status.UNSAT:
            reason = None if status is Status.SAT else Reason.TIMEOUT
            return rejected(f"{text}: {status.value}", place="evidence", reason=reason)
    status = ask(analysis, analysis.required, backends, ends).status
    if status is Status.UNSAT:
        return Accepted(verdict=Unknown(Reason.VACUOUS, "the reference gives no value on any input"))
    if status is not Status.SAT:
        return rejected("not decided whether the reference gives any value", reason=Reason.TIMEOUT)
    seen = _compare(problem, spec, node, _RUN, backends, limits)
    if isinstance(seen, Rejected) and any(f.reason is None for f in seen.faults):
        raise ProtocolError(f"{seen.faults[0].text}, though a proof says that they are equal")
    query = analysis.builder.script(analysis.violated)
    return Accepted(verdict=Proved(), facts={"bound": bound, "digest": digest(query)})


def compare_symbolically(problem: Problem, spec: Specification, node: ast.FunctionDef, bound: int) -> Analysis:
    """Both functions on the same unknown arguments; `violated`: the reference gives a value that the other does not.

    Raises:
        Unsupported: outside the fragment, or parameters whose size is not fixed.
    """
    try:
        return _compare_symbolically(problem, spec, node, bound)
    except RecursionError:
        raise Unsupported("expressions nested too deeply") from None


def _compare_symbolically(problem: Problem, spec: Specification, node: ast.FunctionDef, bound: int) -> Analysis:
    assert spec.reference is not None
    tree = ast.parse(problem.source)
    tree.body = [s for s in tree.body if not isinstance(s, ast.Assert)]
    module = read_module(tree)
    executor = module.executor(Builder(), (), bound)
    state = State(TRUE)
    shapes: list[Shape] = []
    for number, parameter in enumerate(spec.parameters):
        if count_shapes(parameter.type, 1) != 1:
            raise Unsupported("lists of any length")
        shapes += shapes_of(parameter.type, 1)
        state.env[parameter.name] = realise(shapes[-1], executor, state, f"a{number}")
    executor.assuming = True  # where the reference raises, nothing is asked
    end, wanted = executor.function(spec.reference, spec.reference.body, state.fork(TRUE))
    executor.assuming = False
    guard = FALSE if end is None else end.guard
    violated = FALSE
    if end is not None:
        after, given = executor.function(node, node.body, State(guard, dict(state.env), dict(end.heap)))
        if after is not None:
            differ = executor.builder.negate(_identical(executor, wanted, given))
            violated = executor.builder.both(after.guard, differ)
        violated = executor.builder.either(violated, *(o.guard for o in executor.obligations))
    return Analysis(
        name=node.name,
        builder=executor.builder,
        shapes=tuple(shapes),
        required=guard,
        violated=violated,
        beyond=executor.builder.either(*executor.unwinding),
    )


def _identical(executor: Executor, one: Value, other: Value) -> Node:
    """Equal and of the same type."""
    if isinstance(one, Node) and isinstance(other, Node):
        return executor.builder.equal(one, other) if one.sort == other.sort else FALSE
    if isinstance(one, tuple) and isinstance(other, tuple):
        if len(one) != len(other):
            return FALSE
        return executor.builder.both(*(_identical(executor, a, b) for a, b in zip(one, other, strict=True)))
    if one is None and other is None:
        return TRUE
    raise Unsupported("results other than integers, truth values and tuples of them")
