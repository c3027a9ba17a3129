"""Texts that are no C, or more than the checker reads: what the user is told, with the line."""

from __future__ import annotations

import time

import pytest

from lemmata import Budget, solve
from lemmata.errors import BadInput
from lemmata.problem import Program
from lemmata.provers.base import Backends
from lemmata.provers.bmc.lower import load_system
from lemmata.provers.bmc.source import Unsupported
from lemmata.verdict import Proved, SafeUpTo, Unknown

pytestmark = pytest.mark.sandbox
MAIN = "#include <assert.h>\nint main(void) {\n  int x = 1;\n%s\n  assert(x == 1);\n  return 0;\n}\n"


def program(source: str) -> Program:
    return Program(name="program.c", source=source, language="c")


@pytest.mark.parametrize(
    ("source", "place", "said"),
    [
        (MAIN % "  int y = 2", "program.c:5:3", "gcc says: expected"),
        (MAIN % "  if (x == 1 { x = 2; }", "program.c:4:13", "gcc says: expected"),
        (MAIN.replace("#include <assert.h>\n", "") % "  int y = ;", "program.c:3:11", "gcc says: expected expression"),
    ],
)
def test_what_gcc_refuses_is_told_in_its_words(backends: Backends, source: str, place: str, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        load_system(program(source), backends)
    assert caught.value.place == place
    assert said in caught.value.text


@pytest.mark.parametrize(
    ("statement", "construct", "place"),
    [
        ('  __asm__("nop");', "inline assembly", "program.c:4"),
        ('  asm volatile ("nop");', "inline assembly", "program.c:4"),
        ("  goto in;\n  { x = 2; in: x = 1; }", "Goto", "program.c:4"),
        ("  float f = 1.0f;", "float", "program.c:4"),
    ],
)
def test_what_is_not_read_is_named_with_its_line(
    backends: Backends, statement: str, construct: str, place: str
) -> None:
    with pytest.raises(Unsupported) as caught:
        load_system(program(MAIN % statement), backends)
    assert construct in caught.value.construct
    assert caught.value.place.startswith(place)


def test_a_loop_that_never_ends_ends_with_the_budget() -> None:
    source = MAIN % "  unsigned n = 1;\n  while (n != 0) { n = n * 3 + 2; x = x == 1 ? 1 : 2; }"
    started = time.monotonic()
    solution = solve(program(source), budget=Budget(wall_s=6), keep=False)
    assert time.monotonic() - started < 20
    assert isinstance(solution.verdict, Proved | SafeUpTo | Unknown)


def long_program(functions: int) -> str:
    def text(i: int) -> str:
        return f"int f{i}(int x) {{\n  if (x > {i}) {{ return x - 1; }}\n  return x;\n}}\n"

    return "".join(map(text, range(functions))) + MAIN % f"  x = f{functions - 1}(x);"


def test_a_file_of_thousands_of_lines_is_checked_in_seconds() -> None:
    source = long_program(1250)
    assert source.count("\n") > 5000
    solution = solve(program(source), budget=Budget(wall_s=60), keep=False)
    assert solution.verdict == Proved()
