"""What is proposed about C programs, and that the checkers accept it."""

import json
from pathlib import Path

import pytest

from lemmata.budget import Limits
from lemmata.problem import Program
from lemmata.registry import CHECKERS, PROPOSERS, resolve
from lemmata.tools.base import Turn
from lemmata.verdict import Accepted, Proved, Reason, Refuted, SafeUpTo

pytestmark = pytest.mark.sandbox
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def accepted(backends, name, source, *, memory=None, integers="machine", turns=4):
    """The first accepted candidate of a proposer, memory handed on as JSON."""
    problem = Program(name="p.c", source=source, language="c", integers=integers)
    for _ in range(turns):
        turn = Turn(problem=problem, memory=memory, limits=Limits(wall_s=8))
        offer = resolve(PROPOSERS, "x", name)(turn, backends)
        memory = json.loads(json.dumps(offer.memory))
        for candidate in offer.candidates:
            content = json.loads(json.dumps(dict(candidate.content)))
            judged = resolve(CHECKERS, "x", candidate.form)(problem, candidate, backends, Limits(wall_s=10))
            assert isinstance(judged, Accepted), judged
            assert content == candidate.content
            return judged
        if offer.done:
            return offer
    return None


def test_running_finds_a_magic_number_of_the_text(backends):
    source = "int main() { int x; int y; if (x == 123456 && y == x + 1) assert(0); return 0; }"
    judged = accepted(backends, "bmc", source)
    assert isinstance(judged.verdict, Refuted)
    source = "int main() { int x; if (x == 123456) assert(0); return 0; }"
    judged = accepted(backends, "fuzz", source)
    assert judged.verdict.counterexample.values["inputs"] == {"head": [], "tail": [123456]}


def test_running_finds_an_overflow_after_two_thousand_million_rounds(backends):
    source = "int main() { int i = 0; while (unknown()) { i = i + 3; } return i; }"
    judged = accepted(backends, "fuzz", source)
    assert isinstance(judged.verdict, Refuted)
    assert judged.facts["violation"]["kind"] == "signed overflow"


def test_unrolling_proves_a_loop_that_ends_and_bounds_one_that_does_not(backends):
    ends = "int main() { int a[5]; int i; for (i = 0; i < 5; i++) a[i] = i; assert(a[4] == 4); return 0; }"
    assert accepted(backends, "bmc", ends).verdict == Proved()
    endless = "int main() { unsigned i = 0; while (unknown()) { i = i + 2; } assert(i % 2 == 0); return 0; }"
    assert isinstance(accepted(backends, "bmc", endless).verdict, SafeUpTo)


def test_unrolling_follows_bits(backends):
    source = """
    int main() {
      unsigned x; unsigned n = 0; unsigned y = x;
      for (int i = 0; i < 8; i++) { n += y & 1; y >>= 1; }
      assert(n <= 8); assert((x & 255) != 255 || n == 8);
      return 0;
    }
    """
    assert accepted(backends, "bmc", source).verdict == Proved()


def test_invariants_are_found_for_nested_loops(backends):
    source = """
    int main() {
      int n; int i = 0; int total = 0;
      assume(n >= 0 && n <= 100);
      while (i < n) {
        int j = 0;
        while (j < 10) { if (unknown()) break; j = j + 1; }
        total = total + (j <= 10 ? 1 : 0);
        i = i + 1;
      }
      assert(total == n);
      return 0;
    }
    """
    assert accepted(backends, "invariants", source).verdict == Proved()


def test_invariants_that_a_horn_engine_does_not_find_are_guessed(backends):
    source = """
    int main() {
      int x = 1; int y = 0;
      while (y < 100000) { x = x + y; y = y + 1; }
      assert(x >= y);
    }
    """
    assert accepted(backends, "invariants", source, integers="unbounded").verdict == Proved()


def test_a_construct_that_is_not_understood_is_the_finding(backends):
    source = "int main() { double d = 0.5; return d > 0; }"
    for name in ("fuzz", "bmc", "invariants"):
        offer = accepted(backends, name, source)
        assert offer.finding.reason is Reason.UNSUPPORTED
        assert offer.finding.detail.startswith("p.c:1:")


@pytest.mark.parametrize(
    ("source", "repaired"),
    [
        (
            "int main() { int a[5]; int i; for (i = 0; i <= 5; i++) { a[i] = i; } return a[0]; }",
            "i < 5",
        ),
        (
            "int main() { int n; int s; int i; assume(n > 0 && n < 50);\n"
            "  for (i = 0; i < n; i++) { s = s + 1; }\n  assert(s == n); return 0; }",
            "int s = 0",
        ),
        ("int main() { int x = unknown(); int y = 100 / x; assert(y <= 100); return y; }", "x != 0 ? 100 / x : 0"),
    ],
)
def test_a_small_mistake_is_repaired(backends, source, repaired):
    judged = accepted(backends, "mutations", source)
    assert isinstance(judged.verdict, Refuted)
    assert repaired in judged.answer["patched"]


def test_the_trace_that_is_handed_over_is_used(backends):
    source = (EXAMPLES / "program_search.c").read_text(encoding="utf-8")
    trace = {"inputs": {"head": [], "tail": [2147483647]}}
    judged = accepted(backends, "mutations", source, memory={"trace": trace})
    assert "low + (high - low) / 2" in judged.answer["patched"]
    assert judged.answer["holds"] == "proved"
