"""Files with one JSON object a line, as data sets are published."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from lemmata.errors import BadInput
from lemmata.problem import Json

LARGEST = 64 << 20
"""Bytes of the largest file that is read; of a .gz file, of what it holds."""

_MARK = b"\xef\xbb\xbf"


def load_rows(
    path: str | Path, *, largest: int = LARGEST, skipped: list[str] | None = None
) -> Iterator[tuple[Mapping[str, Json], str]]:
    """Each object with its place, `file.jsonl:3`; a file that holds one JSON list counts as its items.

    Args:
        path: of the file; one that ends in .gz is unpacked.
        largest: bytes that it may hold.
        skipped: takes the place and the reason of each line that is no object; None: such a line raises.

    Raises:
        BadInput: it can't be read, or holds something else; says where.
    """
    path = Path(path)
    data = read_data(path, largest).removeprefix(_MARK)
    if data.lstrip().startswith(b"["):
        lines = enumerate(parse_json(data, path.name), 1)
        yield from _each(((row, f"{path.name}:{i}") for i, row in lines), skipped)
    else:
        filled = ((line, f"{path.name}:{i}") for i, line in enumerate(data.split(b"\n"), 1) if line.strip())
        yield from _each(filled, skipped)


def read_data(path: Path, largest: int = LARGEST) -> bytes:
    """What a file holds, unpacked where its name ends in .gz.

    Raises:
        BadInput: no such file, no file, too large, or damaged.
    """
    try:
        if path.exists() and not path.is_file():
            raise BadInput("expected a plain file", place=str(path))
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            data = file.read(largest + 1)
    except OSError as exc:
        raise BadInput(f"can't be read: {exc.strerror or exc}", place=str(path)) from None
    except (EOFError, zlib.error) as exc:
        raise BadInput(f"expected a gzip file ({exc})", place=str(path)) from None
    if len(data) > largest:
        raise BadInput(f"expected at most {largest >> 20} MiB", place=str(path))
    return bytes(data)


def parse_json(data: bytes, place: str) -> Json:
    """The value of a JSON text.

    Raises:
        BadInput: it is none, or not UTF-8.
    """
    try:
        return json.loads(data.decode("utf-8"))
    except UnicodeDecodeError as exc:
        raise BadInput(f"expected UTF-8 text (byte {exc.start} is not)", place=place) from None
    except (ValueError, RecursionError) as exc:
        raise BadInput(f"expected JSON ({exc})", place=place) from None


def _each(found: Iterator[tuple[Json, str]], skipped: list[str] | None) -> Iterator[tuple[Mapping[str, Json], str]]:
    for entry, place in found:
        try:
            row = parse_json(entry, place) if isinstance(entry, bytes) else entry
            if not isinstance(row, dict):
                raise BadInput("expected a JSON object", place=place)
        except BadInput as exc:
            if skipped is None:
                raise
            skipped.append(str(exc))
            continue
        yield row, place


def text_field(row: Mapping[str, Json], place: str, *names: str) -> str:
    """The first of these fields that holds text.

    Raises:
        BadInput: none does.
    """
    found = next((row[n] for n in names if isinstance(row.get(n), str)), None)
    if found is None:
        raise BadInput(f"expected the text field {' or '.join(names)}", place=place)
    return str(found)
