"""200 proofs of our own, broken by ten kinds of damage (listed in lean_damage.py) under a seed, repaired with no model.

Each is confirmed broken first: Lean accepts the proof as it was, and not as it is. A repair counts when the judge
accepts it for the statement as it was; the proof as it was is not looked at again.

usage: python benchmarks/lean_repair.py [--limit N] [--kind KIND] [--seed N] [--wall S] [--twice] [--show] [--json FILE]
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from lean_damage import KINDS, damage
from report import Row, report

from lemmata import load_settings
from lemmata.problem import Theorem
from lemmata.provers.base import Backends
from lemmata.provers.lean.audit import try_proof
from lemmata.provers.lean.pin import pin
from lemmata.provers.lean.worker import LeanFailed, leans_of
from lemmata.tools.lean_repair.cutting import as_axioms, body_of, find_proofs, normalised, open_theorem
from lemmata.tools.lean_repair.whole import repair_theorem

PROOFS = Path(__file__).with_name("lean_proofs.lean")
BROKEN, SEED, WALL_S = 200, 2026, 60.0
SHARED = 2  # theorems that later ones use
TRIES = 40  # at damage that breaks something, for one proof


@dataclass(frozen=True, slots=True)
class Known:
    """A theorem with an honest proof of it."""

    problem: Theorem
    body: str
    line: int


@dataclass(frozen=True, slots=True)
class Broken:
    """The same with a proof that fails, by damage of a kind."""

    known: Known
    kind: str
    body: str


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one; `kept` is the share of the honest proof's lines that stand in the repair."""

    kind: str
    holds: bool
    kept: float
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, default=BROKEN, help="broken proofs")
    parser.add_argument("--kind", choices=KINDS, help="damage of this kind alone")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--wall", type=float, default=WALL_S, help="seconds for each")
    parser.add_argument("--twice", action="store_true", help="damage of another kind besides")
    parser.add_argument("--show", action="store_true", help="print what was not repaired")
    parser.add_argument("--json", type=Path, dest="json_file")
    args = parser.parse_args()
    kinds = (args.kind,) if args.kind else KINDS
    with Backends(load_settings()) as backends:
        items = broken_proofs(backends, kinds, n=args.limit, seed=args.seed, twice=args.twice)
        results = [repaired(backends, item, args.wall, show=args.show) for item in items]
    rows = [*rows_of(results, kinds)]
    report("lean_repair", rows, json_file=args.json_file)


def known_proofs() -> list[Known]:
    """Each theorem of the file behind its definitions and first theorems alone, so that Lean reads these once."""
    source = normalised(PROOFS.read_text("utf-8"))
    proofs, found = find_proofs(source), []
    shared = as_axioms(source[: proofs[SHARED].start], proofs[:SHARED])
    for at, proof in enumerate(proofs):
        text, name = open_theorem(source, proofs, at)
        if at >= SHARED:
            text = f"{shared}{source[proof.start : proof.assign[0]].rstrip()} := by sorry\n"
        problem = Theorem(name=f"{PROOFS.name}:{name}", source=text, language="lean", target=name)
        found.append(Known(problem, body_of(source, proof), proof.line))
    return found


def broken_proofs(backends: Backends, kinds: tuple[str, ...], *, n: int, seed: int, twice: bool) -> Iterator[Broken]:
    """As many of each kind, each of another proof as long as there are enough, confirmed broken."""
    known = known_proofs()
    for kind, share in zip(kinds, shares(n, len(kinds)), strict=True):
        draw = random.Random(f"{seed} {kind}")
        order, count, seen = draw.sample(known, len(known)) * 3, 0, set()
        for item in order:
            if count >= share:
                break
            body = broken(backends, item, kind, draw, seen, twice=twice)
            if body:
                seen.add(body)
                count += 1
                yield Broken(item, kind, body)


def shares(n: int, of: int) -> list[int]:
    return [n // of + (i < n % of) for i in range(of)]


def broken(backends: Backends, item: Known, kind: str, draw: random.Random, seen: set[str], *, twice: bool) -> str:
    """A body with damage that Lean does not accept; empty: this proof offers none."""
    for _ in range(TRIES):
        body = damage(kind, draw, item.body)
        if twice and body != item.body:
            body = damage(draw.choice([k for k in KINDS if k != kind]), draw, body)
        if body == item.body or body in seen:
            continue
        if not accepted(backends, item.problem, body):
            if not accepted(backends, item.problem, item.body):
                raise SystemExit(f"the proof of {item.problem.name} does not hold")
            return body
    return ""


def accepted(backends: Backends, problem: Theorem, body: str) -> bool:
    with leans_of(backends).lend() as lean:
        try:
            return try_proof(lean, pin(problem, mathlib=lean.toolchain.mathlib), body, wall_s=30)
        except LeanFailed:
            return False


def repaired(backends: Backends, item: Broken, wall_s: float, *, show: bool) -> Result:
    began, known = time.perf_counter(), item.known
    with leans_of(backends).lend() as lean:
        home = backends.settings.home
        found = repair_theorem(known.problem, item.body, lean, home, line=known.line, wall_s=wall_s)
    seconds = time.perf_counter() - began
    said = "; ".join(found.done) if found.holds else "NOT REPAIRED"
    print(f"{item.kind:<12} {known.problem.target:<24} {seconds:6.1f} s  {said}", flush=True)
    if show and not found.holds:
        print(f"{item.body}\n-- {found.wrong}\n", flush=True)
    return Result(item.kind, found.holds, kept(known.body, found.body) if found.holds else 0.0, seconds)


def kept(honest: str, body: str) -> float:
    """The share of the honest proof's lines that stand in the repaired one."""
    lines = [line.strip() for line in honest.split("\n") if line.strip() not in ("", "by")]
    return sum(line in body for line in lines) / max(1, len(lines))


def rows_of(results: list[Result], kinds: tuple[str, ...]) -> Iterator[Row]:
    yield share("repair.share", [r.holds for r in results])
    for kind in kinds:
        own = [r.holds for r in results if r.kind == kind]
        if own:
            yield share(f"repair.{kind}", own)
    lines = [r.kept for r in results if r.holds]
    yield Row(name="repair.kept_lines", value=sum(lines) / max(1, len(lines)), unit="share", n=len(lines))
    yield Row(name="repair.seconds", value=median(r.seconds for r in results), unit="s", n=len(results))


def share(name: str, holds: list[bool]) -> Row:
    return Row(name=name, value=sum(holds) / len(holds), unit="share", n=len(holds))


if __name__ == "__main__":
    main()
