"""Warm Lean checks beside cold ones in the same run, and 2,000 checks of which a part ends its process.

A check elaborates an offered proof, hands it out as data and has another process audit it. A cold one does so in two
fresh processes of the same build, both started at once; a warm one in a pair of the pool. Both run as many at a time as
the pool has pairs. `throughput.elaborating_over_one_process` leaves the audit out: what one warm process elaborates
beside one fresh process for each.

usage: python benchmarks/lean_throughput.py [--limit N] [--quick] [--seed N] [--json FILE]
"""

from __future__ import annotations

import argparse
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import mean

from lean_workload import Item, draw
from report import Row, report

from lemmata import load_settings
from lemmata.provers.base import Backends
from lemmata.provers.lean.audit import Audit, establish, try_proof
from lemmata.provers.lean.lending import Lending
from lemmata.provers.lean.pool import check_each
from lemmata.provers.lean.worker import Lean, Worker, leans_of

CHECKS, POISONED = 2000, 0.05
ROUNDS = 4  # of cold and warm in turn, so that a busy machine slows both
SAMPLE_S = 0.2


@dataclass
class Clock:
    """How many were done in how many seconds."""

    done: int = 0
    seconds: float = 0.0

    def add(self, done: int, began: float) -> None:
        self.done += done
        self.seconds += time.perf_counter() - began

    @property
    def per_s(self) -> float:
        return self.done / self.seconds


@dataclass
class Memory:
    """Resident memory of this process and of all of the pool's, sampled until it is over."""

    leans: Lending[Lean]
    samples: list[float] = field(default_factory=list)

    def __enter__(self) -> Memory:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def growth_mb(self) -> float:
        """What the last quarter holds on average beyond the quarter before it."""
        quarter = len(self.samples) // 4
        if not quarter:
            raise SystemExit("too short a run to say whether memory grows")
        return mean(self.samples[-quarter:]) - mean(self.samples[-2 * quarter : -quarter])

    def _sample(self) -> None:
        while not self._over.wait(SAMPLE_S):
            processes = [w for lean in self.leans.made() for w in (lean.elaborator, lean.auditor)]
            self.samples.append(own_mb() + sum(w.resident_mb() for w in processes if isinstance(w, Worker)))


def own_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / (1 << 20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, default=CHECKS, help="checks of the run with poison")
    parser.add_argument("--quick", action="store_true", help="a run of a minute: fewer of everything")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--json", type=Path, dest="json_file")
    args = parser.parse_args()
    limit = min(args.limit, 100) if args.quick else args.limit
    rounds, warm, cold = (1, 60, 4) if args.quick else (ROUNDS, 200, 6)
    with Backends(load_settings()) as backends:
        rows = [*throughput_rows(backends, args.seed, rounds=rounds, warm=warm, cold=cold)]
        rows += poison_rows(backends, args.seed + 1, limit)
    report("lean_throughput", rows, json_file=args.json_file)


def throughput_rows(backends: Backends, seed: int, *, rounds: int, warm: int, cold: int) -> Iterator[Row]:
    """Warm checks a second, cold ones, and how many times as many."""
    leans = leans_of(backends)
    items = iter(draw(rounds * (warm + cold) + 2 * warm, poison=0.0, seed=seed))
    clocks = {name: Clock() for name in ("warm", "cold", "elaborated", "process")}
    warm_checks(backends, list(islice(items, warm)))  # starts the processes
    for _ in range(rounds):
        few, many = list(islice(items, cold)), list(islice(items, warm))
        timed(clocks["cold"], few, lambda chosen: cold_checks(backends, chosen, leans.size))
        timed(clocks["warm"], many, lambda chosen: warm_checks(backends, chosen))
        timed(clocks["process"], few[: cold // 2], lambda chosen: cold_elaborations(backends, chosen))
        timed(clocks["elaborated"], many[: warm // 4], lambda chosen: warm_elaborations(leans, chosen))
    for name in ("warm", "cold"):
        yield Row(name=f"throughput.{name}_per_s", value=clocks[name].per_s, unit="1/s", n=clocks[name].done)
    for name, over, under in (
        ("warm_over_cold", "warm", "cold"),
        ("elaborating_over_one_process", "elaborated", "process"),
    ):
        ratio = clocks[over].per_s / clocks[under].per_s
        yield Row(name=f"throughput.{name}", value=ratio, unit="ratio", n=clocks[over].done)


def timed(clock: Clock, items: Sequence[Item], work: Callable[[Sequence[Item]], Sequence[bool]]) -> None:
    """A wrong answer counts as no measurement at all."""
    began = time.perf_counter()
    told = work(items)
    clock.add(len(items), began)
    for item, accepted in zip(items, told, strict=True):
        if accepted != item.holds:
            raise SystemExit(f"expected {item.holds} of {item.offered.pinned.statement} by {item.offered.body}")


def warm_checks(backends: Backends, items: Sequence[Item]) -> list[bool]:
    return [isinstance(found, Audit) for found in check_each((item.offered for item in items), backends)]


def cold_checks(backends: Backends, items: Sequence[Item], at_once: int) -> list[bool]:
    """Each in a pair of fresh processes."""

    def one(_: Slot, item: Item) -> bool:
        lean = fresh(backends)
        try:
            return isinstance(establish(lean, item.offered.pinned, item.offered.body, item.offered.limits), Audit)
        finally:
            lean.close()

    return list(Lending(Slot, at_once).each(one, items))


def warm_elaborations(leans: Lending[Lean], items: Sequence[Item]) -> list[bool]:
    with leans.lend() as lent:
        lean = Lean(lent.toolchain, lent.elaborator, lent.auditor)  # without the cache
        return [try_proof(lean, i.offered.pinned, i.offered.body, wall_s=i.offered.limits.wall_s) for i in items]


def cold_elaborations(backends: Backends, items: Sequence[Item]) -> list[bool]:
    told = []
    for item in items:
        lean = fresh(backends)
        told.append(try_proof(lean, item.offered.pinned, item.offered.body, wall_s=item.offered.limits.wall_s))
        lean.close()
    return told


def fresh(backends: Backends) -> Lean:
    toolchain, sandbox = leans_of(backends).near().toolchain, backends.sandbox()
    return Lean(toolchain, Worker(sandbox, toolchain), Worker(sandbox, toolchain))


class Slot:
    """Stands for one check at a time."""

    busy = False

    def close(self) -> None: ...


def poison_rows(backends: Backends, seed: int, n: int) -> Iterator[Row]:
    """How many honest checks come out wrong beside poison, how memory grows, how long it takes."""
    items, leans = draw(n, poison=POISONED, seed=seed), leans_of(backends)
    began, lost, kinds = time.perf_counter(), 0, Counter[str]()
    with Memory(leans) as memory:
        for item, found in zip(items, check_each((item.offered for item in items), backends), strict=True):
            right = isinstance(found, Audit) == item.holds
            kinds[item.poison or "honest"] += 1
            if not right or (not item.poison and not isinstance(found, Audit) and any(f.reason for f in found.faults)):
                lost += 1
                print(
                    f"lost: {item.poison or 'honest'} {item.offered.pinned.statement} by {item.offered.body}: {found}"
                )
    seconds = time.perf_counter() - began
    print(f"poison: {dict(kinds)}; {sum(started(leans))} processes started")
    yield Row(name="poison.lost", value=lost, unit="checks", n=n)
    yield Row(name="poison.rss_growth_mb", value=memory.growth_mb(), unit="MiB", n=len(memory.samples))
    yield Row(name="poison.rss_mb", value=mean(memory.samples), unit="MiB", n=len(memory.samples))
    yield Row(name="poison.wall_s", value=seconds, unit="s", n=n)


def started(leans: Lending[Lean]) -> list[int]:
    processes = [w for lean in leans.made() for w in (lean.elaborator, lean.auditor)]
    return [w.epoch for w in processes if isinstance(w, Worker)]


if __name__ == "__main__":
    main()
