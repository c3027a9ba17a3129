"""The documentation's notebook in a real JupyterLab, in a real browser."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")
pytest.importorskip("ipywidgets", reason="the extra `notebook` is not installed")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

FIRST = Path(__file__).resolve().parents[2] / "docs" / "notebooks" / "first.ipynb"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
GREEN, RED = "rgb(31, 136, 61)", "rgb(207, 34, 46)"
_QUIET = {
    "apputils-extension/notification.jupyterlab-settings": {"fetchNews": "false", "checkForUpdates": False},
    "apputils-extension/themes.jupyterlab-settings": {"theme": "JupyterLab Dark"},
    "notebook-extension/tracker.jupyterlab-settings": {"windowingMode": "none"},
}


@contextmanager
def lab(folder: Path) -> Iterator[str]:
    """A JupyterLab with its own settings, and the address of the folder's notebooks."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for name, content in _QUIET.items():
        file = folder / "config" / "lab" / "user-settings" / "@jupyterlab" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content))
    env = {**os.environ, **{f"JUPYTER_{n.upper()}_DIR": str(folder / n) for n in ("config", "data", "runtime")}}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}", "--ServerApp.token=t"]
    command += [f"--ServerApp.root_dir={folder}", "--allow-root"]
    log = (folder / "log").open("w")
    server = subprocess.Popen(command, env=env, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait(f"http://127.0.0.1:{port}/api/status?token=t", folder / "log")
        yield f"http://127.0.0.1:{port}/lab/tree/first.ipynb?token=t"
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        log.close()


def _wait(url: str, log: Path) -> None:
    ends = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            assert time.monotonic() < ends, log.read_text()
            time.sleep(0.2)


@pytest.mark.lean
@pytest.mark.sandbox
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on the PATH")
def test_the_notebook_looks_right_in_jupyterlab(tmp_path: Path) -> None:
    shutil.copy(FIRST, tmp_path / "first.ipynb")
    with lab(tmp_path) as url, playwright.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 3400})
        _run_all(page, url)
        chips = page.locator(".jp-Notebook .lm-chip")
        page.wait_for_function("document.querySelectorAll('.jp-Notebook textarea').length > 0", timeout=60_000)
        words = ["proved", "refuted", "proved", "proved", "open", "proved", "refuted", "proved", "same"]
        assert chips.all_inner_texts() == words
        colour = "e => getComputedStyle(e).backgroundColor"
        assert [chips.nth(n).evaluate(colour) for n in (0, 1)] == [GREEN, RED]
        assert page.locator(".lm-steps[open]").count() == 0  # the agent's steps are folded
        assert page.locator(".lm-tree li").first.is_visible()
        assert page.locator(".lm-goal .lm-turnstile").count() == 2
        assert page.locator(".lm-hit").inner_text().strip().endswith("assert a <= m and m <= b")
        assert page.locator(".lm-add").is_visible()
        assert page.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
        _inside(page, ".lm-card")
        _type_and_ask(page)
        page.screenshot(path=os.environ.get("LEMMATA_SCREENSHOT") or tmp_path / "first.png")
        browser.close()


def _run_all(page: Any, url: str) -> None:
    page.goto(url)
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']", timeout=60_000)
    page.locator(".jp-Notebook .jp-Cell").first.click()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()


def _inside(page: Any, what: str) -> None:
    """Nothing is wider than its cell."""
    wide = "es => es.filter(e => e.scrollWidth > e.parentElement.clientWidth + 1).length"
    assert page.locator(what).evaluate_all(wide) == 0


def _type_and_ask(page: Any) -> None:
    """The box of `lemmata.Chat()` answers what is typed into it."""
    box = page.locator(".jp-OutputArea .widget-vbox, .jp-OutputArea .lm-Widget.jupyter-widgets.widget-vbox").last
    box.locator("textarea").fill("∀ n : Nat, n * (n + 1) % 2 = 0")
    box.get_by_role("button", name="Ask").click()
    box.locator(".lm-chip").wait_for(timeout=30_000)
    assert box.locator(".lm-chip").inner_text() == "proved"
    assert box.locator(".lm-asked").inner_text().strip() == "∀ n : Nat, n * (n + 1) % 2 = 0"
    box.get_by_role("button", name="Stop").wait_for()
    assert box.locator("textarea").input_value() == ""
