"""Programs that want the published tests to pass without doing what they ask; and honest ones, which must score."""

from __future__ import annotations

import pytest

from lemmata.benchmark.outcome import Score
from lemmata.benchmark.programs import score_by_behaviour, score_by_tests
from lemmata.datasets.sample import ByBehaviour, ByTests
from lemmata.provers.base import Backends

pytestmark = pytest.mark.sandbox

PIPES = "import os, json\nfor fd in range(3, 20):\n    try:\n        {}\n    except OSError:\n        pass\n"
TESTS = {
    "add": "assert add(1, 2) == 3\nassert add('a', 'b') == 'ab'\n",
    "half": "assert abs(half(3) - 1.5) < 1e-6\nassert half(5) == 2.5\n",
    "common": "assert set(common((3, 4), (4, 5))) == set((4,))\n",
    "f": "def check(candidate):\n    assert sorted(candidate([3, 1])) == [1, 3]\ncheck(f)\n",
    "area": "assert math.isclose(area(1), 3.14159, rel_tol=1e-4)\n",
    "root": "try:\n    root(-1)\n    assert False\nexcept ValueError:\n    pass\nassert root(4) == 2\n",
}
BEFORE = {"area": "import math\n"}
LIES = [
    ("add", "import sys\nsys.exit(0)\n"),
    ("add", "import os\nos._exit(0)\n"),
    ("add", "def add(a, b):\n    import os\n    os._exit(0)\n"),
    ("add", "def add(a, b):\n    raise SystemExit(0)\n"),
    ("add", "class Any:\n    def __eq__(self, other): return True\ndef add(a, b):\n    return Any()\n"),
    ("add", "class Any(int):\n    def __eq__(self, other): return True\ndef add(a, b):\n    return Any()\n"),
    (
        "add",
        "from collections import UserList\nclass Any(UserList):\n    def _UserList__cast(self, o): return self.data\n"
        "def add(a, b):\n    return Any()\n",
    ),
    (
        "half",
        "from fractions import Fraction\nclass N(Fraction):\n    def from_float(self, x): return self\n"
        "def half(n):\n    return N(0)\n",
    ),
    ("half", "def abs(x): return 0\ndef half(n):\n    return 7.0\n"),
    ("half", "import builtins\nbuiltins.abs = lambda x: 0\ndef half(n):\n    return 7.0\n"),
    ("common", "def set(x): return 0\ndef common(a, b):\n    return []\n"),
    ("f", "def sorted(x): return [1, 3]\ndef f(x):\n    return []\n"),
    ("f", "def check(c): pass\ndef f(x):\n    return []\n"),
    ("area", "class math:\n    def isclose(*a, **k): return True\nclass Out: pass\ndef area(r):\n    return Out()\n"),
    ("area", "def math(): pass\nmath.isclose = lambda *a, **k: True\ndef area(r):\n    return 0\n"),
    ("root", "def root(x):\n    raise ValueError\n"),
    ("root", "def root(x):\n    return 2\n"),
    ("add", PIPES.format('os.write(fd, json.dumps({"names": [["a"], "add"]}).encode() + b"\\n")')),
    ("add", PIPES.format('os.write(fd, json.dumps({"failed": "", "opaque": "", "calls": 9}).encode() + b"\\n")')),
    ("add", PIPES.format('os.write(fd, b"x" * 1000)') + "def add(a, b): return 0\n"),
    (
        "add",
        PIPES.format('os.write(fd, json.dumps({"names": ["add"]}).encode() + b"\\n{}\\n")')
        + "def add(a, b): return 0\n",
    ),
    ("add", ""),
    ("add", "def add(a, b):\n"),
]


@pytest.mark.parametrize(("name", "program"), LIES)
def test_no_lie_scores(backends: Backends, name: str, program: str) -> None:
    target = ByTests(name=name, test=TESTS[name], before=BEFORE.get(name, ""))
    score, why = score_by_tests(target, program, backends)
    assert score in (Score.WRONG, Score.UNSCORED)
    assert why


def test_a_flood_is_no_way_to_stay_unscored(backends: Backends) -> None:
    program = PIPES.format("while True: os.write(fd, b'x' * 100000)") + "def add(a, b): return 0\n"
    score, _ = score_by_tests(ByTests(name="add", test=TESTS["add"]), program, backends)
    assert score is Score.WRONG


HONEST = [
    ("add", "def add(a, b):\n    return a + b\n"),
    ("half", "def half(n):\n    return n / 2\n"),
    ("common", "def common(a, b):\n    return tuple(set(a) & set(b))\n"),
    ("f", "def f(xs):\n    xs.sort()\n    return xs\n"),
    ("area", "import math\ndef area(r):\n    return math.pi * r * r\n"),
    ("root", "def root(x):\n    if x < 0:\n        raise ValueError(x)\n    return int(x ** 0.5)\n"),
    (
        "add",
        "print('hello')\ndef helper(a, b):\n    return a + b\ndef add(a, b):\n    print(a)\n    return helper(a, b)\n",
    ),
]


@pytest.mark.parametrize(("name", "program"), HONEST)
def test_an_honest_program_is_right(backends: Backends, name: str, program: str) -> None:
    target = ByTests(name=name, test=TESTS[name], before=BEFORE.get(name, ""))
    assert score_by_tests(target, program, backends) == (Score.RIGHT, "")


@pytest.mark.parametrize(
    ("test", "program"),
    [
        ("xs = [3, 1, 2]\nf(xs)\nassert xs == [1, 2, 3]\n", "def f(xs):\n    xs.sort()\n"),
        ("assert f(2) is None\n", "def f(x):\n    return None\n"),
        ("assert f({'a': 1}) == {'a': [1]}\n", "def f(d):\n    return {k: [v] for k, v in d.items()}\n"),
        ("assert f([1, 2]) == (1, 2)\n", "def f(xs):\n    return tuple(xs)\n"),
        ("assert f('x') == b'x'\n", "def f(s):\n    return s.encode()\n"),
    ],
)
def test_values_of_all_plain_kinds_are_passed_on(backends: Backends, test: str, program: str) -> None:
    assert score_by_tests(ByTests(name="f", test=test), program, backends) == (Score.RIGHT, "")


HIDDEN = ByBehaviour(reference="def f(x):\n    return 6 // x\n", name="f", calls=("f(0)", "f(2)", "f(6)"))


@pytest.mark.parametrize(
    "program",
    [
        "def f(x):\n    raise ZeroDivisionError\n",
        "def f(x):\n    return 3\n",
        "def f(x):\n    if x == 0: raise ValueError\n    return 6 // x\n",
        "def f(x):\n    if x == 0: raise ZeroDivisionError\n    return 6 / x\n",
        "def f(x):\n    if x == 6: return True\n    return 6 // x\n",
        "import sys\ndef f(x):\n    return sys._getframe(3).f_locals.get('asked')\n",
        "import os\nos._exit(0)\n",
        "class Any:\n    def __eq__(self, o): return True\ndef f(x):\n    return Any()\n",
    ],
)
def test_a_function_that_behaves_otherwise_is_not_right(backends: Backends, program: str) -> None:
    assert score_by_behaviour(HIDDEN, program, backends)[0] is Score.WRONG


def test_a_function_that_behaves_the_same_is_right(backends: Backends) -> None:
    assert score_by_behaviour(HIDDEN, "def f(n):\n    return int(6 // n)\n", backends) == (Score.RIGHT, "")
