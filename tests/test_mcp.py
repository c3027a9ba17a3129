"""`lemmata mcp` as other agents use it: the official client, real processes, both transports."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

pytest.importorskip("mcp", reason="the protocol's SDK (lemmata[mcp]) is not installed")
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from lemmata.environment import load_settings

pytestmark = pytest.mark.sandbox
NAMES = ["check", "decide", "prove", "find_counterexample", "synthesize", "repair", "same_answer", "audit"]
ASSERTS = "def f(x: int) -> int:\n    y = x + 1\n    assert y > 0\n    return y\n"
STUB = 'def double(x: int) -> int:\n    """\n    >>> double(2)\n    4\n    >>> double(5)\n    10\n    """\n    ...\n'
CUBES = "".join(f"(declare-const {v} Int)\n" for v in "xyz") + (
    "(assert (= (+ (* x x x) (* y y y) (* z z z)) 42))\n(check-sat)\n"
)
LEAN = "theorem t (a b : Nat) : a + b = b + a := by sorry\n"
GOOD: list[tuple[str, dict[str, Any], str]] = [
    ("check", {"language": "python", "source": ASSERTS}, "refuted"),
    ("decide", {"language": "claim", "source": "∀ x : Int, x ≤ x"}, "proved"),
    ("find_counterexample", {"language": "claim", "source": "∀ x : Nat, x - 1 < x"}, "refuted"),
    ("synthesize", {"language": "python", "source": STUB}, "tested"),
    ("repair", {"language": "python", "source": ASSERTS.replace("x + 1", "abs(x)").replace("> 0", ">= 0")}, "nothing_"),
    ("same_answer", {"first": "1/2", "second": "\\frac{2}{4}"}, "same"),
]
WITH_LEAN: list[tuple[str, dict[str, Any], str]] = [
    ("prove", {"source": LEAN}, "proved"),
    ("audit", {"statements": LEAN, "solved": LEAN.replace("by sorry", "Nat.add_comm a b")}, "accepted"),
]
BAD: list[tuple[str, dict[str, Any], str]] = [
    ("check", {"language": "python", "source": "def f(x:\n"}, "source"),
    ("check", {"language": "cobol", "source": ASSERTS}, "language: "),
    ("decide", {"language": "smtlib", "source": "(check"}, "source:1:1: this opening parenthesis is never closed"),
    ("decide", {"language": "claim"}, "source: field required"),
    ("decide", {"language": "claim", "source": "∀ x : Int, x ≤ x", "wall_s": 1e9}, "wall_s: "),
    ("decide", {"language": "claim", "source": "∀ x : Int, x ≤ x", "wall": 5}, "wall: expected no argument"),
    (
        "decide",
        {"language": "claim", "source": "∀ x : Int, x ≤ x", "path": "/etc/passwd"},
        "path: expected no argument",
    ),
    ("prove", {"source": "theorem t : True := trivial\n"}, "sorry"),
    ("find_counterexample", {"language": "c", "source": "int main( {"}, "source.c"),
    ("synthesize", {"language": "sygus", "source": "(set-logic LIA)"}, "source"),
    ("repair", {"language": "c", "source": ""}, "source: expected a text"),
    ("same_answer", {"first": "1/", "second": "2"}, "first answer"),
    ("audit", {"statements": "theorem", "solved": ""}, "statements"),
    ("solve", {}, "tool 'solve': expected one of check, decide"),
]


def environment(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LEMMATA_", "OPENAI_"))}
    return kept | {"LEMMATA_HOME": str(home)}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    lean = load_settings().home / "lean"
    if lean.exists():
        (tmp_path / "lean").symlink_to(lean)
    return tmp_path


def stdio(home: Path, *args: str) -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable, args=["-m", "lemmata", "mcp", *args], env=environment(home), cwd=home
    )


@contextmanager
def http(home: Path, *args: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server over HTTP and its address."""
    server = subprocess.Popen(
        [sys.executable, "-m", "lemmata", "mcp", "--http", "0", *args],
        env=environment(home),
        cwd=home,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stderr is not None
        line = server.stderr.readline()
        found = re.search(r"http://\S+", line)
        assert found, line
        yield server, found[0]
    finally:
        server.kill()
        server.wait()
        server.stderr.close()


async def ask_all(client: Client, calls: list[tuple[str, dict[str, Any], str]]) -> None:
    for name, arguments, verdict in calls:
        result = await client.call_tool(name, arguments)
        assert not result.is_error, (name, result)
        found = result.structured_content
        assert found["verdict"].startswith(verdict), (name, found)
        assert json.loads(result.content[0].text) == found
        assert found["promise"]


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_every_tool_answers_good_input_and_names_what_is_bad(home: Path, transport: str) -> None:
    async def scenario(server: Any) -> None:
        async with Client(server) as client:
            listed = (await client.list_tools()).tools
            assert [tool.name for tool in listed] == NAMES
            for tool in listed:
                assert "wall_s" in tool.input_schema["properties"]
                assert "path" not in tool.input_schema["properties"]
                assert "verdict" in tool.output_schema["properties"]
            await ask_all(client, GOOD)
            for name, arguments, says in BAD:
                result = await client.call_tool(name, arguments)
                text = result.content[0].text
                assert result.is_error, (name, arguments)
                assert says in text, (name, text)
                assert "\n" not in text
                assert "Traceback" not in text

    if transport == "stdio":
        anyio.run(scenario, stdio(home))
    else:
        with http(home) as (_, address):
            anyio.run(scenario, address)


@pytest.mark.lean
def test_lean_stays_warm_between_calls_and_the_server_answers_meanwhile(home: Path) -> None:
    async def scenario() -> None:
        async with Client(stdio(home)) as client:
            beats: list[float] = []

            async def beat(done: float, total: float | None, message: str | None) -> None:
                beats.append(done)

            async with anyio.create_task_group() as group:
                group.start_soon(lambda: client.call_tool("prove", {"source": LEAN}, progress_callback=beat))
                began = time.monotonic()
                await ask_all(client, GOOD[5:])
                assert time.monotonic() - began < 3
            assert beats
            began = time.monotonic()
            await ask_all(client, WITH_LEAN)
            assert time.monotonic() - began < 3

    anyio.run(scenario)


def test_a_cancelled_call_frees_its_place_at_once(home: Path) -> None:
    async def scenario() -> None:
        async with Client(stdio(home, "--jobs", "1")) as client:
            await ask_all(client, GOOD[5:])
            with anyio.move_on_after(1.5) as limit:
                await client.call_tool("decide", {"language": "smtlib", "source": CUBES, "wall_s": 120})
            assert limit.cancelled_caught
            began = time.monotonic()
            await ask_all(client, GOOD[1:2])
            assert time.monotonic() - began < 10

    anyio.run(scenario)


def test_files_are_read_in_the_folder_that_was_opened_and_nowhere_else(home: Path) -> None:
    root = home / "root"
    root.mkdir()
    (root / "t.claim").write_text("∀ x : Int, x ≤ x")
    (home / "secret.claim").write_text("∀ x : Int, x ≤ x")

    async def scenario() -> None:
        async with Client(stdio(home, "--root", str(root))) as client:
            await ask_all(client, [("decide", {"language": "claim", "path": "t.claim"}, "proved")])
            result = await client.call_tool("decide", {"language": "claim", "path": "../secret.claim"})
            assert result.is_error
            assert result.content[0].text.startswith("path: expected a file within the folder")

    anyio.run(scenario)


def family(pid: int) -> set[int]:
    """All processes that descend from this one."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            children.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        more = children.get(waiting.pop(), [])
        found.update(more)
        waiting += more
    return found


def alive(pids: set[int]) -> set[int]:
    return {p for p in pids if Path(f"/proc/{p}/stat").exists() and " Z " not in Path(f"/proc/{p}/stat").read_text()}


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, None])
def test_a_signal_or_the_end_of_input_in_the_middle_of_work_leaves_no_process(home: Path, ending: Any) -> None:
    argv = [sys.executable, "-m", "lemmata", "mcp"]
    with subprocess.Popen(
        argv, env=environment(home), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        said = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "0"}}
        call = {"name": "decide", "arguments": {"language": "smtlib", "source": CUBES, "wall_s": 120}}
        for message in (
            {"id": 1, "method": "initialize", "params": said},
            {"method": "notifications/initialized"},
            {"id": 2, "method": "tools/call", "params": call},
        ):
            server.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
            server.stdin.flush()
        assert json.loads(server.stdout.readline())["result"]["serverInfo"]["name"] == "lemmata"
        deadline = time.monotonic() + 20
        while not (seen := family(server.pid)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert seen
        if ending is None:
            server.stdin.close()
        else:
            server.send_signal(ending)
        assert server.wait(timeout=15) == (128 + ending if ending else 0)
        assert server.stderr.read() == ""
    deadline = time.monotonic() + 5
    while alive(seen) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(seen)


def test_only_this_machine_can_ask_and_only_by_its_own_name(home: Path) -> None:
    with http(home) as (server, address):
        host, port = re.search(r"//(.*?):(\d+)", address).groups()
        assert host == "127.0.0.1"
        with socket.create_connection((host, int(port)), timeout=5) as stranger:
            kinds = b"Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
            stranger.sendall(b"POST /mcp HTTP/1.1\r\nHost: evil.example\r\n" + kinds + b"Content-Length: 0\r\n\r\n")
            assert b" 421 " in stranger.recv(100)
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=15) == 128 + signal.SIGTERM


def test_a_port_that_is_taken_and_a_folder_that_is_none_are_one_line(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for args, says in (
            (["--http", str(taken.getsockname()[1])], "can't be listened on"),
            (["--root", "nowhere"], "--root nowhere: expected a folder"),
        ):
            argv = [sys.executable, "-m", "lemmata", "mcp", *args]
            done = subprocess.run(argv, env=environment(home), cwd=home, capture_output=True, text=True, check=False)
            assert done.returncode == 2
            assert says in done.stderr
            assert len(done.stderr.splitlines()) == 1
