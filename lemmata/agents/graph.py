"""The agent as a LangGraph StateGraph; the only file that wires LangGraph.

route → propose → check → refine | decompose | certify | give_up
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from lemmata.agents import nodes
from lemmata.agents.state import State, new_state
from lemmata.agents.workbench import Workbench
from lemmata.problem import Problem

Node = Callable[[State, Workbench], Awaitable[State]]
_STEPS: tuple[Node, ...] = (
    nodes.route,
    nodes.propose,
    nodes.check,
    nodes.refine,
    nodes.decompose,
    nodes.certify,
    nodes.give_up,
)
_NAMES = tuple(node.__name__ for node in _STEPS)
_UNBOUNDED = 1 << 40
"""LangGraph's recursion limit, out of the way: our budget ends a run."""


def build_graph(checkpointer: BaseCheckpointSaver[Any] | None) -> CompiledStateGraph[Any, Any, Any, Any]:
    """The compiled graph."""
    graph: StateGraph[Any, Any, Any, Any] = StateGraph(State, context_schema=Workbench)
    for node in _STEPS:
        graph.add_node(node.__name__, _wired(node))
    graph.add_edge(START, "route")
    for name in _NAMES:
        if name in ("certify", "give_up"):
            graph.add_edge(name, END)
        else:
            graph.add_conditional_edges(name, lambda state: state["step"], list(_NAMES))
    return graph.compile(checkpointer=checkpointer)


def _wired(node: Node) -> Callable[..., Awaitable[State]]:
    async def run(state: State, runtime: Runtime[Workbench]) -> State:
        return await node(state, runtime.context)

    return run


async def open_checkpoints(stack: AsyncExitStack, path: Path) -> BaseCheckpointSaver[Any]:
    """A SQLite file of checkpoints, closed with the stack."""
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    saver = await stack.enter_async_context(AsyncSqliteSaver.from_conn_string(str(path)))
    # Its journal is written ahead, so a killed process loses nothing. Where the whole machine fails, the last
    # checkpoints may be gone; what was found since is in the record, which the disk has.
    await saver.setup()
    await saver.conn.execute("PRAGMA synchronous = NORMAL")
    return saver


async def work(graph: CompiledStateGraph[Any, Any, Any, Any], problem: Problem, bench: Workbench) -> State:
    """Work on a problem to its end, or go on where its last checkpoint stands; the final state.

    Raises:
        LemmataError: what a proposer or checker raised about the problem or the installation.
    """
    config: Any = {"configurable": {"thread_id": bench.key}, "recursion_limit": _UNBOUNDED}
    if graph.checkpointer is None:
        return cast(State, await graph.ainvoke(new_state(problem), config, context=bench))
    held = await graph.aget_state(config)
    if not held.values.get("outcome"):
        # a kill before the first node leaves a checkpoint that LangGraph can't go on from: begin anew
        begun = any(name in _NAMES for name in held.next)
        await graph.ainvoke(None if begun else new_state(problem), config, context=bench, durability="sync")
        held = await graph.aget_state(config)
    return cast(State, held.values)
