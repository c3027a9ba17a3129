"""Running a C program on many inputs, natively and with sanitizers, in search of a violation.

The first turn gives every run a moment; later turns let those run on that did not end, so that a loop that overflows
after 2^31 rounds is found by really going round.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from lemmata.problem import Candidate, Json, Program
from lemmata.provers.base import Backends
from lemmata.provers.bmc import native
from lemmata.provers.bmc.inputs import Inputs, decode_inputs, encode_inputs
from lemmata.provers.bmc.interpret import Run, run
from lemmata.provers.bmc.ir import System
from lemmata.provers.bmc.lower import load_system
from lemmata.provers.bmc.schemes import schemes
from lemmata.provers.bmc.source import Unsupported
from lemmata.tools.base import Offer, Turn
from lemmata.verdict import Reason, Unknown

_COUNT = 300
_MOMENT_S = 0.01
_FIRST_S = 2.5
_LONG_SHARE = 0.45
_LONG_TURNS = 4
_MOST_LONG = 3
_STEPS = 20_000


def propose(turn: Turn, backends: Backends) -> Offer:
    """Offer the first violating inputs as a trace."""
    if not isinstance(turn.problem, Program) or turn.problem.language != "c":
        return Offer()
    try:
        system = load_system(turn.problem, backends)
    except Unsupported as exc:
        return Offer(finding=Unknown(Reason.UNSUPPORTED, str(exc)))
    runner = Runner(turn.problem, system, backends)
    if not isinstance(turn.memory, dict):
        return _first(turn, runner)
    return _again(turn, runner)


def _first(turn: Turn, runner: Runner) -> Offer:
    tried = list(runner.plain())
    wall_s = min(_FIRST_S, turn.limits.wall_s)
    runs = runner.run(tried, wall_s=wall_s, each_s=_MOMENT_S)
    found = next((inputs for inputs, ran in zip(tried, runs, strict=False) if ran.end == "violation"), None)
    if found is not None:
        return trace_offer(runner.shorter(found))
    slow = [inputs for inputs, ran in zip(tried, runs, strict=False) if ran.end == "limit"]
    memory = {"slow": [encode_inputs(inputs) for inputs in _varied(slow)]}
    return Offer(memory=memory, done=not slow or not runner.native)


def _again(turn: Turn, runner: Runner) -> Offer:
    """Let one of the slow ones run on, for less than half of the time: checking what it finds takes as long again."""
    assert isinstance(turn.memory, dict)
    slow = [inputs for each in turn.memory.get("slow", []) if (inputs := decode_inputs(each)) is not None]
    turns = turn.memory.get("turns", 0) + 1
    if not slow:
        return Offer()
    long_s = max(0.1, _LONG_SHARE * turn.limits.wall_s)
    runs = runner.run(slow[:1], wall_s=long_s + 1, each_s=long_s)
    if runs and runs[0].end == "violation":
        return trace_offer(slow[0])
    waiting = slow[1:] + [inputs for inputs, ran in zip(slow, runs, strict=False) if ran.end == "limit"]
    memory = {"slow": [encode_inputs(inputs) for inputs in waiting], "turns": turns}
    return Offer(memory=memory, done=not waiting or turns >= _LONG_TURNS)


def _varied(slow: Sequence[Inputs]) -> list[Inputs]:
    """A few that repeat different things for ever."""
    by_tail: dict[tuple[int, ...], Inputs] = {}
    for inputs in slow:
        by_tail.setdefault(inputs.tail, inputs)
    return list(by_tail.values())[:_MOST_LONG]


def trace_offer(inputs: Inputs, memory: Json = None) -> Offer:
    content: Mapping[str, Json] = {"inputs": encode_inputs(inputs)}
    return Offer(candidates=(Candidate(form="trace", content=content, origin="fuzz"),), memory=memory)


class Runner:
    """Runs one program on many inputs; compiled once, on first use."""

    def __init__(self, problem: Program, system: System, backends: Backends) -> None:
        self.problem, self.system, self.backends = problem, system, backends
        self.native = problem.integers == "machine"
        self._compiled: native.Compiled | None = None

    def plain(self, count: int = _COUNT) -> Sequence[Inputs]:
        """The inputs that are tried at first."""
        return list(schemes(self.system, self.problem.source, count=count, bounded=self.native))

    def run(self, tried: Sequence[Inputs], *, wall_s: float, each_s: float) -> list[Run]:
        """What comes of the inputs, as many as the time allows."""
        if not self.native:
            return self._interpret(tried, wall_s)
        if self._compiled is None:
            self._compiled = native.compile_program(self.problem, self.system, self.backends, flags=native.QUICK)
        return native.run_compiled(self._compiled, tried, self.backends, wall_s=wall_s, each_s=each_s)

    def _interpret(self, tried: Sequence[Inputs], wall_s: float) -> list[Run]:
        ends = time.monotonic() + wall_s
        runs = []
        for inputs in tried:
            if time.monotonic() > ends:
                break
            runs.append(run(self.system, inputs, steps=_STEPS, wall_s=1.0))
            if runs[-1].end == "violation":
                break
        return runs

    def shorter(self, inputs: Inputs) -> Inputs:
        """The shortest beginning of the inputs that still violates something."""
        tried = [Inputs(head=inputs.head[:n], tail=inputs.tail) for n in range(len(inputs.head))]
        runs = self.run(tried, wall_s=1.0, each_s=_MOMENT_S) if tried else []
        return next((i for i, ran in zip(tried, runs, strict=False) if ran.end == "violation"), inputs)
