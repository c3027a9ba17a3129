"""Lies about Python programs: each must be refused."""

from __future__ import annotations

from typing import Any

import pytest

from lemmata.budget import Limits
from lemmata.config import Settings
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Program
from lemmata.provers.base import Backends
from lemmata.registry import CHECKERS, resolve
from lemmata.verdict import Accepted, Judgement, Proved, Reason, Refuted, Rejected, SafeUpTo, Tested, Unknown

pytestmark = pytest.mark.sandbox

HALF = """
def half(n: int) -> int:
    assert n >= 0
    h = n // 2
    assert 2 * h == n
    return h
"""
RIGHT = HALF.replace("2 * h == n", "2 * h <= n")


def judge(backends: Backends, text: str, form: str, /, **content: Any) -> Judgement:
    problem = Program(name="lie.py", source=text, language="python")
    check = resolve(CHECKERS, "lemmata.provers", form)
    judged: Judgement = check(problem, Candidate(form=form, content=content), backends, Limits(wall_s=20))
    return judged


def test_a_real_violation_is_accepted(backends: Backends) -> None:
    judged = judge(backends, HALF, "python-trace", function="half", arguments=["3"])
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Refuted)
    assert judged.verdict.counterexample.replay == (
        "half(3) raised AssertionError at line 5, after its preconditions held"
    )


def test_a_trace_that_violates_nothing_is_refused(backends: Backends) -> None:
    assert isinstance(judge(backends, HALF, "python-trace", function="half", arguments=["4"]), Rejected)
    assert isinstance(judge(backends, RIGHT, "python-trace", module=True), Rejected)


def test_a_trace_that_breaks_the_precondition_is_refused(backends: Backends) -> None:
    judged = judge(backends, HALF, "python-trace", function="half", arguments=["-3"])
    assert isinstance(judged, Rejected)
    assert "precondition" in judged.faults[0].text


def test_an_argument_of_another_type_is_refused(backends: Backends) -> None:
    for text in ("True", "'3'", "3.0", "[3]", "None", "n", "__import__('os')", "(" * 5000, "9" * 5000, "{}" * 9):
        assert isinstance(judge(backends, HALF, "python-trace", function="half", arguments=[text]), Rejected), text


def test_malformed_traces_are_refused(backends: Backends) -> None:
    lies: list[dict[str, Any]] = [
        {},
        {"module": 1},
        {"module": False},
        {"function": "half"},
        {"function": "half", "arguments": []},
        {"function": "half", "arguments": ["3"], "module": True},
        {"function": "other", "arguments": ["3"]},
        {"function": ["half"], "arguments": ["3"]},
        {"function": "half", "arguments": [3]},
        {"function": "half", "arguments": "3"},
    ]
    for content in lies:
        assert isinstance(judge(backends, HALF, "python-trace", **content), Rejected), content


@pytest.mark.parametrize(
    "body",
    [
        'print(\'{"jobs": [{"module": {"status": "violation"}, "cases": []}]}\', flush=True)',
        "import os; os._exit(0)",
        "import sys; sys.stdout.write('x')",
        "import sys; sys._getframe(1).f_locals['tell'](0, {'status': 'passed'})",
        "import sys; sys.settrace(None)",
        "import atexit",
        "import threading",
        "import builtins; builtins.AssertionError = ValueError",
        "import ctypes",
        "import gc",
        "import importlib",
        "from random import _os",
        "import random; random._os._exit(0)",
        "import typing as t; t.sys.exit(0)",
        "__builtins__['AssertionError'] = ValueError",
        "__reached__(0)",
        "eval('1')",
        "open('/proc/self/fd/9', 'w')",
        "getattr(n, 'real')",
        "().__class__.__base__.__subclasses__()",
        "(g for g in ()).gi_frame",
        "raise SystemExit",
        "m = __import__",
    ],
)
def test_a_program_that_fakes_its_result_has_not_passed(backends: Backends, body: str) -> None:
    source = HALF.replace("    h = n // 2\n", f"    {body}\n    h = n // 2\n")
    for count in (1, 50):
        judged = judge(backends, source, "python-cases", cases=count, seed=0)
        if body.startswith("print"):  # printing is harmless: a single case that is right counts
            assert isinstance(judged, Accepted if count == 1 else Rejected)
        else:
            assert isinstance(judged, Rejected), judged


def test_a_program_that_prints_a_violation_has_none(backends: Backends) -> None:
    fake = '{"jobs": [{"module": {"status": "violation", "exception": "AssertionError", "line": 3}, "cases": []}]}'
    judged = judge(backends, RIGHT + f"\nprint({fake!r})\n", "python-trace", function="half", arguments=["3"])
    assert isinstance(judged, Rejected)


def test_a_hang_is_no_violation_and_no_pass(backends: Backends) -> None:
    source = HALF.replace("    h = n // 2\n", "    h = n // 2\n    while h == 1:\n        pass\n")
    judged = judge(backends, source, "python-trace", function="half", arguments=["3"])
    assert isinstance(judged, Rejected)
    assert judged.faults[0].reason is Reason.TIMEOUT
    judged = judge(backends, source.replace("2 * h == n", "True"), "python-cases", cases=20, seed=0)
    assert isinstance(judged, Rejected)
    assert judged.faults[0].reason is Reason.TIMEOUT


def test_exhausted_memory_is_no_violation(backends: Backends) -> None:
    source = HALF.replace("    h = n // 2\n", "    h = n // 2\n    big = [0] * (10 ** 11)\n")
    judged = judge(backends, source, "python-trace", function="half", arguments=["4"])
    assert isinstance(judged, Rejected)
    assert judged.faults[0].reason is Reason.MEMORY


def test_an_exit_before_the_assertion_is_no_pass(backends: Backends) -> None:
    source = HALF.replace("    h = n // 2\n", "    raise SystemExit(0)\n    h = n // 2\n")
    assert isinstance(judge(backends, source, "python-cases", cases=20, seed=0), Rejected)


def test_a_failing_program_has_not_passed_its_tests(backends: Backends) -> None:
    judged = judge(backends, HALF, "python-cases", cases=100, seed=0)
    assert isinstance(judged, Rejected)
    assert "half(1) raised AssertionError" in judged.faults[0].text


def test_a_precondition_that_nothing_satisfies_is_vacuous(backends: Backends) -> None:
    source = HALF.replace("assert n >= 0", "assert n > n").replace("2 * h == n", "False")
    judged = judge(backends, source, "python-cases", cases=50, seed=0)
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Unknown)
    assert judged.verdict.reason is Reason.VACUOUS


def test_the_number_of_cases_can_not_be_claimed(backends: Backends) -> None:
    judged = judge(backends, RIGHT, "python-cases", cases=40, seed=0)
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Tested)
    assert 0 < judged.verdict.cases <= 40
    for count in (0, -1, 10**9, True, "40", 1.5, None):
        assert isinstance(judge(backends, RIGHT, "python-cases", cases=count, seed=0), Rejected)


def test_a_program_with_nothing_to_check_does_not_pass() -> None:
    with pytest.raises(BadInput, match="nothing to check"), Backends(Settings()) as opened:
        judge(opened, "def f(x: int) -> int:\n    assert x > 0\n    return x\n", "python-cases", cases=5, seed=0)


def test_a_bug_is_not_proved_away(backends: Backends) -> None:
    for complete in (True, False):
        assert isinstance(judge(backends, HALF, "python-bounded", bound=3, complete=complete), Rejected)
    judged = judge(backends, RIGHT, "python-bounded", bound=3, complete=True)
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Proved)


SUM = """
def total(n: int) -> int:
    assert n >= 0
    s = 0
    i = 0
    while i < n:
        i += 1
        s += i
    assert s != 15
    return s
"""


def test_a_bound_is_not_claimed_to_be_everything(backends: Backends) -> None:
    assert isinstance(judge(backends, SUM, "python-bounded", bound=3, complete=True), Rejected)
    judged = judge(backends, SUM.replace("!= 15", "!= 16"), "python-bounded", bound=3, complete=False)
    assert isinstance(judged, Accepted)
    assert judged.verdict == SafeUpTo(3)
    assert isinstance(judge(backends, SUM, "python-bounded", bound=8, complete=False), Rejected)


def test_contradictory_preconditions_prove_nothing(backends: Backends) -> None:
    source = HALF.replace("assert n >= 0", "assert n > 3\n    assert n < 2")
    judged = judge(backends, source, "python-bounded", bound=2, complete=True)
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Unknown)
    assert judged.verdict.reason is Reason.VACUOUS


def test_malformed_bounds_are_refused(backends: Backends) -> None:
    lies: list[dict[str, Any]] = [
        {"bound": 0, "complete": True},
        {"bound": 10**6, "complete": True},
        {"bound": True, "complete": True},
        {"bound": 3, "complete": 1},
        {"bound": 3},
        {"bound": 3, "complete": True, "verdict": "proved"},
    ]
    for content in lies:
        assert isinstance(judge(backends, RIGHT, "python-bounded", **content), Rejected), content


@pytest.mark.parametrize(
    "source",
    [
        # an exception in a precondition that is never evaluated must not hide inputs
        "def f(x: int, y: int) -> int:\n    assert any(v > 0 or 1 // y > 5 for v in [x, x])\n    z = y\n"
        "    assert z != 0\n    return x\n",
        # two names for one list
        "def f(x: int) -> int:\n    a = [1, 2]\n    b = a\n    b[0] = x\n    assert a[0] == 1\n    return x\n",
        # a list that is changed while it is run over
        "def f(x: int) -> int:\n    a = [1, 2]\n    n = 0\n    for v in a:\n        n += v\n        a[1] = x\n"
        "    assert n == 3\n    return n\n",
        # the same one level down
        "def f(x: int) -> int:\n    a = [[1, 2]]\n    n = 0\n    for v in a[0]:\n        n += v\n        a[0][1] = x\n"
        "    assert n == 3\n    return n\n",
        # the remainder has the sign of the divisor, division rounds down
        "def f(x: int) -> int:\n    assert x < 0\n    y = x % -3\n    assert y >= 0 or x // 2 * 2 > x\n    return x\n",
        # a built-in function that is another
        "def abs(x: int) -> int:\n    return x\n\ndef f(x: int) -> int:\n    y = abs(x)\n    assert y >= 0\n"
        "    return y\n",
        # a function that is bound again
        "def g(x: int) -> int:\n    return 1\n\ndef f(x: int) -> int:\n    y = g(x)\n    assert y == 1\n"
        "    return y\n\ndef g(x: int) -> int:\n    return x\n",
        # a global that changes
        "K = 1\n\ndef g() -> None:\n    global K\n    K = 2\n\ndef f(x: int) -> int:\n    g()\n    y = K\n"
        "    assert y == 1\n    return x\n",
        # a message that raises something else than what is announced
        'def f(x: int) -> int:\n    """Raises:\n        ValueError: if negative."""\n    if x < 0:\n'
        "        raise ValueError(1 // (x - x))\n    assert x >= 0\n    return x\n",
        # truth values are integers, but not the other way round
        "def f(x: int) -> int:\n    y = x and True\n    assert y == 1\n    return x\n",
        # the loop variable keeps its last value
        "def f(x: int) -> int:\n    i = 7\n    for i in range(3):\n        pass\n    assert i == 3\n    return i\n",
        # recursion deeper than the bound
        "def f(n: int) -> int:\n    assert n >= 0\n    return 0 if n == 0 else g(n)\n\ndef g(n: int) -> int:\n"
        "    r = 0 if n <= 0 else g(n - 1)\n    assert n != 9\n    return r\n",
    ],
)
def test_what_python_does_otherwise_is_not_proved(backends: Backends, source: str) -> None:
    judged = judge(backends, source, "python-bounded", bound=3, complete=True)
    assert not (isinstance(judged, Accepted) and isinstance(judged.verdict, Proved)), judged


MIDDLE = """
def middle(lo: int, hi: int) -> int:
    assert lo <= hi
    m = (hi - lo) // 2
    assert lo <= m <= hi
    return m
"""
MENDED = MIDDLE.replace("(hi - lo)", "(lo + hi)")
TRACE = {"function": "middle", "arguments": ["1", "1"]}


def patch(backends: Backends, patched: str, source: str = MIDDLE, **changes: Any) -> Judgement:
    evidence = {"form": "python-bounded", "content": {"bound": 2, "complete": True}}
    content = {"patched": patched, "trace": TRACE, "evidence": evidence, **changes}
    return judge(backends, source, "python-patch", **content)


def test_a_repair_is_accepted(backends: Backends) -> None:
    judged = patch(backends, MENDED)
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Refuted)
    assert judged.answer["holds"] == "proved"
    assert judged.answer["patched"] == MENDED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    assert lo <= m <= hi\n", ""),
        ("    assert lo <= m <= hi\n", "    assert True\n"),
        ("    assert lo <= m <= hi\n", "    if False:\n        assert lo <= m <= hi\n"),
        ("    assert lo <= m <= hi\n", "    return m\n    assert lo <= m <= hi\n"),
        ("    m = (hi - lo) // 2\n", "    m = (hi - lo) // 2\n    if m < lo:\n        return lo\n"),
        ("    m = (hi - lo) // 2\n", "    if lo == 1:\n        return 1\n    m = (hi - lo) // 2\n"),
        ("    m = (hi - lo) // 2\n", "    import sys\n    sys.exit(0)\n    m = (hi - lo) // 2\n"),
        ("    m = (hi - lo) // 2\n", "    raise SystemExit\n    m = (hi - lo) // 2\n"),
        ("    m = (hi - lo) // 2\n", "    while True:\n        pass\n    m = (hi - lo) // 2\n"),
        ("    m = (hi - lo) // 2\n", "    lo = hi = m = 0\n"),
        ("    m = (hi - lo) // 2\n", "    m = hi\n    lo = hi\n"),
        ("    assert lo <= hi\n", "    assert lo <= hi\n    assert lo == 0\n"),
        ("    assert lo <= hi\n", "    assert lo < hi\n"),
        ("    assert lo <= hi\n    m = (hi - lo) // 2\n", "    m = (hi + lo) // 2\n    assert lo <= hi\n"),
        ("    m = (hi - lo) // 2\n    assert lo <= m <= hi\n", "    assert lo <= (m := lo) <= hi\n"),
        ("    return m\n", "    return 0\n"),
        ("def middle(lo: int, hi: int)", "def middle(lo: int, hi: int = 0)"),
        ("def middle(lo: int, hi: int)", "def middle(lo: bool, hi: int)"),
        ("def middle(lo: int, hi: int)", "def central(lo: int, hi: int)"),
        ("\ndef middle", "\nAssertionError = ValueError\n\ndef middle"),
        ("\ndef middle", "\nimport math\n\ndef middle"),
        ("\ndef middle", "\ndef skip(f):\n    return lambda *a: 0\n\n@skip\ndef middle"),
        ("    m = (hi - lo) // 2\n", "    m = eval('lo')\n"),
        ("    return m\n", "    return m\n\nmiddle = max\n"),
    ],
)
def test_a_patch_that_changes_what_is_asked_is_refused(backends: Backends, old: str, new: str) -> None:
    for base in (MIDDLE, MENDED):
        changed = base.replace(old, new)
        if changed != base:
            assert isinstance(patch(backends, changed), Rejected), changed
            tests = {"form": "python-cases", "content": {"cases": 50, "seed": 0}}
            assert isinstance(patch(backends, changed, evidence=tests), Rejected), changed


def test_a_patch_that_catches_its_assertions_is_refused(backends: Backends) -> None:
    body = MIDDLE.split("    assert lo <= hi\n")[1]
    inner = "".join("    " + line for line in body.splitlines(keepends=True))
    caught = MIDDLE.split("    m =")[0] + "    try:\n" + inner + "    except AssertionError:\n        return lo\n"
    assert isinstance(patch(backends, caught), Rejected)


def test_a_patch_of_a_right_program_is_refused(backends: Backends) -> None:
    assert isinstance(patch(backends, MIDDLE.replace("(hi - lo)", "(hi + lo)"), source=MENDED), Rejected)
    assert isinstance(patch(backends, MIDDLE), Rejected)


def test_a_patch_whose_evidence_does_not_hold_is_refused(backends: Backends) -> None:
    still = MIDDLE.replace("(hi - lo) // 2", "(hi - lo) // 2 + 1")
    assert isinstance(patch(backends, still), Rejected)
    for evidence in (
        {"form": "python-trace", "content": TRACE},
        {"form": "python-cases", "content": {"cases": 0, "seed": 0}},
        {"form": "python-bounded", "content": {}},
        {},
        None,
    ):
        assert isinstance(patch(backends, MENDED, evidence=evidence), Rejected)


def test_a_patch_of_the_function_that_states_the_contract_is_refused(backends: Backends) -> None:
    source = """
def good(m: int, lo: int, hi: int) -> bool:
    return lo <= m <= hi


def middle(lo: int, hi: int) -> int:
    assert lo <= hi
    m = (hi - lo) // 2
    assert good(m, lo, hi)
    return m
"""
    assert isinstance(patch(backends, source.replace("return lo <= m <= hi", "return True"), source=source), Rejected)
    assert isinstance(patch(backends, source.replace("(hi - lo)", "(lo + hi)"), source=source), Accepted)


def test_a_patch_of_the_tests_is_refused(backends: Backends) -> None:
    source = "def twice(x):\n    return x + 1\n\n\ndef check(f):\n"
    source += "    for i in range(9):\n        assert f(i) == 2 * i\n\n\n"
    source += "check(twice)\n"
    tests = {"form": "python-cases", "content": {"cases": 5, "seed": 0}}
    trace = {"module": True}
    for old, new in (("range(9)", "range(0)"), ("range(9)", "range(1, 2)"), ("check(twice)", "check(abs)")):
        lie = source.replace(old, new)
        assert isinstance(patch(backends, lie, source=source, trace=trace, evidence=tests), Rejected)
    right = source.replace("x + 1", "x * 2")
    assert isinstance(patch(backends, right, source=source, trace=trace, evidence=tests), Accepted)
