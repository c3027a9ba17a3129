"""Run Python programs in the sandbox and read what the harness tells of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lemmata.budget import Limits
from lemmata.errors import ProtocolError
from lemmata.formats.python import Function
from lemmata.problem import Json
from lemmata.provers.base import Backends
from lemmata.sandbox.base import Caps, End
from lemmata.sandbox.languages.python import python_command
from lemmata.verdict import Reason

CASE_S = 2.0
_HARNESS = Path(__file__).with_name("harness.py")
_START_S = 2.0
_STATUSES = frozenset({"passed", "precondition", "violation", "stopped", "memory", "hang", "lost", "unrun"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A call.

    Args:
        function: the contract of what is called.
        arguments: texts of literals, in order.
    """

    function: Function
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A program and the calls to be made.

    Args:
        source: the program.
        cases: calls, in order.
        patience: how many calls may reach a limit before it is given up.
        through: go on after a violation.
    """

    source: str
    cases: tuple[Case, ...] = ()
    patience: int = 0
    through: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How a run of the module, or a call, ended.

    Args:
        status: `passed`; `precondition`: one did not hold; `violation`: an assert failed or an exception came out;
            `stopped`: by exit or a missing module; `memory`, `hang`: a limit; `lost`: it ended without a word;
            `unrun`: not started.
        exception: its class, for a violation.
        line: where the violation is.
        value: the literal text of what a call returned; None where it has none.
        reached: numbers of the asserts that were reached, in the order of the text.
    """

    status: str
    exception: str = ""
    line: int = 0
    value: str | None = None
    reached: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReport:
    """What came of a job; `cases` is shorter than asked for where it was stopped."""

    module: Report
    cases: tuple[Report, ...] = field(default=())


def run_jobs(
    jobs: Sequence[Job],
    backends: Backends,
    limits: Limits,
    *,
    case_s: float = CASE_S,
    module_s: float | None = None,
) -> list[JobReport]:
    """Run every job in one fresh interpreter; each program and each call in a process of its own.

    Args:
        jobs: what to run; programs that `contain.find_reach` has nothing against.
        limits: for all of them together.
        case_s: seconds for one call.
        module_s: seconds for executing a module; by default half of the limit.

    Raises:
        ProtocolError: the harness did not answer as it must.
    """
    wall_s = max(1.0, limits.wall_s)
    request = {
        "jobs": [_encode(job) for job in jobs],
        "wall_s": wall_s,
        "case_s": case_s,
        "module_s": module_s or wall_s / 2,
    }
    command = python_command(
        _HARNESS.read_text("utf-8"),
        stdin=json.dumps(request).encode(),
        caps=Caps(wall_s=wall_s + _START_S, memory_mb=min(limits.memory_mb, 1024), output_kb=16384, processes=32),
    )
    outcome = backends.sandbox().run(command)
    if outcome.end is not End.FINISHED:
        return [JobReport(module=Report(status="unrun")) for _ in jobs]
    try:
        answers = json.loads(outcome.stdout)["jobs"]
        reports = [JobReport(module=_decode(a["module"]), cases=tuple(map(_decode, a["cases"]))) for a in answers]
    except (ValueError, KeyError, TypeError) as exc:
        said = outcome.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise ProtocolError(f"the Python harness answered out of turn ({exc}; {' '.join(said)})") from exc
    if len(reports) != len(jobs):
        raise ProtocolError(f"the Python harness answered {len(reports)} of {len(jobs)} jobs")
    return reports


def reason_of(report: Report) -> Reason:
    """Why a report that neither passed nor failed says nothing."""
    match report.status:
        case "hang" | "unrun":
            return Reason.TIMEOUT
        case "memory":
            return Reason.MEMORY
        case _:
            return Reason.UNSUPPORTED


def _encode(job: Job) -> Json:
    return {
        "source": job.source,
        "patience": job.patience,
        "through": job.through,
        "cases": [
            {
                "function": case.function.name,
                "first": min([case.function.node.lineno, *(d.lineno for d in case.function.node.decorator_list)]),
                "arguments": list(case.arguments),
                "leading": [list(pair) for pair in case.function.leading],
                "raises": list(case.function.raises),
            }
            for case in job.cases
        ],
    }


def _decode(told: Json) -> Report:
    if told["status"] not in _STATUSES:
        raise ValueError(f"unknown status {told['status']!r}")
    return Report(
        status=told["status"],
        exception=str(told.get("exception", "")),
        line=int(told.get("line", 0)),
        value=told.get("value"),
        reached=frozenset(int(n) for n in told.get("reached", ())),
    )
