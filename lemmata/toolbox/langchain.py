"""The tools for agents that are built with LangChain or LangGraph."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lemmata.api import run_async
from lemmata.config import Settings
from lemmata.environment import load_settings
from lemmata.errors import LemmataError
from lemmata.problem import Json
from lemmata.toolbox.schema import arguments_of, encode_found, fault_in_words
from lemmata.toolbox.tools import Tool, Toolbox

if TYPE_CHECKING:
    from langchain_core.tools import StructuredTool


def tools_for_agents(
    settings: Settings | None = None, *, root: Path | None = None, jobs: int = 2
) -> list[StructuredTool]:
    """Tools for any agent of LangGraph: what `lemmata mcp` serves, in the same process.

    Each gives a JSON object with verdict, promise, answer, counterexample, certificate and reason; an error is a
    message that the agent can read. They share back-ends, which stay warm until the program ends.

    Args:
        settings: which back-ends and which chat model; None: the environment.
        root: the only folder whose files may be named; None: no file is read.
        jobs: how many calls are worked on at once.
    """
    from langchain_core.tools import StructuredTool

    toolbox = Toolbox(settings or load_settings(), root=root, jobs=jobs)
    atexit.register(toolbox.close)
    return [
        StructuredTool(
            name=tool.__name__,
            description=" ".join((tool.__doc__ or "").split()),
            args_schema=arguments_of(tool, files=root is not None),
            func=_waiting(tool),
            coroutine=_calling(tool),
            handle_tool_error=True,
            handle_validation_error=fault_in_words,
        )
        for tool in toolbox.tools()
    ]


def _calling(tool: Tool) -> Callable[..., Coroutine[Any, Any, dict[str, Json]]]:
    from langchain_core.tools import ToolException

    async def call(**arguments: Any) -> dict[str, Json]:
        try:
            return encode_found(await tool(**arguments))
        except LemmataError as exc:
            raise ToolException(" ".join(str(exc).split())) from None

    return call


def _waiting(tool: Tool) -> Callable[..., dict[str, Json]]:
    call = _calling(tool)

    def wait(**arguments: Any) -> dict[str, Json]:
        return run_async(call(**arguments))

    return wait
