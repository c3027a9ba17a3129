"""Lies about Python programs whose contracts stand in docstrings or decorators: each must be refused."""

from __future__ import annotations

from typing import Any

import pytest

from lemmata.budget import Limits
from lemmata.problem import Candidate, Program
from lemmata.provers.base import Backends
from lemmata.registry import CHECKERS, resolve
from lemmata.verdict import Accepted, Judgement, Proved, Rejected

pytestmark = pytest.mark.sandbox

MIDDLE = '''\
def middle(lo: int, hi: int) -> int:
    """The middle.

    pre: lo <= hi
    post: lo <= _ <= hi
    """
    return (hi - lo) // 2
'''
MENDED = MIDDLE.replace("(hi - lo)", "(lo + hi)")
DECORATED = """\
from icontract import ensure, require


@require(lambda lo, hi: lo <= hi)
@ensure(lambda result, lo, hi: lo <= result <= hi)
def middle(lo: int, hi: int) -> int:
    return (hi - lo) // 2
"""


def judge(backends: Backends, text: str, form: str, /, **content: Any) -> Judgement:
    problem = Program(name="lie.py", source=text, language="python")
    check = resolve(CHECKERS, "lemmata.provers", form)
    judged: Judgement = check(problem, Candidate(form=form, content=content), backends, Limits(wall_s=20))
    return judged


def patch(backends: Backends, source: str, patched: str) -> Judgement:
    evidence = {"form": "python-bounded", "content": {"bound": 2, "complete": True}}
    trace = {"function": "middle", "arguments": ["1", "1"]}
    return judge(backends, source, "python-patch", patched=patched, trace=trace, evidence=evidence)


def test_what_is_right_is_proved_and_repaired(backends: Backends) -> None:
    judged = judge(backends, MENDED, "python-bounded", bound=2, complete=True)
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Proved)
    for wrong in (MIDDLE, DECORATED):
        mended = wrong.replace("(hi - lo)", "(lo + hi)")
        judged = patch(backends, wrong, mended)
        assert isinstance(judged, Accepted), judged
        assert judged.answer["patched"] == mended


LIES = {
    "a wrong one": MIDDLE,
    "a wrong one with decorators": DECORATED,
    "the argument is set to what fits": MIDDLE.replace("    return (hi", "    lo = hi = -5\n    return lo - (hi"),
    "one of several returns": MENDED.replace("    return", "    if lo == 7:\n        return 6\n    return"),
    "a return on the line of its condition": MENDED.replace("    return", "    if lo == 7: return 6\n    return"),
    "the end is reached": 'def f(n: int) -> int:\n    """post: _ == n"""\n    if n != 3:\n        return n\n',
    "a loop that is left": 'def f(n: int) -> int:\n    """post: _ == n"""\n    while True:\n        if n == 3:\n'
    "            break\n        return n\n",
    "nothing is returned": 'def f(n: int) -> int:\n    """post: _ == n"""\n'
    "    if n == 3:\n        return\n    return n\n",
}


@pytest.mark.parametrize("name", LIES)
def test_a_broken_contract_is_not_proved(name: str, backends: Backends) -> None:
    assert isinstance(judge(backends, LIES[name], "python-bounded", bound=3, complete=True), Rejected)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    post: lo <= _ <= hi\n", "    post: True\n"),
        ("    post: lo <= _ <= hi\n", "\n"),
        ("    pre: lo <= hi\n", "    pre: lo == 0 and hi == 2\n"),
        ("post: lo <= _ <= hi", "post: _ <= hi"),
        ("(hi - lo) // 2", "lo if lo <= hi else 0\n    return 5"),
        (
            "    return (hi - lo) // 2",
            "    try:\n        return (hi - lo) // 2\n    except AssertionError:\n        return lo",
        ),
        ("    return (hi", "    _returned = lo\n    return _returned\n    return (hi"),
    ],
)
def test_a_patch_that_changes_the_contract_is_refused(backends: Backends, old: str, new: str) -> None:
    assert old in MIDDLE
    assert isinstance(patch(backends, MIDDLE, MIDDLE.replace(old, new)), Rejected)


def test_a_patch_that_changes_a_decorator_is_refused(backends: Backends) -> None:
    weakened = DECORATED.replace("lo <= result <= hi", "result <= hi").replace("(hi - lo)", "(lo + hi)")
    assert isinstance(patch(backends, DECORATED, weakened), Rejected)
    gone = DECORATED.replace("@ensure(lambda result, lo, hi: lo <= result <= hi)\n", "")
    assert isinstance(patch(backends, DECORATED, gone), Rejected)
