"""Python and C inside a sandbox."""

from __future__ import annotations

from importlib.util import find_spec

from lemmata.errors import BackendMissing
from lemmata.sandbox.base import Caps, End
from lemmata.sandbox.conformance.case import Cases, NotApplicable, Stage, expect, expect_in, shell
from lemmata.sandbox.languages.c import c_compiler
from lemmata.sandbox.languages.python import python_command

CASES = Cases()
_OUT_OF_BOUNDS = b"int main(int n, char **v) { int a[2] = {0}; return a[n + 1]; }"
_CORRECT = b'#include <stdio.h>\nint main(void) { printf("%d\\n", 6 * 7); }'
_LIES = {f"{name}.py": b"print('lie')" for name in ("random", "json", "sitecustomize", "usercustomize")}


@CASES.behaviour("python.standard-library")
def standard_library(stage: Stage) -> None:
    """The standard library is there."""
    code = "import fractions, json, decimal, re, zlib, hashlib\nprint(fractions.Fraction(1, 3) + 1)"
    expect(stage.sandbox.run(python_command(code)).stdout, b"4/3\n", "the output")


@CASES.behaviour("python.no-packages")
def no_packages(stage: Stage) -> None:
    """Without packages there is the standard library only."""
    code = "import sys\nprint([p for p in sys.path if p.endswith('-packages')])\nimport sympy"
    outcome = stage.sandbox.run(python_command(code))
    expect(outcome.stdout, b"[]\n", "folders of packages")
    expect_in(b"No module named 'sympy'", outcome.stderr, "standard error")


@CASES.behaviour("python.packages")
def packages(stage: Stage) -> None:
    """With packages, those installed here can be imported: numpy, sympy, z3."""
    known = {"numpy": "numpy.arange(5).sum()", "sympy": "sympy.sqrt(16)", "z3": "z3.simplify(z3.IntVal(2) + 3)"}
    if not stage.sandbox.native:
        del known["z3"]  # compiled for processors only
    here = [name for name in known if find_spec(name) is not None]
    if not here:
        raise NotApplicable("neither numpy nor sympy nor z3 is installed")
    code = "".join(f"import {name}\nprint({known[name]})\n" for name in here)
    wanted = {"numpy": b"10\n", "sympy": b"4\n", "z3": b"5\n"}
    outcome = stage.sandbox.run(python_command(code, packages=True, caps=Caps(wall_s=60, memory_mb=4096)))
    expect((outcome.stdout, outcome.stderr), (b"".join(wanted[name] for name in here), b""), "the outputs")


@CASES.behaviour("python.hash-seed")
def hash_seed(stage: Stage) -> None:
    """Two runs of a program print a set in the same order."""
    command = python_command("print({str(n) for n in range(99)})")
    first, second = stage.sandbox.run(command).stdout, stage.sandbox.run(command).stdout
    expect_in(b"'98'", first, "the output")
    expect(second, first, "the second run's output")


@CASES.behaviour("python.no-stand-ins")
def no_stand_ins(stage: Stage) -> None:
    """A file in the scratch folder can't stand in for a module."""
    for with_packages in (False, True):
        code = "import random, json, sys\nprint(sys.argv[0].rpartition('/')[2], sys.argv[1:])"
        command = python_command(code, files=_LIES, packages=with_packages)
        expect(stage.sandbox.run(command).stdout, b"main.py []\n", "the output")


@CASES.behaviour("python.traceback")
def traceback(stage: Stage) -> None:
    """An exception ends the program with exit code 1 and its traceback names the line of main.py."""
    outcome = stage.sandbox.run(python_command("x = 1\nraise ValueError('λ')"))
    expect((outcome.end, outcome.exit_code), (End.FINISHED, 1), "end and exit code")
    expect_in(b'main.py", line 2', outcome.stderr, "standard error")
    expect_in("ValueError: λ".encode(), outcome.stderr, "standard error")


@CASES.behaviour("python.unicode")
def unicode_text(stage: Stage) -> None:
    """Source, output and names of files may be of any script."""
    code = "print('→λ')\nopen('日本語', 'w', encoding='utf-8').write('∀')"
    outcome = stage.sandbox.run(python_command(code, collect=("日本語",)))
    expect((outcome.stdout, dict(outcome.files)), ("→λ\n".encode(), {"日本語": "∀".encode()}), "output and files")


@CASES.behaviour("c.compiled", native=True)
def c_is_compiled(stage: Stage) -> None:
    """A C program is compiled and run."""
    outcome = stage.sandbox.run(shell(f"{_compiler()} -o a a.c && ./a", files={"a.c": _CORRECT}))
    expect((outcome.stdout, outcome.stderr), (b"42\n", b""), "the outputs")


@CASES.behaviour("c.sanitizers", native=True)
def c_with_sanitizers(stage: Stage) -> None:
    """The sanitizers of the C compiler find an access out of bounds."""
    script = f"{_compiler()} -fsanitize=address,undefined -fno-sanitize-recover=all -o a a.c && ./a"
    outcome = stage.sandbox.run(shell(script, files={"a.c": _OUT_OF_BOUNDS}, caps=Caps(resident=True)))
    expect((outcome.end, outcome.exit_code != 0), (End.FINISHED, True), "end and failure")
    expect_in(b"index 2 out of bounds", outcome.stderr, "standard error")


def _compiler() -> str:
    try:
        return c_compiler()
    except BackendMissing as exc:
        raise NotApplicable(str(exc)) from exc
