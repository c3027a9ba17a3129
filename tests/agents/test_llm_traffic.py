"""Scripted models, and traffic that is recorded and played back."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import anyio
import pytest
from chat_server import Say, serving

from lemmata.agents.llm import ChatModel, ChatReply, ChatRequest, OpenAIModel
from lemmata.agents.scripted import ScriptedModel
from lemmata.agents.traffic import Recorded, Replayed
from lemmata.config import Settings
from lemmata.errors import BadInput, ModelNonsense, ModelUnavailable


def ask(model: ChatModel, text: str = "hello", **rest: str) -> ChatReply:
    async def run() -> ChatReply:
        return await model.complete(ChatRequest(messages=({"role": "user", "content": text},), **rest))

    return anyio.run(run)


def test_a_script_is_answered_in_order_and_then_ends() -> None:
    model = ScriptedModel(["one", ModelNonsense("no"), "three"])
    assert ask(model).text == "one"
    with pytest.raises(ModelNonsense):
        ask(model)
    assert ask(model).text == "three"
    with pytest.raises(ModelUnavailable, match="has 3 answers and was asked for one more"):
        ask(model)


def test_a_script_may_be_a_function_of_the_request() -> None:
    model = ScriptedModel(lambda request: request.messages[0]["content"][::-1])
    reply = ask(model, "abc")
    assert reply.text == "cba"
    assert reply.spent.model_calls == 1
    assert reply.spent.tokens > 0


def test_what_was_answered_before_is_not_asked_again(tmp_path: Path) -> None:
    path = tmp_path / "run" / "traffic.jsonl"
    first = ask(Recorded(ScriptedModel(["paid"]), path))
    silent = ScriptedModel([])
    again = ask(Recorded(silent, path))
    assert again == first
    assert silent.requests == []


def test_equal_requests_are_told_apart_by_their_number_and_tag(tmp_path: Path) -> None:
    path = tmp_path / "traffic.jsonl"
    model = Recorded(ScriptedModel(["one", "two", "three"]), path)
    assert [ask(model).text, ask(model).text, ask(model, tag="turn 2").text] == ["one", "two", "three"]
    later = Recorded(ScriptedModel([]), path)
    assert [ask(later, tag="turn 2").text, ask(later).text, ask(later).text] == ["three", "one", "two"]


def test_another_model_is_asked_anew(tmp_path: Path) -> None:
    path = tmp_path / "traffic.jsonl"
    ask(Recorded(ScriptedModel(["one"], name="a"), path))
    assert ask(Recorded(ScriptedModel(["two"], name="b"), path)).text == "two"


def test_a_line_cut_short_by_a_crash_is_dropped_and_asked_again(tmp_path: Path) -> None:
    path = tmp_path / "traffic.jsonl"
    model = Recorded(ScriptedModel(["one", "two"]), path)
    ask(model, "a")
    ask(model, "b")
    path.write_bytes(path.read_bytes()[:-40])
    resumed = Recorded(ScriptedModel(["two again"]), path)
    assert [ask(resumed, "a").text, ask(resumed, "b").text] == ["one", "two again"]
    assert len([json.loads(line) for line in path.read_text().splitlines()]) == 2


def test_a_damaged_line_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "traffic.jsonl"
    ask(Recorded(ScriptedModel(["one"]), path))
    path.write_text('{"request": 1}\n' + path.read_text())
    with pytest.raises(BadInput, match=r"traffic\.jsonl:1"):
        Recorded(ScriptedModel([]), path)


def test_replay_needs_no_model_and_refuses_what_it_does_not_know(tmp_path: Path) -> None:
    path = tmp_path / "traffic.jsonl"
    first = ask(Recorded(ScriptedModel(["one"], name="m-1"), path))
    replayed = Replayed(path)
    assert replayed.name == "m-1"
    assert ask(replayed) == first
    with pytest.raises(ModelUnavailable, match="holds no answer to this request"):
        ask(replayed)
    with pytest.raises(ModelUnavailable, match="record it again"):
        ask(replayed, "something else")


def test_replay_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="found none"):
        Replayed(tmp_path / "missing.jsonl")


def test_real_traffic_is_recorded_without_the_key(tmp_path: Path) -> None:
    path = tmp_path / "traffic.jsonl"
    with serving([Say("fine", calls=[("f", {"a": 1})])]) as server:
        settings = Settings(model="m-1", base_url=server.url, api_key="sk-secret-42", price_in=1.0, price_out=1.0)
        first = ask(Recorded(OpenAIModel(settings), path))
    assert "sk-secret" not in path.read_text()
    assert ask(Replayed(path)) == first
    assert first.spent.dollars > 0


KILLED = """
import os, signal, sys
from pathlib import Path
import anyio
from lemmata.agents.llm import ChatRequest, OpenAIModel
from lemmata.agents.traffic import Recorded
from lemmata.config import Settings

async def run():
    model = Recorded(OpenAIModel(Settings(model="m-1", base_url=sys.argv[1])), Path(sys.argv[2]))
    for text in ("a", "b", "c"):
        reply = await model.complete(ChatRequest(messages=({"role": "user", "content": text},)))
        if text == sys.argv[3]:
            os.kill(os.getpid(), signal.SIGKILL)
    print(reply.text)

anyio.run(run)
"""


def test_a_killed_process_has_kept_every_answer_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "traffic.jsonl"
    with serving(lambda body: Say(f"answer to {body['messages'][0]['content']}")) as server:
        for die_at, asked in (("a", 1), ("b", 2), ("", 3), ("", 3)):
            command = [sys.executable, "-c", KILLED, server.url, str(path), die_at]
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
            assert done.returncode == (-signal.SIGKILL if die_at else 0), done.stderr
            assert len(server.requests) == asked
    assert done.stdout == "answer to c\n"
