"""C and C++: what compiles runs, what doesn't says where, and what the sanitizers find is told as values."""

import os

import pytest

from lemmata.errors import BackendMissing
from lemmata.sandbox.base import Caps, End, Outcome, Sandbox
from lemmata.sandbox.bubblewrap import Bubblewrap
from lemmata.sandbox.languages.c import (
    SANITIZER_EXIT,
    build_command,
    c_compiler,
    find_compiler,
    find_violation,
    program_command,
    read_build,
)
from lemmata.sandbox.process import BareProcess

pytestmark = pytest.mark.sandbox

FAULTY = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int pick(int *values, int at) {
  return values[at];
}

int main(int argc, char **argv) {
  int fault = atoi(argv[1]);
  int *values = malloc(8 * sizeof *values);
  volatile int zero = 0, large = 2147483647;
  memset(values, 0, 8 * sizeof *values);
  if (fault == 1) return pick(values, 100);
  if (fault == 2) printf("%d\n", large + argc);
  if (fault == 3) { free(values); free(values); }
  if (fault == 4) return argc / zero;
  if (fault == 5) *(volatile int *)0 = 1;
  if (fault == 6) { char small[4]; strcpy(small, argv[2]); puts(small); }
  puts("sound");
  return 0;
}
"""
FOUND = {
    1: ("undefined", "insufficient-object-size", 7),
    2: ("undefined", "signed-integer-overflow", 16),
    3: ("address", "double-free", 17),
    4: ("undefined", "integer-divide-by-zero", 18),
    5: ("undefined", "null-pointer-use", 19),
    6: ("address", "stack-buffer-overflow", 20),
}


@pytest.fixture(scope="module", params=[Bubblewrap, BareProcess], ids=lambda backend: backend.name)
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    backend: Sandbox = request.param()
    return backend


@pytest.fixture(scope="module")
def faulty(sandbox: Sandbox) -> bytes:
    build = read_build(sandbox.run(build_command({"src/faulty.c": FAULTY})))
    assert build.program is not None, build.said
    return build.program


def test_a_sound_program_runs_with_its_input(sandbox: Sandbox) -> None:
    source = '#include "m.h"\n#include <stdio.h>\nint main(void) { int x; scanf("%d", &x); printf("%d", N * x); }'
    build = read_build(sandbox.run(build_command({"main.c": source, "m.h": "#define N 6"})))
    assert build.program is not None, build.said
    outcome = sandbox.run(program_command(build.program, stdin=b"7"))
    assert (outcome.exit_code, outcome.stdout) == (0, b"42")
    assert find_violation(outcome) is None


def test_c_plus_plus_is_compiled_as_such(sandbox: Sandbox) -> None:
    source = "#include <iostream>\n#include <vector>\nint main() { std::vector<int> v{1, 2}; std::cout << v.at(1); }"
    build = read_build(sandbox.run(build_command({"main.cpp": source}, language="c++")))
    assert build.program is not None, build.said
    assert sandbox.run(program_command(build.program)).stdout == b"2"
    assert read_build(sandbox.run(build_command({"main.c": source}))).program is None


@pytest.mark.parametrize("fault", FOUND)
def test_what_a_sanitizer_finds_has_its_kind_and_line(sandbox: Sandbox, faulty: bytes, fault: int) -> None:
    outcome = sandbox.run(program_command(faulty, argv=(str(fault), "much too long")))
    violation = find_violation(outcome)
    assert violation is not None, outcome
    assert (violation.sanitizer, violation.kind, violation.line) == FOUND[fault], violation
    assert violation.file == "src/faulty.c"
    assert violation.text


def test_no_fault_is_no_violation(sandbox: Sandbox, faulty: bytes) -> None:
    outcome = sandbox.run(program_command(faulty, argv=("0",)))
    assert (outcome.exit_code, outcome.stdout, find_violation(outcome)) == (0, b"sound\n", None)


def test_a_summary_without_the_sanitizers_exit_is_no_violation() -> None:
    said = b"SUMMARY: AddressSanitizer: heap-buffer-overflow a.c:1 in main\n"
    for end, code in ((End.FINISHED, 0), (End.WALL, None)):
        assert find_violation(Outcome(end=end, exit_code=code, stdout=b"", stderr=said)) is None
    assert find_violation(Outcome(end=End.FINISHED, exit_code=SANITIZER_EXIT, stdout=b"", stderr=b"")) is None


def test_errors_and_warnings_have_their_place(sandbox: Sandbox) -> None:
    source = 'int main(void) {\n  int x = "text";\n  return y;\n}\n'
    build = read_build(sandbox.run(build_command({"a/b.c": source})))
    assert build.program is None
    assert [(d.file, d.line, d.kind) for d in build.diagnostics] == [("a/b.c", 2, "warning"), ("a/b.c", 3, "error")]
    assert "undeclared" in build.diagnostics[1].text


def test_what_the_linker_misses_has_its_place(sandbox: Sandbox) -> None:
    build = read_build(sandbox.run(build_command({"a.c": "int f(void);\nint main(void) {\n  return f();\n}\n"})))
    assert build.program is None
    assert [(d.file, d.line) for d in build.diagnostics] == [("a.c", 3)]
    assert "undefined reference" in build.diagnostics[0].text


def test_a_source_named_as_an_option_is_a_source(sandbox: Sandbox) -> None:
    build = read_build(sandbox.run(build_command({"-o.c": "int main(void) { return 3; }"}, flags=())))
    assert build.program is not None, build.said
    assert sandbox.run(program_command(build.program)).exit_code == 3


def test_a_limit_that_the_compiler_reached_is_told_and_is_no_error_of_the_source(sandbox: Sandbox) -> None:
    build = read_build(sandbox.run(build_command({"a.c": FAULTY}, caps=Caps(wall_s=0.005, memory_mb=2048))))
    assert (build.program, build.diagnostics, build.end) == (None, (), End.WALL)


def test_missing_sanitizers_are_an_error_with_their_remedy() -> None:
    said = b"/usr/bin/ld: cannot find libasan_preinit.o: No such file or directory\n/usr/bin/ld: cannot find -lasan\n"
    with pytest.raises(BackendMissing, match="apt-get install"):
        read_build(Outcome(end=End.FINISHED, exit_code=1, stdout=b"", stderr=said))


def test_a_compiler_is_found_or_its_remedy_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert os.access(c_compiler(), os.X_OK)
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(BackendMissing, match="apt-get install gcc"):
        c_compiler()
    with pytest.raises(BackendMissing, match=r"C\+\+.*apt-get install g\+\+"):
        find_compiler("c++")


def test_clang_is_taken_where_there_is_no_gcc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name, **_: f"/usr/bin/{name}" if name.startswith("clang") else None)
    assert build_command({"a.cc": ""}, language="c++").argv[0] == "/usr/bin/clang++"
