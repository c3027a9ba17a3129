"""The chat model, as an argument: one protocol, and any OpenAI-compatible endpoint behind it."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import urlsplit

import anyio

from lemmata.agents.chat_decode import Assembly, Completion, ToolCall, decode_completion
from lemmata.budget import Spent
from lemmata.config import Settings
from lemmata.errors import BadInput, ModelNonsense, ModelUnavailable
from lemmata.problem import Json

if TYPE_CHECKING:
    import openai

__all__ = ["ChatModel", "ChatReply", "ChatRequest", "OpenAIModel", "Retry", "ToolCall", "estimate_tokens"]

_DEFAULT_URL = "https://api.openai.com/v1"
_NO_KEY = "no-key"  # local endpoints want none, the client insists on one


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """What the chat model is asked.

    Args:
        messages: in the chat-completions form, `{"role": …, "content": …}`.
        tools: in the same protocol's form, `{"type": "function", "function": {…}}`.
        temperature, max_tokens, seed: None: the endpoint's own.
        tag: tells apart requests that are otherwise the same (turn numbers); recorded, never sent.
    """

    messages: tuple[Mapping[str, Json], ...]
    tools: tuple[Mapping[str, Json], ...] = ()
    temperature: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatReply:
    """What it answered.

    Args:
        spent: every request sent for it, its tokens, and dollars where prices are known.
        model: the name the endpoint gives itself.
        finish_reason: `stop`, `length`, `tool_calls` or `content_filter`.
        estimated: the endpoint counted no tokens, so they are guessed from the number of characters.
    """

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    spent: Spent
    model: str = ""
    finish_reason: str = "stop"
    estimated: bool = False


class ChatModel(Protocol):
    """Anything that answers chat requests."""

    @property
    def name(self) -> str: ...

    async def complete(self, request: ChatRequest) -> ChatReply:
        """One answer to one request.

        Raises:
            ModelUnavailable: the endpoint is down, refuses us, is out of quota or too slow; says what to do.
            ModelNonsense: what came is no chat completion.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How long to insist.

    Args:
        tries: requests at most, the first one included.
        first_s: pause before the second; doubled each time, with up to a half more at random.
        longest_s: no pause is longer, unless the endpoint asks for it (Retry-After).
        total_s: seconds for everything; None: twice what one request may take.
    """

    tries: int = 4
    first_s: float = 0.5
    longest_s: float = 30.0
    total_s: float | None = None


class _PassingError(Exception):
    """A failure that may pass; `after_s` is how long the endpoint asks us to wait."""

    def __init__(self, error: ModelUnavailable | ModelNonsense, after_s: float = 0.0) -> None:
        self.error = error
        self.after_s = after_s


class _RejectedOptionError(Exception):
    """The endpoint does not know an option that we can do without."""


class OpenAIModel:
    """A model behind an OpenAI-compatible endpoint.

    Args:
        settings: model, base_url, api_key, prices and model_wall_s.
        retry: how long to insist.

    Raises:
        BadInput: no model is named, or the key or address can't be one.
        ModelUnavailable: the endpoint needs a key and there is none.
    """

    def __init__(self, settings: Settings, *, retry: Retry | None = None) -> None:
        if not settings.model:
            raise BadInput("expected the name of a chat model; set LEMMATA_MODEL or pass --model", place="model")
        key = settings.api_key
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise BadInput("expected printable ASCII without spaces (the value is not shown)", place="OPENAI_API_KEY")
        if not key and not settings.base_url:
            raise ModelUnavailable(
                f"{_DEFAULT_URL} needs a key and there is none",
                remedy="set OPENAI_API_KEY, or OPENAI_BASE_URL for an endpoint of your own",
            )
        _check_address(settings.base_url or _DEFAULT_URL)
        self._settings = settings
        self._retry = retry or Retry()
        self._rejected: frozenset[str] = frozenset()  # options this endpoint has turned down

    @property
    def name(self) -> str:
        return self._settings.model

    async def complete(self, request: ChatRequest) -> ChatReply:
        """See `ChatModel.complete`; errors carry the number of requests sent."""
        sent = failed = 0
        total_s = self._retry.total_s or 2 * self._settings.model_wall_s
        deadline = time.monotonic() + total_s
        async with self._client() as client:
            while True:
                sent += 1
                try:
                    return self._reply(request, await self._ask(client, request, deadline), sent)
                except _RejectedOptionError:
                    continue  # each option is turned down at most once
                except _PassingError as passing:
                    failed += 1
                    error, after_s = passing.error, passing.after_s
                except (ModelUnavailable, ModelNonsense) as lasting:
                    error, after_s = lasting, float("inf")
                pause_s = max(after_s, self._pause_s(failed))
                if failed >= self._retry.tries or time.monotonic() + pause_s >= deadline:
                    error.requests = sent
                    raise error from None
                await anyio.sleep(pause_s)

    def _client(self) -> openai.AsyncOpenAI:
        """A client of its own for each request: kept ones are tied to the event loop that they were first used in."""
        import openai  # 0.8 s

        return openai.AsyncOpenAI(
            api_key=self._settings.api_key or _NO_KEY,
            base_url=self._settings.base_url or _DEFAULT_URL,
            timeout=self._settings.model_wall_s,
            max_retries=0,
        )

    async def _ask(self, client: openai.AsyncOpenAI, request: ChatRequest, deadline: float) -> Completion:
        """One request.

        Raises:
            _PassingError, _RejectedOptionError, ModelUnavailable, ModelNonsense
        """
        import openai

        wall_s = max(0.01, min(self._settings.model_wall_s, deadline - time.monotonic()))
        body = self._body(request)
        try:
            with anyio.fail_after(wall_s):
                return await _exchange(client, body)
        except (TimeoutError, openai.APITimeoutError):
            raise _PassingError(self._down(f"did not answer within {wall_s:.3g} s")) from None
        except openai.APIConnectionError as exc:
            cause = self._hide(str(exc.__cause__ or exc))
            raise _PassingError(self._down(f"can't be reached ({cause})")) from None
        except openai.APIStatusError as exc:
            raise self._refusal(exc, body) from None
        except openai.APIError as exc:  # an error in the middle of a stream
            raise _PassingError(self._down(f"broke off ({self._hide(exc.message)})")) from None
        except (ValueError, RecursionError):
            raise _PassingError(ModelNonsense(f"the chat model at {self._place} answered with broken JSON")) from None
        except (openai.OpenAIError, OSError) as exc:
            raise self._down(f"can't be used ({type(exc).__name__})") from None

    def _refusal(self, exc: openai.APIStatusError, body: Mapping[str, Json]) -> Exception:
        """What an HTTP error status means for us."""
        status, code, said = exc.status_code, str(exc.code or exc.type or ""), self._hide(exc.message)
        if status in (400, 404, 422):
            for option in ("stream_options", "max_tokens", "max_completion_tokens", "temperature", "seed", "stream"):
                if option in body and (exc.param == option or re.search(rf"\b{option}\b", exc.message)):
                    self._rejected |= {option}
                    return _RejectedOptionError()
        if status in (401, 403):
            return self._unavailable(f"refuses us ({said})", "check OPENAI_API_KEY")
        if status == 402 or "insufficient_quota" in code or "insufficient_quota" in exc.message:
            return self._unavailable(f"is out of quota ({said})", "top up the account or use another endpoint")
        if status in (408, 409, 425, 429) or status >= 500:
            text, remedy = f"is overloaded or failing ({said})", "wait, or use another endpoint"
            return _PassingError(self._unavailable(text, remedy), _retry_after_s(exc.response.headers))
        return self._unavailable(f"refuses the request ({said})", "check OPENAI_BASE_URL and LEMMATA_MODEL")

    def _body(self, request: ChatRequest) -> dict[str, Json]:
        cap = "max_completion_tokens" if "max_tokens" in self._rejected else "max_tokens"
        body: dict[str, Json] = {
            "model": self._settings.model,
            "messages": [dict(m) for m in request.messages],
            "tools": [dict(t) for t in request.tools] or None,
            "temperature": request.temperature,
            cap: request.max_tokens,
            "seed": request.seed,
            "stream": True,
            "stream_options": None if "stream" in self._rejected else {"include_usage": True},
        }
        return {k: v for k, v in body.items() if v is not None and k not in self._rejected}

    def _reply(self, request: ChatRequest, made: Completion, sent: int) -> ChatReply:
        settings = self._settings
        written = made.text + "".join(c.name + c.arguments for c in made.tool_calls)
        used = made.usage or (estimate_tokens(str(request.messages)), estimate_tokens(written))
        dollars = (used[0] * settings.price_in + used[1] * settings.price_out) / 1e6
        return ChatReply(
            text=made.text,
            tool_calls=made.tool_calls,
            spent=Spent(model_calls=sent, tokens=sum(used), dollars=dollars),
            model=made.model or settings.model,
            finish_reason=made.finish_reason,
            estimated=made.usage is None,
        )

    def _pause_s(self, failed: int) -> float:
        doubled: float = self._retry.first_s * 2 ** max(0, failed - 1)
        return min(doubled, self._retry.longest_s) * random.uniform(1.0, 1.5)

    @property
    def _place(self) -> str:
        scheme, mark, rest = (self._settings.base_url or _DEFAULT_URL).partition("://")
        return self._hide(scheme + mark + rest.rpartition("@")[2])

    def _down(self, text: str) -> ModelUnavailable:
        return self._unavailable(text, "check that it is running and that OPENAI_BASE_URL is its address")

    def _unavailable(self, text: str, remedy: str) -> ModelUnavailable:
        return ModelUnavailable(f"the chat model {self._settings.model!r} at {self._place} {text}", remedy=remedy)

    def _hide(self, text: str) -> str:
        """Foreign text on one short line, without the key."""
        if self._settings.api_key:
            text = text.replace(self._settings.api_key, "***")
        line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return line if len(line) <= 200 else line[:197] + "..."


async def _exchange(client: openai.AsyncOpenAI, body: Mapping[str, Json]) -> Completion:
    """Send one request and read all of its answer, streamed or not, whichever comes."""
    import openai

    create = cast(Any, client.chat.completions.with_streaming_response.create)
    async with create(**body) as response:
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "text/event-stream":
            assembly = Assembly()
            # plain JSON, because the client's own classes are built without validation
            async for chunk in await response.parse(to=openai.AsyncStream[object]):
                assembly.add(chunk)
            try:
                return assembly.finish()
            except ModelNonsense as exc:
                raise _PassingError(exc) from None
        if "html" in kind:
            raise ModelNonsense(
                "the address answers with a web page; OPENAI_BASE_URL must be the API's (often it ends in /v1)"
            )
        return decode_completion(await response.json())


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or not url.isprintable() or " " in url:
        raise BadInput("expected an address such as http://localhost:8000/v1", place="OPENAI_BASE_URL")


def _retry_after_s(headers: Mapping[str, str]) -> float:
    """Seconds that the endpoint asks us to wait; 0: it does not say."""
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        asked = headers.get("retry-after", "0")
        if asked.replace(".", "", 1).isdigit():
            return float(asked)
        return max(0.0, parsedate_to_datetime(asked).timestamp() - time.time())
    except ValueError:
        return 0.0


def estimate_tokens(text: str) -> int:
    """A guess on the high side, for endpoints that don't count: three bytes a token."""
    return len(text.encode("utf-8", "replace")) // 3 + 1
