"""Batch runs: does a run that is killed again and again end as an undisturbed one, what does it add, how large is it?

usage: python benchmarks/batch.py [--limit N] [--kills N] [--samples N] [--json FILE]

The problems are those of scripted.py: a fixed seed, a scripted chat model, real solvers and real runs in the sandbox.
One run is left alone; another one is killed with SIGKILL at moments that a fixed seed chooses, and resumed. Their
outcomes must be the same but for seconds. `driver.rss_mb` is the largest resident size of the process that drives the
run; solvers and programs run in processes of their own. The overhead is what is left of a run without concurrency when
the seconds in proposers, checkers and scorers are taken away: `overhead.ms` for each attempt, and `overhead.share` of
the seconds in checkers and scorers alone, so that searching does not count as checking. How large the share is depends
on how long the checks of these problems take. The report is that of `report_page.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, TypeVar

import psutil
from report import Row, report
from report_page import measure
from scripted import begin, scripted_model

from lemmata.agents.workbench import Here
from lemmata.benchmark.batch import work_batch
from lemmata.environment import load_settings

T = TypeVar("T")
SEED = 7
JOBS = 2
_LOOK_S = 0.1


class Timed(Here):
    """As `Here`, adding up the seconds spent in what it runs, by the name of the function."""

    seconds: ClassVar[Counter[str]] = Counter()

    async def call(self, work: Callable[..., T], *arguments: object) -> T:
        def timed(*given: object) -> T:
            started = time.perf_counter()
            try:
                return work(*given)
            finally:
                self.seconds[work.__name__] += time.perf_counter() - started

        return await super().call(timed, *arguments)


def overhead(folder: Path, count: int) -> list[Row]:
    """What one run adds to the seconds of its parts."""
    batch = begin(folder, count)
    Timed.seconds.clear()
    started = time.perf_counter()
    asyncio.run(work_batch(batch, load_settings(model=""), chat=scripted_model(), place=Timed))
    inside = sum(Timed.seconds.values())
    added = time.perf_counter() - started - inside
    searching = Timed.seconds["_propose"]
    checking = inside - searching
    print(f"  one by one: {searching:.1f} s in proposers, {checking:.1f} s checking, {added:.1f} s beside", flush=True)
    return [
        Row(name="overhead.share", value=added / checking, unit="share", n=count),
        Row(name="overhead.ms", value=1000 * added / count, unit="ms", n=count),
    ]


def drive(folder: Path, count: int, *, wall_s: float | None = None) -> tuple[bool, int]:
    """Work on the run in a process, killed after so many seconds; whether it ended by itself, and its largest size."""
    command = [sys.executable, str(Path(__file__).with_name("scripted.py")), str(folder), str(count), str(JOBS)]
    process = subprocess.Popen(command, start_new_session=True)
    seen, largest, ends = psutil.Process(process.pid), 0, time.monotonic() + (wall_s or 1e9)
    while process.poll() is None:
        largest = max(largest, seen.memory_info().rss if seen.status() != psutil.STATUS_ZOMBIE else 0)
        if time.monotonic() > ends:
            process.send_signal(signal.SIGKILL)
        time.sleep(_LOOK_S)
    if process.returncode not in (0, -signal.SIGKILL):
        raise SystemExit(f"the run ended with {process.returncode}")
    return process.returncode == 0, largest


def outcomes(folder: Path) -> list[dict[str, object]]:
    """What came of each attempt, without seconds, in the order of the samples."""
    lines = (folder / "outcomes.jsonl").read_text("utf-8").splitlines()
    found = [json.loads(line) for line in lines]
    for outcome in found:
        outcome["cost"] = {k: v for k, v in outcome["cost"].items() if k != "wall_s"}
    return sorted(found, key=lambda o: (str(o["sample"]), str(o["attempt"])))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, default=500, help="problems")
    parser.add_argument("--kills", type=int, default=20, help="how often the disturbed run is killed")
    parser.add_argument("--samples", type=int, default=5000, help="of the run whose report is opened")
    parser.add_argument("--json", type=Path, dest="json_file")
    args = parser.parse_args()
    chance = random.Random(SEED)
    with tempfile.TemporaryDirectory() as made:
        alone, killed, single = (Path(made) / name for name in ("alone", "killed", "single"))
        rows = overhead(single, args.limit)
        started = time.monotonic()
        ended, largest = drive(alone, args.limit)
        taken = time.monotonic() - started
        print(f"  undisturbed: {taken:.0f} s", flush=True)
        kills = 0
        while kills < args.kills:
            ended, size = drive(killed, args.limit, wall_s=chance.uniform(0.2, 2 * taken / (args.kills + 1) + 3))
            largest = max(largest, size)
            if ended:
                break
            kills += 1
        ended, size = drive(killed, args.limit) if not ended else (True, 0)
        left, there = outcomes(alone), outcomes(killed)
        print(f"  killed {kills} times", flush=True)
        one, other = ({(o["sample"], o["attempt"]): o for o in each} for each in (left, there))
        wrong = [key for key in one.keys() | other.keys() if one.get(key) != other.get(key)]
        for key in wrong[:5]:
            print(f"  differs: {one.get(key)}\n       and: {other.get(key)}", flush=True)
        rows += [
            Row(name="batch.results", value=len(there), unit="results", n=args.limit),
            Row(name="batch.mismatches", value=len(wrong), unit="results", n=args.limit),
            Row(name="batch.kills", value=kills, unit="kills", n=args.kills),
            Row(name="driver.rss_mb", value=max(largest, size) / 2**20, unit="MB", n=kills + 2),
        ]
    report("batch", [*rows, *measure(args.samples)], json_file=args.json_file)


if __name__ == "__main__":
    main()
