"""Where premises come from: the theorems of a text's imports, asked of Lean once and kept, and the text's own."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from lemmata.formats.lean import find_statements, normalise, scan
from lemmata.provers.lean.answers import Answers
from lemmata.provers.lean.cache import identity_of, key_of
from lemmata.provers.lean.imports import find_imports
from lemmata.provers.lean.interface import imported_theorems
from lemmata.provers.lean.toolchain import Toolchain
from lemmata.tools.premise_symbols import read_symbols
from lemmata.tools.premises import Premise

_log = logging.getLogger(__name__)
FOLDER = "lean-premises"
_KEPT = 8  # files, one for each list of imports
_PART = ".part-"


def load_imported(
    worker: Answers, toolchain: Toolchain, context: str, *, home: Path, wall_s: float
) -> tuple[Premise, ...]:
    """The theorems that the imports of a text bring.

    Args:
        worker: asked for them if they are not kept yet (6-15 s).
        toolchain: the worker's.
        context: the text.
        home: folder under which they are kept.
        wall_s: for each of the many requests that asking takes.

    Raises:
        BadInput: an import is missing.
        LeanFailed: a limit was reached.
    """
    header = import_header(context)
    path = home / FOLDER / key_of(identity_of(toolchain), "premises", {"imports": header})
    known = _read(path)
    if known is None:
        known = tuple(
            Premise(name=name, constants=constants)
            for name, constants in imported_theorems(worker, header, wall_s=wall_s)
        )
        _keep(path, known)
    return known


def own_premises(source: str, *, before: str = "") -> tuple[Premise, ...]:
    """The theorems that a text states, in their order, as far as one of this name; their constants as read from it."""
    source = normalise(source)
    found = []
    for stated in find_statements(source):
        if stated.name == before:
            break
        text = source[stated.statement[0] : stated.statement[1]].partition(" ")[2]
        found.append(Premise(name=stated.name, constants=tuple(sorted(read_symbols(text).names())), own=True))
    return tuple(found)


def import_header(source: str) -> str:
    """The `import` lines of a text, one a line, sorted; equal headers give equal environments."""
    names = sorted({token.text for token in find_imports(source)})
    prelude = "prelude\n" if next((t.text for t in scan(normalise(source))), "") == "prelude" else ""
    return prelude + "".join(f"import {name}\n" for name in names)


def _read(path: Path) -> tuple[Premise, ...] | None:
    """What was kept, or None: nothing, or it is damaged."""
    try:
        seal, _, payload = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    if seal != sha256(payload).hexdigest().encode():
        return None
    with suppress(OSError):
        os.utime(path)
    data = json.loads(payload)
    constants = data["constants"]
    return tuple(Premise(name=name, constants=tuple(constants[i] for i in used)) for name, *used in data["theorems"])


def _keep(path: Path, premises: tuple[Premise, ...]) -> None:
    """Keep theorems, whole or not at all; where nothing can be written, nothing is kept."""
    numbers: dict[str, int] = {}
    theorems = [[p.name, *(numbers.setdefault(c, len(numbers)) for c in p.constants)] for p in premises]
    payload = json.dumps({"constants": list(numbers), "theorems": theorems}, separators=(",", ":")).encode("ascii")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(prefix=_PART, dir=path.parent)
        with open(handle, "wb") as file:
            file.write(sha256(payload).hexdigest().encode() + b"\n" + payload)
        os.replace(part, path)
        _forget(path.parent)
    except OSError as exc:
        _log.debug("the theorems of some imports were not kept: %s", exc)


def _forget(folder: Path) -> None:
    """Remove all but the files used last."""
    aged = sorted(((path.stat().st_mtime, path) for path in folder.iterdir()), reverse=True)
    for _, path in aged[_KEPT:]:
        path.unlink(missing_ok=True)
