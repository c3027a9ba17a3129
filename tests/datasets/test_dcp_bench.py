"""DCP-Bench: what is asked is the docstring and the data; the model stays hidden."""

from __future__ import annotations

import pytest

from lemmata.datasets.dcp_bench import DCP_BENCH
from lemmata.errors import BadInput

MODEL = '''#!/usr/bin/python3
# Category: own_examples
# Source: nowhere

"""
Some boxes are to be loaded; no lorry takes more than its room.

Print the lorry of each box (lorry) and how many are used (used).
"""

# Data
room = 10  # of each lorry
sizes = [(4, 1), (7, 2)]  # size and number
# End of data

from cpmpy import *
secret = intvar(0, 9, name="secret")
solution = {}
solution = {"lorry": lorry.value().tolist(), "used": int(model.objective_value())}
print(json.dumps(solution))
'''


def written(root, name, model=MODEL, instances="[]"):
    folder = root / "dataset" / name
    folder.mkdir(parents=True)
    if model is not None:
        (folder / f"{name}.cpmpy.py").write_text(model, encoding="utf-8")
    (folder / f"{name}.json").write_text(instances, encoding="utf-8")
    return root


def test_the_problem_has_words_data_and_keys_and_nothing_of_the_model(tmp_path):
    (sample,) = DCP_BENCH.read(written(tmp_path, "lorries")).samples
    source = sample.problem.source
    assert source.startswith("Some boxes are to be loaded")
    assert "sizes = [(4, 1), (7, 2)]  # size and number" in source
    assert "exactly the keys lorry, used" in source
    assert "secret" not in source
    assert "cpmpy" not in source
    assert (sample.id, sample.split) == ("lorries", "own_examples")
    assert sample.target.names == ("lorry", "used")
    assert sample.target.instance == {"room": 10, "sizes": [[4, 1], [7, 2]]}
    assert sample.target.model == MODEL


def test_data_that_are_no_literals_come_from_the_only_instance(tmp_path):
    made = MODEL.replace("room = 10", "room = 2 * 5")
    (sample,) = DCP_BENCH.read(written(tmp_path, "one", made, '[{"room": 10, "sizes": [[4, 1]]}]')).samples
    assert sample.target.instance == {"room": 10, "sizes": [[4, 1]]}
    assert "room = 10\n" in sample.problem.source


def test_a_model_without_data_has_none(tmp_path):
    bare = MODEL.replace("# End of data", "# And on")
    (sample,) = DCP_BENCH.read(written(tmp_path, "bare", bare)).samples
    assert sample.target.instance == {}
    assert "Data:" not in sample.problem.source


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (None, "bad: expected bad.cpmpy.py; there is none"),
        ("x = (", "bad/bad.cpmpy.py"),
        ("import json\n", "expected the problem in words"),
        (MODEL.replace("solution =", "answer ="), "expected a dictionary `solution`"),
        (MODEL.replace('{"lorry"', '{room: 1, "lorry"'), "expected texts as the keys"),
        (MODEL.replace("room = 10", "room = 2 * 5"), "expected the data as literals, or one instance in bad.json"),
    ],
)
def test_a_folder_that_can_not_be_read_is_named_and_the_others_are_read(tmp_path, model, text):
    written(tmp_path, "bad", model)
    found = DCP_BENCH.read(written(tmp_path, "good"))
    assert [s.id for s in found.samples] == ["good"]
    (why,) = found.skipped
    assert text in why


def test_text_that_is_no_utf8_is_named(tmp_path):
    (written(tmp_path, "good") / "dataset/good/bad.cpmpy.py").write_bytes(b"\xff")
    assert DCP_BENCH.read(tmp_path).skipped == ("good/bad.cpmpy.py: expected UTF-8 text (byte 0 is not)",)


def test_a_folder_without_models_says_what_is_expected(tmp_path):
    with pytest.raises(BadInput, match=r"dataset/NAME/NAME\.cpmpy\.py"):
        DCP_BENCH.read(tmp_path)
