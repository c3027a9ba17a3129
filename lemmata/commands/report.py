"""`lemmata report`: what runs are worth, as a page or as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def report(
    runs: Annotated[list[Path], typer.Argument(help="Folders of runs that `lemmata bench` wrote.")],
    out: Annotated[Path, typer.Option(help="The page, one HTML file that needs nothing else.")] = Path("report.html"),
    as_json: Annotated[bool, typer.Option("--json", help="Print the scores as one JSON object; no page.")] = False,
) -> None:
    """Write one page about RUNS: scores with intervals, curves, every attempt and its evidence; which run is better."""
    from lemmata.benchmark.page import encode_report, load_report, write_page

    found = load_report(runs)
    if as_json:
        print(json.dumps(encode_report(found), ensure_ascii=False, allow_nan=False))
        return
    write_page(found, out)
    print(f"{out}: {out.stat().st_size / 1e6:.1f} MB")
