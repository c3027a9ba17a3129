"""Every reader turns what was published into samples; what an answer is judged by is never in what is asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lemmata.datasets.answer_sets import last_boxed
from lemmata.datasets.sample import ByAnswer, ByBehaviour, ByTests, ByVerdict, Sample, SampleSet
from lemmata.datasets.table import load_samples
from lemmata.errors import BadInput
from lemmata.formats.python import read_specification
from lemmata.problem import Program, Question, Synthesis

WITHOUT_SECRETS = {"minif2f", "sygus", "code2inv"}
"""All that they publish is what is asked."""


@pytest.fixture
def read(tmp_path: Path, publish: Any) -> Any:
    def load(name: str, secret: str = "1") -> SampleSet:
        return load_samples(name, publish(name, tmp_path / f"{name}-{secret}", secret))

    return load


def one(found: SampleSet) -> Sample:
    (sample,) = found.samples
    return sample


def test_ids_are_unique_and_the_same_on_every_reading(published: str, read: Any) -> None:
    ids = [s.id for s in read(published).samples]
    assert ids
    assert len(set(ids)) == len(ids)
    assert [s.id for s in read(published).samples] == ids


def test_what_is_asked_does_not_depend_on_answers_and_tests(published: str, read: Any) -> None:
    one, other = read(published, "1"), read(published, "7")
    assert [s.problem for s in one.samples] == [s.problem for s in other.samples]
    assert one.digest == other.digest
    same = [s.target for s in one.samples] == [s.target for s in other.samples]
    assert same == (published in WITHOUT_SECRETS or published in ("proofnet", "verina"))


def test_gsm8k_takes_what_stands_behind_the_marks(read: Any) -> None:
    sample = one(read("gsm8k"))
    assert (sample.id, sample.split, sample.target) == ("test:1", "test", ByAnswer(answer="1"))
    assert sample.problem == Question(name="gsm8k:test:1", source="How many?")


def test_math_takes_the_last_box_of_one_file_for_each_problem(read: Any) -> None:
    found = {s.id: s.target for s in read("math").samples}
    assert found == {"test:algebra:7": ByAnswer(answer=r"\frac{1}{2}"), "train:algebra:7": ByAnswer(answer="1")}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (r"\boxed{\{1, 2\}}", r"\{1, 2\}"),
        (r"\boxed{1} and \fbox{x^{2}}", "x^{2}"),
        (r"\boxed 7$", "7"),
        (r"\boxed{1", ""),
        ("none", ""),
    ],
)
def test_a_box_ends_where_its_braces_do(text: str, answer: str) -> None:
    assert last_boxed(text) == answer


def test_versions_of_an_item_share_its_group(read: Any) -> None:
    found = read("ugmathbench").samples
    assert [s.id for s in found] == [f"Algebra_0000:v{v}" for v in (1, 2, 3)]
    assert {s.group for s in found} == {"Algebra_0000"}
    assert found[0].target == ByAnswer(answer="(1, True)")
    assert "a number without unit; True or False" in found[0].problem.source


def test_limits_are_taken_where_they_are_numbers(read: Any) -> None:
    first, second = read("medcalc").samples
    assert first.target == ByAnswer(answer="1", low="0.0", high="0.09")
    assert first.problem.source == 'A note,\nwith a "line".\n\nWhat is the score?'
    assert second.target == ByAnswer(answer="01/05/2020")


def test_a_queue_that_its_rules_do_not_give_is_noted(read: Any) -> None:
    right, wrong = one(read("tmbench", "1")), one(read("tmbench", "7"))
    assert (right.target, right.note) == (ByAnswer(answer="(B)"), "")
    assert "not what its rules give" in wrong.note


def test_humaneval_is_a_synthesis_with_the_examples_of_its_prompt(read: Any) -> None:
    first, second = read("humaneval").samples
    assert isinstance(first.problem, Synthesis)
    assert read_specification(first.problem.source, "largest").examples[0].expected == 3
    assert isinstance(first.target, ByTests)
    assert first.target.before == "from typing import List\n\n\n"
    assert first.target.test.endswith("check(largest)\n")
    assert isinstance(second.problem, Question)
    assert "examples" in second.note


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("f(1, [2]) == 3", "assert f(1, [2]) == 3"),
        ("* f('a)') => \"b\"  # why", "assert f('a)') == 'b'"),
        (">>> f(1) == 2", "assert f(1) == 2"),
        ("f(1) ➞ [1]", "assert f(1) == [1]"),
        ("1. f(1) should return False.", "assert f(1) == False"),
        ("f(1) ==> ('a')", ""),
        ("f(1) returns true", ""),
        ("f(1) is nice", ""),
    ],
)
def test_examples_in_other_notations_become_assertions(tmp_path: Path, line: str, shown: str) -> None:
    prompt = f'def f(*, a):\n    """Text.\n\n    {line}\n    """\n'.replace("*, a", "a, b" if "," in line else "a")
    row = {"task_id": "x", "prompt": prompt, "entry_point": "f", "test": "def check(candidate):\n    pass\n"}
    path = tmp_path / "h.jsonl"
    path.write_text(json.dumps(row))
    sample = one(load_samples("humaneval", path))
    assert isinstance(sample.problem, Synthesis if shown else Question)
    assert shown in sample.problem.source


def test_added_inputs_that_are_not_in_the_tests_are_refused(tmp_path: Path) -> None:
    row = {"task_id": "HumanEval/0", "prompt": "def f(a):\n", "entry_point": "f", "test": "", "plus_input": [[1]]}
    path = tmp_path / "HumanEvalPlus.jsonl"
    path.write_text(json.dumps(row))
    with pytest.raises(BadInput, match="plus_input"):
        load_samples("humaneval+", path)


def test_mbpp_shows_the_first_test_alone(read: Any) -> None:
    first, second = read("mbpp").samples
    assert isinstance(first.problem, Synthesis)
    assert (first.problem.source.count("assert"), first.split) == (1, "test")
    assert isinstance(first.target, ByTests)
    assert first.target.test.count("assert") == 2
    assert (second.problem.kind, second.split) == ("question", "train")
    assert "not read as a specification" in second.note


def test_the_second_function_of_a_pro_item_is_tested_with_imports_alone(read: Any) -> None:
    first, second = read("humaneval-pro").samples
    assert isinstance(first.target, ByTests)
    assert first.target.before == "from typing import List\nimport math\n"
    assert (first.target.name, first.note) == ("largest_of", "it has no examples")
    assert second.note == "its tests call other, which it does not ask for"


def test_a_hidden_function_is_known_by_its_calls(read: Any) -> None:
    first, second, third = read("codearc").samples
    assert isinstance(first.problem, Synthesis)
    assert "assert solution(3) == 6" in first.problem.source
    assert isinstance(first.target, ByBehaviour)
    assert first.target.calls == ("solution(3)", "solution(-1)", "solution(4)", "solution(0)")
    assert "assert solution('1') == '11'" in second.problem.source  # a text, as its annotation says
    assert isinstance(third.problem, Question)
    assert "return" not in "".join(s.problem.source for s in (first, second, third))


def test_right_for_sygus_is_proved_and_what_we_do_not_read_stays_in_the_set(read: Any) -> None:
    first, second = read("sygus").samples
    assert (first.split, first.target, first.problem.target) == ("CLIA_Track", ByVerdict(), "f")
    assert second.target == ByVerdict(right=("proved", "tested"))
    assert "outside what we read" in second.note


def test_integers_of_code2inv_have_no_bounds(read: Any) -> None:
    found = read("code2inv").samples
    assert [s.id for s in found] == ["c/1.c", "c/2.c", "c/10.c"]
    assert all(isinstance(s.problem, Program) and s.problem.integers == "unbounded" for s in found)


def test_an_expected_verdict_says_what_is_right_and_other_properties_are_named(read: Any) -> None:
    right, wrong = read("svcomp", "1"), read("svcomp", "7")
    assert one(right).target == ByVerdict(right=("proved",))
    assert (one(wrong).target, one(wrong).id) == (ByVerdict(right=("refuted",)), "c/loops/a.yml")
    assert "found termination" in right.skipped[0]


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (
            "input_files: [a.c, b.c]\nproperties: [{property_file: unreach-call.prp, expected_verdict: true}]",
            "one input",
        ),
        (
            "input_files: gone.c\nproperties: [{property_file: unreach-call.prp, expected_verdict: true}]",
            "can't be read",
        ),
        ("input_files: a.java\nproperties: [{property_file: unreach-call.prp, expected_verdict: true}]", "a.java"),
        ("a: &x [1]\nb: *x", "anchors"),
        ("{[", "YAML"),
        ("- 1", "input_files"),
    ],
)
def test_a_task_that_is_none_is_named(tmp_path: Path, publish: Any, task: str, said: str) -> None:
    folder = publish("svcomp", tmp_path, "1")
    (folder / "c/loops/c.yml").write_text(task)
    assert any(said in text for text in load_samples("svcomp", folder).skipped)


def test_an_answer_in_lean_is_compared_by_its_type(read: Any) -> None:
    first, second = read("constructivebench").samples
    assert first.target == ByAnswer(answer="1", type="Set ℕ")
    assert (second.problem.kind, second.target) == ("question", ByAnswer(answer="1"))
    first, second = read("putnambench").samples
    assert (first.target, second.target) == (ByAnswer(answer="1", type="ℕ"), ByVerdict())
    first, second = read("ineqmath").samples
    assert (first.problem.kind, first.target) == ("construction", ByAnswer(answer="1", type="ℝ"))
    assert (second.problem.kind, second.note[:14]) == ("question", "not understood")


REAL = {
    "minif2f": "minif2f",
    "proofnet": "proofnet",
    "putnambench": "putnambench",
    "verina": "verina",
    "formal_math500": "fps",
    "minif2f_solving": "fps",
    "putnam_solving": "fps",
    "ineqmath": "ineqmath",
    "olymmath": "olymmath",
    "gsm8k": "gsm8k",
    "humaneval": "humaneval",
    "mbpp": "mbpp",
    "codearc": "codearc",
    "sygus": "sygus",
    "code2inv": "code2inv",
}


@pytest.mark.parametrize("name", REAL)
def test_a_set_as_it_was_published_is_read(published_data: Path, name: str) -> None:
    path = published_data / REAL[name]
    if not path.exists():
        pytest.skip(f"there is no {REAL[name]} in LEMMATA_TEST_DATA")
    found = load_samples(name, path)
    assert len({s.id for s in found.samples}) == len(found.samples) >= 50
    assert len(found.skipped) <= 0.05 * len(found.samples)
    for sample in found.samples:
        if isinstance(sample.target, ByTests):
            assert sample.target.test not in sample.problem.source
        if isinstance(sample.target, ByBehaviour):
            assert sample.target.reference.strip() not in sample.problem.source
        if isinstance(sample.target, ByAnswer) and len(sample.target.answer) > 12:
            assert sample.problem.kind == "question" or sample.target.answer not in sample.problem.source
