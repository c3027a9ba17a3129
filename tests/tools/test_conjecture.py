"""From a predicate to a proved answer, without any model."""

from __future__ import annotations

import json

import pytest

from lemmata.budget import Limits
from lemmata.problem import Construction
from lemmata.provers.answers.check import check_answer_set
from lemmata.provers.terms.polynomial import constant, plus, polynomial_of, scaled, times
from lemmata.provers.terms.python_reader import read_expression
from lemmata.tools.base import Turn
from lemmata.tools.conjecture import propose
from lemmata.tools.conjecture_answers import guess_answers
from lemmata.tools.conjecture_hints import divide, square_root
from lemmata.verdict import Accepted, Proved, Tested

SOLVED = [
    ("n", "n >= 0 and (n**3 + 3) % (n**2 + 1) == 0", "n ∈ {0, 1, 3}"),
    ("n", "n*n % 8 == 1", "n = 2*k + 1 for every integer k"),
    ("n", "n > 0 and n % 3 == 2 and n % 5 == 3", "n = 15*k + 8 for every integer 0 ≤ k"),
    ("n", "n*n % 3 == 2", "there is no solution"),
    ("n", "n > 0 and (2**n - 1) % 7 == 0", "n = 3*k for every integer 1 ≤ k"),
    ("n", "0 < n <= 100 and (2**n + 1) % n == 0", "n ∈ {1, 3, 9, 27, 81}"),
    ("n", "any(k*k == n*n + 100 for k in range(0, abs(n) + 60))", "n ∈ {-24, 0, 24}"),
    ("x y", "x > 0 and y > 0 and x**2 + 3*y == 2*x*y", "(x, y) ∈ {(2, 4), (3, 3), (6, 4)}"),
    ("x y", "x*x - 3*y*y == 2", "there is no solution"),
    ("x y", "x*y == x + y", "(x, y) ∈ {(0, 0), (2, 2)}"),
    ("x y", "y == x + 1 and x >= 0", "(x, y) = (k, k + 1) for every integer 0 ≤ k"),
    ("x y", "x*x == y", "(x, y) = (k, k**2) for every integer k"),
    ("x y", "3*x + 5*y == 7", "(x, y) = (5*k - 1, -3*k + 2) for every integer k"),
    ("x y z", "0 < x <= y <= z and x*y*z == x + y + z", "(x, y, z) ∈ {(1, 2, 3)}"),
]


def construction(parameters: str, expression: str) -> Construction:
    names = ", ".join(f"{p}: int" for p in parameters.split())
    source = f"def find_all({names}) -> bool:\n    return {expression}\n"
    return Construction(name="t.py", source=source, language="python", target="find_all")


def run(problem, backends):
    """The last thing accepted, Proved at once."""
    memory, best = None, None
    for _ in range(5):
        offer = propose(Turn(problem=problem, memory=memory, limits=Limits(wall_s=10)), backends)
        memory = json.loads(json.dumps(offer.memory))
        for candidate in offer.candidates:
            judged = check_answer_set(problem, candidate, backends, Limits(wall_s=3))
            best = judged if isinstance(judged, Accepted) else best
            if best is not None and best.verdict == Proved():
                return best
        if offer.done:
            break
    return best


@pytest.mark.sandbox
@pytest.mark.parametrize(("parameters", "expression", "text"), SOLVED)
def test_the_answer_is_found_and_proved(backends, parameters, expression, text):
    best = run(construction(parameters, expression), backends)
    assert best is not None
    assert (best.verdict, best.answer["text"]) == (Proved(), text)


@pytest.mark.sandbox
def test_what_cannot_be_proved_is_offered_as_tested(backends):
    best = run(construction("n", "n > 1 and 2**n % n == 2 and n % 2 == 0"), backends)
    assert best is None or isinstance(best.verdict, Tested)


def test_guesses_agree_with_what_was_seen():
    assert guess_answers({(2,), (3,)}, 20, ("n",))[0] == {"points": [[2], [3]]}
    assert guess_answers(set(), 20, ("n",)) == ["none"]
    evens = {(n,) for n in range(-20, 21, 2)}
    assert guess_answers(evens, 20, ("k",))[0]["families"] == [{"parameters": ["j"], "tuple": ["2*j"]}]


@pytest.mark.parametrize(
    ("dividend", "divisor"),
    [
        ("n**3 + 3", "n**2 + 1"),
        ("n**2 + 1", "2*n + 1"),
        ("5", "3 - n"),
        ("n*m + m**3", "m + 2"),
        ("n**4", "-3*n**2 + n"),
    ],
)
def test_dividing_polynomials_comes_out(dividend, divisor):
    p, q = (polynomial_of(read_expression(t, ("n", "m"))) for t in (dividend, divisor))
    name = "m" if "m" in divisor else "n"
    multiplier, quotient, remainder = divide(p, q, name)
    assert multiplier > 0
    assert plus(times(quotient, q), remainder) == scaled(p, multiplier)


def test_the_square_root_of_a_polynomial_is_close():
    root = square_root(polynomial_of(read_expression("4*n**4 + 4*n**3 + 3*n**2 + 9", ("n",))))
    assert root == polynomial_of(read_expression("2*n**2 + n", ("n",)))
    assert square_root(polynomial_of(read_expression("3*n**2", ("n",)))) is None
    assert square_root(constant(4)) is None
