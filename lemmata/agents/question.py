"""Questions in words: the chat model works with tools, and only what the tools found can become a step of its answer.

One turn is one request. Everything said so far is in the memory, so that a killed run goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field

import anyio.to_thread

from lemmata.agents.chat_decode import ToolCall
from lemmata.agents.llm import ChatModel, ChatReply, ChatRequest
from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Json, Theorem, canonical
from lemmata.provers.answers.worked import LONGEST_OUTPUT, find_idle, run_python
from lemmata.provers.base import Backends, Check
from lemmata.registry import CHECKERS, PROPOSERS, resolve
from lemmata.tools.base import Offer, Propose, Turn
from lemmata.verdict import Accepted, Proved, Refuted

FORM = "worked-answer"
_MOST_TURNS = 24
_TOOL_S = 15.0
_SHOWN = 4_000  # characters of an output that the model is shown
_SOLVER_TURNS = 3


def _tool(name: str, description: str, **parameters: Json) -> dict[str, Json]:
    schema = {"type": "object", "properties": parameters, "required": list(parameters), "additionalProperties": False}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": schema}}


TOOLS = (
    _tool(
        "run_python",
        "Run a whole Python program (standard library and sympy; no files, no network, nothing kept between runs) "
        "and see what it prints. Where they are installed, cpmpy and ortools are there for constraint problems; have "
        'their solver use one worker, `model.solve(solver="ortools", num_workers=1)`: it must print the same when it '
        "is run again.",
        code={"type": "string"},
    ),
    _tool(
        "decide_claim",
        "Have solvers decide a claim in Lean's notation over Int, Nat, Rat, Real, "
        "such as `∀ x y : Int, 2 * x + 3 = 13 → x = 5`.",
        text={"type": "string"},
    ),
    _tool(
        "final_answer",
        "Give the answer, with the numbers of the steps that show it. It must be, character by character, the last "
        "line printed by the last program among them, or the number in a proved claim that ends in `→ x = number`.",
        answer={"type": "string"},
        steps={"type": "array", "items": {"type": "integer"}},
    ),
)


@dataclass(slots=True)
class _Talk:
    """The conversation so far.

    Args:
        messages: in the protocol's form, the system's first.
        steps: what tools established, as steps of a worked answer; the model knows them by their number, from 1.
        turns: requests made.
        pending: the call of final_answer that is being checked.
    """

    messages: list[Json]
    steps: list[Json] = field(default_factory=list)
    turns: int = 0
    pending: str = ""

    def answer(self, call_id: str, text: str) -> None:
        self.messages.append({"role": "tool", "tool_call_id": call_id, "content": text})


async def converse(model: ChatModel, turn: Turn, backends: Backends, *, prompt: str) -> Offer:
    """One more request of the conversation, and the tools that it calls.

    Args:
        model: who is asked.
        turn: the question, what was rejected, and the conversation so far as memory.
        backends: for the tools.
        prompt: what the model is told first.

    Raises:
        ModelUnavailable, ModelNonsense: as `ChatModel.complete`.
        BackendMissing: a tool needs something that is not installed.
    """
    talk = _begin(turn, prompt) if turn.memory is None else _Talk(**deepcopy(turn.memory))
    if talk.pending:
        talk.answer(talk.pending, _rejection(turn))
        talk.pending = ""
    reply = await model.complete(
        ChatRequest(messages=tuple(talk.messages), tools=TOOLS, tag=f"question, turn {talk.turns}")
    )
    talk.turns += 1
    talk.messages.append(_as_message(reply))
    candidates: list[Candidate] = []
    for call in reply.tool_calls:
        offered = await anyio.to_thread.run_sync(_call, call, talk, bool(candidates), backends)
        candidates += [offered] if offered else []
    if not reply.tool_calls:
        talk.messages.append({"role": "user", "content": "Call a tool; give your answer with final_answer."})
    return Offer(candidates=tuple(candidates), memory=asdict(talk), done=talk.turns >= _MOST_TURNS, spent=reply.spent)


def _begin(turn: Turn, prompt: str) -> _Talk:
    return _Talk([{"role": "system", "content": prompt}, {"role": "user", "content": turn.problem.source}])


def _rejection(turn: Turn) -> str:
    mine = [a for a in turn.attempts if a.candidate.form == FORM]
    faults = [f"{f.place}: {f.text}" if f.place else f.text for f in mine[-1].faults] if mine else []
    return "rejected: " + ("; ".join(faults) or "it could not be checked") + ". Mend it and answer again."


def _as_message(reply: ChatReply) -> dict[str, Json]:
    calls = [
        {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": c.arguments}}
        for c in reply.tool_calls
    ]
    return {"role": "assistant", "content": reply.text, **({"tool_calls": calls} if calls else {})}


def _call(call: ToolCall, talk: _Talk, answered: bool, backends: Backends) -> Candidate | None:
    """Do what one call asks and write the result into the conversation; a final answer becomes a candidate."""
    try:
        given = json.loads(call.arguments)
    except (ValueError, RecursionError):
        talk.answer(call.id, "failed: expected the arguments to be JSON")
        return None
    match call.name, given:
        case "run_python", {"code": str(code)}:
            talk.answer(call.id, _run(code, talk, backends))
        case "decide_claim", {"text": str(text)}:
            talk.answer(call.id, _decide(text, talk, backends))
        case "final_answer", {"answer": str(answer), "steps": list(numbers)}:
            if answered:
                talk.answer(call.id, "failed: one final answer at a time")
            elif not all(type(n) is int and 0 < n <= len(talk.steps) for n in numbers) or not numbers:
                talk.answer(call.id, f"failed: expected numbers of steps; there are {len(talk.steps)} so far")
            else:
                talk.pending = call.id
                steps = [talk.steps[n - 1] for n in dict.fromkeys(numbers)]
                return Candidate(form=FORM, content={"answer": answer.strip(), "steps": steps})
        case _:
            talk.answer(call.id, "failed: expected run_python(code), decide_claim(text) or final_answer(answer, steps)")
    return None


def _run(code: str, talk: _Talk, backends: Backends) -> str:
    idle = find_idle(code)
    if idle:
        return f"failed: {idle}"
    ran = run_python(code, backends, Limits(wall_s=_TOOL_S))
    if ran.output is None:
        return f"failed: {ran.fault.text if ran.fault else 'it printed nothing'}"
    talk.steps.append({"kind": "python", "code": code, "output": ran.output})
    shown = ran.output if len(ran.output) <= _SHOWN else ran.output[:_SHOWN] + "\n… (cut here; print less)"
    return f"step {len(talk.steps)}, printed:\n{shown}"


def _decide(text: str, talk: _Talk, backends: Backends) -> str:
    """What the solvers make of a claim; a proof is kept as a step."""
    if len(text) > LONGEST_OUTPUT:
        return "failed: the claim is too long"
    claim = Theorem(name="claim", source=text, language="claim")
    limits = Limits(wall_s=_TOOL_S)
    try:
        for candidate in _proposals(claim, backends, limits):
            check: Check = resolve(CHECKERS, "lemmata.provers", candidate.form)
            judged = check(claim, candidate, backends, limits)
            match judged:
                case Accepted(verdict=Proved()):
                    proof = dict(candidate.content)
                    talk.steps.append({"kind": "claim", "text": text, "form": candidate.form, "proof": proof})
                    return f"step {len(talk.steps)}, proved"
                case Accepted(verdict=Refuted(counterexample)):
                    return f"false, for instance {canonical(dict(counterexample.values))}"
                case Accepted():
                    return "failed: its hypotheses contradict each other"
    except BadInput as exc:
        return f"failed: {exc}"
    return "undecided: the solvers found neither a proof nor a counterexample in time"


def _proposals(claim: Theorem, backends: Backends, limits: Limits) -> Sequence[Candidate]:
    propose: Propose = resolve(PROPOSERS, "lemmata.proposers", "smt-solver")
    turn = Turn(problem=claim, limits=limits)
    found: list[Candidate] = []
    for _ in range(_SOLVER_TURNS):
        offer = propose(turn, backends)
        found += offer.candidates
        if offer.done or found:
            break
        turn = Turn(problem=claim, limits=limits, memory=offer.memory)
    return found
