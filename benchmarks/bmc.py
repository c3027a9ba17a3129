"""Programs with and without faults: what is found, what is repaired, what is proved, and how fast.

usage: python benchmarks/bmc.py [--data FOLDER] [--limit N] [--wall S] [--only ROWS] [--json FILE]

FOLDER holds code2inv/ as its publishers lay it out; without it those rows are left out. The programs are those of
benchmarks/programs/, with the verdicts of its expected.json. A program counts as found where its violation was shown
and replayed, as named where that is the condition that was broken in it, and as a false alarm where a correct one was
refuted. The row of crosshair-tool is measured on the same Python programs, alone, where it is installed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from chance_runs import violated_by_chance
from differential import count_disagreements
from report import Row, report

from lemmata import Budget, Problem, Solution, load, load_settings
from lemmata.agents.run import Failed, Result, Run, work_run
from lemmata.problem import Program
from lemmata.provers.bmc import ir
from lemmata.verdict import Proved, Refuted, name_of

PROGRAMS = Path(__file__).resolve().parent / "programs"
GROUPS = ("programs_c", "programs_py", "crosshair", "repair", "bubble10", "differential", "code2inv")
_KINDS = {
    "assertion": ir.ASSERTION, "division-by-zero": ir.DIVISION, "out-of-bounds": ir.INDEX,
    "signed-overflow": ir.OVERFLOW, "shift-range": ir.SHIFT, "uninitialised-read": ir.UNSET,
    "null-dereference": ir.NULL, "leak": ir.LEAK,
    "dangling-dereference": ir.DANGLING, "double-free": ir.DOUBLE_FREE,
}  # fmt: skip
_ASSERTED = re.compile(r"\bassert\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A program of ours, and what is true of it."""

    file: Path
    violated: bool
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came of an item.

    Args:
        item: the program.
        refuted: whether it was refuted.
        repaired: whether a repair was accepted.
        named: the violation that was shown; empty where none was.
        seconds: how long that took.
    """

    item: Item
    refuted: bool
    repaired: bool
    seconds: float
    named: str = ""


def read_items(language: str, limit: int) -> list[Item]:
    rows = json.loads((PROGRAMS / "expected.json").read_text())
    chosen = [r for r in rows if r["file"].endswith(f".{language}")]
    return [
        Item(file=PROGRAMS / r["file"], violated=r["expected"] == "violated", fault=r["fault"] or "")
        for r in chosen[:limit]
    ]


def solve(problems: Sequence[Problem], *, wall_s: float, repair: bool) -> list[tuple[Result, float]]:
    """The result of each, and its seconds; nothing is kept on the disk."""
    found: list[tuple[Result, float]] = []
    for problem in problems:
        run = Run(folder=None, problems=(problem,), budget=Budget(wall_s=wall_s), repair=repair)
        results: list[Result] = []
        started = time.monotonic()
        asyncio.run(work_run(run, load_settings(), on_result=lambda _, result, into=results: into.append(result)))
        found.append((results[0], time.monotonic() - started))
        said = "error" if isinstance(results[0], Failed) else name_of(results[0].verdict)
        print(f"  {problem.name}: {said}, {found[-1][1]:.1f} s", flush=True)
    return found


def look_at(items: Sequence[Item], *, wall_s: float, repair: bool = False) -> list[Seen]:
    seen = []
    for item in items:
        [problem] = load(item.file)
        [(result, seconds)] = solve([problem], wall_s=wall_s, repair=repair)
        refuted = isinstance(result, Solution) and isinstance(result.verdict, Refuted)
        repaired = isinstance(result, Solution) and isinstance(result.answer, dict) and "patched" in result.answer
        named = _named(result) if refuted else ""
        seen.append(Seen(item=item, refuted=refuted, repaired=repaired, seconds=seconds, named=named))
    return seen


def _named(result: Result) -> str:
    """The kind of the violation of a C program."""
    facts = (result.certificate or {}).get("facts") if isinstance(result, Solution) else None
    violation = facts.get("violation") if isinstance(facts, dict) else None
    return str(violation.get("kind", "")) if isinstance(violation, dict) else ""


def named_row(name: str, seen: Sequence[Seen]) -> list[Row]:
    """The share of faults of which the right condition was named."""
    faulty = [s for s in seen if s.item.violated]
    for each in faulty:
        if each.named != _KINDS.get(each.item.fault):
            print(f"  {name}: {each.item.file.name}: {each.named or 'nothing'} was named, not {each.item.fault}")
    right = sum(s.named == _KINDS.get(s.item.fault) for s in faulty)
    return [Row(name=f"{name}.named_share", value=right / len(faulty), unit="share", n=len(faulty))] if faulty else []


def share_rows(name: str, seen: Sequence[Seen]) -> list[Row]:
    """Shares of faults found, false alarms, and the middle of the seconds."""
    faulty = [s for s in seen if s.item.violated]
    fine = [s for s in seen if not s.item.violated]
    for each in faulty:
        if not each.refuted:
            print(f"  {name}: not found: {each.item.file.name}")
    rows = [Row(name=f"{name}.false_alarms", value=sum(s.refuted for s in fine), unit="items", n=len(fine))]
    if faulty:
        share = sum(s.refuted for s in faulty) / len(faulty)
        rows.insert(0, Row(name=f"{name}.found_share", value=share, unit="share", n=len(faulty)))
    if seen:
        middle = statistics.median(s.seconds for s in seen)
        rows.append(Row(name=f"{name}.median_s", value=middle, unit="s", n=len(seen)))
    return rows


def repair_rows(items: Sequence[Item], *, wall_s: float) -> list[Row]:
    seen = look_at([i for i in items if i.violated], wall_s=wall_s, repair=True)
    for each in seen:
        if not each.repaired:
            print(f"  repair: none: {each.item.file.name}")
    if not seen:
        return []
    return [Row(name="repair.share", value=sum(s.repaired for s in seen) / len(seen), unit="share", n=len(seen))]


def crosshair_rows(items: Sequence[Item], *, wall_s: float) -> list[Row]:
    """crosshair-tool alone, with the asserts of the programs as its conditions."""
    if find_spec("crosshair") is None:
        print("crosshair: left out (not installed)")
        return []
    seen = []
    for item in items:
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            copied = Path(folder) / item.file.name
            copied.write_text(item.file.read_text())
            asked = ("check", "--analysis_kind=asserts", f"--per_condition_timeout={wall_s}", str(copied))
            done = subprocess.run(
                [sys.executable, "-m", "crosshair", *asked], capture_output=True, check=False, timeout=wall_s * 3 + 60
            )
        taken = time.monotonic() - started
        seen.append(Seen(item=item, refuted=done.returncode == 1, repaired=False, seconds=taken))
        print(f"  crosshair {item.file.name}: {done.returncode}, {taken:.1f} s", flush=True)
    return share_rows("crosshair", seen)


def bubble_row() -> Row:
    """How long it takes to prove that bubble sort sorts ten elements; a failure counts as no number."""
    [problem] = load(PROGRAMS / "bubble10.c")
    [(result, seconds)] = solve([problem], wall_s=120, repair=False)
    proved = isinstance(result, Solution) and isinstance(result.verdict, Proved)
    return Row(name="bubble10.seconds", value=seconds if proved else float("inf"), unit="s", n=1)


def code2inv_rows(data: Path, limit: int, *, wall_s: float) -> list[Row]:
    """Read as the set means them: integers without bounds.

    A verdict is wrong where runs on chance, with gcc alone, say otherwise: a violation of what was proved, or none of
    what was refuted. (Programs of the set that are violated are published as correct.)
    """
    files = sorted((data / "code2inv").rglob("*.c"))[:limit]
    problems = [
        replace(p, integers="unbounded")
        for f in files
        if _ASSERTED.search(f.read_text())
        for p in load(f)
        if isinstance(p, Program)
    ]
    results = [result for result, _ in solve(problems, wall_s=wall_s, repair=False)]
    verdicts = [r.verdict for r in results if isinstance(r, Solution)]
    if not results:
        return []
    proved = sum(isinstance(v, Proved) for v in verdicts) / len(results)
    wrong = sum(
        violated_by_chance(r.problem.source) != isinstance(r.verdict, Refuted)
        for r in results
        if isinstance(r, Solution) and isinstance(r.verdict, Proved | Refuted)
    )
    return [
        Row(name="code2inv.proved_share", value=proved, unit="share", n=len(results)),
        Row(name="code2inv.refuted", value=sum(isinstance(v, Refuted) for v in verdicts), unit="items", n=len(results)),
        Row(name="code2inv.wrong", value=wrong, unit="items", n=len(results)),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with code2inv/")
    parser.add_argument("--limit", type=int, default=10_000, help="items of each set")
    parser.add_argument("--wall", type=float, default=20.0, help="seconds for each item")
    parser.add_argument("--only", choices=GROUPS, action="append", help="these rows")
    parser.add_argument("--json", type=Path, dest="json_file")
    args = parser.parse_args()
    asked = args.only or GROUPS
    in_c, in_python = read_items("c", args.limit), read_items("py", args.limit)
    rows: list[Row] = []
    if "programs_c" in asked:
        seen = look_at(in_c, wall_s=args.wall)
        rows += share_rows("programs_c", seen) + named_row("programs_c", seen)
    if "programs_py" in asked:
        rows += share_rows("programs_py", look_at(in_python, wall_s=args.wall))
    if "crosshair" in asked:
        rows += crosshair_rows(in_python, wall_s=min(args.wall, 10.0))
    if "repair" in asked:
        rows += repair_rows([*in_c, *in_python], wall_s=args.wall)
    if "bubble10" in asked:
        rows.append(bubble_row())
    if "differential" in asked:
        tried = min(300, args.limit)
        rows.append(Row(name="differential.disagreements", value=count_disagreements(tried), unit="items", n=tried))
    if "code2inv" in asked and args.data is not None:
        rows += code2inv_rows(args.data, args.limit, wall_s=args.wall)
    if rows:
        report("bmc", rows, json_file=args.json_file)


if __name__ == "__main__":
    main()
