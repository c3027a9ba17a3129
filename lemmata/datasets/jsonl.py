"""Files with one JSON object a line, as data sets are published."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from lemmata.errors import BadInput
from lemmata.problem import Json

LARGEST = 64 << 20
"""Bytes of the largest file that is read."""


def load_rows(path: str | Path, *, largest: int = LARGEST) -> Iterator[tuple[Mapping[str, Json], str]]:
    """Each object with its place, `file.jsonl:3`; a file that holds one JSON list counts as its items.

    Raises:
        BadInput: it can't be read, or holds something else; says where.
    """
    path = Path(path)
    try:
        if path.stat().st_size > largest:
            raise BadInput(f"expected at most {largest >> 20} MiB", place=str(path))
        text = path.read_text(encoding="utf-8-sig")
    except OSError as exc:
        raise BadInput(f"can't be read: {exc.strerror}", place=str(path)) from None
    except UnicodeDecodeError as exc:
        raise BadInput(f"expected UTF-8 text (byte {exc.start} is not)", place=str(path)) from None
    if text.lstrip().startswith("["):
        whole = _parsed(text, path.name)
        yield from ((_object(row, f"{path.name}:{i}"), f"{path.name}:{i}") for i, row in enumerate(whole, 1))
        return
    for i, line in enumerate(text.split("\n"), 1):
        if line.strip():
            place = f"{path.name}:{i}"
            yield _object(_parsed(line, place), place), place


def _parsed(text: str, place: str) -> Json:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise BadInput(f"expected JSON ({exc})", place=place) from None


def _object(row: Json, place: str) -> Mapping[str, Json]:
    if not isinstance(row, dict):
        raise BadInput("expected a JSON object", place=place)
    return row


def text_field(row: Mapping[str, Json], place: str, *names: str) -> str:
    """The first of these fields that holds text.

    Raises:
        BadInput: none does.
    """
    found = next((row[n] for n in names if isinstance(row.get(n), str)), None)
    if found is None:
        raise BadInput(f"expected the text field {' or '.join(names)}", place=place)
    return str(found)
