"""Problems from the files that are named, and the work on them shown as it goes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from lemmata.errors import BadInput, LemmataError, NothingToCheck

if TYPE_CHECKING:
    from lemmata.agents.run import Result, Run
    from lemmata.config import Settings
    from lemmata.problem import Problem


def load_files(
    files: list[Path],
    *,
    kind: str,
    integers: str,
    as_json: bool,
    suffixes: tuple[str, ...] = (),
    passed_over: Callable[[Path, LemmataError], bool] = lambda path, error: False,
) -> tuple[list[tuple[Path, Problem]], int]:
    """The problems in all files that can be read, each with its file, and how many can't; each bad one gets its line.

    In folders only files with these endings are looked for; none: any that can be read. A file that is passed over gets
    its line too, but is not counted.
    """
    from dataclasses import replace

    from lemmata.datasets.files import SUFFIXES, load_problems
    from lemmata.problem import Program

    if integers not in ("machine", "unbounded"):
        raise BadInput(f"expected machine or unbounded, got {integers!r}", place="--integers")
    meant: Any = integers
    problems: list[tuple[Path, Problem]] = []
    bad = 0
    for file in expand(files, suffixes or tuple(s for s in SUFFIXES if s != ".md")):
        try:
            for p in load_problems(file, kind=kind):
                in_c = isinstance(p, Program) and p.language == "c"
                problems.append((file, replace(p, integers=meant) if in_c else p))
        except BadInput as exc:
            bad += 0 if passed_over(file, exc) else 1
            print(f"lemmata: {exc}", file=sys.stderr, flush=True)
            if as_json:
                verdict = "nothing_to_check" if isinstance(exc, NothingToCheck) else "error"
                nothing = {"kind": kind or None, "verdict": verdict, "certificate": None, "seconds": 0.0}
                print(json.dumps({"problem": str(file), "reason": str(exc), **nothing}, ensure_ascii=False), flush=True)
    return problems, bad


def expand(files: list[Path], suffixes: tuple[str, ...]) -> list[Path]:
    found: list[Path] = []
    for file in files:
        if file.is_dir():
            inside = sorted(p for p in file.rglob("*") if p.suffix in suffixes and p.is_file())
            found += inside or [file]  # a folder without problems is an error of its own
        else:
            found.append(file)
    return found


def show_work(run: Run, settings: Settings, *, jobs: int, as_json: bool) -> list[Result]:
    """What came of each problem, shown as it comes."""
    from lemmata.agents.run import work_run
    from lemmata.api import chat_maker, run_async
    from lemmata.display import Progress, mending, print_table

    _, make_chat = chat_maker(settings, None)
    if not as_json:
        print(f"run {run.name}", flush=True)
    try:
        with Progress(run, as_lines_of_json=as_json) as progress:
            run_async(
                work_run(
                    run,
                    settings,
                    on_result=progress.on_result,
                    on_event=progress.on_event,
                    make_chat=make_chat,
                    jobs=jobs,
                )
            )
    except KeyboardInterrupt:
        print(f"lemmata: interrupted; go on with `lemmata resume {run.name}`", file=sys.stderr)
        raise typer.Exit(130) from None
    results = [progress.results[i] for i in sorted(progress.results)]
    for text in filter(None, map(mending, results)):
        print(f"lemmata: {text}", file=sys.stderr)
    if len(results) > 1 and not as_json:
        print()
        print_table(run, progress.results)
    return results
