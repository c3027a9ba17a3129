"""Solutions are scored against the publisher's model, whatever language they are given in."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from importlib.util import find_spec

import pytest

from lemmata.benchmark import constraints
from lemmata.benchmark.constraint_answers import ModelProgram, NoAnswer, read_answer
from lemmata.benchmark.constraints import score_constraints
from lemmata.benchmark.outcome import Score
from lemmata.budget import Limits, Spent
from lemmata.datasets.sample import ByConstraints
from lemmata.errors import BackendMissing
from lemmata.problem import Candidate, Question
from lemmata.provers.answers.worked import check_worked_answer, run_python
from lemmata.provers.base import Backends
from lemmata.verdict import Accepted, Reason, Solution, Tested, Unknown

needs_packages = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("cpmpy", "ortools")),
    reason="CPMpy and OR-Tools are not installed (extra bench)",
)
needs_minizinc = pytest.mark.skipif(shutil.which("minizinc") is None, reason="MiniZinc is not installed")
pytestmark = pytest.mark.sandbox

ORDER = """
from cpmpy import *
import json
n = 4
place = intvar(1, n, shape=n, name="place")
model = Model([AllDifferent(place), place[0] < place[3], abs(place[1] - place[2]) == 1])
model.minimize(place[0] + 2 * place[3])
model.solve()
solution = {"place": place.value().tolist()}
print(json.dumps(solution))
"""
TARGET = ByConstraints(model=ORDER, instance={"n": 4}, names=("place",))
RIGHT = (Score.RIGHT, "")
CPMPY = """
import cpmpy as cp, json
p = cp.intvar(1, 4, shape=4)
m = cp.Model([cp.AllDifferent(p), p[0] < p[3], abs(p[1] - p[2]) == 1], minimize=p[0] + 2 * p[3])
assert m.solve()
print(json.dumps({"place": p.value().tolist()}))
"""
ORTOOLS = """
import json
from ortools.sat.python import cp_model
m = cp_model.CpModel()
p = [m.new_int_var(1, 4, f"p{i}") for i in range(4)]
m.add_all_different(p)
m.add(p[0] < p[3])
m.add_abs_equality(m.new_constant(1), p[1] - p[2])
m.minimize(p[0] + 2 * p[3])
s = cp_model.CpSolver()
s.solve(m)
print("found:", json.dumps({"place": [s.value(v) for v in p]}))
"""
MINIZINC = """
include "globals.mzn";
array[1..4] of var 1..4: place;  % output is below
constraint alldifferent(place) /\\ place[1] < place[4] /\\ abs(place[2] - place[3]) == 1;
solve minimize place[1] + 2 * place[4];
"""


def solved(answer, *, verdict=None):
    problem = Question(name="order", source="Put four things in order.")
    return Solution(problem=problem, answer=answer, verdict=verdict or Tested(1), certificate=None, cost=Spent())


def score(backends, answer, *, target=TARGET, wall_s=30.0):
    return score_constraints(target, solved(answer), backends, wall_s=wall_s)


@needs_packages
def test_values_are_right_as_text_as_an_object_and_in_a_block(backends):
    assert score(backends, '{"place": [1, 4, 3, 2]}') == RIGHT
    assert score(backends, {"place": [1, 3, 4, 2]}) == RIGHT
    assert score(backends, 'So it is\n```json\n{"place": [1, 4, 3, 2]}\n```\n') == RIGHT


@needs_packages
def test_a_program_in_cpmpy_is_run_for_its_values(backends):
    assert score(backends, CPMPY) == RIGHT
    assert score(backends, f"Here it is.\n\n```python\n{CPMPY}```\n") == RIGHT


@needs_packages
def test_what_a_model_prints_for_a_question_is_a_worked_answer_that_can_be_scored(backends):
    program = CPMPY.replace("m.solve()", 'm.solve(solver="ortools", num_workers=1)')
    ran = run_python(program, backends, Limits(wall_s=30))
    step = {"kind": "python", "code": program, "output": ran.output}
    candidate = Candidate(form="worked-answer", content={"answer": ran.output.strip(), "steps": [step]})
    judged = check_worked_answer(solved("").problem, candidate, backends, Limits(wall_s=30))
    assert isinstance(judged, Accepted), judged
    assert score(backends, judged.answer) == RIGHT


@needs_packages
def test_a_program_in_ortools_is_run_for_its_values(backends):
    assert score(backends, ORTOOLS) == RIGHT


@needs_packages
@needs_minizinc
def test_a_minizinc_model_is_run_for_its_values(backends):
    assert score(backends, MINIZINC) == RIGHT
    item = 'output ["{\\"place\\": ", show(place), "}"];\n'
    assert score(backends, f"```minizinc\n{MINIZINC}{item}```") == RIGHT


@needs_packages
@needs_minizinc
def test_a_minizinc_model_without_a_solution_is_wrong(backends):
    judged, why = score(backends, MINIZINC + "constraint place[1] > 3;\n")
    assert judged is Score.WRONG
    assert "UNSATISFIABLE" in why
    judged, why = score(backends, "array[1..2] of var 1..x: p; solve satisfy;")
    assert judged is Score.WRONG
    assert "the program failed" in why


@needs_packages
def test_a_program_without_end_is_not_scored(backends, monkeypatch):
    monkeypatch.setattr(constraints, "_START_S", 1.0)
    judged, why = score(backends, "import time\nwhile True:\n    time.sleep(0.1)\n", wall_s=0.5)
    assert (judged, why) == (Score.UNSCORED, "the program reached its limit of wall")


@needs_packages
def test_a_check_without_end_is_not_scored(backends):
    hard = ORDER.replace("n = 4", "n = 40").replace(
        "abs(place[1]", "sum(place[i] * place[i + 1] ** 2 for i in range(39))"
    )
    hard = hard.replace(" - place[2]) == 1", " == 417_223").replace("[3]", "[n - 1]")
    judged, why = score(backends, {"place": [*range(1, 41)]}, target=replace(TARGET, model=hard), wall_s=1.0)
    assert judged is Score.UNSCORED
    assert why == "the check reached its limit of time"


@needs_packages
@pytest.mark.parametrize(
    ("model", "text"),
    [
        (ORDER.replace("model = Model", "other = Model").replace("model.", "other."), "no variable `model`"),
        (ORDER.replace("place =", "order =", 1), "NameError"),
        (ORDER.replace("<", "!=").replace("abs(place[1]", "(place[9]"), "IndexError"),
    ],
)
def test_a_model_that_can_not_be_used_says_nothing_about_the_answer(backends, model, text):
    judged, why = score(backends, {"place": [1, 4, 3, 2]}, target=replace(TARGET, model=model))
    assert judged is Score.UNSCORED
    assert text in why


def test_no_answer_is_an_abstention(backends):
    unknown = solved(None, verdict=Unknown(Reason.TIMEOUT))
    assert score_constraints(TARGET, unknown, backends)[0] is Score.ABSTAINED


def test_a_sandbox_without_the_packages_is_no_wrong_answer(settings, monkeypatch):
    monkeypatch.setattr(constraints, "_TRIED", "import a_package_that_nobody_has\n")
    with Backends(settings) as fresh, pytest.raises(BackendMissing, match=r"pip install 'lemmata\[bench\]'"):
        score(fresh, {"place": [1, 4, 3, 2]})


def test_no_minizinc_is_no_wrong_answer(settings, monkeypatch, tmp_path):
    with Backends(settings) as fresh:
        fresh.sandbox()
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(BackendMissing, match="apt-get install minizinc"):
            score(fresh, MINIZINC)


def test_programs_are_recognised_by_their_text():
    assert read_answer(CPMPY) == ModelProgram(text=CPMPY, language="python")
    assert read_answer(MINIZINC) == ModelProgram(text=MINIZINC, language="minizinc")
    assert read_answer("```mzn\nvar 1..2: x;\n```") == ModelProgram(text="var 1..2: x;\n", language="minizinc")
    for text in ("", "42", "[1, 2]", "the answer is 3"):
        with pytest.raises(NoAnswer):
            read_answer(text)


def test_values_survive_as_they_were_written():
    text = '{"x": [[1, 2], [3, -4]], "y": true}'
    assert read_answer(text) == json.loads(text)
