"""Finding Lean, setting it up, and what is said when that is not possible."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from lemmata.budget import Limits
from lemmata.config import Settings
from lemmata.errors import BackendMissing, ProtocolError
from lemmata.problem import Candidate, Theorem
from lemmata.provers.base import Backends
from lemmata.provers.lean.check import check_proof
from lemmata.provers.lean.register import register_lean
from lemmata.provers.lean.setup import INTEGRITY, check_integrity, setup_lean
from lemmata.provers.lean.toolchain import (
    DRIVER,
    FOLDER,
    MANIFEST,
    driver_source,
    find_embedded,
    find_node,
    find_toolchain,
    portable_driver,
)
from lemmata.provers.lean.wasm import _put_signed, _put_unsigned, _signed, _unsigned, rebuild
from lemmata.verdict import Accepted


def test_without_any_lean_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackendMissing, match="lemmata setup lean"):
        find_toolchain(Settings(home=tmp_path))


def test_a_damaged_toolchain_is_told(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / MANIFEST).write_text("{}")
    with pytest.raises(BackendMissing, match="damaged"):
        find_embedded(Settings(home=tmp_path))
    (tmp_path / FOLDER / MANIFEST).write_text(json.dumps({"lean": "4", "driver": "sha256:0"}))
    with pytest.raises(BackendMissing, match="another lemmata"):
        find_embedded(Settings(home=tmp_path))


def test_a_lean_that_does_not_work_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "lean"
    broken.write_text("#!/bin/sh\necho no such toolchain >&2\nexit 1\n")
    broken.chmod(0o755)
    with pytest.raises(BackendMissing, match="no such toolchain"):
        find_toolchain(Settings(lean=str(broken), home=tmp_path))
    with pytest.raises(BackendMissing, match="can't be started"):
        find_toolchain(Settings(lean=str(tmp_path / "none"), home=tmp_path))


def test_a_download_that_is_not_the_package_is_refused(tmp_path: Path) -> None:
    assert INTEGRITY.startswith("sha512-")
    (tmp_path / "a.tgz").write_bytes(b"something else")
    with pytest.raises(BackendMissing, match="not the package"):
        check_integrity(tmp_path / "a.tgz")


def test_a_registry_that_can_not_be_reached_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not find_node().npm:
        pytest.skip("no npm")
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    told: list[str] = []
    with pytest.raises(BackendMissing, match="registry"):
        setup_lean(Settings(home=tmp_path / "home"), told.append)
    assert told
    assert [p.name for p in (tmp_path / "home").iterdir()] == [".setup-lean"]  # nothing half-made stays


def test_a_home_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BackendMissing, match="LEMMATA_HOME"):
        setup_lean(Settings(home=tmp_path / "file" / "home"), lambda _: None)


@pytest.mark.lean
def test_setting_up_twice_does_nothing_the_second_time(settings: Settings) -> None:
    try:
        find_embedded(settings)
    except BackendMissing as exc:
        pytest.skip(str(exc))
    told: list[str] = []
    setup_lean(settings, told.append)
    assert [line.split(":")[0] for line in told] == ["Lean is set up already"]


@pytest.mark.lean
def test_only_the_driver_is_compiled_anew_when_only_that_has_changed(settings: Settings, tmp_path: Path) -> None:
    try:
        root = Path(find_embedded(settings).command.visible[0])
    except BackendMissing as exc:
        pytest.skip(str(exc))
    own = tmp_path / "home"
    shutil.copytree(root, own / FOLDER, copy_function=os.link)
    manifest = json.loads((own / FOLDER / MANIFEST).read_text())
    for name in (MANIFEST, DRIVER):
        (own / FOLDER / name).unlink()
    (own / FOLDER / MANIFEST).write_text(json.dumps({**manifest, "driver": "of an older one"}))
    told: list[str] = []
    setup_lean(Settings(home=own), told.append)
    assert told[0].startswith("compiling the driver")
    assert (own / FOLDER / DRIVER).exists()
    assert find_embedded(Settings(home=own)).version == find_embedded(settings).version


def test_what_a_killed_set_up_left_is_cleared_away_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not find_node().npm:
        pytest.skip("no npm")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    home = tmp_path / "home"
    with socket.create_server(("127.0.0.1", 0)) as silent:  # a registry that never answers
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        lines = (
            "from pathlib import Path",
            "from lemmata.config import Settings",
            "from lemmata.provers.lean.setup import setup_lean",
            f"setup_lean(Settings(home=Path({str(home)!r})), print)",
        )
        environment = {**os.environ, "npm_config_registry": address}
        with subprocess.Popen(
            [sys.executable, "-c", "\n".join(lines)], env=environment, stdout=subprocess.DEVNULL
        ) as killed:
            silent.settimeout(60)
            silent.accept()[0].close()
            killed.kill()
    assert len(list(home.glob("lean-*"))) == 1
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    with pytest.raises(BackendMissing, match="registry"):
        setup_lean(Settings(home=home), lambda _: None)
    assert [p.name for p in home.iterdir()] == [".setup-lean"]


def test_files_of_another_release_are_refused() -> None:
    with pytest.raises((ProtocolError, KeyError, ValueError)):
        rebuild(b"\0asm\1\0\0\0", "var x", "")


@pytest.mark.parametrize("value", [0, 1, 63, 64, 127, 128, 8191, 300_000])
def test_numbers_of_webassembly_are_read_as_they_were_written(value: int) -> None:
    assert _unsigned(_put_unsigned(value), 0)[0] == value
    for signed in (value, -value):
        assert _signed(_put_signed(signed), 0)[0] == signed


def test_the_portable_driver_uses_nothing_that_only_the_embedded_build_needs() -> None:
    text = portable_driver()
    assert "globalLevel" in driver_source()
    assert "globalLevel" not in text
    assert "public def main" not in text
    assert "importModules imports" in text


@pytest.mark.lean
@pytest.mark.sandbox
def test_a_lean_of_the_users_own_is_asked_the_same_way(settings: Settings, tmp_path: Path) -> None:
    """The embedded build, started like an ordinary `lean` program, stands in for one."""
    try:
        root = find_embedded(settings).command.visible[0]
    except BackendMissing as exc:
        pytest.skip(str(exc))
    node = find_node().program
    lean = tmp_path / "bin" / "lean"
    lean.parent.mkdir()
    lean.write_text(
        f'#!/bin/sh\ncase "$1" in --version) echo "Lean (version 4.28.0, stand-in)";; --print-prefix) echo {root};;'
        "\n--run) cd $(dirname $2); sed 's/^def main/public def main/' $2 > Public.lean"  # every file is a module there
        f"\n  exec {node} {root}/bin/lean.js --run /host$PWD/Public.lean;; esac\n"
    )
    lean.chmod(0o755)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        os.chmod(folder, 0o755)
    own_settings = replace(settings, home=tmp_path / "home")
    register_lean(own_settings, print, lean=str(lean))
    toolchain = find_toolchain(own_settings)
    assert (toolchain.kind, toolchain.version, toolchain.mathlib) == ("native", "Lean 4.28.0", False)
    if not node.startswith("/usr/"):
        toolchain = replace(toolchain, command=replace(toolchain.command, visible=(*toolchain.command.visible, node)))
    problem = Theorem(name="t", source="theorem t (x : Nat) : x ≤ x + 1 := by sorry", language="lean", target="t")
    with Backends(own_settings) as own:
        from lemmata.provers.lean.lending import Lending
        from lemmata.provers.lean.worker import Lean, Worker

        pair = Lean(toolchain, Worker(own.sandbox(), toolchain), Worker(own.sandbox(), toolchain))
        own.keep("lean", lambda: Lending(lambda: pair, 1))
        candidate = Candidate(form="lean-proof", content={"body": "by omega"})
        judged = check_proof(problem, candidate, own, Limits(wall_s=120.0))
        assert isinstance(judged, Accepted), judged
        assert judged.tools == {"lean": "Lean 4.28.0"}
