"""Chance C programs, run exactly and symbolically on chance inputs: on how many the two differ."""

from __future__ import annotations

from itertools import count as counting

from chance import MemoryWriter, Writer, first, symbolically, told

from lemmata import load_settings
from lemmata.problem import Program
from lemmata.provers.base import Backends
from lemmata.provers.bmc.interpret import run
from lemmata.provers.bmc.lower import load_system
from lemmata.provers.bmc.source import Unsupported

_FIRST_SEED = 10_000  # none of those that the tests use
_INPUTS = 6


def count_disagreements(count: int) -> int:
    """Over so many programs that can be read, half of them about memory; each that differs is printed."""
    seeds, tried, wrong = counting(_FIRST_SEED), 0, 0
    with Backends(load_settings()) as backends:
        while tried < count:
            seed = next(seeds)
            writer = MemoryWriter(seed) if tried % 2 else Writer(seed)
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
                print(f"  differential: seed {seed}\n{problem.source}")
    return wrong
