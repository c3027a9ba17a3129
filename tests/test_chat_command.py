"""`lemmata chat` from a pipe, and how typed lines become turns."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from lemmata.commands.chat import read_input


def piped(text: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lemmata", "chat", *options]
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("∀ x : Int, x < x + 1\n", 0, "r1: proved"),
        ("∀ x : Int, x * x * x ≠ 114 ∨ x = x + 1 → x * x * x * x = 2 ∨ 1 = 1", 0, "r1: proved"),
        ("∀ x y z : Int, x*x*x + y*y*y + z*z*z ≠ 114", 1, "r1: unknown"),
        ("same 1 | 2\n", 1, "different"),
        ("define a 1 = 1\n---\nprove a\n", 0, "a: proved"),
    ],
)
def test_a_pipe_is_answered_and_the_exit_code_says_whether_it_is_solved(text: str, code: int, said: str) -> None:
    done = piped(text, "--wall", "2")
    assert (done.returncode, done.stderr) == (code, "")
    assert said in done.stdout


@pytest.mark.parametrize(("text", "why"), [("", "expected a claim"), ("what is it?", "LEMMATA_MODEL")])
def test_bad_input_is_one_line_on_standard_error(text: str, why: str) -> None:
    done = piped(text)
    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr
    assert done.stderr.count("\n") == 1


def lines(*typed: str) -> Callable[[str], str]:
    left = list(typed)

    def read(prompt: str) -> str:
        if not left:
            raise EOFError
        return left.pop(0)

    return read


@pytest.mark.parametrize(
    ("typed", "turn"),
    [
        (["1 = 1", "2 = 2"], "1 = 1"),
        (["∀ x : Int, \\", "x < x + 1", "no more"], "∀ x : Int, \nx < x + 1"),
        (["def f(x):", "    return x", "", "no more"], "def f(x):\n    return x"),
        (["theorem t : 1 = 1 := by", "  rfl", ""], "theorem t : 1 = 1 := by\n  rfl"),
        (['"""', "a", "", "b", '"""', "no more"], "a\n\nb"),
        (["```lean", "a", "```", "no more"], "```lean\na\n```"),
        (['"""one line"""', "no more"], "one line"),
    ],
)
def test_a_turn_may_have_many_lines(typed: list[str], turn: str) -> None:
    assert read_input(lines(*typed)) == turn


def test_the_end_of_input_ends_the_conversation() -> None:
    with pytest.raises(EOFError):
        read_input(lines('"""', "never closed"))
