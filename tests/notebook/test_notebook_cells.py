"""Cells in a real kernel, through nbclient."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat", reason="the extra `notebook` is not installed")
nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
pytest.importorskip("ipykernel", reason="the extra `notebook` is not installed")

FIRST = Path(__file__).resolve().parents[2] / "docs" / "notebooks" / "first.ipynb"


def run(*cells: str) -> list[Any]:
    """The cells of a new notebook, executed in a kernel of their own."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    return list(_client(book).execute().cells)


def _client(book: Any) -> Any:
    return nbclient.NotebookClient(book, timeout=90, kernel_name="python3", allow_errors=True)


def plain(cell: Any) -> str:
    """Everything that a cell shows, as plain text."""
    return "\n".join(o.get("text") or o.get("data", {}).get("text/plain") or o.get("evalue", "") for o in cell.outputs)


def test_a_first_answer_takes_two_cells() -> None:
    _, answer, other = run(
        "%load_ext lemmata", "%%ask\n∀ x : Int, x < x + 1", "import lemmata; lemmata.Chat().ask('1 = 2')"
    )
    assert plain(answer).startswith("r1: proved")
    (shown,) = answer.outputs
    assert "lm-chip" in shown["data"]["text/html"]
    assert plain(other).startswith("r1: refuted")
    assert len(other.outputs) == 1  # shown while it came, and not once more


@pytest.mark.lean
@pytest.mark.sandbox
def test_the_notebook_of_the_documentation_runs() -> None:
    book = nbformat.read(FIRST, as_version=4)
    _client(book).execute()
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    shown = [plain(cell) for cell in cells]
    assert not [o for cell in cells for o in cell.outputs if o.output_type == "error" or o.get("name") == "stderr"]
    heads = ["r1: proved", "r2: refuted: x = 0", "swap: proved", "double_eq: proved", "double_add: open", "r6: proved"]
    assert [text[: len(head)] for text, head in zip(shown[1:7], heads, strict=True)] == heads
    assert "repaired, proved" in shown[7]
    assert shown[8].startswith("Proved()")
    assert shown[9].startswith("same")
    assert "application/vnd.jupyter.widget-view+json" in cells[10].outputs[0]["data"]


def test_results_are_kept_and_mistakes_are_one_line() -> None:
    cells = run(
        "%load_ext lemmata",
        "%%ask --into found\n∀ x : Int, x < x + 1",
        "print(_ is found, _.verdict, found.verdict)",
        "%%ask --wal 3\n1 = 1",
        "%%ask --wall -3\n1 = 1",
        "%%check --integers odd\nx = 1",
        "%%check\nnothing that is a program",
        "%%smt\n(assert",
        "%%ask --into 3x\n1 = 1",
        "%ask same 1/2 | 0.5",
        "%%ask",
    )
    assert plain(cells[2]).strip() == "True Proved() Proved()"
    for cell in (*cells[3:9], cells[10]):
        said = plain(cell).strip()
        assert said.startswith(("UsageError: ", "error: "))
        assert "\n" not in said
        assert "Traceback" not in said
    assert plain(cells[9]).startswith("same")


def test_a_running_loop_and_a_plain_display_are_no_hindrance() -> None:
    cells = run(
        "import asyncio, sys, lemmata\nsys.modules['ipywidgets'] = None",
        "await asyncio.sleep(0)\nlemmata.Chat().ask('∀ x : Int, x < x + 1').solutions[0].verdict",
        "lemmata.Chat()",
    )
    assert "Proved()" in plain(cells[1])
    assert plain(cells[2]).startswith("<Chat, 0 turns")


def test_an_interrupt_of_the_kernel_keeps_what_was_found() -> None:
    book = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell("import os; print(os.getpid())\n%load_ext lemmata"),
            nbformat.v4.new_code_cell("%%ask --into kept\n∀ x y z : Int, x*x*x + y*y*y + z*z*z ≠ 114"),
            nbformat.v4.new_code_cell("print(kept.stopped, len(kept.record) > 0)"),
        ]
    )
    client = _client(book)
    with client.setup_kernel():
        client.execute_cell(book.cells[0], 0)
        pid = int(plain(book.cells[0]).split()[0])
        threading.Timer(3.0, os.kill, (pid, signal.SIGINT)).start()
        started = time.monotonic()
        client.execute_cell(book.cells[1], 1)
        client.execute_cell(book.cells[2], 2)
    assert time.monotonic() - started < 25
    assert "go on with `resume`" in plain(book.cells[1])
    assert plain(book.cells[2]).strip() == "interrupted True"
