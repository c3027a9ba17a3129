"""The conversation without a chat model, with real back-ends."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

import lemmata
from lemmata.chat import Chat, Reply
from lemmata.chat.parts import Compared, Found, Happened, Open, Said
from lemmata.chat.reading import COMMANDS
from lemmata.config import Settings
from lemmata.verdict import Proved, Refuted, Tested, Unknown

ROOT = Path(__file__).resolve().parents[2]
BROKEN = "def half(n: int) -> int:\n    assert n >= 0\n    h = n // 2 + 1\n    assert h <= n\n    return h\n"


@pytest.fixture(scope="module")
def chat(settings: Settings) -> Iterator[Chat]:
    """One conversation for all of these tests: its back-ends stay warm."""
    with Chat(budget=30, settings=settings) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _fresh(chat: Chat) -> None:
    chat.memory.clear()


def said(reply: Reply) -> str:
    return "\n".join(p.text for p in reply.parts if isinstance(p, Said))


def test_a_claim_is_decided_and_can_be_decided_again(chat: Chat) -> None:
    reply = chat.ask("∀ x y : Int, x < y → x + 1 ≤ y")
    assert [s.verdict for s in reply.solutions] == [Proved()]
    assert reply.result is reply.solutions[0]
    assert "proved, decided again" in repr(chat.ask("recheck"))


def test_events_come_before_the_answer(chat: Chat) -> None:
    parts = list(chat.stream("∀ x : Nat, x - 1 < x"))
    kinds = [type(p) for p in parts]
    assert Happened in kinds[: kinds.index(Found)]
    assert isinstance(chat.last, lemmata.Solution)
    assert isinstance(chat.last.verdict, Refuted)


def test_a_value_is_found(chat: Chat) -> None:
    (solution,) = chat.ask("find answer : ℝ where (h : 2 * answer = 3)").solutions
    assert (solution.verdict, solution.answer) == (Proved(), "3 / 2")


def test_smtlib_is_told_as_solvers_tell_it(chat: Chat) -> None:
    reply = chat.ask("(declare-const x Int)\n(assert (> x 3))\n(assert (< x 4))\n(check-sat)")
    assert ": proved (unsat; z3 and cvc5 agree;" in repr(reply)


def test_a_file_is_solved(chat: Chat) -> None:
    (solution,) = chat.ask(str(ROOT / "examples" / "theorem_average.smt2")).solutions
    assert solution.solved


@pytest.mark.parametrize(
    "text", ["same 1/2 | 0.5", "same 1/2 0.5", "same \\frac{\\sqrt 8}{2} 2^(1/2)", "same\n1/2\n0.5", 'same "1 / 2" 0.5']
)
def test_two_answers_are_compared(chat: Chat, text: str) -> None:
    (compared,) = [p for p in chat.ask(text).parts if isinstance(p, Compared)]
    assert isinstance(compared.found, lemmata.Same)


@pytest.mark.sandbox
def test_a_program_is_checked_and_then_repaired(chat: Chat) -> None:
    (found,) = chat.ask(f"check {BROKEN}").solutions
    assert isinstance(found.verdict, Refuted)
    assert found.answer is None
    (mended,) = chat.ask("repair").solutions
    assert "diff" in mended.answer


@pytest.mark.sandbox
def test_functions_of_earlier_turns_are_there(chat: Chat) -> None:
    chat.ask("def square(x: int) -> int:\n    y = x * x\n    assert y >= 0\n    return y\n")
    reply = chat.ask("def above(x: int) -> int:\n    z = square(x) + 1\n    assert z > 0\n    return z\n")
    assert [s.verdict for s in reply.solutions] == [Proved()]
    assert "lines are counted from" in said(reply)
    chat.ask("forget square")
    (alone,) = chat.ask("def above(x: int) -> int:\n    z = square(x) + 1\n    assert z > 0\n    return z\n").solutions
    assert alone.verdict != Proved()


@pytest.mark.lean
def test_lean_definitions_are_there_in_later_turns(chat: Chat) -> None:
    assert "kept for later turns: double" in said(chat.ask("def double (n : Nat) : Nat := n + n"))
    (typed,) = chat.ask("theorem double_two : double 2 = 4 := by rfl").solutions
    (claimed,) = chat.ask("∀ n : Nat, double n = 2 * n").solutions
    assert (typed.verdict, claimed.verdict) == (Proved(), Proved())
    used = chat.ask("theorem by_name : double 2 = 4 ∧ True := ⟨double_two, trivial⟩")
    assert [s.verdict for s in used.solutions] == [Proved()]
    chat.ask("def double (n : Nat) : Nat := n + n + 1")  # declared anew: the old one gives way
    (now,) = chat.ask("example : double 2 = 5 := by rfl").solutions
    assert now.verdict == Proved()


@pytest.mark.lean
def test_a_proof_with_holes_shows_its_goals_and_is_not_kept(chat: Chat) -> None:
    reply = chat.ask(
        "theorem t (a b : Nat) : a + b = b + a := by\n  induction a with\n  | zero => sorry\n  | succ n ih => sorry"
    )
    (found,) = [p for p in reply.parts if isinstance(p, Open)]
    assert [(g.line, g.goal.tag if g.goal else "") for g in found.goals] == [(3, "zero"), (4, "succ")]
    assert not reply.solutions
    assert not chat.memory.lean


@pytest.mark.lean
def test_a_proof_that_fails_is_told_with_its_line_and_repaired(chat: Chat) -> None:
    reply = chat.ask("theorem t (a b : Nat) (h : a < b) : a + 1 ≤ b := by\n  constructor")
    (found,) = [p for p in reply.parts if isinstance(p, Open)]
    assert found.goals[0].line == 2
    assert "constructor" in found.goals[0].error
    assert not reply.solutions
    assert "1 repaired; the whole file holds" in repr(chat.ask("repair"))
    assert chat.memory.lean[0].names == ("t",)


@pytest.mark.lean
def test_an_error_in_lean_has_the_line_that_was_typed(chat: Chat) -> None:
    chat.ask("def one : Nat := 1\ndef two : Nat := 2")
    reply = chat.ask("theorem t : one = 1 := by\n  rfl\n\ndef wrong : Nat := tru")
    assert reply.error.startswith("line 4: ")
    assert "\n" not in reply.error


@pytest.mark.lean
def test_a_proof_that_rests_on_an_axiom_of_the_session_says_so(chat: Chat) -> None:
    chat.ask("axiom wish : ∀ n : Nat, n < 10")
    assert not chat.ask("axiom wish : ∀ n : Nat, n < 10").error  # a cell that is run again
    reply = chat.ask("theorem small : 5 < 10 := wish 5")
    assert "rests on the text's own axiom wish" in repr(reply)
    assert "rests on the text&#x27;s own axiom wish" in reply._repr_html_()


def test_a_claim_gets_a_name(chat: Chat) -> None:
    chat.ask("define square_is_not_negative ∀ x : Int, x * x >= 0")
    (solution,) = chat.ask("prove square_is_not_negative").solutions
    assert solution.verdict == Proved()
    assert "it can't be refuted" in said(chat.ask("refute square_is_not_negative"))
    assert "square_is_not_negative" in repr(chat.ask("show"))
    chat.ask("forget")
    assert repr(chat.ask("show")) == "nothing yet"


def test_a_budget_is_set_and_refused(chat: Chat) -> None:
    chat.ask("budget 7")
    assert repr(chat.ask("budget")) == "each problem has 7 seconds"
    assert chat.ask("budget -1").error
    assert chat.ask("budget nan").error
    chat.ask("budget 30")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("How many divisors has 360?", "LEMMATA_MODEL"),
        ("prove that there is no largest prime", "expected `prove CLAIM`"),
        ("same one two three", "expected `same A | B`"),
        ("recheck nothing", "expected `recheck NAME`"),
        ("resume", "no turn was interrupted"),
        ("repair", "there is no program"),
        ("nosuch.lean", "no such file"),
        ("theorem t : 1 = 1 := by decide\n/- open", "never ends"),
        ("def f(:\n    pass", "line 1: expected Python"),
    ],
)
def test_a_mistake_is_one_line(settings: Settings, text: str, why: str) -> None:
    reply = Chat(settings=settings).ask(text)
    assert why in reply.error
    assert "\n" not in reply.error


def test_a_certificate_that_is_not_there_is_refused(settings: Settings) -> None:
    assert "refused: can't be read" in repr(Chat(settings=settings).ask("recheck nothing.json"))


def test_a_budget_that_is_none_is_refused(settings: Settings) -> None:
    with pytest.raises(lemmata.BadInput, match="budget"):
        Chat(budget=-1, settings=settings)


@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.text(max_size=40),
        st.builds(
            "{} {}".format,
            st.sampled_from(sorted(COMMANDS)),
            st.text(alphabet="abx01 |'\"\\{(:=∀<.\n", max_size=16),
        ),
    )
)
def test_any_text_gives_an_answer_or_an_error_of_one_line(
    chat: Chat, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    chat.ask("budget 1")
    with caplog.at_level(logging.ERROR):
        reply = chat.ask(text)
    chat.ask("budget 30")
    assert reply.parts
    assert "\n" not in reply.error
    assert "a fault in lemmata" not in reply.error
    assert not [r for r in caplog.records if r.exc_info]


def test_an_unknown_verdict_is_never_told_as_proved(settings: Settings) -> None:
    hard = "∀ x y z : Int, x*x*x + y*y*y + z*z*z ≠ 114"
    (solution,) = Chat(budget=1, settings=settings).ask(hard).solutions
    assert isinstance(solution.verdict, Unknown)
    assert not isinstance(solution.verdict, Tested)
