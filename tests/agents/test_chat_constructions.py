"""A chat model that enumerates and conjectures for constructions, over real HTTP, judged by the real checkers."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from chat_server import Say, serving

from lemmata.agents.chat_proposer import chat_proposer
from lemmata.agents.llm import OpenAIModel
from lemmata.budget import Limits
from lemmata.config import Settings
from lemmata.problem import Construction
from lemmata.provers.base import Backends, Check
from lemmata.registry import CHECKERS, resolve
from lemmata.tools.base import Offer, Turn
from lemmata.verdict import Accepted, Proved, Verdict

pytestmark = pytest.mark.sandbox

BOXES = "def find_all(x: int, y: int) -> bool:\n    return 0 < x <= y and x*y + x + y == 1394\n"
STAIRS = "def find_value(n: int) -> int:\n    return 1 if n < 2 else find_value(n - 1) + 2*find_value(n - 2)\n"
ROOM = "def find_largest(x: int, y: int) -> int:\n    assert x > 0 and y > 0 and 2*x + 3*y <= 30\n    return x*y\n"


def construction(source: str) -> Construction:
    return Construction(name="c.py", source=source, language="python", target=source.split("(")[0].split()[1])


def ask(source: str, reply: str, backends: Backends, memory: Any = None) -> tuple[Offer, str]:
    """What the proposer offers for one reply, and the prompt that the model was given."""
    with serving([Say(reply)]) as server:
        settings = Settings(model="m", base_url=server.url, api_key="k", model_wall_s=10.0)
        problem = construction(source)
        proposer = chat_proposer(OpenAIModel(settings), problem, backends)
        offer = anyio.run(proposer.propose, Turn(problem=problem, memory=memory, limits=Limits(wall_s=20)))
        return offer, server.requests[0]["messages"][0]["content"]


def verdict(source: str, offer: Offer, backends: Backends) -> Verdict | None:
    """Of the first candidate that is accepted."""
    for candidate in offer.candidates:
        check: Check = resolve(CHECKERS, "lemmata.provers", candidate.form)
        judged = check(construction(source), candidate, backends, Limits(wall_s=20))
        if isinstance(judged, Accepted):
            return judged.verdict
    return None


RIGHT_FORM = '```json\n{"form": {"pieces": ["(2*2**n + (-1)**n)/3"], "start": 0}, "first": []}\n```'
WRONG_FORM = '```json\n{"form": {"pieces": ["2**(n - 1)"], "start": 1}, "first": [1]}\n```'
RIGHT_VALUE = '```json\n{"value": 36, "witness": [9, 4], "where": {"answer": {"points": [[6, 6], [9, 4]]}}}\n```'


@pytest.mark.parametrize(
    ("source", "right", "wrong"),
    [
        (STAIRS, RIGHT_FORM, WRONG_FORM),
        (ROOM, RIGHT_VALUE, RIGHT_VALUE.replace("[6, 6], ", "")),
        (ROOM, RIGHT_VALUE, RIGHT_VALUE.replace("36", "35")),
    ],
)
def test_a_conjecture_is_judged_as_any_other(backends: Backends, source: str, right: str, wrong: str) -> None:
    offer, _ = ask(source, right, backends)
    assert verdict(source, offer, backends) == Proved()
    offer, _ = ask(source, wrong, backends)
    assert verdict(source, offer, backends) is None


def test_what_a_model_says_is_left_out_is_added_by_tools(backends: Backends) -> None:
    offer, prompt = ask(STAIRS, RIGHT_FORM, backends)
    assert "closed form" in prompt
    assert {"folds", "modulus", "base"} <= set(offer.candidates[0].content)


def test_an_enumerator_is_run_and_answers_are_guessed_from_what_it_prints(backends: Backends) -> None:
    program = (
        "import json\nfor x in range(1, 1394):\n    y, rest = divmod(1395 - x - 1, x + 1)\n"
        "    if rest == 0 and 0 < x <= y:\n        print(json.dumps([x, y]))\n"
    )
    offer, _ = ask(BOXES, f"Both factors of 1395.\n\n```python\n{program}```", backends)
    assert verdict(BOXES, offer, backends) == Proved()
    points = offer.candidates[0].content["answer"]["points"]
    assert [2, 464] in points


def test_an_enumerator_that_lies_is_not_believed(backends: Backends) -> None:
    program = "import json\nfor x in range(1, 50):\n    print(json.dumps([x, x + 1]))\n"
    offer, _ = ask(BOXES, f"```python\n{program}```", backends)
    assert verdict(BOXES, offer, backends) is None


def test_values_that_a_program_prints_are_turned_into_a_form(backends: Backends) -> None:
    program = "a, b = 1, 1\nfor _ in range(30):\n    print(a)\n    a, b = b, b + 2*a\n"
    offer, _ = ask(STAIRS, f"```python\n{program}```", backends)
    assert verdict(STAIRS, offer, backends) == Proved()


def test_a_program_that_does_not_end_is_complained_of(backends: Backends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lemmata.agents.chat_tasks._RUNNING", Limits(wall_s=1.0))
    offer, _ = ask(STAIRS, "```python\nwhile True:\n    n = 1\n    print(n) if n > 1 else None\n```", backends)
    assert offer.candidates == ()
    assert "could not be run to its end" in offer.memory["complaint"]


def test_values_without_a_pattern_are_told_back(backends: Backends) -> None:
    program = "for n in (3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9):\n    print(n)\n"
    offer, _ = ask(STAIRS, f"```python\n{program}```", backends)
    assert offer.candidates == ()
    assert "3, 1, 4, 1, 5" in offer.memory["complaint"]


def test_a_form_outside_the_language_is_complained_of(backends: Backends) -> None:
    offer, _ = ask(STAIRS, '```json\n{"form": {"pieces": ["fib(n)"], "start": 0}}\n```', backends)
    assert offer.candidates == ()
    assert "expected numerals" in offer.memory["complaint"]
