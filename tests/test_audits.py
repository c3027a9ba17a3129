"""`lemmata audit` as a user runs it: a line of JSON for each solved file, and an exit code that says the worst."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lemmata.environment import load_settings
from lemmata.errors import BadInput
from lemmata.provers.lean.bulk import load_statements

pytestmark = [pytest.mark.lean, pytest.mark.sandbox]
ASKED = "theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := by sorry\n"
SOLVED = ASKED.replace("by sorry", "h")
PAIR = "def f (n : Nat) := n + 1\ntheorem one : f 0 = 1 := by sorry\ntheorem two : f 1 = 2 := by sorry\n"
STANDARD = ["Classical.choice", "Quot.sound", "propext"]


def audit(place: Path, *args: str | Path, code: int) -> list[dict[str, Any]]:
    """The rows that are printed."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LEMMATA_", "OPENAI_"))}
    env |= {"LEMMATA_HOME": str(load_settings().home.resolve())}
    argv = [sys.executable, "-m", "lemmata", "audit", "--statements", *map(str, args)]
    done = subprocess.run(argv, env=env, cwd=place, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == code, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()] or [{"said": done.stderr}]


def write(place: Path, **files: str | bytes) -> Path:
    place.mkdir()
    for name, text in files.items():
        (place / f"{name}.lean").write_bytes(text if isinstance(text, bytes) else text.encode())
    return place


def test_every_file_gets_its_row_in_order(tmp_path: Path) -> None:
    write(tmp_path / "asked", a=ASKED, pair=PAIR, odd="theorem o : 1 = Nowhere := by sorry\n", twice=ASKED + ASKED)
    files: dict[str, str | bytes] = {
        "a": b"\xef\xbb\xbf" + SOLVED.replace("\n", "\r\n").encode(),
        "b": "-- by its theorem's name\n" + ASKED,
        "c": PAIR.replace("by sorry", "rfl", 1),
        "d": "theorem one : 1 = 1 := rfl\n",
        "e": b"theorem t\n  \xff",
        "f": "",
        "g": "theorem nowhere : 1 = 1 := rfl\n",
        "half": PAIR.partition("theorem two")[0].replace("by sorry", "rfl"),
        "odd": "theorem o : 1 = 1 := rfl\n",
        "pair": PAIR.replace("by sorry", "rfl"),
        "twice": SOLVED,
    }
    solved = write(tmp_path / "solved", **files)
    rows = audit(tmp_path, "asked", *sorted(solved.iterdir()), solved / "none.lean", code=2)
    assert [Path(row["file"]).stem for row in rows] == [*files, "none"]
    assert [Path(row["file"]).stem for row in rows if row["accepted"]] == ["a", "pair"]
    told = {Path(row["file"]).stem: row for row in rows}
    assert told["a"]["theorems"] == ["t"]
    assert told["a"]["axioms"] == told["pair"]["axioms"] == STANDARD
    assert told["pair"]["theorems"] == ["one", "two"]
    assert [(f["line"], f["column"]) for f in told["b"]["faults"]] == [(2, 9)]
    assert [(f["line"], f["column"]) for f in told["c"]["faults"]] == [(3, 9)]
    assert ["it does not prove two" in f["text"] for f in told["half"]["faults"]] == [True]
    assert "f of the statement's file" in " ".join(f["text"] for f in told["d"]["faults"])
    assert [(f["line"], f["column"]) for f in told["e"]["faults"]] == [(2, 3)]
    words = {"f": "got none", "g": "there is none", "odd": "Nowhere", "twice": "occurs twice", "none": "can't be read"}
    assert {name: word in told[name]["faults"][0]["text"] for name, word in words.items()} == dict.fromkeys(words, True)


def test_the_exit_code_says_whether_all_were_accepted(tmp_path: Path) -> None:
    asked = write(tmp_path / "asked", a=ASKED) / "a.lean"
    solved = write(tmp_path / "solved", good=SOLVED, lie=ASKED)
    assert [row["accepted"] for row in audit(tmp_path, asked, solved / "good.lean", code=0)] == [True]
    assert [row["accepted"] for row in audit(tmp_path, asked, "--jobs", "2", solved, code=1)] == [True, False]


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ("theorem t : 1 = 1 := rfl\n", "`by sorry`, got none"),
        (ASKED + ASKED, "occurs twice"),
        ("/- " + ASKED, "never ends"),
        ("#eval 1\n" + ASKED, "runs code"),
        (b"\xff", "UTF-8"),
    ],
)
def test_statements_that_can_t_be_asked_are_the_user_s_fault(asked: str | bytes, word: str, tmp_path: Path) -> None:
    write(tmp_path / "asked", a=asked)
    for path in (tmp_path / "asked" / "a.lean", tmp_path / "asked"):
        with pytest.raises(BadInput, match=word):
            load_statements(path)


def test_there_must_be_statements(tmp_path: Path) -> None:
    assert "can't be read" in audit(tmp_path, "nowhere", "nothing.lean", code=2)[0]["said"]


def test_a_file_that_ends_lean_costs_no_other_its_row(tmp_path: Path) -> None:
    asked = write(tmp_path / "asked", a=ASKED) / "a.lean"
    deep = ASKED.replace("by sorry", "(" * 100_000 + "h" + ")" * 100_000)
    crowd = ASKED.replace("by sorry", "by\n  have : (2 : Nat) ^ (2 ^ 40) > 0 := by decide\n  exact h")
    large = "-- " + "x" * 1_000_000 + "\n" + SOLVED
    huge = "-- " + "x" * 3_000_000 + "\n" + SOLVED
    solved = write(tmp_path / "solved", a=SOLVED, b=deep, c=SOLVED, d=crowd, e=SOLVED, f=large, g=huge, h=SOLVED)
    rows = audit(tmp_path, asked, "--wall", "20", solved, code=1)
    assert [row["accepted"] for row in rows] == [True, False, True, False, True, False, False, True]
    assert ["at most 500000" in row["faults"][0]["text"] for row in rows[5:7]] == [True, True]
