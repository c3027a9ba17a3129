"""Names of data sets: all are resolved only when they are used, and what is not there is told."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lemmata.datasets.cards import describe, list_cards
from lemmata.datasets.reader import Reader
from lemmata.datasets.table import DATASETS, card, find_reader, load_samples, names
from lemmata.errors import BadInput


def test_every_name_is_that_of_its_card() -> None:
    for name in names():
        found = card(name)
        assert found.name == name
        assert all((found.title, found.origin, found.licence, found.version, found.layout, found.lanes))
        assert bool(found.hub) == bool(find_reader(name).hub_files)


def test_an_unknown_name_is_told_with_the_closest() -> None:
    with pytest.raises(BadInput, match=r"did you mean minif2f\? there are minif2f, proofnet"):
        load_samples("mini-f2f", ".")
    with pytest.raises(BadInput, match="data set 'zzz'"):
        card("zzz")


def test_a_path_that_is_not_there_is_told_with_the_layout(tmp_path: Path, published: str) -> None:
    with pytest.raises(BadInput, match="expected ") as caught:
        load_samples(published, tmp_path / "none")
    assert card(published).layout in str(caught.value)
    with pytest.raises(BadInput, match="expected "):
        load_samples(published, tmp_path)


def test_a_limit_takes_the_first_samples(tmp_path: Path, publish: object) -> None:
    assert callable(publish)
    path = publish("ugmathbench", tmp_path)
    assert [s.id for s in load_samples("ugmathbench", path, limit=2).samples] == ["Algebra_0000:v1", "Algebra_0000:v2"]
    with pytest.raises(BadInput, match="limit"):
        load_samples("ugmathbench", path, limit=0)


def test_a_set_of_another_package_is_found_by_its_entry_point(tmp_path: Path) -> None:
    info = tmp_path / "other-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[lemmata.datasets]\nother = other_sets:OTHER\ngsm8k = other_sets:OTHER\n")
    (tmp_path / "other_sets.py").write_text(
        "from dataclasses import replace\nfrom lemmata.datasets.answer_sets import GSM8K\n"
        "OTHER = replace(GSM8K, card=replace(GSM8K.card, name='other'))\n"
    )
    program = (
        "import sys; from lemmata.datasets.table import card, names\n"
        "assert 'lemmata.datasets.tmbench' not in sys.modules\n"
        "print(names()[-1], card('other').name, card('gsm8k').name)"
    )
    path = [str(tmp_path), *(p for p in sys.path if p)]
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": ":".join(path)}, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["other", "other", "gsm8k"], done.stderr


def test_a_card_says_what_is_known(published: str) -> None:
    text = describe(card(published))
    assert text.startswith(card(published).title)
    assert max(map(len, text.splitlines())) <= 100
    assert all(bad in text for bad in card(published).known_bad)
    told = list_cards(card(name) for name in DATASETS).splitlines()
    assert len(told) == len(DATASETS) + 1
    assert isinstance(find_reader(published), Reader)
