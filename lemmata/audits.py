"""Solved Lean files judged in bulk: a row for each, as it is printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from lemmata.config import Settings
from lemmata.problem import Json
from lemmata.provers.base import Backends
from lemmata.provers.lean.bulk import Row, audit_files, load_statements
from lemmata.verdict import Fault


def audit_all(
    statements: Path, files: Sequence[Path], settings: Settings, *, wall_s: float
) -> Iterator[tuple[Row, dict[str, Json]]]:
    """Judge solved files against the statements of a folder or file; each row as soon as it is known, in their order.

    Raises:
        BadInput: there are no statements, or one of their files can't be read.
        BackendMissing: there is no Lean.
    """
    asked = load_statements(statements)
    with Backends(settings) as backends:
        for row in audit_files(asked, files, backends, wall_s=wall_s):
            yield row, encode_row(row)


def encode_row(row: Row) -> dict[str, Json]:
    """The row as a JSON object; lines and columns count from 1, and are null where a fault has no place of its own."""
    return {
        "file": str(row.file),
        "accepted": not row.faults,
        "theorems": list(row.theorems),
        "faults": [_encode(fault) for fault in row.faults],
        "axioms": list(row.axioms),
        "ms": row.ms,
    }


def _encode(fault: Fault) -> dict[str, Json]:
    line, _, column = fault.place.partition(":")
    if line.isdecimal() and column.isdecimal():
        return {"line": int(line), "column": int(column), "text": fault.text}
    return {"line": None, "column": None, "text": f"{fault.place}: {fault.text}" if fault.place else fault.text}
