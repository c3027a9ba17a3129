"""Where in a C program a violation may come from: lines that runs which violate have in common, and its slice.

A line's suspicion is Ochiai's measure over the runs that violate and those that don't (Abreu, Zoeteweij, van Gemund,
"On the accuracy of spectrum-based fault localization", TAIC PART 2007), halved where no value computed there can reach
the check that fails (Weiser, "Program slicing", ICSE 1981; data and control dependence, no order of statements).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping

from lemmata.provers.bmc import ir
from lemmata.provers.bmc.inputs import Inputs
from lemmata.provers.bmc.interpret import Run, run
from lemmata.provers.bmc.ir import Expr, Op, Stmt, System, Var

_STEPS = 5_000
_WALL_S = 1.0


def suspicion(system: System, broken: Run, violating: Iterable[Inputs], right: Iterable[Inputs]) -> Mapping[int, float]:
    """Line -> from 0 to 1, which is the most suspicious; lines that no violating run comes by are left out.

    Args:
        system: the program.
        broken: the violation that is to be explained.
        violating: inputs of runs that violate something.
        right: inputs of runs that don't.
    """
    failed, passed = Counter[int](), Counter[int]()
    runs = 0
    for inputs in violating:
        runs += 1
        failed.update(_lines(system, inputs))
    for inputs in right:
        passed.update(_lines(system, inputs))
    related = slice_lines(system, broken)
    found = {
        line: (1.0 if line in related else 0.5) * count / math.sqrt(runs * (count + passed[line]))
        for line, count in failed.items()
    }
    most = max(found.values(), default=1.0)
    return {line: value / most for line, value in found.items()}


def _lines(system: System, inputs: Inputs) -> frozenset[int]:
    seen: set[int] = set()
    run(system, inputs, steps=_STEPS, wall_s=_WALL_S, lines=seen)
    return frozenset(seen)


def slice_lines(system: System, broken: Run) -> frozenset[int]:
    """The lines that what is checked there depends on."""
    names: set[str] = set()
    lines = {broken.line}
    grown = True
    while grown:
        before = len(names), len(lines)
        _follow(system.body, broken, names, lines)
        grown = before != (len(names), len(lines))
    return frozenset(lines)


def _follow(body: Iterable[Stmt], broken: Run, names: set[str], lines: set[int]) -> bool:
    """Add what these statements contribute; whether they contribute at all."""
    found = False
    for stmt in body:
        match stmt:
            case ir.Check(cond, kind, line, _) if line == broken.line and kind == broken.kind:
                names |= _names(cond)
                found = True
            case ir.If(cond, then, orelse):
                inside = [_follow(part, broken, names, lines) for part in (then, orelse)]
                if any(inside):
                    names |= _names(cond)
                    found = True
            case ir.Loop(body=inner) | ir.Block(body=inner):
                found |= _follow(inner, broken, names, lines)
            case ir.Leave():
                found = True  # whether it is left decides what comes behind
            case _:
                written, read, line = _effects(stmt)
                if written & names:
                    names |= read
                    lines.add(line)
                    found = True
    return found


def _effects(stmt: Stmt) -> tuple[set[str], set[str], int]:
    """What a statement writes, what it reads, and its line; memory that pointers reach is one name."""
    match stmt:
        case ir.Assign(var, value, line):
            return {var}, _names(value), line
        case ir.Nondet(var, line):
            return {var}, set(), line
        case ir.Fill(array, line):
            return {array}, set(), line
        case ir.Init(array, values, line):
            return {array}, set().union(*map(_names, values)), line
        case ir.Load(var, array, index, line):
            return {var}, {array} | _names(index), line
        case ir.Store(array, index, value, line):
            return {array}, _names(index) | _names(value), line
        case ir.Alloc(var=var, size=size, line=line):
            return {var, _MEMORY}, _names(size), line
        case ir.Kill(region, line):
            return {_MEMORY}, _names(region), line
        case ir.Get(names, region, offset, _, line):
            return set(names), {_MEMORY} | _names(region) | _names(offset), line
        case ir.Put(region=region, offset=offset, values=values, line=line):
            return {_MEMORY}, _names(region) | _names(offset) | set().union(*map(_names, values)), line
        case ir.Ask(var=var, region=region, offset=offset, line=line):
            return {var}, {_MEMORY} | _names(region) | _names(offset), line
        case _:
            return set(), set(), 0


_MEMORY = " memory"


def _names(expr: Expr) -> set[str]:
    match expr:
        case Var(name):
            return {name}
        case Op(args=args):
            return set().union(*map(_names, args))
        case _:
            return set()
