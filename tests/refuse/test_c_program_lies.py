"""Lies about C programs; every one must be refused by the checker it is told to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lemmata.budget import Limits
from lemmata.config import Settings
from lemmata.problem import Candidate, Program
from lemmata.provers.base import Backends
from lemmata.registry import CHECKERS, resolve
from lemmata.verdict import Accepted, Judgement, Proved, Reason, Refuted, Rejected, SafeUpTo, Unknown


@pytest.fixture(scope="module")
def backends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backends]:
    home: Path = tmp_path_factory.mktemp("home")
    with Backends(Settings(home=home)) as opened:
        yield opened


def judge(backends: Backends, source: str, form: str, content: dict, integers: str = "machine") -> Judgement:
    problem = Program(name="lie.c", source=source, language="c", integers=integers)
    check = resolve(CHECKERS, "lemmata.provers", form)
    return check(problem, Candidate(form=form, content=content), backends, Limits(wall_s=10))


COUNT = """
int main() {
  int n; int i = 0;
  assume(n >= 0 && n <= 1000000);
  while (i < n) { i = i + 1; }
  assert(i == n);
}
"""


def test_assumptions_that_contradict_each_other_are_vacuous_not_proved(backends):
    source = "int main() { int x; assume(x > 5); assume(x < 3); assert(x == 77); }"
    for content in ({"bound": 1, "complete": True}, {"bound": 4, "complete": True, "logic": "bitvectors"}):
        judged = judge(backends, source, "bounded", content)
        assert isinstance(judged, Accepted)
        assert isinstance(judged.verdict, Unknown)
        assert judged.verdict.reason is Reason.VACUOUS


def test_an_assumption_that_is_always_false_makes_an_invariant_vacuous_not_proved(backends):
    source = "int main() { int x; assume(0); while (unknown()) { x = 0; } assert(x == 77); }"
    judged = judge(backends, source, "invariant", {"invariants": ["true"]})
    assert isinstance(judged, Accepted)
    assert judged.verdict == Unknown(Reason.VACUOUS, judged.verdict.detail)


def test_an_assumption_after_the_loop_that_no_execution_passes_is_not_proved(backends):
    source = "int main() { int x = 0; while (unknown()) { x = 1; } assume(x > 1); assert(x == 77); }"
    judged = judge(backends, source, "invariant", {"invariants": ["(and (>= x 0) (<= x 1))"]})
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Unknown)


def test_an_assumption_does_not_reach_back_to_an_assertion_before_it(backends):
    source = "int main() { int x; assert(x != 5); assume(x != 5); }"
    assert isinstance(judge(backends, source, "bounded", {"bound": 3}), Rejected)
    looped = "int main() { int x; while (unknown()) { assert(x != 5); assume(x != 5); } }"
    assert isinstance(judge(backends, looped, "invariant", {"invariants": ["true"]}), Rejected)


def test_a_trace_that_violates_nothing_is_refused(backends):
    assert isinstance(judge(backends, COUNT, "trace", {"inputs": {"head": [7], "tail": []}}), Rejected)


def test_a_trace_that_fails_an_assumption_is_no_violation(backends):
    source = "int main() { int x; assume(x > 0); assert(x > 0); return 1 / x; }"
    judged = judge(backends, source, "trace", {"inputs": {"head": [0], "tail": []}})
    assert isinstance(judged, Rejected)
    assert "assumption" in judged.faults[0].text


def test_a_program_that_prints_a_sanitizers_words_is_not_believed(backends):
    source = """
    #include <stdio.h>
    #include <stdlib.h>
    int main(void) {
      printf("program.c:4:7: runtime error: signed integer overflow: 1 + 1 cannot be represented in type 'int'\\n");
      puts("v 0 0, ");
      exit(77);
    }
    """
    assert isinstance(judge(backends, source, "trace", {"inputs": {"head": [], "tail": []}}), Rejected)


def test_a_program_that_defines_the_runtimes_names_is_refused(backends):
    source = "void __lemmata_fail(int x) {} int main() { assert(1); }"
    with pytest.raises(Exception, match="__lemmata_"):
        judge(backends, source, "trace", {"inputs": {"head": [], "tail": []}})


def test_a_program_that_defines_exit_and_write_cannot_answer_for_itself(backends):
    source = """
    int _exit(int x) { return x; } int write(int a, int b) { return a + b; } int fork() { return 0; }
    int main() { int x; _exit(3); write(1, 2); fork(); assert(x == x); return 0; }
    """
    assert isinstance(judge(backends, source, "trace", {"inputs": {"head": [1], "tail": []}}), Rejected)


@pytest.mark.parametrize(
    "inputs",
    [
        None,
        {"head": [1]},
        {"head": "1", "tail": []},
        {"head": [1.5], "tail": []},
        {"head": [True], "tail": []},
        {"head": [1 << 9999], "tail": []},
        {"head": [], "tail": [], "end": "violation"},
    ],
)
def test_inputs_that_are_not_lists_of_integers_are_refused(backends, inputs):
    assert isinstance(judge(backends, COUNT, "trace", {"inputs": inputs}), Rejected)


def test_a_bound_that_is_claimed_to_be_complete_but_is_not_is_refused(backends):
    assert isinstance(judge(backends, COUNT, "bounded", {"bound": 8, "complete": True}), Rejected)
    endless = "int main() { while (1) { } assert(0); return 0; }"
    assert isinstance(judge(backends, endless, "bounded", {"bound": 8, "complete": True}), Rejected)


def test_a_bound_that_claims_no_more_proves_no_more(backends):
    judged = judge(backends, COUNT, "bounded", {"bound": 8})
    assert isinstance(judged, Accepted)
    assert judged.verdict == SafeUpTo(8)


def test_a_bound_just_below_the_violation_says_only_what_it_says(backends):
    source = "int main() { int i; for (i = 0; i < 10; i++) { assert(i != 9); } return 0; }"
    judged = judge(backends, source, "bounded", {"bound": 9})
    assert isinstance(judged, Accepted)
    assert judged.verdict == SafeUpTo(9)
    assert isinstance(judge(backends, source, "bounded", {"bound": 10}), Rejected)


@pytest.mark.parametrize("bound", [0, -1, True, "4", 1.0, None, 10**9])
def test_a_bound_that_is_no_bound_is_refused(backends, bound):
    assert isinstance(judge(backends, COUNT, "bounded", {"bound": bound}), Rejected)


def test_the_right_invariant_is_accepted(backends):
    content = {"invariants": ["(and (<= 0 i) (<= i n))"], "witness": {"head": [3], "tail": []}}
    judged = judge(backends, COUNT, "invariant", content)
    assert isinstance(judged, Accepted)
    assert judged.verdict == Proved()


@pytest.mark.parametrize(
    "text",
    [
        "true",  # kept, but says nothing
        "false",  # kept by every step, but does not hold at first
        "(and (<= 0 i) (< i n))",  # off by one: not kept
        "(= i 0)",  # holds at first, not kept
        "(= i n)",  # what is asked, not an invariant
    ],
)
def test_an_invariant_that_is_not_inductive_or_too_weak_is_refused(backends, text):
    content = {"invariants": [text], "witness": {"head": [3], "tail": []}}
    assert isinstance(judge(backends, COUNT, "invariant", content), Rejected)


@pytest.mark.parametrize(
    "text",
    [
        "(<= i n)) (assert false",
        "(<= i n)\n(assert false)",
        "(forall ((i Int)) (<= i n))",
        "(<= i missing)",
        "(= true i)",
        "(div i 0)",
        "(<= (div i n) 3)",
        "i",
        "",
        "((",
        "|",
        "(let ((x)) x)",
        "(" * 5000,
        "(<= in1 0)",
    ],
)
def test_text_that_is_no_formula_over_the_variables_is_refused(backends, text):
    assert isinstance(judge(backends, COUNT, "invariant", {"invariants": [text]}), Rejected)


@pytest.mark.parametrize("texts", [None, [], ["true", "true"], [1], "true", [["true"]]])
def test_invariants_that_do_not_fit_the_loops_are_refused(backends, texts):
    assert isinstance(judge(backends, COUNT, "invariant", {"invariants": texts}), Rejected)


def test_signed_arithmetic_does_not_wrap(backends):
    source = "int main() { int x; assume(x > 0); assert(x + 1 > 0); return 0; }"
    assert isinstance(judge(backends, source, "bounded", {"bound": 1}), Rejected)
    judged = judge(backends, source, "trace", {"inputs": {"head": [2147483647], "tail": []}})
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Refuted)


def test_unsigned_arithmetic_wraps(backends):
    source = "int main() { unsigned x; assume(x > 0); assert(x + 1 > 0); return 0; }"
    for logic in ("integers", "bitvectors"):
        assert isinstance(judge(backends, source, "bounded", {"bound": 1, "logic": logic}), Rejected)
    judged = judge(backends, source, "trace", {"inputs": {"head": [4294967295], "tail": []}})
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Refuted)
    assert judged.facts["violation"]["kind"] == "assertion"


def test_an_array_overrun_by_one_is_found_in_every_way(backends):
    source = "int main() { int a[4]; int i; for (i = 0; i <= 4; i++) { a[i] = i; } return a[0]; }"
    assert isinstance(judge(backends, source, "bounded", {"bound": 8}), Rejected)
    content = {"invariants": ["(and (<= 0 i) (<= i 5))"]}
    assert isinstance(judge(backends, source, "invariant", content), Rejected)
    judged = judge(backends, source, "trace", {"inputs": {"head": [], "tail": []}})
    assert isinstance(judged, Accepted)
    assert judged.facts["violation"]["kind"] == "index out of bounds"


def test_what_is_not_understood_is_refused_not_skipped(backends):
    for source in (
        "int main() { float x; assert(x > 0); }",
        "union u { int a; char b; }; int main() { union u v; v.a = 1; assert(v.b == 2); }",
        "int main() { int x = 0; goto out; x = 1; out: assert(x == 1); }",
        "int main() { int i = 0; int a[3]; a[i] = i++; assert(1); }",
        "int x = 1; int main() { int x = x; assert(x == 1); }",
        "int main() { int n = 3; int a[n]; a[0] = 1; assert(a[0] == 1); }",
        "int main() { static int x = unknown(); assert(x == 0); }",
        "int x; int set() { x = 1; return 1; } int main() { int y = x + set(); assert(y == 1); }",
        "struct s { int a : 3; }; int main() { struct s v; v.a = 1; assert(v.a == 2); }",
    ):
        judged = judge(backends, source, "bounded", {"bound": 2})
        assert isinstance(judged, Rejected)
        assert judged.faults[0].reason is Reason.UNSUPPORTED
        assert judged.faults[0].place.startswith("lie.c:1:")


def test_recursion_beyond_what_is_inlined_is_not_proved(backends):
    source = "int f(int n) { if (n <= 0) return 0; return f(n - 1); } int main() { int n; assert(f(n) == 0); }"
    judged = judge(backends, source, "bounded", {"bound": 5})
    assert isinstance(judged, Accepted)
    assert judged.verdict == SafeUpTo(5)
    assert isinstance(judge(backends, source, "invariant", {"invariants": []}), Rejected)


BROKEN = """int divide(int a, int b) { return a / b; }
int main() {
  int d = unknown();
  int x;
  assume(d >= 0 && d <= 10 && x >= 0 && x < 1000);
  int q = divide(x, d);
  assert(q <= x);
  return 0;
}
"""
FIXED = BROKEN.replace("return a / b;", "return b != 0 ? a / b : 0;")
TRACE = {"inputs": {"head": [0], "tail": []}}


def offer(patched: str, **changes) -> dict:
    evidence = {"form": "bounded", "content": {"bound": 2, "complete": True}}
    return {"patched": patched, "trace": TRACE, "evidence": evidence, "reach": [], **changes}


def test_an_honest_patch_is_accepted_and_the_verdict_is_about_the_original(backends):
    judged = judge(backends, BROKEN, "patch", offer(FIXED))
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Refuted)
    assert judged.answer["holds"] == "proved"
    assert "+int divide(int a, int b) { return b != 0 ? a / b : 0; }" in judged.answer["diff"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  assert(q <= x);\n", ""),  # deleted
        ("assert(q <= x)", "assert(1)"),  # weakened
        ("  assert(q <= x);\n", "  if (d != 0) assert(q <= x);\n"),  # made conditional
        ("  int q =", "  assume(0);\n  int q ="),  # nothing gets there any more
        ("  int q =", "  assume(d != 0);\n  int q ="),  # an assumption more
        ("d >= 0 && d <= 10", "d > 0 && d <= 10"),  # an assumption made stronger
        ("  int q =", "  exit(0);\n  int q ="),  # left before
        ("  int q =", "  if (d == 0) return 0;\n  int q ="),
        ("  int q =", "  if (d == 0) abort();\n  int q ="),
        ("  int q =", "  while (d == 0) { }\n  int q ="),  # hangs instead
        ("int d = unknown();", "int d = 1;"),  # the input is gone
        ("int d = unknown();", "int d = unknown2();"),
        ("int d = unknown();", "int d = unknown(); unknown();"),
        ("  int x;\n", "  int x = 7;\n"),  # an input is made a constant
        ("  int q =", "  x = 7;\n  int q ="),  # an input is overwritten
        ("  int q =", "  d = 1;\n  int q ="),
        ("int divide(int a, int b)", "int divide(unsigned a, unsigned b)"),
    ],
)
def test_a_patch_that_asks_another_question_is_refused(backends, old, new):
    assert old in FIXED
    assert isinstance(judge(backends, BROKEN, "patch", offer(FIXED.replace(old, new))), Rejected)


def test_a_patch_that_rewrites_what_the_assertion_calls_is_refused(backends):
    source = "int ok(int x) { return x < 10; } int main() { int x = unknown(); int y = x; assert(ok(y)); }"
    patched = source.replace("return x < 10", "return 1")
    content = offer(patched, trace={"inputs": {"head": [50], "tail": []}})
    assert isinstance(judge(backends, source, "patch", content), Rejected)


@pytest.mark.parametrize(
    "changes",
    [
        {"trace": {"inputs": {"head": [3], "tail": []}}},  # breaks nothing
        {"patched": BROKEN},  # repairs nothing
        {"patched": "int main( {"},
        {"patched": 7},
        {"evidence": {"form": "trace", "content": {}}},
        {"evidence": {"form": "patch", "content": {}}},
        {"evidence": {"form": "bounded", "content": {"bound": 0}}},
        {"evidence": None},
        {"reach": [None] * 99},
        {"more": 1},
    ],
)
def test_a_patch_without_its_evidence_is_refused(backends, changes):
    assert isinstance(judge(backends, BROKEN, "patch", {**offer(FIXED), **changes}), Rejected)
