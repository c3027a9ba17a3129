"""Lies about Python functions that were written: each must be refused."""

from __future__ import annotations

from typing import Any

import pytest

from lemmata.budget import Limits
from lemmata.problem import Candidate, Synthesis
from lemmata.provers.base import Backends
from lemmata.registry import CHECKERS, resolve
from lemmata.verdict import Accepted, Judgement, Proved, Reason, Rejected, Tested, Unknown

pytestmark = pytest.mark.sandbox

SQUARE = '''
def f(x: int) -> int:
    """
    >>> f(1)
    1
    >>> f(3)
    9
    >>> f(-4)
    16
    """
    ...

assert f(7) == 49
'''
LARGER = """
def reference(a: int, b: int) -> int:
    best = a
    if b > best:
        best = b
    return best


def f(a: int, b: int) -> int: ...
"""


def judge(backends: Backends, text: str, form: str, /, **content: Any) -> Judgement:
    problem = Synthesis(name="lie.py", source=text, language="python", target="f")
    check = resolve(CHECKERS, "lemmata.provers", form)
    judged: Judgement = check(problem, Candidate(form=form, content=content), backends, Limits(wall_s=20))
    return judged


def test_a_right_function_is_tested_on_every_example(backends: Backends) -> None:
    judged = judge(backends, SQUARE, "python-examples", source="def f(x):\n    return x * x")
    assert isinstance(judged, Accepted)
    assert judged.verdict == Tested(4)


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    return x * 3",  # right on one example only
        "def f(x):\n    return x * x if x < 5 else 0",  # fails the last
        "def f(x):\n    return {1: 1, 3: 9, -4: 16, 7: 49}[x]",
        "def f(x):\n    return [1, 9, 16, 49][x % 4]",
        "def f(x):\n    return 1 if x == 1 else 9 if x == 3 else 16 if x == -4 else 49",
        "def f(x):\n    return 9 if x == 3 else 16 if x == -4 else x * x",
        "def f(x):\n    return ord('abcdefghijklmnopqrstuvwxyz'[x])",
        "def f(x):\n    return (4916090109 // 10 ** x) % 100",
        "def f(x):\n    return x ** 2.0",
        "def f(x):\n    return x * x / 1",  # 9.0 is not 9
        "def f(x):\n    return f(x)",
        "def f(x):\n    return (lambda y: y * y)(x)",
        "def f(x):\n    return eval('x * x')",
        "def f(x):\n    return __import__('os').getpid()",
        "def f(x):\n    return ().__class__",
        "def f(x):\n    return '{0.__class__}'.format(x)",
        "def f(x):\n    return open('/etc/passwd')",
        "import os\ndef f(x):\n    return x * x",
        "def f(x):\n    y = x\n    return y * y",
        "def f(x, y=1):\n    return x * x",
        "def f(y):\n    return y * y",
        "def g(x):\n    return x * x",
        "@print\ndef f(x):\n    return x * x",
        "def f(x=print('hello')):\n    return x * x",
        "def f(x):\n    return x * x\nf = None",
        "def f(x):\n    return [(x := x), x * x][1]",
        "def f(x):\n    return",
        "",
        "def f(x) return",
        "x" * 5000,
        None,
        7,
    ],
)
def test_what_is_no_formula_or_wrong_is_refused(backends: Backends, source: Any) -> None:
    assert isinstance(judge(backends, SQUARE, "python-examples", source=source), Rejected)


def test_true_is_not_one(backends: Backends) -> None:
    asked = "def f(x: int) -> int: ...\nassert f(0) == 0\nassert f(1) == 1\n"
    assert isinstance(judge(backends, asked, "python-examples", source="def f(x):\n    return x == 1"), Rejected)
    assert isinstance(judge(backends, asked, "python-examples", source="def f(x):\n    return x"), Accepted)
    asked = "def f(x: int) -> bool: ...\nassert f(0) == False\nassert f(1) == True\n"
    assert isinstance(judge(backends, asked, "python-examples", source="def f(x):\n    return x"), Rejected)


def test_a_list_is_not_a_tuple(backends: Backends) -> None:
    asked = "def f(x: int) -> list[int]: ...\nassert f(0) == [0]\nassert f(1) == [1]\n"
    assert isinstance(judge(backends, asked, "python-examples", source="def f(x):\n    return (x,)"), Rejected)


def test_contradictory_examples_are_refused(backends: Backends) -> None:
    asked = "def f(x: int) -> int: ...\nassert f(1) == 1\nassert f(1) == 2\n"
    assert isinstance(judge(backends, asked, "python-examples", source="def f(x):\n    return x"), Rejected)


def test_a_function_equal_to_its_reference_is_proved(backends: Backends) -> None:
    right = "def f(a, b):\n    return max(a, b)"
    judged = judge(backends, LARGER, "python-implementation", source=right, evidence={"bound": 3})
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Proved)
    judged = judge(backends, LARGER, "python-implementation", source=right, evidence={"cases": 50, "seed": 0})
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Tested)


@pytest.mark.parametrize(
    "source",
    [
        "def f(a, b):\n    return min(a, b)",
        "def f(a, b):\n    return reference(a, b)",
        "def f(a, b):\n    return best",
        "def f(a, b):\n    return a if a > b else b if b < 500 else a",
        "def f(a, b):\n    return max(a, b) + 0 // (a - 777)",
        "def f(a, b):\n    return a > b",
    ],
)
def test_what_differs_from_the_reference_is_not_proved(backends: Backends, source: str) -> None:
    judged = judge(backends, LARGER, "python-implementation", source=source, evidence={"bound": 3})
    assert isinstance(judged, Rejected)


def test_the_reference_itself_is_no_answer(backends: Backends) -> None:
    asked = "def reference(a: int) -> int:\n    return a * 2 + 1\n\n\ndef f(a: int) -> int: ...\n"
    copied = "def f(a):\n    return a * 2 + 1"
    assert isinstance(judge(backends, asked, "python-implementation", source=copied, evidence={"bound": 3}), Rejected)
    other = "def f(a):\n    return a + a + 1"
    assert isinstance(judge(backends, asked, "python-implementation", source=other, evidence={"bound": 3}), Accepted)


def test_examples_do_not_stand_in_for_the_reference(backends: Backends) -> None:
    asked = LARGER + "\n\nassert f(1, 2) == 2\n"
    right = "def f(a, b):\n    return max(a, b)"
    assert isinstance(judge(backends, asked, "python-examples", source=right), Rejected)
    wrong = asked.replace("== 2", "== 1")  # the example contradicts the reference
    assert isinstance(judge(backends, wrong, "python-implementation", source=right, evidence={"bound": 3}), Rejected)


def test_a_reference_that_never_returns_is_vacuous(backends: Backends) -> None:
    asked = "def reference(a: int) -> int:\n    assert a > a\n    return a\n\n\ndef f(a: int) -> int: ...\n"
    for evidence in ({"bound": 3}, {"cases": 30, "seed": 0}):
        judged = judge(
            backends, asked, "python-implementation", source="def f(a):\n    return a * 7", evidence=evidence
        )
        assert isinstance(judged, Accepted)
        assert isinstance(judged.verdict, Unknown)
        assert judged.verdict.reason is Reason.VACUOUS


def test_malformed_evidence_is_refused(backends: Backends) -> None:
    right = "def f(a, b):\n    return max(a, b)"
    lies: list[Any] = [None, {}, {"bound": 0}, {"bound": True}, {"bound": 3, "cases": 3}, {"cases": 3}, "bound", [3]]
    for evidence in lies:
        judged = judge(backends, LARGER, "python-implementation", source=right, evidence=evidence)
        assert isinstance(judged, Rejected), evidence
