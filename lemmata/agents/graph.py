"""The agent as a LangGraph StateGraph; the only file that wires its nodes.

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
from lemmata.errors import LemmataError
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
UNBOUNDED = 1 << 40
"""LangGraph's recursion limit, out of the way: our budget ends a run."""


def build_graph(checkpointer: BaseCheckpointSaver[Any] | None) -> CompiledStateGraph[Any, Any, Any, Any]:
    """The compiled graph."""
    graph: StateGraph[Any, Any, Any, Any] = StateGraph(State, context_schema=Workbench)
    graph.add_edge(START, "route")
    add_steps(graph, lambda _, runtime: runtime.context, last=END)
    return graph.compile(checkpointer=checkpointer)


def add_steps(
    graph: StateGraph[Any, Any, Any, Any],
    bench_of: Callable[[State, Runtime[Any]], Workbench],
    *,
    last: str,
    failed: Callable[[LemmataError], State] | None = None,
) -> None:
    """Put the agent's nodes and the edges between them into a graph.

    Args:
        graph: its state has all that `State` has.
        bench_of: what a node acts through.
        last: the node after the end of the work.
        failed: gives the state after an error, whose step is `last`; None: errors are raised.
    """
    targets = [*_NAMES, last] if failed else list(_NAMES)
    for node in _STEPS:
        graph.add_node(node.__name__, _wired(node, bench_of, failed))
    for name in _NAMES:
        if name in ("certify", "give_up"):
            graph.add_edge(name, last)
        else:
            graph.add_conditional_edges(name, lambda state: state["step"], targets)


def _wired(
    node: Node,
    bench_of: Callable[[State, Runtime[Any]], Workbench],
    failed: Callable[[LemmataError], State] | None,
) -> Callable[..., Awaitable[State]]:
    async def run(state: State, runtime: Runtime[Any]) -> State:
        try:
            return await node(state, bench_of(state, runtime))
        except LemmataError as exc:
            if failed is None:
                raise
            return failed(exc)

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
    config: Any = {"configurable": {"thread_id": bench.key}, "recursion_limit": UNBOUNDED}
    if graph.checkpointer is None:
        return cast(State, await graph.ainvoke(new_state(problem), config, context=bench))
    held = await graph.aget_state(config)
    if not held.values.get("outcome"):
        # a kill before the first node leaves a checkpoint that LangGraph can't go on from: begin anew
        begun = any(name in _NAMES for name in held.next)
        await graph.ainvoke(None if begun else new_state(problem), config, context=bench, durability="sync")
        held = await graph.aget_state(config)
    return cast(State, held.values)
