"""Enumerating: in the sandbox, by a solver, and what is kept when a limit comes first."""

from __future__ import annotations

import itertools
import time

import pytest

import lemmata
from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Construction
from lemmata.provers.answers.check import read_construction
from lemmata.provers.answers.sandboxed import MOST_FOUND, enumerate_solutions, read_signature
from lemmata.tools.base import Turn
from lemmata.tools.conjecture import propose
from lemmata.tools.conjecture_products import guess_products
from lemmata.tools.enumerate_box import OutOfTime, solutions_within
from lemmata.tools.enumerate_models import models_between
from lemmata.verdict import Proved, Reason, Tested, Unknown

pytestmark = pytest.mark.sandbox


def predicate(body, parameters="n"):
    names = ", ".join(f"{p}: int" for p in parameters.split())
    lines = "\n    ".join(body.splitlines())
    source = f"def find_all({names}) -> bool:\n    {lines}\n"
    return Construction(name="e.py", source=source, language="python", target="find_all")


def enumerated(backends, problem, bound, wall_s=10.0):
    return enumerate_solutions(problem.source, read_signature(problem), bound, backends, wall_s=wall_s)


@pytest.mark.parametrize(
    ("parameters", "expression"),
    [
        ("x y", "0 < x <= y and x*y < 9"),
        ("x y", "x > 2 and 6 % y == 0"),
        ("x y", "6 // x > 1 and y == x"),
        ("x y", "y >= 0 and x >= 0 and 2**x == y"),
        ("x y z", "x < y < z and x*x + y*y == z*z"),
        ("x y z", "z > 0 and x % 3 == 1 and y == z"),
        ("n", "n*n == 16"),
    ],
)
def test_leaving_tuples_out_early_loses_none(parameters, expression):
    asked = read_construction(predicate(f"return {expression}", parameters))
    space = {}
    exec(f"def holds({parameters.replace(' ', ', ')}):\n    return {expression}\n", space)
    expected = set()
    for point in itertools.product(range(-7, 8), repeat=len(parameters.split())):
        try:
            if space["holds"](*point):
                expected.add(point)
        except ZeroDivisionError:
            continue
    assert set(solutions_within(asked, 7, time.monotonic() + 60)) == expected


def test_a_box_that_takes_too_long_is_given_up():
    asked = read_construction(predicate("return x + y + z == 10**9", "x y z"))
    with pytest.raises(OutOfTime):
        list(solutions_within(asked, 1000, time.monotonic() + 0.2))


@pytest.mark.parametrize("size", [1, 2, 3])
def test_every_point_of_the_box_is_looked_at_once(backends, size):
    names = "x y z"[: 2 * size - 1]
    problem = predicate("return True", names)
    found = enumerated(backends, problem, 3)
    assert (found.radius, found.reason, len(found.found)) == (3, None, 7**size)


def test_a_million_solutions_end_at_the_limit_and_the_first_are_kept(backends):
    found = enumerated(backends, predicate("return True", "x y"), 600)
    assert found.reason is Reason.UNSUPPORTED
    assert "more solutions" in found.detail
    assert 0 < len(found.found) == (2 * found.radius + 1) ** 2 <= MOST_FOUND


def test_what_a_predicate_raises_is_told_with_its_place(backends):
    found = enumerated(backends, predicate("return [1, 2, 3][n] > 1"), 10)
    assert (found.radius, found.reason) == (2, Reason.UNSUPPORTED)
    assert "IndexError" in found.detail


def test_a_division_by_zero_is_no_solution(backends):
    assert enumerated(backends, predicate("return 6 / n == 2"), 5).found == {(3,)}


def test_a_solver_lists_all_solutions_of_a_large_box(backends):
    asked = read_construction(predicate("return 0 < x <= y and x*y + x + y == 1394", "x y"))
    found, complete = models_between(asked, 80, 8000, backends, wall_s=20, most=40)
    assert complete
    assert found == {(x, y) for x in range(1, 100) for y in range(81, 1400) if x <= y and (x + 1) * (y + 1) == 1395}


def test_a_solver_stops_at_the_number_that_is_wanted(backends):
    asked = read_construction(predicate("return n % 3 == 1"))
    found, complete = models_between(asked, 10, 10**6, backends, wall_s=20, most=5)
    assert not complete
    assert len(found) == 5
    assert all(n % 3 == 1 and abs(n) > 10 for (n,) in found)


def test_a_predicate_that_loops_loses_nothing_that_was_found(settings):
    problem = predicate("while n > 40:\n    pass\nreturn str(n) == str(n)[::-1] and n % 2 == 0")
    solution = lemmata.solve(problem, budget=15, settings=settings, keep=False)
    assert solution.verdict == Tested(81)
    assert solution.answer["points"] == [[0], [2], [4], [6], [8], [22]]


def test_a_predicate_that_loops_at_once_is_unknown_with_its_reason(settings):
    problem = predicate("while True:\n    pass\nreturn n.real > 1")
    solution = lemmata.solve(problem, budget=8, settings=settings, keep=False)
    assert isinstance(solution.verdict, Unknown)
    assert solution.verdict.reason in (Reason.TIMEOUT, Reason.UNSUPPORTED)
    assert "outside the subset" in solution.verdict.detail


def test_contradictory_conditions_have_no_solution(settings):
    solution = lemmata.solve(predicate("return n > 5 and n < 3"), budget=15, settings=settings, keep=False)
    assert (solution.verdict, solution.answer["text"]) == (Proved(), "there is no solution")


def test_what_is_tested_is_offered_before_what_takes_long_to_prove(backends):
    offer = propose(Turn(problem=predicate("return n*n < 30"), limits=Limits(wall_s=10)), backends)
    assert offer.candidates[0].content["tested"] is True
    assert "tested" not in offer.candidates[1].content


@pytest.mark.parametrize("source", ["def find_all(n: str) -> bool:\n    return n.x\n", "find_all = lambda n: n.x\n"])
def test_what_cannot_even_be_run_is_bad_input(backends, source):
    problem = Construction(name="e.py", source=source, language="python", target="find_all")
    with pytest.raises(BadInput):
        propose(Turn(problem=problem, limits=Limits(wall_s=5)), backends)


@pytest.mark.parametrize(
    ("holds", "family"),
    [
        (lambda a, b: a > 0 and b > 0 and b % a == 0, ["k", "k*m"]),
        (lambda a, b: b > a > 0 and a % (b - a) == 0, ["k*m", "k*m + k"]),
        (lambda a, b: a > 1 and b > 0 and (b + 1) % a == 0, ["k", "k*m - 1"]),
    ],
)
def test_product_families_are_guessed(holds, family):
    found = {(a, b) for a in range(-30, 31) for b in range(-30, 31) if holds(a, b)}
    guesses = [g["families"][0]["tuple"] for g in guess_products(found, 30, ("k", "m"))]
    assert family in guesses
