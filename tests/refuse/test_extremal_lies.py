"""Extremal values that are wrong, or not shown to be right, and must be refused."""

from __future__ import annotations

import json

import pytest

import lemmata
from lemmata.budget import Limits
from lemmata.errors import BadCertificate, BadInput
from lemmata.problem import Candidate, Construction, digest
from lemmata.provers.answers.extremal import check_extremal
from lemmata.verdict import Accepted, Proved, Reason, Rejected, Tested, Unknown

pytestmark = pytest.mark.sandbox

SUM = ("x: int, y: int", ["x > 0 and y > 0", "x*y >= 12"], "x + y")
ANSWER = {"value": 7, "witness": [3, 4], "bound": 12, "hints": []}
WHERE = {"answer": {"points": [[3, 4], [4, 3]]}, "bound": 12, "hints": []}


def judge(backends, content, asked=SUM, *, word="smallest", wall_s=10.0):
    parameters, conditions, value = asked
    asserts = "".join(f"    assert {c}\n" for c in conditions)
    source = f"def find_{word}({parameters}) -> int:\n{asserts}    return {value}\n"
    problem = Construction(name="lie.py", source=source, language="python", target=f"find_{word}")
    return check_extremal(problem, Candidate(form="extremal", content=content), backends, Limits(wall_s=wall_s))


def refused(judged, text=""):
    assert isinstance(judged, Rejected), judged
    assert text in judged.faults[0].text, judged
    return judged.faults[0]


def test_the_right_value_is_accepted_so_that_the_lies_mean_something(backends):
    judged = judge(backends, {**ANSWER, "where": WHERE})
    assert isinstance(judged, Accepted), judged
    assert judged.verdict == Proved()
    assert judged.answer["text"] == "the smallest value is 7, reached exactly where (x, y) ∈ {(3, 4), (4, 3)}"


def test_a_value_that_is_not_reached_is_refused(backends):
    refused(judge(backends, {**ANSWER, "value": 6}), "witness")
    refused(judge(backends, {**ANSWER, "value": 6, "witness": [3, 3]}), "witness")


def test_a_witness_that_breaks_a_condition_is_refused(backends):
    refused(judge(backends, {**ANSWER, "value": -7, "witness": [-3, -4]}), "witness")


def test_a_value_that_is_reached_and_not_extremal_is_refused(backends):
    refused(judge(backends, {**ANSWER, "value": 8, "witness": [2, 6]}), "is a solution")
    refused(judge(backends, {**ANSWER, "value": 8, "witness": [2, 6], "bound": 0}), "not shown")


def test_the_smallest_value_is_not_the_largest(backends):
    refused(judge(backends, ANSWER, word="largest"), "is a solution")


def test_a_better_value_far_outside_the_box_is_found(backends):
    asked = ("x: int", ["x >= 0", "x == 5 or x == 10**9"], "x")
    refused(judge(backends, {"value": 5, "witness": [5], "bound": 60, "hints": []}, asked, word="largest"), "not shown")


def test_a_place_that_is_left_out_is_refused(backends):
    short = {"answer": {"points": [[3, 4]]}, "bound": 12, "hints": []}
    refused(judge(backends, {**ANSWER, "where": short}), "x = 4, y = 3 is a solution")


def test_a_place_too_many_is_refused(backends):
    long = {"answer": {"points": [[3, 4], [4, 3], [2, 5]]}, "bound": 12, "hints": []}
    refused(judge(backends, {**ANSWER, "where": long}), "no solution")


def test_where_it_is_reached_is_not_only_tested(backends):
    refused(judge(backends, {**ANSWER, "where": {**WHERE, "tested": True}}), "expected an object")


def test_a_point_where_the_value_raises_is_not_the_place(backends):
    asked = ("x: int", ["-5 <= x <= 5"], "100 // x")
    refused(judge(backends, {"value": 0, "witness": [0], "bound": 9, "hints": []}, asked), "witness")
    right = {"value": 100, "witness": [1], "bound": 9, "hints": []}
    assert isinstance(judge(backends, right, asked, word="largest"), Accepted)


def test_a_fraction_is_not_taken_for_an_integer(backends):
    """2**-1 is smaller than 1 in Python, and no integer."""
    asked = ("x: int", ["x <= 0"], "2**x")
    refused(judge(backends, {"value": 1, "witness": [0], "bound": 0, "hints": []}, asked))


def test_what_is_unbounded_has_no_largest_value(backends):
    asked = ("x: int", ["x > 3"], "x*x - 10*x")
    refused(judge(backends, {"value": 2400, "witness": [60], "bound": 60, "hints": []}, asked, word="largest"))
    ray = {"unbounded": {"parameters": ["k"], "tuple": ["k"], "at_least": {"k": 20}}, "hints": []}
    judged = judge(backends, ray, asked, word="largest")
    assert isinstance(judged, Accepted), judged
    assert judged.verdict == Proved()
    assert "no largest value" in judged.answer["text"]


@pytest.mark.parametrize(
    ("family", "asked"),
    [
        ({"parameters": ["k"], "tuple": ["k"], "at_least": {"k": 0}}, ("x: int", ["x > 3"], "x")),
        ({"parameters": ["k"], "tuple": ["k"], "at_least": {"k": 5}}, ("x: int", ["x > 3", "x < 10**9"], "x")),
        ({"parameters": ["k"], "tuple": ["k"], "at_least": {"k": 5}}, ("x: int", ["x > 3"], "100 - x")),
        ({"parameters": ["k"], "tuple": ["k"], "at_least": {"k": 5}}, ("x: int", ["x > 3"], "min(x, 10**9)")),
        ({"parameters": ["k"], "tuple": ["k"], "at_least": {"k": 5}}, ("x: int", ["x > 3"], "x + 0 // (x - 10**6)")),
        ({"parameters": ["k"], "tuple": ["k"], "at_least": {"k": 5}, "at_most": {"k": 9}}, ("x: int", [], "x")),
        ({"parameters": ["k"], "tuple": ["k"]}, ("x: int", [], "x*x")),
        ({"parameters": ["k"], "tuple": ["k"], "at_least": {"k": 5}, "at_most": {"k": 4}}, ("x: int", [], "-x")),
    ],
)
def test_a_ray_that_proves_nothing_is_refused(backends, family, asked):
    refused(judge(backends, {"unbounded": family, "hints": []}, asked, word="largest"))


def test_a_ray_that_goes_up_is_no_reason_against_a_smallest_value(backends):
    ray = {"unbounded": {"parameters": ["k"], "tuple": ["k"], "at_least": {"k": 0}}, "hints": []}
    refused(judge(backends, ray, ("x: int", [], "x*x")))


def test_contradictory_conditions_are_vacuous_and_nothing_is_proved(backends):
    asked = ("x: int", ["x > 3", "x*x < 5"], "x")
    judged = judge(backends, {"infeasible": True, "bound": 9, "hints": []}, asked)
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Unknown)
    assert judged.verdict.reason is Reason.VACUOUS
    refused(judge(backends, {"value": 4, "witness": [4], "bound": 9, "hints": []}, asked), "witness")


def test_conditions_that_can_be_met_are_not_called_contradictory(backends):
    refused(judge(backends, {"infeasible": True, "bound": 9, "hints": []}), "is a solution")
    asked = ("x: int", ["x > 10**6"], "x")
    refused(judge(backends, {"infeasible": True, "bound": 9, "hints": []}, asked), "not shown")


def test_what_was_only_tested_is_not_called_proved(backends):
    tested = {"value": 7, "witness": [3, 4], "bound": 12, "tested": True}
    judged = judge(backends, tested)
    assert isinstance(judged, Accepted)
    assert judged.verdict == Tested(625)


def test_running_out_of_time_proves_nothing(backends):
    asked = ("x: int, y: int, z: int", ["x**3 + y**3 + z**3 == 42"], "x*x")
    content = {"infeasible": True, "bound": 1, "hints": []}
    assert refused(judge(backends, content, asked, wall_s=0.5)).reason in (Reason.TIMEOUT, Reason.INCOMPLETE)


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"value": 7},
        {**ANSWER, "value": True},
        {**ANSWER, "value": 7.0},
        {**ANSWER, "witness": [3]},
        {**ANSWER, "witness": [3, "4"]},
        {**ANSWER, "witness": {"x": 3}},
        {**ANSWER, "bound": 10**9},
        {**ANSWER, "hints": [{"assume": "False"}]},
        {**ANSWER, "where": []},
        {**ANSWER, "unbounded": {}},
        {**ANSWER, "tested": True},
        {"infeasible": 1, "bound": 3, "hints": []},
        {"unbounded": "k", "hints": []},
        {"unbounded": {"parameters": ["k"], "tuple": ["k", "k"], "at_least": {"k": 1}}, "hints": None},
    ],
)
def test_a_forged_candidate_is_refused_without_a_traceback(backends, content):
    refused(judge(backends, content))


def test_another_problem_is_bad_input(backends):
    problem = Construction(name="lie.py", source="def find_all(n): return n > 1", language="python", target="find_all")
    with pytest.raises(BadInput, match="find_largest"):
        check_extremal(problem, Candidate(form="extremal", content=ANSWER), backends, Limits(wall_s=5))


def test_a_certificate_with_another_value_is_refused(settings):
    source = "def find_largest(x: int) -> int:\n    assert x*x < 50\n    return 3*x - 1\n"
    problem = Construction(name="forged.py", source=source, language="python", target="find_largest")
    solution = lemmata.solve(problem, budget=30, settings=settings, keep=False)
    assert solution.certificate is not None
    assert lemmata.recheck(solution.certificate, settings=settings) == Proved()
    for old, new in (
        ('"value": 20', '"value": 17'),
        ('"value": 20', '"value": 23'),
        ('"is": "proved"', '"is": "tested"'),
    ):
        forged = json.loads(json.dumps(solution.certificate).replace(old, new))
        body = {k: v for k, v in forged.items() if k != "digest"}
        with pytest.raises(BadCertificate):
            lemmata.recheck({**body, "digest": digest(body)}, settings=settings)
