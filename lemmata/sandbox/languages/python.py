"""Commands that run Python code with the real interpreter."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lemmata.sandbox.base import PYTHON, Caps, Command

MAIN = "main.py"
_NO_FILES: Mapping[str, bytes] = {}
_DEFAULT = Caps()
# The environment inside is ours alone, so it may be read: `-I` would ignore the fixed hash seed, without which the
# order of a set differs from run to run. One thread each, or numpy reserves memory for every core of the machine.
_OPTIONS = ("-s", "-P", "-S")
_ENV = {
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
_WITH_PACKAGES = """\
import sys
sys.path += {folders!r}
sys.argv[0] = {main!r}
del sys
exec(compile(open({main!r}, "rb").read(), {main!r}, "exec"))
"""


def python_command(
    code: str,
    *,
    files: Mapping[str, bytes] = _NO_FILES,
    argv: Sequence[str] = (),
    stdin: bytes = b"",
    collect: Sequence[str] = (),
    caps: Caps = _DEFAULT,
    packages: bool = False,
) -> Command:
    """A command that runs Python code as a program, `main.py` in the scratch folder, with a fixed hash seed.

    Args:
        code: the program's text.
        files: more files of the scratch folder; to be opened, not imported, so that none can stand in for a module.
        argv: what the program finds in `sys.argv[1:]`.
        stdin: what it reads.
        collect: files to read back.
        caps: limits.
        packages: let it import what is installed here (numpy, sympy, z3); otherwise the standard library only.
    """
    return Command(
        argv=(PYTHON, *_OPTIONS, f"/box/{MAIN}", *argv),
        packages=packages,
        files={**files, MAIN: code.encode("utf-8", "surrogatepass")},
        stdin=stdin,
        collect=tuple(collect),
        env=_ENV,
        caps=caps,
    )


def on_host(command: Command) -> Command:
    """The same command with `PYTHON` as the host's own interpreter, for back-ends that show the host's programs."""
    if command.argv[:1] != (PYTHON,):
        return command
    visible = {*command.visible, *_outside_usr(_prefixes())}
    arguments = command.argv[1:]
    if command.packages:
        folders = _site_packages()
        visible |= {*_outside_usr(folders)}
        at = next((i for i, word in enumerate(arguments) if not word.startswith("-")), len(arguments))
        start = ("-c", _WITH_PACKAGES.format(folders=folders, main=arguments[at])) if at < len(arguments) else ()
        arguments = (*arguments[:at], *start, *arguments[at + 1 :])
    return replace(command, argv=(interpreter(), *arguments), visible=tuple(sorted(visible)), packages=False)


def interpreter() -> str:
    """The program that runs us, past all links and environments."""
    return os.path.realpath(sys.executable)


def _prefixes() -> list[str]:
    program = os.path.dirname(os.path.dirname(interpreter()))
    return [os.path.realpath(path) for path in (sys.base_prefix, sys.base_exec_prefix, program)]


def _site_packages() -> list[str]:
    return [
        path
        for path in sys.path
        if os.path.basename(path) in ("site-packages", "dist-packages") and os.path.isdir(path)
    ]


def _outside_usr(paths: Sequence[str]) -> list[str]:
    """Those that are not inside anyway."""
    return [path for path in paths if path != "/usr" and not path.startswith("/usr/")]
