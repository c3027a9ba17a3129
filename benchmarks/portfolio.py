"""The portfolio beside each of its solvers alone, on sixty mixed questions, in one run.

usage: python benchmarks/portfolio.py [--limit N] [--wall SECONDS] [--json FILE]

A question that is not decided counts with the whole time limit. The ratio is the portfolio's time over that of the
member with the least total; answers that contradict each other end the run.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from report import Row, report

from lemmata.environment import load_settings
from lemmata.formats.smtlib import Script, read_script, write_script
from lemmata.provers.base import Backends
from lemmata.provers.smt.portfolio import BITWUZLA, CVC5, MEMBERS, Z3, Member, ask_member, members_for, race
from lemmata.provers.smt.query import prepare
from lemmata.provers.smt.solver import SolverAnswer, Status, installed

QUERIES = Path(__file__).with_name("queries.smt2")
DECIDED = (Status.SAT, Status.UNSAT)


def read_queries() -> dict[str, str]:
    """Name -> script."""
    pieces = QUERIES.read_text().split("\n;; ")[1:]
    return {name: text for name, _, text in (piece.partition("\n") for piece in pieces)}


def alone(script: Script, member: Member, backends: Backends, wall_s: float) -> SolverAnswer:
    return ask_member(write_script(script), member, backends, wall_s=wall_s)


def together(script: Script, backends: Backends, wall_s: float) -> SolverAnswer | None:
    def write(member: Member) -> str:
        names = [d.name for d in script.declarations if not d.parameters and d.result.name in ("Int", "Real")]
        bounds = [f"(assert (<= (- {member.within}) {n} {member.within}))\n" for n in names] if member.within else []
        return write_script(script) + "".join(bounds)

    return race(write, members_for(script), backends, wall_s=wall_s, confirmed=lambda *_: True).winner


def measure(*, wall_s: float, limit: int) -> list[Row]:
    """The rows; each question is put to every member and to the portfolio, one after the other."""
    members = [m for m in (Z3, CVC5, BITWUZLA, MEMBERS["z3-seed-7"], MEMBERS["z3-nlsat"]) if installed(m.solver)]
    solved = dict.fromkeys([*(m.name for m in members), "portfolio"], 0)
    seconds = dict.fromkeys(solved, 0.0)
    every = read_queries()
    chosen = dict(list(every.items())[:: max(1, len(every) // limit)][:limit])
    with Backends(load_settings()) as backends:
        for member in members:
            alone(prepare(read_script("(declare-const b Bool)(assert b)")), member, backends, 20)  # start the worker
        for name, text in chosen.items():
            script, said = prepare(read_script(text)), dict[str, Status]()
            for way in [*members, None]:
                label = way.name if way is not None else "portfolio"
                began = time.perf_counter()
                told = alone(script, way, backends, wall_s) if way else together(script, backends, wall_s)
                took = time.perf_counter() - began
                if told is not None and told.status in DECIDED:
                    said[label] = told.status
                    solved[label] += 1
                    seconds[label] += min(took, wall_s)
                else:
                    seconds[label] += wall_s
            if len(set(said.values())) > 1:
                raise SystemExit(f"{name}: the answers contradict each other: {said}")
            print(f"  {name}: {' '.join(f'{k}={v.value}' for k, v in said.items()) or 'nobody'}", flush=True)
    best = min(members, key=lambda m: seconds[m.name]).name
    most, n = max(solved[m.name] for m in members), len(chosen)
    rows = [Row(name=f"{name}.solved", value=solved[name], unit="queries", n=n) for name in solved]
    rows += [Row(name=f"{name}.seconds", value=seconds[name], unit="s", n=n) for name in solved]
    ratio = seconds["portfolio"] / seconds[best]
    rows.append(Row(name="portfolio.ratio_to_best_member", value=ratio, unit="ratio", n=n))
    rows.append(Row(name="portfolio.solved_over_best", value=solved["portfolio"] - most, unit="queries", n=n))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=60, help="questions")
    parser.add_argument("--wall", type=float, default=10.0, help="seconds for each")
    parser.add_argument("--json", type=Path, dest="json_file")
    args = parser.parse_args()
    report("portfolio", measure(wall_s=args.wall, limit=args.limit), json_file=args.json_file)


if __name__ == "__main__":
    main()
