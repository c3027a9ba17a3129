"""The tools and the graph as other frameworks load them."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pytest

import lemmata

pytestmark = pytest.mark.sandbox
ROOT = Path(__file__).resolve().parent.parent.parent
NAMES = ["check", "decide", "prove", "find_counterexample", "synthesize", "repair", "same_answer", "audit"]


@pytest.fixture(scope="module")
def tools() -> dict[str, Any]:
    return {tool.name: tool for tool in lemmata.tools_for_agents()}


def test_there_is_a_tool_for_each_and_every_parameter_is_described(tools: dict[str, Any]) -> None:
    assert list(tools) == NAMES
    for tool in tools.values():
        assert len(tool.description) > 60
        shown = tool.args_schema.model_json_schema()["properties"]
        assert "wall_s" in shown
        assert "path" not in shown
        assert all("description" in each or "enum" in each for each in shown.values()), tool.name


def test_a_tool_call_of_a_langgraph_agent_is_answered(tools: dict[str, Any]) -> None:
    from langchain_core.messages import AIMessage
    from langgraph.graph import END, START, MessagesState, StateGraph
    from langgraph.prebuilt import ToolNode

    graph = StateGraph(MessagesState)
    graph.add_node("tools", ToolNode(list(tools.values())))
    graph.add_edge(START, "tools")
    graph.add_edge("tools", END)
    wanted = [
        {"name": "same_answer", "id": "1", "args": {"first": "1/2", "second": "0.5"}},
        {"name": "decide", "id": "2", "args": {"language": "smtlib", "source": "(check"}},
        {"name": "decide", "id": "3", "args": {"language": "french", "source": "∀ x : Int, x ≤ x"}},
    ]
    asked = {"messages": [AIMessage(content="", tool_calls=wanted)]}
    same, broken, other = asyncio.run(graph.compile().ainvoke(asked))["messages"][1:]
    assert json.loads(same.content)["verdict"] == "same"
    assert (broken.status, other.status) == ("error", "error")
    assert "source:1:1" in broken.content
    assert other.content.startswith("language: ")
    assert "\n" not in broken.content + other.content


def test_a_tool_can_be_called_without_an_event_loop(tools: dict[str, Any]) -> None:
    found = tools["find_counterexample"].invoke({"language": "claim", "source": "∀ x : Nat, x - 1 < x"})
    assert found["counterexample"]["values"] == {"x": "0"}


def exported() -> Any:
    """What langgraph.json names, loaded as a LangGraph server does it: by the path of the file."""
    declared = json.loads((ROOT / "langgraph.json").read_text())
    path, _, attribute = declared["graphs"]["lemmata"].partition(":")
    spec = importlib.util.spec_from_file_location("graph_of_langgraph_json", ROOT / path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return getattr(module, attribute)({})


def test_the_exported_graph_decides_a_claim_and_its_certificate_rechecks() -> None:
    graph = exported()
    assert {"read", "route", "propose", "check", "certify", "give_up"} <= set(graph.get_graph().nodes)
    told = asyncio.run(graph.ainvoke({"source": "∀ x : Nat, x - 1 < x"}))
    assert set(told) == {"verdict", "answer", "certificate", "reason"}
    assert told["verdict"]["counterexample"]["values"] == {"x": "0"}
    assert isinstance(lemmata.recheck(told["certificate"]), lemmata.Refuted)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"source": "∀ x : Int, x ≤ x", "language": "french"}, "language: expected one of"),
        ({"source": ""}, "source: expected a problem"),
        ({"source": "def f(x:", "language": "python"}, "source"),
        ({"source": "int main( {", "language": "c"}, "source.c"),
    ],
)
def test_the_exported_graph_says_what_is_wrong_with_its_input(asked: dict[str, str], says: str) -> None:
    told = asyncio.run(exported().ainvoke(asked))
    assert told["verdict"] is None
    assert says in told["reason"]


def test_the_exported_graph_has_schemas_that_a_server_can_show() -> None:
    graph = exported()
    assert set(graph.get_input_jsonschema()["properties"]) == {"source", "language", "wall_s"}
    assert set(graph.get_output_jsonschema()["properties"]) == {"verdict", "answer", "certificate", "reason"}
