"""A client of Kimina's protocol, against a server that really speaks it, on this machine."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from lemmata.budget import Limits
from lemmata.config import Settings
from lemmata.environment import load_settings
from lemmata.errors import BackendMissing, BadInput
from lemmata.problem import Theorem
from lemmata.provers.base import Backends
from lemmata.provers.lean.audit import Audit, establish, try_proof
from lemmata.provers.lean.failure import Cause, LeanFailed
from lemmata.provers.lean.kimina import Kimina, Told
from lemmata.provers.lean.pin import Pinned, pin
from lemmata.provers.lean.policy import DRIVER_POLICY
from lemmata.provers.lean.worker import Lean, Worker, leans_of

KEY = "a-key"
FIELDS = {"context": "def f := 1\n", "command": "theorem t : f = 1 :=", "body": "rfl", "heartbeats": 1000}
ERROR = {"severity": "error", "pos": {"line": 3, "column": 24}, "endPos": {"line": 3, "column": 27}, "data": "unknown"}
ABOVE = {"severity": "error", "pos": {"line": 1, "column": 0}, "data": "above"}
SORRY = {"pos": {"line": 3, "column": 24}, "endPos": {"line": 3, "column": 29}, "goal": "⊢ f = 1"}


class Server:
    """A web server that answers `/verify` for each code as `answer` says; what it was asked is kept."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.answer: Callable[[str], Any] = lambda _: {
            "error": None,
            "response": {"env": 0, "messages": [], "time": 0.1},
        }
        self.status, self.body, self.delay_s, self.key = 200, b"", 0.0, ""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.asked.append(asked)
            time.sleep(server.delay_s)
            if server.key and self.headers.get("Authorization") != f"Bearer {server.key}":
                self.reply(401, b'{"detail": "Missing or invalid Authorization header"}')
            elif self.path != "/verify":
                self.reply(404, b'{"detail": "Not Found"}')
            elif server.status != 200 or server.body:
                self.reply(server.status, server.body)
            else:
                results = [{"custom_id": c["custom_id"], **server.answer(c["proof"])} for c in asked["codes"]]
                self.reply(200, json.dumps({"results": list(reversed(results))}).encode())

        def reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            if status in (301, 307):
                self.send_header("Location", f"{server.url}/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    return Handler


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    made = Server()
    yield made
    made.close()


def pinned(source: str) -> Pinned:
    return pin(Theorem(name="t.lean", source=source + "\n", language="lean", target="t"), mathlib=False)


def test_a_proof_is_asked_as_a_whole_file_and_places_are_those_of_the_command(server: Server) -> None:
    answers = {"error": None, "response": {"env": 1, "messages": [ABOVE, ERROR], "sorries": []}}
    server.answer = lambda _: answers
    reply = Kimina(server.url + "/").ask("prove", FIELDS, wall_s=2.5)
    (asked,) = server.asked
    assert asked["codes"] == [
        {"custom_id": "0", "proof": "def f := 1\nset_option maxHeartbeats 1000 in\ntheorem t : f = 1 := rfl\n"}
    ]
    assert asked["timeout"] == 3
    assert reply["ok"] is False
    assert reply["messages"] == [{"severity": "error", "line": 1, "column": 24, "text": "unknown"}]
    assert [m["text"] for m in reply["context"]] == ["above"]


def test_several_texts_are_asked_at_once_and_answered_in_their_order(server: Server) -> None:
    server.answer = lambda text: {"error": None, "response": {"messages": [{**ERROR, "data": text}]}}
    told = Kimina(server.url).verify(["a", "b", "c"], wall_s=1.0)
    assert [t.messages[0]["text"] for t in told if isinstance(t, Told)] == ["a", "b", "c"]
    assert len(server.asked) == 1


def test_what_is_left_open_is_not_ok(server: Server) -> None:
    warning = {**ERROR, "severity": "warning", "data": "declaration uses 'sorry'"}
    server.answer = lambda _: {"error": None, "response": {"messages": [warning], "sorries": [SORRY]}}
    assert Kimina(server.url).ask("prove", FIELDS, wall_s=1.0)["ok"] is False
    server.answer = lambda _: {"response": {"messages": [warning]}}
    assert Kimina(server.url).ask("prove", FIELDS, wall_s=1.0)["ok"] is True


@pytest.mark.parametrize(
    ("result", "cause"),
    [
        ({"error": "Lean REPL command timed out in 60 seconds"}, Cause.TIMEOUT),
        ({"error": "Lean process exceeded its memory limit"}, Cause.MEMORY),
        ({"error": "Lean REPL crashed"}, Cause.CRASHED),
        ({"response": {"message": "Unknown environment."}}, Cause.PROTOCOL),
        ({"response": None}, Cause.PROTOCOL),
        ({"response": {"messages": [{"severity": "error"}]}}, Cause.PROTOCOL),
        ({"response": {"messages": ["error"]}}, Cause.PROTOCOL),
    ],
)
def test_a_result_that_is_none_says_why_and_costs_no_other(result: Any, cause: Cause, server: Server) -> None:
    fine = {"error": None, "response": {"messages": []}}
    server.answer = lambda text: result if text == "bad" else fine
    good, bad, other = Kimina(server.url).verify(["good", "bad", "other"], wall_s=1.0)
    assert isinstance(bad, LeanFailed)
    assert bad.cause is cause
    assert isinstance(good, Told)
    assert isinstance(other, Told)
    assert good.ok
    assert other.ok


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b'{"results": []}', b'{"results": "none"}', b'{"results": [7]}', b"[" * 9999]
)
def test_an_answer_that_is_none_is_told_as_such(body: bytes, server: Server) -> None:
    server.body = body
    with pytest.raises(LeanFailed, match="answered with") as told:
        Kimina(server.url).ask("prove", FIELDS, wall_s=1.0)
    assert told.value.cause is Cause.PROTOCOL


@pytest.mark.parametrize(("status", "cause"), [(429, Cause.TIMEOUT), (500, Cause.CRASHED), (503, Cause.TIMEOUT)])
def test_a_server_in_trouble_is_a_failure_of_this_request(status: int, cause: Cause, server: Server) -> None:
    server.status = status
    with pytest.raises(LeanFailed, match=str(status)) as told:
        Kimina(server.url).ask("prove", FIELDS, wall_s=1.0)
    assert told.value.cause is cause


def test_a_server_that_is_too_slow_is_a_limit(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lemmata.provers.lean.kimina._GRACE_S", 0.1)
    server.delay_s = 1.0
    with pytest.raises(LeanFailed) as told:
        Kimina(server.url).ask("prove", FIELDS, wall_s=0.1)
    assert told.value.cause is Cause.TIMEOUT


def test_the_key_is_sent_and_a_wrong_one_has_its_remedy(server: Server) -> None:
    server.key = KEY
    assert Kimina(server.url, key=KEY).ask("prove", FIELDS, wall_s=1.0)["ok"] is True
    with pytest.raises(BackendMissing, match="LEMMATA_LEAN_SERVER_KEY") as told:
        Kimina(server.url, key="another").ask("prove", FIELDS, wall_s=1.0)
    assert "another" not in str(told.value)


def test_a_redirection_is_not_followed(server: Server) -> None:
    server.status = 307
    with pytest.raises(BackendMissing, match="status 307"):
        Kimina(server.url, key=KEY).ask("prove", FIELDS, wall_s=1.0)
    assert len(server.asked) == 1


def test_a_server_that_is_not_there_is_named_with_its_remedy(server: Server) -> None:
    with pytest.raises(BackendMissing, match=r"http://127\.0\.0\.1:9 can't be reached .*LEMMATA_LEAN_SERVER"):
        Kimina("http://127.0.0.1:9").ask("prove", FIELDS, wall_s=1.0)
    with pytest.raises(BackendMissing, match="404"):
        Kimina(server.url + "/wrong").ask("prove", FIELDS, wall_s=1.0)


@pytest.mark.parametrize("url", ["localhost:8000", "file:///etc/passwd", "http://", "", "ftp://host"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(BadInput, match="http://localhost:8000"):
        Kimina(url)


def test_only_hints_are_asked_of_a_server(server: Server) -> None:
    for op, fields in (("audit", {}), ("inspect", FIELDS), ("prove", {**FIELDS, "export": True})):
        with pytest.raises(LeanFailed, match="only gives hints"):
            Kimina(server.url).ask(op, fields, wall_s=1.0)
    assert server.asked == []


@pytest.mark.lean
@pytest.mark.sandbox
def test_a_server_that_lies_misleads_a_search_and_no_verdict(server: Server, settings: Settings) -> None:
    false = pinned("theorem t : 1 = 2 := by sorry")
    with Backends(replace(settings, lean_server=server.url)) as own:
        lean = leans_of(own).near()
        assert try_proof(lean, false, "by decide", wall_s=20.0) is True
        assert not isinstance(establish(lean, false, "by decide", Limits(wall_s=20.0)), Audit)
        assert len(server.asked) == 1
        remote = Lean(lean.toolchain, Kimina(server.url), lean.auditor)
        assert not isinstance(establish(remote, false, "by decide", Limits(wall_s=20.0)), Audit)


@pytest.mark.lean
@pytest.mark.sandbox
def test_a_server_with_a_real_lean_behind_it_gives_good_hints(server: Server, backends: Backends) -> None:
    with leans_of(backends).lend() as lean:
        worker = lean.elaborator
        assert isinstance(worker, Worker)

        def answer(text: str) -> Any:
            fields = {"context": text, "command": "", "refused": DRIVER_POLICY}
            errors = worker.ask("inspect", fields, wall_s=20.0)["context"]
            messages = [
                {"severity": "error", "pos": {"line": e["line"], "column": e["column"]}, "data": e["text"]}
                for e in errors
            ]
            return {"error": None, "response": {"env": 0, "messages": messages}}

        server.answer = answer
        asking = Lean(lean.toolchain, Kimina(server.url), lean.auditor)
        statement = pinned("def f := 2\ntheorem t (x : Nat) (h : x < f) : x ≤ 1 := by sorry")
        assert try_proof(asking, statement, "by unfold f at h; omega", wall_s=20.0) is True
        assert try_proof(asking, statement, "by omega", wall_s=20.0) is False


def test_the_environment_names_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEMMATA_LEAN_SERVER", "http://lean:8000")
    monkeypatch.setenv("LEMMATA_LEAN_SERVER_KEY", KEY)
    read = load_settings()
    assert (read.lean_server, read.lean_server_key) == ("http://lean:8000", KEY)
    assert KEY not in repr(read)
