"""`lemmata sandbox …`: look after the sandboxes."""

from __future__ import annotations

import json
from typing import Annotated

import typer

app = typer.Typer(help="Look after the sandboxes.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def sandbox() -> None:
    """Look after the sandboxes."""


@app.command("check")
def check_sandbox_command(
    name: Annotated[str, typer.Argument(help="bubblewrap, podman, docker, wasi, process, or a plug-in.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object with the counts and every result.")] = False,
    only: Annotated[str, typer.Option(help="Play only the cases with this word in their id.")] = "",
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show all cases, not only what went wrong.")] = False,
) -> None:
    """Play every behaviour that a sandbox must show, and every attack that it must stop. Exit 1 when one fails."""
    from lemmata.display import show_table
    from lemmata.sandbox.conformance.report import HEAD, rows, summary
    from lemmata.sandbox.conformance.suite import check_sandbox, find_backend

    report = check_sandbox(find_backend(name), only=only)
    if as_json:
        print(json.dumps(report.encode(), ensure_ascii=False))
    else:
        if shown := rows(report, verbose=verbose):
            show_table(HEAD, shown)
        print(summary(report))
    raise typer.Exit(0 if report.holds else 1)
