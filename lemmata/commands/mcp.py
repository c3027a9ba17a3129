"""`lemmata mcp`: serve the tools to other agents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lemmata.commands.options import Home, Lean, Sandbox, Unsafe
from lemmata.errors import BadInput


def mcp(
    http: Annotated[
        int | None, typer.Option(help="Port to listen on, 0 for a free one; none: standard input and output.")
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on; nobody is asked for a key there.")] = "127.0.0.1",
    root: Annotated[Path | None, typer.Option(help="Folder whose files may be named; none: no file is read.")] = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Calls worked on at once; others wait.")] = 2,
    model: Annotated[
        str | None, typer.Option(help="Chat model (LEMMATA_MODEL); none: symbolic proposers only.")
    ] = None,
    lean: Lean = None,
    home: Home = None,
    sandbox: Sandbox = None,
    unsafe_no_sandbox: Unsafe = False,
) -> None:
    """Serve tools over the Model Context Protocol: check, decide, prove, find_counterexample, and others."""
    from lemmata.environment import load_settings
    from lemmata.mcp import serve
    from lemmata.toolbox.tools import Toolbox

    if root is not None and not root.is_dir():
        raise BadInput("expected a folder", place=f"--root {root}")
    settings = load_settings(
        model=model, lean=lean, home=home, sandbox=sandbox, unsafe_no_sandbox=unsafe_no_sandbox or None
    )
    raise typer.Exit(serve(Toolbox(settings, root=root, jobs=jobs), port=http, host=host))
