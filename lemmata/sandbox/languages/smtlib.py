"""SMT-LIB scripts, each run once by a solver that is installed as a Python package.

For many questions to one solver there are the warm workers of `lemmata.provers.smt`, which this is not about: here the
script is the user's own, whatever commands it has, and the solver's text for each of them comes back unjudged.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lemmata.errors import BackendMissing, BadInput, ProtocolError
from lemmata.sandbox.base import Caps, Command, End, Outcome
from lemmata.sandbox.languages.python import python_command

Solver = Literal["z3", "cvc5"]
_SCRIPT = Path(__file__).with_name("smtlib_script.py")
_CAPS = Caps(wall_s=30.0, memory_mb=2048, output_kb=16384)
_TOKEN = re.compile(r'"(?:[^"]|"")*"|\|[^|]*\||;[^\n]*|[()]|[^"|;()]+|["|]')


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtRun:
    """What a solver said.

    Args:
        replies: its text for each command, in order; fewer than there are commands after a limit, or after `(exit)`.
        end: how it ended.
    """

    replies: tuple[str, ...]
    end: End


def smtlib_command(script: str, solver: Solver, *, caps: Caps = _CAPS) -> Command:
    """A command that runs a script; `read_smtlib` reads what came of it.

    Args:
        script: SMT-LIB 2.6 text.
        solver: which one.
        caps: limits.

    Raises:
        BadInput: the script is no sequence of commands.
    """
    commands = split_commands(script)
    given = json.dumps(commands).encode()
    return python_command(_SCRIPT.read_text("utf-8"), argv=(solver,), stdin=given, caps=caps, packages=True)


def read_smtlib(outcome: Outcome) -> SmtRun:
    """What came of an `smtlib_command`.

    Raises:
        BackendMissing: the solver is not installed.
        ProtocolError: what came back is no answer.
    """
    said = outcome.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
    if missing := [line for line in said if line.startswith("ModuleNotFoundError")]:
        raise BackendMissing(f"no such solver here ({missing[0]})", remedy="pip install 'lemmata[cvc5]' has them all")
    *whole, _ = outcome.stdout.split(b"\n")
    try:
        return SmtRun(replies=tuple(map(_read_text, whole)), end=outcome.end)
    except ValueError as exc:
        raise ProtocolError(f"the SMT-LIB runner did not answer as it must ({exc})") from exc


def split_commands(script: str) -> list[str]:
    """The commands of a script, each as it is written, without the comments between them.

    Raises:
        BadInput: something is not within parentheses, or parentheses or quotes are not closed.
    """
    commands, depth, current, line = [], 0, "", 1
    for token in _TOKEN.findall(script):
        if token in ('"', "|") or (depth == 0 and token != "(" and token[0] != ";" and not token.isspace()):
            raise BadInput(f"expected a command in parentheses, got {token[:40]!r}", place=f"SMT-LIB script:{line}")
        depth += (token == "(") - (token == ")")
        current += token if token[0] != ";" else ""
        if depth == 0 and token == ")":
            commands.append(current.strip())
            current = ""
        line += token.count("\n")
    if depth:
        raise BadInput("expected the last command's parentheses to be closed", place=f"SMT-LIB script:{line}")
    return commands


def _read_text(line: bytes) -> str:
    text = json.loads(line)
    if not isinstance(text, str):
        raise ValueError(f"expected a text, got {line[:80]!r}")
    return text
