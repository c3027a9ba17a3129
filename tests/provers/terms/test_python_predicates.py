"""Predicates read from Python mean what Python makes of them; here, and only here, both are run."""

from __future__ import annotations

import itertools

import pytest

from lemmata.errors import BadInput
from lemmata.provers.terms.definedness import definedness
from lemmata.provers.terms.evaluate import evaluate, evaluate_predicate
from lemmata.provers.terms.python_reader import read_expression, read_predicate

BODIES = [
    "return n % 3 == m % 2",
    "return n // m == 2",
    "return m != 0 and n % m == 0",
    "return m == 0 or n // m > n % m",
    "return -7 // m == n if m > 0 else False",
    "return not (n in range(1, 6 // m))",
    "return n in (1, m, 6 // n)",
    "return 0 < n <= m < 5",
    "return (n > 0) + (m > 0) == 1",
    "return (n > 1) == (m > 1)",
    "return n",
    "return n % 2 and m % 2",
    "q, r = divmod(n, m)\n    return q > r",
    "n, m = m, n\n    return n - m > 2",
    "unused = 1 // n\n    return m > 0",
    "x = n * n\n    x -= m\n    if x % 2:\n        x = x // m\n    elif m == 3:\n        return False\n"
    "    return x > 1",
    "for d in range(2, 5):\n        if n % d == 0:\n            return m > d\n    return m < 0",
    "s = 0\n    for i in range(4):\n        if i == m:\n            continue\n        if i > n:\n            break\n"
    "        s += i\n    return s == 3",
    "for d in range(2, n):\n        if n % d == 0:\n            return False\n    return n > 1 and m == 0",
    "for d in range(n, m):\n        if 6 % d == 0:\n            return True\n    return False",
    "for d in range(n, m, 2):\n        e = d * d\n        if e == 4:\n            return True\n    return n == m",
    "return all(n % d for d in range(2, m))",
    "return any(6 % d == 0 for d in range(n, m))",
    "return all(6 // d < 4 for d in range(n, 4) if d > m)",
    "return any(i * j == n for i in range(2, m) for j in range(2, i + 1))",
    "return any(n == 3 * i for i in range(1, 10, 4)) or all(m < i for i in (n, 2))",
    "return sum(i * n for i in range(4) if i != m) == 6",
    "return abs(n) + max(n, m, 2) == min(n, m) + 7",
    "return pow(n, 2, 5) == m and n ** 3 > 1",
    "return is_prime(n) and is_prime(m)",
    "return shifted(n, m) == LIMIT",
    "return bool(n) == int(m > 0)",
    "return n != m != 3",
]
PRELUDE = """
LIMIT = 2 + 1

def is_prime(n):
    if n < 2:
        return False
    return all(n % d != 0 for d in range(2, n))

def shifted(a, b):
    c = a // b
    return c + b
"""


def run(code: str, n: int, m: int) -> bool:
    space: dict = {}
    exec(code, space)
    try:
        return bool(space["find_all"](n, m))
    except (ZeroDivisionError, ValueError):
        return False


@pytest.mark.parametrize("body", BODIES)
def test_a_predicate_holds_just_where_python_says_so(body):
    code = f"{PRELUDE}\ndef find_all(n: int, m: int) -> bool:\n    {body}\n"
    predicate = read_predicate(code)
    for n, m in itertools.product(range(-4, 8), repeat=2):
        values = {"n": n, "m": m}
        expected = run(code, n, m)
        assert evaluate_predicate(predicate.term, values) is expected, values
        assert evaluate(predicate.solution(), values) is expected, values
        assert isinstance(evaluate(definedness(predicate.term), values), bool)


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("def find_all(n: int) -> bool:\n    while n: n -= 1\n    return True", "2:5"),
        ("def find_all(n: int) -> bool:\n    return n / 2 == 1", "2:12"),
        ("def find_all(n: int) -> bool:\n    return len(str(n)) == 2", "2:16"),
        ("def find_all(n: float) -> bool:\n    return n > 1", "1:14"),
        ("def find_all(n: int) -> bool:\n    if n > 1:\n        return True", "1:1"),
        ("def find_all(n: int) -> bool:\n    return find_all(n - 1)", "2:12"),
        ("def find_all(n: int) -> bool:\n    return __import__('os').system('true')", "2:12"),
        ("import os\ndef find_all(n: int) -> bool:\n    return n > 1", "1:1"),
        ("def find_all(n: int) -> bool:\n    return k > 1", "2:12"),
        ("def find_all(n: int) -> bool:\n    return (", "2:12"),
        ("def find_all(n, m=1) -> bool:\n    return n > m", "1:1"),
        ("def abs(n): return 0\ndef find_all(n: int) -> bool:\n    return abs(n) > m", "1:1"),
        ("def find_all(n: int, range: int) -> bool:\n    return n in range(3)", "1:22"),
        ("N = 3\ndef find_all(n: int) -> bool:\n    N = N + n\n    return N > 2", "3:5"),
        (
            "def find_all(n: int) -> bool:\n    s = 0\n    for d in range(n):\n        s += d\n"
            "        if s == 6:\n            return True\n    return False",
            "3:5",
        ),
    ],
)
def test_what_is_outside_the_subset_is_refused_with_its_place(source, place):
    with pytest.raises(BadInput) as caught:
        read_predicate(source)
    assert caught.value.place == place


@pytest.mark.parametrize(
    "source",
    [
        "def find_all(n: int) -> bool:\n    return " + "(" * 5000 + "n" + ")" * 5000,
        "def find_all(n: int) -> bool:\n    return " + "-" * 900 + "n > 1",
        "def find_all(n: int) -> bool:\n" + "    n = n * n + 1\n" * 500 + "    return n > 1",
        "def find_all(n: int) -> bool:\n" + "    if n % 2: n += 1\n" * 40 + "    return n > 1",
    ],
)
def test_a_predicate_beyond_any_use_is_refused_without_a_crash(source):
    with pytest.raises(BadInput):
        read_predicate(source)


def test_a_huge_power_is_neither_worked_out_nor_believed():
    term = read_expression("9 ** 9 ** 9 > n", ("n",))
    with pytest.raises(Exception, match="digits"):
        evaluate(term, {"n": 1})
