"""From a function in Python to a closed form that is proved."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Construction
from lemmata.provers.closed.check import check_closed_form
from lemmata.provers.closed.follow import Running
from lemmata.provers.closed.forms import decode_form, integer_at
from lemmata.provers.closed.system import read_system
from lemmata.tools.base import Turn
from lemmata.tools.closed_forms import propose
from lemmata.verdict import Accepted, Proved, Tested

PROVED = {
    "cubes": ("return sum(k**3 for k in range(n + 1))", "n ** 2 * (n + 1) ** 2 / 4"),
    "fold": ("total = 0\nfor k in range(1, n + 1):\n    total += k\nreturn total", "n * (n + 1) / 2"),
    "steps": ("total = 0\nfor k in range(1, 2*n + 1, 2):\n    total += k\nreturn total", "n ** 2"),
    "tower": ("if n == 0:\n    return 0\nreturn 2*find_value(n - 1) + 1", "2 ** n - 1"),
    "pair": ("a, b = 2, 1\nfor _ in range(n):\n    a, b = b, 5*b - 6*a\nreturn a", "5 * 2 ** n - 3 * 3 ** n"),
    "nested": ("return sum(sum(j for j in range(k)) for k in range(n))", "n * (n - 2) * (n - 1) / 6"),
    "odd": ("return sum(k for k in range(n) if k % 2 == 1)", "n ** 2 / 4 where n ≡ 0 mod 2"),
    "factors": ("p, s = 1, 0\nfor k in range(1, n + 1):\n    p *= k\n    s += k*p\nreturn s", "factorial(n)"),
    "powers": ("return (2**n - (-1)**n) // 3", "1 / 3 * 2 ** n - 1 / 3 * (-1) ** n"),
    "catalan": ("return 1 if n < 1 else (4*n - 2)*find_value(n - 1)//(n + 1)", "catalan(n)"),
    "binet": ("return n if n < 2 else find_value(n - 1) + find_value(n - 2)", "sqrt(5)"),
    "late": ("if n < 2:\n    return 9 - n\nreturn n*n", "find_value(0) = 9, find_value(1) = 8"),
    "helper": ("return double(n) - n", "find_value(n) = n"),
    "branches": ("if n % 2 == 0:\n    x = n\nelse:\n    x = n + 1\nreturn x // 2", "(n + 1) / 2 where n ≡ 1 mod 2"),
    "largest": ("return max(n, 5) + abs(3 - n)", "2 * n - 3"),
}


def problem(body: str) -> Construction:
    lines = "\n    ".join(body.splitlines())
    source = f"def double(x):\n    return 2*x\n\n\ndef find_value(n: int) -> int:\n    {lines}\n"
    return Construction(name="v.py", source=source, language="python", target="find_value")


def run(body: str, backends, *, wall_s: float = 15.0):
    asked = problem(body)
    offer = propose(Turn(problem=asked, limits=Limits(wall_s=wall_s)), backends)
    judged = [check_closed_form(asked, c, backends, Limits(wall_s=10)) for c in offer.candidates]
    return next((j for j in judged if isinstance(j, Accepted)), None), offer.finding


@pytest.mark.parametrize("name", PROVED)
def test_a_closed_form_is_found_and_proved(backends, name):
    body, text = PROVED[name]
    judged, _ = run(body, backends)
    assert judged is not None
    assert judged.verdict == Proved()
    assert text in judged.answer["text"]


@pytest.mark.parametrize("name", PROVED)
def test_values_are_those_that_python_gives(name):
    asked = problem(PROVED[name][0])
    space: dict = {}
    exec(asked.source, space)
    running = Running(read_system(asked))
    assert [running.value(n) for n in range(15)] == [space["find_value"](n) for n in range(15)]


UPDATES = ["s += k", "s += k*k - 3", "s = 2*s + 1", "s += k % 3", "s = -s + k", "s += max(k, 7)", "s += s // 2",
           "s, t = t, s + t", "t += s", "s += 5 if k > 20 else k", "t = t + k // 2", "s = 3*s - 2*t"]  # fmt: skip
RETURNS = ["s", "s + n", "s - t", "s*t", "(s + n) // 2", "abs(s)", "s if n % 2 == 0 else t"]


@settings(deadline=None, max_examples=25)
@given(st.lists(st.sampled_from(UPDATES), min_size=1, max_size=2), st.sampled_from(RETURNS), st.integers(0, 2))
def test_a_form_that_is_proved_agrees_with_python_far_out(updates, returned, low):
    lines = "".join(f"    {u}\n" for u in updates)
    body = f"s, t = 1, 0\nfor k in range({low}, n + 1):\n{lines}return {returned}"
    judged, _ = run(body, None, wall_s=5.0)
    if judged is None or judged.verdict != Proved():
        return
    space: dict = {}
    exec(problem(body).source, space)
    form, first = decode_form(judged.answer["form"], "form"), judged.answer["first"]
    for n in range(120):
        assert (first[n] if n < form.start else integer_at(form, n)) == space["find_value"](n)


def test_judging_twice_gives_the_same_facts(backends):
    first, second = (run(PROVED["cubes"][0], backends)[0] for _ in range(2))
    assert (first.verdict, first.facts, first.answer) == (second.verdict, second.facts, second.answer)


def test_a_recurrence_without_a_closed_form_is_told_with_its_generating_function(backends):
    body = "return n if n < 3 else find_value(n - 1) + find_value(n - 2) + find_value(n - 3)"
    judged, finding = run(body, backends)
    assert judged is None
    assert "1 - x - x**2 - x**3" in finding.detail


def test_a_form_that_fails_on_held_out_values_is_not_offered(backends):
    judged, finding = run("return n*n + n + 41 if n < 150 else 0", backends)
    assert judged is None
    assert "not with the one for 150" in finding.detail


@pytest.mark.sandbox
def test_a_function_that_can_only_be_run_is_tested(backends):
    judged, finding = run("count = 0\nwhile n > 0:\n    n -= 2\n    count += 1\nreturn count", backends)
    assert isinstance(judged.verdict, Tested)
    assert "outside the subset" in finding.detail


@pytest.mark.sandbox
def test_what_was_found_before_a_function_loops_is_kept(backends):
    judged, finding = run("while n > 30:\n    pass\nreturn 3*n + len(str(0))", backends, wall_s=8.0)
    assert judged.verdict == Tested(31)
    assert "limit" in finding.detail


@pytest.mark.sandbox
def test_a_function_that_never_returns_is_a_finding(backends):
    judged, finding = run("while True:\n    pass\nreturn n", backends, wall_s=4.0)
    assert judged is None
    assert "0 values" in finding.detail


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("def find_value(n: int) -> int:\n    return n.real\n", "2:12"),
        ("def find_value(n: int) -> int:\n    assert n % 2 == 0\n    return n\n", "2:5"),
        ("def find_value(n: int, m: int) -> int:\n    return n\n", "1:1"),
        ("def find_value(n: int) -> int:\n    return find_value(n + 1)\n", "2:12"),
        ("def find_value(n: int) -> int:\n    for k in range(n):\n        pass\n    return n\n", "2:5"),
        ("def find_value(n: int) -> int:\n    t = 0\n    for k in range(n):\n        t += n\n    return t\n", "3:5"),
        ("def other(n): return n\n", "find_value"),
    ],
)
def test_what_is_outside_the_subset_is_refused_with_its_place(source, place):
    with pytest.raises(BadInput) as caught:
        read_system(Construction(name="v.py", source=source, language="python", target="find_value"))
    assert caught.value.place == f"v.py:{place}"
