"""The chat model as a proposer: what it is told of each kind of problem, and how its replies are read.

It is told of every fault of its last attempts and asked again. Nothing it says counts until a checker accepts it.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files

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
_BOX = 12  # up to three unknowns can be looked at one by one within it
_FENCE = re.compile(r"^(`{3,}|~{3,})[ \t]*([\w+-]*)[^\n]*\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)


class _UnreadableError(Exception):
    """A reply that is not in the form that was asked for; the text goes back to the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is asked of the model for one kind of problem.

    Args:
        prompt: name of the file in prompts/.
        form: of the candidates.
        read: the candidate's content from the reply's blocks, (language, text), and from the proposer's memory.
    """

    prompt: str
    form: str
    read: Callable[[list[tuple[str, str]], Mapping[str, Json]], dict[str, Json]]


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
            task = TASKS.get((problem.kind, problem.language))
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
            candidates = (_read(task, reply, turn, memory),)
            memory["complaint"] = ""
        except _UnreadableError as exc:
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
    texts = [v if isinstance(v, str) else canonical(v) for v in attempt.candidate.content.values()]
    shown = "\n".join(texts)[:_LONGEST_ATTEMPT]
    faults = "\n".join(f"- {f.place + ': ' if f.place else ''}{f.text}"[:_LONGEST_FAULT] for f in attempt.faults[:8])
    return f"{_fenced(shown, '')}\n\nwas rejected:\n\n{faults}"


def _fenced(text: str, language: str) -> str:
    """The text in a fence that is longer than any inside."""
    ticks = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    return f"{ticks}{language}\n{text.rstrip()}\n{ticks}"


def _read(task: Task, reply: ChatReply, turn: Turn, memory: Mapping[str, Json]) -> Candidate:
    if reply.finish_reason == "length":
        raise _UnreadableError("it was cut off at its length limit; be shorter")
    blocks = [(m[2].lower(), m[3]) for m in _FENCE.finditer(reply.text.replace("\r\n", "\n"))]
    if not blocks:
        raise _UnreadableError("expected a fenced code block (```), found none")
    content = task.read(blocks, memory)
    if any(a.candidate.form == task.form and dict(a.candidate.content) == content for a in turn.attempts):
        raise _UnreadableError("it repeats an attempt that was rejected already; offer something else")
    return Candidate(form=task.form, content=content, origin=NAME)


def _last(blocks: list[tuple[str, str]], *languages: str) -> str:
    """The last block that is labelled so, or not labelled at all."""
    fitting = [text for language, text in blocks if language in (*languages, "")]
    if not fitting or not fitting[-1].strip():
        raise _UnreadableError(f"expected a block that begins with ```{languages[0]}")
    return fitting[-1].strip("\n")


def _read_body(blocks: list[tuple[str, str]], memory: Mapping[str, Json]) -> dict[str, Json]:
    body = _last(blocks, "lean", "lean4")
    if re.match(r"\s*(?:theorem|lemma|example|import)\b", body):
        raise _UnreadableError("expected only the tactics that follow `:= by`, without the statement")
    tactics = textwrap.dedent(re.sub(r"\A\s*(?::=\s*)?by\b[ \t]*\n?", "", body))
    return {"body": "by\n" + textwrap.indent(tactics, "  ")}


def _read_definition(blocks: list[tuple[str, str]], memory: Mapping[str, Json]) -> dict[str, Json]:
    return {"definition": _last(blocks, "smt2", "smtlib", "sygus", "lisp", "scheme")}


def _read_json(blocks: list[tuple[str, str]]) -> Json:
    try:
        return json.loads(_last(blocks, "json"))
    except (ValueError, RecursionError) as exc:
        raise _UnreadableError(f"expected JSON in the block that begins with ```json ({exc})") from None


def _read_answer_set(blocks: list[tuple[str, str]], memory: Mapping[str, Json]) -> dict[str, Json]:
    given = _read_json(blocks)
    if not isinstance(given, dict) or "answer" not in given or not set(given) <= {"answer", "bound", "hints"}:
        raise _UnreadableError("expected a JSON object with answer, and perhaps bound and hints")
    return {"bound": _BOX, **given}


def _read_holes(blocks: list[tuple[str, str]], memory: Mapping[str, Json]) -> dict[str, Json]:
    labelled = [block for block in blocks if block[0]]
    answers = _read_json(labelled)
    if not isinstance(answers, dict) or not answers or not all(isinstance(v, str) for v in answers.values()):
        raise _UnreadableError("expected a JSON object from the names of the holes to Lean terms")
    return {"answers": answers, **_read_body(labelled, memory)}


TASKS: Mapping[tuple[str, str], Task] = {
    ("theorem", "lean"): Task(prompt="lean_proof", form="lean-proof", read=_read_body),
    ("construction", "lean"): Task(prompt="lean_answer", form="lean-answer", read=_read_holes),
    ("construction", "python"): Task(prompt="answer_set", form="answer-set", read=_read_answer_set),
    ("construction", "smtlib"): Task(prompt="answer_set", form="answer-set", read=_read_answer_set),
    ("synthesis", "sygus"): Task(prompt="sygus", form="implementation", read=_read_definition),
}
"""What the chat model is asked for; kinds of problem that are not here are left to symbolic proposers."""
