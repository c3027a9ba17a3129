"""Traffic with a chat model, written down as it happens and played back.

One JSON line per answer: {"request": digest, "nth", "model", "asked", "reply"}. A line is on the disk before the answer
is used, so that a run that is killed and resumed finds every answer it has paid for. Keys are never part of a request.
"""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TypeAlias

from lemmata.agents.llm import ChatModel, ChatReply, ChatRequest, ToolCall
from lemmata.budget import Spent
from lemmata.errors import BadInput, ModelUnavailable
from lemmata.problem import Json, canonical, digest
from lemmata.record import append_whole

_Key: TypeAlias = tuple[str, int]
_LOCK = threading.Lock()  # several of us may keep the same file


class Recorded:
    """A model whose answers are kept in a file, and taken from there when they were given before.

    Requests that are the same in everything, `tag` included, are told apart by how often they were made so far.
    An answer from the file still says what it cost: a resumed run has not counted it yet.

    Args:
        model: who is asked what the file does not hold.
        path: the file; made on the first answer. A line cut short by a crash at its end is dropped.

    Raises:
        BadInput: the file holds something else.
    """

    def __init__(self, model: ChatModel, path: Path) -> None:
        self._model = model
        self._path = path
        self._seen: Counter[str] = Counter()
        with _LOCK:
            traffic = _load(path)
            if traffic.torn:
                os.truncate(path, traffic.whole)
        self._replies = dict(traffic.replies)

    @property
    def name(self) -> str:
        return self._model.name

    async def complete(self, request: ChatRequest) -> ChatReply:
        """See `ChatModel.complete`."""
        asked = encode_request(request, model=self.name)
        key = digest(asked), self._seen[digest(asked)]
        self._seen[key[0]] += 1
        known = self._replies.get(key)
        if known is not None:
            return known
        reply = await self._model.complete(request)
        line = {"request": key[0], "nth": key[1], "model": self.name, "asked": asked, "reply": encode_reply(reply)}
        with _LOCK:
            _append(self._path, canonical(line))
        self._replies[key] = reply
        return reply


class Replayed:
    """A model that answers only what a file holds.

    Args:
        path: a file that `Recorded` wrote.

    Raises:
        BadInput: there is no such file, it is empty, or it holds something else.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: Counter[str] = Counter()
        traffic = _load(path)
        if not traffic.replies:
            raise BadInput("expected recorded traffic, found none", place=str(path))
        self._replies = traffic.replies
        self._name = traffic.model

    @property
    def name(self) -> str:
        return self._name

    async def complete(self, request: ChatRequest) -> ChatReply:
        """The recorded answer to this request.

        Raises:
            ModelUnavailable: the file has none.
        """
        key = digest(encode_request(request, model=self._name))
        nth = self._seen[key]
        self._seen[key] += 1
        if (key, nth) not in self._replies:
            raise ModelUnavailable(
                f"{self._path}: holds no answer to this request ({key[:19]}…, time {nth + 1})",
                remedy="record it again; prompts or problems have changed since",
            )
        return self._replies[key, nth]


def encode_request(request: ChatRequest, *, model: str) -> dict[str, Json]:
    """The request as plain JSON, with the model it goes to."""
    return {"model": model, **asdict(request)}


def encode_reply(reply: ChatReply) -> dict[str, Json]:
    return asdict(reply)


def decode_reply(data: Json) -> ChatReply:
    """The reply that `encode_reply` wrote.

    Raises:
        ValueError: anything else.
    """
    if not isinstance(data, dict) or set(data) != {f.name for f in fields(ChatReply)}:
        raise ValueError("expected a reply")
    calls, spent = data["tool_calls"], data["spent"]
    if not isinstance(calls, list) or not all(_all_text(c, {"id", "name", "arguments"}) for c in calls):
        raise ValueError("expected tool calls")
    if not _all_text({k: data[k] for k in ("text", "model", "finish_reason")}):
        raise ValueError("expected text, model and finish_reason to be text")
    counts = {"checks", "model_calls", "tokens"}
    if (
        not isinstance(spent, dict)
        or set(spent) != {f.name for f in fields(Spent)}
        or not all(type(v) is int or (type(v) is float and k not in counts) for k, v in spent.items())
    ):
        raise ValueError("expected what was spent")
    made = {**data, "tool_calls": tuple(ToolCall(**c) for c in calls), "spent": Spent(**spent)}
    return ChatReply(**{**made, "estimated": data["estimated"] is True})


@dataclass(frozen=True, slots=True)
class _Traffic:
    replies: Mapping[_Key, ChatReply]
    model: str
    whole: int  # bytes up to the end of the last whole line
    torn: bool


def _load(path: Path) -> _Traffic:
    data = path.read_bytes() if path.exists() else b""
    whole = data.rfind(b"\n") + 1
    replies: dict[_Key, ChatReply] = {}
    model = ""
    for number, line in enumerate(data[:whole].splitlines(), start=1):
        try:
            entry = json.loads(line)
            key, nth, model = entry["request"], entry["nth"], model or entry["model"]
            if not (isinstance(key, str) and isinstance(nth, int) and isinstance(model, str)):
                raise ValueError("expected request, nth and model")
            replies[key, nth] = decode_reply(entry["reply"])
        except (ValueError, KeyError, TypeError, RecursionError) as exc:
            raise BadInput(f"expected a recorded answer ({exc})", place=f"{path}:{number}") from None
    return _Traffic(replies, model, whole, whole < len(data))


def _append(path: Path, line: str) -> None:
    """Write the line in one piece and wait until the disk has it, and a new file's name as well."""
    new = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    append_whole(path, (line + "\n").encode("utf-8", "surrogatepass"), mode=0o600)
    if new:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _all_text(value: Json, names: set[str] | None = None) -> bool:
    return isinstance(value, dict) and set(value) == (names or set(value)) and all(map(_is_text, value.values()))


def _is_text(value: Json) -> bool:
    return isinstance(value, str)
