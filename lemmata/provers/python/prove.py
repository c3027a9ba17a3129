"""Prove that no obligation of a Python program can fail: for all inputs, or up to a bound.

python-bounded   {"bound": k, "complete": bool}
                 loops are followed k rounds, recursion k calls deep, lists up to k items;
                 Proved if that is shown to be all there is (`complete`), else SafeUpTo(k)

The queries are built again from the program's text. The preconditions alone must be satisfiable.
"""

from __future__ import annotations

import ast
import itertools
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lemmata.budget import Limits
from lemmata.errors import ProtocolError
from lemmata.formats.python import Function, Program, is_main_guard
from lemmata.formats.python_values import Type
from lemmata.problem import Candidate, Json, Problem, digest
from lemmata.provers.base import Backends
from lemmata.provers.python.builder import FALSE, TRUE, Builder, Node, Unsupported
from lemmata.provers.python.check import describe_violation, make_cases, program_of
from lemmata.provers.python.contain import find_reach
from lemmata.provers.python.execute import Executor
from lemmata.provers.python.run import Job, run_jobs
from lemmata.provers.python.state import State, Value
from lemmata.provers.smt.solver import SolverAnswer, Status, solve
from lemmata.verdict import Accepted, Judgement, Proved, Reason, Rejected, SafeUpTo, Unknown, Verdict, rejected

LARGEST_BOUND = 64
_MOST_SHAPES = 40
_LEAST_S = 0.05
_RUN = {"cases": 60, "seed": 1}
_REASONS = {Status.TIMEOUT: Reason.TIMEOUT, Status.MEMORY: Reason.MEMORY, Status.UNKNOWN: Reason.INCOMPLETE}

Shape = tuple[Any, ...]
"""("int",), ("bool",), ("list", shape, …) or ("tuple", shape, …): a type with all lengths known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What a function, called with lists of certain lengths, does.

    Args:
        name: of the function; empty: the asserts of the module.
        builder: holds the definitions.
        shapes: of the arguments.
        required: the preconditions.
        violated: an obligation fails.
        beyond: the bound is not enough.
    """

    name: str
    builder: Builder
    shapes: tuple[Shape, ...]
    required: Node
    violated: Node
    beyond: Node


def check_bounded(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Build the queries again and have them refuted."""
    program = program_of(problem)
    return prove_program(program, candidate.content, backends, limits)


def prove_program(
    program: Program, content: Mapping[str, Json], backends: Backends, limits: Limits
) -> Accepted | Rejected:
    """The judgement on a claim that a program is safe, up to a bound or altogether."""
    bound, complete = content.get("bound"), content.get("complete")
    if set(content) != {"bound", "complete"} or type(bound) is not int or type(complete) is not bool:
        return rejected("expected a whole number bound and a truth value complete", place="content")
    if not 1 <= bound <= LARGEST_BOUND:
        return rejected(f"expected a bound from 1 to {LARGEST_BOUND}", place="bound")
    if program.unchecked:
        return rejected(f"not everything can be checked: {'; '.join(program.unchecked)}", reason=Reason.UNSUPPORTED)
    try:
        analyses = analyse(program, bound)
    except Unsupported as exc:
        return rejected(f"outside the fragment that can be proved: {exc}", reason=Reason.UNSUPPORTED)
    ends = time.monotonic() + limits.wall_s
    for analysis in analyses:
        fault = _refute(analysis, analysis.violated, "an obligation may fail", backends, ends)
        if fault is None and complete:
            fault = _refute(analysis, analysis.beyond, "the bound is not enough", backends, ends)
        if fault is not None:
            return fault
    idle = _vacuous(analyses, backends, ends)
    if isinstance(idle, Rejected):
        return idle
    fault = _confirm(program, backends)
    if fault is not None:
        return fault
    lists = any("list" in str(a.shapes) for a in analyses)
    verdict: Verdict = Proved() if complete and not lists else SafeUpTo(bound)
    if idle:
        verdict = Unknown(Reason.VACUOUS, f"nothing satisfies the preconditions of {', '.join(idle)}")
    queries = [a.builder.script(a.violated) for a in analyses]
    facts = {"bound": bound, "complete": complete, "queries": len(queries), "digest": digest(queries)}
    return Accepted(verdict=verdict, facts=facts, tools={})


def analyse(program: Program, bound: int) -> list[Analysis]:
    """Every function with arguments of every shape, and the module's asserts.

    Raises:
        Unsupported: something is outside the fragment.
    """
    try:
        return _analyse(program, bound)
    except RecursionError:
        raise Unsupported("expressions nested too deeply") from None


def _analyse(program: Program, bound: int) -> list[Analysis]:
    module = read_module(program.tree)
    found = [
        _analyse_call(module, function, shapes, bound)
        for function in program.functions
        for shapes in _all_shapes(function, bound)
    ]
    if program.module_asserts:
        executor = module.executor(Builder(), (), bound)
        tests = [s for s in program.tree.body if isinstance(s, ast.Assert)]
        if len(tests) != len(program.module_asserts):
            raise Unsupported("asserts inside statements of the module")
        executor.block(list(tests), State(TRUE))
        found.append(_summary("", executor, (), TRUE))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """The names of a module that have one meaning throughout."""

    functions: dict[str, ast.FunctionDef]
    constants: dict[str, Value]
    hidden: frozenset[str]

    def executor(self, builder: Builder, announced: tuple[str, ...], bound: int) -> Executor:
        return Executor(
            builder=builder,
            constants=self.constants,
            hidden=self.hidden,
            announced=announced,
            functions=self.functions,
            bound=bound,
        )


def read_module(tree: ast.Module) -> Module:
    """The module's names.

    Raises:
        Unsupported: it does more than define functions and constants and assert things, or binds a name twice.
    """
    functions: dict[str, ast.FunctionDef] = {}
    constants: dict[str, Value] = {}
    hidden: list[str] = []
    if any(isinstance(n, ast.Global | ast.Nonlocal) for n in ast.walk(tree)):
        raise Unsupported("global and nonlocal")
    reach = find_reach(tree)
    if reach:
        raise Unsupported(reach)
    if any(isinstance(n, ast.NamedExpr) for n in ast.walk(tree)):
        raise Unsupported("assignments inside expressions")
    plain = Executor(Builder())
    for node in tree.body:
        match node:
            case ast.FunctionDef(decorator_list=[]):
                hidden.append(node.name)
                functions[node.name] = node
                if not all(isinstance(d, ast.Constant) for d in (*node.args.defaults, *node.args.kw_defaults)):
                    raise Unsupported(f"line {node.lineno}: a default that is no constant")
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                hidden += [a.asname or a.name.partition(".")[0] for a in names]
            case ast.Assign(targets=[ast.Name(id=name)], value=(ast.Constant() | ast.UnaryOp()) as value):
                hidden.append(name)
                constants[name] = plain.evaluate(value, State(TRUE)) if is_number(value) else ()
            case ast.Assert() | ast.Expr(value=ast.Constant()):
                pass
            case _ if is_main_guard(node):
                pass
            case _:
                raise Unsupported(f"line {node.lineno}: {type(node).__name__} at module level")
    if len(set(hidden)) != len(hidden) or {"*", "__name__"} & set(hidden):
        raise Unsupported("a name that the module binds twice")
    kept: dict[str, Value] = {n: v for n, v in constants.items() if isinstance(v, Node)}
    return Module(functions=functions, constants=kept, hidden=frozenset(hidden))


def is_number(node: ast.expr) -> bool:
    """Whether it is an integer or truth value written out."""
    try:
        return type(ast.literal_eval(node)) in (int, bool)
    except ValueError:
        return False


def decode_arguments(analysis: Analysis, model: Mapping[str, Json]) -> list[str]:
    """The arguments, as texts of literals, that a model of one of the queries stands for."""
    return [repr(_decode(s, f"a{i}", model)) for i, s in enumerate(analysis.shapes)]


def _decode(shape: Shape, name: str, model: Mapping[str, Json]) -> Any:
    match shape:
        case ("int",):
            return int(str(model.get(name, 0)))
        case ("bool",):
            return model.get(name) is True
    inner = [_decode(s, f"{name}_{i}", model) for i, s in enumerate(shape[1:])]
    return inner if shape[0] == "list" else tuple(inner)


def realise(shape: Shape, executor: Executor, state: State, name: str) -> Value:
    """An unknown value of a shape."""
    match shape:
        case ("int",):
            return executor.builder.unknown(name, "Int")
        case ("bool",):
            return executor.builder.unknown(name, "Bool")
        case ("list", *inner):
            items = tuple(realise(s, executor, state, f"{name}_{i}") for i, s in enumerate(inner))
            return executor.allocate(state, items)
        case _:
            return tuple(realise(s, executor, state, f"{name}_{i}") for i, s in enumerate(shape[1:]))


def shapes_of(type_: Type | None, bound: int) -> Iterator[Shape]:
    """The shapes of a type, lists of up to `bound` items."""
    match type_:
        case ("int",) | ("bool",):
            yield type_
        case ("list", item):
            for length in range(bound + 1):
                for inner in itertools.product(list(shapes_of(item, bound)), repeat=length):
                    yield ("list", *inner)
        case ("tuple", *items):
            for inner in itertools.product(*(list(shapes_of(i, bound)) for i in items)):
                yield ("tuple", *inner)
        case _:
            raise Unsupported("parameters other than integers, truth values, and lists and tuples of them")


def count_shapes(type_: Type | None, bound: int) -> int:
    """How many shapes a type has, counted no further than needed."""
    count = 1
    match type_:
        case ("list", item):
            inner = count_shapes(item, bound)
            count = sum(min(inner, _MOST_SHAPES + 1) ** length for length in range(bound + 1))
        case ("tuple", *items):
            for item in items:
                count = min(count * count_shapes(item, bound), _MOST_SHAPES + 1)
    return min(count, _MOST_SHAPES + 1)


def _all_shapes(function: Function, bound: int) -> list[tuple[Shape, ...]]:
    types = [p.type for p in function.parameters]
    if count_shapes(("tuple", *types), bound) > _MOST_SHAPES:
        raise Unsupported(f"more than {_MOST_SHAPES} combinations of lengths")
    return list(itertools.product(*(shapes_of(t, bound) for t in types)))


def _analyse_call(module: Module, function: Function, shapes: tuple[Shape, ...], bound: int) -> Analysis:
    executor = module.executor(Builder(), function.raises, bound)
    state = State(TRUE)
    for number, (shape, parameter) in enumerate(zip(shapes, function.parameters, strict=True)):
        state.env[parameter.name] = realise(shape, executor, state, f"a{number}")
    node = function.node
    if node.decorator_list or isinstance(node, ast.AsyncFunctionDef):
        raise Unsupported("decorators")
    first = 1 if ast.get_docstring(node, clean=False) is not None else 0
    heads, rest = node.body[first : first + len(function.leading)], node.body[first + len(function.leading) :]
    executor.assuming = True
    required, _ = executor.function(node, [*heads, _return_true()], state)
    executor.assuming = False
    if required is not None:
        executor.function(node, rest, required.fork(required.guard))
    return _summary(function.name, executor, shapes, FALSE if required is None else required.guard)


def _return_true() -> ast.stmt:
    return ast.Return(value=ast.Constant(value=True))


def _summary(name: str, executor: Executor, shapes: tuple[Shape, ...], required: Node) -> Analysis:
    builder = executor.builder
    return Analysis(
        name=name,
        builder=builder,
        shapes=shapes,
        required=required,
        violated=builder.either(*(o.guard for o in executor.obligations)),
        beyond=builder.either(*executor.unwinding),
    )


def ask(analysis: Analysis, goal: Node, backends: Backends, ends: float) -> SolverAnswer:
    """Whether the goal can be true for some arguments."""
    if goal.value is not None:
        return SolverAnswer(status=Status.SAT if goal.value else Status.UNSAT, solver="none")
    left = max(_LEAST_S, ends - time.monotonic())
    return solve(analysis.builder.script(goal), backends, wall_s=left)


def _refute(analysis: Analysis, goal: Node, text: str, backends: Backends, ends: float) -> Rejected | None:
    answer = ask(analysis, goal, backends, ends)
    if answer.status is Status.UNSAT:
        return None
    where = analysis.name or "module"
    if answer.status is Status.SAT:
        return rejected(text, place=where)
    return rejected(
        f"not decided whether {text}", place=where, reason=_REASONS.get(answer.status, Reason.BACKEND_FAILED)
    )


def _vacuous(analyses: list[Analysis], backends: Backends, ends: float) -> list[str] | Rejected:
    """Functions whose preconditions nothing satisfies."""
    idle = []
    for name, group in itertools.groupby(analyses, key=lambda a: a.name):
        statuses = [Status.UNSAT]
        for analysis in group:
            statuses.append(ask(analysis, analysis.required, backends, ends).status)
            if statuses[-1] is Status.SAT:
                break
        else:
            if any(s is not Status.UNSAT for s in statuses):
                return rejected("not decided whether the preconditions can hold", place=name, reason=Reason.TIMEOUT)
            idle.append(name)
    return idle


def _confirm(program: Program, backends: Backends) -> Rejected | None:
    """Run the module and some cases: what was proved must not be seen to fail.

    Raises:
        ProtocolError: it was.
    """
    cases = make_cases(program, _RUN)
    if isinstance(cases, Rejected):
        return cases
    [told] = run_jobs(
        [Job(source=program.source, cases=tuple(cases), patience=3)], backends, Limits(wall_s=5), case_s=0.2
    )
    if told.module.status != "passed":
        return rejected(f"the module can't be executed: {told.module.status} {told.module.exception}", place="module")
    for case, report in zip(cases, told.cases, strict=False):
        if report.status == "violation":
            raise ProtocolError(f"{describe_violation(case, report)}, though a proof says that nothing does")
    return None
