"""The real `openai` client against a local endpoint that speaks the protocol."""

from __future__ import annotations

import json
import socket
import time
from typing import Any

import anyio
import pytest
from chat_server import Fail, Hang, Raw, Say, serving

from lemmata.agents.llm import ChatReply, ChatRequest, OpenAIModel, Retry
from lemmata.config import Settings
from lemmata.errors import BadInput, LemmataError, ModelNonsense, ModelUnavailable

KEY = "sk-secret-0123456789"
QUICK = Retry(tries=3, first_s=0.01, longest_s=0.02)
HELLO = ChatRequest(messages=({"role": "user", "content": "hello"},))


def ask(url: str, request: ChatRequest = HELLO, *, retry: Retry = QUICK, **settings: Any) -> ChatReply:
    given = {"model": "m-1", "base_url": url, "api_key": KEY, "model_wall_s": 5.0, **settings}
    model = OpenAIModel(Settings(**given), retry=retry)

    async def run() -> ChatReply:
        return await model.complete(request)

    return anyio.run(run)


def refused(script: Any, kind: type[LemmataError], **settings: Any) -> str:
    """The message of the error, which must be one line without the key."""
    with serving(script) as server, pytest.raises(kind) as caught:
        ask(server.url, **settings)
    text = str(caught.value)
    assert KEY not in text
    assert "\n" not in text
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    return text


def test_a_streamed_answer_is_put_together() -> None:
    with serving([Say("∀ n, n ≤ n, by simp")]) as server:
        reply = ask(server.url)
    assert reply.text == "∀ n, n ≤ n, by simp"
    assert (reply.model, reply.finish_reason, reply.estimated) == ("m-1", "stop", False)
    assert server.requests[0]["stream"] is True
    assert server.keys == [f"Bearer {KEY}"]


def test_tool_calls_are_put_together_from_their_pieces() -> None:
    calls = [("run_python", {"code": "print(6*7)"}), ("decide_claim", {"text": "∀ x : Int, x ≤ x"})]
    tool = {"type": "function", "function": {"name": "run_python", "parameters": {"type": "object", "properties": {}}}}
    with serving([Say(calls=calls)]) as server:
        reply = ask(server.url, ChatRequest(messages=HELLO.messages, tools=(tool,)))
    assert [(c.id, c.name, json.loads(c.arguments)) for c in reply.tool_calls] == [
        ("call-0", *calls[0]),
        ("call-1", *calls[1]),
    ]
    assert reply.finish_reason == "tool_calls"
    assert server.requests[0]["tools"] == [tool]


def test_an_endpoint_that_does_not_stream_is_understood() -> None:
    with serving([Say("whole", calls=[("f", {"a": 1})], always_whole=True)]) as server:
        reply = ask(server.url)
    assert reply.text == "whole"
    assert json.loads(reply.tool_calls[0].arguments) == {"a": 1}
    assert reply.spent.tokens == 18


def test_usage_and_cost_are_counted() -> None:
    with serving([Say("x", usage={"prompt_tokens": 1_000_000, "completion_tokens": 500_000})]) as server:
        reply = ask(server.url, price_in=2.0, price_out=10.0)
    assert reply.spent.model_calls == 1
    assert reply.spent.tokens == 1_500_000
    assert reply.spent.dollars == pytest.approx(7.0)


def test_unknown_prices_cost_no_dollars() -> None:
    with serving([Say("x")]) as server:
        assert ask(server.url).spent.dollars == 0.0


def test_tokens_are_estimated_where_the_endpoint_counts_none() -> None:
    with serving([Say("four words of text", usage=None)]) as server:
        reply = ask(server.url)
    assert reply.estimated
    assert reply.spent.tokens > 10


@pytest.mark.parametrize("option", ["stream_options", "temperature", "seed", "stream"])
def test_an_option_that_the_endpoint_rejects_is_left_out(option: str) -> None:
    def script(body: dict[str, Any]) -> Any:
        return Fail(400, f"Unsupported parameter: '{option}'", param=option) if option in body else Say("fine")

    with serving(script) as server:
        reply = ask(server.url, ChatRequest(messages=HELLO.messages, temperature=0.3, seed=1))
    assert reply.text == "fine"
    assert reply.spent.model_calls == 2
    assert option not in server.requests[1]


def test_max_tokens_becomes_max_completion_tokens_where_it_must() -> None:
    def script(body: dict[str, Any]) -> Any:
        if "max_tokens" in body:
            return Fail(400, "'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.")
        return Say("fine")

    with serving(script) as server:
        ask(server.url, ChatRequest(messages=HELLO.messages, max_tokens=99))
    assert server.requests[1]["max_completion_tokens"] == 99


def test_a_busy_endpoint_is_asked_again_when_it_says() -> None:
    begun = time.monotonic()
    with serving([Fail(429, headers={"Retry-After": "0.4"}), Fail(503), Say("at last")]) as server:
        reply = ask(server.url)
    assert reply.text == "at last"
    assert time.monotonic() - begun >= 0.4
    assert reply.spent.model_calls == len(server.requests) == 3


def test_requests_are_bounded() -> None:
    with serving(lambda _: Fail(500, "boom")) as server:
        with pytest.raises(ModelUnavailable, match=r"boom.*; wait, or use another endpoint") as caught:
            ask(server.url)
        assert len(server.requests) == caught.value.requests == 3


def test_a_wait_longer_than_we_have_is_not_begun() -> None:
    begun = time.monotonic()
    text = refused([Fail(429, headers={"Retry-After": "3600"})], ModelUnavailable)
    assert "overloaded" in text
    assert time.monotonic() - begun < 3


def test_an_empty_account_is_not_asked_twice() -> None:
    script = [Fail(429, "You exceeded your current quota", code="insufficient_quota")]
    assert "is out of quota" in refused(script, ModelUnavailable)


def test_a_refused_key_is_told_without_the_key() -> None:
    text = refused([Fail(401, f"Incorrect API key provided: {KEY}.")], ModelUnavailable)
    assert "check OPENAI_API_KEY" in text
    assert "***" in text


def test_an_unknown_model_is_told() -> None:
    text = refused([Fail(404, "The model `m-1` does not exist", code="model_not_found")], ModelUnavailable)
    assert "check OPENAI_BASE_URL and LEMMATA_MODEL" in text


def test_an_endpoint_that_is_down_is_told() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}/v1"
    with pytest.raises(ModelUnavailable, match="can't be reached") as caught:
        ask(url)
    assert caught.value.requests == 3


def test_an_endpoint_that_hangs_is_left_in_time() -> None:
    begun = time.monotonic()
    text = refused(lambda _: Hang(30), ModelUnavailable, model_wall_s=0.5)
    assert "did not answer within" in text
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Raw(b"<html>welcome</html>", "text/html"), "web page"),
        (Raw(b"{not json"), "broken JSON"),
        (Raw(b"data: {not json\n\n", "text/event-stream"), "broken JSON"),
        (Raw(b"[" * 200_000), "broken JSON"),
        (Raw(b"[]"), "no object"),
        (Raw(b"{}"), "no choices"),
        (Raw(b'{"choices": []}'), "no choices"),
        (Raw(b'{"choices": [{"message": {"content": 7}}]}'), "no text"),
        (Raw(b'data: {"choices": [{"delta": {"tool_calls": [{}]}}]}\n\n', "text/event-stream"), "no function"),
        (Say("x", usage={"prompt_tokens": -5, "completion_tokens": 1}), "absurd"),
        (Say("x", usage={"prompt_tokens": 10**30, "completion_tokens": 1}), "absurd"),
        (Say("x", usage={"prompt_tokens": True, "completion_tokens": 1.5}), "absurd"),
        (Say("a long text that is cut", cut="clean"), "broke off"),
    ],
)
def test_nonsense_is_called_nonsense(answer: Any, said: str) -> None:
    assert said in refused(lambda _: answer, ModelNonsense)


def test_a_torn_connection_is_tried_again() -> None:
    with serving([Say("a long text that is cut", cut="torn"), Say("whole")]) as server:
        reply = ask(server.url)
    assert reply.text == "whole"
    assert reply.spent.model_calls == 2


def test_an_endpoint_of_ones_own_needs_no_key() -> None:
    with serving([Say("fine")]) as server:
        assert ask(server.url, api_key="").text == "fine"


def test_the_default_endpoint_needs_a_key() -> None:
    with pytest.raises(ModelUnavailable, match="set OPENAI_API_KEY"):
        OpenAIModel(Settings(model="m-1"))


def test_a_key_that_cannot_be_one_is_not_shown() -> None:
    with pytest.raises(BadInput) as caught:
        OpenAIModel(Settings(model="m-1", api_key="sk-abc\ndef"))
    assert "abc" not in str(caught.value)


@pytest.mark.parametrize("url", ["not a url", "ftp://127.0.0.1/v1", "http://[::1/v1", "http://127.0.0.1:999999/v1"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(BadInput, match="OPENAI_BASE_URL: expected an address"):
        ask(url)


def test_credentials_in_the_address_are_not_shown() -> None:
    with pytest.raises(ModelUnavailable) as caught:
        ask("http://user:hunter2@127.0.0.1:9/v1", retry=Retry(tries=1))
    assert "hunter2" not in str(caught.value)
