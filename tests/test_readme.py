"""What the README shows works as it is shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.sandbox
@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", README, re.S))
def test_the_python_of_the_readme_prints_what_its_comments_say(
    code: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT)
    if (Path.home() / ".lemmata" / "lean").exists():
        (tmp_path / "lean").symlink_to(Path.home() / ".lemmata" / "lean")
    monkeypatch.setenv("LEMMATA_HOME", str(tmp_path))
    exec(compile(code, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    for shown in re.findall(r"print\(.*\)\s+# ([^,:\n]+(?:\{.*\})?)", code):
        assert shown.split(":")[0].strip().rstrip(",") in printed or shown.strip() in printed


def test_every_command_the_readme_shows_is_a_command() -> None:
    from lemmata.cli import app, setup_app

    known = {c.name or c.callback.__name__ for c in app.registered_commands} | {g.name for g in app.registered_groups}
    shown = set(re.findall(r"^lemmata (\w+)", README, re.M)) | set(re.findall(r"`lemmata (\w+)", README))
    assert shown <= known
    assert {c.name for c in setup_app.registered_commands} == set(re.findall(r"`lemmata setup (\w+)", README))


def test_every_file_the_readme_names_exists() -> None:
    for name in re.findall(r"examples/[\w.]+", README):
        assert (ROOT / name).exists(), name
