"""miniF2F, ProofNet, PutnamBench and VERINA are read as their publishers lay them out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemmata.datasets.theorem_sets import load_minif2f, load_proofnet, load_putnambench
from lemmata.datasets.verina import load_verina
from lemmata.errors import BadInput
from lemmata.problem import Construction, Theorem

TASK = """\
-- !benchmark @start import type=solution

-- !benchmark @end import

-- !benchmark @start precond_aux

-- !benchmark @end precond_aux
@[reducible]
def double_precond (n : Nat) : Prop :=
  -- !benchmark @start precond
  n > 0
  -- !benchmark @end precond

-- !benchmark @start code_aux
def twice (n : Nat) : Nat := n + n
-- !benchmark @end code_aux

def double (n : Nat) (h_precond : double_precond n) : Nat :=
  -- !benchmark @start code
  twice n
  -- !benchmark @end code

@[reducible]
def double_postcond (n : Nat) (result : Nat) (h_precond : double_precond n) : Prop :=
  -- !benchmark @start postcond
  result = 2 * n
  -- !benchmark @end postcond

-- !benchmark @start proof_aux

-- !benchmark @end proof_aux

theorem double_spec_satisfied (n : Nat) (h_precond : double_precond n) :
    double_postcond n (double n h_precond) h_precond := by
  -- !benchmark @start proof
  unfold double twice
  omega
  -- !benchmark @end proof
"""
TESTS = [{"input": {"n": 3}, "expected": "6", "unexpected": ["5", 7]}, {"input": {"b": True}, "expected": "(-1)"}]


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def verina(folder: Path, name: str = "verina_basic_2", task: str = TASK, tests: object = TESTS) -> None:
    write(folder / name / "task.lean", task)
    write(folder / name / "test.json", json.dumps(tests))
    write(folder / name / "description.txt", "Doubles a number.")


def test_minif2f_has_its_splits_and_one_problem_a_file(tmp_path: Path) -> None:
    write(tmp_path / "MiniF2F" / "Test" / "b.lean", "theorem b (n : ℕ) : n = n := by sorry")
    write(tmp_path / "MiniF2F" / "Valid" / "a.lean", "import Mathlib\n\ntheorem a : 1 + 1 = 2 := by sorry")
    write(tmp_path / "MiniF2F" / "Valid" / "c.lean", "theorem c : 1 = 1 := rfl")
    found = load_minif2f(tmp_path)
    assert [(i.problem.name, i.split) for i in found.items] == [("b", "test"), ("a", "valid")]
    assert len(found.skipped) == 1
    assert "c.lean" in found.skipped[0]
    before = found.digest
    write(tmp_path / "MiniF2F" / "Test" / "b.lean", "theorem b (n : ℕ) : n ≤ n := by sorry")
    assert load_minif2f(tmp_path).digest != before


def test_a_published_answer_of_putnambench_is_kept_from_the_problem(tmp_path: Path) -> None:
    asked = "abbrev p_solution : Set ℕ := sorry\n-- {n | n = 3 ∨\n--   n = 4}\n/--\nFind all n.\n-/\n"
    write(tmp_path / "lean4" / "src" / "p.lean", f"{asked}theorem p : {{n | n * n = 9}} = p_solution := sorry\n")
    write(tmp_path / "lean4" / "src" / "q.lean", "/-- Show it. -/\ntheorem q : 1 + 1 = 2 :=\n  sorry\n")
    with_answer, without = load_putnambench(tmp_path).items
    assert isinstance(with_answer.problem, Construction)
    assert with_answer.answer == "{n | n = 3 ∨\n  n = 4}"
    assert "n = 4" not in with_answer.problem.source
    assert with_answer.informal == "Find all n."
    assert isinstance(without.problem, Theorem)
    assert (without.answer, without.informal) == ("", "Show it.")


def test_proofnet_rows_become_theorems_and_a_bad_row_is_named(tmp_path: Path) -> None:
    rows = [
        {
            "name": "x",
            "header": "import Mathlib\n",
            "formal_statement": "theorem x : 1 = 1 := sorry",
            "informal_stmt": "x",
        },
        {"name": "y", "header": "", "formal_statement": "def y := 1", "informal_stmt": "y"},
        {"name": "z", "header": ""},
    ]
    write(tmp_path / "p.jsonl", "\n".join(map(json.dumps, rows)))
    found = load_proofnet(tmp_path / "p.jsonl")
    assert [(i.problem.name, i.problem.target, i.informal) for i in found.items] == [("x", "x", "x")]
    assert found.items[0].problem.source == "import Mathlib\n\ntheorem x : 1 = 1 := sorry\n"
    assert [text.split(":")[1] for text in found.skipped] == ["2", "3"]


def test_verina_makes_a_proof_task_and_leaves_code_and_specification_open(tmp_path: Path) -> None:
    for name in ("verina_basic_10", "verina_basic_2", "verina_advanced_1"):
        verina(tmp_path, name)
    found = load_verina(tmp_path)
    assert [i.proof.name for i in found.items] == ["verina_advanced_1", "verina_basic_2", "verina_basic_10"]
    item = found.items[1]
    assert (item.split, item.proof.target, item.description) == ("basic", "double_spec_satisfied", "Doubles a number.")
    assert "omega" not in item.proof.source  # a published proof is not shown
    assert "twice n" in item.proof.source
    assert "twice" not in item.code
    assert "result = 2 * n" in item.code
    assert "result = 2 * n" not in item.specification
    assert "n > 0" not in item.specification
    assert "twice n" in item.specification
    assert [(t.inputs, t.expected, t.unexpected) for t in item.tests] == [
        ({"n": "3"}, "6", ("5", "7")),
        ({"b": "true"}, "(-1)", ()),
    ]


@pytest.mark.parametrize(
    ("task", "tests", "said"),
    [
        (TASK.replace("@start code\n", "@start cod\n"), TESTS, "expected the parts code"),
        (TASK.replace("theorem", "example"), TESTS, "one theorem"),
        (TASK, {"input": 1}, "list of tests"),
        (TASK, [{"input": {}}], "test 1"),
        (TASK, [{"input": {}, "expected": 1, "unexpected": 2}], "unexpected"),
    ],
)
def test_a_damaged_item_of_verina_is_left_out_and_named(tmp_path: Path, task: str, tests: object, said: str) -> None:
    verina(tmp_path, "verina_basic_1")
    verina(tmp_path, "verina_basic_2", task, tests)
    found = load_verina(tmp_path)
    assert [i.proof.name for i in found.items] == ["verina_basic_1"]
    assert len(found.skipped) == 1
    assert said in found.skipped[0]
    assert "verina_basic_2" in found.skipped[0]


@pytest.mark.parametrize("load", [load_minif2f, load_putnambench, load_verina])
def test_a_folder_that_is_not_there_or_empty_is_told(tmp_path: Path, load: object) -> None:
    assert callable(load)
    for folder in (tmp_path / "none", tmp_path):
        with pytest.raises(BadInput, match="expected a folder"):
            load(folder)


@given(st.lists(st.sampled_from(TASK.splitlines(keepends=True)), max_size=60), st.text(max_size=40))
def test_any_text_is_read_or_named(tmp_path_factory: pytest.TempPathFactory, lines: list[str], odd: str) -> None:
    folder = tmp_path_factory.mktemp("set")
    verina(folder, "verina_basic_1", "".join(lines) + odd.replace("\r", ""))
    write(folder / "a.lean", "".join(lines))
    found = load_verina(folder)
    assert len(found.items) + len(found.skipped) == 1
    theorems = load_putnambench(folder)
    assert len(theorems.items) + len(theorems.skipped) == 2
