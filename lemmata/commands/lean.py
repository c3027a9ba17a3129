"""`lemmata mutate` and `lemmata vet`: new theorems from known ones; statements that are worth a proof."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from lemmata.commands.options import AsJson, Home, Lean, Sandbox, Unsafe, positive
from lemmata.errors import BadInput


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
    from lemmata.datasets.files import read_source
    from lemmata.environment import load_settings
    from lemmata.provers.base import Backends
    from lemmata.tools.lean_statement_check import Standing, vet_file

    settings = load_settings(lean=lean, home=home, sandbox=sandbox, unsafe_no_sandbox=unsafe_no_sandbox or None)
    code = 0
    with Backends(settings) as backends:
        for file in files:
            try:
                for found in vet_file(
                    file.name, read_source(_lean_file(file)), backends, wall_s=positive("--wall", wall)
                ):
                    code = max(code, 0 if found.standing is Standing.USABLE else 1)
                    if as_json:
                        said = {"file": str(file), **asdict(found)}
                        print(json.dumps(said, ensure_ascii=False), flush=True)
                    else:
                        detail = f" ({found.detail})" if found.detail else ""
                        print(f"{file}:{found.line}: {found.name}: {found.standing}{detail}", flush=True)
            except BadInput as exc:
                code = 2
                print(f"lemmata: {exc}", file=sys.stderr, flush=True)
    raise typer.Exit(code)


def _lean_file(file: Path) -> Path:
    if file.suffix != ".lean":
        raise BadInput("expected a file ending in .lean", place=str(file))
    return file
