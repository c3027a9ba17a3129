"""LeanDojo's files: premises by file, tactics with their states; a line that is something else is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lemmata.datasets.lean_dojo import load_corpus, load_traced_theorems
from lemmata.errors import BadInput
from lemmata.tools.lean_dojo import traced_premises


def premise(name: str, line: int, code: str) -> dict[str, Any]:
    return {"full_name": name, "code": code, "start": [line, 1], "end": [line + 1, 9], "kind": "commanddeclaration"}


BASE = {
    "path": "Base.lean",
    "imports": [],
    "premises": [
        premise("Base.f", 1, "def f (n : Nat) := n + 1"),
        premise("Base.f_pos", 4, "theorem f_pos (n : Nat) : 0 < f n := by\n  simp [f]"),
    ],
}
TOP = {
    "path": "Top.lean",
    "imports": ["Base.lean", ".lake/packages/lean4/src/lean/Init.lean"],
    "premises": [
        premise("early", 2, "lemma early : f 0 = 1 := rfl"),
        premise("late", 9, "theorem late : True := trivial"),
    ],
}
THEOREM = {
    "url": "https://example.org/repository",
    "commit": "0" * 40,
    "file_path": "Top.lean",
    "full_name": "early",
    "start": [2, 1],
    "end": [3, 9],
    "traced_tactics": [
        {
            "tactic": "exact f_pos n",
            "annotated_tactic": [
                "exact <a>f_pos</a> n",
                [{"full_name": "Base.f_pos", "def_path": "Base.lean", "def_pos": [4, 9], "def_end_pos": [4, 14]}],
            ],
            "state_before": "n : ℕ\n⊢ 0 < f n",
            "state_after": "no goals",
        }
    ],
}


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def test_what_may_be_used_is_imported_or_stands_above(tmp_path: Path) -> None:
    corpus = load_corpus(lines(tmp_path / "corpus.jsonl", BASE, TOP))
    assert [p.name for p in corpus.accessible("Top.lean", 9)] == ["Base.f", "Base.f_pos", "early"]
    assert [p.name for p in corpus.accessible("Base.lean", 4)] == ["Base.f"]
    found = list(traced_premises(corpus, "Top.lean", 20))
    assert [p.name for p in found] == ["Base.f_pos", "early", "late"]
    assert {"LT.lt", "f"} <= set(found[0].constants)
    with pytest.raises(BadInput, match=r"Gone.lean: there is no such file"):
        list(corpus.accessible("Gone.lean", 1))


def test_files_that_import_each_other_end(tmp_path: Path) -> None:
    circle = [{**BASE, "imports": ["Top.lean"]}, {**TOP, "imports": ["Base.lean"]}]
    corpus = load_corpus(lines(tmp_path / "corpus.jsonl", *circle))
    assert len(list(corpus.accessible("Top.lean", 1))) == 2


def test_tactics_come_with_their_states_and_the_premises_they_use(tmp_path: Path) -> None:
    path = tmp_path / "train.json"
    path.write_text(json.dumps([THEOREM]), encoding="utf-8")
    (found,) = load_traced_theorems(path)
    (tactic,) = found.tactics
    assert (found.name, found.path, tactic.text) == ("early", "Top.lean", "exact f_pos n")
    assert tactic.used == ("Base.f_pos",)
    assert (tactic.before, tactic.after) == ("n : ℕ\n⊢ 0 < f n", "no goals")


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("{", r"corpus.jsonl:2: expected JSON"),
        ("[1]", r"corpus.jsonl:2: expected a JSON object"),
        (json.dumps({**TOP, "imports": [3]}), r"corpus.jsonl:2: expected paths"),
        (json.dumps({**TOP, "premises": {}}), r"corpus.jsonl:2: expected a list in the field premises"),
        (json.dumps({**TOP, "premises": [{}]}), r"corpus.jsonl:2, premise 1: expected the text field full_name"),
        (json.dumps({**TOP, "premises": [{**premise("a", 1, ""), "end": [0, 1]}]}), r"premise 1: .* field end"),
        (json.dumps(BASE), r"corpus.jsonl:2: the file Base.lean occurs twice"),
    ],
)
def test_a_line_that_is_something_else_is_named(tmp_path: Path, row: str, place: str) -> None:
    path = lines(tmp_path / "corpus.jsonl", BASE)
    path.write_text(path.read_text("utf-8") + row + "\n", encoding="utf-8")
    with pytest.raises(BadInput, match=place):
        load_corpus(path)


def test_a_tactic_without_its_states_is_named(tmp_path: Path) -> None:
    damaged = {**THEOREM, "traced_tactics": [{"tactic": "simp", "state_before": "⊢ True"}]}
    with pytest.raises(BadInput, match=r"t.json:1, tactic 1: expected the text field state_after"):
        load_traced_theorems(lines(tmp_path / "t.json", damaged))
