"""Python statements, executed on terms: branches merge again, loops and recursion are unrolled up to a bound."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from dataclasses import dataclass, field

from lemmata.provers.python.builder import FALSE, TRUE, Node, Unsupported, integer, truth
from lemmata.provers.python.calls import LONGEST_RANGE, Caller
from lemmata.provers.python.state import Ref, State, Value, merge_states, merge_values

_RETURN = "<return>"
Head = Callable[[State, int], tuple[Node, Callable[[State], None]]]
"""Of a loop: in this state, before this round, whether it goes on, and what its target is bound to."""


@dataclass(slots=True)
class Loop:
    """Where a loop was left early."""

    breaks: list[State] = field(default_factory=list)
    continues: list[State] = field(default_factory=list)


@dataclass(slots=True)
class Executor(Caller):
    """Executes statements.

    Args:
        bound: rounds of a loop, and calls of one function within each other, that are followed.
        unwinding: conditions under which the bound is not enough.
    """

    bound: int = 4
    unwinding: list[Node] = field(default_factory=list)
    _loops: list[Loop] = field(default_factory=list)
    _returns: list[list[State]] = field(default_factory=list)
    _calls: list[str] = field(default_factory=list)

    def function(self, node: ast.FunctionDef, body: list[ast.stmt], state: State) -> tuple[State | None, Value]:
        """The state after a function's body and what it returned; no state: it never returns."""
        self._returns.append([])
        self._calls.append(node.name)
        outer, self.local = self.local, bound_names(node)
        end = self.block(body, state)
        self.local = outer
        self._calls.pop()
        ends = self._returns.pop()
        if end is not None:
            end.env[_RETURN] = None
            ends.append(end)
        merged = merge_states(self.builder, ends)
        return merged, None if merged is None else merged.env[_RETURN]

    def inline(self, function: ast.FunctionDef, node: ast.Call, state: State) -> Value:
        args = function.args
        names = [a.arg for a in args.args]
        told = [*names[: len(node.args)], *(k.arg for k in node.keywords)]
        if len(node.args) > len(names) or len(set(told)) != len(told) or None in told:
            raise Unsupported(f"line {node.lineno}: a call with these arguments")
        values = [self.evaluate(v, state) for v in (*self.plain(node.args), *(k.value for k in node.keywords))]
        given: dict[str, Value] = {str(name): value for name, value in zip(told, values, strict=True)}
        for name, default in zip(names[len(names) - len(args.defaults) :], args.defaults, strict=True):
            if name not in given:
                if not isinstance(default, ast.Constant):
                    raise Unsupported("a default that is no constant")
                given[name] = self.evaluate(default, state)
        odd = function.decorator_list or args.vararg or args.kwarg or args.kwonlyargs or args.posonlyargs
        if odd or set(given) != set(names):
            raise Unsupported(f"line {node.lineno}: a call with these arguments")
        if any(isinstance(n, ast.Yield | ast.YieldFrom | ast.Await) for n in ast.walk(function)):
            raise Unsupported(f"{function.name} is a generator")
        if self._calls.count(function.name) > self.bound:
            self.unwinding.append(state.guard)
            state.guard = FALSE
            return integer(0)
        loops, self._loops = self._loops, []
        end, value = self.function(function, function.body, State(state.guard, given, dict(state.heap)))
        self._loops = loops
        state.guard = FALSE if end is None else end.guard
        state.heap = state.heap if end is None else end.heap
        return integer(0) if end is None else value

    def block(self, statements: list[ast.stmt], state: State) -> State | None:
        """The state after some statements; None: nothing gets there."""
        here: State | None = state
        for statement in statements:
            if here is None or here.guard == FALSE:
                return None
            here = self.statement(statement, here)
        return None if here is None or here.guard == FALSE else here

    def statement(self, node: ast.stmt, state: State) -> State | None:
        self.builder.work()
        match node:
            case ast.Pass():
                return state
            case ast.Expr(value=ast.Constant()):
                return state
            case ast.Expr(value=value):
                self.evaluate(value, state)
                return state
            case ast.Assert(test=test):
                held = self.condition(test, state)
                self.oblige(state, self.builder.negate(held), node.lineno, "AssertionError")
                return state
            case ast.Assign(targets=targets, value=value):
                made = self.evaluate(value, state)
                for target in targets:
                    self.store(target, made, state)
                return state
            case ast.AnnAssign(target=ast.Name(), value=None):
                return state
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self.store(target, self.evaluate(value, state), state)
                return state
            case ast.AugAssign():
                return self.augment(node, state)
            case ast.If():
                test_ = self.condition(node.test, state)
                then = state.fork(self.builder.both(state.guard, test_))
                other = state.fork(self.builder.both(state.guard, self.builder.negate(test_)))
                ends = [self.block(node.body, then), self.block(node.orelse, other)]
                return merge_states(self.builder, [e for e in ends if e is not None])
            case ast.While():
                return self.loop(node, state, lambda here, _: (self.condition(node.test, here), lambda inner: None))
            case ast.For():
                return self.loop(node, state, self.head(node, state))
            case ast.Return(value=optional):
                state.env[_RETURN] = None if optional is None else self.evaluate(optional, state)
                self._returns[-1].append(state)
                return None
            case ast.Break():
                self._loops[-1].breaks.append(state)
                return None
            case ast.Continue():
                self._loops[-1].continues.append(state)
                return None
            case ast.Raise(exc=(ast.Name(id=name) | ast.Call(func=ast.Name(id=name))), cause=None):
                if name in self.announced and not (_is_plain(node) and self.is_builtin(name, state)):
                    raise Unsupported(f"line {node.lineno}: raise with more than a plain message")
                self.oblige(state, TRUE, node.lineno, name)
                return None
        raise Unsupported(f"line {node.lineno}: {type(node).__name__}")

    def store(self, target: ast.expr, value: Value, state: State) -> None:
        """Assign to names, tuples of them, or an item of a list."""
        match target:
            case ast.Subscript(value=base, slice=index) if not isinstance(index, ast.Slice):
                ref = self.evaluate(base, state)
                place = self.integer(self.evaluate(index, state))
                self.store_item(ref, place, value, state, target.lineno)
            case ast.Tuple(elts=elts) | ast.List(elts=elts) if not any(isinstance(e, ast.Starred) for e in elts):
                items = self.sequence(value, state)
                if len(items) != len(elts):
                    raise Unsupported("unpacking of another length")
                for inner, item in zip(elts, items, strict=True):
                    self.store(inner, item, state)
            case _:
                self.bind(target, value, state)

    def store_item(self, ref: Value, index: Node, value: Value, state: State, line: int) -> None:
        if not isinstance(ref, Ref):
            raise Unsupported("assignment to an item of something else than a list")
        items = state.items(ref)
        place = self.place(len(items), index, state, line)
        made = []
        for number, item in enumerate(items):
            here = self.builder.arithmetic("=", place, integer(number))
            made.append(merge_values(self.builder, here, value, item))
        state.heap[ref.number] = tuple(made)

    def augment(self, node: ast.AugAssign, state: State) -> State:
        match node.target:
            case ast.Name(id=name):
                old = self.lookup(name, state)
                right = self.evaluate(node.value, state)
                if isinstance(old, Ref):  # += changes the list itself
                    if not isinstance(node.op, ast.Add):
                        raise Unsupported("*= on a list")
                    self.fill(state, old, (*state.items(old), *self.sequence(right, state)))
                else:
                    state.env[name] = self.operate(node.op, old, right, state, node.lineno)
            case ast.Subscript(value=base, slice=index) if not isinstance(index, ast.Slice):
                ref = self.evaluate(base, state)
                place = self.integer(self.evaluate(index, state))
                old = self.item(self.sequence(ref, state), place, state, node.lineno)
                made = self.operate(node.op, old, self.evaluate(node.value, state), state, node.lineno)
                self.store_item(ref, place, made, state, node.lineno)
            case _:
                raise Unsupported(f"line {node.lineno}: augmented assignment")
        return state

    def head(self, node: ast.For, state: State) -> Head:
        """How a `for` goes on: over a range whose bounds may be unknown, or over known values."""
        match node.iter:
            case ast.Call(func=ast.Name(id="range"), args=args, keywords=[]) if (
                self.is_builtin("range", state) and 1 <= len(args) <= 3
            ):
                return self.range_head(node, args, state)
        outer, self.touched = self.touched, set()
        values = self.iterate(node.iter, state)
        before = {n: state.heap[n] for n in self.touched if n in state.heap}
        self.touched |= outer

        def head(here: State, turn: int) -> tuple[Node, Callable[[State], None]]:
            if any(here.heap[n] != items for n, items in before.items()):
                raise Unsupported(f"line {node.lineno}: a list that is changed while it is run over")
            there = turn < len(values)
            return truth(there), lambda inner: self.store(node.target, values[turn], inner)

        return head

    def range_head(self, node: ast.For, args: list[ast.expr], state: State) -> Head:
        given = [self.integer(self.evaluate(a, state)) for a in args]
        start, stop = (integer(0), given[0]) if len(given) == 1 else (given[0], given[1])
        step = given[2].value if len(given) == 3 else 1
        if not step:
            raise Unsupported(f"line {node.lineno}: a range with this step")

        def head(here: State, turn: int) -> tuple[Node, Callable[[State], None]]:
            value = self.builder.arithmetic("+", start, integer(step * turn))
            pair = (value, stop) if step > 0 else (stop, value)
            return self.builder.arithmetic("<", *pair), lambda inner: self.store(node.target, value, inner)

        return head

    def loop(self, node: ast.For | ast.While, state: State, head: Head) -> State | None:
        exits: list[State] = []
        left: list[State] = []
        entry = state.guard
        current: State | None = state
        turn = open_turns = 0
        while current is not None:
            test, bind = head(current, turn)
            exits.append(current.fork(self.builder.both(current.guard, self.builder.negate(test))))
            inside = self.builder.both(current.guard, test)
            counted = isinstance(node, ast.While) and isinstance(node.test, ast.Constant)
            open_turns += inside != entry and (test.value is None or counted)
            if inside == FALSE:
                break
            if open_turns > self.bound or turn > LONGEST_RANGE:
                self.unwinding.append(inside)
                break
            body = current.fork(inside)
            bind(body)
            self._loops.append(Loop())
            end = self.block(node.body, body)
            loop = self._loops.pop()
            left += loop.breaks
            current = merge_states(self.builder, [s for s in (end, *loop.continues) if s is not None])
            turn += 1
        normal = merge_states(self.builder, exits)
        if normal is not None and node.orelse:
            normal = self.block(node.orelse, normal)
        return merge_states(self.builder, [s for s in (normal, *left) if s is not None])


def bound_names(node: ast.FunctionDef) -> frozenset[str]:
    """The names that are local to a function, or to something inside it."""
    names = {a.arg for a in node.args.args}
    for inner in ast.walk(node):
        match inner:
            case ast.Name(id=name, ctx=(ast.Store() | ast.Del())):
                names.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                if inner is not node:
                    names.add(name)
            case ast.alias(name=name, asname=other):
                names.add(other or name.partition(".")[0])
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                names.add(name)
            case ast.MatchMapping(rest=str(name)):
                names.add(name)
    return frozenset(names)


def _is_plain(node: ast.Raise) -> bool:
    """Whether it raises a built-in exception, made of at most one literal, and nothing else can come out of it."""
    match node.exc:
        case ast.Name(id=name):
            arguments: list[ast.expr] = []
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            pass
        case _:
            return False
    kind = getattr(builtins, name, None)
    known = isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, UnicodeError)
    return known and len(arguments) < 2 and all(isinstance(a, ast.Constant) for a in arguments)
