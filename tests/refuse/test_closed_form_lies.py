"""Closed forms that are wrong, or not shown to be right, and must be refused."""

from __future__ import annotations

import json

import pytest

import lemmata
from lemmata.budget import Limits
from lemmata.errors import BadCertificate, BadInput
from lemmata.problem import Candidate, Construction, digest
from lemmata.provers.answers.check import check_answer_set
from lemmata.provers.closed.check import check_closed_form
from lemmata.verdict import Accepted, Proved, Reason, Rejected, Tested

SQUARES = "return sum(2*k + 1 for k in range(n))"
SQUARE_SUM = {"0": {"sum": {"pieces": ["n**2"], "start": 0}}}


def problem(body, *, name="lie.py"):
    lines = "\n    ".join(body.splitlines())
    source = f"def find_value(n: int) -> int:\n    {lines}\n"
    return Construction(name=name, source=source, language="python", target="find_value")


def judge(backends, body, *pieces, start=0, first=(), folds=None, modulus=1, base=6, wall_s=10.0, **more):
    content = {
        "form": {"pieces": list(pieces), "start": start},
        "first": list(first),
        "folds": folds or {},
        "modulus": modulus,
        "base": base,
        **more,
    }
    candidate = Candidate(form="closed-form", content=content)
    return check_closed_form(problem(body), candidate, backends, Limits(wall_s=wall_s))


def refused(judged, text=""):
    assert isinstance(judged, Rejected), judged
    assert text in judged.faults[0].text, judged
    return judged.faults[0]


def test_the_right_form_is_accepted_so_that_the_lies_mean_something(backends):
    judged = judge(backends, SQUARES, "n**2", folds=SQUARE_SUM)
    assert isinstance(judged, Accepted)
    assert judged.verdict == Proved()


def test_a_form_off_by_one_is_refused(backends):
    refused(judge(backends, SQUARES, "(n + 1)**2", folds=SQUARE_SUM), "the value for 0 is 0")
    refused(
        judge(backends, SQUARES, "n**2", folds={"0": {"sum": {"pieces": ["(n + 1)**2"], "start": 0}}}), "sum is not"
    )


def test_a_form_that_is_right_for_a_hundred_values_and_wrong_later_is_refused(backends):
    body = "if n >= 100:\n    return 0\nreturn n*n + n + 41"
    refused(judge(backends, body, "n**2 + n + 41", base=50), "comparison")
    refused(judge(backends, body, "n**2 + n + 41", base=120), "the value for 100 is 0")


def test_regions_of_a_circle_are_not_powers_of_two(backends):
    body = "assert n >= 1\nreturn 1 + n*(n - 1)//2 + n*(n - 1)*(n - 2)*(n - 3)//24"
    refused(judge(backends, body, "2**(n - 1)", start=1, base=4, modulus=24), "does not come out")
    refused(judge(backends, body, "2**(n - 1)", start=1, base=6, modulus=24), "the value for 6 is 31")
    right = "(n**4 - 6*n**3 + 23*n**2 - 18*n + 24)/24"
    assert isinstance(judge(backends, body, right, start=1, modulus=24), Accepted)


def test_a_right_step_with_a_wrong_base_is_refused(backends):
    body = "if n == 0:\n    return 5\nreturn 2*find_value(n - 1)"
    refused(judge(backends, body, "2**n"), "the value for 0 is 5")
    assert isinstance(judge(backends, body, "5*2**n"), Accepted)


def test_a_second_base_case_that_is_wrong_is_refused(backends):
    body = "if n == 0:\n    return 0\nif n == 1:\n    return 2\nreturn find_value(n - 1) + find_value(n - 2)"
    binet = "((1 + sqrt(5))/2)**n/sqrt(5) - ((1 - sqrt(5))/2)**n/sqrt(5)"
    refused(judge(backends, body, binet), "the value for 1 is 2")
    assert isinstance(judge(backends, body, f"2*({binet})"), Accepted)


def test_a_start_before_the_first_value_is_refused(backends):
    refused(judge(backends, "assert n >= 3\nreturn n", "n", start=0), "values from 3")


def test_a_start_later_than_asked_needs_the_values_before_it(backends):
    body = "if n == 0:\n    return 7\nreturn n"
    refused(judge(backends, body, "n", start=1), "values from 0")
    refused(judge(backends, body, "n", start=1, first=[0]), "the value for 0 is 7")
    judged = judge(backends, body, "n", start=1, first=[7])
    assert isinstance(judged, Accepted)
    assert judged.answer["text"] == "find_value(0) = 7, find_value(n) = n for every integer n ≥ 1"


def test_a_recursion_that_reaches_below_its_start_has_no_value(backends):
    refused(judge(backends, "return find_value(n - 1)", "0"), "not known")
    refused(judge(backends, "if n == 0:\n    return 0\nreturn find_value(n - 2)", "0"), "the value for 1 is not known")


def test_a_base_case_far_up_is_not_passed_over(backends):
    body = "if n == 300:\n    return 1\nif n == 0:\n    return 0\nreturn find_value(n - 1)"
    refused(judge(backends, body, "0", base=50), "comparison")


def test_one_piece_that_is_wrong_is_refused(backends):
    right = ["n**2/4", "(n**2 - 1)/4"]
    assert isinstance(judge(backends, "return n*n//4", *right, modulus=2), Accepted)
    refused(judge(backends, "return n*n//4", "n**2/4", "n**2/4", modulus=2), "")
    refused(judge(backends, "return n*n//4", *right[::-1], modulus=2), "")


def test_a_class_that_mixes_pieces_is_refused(backends):
    refused(judge(backends, "return n*n//4", "n**2/4", "(n**2 - 1)/4", modulus=1), "can't be followed")
    refused(judge(backends, "return n*n//4", "n**2/4", "(n**2 - 1)/4", modulus=3), "can't be followed")


def test_floor_division_is_not_taken_for_exact_division(backends):
    refused(judge(backends, "return n//2 + 0*n", "n/2", base=0), "")
    body = "if n == 0:\n    return 1\nreturn (n + 1)*find_value(n - 1)//n"
    refused(judge(backends, body, "n + 2"), "")
    assert isinstance(judge(backends, body, "n + 1"), Accepted)


def test_a_quotient_is_exact_only_where_the_form_is_whole(backends):
    """f(n) = 2·f(n-1)//3 goes down to 0; the form 2ⁿ/3ⁿ satisfies the recurrence without the rounding."""
    body = "if n == 0:\n    return 1\nreturn 2*find_value(n - 1)//3"
    refused(judge(backends, body, "2**n/3**n", base=0 + 1), "")


def test_a_division_by_zero_in_the_function_is_seen(backends):
    refused(judge(backends, "return (n - 200)//(n - 200)", "1", base=10), "")
    refused(judge(backends, "x = 1 // (n - 200)\nreturn n", "n", base=10), "")


def test_a_form_without_a_value_somewhere_is_refused(backends):
    refused(judge(backends, "return n", "n*(n - 50)/(n - 50)", base=6), "can't be followed")
    refused(judge(backends, "return n", "n*(n - 3)/(n - 3)", base=6), "gives nothing for 3")
    refused(judge(backends, "return 1", "factorial(n - 5)/factorial(n - 5)", base=4), "gives nothing")


def test_a_loop_whose_forms_are_missing_is_refused(backends):
    refused(judge(backends, SQUARES, "n**2"), "expected a form for each name")


def test_forms_of_a_loop_must_hold_from_the_first_round(backends):
    late = {"0": {"sum": {"pieces": ["n**2"], "start": 7}}}
    refused(judge(backends, SQUARES, "n**2", folds=late), "start from 0 up to the base")


def test_a_loop_that_changes_its_ways_after_many_rounds_is_refused(backends):
    body = "total = 0\nfor k in range(n):\n    if k < 77:\n        total += 1\nreturn total"
    refused(judge(backends, body, "n", folds={"0": {"total": {"pieces": ["n"], "start": 0}}}), "can't be followed")
    refused(judge(backends, body, "n", folds={"0": {"total": {"pieces": ["n"], "start": 0}}}, base=90), "")


def test_the_number_of_rounds_is_not_off_by_one(backends):
    form = {"0": {"total": {"pieces": ["n*(n + 1)/2"], "start": 0}}}
    body = "total = 0\nfor k in range(1, n):\n    total += k\nreturn total"
    refused(judge(backends, body, "n*(n + 1)/2", folds=form), "the value for 1 is 0")
    assert isinstance(judge(backends, body, "n*(n - 1)/2", start=1, first=[0], folds=form), Accepted)


def test_a_loop_that_divides_by_zero_later_has_no_value(backends):
    body = "total = 0\nfor k in range(n):\n    total += (k - 60)//(k - 60)\nreturn total"
    refused(judge(backends, body, "n", folds={"0": {"total": {"pieces": ["n"], "start": 0}}}), "")


def test_a_function_of_fractions_or_without_a_value_is_not_tested_as_whole(backends):
    """2.5 is not 2, and a division by zero is no 0."""
    content = {"form": {"pieces": ["0"], "start": 0}, "first": [], "tested": 5}
    for body in ("while n > 99:\n    pass\nreturn 0.5", "while n > 99:\n    pass\nreturn 0 // (n - 2)"):
        candidate = Candidate(form="closed-form", content=content)
        refused(check_closed_form(problem(body), candidate, backends, Limits(wall_s=9)), "could not be run")


def test_loops_that_look_alike_are_told_apart(backends):
    body = "s = 0\nt = 0\nfor k in range(n):\n    s += k\nfor k in range(n):\n    t += k*k\nreturn s + 1000*t"
    once = {"0": {"s": {"pieces": ["n*(n - 1)/2"], "start": 0}}, "1": {"t": {"pieces": ["n*(n - 1)/2"], "start": 0}}}
    refused(judge(backends, body, "1001*n*(n - 1)/2", folds=once))


def test_a_helper_with_a_loop_is_read_for_each_of_its_arguments(backends):
    source = (
        "def upto(n, c):\n    s = c\n    for k in range(n):\n        s += k\n    return s\n\n\n"
        "def find_value(n: int) -> int:\n    return upto(n, 0) - upto(n, 5)\n"
    )
    asked = Construction(name="lie.py", source=source, language="python", target="find_value")
    half = "n*(n - 1)/2"
    folds = {"0": {"s": {"pieces": [half], "start": 0}}, "1": {"s": {"pieces": [f"{half} + 5"], "start": 0}}}
    content = {"form": {"pieces": ["0"], "start": 0}, "first": [], "folds": folds, "modulus": 1, "base": 3}
    candidate = Candidate(form="closed-form", content=content)
    refused(check_closed_form(asked, candidate, backends, Limits(wall_s=9)), "the value for 0 is -5")
    right = Candidate(form="closed-form", content={**content, "form": {"pieces": ["-5"], "start": 0}})
    assert isinstance(check_closed_form(asked, right, backends, Limits(wall_s=9)), Accepted)


def test_what_was_only_tested_is_not_called_proved(backends):
    content = {"form": {"pieces": ["n"], "start": 0}, "first": [], "tested": 30}
    candidate = Candidate(form="closed-form", content=content)
    judged = check_closed_form(problem("return n if n < 99 else 0"), candidate, backends, Limits(wall_s=5))
    assert isinstance(judged, Accepted)
    assert judged.verdict == Tested(31)


def test_running_out_of_time_proves_nothing(backends):
    fault = refused(judge(backends, SQUARES, "n**2", folds=SQUARE_SUM, wall_s=0.0))
    assert fault.reason is Reason.TIMEOUT


@pytest.mark.parametrize(
    "piece",
    ["", "m", "n//2", "n if n else 1", "find_value(n)", "__import__('os')", "factorial(n, n)", "n**n", "2.0*n",
     "2**n**n", "sqrt(n)", "(" * 300 + "n" + ")" * 300, "1" + "0" * 999, "0/0", "factorial(10**9)", "2**(10**9)",
     "n**(10**9)", "sqrt(-1)", "sqrt(2) + sqrt(3)", "True"],
)  # fmt: skip
def test_what_is_not_in_the_language_is_refused_without_a_traceback(backends, piece):
    refused(judge(backends, "return n", piece))


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"form": "n"},
        {"form": {"pieces": ["n"], "start": 0}, "first": [], "folds": {}, "modulus": 0, "base": 5},
        {"form": {"pieces": ["n"], "start": 0}, "first": [], "folds": {}, "modulus": 10**9, "base": 5},
        {"form": {"pieces": ["n"], "start": 0}, "first": [], "folds": {}, "modulus": True, "base": 5},
        {"form": {"pieces": ["n"], "start": 0}, "first": [], "folds": {}, "modulus": 1, "base": 10**9},
        {"form": {"pieces": ["n"], "start": 0}, "first": [], "folds": [], "modulus": 1, "base": 5},
        {"form": {"pieces": ["n"], "start": 0}, "first": [], "folds": {"0": {}}, "modulus": 1, "base": 5},
        {"form": {"pieces": ["n"], "start": 0}, "first": None, "folds": {}, "modulus": 1, "base": 5},
        {"form": {"pieces": [], "start": 0}, "first": [], "folds": {}, "modulus": 1, "base": 5},
        {"form": {"pieces": ["n"] * 999, "start": 0}, "first": [], "folds": {}, "modulus": 1, "base": 5},
        {"form": {"pieces": ["n"], "start": 10**9}, "first": [], "folds": {}, "modulus": 1, "base": 5},
        {"form": {"pieces": ["n"], "start": 0}, "first": [], "tested": 10**9},
        {"form": {"pieces": ["n"], "start": 0}, "first": [], "tested": 5, "verdict": "proved"},
    ],
)
def test_a_forged_candidate_is_refused_without_a_traceback(backends, content):
    candidate = Candidate(form="closed-form", content=content)
    assert isinstance(check_closed_form(problem("return n"), candidate, backends, Limits(wall_s=5)), Rejected)


def test_a_function_is_not_judged_as_a_predicate(backends):
    """Its numbers, read as truths, would be a condition that nobody asked about."""
    candidate = Candidate(form="answer-set", content={"answer": "all", "bound": 5})
    with pytest.raises(BadInput, match="find_all"):
        check_answer_set(problem("return n*n + 1"), candidate, backends, Limits(wall_s=5))


def test_a_certificate_with_another_form_is_refused(settings, backends):
    asked = problem("return n*(n + 1)//2")
    solution = lemmata.solve(asked, budget=30, settings=settings, keep=False)
    assert solution.certificate is not None
    assert lemmata.recheck(solution.certificate, settings=settings) == Proved()
    for old, new in (("n*(n + 1)/2", "n*(n + 1)/2 + 1"), ("n*(n + 1)/2", "n**2")):
        forged = json.loads(json.dumps(solution.certificate).replace(old, new).replace("n * (n + 1) / 2", new))
        body = {k: v for k, v in forged.items() if k != "digest"}
        with pytest.raises(BadCertificate):
            lemmata.recheck({**body, "digest": digest(body)}, settings=settings)
