"""What the chat model offers for each kind of problem, judged by the real checkers."""

from __future__ import annotations

import anyio
import pytest

from lemmata.agents.chat_proposer import chat_proposer
from lemmata.agents.scripted import ScriptedModel
from lemmata.budget import Limits
from lemmata.problem import Construction, Problem, Synthesis, Theorem
from lemmata.provers.base import Backends, Check
from lemmata.registry import CHECKERS, resolve
from lemmata.tools.base import Turn
from lemmata.verdict import Accepted, Judgement, Proved, Rejected

MAXIMUM = """(set-logic LIA)
(synth-fun f ((x Int) (y Int)) Int)
(declare-var x Int)
(declare-var y Int)
(constraint (and (>= (f x y) x) (>= (f x y) y) (or (= (f x y) x) (= (f x y) y))))
(check-synth)
"""
DIVISORS = "def find_all(n: int) -> bool:\n    return n > 0 and 12 % n == 0\n"
SQUARES = "(set-logic QF_NIA)\n(declare-const n Int)\n(assert (= (* n n) 49))\n(check-sat)\n"


def judge(problem: Problem, reply: str, backends: Backends) -> Judgement:
    """What the checker says to the candidate that the proposer reads out of the reply."""

    async def propose() -> Judgement:
        offer = await chat_proposer(ScriptedModel([reply]), problem, backends).propose(Turn(problem=problem))
        (candidate,) = offer.candidates
        check: Check = resolve(CHECKERS, "lemmata.provers", candidate.form)
        return check(problem, candidate, backends, Limits(wall_s=60))

    return anyio.run(propose)


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("problem", "right", "wrong"),
    [
        (
            Synthesis(name="max", source=MAXIMUM, language="sygus", target="f"),
            "```smt2\n(define-fun f ((x Int) (y Int)) Int (ite (<= x y) y x))\n```",
            "```smt2\n(define-fun f ((x Int) (y Int)) Int (ite (<= x y) x y))\n```",
        ),
        (
            Construction(name="divisors", source=DIVISORS, language="python", target="find_all"),
            '```json\n{"answer": {"points": [[1], [2], [3], [4], [6], [12]]}}\n```',
            '```json\n{"answer": {"points": [[1], [2], [3], [4], [6]]}}\n```',
        ),
        (
            Construction(name="squares", source=SQUARES, language="smtlib"),
            '```json\n{"answer": {"points": [[7], [-7]]}, "bound": 10}\n```',
            '```json\n{"answer": "none", "bound": 3}\n```',
        ),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_right_reply_is_accepted_and_a_wrong_one_is_not(
    backends: Backends, problem: Problem, right: str, wrong: str
) -> None:
    accepted = judge(problem, right, backends)
    assert isinstance(accepted, Accepted)
    assert accepted.verdict == Proved()
    assert isinstance(judge(problem, wrong, backends), Rejected)


@pytest.mark.lean
def test_a_proof_in_lean_is_accepted_and_sorry_is_not(backends: Backends) -> None:
    problem = Theorem(
        name="t", source="theorem t (a b : Nat) (h : a < b) : a + 1 ≤ b := by sorry\n", language="lean", target="t"
    )
    accepted = judge(problem, "```lean\nby\n  have h' := h\n  omega\n```", backends)
    assert isinstance(accepted, Accepted)
    assert accepted.verdict == Proved()
    assert isinstance(judge(problem, "```lean\nsorry\n```", backends), Rejected)


@pytest.mark.lean
def test_a_literal_for_a_hole_is_accepted_and_another_is_not(backends: Backends) -> None:
    source = "abbrev answer : Nat := sorry\n\ntheorem t (n : Nat) : 2 * n = 10 ↔ n = answer := by sorry\n"
    problem = Construction(name="t", source=source, language="lean", target="t")
    reply = '```json\n{"answer": "VALUE"}\n```\n\n```lean\nunfold answer\nomega\n```'
    accepted = judge(problem, reply.replace("VALUE", "5"), backends)
    assert isinstance(accepted, Accepted)
    assert accepted.verdict == Proved()
    assert isinstance(judge(problem, reply.replace("VALUE", "6"), backends), Rejected)
