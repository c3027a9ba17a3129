"""What is proved, bounded, tested and replayed of Python programs."""

from __future__ import annotations

from typing import Any

import pytest

from lemmata.budget import Limits
from lemmata.formats.python import read_program
from lemmata.problem import Candidate, Program
from lemmata.provers.base import Backends
from lemmata.provers.python.cases import find_constants, generate_cases
from lemmata.provers.python.contain import find_reach
from lemmata.provers.python.prove import check_bounded
from lemmata.verdict import Accepted, Judgement, Proved, Rejected, SafeUpTo, Tested

EXPRESSIONS = (
    "x // y",
    "x % y",
    "divmod(x, y)[0] * y + divmod(x, y)[1]",
    "abs(x) - abs(y)",
    "max(x, y) * 3 - min(x, y, 0)",
    "x if x > y else -y",
    "(x > 0) + (y > 0)",
    "-x ** 2 + 2 ** 3",
    "x << 2",
    "x >> 1",
    "~x",
    "x and y",
    "x or y",
    "int(not x) + bool(y)",
    "sum([x, y, 1]) - len([x, y])",
    "[x, y, 5][-1] + (x, y)[0]",
    "sorted([x, y, 0])[1]",
    "sum(v for v in [x, y, 4] if v > 0)",
    "[v * 2 for v in (x, y)][1]",
    "[x, y, 1, 2][1:3][0]",
    "int(x < y < 5) + int(x in [7, y])",
    "int(all(v > -8 for v in [x, y])) + int(any(v == 7 for v in [x, y]))",
    "int([x, y] == [y, x]) + int((x, 1) == (7, True))",
    "(x & 1) + int(bool(x) ^ bool(y))",
)
POINTS = ((7, 2), (-7, 2), (7, -2), (-7, -2), (1, 1))


def judge(backends: Backends, text: str, **content: Any) -> Judgement:
    problem = Program(name="p.py", source=text, language="python")
    candidate = Candidate(form="python-bounded", content=content)
    return check_bounded(problem, candidate, backends, Limits(wall_s=20))


@pytest.mark.sandbox
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_terms_mean_what_python_means(backends: Backends, expression: str) -> None:
    values = {(x, y): int(eval(expression, {"x": x, "y": y})) for x, y in POINTS}
    body = "".join(f"    if x == {x} and y == {y}:\n        assert r == {v}\n" for (x, y), v in values.items())
    text = f"def f(x: int, y: int) -> int:\n    assert y != 0\n    r = {expression}\n{body}    return 0\n"
    assert isinstance(judge(backends, text, bound=3, complete=True), Accepted)
    for (x, y), v in values.items():
        wrong = text.replace(body, f"    if x == {x} and y == {y}:\n        assert r != {v}\n")
        assert isinstance(judge(backends, wrong, bound=3, complete=True), Rejected)


@pytest.mark.sandbox
@pytest.mark.parametrize(
    "body",
    [
        "    for i in range(3):\n        if x > i:\n            continue\n        x += i\n"
        "    else:\n        x += 1\n    r = x\n",
        "    r = 0\n    while True:\n        r += 1\n        if r > 2 or x == r:\n            break\n",
        "    a = [0, 0, 0]\n    a[x % 3] += 5\n    b = a\n    b[0] -= 1\n    r = a[0] * 100 + a[1] * 10 + a[2]\n",
        "    a = []\n    for i in range(4):\n        a.append(i * x)\n    a.reverse()\n    r = a.pop() + a[0]\n",
        "    p, q = x, 3\n    p, q = q, p\n"
        "    r = p * 10 + q\n    for k, v in enumerate([p, q]):\n        r += k * v\n",
        "    r = g(x, 2) + g(y=x, x=1)\n",
        "    r = 0\n    for u, v in zip([1, 2, 3], [x, x + 1]):\n        r += u * v\n"
        "    for w in reversed([x, 9]):\n        r = r * 2 + w\n",
    ],
)
def test_statements_mean_what_python_means(backends: Backends, body: str) -> None:
    helper = "def g(x: int, y: int = 4) -> int:\n    if x > y:\n        return x\n    return y - x\n\n\n"
    space: dict[str, Any] = {}
    exec(f"{helper}def f(x):\n{body}    return r\n", space)
    values = {x: space["f"](x) for x in (-4, -1, 0, 1, 2, 3, 8)}
    checks = "".join(f"    if z == {x}:\n        assert r == {v}\n" for x, v in values.items())
    text = f"{helper}def f(x: int) -> int:\n    z = x\n{body}{checks}    return r\n"
    assert isinstance(judge(backends, text, bound=6, complete=True), Accepted)
    for x, v in values.items():
        wrong = text.replace(checks, f"    if z == {x}:\n        assert r != {v}\n")
        assert isinstance(judge(backends, wrong, bound=6, complete=True), Rejected)


@pytest.mark.sandbox
def test_lists_are_bounded_and_never_proved(backends: Backends) -> None:
    text = (
        "def f(xs: list[int]) -> int:\n    n = 0\n    for x in xs:\n        if x > 0:\n            n += 1\n"
        "    assert 0 <= n <= len(xs)\n    return n\n"
    )
    judged = judge(backends, text, bound=3, complete=True)
    assert isinstance(judged, Accepted)
    assert judged.verdict == SafeUpTo(3)


@pytest.mark.sandbox
def test_asserts_of_the_module_can_be_proved(backends: Backends) -> None:
    text = "def f(n: int) -> int:\n    return 1 if n < 2 else n * f(n - 1)\n\n\nassert f(5) == 120\n"
    judged = judge(backends, text, bound=8, complete=True)
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Proved)
    assert isinstance(judge(backends, text, bound=2, complete=True), Rejected)
    assert isinstance(judge(backends, text.replace("120", "121"), bound=8, complete=True), Rejected)


@pytest.mark.sandbox
def test_announced_exceptions_are_no_violations(backends: Backends) -> None:
    text = (
        'def f(x: int) -> int:\n    """Give the tenth.\n\n    Raises:\n        ValueError: x is negative.\n    """\n'
        '    if x < 0:\n        raise ValueError("negative")\n    y = x // 10\n    assert y >= 0\n    return y\n'
    )
    assert isinstance(judge(backends, text, bound=2, complete=True), Accepted)
    assert isinstance(judge(backends, text.replace("ValueError: x", "KeyError: x"), bound=2, complete=True), Rejected)


@pytest.mark.sandbox
def test_facts_are_the_same_every_time(backends: Backends) -> None:
    text = "def f(x: int) -> int:\n    y = x * 2\n    assert y % 2 == 0\n    return y\n"
    first, second = (judge(backends, text, bound=2, complete=True) for _ in range(2))
    assert isinstance(first, Accepted)
    assert first == second


def test_the_same_seed_gives_the_same_cases() -> None:
    program = read_program("def f(x: int, s: str, v: list[int]) -> int:\n    y = 41\n    assert y\n    return y\n")
    constants = find_constants(program.tree)
    one, two = (generate_cases(program.functions[0], constants, count=200, seed=3) for _ in range(2))
    assert one == two
    assert len(one) == len(set(one)) == 200
    assert any(case[0] in ("40", "42") for case in one)


def test_ordinary_programs_are_judged() -> None:
    for text in (
        "import math\nfrom collections import Counter, deque\nprint(math.pi, Counter('a'), deque())\n",
        "class A:\n    def __init__(self):\n        self._x = 1\n    def __len__(self):\n        return self._x\n",
        "import sys\nbig = sys.maxsize\n",
        "import heapq as h\nx = h.nlargest(1, [1])\n",
        "import collections.abc\nx = collections.abc.Iterable\n",
    ):
        assert find_reach(read_program(text + "assert 1\n").tree) == ""


def test_tested_counts_what_was_run(backends: Backends) -> None:
    from lemmata.provers.python.check import check_cases

    text = "def f(s: str) -> str:\n    t = s[::-1]\n    assert t[::-1] == s\n    return t\n\n\nassert f('ab') == 'ba'\n"
    problem = Program(name="p.py", source=text, language="python")
    candidate = Candidate(form="python-cases", content={"cases": 30, "seed": 0})
    judged = check_cases(problem, candidate, backends, Limits())
    assert isinstance(judged, Accepted)
    assert judged.verdict == Tested(31)
