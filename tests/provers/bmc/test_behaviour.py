"""Two programs side by side say what running both of them says."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from chance import MemoryWriter, Writer, system_value

from lemmata.errors import BadInput
from lemmata.problem import Program
from lemmata.provers.base import Backends
from lemmata.provers.bmc.behaviour import first_change, right_run, right_runs, side_by_side
from lemmata.provers.bmc.inputs import Inputs
from lemmata.provers.bmc.lower import lower
from lemmata.provers.bmc.source import Unsupported, read_tree
from lemmata.tools.mutations import mutants

pytestmark = pytest.mark.sandbox
BOUND = 8


@pytest.mark.parametrize("seed", range(16))
def test_a_change_is_seen_side_by_side_wherever_running_both_shows_one(backends: Backends, seed: int) -> None:
    writer = MemoryWriter(seed) if seed % 4 == 3 else Writer(seed)
    problem = Program(name="chance.c", source=writer.program(), language="c")
    tried = [writer.inputs() for _ in range(20)]
    edits = mutants(problem.source, line=5, sizes={})
    random.Random(seed).shuffle(edits)
    compared = 0
    for edit in edits[:12]:
        patched = replace(problem, source=edit.text)
        try:
            one, other = (lower(read_tree(p, backends), p, observed=True) for p in (problem, patched))
            pair = side_by_side(one, other, bound=BOUND)
        except (BadInput, Unsupported):
            continue
        if pair is None:
            continue
        for inputs in tried:
            before = right_run(one, inputs)
            if before is None:
                continue
            execution = pair.execution
            values: dict[str, int] = {}
            for name in [str(n[1]) for n in execution.terms.nodes if n[0] == "var"]:  # in1, in2, …: as they are read
                at = int(name.removeprefix("in")) - 1
                values[name] = system_value(execution, name, inputs.head[at] if at < len(inputs.head) else 0)
            seen = bool(execution.terms.evaluate([pair.changes], values)[pair.changes])
            really = first_change([(inputs, before)], other) is not None
            assert seen or not really, (inputs, edit.text)
            compared += 1
    if not compared:
        pytest.skip("the original can't be read, or is right on none of the inputs")


SAME = "int g = 0;\nint main(void) {\n  int x;\n  int y = x > 3 ? 1 : 0;\n  g = g + y;\n  return y;\n}\n"


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("x > 3", "x >= 4", False),
        ("x > 3", "3 < x", False),
        ("x > 3", "x > 4", True),
        ("return y;", "return y + 0;", False),
        ("return y;", "return g - g;", True),
        ("g = g + y;", "g = y;", False),
        ("g = g + y;", "g = 0;", True),
    ],
)
def test_what_a_caller_sees_is_compared(backends: Backends, old: str, new: str, changed: bool) -> None:
    problem = Program(name="same.c", source=SAME, language="c")
    patched = replace(problem, source=SAME.replace(old, new))
    one, other = (lower(read_tree(p, backends), p, observed=True) for p in (problem, patched))
    assert (first_change(list(right_runs(one, problem)), other) is not None) is changed
    pair = side_by_side(one, other, bound=1)
    assert pair is not None
    found = [bool(pair.execution.terms.evaluate([pair.changes], {"in1": x})[pair.changes]) for x in range(-5, 10)]
    assert any(found) is changed


def test_an_input_of_another_type_is_not_taken_for_the_same(backends: Backends) -> None:
    source = "int main(void) {\n  int x = READ();\n  return x;\n}\n"
    one, other = (
        Program(name="p.c", source=source.replace("READ", f"__VERIFIER_nondet_{t}"), language="c")
        for t in ("int", "uchar")
    )
    systems = [lower(read_tree(p, backends), p, observed=True) for p in (one, other)]
    assert side_by_side(systems[0], systems[1], bound=1) is None
    assert right_run(systems[0], Inputs(head=(300,))) is not None
