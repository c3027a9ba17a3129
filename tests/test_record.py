"""The append-only record."""

from __future__ import annotations

from pathlib import Path

import pytest

from lemmata.errors import BadInput
from lemmata.record import Record


def test_events_are_found_again_after_reopening(tmp_path: Path) -> None:
    Record(tmp_path / "r.jsonl").append("checked", key="a", result="rejected")
    found = Record(tmp_path / "r.jsonl").find("checked", "a")
    assert found is not None
    assert found["result"] == "rejected"


def test_a_torn_last_line_is_dropped_and_writing_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    Record(path).append("one", key="1")
    with path.open("ab") as file:
        file.write(b'{"event": "tw')
    record = Record(path)
    record.append("three", key="3")
    assert [e["event"] for e in Record(path).events] == ["one", "three"]


def test_a_damaged_line_is_reported_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text('{"event": "one"}\nrubbish\n')
    with pytest.raises(BadInput, match=r"r\.jsonl:2"):
        Record(path)


def test_the_listener_hears_new_events_only(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    Record(path).append("old")
    heard: list[str] = []
    Record(path, lambda e: heard.append(e["event"])).append("new")
    assert heard == ["new"]
