"""A chat model that answers from a script: for tests, demonstrations and dry runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from lemmata.agents.llm import ChatReply, ChatRequest, estimate_tokens
from lemmata.budget import Spent
from lemmata.errors import LemmataError, ModelUnavailable

Answer: TypeAlias = str | ChatReply | LemmataError
"""A text, a whole reply, or an error to be raised."""


class ScriptedModel:
    """Answers requests in order from a list, or by calling a function of the request.

    Args:
        answers: the answers, or what makes one.
        name: what it calls itself.
    """

    def __init__(self, answers: Sequence[Answer] | Callable[[ChatRequest], Answer], *, name: str = "scripted") -> None:
        self._answers = answers
        self._name = name
        self.requests: list[ChatRequest] = []

    @property
    def name(self) -> str:
        return self._name

    async def complete(self, request: ChatRequest) -> ChatReply:
        """The next answer.

        Raises:
            ModelUnavailable: the list has come to its end.
            LemmataError: the script says so.
        """
        self.requests.append(request)
        answer = self._next(request)
        if isinstance(answer, LemmataError):
            raise answer
        if isinstance(answer, ChatReply):
            return answer
        tokens = estimate_tokens(str(request.messages)) + estimate_tokens(answer)
        return ChatReply(text=answer, spent=Spent(model_calls=1, tokens=tokens), model=self._name, estimated=True)

    def _next(self, request: ChatRequest) -> Answer:
        if callable(self._answers):
            return self._answers(request)
        if len(self.requests) > len(self._answers):
            raise ModelUnavailable(
                f"the script of {self._name!r} has {len(self._answers)} answers and was asked for one more",
                remedy="give it more answers or a smaller budget of model calls",
            )
        return self._answers[len(self.requests) - 1]
