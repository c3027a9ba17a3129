"""What runs inside the sandbox: a publisher's CPMpy model, with the values of a solution imposed on it.

Started by `lemmata.benchmark.constraints` as a program of its own; it imports nothing of lemmata. In: a JSON object
with the model's text, the values, and seconds. Out: a line of JSON, `{"said": …, "text": …}`.

    met        the values meet the constraints, and are the best where the model has an objective
    unfit      they are not of the shape or type of the model's variables
    violated   the model has no solution with these values
    worse      the model has a better one
    limit      the time or the memory ran out
    broken     the publisher's model can't be used; it says nothing about the values
"""

from __future__ import annotations

import io
import json
import math
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any


class OutOfTime(BaseException):
    """The solver reached its limit; not an Exception, so that the model's text can't catch it."""


class Unfit(Exception):
    """A value that is not of its variable's shape or type."""


class Broken(Exception):
    """The model can't be used."""


def limit_solver(ends: float) -> None:
    """Make CPMpy's solver use one thread and stop in time, whatever the model's text asks for."""
    from cpmpy.solvers.ortools import CPM_ortools
    from cpmpy.solvers.solver_interface import ExitStatus

    solve = CPM_ortools.solve

    def limited(self: Any, time_limit: float | None = None, **options: Any) -> bool:
        left = ends - time.monotonic()
        if left <= 0:
            raise OutOfTime
        options = {name: value for name, value in options.items() if name not in ("num_workers", "num_search_workers")}
        found = solve(self, time_limit=left, num_workers=1, **options)
        status = self.status().exitstatus
        if status == ExitStatus.UNKNOWN or (status == ExitStatus.FEASIBLE and self.has_objective()):
            raise OutOfTime
        return bool(found)

    CPM_ortools.solve = limited


def run_model(text: str) -> dict[str, Any]:
    """The names that the model's text binds, once it has been solved."""
    bound: dict[str, Any] = {"__name__": "__main__"}
    with redirect_stdout(io.StringIO()):
        exec(compile(text, "model.py", "exec"), bound)
    if not hasattr(bound.get("model"), "solve"):
        raise Broken("it has no variable `model`")
    return bound


def impose(target: Any, value: Any, place: str) -> Iterator[Any]:
    """The constraints that make an expression, or a list of them, take this value."""
    import numpy as np
    from cpmpy.expressions.core import Expression
    from cpmpy.expressions.utils import get_bounds

    if isinstance(target, list | tuple) or (isinstance(target, np.ndarray) and target.ndim > 0):
        if not isinstance(value, list):
            raise Unfit(f"{place}: expected a list of {len(target)}, got {json.dumps(value)[:80]}")
        if len(value) != len(target):
            raise Unfit(f"{place}: expected a list of {len(target)}, got one of {len(value)}")
        for number, (inner, given) in enumerate(zip(target, value, strict=True)):
            yield from impose(inner, given, f"{place}[{number}]")
        return
    truth = isinstance(target, bool | np.bool_) or (isinstance(target, Expression) and target.is_bool())
    if not isinstance(value, int) or (isinstance(value, bool) and not truth):
        raise Unfit(f"{place}: expected {'true or false' if truth else 'a whole number'}, got {json.dumps(value)[:80]}")
    low, high = get_bounds(target)
    if not low <= value <= high:
        raise Unfit(f"{place}: expected {low} to {high}, got {str(value)[:80]}")
    if isinstance(target, Expression):
        yield target == int(value)


def judge(order: dict[str, Any]) -> tuple[str, str]:
    """What is to be said of the values."""
    limit_solver(time.monotonic() + order["wall_s"])
    try:
        bound = run_model(order["model"])
        absent = [name for name in order["values"] if name not in bound]
        if absent:
            raise Broken(f"it has no variable {absent[0]}")
        model = bound["model"]
        objective = getattr(model, "objective_", None)
        best = None if objective is None else objective.value()
        for name, value in order["values"].items():
            model += list(impose(bound[name], value, name))
        if not model.solve():
            return "violated", ""
    except Unfit as exc:
        return "unfit", str(exc)
    except (OutOfTime, MemoryError) as exc:
        return "limit", "memory" if isinstance(exc, MemoryError) else "time"
    except (Exception, SystemExit) as exc:  # whatever the publisher's text raises
        return "broken", f"{type(exc).__name__}: {exc}" if str(exc) else type(exc).__name__
    if objective is None:
        return "met", ""
    if best is None:
        return "broken", "it finds no best solution"
    came = objective.value()
    return ("met", "") if math.isclose(came, best, rel_tol=1e-9) else ("worse", f"its objective is {came}, not {best}")


def main() -> None:
    told, out = json.load(sys.stdin), sys.stdout
    said, text = judge(told)
    out.write(json.dumps({"said": said, "text": text}) + "\n")


if __name__ == "__main__":
    main()
