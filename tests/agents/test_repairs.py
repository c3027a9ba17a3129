"""`lemmata repair`: what is printed, what is written, and that a file that changed meanwhile is left alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lemmata.agents.repairs import Outcome, Repair
from lemmata.errors import BadInput

FAULTY = """def mean(xs: list[int]) -> int:
    total = sum(xs)
    middle = total // len(xs)
    assert middle <= total or total < 0
    return middle
"""
HOLDS = "def twice(x: int) -> int:\n    y = x + x\n    assert y == 2 * x\n    return y\n"
HOPELESS = "def never(x: int) -> int:\n    y = x\n    assert y > 0\n    assert y < 0\n    return y\n"


def lemmata(home: Path, *args: str) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LEMMATA_", "OPENAI_"))} | {
        "LEMMATA_HOME": str(home)
    }
    argv = [sys.executable, "-m", "lemmata", "repair", "--wall", "20", *args]
    return subprocess.run(argv, env=env, cwd=home, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.sandbox
def test_a_repair_is_shown_as_a_diff_and_written_when_asked(tmp_path: Path) -> None:
    (tmp_path / "mean.py").write_text(FAULTY)
    (tmp_path / "twice.py").write_text(HOLDS)
    done = lemmata(tmp_path, "--diff", "--in-place", "mean.py", "twice.py")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("--- mean.py\n+++ mean.py\n")
    assert (tmp_path / "mean.py").read_text() != FAULTY
    assert (tmp_path / "twice.py").read_text() == HOLDS
    assert lemmata(tmp_path, "--diff", "mean.py").stdout == ""


@pytest.mark.sandbox
def test_a_violation_without_a_repair_exits_with_1_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "never.py").write_text(HOPELESS)
    done = lemmata(tmp_path, "--in-place", "never.py")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "no repair was found" in done.stdout
    assert (tmp_path / "never.py").read_text() == HOPELESS


def test_a_file_that_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("changed\n")
    found = Repair(path=path, source="x = 1\n", outcome=Outcome.NOTHING_LEFT, words="", patched="x = 2\n")
    with pytest.raises(BadInput, match="not what was repaired"):
        found.write()
    assert path.read_text() == "changed\n"


def test_a_diff_says_where_a_last_line_has_no_end(tmp_path: Path) -> None:
    found = Repair(path=tmp_path / "a.py", source="x = 1", outcome=Outcome.NOTHING_LEFT, words="", patched="x = 2")
    assert found.diff().count("\\ No newline at end of file\n") == 2
