"""The tools over the Model Context Protocol: on standard input and output, or over HTTP on this machine.

Errors of a tool are results that the asking model can read: one line with the place and the remedy, never a traceback.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import anyio

from lemmata.errors import BackendMissing, BadInput, LemmataError
from lemmata.toolbox.schema import arguments_of, encode_found, read_arguments, schema_of_found
from lemmata.toolbox.tools import Toolbox
from lemmata.version import __version__

if TYPE_CHECKING:
    from mcp.server import Server

LOCAL = "127.0.0.1"
PATH = "/mcp"
_BEAT_S = 2.0
_CLOSING_S = 3.0
_LONGEST_BODY = 8 << 20
_log = logging.getLogger(__name__)
_INSTRUCTIONS = (
    "Reasoning and verification whose every answer carries evidence. Verdicts come from checkers (Lean's kernel, SMT "
    "solvers, exact arithmetic, real runs in a sandbox), never from a model's opinion; `unknown` means that nothing is "
    "known, not that a claim fails. Give whole texts, and a limit that fits how hard the question is."
)


def build_server(toolbox: Toolbox) -> Server[Any]:
    """The server that offers these tools.

    Args:
        toolbox: whose tools; it is not closed here.

    Raises:
        BackendMissing: the SDK of the protocol is not installed.
    """
    types, server = _sdk()
    files = toolbox.texts.root is not None
    offered = {tool.__name__: (tool, arguments_of(tool, files=files)) for tool in toolbox.tools()}

    async def list_tools(ctx: Any, params: Any) -> Any:
        hints = types.ToolAnnotations(read_only_hint=True, open_world_hint=False)
        listed = [
            types.Tool(
                name=name,
                description=" ".join((tool.__doc__ or "").split()),
                input_schema=model.model_json_schema(),
                output_schema=schema_of_found(),
                annotations=hints,
            )
            for name, (tool, model) in offered.items()
        ]
        return types.ListToolsResult(tools=listed)

    async def call_tool(ctx: Any, params: Any) -> Any:
        async with _beating(ctx.session.report_progress):
            return await answer(params.name, params.arguments or {})

    async def answer(name: str, arguments: Mapping[str, Any]) -> Any:
        try:
            if name not in offered:
                raise BadInput(f"expected one of {', '.join(offered)}", place=f"tool {name!r}")
            tool, model = offered[name]
            found = encode_found(await tool(**read_arguments(model, arguments)))
        except LemmataError as exc:
            return _failed(types, str(exc))
        except Exception as exc:  # the asking agent is told that it broke, the log where
            _log.exception("the tool %r failed", name)
            return _failed(types, f"{name} failed: {type(exc).__name__}; the server's log says more")
        text = json.dumps(found, ensure_ascii=False)
        return types.CallToolResult(content=[types.TextContent(type="text", text=text)], structured_content=found)

    return server(
        "lemmata",
        version=__version__,
        title="lemmata",
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def serve(toolbox: Toolbox, *, port: int | None = None, host: str = LOCAL) -> int:
    """Serve until the client goes away or a signal says so.

    Args:
        toolbox: whose tools; closed at the end.
        port: to listen on over HTTP, 0 for a free one; None: standard input and output.
        host: the address to listen on; nobody is asked for a key there.

    Returns:
        The exit code.

    Raises:
        BackendMissing: the SDK of the protocol is not installed.
        BadInput: the address can't be listened on.
    """
    server = build_server(toolbox)
    if port is None:
        return anyio.run(_until_told, toolbox, lambda: _serve_stdio(server))
    listening = _listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    sys.stderr.write(f"lemmata: tools at http://{shown}:{listening.getsockname()[1]}{PATH}\n")
    sys.stderr.flush()
    return anyio.run(_until_told, toolbox, lambda: _serve_http(server, listening, host))


async def _until_told(toolbox: Toolbox, run: Callable[[], Awaitable[None]]) -> int:
    """Serve; at the end close everything and leave, without waiting for threads whose results nobody needs."""
    told = 0
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async with anyio.create_task_group() as group:

            async def serving() -> None:
                await run()
                group.cancel_scope.cancel()

            group.start_soon(serving)
            async for number in signals:
                told = 128 + number
                _leave(toolbox, told)  # reading standard input can't be cancelled, so there is no waiting for its end
    _leave(toolbox, told)
    return told


def _leave(toolbox: Toolbox, code: int) -> None:
    toolbox.close(wait_s=_CLOSING_S)
    sys.stderr.flush()
    os._exit(code)  # a thread that waits for a limit of its own would keep the process; its work is ended already


async def _serve_stdio(server: Server[Any]) -> None:
    from mcp.server.stdio import stdio_server

    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


async def _serve_http(server: Server[Any], listening: socket.socket, host: str) -> None:
    import uvicorn

    class Quiet(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            """Signals are ours."""
            yield

    app = server.streamable_http_app(streamable_http_path=PATH, host=host, max_request_body_size=_LONGEST_BODY)
    await Quiet(uvicorn.Config(app, log_level="warning")).serve(sockets=[listening])


@asynccontextmanager
async def _beating(report: Callable[..., Awaitable[None]]) -> AsyncIterator[None]:
    """Tells a client that asked for progress that the work goes on, so that it doesn't give up waiting."""
    began = time.monotonic()

    async def beat() -> None:
        while True:
            await anyio.sleep(_BEAT_S)
            seconds = round(time.monotonic() - began, 1)
            await report(seconds, None, f"{seconds:.0f} s")

    async with anyio.create_task_group() as group:
        group.start_soon(beat)
        yield
        group.cancel_scope.cancel()


def _failed(types: Any, text: str) -> Any:
    line = " ".join(text.split())
    return types.CallToolResult(content=[types.TextContent(type="text", text=line)], is_error=True)


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except (OSError, OverflowError) as exc:
        reason = getattr(exc, "strerror", None) or str(exc)
        raise BadInput(f"can't be listened on ({reason}); name another port", place=f"--http {port}") from None


def _sdk() -> tuple[Any, Any]:
    try:
        import mcp_types
        from mcp.server import Server
    except ImportError:
        raise BackendMissing("the protocol's SDK is not installed", remedy="run `pip install 'lemmata[mcp]'`") from None
    return mcp_types, Server
