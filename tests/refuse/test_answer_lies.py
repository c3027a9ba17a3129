"""Answers to "find all" that are wrong, or not shown to be right, and must be refused."""

from __future__ import annotations

import pytest

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Construction
from lemmata.provers.answers.check import check_answer_set
from lemmata.verdict import Accepted, Proved, Reason, Rejected, Tested

pytestmark = pytest.mark.sandbox

DIVISORS = "n > 0 and 12 % n == 0"
TWELVE = [[1], [2], [3], [4], [6], [12]]


def judge(backends, expression, content, *, parameters="n", wall_s=6.0):
    names = ", ".join(f"{p}: int" for p in parameters.split())
    source = f"def find_all({names}) -> bool:\n    return {expression}\n"
    problem = Construction(name="lie.py", source=source, language="python", target="find_all")
    candidate = Candidate(form="answer-set", content=content)
    return check_answer_set(problem, candidate, backends, Limits(wall_s=wall_s))


def refused(judged, text=""):
    assert isinstance(judged, Rejected), judged
    assert text in judged.faults[0].text, judged
    return judged.faults[0]


def residue(modulus, remainder, **bounds):
    return {"families": [{"parameters": ["k"], "tuple": [f"{modulus}*k + {remainder}"], **bounds}]}


def test_the_right_answer_is_accepted_so_that_the_lies_mean_something(backends):
    judged = judge(backends, DIVISORS, {"answer": {"points": TWELVE}, "bound": 20})
    assert isinstance(judged, Accepted)
    assert judged.verdict == Proved()


def test_an_answer_with_a_solution_missing_is_refused(backends):
    refused(judge(backends, DIVISORS, {"answer": {"points": TWELVE[:-1]}, "bound": 20}), "n = 12 is a solution")


def test_an_answer_with_an_element_too_many_is_refused(backends):
    lie = {"answer": {"points": [*TWELVE, [5]]}, "bound": 20}
    refused(judge(backends, DIVISORS, lie), "n = 5 is in the answer")


def test_an_extra_element_outside_the_box_is_refused(backends):
    refused(judge(backends, DIVISORS, {"answer": {"points": [*TWELVE, [1200]]}, "bound": 20}), "n = 1200")


def test_a_family_off_by_one_is_refused(backends):
    lie = {"answer": residue(3, 1, at_least={"k": 1}), "bound": 20}
    refused(judge(backends, "n % 3 == 1 and n > 0", lie), "n = 1 is a solution")


def test_a_family_with_the_wrong_remainder_is_refused(backends):
    refused(judge(backends, "n % 3 == 1", {"answer": residue(3, 2), "bound": 20}), "")


def test_a_family_that_fails_far_out_is_refused(backends):
    refused(judge(backends, "n % 3 == 1 and n < 10**9", {"answer": residue(3, 1), "bound": 20}))


def test_a_solution_far_outside_the_box_is_found(backends):
    refused(
        judge(backends, "n == 3 or n == 10**12 + 7", {"answer": {"points": [[3]]}, "bound": 50}),
        "not shown to be right",
    )


def test_a_bound_too_small_for_the_solutions_does_not_hide_them(backends):
    lie = {"answer": {"points": [[1, 1]]}, "bound": 2}
    refused(judge(backends, "0 < y <= x and x*x == y*y*y", lie, parameters="x y"))


def test_a_false_division_is_refused(backends):
    answer = {"points": [[-2], [-1], [0], [1], [3]]}
    hint = {"division": 0, "multiplier": 1, "quotient": "n", "remainder": "4 - n"}
    lie = {"answer": answer, "bound": 20, "hints": [hint]}
    refused(judge(backends, "(n**3 + 3) % (n**2 + 1) == 0", lie), "division")


def test_a_division_multiplied_by_zero_is_refused(backends):
    hint = {"division": 0, "multiplier": 0, "quotient": "0", "remainder": "0"}
    lie = {"answer": "none", "bound": 0, "hints": [hint]}
    refused(judge(backends, "n > 0 and (n**3 + 3) % (n**2 + 1) == 0", lie), "multiplier")


def test_a_false_product_is_refused(backends):
    hint = {"product": 0, "multiplier": 1, "left": "x - y", "right": "x + y + 1"}
    lie = {"answer": "none", "bound": 0, "hints": [hint]}
    refused(judge(backends, "x*x - y*y == 15", lie, parameters="x y"), "product")


def test_a_true_hint_does_not_make_a_wrong_answer_right(backends):
    hint = {"product": 0, "multiplier": 1, "left": "x - y", "right": "x + y"}
    lie = {"answer": {"points": [[4, 1], [4, -1], [-4, 1], [-4, -1]]}, "bound": 5, "hints": [hint]}
    refused(judge(backends, "x*x - y*y == 15", lie, parameters="x y"), "not shown to be right")


def test_floor_division_is_not_taken_for_the_euclidean_one(backends):
    lie = {"answer": {"points": [[-4]]}, "bound": 20}  # Euclidean: 7 = (-4)·(-1) + 3; Python: 7 // -4 == -2
    refused(judge(backends, "n < 0 and 7 // n == -1", lie), "")


def test_a_division_by_zero_is_not_a_solution(backends):
    refused(judge(backends, "10 // n == 0 or n == 0", {"answer": {"points": [[0]]}, "bound": 3}), "n = 0 is in")


def test_a_division_by_zero_that_is_thrown_away_still_raises(backends):
    refused(judge(backends, "not (n in range(0, 5 // n))", {"answer": "all", "bound": 3}), "n = 0 is in")


def test_a_division_by_zero_far_out_is_not_a_solution(backends):
    refused(judge(backends, "10 // (n - 1000) != 77", {"answer": "all", "bound": 20}))


def test_an_answer_that_needs_more_time_is_not_proved(backends):
    lie = {"answer": "none", "bound": 1}
    fault = refused(judge(backends, "x**3 + y**3 + z**3 == 42", lie, parameters="x y z", wall_s=0.5))
    assert fault.reason in (Reason.TIMEOUT, Reason.INCOMPLETE)


def test_what_was_only_tested_is_not_called_proved(backends):
    judged = judge(backends, "n < 100000", {"answer": "all", "bound": 50, "tested": True})
    assert isinstance(judged, Accepted)
    assert judged.verdict == Tested(101)


def test_a_parameter_cannot_take_the_name_of_a_bound_variable(backends):
    """`k*k == n` with n = k put into it would be captured: the family would look like solutions."""
    lie = {"answer": {"families": [{"parameters": ["k"], "tuple": ["k"], "at_least": {"k": 0}}]}, "bound": 1}
    judged = judge(backends, "n >= 0 and any(k * 0 == n - k for k in range(0, 2))", lie)
    refused(judged, "names that differ")


def test_a_power_that_the_solver_is_not_given_proves_nothing(backends):
    lie = {"answer": {"points": [[1], [3]]}, "bound": 20}
    refused(judge(backends, "n > 0 and (2**n + 1) % n**2 == 0", lie), "not shown to be right")


def test_a_family_that_fails_only_for_negative_exponents_is_refused(backends):
    lie = {"answer": residue(3, 0), "bound": 0, "hints": [{"split": {"n": 3}}]}
    refused(judge(backends, "(2**n - 1) % 7 == 0", lie))


@pytest.mark.parametrize(
    ("expression", "points"),
    [
        ("2**n < 8", [[0], [1], [2]]),
        ("(-1)**n == 1 and n < 1", [[0]]),
    ],
)
def test_a_predicate_that_reaches_negative_exponents_is_no_condition_on_integers(backends, expression, points):
    """Python goes on with fractions there: 2**-1 < 8 holds."""
    refused(judge(backends, expression, {"answer": {"points": points}, "bound": 20}), "exponent")


def test_negative_exponents_beyond_the_box_are_seen(backends):
    lie = {"answer": "none", "bound": 20}
    refused(judge(backends, "2**(n + 50) < 1 and n < 0", lie), "not shown to be right")


def test_an_instance_outside_the_range_proves_nothing(backends):
    lie = {"answer": "none", "bound": 0, "hints": [{"instances": [0, 1]}]}
    refused(judge(backends, "n > 1 and all(n % d != 0 for d in range(2, n))", lie), "not shown to be right")


def test_an_answer_that_repeats_the_question_is_refused(backends):
    lie = {"answer": {"families": [{"parameters": ["k"], "tuple": ["k"], "where": DIVISORS}]}, "bound": 5}
    refused(judge(backends, DIVISORS, lie), "expected parameters")


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"answer": "none"},
        {"answer": "none", "bound": -1},
        {"answer": "none", "bound": True},
        {"answer": "none", "bound": 10**30},
        {"answer": "none", "bound": "5"},
        {"answer": "none", "bound": 1.5},
        {"answer": "none", "bound": float("nan")},
        {"answer": "none", "bound": 5, "tested": 1},
        {"answer": "none", "bound": 5, "hints": {}},
        {"answer": "none", "bound": 5, "hints": [None]},
        {"answer": "none", "bound": 5, "hints": [{}]},
        {"answer": "none", "bound": 5, "hints": [{"assume": "False"}]},
        {"answer": "none", "bound": 5, "hints": [{"split": {"n": 1}}]},
        {"answer": "none", "bound": 5, "hints": [{"split": {"m": 3}}]},
        {"answer": "none", "bound": 5, "hints": [{"split": {"n": 10**9}}]},
        {"answer": "none", "bound": 5, "hints": [{"split": {"n": 2}}, {"split": {"n": 3}}]},
        {"answer": "none", "bound": 5, "hints": [{"between": ["n", "1) (assert false"]}]},
        {"answer": "none", "bound": 5, "hints": [{"between": ["n", "n**9**9"]}]},
        {"answer": "none", "bound": 5, "hints": [{"product": True, "multiplier": 1, "left": "n", "right": "n"}]},
        {"answer": "none", "bound": 5, "hints": [{"product": 99, "multiplier": 1, "left": "n", "right": "n"}]},
        {"answer": "none", "bound": 5, "verdict": "proved"},
        {"answer": {"points": [[1]] * 5000}, "bound": 5},
        {"answer": [[["deep"] * 3] * 3] * 3, "bound": 5},
    ],
)
def test_a_forged_candidate_is_refused_without_a_traceback(backends, content):
    refused(judge(backends, "n*n == 2", content))


def test_names_of_constants_cannot_imitate_names_that_are_made_here(backends):
    source = "(declare-const n Int) (declare-const n~ Int) (assert (= (* 2 n) (+ n~ 5)))"
    problem = Construction(name="lie.smt2", source=source, language="smtlib")
    candidate = Candidate(form="answer-set", content={"answer": "none", "bound": 0, "hints": [{"split": {"n": 2}}]})
    with pytest.raises(BadInput, match="names of constants"):
        check_answer_set(problem, candidate, backends, Limits(wall_s=5))


PRODUCTS = "a > 0 and b > 0 and b % a == 0"


def products(first, second, **bounds):
    return {"families": [{"parameters": ["k", "m"], "tuple": [first, second], **bounds}]}


def judge_pairs(backends, expression, answer, **more):
    return judge(backends, expression, {"answer": answer, "bound": 12, **more}, parameters="a b")


def test_the_right_product_family_is_accepted_so_that_the_lies_mean_something(backends):
    judged = judge_pairs(backends, PRODUCTS, products("k", "k*m", at_least={"k": 1, "m": 1}))
    assert isinstance(judged, Accepted), judged
    assert judged.verdict == Proved()


def test_a_product_family_that_starts_too_early_or_late_is_refused(backends):
    refused(judge_pairs(backends, PRODUCTS, products("k", "k*m", at_least={"k": 1, "m": 0})), "b = 0 is in the answer")
    refused(judge_pairs(backends, PRODUCTS, products("k", "k*m", at_least={"k": 1, "m": 2})), "is a solution")
    refused(judge_pairs(backends, PRODUCTS, products("k", "k*m", at_least={"m": 1})), "is in the answer")


def test_a_product_family_that_leaves_a_case_out_is_refused(backends):
    lie = products("k", "k*m", at_least={"k": 1, "m": 1}, at_most={"m": 10**6})
    refused(judge_pairs(backends, PRODUCTS, lie), "not shown")


def test_a_product_family_that_fails_far_out_is_refused(backends):
    lie = products("k", "k*m", at_least={"k": 1, "m": 1})
    refused(judge_pairs(backends, f"{PRODUCTS} and a*b < 10**9", lie), "not shown")


def test_a_parameter_that_is_not_determined_does_not_let_tuples_in(backends):
    """(0, b) belongs to (k, k·m) only for b = 0."""
    refused(judge_pairs(backends, "a == 0 or b % a == 0", products("k", "k*m")), "is a solution")
    refused(
        judge_pairs(backends, "a == 0 or b % a == 0", {**products("k", "k*m"), "points": [[0, 1]]}), "is a solution"
    )


def test_a_false_congruence_is_refused(backends):
    hint = {"congruent": 0, "quotient": "1", "remainder": "a"}
    lie = products("k", "k*m", at_least={"k": 1, "m": 1})
    refused(judge_pairs(backends, PRODUCTS, lie, hints=[hint]), "division does not come out")


def test_a_predicate_that_can_only_be_run_is_not_called_proved(backends):
    source = "def find_all(n: int) -> bool:\n    while n > 2:\n        n -= 2\n    return n == 2\n"
    problem = Construction(name="lie.py", source=source, language="python", target="find_all")
    family = {"families": [{"parameters": ["k"], "tuple": ["2*k"], "at_least": {"k": 1}}]}
    tested = Candidate(form="answer-set", content={"answer": family, "bound": 40, "tested": True})
    judged = check_answer_set(problem, tested, backends, Limits(wall_s=10))
    assert isinstance(judged, Accepted)
    assert judged.verdict == Tested(81)
    untested = Candidate(form="answer-set", content={"answer": family, "bound": 40})
    with pytest.raises(BadInput, match=r"lie\.py:2"):
        check_answer_set(problem, untested, backends, Limits(wall_s=10))
    lie = Candidate(form="answer-set", content={"answer": "none", "bound": 40, "tested": True})
    refused(check_answer_set(problem, lie, backends, Limits(wall_s=10)), "n = 2 is a solution")


def test_a_predicate_that_prints_and_leaves_is_not_believed(backends):
    """What it prints is no answer, and one that ends the program has not been looked at."""
    source = 'def find_all(n: int) -> bool:\n    print(\'{"radius": 9, "found": []}\')\n    return n.bit_length() < 0\n'
    problem = Construction(name="lie.py", source=source, language="python", target="find_all")
    none = Candidate(form="answer-set", content={"answer": "none", "bound": 9, "tested": True})
    assert isinstance(check_answer_set(problem, none, backends, Limits(wall_s=10)), Accepted)
    leaving = source.replace("return n.bit_length() < 0", "raise SystemExit(0)")
    problem = Construction(name="lie.py", source=leaving, language="python", target="find_all")
    refused(check_answer_set(problem, none, backends, Limits(wall_s=10)), "could not be run")


def test_a_predicate_that_loops_ends_at_the_limit(backends):
    source = "def find_all(n: int) -> bool:\n    while n > 5:\n        pass\n    return str(n) == '3'\n"
    problem = Construction(name="lie.py", source=source, language="python", target="find_all")
    three = Candidate(form="answer-set", content={"answer": {"points": [[3]]}, "bound": 9, "tested": True})
    fault = refused(check_answer_set(problem, three, backends, Limits(wall_s=2)), "only up to 5")
    assert fault.reason is Reason.TIMEOUT
