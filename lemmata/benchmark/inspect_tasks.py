"""Every data set that we read as a task of Inspect: `inspect eval lemmata/minif2f -T data=PATH --model none`.

The dataset is ours, the solver is the agent, the scorer is `lemmata.benchmark.score`. The evaluation's model is the
agent's chat model; with `--model none` symbolic proposers work alone. An attempt that gave no answer, could not be
worked on or could not be scored counts as no answer. Each sample's log holds the verdict, and the certificate whole.
"""

from __future__ import annotations

import atexit
import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset
from inspect_ai.dataset import Sample as Shown
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageTool,
    ChatMessageUser,
    GenerateConfig,
    Model,
    get_model,
)
from inspect_ai.scorer import CORRECT, INCORRECT, NOANSWER, Scorer, Target, accuracy, scorer, stderr
from inspect_ai.scorer import Score as Mark
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.tool import ToolCall as Called
from inspect_ai.tool import ToolInfo

from lemmata.agents.chat_decode import ToolCall
from lemmata.agents.llm import ChatReply, ChatRequest, estimate_tokens
from lemmata.agents.run import Failed, Result, Run, work_run
from lemmata.api import chat_maker
from lemmata.benchmark.outcome import Score
from lemmata.benchmark.score import score as score_solution
from lemmata.budget import Budget, Spent
from lemmata.datasets.hub import fetch_dataset
from lemmata.datasets.sample import Sample, SampleSet
from lemmata.datasets.table import load_samples, names
from lemmata.environment import load_settings
from lemmata.problem import Json
from lemmata.provers.base import Backends
from lemmata.verdict import encode_verdict

_NO_MODEL = "none"
_MARKS = {Score.RIGHT: CORRECT, Score.WRONG: INCORRECT}


Found: TypeAlias = dict[tuple[str, int], Result]
"""What came of a sample in an epoch, from the solver to the scorer."""


class InspectModel:
    """The model of an evaluation, as the agent asks it; Inspect counts what it costs.

    Args:
        model: of the evaluation.
    """

    def __init__(self, model: Model) -> None:
        self._model = model

    @property
    def name(self) -> str:
        return str(self._model)

    async def complete(self, request: ChatRequest) -> ChatReply:
        """See `ChatModel.complete`; what Inspect raises ends the sample there."""
        config = GenerateConfig(temperature=request.temperature, max_tokens=request.max_tokens, seed=request.seed)
        output = await self._model.generate(
            [_message(m) for m in request.messages], tools=[_tool(t) for t in request.tools], config=config
        )
        calls = tuple(
            ToolCall(id=c.id, name=c.function, arguments=json.dumps(c.arguments))
            for c in output.message.tool_calls or ()
        )
        text = output.message.text
        used = output.usage.total_tokens if output.usage is not None else 0
        guessed = estimate_tokens(str(request.messages)) + estimate_tokens(text)
        return ChatReply(
            text=text,
            tool_calls=calls,
            spent=Spent(model_calls=1, tokens=used or guessed),
            model=output.model,
            finish_reason="tool_calls" if calls else "length" if output.stop_reason == "max_tokens" else "stop",
            estimated=not used,
        )


def _message(message: Mapping[str, Json]) -> ChatMessage:
    content = message.get("content") or ""
    match message["role"]:
        case "system":
            return ChatMessageSystem(content=content)
        case "assistant":
            calls = [
                Called(id=c["id"], function=c["function"]["name"], arguments=_arguments(c["function"]["arguments"]))
                for c in message.get("tool_calls") or ()
            ]
            return ChatMessageAssistant(content=content, tool_calls=calls or None)
        case "tool":
            return ChatMessageTool(content=content, tool_call_id=message.get("tool_call_id"))
        case _:
            return ChatMessageUser(content=content)


def _arguments(text: str) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except ValueError:
        read = None
    return read if isinstance(read, dict) else {"arguments": text}


def _tool(tool: Mapping[str, Json]) -> ToolInfo:
    return ToolInfo.model_validate(tool["function"])


@cache
def _backends() -> Backends:
    """One set for all samples of the process, so that solvers and Lean stay warm."""
    opened = Backends(load_settings(model=""))
    atexit.register(opened.close)
    return opened


@solver  # type: ignore[untyped-decorator]
def agent(samples: Mapping[str, Sample], found: Found, wall_s: float) -> Solver:
    """Our agent on the sample's problem; what comes of it goes into `found`."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        asked = get_model()
        chat = None if asked.name == _NO_MODEL else InspectModel(asked)
        name, make_chat = chat_maker(load_settings(model=""), chat) if chat is not None else ("", None)
        problem = samples[str(state.sample_id)].problem
        run = Run(folder=None, problems=(problem,), budget=Budget(wall_s=wall_s), model=name)
        results: list[Result] = []
        await work_run(
            run,
            load_settings(model=""),
            on_result=lambda _, result: results.append(result),
            make_chat=make_chat,
            backends=_backends(),
        )
        (result,) = results
        found[str(state.sample_id), state.epoch] = result
        state.output.completion = _words(result)
        state.completed = True
        return state

    return solve


def _words(result: Result) -> str:
    if isinstance(result, Failed):
        return str(result.error)
    return json.dumps({"verdict": encode_verdict(result.verdict), "answer": result.answer}, ensure_ascii=False)


@scorer(metrics=[accuracy(), stderr()])  # type: ignore[untyped-decorator]
def judged(samples: Mapping[str, Sample], found: Found) -> Scorer:
    """Our scorer of the sample's target, next to what our checkers have established."""

    async def mark(state: TaskState, target: Target) -> Mark:
        import anyio.to_thread

        result = found.pop((str(state.sample_id), state.epoch), None)
        if result is None or isinstance(result, Failed):
            return Mark(value=NOANSWER, explanation=str(result.error) if result is not None else "there is no result")
        sample = samples[str(state.sample_id)]
        given, why = await anyio.to_thread.run_sync(score_solution, sample, result, _backends())
        facts = {
            "score": given.value,
            "verdict": encode_verdict(result.verdict),
            "certificate": result.certificate,
            "stopped": result.stopped,
            "seconds": result.cost.wall_s,
        }
        answer = result.answer if isinstance(result.answer, str) else json.dumps(result.answer, ensure_ascii=False)
        return Mark(value=_MARKS.get(given, NOANSWER), answer=answer, explanation=why or given.value, metadata=facts)

    return mark


def make_task(read: SampleSet, *, wall_s: float = 60.0) -> Task:
    """A data set as a task.

    Args:
        read: as a reader gave it.
        wall_s: seconds for each sample.
    """
    by_id, found = {sample.id: sample for sample in read.samples}, dict[tuple[str, int], Result]()
    shown = [
        Shown(id=s.id, input=s.problem.source, metadata={"split": s.split, "group": s.group}) for s in read.samples
    ]
    return Task(
        dataset=MemoryDataset(shown, name=read.card.name),
        solver=agent(by_id, found, wall_s),
        scorer=judged(by_id, found),
        name=_identifier(read.card.name),
        metadata={"digest": read.digest, "skipped": list(read.skipped), "licence": read.card.licence},
    )


def _identifier(name: str) -> str:
    return re.sub(r"\W", "_", name.replace("+", "_plus"))


def _task_of(name: str) -> Callable[..., Task]:
    def made(data: str = "", wall_s: float = 60.0) -> Task:
        path = data or fetch_dataset(name, load_settings())
        return make_task(load_samples(name, path), wall_s=wall_s)

    made.__name__ = made.__qualname__ = _identifier(name)
    made.__doc__ = f"The data set {name}; `data`: its local path, else it is fetched."
    registered: Callable[..., Task] = task(name=_identifier(name))(made)
    return registered


TASKS: Sequence[str] = tuple(map(_identifier, names()))
"""Their names, as `inspect eval lemmata/NAME` takes them."""
globals().update({_identifier(name): _task_of(name) for name in names()})
