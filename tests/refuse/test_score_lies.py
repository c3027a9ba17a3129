"""Programs that want to be scored as right without being so: none may be."""

from __future__ import annotations

import pytest

from lemmata.benchmark.outcome import Score
from lemmata.benchmark.score import score
from lemmata.budget import Spent
from lemmata.datasets.sample import ByBehaviour, ByTests, Sample
from lemmata.problem import Question
from lemmata.provers.base import Backends
from lemmata.verdict import Solution, Tested

pytestmark = pytest.mark.sandbox

TESTS = ByTests(
    before="from typing import List",
    test="def check(candidate):\n    assert candidate([3, 1, 2]) == [1, 2, 3]\n    assert candidate([]) == []\n\n\n"
    "check(ordered)\n",
    name="ordered",
)
HIDDEN = ByBehaviour(
    reference="def ordered(x):\n    return sorted(x)",
    name="ordered",
    calls=("ordered([3, 1, 2])", "ordered([])", "ordered(5)"),
)
EQUAL_TO_ALL = """
class Equal(list):
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __hash__ = None
"""
LIES = {
    "leaves": "import sys\ndef ordered(x):\n    sys.exit(0)",
    "leaves when loaded": "import sys\nsys.exit(0)\ndef ordered(x):\n    return x",
    "leaves at once": "import os\ndef ordered(x):\n    os._exit(0)",
    "leaves at once when loaded": "import os\nos._exit(0)",
    "leaves before it is judged": "raise SystemExit(0)",
    "kills what watches it": "import os\ndef ordered(x):\n    os.kill(os.getppid(), 9)\n    return x",
    "kills itself": "import os\ndef ordered(x):\n    os.kill(os.getpid(), 9)",
    "forks and leaves": "import os\ndef ordered(x):\n    os.fork() and os._exit(0)\n    return [1, 2, 3]",
    "equals everything": EQUAL_TO_ALL + "def ordered(x):\n    return Equal()",
    "equals everything, made without a class statement": (
        "def ordered(x):\n    return type('E', (), {'__eq__': lambda s, o: True, '__ne__': lambda s, o: False})()"
    ),
    "equals everything, by a parent": ("from unittest.mock import ANY\ndef ordered(x):\n    return ANY"),
    "assertions are no errors": (
        "import builtins\nbuiltins.AssertionError = type('E', (Exception,), {})\ndef ordered(x):\n    return x"
    ),
    "check does nothing": "def check(candidate):\n    pass\ndef ordered(x):\n    return x",
    "changes the tests' names": (
        "import sys\ndef ordered(x):\n    sys._getframe(1).f_globals['check'] = lambda c: None\n"
        "    sys._getframe(1).f_globals['ordered'] = sorted\n    return x"
    ),
    "prints what tests print": (
        "import os\ndef ordered(x):\n"
        "    for n in range(3, 20):\n"
        '        try:\n            os.write(n, b\'{"failed": "", "opaque": "", "calls": 2}\\n\')\n'
        "        except OSError:\n            pass\n"
        "    return x"
    ),
    "answers twice": (
        "import os\ndef ordered(x):\n"
        "    for n in range(3, 20):\n"
        '        try:\n            os.write(n, b\'{"value": ["list"], "args": [["list"]]}\\n\')\n'
        "        except OSError:\n            pass\n"
        "    return x"
    ),
    "rewrites json": (
        'import json\njson.dumps = lambda *a, **k: \'{"failed": "", "opaque": "", "calls": 2}\'\n'
        "def ordered(x):\n    return x"
    ),
    "traces": ("import sys\ndef ordered(x):\n    sys.settrace(print)\n    sys.setprofile(print)\n    return x"),
    "shadows what compares": "def ordered(x):\n    return x\nlist = sorted = len = abs = lambda *a: 0",
    "leaves at exit": "import atexit, os\natexit.register(lambda: os._exit(0))\ndef ordered(x):\n    return x",
    "reads the tests": (
        "import glob\ndef ordered(x):\n"
        "    for f in glob.glob('/box/**', recursive=True) + glob.glob('/proc/*/cmdline'):\n"
        "        try:\n            open(f, 'rb').read().index(b'[1, 2, 3]')\n            return [1, 2, 3]\n"
        "        except Exception:\n            pass\n"
        "    return x"
    ),
    "is no program": "ordered = ",
    "has another name": "def in_order(x):\n    return sorted(x)",
}


def judge(target: ByTests | ByBehaviour, program: str, backends: Backends) -> tuple[Score, str]:
    problem = Question(name="ordered", source="Write ordered.")
    solution = Solution(problem=problem, answer=program, verdict=Tested(1), certificate=None, cost=Spent())
    return score(Sample(id="ordered", problem=problem, target=target), solution, backends)


@pytest.mark.parametrize("target", [TESTS, HIDDEN], ids=["tests", "behaviour"])
def test_an_honest_program_is_right(backends: Backends, target: ByTests | ByBehaviour) -> None:
    honest = "from __future__ import annotations\nimport numpy\ndef ordered(x: list) -> list:\n    return sorted(x)"
    assert judge(target, honest, backends) == (Score.RIGHT, "")


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_no_lie_passes_the_tests(backends: Backends, lie: str) -> None:
    found, why = judge(TESTS, lie, backends)
    assert found in (Score.WRONG, Score.UNSCORED)
    assert why


@pytest.mark.parametrize(
    "name",
    [
        "leaves",
        "leaves at once",
        "equals everything",
        "answers twice",
        "rewrites json",
        "is no program",
        "reads the tests",
    ],
)
def test_no_lie_behaves_like_the_hidden_function(backends: Backends, name: str) -> None:
    found, why = judge(HIDDEN, LIES[name], backends)
    assert found in (Score.WRONG, Score.UNSCORED)
    assert why


def test_a_limit_is_neither_right_nor_wrong(backends: Backends, monkeypatch: pytest.MonkeyPatch) -> None:
    from lemmata.benchmark import programs
    from lemmata.budget import Limits

    monkeypatch.setattr(programs, "LIMITS", Limits(wall_s=1.0, memory_mb=512))
    for program in (
        "def ordered(x):\n    while True:\n        pass",
        "def ordered(x):\n    return [0] * 10**10",
    ):
        assert judge(TESTS, program, backends)[0] is Score.UNSCORED
        assert judge(HIDDEN, program, backends)[0] is Score.UNSCORED


def test_values_that_can_not_be_copied_are_judged_beside_the_tests_or_not_at_all(backends: Backends) -> None:
    target = ByTests(test="assert list(f(3)) == [0, 1, 2]\nassert f(1)", name="f")
    assert judge(target, "def f(n):\n    return (i for i in range(n))", backends) == (Score.RIGHT, "")
    assert judge(target, "def f(n):\n    return (i + 1 for i in range(n))", backends)[0] is Score.WRONG
    liar = "class E:\n    def __eq__(self, o):\n        return True\n"
    liar += "    def __iter__(self):\n        return iter([0, 1, 2])\n"
    assert judge(target, liar + "def f(n):\n    return E()", backends)[0] is Score.UNSCORED


def test_tests_that_never_call_the_program_score_nothing(backends: Backends) -> None:
    target = ByTests(test="def check(candidate):\n    assert candidate(1) == 1\n", name="f")
    assert judge(target, "def f(x):\n    return x", backends)[0] is Score.UNSCORED


def test_a_list_that_the_program_changes_is_changed_for_the_tests(backends: Backends) -> None:
    target = ByTests(test="x = [2, 1]\nassert f(x) is None\nassert x == [1, 2]", name="f")
    assert judge(target, "def f(x):\n    x.sort()", backends) == (Score.RIGHT, "")
    assert judge(target, "def f(x):\n    sorted(x)", backends)[0] is Score.WRONG
