"""A local endpoint that speaks the chat-completions protocol over real HTTP, answering from a script."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Say:
    """A completion, streamed if the request asks for it."""

    text: str = ""
    calls: Sequence[tuple[str, Mapping[str, Any]]] = ()
    finish: str = ""
    usage: Mapping[str, Any] | None = field(default_factory=lambda: {"prompt_tokens": 11, "completion_tokens": 7})
    cut: str = ""  # "clean": the stream ends early; "torn": the connection breaks
    always_whole: bool = False  # ignores that a stream was asked for


@dataclass(frozen=True)
class Fail:
    """An HTTP error with the protocol's error object."""

    status: int
    message: str = "no"
    code: str | None = None
    param: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Raw:
    """Anything else, with status 200."""

    body: bytes
    kind: str = "application/json"


@dataclass(frozen=True)
class Hang:
    """No answer for that long."""

    seconds: float


Script = Sequence[Any] | Callable[[dict[str, Any]], Any]


class ChatServer:
    """A running endpoint; `requests` are the bodies it was sent, `keys` their Authorization headers."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.stopping = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})

    def next(self, body: dict[str, Any]) -> Any:
        self.requests.append(body)
        if callable(self._script):
            return self._script(body)
        at = len(self.requests) - 1
        return self._script[at] if at < len(self._script) else Fail(500, "the script has come to its end")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@contextmanager
def serving(script: Script) -> Iterator[ChatServer]:
    server = ChatServer(script)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _handler(server: ChatServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.keys.append(self.headers.get("Authorization", ""))
            if not self.path.endswith("/v1/chat/completions"):
                self._whole(404, b'{"error": {"message": "no such path"}}')
                return
            match server.next(body):
                case Hang(seconds):
                    server.stopping.wait(seconds)
                    self.close_connection = True
                case Fail(status, message, code, param, headers):
                    error = {"message": message, "type": "error", "code": code, "param": param}
                    self._whole(status, json.dumps({"error": error}).encode(), headers=headers)
                case Raw(data, kind):
                    self._whole(200, data, kind=kind)
                case Say() as say if body.get("stream") and not say.always_whole:
                    self._stream(say, body)
                case Say() as say:
                    self._whole(200, json.dumps(_completion(say, body)).encode())

        def _whole(
            self, status: int, data: bytes, *, kind: str = "application/json", headers: Mapping[str, str] | None = None
        ) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def _stream(self, say: Say, body: dict[str, Any]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream; charset=utf-8")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            chunks = _chunks(say, body)
            if say.cut:
                chunks = chunks[: len(chunks) // 2]
            self._chunk(": a comment, as proxies send to keep the line open\n\n")
            for chunk in chunks:
                self._chunk(f"data: {json.dumps(chunk)}\n\n")
            if say.cut == "torn":
                self.close_connection = True
                return
            if not say.cut:
                self._chunk("data: [DONE]\n\n")
            self._chunk("")

        def _chunk(self, text: str) -> None:
            data = text.encode()
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()

    return Handler


def _calls(say: Say) -> list[dict[str, Any]]:
    return [
        {"id": f"call-{n}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
        for n, (name, arguments) in enumerate(say.calls)
    ]


def _finish(say: Say) -> str:
    return say.finish or ("tool_calls" if say.calls else "stop")


def _completion(say: Say, body: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": say.text or None}
    if say.calls:
        message["tool_calls"] = _calls(say)
    choice = {"index": 0, "message": message, "finish_reason": _finish(say)}
    made = {"id": "c-1", "object": "chat.completion", "created": 0, "model": body["model"], "choices": [choice]}
    return {**made, "usage": say.usage} if say.usage else made


def _chunks(say: Say, body: dict[str, Any]) -> list[dict[str, Any]]:
    """The deltas as endpoints send them: text in small pieces, each call's arguments in two halves, usage last."""
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": say.text[i : i + 5]} for i in range(0, len(say.text), 5)]
    for index, call in enumerate(_calls(say)):
        written = call["function"]["arguments"]
        half = len(written) // 2
        first = {**call, "index": index, "function": {"name": call["function"]["name"], "arguments": ""}}
        deltas += [{"tool_calls": [first]}]
        deltas += [
            {"tool_calls": [{"index": index, "function": {"arguments": part}}]}
            for part in (written[:half], written[half:])
        ]
    base = {"id": "c-1", "object": "chat.completion.chunk", "created": 0, "model": body["model"]}
    made = [{**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    made.append({**base, "choices": [{"index": 0, "delta": {}, "finish_reason": _finish(say)}]})
    if say.usage and (body.get("stream_options") or {}).get("include_usage"):
        made.append({**base, "choices": [], "usage": say.usage})
    return made
