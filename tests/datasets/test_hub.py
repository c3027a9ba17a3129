"""The hub: a server on this machine that speaks its addresses, one that breaks off, refuses, or isn't there."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from lemmata.config import Settings
from lemmata.datasets.hub import fetch_dataset
from lemmata.datasets.table import load_samples
from lemmata.errors import BackendMissing, BadInput

COMMIT = "0123abcd" * 5
REVISION = "/api/datasets/RUC-AIBOX/OlymMATH/revision/"
RESOLVE = "/datasets/RUC-AIBOX/OlymMATH/resolve/"
ROW = json.dumps({"problem": "Find x.", "answer": "1", "subject": "", "unique_id": "A"}).encode()


@dataclass
class Hub:
    """What the server answers, and what it was asked.

    Args:
        told: status, headers and body for each path; a path that is not there is 404.
        asked: path and token of each request.
    """

    address: str = ""
    told: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def holds(self, *files: str) -> None:
        listed = {"sha": COMMIT, "siblings": [{"rfilename": f} for f in files]}
        self.told[f"{REVISION}main"] = self.told[f"{REVISION}v1"] = (200, {}, json.dumps(listed).encode())

    @property
    def environ(self) -> dict[str, str]:
        return {"HF_ENDPOINT": self.address, "HF_TOKEN": "hf_secret"}


def serve(hub: Hub) -> Iterator[Hub]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer()

        def do_HEAD(self) -> None:
            self.answer(with_body=False)

        def answer(self, *, with_body: bool = True) -> None:
            hub.asked.append((self.path, self.headers.get("Authorization")))
            status, headers, body = hub.told.get(self.path, (404, {}, b"Not Found"))
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            if with_body:
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield hub
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def hub() -> Iterator[Hub]:
    yield from serve(Hub())


@pytest.fixture
def other() -> Iterator[Hub]:
    yield from serve(Hub())


@pytest.fixture(autouse=True)
def without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lemmata.datasets.hub.LIBRARY", "no_such_library")


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def test_a_set_is_fetched_once_for_each_revision_and_read(hub: Hub, home: Settings) -> None:
    hub.holds("README.md", "data/OlymMATH-EN-EASY.jsonl", "data/OlymMATH-ZH-EASY.jsonl")
    hub.told[f"{RESOLVE}{COMMIT}/data/OlymMATH-EN-EASY.jsonl"] = (200, {}, ROW)
    folder = fetch_dataset("olymmath", home, environ=hub.environ)
    assert folder == home.home / "datasets" / "olymmath" / COMMIT
    found = load_samples("olymmath", folder)
    assert [(s.id, s.split) for s in found.samples] == [("A", "en-easy")]
    assert found.skipped == ()
    assert fetch_dataset("olymmath", home, environ=hub.environ) == folder
    assert fetch_dataset("olymmath", home, revision="v1", environ=hub.environ) == folder
    files = [path for path, _ in hub.asked if "/resolve/" in path]
    assert files == [f"{RESOLVE}{COMMIT}/data/OlymMATH-EN-EASY.jsonl"]
    assert {token for _, token in hub.asked} == {"Bearer hf_secret"}


def test_the_token_is_sent_to_no_other_host(hub: Hub, other: Hub, home: Settings) -> None:
    hub.holds("OlymMATH-EN-HARD.jsonl")
    hub.told[f"{RESOLVE}{COMMIT}/OlymMATH-EN-HARD.jsonl"] = (302, {"Location": f"{other.address}/blob"}, b"")
    other.told["/blob"] = (200, {}, ROW)
    fetch_dataset("olymmath", home, environ=hub.environ)
    assert other.asked == [("/blob", None)]


def test_without_a_network_it_says_where_to_get_it_or_takes_what_was_fetched(hub: Hub, home: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        offline = {"HF_ENDPOINT": f"http://127.0.0.1:{free.getsockname()[1]}"}
    with pytest.raises(BackendMissing, match=r"can't be reached.*give --data PATH.*arXiv:2503.21380"):
        fetch_dataset("olymmath", home, environ=offline)
    hub.holds("OlymMATH-EN-HARD.jsonl")
    hub.told[f"{RESOLVE}{COMMIT}/OlymMATH-EN-HARD.jsonl"] = (200, {}, ROW)
    folder = fetch_dataset("olymmath", home, environ=hub.environ)
    assert fetch_dataset("olymmath", home, environ=offline) == folder
    assert fetch_dataset("olymmath", home, revision=COMMIT, environ=offline) == folder
    with pytest.raises(BackendMissing):
        fetch_dataset("olymmath", home, revision="v1", environ=offline)


def test_what_breaks_off_is_not_taken_for_the_whole(hub: Hub, home: Settings) -> None:
    hub.holds("OlymMATH-EN-HARD.jsonl")
    hub.told[f"{RESOLVE}{COMMIT}/OlymMATH-EN-HARD.jsonl"] = (200, {"Content-Length": "9999"}, ROW)
    with pytest.raises(BackendMissing, match="broke off"):
        fetch_dataset("olymmath", home, environ=hub.environ)
    assert not [p for p in home.home.rglob("*") if p.is_file()]
    hub.told[f"{RESOLVE}{COMMIT}/OlymMATH-EN-HARD.jsonl"] = (200, {}, ROW)
    assert load_samples("olymmath", fetch_dataset("olymmath", home, environ=hub.environ)).samples


@pytest.mark.parametrize(
    ("status", "said"), [(401, "HF_TOKEN"), (403, "accept its terms"), (404, "404"), (503, "answered 503")]
)
def test_a_refusal_is_told_with_its_remedy(hub: Hub, home: Settings, status: int, said: str) -> None:
    hub.told[f"{REVISION}main"] = (status, {}, b"no")
    with pytest.raises(BackendMissing, match=said):
        fetch_dataset("olymmath", home, environ=hub.environ)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b'{"sha": "../x", "siblings": []}',
        b'{"sha": "1", "siblings": [{"rfilename": "../OlymMATH-EN-x.jsonl"}]}',
        b'{"sha": "1", "siblings": [{"rfilename": "/OlymMATH-EN-x.jsonl"}]}',
    ],
)
def test_an_answer_that_is_not_the_hubs_writes_nothing(hub: Hub, home: Settings, body: bytes) -> None:
    hub.told[f"{REVISION}main"] = (200, {}, body)
    with pytest.raises(BackendMissing, match="as the hub does"):
        fetch_dataset("olymmath", home, environ=hub.environ)
    assert not home.home.exists()


def test_a_repository_without_the_files_is_told(hub: Hub, home: Settings) -> None:
    hub.holds("README.md")
    with pytest.raises(BadInput, match="found 0"):
        fetch_dataset("olymmath", home, environ=hub.environ)


def test_a_set_that_is_not_on_the_hub_is_told(home: Settings) -> None:
    with pytest.raises(BadInput, match=r"not on the hub.*give --data PATH"):
        fetch_dataset("putnambench", home, environ={})
    with pytest.raises(BadInput, match="HF_ENDPOINT"):
        fetch_dataset("olymmath", home, environ={"HF_ENDPOINT": "file:///etc"})


def test_parquet_needs_its_package_before_anything_is_fetched(
    hub: Hub, home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lemmata.datasets.rows.PARQUET", "no_such_library")
    listed = {"sha": COMMIT, "siblings": [{"rfilename": "main/test-00000-of-00001.parquet"}]}
    hub.told["/api/datasets/openai/gsm8k/revision/main"] = (200, {}, json.dumps(listed).encode())
    with pytest.raises(BackendMissing, match=r"pip install 'lemmata\[hub\]'"):
        fetch_dataset("gsm8k", home, environ=hub.environ)
    path = tmp_path / "test.parquet"
    path.write_bytes(b"PAR1")
    with pytest.raises(BackendMissing, match="pyarrow"):
        load_samples("gsm8k", path)


def test_rows_of_a_parquet_file_are_read(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="Parquet files are read by pyarrow")
    table = pytest.importorskip("pyarrow").Table.from_pylist([{"question": "How many?", "answer": "#### 2"}])
    parquet.write_table(table, tmp_path / "test-00000-of-00001.parquet")
    (sample,) = load_samples("gsm8k", tmp_path).samples
    assert (sample.id, sample.problem.source) == ("test:1", "How many?")
    (tmp_path / "test-00000-of-00001.parquet").write_bytes(b"PAR1")
    with pytest.raises(BadInput, match="Parquet"):
        load_samples("gsm8k", tmp_path)


def test_the_library_fetches_the_same_files(hub: Hub, home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("huggingface_hub", reason="the hub's own package is optional")
    monkeypatch.setattr("lemmata.datasets.hub.LIBRARY", "huggingface_hub")
    hub.holds("README.md", "OlymMATH-EN-HARD.jsonl")
    hub.told[f"{REVISION}{COMMIT}"] = hub.told[f"{REVISION}main"]
    head = {"X-Repo-Commit": COMMIT, "ETag": '"aa"'}
    hub.told[f"{RESOLVE}{COMMIT}/OlymMATH-EN-HARD.jsonl"] = (200, head, ROW)
    folder = fetch_dataset("olymmath", home, environ=hub.environ)
    assert [s.id for s in load_samples("olymmath", folder).samples] == ["A"]
    assert {token for _, token in hub.asked} == {"Bearer hf_secret"}
