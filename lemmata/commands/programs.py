"""`lemmata check` and `repair`: violations in programs, and patches for them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lemmata.commands.options import AsJson, Confirm, Home, Integers, Sandbox, Unsafe, positive
from lemmata.commands.problems import expand, load_files, show_work
from lemmata.errors import LemmataError, NothingToCheck

if TYPE_CHECKING:
    from lemmata.agents.run import Result


def check(
    files: Annotated[list[Path], typer.Argument(help="C and Python programs, or folders of them.")],
    sarif: Annotated[Path | None, typer.Option(help="Write the findings here as SARIF 2.1.0.")] = None,
    skip_nothing: Annotated[
        bool, typer.Option("--skip-nothing", help="Pass over programs that claim nothing, as hooks want it.")
    ] = False,
    integers: Integers = "machine",
    wall: Annotated[float, typer.Option(help="Seconds for each program.")] = 60.0,
    jobs: Annotated[int, typer.Option(min=1, help="Programs checked at once.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder of the run and its certificates.")] = None,
    home: Home = None,
    sandbox: Sandbox = None,
    unsafe_no_sandbox: Unsafe = False,
    confirm: Confirm = None,
    as_json: AsJson = False,
) -> None:
    """Look for violations in programs without repairing them.

    Exit 1: one was found, whatever else went wrong; 2: bad input; 0: none was found. A program that claims nothing is
    bad input where it is named, and passed over with a note where it is found in a folder.
    """
    from lemmata.agents.run import Failed, create_run, write_whole
    from lemmata.budget import Budget
    from lemmata.environment import load_settings
    from lemmata.sarif import encode_sarif
    from lemmata.verdict import Refuted, Solution

    settings = load_settings(home=home, sandbox=sandbox, unsafe_no_sandbox=unsafe_no_sandbox or None, confirm=confirm)
    budget = Budget(wall_s=positive("--wall", wall))

    def passed_over(path: Path, error: LemmataError) -> bool:
        return isinstance(error, NothingToCheck) and (skip_nothing or path not in files)

    loaded, bad = load_files(
        files, kind="program", integers=integers, as_json=as_json, suffixes=(".c", ".py"), passed_over=passed_over
    )
    results: list[Result] = []
    if loaded:
        run = create_run(settings, [problem for _, problem in loaded], budget=budget, folder=out, repair=False)
        results = show_work(run, settings, jobs=jobs, as_json=as_json)
    paths = [path for path, _ in loaded]
    if sarif is not None and (loaded or not bad):
        log = encode_sarif(zip(paths, results, strict=True))
        write_whole(sarif, json.dumps(log, ensure_ascii=False, indent=1) + "\n")
    failed = [(p, r.error) for p, r in zip(paths, results, strict=True) if isinstance(r, Failed)]
    refuted = any(isinstance(r, Solution) and isinstance(r.verdict, Refuted) for r in results)
    nothing = len(failed) == len(loaded) and not skip_nothing
    wrong = bad or nothing or not all(passed_over(path, error) for path, error in failed)
    raise typer.Exit(1 if refuted else 2 if wrong else 0)


def repair(
    files: Annotated[list[Path], typer.Argument(help="C and Python programs, Lean files, or folders of them.")],
    in_place: Annotated[bool, typer.Option("--in-place", help="Write each repaired text over its file.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Print the patches alone.")] = False,
    integers: Integers = "machine",
    wall: Annotated[float, typer.Option(help="Seconds for each program, and each proof that fails.")] = 60.0,
    home: Home = None,
    sandbox: Sandbox = None,
    unsafe_no_sandbox: Unsafe = False,
) -> None:
    """Repair programs and Lean proofs, no model needed. Exit 0: nothing wrong is left, 1: something, 2: bad input."""
    from lemmata.agents.repairs import repair_files
    from lemmata.environment import load_settings

    settings = load_settings(home=home, sandbox=sandbox, unsafe_no_sandbox=unsafe_no_sandbox or None)
    found = expand(files, (".c", ".py", ".lean"))
    proofs, programs = [p for p in found if p.suffix == ".lean"], [p for p in found if p.suffix != ".lean"]
    loaded, bad = load_files(programs, kind="program", integers=integers, as_json=False)
    code = 2 if bad else 0
    for repaired in repair_files(loaded, proofs, settings, wall_s=positive("--wall", wall)):
        print(f"{repaired.path}: {repaired.words}", file=sys.stderr if diff else sys.stdout, flush=True)
        print(repaired.diff(), end="", flush=True)
        if in_place:
            repaired.write()
        code = max(code, repaired.outcome.value)
    raise typer.Exit(code)
