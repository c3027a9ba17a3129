"""What a turn is read as: commands, formal text, files and words."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lemmata.chat.reading import COMMANDS, Command, File, Formal, Words, read_turn
from lemmata.errors import BadInput
from lemmata.formats.lean import words

C = "int main(void) { int a[3]; a[3] = 0; return 0; }"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("∀ x y : Int, x < y → x + 1 ≤ y", "claim"),
        ("forall x : Int, x < x + 1", "claim"),
        ("2 + 2 = 5", "claim"),
        ("∃ n : Nat, n * n = 49", "claim"),
        ("find answer : ℝ where (h : 2 * answer = 3)", "claim"),
        ("largest C : ℝ, ∀ a : ℝ, a > 0 → a + 1/a ≥ C", "claim"),
        ("relate ∀ a : ℝ, a^2 + 1 ? 2*a", "claim"),
        ("theorem t : 1 = 1 := by sorry", "lean"),
        ("/-- Twice. -/\ndef double (n : Nat) : Nat := n + n", "lean"),
        ("example : 2 + 2 = 4 := rfl", "lean"),
        ("open Nat\ntheorem t : succ 1 = 2 := rfl", "lean"),
        ("inductive Tree\n  | leaf\n  | node (l r : Tree)", "lean"),
        ("; two\n(declare-const x Int)\n(assert (> x 3))\n(check-sat)", "smtlib"),
        ("(set-logic LIA)\n(synth-fun f ((x Int)) Int)\n(check-synth)", "sygus"),
        ("def f(x: int) -> int:\n    assert x > 0\n    return x", "python"),
        ("def f(:\n    pass", "python"),
        ("import math\nassert math.gcd(4, 6) == 2", "python"),
        ("#include <assert.h>\nint main(void) { assert(1); }", "c"),
        (C, "c"),
        ("```lean\ntheorem t : 1 = 1 := rfl\n```", "lean"),
        ("```python\nx = 1\n```", "python"),
        (f"```\n{C}\n```", "c"),
    ],
)
def test_formal_text_is_read_as_what_it_is(text: str, language: str) -> None:
    read = read_turn(text)
    assert isinstance(read, Formal)
    assert read.language == language


@pytest.mark.parametrize(
    "text",
    [
        "How many positive divisors has 360?",
        "Is it true that x ≤ x + 1 for every integer x?",
        "find me the number of primes below 100",
        "class of 1984",
        "open the door",
        "import the file",
        "hello",
        "x",
        "the largest prime below 50",
    ],
)
def test_prose_is_words(text: str) -> None:
    assert isinstance(read_turn(text), Words)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_first_word_makes_a_command(name: str) -> None:
    assert read_turn(f" {name} x | y") == Command(name=name, rest="x | y", text=f" {name} x | y")
    assert read_turn(f"{name}\ntheorem t : 1 = 1 := rfl").rest == "theorem t : 1 = 1 := rfl"  # type: ignore[union-attr]


def test_a_path_is_a_file_and_a_missing_one_is_told(tmp_path: Path) -> None:
    there = tmp_path / "with a space.claim"
    there.write_text("1 = 1")
    assert read_turn(str(there)) == File(path=there)
    assert read_turn(f'"{there}"') == File(path=there)
    with pytest.raises(BadInput, match="no such file"):
        read_turn(str(tmp_path / "gone.lean"))


@pytest.mark.parametrize("text", ["", "  \n", "x" * 2_000_000])
def test_nothing_and_too_much_are_refused(text: str) -> None:
    with pytest.raises(BadInput, match="expected"):
        read_turn(text)


PIECES = [
    *sorted(words("def theorem example ( ) { } := : by sorry ∀ ∃ x y Int , < = → /- -/ -- ` ``` assert int main find")),
    *sorted(words("same | define prove check .lean /tmp ~/ ⟨ 0 ? # \\ \" '")),
    *["\n", "\x00", "\ud800"],
]


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join)))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(BadInput):
        assert isinstance(read_turn(text), Command | Formal | File | Words)
