"""Rows of a published data set, from a file or a folder of files: JSON lines, JSON, CSV, Parquet.

A row that can't be read is named in `skipped`, and the others are read.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from lemmata.datasets.jsonl import load_rows, parse_json, read_data
from lemmata.errors import BackendMissing, BadInput
from lemmata.problem import Json

TABLES = ("*.jsonl", "*.jsonl.gz", "*.json", "*.csv", "*.parquet")
"""Names of files that hold rows."""

PARQUET = "pyarrow"
"""The package that reads Parquet files; optional."""

_SPLIT = re.compile(r"(?<![a-z])(train|test|valid(?:ation)?|dev|prompt)(?![a-z])")
_MOST_FILES = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row.

    Args:
        fields: its values by name.
        place: file and line, for messages.
        number: its line, from 1.
        file: where it stands.
        split: the publisher's name for the part, as the names of file and folders tell it; empty: they don't.
    """

    fields: Mapping[str, Json]
    place: str
    number: int
    file: Path
    split: str


def find_files(path: Path, patterns: Sequence[str]) -> list[Path]:
    """The file, or the files of a folder whose names fit a pattern, in the order of their paths.

    Raises:
        BadInput: there is no such file or folder, none fits, or there are too many.
    """
    if not path.is_dir():
        if not path.is_file():
            raise BadInput("there is no such file or folder", place=str(path))
        return [path]
    inside = (p for p in path.rglob("*") if any(fnmatch(p.name, w) for w in patterns) and p.is_file())
    found = sorted(p for p in inside if not any(part.startswith(".") for part in p.relative_to(path).parts))
    if not found:
        raise BadInput(f"expected files named {', '.join(patterns)} in the folder", place=str(path))
    if len(found) > _MOST_FILES:
        raise BadInput(f"expected at most {_MOST_FILES} files", place=str(path))
    return found


def read_rows(path: Path, skipped: list[str], *, patterns: Sequence[str] = TABLES, under: str = "") -> Iterator[Row]:
    """The rows of a file, or of all files of a folder.

    Args:
        path: of the file or folder.
        skipped: takes what can't be read, with place and reason.
        patterns: names of the files that are meant, in a folder.
        under: the field of a JSON object that holds the rows; empty: the object is a row itself.

    Raises:
        BadInput: the file, or every one of the folder, can't be read.
        BackendMissing: a Parquet file, and pyarrow is not installed.
    """
    files = find_files(path, patterns)
    for file in files:
        split = split_of(file, path)
        try:
            for number, (fields, place) in enumerate(_rows(file, skipped, under), 1):
                yield Row(fields=fields, place=place, number=number, file=file, split=split)
        except BadInput as exc:
            if len(files) == 1:
                raise
            skipped.append(str(exc))


def can_read_parquet() -> bool:
    return find_spec(PARQUET) is not None


def split_of(file: Path, root: Path) -> str:
    """`test`, `train`, `valid`, `dev` or `prompt` where a file's name, or a folder's on the way to it, says so."""
    parts = file.relative_to(root).parts if file.is_relative_to(root) and file != root else (file.name,)
    for part in reversed(parts):
        found = _SPLIT.search(part.lower().replace("_", " "))
        if found is not None:
            return "valid" if found[1] == "validation" else found[1]
    return ""


def _rows(file: Path, skipped: list[str], under: str) -> Iterator[tuple[Mapping[str, Json], str]]:
    if file.suffix == ".csv":
        return _from_csv(file, skipped)
    if file.suffix == ".parquet":
        return _from_parquet(file)
    if file.suffix == ".json" and read_data(file).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return _from_object(file, skipped, under)
    return load_rows(file, skipped=skipped)


def _from_object(file: Path, skipped: list[str], under: str) -> Iterator[tuple[Mapping[str, Json], str]]:
    """One object over several lines, or the list that it holds; else JSON lines whose name ends in .json."""
    try:
        whole = parse_json(read_data(file).removeprefix(b"\xef\xbb\xbf"), file.name)
    except BadInput:
        yield from load_rows(file, skipped=skipped)
        return
    if not under:
        yield whole, file.name
        return
    listed = whole.get(under)
    if not isinstance(listed, list):
        raise BadInput(f"expected a list in the field {under}", place=str(file))
    for number, row in enumerate(listed, 1):
        if isinstance(row, dict):
            yield row, f"{file.name}:{number}"
        else:
            skipped.append(f"{file.name}:{number}: expected a JSON object")


def _from_csv(file: Path, skipped: list[str]) -> Iterator[tuple[Mapping[str, Json], str]]:
    try:
        text = read_data(file).decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise BadInput(f"expected UTF-8 text (byte {exc.start} is not)", place=str(file)) from None
    reader = csv.reader(io.StringIO(text, newline=""))
    names: list[str] | None = None
    number = 0
    while True:
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as exc:
            skipped.append(f"{file.name}, line {reader.line_num}: expected CSV ({exc})")
            continue
        if names is None:
            names = values
        elif values:
            number += 1
            place = f"{file.name}:{number}"
            if len(values) == len(names):
                yield dict(zip(names, values, strict=True)), place
            else:
                skipped.append(f"{place}: expected {len(names)} columns, found {len(values)}")


def _from_parquet(file: Path) -> Iterator[tuple[Mapping[str, Json], str]]:
    try:
        parquet = import_module(f"{PARQUET}.parquet")
    except ImportError:
        raise BackendMissing(
            f"{file}: reading Parquet files needs pyarrow", remedy="run `pip install 'lemmata[hub]'`"
        ) from None
    try:
        rows = parquet.read_table(file).to_pylist()
    except (OSError, ValueError) as exc:  # ArrowInvalid is a ValueError
        raise BadInput(f"expected a Parquet file ({exc})", place=str(file)) from None
    yield from ((row, f"{file.name}:{i}") for i, row in enumerate(rows, 1))
