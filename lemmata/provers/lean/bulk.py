"""Many solved files judged against their statements, several at once; one that ends Lean costs no other its result."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.formats.lean import find_names, find_theorems, normalise, place_of
from lemmata.provers.base import Backends
from lemmata.provers.lean.audit import STANDARD_AXIOMS, Audit
from lemmata.provers.lean.candidate import LONGEST_FILE, Asked, establish_file
from lemmata.provers.lean.pin import is_strict, without_mathlib
from lemmata.provers.lean.policy import check_source
from lemmata.provers.lean.worker import Lean, leans_of
from lemmata.verdict import Fault, Rejected

_MOST_BYTES = 4 * LONGEST_FILE  # in UTF-8


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """A file of theorems whose proofs are open.

    Args:
        path: where it is.
        source: its text.
        names: the full names of those theorems.
        wrong: why it can't be asked; empty: it can.
    """

    path: Path
    source: str = ""
    names: tuple[str, ...] = ()
    wrong: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What came of one solved file.

    Args:
        file: the solved file.
        theorems: what it had to prove.
        faults: every reason why it is not accepted; empty: it is.
        axioms: those beyond which it assumes nothing; empty where it is not accepted.
        ms: milliseconds that it took.
        unreadable: there is no such file, or no statement for it that Lean can read.
    """

    file: Path
    theorems: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    axioms: tuple[str, ...] = ()
    ms: int = 0
    unreadable: bool = False


def load_statements(path: Path) -> tuple[Statements, ...]:
    """The files with open theorems in a folder, or the one given; in a folder, one that can't be asked costs its own.

    Raises:
        BadInput: there are none, or the file given can't be asked.
    """
    if not path.is_dir():
        found = [_load_one(path)]
        if found[0].wrong:
            raise BadInput(found[0].wrong)
    else:
        found = [_load_one(file) for file in sorted(path.rglob("*.lean")) if file.is_file()]
    asked = tuple(read for read in found if read.names or read.wrong)
    if not any(read.names for read in asked):
        wrong = f" ({asked[0].wrong})" if asked else ""
        raise BadInput(f"expected Lean files with theorems whose proof is `by sorry`, got none{wrong}", place=str(path))
    return asked


def _load_one(file: Path) -> Statements:
    try:
        source = normalise(file.read_bytes().decode())
        check_source(source, place=str(file))
        names = tuple(t.name for t in find_theorems(source))
    except OSError as exc:
        return Statements(path=file, wrong=f"{file}: can't be read: {exc.strerror}")
    except UnicodeDecodeError as exc:
        return Statements(path=file, wrong=f"{file}: expected UTF-8 text (byte {exc.start} is not)")
    except BadInput as exc:
        return Statements(path=file, wrong=str(exc) if str(file) in exc.place else f"{file}, {exc}")
    twice = next((n for i, n in enumerate(names) if n in names[:i]), None)
    if twice is not None:
        return Statements(path=file, wrong=f"{file}: the theorem {twice} occurs twice; rename one")
    return Statements(path=file, source=source, names=names)


def audit_files(
    statements: Sequence[Statements], files: Sequence[Path], backends: Backends, *, wall_s: float
) -> Iterator[Row]:
    """Judge solved files, in their order, as many at a time as there are pairs of Lean processes.

    Args:
        statements: what may be asked; a solved file belongs to the statements of the same file name, or to those
            of whose theorems it declares one; it has to prove all of them.
        files: the solved files.
        backends: which Lean, which sandbox.
        wall_s: seconds for each file.

    Raises:
        BackendMissing: there is no Lean.
    """

    def work(lean: Lean, file: Path) -> Row:
        return _audit_one(lean, statements, file, wall_s)

    return leans_of(backends).each(work, files)


def _audit_one(lean: Lean, statements: Sequence[Statements], file: Path, wall_s: float) -> Row:
    began = time.monotonic()

    def row(
        faults: tuple[Fault, ...],
        *,
        theorems: tuple[str, ...] = (),
        axioms: frozenset[str] = frozenset(),
        bad: bool = False,
    ) -> Row:
        ms = round(1000 * (time.monotonic() - began))
        shown = tuple(sorted(axioms))
        return Row(file=file, theorems=theorems, faults=faults, axioms=shown, ms=ms, unreadable=bad)

    try:
        with file.open("rb") as opened:
            data = opened.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            return row((Fault(text=f"expected at most {LONGEST_FILE} characters, got more", place="file"),))
        text = data.decode()
        if not text.strip():
            return row((Fault(text="expected the text of a Lean file, got none", place="file"),))
        mine, names = _asked(statements, file, text)
        found = establish_file(lean, _as_asked(lean, mine, names), text, Limits(wall_s=wall_s))
    except OSError as exc:
        return row((Fault(text=f"can't be read: {exc.strerror}", place="file"),), bad=True)
    except UnicodeDecodeError as exc:
        place = place_of(data[: exc.start].decode(errors="replace") + "?", exc.start)
        return row((Fault(text="expected UTF-8 text; this byte is not", place=place),))
    except BadInput as exc:
        return row((Fault(text=str(exc), place="statement"),), bad=True)
    if isinstance(found, Audit):
        return row((), theorems=names, axioms=STANDARD_AXIOMS | set(found.declared))
    assert isinstance(found, Rejected)
    return row(found.faults, theorems=names)


def _as_asked(lean: Lean, mine: Statements, names: tuple[str, ...]) -> Asked:
    source, prelude = (mine.source, ()) if lean.toolchain.mathlib else without_mathlib(mine.source)
    return Asked(source=source, names=names, prelude=prelude, strict=is_strict(mine.source))


def _asked(statements: Sequence[Statements], file: Path, text: str) -> tuple[Statements, tuple[str, ...]]:
    """The statements that a solved file belongs to, and the names of what it has to prove.

    Raises:
        BadInput: there are none, or several.
    """
    same = [s for s in statements if s.path.name == file.name]
    if len(same) == 1:
        if same[0].wrong:
            raise BadInput(same[0].wrong)
        return same[0], same[0].names
    try:
        declared = {name for name, _ in find_names(normalise(text))}
    except BadInput:
        declared = set()
    near = [s for s in same or statements if declared.intersection(s.names)]
    if len(near) == 1:
        return near[0], near[0].names
    if len(statements) == 1:
        return statements[0], statements[0].names
    told = f"several may be meant: {', '.join(str(s.path) for s in near)}" if near else "there is none"
    raise BadInput(f"expected one statement file of its name, or with a theorem that it declares; {told}")
