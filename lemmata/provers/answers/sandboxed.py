"""Functions that are outside the subset we read, run in the sandbox: solutions shell by shell, values one by one.

What was told before a limit is kept. Nothing that comes from here proves anything; it is what testing is made of.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass

from lemmata.errors import BadInput
from lemmata.formats.python import parse_python
from lemmata.problem import Construction, Json, Problem
from lemmata.provers.base import Backends
from lemmata.provers.closed.system import read_start
from lemmata.provers.terms.python_reader import MOST_UNKNOWNS, parameters_of
from lemmata.sandbox.base import Caps, End
from lemmata.sandbox.languages.python import python_command
from lemmata.verdict import Reason

MOST_FOUND = 20_000
_OUTPUT_KB = 8_192
_PROGRAM = """\
import itertools, json, os, sys
tell_to = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what the function prints is no answer
sys.setrecursionlimit(20000)
with open("request.json") as file:
    request = json.load(file)
with open("asked.py") as file:
    source = file.read()
space = {"__name__": "asked"}
exec(compile(source, "asked.py", "exec"), space)
asked = space[request["name"]]


def tell(**facts):
    print(json.dumps(facts), file=tell_to, flush=True)


def shell(radius, size):
    if radius == 0:
        yield (0,) * size
        return
    inside, all_ = range(-radius + 1, radius), range(-radius, radius + 1)
    for place in range(size):
        for head in itertools.product(inside, repeat=place):
            for tail in itertools.product(all_, repeat=size - place - 1):
                yield (*head, -radius, *tail)
                yield (*head, radius, *tail)


def value(*point):
    try:
        found = asked(*point)
        if "start" in request and not isinstance(found, int):
            raise TypeError(f"expected an int, got a {type(found).__name__}")
        return found
    except ArithmeticError as exc:
        if "start" not in request:
            return False
        fault = exc
    except BaseException as exc:
        fault = exc
    tell(fault=f"{type(fault).__name__}: {fault}"[:300], at=point)
    raise SystemExit(0)


if "start" in request:
    for n in range(request["start"], request["stop"]):
        tell(n=n, value=int(value(n)))
else:
    total, size = 0, request["size"]
    for radius in range(request["bound"] + 1):
        found = []
        for point in shell(radius, size):
            if value(*point):
                found.append(point)
                if total + len(found) > request["most"]:
                    tell(fault="more solutions than are kept", at=point)
                    raise SystemExit(0)
        total += len(found)
        tell(radius=radius, found=found)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A function that can be run.

    Args:
        name: of the function.
        parameters: their names.
        start: of its one parameter, as its asserts say; 0 where they don't.
    """

    name: str
    parameters: tuple[str, ...]
    start: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Enumerated:
    """What was found before the end.

    Args:
        radius: all points with |unknown| ≤ radius were looked at; -1: none.
        found: those for which the predicate holds.
        reason, detail: why no more; None: it came to its end.
    """

    radius: int
    found: frozenset[tuple[int, ...]]
    reason: Reason | None = None
    detail: str = ""


def read_signature(problem: Problem) -> Signature:
    """The function that a construction in Python is about.

    Raises:
        BadInput: not Python, no such function, or parameters that are no integers.
    """
    if not isinstance(problem, Construction) or problem.language != "python":
        raise BadInput("expected a construction in Python", place=problem.name)
    name = problem.target or "find_all"
    tree = parse_python(problem.source, place=problem.name)
    found = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name]
    if len(found) != 1:
        raise BadInput(f"expected one function {name}, found {len(found)}", place=problem.name)
    names = parameters_of(found[0])
    annotations = [a.annotation for a in found[0].args.args]
    whole = all(a is None or (isinstance(a, ast.Name) and a.id == "int") for a in annotations)
    if not whole or not 1 <= len(names) <= (1 if name == "find_value" else MOST_UNKNOWNS):
        raise BadInput(f"expected {name} to have integers as parameters, at most {MOST_UNKNOWNS}", place=problem.name)
    return Signature(name=name, parameters=names, start=read_start(found[0])[0] if name == "find_value" else 0)


def enumerate_solutions(
    source: str, signature: Signature, bound: int, backends: Backends, *, wall_s: float, memory_mb: int = 1024
) -> Enumerated:
    """The points within a bound for which a predicate holds; where it raises an ArithmeticError it does not.

    Args:
        source: the whole file.
        signature: of the predicate.
        bound: for |unknown|.
        backends: for the sandbox.
        wall_s: seconds on the clock.
        memory_mb: mebibytes.

    Raises:
        BackendMissing: no sandbox works here.
    """
    request = {"name": signature.name, "size": len(signature.parameters), "bound": bound, "most": MOST_FOUND}
    told, reason, detail = _run(source, request, backends, wall_s, memory_mb)
    found: set[tuple[int, ...]] = set()
    radius = -1
    for line in told:
        match line:
            case {"radius": int(shell), "found": list(points)} if shell == radius + 1:
                radius = shell
                found |= {tuple(int(v) for v in p) for p in points}
    if radius < bound and reason is None:
        reason = Reason.BACKEND_FAILED
    return Enumerated(radius=radius, found=frozenset(found), reason=reason if radius < bound else None, detail=detail)


def work_out_values(
    source: str, signature: Signature, stop: int, backends: Backends, *, wall_s: float, memory_mb: int = 1024
) -> tuple[list[int], str]:
    """The values from the start on, before `stop` and before a limit; and what ended it, in words.

    Args:
        source: the whole file.
        signature: of the function.
        stop: the first n that is not wanted.
        backends: for the sandbox.
        wall_s: seconds on the clock.
        memory_mb: mebibytes.

    Raises:
        BackendMissing: no sandbox works here.
    """
    request = {"name": signature.name, "start": signature.start, "stop": stop}
    told, _, detail = _run(source, request, backends, wall_s, memory_mb)
    values: list[int] = []
    for line in told:
        match line:
            case {"n": int(n), "value": int(value)} if n == signature.start + len(values):
                values.append(value)
    return values, detail


def _run(
    source: str, request: Mapping[str, Json], backends: Backends, wall_s: float, memory_mb: int
) -> tuple[list[Json], Reason | None, str]:
    """The lines that were told whole, and why there are no more."""
    command = python_command(
        _PROGRAM,
        files={"asked.py": source.encode("utf-8", "surrogatepass"), "request.json": json.dumps(request).encode()},
        caps=Caps(wall_s=max(0.1, wall_s), memory_mb=memory_mb, output_kb=_OUTPUT_KB, processes=8),
    )
    outcome = backends.sandbox().run(command)
    told: list[Json] = []
    for line in outcome.stdout.split(b"\n")[:-1]:
        try:
            told.append(json.loads(line))
        except ValueError:
            break
    fault = next((t for t in told if isinstance(t, dict) and "fault" in t), None)
    if fault is not None:
        return told, Reason.UNSUPPORTED, f"at {fault.get('at')}: {fault['fault']}"
    if outcome.end.limited:
        reason = Reason.MEMORY if outcome.end is End.MEMORY else Reason.TIMEOUT
        return told, reason, f"it reached its limit of {outcome.end.value}"
    said = outcome.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
    return told, None, " ".join(said)[:300] if outcome.exit_code else ""
