"""Real interrupts: SIGINT to a process and to a kernel end the turn, and what was found by then is kept."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from lemmata.agents.partial import best_so_far
from lemmata.chat import Chat
from lemmata.chat.parts import Found, Happened
from lemmata.commands.chat import PROMPT
from lemmata.config import Settings
from lemmata.problem import Program
from lemmata.verdict import Reason, Refuted, Unknown

HARD = "∀ x y z : Int, x*x*x + y*y*y + z*z*z ≠ 114"
# The violation is found at once; mending it takes longer than anybody waits.
SLOW = """
def f(n: int) -> int:
    assert n >= 0
    a = n * n + 1
    b = a * a - n
    c = b * a + n * b
    d = c * c - a * b
    assert d < 0
    assert c < 0
    assert b < 0
    return d
"""


def test_an_interrupt_keeps_the_events_and_says_how_to_go_on(settings: Settings) -> None:
    with Chat(budget=60, settings=settings) as chat:
        threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        started = time.monotonic()
        reply = chat.ask(HARD)
        assert time.monotonic() - started < 20
        assert reply.interrupted
        assert any(isinstance(p, Happened) for p in reply.parts)
        (solution,) = reply.solutions
        assert solution.verdict == Unknown(Reason.CANCELLED, "interrupted before anything was found")
        assert "go on with `resume`" in repr(reply)
        chat.ask("budget 2")
        again = chat.ask("∀ x : Int, x < x + 1")  # the conversation goes on
        assert again.solutions[0].solved
        threading.Timer(1.0, chat.interrupt).start()
        assert chat.ask("resume").interrupted  # the same run, from where it was
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.sandbox
def test_what_was_found_before_the_interrupt_is_kept(settings: Settings) -> None:
    with Chat(budget=60, settings=settings) as chat:
        for part in chat.stream(SLOW):
            if isinstance(part, Happened) and part.event.get("result") == "refuted":
                os.kill(os.getpid(), signal.SIGINT)
        reply = chat.history[-1]
    (found,) = [p for p in reply.parts if isinstance(p, Found)]
    assert isinstance(found.solution.verdict, Refuted)
    assert found.solution.certificate is not None
    if reply.interrupted:  # a repair that is found within the same moment is no worse
        assert found.solution.stopped == "interrupted"


def test_only_what_was_accepted_of_the_whole_problem_counts() -> None:
    problem = Program(name="p", source="assert True", language="python")
    assert isinstance(best_so_far(problem, [], key="0", wall_s=1.0).verdict, Unknown)
    stray = {"event": "checked", "key": "0/other", "judgement": {"accepted": {"verdict": {"is": "proved"}}}}
    assert isinstance(best_so_far(problem, [stray], key="0", wall_s=1.0).verdict, Unknown)


def test_control_c_ends_the_turn_and_control_d_the_conversation(tmp_path: Path) -> None:
    lead, follow = pty.openpty()
    env = {**os.environ, "LEMMATA_HOME": str(tmp_path), "TERM": "dumb", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "lemmata", "chat", "--wall", "60"]
    with subprocess.Popen(command, stdin=follow, stdout=follow, stderr=follow, env=env, start_new_session=True) as talk:
        try:
            os.close(follow)
            seen = _until(lead, "Ctrl-D ends")
            os.write(lead, f"{HARD}\n".encode())
            seen += _until(lead, "smt-solver")
            talk.send_signal(signal.SIGINT)
            seen += _until(lead, "what was found so far is kept")
            os.write(lead, "∀ x : Int, x < x + 1\n".encode())
            seen += _until(lead, "r2: proved")
            seen += _until(lead, PROMPT)
            os.write(lead, b"\x04")
            assert talk.wait(20) == 0
        finally:
            talk.kill()
    os.close(lead)
    assert "Traceback" not in seen
    assert HARD in (tmp_path / "chat_history").read_text("utf-8")


def _until(lead: int, text: str, *, wall_s: float = 30.0) -> str:
    """What the terminal shows up to a text."""
    seen, ends = b"", time.monotonic() + wall_s
    while text.encode() not in seen:
        ready, _, _ = select.select([lead], [], [], max(0.0, ends - time.monotonic()))
        assert ready, f"{text!r} did not come; came: {seen.decode('utf-8', 'replace')}"
        seen += os.read(lead, 4_096)
    return seen.decode("utf-8", "replace")
