"""Questions from end to end: the real client, a local endpoint, the real sandbox, the real checkers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import anyio
import pytest
from chat_server import Fail, Raw, Say, serving

import lemmata
from lemmata.agents.chat_proposer import chat_proposer
from lemmata.agents.llm import ChatModel, OpenAIModel, Retry
from lemmata.agents.scripted import ScriptedModel
from lemmata.agents.traffic import Recorded, Replayed
from lemmata.budget import Limits
from lemmata.config import Settings
from lemmata.errors import BadCertificate
from lemmata.problem import Candidate, Question
from lemmata.provers.answers.worked import check_worked_answer
from lemmata.provers.base import Backends
from lemmata.tools.base import Offer, Turn
from lemmata.verdict import Accepted, Attempt, Fault, Reason, Tested

pytestmark = pytest.mark.sandbox

QUESTION = Question(name="q", source="How many positive divisors has 360?")
CODE = "print(sum(360 % d == 0 for d in range(1, 361)))"
RUN = Say(calls=[("run_python", {"code": CODE})])
GIVE = Say(calls=[("final_answer", {"answer": "24", "steps": [1]})])


def ask(model: ChatModel, backends: Backends, memory: Any = None, attempts: tuple[Attempt, ...] = ()) -> Offer:
    proposer = chat_proposer(model, QUESTION, backends)
    assert proposer.name == "chat-model"

    async def run() -> Offer:
        return await proposer.propose(Turn(problem=QUESTION, memory=memory, attempts=attempts))

    return anyio.run(run)


def answers(model: ChatModel, backends: Backends, *, turns: int) -> Offer:
    """Ask that often, handing on the memory as JSON, as a checkpoint would."""
    offer = Offer()
    for _ in range(turns):
        offer = ask(model, backends, json.loads(json.dumps(offer.memory)))
        assert not offer.done
    return offer


def endpoint(url: str) -> OpenAIModel:
    settings = Settings(model="m-1", base_url=url, price_in=1.0, price_out=1.0)
    return OpenAIModel(settings, retry=Retry(tries=2, first_s=0.01))


def told(server: Any) -> str:
    """The last tool result that the endpoint was sent."""
    message = server.requests[-1]["messages"][-1]
    assert message["role"] == "tool"
    return str(message["content"])


def test_a_question_is_answered_by_running_a_program(backends: Backends) -> None:
    with serving([RUN, GIVE]) as server:
        offer = answers(endpoint(server.url), backends, turns=2)
    assert told(server) == "step 1, printed:\n24\n"
    assert {t["function"]["name"] for t in server.requests[0]["tools"]} == {
        "run_python",
        "decide_claim",
        "final_answer",
    }
    (candidate,) = offer.candidates
    judged = check_worked_answer(QUESTION, candidate, backends, Limits(wall_s=30))
    assert isinstance(judged, Accepted)
    assert (judged.verdict, judged.answer) == (Tested(1), "24")
    assert (offer.spent.model_calls, offer.spent.tokens) == (1, 18)
    assert offer.spent.dollars == pytest.approx(18e-6)


def test_a_question_is_solved_through_the_front_door_and_checked_again(tmp_path: Path) -> None:
    lie = Say(calls=[("final_answer", {"answer": "25", "steps": [1]})])
    with serving([RUN, lie, GIVE]) as server:
        solution = lemmata.solve(QUESTION, endpoint(server.url), settings=Settings(home=tmp_path))
    assert (solution.verdict, solution.answer, solution.solved) == (Tested(1), "24", True)
    assert (solution.cost.model_calls, solution.cost.checks) == (3, 2)
    assert solution.certificate is not None
    assert lemmata.recheck(solution.certificate) == Tested(1)
    forged = json.dumps(solution.certificate).replace('"24', '"25')
    with pytest.raises(BadCertificate):
        lemmata.recheck(json.loads(forged))


def test_a_killed_conversation_goes_on_without_paying_twice(backends: Backends, tmp_path: Path) -> None:
    path = tmp_path / "traffic.jsonl"
    with serving([RUN, GIVE]) as server:
        first = ask(Recorded(endpoint(server.url), path), backends)
        again = ask(Recorded(endpoint(server.url), path), backends)
        assert again == first
        assert len(server.requests) == 1
        last = ask(Recorded(endpoint(server.url), path), backends, first.memory)
    replayed = Replayed(path)
    assert answers(replayed, backends, turns=2).candidates == last.candidates


def test_a_turn_leaves_the_memory_it_was_given_as_it_was(backends: Backends) -> None:
    with serving([RUN, GIVE]) as server:
        first = ask(endpoint(server.url), backends)
        before = json.dumps(first.memory)
        ask(endpoint(server.url), backends, first.memory)
    assert json.dumps(first.memory) == before


def test_the_faults_of_a_rejected_answer_are_told(backends: Backends) -> None:
    wrong = Say(calls=[("final_answer", {"answer": "25", "steps": [1]})])
    with serving([RUN, wrong, GIVE]) as server:
        offer = answers(endpoint(server.url), backends, turns=2)
        fault = Fault(text="expected the answer to be the last line", place="answer")
        attempt = Attempt(candidate=offer.candidates[0], faults=(fault,))
        mended = ask(endpoint(server.url), backends, offer.memory, (attempt,))
    assert told(server) == "rejected: answer: expected the answer to be the last line. Mend it and answer again."
    assert mended.candidates[0].content["answer"] == "24"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("run_python", {"code": "print(24)"}), "prints nothing but literals"),
        (("run_python", {"code": "print(24 // (5 - 5))"}), "failed: it failed: ZeroDivisionError"),
        (("run_python", {"program": "print(24)"}), "failed: expected run_python(code)"),
        (("final_answer", {"answer": "24", "steps": [1]}), "there are 0 so far"),
        (("final_answer", {"answer": "24", "steps": []}), "failed: expected numbers of steps"),
        (("delete_everything", {}), "failed: expected run_python(code)"),
        (("decide_claim", {"text": "trust me"}), "failed:"),
    ],
)
def test_a_call_that_establishes_nothing_is_told_why(backends: Backends, call: Any, said: str) -> None:
    with serving([Say(calls=[call]), Say("hm")]) as server:
        offer = answers(endpoint(server.url), backends, turns=2)
    assert said in str(server.requests[-1]["messages"][-1]["content"])
    assert offer.memory["steps"] == []
    assert offer.candidates == ()


def test_arguments_that_are_no_json_are_told(backends: Backends) -> None:
    chunk = {
        "choices": [
            {
                "index": 0,
                "delta": {"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": "{"}}]},
                "finish_reason": "tool_calls",
            }
        ]
    }
    with serving([Raw(f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode(), "text/event-stream"), RUN]) as server:
        answers(endpoint(server.url), backends, turns=2)
    assert told(server) == "failed: expected the arguments to be JSON"


def test_words_without_a_call_are_answered_with_the_rules(backends: Backends) -> None:
    with serving([Say("It is 24, believe me."), RUN]) as server:
        answers(endpoint(server.url), backends, turns=2)
    assert server.requests[1]["messages"][-1] == {
        "role": "user",
        "content": "Call a tool; give your answer with final_answer.",
    }


def test_a_failing_endpoint_is_a_finding_and_is_counted(backends: Backends) -> None:
    with serving(lambda _: Fail(503, "no")) as server:
        offer = ask(endpoint(server.url), backends)
    assert offer.finding is not None
    assert offer.finding.reason is Reason.MODEL_FAILED
    assert offer.done
    assert offer.spent.model_calls == len(server.requests) == 2


def test_a_model_that_never_ends_is_ended(backends: Backends) -> None:
    model = ScriptedModel(lambda _: "let me think")
    offer = Offer()
    while not (offer := ask(model, backends, offer.memory)).done:
        assert len(model.requests) < 100
    assert len(model.requests) == 24


def test_a_claim_that_solvers_prove_becomes_a_step(backends: Backends) -> None:
    claim = "∀ x : Int, 2 * x + 3 = 13 → x = 5"
    script = [
        Say(calls=[("decide_claim", {"text": claim})]),
        Say(calls=[("final_answer", {"answer": "5", "steps": [1]})]),
    ]
    with serving(script) as server:
        offer = answers(endpoint(server.url), backends, turns=2)
    assert told(server) == "step 1, proved"
    judged = check_worked_answer(QUESTION, offer.candidates[0], backends, Limits(wall_s=30))
    assert isinstance(judged, Accepted)


def test_a_false_claim_is_told_with_its_counterexample(backends: Backends) -> None:
    with serving([Say(calls=[("decide_claim", {"text": "∀ x : Int, x < 2 * x"})]), RUN]) as server:
        answers(endpoint(server.url), backends, turns=2)
    assert told(server).startswith('false, for instance {"x":')


def test_a_forged_candidate_gains_nothing_from_its_origin(backends: Backends) -> None:
    forged = Candidate(form="worked-answer", content={"answer": "24", "steps": []}, origin="chat-model")
    assert not isinstance(check_worked_answer(QUESTION, forged, backends, Limits()), Accepted)
