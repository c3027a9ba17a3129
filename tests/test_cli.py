"""The command line as a user runs it: real processes, their output and exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.sandbox
KEYS = {"problem", "kind", "verdict", "reason", "certificate", "seconds"}
TRUE = "(declare-const x Int)\n(assert (> x 2))\n(assert (not (> x 1)))\n(check-sat)\n"
FALSE = "(declare-const x Int)\n(assert (not (> (* x x) 0)))\n(check-sat)\n"


def lemmata(*args: str | Path, home: Path, **more) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LEMMATA_", "OPENAI_"))}
    env |= {"LEMMATA_HOME": str(home), **more}
    argv = [sys.executable, "-m", "lemmata", *map(str, args)]
    return subprocess.run(argv, env=env, cwd=home, capture_output=True, text=True, timeout=240, check=False)


def objects(done: subprocess.CompletedProcess[str]) -> list[dict]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def write(home: Path, name: str, text: str) -> Path:
    (home / name).write_text(text)
    return home / name


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr
    return lines[0]


def test_json_has_one_object_per_problem_with_the_promised_keys(home: Path) -> None:
    done = lemmata("solve", "--json", write(home, "t.smt2", TRUE), write(home, "f.smt2", FALSE), home=home)
    assert done.returncode == 0, done.stderr
    found = {o["problem"]: o for o in objects(done)}
    assert all(set(o) >= KEYS for o in found.values())
    assert (found["t.smt2"]["verdict"], found["f.smt2"]["verdict"]) == ("proved", "refuted")
    assert all(Path(o["certificate"]).exists() for o in found.values())


def test_what_can_not_be_solved_exits_with_1(home: Path) -> None:
    cubes = "(declare-fun x () Int)(declare-fun y () Int)(declare-fun z () Int)\n"
    hard = write(home, "cubes.smt2", cubes + "(assert (= (+ (* x x x) (* y y y) (* z z z)) 33))\n(check-sat)\n")
    done = lemmata("solve", "--json", "--wall", "3", hard, home=home)
    assert done.returncode == 1
    (found,) = objects(done)
    assert found["verdict"] == "unknown"
    assert found["reason"] in ("timeout", "budget", "incomplete")
    assert found["certificate"] is None


def test_contradictory_hypotheses_are_vacuous(home: Path) -> None:
    text = "(declare-const x Int)\n(assert (> x 2))\n(assert (< x 1))\n(assert (not (= x 7)))\n(check-sat)\n"
    done = lemmata("solve", "--json", write(home, "v.smt2", text), home=home)
    (found,) = objects(done)
    assert (found["verdict"], found["reason"], done.returncode) == ("unknown", "vacuous", 1)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("bad.smt2", "(declare-const x Int)\n(assert (> x 2)\n(check-sat)\n", "bad.smt2:"),
        ("sort.smt2", "(declare-const x Int)\n(assert (and x 2))\n(check-sat)\n", "sort.smt2"),
        ("bad.c", "int main( { return 0; }\n", "bad.c"),
        ("bad.py", "def f(x:\n", "bad.py"),
        ("bad.sl", "(set-logic LIA)\n(synth-fun f ((x Int)) Int\n", "bad.sl"),
        ("empty.lean", "-- nothing\n", "empty.lean"),
        ("file.xyz", "?", ".lean"),
    ],
)
def test_a_file_that_can_not_be_read_is_one_line_and_exit_2(home: Path, name: str, text: str, says: str) -> None:
    done = lemmata("solve", write(home, name, text), home=home)
    assert done.returncode == 2
    assert says in one_line(done)


def test_a_folder_without_problems_is_one_line_and_exit_2(home: Path) -> None:
    (home / "nothing").mkdir()
    done = lemmata("solve", home / "nothing", home=home)
    assert done.returncode == 2
    assert "expected a file ending in" in one_line(done)


def test_a_missing_file_is_one_line_and_exit_2(home: Path) -> None:
    done = lemmata("solve", "nowhere.smt2", home=home)
    assert done.returncode == 2
    assert "nowhere.smt2" in one_line(done)


def test_a_bad_file_does_not_lose_the_good_ones(home: Path) -> None:
    done = lemmata("solve", "--json", "nowhere.smt2", write(home, "t.smt2", TRUE), home=home)
    assert done.returncode == 2
    assert [o["verdict"] for o in objects(done)] == ["error", "proved"]


def test_a_corrupt_certificate_is_one_line_and_exit_2(home: Path) -> None:
    done = lemmata("recheck", write(home, "c.json", '{"format": "lemmata-certificate/1"'), home=home)
    assert done.returncode == 2
    assert "c.json" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["solve", "recheck"])
def test_a_pipe_in_place_of_a_file_is_refused_and_not_waited_for(home: Path, command: str) -> None:
    os.mkfifo(home / "p.smt2")
    done = lemmata(command, "p.smt2", home=home)
    assert done.returncode == 2
    assert "plain file" in done.stdout + done.stderr


def test_recheck_accepts_a_certificate_and_refuses_it_for_another_problem(home: Path) -> None:
    true, false = write(home, "t.smt2", TRUE), write(home, "f.smt2", FALSE)
    (found,) = objects(lemmata("solve", "--json", true, home=home))
    assert lemmata("recheck", found["certificate"], "--problem", true, home=home).returncode == 0
    done = lemmata("recheck", found["certificate"], "--problem", false, home=home)
    assert (done.returncode, "another problem" in done.stdout) == (2, True)


def test_a_model_endpoint_that_is_down_is_one_line_and_exit_2(home: Path) -> None:
    question = write(home, "q.txt", "What is the sum of the first 100 squares?\n")
    done = lemmata("solve", "--json", question, home=home, LEMMATA_MODEL="m", OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert done.returncode == 2
    assert "127.0.0.1:9" in one_line(done)
    (found,) = objects(done)
    assert (found["verdict"], found["reason"]) == ("unknown", "model_failed")


def test_a_question_without_a_model_says_what_to_set(home: Path) -> None:
    done = lemmata("solve", write(home, "q.txt", "How many primes are below 100?\n"), home=home)
    assert done.returncode == 2
    assert "LEMMATA_MODEL" in one_line(done)


def test_a_run_without_any_sandbox_refuses_and_names_the_remedy(home: Path) -> None:
    bare = home / "bin"
    bare.mkdir()
    done = lemmata("solve", write(home, "t.smt2", TRUE), home=home, PATH=str(bare), XDG_CACHE_HOME=str(home))
    assert done.returncode == 2
    assert "bubblewrap" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_back_end_missing_for_one_certificate_does_not_lose_the_others(home: Path) -> None:
    (found,) = objects(lemmata("solve", "--json", write(home, "t.smt2", TRUE), home=home))
    (home / "bin").mkdir()
    bad = write(home, "bad.json", "{}")
    nothing = {"PATH": str(home / "bin"), "XDG_CACHE_HOME": str(home)}
    done = lemmata("recheck", "--json", found["certificate"], bad, home=home, **nothing)
    assert done.returncode == 2
    assert [o["result"] for o in objects(done)] == ["undecided", "refused"]
    assert "bubblewrap" in objects(done)[0]["reason"]


def test_an_unknown_run_names_the_newest(home: Path) -> None:
    done = lemmata("resume", "no-such-run", home=home)
    assert done.returncode == 2
    assert "no-such-run" in one_line(done)


def test_doctor_tells_what_is_there(home: Path) -> None:
    found = {o["name"]: o for o in objects(lemmata("doctor", "--json", home=home))}
    assert found["z3"]["found"]
    assert all(o["found"] or o["remedy"] for o in found.values())


@pytest.mark.parametrize(("event", "times"), [("finished", 4), ("routed", 3), ("checked", 2), ("offered", 5)])
def test_killing_a_run_half_way_and_resuming_loses_and_repeats_nothing(home: Path, event: str, times: int) -> None:
    for i in range(12):
        write(home, f"p{i:02}.smt2", TRUE.replace("2", str(2 + i)) if i % 3 else FALSE)
    out = home / "run"
    argv = [
        sys.executable,
        "-m",
        "lemmata",
        "solve",
        "--json",
        "--out",
        str(out),
        *map(str, sorted(home.glob("*.smt2"))),
    ]
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LEMMATA_", "OPENAI_"))} | {
        "LEMMATA_HOME": str(home)
    }
    process = subprocess.Popen(argv, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    record = out / "record.jsonl"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not (record.exists() and record.read_text().count(f'"{event}"') >= times):
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = [json.loads(line) for line in record.read_text().splitlines() if line.endswith("}")]
    finished = [e["problem"] for e in before if e["event"] == "finished"]
    assert len(finished) < 12
    done = lemmata("resume", out, "--json", home=home)
    assert done.returncode == 0, done.stderr
    found = objects(done)
    assert len(found) == len({o["problem"] for o in found}) == 12
    assert all(Path(o["certificate"]).exists() for o in found)
    events = [json.loads(line) for line in record.read_text().splitlines()]
    for name in ("offered", "checked", "finished"):
        keys = [e["key"] for e in events if e["event"] == name]
        assert len(keys) == len(set(keys)), name
    assert sum(e["event"] == "finished" for e in events) == 12


@pytest.mark.parametrize(
    ("first", "second", "verdict", "code"),
    [
        (r"\frac{\sqrt 8}{2}", "2^(1/2)", "same", 0),
        ("-1/2", "-0.5", "same", 0),
        ("0.333", "1/3", "different", 1),
        ("log 100", "2", "undecided", 1),
    ],
)
def test_same_says_which_and_exits_with_0_only_for_the_same(
    home: Path, first: str, second: str, verdict: str, code: int
) -> None:
    done = lemmata("same", first, second, home=home)
    assert (done.returncode, done.stdout.split(":")[0]) == (code, verdict), done.stderr
    (found,) = objects(lemmata("same", "--json", first, second, home=home))
    assert found["verdict"] == verdict
    assert found[{"same": "how", "different": "witness", "undecided": "reason"}[verdict]]


def test_same_uses_the_type_it_is_told(home: Path) -> None:
    assert lemmata("same", "--type", "Set ℝ", "(1,2)", "x > 1", home=home).returncode == 1
    assert lemmata("same", "--type", "ℕ → ℕ", "fun n : ℕ => n / 2", r"\lfloor n/2\rfloor", home=home).returncode == 0
    assert "division" in one_line(lemmata("same", "fun n : ℕ => n / 2", "n/2", home=home))


def test_an_answer_that_can_not_be_read_gives_one_line_with_its_place(home: Path) -> None:
    done = lemmata("same", "1/2", r"\frac{1}", home=home)
    assert done.returncode == 2
    assert "second answer:" in one_line(done)
