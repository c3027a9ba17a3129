"""How many problems of three public data sets are solved, model-free, over a fixed sample.

usage: python benchmarks/first_light.py --data FOLDER [--limit N] [--wall S] [--json FILE]

FOLDER holds minif2f/, sygus/ and code2inv/ as their publishers lay them out. The sample of each data set is
every file of it in the order of sha256(file name), up to --limit; the digest of its file names is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import statistics
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from report import Row, report

from lemmata import Budget, Problem, Solution, load, load_settings
from lemmata.agents.run import Failed, Result, Run, work_run
from lemmata.verdict import name_of

SETS = {
    "minif2f": ("minif2f", "*.lean", ("proved",)),
    "sygus_clia": ("sygus/lib/CLIA_Track", "*.sl", ("proved",)),
    "code2inv": ("code2inv", "*.c", ("proved", "refuted")),
}


def sample(folder: Path, pattern: str, limit: int) -> list[Path]:
    """Files in an order that no one chose."""
    found = sorted(folder.rglob(pattern), key=lambda p: hashlib.sha256(p.name.encode()).hexdigest())
    return found[:limit]


def solve(problems: Iterable[Problem], *, wall_s: float) -> list[Result]:
    results: dict[int, Result] = {}
    run = Run(folder=None, problems=tuple(problems), budget=Budget(wall_s=wall_s))

    def told(index: int, result: Result) -> None:
        results[index] = result
        said = "error" if isinstance(result, Failed) else name_of(result.verdict)
        print(f"  {result.problem.name}: {said}", flush=True)

    asyncio.run(work_run(run, load_settings(), on_result=told))
    return [results[i] for i in sorted(results)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=10_000, help="items of each data set")
    parser.add_argument("--wall", type=float, default=20.0, help="seconds for each item")
    parser.add_argument("--json", type=Path, dest="json_file")
    parser.add_argument("--only", choices=SETS, help="one data set")
    args = parser.parse_args()
    rows: list[Row] = []
    for name, (folder, pattern, wanted) in SETS.items():
        files = sample(args.data / folder, pattern, args.limit)
        if not files or args.only not in (None, name):
            print(f"{name}: left out ({'no files' if not files else 'not asked for'})")
            continue
        named = hashlib.sha256("\n".join(sorted(f.name for f in files)).encode()).hexdigest()[:12]
        print(f"{name}: {len(files)} files, sample {named}")
        results = solve((p for f in files for p in load(f)), wall_s=args.wall)
        verdicts = Counter("error" if isinstance(r, Failed) else name_of(r.verdict) for r in results)
        print(f"{name}: {dict(verdicts)}")
        good = [r for r in results if isinstance(r, Solution) and name_of(r.verdict) in wanted]
        row = {"minif2f": "proved", "sygus_clia": "solved", "code2inv": "decided"}[name]
        rows.append(Row(name=f"{name}.{row}", value=len(good), unit="items", n=len(results)))
        if good:
            middle = statistics.median(r.cost.wall_s for r in good)
            rows.append(Row(name=f"{name}.median_s", value=middle, unit="s", n=len(good)))
    report("first_light", rows, json_file=args.json_file)


if __name__ == "__main__":
    main()
