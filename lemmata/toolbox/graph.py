"""The agent's graph as one that a LangGraph server can load: text in, verdict out, the same nodes between.

`langgraph.json` names `make_graph`. The server keeps the checkpoints; back-ends are shared by all its runs.
"""

from __future__ import annotations

import atexit
import functools
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from typing_extensions import TypedDict

from lemmata.agents.graph import UNBOUNDED, add_steps
from lemmata.agents.state import State, new_state
from lemmata.agents.strategies import strategy_for
from lemmata.agents.workbench import Workbench
from lemmata.api import chat_maker
from lemmata.budget import Budget
from lemmata.environment import load_settings
from lemmata.errors import BadInput, LemmataError
from lemmata.problem import Json, decode_problem
from lemmata.provers.base import Backends
from lemmata.record import Record
from lemmata.toolbox.texts import SUFFIXES, problem_of

_WALL_S = 60.0


class Asked(TypedDict, total=False):
    """What a run is given.

    source: the whole text; language: `claim` (as it is without one), `lean`, `smtlib`, `steps`, `sygus`, `python`, `c`,
    or `text` for a question; wall_s: seconds on the clock.
    """

    source: str
    language: str
    wall_s: float


class Told(TypedDict, total=False):
    """What a run gives.

    verdict: as `lemmata.verdict.encode_verdict` writes it, null where the problem could not be worked on; answer: in
    the problem's own terms; certificate: for `lemmata recheck`; reason: why nothing is known, or what is to be mended.
    """

    verdict: Json
    answer: Json
    certificate: Json
    reason: str


class Served(State, Asked, Told, total=False):
    """The agent's state with what was asked and what is told."""


def make_graph(config: RunnableConfig) -> CompiledStateGraph[Any, Any, Any, Any]:
    """The compiled graph; the server puts its own checkpointer into it.

    Args:
        config: of the run; nothing in it changes the graph.
    """
    graph: StateGraph[Any, Any, Any, Any] = StateGraph(Served, input_schema=Asked, output_schema=Told)
    graph.add_node("read", _read)
    graph.add_edge(START, "read")
    graph.add_conditional_edges("read", lambda state: state["step"], ["route", "tell"])
    add_steps(graph, lambda state, _: _bench(state), last="tell", failed=_failed)
    graph.add_node("tell", _tell)
    graph.add_edge("tell", END)
    compiled: CompiledStateGraph[Any, Any, Any, Any] = graph.compile().with_config({"recursion_limit": UNBOUNDED})
    return compiled


def _read(state: Served) -> State:
    """The text as a problem, or what is wrong with it."""
    language = state.get("language") or "claim"
    try:
        if language not in SUFFIXES:
            raise BadInput(f"expected one of {', '.join(SUFFIXES)}, got {language!r}", place="language")
        return State(**{**new_state(problem_of(state.get("source") or "", language)), "step": "route"})
    except BadInput as exc:
        return _failed(exc)


def _failed(error: LemmataError) -> State:
    """A server hides the text of errors, so it becomes the reason."""
    return State(step="tell", outcome={"verdict": None, "answer": None, "certificate": None, "reason": str(error)})


def _tell(state: Served) -> Told:
    found = state["outcome"]
    return Told(
        verdict=found["verdict"], answer=found["answer"], certificate=found["certificate"], reason=found["reason"]
    )


def _bench(state: Any) -> Workbench:
    problem, backends = decode_problem(state["frames"][0]["problem"]), _backends()
    _, make_chat = chat_maker(backends.settings, None)
    return Workbench(
        strategy=strategy_for(problem),
        budget=Budget(wall_s=state.get("wall_s") or _WALL_S),
        backends=backends,
        record=Record(),  # the server's checkpoints are what a run goes on from
        key="0",
        chat=make_chat(problem, backends, None) if make_chat else None,
    )


@functools.cache
def _backends() -> Backends:
    backends = Backends(load_settings())
    atexit.register(backends.close)
    return backends
