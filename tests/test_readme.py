"""What the README shows works as it is shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from documents import ROOT, Block, Reader, find_blocks

from lemmata.environment import load_settings

README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.sandbox
@pytest.mark.parametrize("block", [b for b in find_blocks(ROOT / "README.md") if b.language == "python"], ids=str)
def test_the_python_of_the_readme_prints_what_its_comments_say(block: Block, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    if (load_settings().home / "lean").exists():
        (tmp_path / "home" / "lean").symlink_to(load_settings().home / "lean")
    reader = Reader(tmp_path, tmp_path / "home")
    reader.do(block)
    reader.close()


def test_every_command_the_readme_shows_is_a_command() -> None:
    from lemmata.cli import app, setup_app

    known = {c.name or c.callback.__name__ for c in app.registered_commands} | {g.name for g in app.registered_groups}
    shown = set(re.findall(r"^lemmata (\w+)", README, re.M)) | set(re.findall(r"`lemmata (\w+)", README))
    assert shown <= known
    assert {c.name for c in setup_app.registered_commands} == set(re.findall(r"`lemmata setup (\w+)", README))


def test_every_file_the_readme_names_exists() -> None:
    for name in re.findall(r"examples/[\w.]+", README):
        assert (ROOT / name).exists(), name
