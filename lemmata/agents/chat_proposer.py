"""The chat model as a proposer: what it is told of each kind of problem, and how its replies are read.

It is told of every fault of its last attempts and asked again. Nothing it says counts until a checker accepts it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files

import anyio.to_thread

from lemmata.agents.chat_tasks import Task, Unreadable, task_for
from lemmata.agents.llm import ChatModel, ChatReply, ChatRequest, estimate_tokens
from lemmata.agents.question import converse
from lemmata.budget import Spent
from lemmata.errors import ModelNonsense, ModelUnavailable
from lemmata.problem import Candidate, Json, Problem, Question, canonical
from lemmata.provers.base import Backends
from lemmata.tools.base import Offer, Turn
from lemmata.verdict import Attempt, Reason, Unknown

NAME = "chat-model"
MOST_TURNS = 16
_HISTORY_TOKENS = 6_000
_LONGEST_ATTEMPT = 6_000  # characters
_LONGEST_FAULT = 600
_FOREIGN_ATTEMPTS = 3
_FENCE = re.compile(r"^(`{3,}|~{3,})[ \t]*([\w+-]*)[^\n]*\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)


class ChatProposer:
    """Asks a chat model for candidates; used like a symbolic proposer, and trusted as little.

    Args:
        model: who is asked.
        backends: for the tools that it may use on questions.
    """

    name = NAME

    def __init__(self, model: ChatModel, backends: Backends) -> None:
        self._model = model
        self._backends = backends

    async def propose(self, turn: Turn) -> Offer:
        """One request, and the candidate in its reply; a failing endpoint ends it, with the reason as finding.

        Raises:
            BackendMissing: a tool for questions needs something that is not installed.
        """
        problem = turn.problem
        try:
            if isinstance(problem, Question):
                return await converse(self._model, turn, self._backends, prompt=load_prompt("question"))
            task = task_for(problem)
            if task is None:
                text = f"the chat model is not asked for a {problem.kind} in {problem.language}"
                return Offer(finding=Unknown(Reason.UNSUPPORTED, text))
            return await self._ask(task, turn)
        except (ModelUnavailable, ModelNonsense) as exc:
            return Offer(
                memory=turn.memory,
                finding=Unknown(Reason.MODEL_FAILED, str(exc)),
                spent=Spent(model_calls=exc.requests),
            )

    async def _ask(self, task: Task, turn: Turn) -> Offer:
        memory: dict[str, Json] = {"turns": 0, "complaint": "", **(turn.memory or {})}
        request = ChatRequest(messages=_messages(task, turn, memory), tag=f"{task.prompt}, turn {memory['turns']}")
        reply = await self._model.complete(request)
        memory["turns"] += 1
        candidates: tuple[Candidate, ...] = ()
        try:
            candidates = await anyio.to_thread.run_sync(_read, task, reply, turn, self._backends)
            memory["complaint"] = ""
        except Unreadable as exc:
            memory["complaint"] = str(exc)
        return Offer(candidates=candidates, memory=memory, done=memory["turns"] >= MOST_TURNS, spent=reply.spent)


def chat_proposer(model: ChatModel, problem: Problem, backends: Backends) -> ChatProposer:
    """The chat model's proposer for a problem and whatever it is taken apart into."""
    return ChatProposer(model, backends)


def load_prompt(name: str) -> str:
    return (files("lemmata.agents") / "prompts" / f"{name}.md").read_text("utf-8")


def _messages(task: Task, turn: Turn, memory: Mapping[str, Json]) -> tuple[dict[str, Json], ...]:
    problem = turn.problem
    parts = [f"## Problem\n\n{_fenced(problem.source, problem.language)}"]
    if problem.target:
        parts.append(f"Its target is `{problem.target}`.")
    if "trace" in memory:
        parts.append(f"## Known violation\n\n{_fenced(canonical(memory['trace']), 'json')}")
    parts += _history(task, turn.attempts)
    if memory["complaint"]:
        parts.append(f"## Your last reply\n\nIt could not be read: {memory['complaint']}")
    return (
        {"role": "system", "content": load_prompt(task.prompt)},
        {"role": "user", "content": "\n\n".join(parts)},
    )


def _history(task: Task, attempts: tuple[Attempt, ...]) -> list[str]:
    """The rejected attempts worth telling, newest last, as many of the newest as fit."""
    mine = [a for a in attempts if a.candidate.origin == NAME]
    others = [a for a in attempts if a.candidate.origin != NAME and a.candidate.form == task.form]
    kept: list[str] = []
    left = _HISTORY_TOKENS
    for attempt in [*others[-_FOREIGN_ATTEMPTS:], *mine][::-1]:
        text = _told(attempt)
        left -= estimate_tokens(text)
        if left < 0:
            break
        kept.append(text)
    return ["## Rejected so far, newest last", *reversed(kept)] if kept else []


def _told(attempt: Attempt) -> str:
    content = {k: v for k, v in attempt.candidate.content.items() if k not in ("trace", "evidence")}
    texts = [v if isinstance(v, str) else canonical(v) for v in content.values()]
    shown = "\n".join(texts)[:_LONGEST_ATTEMPT]
    faults = "\n".join(f"- {f.place + ': ' if f.place else ''}{f.text}"[:_LONGEST_FAULT] for f in attempt.faults[:8])
    return f"{_fenced(shown, '')}\n\nwas rejected:\n\n{faults}"


def _fenced(text: str, language: str) -> str:
    """The text in a fence that is longer than any inside."""
    ticks = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    return f"{ticks}{language}\n{text.rstrip()}\n{ticks}"


def _read(task: Task, reply: ChatReply, turn: Turn, backends: Backends) -> tuple[Candidate, ...]:
    """The candidates in a reply; may run tools."""
    if reply.finish_reason == "length":
        raise Unreadable("it was cut off at its length limit; be shorter")
    blocks = [(m[2].lower(), m[3]) for m in _FENCE.finditer(reply.text.replace("\r\n", "\n"))]
    if not blocks:
        raise Unreadable("expected a fenced code block (```), found none")
    made = task.candidates(blocks, turn, backends)
    tried = [(a.candidate.form, dict(a.candidate.content)) for a in turn.attempts]
    fresh = [replace(c, origin=NAME) for c in made if (c.form, dict(c.content)) not in tried]
    if not fresh:
        raise Unreadable("it repeats an attempt that was rejected already; offer something else")
    return tuple(fresh)
