"""`lemmata mutate`, `vet` and `steps`: new theorems from known ones; which statements, and steps, are good."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from lemmata.commands.options import AsJson, Home, Lean, Sandbox, Unsafe, positive
from lemmata.errors import BadInput

if TYPE_CHECKING:
    from lemmata.config import Settings
    from lemmata.provers.base import Backends
    from lemmata.tools.lean_steps import Solution

Found = TypeVar("Found")


def mutate(
    file: Annotated[Path, typer.Argument(help="A .lean file with theorems and their proofs.")],
    seed: Annotated[int, typer.Option(help="Another one gives other theorems.")] = 0,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 10,
    wall: Annotated[float, typer.Option(help="Seconds, all together.")] = 60.0,
    out: Annotated[Path | None, typer.Option(help="Write the file with the new theorems in it here.")] = None,
    lean: Lean = None,
    home: Home = None,
    sandbox: Sandbox = None,
    unsafe_no_sandbox: Unsafe = False,
    as_json: AsJson = False,
) -> None:
    """Make new theorems of the known ones in FILE, each with a checked proof. Exit 0: there are some, 1: none."""
    from lemmata.agents.run import write_whole
    from lemmata.datasets.files import read_source
    from lemmata.environment import load_settings
    from lemmata.provers.base import Backends
    from lemmata.tools.lean_mutate import find_mutants, with_mutants

    source = read_source(_lean_file(file))
    settings = load_settings(lean=lean, home=home, sandbox=sandbox, unsafe_no_sandbox=unsafe_no_sandbox or None)
    made = []
    with Backends(settings) as backends:
        allowed = positive("--wall", wall)
        for mutant in find_mutants(file.name, source, backends, seed=seed, limit=limit, wall_s=allowed):
            made.append(mutant)
            if as_json:
                print(json.dumps(asdict(mutant), ensure_ascii=False), flush=True)
            else:
                print(f"/-- From {mutant.parent}: {mutant.how}. -/\n{mutant.text}", flush=True)
    if out is not None:
        write_whole(out, with_mutants(source, made))
    if not made:
        print("lemmata: no new theorem was found", file=sys.stderr)
    raise typer.Exit(0 if made else 1)


def vet(
    files: Annotated[list[Path], typer.Argument(help=".lean files; all their theorems, whatever their proofs.")],
    wall: Annotated[float, typer.Option(help="Seconds for each theorem.")] = 20.0,
    lean: Lean = None,
    home: Home = None,
    sandbox: Sandbox = None,
    unsafe_no_sandbox: Unsafe = False,
    as_json: AsJson = False,
) -> None:
    """Say of each statement whether it is trivial, refuted or vacuous. Exit 0: none is, 1: one is, 2: bad input."""
    from lemmata.environment import load_settings
    from lemmata.tools.lean_statement_check import Standing, Vetted, vet_file

    def show(file: Path, found: Vetted) -> bool:
        detail = f" ({found.detail})" if found.detail else ""
        said = json.dumps({"file": str(file), **asdict(found)}, ensure_ascii=False) if as_json else ""
        print(said or f"{file}:{found.line}: {found.name}: {found.standing}{detail}", flush=True)
        return found.standing is Standing.USABLE

    settings = load_settings(lean=lean, home=home, sandbox=sandbox, unsafe_no_sandbox=unsafe_no_sandbox or None)
    allowed = positive("--wall", wall)
    raise typer.Exit(_each(files, settings, partial(vet_file, wall_s=allowed), show))


def steps(
    files: Annotated[list[Path], typer.Argument(help=".lean files with proofs whose steps are `have … := by sorry`.")],
    wall: Annotated[float, typer.Option(help="Seconds for each step.")] = 20.0,
    lean: Lean = None,
    home: Home = None,
    sandbox: Sandbox = None,
    unsafe_no_sandbox: Unsafe = False,
    as_json: AsJson = False,
) -> None:
    """Prove or refute each step of worked solutions. Exit 0: all hold, 1: one fails or is open, 2: bad input."""
    from lemmata.environment import load_settings
    from lemmata.tools.lean_steps import check_solutions

    def show(file: Path, found: Solution) -> bool:
        _show_solution(file, found, as_json=as_json)
        return bool(found.proof)

    settings = load_settings(lean=lean, home=home, sandbox=sandbox, unsafe_no_sandbox=unsafe_no_sandbox or None)
    allowed = positive("--wall", wall)
    raise typer.Exit(_each(files, settings, partial(check_solutions, wall_s=allowed), show))


def _each(
    files: Sequence[Path],
    settings: Settings,
    judge: Callable[[str, str, Backends], Iterable[Found]],
    show: Callable[[Path, Found], bool],
) -> int:
    """Judge one file after the other and show what is found, which says whether it is good; the exit code."""
    from lemmata.datasets.files import read_source
    from lemmata.provers.base import Backends

    code = 0
    with Backends(settings) as backends:
        for file in files:
            try:
                for found in judge(file.name, read_source(_lean_file(file)), backends):
                    code = max(code, 0 if show(file, found) else 1)
            except BadInput as exc:
                code = 2
                print(f"lemmata: {exc}", file=sys.stderr, flush=True)
    return code


def _show_solution(file: Path, found: Solution, *, as_json: bool) -> None:
    fault = found.fault
    if as_json:
        said = {"file": str(file), **asdict(found), "fault": fault.name if fault else None}
        print(json.dumps(said, ensure_ascii=False), flush=True)
        return
    for step in found.steps:
        detail = f" ({step.detail})" if step.detail else ""
        print(f"{file}:{step.line}: {step.name}: {step.outcome}{detail}")
    if found.proof:
        axioms = f" (it rests on the file's own axioms {', '.join(found.axioms)})" if found.axioms else ""
        print(
            f"{file}:{found.line}: {found.name}: all steps hold; the checker accepts the proof{axioms}:\n{found.proof}"
        )
    elif fault is not None:
        print(f"{file}:{found.line}: {found.name}: fails at {fault.name}, line {fault.line}")
    else:
        print(f"{file}:{found.line}: {found.name}: open")
    sys.stdout.flush()


def _lean_file(file: Path) -> Path:
    if file.suffix != ".lean":
        raise BadInput("expected a file ending in .lean", place=str(file))
    return file
