"""A program as constrained Horn clauses: one unknown predicate for each loop, whose solution is its invariant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lemmata.errors import BadInput
from lemmata.formats.sexpr import Atom, Group, quote, read_all, write
from lemmata.provers.bmc import ir
from lemmata.provers.bmc.conditions import write_rule
from lemmata.provers.bmc.ir import System
from lemmata.provers.bmc.symbolic import Execution, Exits, State
from lemmata.provers.bmc.terms import FALSE, TRUE

_TEMPORARY = ("element", "stored", "choice", "both", "either", "before", "input")


@dataclass
class Horn(Execution):
    """Begins anew at every loop's head, and where paths with different beginnings meet.

    After `run`: `rules`, the clauses as text; `predicates`, name -> the variables it is about.
    """

    rules: list[str] = field(default_factory=list)
    predicates: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def script(self) -> str:
        """The whole set of clauses; satisfiable exactly where the program is safe."""
        self.run()
        for guard in self.unknown:
            self._rule([guard], FALSE)
        declared = [f"(declare-fun {n} ({'Int ' * len(v)}) Bool)" for n, v in self.predicates.items()]
        return "\n".join(["(set-logic HORN)", *declared, *self.rules, ""])

    def oblige(self, stmt: ir.Check, state: State, holds: int) -> None:
        violated = self.terms.and_(state.guard, self.terms.not_(holds))
        if violated != FALSE:
            self._rule([state.base, violated], FALSE)

    def loop(self, stmt: ir.Loop, state: State, exits: Exits) -> State | None:
        name = f"P{stmt.number}"
        names = self._names(state)
        self.predicates[name] = names
        self._claim(name, names, state)
        begun = self._begin(name, names, state)
        last = self.block(stmt.body, begun, exits)
        if last is not None:
            self._claim(name, names, last)
        return self.merge(exits.pop(stmt.label, ()))

    def join(self, cond: int, one: State, other: State) -> State:
        if one.base == other.base:
            return super().join(cond, one, other)
        common = State(TRUE, {n: v for n, v in one.env.items() if n in other.env})
        name, names = f"J{len(self.predicates)}", self._names(common)
        self.predicates[name] = names
        self._claim(name, names, one)
        self._claim(name, names, other)
        return self._begin(name, names, common)

    @staticmethod
    def _names(state: State) -> tuple[str, ...]:
        return tuple(sorted(n for n in state.env if n.partition(".")[0] not in _TEMPORARY))

    def _begin(self, name: str, names: tuple[str, ...], state: State) -> State:
        env = {n: self.fresh("v", self.type_of(n)) for n in state.env}
        return State(TRUE, env, self._app(name, [env[n] for n in names]))

    def _claim(self, name: str, names: tuple[str, ...], state: State) -> None:
        self._rule([state.base, state.guard], self._app(name, [state.env[n] for n in names]))

    def _app(self, name: str, args: Sequence[int]) -> int:
        return self.terms.make(("app", name, *args))

    def _rule(self, body: Sequence[int], head: int) -> None:
        terms = self.terms
        ranges = [TRUE]
        for t in terms.reachable([*body, head]):
            low, high = terms.bounds[t]
            if terms.nodes[t][0] == "var" and low is not None and high is not None:
                ranges.append(terms.make(("<=", terms.num(low), t)))
                ranges.append(terms.make(("<=", t, terms.num(high))))
        self.rules.append(write_rule(terms, [*body, *ranges], head))


def read_invariants(system: System, horn: Horn, model: str) -> list[str] | None:
    """The invariant of each loop in a solver's model of the clauses; None where it can't be read or has quantifiers."""
    if "(exists " in model or "(forall " in model:
        return None
    try:
        nodes = read_all(model)
    except BadInput:
        return None
    found: dict[str, str] = {}
    for entry in nodes[0].items if len(nodes) == 1 and isinstance(nodes[0], Group) else nodes:
        match entry:
            case Group((Atom("define-fun"), Atom(name), Group(parameters), _, body)) if name in horn.predicates:
                bound = [
                    f"({write(p.items[0])} {quote(v)})"
                    for p, v in zip(parameters, horn.predicates[name], strict=False)
                    if isinstance(p, Group)
                ]
                found[name] = f"(let ({' '.join(bound)}) {write(body)})" if bound else write(body)
    return [found.get(f"P{number}", "true") for number in range(len(system.loops))]
