"""Built-in functions, list methods and comprehensions of the fragment, and what loops can run over."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from lemmata.provers.python.builder import FALSE, TRUE, Node, Unsupported, integer, truth
from lemmata.provers.python.evaluate import Evaluator
from lemmata.provers.python.state import Ref, State, Value

LONGEST_RANGE = 256
_LONGEST_SORT = 8
_KINDS = ("int", "bool", "list", "tuple")


@dataclass(slots=True)
class Caller(Evaluator):
    """Evaluates calls.

    Args:
        functions: those of the module, by name.
    """

    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)

    @abstractmethod
    def inline(self, function: ast.FunctionDef, node: ast.Call, state: State) -> Value:
        """The value of a call of a function of the module."""

    def is_builtin(self, name: str, state: State) -> bool:
        return name not in self.local and name not in self.hidden and name not in state.env

    def call(self, node: ast.Call, state: State) -> Value:
        match node.func:
            case ast.Name(id=name) if name in self.functions and name not in self.local:
                return self.inline(self.functions[name], node, state)
            case ast.Name(id=name) if self.is_builtin(name, state) and not node.keywords:
                if name in ("any", "all") and len(node.args) == 1:
                    return self.some_or_all(name, node.args[0], state)
                handler = _BUILTINS.get(name)
                if handler is not None:
                    return handler(self, self.plain(node.args), state, node.lineno)
            case ast.Attribute(value=base, attr=name) if not node.keywords:
                value = self.evaluate(base, state)
                arguments = [self.evaluate(a, state) for a in self.plain(node.args)]
                if isinstance(value, Ref):
                    return self.method(value, name, arguments, state, node.lineno)
        raise Unsupported(f"line {node.lineno}: the call {ast.unparse(node)[:60]}")

    def iterate(self, node: ast.expr, state: State) -> tuple[Value, ...]:
        match node:
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if self.is_builtin(name, state):
                if name == "range":
                    return self.range(args, state)
                if name == "reversed" and len(args) == 1 and not _is_iterator(args[0]):
                    return self.iterate(args[0], state)[::-1]
                if name == "enumerate" and len(args) == 1:
                    return tuple((integer(i), v) for i, v in enumerate(self.iterate(args[0], state)))
                if name == "zip":
                    return tuple(zip(*(self.iterate(a, state) for a in args), strict=False))
        return self.sequence(self.evaluate(node, state), state)

    def range(self, args: list[ast.expr], state: State) -> tuple[Value, ...]:
        values = [self.integer(self.evaluate(a, state)).value for a in args]
        if not 1 <= len(values) <= 3 or None in values or values[2:] == [0]:
            raise Unsupported("a range whose bounds depend on the input")
        numbers = range(*(v for v in values if v is not None))
        if len(numbers) > LONGEST_RANGE:
            raise Unsupported(f"a range of more than {LONGEST_RANGE} numbers")
        return tuple(integer(n) for n in numbers)

    def generate(
        self, elt: ast.expr, generators: list[ast.comprehension], state: State, *, fixed: bool
    ) -> list[tuple[Node, Value]]:
        """The values of a comprehension, each with the condition that it is there; `fixed`: none may be missing."""
        [generator] = generators if len(generators) == 1 else [None]
        if generator is None or generator.is_async or not isinstance(generator.target, ast.Name | ast.Tuple):
            raise Unsupported("a comprehension with several loops")
        outside, outer = dict(state.env), self.local
        made: list[tuple[Node, Value]] = []
        names = frozenset(n.id for n in ast.walk(generator.target) if isinstance(n, ast.Name))
        iterated = self.iterate(generator.iter, state)
        self.local = outer | names
        for value in iterated:
            self.bind(generator.target, value, state)
            there = TRUE
            for test in generator.ifs:
                told = self.under(state, TRUE, partial(self.condition, test))
                assert isinstance(told, Node)
                there = told
            if len(generator.ifs) > 1 or (fixed and there.value is None):
                raise Unsupported("a comprehension whose length depends on the input")
            if there != FALSE:
                made.append((there, self.under(state, there, partial(self.evaluate, elt))))
        state.env, self.local = outside, outer
        return made

    def values(self, node: ast.expr, state: State) -> list[tuple[Node, Value]]:
        """The values of a sequence or generator, each with the condition that it is there."""
        if isinstance(node, ast.GeneratorExp):
            return self.generate(node.elt, node.generators, state, fixed=False)
        return [(TRUE, v) for v in self.iterate(node, state)]

    def some_or_all(self, name: str, node: ast.expr, state: State) -> Node:
        """`any` and `all`: left to right, and no further than needed."""
        if not isinstance(node, ast.GeneratorExp):
            items = [self.truth_of(v, state) for v in self.iterate(node, state)]
            return self.builder.either(*items) if name == "any" else self.builder.both(*items)
        [generator] = node.generators if len(node.generators) == 1 else [None]
        if generator is None or generator.is_async:
            raise Unsupported("a generator with several loops")
        test = _each(name, generator.ifs, node.elt)
        outside, outer = dict(state.env), self.local
        values = self.iterate(generator.iter, state)
        self.local = outer | {n.id for n in ast.walk(generator.target) if isinstance(n, ast.Name)}
        found = FALSE if name == "any" else TRUE
        for value in values:
            self.bind(generator.target, value, state)
            go_on = self.builder.negate(found) if name == "any" else found
            if go_on == FALSE:
                break
            told = self.under(state, go_on, partial(self.condition, test))
            assert isinstance(told, Node)
            found = self.builder.either(found, told) if name == "any" else self.builder.both(found, told)
        state.env, self.local = outside, outer
        return found

    def method(self, ref: Ref, name: str, arguments: list[Value], state: State, line: int) -> Value:
        """A method of a list."""
        items = state.items(ref)
        match name, arguments:
            case "append", [value]:
                self.fill(state, ref, (*items, value))
            case "extend", [other]:
                self.fill(state, ref, (*items, *self.sequence(other, state)))
            case "copy", []:
                return self.allocate(state, items)
            case "reverse", []:
                state.heap[ref.number] = items[::-1]
            case "sort", []:
                state.heap[ref.number] = self.sort(items)
            case "pop", []:
                self.oblige(state, truth(not items), line, "IndexError")
                state.heap[ref.number] = items[:-1]
                return self.known(items[-1]) if items else integer(0)
            case "count", [value]:
                found = [self.builder.number(self.equal(i, value, state)) for i in items]
                return self.total(found)
            case _:
                raise Unsupported(f"line {line}: the method {name}")
        return None

    def total(self, values: list[Node]) -> Node:
        found = integer(0)
        for value in values:
            found = self.builder.arithmetic("+", found, value)
        return found

    def extreme(self, name: str, values: list[Value]) -> Node:
        """The least or greatest of some integers."""
        nodes = [v for v in values if isinstance(v, Node) and v.sort == "Int"]
        if len(nodes) != len(values) or not nodes:
            raise Unsupported(f"{name} of something else than integers")
        found = nodes[0]
        for node in nodes[1:]:
            better = ("<", node, found) if name == "min" else ("<", found, node)
            found = self.builder.choose(self.builder.arithmetic(*better), node, found)
        return found

    def sort(self, items: tuple[Value, ...]) -> tuple[Value, ...]:
        """The integers in rising order, by a network of comparisons."""
        if len(items) > _LONGEST_SORT:
            raise Unsupported(f"sorting more than {_LONGEST_SORT} items")
        made = list(items)
        for end in range(len(made) - 1, 0, -1):
            for i in range(end):
                pair: list[Value] = [made[i], made[i + 1]]
                made[i], made[i + 1] = self.extreme("min", pair), self.extreme("max", pair)
        return tuple(made)


def _each(name: str, tests: list[ast.expr], element: ast.expr) -> ast.expr:
    """What every round of `any` or `all` asks: an item that a filter drops is false for `any` and true for `all`."""
    if not tests:
        return element
    there: ast.expr = ast.BoolOp(ast.And(), tests) if len(tests) > 1 else tests[0]
    if name == "any":
        return ast.BoolOp(ast.And(), [there, element])
    return ast.BoolOp(ast.Or(), [ast.UnaryOp(ast.Not(), there), element])


def _is_iterator(node: ast.expr) -> bool:
    """Whether it can only be run over forwards."""
    match node:
        case ast.Call(func=ast.Name(id=("reversed" | "enumerate" | "zip"))):
            return True
    return False


Builtin = Callable[[Caller, list[ast.expr], State, int], Value]


def _one(caller: Caller, args: list[ast.expr], state: State) -> Value:
    if len(args) != 1:
        raise Unsupported(f"a call with {len(args)} arguments")
    return caller.evaluate(args[0], state)


def _abs(caller: Caller, args: list[ast.expr], state: State, line: int) -> Value:
    value = caller.integer(_one(caller, args, state))
    negative = caller.builder.arithmetic("<", value, integer(0))
    return caller.builder.choose(negative, caller.sign(ast.USub(), value), value)


def _extreme(name: str) -> Builtin:
    def run(caller: Caller, args: list[ast.expr], state: State, line: int) -> Value:
        if len(args) != 1:
            return caller.extreme(name, [caller.evaluate(a, state) for a in args])
        found = caller.values(args[0], state)
        if any(there != TRUE for there, _ in found):
            raise Unsupported(f"{name} over values that may be missing")
        caller.oblige(state, truth(not found), line, "ValueError")
        return caller.extreme(name, [v for _, v in found]) if found else integer(0)

    return run


def _sum(caller: Caller, args: list[ast.expr], state: State, line: int) -> Value:
    if len(args) != 1:
        raise Unsupported("sum with a start value")
    builder = caller.builder
    found = caller.values(args[0], state)
    return caller.total([builder.choose(there, caller.integer(v), integer(0)) for there, v in found])


def _length(caller: Caller, args: list[ast.expr], state: State, line: int) -> Value:
    return integer(len(caller.sequence(_one(caller, args, state), state)))


def _sorted(caller: Caller, args: list[ast.expr], state: State, line: int) -> Value:
    return caller.allocate(state, caller.sort(_items(caller, args, state)))


def _items(caller: Caller, args: list[ast.expr], state: State) -> tuple[Value, ...]:
    if len(args) != 1 or isinstance(args[0], ast.GeneratorExp):
        raise Unsupported("a call on a generator")
    return caller.iterate(args[0], state)


def _isinstance(caller: Caller, args: list[ast.expr], state: State, line: int) -> Value:
    match args:
        case [value_node, ast.Name(id=name)] if name in _KINDS and caller.is_builtin(name, state):
            match caller.known(caller.evaluate(value_node, state)):
                case Node(sort=sort):
                    return truth(name == "int" or (name == "bool" and sort == "Bool"))
                case Ref():
                    return truth(name == "list")
                case tuple():
                    return truth(name == "tuple")
                case None:
                    return FALSE
    raise Unsupported(f"line {line}: isinstance of this")


def _divmod(caller: Caller, args: list[ast.expr], state: State, line: int) -> Value:
    if len(args) != 2:
        raise Unsupported("divmod needs two arguments")
    a, b = (caller.evaluate(x, state) for x in args)
    quotient = caller.operate(ast.FloorDiv(), a, b, state, line)
    return (quotient, caller.operate(ast.Mod(), a, b, state, line))


_BUILTINS: Mapping[str, Builtin] = {
    "abs": _abs,
    "min": _extreme("min"),
    "max": _extreme("max"),
    "sum": _sum,
    "len": _length,
    "sorted": _sorted,
    "list": lambda c, args, s, _: c.allocate(s, _items(c, args, s) if args else ()),
    "tuple": lambda c, args, s, _: _items(c, args, s) if args else (),
    "int": lambda c, args, s, _: c.integer(_one(c, args, s)),
    "bool": lambda c, args, s, _: c.truth_of(_one(c, args, s), s),
    "isinstance": _isinstance,
    "divmod": _divmod,
}
