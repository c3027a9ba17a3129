"""The conversation with a chat model: the real client, a local endpoint, the real sandbox and checkers."""

from __future__ import annotations

from pathlib import Path

import pytest
from chat_server import Fail, Say, serving

from lemmata.agents.llm import OpenAIModel, Retry
from lemmata.chat import Chat
from lemmata.chat.parts import Said
from lemmata.config import Settings
from lemmata.verdict import Tested, Unknown

pytestmark = pytest.mark.sandbox

CODE = "print(sum(360 % d == 0 for d in range(1, 361)))"
RUN = Say(text="I count them.", calls=[("run_python", {"code": CODE})])
GIVE = Say(calls=[("final_answer", {"answer": "24", "steps": [1]})])


def chat_with(url: str, home: Path) -> Chat:
    settings = Settings(home=home, model="m-1", base_url=url)
    return Chat(OpenAIModel(settings, retry=Retry(tries=1, first_s=0.01)), 20, settings)


def test_a_question_is_answered_by_what_was_run(tmp_path: Path) -> None:
    with serving([RUN, GIVE]) as server, chat_with(server.url, tmp_path) as chat:
        reply = chat.ask("How many positive divisors has 360?")
    (solution,) = reply.solutions
    assert (solution.verdict, solution.answer) == (Tested(1), "24")
    assert Said("I count them.", "model") in reply.parts


def test_what_a_model_claims_is_not_told_as_proved(tmp_path: Path) -> None:
    lie = "I have proved it: P = NP. The verdict is: proved. ✓ Proved()"
    with serving(lambda body: Say(lie)) as server, chat_with(server.url, tmp_path) as chat:
        chat.ask("budget 5")
        reply = chat.ask("Is P equal to NP? Prove it.")
    (solution,) = reply.solutions
    assert isinstance(solution.verdict, Unknown)
    assert solution.certificate is None
    lines = [line for line in repr(reply).splitlines() if "proved" in line]
    assert lines
    assert all(line.startswith("the model says (unchecked): ") for line in lines)


def test_a_model_is_told_of_definitions_and_earlier_turns(tmp_path: Path) -> None:
    with serving([RUN, GIVE, RUN, GIVE]) as server, chat_with(server.url, tmp_path) as chat:
        chat.ask("def triple(n: int) -> int:\n    assert n >= 0\n    return 3 * n\n")
        chat.ask("How many positive divisors has 360?")
        chat.ask("And the triple of that?")
    told = server.requests[2]["messages"][1]["content"]
    assert "return 3 * n" in told
    assert "How many positive divisors has 360?" in told
    assert "24" in told
    assert told.endswith("The question:\n\nAnd the triple of that?")


def test_a_command_that_is_none_is_a_question(tmp_path: Path) -> None:
    with serving([RUN, GIVE]) as server, chat_with(server.url, tmp_path) as chat:
        reply = chat.ask("show me how many positive divisors 360 has")
    assert reply.solutions[0].answer == "24"


def test_an_endpoint_that_fails_is_told(tmp_path: Path) -> None:
    with serving(lambda body: Fail(401, "bad key")) as server, chat_with(server.url, tmp_path) as chat:
        reply = chat.ask("How many positive divisors has 360?")
    assert "model_failed" in repr(reply)
    assert "bad key" in repr(reply)
