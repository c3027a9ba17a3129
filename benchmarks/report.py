"""How a benchmark reports: a table for people, and with --json FILE the same rows for machines."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measured number.

    Args:
        name: dotted, the same from version to version.
        value: the number.
        unit: of the number.
        n: over how many items or repetitions.
    """

    name: str
    value: float
    unit: str
    n: int


def report(benchmark: str, rows: Sequence[Row], *, json_file: Path | None) -> None:
    """Print the table, and write the JSON if a file is named."""
    wide = max(len(row.name) for row in rows)
    print(f"{'row':<{wide}}  {'value':>10}  unit      n")
    for row in rows:
        print(f"{row.name:<{wide}}  {row.value:>10.5g}  {row.unit:<8}  {row.n}")
    if json_file is not None:
        body = {"benchmark": benchmark, "revision": _revision(), "rows": [asdict(row) for row in rows]}
        json_file.write_text(json.dumps(body, indent=1) + "\n")


def _revision() -> str:
    root = Path(__file__).resolve().parent
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip()
