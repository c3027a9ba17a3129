"""Registering a Lean of the user's own, or that of a Lake project: scripts that answer as `lean` and `lake` do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lemmata.config import Settings
from lemmata.doctor import examine
from lemmata.errors import BackendMissing, BadInput
from lemmata.provers.lean.register import register_lean
from lemmata.provers.lean.registration import RECORD, find_registered, forget_registered
from lemmata.provers.lean.toolchain import find_toolchain

LEAN = """\
#!/bin/sh
case "$1" in
  --version) echo "Lean (version {version}, x86_64-unknown-linux-gnu, commit 0123456789ab, Release)";;
  --print-prefix) echo {prefix};;
  --run) {run};;
esac
"""
LAKE = """\
#!/bin/sh
test -f lakefile.toml || exit 1
shift
case "$1 $2" in
  "lean --print-prefix") echo {prefix};;
  "printenv LEAN_PATH") echo {paths};;
  *) exit 3;;
esac
"""
READY = 'test -f "$2" && echo \'{"ready":"4.20.0"}\''


@pytest.fixture(autouse=True)
def no_lean_around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.delenv("LEAN_PATH", raising=False)


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(0o755)
    return path


def lean_in(prefix: Path, version: str = "4.20.0", run: str = READY) -> Path:
    return script(prefix / "bin" / "lean", LEAN.format(version=version, prefix=prefix, run=run))


def lake_project(root: Path, prefix: Path, *, built: bool = True) -> Path:
    mathlib = root / ".lake" / "packages" / "mathlib" / "lib"
    script(prefix / "bin" / "lake", LAKE.format(prefix=prefix, paths=f"{mathlib}:./.lake/build/lib"))
    root.mkdir()
    (root / "lakefile.toml").write_text('name = "p"\n')
    if built:
        mathlib.mkdir(parents=True)
        (mathlib / "Mathlib.olean").write_bytes(b"")
    return root


def registering(home: Path, **named: str) -> list[str]:
    told: list[str] = []
    register_lean(Settings(home=home), told.append, **named)
    return told


def test_a_lean_of_ones_own_is_used_from_then_on_and_the_second_time_is_instant(tmp_path: Path) -> None:
    lean, home = lean_in(tmp_path / "lean"), tmp_path / "home"
    assert [t.split(" ")[0] for t in registering(home, lean=str(lean))] == ["trying", "ready:"]
    found = find_toolchain(Settings(home=home))
    assert (found.kind, found.version, found.library_visible, found.mathlib) == ("native", "Lean 4.20.0", True, False)
    assert found.command.argv[0] == str(lean)
    assert registering(home, lean=str(lean.parent.parent)) == [
        f"Lean is set up already: Lean 4.20.0 at {lean}, library proofs visible, no Mathlib"
    ]


def test_a_proxy_that_chooses_a_lean_is_seen_through(tmp_path: Path) -> None:
    real = lean_in(tmp_path / "toolchains" / "stable")
    proxy = script(tmp_path / "elan" / "lean", f'#!/bin/sh\nexec {real} "$@"\n')
    registering(tmp_path / "home", lean=str(proxy))
    known = find_registered(Settings(home=tmp_path / "home"))
    assert known is not None
    assert known.program == str(real)


def test_a_lake_project_brings_its_lean_and_its_libraries(tmp_path: Path) -> None:
    lean = lean_in(tmp_path / "lean")
    project = lake_project(tmp_path / "p", tmp_path / "lean")
    told = registering(tmp_path / "home", lean=str(lean), project=str(project))
    own = project / ".lake" / "build" / "lib"
    assert any(t.startswith(f"not built, so it can't be imported: {own} ") for t in told)
    found = find_toolchain(Settings(home=tmp_path / "home"))
    assert found.mathlib
    assert found.command.env["LEAN_PATH"] == str(project / ".lake" / "packages" / "mathlib" / "lib")
    assert f"registered with {project}" in found.described


def test_lake_may_be_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lean_in(tmp_path / "lean")
    project = lake_project(tmp_path / "p", tmp_path / "lean")
    monkeypatch.setenv("PATH", f"{tmp_path / 'lean' / 'bin'}:/usr/bin:/bin")
    registering(tmp_path / "home", project=str(project))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert find_toolchain(Settings(home=tmp_path / "home")).mathlib


@pytest.mark.parametrize(
    ("version", "run", "said"),
    [
        ("4.8.0", READY, r"is Lean 4.8.0; 4.9 or newer is needed"),
        ("3.51.1", READY, r"is Lean 3.51.1; 4.9 or newer"),
        ("4.20.0", "echo Illegal instruction >&2; exit 132", r"does not run our driver \(Illegal instruction\)"),
        ("4.20.0", "kill -9 $$", r"does not run our driver \(exit code -9\)"),
        ("4.20.0", "exit 0", r"does not run our driver"),
    ],
)
def test_a_lean_that_is_too_old_or_dies_changes_nothing(tmp_path: Path, version: str, run: str, said: str) -> None:
    home = tmp_path / "home"
    good = lean_in(tmp_path / "good")
    registering(home, lean=str(good))
    before = (home / RECORD).read_bytes()
    with pytest.raises(BackendMissing, match=said):
        registering(home, lean=str(lean_in(tmp_path / "bad", version, run)))
    assert [p.name for p in home.iterdir()] == [RECORD]
    assert (home / RECORD).read_bytes() == before


def test_what_is_not_there_is_bad_input(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with pytest.raises(BadInput, match=r"--lean: there is no program .*/none"):
        registering(home, lean=str(tmp_path / "none"))
    (tmp_path / "plain").write_text("")
    with pytest.raises(BadInput, match="can't be run"):
        registering(home, lean=str(tmp_path / "plain"))
    with pytest.raises(BadInput, match=r"--project: expected a Lake project, with lakefile.lean or lakefile.toml"):
        registering(home, project=str(tmp_path))
    (tmp_path / "lakefile.toml").write_text("")
    with pytest.raises(BackendMissing, match="no `lake` on PATH"):
        registering(home, project=str(tmp_path))
    assert not home.exists()


def test_a_project_that_is_not_built_is_told_how(tmp_path: Path) -> None:
    lean = lean_in(tmp_path / "lean")
    project = lake_project(tmp_path / "p", tmp_path / "lean", built=False)
    with pytest.raises(BackendMissing, match=r"nothing of .* is built; run `lake exe cache get`"):
        registering(tmp_path / "home", lean=str(lean), project=str(project))


def test_what_has_gone_since_is_told_with_its_remedy(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    lean = lean_in(tmp_path / "lean")
    registering(settings.home, lean=str(lean))
    lean.unlink()
    with pytest.raises(BackendMissing, match=r"is not there any more; run `lemmata setup lean --lean PATH` again"):
        find_toolchain(settings)
    (settings.home / RECORD).write_text("{")
    with pytest.raises(BackendMissing, match="is damaged"):
        find_toolchain(settings)
    assert forget_registered(settings)
    assert not forget_registered(settings)
    with pytest.raises(BackendMissing, match="no Lean found"):
        find_toolchain(settings)


def test_the_lean_of_lake_env_comes_before_the_registered_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(home=tmp_path / "home")
    registering(settings.home, lean=str(lean_in(tmp_path / "lean")))
    other = lean_in(tmp_path / "other", "4.21.0")
    monkeypatch.setenv("PATH", f"{other.parent}:/usr/bin:/bin")
    assert find_toolchain(settings).version == "Lean 4.20.0"
    monkeypatch.setenv("LEAN_PATH", str(tmp_path))
    assert find_toolchain(settings).version == "Lean 4.21.0"


def test_the_doctor_says_which_lean_is_used_and_what_it_shows(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    lean = lean_in(tmp_path / "lean")
    registering(settings.home, lean=str(lean))
    (found,) = (f for f in examine(settings) if f.name == "lean")
    assert found.version == f"Lean 4.20.0 at {lean} (registered), library proofs visible, no Mathlib"
    lean.unlink()
    (found,) = (f for f in examine(settings) if f.name == "lean")
    assert not found.found
    assert "is not there any more; run `lemmata setup lean --lean PATH` again" in found.remedy


def test_an_interrupted_registration_leaves_nothing(tmp_path: Path) -> None:
    slow = lean_in(tmp_path / "lean", run=f"touch {tmp_path}/begun; sleep 60")
    argv = [sys.executable, "-m", "lemmata", "setup", "lean", "--lean", str(slow), "--home", str(tmp_path / "home")]
    with subprocess.Popen(argv, stderr=subprocess.DEVNULL) as setup:
        while not (tmp_path / "begun").exists():
            assert setup.poll() is None
            time.sleep(0.05)
        setup.send_signal(signal.SIGINT)
        assert setup.wait(30) == 130
    assert not (tmp_path / "home").exists()


def test_the_command_registers_and_forgets(tmp_path: Path) -> None:
    lean = lean_in(tmp_path / "lean")

    def setup(*options: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-m", "lemmata", "setup", "lean", "--home", str(tmp_path / "home"), *options]
        env = {k: v for k, v in os.environ.items() if not k.startswith("LEMMATA_")} | {"npm_config_registry": "no"}
        return subprocess.run(argv, env=env, capture_output=True, text=True, timeout=120, check=False)

    assert "ready: Lean 4.20.0" in setup("--lean", str(lean)).stderr
    assert "set up already: Lean 4.20.0" in setup().stderr
    assert "expected either --embedded" in setup("--embedded", "--lean", str(lean)).stderr
    assert find_registered(Settings(home=tmp_path / "home")) is not None
