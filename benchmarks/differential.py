"""Chance C programs, run exactly and symbolically on chance inputs: on how many the two differ."""

from __future__ import annotations

import sys
from pathlib import Path

from lemmata import load_settings
from lemmata.problem import Program
from lemmata.provers.base import Backends
from lemmata.provers.bmc.interpret import run
from lemmata.provers.bmc.lower import load_system
from lemmata.provers.bmc.source import Unsupported

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/provers/bmc"))
from test_c_semantics import Writer, first, symbolically, told

_FIRST_SEED = 10_000  # none of those that the tests use
_INPUTS = 6


def count_disagreements(count: int) -> int:
    """Over so many programs that can be read; each that differs is printed."""
    seed, tried, wrong = _FIRST_SEED, 0, 0
    with Backends(load_settings()) as backends:
        while tried < count:
            writer, seed = Writer(seed), seed + 1
            problem = Program(name="chance.c", source=writer.program(), language="c")
            inputs = [writer.inputs() for _ in range(_INPUTS)]
            try:
                system = load_system(problem, backends)
            except Unsupported:
                continue
            tried += 1
            exact = [told(run(system, each, steps=10**6, wall_s=9)) for each in inputs]
            if exact != [first(symbolically(system, each)[1]) for each in inputs]:
                wrong += 1
                print(f"  differential: seed {seed - 1}\n{problem.source}")
    return wrong
