"""`lemmata recheck` and `audit`: deciding again what others, or other days, have decided."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from lemmata.commands.options import AsJson, Confirm, Home, Lean, Sandbox, Unsafe, positive
from lemmata.commands.problems import expand
from lemmata.problem import Json


def recheck(
    files: Annotated[list[Path], typer.Argument(help="Certificates.")],
    problem: Annotated[Path | None, typer.Option(help="Refuse certificates about anything but this file.")] = None,
    wall: Annotated[float, typer.Option(help="Seconds for each certificate.")] = 120.0,
    lean: Lean = None,
    home: Home = None,
    sandbox: Sandbox = None,
    unsafe_no_sandbox: Unsafe = False,
    confirm: Confirm = None,
    as_json: AsJson = False,
) -> None:
    """Decide certificates again from the files alone: no model, no search. Exit 2 when one is refused."""
    from lemmata.api import load, recheck_all
    from lemmata.display import rests_on
    from lemmata.environment import load_settings
    from lemmata.verdict import Reason, Unknown, name_of

    unsafe = unsafe_no_sandbox or None
    settings = load_settings(lean=lean, home=home, sandbox=sandbox, unsafe_no_sandbox=unsafe, confirm=confirm)
    about = load(problem) if problem else ()
    code = 0
    for row in recheck_all(files, settings, about=about, wall_s=positive("--wall", wall)):
        undecided = isinstance(row.verdict, Unknown)
        result = "refused" if row.verdict is None else "undecided" if undecided else name_of(row.verdict)
        broken = row.verdict is None or row.verdict == Unknown(Reason.BACKEND_MISSING, row.reason)
        code = max(code, 2 if broken else 1 if undecided else 0)
        if as_json:
            said: dict[str, Json] = {"certificate": str(row.path), "result": result, "reason": row.reason or None}
            said |= {"axioms": list(row.axioms)} if row.axioms else {}
            print(json.dumps(said, ensure_ascii=False), flush=True)
        else:
            words = "; ".join(filter(None, (rests_on(row.axioms), row.reason)))
            print(f"{row.path}: {result}{': ' + words if words else ''}", flush=True)
    raise typer.Exit(code)


def audit(
    files: Annotated[list[Path], typer.Argument(help="Solved Lean files, or folders of them.")],
    statements: Annotated[Path, typer.Option(help="Folder or file of the theorems as they were asked, proofs open.")],
    wall: Annotated[float, typer.Option(help="Seconds for each file.")] = 120.0,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Files at once (LEMMATA_LEAN_WORKERS); none: all that fit.")
    ] = None,
    lean: Lean = None,
    home: Home = None,
    sandbox: Sandbox = None,
    unsafe_no_sandbox: Unsafe = False,
) -> None:
    """Judge solved Lean files by their statements, a line of JSON for each. Exit 1: one is rejected, 2: bad input."""
    from lemmata.audits import audit_all
    from lemmata.environment import load_settings

    unsafe = unsafe_no_sandbox or None
    settings = load_settings(lean=lean, lean_workers=jobs, home=home, sandbox=sandbox, unsafe_no_sandbox=unsafe)
    solved, code = expand(files, (".lean",)), 0
    for row, said in audit_all(statements, solved, settings, wall_s=positive("--wall", wall)):
        print(json.dumps(said, ensure_ascii=False), flush=True)
        code = max(code, 2 if row.unreadable else 1 if row.faults else 0)
    raise typer.Exit(code)
