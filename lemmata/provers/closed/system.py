"""What `find_value` says, read from its source and never run: a term in n, earlier values, and loops that fold a state.

    term      what is returned for n; `~back2` stands for find_value(n - 2), `~0.total` for `total` after loop 0
    folds     the loops over ranges: state before the first round, and after a round from the state before it

`assert n >= c` at the head says where it starts; without one it starts at 0.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

from lemmata.errors import BadInput
from lemmata.problem import Construction, Problem
from lemmata.provers.terms.evaluate import NotEvaluated, Undefined, evaluate_integer
from lemmata.provers.terms.polynomial import plus, polynomial_of, scaled
from lemmata.provers.terms.python_expressions import Scope, as_int, fail
from lemmata.provers.terms.python_reader import DEEPEST, Flow, Functions, parameters_of, read_module, stored_in
from lemmata.provers.terms.term import App, Num, Op, Sort, Term, Var, depth, free_variables, number

_FURTHEST = 12
_FOLDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """A loop over a range that starts at a numeral.

    Args:
        rounds: how many there are; none where it is negative.
        low, step: the first value of the loop's variable, and by how much it grows.
        index: name under which updates know that variable.
        names: of the state in the source; `before(name)` is the value before a round.
        initial: values before the first round.
        updates: values after a round.
        number: of this loop.
    """

    rounds: Term
    low: int
    step: int
    index: str
    names: tuple[str, ...]
    initial: tuple[int, ...]
    updates: tuple[Term, ...]
    number: int

    def before(self, name: str) -> str:
        return f"{name}~{self.number}"

    def after(self, name: str) -> str:
        return f"~{self.number}.{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A function of one whole number.

    Args:
        name: of the function.
        parameter: its name.
        start: the least value that it is asked for.
        term: what it returns.
        back: by how much earlier values are that it uses, at most; 0: none.
        folds: inner loops before outer ones.
    """

    name: str
    parameter: str
    start: int
    term: Term
    back: int
    folds: tuple[Fold, ...]


def earlier(distance: int) -> str:
    """The name of the value so much earlier."""
    return f"~back{distance}"


def read_system(problem: Problem) -> System:
    """The function whose closed form a problem asks for.

    Raises:
        BadInput: it asks for something else, or is outside the subset.
    """
    if not isinstance(problem, Construction) or problem.target != "find_value":
        raise BadInput("expected a construction with find_value(n: int) -> int", place=problem.name)
    try:
        return _system(problem.source, problem.target)
    except RecursionError:
        raise BadInput("expected a function that is nested less deeply", place=problem.name) from None
    except BadInput as exc:
        raise BadInput(exc.text, place=f"{problem.name}:{exc.place}" if exc.place else problem.name) from None


def read_start(node: ast.FunctionDef) -> tuple[int, list[ast.stmt]]:
    """Where the asserts at the head say that it starts (else 0), and the statements after them.

    Raises:
        BadInput: an assert says something else.
    """
    (name,) = parameters_of(node)
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    found: list[int] = []
    while body and isinstance(body[0], ast.Assert):
        found.append(_least(body[0], name))
        body = body[1:]
    return max(found, default=0), body


def _least(node: ast.Assert, name: str) -> int:
    term = Functions({}, {}, used={name}).expression(node.test, {name: Var(name, Sort.INT)})
    match term:
        case App(op=(Op.LE | Op.LT) as op, args=(Num(value=int(low)), Var(name=found))) if found == name:
            return low + (op is Op.LT)
    raise fail(node, f"expected `assert {name} >= numeral`: where the closed form is to start")


def _system(source: str, target: str) -> System:
    functions, constants = read_module(source)
    if target not in functions:
        raise BadInput(f"expected a function {target}(n: int) -> int", place=target)
    node = functions[target]
    names = parameters_of(node)
    if len(names) != 1:
        raise fail(node, "expected one parameter")
    start, body = read_start(node)
    reading = _Reading(functions, constants, node, names[0])
    term = as_int(reading.function(body))
    if depth(term) > DEEPEST:
        raise fail(node, f"expected a shorter function: written out, it nests deeper than {DEEPEST} levels")
    return System(
        name=target,
        parameter=names[0],
        start=start,
        term=term,
        back=max(reading.used_back, default=0),
        folds=tuple(reading.folds.values()),
    )


class _Reading(Functions):
    """Reads loops over other than constant ranges as folds, and calls of the function itself as earlier values."""

    def __init__(
        self, functions: dict[str, ast.FunctionDef], constants: dict[str, Term], node: ast.FunctionDef, parameter: str
    ) -> None:
        super().__init__(functions, constants, used={parameter})
        self.node, self.parameter = node, parameter
        self.used_back: set[int] = set()
        self.folds: dict[Hashable, Fold] = {}
        self.numbered = 0

    def function(self, body: list[ast.stmt]) -> Term:
        def end(_: Scope) -> Term:
            raise fail(self.node, f"expected every path through {self.node.name} to end with return")

        return self.block(body, {self.parameter: Var(self.parameter, Sort.INT)}, Flow(end))

    def called(self, node: ast.Call, name: str, args: list[Term]) -> Term:
        if name != self.node.name:
            return super().called(node, name, args)
        found = polynomial_of(args[0]) if len(args) == 1 else None
        gap = None if found is None else plus(found, scaled({((self.parameter, 1),): 1}, -1))
        if gap is None or set(gap) != {()} or not -_FURTHEST <= gap[()] < 0:
            raise fail(node, f"expected {name}({self.parameter} - c) with a numeral c from 1 to {_FURTHEST}")
        self.used_back.add(-gap[()])
        return Var(earlier(-gap[()]), Sort.INT)

    def search(
        self, node: ast.For, name: str, source: ast.expr, body: list[ast.stmt], scope: Scope, flow: Flow
    ) -> Term:
        if any(isinstance(n, ast.Return) for n in ast.walk(node)):
            return super().search(node, name, source, body, scope, flow)
        if any(isinstance(n, ast.Break) for n in ast.walk(node)):
            raise fail(node, "break is understood only in loops over constant ranges")
        state = tuple(sorted(stored_in(body) & scope.keys() - {name}))
        if not state:
            raise fail(node, "expected a loop that changes something that was assigned before it")

        def round_of(fold_scope: Scope, variable: Term) -> list[Term]:
            inside = {**fold_scope, name: variable}
            ends: list[Term] = []
            for wanted in state:
                onward = _picking(wanted)
                ends.append(as_int(self.block(body, inside, Flow(onward, None, onward))))
            return ends

        fold = self.folded(node, source, name, {s: as_int(scope[s]) for s in state}, round_of, scope)
        kept = {k: v for k, v in scope.items() if k not in {name, *stored_in(body)}}
        return flow.after({**kept, **{s: Var(fold.after(s), Sort.INT) for s in state}})

    def over(self, name: str, source: ast.expr, target: str, inside: Callable[[Term], Term], scope: Scope) -> Term:
        if name != "sum" or self.listed(source, scope) is not None:
            return super().over(name, source, target, inside, scope)

        def round_of(fold_scope: Scope, variable: Term) -> list[Term]:
            return [self.make(Op.ADD, fold_scope["sum"], as_int(inside(variable)))]

        fold = self.folded(source, source, target, {"sum": number(0)}, round_of, scope)
        return Var(fold.after("sum"), Sort.INT)

    def folded(
        self,
        node: ast.AST,
        source: ast.expr,
        target: str,
        initial: dict[str, Term],
        round_of: Callable[[Scope, Term], list[Term]],
        scope: Scope,
    ) -> Fold:
        """The loop, read once for each meaning that the names around it have."""
        key = (ast.dump(node, include_attributes=True), tuple(sorted(scope.items(), key=lambda item: item[0])))
        if key in self.folds:
            return self.folds[key]
        low, high, step = self.range_of(source, scope)
        first, starts = _numeral(low), {n: _numeral(v) for n, v in initial.items()}
        if first is None or None in starts.values():
            raise fail(node, "expected a loop whose range and state begin with numerals")
        fold = Fold(
            rounds=self.make(Op.SUB, high, low) if step == 1 else self.count(low, high, step),
            low=first,
            step=step,
            index=f"{target}~{self.numbered}",
            names=tuple(starts),
            initial=tuple(v for v in starts.values() if v is not None),
            updates=(),
            number=self.numbered,
        )
        self.numbered += 1
        inner = {**scope, **{n: Var(fold.before(n), Sort.INT) for n in starts}}
        made = replace(fold, updates=tuple(round_of(inner, Var(fold.index, Sort.INT))))
        known = {made.index, *map(made.before, made.names)}
        odd = {v for u in made.updates for v in free_variables(u) if v not in known and not v.startswith("~")}
        if odd or len(self.folds) >= _FOLDS:
            told = f"one that does not use {min(odd).split('~')[0]}" if odd else f"at most {_FOLDS} of them"
            raise fail(node, f"expected a loop whose rounds depend on its own state only, and {told}")
        self.folds[key] = made
        return made


def _picking(wanted: str) -> Callable[[Scope], Term]:
    return lambda scope: scope[wanted]


def _numeral(term: Term) -> int | None:
    try:
        return evaluate_integer(term, {})
    except (Undefined, NotEvaluated, KeyError):
        return None
