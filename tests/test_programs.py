"""The programs of the benchmark are what its table says; some run here, all by benchmarks/programs/confirm.py."""

import importlib.util
import json
from collections import Counter
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks/programs"
ROWS = json.loads((FOLDER / "expected.json").read_text())


@pytest.fixture(scope="module")
def confirm():
    spec = importlib.util.spec_from_file_location("confirm", FOLDER / "confirm.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_names_every_program_once():
    listed = [row["file"] for row in ROWS]
    assert sorted(listed) == sorted(
        str(f.relative_to(FOLDER)) for part in ("c", "py") for f in (FOLDER / part).iterdir()
    )


@pytest.mark.parametrize(("ending", "least"), [(".c", 60), (".py", 40)])
def test_half_of_the_programs_are_correct(ending, least):
    counts = Counter(row["expected"] for row in ROWS if row["file"].endswith(ending))
    assert counts.total() >= least
    assert counts["safe"] == counts["violated"]


@pytest.mark.parametrize("row", [r for r in ROWS if r["file"].endswith(".py")], ids=lambda r: r["file"])
def test_python_programs_do_what_the_table_says(confirm, row):
    runs = 400 if row["expected"] == "safe" else 3000
    assert confirm.observe_python(FOLDER / row["file"], runs=runs) == row["expected"]


@pytest.mark.parametrize("name", ["rotate_left", "early_return"])
def test_sanitizers_show_the_fault_and_nothing_else(confirm, name):
    assert confirm.observe_c(FOLDER / f"c/{name}.c", runs=15) == "safe"
    assert confirm.observe_c(FOLDER / f"c/{name}_faulty.c", runs=300) == "violated"
