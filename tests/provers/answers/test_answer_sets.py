"""Answers to "find all", judged with a real solver."""

from __future__ import annotations

import itertools

import pytest

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Construction, Theorem
from lemmata.provers.answers.check import check_answer_set
from lemmata.provers.answers.query import cases, make_query, resolved
from lemmata.provers.terms.evaluate import evaluate
from lemmata.provers.terms.python_reader import read_expression
from lemmata.verdict import Accepted, Proved, Tested

pytestmark = pytest.mark.sandbox


def python(parameters: str, expression: str) -> Construction:
    names = ", ".join(f"{p}: int" for p in parameters.split())
    source = f"from math import gcd\n\n\ndef find_all({names}) -> bool:\n    return {expression}\n"
    return Construction(name="test.py", source=source, language="python", target="find_all")


def judge(problem, backends, **content):
    return check_answer_set(problem, Candidate(form="answer-set", content=content), backends, Limits(wall_s=20))


RIGHT = [
    ("n", "n*n < 10", {"points": [[i] for i in range(-3, 4)]}, 10, []),
    ("n", "n*n % 8 == 1", {"families": [{"parameters": ["k"], "tuple": ["2*k+1"]}]}, 9,
     [{"split": {"n": 8}}, {"split": {"k": 4}, "family": 0}]),
    ("n", "n % 6 in (1, 5) and n > 0", {"families": [{"parameters": ["k"], "tuple": [f"6*k+{r}"], "at_least": {"k": 0}}
     for r in (1, 5)]}, 20, []),
    ("n", "(n**3 + 3) % (n**2 + 1) == 0", {"points": [[-2], [-1], [0], [1], [3]]}, 20,
     [{"division": 0, "multiplier": 1, "quotient": "n", "remainder": "3 - n"}]),
    ("n", "(n**2 + 1) % (2*n + 1) == 0", {"points": [[-3], [-1], [0], [2]]}, 20,
     [{"division": 0, "multiplier": 4, "quotient": "2*n - 1", "remainder": "5"}]),
    ("x y", "x*x - y*y == 15", {"points": [[a, b] for a in range(-8, 9) for b in range(-8, 9) if a*a - b*b == 15]}, 9,
     [{"product": 0, "multiplier": 1, "left": "x - y", "right": "x + y"}]),
    ("x y", "x*y == x + y", {"points": [[0, 0], [2, 2]]}, 5,
     [{"product": 0, "multiplier": 1, "left": "x - 1", "right": "y - 1"}]),
    ("x y", "y == x*x", {"families": [{"parameters": ["k"], "tuple": ["k", "k*k"]}]}, 5, []),
    ("x y", "x*x - 3*y*y == 2", "none", 5, [{"split": {"x": 3, "y": 3}}]),
    ("n", "n >= 0 and any(k*k == n*n + n + 1 for k in range(n + 2))", {"points": [[0]]}, 5,
     [{"between": ["k", "n"]}]),
    ("n", "10 // n == 3", {"points": [[3]]}, 15, []),
    ("n", "n == n", "all", 3, []),
    ("n", "n >= 0 and (2**n - 1) % 7 == 0",
     {"families": [{"parameters": ["k"], "tuple": ["3*k"], "at_least": {"k": 0}}]}, 20, [{"split": {"n": 3}}]),
    ("n", "0 < n <= 60 and (2**n + 1) % n**2 == 0", {"points": [[1], [3]]}, 60, []),
    ("p", "p > 1 and all(p % d for d in range(2, p)) and all((p*p + 2) % d for d in range(2, p*p + 2))",
     {"points": [[3]]}, 20, [{"instances": [3]}, {"split": {"p": 3}}]),
    ("x y", "0 < x < y < 9 and gcd(x, y) == 3", {"points": [[3, 6]]}, 9, []),
]  # fmt: skip


@pytest.mark.parametrize(("parameters", "expression", "answer", "bound", "hints"), RIGHT)
def test_a_right_answer_is_proved(backends, parameters, expression, answer, bound, hints):
    judged = judge(python(parameters, expression), backends, answer=answer, bound=bound, hints=hints)
    assert isinstance(judged, Accepted), judged
    assert judged.verdict == Proved()
    assert judged.answer["text"]


def test_judging_twice_gives_the_same_facts(backends):
    problem = python("x y", "x*y == x + y")
    content = {"answer": {"points": [[2, 2], [0, 0]]}, "bound": 4, "hints": [], "tested": False}
    first, second = (judge(problem, backends, **content) for _ in range(2))
    assert isinstance(first, Accepted)
    assert (first.verdict, first.facts, first.answer) == (second.verdict, second.facts, second.answer)


def test_a_box_alone_is_tested_and_not_proved(backends):
    judged = judge(python("n", "n % 2 == 0 or n > 1000"), backends, answer={"families": [
        {"parameters": ["k"], "tuple": ["2*k"]}]}, bound=100, tested=True)  # fmt: skip
    assert isinstance(judged, Accepted)
    assert judged.verdict == Tested(201)
    assert "queries" not in judged.facts


def test_an_smtlib_construction_is_proved(backends):
    source = """(set-info :find all) (declare-const n Int)
    (define-fun square ((a Int)) Int (* a a))
    (assert (let ((m (square n))) (and (distinct n 0) (= (mod 12 n) 0) (< 3 m 40)))) (check-sat)"""
    problem = Construction(name="test.smt2", source=source, language="smtlib")
    answer = {"points": [[-6], [-4], [-3], [-2], [2], [3], [4], [6]]}
    judged = judge(problem, backends, answer=answer, bound=10)
    assert isinstance(judged, Accepted), judged
    assert judged.verdict == Proved()


@pytest.mark.parametrize(
    "problem",
    [
        Theorem(name="t", source="1 = 1", language="claim"),
        Construction(name="t", source="def find_all(n): return n.real > 1", language="python"),
        Construction(name="t", source="(declare-const x Real) (assert (> x 1.0))", language="smtlib"),
        Construction(name="t", source="(declare-const p Bool) (assert p)", language="smtlib"),
    ],
)
def test_a_problem_that_cannot_be_read_is_bad_input(backends, problem):
    with pytest.raises(BadInput, match=r"^t"):
        judge(problem, backends, answer="none", bound=3)


@pytest.mark.parametrize(
    ("expression", "moduli"),
    [("(n*n + m) % 6 == 1 and n // 4 == m", {"n": 12}), ("n*n - 3*m*m == 2", {"n": 3, "m": 4})],
)
def test_the_cases_of_a_split_together_say_what_the_query_says(expression, moduli):
    query = make_query(("n", "m"), read_expression(expression, ("n", "m")))
    split = [resolved(case) for case in cases(query, moduli)]
    for n, m in itertools.product(range(-14, 15), repeat=2):
        wanted = all(evaluate(c, {"n": n, "m": m}) for c in query.conditions)
        values = {"n": n, "m": m, **{f"{k}~": {"n": n, "m": m}[k] // v for k, v in moduli.items()}}
        index = 0
        for name, modulus in moduli.items():
            index = index * modulus + {"n": n, "m": m}[name] % modulus
        case = split[index]
        assert (case is not None and all(evaluate(c, values) for c in case.conditions)) is wanted
