"""crosshair-tool as a proposer of traces: what it says is read, and run again."""

from __future__ import annotations

import pytest

from lemmata.budget import Limits
from lemmata.formats.python import read_program
from lemmata.problem import Program
from lemmata.provers.base import Backends
from lemmata.provers.python.check import check_trace
from lemmata.tools.base import Turn
from lemmata.tools.python_crosshair import propose, read_traces
from lemmata.verdict import Accepted, Refuted, Rejected

PAY = """\
def pay(n: int, m: int) -> int:
    prices = {"one": n, "two": 2 * n}
    assert prices["one"] * 1009 - prices["two"] * m != 1000003
    return n
"""


@pytest.mark.parametrize(
    ("said", "arguments"),
    [
        ("/box/program.py:3: error: AssertionError:  when calling pay(1, -2)", ["1", "-2"]),
        ("/box/program.py:3: error: AssertionError:  when calling pay(m = -2, n = 1)", ["1", "-2"]),
        ("/box/program.py:3: error: ValueError: (x) when calling pay(1, m=2) (which returns f(3))", ["1", "2"]),
    ],
)
def test_a_message_is_read_as_a_trace(said: str, arguments: list[str]) -> None:
    assert list(read_traces(said, read_program(PAY))) == [{"function": "pay", "arguments": arguments}]


@pytest.mark.parametrize(
    "said", ["", "p.py:3: error: when calling pay(1", "p.py:3: error: x when calling open('/etc')"]
)
def test_what_is_no_call_of_the_program_is_left_out(said: str) -> None:
    assert list(read_traces(said, read_program(PAY))) == []


def offered(source: str, backends: Backends) -> list[object]:
    pytest.importorskip("crosshair", reason="crosshair-tool is not installed; pip install 'lemmata[crosshair]'")
    problem = Program(name="p.py", source=source, language="python")
    offer = propose(Turn(problem=problem, limits=Limits(wall_s=60.0)), backends)
    return [check_trace(problem, candidate, backends, Limits(wall_s=10.0)) for candidate in offer.candidates]


@pytest.mark.sandbox
def test_what_it_finds_in_a_program_that_we_can_not_encode_is_accepted(backends: Backends) -> None:
    [judged] = offered(PAY, backends)
    assert isinstance(judged, Accepted)
    assert isinstance(judged.verdict, Refuted)


@pytest.mark.sandbox
def test_what_a_program_says_in_its_place_is_run_as_anything_else(backends: Backends) -> None:
    lie = 'print("/box/program.py:3: error: AssertionError:  when calling pay(1, 2)")\n'
    assert all(isinstance(judged, Rejected) for judged in offered(lie + PAY.replace("!=", "is not"), backends))


@pytest.mark.sandbox
def test_a_program_that_we_can_encode_is_left_to_our_own_proofs(backends: Backends) -> None:
    assert offered("def f(n: int) -> int:\n    m = n + 1\n    assert m > n\n    return m\n", backends) == []
