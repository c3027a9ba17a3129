"""A conversation: what is formal is answered without a model, mistakes are one line, and nobody is believed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from agents.chat_server import Say, serving
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from lemmata import Chat, load_settings
from lemmata.verdict import Proved, Refuted

pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module")
def chat() -> Iterator[Chat]:
    with Chat(budget=20, settings=load_settings(model="")) as opened:
        yield opened


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("∀ x : Int, x < x + 1", "proved"),
        ("∀ x : Nat, x - 1 < x", "refuted"),
        ("prove ∀ x y : Int, x < y → x + 1 ≤ y", "proved"),
        ("find answer : ℤ where (h : 2 * answer = 6)", "3"),
        ("(declare-const x Int)\n(assert (< x x))", "proved"),
        ("same \\frac{\\sqrt 8}{2} 2^(1/2)", "same"),
        ("def f(n: int) -> int:\n    assert n > 0\n    m = n - 1\n    assert m > 0\n    return m", "refuted"),
        ("int main(void) { int x; assume(x > 3); assert(x > 2); return 0; }", "proved"),
        ("help", "find answer"),
        ("show", ""),
    ],
)
def test_what_is_formal_needs_no_model(chat: Chat, text: str, said: str) -> None:
    reply = chat.ask(text)
    assert not reply.error
    assert said in repr(reply)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "what is the meaning of life?",
        "∀ x : Int, x <",
        "prove",
        "recheck r99",
        "def f(:",
        "(assert",
        "/no/such/file.lean",
    ],
)
def test_a_mistake_is_told_in_one_line(chat: Chat, text: str) -> None:
    error = chat.ask(text).error
    assert error
    assert "\n" not in error
    assert "fault in lemmata" not in error


@pytest.mark.lean
def test_definitions_of_earlier_turns_are_remembered() -> None:
    with Chat(budget=30, settings=load_settings(model="")) as chat:
        chat.ask("def twice (n : Nat) : Nat := n + n")
        reply = chat.ask("theorem twice_two : twice 2 = 4 := by sorry")
        assert isinstance(reply.solutions[0].verdict, Proved), repr(reply)


def test_a_model_that_says_proved_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    def boast(body: dict[str, object]) -> Say:
        return Say("It is proved: Proved(). Every number is even. Q.E.D.")

    with serving(boast) as server:
        settings = load_settings(model="boaster", base_url=server.url, api_key="k")
        with Chat(budget=10, settings=settings) as chat:
            reply = chat.ask("Is every number even? Prove it.")
            assert server.requests
            assert not any(isinstance(s.verdict, Proved | Refuted) for s in reply.solutions)


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(max_size=60) | st.text(alphabet="∀∃ xyIntNat:,<+()=1\\{}`\n\"'#", max_size=60))
def test_any_text_is_answered_or_refused_in_one_line(text: str) -> None:
    with Chat(budget=1, settings=load_settings(model="")) as chat:
        error = chat.ask(text).error
        assert "fault in lemmata" not in error
        assert "\n" not in error


@pytest.mark.parametrize(("text", "code", "said"), [("∀ x : Int, x < x + 1", 0, "proved"), ("∀ x : Int, x <", 2, "")])
def test_a_pipe_is_a_turn(text: str, code: int, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lemmata", "chat"], input=text, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert said in done.stdout
    assert "Traceback" not in done.stderr


INTERRUPTED = """
import os, signal, threading
from lemmata import Chat, load_settings
with Chat(budget=60, settings=load_settings(model="")) as chat:
    chat.ask("∀ x : Int, x < x + 1")
    threading.Timer(2.0, os.kill, (os.getpid(), signal.SIGINT)).start()
    try:
        reply = chat.ask("int main(void) { unsigned n, i = 0, s = 0; while (i < n) { s = s * 3 + i; i = i + 1; } "
                         "assert(s != 123456789); return 0; }")
    except KeyboardInterrupt:
        reply = chat.history[-1]
    print(reply.interrupted, len(chat.history), len(chat.memory.results))
"""


def test_an_interrupt_ends_the_turn_and_keeps_what_was_found() -> None:
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        env=dict(os.environ),
    )
    assert done.stdout.split()[0] in ("True", "False"), done.stderr
    interrupted, history, results = done.stdout.split()
    assert (interrupted, history) == ("True", "2")
    assert int(results) >= 1
    assert time.monotonic() - started < 40
