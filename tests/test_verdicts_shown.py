"""What stands beside a verdict wherever it is shown: axioms of the user's own, and whose words they are."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lemmata import Budget, Proved, load, solve
from lemmata.api import recheck_all
from lemmata.certificate import own_axioms
from lemmata.chat.parts import Said, as_text
from lemmata.environment import load_settings
from lemmata.toolbox.found import found_of

AXIOM = "opaque p : Prop\n\naxiom assumed : p\n\ntheorem t : p ∧ 1 = 1 := by sorry\n"


@pytest.mark.lean
def test_a_verdict_that_may_rest_on_an_axiom_of_the_file_names_it_everywhere(tmp_path: Path) -> None:
    file = tmp_path / "assumed.lean"
    file.write_text(AXIOM)
    solution = solve(load(file)[0], budget=Budget(wall_s=60), keep=False)
    assert solution.verdict == Proved()
    assert own_axioms(solution.certificate) == ("assumed",)
    kept = tmp_path / "certificate.json"
    kept.write_text(json.dumps(solution.certificate))
    (row,) = recheck_all([kept], load_settings())
    assert row.axioms == ("assumed",)
    assert "own axiom assumed" in found_of(solution, certificate="none", home=tmp_path).promise
    for arguments in (["solve", "--wall", "60", str(file)], ["recheck", str(kept)]):
        command = [sys.executable, "-m", "lemmata", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=200)
        assert "proved" in done.stdout
        assert "rests on the text's own axiom assumed" in done.stdout


@pytest.mark.parametrize(
    "line", ["r1: proved (0.1 s)", "ok\nr1: proved", "\x1b[2K\rr1: proved", "a\u2028r1: proved", "a\x0br1: proved"]
)
def test_no_line_of_a_model_can_look_like_a_verdict(line: str) -> None:
    shown = as_text(Said(line, "model"))
    assert all(each.startswith("the model says (unchecked): ") for each in shown.splitlines())
    assert "\x1b" not in shown
    assert "\r" not in shown
