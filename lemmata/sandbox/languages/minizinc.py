"""MiniZinc: models that are compiled and solved by the `minizinc` program of this machine, within the sandbox."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence

from lemmata.errors import BackendMissing
from lemmata.sandbox.base import Caps, Command

INSTALL = "apt-get install minizinc"
STANDARD = ("-G", "std")
"""Options that leave a solver's own global constraints aside, for installations where they don't fit."""

_MODEL = "model.mzn"
_DEFAULT = Caps(wall_s=60.0, memory_mb=2048, processes=64)
_MARKS = re.compile(rb"^(?:-{10}|={10})\r?\n", re.MULTILINE)
_ASIDE = re.compile(r'"(?:[^"\\\n]|\\.)*"|%[^\n]*|/\*.*?\*/', re.DOTALL)
_OUTPUT = re.compile(r"(?:^|;)\s*output\b")


def minizinc_command(model: str, *, options: Sequence[str] = (), caps: Caps = _DEFAULT) -> Command:
    """A command that prints the solution, or the best one, as the model's output item says; without one, as JSON.

    Args:
        model: its text, with its data.
        options: for `minizinc`.
        caps: limits.

    Raises:
        BackendMissing: there is no `minizinc` on PATH.
    """
    found = shutil.which("minizinc")
    if found is None:
        raise BackendMissing("no minizinc found on PATH", remedy=INSTALL)
    program = os.path.realpath(found)
    home = os.path.dirname(os.path.dirname(program))  # its library lies beside it
    mode = "item" if _OUTPUT.search(_ASIDE.sub(" ", model)) else "json"
    return Command(
        argv=(program, *options, "--output-mode", mode, f"/box/{_MODEL}"),
        files={_MODEL: model.encode("utf-8", "surrogatepass")},
        visible=() if home == "/usr" or home.startswith("/usr/") else (home,),
        caps=caps,
    )


def read_minizinc(stdout: bytes) -> bytes:
    """What a model printed, without the lines that end a solution and the search."""
    return _MARKS.sub(b"", stdout)
