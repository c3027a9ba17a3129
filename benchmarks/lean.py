"""How many theorems and programs' specifications are proved in Lean with no model, and whether a false one ever is.

usage: python benchmarks/lean.py --data FOLDER [--only SET] [--limit N] [--wall S] [--jobs N] [--json FILE]

FOLDER holds minif2f/ and verina/ as their publishers lay them out. Only statements that the Lean in use can read count
(with the embedded one: those that need no Mathlib). Every proof that is found is checked once more from its certificate
alone. The false statements are our own (lean_false.lean); besides, whatever a set's statement is refuted of is printed.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import anyio
from report import Row, report

from lemmata import Budget, Solution, load_settings, recheck
from lemmata.agents.run import Failed, Run, work_run
from lemmata.budget import Limits
from lemmata.datasets.files import load_problems
from lemmata.datasets.theorem_sets import load_minif2f
from lemmata.datasets.verina import load_verina
from lemmata.errors import BadCertificate, LemmataError
from lemmata.problem import Json, Problem
from lemmata.provers.base import Backends
from lemmata.provers.lean.check import elaborate_statement
from lemmata.verdict import Proved, Refuted

FALSE = Path(__file__).with_name("lean_false.lean")
SETS = ("minif2f_core", "verina_core", "false")


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one problem: `proved`, `refuted`, `open`, `failed` or `forged`, in how many seconds."""

    name: str
    said: str
    wall_s: float
    detail: str = ""
    certificate: Mapping[str, Json] | None = None


def load_set(name: str, data: Path) -> list[Problem]:
    """The problems of a set, whether this Lean can read them or not."""
    if name == "minif2f_core":
        return [item.problem for item in load_minif2f(data / "minif2f").items]
    if name == "verina_core":
        return [item.proof for item in load_verina(data / "verina").items]
    return list(load_problems(FALSE))


def readable(problems: Sequence[Problem]) -> list[Problem]:
    """Those whose statements the Lean in use can read."""
    found = []
    with Backends(load_settings()) as backends:
        for problem in problems:
            with suppress(LemmataError):
                if not elaborate_statement(problem, backends, Limits(wall_s=60.0)):
                    found.append(problem)
    return found


def measure(problems: Sequence[Problem], *, wall_s: float, jobs: int) -> list[Result]:
    """All results; as many problems at a time as there are jobs, as in a run over a data set."""
    results: list[Result] = []

    def note(_: int, told: Solution | Failed) -> None:
        result = judge(told)
        results.append(result)
        print(f"  {result.name}: {result.said}, {result.wall_s:.1f} s", flush=True)
        if result.detail:
            print(f"    {result.detail}", flush=True)

    run = Run(folder=None, problems=tuple(problems), budget=Budget(wall_s=wall_s), model="")
    anyio.run(partial(work_run, run, load_settings(), on_result=note, jobs=jobs))
    return results


def judge(told: Solution | Failed) -> Result:
    """What came of a problem."""
    if isinstance(told, Failed):
        return Result(told.problem.name, "failed", 0.0, str(told.error))
    said = {Proved: "proved", Refuted: "refuted"}.get(type(told.verdict), "open")
    detail = str(told.verdict) if said == "refuted" else ""
    return Result(told.problem.name, said, told.cost.wall_s, detail, told.certificate)


def forged(results: Sequence[Result]) -> Iterator[Result]:
    """Those whose certificate alone does not give the same verdict again."""
    for result in results:
        if result.certificate is not None:
            try:
                again = recheck(result.certificate)
            except BadCertificate as exc:
                yield replace(result, said="forged", detail=str(exc))
                continue
            if not isinstance(again, Proved if result.said == "proved" else Refuted):
                yield replace(result, said="forged", detail=f"again: {again}")


def rows_of(name: str, results: Sequence[Result]) -> Iterator[Row]:
    """The share that was proved, and how long that took."""
    proved = [r for r in results if r.said == "proved"]
    yield Row(name=f"{name}.proved", value=len(proved), unit="items", n=len(results))
    yield Row(name=f"{name}.proved_share", value=len(proved) / max(1, len(results)), unit="share", n=len(results))
    if proved:
        yield Row(name=f"{name}.median_s", value=statistics.median(r.wall_s for r in proved), unit="s", n=len(proved))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", choices=SETS)
    parser.add_argument("--limit", type=int, default=10_000, help="problems of each set")
    parser.add_argument("--wall", type=float, default=60.0, help="seconds for each problem")
    parser.add_argument("--jobs", type=int, default=2, help="problems at a time")
    parser.add_argument("--json", type=Path, dest="json_file")
    args = parser.parse_args()
    rows: list[Row] = []
    false = 0
    for name in SETS if args.only is None else (args.only,):
        print(name)
        given = load_set(name, args.data)
        problems = readable(given)[: args.limit]
        print(f"{len(problems)} tried of {len(given)}")
        results = measure(problems, wall_s=args.wall, jobs=args.jobs)
        if name != "false":
            rows += rows_of(name, results)
        else:
            refuted = sum(r.said == "refuted" for r in results)
            rows.append(Row(name="lean.refuted_share", value=refuted / len(results), unit="share", n=len(results)))
        accepted = [*forged(results), *(r for r in results if name == "false" and r.said == "proved")]
        false += len(accepted)
        for result in accepted:
            print(f"  FALSE ACCEPTANCE: {result.name} {result.detail}")
    rows.append(Row(name="lean.false_accepted", value=false, unit="items", n=1 if args.only else len(SETS)))
    report("lean", rows, json_file=args.json_file)


if __name__ == "__main__":
    main()
