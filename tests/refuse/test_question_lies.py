"""Worked answers that claim what was not computed or proved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Problem, Question, Theorem
from lemmata.provers.answers.worked import check_worked_answer
from lemmata.provers.base import Backends
from lemmata.provers.smt.query import query_of
from lemmata.verdict import Accepted, Rejected, Tested

QUESTION = Question(name="q", source="How many positive divisors has 360?")
HONEST = {"kind": "python", "code": "print(sum(360 % d == 0 for d in range(1, 361)))", "output": "24\n"}


pytestmark = pytest.mark.sandbox


def judge(backends: Backends, content: Any, *, problem: Problem = QUESTION) -> Accepted | Rejected:
    candidate = Candidate(form="worked-answer", content=content)
    return check_worked_answer(problem, candidate, backends, Limits(wall_s=30))


def refusal(backends: Backends, content: Any, *, problem: Problem = QUESTION) -> str:
    judged = judge(backends, content, problem=problem)
    assert isinstance(judged, Rejected)
    return "; ".join(f"{f.place}: {f.text}" for f in judged.faults)


def step(code: str, output: str) -> dict[str, str]:
    return {"kind": "python", "code": code, "output": output}


def claim(text: str, form: str = "smt-unsat") -> dict[str, Any]:
    try:
        core = [a.name for a in query_of(Theorem(name="claim", source=text, language="claim")).assertions]
    except BadInput:
        core = []
    return {"kind": "claim", "text": text, "form": form, "proof": {"solver": "z3", "core": core}}


def test_an_honest_answer_is_tested_not_proved(backends: Backends) -> None:
    judged = judge(backends, {"answer": "24", "steps": [HONEST]})
    assert isinstance(judged, Accepted)
    assert judged.verdict == Tested(1)
    assert judged.answer == "24"
    assert judged == judge(backends, {"answer": "24", "steps": [HONEST]})


def test_an_output_that_the_program_does_not_print_is_refused(backends: Backends) -> None:
    lie = {**HONEST, "output": "25\n"}
    assert "prints '24\\n', not '25\\n' as claimed" in refusal(backends, {"answer": "25", "steps": [lie]})


def test_an_answer_that_was_not_computed_is_refused(backends: Backends) -> None:
    assert "answer: expected the answer to be" in refusal(backends, {"answer": "25", "steps": [HONEST]})


def test_an_answer_that_only_an_earlier_step_computed_is_refused(backends: Backends) -> None:
    steps = [HONEST, step("print(3 + 4)", "7\n")]
    assert "answer:" in refusal(backends, {"answer": "24", "steps": steps})


def test_an_answer_without_steps_is_refused(backends: Backends) -> None:
    assert "expected 1 to 50 steps" in refusal(backends, {"answer": "24", "steps": []})


@pytest.mark.parametrize("code", ["print(24)", "x = 24\nprint(x)", "import sys\nsys.stdout.write('24\\n')"])
def test_a_step_that_only_prints_a_literal_is_refused(backends: Backends, code: str) -> None:
    assert "prints nothing but literals" in refusal(backends, {"answer": "24", "steps": [step(code, "24\n")]})


def test_one_idle_step_among_honest_ones_is_refused(backends: Backends) -> None:
    assert "step 1" in refusal(backends, {"answer": "24", "steps": [step("print(24)", "24\n"), HONEST]})


def test_a_file_of_the_host_is_not_seen(backends: Backends, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hunter2")
    code = f"print(open({str(secret)!r}).read())"
    text = refusal(backends, {"answer": "hunter2", "steps": [step(code, "hunter2\n")]})
    assert "it failed: FileNotFoundError" in text


def test_the_environment_of_the_host_is_not_seen(backends: Backends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    code = "import os\nprint(os.environ['OPENAI_API_KEY'])"
    assert "KeyError" in refusal(backends, {"answer": "sk-secret", "steps": [step(code, "sk-secret\n")]})


def test_a_program_that_fails_after_printing_is_refused(backends: Backends) -> None:
    code = HONEST["code"] + "\nraise SystemExit(3)"
    assert "it failed" in refusal(backends, {"answer": "24", "steps": [step(code, "24\n")]})


def test_a_program_that_never_ends_is_refused_as_a_limit(backends: Backends) -> None:
    code = "n = 0\nwhile True:\n    n += 1\nprint(n)"
    candidate = Candidate(form="worked-answer", content={"answer": "1", "steps": [step(code, "1\n")]})
    judged = check_worked_answer(QUESTION, candidate, backends, Limits(wall_s=1))
    assert isinstance(judged, Rejected)
    assert judged.faults[0].reason is not None


def test_an_output_that_changes_is_refused(backends: Backends) -> None:
    code = "import os\nprint(int.from_bytes(os.urandom(8), 'big') + 2)"
    assert "as claimed" in refusal(backends, {"answer": "7", "steps": [step(code, "7\n")]})


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"answer": "24"},
        {"answer": 24, "steps": [HONEST]},
        {"answer": "24", "steps": {"0": HONEST}},
        {"answer": "24", "steps": ["print(24)"]},
        {"answer": "24", "steps": [{"kind": "trust me"}]},
        {"answer": "24", "steps": [{"kind": ["python"]}]},
        {"answer": "24", "steps": [{**HONEST, "output": 24}]},
        {"answer": "24", "steps": [{**HONEST, "verified": "yes"}]},
        {"answer": "24", "steps": [HONEST], "verdict": "proved"},
        {"answer": " ", "steps": [HONEST]},
        {"answer": "24", "steps": [HONEST] * 51},
        {"answer": "24", "steps": [step("print(", "24\n")]},
        {"answer": "24", "steps": [step("print(2 + 2)\0", "24\n")]},
        {"answer": "24", "steps": [step("(" * 5000 + ")" * 5000, "24\n")]},
        {"answer": "24", "steps": [step("print(6 + 6)\n# \ud800", "24\n")]},
        {"answer": "24", "steps": [claim("∀ x : Int, x = 24", form="lean-proof")]},
    ],
)
def test_malformed_content_is_refused(backends: Backends, content: Any) -> None:
    assert refusal(backends, content)


def test_a_theorem_is_not_answered_by_running_programs(backends: Backends) -> None:
    theorem = Theorem(name="t", source="∀ x : Int, x ≤ x", language="claim")
    assert "a question" in refusal(backends, {"answer": "24", "steps": [HONEST]}, problem=theorem)


def test_an_answer_forced_by_a_claim_is_accepted(backends: Backends) -> None:
    judged = judge(backends, {"answer": "5", "steps": [claim("∀ x : Int, 2 * x + 3 = 13 → x = 5")]})
    assert isinstance(judged, Accepted)
    assert judged.verdict == Tested(1)


def test_a_false_claim_is_refused(backends: Backends) -> None:
    content = {"answer": "6", "steps": [claim("∀ x : Int, 2 * x + 3 = 13 → x = 6")]}
    assert "the claim is not proved" in refusal(backends, content)


def test_a_false_claim_beside_an_honest_computation_is_refused(backends: Backends) -> None:
    content = {"answer": "24", "steps": [claim("∀ x : Int, x < x + x"), HONEST]}
    assert "step 1: the claim is not proved" in refusal(backends, content)


def test_a_claim_that_assumes_the_answer_is_refused(backends: Backends) -> None:
    assert "answer:" in refusal(backends, {"answer": "6", "steps": [claim("∀ x : Int, x = 6 → x = 6")]})


def test_a_claim_about_another_number_does_not_give_the_answer(backends: Backends) -> None:
    assert "answer:" in refusal(backends, {"answer": "6", "steps": [claim("∀ x : Int, 2 * x = 10 → x = 5")]})


def test_a_claim_with_contradicting_hypotheses_is_refused(backends: Backends) -> None:
    content = {"answer": "6", "steps": [claim("∀ x : Int, x < 3 → x > 5 → x = 6")]}
    assert "contradict" in refusal(backends, content)


def test_a_claim_that_cannot_be_read_is_refused(backends: Backends) -> None:
    content = {"answer": "24", "steps": [claim("∀ x, trust me"), HONEST]}
    assert "step 1: the claim can't be read" in refusal(backends, content)
