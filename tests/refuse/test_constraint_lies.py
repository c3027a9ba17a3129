"""Solutions of constraint problems that break the constraints, are not the best, or try to fake that they are."""

from __future__ import annotations

import json

import pytest

from lemmata.benchmark.constraints import score_constraints
from lemmata.benchmark.outcome import Score
from lemmata.budget import Spent
from lemmata.datasets.sample import ByConstraints
from lemmata.problem import Question
from lemmata.verdict import Solution, Tested

pytest.importorskip("cpmpy", reason="the models are written in CPMpy (extra bench)")
pytest.importorskip("ortools", reason="the models are solved by OR-Tools (extra bench)")
pytestmark = pytest.mark.sandbox

SHELF = """
from cpmpy import *
import json
width, widths, gains = 10, [6, 5, 4, 3], [7, 6, 4, 3]
taken = boolvar(shape=4, name="taken")
gain = intvar(0, 100, name="gain")
model = Model([sum(taken * widths) <= width, gain == sum(taken * gains)])
model.maximize(gain)
model.solve()
solution = {"taken": taken.value().tolist(), "gain": gain.value()}
print(json.dumps(solution))
"""
TARGET = ByConstraints(model=SHELF, names=("taken", "gain"))
BEST = {"taken": [True, False, True, False], "gain": 11}
WORSE = {"taken": [False, True, True, False], "gain": 10}


def score(backends, answer, *, target=TARGET):
    text = answer if isinstance(answer, str) else json.dumps(answer)
    problem = Question(name="shelf", source="Fill the shelf.")
    solution = Solution(problem=problem, answer=text, verdict=Tested(1), certificate=None, cost=Spent())
    return score_constraints(target, solution, backends)


def wrong(backends, answer, text):
    judged, why = score(backends, answer)
    assert judged is Score.WRONG, why
    assert text in why


def test_the_best_is_right_so_that_the_lies_mean_something(backends):
    assert score(backends, BEST) == (Score.RIGHT, "")


def test_an_assignment_that_breaks_a_constraint(backends):
    wrong(backends, {"taken": [True, True, False, False], "gain": 13}, "break the constraints")


def test_an_objective_that_is_not_that_of_the_assignment(backends):
    wrong(backends, {**WORSE, "gain": 11}, "break the constraints")


def test_an_assignment_that_is_not_the_best(backends):
    wrong(backends, WORSE, "its objective is 10, not 11")


def test_fewer_elements(backends):
    wrong(backends, {"taken": [True, False, True], "gain": 11}, "taken: expected a list of 4, got one of 3")


def test_more_elements(backends):
    wrong(backends, {"taken": [True, False, True, False, False], "gain": 11}, "taken: expected a list of 4")


def test_the_same_elements_nested_otherwise(backends):
    wrong(backends, {"taken": [[True, False], [True, False]], "gain": 11}, "taken: expected a list of 4")
    wrong(backends, {"taken": [[True], False, True, False], "gain": 11}, "taken[0]: expected true or false")
    wrong(backends, {"taken": BEST["taken"], "gain": [11]}, "gain: expected a whole number")


@pytest.mark.parametrize("value", ["11.0", "1.1e1", '"11"', "null", "true", "1e400", "NaN"])
def test_a_value_of_another_type(backends, value):
    wrong(backends, f'{{"taken": [true, false, true, false], "gain": {value}}}', "")


def test_values_out_of_range(backends):
    wrong(backends, {**BEST, "gain": 10**30}, "gain: expected 0 to 100")
    wrong(backends, {**BEST, "taken": [2, 0, 1, 0]}, "taken[0]: expected 0 to 1")


def test_a_variable_that_is_left_out(backends):
    wrong(backends, {"gain": 11}, "expected values of taken, gain, got gain")


def test_a_variable_too_many(backends):
    wrong(backends, {**BEST, "model": 1}, "expected values of taken, gain")


def test_a_key_that_stands_there_twice(backends):
    wrong(backends, '{"taken": [true, false, true, false], "gain": 3, "gain": 11}', "a key stands in it twice")


def test_text_that_is_nested_without_end(backends):
    wrong(backends, '{"taken": ' + "[" * 900 + "]" * 900 + ', "gain": 11}', "expected")


def test_two_blocks_of_code(backends):
    block = f"```json\n{json.dumps(BEST)}\n```\n"
    wrong(backends, f"Either\n{block}or\n{block}", "expected one block of code, got 2")


def test_a_program_that_prints_two_answers(backends):
    program = f"import json\nfor s in ({WORSE}, {BEST}):\n    print(json.dumps(s))\n"
    wrong(backends, program, "expected one JSON object")


def test_a_program_that_changes_what_the_solver_says(backends):
    program = f"""
import json
import cpmpy
import cpmpy.solvers.ortools as ortools
cpmpy.Model.solve = lambda *a, **k: True
ortools.CPM_ortools.solve = lambda *a, **k: True
for path in (cpmpy.__file__, json.__file__, "/box/main.py"):
    try:
        open(path, "w").write("raise SystemExit")
    except OSError:
        pass
print('{json.dumps(WORSE)}')
"""
    wrong(backends, program, "its objective is 10, not 11")
    assert score(backends, BEST) == (Score.RIGHT, "")


def test_a_program_that_says_what_the_check_would_say(backends):
    wrong(backends, 'print(\'{"said": "met", "text": ""}\')', "expected values of taken, gain, got said, text")


def test_a_program_that_prints_its_answer_and_fails(backends):
    program = f"import json\nprint(json.dumps({BEST}))\nraise ModuleNotFoundError(\"No module named 'cpmpy'\")\n"
    wrong(backends, program, "the program failed: ModuleNotFoundError")


def test_words_that_are_neither_values_nor_a_program(backends):
    wrong(backends, "take the first and the third", "expected a JSON object, or a program")
