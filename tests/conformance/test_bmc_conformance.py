"""A true claim, a false one and one too hard for its limit, told to every checker of C programs."""

import pytest

from lemmata.budget import Limits
from lemmata.certificate import decode_certificate, encode_certificate
from lemmata.config import Settings
from lemmata.errors import BadCertificate, BadInput
from lemmata.problem import Candidate, Program, canonical
from lemmata.provers.base import Backends
from lemmata.provers.recheck import recheck
from lemmata.registry import CHECKERS, resolve
from lemmata.verdict import Accepted, Proved, Reason, Refuted, Rejected, SafeUpTo

pytestmark = pytest.mark.sandbox

LOOP = "int main() { int i = 0; while (i < 5) { i++; } assert(i == %d); return 0; }"
HARD = """
int main() {
  unsigned long a; unsigned long b;
  assume(a > 1 && b > 1 && a < 4294967296 && b < 4294967296);
  assert(a * b != 9999999942000000083U);
  return 0;
}
"""


def judge(backends, source, form, content, *, wall_s=10.0, integers="machine", target=""):
    problem = Program(name="claim.c", source=source, language="c", integers=integers, target=target)
    candidate = Candidate(form=form, content=content)
    return problem, candidate, resolve(CHECKERS, "x", form)(problem, candidate, backends, Limits(wall_s=wall_s))


TRUE = [
    ("trace", LOOP % 6, {"inputs": {"head": [], "tail": []}}, Refuted),
    ("bounded", LOOP % 5, {"bound": 6, "complete": True}, Proved),
    ("bounded", LOOP % 5, {"bound": 6, "complete": True, "logic": "bitvectors"}, Proved),
    ("bounded", LOOP % 5, {"bound": 3}, SafeUpTo),
    ("invariant", LOOP % 5, {"invariants": ["(and (<= 0 i) (<= i 5))"]}, Proved),
]


@pytest.mark.parametrize("integers", ["machine", "unbounded"])
@pytest.mark.parametrize(("form", "source", "content", "verdict"), TRUE)
def test_a_true_claim_is_accepted_and_rechecked(backends, form, source, content, verdict, integers):
    if integers == "unbounded" and content.get("logic") == "bitvectors":
        source = LOOP % 5
    problem, candidate, judged = judge(backends, source, form, content, integers=integers)
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, verdict)
    text = canonical(encode_certificate(problem, candidate, judged))
    with Backends(Settings()) as fresh:
        again = recheck(decode_certificate(text, place="t"), fresh, Limits(), place="t")
    assert again == judged.verdict


@pytest.mark.parametrize(
    ("form", "source", "content"),
    [
        ("trace", LOOP % 5, {"inputs": {"head": [], "tail": []}}),
        ("bounded", LOOP % 6, {"bound": 6, "complete": True}),
        ("bounded", LOOP % 5, {"bound": 5, "complete": True}),
        ("invariant", LOOP % 6, {"invariants": ["(and (<= 0 i) (<= i 5))"]}),
    ],
)
def test_a_false_claim_is_rejected(backends, form, source, content):
    _, _, judged = judge(backends, source, form, content)
    assert isinstance(judged, Rejected)


def test_a_claim_too_hard_for_its_limit_is_rejected_for_that_reason(backends):
    for logic in ("integers", "bitvectors"):
        _, _, judged = judge(backends, HARD, "bounded", {"bound": 1, "complete": True, "logic": logic}, wall_s=0.4)
        assert isinstance(judged, Rejected)
        assert judged.faults[0].reason in (Reason.TIMEOUT, Reason.INCOMPLETE)
    endless = "int main() { int i = 0; while (1) { i = 1 - i; } return 0; }"
    _, _, judged = judge(backends, endless, "trace", {"inputs": {"head": [], "tail": []}}, wall_s=0.5)
    assert isinstance(judged, Rejected)
    assert judged.faults[0].reason is Reason.TIMEOUT


def test_a_certificate_with_another_bound_is_refused(backends):
    problem, candidate, judged = judge(backends, LOOP % 5, "bounded", {"bound": 3})
    assert isinstance(judged, Accepted)
    forged = Accepted(verdict=SafeUpTo(4), facts={**judged.facts, "bound": 4})
    text = canonical(encode_certificate(problem, candidate, forged))
    with pytest.raises(BadCertificate, match="verdict"):
        recheck(decode_certificate(text, place="t"), backends, Limits(), place="t")


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("int main() { int x = ; }", "claim.c:1:22"),
        ("int main() {\n  return 0\n}", "claim.c:2:11"),
        ("int other() { return 0; }", "claim.c"),
        ("#include <pthread.h>\nint main() { return 0; }", "claim.c"),
        ("\0", "claim.c"),
        ("int main() { break; }", "claim.c:1"),
        ("int main() { return missing_variable_in_gcc(; }", "claim.c:1"),
    ],
)
def test_text_that_is_not_c_is_bad_input_with_its_place(backends, source, place):
    with pytest.raises(BadInput) as caught:
        judge(backends, source, "bounded", {"bound": 1})
    assert caught.value.place.startswith(place)


def test_another_function_than_main_can_be_checked(backends):
    source = "int half(int x) { assert(x / 2 * 2 == x); return x / 2; } int main() { return 0; }"
    _, _, judged = judge(backends, source, "trace", {"inputs": {"head": [3], "tail": []}}, target="half")
    assert isinstance(judged, Accepted)
    assert judged.facts == {"violation": {"kind": "assertion", "line": 1}}
    _, _, judged = judge(backends, source, "bounded", {"bound": 1, "complete": True})
    assert isinstance(judged, Accepted)


def test_unbounded_integers_do_not_overflow(backends):
    source = "int main() { int x; assert(x + 1 > x); return 0; }"
    content = {"bound": 1, "complete": True}
    assert isinstance(judge(backends, source, "bounded", content)[2], Rejected)
    assert isinstance(judge(backends, source, "bounded", content, integers="unbounded")[2], Accepted)
