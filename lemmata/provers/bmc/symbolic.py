"""Symbolic execution of a System: all paths at once, each state behind a guard.

What a loop does is decided by the subclass: `Unrolled` runs its body so many times, `Cut` replaces it by an invariant.
Assumptions and passed checks strengthen the guard from there on and never reach back.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from lemmata.provers.bmc import ir
from lemmata.provers.bmc.ir import CType, Expr, Num, Op, Stmt, System, Var
from lemmata.provers.bmc.regions import Regions, joined
from lemmata.provers.bmc.terms import FALSE, TRUE, Terms, TooLarge

_MOST_STEPS = 2_000_000
_CELLS_A_STEP = 16  # so many values can be copied in the time of a step


class NoInvariant(Exception):
    """An invariant can't speak about memory that pointers point to."""


Formula = Callable[[Terms, Mapping[str, int]], int]
"""Makes the term of an invariant from the values of the variables."""


@dataclass(slots=True)
class State:
    """One set of paths: when it is taken, and the values there; `base` is for executions that begin anew at loops."""

    guard: int
    env: dict[str, int]
    base: int = TRUE


Exits = dict[str, list[State]]


@dataclass(frozen=True, slots=True)
class Obligation:
    """Something that may not happen: the term says when it does."""

    kind: str
    line: int
    site: int
    violated: int


@dataclass
class Execution(ABC):
    """Runs a system symbolically and collects what is to be decided.

    Args:
        system: the program.
        terms: where terms are made.

    After `run`: `obligations`; `unknown`, guards under which nothing is known (bounds that were exceeded);
    `unmodelled`, those of them that no larger bound makes known, and why;
    `constraints`, which hold of the fresh variables; `reads`, each input's variable and guard in the order in which
    they are read, and `types`, their types; `targets`, guards of the assertions and of the end; `reached`, those of
    each assertion, by site; `ends`, the states at the end; `heads`, guards at the loops' heads.
    """

    system: System
    terms: Terms = field(default_factory=Terms)
    obligations: list[Obligation] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    unmodelled: list[tuple[str, int]] = field(default_factory=list)
    constraints: list[int] = field(default_factory=list)
    reads: list[tuple[str, int]] = field(default_factory=list)
    types: list[CType] = field(default_factory=list)
    targets: list[int] = field(default_factory=list)
    reached: dict[int, list[int]] = field(default_factory=dict)
    ends: list[State] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)
    _fresh: int = 0
    _steps: int = 0

    def __post_init__(self) -> None:
        self.regions = Regions(self.terms)

    def run(self) -> None:
        exits: Exits = {}
        last = self.block(self.system.body, State(TRUE, {}), exits)
        for state in (*exits.get(ir.END, ()), *([last] if last else ())):
            self.targets.append(state.guard)
            self.ends.append(state)

    # -- statements

    def block(self, body: Sequence[Stmt], state: State | None, exits: Exits) -> State | None:
        """Run statements; None where no path comes to their end."""
        for stmt in body:
            if state is None or state.guard == FALSE:
                return None
            self._steps += 1
            if self._steps > _MOST_STEPS:
                raise TooLarge
            state = self.step(stmt, state, exits)
        return state if state is not None and state.guard != FALSE else None

    def step(self, stmt: Stmt, state: State, exits: Exits) -> State | None:
        match stmt:
            case ir.Assume(cond):
                state.guard = self.terms.and_(state.guard, self.truth(cond, state.env))
            case ir.Check():
                self.check(stmt, state)
            case ir.Beyond(why=why):
                self.unknown.append(state.guard)
                if why:
                    self.unmodelled.append((why, state.guard))
                return None
            case ir.If(cond, then, orelse):
                return self.branch(self.truth(cond, state.env), then, orelse, state, exits)
            case ir.Leave(label):
                exits.setdefault(label, []).append(state)
                return None
            case ir.Block(label, body):
                last = self.block(body, state, exits)
                return self.merge([*exits.pop(label, ()), *([last] if last else ())])
            case ir.Loop():
                self.heads.append(state.guard)
                return self.loop(stmt, state, exits)
            case _:
                self.change(stmt, state)
        return state

    def change(self, stmt: Stmt, state: State) -> None:
        """The statements that only change values."""
        env = state.env
        match stmt:
            case ir.Assign(var, value):
                env[var] = self.value(value, env)
            case ir.Nondet(var):
                env[var] = self.read(self.system.scalars[var], state.guard)
            case ir.Fill(array):
                ctype, size = self.system.arrays[array]
                for i in range(size):
                    env[ir.cell(array, i)] = self.read(ctype, state.guard)
            case ir.Init(array, values):
                for i, each in enumerate(values):
                    env[ir.cell(array, i)] = self.value(each, env)
            case ir.Load(var, array, index):
                env[var] = self.load(array, self.value(index, env), env)
            case ir.Store(array, index, value):
                self.store(array, self.value(index, env), self.value(value, env), env)
            case _:
                self.remember(stmt, env)

    def remember(self, stmt: Stmt, env: dict[str, int]) -> None:
        """The statements about regions."""
        match stmt:
            case ir.Alloc(size=size):
                self._steps += len(stmt.slots) // _CELLS_A_STEP
                self.regions.alloc(stmt, self.value(size, env), env)
            case ir.Kill(region):
                self.regions.kill(self.value(region, env), env)
            case ir.Get(region=region, offset=offset):
                self.regions.get(stmt, self.value(region, env), self.value(offset, env), env)
            case ir.Put(region, offset, _, values, _, known):
                parts = [self.value(each, env) for each in values]
                self.regions.put(
                    stmt, self.value(region, env), self.value(offset, env), parts, self.value(known, env), env
                )
            case ir.Ask(var, _, region, offset):
                holds = self.regions.ask(stmt, self.value(region, env), self.value(offset, env), env)
                env[var] = self.terms.ite(holds, self.terms.num(1), self.terms.num(0))

    def check(self, stmt: ir.Check, state: State) -> None:
        if stmt.site >= 0:
            self.targets.append(state.guard)
            self.reached.setdefault(stmt.site, []).append(state.guard)
        holds = self.truth(stmt.cond, state.env)
        self.oblige(stmt, state, holds)
        state.guard = self.terms.and_(state.guard, holds)

    def oblige(self, stmt: ir.Check, state: State, holds: int) -> None:
        violated = self.terms.and_(state.guard, self.terms.not_(holds))
        self.obligations.append(Obligation(stmt.kind, stmt.line, stmt.site, violated))

    def branch(
        self, cond: int, then: Sequence[Stmt], orelse: Sequence[Stmt], state: State, exits: Exits
    ) -> State | None:
        terms, guard = self.terms, state.guard
        self._steps += len(state.env) // _CELLS_A_STEP
        yes = State(terms.and_(guard, cond), dict(state.env), state.base)
        no = State(terms.and_(guard, terms.not_(cond)), state.env, state.base)
        sides = yes.guard, no.guard
        one, other = self.block(then, yes, exits), self.block(orelse, no, exits)
        if one is None or other is None:
            return one or other
        merged = self.join(cond, one, other)
        if (one.guard, other.guard) == sides and one.base == other.base == state.base:
            merged.guard = guard
        return merged

    def merge(self, states: Sequence[State]) -> State | None:
        """One state for several that exclude each other."""
        found: State | None = None
        for state in states:
            if state.guard != FALSE:
                found = state if found is None else self.join(state.guard, state, found)
        return found

    def join(self, cond: int, one: State, other: State) -> State:
        """Both states, the first where the condition holds; names that only one has are out of scope."""
        ite = self.terms.ite
        self._steps += len(one.env) // _CELLS_A_STEP
        env = {n: v if v == other.env[n] else ite(cond, v, other.env[n]) for n, v in one.env.items() if n in other.env}
        if self.system.memory:
            env |= joined(self.terms, cond, one.env, other.env)
        return State(self.terms.or_(one.guard, other.guard), env, one.base)

    @abstractmethod
    def loop(self, stmt: ir.Loop, state: State, exits: Exits) -> State | None:
        """The state behind a loop; None where nothing comes out of it."""

    # -- values

    def fresh(self, prefix: str, ctype: CType) -> int:
        """A new variable of a type."""
        self._fresh += 1
        made = self.terms.var(f"{prefix}{self._fresh}", ctype.low, ctype.high)
        if ctype.low is not None and ctype.high is not None:  # made as they are: the bounds would fold them away
            self.constraints.append(self.terms.make(("<=", self.terms.num(ctype.low), made)))
            self.constraints.append(self.terms.make(("<=", made, self.terms.num(ctype.high))))
        return made

    def type_of(self, name: str) -> CType:
        """The type of a scalar or cell."""
        if name in self.system.scalars:
            return self.system.scalars[name]
        return self.system.arrays[name.rpartition("[")[0]][0]

    def read(self, ctype: CType, guard: int) -> int:
        made = self.fresh("in", ctype)
        self.reads.append((str(self.terms.nodes[made][1]), guard))
        self.types.append(ctype)
        return made

    def load(self, array: str, index: int, env: Mapping[str, int]) -> int:
        size, known = self.system.arrays[array][1], self.terms.constant(index)
        if known is not None:
            return env[ir.cell(array, known if 0 <= known < size else 0)]
        found = env[ir.cell(array, size - 1)]
        for i in reversed(range(size - 1)):
            found = self.terms.ite(self.terms.eq(index, self.terms.num(i)), env[ir.cell(array, i)], found)
        return found

    def store(self, array: str, index: int, value: int, env: dict[str, int]) -> None:
        size, known = self.system.arrays[array][1], self.terms.constant(index)
        if known is not None:
            if 0 <= known < size:
                env[ir.cell(array, known)] = value
            return
        for i in range(size):
            name = ir.cell(array, i)
            env[name] = self.terms.ite(self.terms.eq(index, self.terms.num(i)), value, env[name])

    def truth(self, expr: Expr, env: Mapping[str, int]) -> int:
        """Whether an expression is not 0."""
        terms = self.terms
        match expr:
            case Op("!", (a,)):
                return terms.not_(self.truth(a, env))
            case Op("&&", (a, b)):
                return terms.and_(self.truth(a, env), self.truth(b, env))
            case Op("||", (a, b)):
                return terms.or_(self.truth(a, env), self.truth(b, env))
            case Op("<" | "<=" | "==" | "!=" as name, (a, b)):
                x, y = self.value(a, env), self.value(b, env)
                if name in ("<", "<="):
                    return terms.lt(x, y) if name == "<" else terms.le(x, y)
                return terms.eq(x, y) if name == "==" else terms.not_(terms.eq(x, y))
        return terms.not_(terms.eq(self.value(expr, env), terms.num(0)))

    def value(self, expr: Expr, env: Mapping[str, int]) -> int:
        terms = self.terms
        match expr:
            case Num(value):
                return terms.num(value)
            case Var(name):
                return env[name]
            case Op("!" | "&&" | "||" | "<" | "<=" | "==" | "!="):
                return terms.ite(self.truth(expr, env), terms.num(1), terms.num(0))
            case Op("?:", (c, a, b)):
                return terms.ite(self.truth(c, env), self.value(a, env), self.value(b, env))
            case Op("wrap" | "narrow" as name, (a,), CType() as ctype):
                made = self.value(a, env)
                return terms.wrap(made, ctype) if name == "wrap" else terms.narrow(made, ctype)
        x, y = (self.value(each, env) for each in expr.args)
        match expr.name:
            case "+":
                return terms.add(x, y)
            case "-":
                return terms.sub(x, y)
            case "*":
                return terms.mul(x, y)
            case "/":
                return terms.tdiv(x, y)
            case "%":
                return terms.trem(x, y)
        assert expr.type is not None
        return terms.machine(expr.name, x, y, expr.type)


@dataclass
class Unrolled(Execution):
    """Every loop is entered at most `bound` times in a row; what would go on is `unknown`."""

    bound: int = 1

    def loop(self, stmt: ir.Loop, state: State, exits: Exits) -> State | None:
        at: State | None = state
        for _ in range(self.bound):
            at = self.block(stmt.body, at, exits)
            if at is None:
                break
        if at is not None:
            self.unknown.append(at.guard)
        return self.merge(exits.pop(stmt.label, ()))


@dataclass
class Cut(Execution):
    """Every loop is replaced by its invariant: it must hold at first and be kept, and is all that is known after."""

    invariants: Sequence[Formula] = ()

    def loop(self, stmt: ir.Loop, state: State, exits: Exits) -> State | None:
        if self.system.memory:
            raise NoInvariant
        invariant = self.invariants[stmt.number]
        self._claim("invariant at first", stmt, state, invariant)
        for name in sorted(ir.assigned(stmt.body, self.system.arrays) & state.env.keys()):
            state.env[name] = self.fresh("v", self.type_of(name))
        state.guard = self.terms.and_(state.guard, invariant(self.terms, state.env))
        last = self.block(stmt.body, State(state.guard, dict(state.env)), exits)
        if last is not None:
            self._claim("invariant kept", stmt, last, invariant)
        return self.merge(exits.pop(stmt.label, ()))

    def _claim(self, kind: str, stmt: ir.Loop, state: State, invariant: Formula) -> None:
        self.oblige(ir.Check(Num(1), kind, stmt.line), state, invariant(self.terms, state.env))
