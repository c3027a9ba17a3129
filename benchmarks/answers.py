"""How many problems that ask for an answer are answered with a proof, model-free; and the portfolio beside its members.

usage: python benchmarks/answers.py --data FOLDER [--limit N] [--wall S] [--only SET] [--json FILE]

FOLDER holds fps/ and ineqmath/ as their publishers lay them out. Per data set: items, those in the fragment, proved,
only tested, and proved answers that differ from the published one. A differing answer counts as wrong unless the
published one fails the problem as it is written, by exact evaluation, which is then printed; published answers are
looked at only here.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import answers_ineqmath
import portfolio
from report import Row, report

from lemmata import Budget, Solution, load_settings, solve
from lemmata.datasets.fps import FpsItem, load_fps
from lemmata.errors import BadInput
from lemmata.provers.find.answer import read_answer
from lemmata.provers.find.claim import read_find_claim
from lemmata.provers.find.published import fails_as_written, read_published, same_answer
from lemmata.verdict import Proved, Tested

FPS = {"formal_math500": "formal_math500", "minif2f_solving": "minif2f_solving", "putnam_solving": "putnam_solving"}


@dataclass
class Tally:
    """What came of one data set."""

    items: int = 0
    inside: int = 0
    proved: int = 0
    tested: int = 0
    wrong: int = 0
    times: list[float] = field(default_factory=list)
    outside: Counter[str] = field(default_factory=Counter)
    compared: Counter[str] = field(default_factory=Counter)

    def rows(self, name: str) -> list[Row]:
        """The numbers of this data set."""
        counts = {"items": self.items, "in_fragment": self.inside, "proved": self.proved, "tested": self.tested}
        rows = [Row(name=f"{name}.{n}", value=v, unit="items", n=self.items) for n, v in counts.items()]
        if self.times:
            rows.append(Row(name=f"{name}.median_s", value=statistics.median(self.times), unit="s", n=self.inside))
        return rows


def measure(items: tuple[FpsItem, ...], *, wall_s: float) -> Tally:
    """Solve each problem that is inside the fragment."""
    tally, settings = Tally(), load_settings()
    for item in items:
        tally.items += 1
        try:
            read_find_claim(item.problem.source)
        except BadInput as exc:
            tally.outside[exc.text.partition(";")[0][:60]] += 1
            continue
        tally.inside += 1
        started = time.perf_counter()
        solution = solve(item.problem, budget=Budget(wall_s=wall_s), settings=settings, keep=False)
        tally.times.append(time.perf_counter() - started)
        said = count(item, solution, tally)
        print(f"  {item.problem.name}: {said}, {tally.times[-1]:.1f} s", flush=True)
    return tally


def count(item: FpsItem, solution: Solution, tally: Tally) -> str:
    """Put one result into the tally; says what it was."""
    match solution.verdict:
        case Proved():
            tally.proved += 1
            compared = compare(item, str(solution.answer))
            tally.compared[compared] += 1
            tally.wrong += compared == "wrong"
            if compared != "same":
                print(f"    {compared}: {solution.answer!r}, published: {item.informal_answer!r}")
                print(f"    {item.problem.source}")
            return f"proved {solution.answer}"
        case Tested():
            tally.tested += 1
            return f"tested {solution.answer}"
        case _:
            return "unknown"


def compare(item: FpsItem, answer: str) -> str:
    """`same`, `published fails`, `not comparable` or `wrong`."""
    claim = read_find_claim(item.problem.source)
    try:
        published = read_published(item.answer, claim)
    except BadInput:
        return "not comparable"
    if same_answer(read_answer(answer, claim), published):
        return "same"
    return "published fails" if fails_as_written(claim, published) else "wrong"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=10_000, help="items of each data set")
    parser.add_argument("--wall", type=float, default=60.0, help="seconds for each item")
    parser.add_argument("--only", choices=[*FPS, "ineqmath", "portfolio"], help="one data set, or the portfolio")
    parser.add_argument("--json", type=Path, dest="json_file")
    args = parser.parse_args()
    tallies: dict[str, Tally] = {}
    for name, file in FPS.items():
        path = args.data / "fps" / f"{file}.jsonl"
        if not path.exists() or args.only not in (None, name):
            print(f"{name}: left out ({'no file' if not path.exists() else 'not asked for'})")
            continue
        print(name)
        tallies[name] = measure(load_fps(path)[: args.limit], wall_s=args.wall)
        print(f"{name}: outside {dict(tallies[name].outside.most_common(8))}")
        print(f"{name}: answers {dict(tallies[name].compared)}")
    rows = rows_of(tallies) if tallies else []
    if args.only in (None, "ineqmath"):
        print("ineqmath")
        rows += answers_ineqmath.measure(args.data / "ineqmath", wall_s=args.wall, limit=args.limit)
    wrong = [row for row in rows if row.name.endswith(".wrong")]
    rows.append(Row(name="answers.wrong", value=sum(r.value for r in wrong), unit="items", n=sum(r.n for r in wrong)))
    if args.only in (None, "portfolio"):
        print("portfolio")
        rows += portfolio.measure(wall_s=min(10.0, args.wall), limit=args.limit)
    report("answers", rows, json_file=args.json_file)


def rows_of(tallies: dict[str, Tally]) -> list[Row]:
    """The rows of every data set and of all together."""
    items, inside, proved = (sum(getattr(t, n) for t in tallies.values()) for n in ("items", "inside", "proved"))
    rows = [
        Row(name="fps.items", value=items, unit="items", n=items),
        Row(name="fps.in_fragment", value=inside, unit="items", n=items),
        Row(name="fps.proved_share", value=proved / max(1, inside), unit="share", n=inside),
    ]
    for name, tally in tallies.items():
        rows += tally.rows(name)
        rows.append(
            Row(name=f"{name}.proved_share", value=tally.proved / max(1, tally.items), unit="share", n=tally.items)
        )
    rows.append(Row(name="fps.wrong", value=sum(t.wrong for t in tallies.values()), unit="items", n=proved))
    return rows


if __name__ == "__main__":
    main()
