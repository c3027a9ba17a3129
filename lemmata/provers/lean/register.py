"""`lemmata setup lean --lean PATH` and `--project DIR`: try a Lean of the user's own, and write down that it works."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from lemmata.config import Settings
from lemmata.errors import BackendMissing, BadInput
from lemmata.provers.lean.registration import Registered, find_registered, write_registered
from lemmata.provers.lean.toolchain import STACK_MB, Toolchain, native_toolchain, portable_driver
from lemmata.sandbox.base import Outcome
from lemmata.sandbox.trusted import run_trusted

_LAKE_S, _TRIAL_S = 900.0, 600.0  # Lake may have to fetch a toolchain first
_READY = b'{"ready":"'
_LAKEFILES = ("lakefile.lean", "lakefile.toml")


def register_lean(settings: Settings, report: Callable[[str], None], *, lean: str = "", project: str = "") -> None:
    """Use a Lean of the user's own from now on; until the last step nothing is written, and what was before stays.

    Args:
        settings: names the home.
        report: told, line by line, what is going on.
        lean: path of a `lean` program; empty: the one that Lake chooses.
        project: folder of a Lake project, whose libraries become importable; empty: none.

    Raises:
        BadInput: no such program, or no Lake project.
        BackendMissing: it does not run, is too old, or can't run our driver; says what to do.
    """
    found = _of_project(project, lean, report) if project else Registered(program=_program(lean), version="")
    toolchain = native_toolchain(found.program, found.lean_path)
    made = Registered(
        program=toolchain.command.argv[0],
        version=toolchain.version,
        lean_path=found.lean_path,
        project=found.project,
    )
    if _known(settings) == made:
        report(f"Lean is set up already: {toolchain.described}")
        return
    report(f"trying {toolchain.version} at {made.program}")
    _try_driver(toolchain)
    write_registered(settings, made)
    report(f"ready: {toolchain.described}")


def _known(settings: Settings) -> Registered | None:
    try:
        return find_registered(settings)
    except BackendMissing:  # a damaged record is written anew
        return None


def _program(lean: str) -> str:
    path = os.path.abspath(os.path.expanduser(lean))
    if os.path.isdir(path):
        path = os.path.join(path, "bin", "lean")
    if not os.path.isfile(path):
        raise BadInput(f"there is no program {path}; expected the path of `lean`", place="--lean")
    if not os.access(path, os.X_OK):
        raise BadInput(f"{path} can't be run; expected the path of `lean`", place="--lean")
    return path


def _of_project(project: str, lean: str, report: Callable[[str], None]) -> Registered:
    folder = Path(project).expanduser().resolve()
    if not any((folder / name).is_file() for name in _LAKEFILES):
        raise BadInput(f"expected a Lake project, with {' or '.join(_LAKEFILES)}; {folder} is none", place="--project")
    lake = _lake(lean)
    report(f"asking {lake} about {folder}")
    prefix = _lake_says(lake, folder, ("lean", "--print-prefix")).strip()
    program = _program(lean) if lean else os.path.join(prefix, "bin", "lean")
    told = _lake_says(lake, folder, ("printenv", "LEAN_PATH")).strip()
    paths = [os.path.normpath(folder / path) for path in told.split(":") if path]  # Lake tells them from its folder on
    absent = [p for p in paths if not _compiled(p)]
    if paths and len(absent) == len(paths):
        remedy = f"run `lake exe cache get` (with Mathlib) and `lake build` in {folder}"
        raise BackendMissing(f"nothing of {folder} is built", remedy=remedy)
    for path in absent:
        report(f"not built, so it can't be imported: {path} (`lake build` in {folder})")
    there = ":".join(p for p in paths if p not in absent)
    return Registered(program=program, version="", lean_path=there, project=str(folder))


def _compiled(folder: str) -> bool:
    return next(Path(folder).rglob("*.olean"), None) is not None if os.path.isdir(folder) else False


def _lake(lean: str) -> str:
    beside = Path(_program(lean)).with_name("lake") if lean else None
    if beside is not None and beside.is_file():
        return str(beside)
    found = shutil.which("lake")
    if found is None:
        remedy = "install Lean with elan (https://lean-lang.org), or name a lean beside which there is one by --lean"
        raise BackendMissing("no `lake` on PATH", remedy=remedy)
    return found


def _lake_says(lake: str, folder: Path, argv: Sequence[str]) -> str:
    outcome = run_trusted((lake, "env", *argv), cwd=folder, wall_s=_LAKE_S)
    if outcome.exit_code != 0:
        remedy = f"run `lake build` in {folder} and see that it works"
        raise BackendMissing(f"`lake env {' '.join(argv)}` failed ({_last_words(outcome)})", remedy=remedy)
    return outcome.stdout.decode(errors="replace")


def _try_driver(toolchain: Toolchain) -> None:
    command = toolchain.command
    with tempfile.TemporaryDirectory(prefix="lemmata-lean-") as scratch:
        driver = Path(scratch) / "Driver.lean"
        driver.write_text(portable_driver(), "utf-8")
        argv = (command.argv[0], "--run", str(driver))
        outcome = run_trusted(argv, cwd=Path(scratch), wall_s=_TRIAL_S, env=command.env, stack_mb=STACK_MB)
    if _READY not in outcome.stdout:
        raise BackendMissing(
            f"{command.argv[0]} ({toolchain.version}) does not run our driver ({_last_words(outcome)})",
            remedy="try another version, 4.9 or newer, or use the embedded one (`lemmata setup lean`)",
        )


def _last_words(outcome: Outcome) -> str:
    lines = (outcome.stderr or outcome.stdout).decode(errors="replace").strip().splitlines()
    code = f"exit code {outcome.exit_code}" if outcome.exit_code is not None else outcome.end.value
    return lines[-1][:200] if lines else code
