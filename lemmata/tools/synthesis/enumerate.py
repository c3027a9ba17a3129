"""Write Python functions for examples or for a reference, by enumerating terms."""

from __future__ import annotations

import ast
import itertools
import time
from typing import Any

from lemmata.errors import BackendMissing
from lemmata.formats.python import Specification
from lemmata.formats.python_values import Type, has_type, read_literal
from lemmata.problem import Candidate, Json
from lemmata.provers.base import Backends
from lemmata.provers.python.builder import Unsupported
from lemmata.provers.python.formulas import read_formula
from lemmata.provers.python.prove import ask, decode_arguments
from lemmata.provers.python.synthesis import compare_symbolically, make_arguments, run_reference, specification_of
from lemmata.provers.smt.solver import Status
from lemmata.tools.base import Offer, Turn
from lemmata.tools.synthesis.bottom_up import search
from lemmata.tools.synthesis.operations import LONGEST
from lemmata.verdict import Reason, Rejected, Unknown

_ORIGIN = "python-terms"
_KNOWN = ("int", "bool", "str", "list[int]", "list[str]")
_OFFERED = 4
_ROUNDS = 6
_CASES = 40
_BOUND = 24
_AFTER_FIRST = 0.25

Row = tuple[tuple[Any, ...], Any]


def propose(turn: Turn, backends: Backends) -> Offer:
    """Functions that are right on all examples, smallest first."""
    spec = specification_of(turn.problem)
    ends = time.monotonic() + 0.8 * turn.limits.wall_s
    if spec.reference is None:
        rows: list[Row] = [(e.arguments, e.expected) for e in spec.examples]
        texts = find_functions(spec, rows, ends=ends)
        found = tuple(Candidate(form="python-examples", content={"source": t}, origin=_ORIGIN) for t in texts)
    else:
        found = _for_reference(turn, spec, backends, ends)
    if not found:
        return Offer(finding=Unknown(Reason.EXHAUSTED, "no term that was tried fits all examples"))
    return Offer(candidates=found)


def find_functions(spec: Specification, rows: list[Row], *, ends: float, most: int = _OFFERED) -> list[str]:
    """Functions that are right on all rows and count as formulas."""
    names = [p.name for p in spec.parameters]
    types = _types(spec, rows)
    if types is None or not rows:
        return []
    columns = {n: (types[i], tuple(row[0][i] for row in rows)) for i, n in enumerate(names)}
    wanted = (types[-1], tuple(row[1] for row in rows))
    found: list[str] = []
    began = time.monotonic()

    def over() -> bool:
        return time.monotonic() > ends

    for text in search(columns, wanted, _constants(spec, rows), over=over):
        source = _function(spec, text)
        if not isinstance(read_formula(spec, source), Rejected) and source not in found:
            found.append(source)
            # What comes much later than the first is larger, and seldom what was meant.
            ends = min(ends, time.monotonic() + max(0.2, _AFTER_FIRST * (time.monotonic() - began)))
        if len(found) >= most or over():
            break
    return sorted(found, key=lambda t: len(list(ast.walk(ast.parse(t)))))


def _for_reference(turn: Turn, spec: Specification, backends: Backends, ends: float) -> tuple[Candidate, ...]:
    """Find, compare with the reference by z3, learn from the difference, and find again."""
    problem, limits = turn.problem, turn.limits
    made = make_arguments(problem, spec, count=_CASES, seed=0)
    rows = [(e.arguments, e.expected) for e in spec.examples] + _rows(turn, spec, made, backends)
    last: str | None = None
    for _ in range(_ROUNDS):
        texts = find_functions(spec, rows, ends=ends, most=1)
        if not texts or time.monotonic() > ends:
            break
        last = texts[0]
        node = read_formula(spec, last)
        if isinstance(node, Rejected):
            break
        try:
            analysis = compare_symbolically(problem, spec, node, _BOUND)
            answer = ask(analysis, analysis.violated, backends, min(ends, time.monotonic() + 0.3 * limits.wall_s))
            beyond = ask(analysis, analysis.beyond, backends, min(ends, time.monotonic() + 0.2 * limits.wall_s))
        except (Unsupported, BackendMissing):
            break
        if answer.status is Status.UNSAT and beyond.status is Status.UNSAT:
            return (_candidate(last, {"bound": _BOUND}), _candidate(last, {"cases": 400, "seed": 1}))
        learnt = _rows(turn, spec, [tuple(decode_arguments(analysis, answer.model))], backends)
        if answer.status is not Status.SAT or not learnt:
            break
        rows += learnt
    return () if last is None else (_candidate(last, {"cases": 400, "seed": 1}),)


def _candidate(source: str, evidence: dict[str, Json]) -> Candidate:
    content = {"source": source, "evidence": evidence}
    return Candidate(form="python-implementation", content=content, origin=_ORIGIN)


def _rows(turn: Turn, spec: Specification, arguments: list[tuple[str, ...]], backends: Backends) -> list[Row]:
    """What the reference gives on these arguments, where it gives something."""
    told = run_reference(turn.problem, spec, arguments, backends, turn.limits)
    return [
        (tuple(map(read_literal, texts)), read_literal(report.value))
        for texts, report in zip(arguments, told, strict=False)
        if report.status == "passed" and report.value is not None
    ]


def _function(spec: Specification, text: str) -> str:
    names = ", ".join(p.name for p in spec.parameters)
    return ast.unparse(ast.parse(f"def {spec.node.name}({names}):\n    return {text}"))


def _types(spec: Specification, rows: list[Row]) -> list[str] | None:
    """The types of the parameters and, last, of the result; None where one is not among those that are known."""
    columns = [(p.type, [row[0][i] for row in rows]) for i, p in enumerate(spec.parameters)]
    columns.append((spec.returns, [row[1] for row in rows]))
    if any(not _is_small(v) for _, values in columns for v in values):
        return None
    if any(type_ is not None and not has_type(v, type_) for type_, values in columns for v in values):
        return None
    names = [_name(type_) if type_ is not None else _infer(values) for type_, values in columns]
    return names if all(n in _KNOWN for n in names) else None


def _is_small(value: Any) -> bool:
    """Whether terms over it can be evaluated here: operations bound what they give by what they get."""
    if isinstance(value, list):
        return len(value) <= LONGEST and all(map(_is_small, value))
    return len(value) <= LONGEST if isinstance(value, str) else True


def _name(type_: Type) -> str:
    return f"list[{_name(type_[1])}]" if type_[0] == "list" else str(type_[0])


def _infer(values: list[Any]) -> str:
    kinds = {type(v).__name__ for v in values}
    if kinds != {"list"}:
        return kinds.pop() if len(kinds) == 1 else ""
    items = {type(x).__name__ for v in values for x in v} or {"int"}
    return f"list[{items.pop()}]" if len(items) == 1 else ""


def _constants(spec: Specification, rows: list[Row]) -> tuple[Any, ...]:
    """Literals to build from: the plain ones, and those that the examples show again and again."""
    texts = any("str" in str(p.type) for p in spec.parameters) or any(
        isinstance(v, str) for row in rows for v in (*row[0], row[1])
    )
    found: dict[str, Any] = {repr(v): v for v in (0, 1, 2, *(("", " ") if texts else ()))}
    shown = [v for row in rows for v in (*row[0], row[1])]
    numbers = [v for v in shown if type(v) is int and 2 < v <= 100]
    found |= {repr(v): v for v in sorted(set(numbers), key=lambda v: (-numbers.count(v), v))[:4]}
    if spec.reference is not None:
        inside = [n.value for n in ast.walk(spec.reference) if isinstance(n, ast.Constant)]
        found |= {repr(v): v for v in inside[:12] if type(v) in (int, bool) or (type(v) is str and len(v) <= 3)}
    results = [row[1] for row in rows if isinstance(row[1], str)]
    found |= {repr(c): c for c in _common_letters(results, [v for row in rows for v in row[0] if isinstance(v, str)])}
    found |= {repr(r): r for r in itertools.islice(_repeated(results), 4)}
    return tuple(found.values())


def _common_letters(results: list[str], inputs: list[str]) -> list[str]:
    """Marks that every result, or every input, has."""
    marks = set("-_,.:;/!?'\"()[]@#+")
    return sorted(c for c in marks if any(ts and all(c in t for t in ts) for ts in (results, inputs)))


def _repeated(values: list[str]) -> list[str]:
    return sorted({v for v in values if 0 < len(v) <= 12 and values.count(v) > 1})
