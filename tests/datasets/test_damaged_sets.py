"""Damaged files: a row that can't be read is named and left out; nothing but BadInput is ever raised."""

from __future__ import annotations

import csv
import gzip
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lemmata.datasets.jsonl import load_rows
from lemmata.datasets.rows import read_rows
from lemmata.datasets.sample import SampleSet
from lemmata.datasets.table import DATASETS, load_samples
from lemmata.errors import BadInput

QUICK = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))

TEXTS = [
    "def f(a):\n",
    "f",
    "assert f(1) == 2",
    "assert f(x=1) == 2",
    "Let $x > 0$. Find the largest constant $C$: $$ x \\geq C $$",
    "$x \\in$ and $$ C \\leq $$",
    "#### 1",
    "\\boxed{",
    "bound",
    "theorem a : 1 = 1 := by sorry",
    "[{'t': 'ℕ', 'name': 'x'}]",
    "\ud800",
    "",
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.sampled_from(TEXTS) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["t", "name", "A", "id"]), inner),
    max_leaves=4,
)
ROWS = st.lists(VALUES, max_size=2)
BY_ROWS = sorted(
    set(DATASETS) - {"minif2f", "putnambench", "verina", "codearc", "codearc-annotated", "sygus", "code2inv", "svcomp"}
)


def read(name: str, path: Path) -> SampleSet | None:
    """The set, or nothing where all that is there is refused."""
    try:
        found = load_samples(name, path)
    except BadInput as exc:
        return None if str(exc) else pytest.fail("expected a text")
    for sample in found.samples:
        json.dumps([sample.id, sample.problem.source, sample.note], ensure_ascii=False).encode()
    "".join(found.skipped).encode()
    assert found.digest
    return found


@pytest.mark.parametrize("name", BY_ROWS)
@QUICK
@given(data=st.data())
def test_any_rows_are_read_or_named(
    tmp_path_factory: pytest.TempPathFactory, publish: Any, name: str, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    good = [dict(row.fields) for row in read_rows(publish(name, folder), [], under="samples")]
    for row in good:
        for key in data.draw(st.lists(st.sampled_from(sorted(row)), max_size=3)):
            row[key] = data.draw(
                VALUES | st.sampled_from([text for text in ("", *row.values()) if isinstance(text, str)])
            )
    path = folder / "damaged.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in [*good, *data.draw(ROWS)]), encoding="utf-8")
    rows = path.read_text().count("\n") + 1
    found = read(name, path)
    if found is not None and name != "ugmathbench":
        assert len(found.samples) + len(found.skipped) == rows
    shutil.rmtree(folder)


@QUICK
@given(data=st.data())
def test_a_torn_file_is_read_up_to_where_it_is_whole(
    tmp_path_factory: pytest.TempPathFactory, published: str, publish: Any, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("torn")
    path = publish(published, folder)
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    file = data.draw(st.sampled_from(files))
    held = file.read_bytes()
    at = data.draw(st.integers(0, len(held)))
    file.write_bytes(held[:at] + data.draw(st.binary(max_size=6)) + held[data.draw(st.integers(at, len(held))) :])
    read(published, path)
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    "held", [b"", b"\x00\xff\xfe" * 99, b"[" * 20_000, b"{}", b"[1, {}]", b'{"a": 1}\n{"a"', b"PAR1"]
)
def test_a_file_of_something_else_is_refused_with_what_was_expected(
    tmp_path: Path, published: str, publish: Any, held: bytes
) -> None:
    path = publish(published, tmp_path)
    for file in [p for p in tmp_path.rglob("*") if p.is_file()]:
        file.write_bytes(held)
    with pytest.raises(BadInput, match="expected"):
        load_samples(published, path)


def test_lines_go_on_after_a_bad_one_where_they_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"a": 1}\n{"a"\n[2]\n\xff\n{"a": 3}\n')
    skipped: list[str] = []
    assert [row["a"] for row, _ in load_rows(path, skipped=skipped)] == [1, 3]
    assert [text.split(": ")[0] for text in skipped] == ["rows.jsonl:2", "rows.jsonl:3", "rows.jsonl:4"]
    with pytest.raises(BadInput, match=r"rows.jsonl:2"):
        list(load_rows(path))


def test_a_taken_id_is_named(tmp_path: Path) -> None:
    row = {"problem": "Find x.", "answer": "1", "subject": "", "unique_id": "A"}
    path = tmp_path / "o.jsonl"
    path.write_text(f"{json.dumps(row)}\n{json.dumps({**row, 'problem': 'Find y.'})}\n")
    found = load_samples("olymmath", path)
    assert (len(found.samples), found.skipped) == (1, ("A: the id A is taken",))


def test_a_file_of_a_folder_that_can_not_be_read_is_named(tmp_path: Path, publish: Any) -> None:
    publish("gsm8k", tmp_path)
    (tmp_path / "train.json").write_text("[")
    found = load_samples("gsm8k", tmp_path)
    assert len(found.samples) == 1
    assert "train.json" in found.skipped[0]


def test_a_file_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n" * 3000))
    with pytest.raises(BadInput, match="at most"):
        list(load_rows(path, largest=1000))


def test_a_row_of_other_columns_is_named(tmp_path: Path, publish: Any) -> None:
    path = publish("medcalc", tmp_path)
    text = io.StringIO()
    csv.writer(text).writerow(["3", "too few"])
    path.write_text(path.read_text() + text.getvalue() + "x" * 200_000 + "\n")
    found = load_samples("medcalc", path)
    assert len(found.samples) == 2
    assert "columns, found 2" in found.skipped[0]
    assert "expected CSV" in found.skipped[1]
