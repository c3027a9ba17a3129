"""Repairing the proofs of Lean files: what was wrong with each theorem, what was done, and the whole checked again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from lemmata.agents.repairs import Outcome, Repair
from lemmata.config import Settings
from lemmata.datasets.files import read_source
from lemmata.errors import BadInput
from lemmata.provers.base import Backends
from lemmata.tools.lean_repair.cutting import ProofText, normalised
from lemmata.tools.lean_repair.whole import ProofRepair, first_error, repair_theorems, repaired


def repair_proofs(paths: Sequence[Path], settings: Settings, *, wall_s: float) -> Iterator[Repair]:
    """Repair the proofs of one file after the other; statements and definitions stay as they are.

    Args:
        paths: of the files.
        settings: which Lean, and where.
        wall_s: seconds for each theorem whose proof fails.

    Raises:
        BackendMissing: there is no Lean.
    """
    if not paths:
        return
    with Backends(settings) as backends:
        for path in paths:
            try:
                yield _repair_file(path, backends, wall_s)
            except BadInput as exc:
                yield Repair(path=path, source="", outcome=Outcome.FAILED, words=exc.text)


def _repair_file(path: Path, backends: Backends, wall_s: float) -> Repair:
    read = read_source(path)
    source = normalised(read)
    found = list(repair_theorems(source, backends, name=str(path), wall_s=wall_s))
    patched = repaired(source, found)
    left = [repair for _, repair in found if not repair.holds]
    error = first_error(patched, backends) if not left else ""
    outcome = Outcome.VIOLATED if left or error else Outcome.NOTHING_LEFT
    words = in_words(found, error)
    return Repair(path=path, source=read, outcome=outcome, words=words, patched=patched if patched != source else "")


def in_words(found: Sequence[tuple[ProofText, ProofRepair]], error: str) -> str:
    """One line for the file, and one for each theorem that failed.

    Args:
        found: its theorems.
        error: what Lean says of the whole when all of them hold; empty: nothing.
    """
    failing = [repair for _, repair in found if repair.wrong]
    left = [repair for repair in failing if not repair.holds]
    if not failing:
        head = f"all {len(found)} proofs hold; nothing to repair"
    else:
        whole = "" if left else "; the whole file holds" if not error else f"; the file still has an error: {error}"
        head = f"{len(failing)} of {len(found)} proofs failed, {len(failing) - len(left)} repaired{whole}"
    unproved = {repair.name for repair in left}
    return "\n".join((head, *(f"  {_line(repair, unproved)}" for repair in failing)))


def _line(repair: ProofRepair, unproved: set[str]) -> str:
    if not repair.holds:
        return f"line {repair.line}, {repair.name}: {repair.wrong}; no repair was found"
    rests = sorted(unproved & set(repair.rests_on))
    resting = f"; it rests on {', '.join(rests)}, which fails" if rests else ""
    return f"line {repair.line}, {repair.name}: {repair.wrong}; {'; '.join(repair.done)}{resting}"
