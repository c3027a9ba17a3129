"""Data sets by name from the Hugging Face hub: fetched once for each revision, kept under settings.home.

With the package `huggingface_hub` where it is installed, else over https alone. HF_ENDPOINT names another hub, HF_TOKEN
is sent to it and to no other host.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from fnmatch import fnmatch
from http.client import HTTPException
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from lemmata.config import Settings
from lemmata.datasets.jsonl import LARGEST
from lemmata.datasets.reader import Reader
from lemmata.datasets.rows import can_read_parquet
from lemmata.datasets.table import find_reader
from lemmata.errors import BackendMissing, BadInput

ENDPOINT = "https://huggingface.co"
LIBRARY = "huggingface_hub"
_WALL_S = 30.0
_CHUNK = 1 << 20
_MOST_FILES = 1000
_DONE = ".fetched.json"


def fetch_dataset(
    name: str, settings: Settings, *, revision: str = "main", environ: Mapping[str, str] = os.environ
) -> Path:
    """The folder with a data set of the hub, fetched where that revision isn't there yet.

    Where the hub can't be reached, what was fetched before under the same name of a revision is taken.

    Args:
        name: as `lemmata.datasets.table` has it.
        settings: whose `home` it is kept under.
        revision: a branch, tag or commit.
        environ: HF_ENDPOINT and HF_TOKEN.

    Raises:
        BadInput: no such data set, or it is not on the hub; says where it is.
        BackendMissing: the hub can't be reached or refuses us, or pyarrow is needed and not installed.
    """
    reader = find_reader(name)
    if not reader.card.hub or not reader.hub_files:
        raise BadInput(f"not on the hub in a form that we read; {_remedy(reader)}", place=f"data set {name!r}")
    endpoint = environ.get("HF_ENDPOINT", "").rstrip("/") or ENDPOINT
    if urlsplit(endpoint).scheme not in ("http", "https"):
        raise BadInput("expected an address that begins with https://", place="HF_ENDPOINT")
    hub = _Hub(endpoint, environ.get("HF_TOKEN", ""), reader)
    kept = settings.home / "datasets" / name
    try:
        commit, files = hub.find_files(revision)
    except _Unreachable as exc:
        before = _fetched_before(kept, revision)
        if before is not None:
            return before
        raise BackendMissing(str(exc), remedy=_remedy(reader)) from None
    folder = kept / commit
    try:
        if not (folder / _DONE).exists():
            folder.mkdir(parents=True, exist_ok=True)
            hub.download(commit, files, folder)
            _write(folder / _DONE, {"hub": reader.card.hub, "revision": commit, "files": files})
        _write(kept / ".revisions" / f"{quote(revision, safe='')}.json", {"revision": commit})
    except _Unreachable as exc:
        raise BackendMissing(str(exc), remedy=_remedy(reader)) from None
    except OSError as exc:
        raise BadInput(f"can't be written: {exc.strerror or exc}", place=str(folder)) from None
    return folder


class _Unreachable(Exception):
    """The hub can't be reached, or broke off."""


class _Hub:
    """One repository of the hub, by its documented addresses."""

    def __init__(self, endpoint: str, token: str, reader: Reader) -> None:
        self.endpoint, self.token, self.reader = endpoint, token, reader
        self.name = reader.card.hub

    def find_files(self, revision: str) -> tuple[str, list[str]]:
        """The commit of a revision, and the paths in it that hold the data set."""
        address = f"{self.endpoint}/api/datasets/{self.name}/revision/{quote(revision, safe='')}"
        try:
            with self.open(address) as answer:
                told = json.loads(answer.read(LARGEST))
            commit = str(told["sha"])
            paths = [str(entry["rfilename"]) for entry in told["siblings"]]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise _Unreachable(f"{address} did not answer as the hub does") from None
        wanted = sorted(p for p in paths if any(fnmatch(p, pattern) for pattern in self.reader.hub_files))
        if not commit.isalnum() or not all(map(_is_inside, wanted)):
            raise _Unreachable(f"{address} did not answer as the hub does")
        if not wanted or len(wanted) > _MOST_FILES:
            text = f"expected 1 to {_MOST_FILES} files {', '.join(self.reader.hub_files)}, found {len(wanted)}"
            raise BadInput(f"{text}; {_remedy(self.reader)}", place=f"{self.name}@{revision}")
        if all(p.endswith(".parquet") for p in wanted) and not can_read_parquet():
            raise BackendMissing(
                f"{self.name} is published as Parquet files, which need pyarrow",
                remedy="run `pip install 'lemmata[hub]'`, or give --data PATH",
            )
        return commit, wanted

    def download(self, commit: str, files: list[str], folder: Path) -> None:
        if find_spec(LIBRARY) is not None:
            self.download_with_library(commit, files, folder)
            return
        for file in files:
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            address = f"{self.endpoint}/datasets/{self.name}/resolve/{commit}/{quote(file)}"
            with (
                self.open(address) as answer,
                tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as part,
            ):
                try:
                    _copy(answer, part, address)
                    part.close()
                    os.replace(part.name, target)
                except BaseException:
                    Path(part.name).unlink(missing_ok=True)
                    raise

    def download_with_library(self, commit: str, files: list[str], folder: Path) -> None:
        library, errors = import_module(LIBRARY), import_module(f"{LIBRARY}.errors")
        try:
            for file in files:
                library.hf_hub_download(
                    self.name,
                    file,
                    repo_type="dataset",
                    revision=commit,
                    local_dir=folder,
                    endpoint=self.endpoint,
                    token=self.token or False,
                )
        except (errors.HfHubHTTPError, errors.LocalEntryNotFoundError, errors.OfflineModeIsEnabled) as exc:
            raise _Unreachable(f"{self.endpoint} can't be reached ({str(exc).splitlines()[0]})") from None

    def open(self, address: str) -> Any:
        request = Request(address, headers={"User-Agent": "lemmata"})
        if self.token:
            request.add_unredirected_header("Authorization", f"Bearer {self.token}")
        try:
            return urlopen(request, timeout=_WALL_S)
        except HTTPError as exc:
            exc.close()
            raise self.refused(address, exc.code) from None
        except (URLError, OSError, HTTPException, ValueError) as exc:
            reason = exc.reason if isinstance(exc, URLError) else exc
            raise _Unreachable(f"{self.endpoint} can't be reached ({reason})") from None

    def refused(self, address: str, code: int) -> Exception:
        if code in (401, 403):
            where = f"{self.endpoint}/datasets/{self.name}"
            return BackendMissing(
                f"the hub refuses us {self.name} ({code})",
                remedy=f"accept its terms at {where} and set HF_TOKEN, or {_remedy(self.reader)}",
            )
        if code == 404:
            return BackendMissing(f"the hub has no {address} (404)", remedy=_remedy(self.reader))
        return _Unreachable(f"{address} answered {code}")


def _copy(answer: Any, part: IO[bytes], address: str) -> None:
    """The whole of an answer, or an error; never half of it."""
    size = 0
    try:
        while chunk := answer.read(_CHUNK):
            size += len(chunk)
            if size > LARGEST:
                raise BadInput(f"expected at most {LARGEST >> 20} MiB", place=address)
            part.write(chunk)
    except (HTTPException, TimeoutError, ConnectionError) as exc:
        raise _Unreachable(f"{address} broke off ({exc})") from None
    told = answer.headers.get("Content-Length")
    if told is not None and told.isdecimal() and int(told) != size:
        raise _Unreachable(f"{address} broke off after {size} of {told} bytes")


def _is_inside(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and "\\" not in path and not any(p in ("..", "") for p in parts)


def _fetched_before(kept: Path, revision: str) -> Path | None:
    for commit in (revision, _noted(kept / ".revisions" / f"{quote(revision, safe='')}.json")):
        if commit.isalnum() and (kept / commit / _DONE).exists():
            return kept / commit
    return None


def _noted(path: Path) -> str:
    try:
        return str(json.loads(path.read_text("utf-8"))["revision"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _write(path: Path, data: Mapping[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_text(json.dumps(data, indent=1), "utf-8")
    os.replace(part, path)


def _remedy(reader: Reader) -> str:
    return f"give --data PATH with {reader.card.layout}; published by {reader.card.origin}"
