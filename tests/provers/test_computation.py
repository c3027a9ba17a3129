"""What counts as computing, and what is merely saying."""

from __future__ import annotations

import pytest

from lemmata.provers.answers.computation import computes


@pytest.mark.parametrize(
    "code",
    [
        "print(42)",
        "print('42')",
        "print(-42)",
        "print([42, 43])",
        "print(f'{42}')",
        "x = 42\nprint(x)",
        "x = y = 42\nprint('the answer is', y)",
        "print(str(42))",
        "print(int('42'))",
        "print('4' + '2')",
        "print('%d' % 42)",
        "print('{}'.format(42))",
        "print(42 * 1)",
        "x = 42\nprint(x + 0)",
        "import sys\nsys.stdout.write('42')",
        "def solve():\n    return 42\nprint(solve())",
        "f = lambda: 42\nprint(f())",
        "for x in [42]:\n    print(x)",
        "y = 6 * 7\nprint(42)",
        "print(sep='42')",
        "x = x\nprint(x)",
        "pass",
    ],
)
def test_saying_is_not_computing(code: str) -> None:
    assert not computes(code)


@pytest.mark.parametrize(
    "code",
    [
        "print(6 * 7)",
        "total = 0\nfor n in range(10):\n    total += n\nprint(total)",
        "print(sum(n for n in range(5)))",
        "def f(n):\n    return n * f(n - 1) if n else 1\nprint(f(5))",
        "import math\nprint(math.comb(5, 2))",
        "print(len('abc'))",
        "from sympy import solve, symbols\nx = symbols('x')\nprint(solve(x**2 - 4, x))",
        "apples = 3\npears = 4\nprint(apples + pears)",
        "print([n for n in range(30) if n % 7 == 3][0])",
        "print(7 > 3)",
    ],
)
def test_computing_is_seen(code: str) -> None:
    assert computes(code)
