"""The notebook of the documentation, run to its end by a real kernel, and looked at in a real browser."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

NOTEBOOK = Path(__file__).resolve().parents[2] / "docs" / "notebooks" / "first.ipynb"
pytestmark = [pytest.mark.sandbox, pytest.mark.filterwarnings("ignore")]  # other people's kernels and servers warn

needs_kernel = pytest.mark.skipif(
    not (find_spec("nbclient") and find_spec("ipykernel")), reason="nbclient or ipykernel is not installed"
)


def executed(cells: list[str] | None = None) -> Any:
    import nbformat
    from nbclient import NotebookClient

    book = nbformat.read(NOTEBOOK, as_version=4)
    if cells is not None:
        book.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    NotebookClient(book, timeout=120, kernel_name="python3").execute()
    return book


def shown(cell: Any, kind: str = "text/plain") -> str:
    """What the outputs of a cell show."""
    parts = []
    for output in cell.outputs:
        parts.append(output.get("text", "") or output.get("data", {}).get(kind, ""))
    return "\n".join(parts)


@needs_kernel
@pytest.mark.lean
def test_the_notebook_runs_to_its_end_and_shows_what_it_says() -> None:
    book = executed()
    cells = {
        cell.source.splitlines()[-1] if cell.source else "": cell for cell in book.cells if cell.cell_type == "code"
    }
    text = {source: shown(cell) for source, cell in cells.items()}
    assert "proved" in text["∀ x : Int, x < x + 1"]
    assert "refuted" in text["∀ x : Nat, x - 1 < x"]
    assert "Refuted" in text["wrong.verdict"]
    assert "x" in text["wrong.verdict"]
    program = text["    return middle"]
    assert "refuted" in program
    assert "+" in program
    assert "proved" in text["theorem twice_even (n : Nat) : twice n % 2 = 0 := by sorry"]
    assert "proved" in text["(assert (< (* x x) 16))"]
    assert "Refuted" in text["lemmata.recheck(wrong.certificate)"]
    html = "".join(shown(cell, "text/html") for cell in cells.values())
    assert "<details" in html
    assert not [o for cell in cells.values() for o in cell.outputs if o.output_type == "error"]


@needs_kernel
def test_a_first_answer_takes_two_cells_and_mistakes_one_line() -> None:
    import nbclient.exceptions

    book = executed(["%load_ext lemmata", "%%ask\n∀ x : Int, x < x + 1"])
    assert "proved" in shown(book.cells[1])
    with pytest.raises(nbclient.exceptions.CellExecutionError, match="--wall"):
        executed(["%load_ext lemmata", "%%ask --wall -3\n∀ x : Int, x < x + 1"])
    book = executed(["%load_ext lemmata", "%%ask\n∀ x : Int, x <\n<script>alert(1)</script>"])
    assert "<script>" not in shown(book.cells[1], "text/html")


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[str]:
    """The address of a JupyterLab with the notebook in it."""
    shutil.copy(NOTEBOOK, tmp_path / "first.ipynb")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = [
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        "--IdentityProvider.token=",
        "--ServerApp.ip=127.0.0.1",
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "JUPYTER_PREFER_ENV_PATH": "1"},
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"{address}/api", timeout=1).close()
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.lean
@pytest.mark.skipif(find_spec("jupyterlab") is None, reason="jupyterlab is not installed")
@pytest.mark.skipif(find_spec("playwright") is None, reason="playwright is not installed")
@pytest.mark.skipif(shutil.which("chromium") is None, reason="there is no chromium")
def test_jupyterlab_shows_verdicts_steps_and_diffs(lab: str, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1100, "height": 2600})
        page.goto(f"{lab}/lab/tree/first.ipynb?reset")
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=60_000)
        page.get_by_text("(ipykernel) | Idle").wait_for(timeout=60_000)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        page.locator(".jp-CodeCell").last.locator(".jp-OutputArea-output").first.wait_for(
            state="attached", timeout=90_000
        )
        outputs = page.locator(".jp-OutputArea-output")
        text = "\n".join(outputs.all_inner_texts())
        page.screenshot(path=tmp_path / "lab.png")
        browser.close()
    kept = os.environ.get("LEMMATA_TEST_SCREENSHOTS")
    if kept:
        shutil.copy(tmp_path / "lab.png", kept)
    assert "proved" in text
    assert "refuted" in text
    assert "Traceback" not in text
