"""Chance programs mean the same to gcc, to the interpreter, to symbolic execution and to both ways of writing terms."""

import random

import pytest

from lemmata.problem import Program
from lemmata.provers.bmc import native
from lemmata.provers.bmc.conditions import write
from lemmata.provers.bmc.inputs import Inputs
from lemmata.provers.bmc.interpret import Run, run
from lemmata.provers.bmc.lower import load_system
from lemmata.provers.bmc.source import Unsupported
from lemmata.provers.bmc.symbolic import Unrolled
from lemmata.provers.smt.solver import Status, solve

TYPES = ("char", "unsigned char", "short", "unsigned short", "int", "int", "int", "unsigned", "long", "unsigned long",
         "_Bool")  # fmt: skip
INTERESTING = (0, 1, 2, 3, -1, -2, 7, 31, 32, 127, 128, 255, 256, -128, 32767, 65535, 2**31 - 1, -(2**31), 2**32 - 1,
               2**63 - 1, -(2**63), 46341)  # fmt: skip
NAMES = ("a", "b", "c", "d", "e")


class Writer:
    """Writes a chance program over five variables and an array of four."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.left = 0

    def expression(self, depth: int) -> str:
        pick, deeper = self.chance.random(), depth - 1
        if depth <= 0 or pick < 0.2:
            return self.chance.choice(
                (*NAMES, *NAMES, "0", "1", "2", "3", "-1", "7u", "100", "0x7fffffff", "5L", "t[1]")
            )
        if pick < 0.6:
            op = self.chance.choice(("+", "-", "*", "+", "-", "/", "%", "&", "|", "^", "<<", ">>"))
            return f"({self.expression(deeper)} {op} {self.expression(deeper)})"
        if pick < 0.75:
            op = self.chance.choice(("<", "<=", ">", ">=", "==", "!=", "&&", "||"))
            return f"({self.expression(deeper)} {op} {self.expression(deeper)})"
        if pick < 0.85:
            return f"({self.chance.choice('-~!+')}({self.expression(deeper)}))"
        if pick < 0.93:
            return f"({self.expression(deeper)} ? {self.expression(deeper)} : {self.expression(deeper)})"
        if pick < 0.96:
            return f"t[{self.expression(deeper)} & 3]"
        return f"(({self.chance.choice(TYPES)}){self.expression(deeper)})"

    def statement(self, depth: int) -> str:
        pick, name = self.chance.random(), self.chance.choice(NAMES)
        if depth <= 0 or pick < 0.45:
            op = self.chance.choice(("=", "=", "=", "+=", "-=", "*=", "&=", "|=", "^=", "%=", ">>="))
            return f"{name} {op} {self.expression(2)};"
        if pick < 0.55:
            return self.chance.choice((f"{name}++;", f"--{name};", f"{name} = (b, 3);", f"a = {name} == 2 ? b++ : 4;"))
        if pick < 0.7:
            return f"if ({self.expression(2)}) {{ {self.statement(depth - 1)} }} else {{ {self.statement(depth - 1)} }}"
        if pick < 0.8:
            leave = self.chance.choice(("break;", "continue;", f"{name}++;"))
            body = f"{self.statement(depth - 1)} if ({self.expression(1)}) {leave}"
            return f"for (int i{depth} = 0; i{depth} < {self.chance.randint(1, 3)}; i{depth}++) {{ {body} }}"
        if pick < 0.9:
            cases = " ".join(f"case {n}: {self.statement(0)} {self.chance.choice(('', 'break;'))}" for n in (0, 1, -1))
            return f"switch ({self.expression(1)}) {{ {cases} default: {self.statement(0)} }}"
        return f"t[{self.expression(1)} & 3] = {self.expression(2)};"

    def program(self) -> str:
        lines = ["int twice(int x) { return x + x; }", "int main(void) {"]
        lines += [f"  {self.chance.choice(TYPES)} {name};" for name in NAMES]
        lines.append(f"  {self.chance.choice(TYPES)} t[4];")
        lines += [f"  {self.statement(2)}" for _ in range(self.chance.randint(1, 5))]
        lines.append(f"  if (a > 3) {{ d = twice(a & 0xffff); }} assert({self.expression(2)});")
        return "\n".join([*lines, "  return 0;", "}"])

    def inputs(self) -> Inputs:
        pick = self.chance.choice((INTERESTING, range(-3, 5)))
        return Inputs(head=tuple(self.chance.choice(pick) for _ in range(9)))


def symbolically(system, inputs: Inputs) -> tuple[Unrolled, list[int]]:
    execution = Unrolled(system, bound=8)
    execution.run()
    assert not execution.unknown
    values = {
        name: system_value(execution, name, value)
        for (name, _), value in zip(execution.reads, inputs.head, strict=False)
    }
    found = execution.terms.evaluate([o.violated for o in execution.obligations], values)
    fixed = []
    for t, node in enumerate(list(execution.terms.nodes)):
        if node[0] == "var":
            fixed.append(execution.terms.make(("=", *sorted((t, execution.terms.num(values[str(node[1])]))))))
    return execution, [o for o in execution.obligations if found[o.violated]], fixed


def system_value(execution: Unrolled, name: str, value: int) -> int:
    low, high = next(
        b for n, b in zip(execution.terms.nodes, execution.terms.bounds, strict=True) if n == ("var", name)
    )
    if (low, high) == (0, 1):
        return int(value != 0)
    whole = high - low + 1
    return (value - low) % whole + low


def first(obligations) -> tuple[str, int] | None:
    return (obligations[0].kind, obligations[0].line) if obligations else None


def told(ran: Run) -> tuple[str, int] | None:
    assert ran.end in ("violation", "end"), ran
    return (ran.kind, ran.line) if ran.end == "violation" else None


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
