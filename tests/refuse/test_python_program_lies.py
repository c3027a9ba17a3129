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
from lemmata.verdict import Accepted, Judgement, Reason, Refuted, Rejected, Tested, Unknown

pytestmark = pytest.mark.sandbox

HALF = """
def half(n: int) -> int:
    assert n >= 0
    h = n // 2
    assert 2 * h == n
    return h
"""
RIGHT = HALF.replace("2 * h == n", "2 * h <= n")


def judge(backends: Backends, source: str, form: str, **content: Any) -> Judgement:
    problem = Program(name="lie.py", source=source, language="python")
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
