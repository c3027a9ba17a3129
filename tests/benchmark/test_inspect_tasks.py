"""Data sets as tasks of Inspect: evaluated, logged, read back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lemmata import recheck
from lemmata.datasets.table import names

pytest.importorskip("inspect_ai", reason="inspect-ai is not installed")
pytestmark = pytest.mark.sandbox

ROWS = [
    {
        "task_id": "HumanEval/a",
        "prompt": 'def double(n: int) -> int:\n    """Twice.\n\n    >>> double(2)\n    4\n    >>> double(5)\n    10\n'
        '    """\n',
        "entry_point": "double",
        "canonical_solution": "    return 2 * n\n",
        "test": "def check(candidate):\n    assert candidate(7) == 14\n",
    },
    {
        "task_id": "HumanEval/b",
        "prompt": 'def odd(n: int) -> int:\n    """Misleading.\n\n    >>> odd(0)\n    0\n    >>> odd(1)\n    1\n'
        '    """\n',
        "entry_point": "odd",
        "canonical_solution": "    return n ** 3\n",
        "test": "def check(candidate):\n    assert candidate(2) == 8\n",
    },
]
RUN = """
import json, sys
from inspect_ai import eval
from inspect_ai.log import read_eval_log
(log,) = eval(sys.argv[1], model=sys.argv[2], task_args=json.loads(sys.argv[3]), display="none", log_dir="logs")
log = read_eval_log(log.location)
print(json.dumps({
    "status": log.status,
    "task": log.eval.task,
    "scores": {s.id: [s.scores["judged"].value, s.scores["judged"].metadata] for s in log.samples or []},
    "said": {s.id: s.output.completion for s in log.samples or []},
    "requests": sum(e.event == "model" for s in log.samples or [] for e in s.events),
    "error": str(log.error.message) if log.error else "",
}))
"""


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    file = tmp_path / "HumanEval.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return file


def evaluate(tmp_path: Path, model: str, rows: Path) -> dict[str, Any]:
    command = [sys.executable, "-c", RUN, "lemmata/humaneval", model, json.dumps({"data": str(rows), "wall_s": 10})]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
        timeout=200,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def test_every_data_set_is_a_task() -> None:
    from lemmata.benchmark import inspect_tasks

    assert len(inspect_tasks.TASKS) == len(set(inspect_tasks.TASKS)) == len(names())
    assert all(name.isidentifier() and callable(getattr(inspect_tasks, name)) for name in inspect_tasks.TASKS)


def test_an_evaluation_without_a_model_logs_scores_verdicts_and_certificates(tmp_path: Path, rows: Path) -> None:
    found = evaluate(tmp_path, "none", rows)
    assert (found["status"], found["error"]) == ("success", "")
    mark, facts = found["scores"]["HumanEval/a"]
    assert mark == "C"
    assert facts["verdict"]["is"] == "tested"
    assert recheck(facts["certificate"]) is not None
    mark, facts = found["scores"]["HumanEval/b"]
    assert mark == "I", "what fits the examples is not what the tests want"
    assert "return" in found["said"]["HumanEval/a"]


def test_the_model_of_the_evaluation_is_asked_by_the_agent(tmp_path: Path, rows: Path) -> None:
    examples = "\n".join(
        f"    >>> flip({given!r})\n    {wanted!r}" for given, wanted in [("abce", "zq7"), ("x", "17k!")]
    )
    prompt = f'def flip(s: str) -> str:\n    """No rule.\n\n{examples}\n    """\n'
    row = {**ROWS[0], "prompt": prompt, "entry_point": "flip"}
    rows.write_text(json.dumps(row) + "\n")
    found = evaluate(tmp_path, "mockllm/model", rows)
    assert found["status"] == "success"
    assert found["scores"]["HumanEval/a"][0] == "N", "what it says by default is no program"
    assert found["requests"] > 0, found["said"]
