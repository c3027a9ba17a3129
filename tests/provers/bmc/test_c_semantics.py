"""Chance programs mean the same to gcc, to the interpreter, to symbolic execution and to both ways of writing terms."""

import pytest
from chance import MemoryWriter, Writer, first, symbolically, told

from lemmata.problem import Program
from lemmata.provers.bmc import ir, native
from lemmata.provers.bmc.conditions import write
from lemmata.provers.bmc.interpret import run
from lemmata.provers.bmc.lower import load_system
from lemmata.provers.bmc.source import Unsupported
from lemmata.provers.smt.solver import Status, solve

UNSEEN = (ir.UNSET, ir.DANGLING, ir.INDEX, ir.NULL_MOVED)
"""What a sanitizer may not see, or take for something else."""


@pytest.mark.sandbox
@pytest.mark.parametrize("seed", range(12))
def test_gcc_the_interpreter_and_the_terms_agree(backends, seed):
    writer = Writer(seed)
    source, tried = writer.program(), [writer.inputs() for _ in range(12)]
    problem = Program(name="chance.c", source=source, language="c")
    try:
        system = load_system(problem, backends)
    except Unsupported as exc:
        pytest.skip(str(exc))
    exact = [told(run(system, inputs, steps=10**6, wall_s=9)) for inputs in tried]
    symbolic = [symbolically(system, inputs) for inputs in tried]
    assert [first(broken) for _, broken, _ in symbolic] == exact, source
    compiled = native.compile_program(problem, system, backends, flags=native.checked_flags(system))
    real = native.run_compiled(compiled, tried, backends, wall_s=20, each_s=1)
    for ran, found in zip(real, exact, strict=True):
        if found is None or found[0] == "assertion":
            assert told(ran) == found, source
        # else undefined: gcc may see another violation first, or have folded this one away
    for (execution, broken, fixed), inputs in list(zip(symbolic, tried, strict=True))[:3]:
        whole = execution.terms.any_(o.violated for o in execution.obligations)
        for logic in ("integers", "bitvectors"):
            script = write(execution.terms, [*execution.constraints, *fixed, whole], logic)
            status = solve(script, backends, wall_s=20).status
            assert status is (Status.SAT if broken else Status.UNSAT), (logic, inputs, source)


@pytest.mark.sandbox
@pytest.mark.parametrize("seed", range(12))
def test_gcc_the_interpreter_and_the_terms_agree_about_memory(backends, seed):
    writer = MemoryWriter(seed)
    source, tried = writer.program(), [writer.inputs() for _ in range(8)]
    problem = Program(name="chance.c", source=source, language="c")
    try:
        system = load_system(problem, backends)
    except Unsupported as exc:
        pytest.skip(str(exc))
    exact = [told(run(system, inputs, steps=10**6, wall_s=9)) for inputs in tried]
    assert [first(symbolically(system, inputs)[1]) for inputs in tried] == exact, source
    compiled = native.compile_program(problem, system, backends, flags=native.PLAIN)
    for ran, found in zip(native.run_compiled(compiled, tried, backends, wall_s=20, each_s=1), exact, strict=True):
        if found is None or found[0] not in UNSEEN:
            assert told(ran) == found, source
