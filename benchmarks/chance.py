"""Chance C programs over integers and over memory, and what a run of one comes to, exactly and symbolically."""

from __future__ import annotations

import random
from collections.abc import Sequence

from lemmata.provers.bmc.inputs import Inputs
from lemmata.provers.bmc.interpret import Run
from lemmata.provers.bmc.ir import System
from lemmata.provers.bmc.symbolic import Obligation, Unrolled

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
        lines += [f"  {self.chance.choice(TYPES)} {name} = __VERIFIER_nondet_long();" for name in NAMES]
        lines.append(f"  {self.chance.choice(TYPES)} t[4];")
        lines += [f"  {self.statement(2)}" for _ in range(self.chance.randint(1, 5))]
        lines.append(f"  if (a > 3) {{ d = twice(a & 0xffff); }} assert({self.expression(2)});")
        return "\n".join([*lines, "  return 0;", "}"])

    def inputs(self) -> Inputs:
        pick = self.chance.choice((INTERESTING, range(-3, 5)))
        return Inputs(head=tuple(self.chance.choice(pick) for _ in range(9)))


class MemoryWriter(Writer):
    """Adds pointers, structures and blocks; most programs do something wrong with them on some inputs."""

    def pointer(self) -> str:
        a = self.chance.randint(0, 4)
        return self.chance.choice(
            ("&g", "&k", f"t + {a}", f"&t[{a}]", "NULL", "p + 1", "p - 1", "x.w", "&x.u", "&q->u", "h", "h + 1", "q->w",
             "(a > 2 ? p : h)", "last(p)", f"y[{a & 1}].w + 1")
        )  # fmt: skip

    def number(self) -> str:
        return self.chance.choice(
            ("*p", "p[1]", "x.u", "x.w[a & 1]", "q->u", "y[1].u", "q->w[1]", "k", "g", "(p == h)", "(p != NULL)", "7",
             "a", "sizeof x", "sizeof *q", "(q->n == q)", "h[0]", "sum(x)", "*p++")
        )  # fmt: skip

    def statement(self, depth: int) -> str:
        pick = self.chance.random()
        if depth > 0 and pick < 0.2:
            return f"if ({self.number()} > {self.number()}) {{ {self.statement(depth - 1)} }}"
        if depth > 0 and pick < 0.3:
            leave = self.chance.choice(("", "", "break;", "continue;"))
            body = f"int z = i{depth}; {self.statement(depth - 1)} if (a) p = &z; {leave} z++;"
            return f"for (int i{depth} = 0; i{depth} < 2; i{depth}++) {{ {body} }}"
        if pick < 0.45:
            return f"p = {self.pointer()};"
        if pick < 0.7:
            place = self.chance.choice(("*p", "x.u", "x.w[1]", "q->u", "q->w[b & 1]", "y[b & 1].u", "k", "h[1]", "*h"))
            return f"{place} = {self.number()};"
        return self.chance.choice(
            ("x = y[0];", "y[1] = x;", "*q = y[0];", "q = &x;", "q = y + 1;", "q = q->n;", "x.n = &y[0];", "q->n = q;",
             "set(p, 4);", "set(&k, k & 7);", "p++;", "--p;", "free(h); h = NULL;", "free(h);", "free(p);", "q = NULL;",
             "h = malloc(2 * sizeof(int));", "h = calloc(2, sizeof *h);", "x = made(a & 7);", "{ int z = 3; p = &z; }")
        )  # fmt: skip

    def program(self) -> str:
        lines = [
            "#include <stdlib.h>",
            "struct s { int u; int w[2]; struct s *n; };",
            "int g = 1;",
            "void set(int *at, int v) { *at = v; }",
            "int *last(int *at) { return at == NULL ? &g : at; }",
            "int sum(struct s v) { v.u++; return v.u; }",
            "struct s made(int v) { struct s r = {v}; r.w[1] = v; return r; }",
            "int main(void) {",
            "  int a = __VERIFIER_nondet_char(), b = __VERIFIER_nondet_char();",
            "  int t[4] = {1, 2, 3, 4}, k = 5; int *p = &k, *h = NULL;",
            "  struct s x = {1, {2, 3}, NULL}, y[2] = {{4}, {5}}; struct s *q = &x;",
        ]
        lines += [f"  {self.statement(2)}" for _ in range(self.chance.randint(3, 9))]
        return "\n".join([*lines, f"  assert({self.number()} != 3);", "  free(h);", "  return 0;", "}"])

    def inputs(self) -> Inputs:
        return Inputs(head=tuple(self.chance.choice((0, 0, 0, 1, 2, 3, -1)) for _ in range(9)))


def symbolically(system: System, inputs: Inputs) -> tuple[Unrolled, list[Obligation], list[int]]:
    """The program unrolled, the obligations that it breaks on these inputs, and terms that fix the inputs."""
    execution = Unrolled(system, bound=8)
    execution.run()
    assert not execution.unknown
    values = {
        name: system_value(execution, name, value)
        for (name, _), value in zip(execution.reads, inputs.head, strict=False)
    }
    found = execution.terms.evaluate([o.violated for o in execution.obligations], values)
    fixed: list[int] = []
    for t, node in enumerate(list(execution.terms.nodes)):
        if node[0] == "var":
            fixed.append(execution.terms.make(("=", *sorted((t, execution.terms.num(values[str(node[1])]))))))
    return execution, [o for o in execution.obligations if found[o.violated]], fixed


def system_value(execution: Unrolled, name: str, value: int) -> int:
    low, high = next(
        b for n, b in zip(execution.terms.nodes, execution.terms.bounds, strict=True) if n == ("var", name)
    )
    assert low is not None
    assert high is not None
    if (low, high) == (0, 1):
        return int(value != 0)
    whole = high - low + 1
    return (value - low) % whole + low


def first(obligations: Sequence[Obligation]) -> tuple[str, int] | None:
    return (obligations[0].kind, obligations[0].line) if obligations else None


def told(ran: Run) -> tuple[str, int] | None:
    assert ran.end in ("violation", "end"), ran
    return (ran.kind, ran.line) if ran.end == "violation" else None
