"""Running a lowered program on given inputs, exactly, with integers of any size."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lemmata.provers.bmc import ir
from lemmata.provers.bmc.concrete import Memory
from lemmata.provers.bmc.inputs import Inputs
from lemmata.provers.bmc.ir import CType, Expr, Num, Op, Stmt, System, Var

_LARGEST_BITS = 1 << 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a run ended.

    Args:
        end: `violation`, `blocked` (an assumption failed), `end`, `limit`, or `beyond` (calls nest too deeply).
        kind, line: of the violation.
        site: the assertion that failed; -1: undefined behaviour.
        reached: sites of the assertions that were evaluated.
        seen: the last values of what the system says that a caller sees; None where there is none.
        unseen: whether the violation was seen by stepping through the program, and not by the compiled one.
    """

    end: str
    kind: str = ""
    line: int = 0
    site: int = -1
    reached: frozenset[int] = field(default_factory=frozenset)
    seen: tuple[int | None, ...] = ()
    unseen: bool = False


class _Stop(Exception):
    def __init__(self, end: str, check: ir.Check | None = None) -> None:
        super().__init__(end)
        self.end, self.check = end, check


def run(
    system: System,
    inputs: Inputs,
    *,
    steps: int,
    wall_s: float,
    watch: Callable[[int, Mapping[str, int]], None] | None = None,
    lines: set[int] | None = None,
) -> Run:
    """Run the program.

    Args:
        system: the program.
        inputs: what it reads.
        steps, wall_s: its limits.
        watch: sees the values each time a loop's head, by number, is reached.
        lines: where the lines of the statements that are run are put.
    """
    machine = _Machine(system, inputs, steps, time.monotonic() + wall_s, watch)
    if lines is not None:
        machine.come_by = lines.add
    try:
        machine.block(system.body)
        end, check = "end", None
    except _Stop as stop:
        end, check = stop.end, stop.check
    except RecursionError:
        end, check = "limit", None
    reached = frozenset(machine.reached)
    if check is None:
        return Run(end=end, reached=reached, seen=tuple(machine.env.get(name) for name in system.seen))
    return Run(end=end, kind=check.kind, line=check.line, site=check.site, reached=reached)


class _Machine:
    def __init__(
        self,
        system: System,
        inputs: Inputs,
        steps: int,
        deadline: float,
        watch: Callable[[int, Mapping[str, int]], None] | None,
    ) -> None:
        self.system, self.steps, self.deadline, self.watch = system, steps, deadline, watch
        self.inputs = iter(inputs)
        self.env: dict[str, int] = {}
        self.memory = Memory()
        self.reached: set[int] = set()
        self.come_by: Callable[[int], None] | None = None

    def block(self, body: tuple[Stmt, ...]) -> str | None:
        """Run statements; the label that was left for, or None at their end."""
        for stmt in body:
            self.tick()
            if self.come_by is not None:
                self.come_by(getattr(stmt, "line", 0))
            left = self.step(stmt)
            if left is not None:
                return left
        return None

    def tick(self) -> None:
        self.steps -= 1
        if self.steps <= 0 or (self.steps & 0xFFF == 0 and time.monotonic() > self.deadline):
            raise _Stop("limit")

    def step(self, stmt: Stmt) -> str | None:
        env = self.env
        match stmt:
            case ir.Assign(var, value):
                env[var] = self.value(value)
            case ir.Load(var, array, index):
                env[var] = env[ir.cell(array, self.value(index))]
            case ir.Store(array, index, value):
                env[ir.cell(array, self.value(index))] = self.value(value)
            case ir.Nondet(var):
                env[var] = self.read(self.system.scalars[var])
            case ir.Fill(array):
                ctype, size = self.system.arrays[array]
                for i in range(size):
                    env[ir.cell(array, i)] = self.read(ctype)
            case ir.Init(array, values):
                for i, each in enumerate(values):
                    env[ir.cell(array, i)] = self.value(each)
            case ir.Assume(cond):
                if not self.value(cond):
                    raise _Stop("blocked")
            case ir.Check(cond, _, _, site):
                if site >= 0:
                    self.reached.add(site)
                if not self.value(cond):
                    raise _Stop("violation", stmt)
            case ir.Beyond():
                raise _Stop("beyond")
            case ir.If(cond, then, orelse):
                return self.block(then if self.value(cond) else orelse)
            case ir.Leave(label):
                return label
            case ir.Block(label, body):
                left = self.block(body)
                return None if left == label else left
            case ir.Loop():
                return self.loop(stmt)
            case _:
                self.remember(stmt)
        return None

    def remember(self, stmt: Stmt) -> None:
        """The statements about regions."""
        env, memory = self.env, self.memory
        match stmt:
            case ir.Alloc(var=var, size=size):
                env[var] = memory.alloc(stmt, self.value(size))
            case ir.Kill(region):
                memory.kill(self.value(region))
            case ir.Get(names, region, offset):
                env.update(zip(names, memory.get(self.value(region), self.value(offset), len(names)), strict=True))
            case ir.Put(region, offset, _, values, _, known):
                parts = tuple(self.value(each) for each in values)
                memory.put(self.value(region), self.value(offset), parts, known=bool(self.value(known)))
            case ir.Ask(var, _, region, offset):
                env[var] = int(memory.ask(stmt, self.value(region), self.value(offset)))

    def loop(self, stmt: ir.Loop) -> str | None:
        while True:
            if self.watch is not None:
                self.watch(stmt.number, self.env)
            self.tick()
            left = self.block(stmt.body)
            if left is not None:
                return None if left == stmt.label else left

    def read(self, ctype: CType) -> int:
        return ctype.wrap(next(self.inputs))

    def value(self, expr: Expr) -> int:
        found = evaluate(expr, self.env)
        if found.bit_length() > _LARGEST_BITS:
            raise _Stop("limit")
        return found


def quotient(a: int, b: int) -> int:
    """Division as C does it: towards zero."""
    q = abs(a) // abs(b)
    return q if (a < 0) == (b < 0) else -q


def evaluate(expr: Expr, env: Mapping[str, int]) -> int:
    """The value of an expression.

    Raises:
        KeyError: a variable without a value.
        ZeroDivisionError: a division that its check forbids.
    """
    match expr:
        case Num(value):
            return value
        case Var(name):
            return env[name]
        case Op("&&", (a, b)):
            return int(evaluate(a, env) != 0 and evaluate(b, env) != 0)
        case Op("||", (a, b)):
            return int(evaluate(a, env) != 0 or evaluate(b, env) != 0)
        case Op("?:", (c, a, b)):
            return evaluate(a if evaluate(c, env) else b, env)
        case Op(name, args, ctype):
            return apply(name, [evaluate(a, env) for a in args], ctype)


def apply(name: str, values: list[int], ctype: CType | None) -> int:
    """One operator on values."""
    a, b = values[0], values[-1]
    match name:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "/":
            return quotient(a, b)
        case "%":
            return a - b * quotient(a, b)
        case "<":
            return int(a < b)
        case "<=":
            return int(a <= b)
        case "==":
            return int(a == b)
        case "!=":
            return int(a != b)
        case "!":
            return int(a == 0)
        case "&":
            return ctype.wrap(a & b) if ctype else a & b
        case "|":
            return ctype.wrap(a | b) if ctype else a | b
        case "^":
            return ctype.wrap(a ^ b) if ctype else a ^ b
        case "<<":
            return a << b if 0 <= b < 64 else 0
        case ">>":
            return a >> b if 0 <= b < 64 else 0
        case "wrap" if ctype is not None:
            return ctype.wrap(a)
        case "narrow":
            return a
    raise KeyError(name)
