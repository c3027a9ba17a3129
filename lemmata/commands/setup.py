"""`lemmata setup …`: install, or register, what pip can't."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from lemmata.commands.options import Home
from lemmata.errors import BadInput

app = typer.Typer(help="Install what pip can't.", no_args_is_help=True, rich_markup_mode=None)


@app.command("lean")
def setup_lean_command(
    lean: Annotated[str, typer.Option(help="Use your own Lean from now on: the path of `lean` (4.9 or newer).")] = "",
    project: Annotated[
        Path | None, typer.Option(help="Use the Lean and the libraries of a Lake project, as one with Mathlib.")
    ] = None,
    embedded: Annotated[
        bool, typer.Option("--embedded", help="Forget your own Lean and use the embedded one.")
    ] = False,
    home: Home = None,
) -> None:
    """Fetch and build the embedded Lean (350 MB under LEMMATA_HOME, one to two minutes), or register your own."""
    from lemmata.environment import load_settings
    from lemmata.provers.lean.register import register_lean
    from lemmata.provers.lean.registration import find_registered, forget_registered
    from lemmata.provers.lean.setup import setup_lean
    from lemmata.provers.lean.toolchain import find_toolchain

    settings = load_settings(home=home)
    if embedded and (lean or project):
        raise BadInput("expected either --embedded or your own Lean", place="--embedded")
    if lean or project:
        register_lean(settings, _tell, lean=lean, project=str(project) if project else "")
        return
    if embedded and forget_registered(settings):
        _tell("your own Lean is forgotten")
    if find_registered(settings) is not None:
        _tell(f"Lean is set up already: {find_toolchain(settings).described}")
        return
    setup_lean(settings, _tell)


@app.command("wasi")
def setup_wasi_command() -> None:
    """Compile the sandbox `wasi` (about a minute, 350 MB in the user's cache); needs lemmata[wasi]."""
    from lemmata.sandbox.wasi_module import compile_guest, default_folder

    compile_guest(default_folder(), _tell)


@app.command("docker")
def setup_docker_command() -> None:
    """Build the image of the docker sandbox on the engine that DOCKER_HOST names, or on this machine's."""
    from lemmata.sandbox.docker import build_image

    build_image(_tell)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
