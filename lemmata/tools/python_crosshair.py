"""crosshair-tool on Python programs that our own encoder can't read, in the sandbox; what it shows is run again."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib.util import find_spec

from lemmata.formats.python import Function, Program
from lemmata.problem import Candidate, Json
from lemmata.provers.base import Backends
from lemmata.provers.python.builder import Unsupported
from lemmata.provers.python.check import program_of
from lemmata.provers.python.contain import find_reach
from lemmata.provers.python.prove import analyse
from lemmata.sandbox.base import Caps
from lemmata.sandbox.languages.python import python_command
from lemmata.tools.base import Offer, Turn
from lemmata.verdict import Reason, Unknown

_ORIGIN = "python-crosshair"
_FILE = "program.py"
_MAIN = """\
import sys
from crosshair.main import main
sys.path.insert(0, "/box")
main(sys.argv[1:])
"""
_SHARE, _CONDITION_S = 0.4, 10.0
_FOUND = re.compile(r"^\S*:\d+: error: .*? when calling (?P<call>.*)$", re.MULTILINE)


def propose(turn: Turn, backends: Backends) -> Offer:
    """The traces that crosshair-tool shows; nothing where it is not installed, or where our own proofs can be tried."""
    program = program_of(turn.problem)
    reach = find_reach(program.tree)
    if reach:
        return Offer(finding=Unknown(Reason.UNSUPPORTED, f"{reach}: a program that uses this is not judged"))
    if find_spec("crosshair") is None or not program.functions or _is_ours(program):
        return Offer()
    wall_s = _SHARE * turn.limits.wall_s
    asked = ("check", "--analysis_kind=asserts", f"--per_condition_timeout={min(_CONDITION_S, wall_s / 2)}")
    command = python_command(
        _MAIN,
        files={_FILE: _checkable(program).encode("utf-8")},
        argv=(*asked, f"/box/{_FILE}"),
        caps=Caps(wall_s=wall_s, memory_mb=min(turn.limits.memory_mb, 2048), output_kb=256),
        packages=True,
    )
    said = backends.sandbox().run(command).stdout.decode("utf-8", "replace")
    return Offer(
        candidates=tuple(
            Candidate(form="python-trace", content=trace, origin=_ORIGIN) for trace in read_traces(said, program)
        )
    )


def read_traces(said: str, program: Program) -> Iterator[dict[str, Json]]:
    """The calls of the program's functions in crosshair-tool's messages, as traces."""
    functions = {f.name: f for f in program.functions}
    for found in _FOUND.finditer(said):
        call = _call(found["call"])
        if call is not None and isinstance(call.func, ast.Name) and call.func.id in functions:
            arguments = _arguments(call, functions[call.func.id])
            if arguments is not None:
                yield {"function": call.func.id, "arguments": list(arguments)}


def _checkable(program: Program) -> str:
    """The program with an assert at the head of every function to be checked: by it crosshair-tool knows them."""
    tree = ast.parse(program.source)
    names = {f.name for f in program.functions if not f.leading}
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef) and statement.name in names:
            statement.body.insert(0, ast.Assert(ast.Constant(True)))
    return ast.unparse(ast.fix_missing_locations(tree))


def _is_ours(program: Program) -> bool:
    """Whether our own encoder reads the whole program."""
    try:
        analyse(program, 1)
    except Unsupported:
        return False
    return True


def _call(text: str) -> ast.Call | None:
    """The longest call that a text begins with; behind it may stand what it returned."""
    for end in (m.end() for m in reversed(list(re.finditer(r"\)", text)))):
        try:
            node = ast.parse(text[:end], mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        if isinstance(node, ast.Call):
            return node
    return None


def _arguments(call: ast.Call, function: Function) -> tuple[str, ...] | None:
    """Texts of the arguments in the order of the parameters; None: one is missing."""
    names = [p.name for p in function.parameters]
    given = dict(zip(names, call.args, strict=False)) | {str(k.arg): k.value for k in call.keywords}
    if set(given) != set(names):
        return None
    return tuple(ast.unparse(given[name]) for name in names)
