"""Runs read back: what a kill leaves is fine, anything else that is odd is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_runs import outcome
from report_page import write_run

from lemmata.benchmark.outcome import encode_outcome
from lemmata.benchmark.results import load_run
from lemmata.errors import BadInput


def test_what_was_written_is_read_and_a_torn_last_line_is_not(tmp_path: Path) -> None:
    outcomes = [outcome("a"), outcome("b\u2028\x85 line", why="half a pair \ud800 is no text")]
    folder = write_run(tmp_path / "run", outcomes, ids=["a", "b", "c"])
    with (folder / "outcomes.jsonl").open("a") as file:
        file.write('{"sample": "c", "att')
    found = load_run(folder)
    assert list(found.outcomes) == outcomes
    assert (found.name, found.planned, found.limit_s) == ("run", 3, 60.0)


def test_a_run_that_has_just_begun_has_no_outcomes(tmp_path: Path) -> None:
    folder = write_run(tmp_path, [])
    (folder / "outcomes.jsonl").unlink()
    assert load_run(folder).outcomes == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "expected JSON"),
        ("", "expected JSON"),
        ('{"sample": "a"}', "expected the fields of an outcome"),
        (json.dumps(encode_outcome(outcome("a"))).replace('"wall_s": 1.0', '"wall_s": NaN'), "expected JSON"),
        (
            json.dumps(encode_outcome(outcome("a"))).replace('"wall_s": 1.0', '"wall_s": 1e999'),
            "expected texts, counts",
        ),
        (json.dumps(encode_outcome(outcome("a"))).replace('"wall_s": 1.0', '"wall_s": "1"'), "expected texts, counts"),
        (json.dumps(encode_outcome(outcome("a"))).replace('"attempt": 0', '"attempt": -1'), "expected texts, counts"),
        (json.dumps(encode_outcome(outcome("first"))), "this attempt is on line 1 already"),
    ],
)
def test_a_damaged_line_is_an_error_with_its_place(tmp_path: Path, line: str, said: str) -> None:
    folder = write_run(tmp_path, [outcome("first")])
    with (folder / "outcomes.jsonl").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(BadInput, match=f"outcomes.jsonl:2: {said}"):
        load_run(folder)


@pytest.mark.parametrize(
    ("manifest", "said"),
    [("{", "damaged"), ("[]", "expected the format"), ('{"format": "lemmata-run/1"}', "found 'lemmata-run/1'")],
)
def test_a_folder_of_another_kind_is_named(tmp_path: Path, manifest: str, said: str) -> None:
    with pytest.raises(BadInput, match="expected the folder of a run that `lemmata bench` wrote"):
        load_run(tmp_path / "nowhere")
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(BadInput, match=said):
        load_run(tmp_path)
