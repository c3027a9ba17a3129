"""What the chat model offers for each kind of problem, judged by the real checkers."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from lemmata.agents.chat_proposer import chat_proposer
from lemmata.agents.scripted import ScriptedModel
from lemmata.budget import Limits
from lemmata.problem import Construction, Problem, Program, Synthesis, Theorem
from lemmata.provers.base import Backends, Check
from lemmata.registry import CHECKERS, resolve
from lemmata.tools.base import Offer, Turn
from lemmata.verdict import Accepted, Judgement, Proved, Refuted, Rejected, name_of

MEAN = """def mean(a: int, b: int) -> int:
    assert a <= b
    m = a + b // 2
    assert a <= m <= b
    return m
"""
SHARE = """int main() {
  int people;
  assume(people >= 0);
  int each = 100 / people;
  assert(each >= 0 && each <= 100);
  return each;
}
"""
SWAP = """def swap(text: str) -> str:
    \"\"\"
    >>> swap("ab cd")
    'cd ab'
    >>> swap("x y")
    'y x'
    >>> swap("left right")
    'right left'
    \"\"\"
    ...
"""
DOUBLE = """def reference(n: int) -> int:
    return n + n if n > 0 else 0


def double(n: int) -> int:
    ...
"""
MAXIMUM = """(set-logic LIA)
(synth-fun f ((x Int) (y Int)) Int)
(declare-var x Int)
(declare-var y Int)
(constraint (and (>= (f x y) x) (>= (f x y) y) (or (= (f x y) x) (= (f x y) y))))
(check-synth)
"""
DIVISORS = "def find_all(n: int) -> bool:\n    return n > 0 and 12 % n == 0\n"
SQUARES = "(set-logic QF_NIA)\n(declare-const n Int)\n(assert (= (* n n) 49))\n(check-sat)\n"


def judge(problem: Problem, reply: str, backends: Backends, *, memory: Any = None) -> Judgement:
    """The best that the checkers say to the candidates that the proposer reads out of the reply."""

    async def propose() -> Judgement:
        turn = Turn(problem=problem, memory=memory)
        offer = await chat_proposer(ScriptedModel([reply]), problem, backends).propose(turn)
        assert offer.candidates
        for candidate in offer.candidates:
            check: Check = resolve(CHECKERS, "lemmata.provers", candidate.form)
            judged = check(problem, candidate, backends, Limits(wall_s=60))
            if isinstance(judged, Accepted):
                break
        return judged

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


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("source", "target", "right", "wrong", "verdict"),
    [
        (SWAP, "swap", "text.split()[1] + ' ' + text.split()[0]", "text", "tested"),
        (DOUBLE, "double", "max(0, 2 * n)", "2 * n", "proved"),
    ],
    ids=["examples", "reference"],
)
def test_a_function_in_python_is_judged_by_what_it_does(
    backends: Backends, source: str, target: str, right: str, wrong: str, verdict: str
) -> None:
    problem = Synthesis(name=target, source=source, language="python", target=target)
    head = source.rpartition("def ")[2].partition(":\n")[0]
    reply = f"```python\ndef {head}:\n    return BODY\n```"
    accepted = judge(problem, reply.replace("BODY", right), backends)
    assert isinstance(accepted, Accepted)
    assert name_of(accepted.verdict) == verdict
    assert isinstance(judge(problem, reply.replace("BODY", wrong), backends), Rejected)


@pytest.mark.sandbox
def test_a_repaired_program_is_accepted_with_what_tools_show_of_it(backends: Backends) -> None:
    problem = Program(name="mean", source=MEAN, language="python")
    trace = {"function": "mean", "arguments": ["5", "6"]}
    repaired = f"```python\n{MEAN.replace('a + b // 2', '(a + b) // 2')}```"
    accepted = judge(problem, repaired, backends, memory={"trace": trace})
    assert isinstance(accepted, Accepted)
    assert isinstance(accepted.verdict, Refuted)
    assert accepted.answer["holds"] == "proved"


@pytest.mark.sandbox
def test_a_repaired_program_in_c_is_accepted_with_what_tools_show_of_it(backends: Backends) -> None:
    problem = Program(name="share", source=SHARE, language="c")
    memory = {"trace": {"inputs": {"head": [], "tail": [0]}}}
    repaired = f"```c\n{SHARE.replace('100 / people', '(people > 0 ? 100 / people : 100)')}```"
    accepted = judge(problem, repaired, backends, memory=memory)
    assert isinstance(accepted, Accepted)
    assert isinstance(accepted.verdict, Refuted)
    assert accepted.answer["holds"] == "proved"


@pytest.mark.sandbox
@pytest.mark.parametrize("cheat", ["people = 1; int each = 100 / people", "return 0; int each = 100"])
def test_a_cheating_patch_in_c_is_told_so(backends: Backends, cheat: str) -> None:
    problem = Program(name="share", source=SHARE, language="c")
    model = ScriptedModel(
        [f"```c\n{SHARE.replace('int each = 100 / people', cheat).replace('assert', 'if (0) assert')}```"]
    )
    turn = Turn(problem=problem, memory={"trace": {"inputs": {"head": [], "tail": [0]}}})

    async def propose() -> Offer:
        return await chat_proposer(model, problem, backends).propose(turn)

    offer = anyio.run(propose)
    assert offer.candidates == ()
    assert "changes the specification" in offer.memory["complaint"]


@pytest.mark.sandbox
def test_a_patch_that_repairs_nothing_is_told_so(backends: Backends) -> None:
    problem = Program(name="mean", source=MEAN, language="python")
    model = ScriptedModel([f"```python\n{MEAN.replace('a + b // 2', 'a + b // 3')}```"])
    turn = Turn(problem=problem, memory={"trace": {"function": "mean", "arguments": ["5", "6"]}})

    async def propose() -> Offer:
        return await chat_proposer(model, problem, backends).propose(turn)

    offer = anyio.run(propose)
    assert offer.candidates == ()
    assert "still wrong" in offer.memory["complaint"]


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
