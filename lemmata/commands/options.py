"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lemmata.errors import BadInput

Home = Annotated[Path | None, typer.Option(help="Folder for runs and toolchains (LEMMATA_HOME, ~/.lemmata).")]
Integers = Annotated[str, typer.Option(help="C integers: machine (overflow is a violation) or unbounded.")]
Unsafe = Annotated[bool, typer.Option("--unsafe-no-sandbox", help="Run generated code with limits only.")]
Sandbox = Annotated[
    str | None, typer.Option(help="Back-end for generated code (LEMMATA_SANDBOX); none: the strongest that works here.")
]
Lean = Annotated[str | None, typer.Option(help="Path of a lean program (LEMMATA_LEAN).")]
Confirm = Annotated[
    str | None,
    typer.Option(
        help="What has to agree where a verdict rests on a solver (LEMMATA_CONFIRM): cvc5, bitwuzla or z3, drup (a "
        "proof about bits), and for C programs esbmc or cbmc."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]


def positive(name: str, value: float) -> float:
    """An option's number.

    Raises:
        BadInput: it is not above 0.
    """
    if not value > 0:
        raise BadInput(f"expected a number above 0, got {value}", place=name)
    return value
