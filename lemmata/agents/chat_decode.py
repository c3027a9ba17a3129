"""Read chat completions, whole or streamed, from endpoints that need not keep to the protocol."""

from __future__ import annotations

from dataclasses import dataclass, field

from lemmata.errors import ModelNonsense
from lemmata.problem import Json

_MOST_CHARACTERS = 4_000_000
_MOST_TOKENS = 100_000_000
_MOST_CALLS = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A tool the model wants called; `arguments` is the text it wrote, which need not be JSON."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One finished answer of an endpoint.

    Args:
        usage: prompt and completion tokens as the endpoint counted them; None: it did not say.
    """

    text: str
    tool_calls: tuple[ToolCall, ...]
    finish_reason: str
    model: str
    usage: tuple[int, int] | None


def decode_completion(body: Json) -> Completion:
    """A completion that came in one piece.

    Raises:
        ModelNonsense: it is not one.
    """
    choice = _first_choice(body)
    if choice is None:
        raise ModelNonsense("the chat model answered with no choices")
    message = choice.get("message")
    if not isinstance(message, dict):
        raise ModelNonsense("the chat model answered with a choice that has no message")
    parts = Assembly()
    parts.add(
        {**body, "choices": [{**choice, "delta": message, "finish_reason": choice.get("finish_reason") or "stop"}]}
    )
    return parts.finish()


@dataclass(slots=True)
class Assembly:
    """A streamed completion, put together chunk by chunk."""

    model: str = ""
    finish_reason: str = ""
    usage: tuple[int, int] | None = None
    _begun: bool = False
    _size: int = 0
    _text: list[str] = field(default_factory=list)
    _calls: list[list[str]] = field(default_factory=list)  # id, name, arguments so far
    _place: dict[int, int] = field(default_factory=dict)  # the endpoint's index -> ours

    def add(self, chunk: Json) -> None:
        """Take in one chunk.

        Raises:
            ModelNonsense: it is not a chunk of a chat completion.
        """
        choice = _first_choice(chunk)
        self.usage = _usage(chunk.get("usage")) or self.usage
        self.model = self.model or _text(chunk.get("model"), "model")
        if choice is None:
            return
        self._begun = True
        delta = choice.get("delta") or {}
        if not isinstance(delta, dict):
            raise ModelNonsense("the chat model's stream has a delta that is no object")
        self._keep(self._text, _text(delta.get("content"), "content") or _text(delta.get("refusal"), "refusal"))
        calls = delta.get("tool_calls") or []
        if not isinstance(calls, list):
            raise ModelNonsense("the chat model's tool_calls are no list")
        for call in calls:
            self._add_call(call)
        self.finish_reason = _text(choice.get("finish_reason"), "finish_reason") or self.finish_reason

    def finish(self) -> Completion:
        """The whole of it.

        Raises:
            ModelNonsense: no choices came, or the stream broke off before its end.
        """
        if not self._begun:
            raise ModelNonsense("the chat model answered with no choices")
        if not self.finish_reason:
            raise ModelNonsense("the chat model's stream broke off before its end")
        if any(not name for _, name, _ in self._calls):
            raise ModelNonsense("the chat model called a tool without naming it")
        calls = (
            ToolCall(id=key or f"call_{n}", name=name, arguments=written or "{}")
            for n, (key, name, written) in enumerate(self._calls)
        )
        return Completion(
            text="".join(self._text),
            tool_calls=tuple(calls),
            finish_reason=self.finish_reason,
            model=self.model,
            usage=self.usage,
        )

    def _add_call(self, call: Json) -> None:
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(function, dict):
            raise ModelNonsense("the chat model's tool call has no function")
        key = _text(call.get("id"), "tool call id")
        parts = self._calls[self._slot(call.get("index"), key)]
        parts[0] = parts[0] or key
        parts[1] = parts[1] or _text(function.get("name"), "tool name")
        written = _text(function.get("arguments"), "tool arguments")
        self._size += len(written)
        parts[2] += written
        if self._size > _MOST_CHARACTERS:
            raise ModelNonsense(f"the chat model's answer is longer than {_MOST_CHARACTERS} characters")

    def _slot(self, index: Json, key: str) -> int:
        """Where a piece of a call belongs; endpoints that give no index send each call whole, with its id."""
        if isinstance(index, int) and index in self._place:
            return self._place[index]
        if not isinstance(index, int) and self._calls and key in ("", self._calls[-1][0]):
            return len(self._calls) - 1
        if len(self._calls) == _MOST_CALLS:
            raise ModelNonsense(f"the chat model called more than {_MOST_CALLS} tools at once")
        self._calls.append(["", "", ""])
        if isinstance(index, int):
            self._place[index] = len(self._calls) - 1
        return len(self._calls) - 1

    def _keep(self, kept: list[str], text: str) -> None:
        self._size += len(text)
        if self._size > _MOST_CHARACTERS:
            raise ModelNonsense(f"the chat model's answer is longer than {_MOST_CHARACTERS} characters")
        kept.append(text)


def _first_choice(body: Json) -> dict[str, Json] | None:
    if not isinstance(body, dict):
        raise ModelNonsense("the chat model answered with JSON that is no object")
    choices = body.get("choices")
    if choices is None and "usage" not in body:
        raise ModelNonsense("the chat model answered with no choices")
    if not isinstance(choices or [], list):
        raise ModelNonsense("the chat model's choices are no list")
    for choice in choices or []:
        if not isinstance(choice, dict):
            raise ModelNonsense("the chat model answered with a choice that is no object")
        if choice.get("index", 0) in (0, None):
            return choice
    return None


def _text(value: Json, name: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ModelNonsense(f"the chat model answered with a {name} that is no text")
    return value


def _usage(value: Json) -> tuple[int, int] | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise ModelNonsense("the chat model's usage is no object")
    counts = [value.get("prompt_tokens", 0), value.get("completion_tokens", 0)]
    for count in counts:
        if type(count) is not int or not 0 <= count <= _MOST_TOKENS:
            raise ModelNonsense(f"the chat model's usage is absurd (came: {str(count)[:40]})")
    return counts[0], counts[1]
