"""What users put into their CI works as it is written down: the hooks' entries, the workflow's commands, exit codes."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
pytestmark = pytest.mark.sandbox
ROOT = Path(__file__).resolve().parent.parent
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
WORKFLOW = yaml.safe_load((ROOT / "docs/ci/lemmata.yml").read_text())
BAD = "def f(x: int) -> int:\n    y = x + 1\n    assert y > 0\n    return y\n"
GOOD = BAD.replace("x + 1", "abs(x) + 1")
NOTHING = {
    "empty.py": "",
    "plain.py": "def g(x):\n    return x\n",
    "unannotated.py": "def g(x):\n    y = x\n    assert y\n    return y\n",
    "library.c": "int add(int a, int b) { return a + b; }\n",
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A folder with programs that claim nothing."""
    (tmp_path / "src").mkdir()
    for name, text in NOTHING.items():
        (tmp_path / "src" / name).write_text(text)
    return tmp_path


def put(repository: Path, **texts: str) -> list[str]:
    """The files as a hook is given them: all that changed, by their paths from the repository's root."""
    for name, text in texts.items():
        (repository / "src" / f"{name}.py").write_text(text)
    return sorted(str(p.relative_to(repository)) for p in (repository / "src").iterdir())


def run(command: str, *files: str, at: Path) -> subprocess.CompletedProcess[str]:
    words = shlex.split(command)
    assert words[0] == "lemmata"
    argv = [sys.executable, "-m", *words, "--home", str(at / ".home"), *files]
    return subprocess.run(argv, cwd=at, capture_output=True, text=True, timeout=120, check=False)


def test_the_hook_passes_programs_that_claim_nothing_and_says_why(repository: Path) -> None:
    done = run(HOOKS["lemmata-check"]["entry"], *put(repository), at=repository)
    assert done.returncode == 0, done.stderr
    assert all(name in done.stderr for name in NOTHING)
    assert "annotate x" in done.stderr


def test_the_hook_fails_on_a_violation_and_passes_when_it_is_mended(repository: Path) -> None:
    done = run(HOOKS["lemmata-check"]["entry"], *put(repository, bad=BAD), at=repository)
    assert done.returncode == 1
    assert "bad.py: refuted" in done.stdout
    assert run(HOOKS["lemmata-check"]["entry"], *put(repository, bad=GOOD), at=repository).returncode == 0


def test_the_hook_fails_on_a_program_that_can_not_be_read(repository: Path) -> None:
    done = run(HOOKS["lemmata-check"]["entry"], *put(repository, broken="def f(x:\n"), at=repository)
    assert done.returncode == 2


def test_hooks_are_run_on_files_that_they_can_read() -> None:
    assert HOOKS["lemmata-check"]["types_or"] == ["python", "c"]
    assert re.search(HOOKS["lemmata-recheck"]["files"], "proofs/certificates/t.lean.json")
    assert not re.search(HOOKS["lemmata-recheck"]["files"], "package.json")
    assert all(hook["language"] == "python" for hook in HOOKS.values())


def test_the_recheck_hook_accepts_certificates_and_refuses_forged_ones(repository: Path) -> None:
    (repository / "t.claim").write_text("∀ x : Int, x ≤ x")
    run("lemmata solve t.claim --out run", at=repository)
    entry, kept = HOOKS["lemmata-recheck"]["entry"], repository / "run/certificates/t.claim.json"
    assert run(entry, str(kept.relative_to(repository)), at=repository).returncode == 0
    kept.write_text(kept.read_text().replace("x ≤ x", "x ≤ 1"))
    assert run(entry, str(kept.relative_to(repository)), at=repository).returncode == 2


@pytest.mark.parametrize(("text", "code"), [(BAD, 1), (GOOD, 0)], ids=["bad", "good"])
def test_the_workflow_checks_the_sources_and_uploads_what_was_written(repository: Path, text: str, code: int) -> None:
    put(repository, program=text)
    steps: list[dict[str, Any]] = WORKFLOW["jobs"]["check"]["steps"]
    (command,) = (step["run"] for step in steps if step.get("run", "").startswith("lemmata"))
    done = run(command, at=repository)
    assert done.returncode == code, done.stderr
    (upload,) = (step for step in steps if "upload-sarif" in step.get("uses", ""))
    log = json.loads((repository / upload["with"]["sarif_file"]).read_text())
    assert "always()" in upload["if"]
    uris = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in log["runs"][0]["results"]}
    assert uris == {"src/program.py"}
    assert log["runs"][0]["invocations"][0]["executionSuccessful"]
    assert WORKFLOW["permissions"]["security-events"] == "write"


def test_a_log_is_written_where_there_is_nothing_to_check(repository: Path) -> None:
    done = run("lemmata check --skip-nothing --sarif log.sarif src", at=repository)
    assert done.returncode == 0
    assert json.loads((repository / "log.sarif").read_text())["runs"][0]["results"] == []


@pytest.mark.parametrize(
    ("files", "code"),
    [
        (["src/bad.py", "src/plain.py", "src/none.py"], 1),
        (["src/good.py", "src/none.py"], 2),
        (["src/good.py", "src/plain.py"], 2),
    ],
)
def test_a_violation_wins_over_bad_input_and_a_named_program_has_to_claim_something(
    repository: Path, files: list[str], code: int
) -> None:
    put(repository, bad=BAD, good=GOOD)
    assert run("lemmata check", *files, at=repository).returncode == code


def test_a_folder_in_which_nothing_is_claimed_is_bad_input(repository: Path) -> None:
    assert run("lemmata check", "src", at=repository).returncode == 2
    put(repository, good=GOOD)
    assert run("lemmata check", "src", at=repository).returncode == 0
