"""The documentation is what its readers find: every block of every page runs, and the site builds without a network."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from agents.chat_server import Say, serving
from documents import NOT_RUN, ROOT, RUN, Reader, find_blocks

from lemmata.environment import load_settings

DOCS = ROOT / "docs"
PAGES = sorted(p for p in DOCS.rglob("*.md") if "design" not in p.parts)
NEED_LEAN = {"tutorials/theorem.md"}
OPTIONAL = {"notebook.md": ("IPython",), "agents.md": ("mcp",), "inspect.md": ("inspect_ai",)}
MOST_NOT_RUN = 12


def answers(body: dict[str, Any]) -> Say:
    """A model that counts the divisors of 360 with a program, and says what it printed."""
    if body["messages"][-1]["role"] == "tool":
        return Say(calls=[("final_answer", {"answer": "24", "steps": [1]})])
    return Say(calls=[("run_python", {"code": "print(sum(360 % d == 0 for d in range(1, 361)))"})])


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """Somebody with an empty folder, the toolchains of this machine, and an endpoint at localhost:8000."""
    home = tmp_path / "home"
    home.mkdir()
    lean = load_settings().home / "lean"
    if lean.exists():
        (home / "lean").symlink_to(lean)
    folder = tmp_path / "work"
    folder.mkdir()
    with serving(answers) as server:
        made = Reader(folder, home, endpoint=server.url)
        yield made
        made.close()


def pages() -> Iterator[Any]:
    for page in PAGES:
        name = str(page.relative_to(DOCS))
        yield pytest.param(page, id=name, marks=[pytest.mark.lean] if name in NEED_LEAN else [])


@pytest.mark.sandbox
@pytest.mark.parametrize("page", list(pages()))
def test_every_block_of_the_page_does_what_the_page_says(page: Path, reader: Reader) -> None:
    for package in OPTIONAL.get(page.name, ()):
        pytest.importorskip(package, reason=f"{page.name} shows {package}, which is not installed")
    for block in find_blocks(page):
        reader.do(block)
        if block.title == "pyproject.toml":
            install(reader.folder)


def install(folder: Path) -> None:
    """What `pip install -e .` would leave behind of a project's entry points, without building it."""
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    info = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    groups = project["entry-points"].items()
    lines = [line for group, points in groups for line in (f"[{group}]", *(f"{k} = {v}" for k, v in points.items()))]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")


def test_few_blocks_are_shown_without_being_run_and_each_says_why() -> None:
    blocks = [b for page in PAGES for b in find_blocks(page)]
    skipped = [b for b in blocks if b.language in RUN and b.title.startswith(NOT_RUN)]
    assert len(skipped) <= MOST_NOT_RUN
    assert all(len(b.title) > len(NOT_RUN) + 10 for b in skipped)
    assert sum(b.runs for b in blocks) > 3 * len(skipped)


def test_the_site_builds_without_a_network_and_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("material", reason="mkdocs-material (lemmata[docs]) is not installed")
    pytest.importorskip("mkdocstrings", reason="mkdocstrings (lemmata[docs]) is not installed")
    alone = ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode != 0:
        alone = []  # this machine lets nobody cut himself off
    argv = [*alone, sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", tmp_path / "site"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    index = (tmp_path / "site" / "index.html").read_text()
    assert "fonts.googleapis" not in index
    for page, name in (("python", "lemmata.solve"), ("tools", "lemmata.toolbox.tools.Toolbox.find_counterexample")):
        assert f'id="{name}"' in (tmp_path / "site" / "reference" / page / "index.html").read_text()
