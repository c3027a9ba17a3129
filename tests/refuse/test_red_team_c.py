"""Lies about C programs that were believed once: what C says and what we said differed, or a traceback came instead."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lemmata.budget import Limits
from lemmata.config import Settings
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Program
from lemmata.provers.base import Backends
from lemmata.registry import CHECKERS, resolve
from lemmata.verdict import Accepted, Judgement, Reason, Rejected


@pytest.fixture(scope="module")
def backends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backends]:
    home: Path = tmp_path_factory.mktemp("home")
    with Backends(Settings(home=home)) as opened:
        yield opened


BOUNDED = {"bound": 4, "complete": True}


def judge(backends: Backends, source: str, form: str = "bounded", content: dict | None = None, **more) -> Judgement:
    problem = Program(name="lie.c", source=source, language="c", **more)
    check = resolve(CHECKERS, "lemmata.provers", form)
    return check(problem, Candidate(form=form, content=content or BOUNDED), backends, Limits(wall_s=10))


def refused_as_unsupported(judged: Judgement) -> bool:
    return isinstance(judged, Rejected) and judged.faults[0].reason is Reason.UNSUPPORTED


@pytest.mark.parametrize(
    "source",
    [
        "enum { A = 5000000000 }; int main() { assert(A == 705032704); }",
        "enum { A = 0xffffffffU }; int main() { assert(A < 0); }",
        "int main() { assert(sizeof(void) == 4); }",
        "typedef int A; typedef A B; int main() { typedef char A; B x = 300; assert(x == 44); }",
        "int x = 3; int x; int main() { assert(x == 0); }",
        "int main() { int x __attribute__((mode(QI))) = 300; assert(x == 300); }",
        "int g; __attribute__((constructor)) void f(void) { g = 1; } int main() { assert(g == 0); }",
        "extern void die(void) __attribute__((noreturn)); int main() { die(); assert(0); }",
        "_Noreturn void die(void); int main() { die(); assert(0); }",
        "int g(int x[static 3]) { return x[0]; } int main() { int a[2] = {0}; g(a); assert(1); }",
        "#define HOW __mode__(QI)\nint main() { int x __attribute__((unused, HOW)) = 300; assert(x == 300); }",
    ],
)
def test_a_meaning_that_would_be_mistaken_is_refused(backends, source):
    assert refused_as_unsupported(judge(backends, source))


def test_attributes_that_change_no_value_are_read_over(backends):
    source = """
    extern void abort(void) __attribute__((__nothrow__, __leaf__)) __attribute__((__noreturn__));
    __attribute__((format(printf, 1, 2), nonnull(1))) extern int printf(const char *, ...);
    int main() { int x __attribute__((unused)) = 300; if (x != 300) abort(); assert(x == 300); }
    """
    assert isinstance(judge(backends, source), Accepted)


@pytest.mark.parametrize(
    "source",
    [
        "int f() { exit(0); return 1; } int g() { assert(0); return 1; } int h(int a, int b) { return a + b; }"
        " int main() { h(f(), g()); }",
        "int f(int x) { assume(x != 0); return 1; } int main() { int x; int y = f(x) + 1 / x; }",
        "int a[2]; int f(int x) { if (x > 1 || x < 0) exit(0); return 1; } int main() { int x; return f(x) + a[x]; }",
    ],
)
def test_leaving_the_program_before_a_violation_that_may_come_first_is_refused(backends, source):
    assert refused_as_unsupported(judge(backends, source))


@pytest.mark.parametrize(
    "call", ["assert(abs(-5) == 5)", "assert(__builtin_expect(1, 1) == 1)", "quick_exit(0); assert(0)"]
)
def test_a_function_of_the_library_is_not_taken_for_an_input(backends, call):
    source = f"#include <stdlib.h>\nint main() {{ {call}; }}"
    assert refused_as_unsupported(judge(backends, source))
    assert refused_as_unsupported(judge(backends, source, "trace", {"inputs": {"head": [], "tail": []}}))


@pytest.mark.parametrize(
    "source",
    [
        "int main() { int x = 5; static int s = x; assert(s == 5); }",
        "int main(int a, ...) { assert(1); }",
        "int a[sizeof(enum { A, B })]; int main() { assert(1); }",
        "int f(enum { A, B } x); int main() { assert(1); }",
        "struct s { enum { A, B } k; }; int main() { assert(1); }",
        f"int main() {{ int x = {'9' * 5000}; assert(x); }}",
        "int main() { while (unknown()) { } assert((int)sizeof(enum { A }) == A); }",
    ],
)
def test_odd_declarations_and_numbers_are_refused_without_a_traceback(backends, source):
    with contextlib.suppress(BadInput):
        assert isinstance(judge(backends, source), Accepted | Rejected)


@pytest.mark.parametrize("source", ["#define A\nint main() { assert(1); } \ud800", "int main() { \\ }"])
def test_text_that_is_no_c_is_bad_input(backends, source):
    with pytest.raises(BadInput):
        judge(backends, source)


def test_an_assertion_that_a_macro_turns_off_is_not_asked_about(backends):
    with pytest.raises(BadInput, match="NDEBUG"):
        judge(backends, "#define NDEBUG\n#include <assert.h>\nint main() { assert(0); }")


@pytest.mark.parametrize("text", ["x = " + "x+" * 60_000 + "1;", "x=1;" * 40_000, "while(x)" * 20_000 + ";"])
def test_a_program_as_long_as_may_be_is_judged_in_seconds(backends, text):
    began = time.monotonic()
    with contextlib.suppress(BadInput):
        assert isinstance(judge(backends, "int main() { int x = 0; " + text + " }"), Accepted | Rejected)
    assert time.monotonic() - began < 20


COUNT = "int main() { int i = 0; while (i < 3) i++; assert(i); }"


@pytest.mark.parametrize("seed", ["999999", "i"])
def test_an_invariant_with_astronomic_numbers_is_refused_at_once(backends, seed):
    text = f"(let ((a (* {seed} {seed}))) " + "(let ((a (* a a))) " * 40 + "(= a (+ a 1))" + ")" * 41
    began = time.monotonic()
    assert isinstance(judge(backends, COUNT, "invariant", {"invariants": [text]}), Rejected)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("source", "bound"),
    [
        ("int main() { int x = 3; while (unknown()) x = x * x; assert(x); }", 60),
        ("int main() { int x = unknown(); while (unknown()) x = x * x; assert(x); }", 3000),
        ("int main() { int a[4096]; int i; for (i = 0; i < 1000000; i++) a[0] = i; assert(1); }", 1_000_000),
    ],
)
def test_unrolling_that_grows_without_end_is_cut_off(backends, source, bound):
    began = time.monotonic()
    judged = judge(backends, source, content={"bound": bound}, integers="unbounded")
    assert isinstance(judged, Rejected)
    assert time.monotonic() - began < 25


BROKEN = """int divide(int a, int b) { return a / b; }
int read(void) { return unknown(); }
int main(int n) {
  int d = unknown();
  int x; int y;
  y = unknown();
  assume(d >= 0 && d <= 10 && x >= 0 && x < 1000);
  int q = divide(x, d);
  assert(q <= x);
  assert(n <= n);
  return read() - read();
}
"""
FIXED = BROKEN.replace("return a / b;", "return b != 0 ? a / b : 0;").replace("return read() - read();", "return 0;")
BROKEN = BROKEN.replace("return read() - read();", "return 0;")


def offer(patched: str) -> dict:
    evidence = {"form": "bounded", "content": {"bound": 2, "complete": True}}
    reach = [{"head": [1, 5], "tail": [1]}]
    return {"patched": patched, "trace": {"inputs": {"head": [], "tail": []}}, "evidence": evidence, "reach": reach}


def test_the_patch_that_the_next_lies_are_made_of_is_accepted(backends):
    assert isinstance(judge(backends, BROKEN, "patch", offer(FIXED)), Accepted)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("assert(q <= x);", "d != 0 && (assert(q <= x), 1);"),  # made conditional without an if
        ("assert(q <= x);", "d == 0 || (assert(q <= x), 1);"),
        ("int d = unknown();", "int d = unknown() * 0 + 1;"),  # the input is read, and thrown away
        ("y = unknown();", "y = (unknown(), 0);"),
        ("{ return unknown(); }", "{ return unknown() & 1; }"),
        ("  y = unknown();", "  n = 0; y = unknown();"),  # a parameter of main is an input, too
        ("  int d =", "  typedef _Bool T; int d ="),
    ],
)
def test_a_patch_that_avoids_the_question_is_refused(backends, old, new):
    assert old in FIXED
    if "typedef" in new:
        broken, fixed = (f"typedef int T;\n{text}" for text in (BROKEN, FIXED))
        assert isinstance(judge(backends, broken, "patch", offer(fixed.replace(old, new))), Rejected)
    else:
        assert isinstance(judge(backends, BROKEN, "patch", offer(FIXED.replace(old, new))), Rejected)


@pytest.mark.parametrize(
    "body",
    [
        "const int x = 1; x = 2; assert(x == 2);",
        "int x = 1; switch (x) { case 1: break; case 1: x = 2; } assert(x == 1);",
        "int x = 1; x(); assert(x == 1);",
        "int x = nothing(); assert(x == x);",
    ],
)
def test_what_no_compiler_takes_is_not_proved(backends, body):
    with contextlib.suppress(BadInput):
        assert isinstance(judge(backends, f"void nothing(void) {{}} int main() {{ {body} }}"), Rejected)


def test_a_patch_that_no_compiler_takes_is_rejected_and_blames_no_problem(backends):
    source = "int main() { int x; assume(x >= 0); const int c = 1; int y = 0; y = 100 / x; assert(y >= 0); }"
    patched = source.replace("y = 100 / x;", "if (x > 0) y = 100 / x; else c = 2;")
    content = {
        "patched": patched,
        "trace": {"inputs": {"head": [], "tail": [0]}},
        "evidence": {"form": "bounded", "content": BOUNDED},
        "reach": [{"head": [], "tail": [1]}],
    }
    judged = judge(backends, source, "patch", content)
    assert isinstance(judged, Rejected)
    assert "gcc compiles" in judged.faults[0].text
