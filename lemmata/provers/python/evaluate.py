"""Python expressions over integers, booleans, lists and tuples, turned into terms.

Whatever may raise becomes an obligation under the condition that it is reached; what follows may then assume that
nothing was raised. Everything outside the fragment raises `Unsupported`; nothing is approximated.
"""

from __future__ import annotations

import ast
import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from lemmata.provers.python.builder import FALSE, TRUE, Builder, Node, Unsupported, integer, truth
from lemmata.provers.python.state import MIXED, Mixed, Ref, State, Value, merge_values

_ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.FloorDiv: "//",
    ast.Mod: "%",
}
_LARGEST_POWER = 16
_LONGEST_LIST = 128


@dataclass(frozen=True, slots=True)
class Obligation:
    """An exception that must not come out: for which inputs it does, its class and its line."""

    guard: Node
    exception: str
    line: int


@dataclass(slots=True)
class Evaluator(ABC):
    """Evaluates expressions in states.

    Args:
        builder: makes the terms.
        constants: names of the module that always have the same value.
        hidden: names that are bound somewhere in the module, hence may not be built-ins.
        announced: exceptions that are no violations.
        obligations: found so far.
        assuming: inside a precondition: what would raise there restricts the inputs instead.
        local: names that the function being evaluated binds.
        touched: lists whose items were looked at.
    """

    builder: Builder
    constants: dict[str, Value] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    announced: tuple[str, ...] = ()
    obligations: list[Obligation] = field(default_factory=list)
    assuming: bool = False
    local: frozenset[str] = frozenset()
    touched: set[int] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def oblige(self, state: State, bad: Node, line: int, exception: str) -> None:
        """It must not be bad here; from here on it is not."""
        reached = self.builder.both(state.guard, bad)
        if reached == FALSE:
            return
        if not self.assuming and exception not in self.announced:
            self.obligations.append(Obligation(reached, exception, line))
        state.guard = self.builder.both(state.guard, self.builder.negate(bad))

    def allocate(self, state: State, items: tuple[Value, ...]) -> Ref:
        """A new list."""
        ref = Ref(next(self._numbers))
        self.fill(state, ref, items)
        return ref

    def fill(self, state: State, ref: Ref, items: tuple[Value, ...]) -> None:
        """Give a list its items."""
        state.heap[ref.number] = self.short(items)

    def short(self, items: tuple[Value, ...]) -> tuple[Value, ...]:
        """The items, if they are few, those of tuples inside counted."""
        self.builder.work(len(items))
        if _weigh(items) > _LONGEST_LIST:
            raise Unsupported(f"lists and tuples of more than {_LONGEST_LIST} items")
        return items

    def evaluate(self, node: ast.expr, state: State) -> Value:
        """The value of an expression."""
        self.builder.work()
        match node:
            case ast.Constant(value=bool() as value):
                return truth(value)
            case ast.Constant(value=int() as value):
                return integer(value)
            case ast.Constant(value=None):
                return None
            case ast.Name(id=name):
                return self.lookup(name, state)
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return self.builder.negate(self.condition(inner, state))
            case ast.UnaryOp(op=op, operand=inner):
                return self.sign(op, self.integer(self.evaluate(inner, state)))
            case ast.BinOp():
                return self.binary(node, state)
            case ast.BoolOp():
                return self.junction(node, state)
            case ast.Compare():
                return self.comparison(node, state)
            case ast.IfExp(test=test, body=then, orelse=other):
                test_ = self.condition(test, state)
                if test_.value is not None:
                    return self.evaluate(then if test_.value else other, state)
                first = self.under(state, test_, partial(self.evaluate, then))
                second = self.under(state, self.builder.negate(test_), partial(self.evaluate, other))
                return merge_values(self.builder, test_, first, second)
            case ast.Tuple(elts=elts):
                return self.short(tuple(self.evaluate(e, state) for e in self.plain(elts)))
            case ast.List(elts=elts):
                return self.allocate(state, tuple(self.evaluate(e, state) for e in self.plain(elts)))
            case ast.ListComp(elt=elt, generators=generators):
                return self.allocate(state, tuple(v for _, v in self.generate(elt, generators, state, fixed=True)))
            case ast.Subscript(value=base, slice=ast.Slice() as part):
                return self.slice(self.evaluate(base, state), part, state)
            case ast.Subscript(value=base, slice=index):
                container = self.evaluate(base, state)
                items = self.sequence(container, state)
                return self.item(items, self.integer(self.evaluate(index, state)), state, node.lineno)
            case ast.Call():
                return self.call(node, state)
        raise Unsupported(f"line {node.lineno}: {type(node).__name__}")

    def lookup(self, name: str, state: State) -> Value:
        if name in state.env:
            value = state.env[name]
        elif name not in self.local and name in self.constants:
            value = self.constants[name]
        else:
            raise Unsupported(f"the name {name}")
        if isinstance(value, Mixed):
            raise Unsupported(f"{name} is of different kinds, or not always bound")
        return value

    def integer(self, value: Value) -> Node:
        """The value as an integer."""
        if not isinstance(value, Node):
            raise Unsupported("arithmetic on something else than integers")
        return self.builder.number(value)

    def truth_of(self, value: Value, state: State) -> Node:
        """Whether `if` takes the value as true."""
        match value:
            case Node(sort="Bool"):
                return value
            case Node():
                return self.builder.negate(self.builder.arithmetic("=", value, integer(0)))
            case Ref():
                return truth(bool(state.items(value)))
            case tuple():
                return truth(bool(value))
            case None:
                return FALSE
        raise Unsupported("a condition on something unknown")

    def condition(self, node: ast.expr, state: State) -> Node:
        """Whether the expression is true; operands of `and`, `or` and `not` may be of any kind."""
        match node:
            case ast.BoolOp(op=op, values=values):
                found = self.condition(values[0], state)
                for value in values[1:]:
                    go_on = found if isinstance(op, ast.And) else self.builder.negate(found)
                    if go_on == FALSE:
                        break
                    right = self.under(state, go_on, partial(self.condition, value))
                    assert isinstance(right, Node)
                    joined = self.builder.both if isinstance(op, ast.And) else self.builder.either
                    found = joined(found, right)
                return found
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return self.builder.negate(self.condition(inner, state))
        return self.truth_of(self.evaluate(node, state), state)

    def under(self, state: State, condition: Node, run: Callable[[State], Value]) -> Value:
        """What is only evaluated where the condition holds; it may allocate, but change nothing."""
        inner = state.fork(self.builder.both(state.guard, condition))
        before = inner.guard
        self.builder.work(len(state.heap))
        value = run(inner)
        if inner.env != state.env or any(inner.heap[n] != items for n, items in state.heap.items()):
            raise Unsupported("an expression that changes a list or name in one branch only")
        state.heap.update(inner.heap)
        if inner.guard != before:
            skipped = self.builder.both(state.guard, self.builder.negate(condition))
            state.guard = self.builder.either(skipped, inner.guard)
        return value

    def sign(self, op: ast.unaryop, value: Node) -> Node:
        match op:
            case ast.USub():
                return self.builder.arithmetic("-", integer(0), value)
            case ast.UAdd():
                return value
            case _:
                return self.builder.arithmetic("-", integer(-1), value)

    def binary(self, node: ast.BinOp, state: State) -> Value:
        left, right = self.evaluate(node.left, state), self.evaluate(node.right, state)
        return self.operate(node.op, left, right, state, node.lineno)

    def operate(self, op: ast.operator, left: Value, right: Value, state: State, line: int) -> Value:
        """A binary operation on two values."""
        if isinstance(op, ast.Add) and isinstance(left, Ref) and isinstance(right, Ref):
            return self.allocate(state, (*state.items(left), *state.items(right)))
        if isinstance(op, ast.Add) and isinstance(left, tuple) and isinstance(right, tuple):
            return self.short((*left, *right))
        if isinstance(op, ast.Mult) and isinstance(left, Ref) and isinstance(right, Node) and right.value is not None:
            if right.value > _LONGEST_LIST:
                raise Unsupported("a list that is too long")
            return self.allocate(state, state.items(left) * int(right.value))
        if isinstance(op, ast.BitAnd | ast.BitOr | ast.BitXor):
            return self.bits(op, left, right)
        a, b = self.integer(left), self.integer(right)
        sign = _ARITHMETIC.get(type(op))
        if sign is not None:
            if sign in ("//", "%"):
                self.oblige(state, self.builder.arithmetic("=", b, integer(0)), line, "ZeroDivisionError")
            return self.builder.arithmetic(sign, a, b)
        if b.value is None or not 0 <= b.value <= _LARGEST_POWER * (1 if isinstance(op, ast.Pow) else 16):
            raise Unsupported(f"line {line}: {type(op).__name__} with this right-hand side")
        match op:
            case ast.Pow():
                result = integer(1)
                for _ in range(b.value):
                    result = self.builder.arithmetic("*", result, a)
                return result
            case ast.LShift():
                return self.builder.arithmetic("*", a, integer(1 << b.value))
            case ast.RShift():
                return self.builder.arithmetic("//", a, integer(1 << b.value))
        raise Unsupported(f"line {line}: {type(op).__name__}")

    def bits(self, op: ast.operator, left: Value, right: Value) -> Node:
        """`& | ^` of booleans, and `& 1` of an integer."""
        if not isinstance(left, Node) or not isinstance(right, Node):
            raise Unsupported("& | ^ on something else than numbers")
        if left.sort == right.sort == "Bool":
            if isinstance(op, ast.BitXor):
                return self.builder.negate(self.builder.equal(left, right))
            return self.builder.both(left, right) if isinstance(op, ast.BitAnd) else self.builder.either(left, right)
        if isinstance(op, ast.BitAnd) and right.sort == "Int" and right.value == 1:
            return self.builder.arithmetic("%", self.integer(left), integer(2))
        raise Unsupported("& | ^ on integers")

    def junction(self, node: ast.BoolOp, state: State) -> Value:
        found = self.evaluate(node.values[0], state)
        for operand in node.values[1:]:
            stop = self.truth_of(found, state)
            if isinstance(node.op, ast.And):
                stop = self.builder.negate(stop)
            if stop == TRUE:
                return found
            right = self.under(state, self.builder.negate(stop), partial(self.evaluate, operand))
            found = merge_values(self.builder, stop, found, right)
        return found

    def comparison(self, node: ast.Compare, state: State) -> Node:
        left = self.evaluate(node.left, state)
        found = TRUE
        for op, right_node in zip(node.ops, node.comparators, strict=True):
            if found == FALSE:
                return FALSE
            step = _Step(self, op, left, right_node)
            told = step(state) if found == TRUE else self.under(state, found, step)
            assert isinstance(told, Node)
            found = self.builder.both(found, told)
            left = step.right
        return found

    def compare(self, op: ast.cmpop, left: Value, right: Value, state: State) -> Node:
        match op:
            case ast.Eq():
                return self.equal(left, right, state)
            case ast.NotEq():
                return self.builder.negate(self.equal(left, right, state))
            case ast.Is() if right is None:
                return truth(self.known(left) is None)
            case ast.IsNot() if right is None:
                return truth(self.known(left) is not None)
            case ast.In() | ast.NotIn():
                items = self.sequence(right, state)
                found = self.builder.either(*(self.equal(i, left, state) for i in items))
                return found if isinstance(op, ast.In) else self.builder.negate(found)
            case ast.Lt() | ast.Gt() | ast.LtE() | ast.GtE():
                a, b = self.integer(left), self.integer(right)
                if isinstance(op, ast.Gt | ast.GtE):
                    a, b = b, a
                return self.builder.arithmetic("<" if isinstance(op, ast.Lt | ast.Gt) else "<=", a, b)
        raise Unsupported(f"{type(op).__name__} on these values")

    def equal(self, left: Value, right: Value, state: State) -> Node:
        """Python's `==`."""
        self.builder.work()
        match self.known(left), self.known(right):
            case Node() as a, Node() as b:
                return self.builder.equal(a, b) if a.sort == b.sort else self.builder.equal(*map(self.integer, (a, b)))
            case Ref() as a, Ref() as b:
                return self._all_equal(state.items(a), state.items(b), state)
            case tuple() as a, tuple() as b:
                return self._all_equal(a, b, state)
            case None, None:
                return TRUE
        return FALSE

    def sequence(self, value: Value, state: State) -> tuple[Value, ...]:
        """The items of a list or tuple."""
        if isinstance(value, Ref):
            self.touched.add(value.number)
            return state.items(value)
        if isinstance(value, tuple):
            return value
        raise Unsupported("something that is no list or tuple where one is needed")

    def item(self, items: tuple[Value, ...], index: Node, state: State, line: int) -> Value:
        """The item at an index, which must be in range."""
        place = self.place(len(items), index, state, line)
        if not items:
            return integer(0)  # never reached: the obligation has ended every path
        if place.value is not None:
            return self.known(items[place.value]) if 0 <= place.value < len(items) else integer(0)
        found = items[-1]
        for number in range(len(items) - 2, -1, -1):
            here = self.builder.arithmetic("=", place, integer(number))
            found = merge_values(self.builder, here, items[number], found)
        return self.known(found)

    def place(self, length: int, index: Node, state: State, line: int) -> Node:
        """The index counted from the front; an obligation that it is in range."""
        low = self.builder.arithmetic("<", index, integer(-length))
        high = self.builder.arithmetic("<=", integer(length), index)
        self.oblige(state, self.builder.either(low, high), line, "IndexError")
        negative = self.builder.arithmetic("<", index, integer(0))
        return self.builder.choose(negative, self.builder.arithmetic("+", index, integer(length)), index)

    def slice(self, value: Value, part: ast.Slice, state: State) -> Value:
        bounds = []
        for bound in (part.lower, part.upper, part.step):
            number = None if bound is None else self.integer(self.evaluate(bound, state)).value
            if bound is not None and number is None:
                raise Unsupported("a slice whose bounds depend on the input")
            bounds.append(number)
        if bounds[2] == 0:
            raise Unsupported("a slice with step 0")
        items = self.sequence(value, state)[slice(*bounds)]
        return self.allocate(state, items) if isinstance(value, Ref) else items

    def bind(self, target: ast.expr, value: Value, state: State) -> None:
        """Give a name, or several in a tuple, their values."""
        match target:
            case ast.Name(id=name):
                state.env[name] = value
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                items = self.sequence(value, state)
                if len(items) != len(elts):
                    raise Unsupported("unpacking of another length")
                for inner, item in zip(elts, items, strict=True):
                    self.bind(inner, item, state)
            case _:
                raise Unsupported(f"assignment to {type(target).__name__}")

    @abstractmethod
    def generate(
        self, elt: ast.expr, generators: list[ast.comprehension], state: State, *, fixed: bool
    ) -> list[tuple[Node, Value]]:
        """The values of a comprehension, each with the condition that it is there; `fixed`: none may be missing."""

    @abstractmethod
    def iterate(self, node: ast.expr, state: State) -> tuple[Value, ...]:
        """What a `for` runs over, where that is a known number of values."""

    @abstractmethod
    def call(self, node: ast.Call, state: State) -> Value:
        """The value of a call."""

    def plain(self, elts: list[ast.expr]) -> list[ast.expr]:
        if any(isinstance(e, ast.Starred) for e in elts):
            raise Unsupported("a starred item")
        return elts

    def known(self, value: Value) -> Value:
        if value is MIXED or isinstance(value, Mixed):
            raise Unsupported("a value of different kinds in different branches")
        return value

    def _all_equal(self, left: tuple[Value, ...], right: tuple[Value, ...], state: State) -> Node:
        if len(left) != len(right):
            return FALSE
        return self.builder.both(*(self.equal(a, b, state) for a, b in zip(left, right, strict=True)))


def _weigh(items: tuple[Value, ...]) -> int:
    return sum(1 + _weigh(i) if isinstance(i, tuple) else 1 for i in items)


@dataclass(slots=True)
class _Step:
    """One comparison of a chain; keeps the right-hand side for the next."""

    evaluator: Evaluator
    op: ast.cmpop
    left: Value
    node: ast.expr
    right: Value = None

    def __call__(self, state: State) -> Node:
        self.right = self.evaluator.evaluate(self.node, state)
        return self.evaluator.compare(self.op, self.left, self.right, state)
