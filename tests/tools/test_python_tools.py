"""What is found for Python programs and functions."""

from __future__ import annotations

import pytest

from lemmata.budget import Limits
from lemmata.problem import Candidate, Problem, Program, Synthesis
from lemmata.provers.base import Backends
from lemmata.registry import CHECKERS, PROPOSERS, resolve
from lemmata.tools.base import Offer, Turn
from lemmata.tools.python_mutations import mutate
from lemmata.verdict import Accepted, Proved, Refuted, Rejected, Tested

pytestmark = pytest.mark.sandbox


def offer(backends: Backends, problem: Problem, name: str) -> Offer:
    made: Offer = resolve(PROPOSERS, "lemmata.proposers", name)(
        Turn(problem=problem, limits=Limits(wall_s=10)), backends
    )
    return made


def judge(backends: Backends, problem: Problem, candidate: Candidate) -> Accepted | Rejected:
    check = resolve(CHECKERS, "lemmata.provers", candidate.form)
    judged: Accepted | Rejected = check(problem, candidate, backends, Limits(wall_s=20))
    return judged


def program(text: str) -> Program:
    return Program(name="p.py", source=text, language="python")


def test_a_magic_number_in_the_text_is_found_by_running(backends: Backends) -> None:
    problem = program("def f(x: int) -> int:\n    y = 0 if x == 86415 else 1\n    assert y\n    return y\n")
    [found] = offer(backends, problem, "python-falsify").candidates
    assert found.content == {"function": "f", "arguments": ["86415"]}
    judged = judge(backends, problem, found)
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Refuted)


def test_a_magic_number_that_must_be_computed_is_found_by_z3(backends: Backends) -> None:
    problem = program("def f(x: int) -> int:\n    y = x * x - 6 * x\n    assert y != 1_018_072\n    return y\n")
    assert offer(backends, problem, "python-falsify").candidates == ()
    [found] = offer(backends, problem, "python-proof").candidates
    assert found.form == "python-trace"
    assert isinstance(judge(backends, problem, found), Accepted)


def test_a_right_program_is_proved_and_no_trace_is_offered(backends: Backends) -> None:
    problem = program("def f(x: int) -> int:\n    y = abs(x)\n    assert y >= x\n    return y\n")
    assert offer(backends, problem, "python-falsify").candidates == ()
    [found] = offer(backends, problem, "python-proof").candidates
    judged = judge(backends, problem, found)
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Proved)


def test_what_z3_does_not_understand_is_tested(backends: Backends) -> None:
    problem = program("def f(s: str) -> str:\n    t = s.upper().lower()\n    assert len(t) >= 0\n    return t\n")
    [found] = offer(backends, problem, "python-proof").candidates
    judged = judge(backends, problem, found)
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Tested)


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        (
            "def count(s: str, c: str) -> int:\n    n = 0\n    for i in range(1, len(s)):\n        if s[i] == c:\n"
            "            n += 1\n    return n\n\n\nassert count('banana', 'a') == 3\n"
            "assert count('banana', 'b') == 1\n",
            "range(0, len(s))",
        ),
        (
            "def last(xs: list[int]) -> int:\n    assert len(xs) > 0\n    r = xs[len(xs)]\n"
            "    assert r in xs\n    return r\n",
            "xs[",
        ),
        (
            "def add(xs: list[int]) -> int:\n    t = 0\n    for x in xs:\n        t -= x\n"
            "    assert t == sum(xs)\n    return t\n",
            "t += x",
        ),
    ],
)
def test_a_slip_is_repaired(backends: Backends, text: str, repaired: str) -> None:
    problem = program(text)
    [found] = offer(backends, problem, "python-mutations").candidates
    assert found.form == "python-patch"
    judged = judge(backends, problem, found)
    assert isinstance(judged, Accepted)
    assert repaired in judged.answer["patched"]


def test_what_is_beyond_repair_keeps_its_trace(backends: Backends) -> None:
    problem = program("def f(x: int) -> int:\n    y = x\n    assert y != y\n    return y\n")
    [found] = offer(backends, problem, "python-mutations").candidates
    assert found.form == "python-trace"


def test_mutants_leave_comments_and_assertions_alone() -> None:
    text = "def f(x: int) -> int:\n    y = x + 1  # é: next\n    assert y > x\n    return y\n"
    mutants = list(mutate(text))
    assert len(mutants) == len(set(mutants)) > 10
    assert all("assert y > x" in m for m in mutants)
    assert "def f(x: int) -> int:\n    y = x - 1  # é: next\n    assert y > x\n    return y\n" in mutants


def synthesis(text: str) -> Synthesis:
    return Synthesis(name="s.py", source=text, language="python", target="f")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(x: int) -> int: ...\nassert f(3) == 3\nassert f(-3) == 3\nassert f(-7) == 7\n", "abs(x)"),
        ("def f(s: str) -> str: ...\nassert f('abc') == 'CBA'\nassert f('xy') == 'YX'\n", "s"),
        (
            "def f(v: list[int]) -> int: ...\nassert f([1, 5, 2]) == 4\nassert f([7, 7]) == 0\nassert f([0, 9]) == 9\n",
            "max",
        ),
        (
            "def f(x: int) -> str: ...\nassert f(95) == 'high'\nassert f(80) == 'high'\nassert f(51) == 'high'\n"
            "assert f(49) == 'low'\nassert f(0) == 'low'\nassert f(20) == 'low'\n",
            "if",
        ),
    ],
)
def test_functions_are_written_from_examples(backends: Backends, text: str, expected: str) -> None:
    problem = synthesis(text)
    found = offer(backends, problem, "python-terms").candidates[0]
    judged = judge(backends, problem, found)
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Tested)
    assert expected in judged.answer


def test_a_loop_becomes_a_formula_that_is_proved_equal(backends: Backends) -> None:
    problem = synthesis(
        "def reference(x: int) -> int:\n    n = 0\n    for i in range(6):\n        if i < x:\n            n += 2\n"
        "    return n\n\n\ndef f(x: int) -> int: ...\n"
    )
    found = offer(backends, problem, "python-terms").candidates[0]
    judged = judge(backends, problem, found)
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Proved)


def test_examples_that_no_term_fits_give_no_candidate(backends: Backends) -> None:
    problem = synthesis("def f(x: int) -> int: ...\nassert f(1) == 1\nassert f(1) == 2\n")
    short = Turn(problem=problem, limits=Limits(wall_s=1))
    made: Offer = resolve(PROPOSERS, "lemmata.proposers", "python-terms")(short, backends)
    assert made.candidates == ()
    assert made.finding is not None
