"""Score a solution against the constraints of an instance, as the publisher's model has them.

A program of the answer is run by itself, and only what it printed goes on. The values are imposed on the model in
another process, which never sees that program; see `lemmata.benchmark.constraints_script`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from lemmata.benchmark.constraint_answers import ModelProgram, NoAnswer, find_values, read_answer
from lemmata.benchmark.outcome import Score
from lemmata.datasets.sample import ByConstraints
from lemmata.errors import BackendMissing, ProtocolError
from lemmata.problem import Json
from lemmata.provers.base import Backends
from lemmata.sandbox.base import Caps, End, Outcome
from lemmata.sandbox.languages.minizinc import INSTALL, STANDARD, minizinc_command, read_minizinc
from lemmata.sandbox.languages.python import python_command
from lemmata.verdict import Solution

WALL_S = 60.0
_SCRIPT = Path(__file__).with_name("constraints_script.py")
_START_S = 15.0  # to import the packages, and to build a large model
_TRIED = "import cpmpy, ortools\nprint('found')\n"
_GLOBALS = 'include "globals.mzn";\nvar 1..1: x;\nsolve satisfy;\n'
_OUT_OF_REACH = (End.WALL, End.CPU, End.MEMORY)
_SAID = {
    "met": Score.RIGHT,
    "unfit": Score.WRONG,
    "violated": Score.WRONG,
    "worse": Score.WRONG,
    "limit": Score.UNSCORED,
    "broken": Score.UNSCORED,
}
_WHY = {
    "violated": "the values break the constraints of the instance",
    "limit": "the check reached its limit of",
    "broken": "the publisher's model can't be used:",
}


def score_constraints(
    target: ByConstraints, solution: Solution, backends: Backends, *, wall_s: float = WALL_S
) -> tuple[Score, str]:
    """Whether a solution's values meet the constraints, and are the best where the model asks for it.

    Args:
        target: the model and the names of its variables.
        solution: its answer is JSON with the variables' values, or a program in CPMpy, OR-Tools or MiniZinc that
            prints it.
        backends: for the sandbox.
        wall_s: seconds for the program, and for the check.

    Returns:
        The score, and the reason where it isn't RIGHT.

    Raises:
        BackendMissing: no sandbox, or in it no CPMpy, OR-Tools or, where the answer needs it, MiniZinc.
    """
    if solution.answer is None or solution.answer == "":
        return Score.ABSTAINED, solution.stopped or "it gave no answer"
    try:
        read = read_answer(solution.answer)
        values = _run(read, target.names, backends, wall_s) if isinstance(read, ModelProgram) else read
    except NoAnswer as exc:
        return Score.WRONG, str(exc)
    except TimeoutError as exc:
        return Score.UNSCORED, str(exc)
    if set(values) != set(target.names):
        return Score.WRONG, f"expected values of {', '.join(target.names)}, got {', '.join(values) or 'none'}"[:500]
    return _check(target, values, backends, wall_s)


def _run(program: ModelProgram, names: tuple[str, ...], backends: Backends, wall_s: float) -> Mapping[str, Json]:
    """The values that a program prints.

    Raises:
        NoAnswer: it fails, or prints something else.
        TimeoutError: it reached a limit.
    """
    threads = os.cpu_count() or 1  # the solver of OR-Tools starts as many
    caps = Caps(wall_s=wall_s + _START_S, memory_mb=2048, resident=True, processes=64 + threads, open_files=1024)
    if program.language == "minizinc":
        options = _minizinc_options(backends)
        outcome = backends.sandbox().run(minizinc_command(program.text, options=options, caps=caps))
    else:
        _require_packages(backends)
        outcome = backends.sandbox().run(python_command(program.text, packages=True, caps=caps))
    if outcome.end in _OUT_OF_REACH:
        raise TimeoutError(f"the program reached its limit of {outcome.end.value}")
    if outcome.end is not End.FINISHED or outcome.exit_code != 0:
        raise NoAnswer(f"the program failed: {_last_line(outcome) or outcome.end.value}")
    printed = read_minizinc(outcome.stdout) if program.language == "minizinc" else outcome.stdout
    return find_values(printed.decode("utf-8", "replace"))


def _check(target: ByConstraints, values: Mapping[str, Json], backends: Backends, wall_s: float) -> tuple[Score, str]:
    _require_packages(backends)
    order = {"model": target.model, "values": dict(values), "wall_s": wall_s}
    caps = Caps(wall_s=wall_s + _START_S, memory_mb=2048, resident=True, processes=32)
    command = python_command(_SCRIPT.read_text("utf-8"), packages=True, stdin=json.dumps(order).encode(), caps=caps)
    outcome = backends.sandbox().run(command)
    if outcome.end in _OUT_OF_REACH:
        return Score.UNSCORED, f"the check reached its limit of {outcome.end.value}"
    try:
        told = json.loads(outcome.stdout)
        score, said, text = _SAID[told["said"]], told["said"], str(told["text"])
    except (ValueError, KeyError, TypeError) as exc:
        raise ProtocolError(f"the check of constraints did not answer as it must ({_last_line(outcome)})") from exc
    return score, f"{_WHY.get(said, '')} {text}".strip()


def _require_packages(backends: Backends) -> None:
    """See once that the sandbox has what models are written in: a program that lacks it would look wrong."""

    def found() -> bool:
        caps = Caps(wall_s=60.0, memory_mb=2048, resident=True)
        return backends.sandbox().run(python_command(_TRIED, packages=True, caps=caps)).stdout == b"found\n"

    if not backends.keep("constraint-packages", found):
        name = backends.sandbox().name
        raise BackendMissing(
            f"the sandbox {name} has no cpmpy and ortools",
            remedy="pip install 'lemmata[bench]', and use a sandbox that shows this machine's packages (bubblewrap)",
        )


def _minizinc_options(backends: Backends) -> tuple[str, ...]:
    """See once that the sandbox has MiniZinc, and whether its default solver fits its library."""

    def works(options: tuple[str, ...]) -> bool:
        caps = Caps(wall_s=60.0, memory_mb=2048)
        outcome = backends.sandbox().run(minizinc_command(_GLOBALS, options=options, caps=caps))
        return outcome.exit_code == 0 and b"----------" in outcome.stdout

    def found() -> tuple[str, ...] | None:
        return next((options for options in ((), STANDARD) if works(options)), None)

    options = backends.keep("minizinc-options", found)
    if options is None:
        raise BackendMissing(f"minizinc does not run in the sandbox {backends.sandbox().name}", remedy=INSTALL)
    return options


def _last_line(outcome: Outcome) -> str:
    return " ".join(outcome.stderr.decode("utf-8", "replace").strip().splitlines()[-1:])[:300]
