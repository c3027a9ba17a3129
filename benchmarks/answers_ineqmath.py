"""How many IneqMath items are read, and settled with a proof, without any model.

usage: python benchmarks/answers_ineqmath.py --data FOLDER [--limit N] [--wall S] [--json FILE]

FOLDER holds ineqmath/ineqmath_*.jsonl as its publishers lay it out. An answer that differs from the published one is
counted as wrong, whatever its verdict; equality of constants is decided by exact arithmetic.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
from collections.abc import Sequence
from pathlib import Path

from report import Row, report

from lemmata import Budget, Solution, load_settings
from lemmata.agents.run import Failed, Result, Run, work_run
from lemmata.datasets.ineqmath import Item, load_ineqmath
from lemmata.errors import BadInput
from lemmata.provers.real.points import Points
from lemmata.provers.real.statement import read_statement, require_linear
from lemmata.verdict import name_of


def measure(folder: Path, *, wall_s: float, limit: int) -> list[Row]:
    """The rows of this data set; none where its files are not there."""
    items = [item for path in sorted(folder.glob("ineqmath_*.jsonl")) for item in load_ineqmath(path)][:limit]
    if not items:
        return []
    inside = [item for item in items if outside(item) == ""]
    for item in items:
        if item not in inside:
            print(f"  {item.name}: outside, {outside(item)}")
    results = solve(inside, wall_s=wall_s)
    right, tested, wrong, seconds = 0, 0, 0, []
    for item, result in zip(inside, results, strict=True):
        said = "error" if isinstance(result, Failed) else name_of(result.verdict)
        answered = isinstance(result, Solution) and said in ("proved", "tested", "refuted")
        if answered and not agrees(item, result):
            said, wrong = f"{said}, WRONG: {result.answer}, published {item.published}", wrong + 1
        elif said == "proved":
            right += 1
            seconds.append(result.cost.wall_s)
        elif said == "tested":
            tested += 1
        print(f"  {item.name}: {said}", flush=True)
    count = len(items)
    rows = [("items", count), ("in_fragment", len(inside)), ("solved", right), ("tested", tested), ("wrong", wrong)]
    made = [Row(name=f"ineqmath.{name}", value=value, unit="items", n=count) for name, value in rows]
    if seconds:
        made.append(Row(name="ineqmath.median_s", value=statistics.median(seconds), unit="s", n=right))
    return made


def outside(item: Item) -> str:
    """Why an item is outside the fragment; empty where it is inside."""
    if item.problem is None:
        return item.refusal
    try:
        statement = read_statement(item.problem)
        if item.kind == "bound":
            require_linear(statement)
    except BadInput as exc:
        return str(exc)
    return ""


def agrees(item: Item, solution: Solution) -> bool:
    """Whether an answer is the published one."""
    text = solution.answer["text"]
    if item.kind == "relation":
        return bool(text == item.published)
    points = Points()
    found, published = (points.constant(t, place="answer") for t in (text, item.published))
    return points.sign(found - published) == 0


def solve(items: Sequence[Item], *, wall_s: float) -> list[Result]:
    """What the agent makes of each item, in order."""
    results: dict[int, Result] = {}
    problems = tuple(item.problem for item in items if item.problem is not None)
    run = Run(folder=None, problems=problems, budget=Budget(wall_s=wall_s))

    def told(index: int, result: Result) -> None:
        results[index] = result
        print(f"  {items[index].name}: done, {len(results)} of {len(problems)}", flush=True)

    asyncio.run(work_run(run, load_settings(model=""), on_result=told))
    return [results[i] for i in sorted(results)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=10_000, help="items")
    parser.add_argument("--wall", type=float, default=60.0, help="seconds for each item")
    parser.add_argument("--json", type=Path, dest="json_file")
    args = parser.parse_args()
    rows = measure(args.data / "ineqmath", wall_s=args.wall, limit=args.limit)
    if rows:
        report("answers_ineqmath", rows, json_file=args.json_file)
    else:
        print("ineqmath: left out (no files)")


if __name__ == "__main__":
    main()
