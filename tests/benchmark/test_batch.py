"""Batch runs: killed, resumed, locked, out of disk, over budget; nothing is lost, nothing is done twice."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from lemmata import recheck
from lemmata.benchmark.journal import lock
from lemmata.errors import BadInput

pytestmark = pytest.mark.sandbox
COUNT = 8


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """A data set in HumanEval's layout, with a row that is none."""
    file = tmp_path / "HumanEval.jsonl"
    lines = []
    for i in range(COUNT):
        examples = "".join(f"    >>> f({n})\n    {n + i}\n" for n in (2, 5))
        prompt = f'def f(n: int) -> int:\n    """Rule {i}.\n\n{examples}    """\n'
        test = f"def check(candidate):\n    assert candidate(9) == {9 + i}\n"
        row = {
            "task_id": f"HumanEval/{i}",
            "prompt": prompt,
            "entry_point": "f",
            "canonical_solution": "",
            "test": test,
        }
        lines.append(json.dumps(row))
    file.write_text("\n".join([*lines[:3], '{"task_id": "HumanEval/odd"}', *lines[3:]]) + "\n")
    return file


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "lemmata", "bench", *arguments]


def run(
    *arguments: str, code: int | None = 0, env: dict[str, str] | None = None, before: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, **(env or {})},
        preexec_fn=before,
    )
    assert code is None or done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def begin(rows: Path, folder: Path, *more: str) -> list[str]:
    return ["humaneval", "--data", str(rows), "--wall", "10", "--out", str(folder), *more]


def outcomes(folder: Path) -> dict[str, Any]:
    found = {}
    for line in (folder / "outcomes.jsonl").read_text("utf-8").splitlines():
        outcome = json.loads(line)
        assert outcome["sample"] not in found, "done twice"
        del outcome["cost"]["wall_s"]
        found[outcome["sample"]] = outcome
    return found


def test_a_run_that_is_killed_again_and_again_ends_as_one_that_is_left_alone(tmp_path: Path, rows: Path) -> None:
    chance = random.Random(3)
    alone, killed = tmp_path / "alone", tmp_path / "killed"
    done = run(*begin(rows, alone))
    assert "skipped" in done.stderr
    assert "HumanEval.jsonl:4" in done.stderr
    arguments = begin(rows, killed)
    for _ in range(3):
        process = subprocess.Popen(command(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(1.5, 3.5))
        process.send_signal(signal.SIGKILL)
        process.wait()
        if (killed / "manifest.json").exists():
            arguments = ["--resume", str(killed)]
    run(*arguments)
    assert outcomes(killed) == outcomes(alone)
    assert len(outcomes(alone)) == COUNT
    results = json.loads((killed / "results.json").read_text("utf-8"))
    assert len(results["outcomes"]) == COUNT
    assert results["manifest"]["digest"] == json.loads((alone / "manifest.json").read_text())["digest"]
    solved = [o for o in outcomes(killed).values() if o["score"] == "right"]
    assert solved
    assert recheck(killed / solved[0]["certificate"]) is not None
    again = run("--resume", str(killed))
    assert outcomes(killed) == outcomes(alone)
    assert f"[{COUNT + 1}" not in again.stdout


@pytest.fixture
def finished(tmp_path: Path, rows: Path) -> Path:
    folder = tmp_path / "run"
    run(*begin(rows, folder, "--limit", "2"))
    return folder


def test_a_torn_line_is_done_again_and_a_damaged_one_is_named(finished: Path) -> None:
    file = finished / "outcomes.jsonl"
    whole = file.read_text("utf-8")
    first, second = whole.splitlines()
    file.write_text(f"{first}\n{second[: len(second) // 2]}")
    run("--resume", str(finished))
    assert set(outcomes(finished)) == {json.loads(first)["sample"], json.loads(second)["sample"]}
    file.write_text(f"{first[:-9]}\n{second}\n")
    assert "outcomes.jsonl:1" in run("--resume", str(finished), code=2).stderr
    file.write_text(f"{first}\n{first}\n")
    assert "twice" in run("--resume", str(finished), code=2).stderr


def test_two_processes_do_not_write_to_one_folder(finished: Path, rows: Path) -> None:
    with lock(finished):
        told = run("--resume", str(finished), code=2).stderr
        assert "another process" in told
        with pytest.raises(BadInput, match="another process"), lock(finished):
            pass
    assert "without a run in it" in run(*begin(rows, finished), code=2).stderr


def test_another_data_set_is_not_taken_for_the_same(finished: Path, rows: Path) -> None:
    rows.write_text(rows.read_text().replace("Rule 1", "Rule one"))
    assert "data set is not the one" in run("--resume", str(finished), code=2).stderr


def test_a_full_disk_is_told_and_nothing_that_was_written_is_lost(tmp_path: Path, rows: Path) -> None:
    folder = tmp_path / "full"

    def little_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    done = run(*begin(rows, folder, "--limit", "6"), code=2, before=little_room)
    assert "disk is full" in done.stderr
    kept = outcomes(folder) if (folder / "outcomes.jsonl").exists() else {}
    run("--resume", str(folder))
    after = outcomes(folder)
    assert len(after) == 6
    assert all(after[name] == outcome for name, outcome in kept.items())


def test_dollars_without_a_price_are_refused(rows: Path, tmp_path: Path) -> None:
    arguments = begin(rows, tmp_path / "run", "--model", "my-model", "--budget", "1")
    told = run(*arguments, code=2, env={"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://localhost:1/v1"}).stderr
    assert "has no price" in told
    assert "LEMMATA_PRICE_IN" in told
    assert not (tmp_path / "run" / "manifest.json").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["humaneval", "--data", "/nowhere"], "there is nothing here"),
        (["humanevil"], "humaneval"),
        ([], "--list"),
        (["--resume", "no-such-run"], "no-such-run"),
        (["humaneval", "--data", "/nowhere", "--executor", "moon"], "local or ray"),
    ],
)
def test_a_mistake_is_one_line(arguments: list[str], said: str) -> None:
    told = run(*arguments, code=2).stderr
    assert said in told
    assert len(told.strip().splitlines()) == 1


def test_data_sets_are_listed_and_described() -> None:
    assert "minif2f" in run("--list").stdout
    assert "MIT" in run("--card", "humaneval").stdout


def test_attempts_come_as_lines_of_json(finished: Path) -> None:
    lines = [json.loads(line) for line in run("--resume", str(finished), "--json").stdout.splitlines()]
    assert lines


@pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed; pip install 'lemmata[ray]'")
@pytest.mark.filterwarnings("ignore")  # Ray leaves sockets and files open when it goes
def test_a_cluster_of_two_processes_gives_the_same_outcomes(tmp_path: Path, rows: Path) -> None:
    import ray

    here, there = tmp_path / "here", tmp_path / "there"
    run(*begin(rows, here, "--limit", "4"))
    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    try:
        address = ray.get_runtime_context().gcs_address
        run(*begin(rows, there, "--limit", "4", "--executor", "ray", "--ray-address", address, "--concurrency", "2"))
    finally:
        ray.shutdown()
    assert outcomes(there) == outcomes(here)
