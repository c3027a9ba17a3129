"""Python expressions over ints and bools as terms, with Python's meaning.

Understood: numerals, True, False, names, `+ - * // % **`, comparisons (chained too), `in` a range or a tuple of values,
`and or not`, `x if c else y`, `abs min max pow gcd int bool`, `sum all any` over a range or a tuple, and calls of
functions of the same file. Division by zero has no value, as Python raises there. A negative exponent would leave the
integers: a predicate must never reach one, which whoever decides it has to show.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import TypeAlias

from lemmata.errors import BadInput
from lemmata.provers.terms.evaluate import NotEvaluated, Undefined, evaluate
from lemmata.provers.terms.term import (
    TRUE,
    App,
    InRange,
    Let,
    Num,
    Op,
    Sort,
    Term,
    Truth,
    Var,
    apply,
    conjunction,
    disjunction,
    negated,
    number,
    sort_of,
)

Scope: TypeAlias = Mapping[str, Term]
"""What names stand for."""

UNDERSTOOD = frozenset(
    {"abs", "min", "max", "pow", "gcd", "int", "bool", "sum", "all", "any", "range", "divmod", "math"}
)
"""Names that keep Python's meaning: no file may give them another."""

_NODES = 20_000
_LISTED = 1_000
_DIGITS = 1_000
_BINARY: Mapping[type[ast.operator], Op] = {
    ast.Add: Op.ADD,
    ast.Sub: Op.SUB,
    ast.Mult: Op.MUL,
    ast.FloorDiv: Op.FLOOR_DIV,
    ast.Mod: Op.FLOOR_MOD,
    ast.Pow: Op.POW,
}


def fail(node: ast.AST, text: str) -> BadInput:
    """The error for a place in the source."""
    line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1
    return BadInput(text, place=f"{line}:{column}")


def as_truth(term: Term) -> Term:
    """Python's truth of a value."""
    if sort_of(term) is Sort.BOOL:
        return term
    return Truth(term.value != 0) if isinstance(term, Num) else negated(apply(Op.EQ, term, number(0)))


def as_int(term: Term) -> Term:
    """A bool as the int that it is in Python."""
    if sort_of(term) is Sort.INT:
        return term
    return number(int(term.value)) if isinstance(term, Truth) else apply(Op.ITE, term, number(1), number(0))


def same_sort(left: Term, right: Term) -> tuple[Term, Term]:
    """Both bools or both ints."""
    return (left, right) if sort_of(left) is sort_of(right) else (as_int(left), as_int(right))


class Expressions:
    """A reading of expressions; counts what it makes.

    Args:
        constants: of the module.
        used: names that are taken.
    """

    def __init__(self, constants: Mapping[str, Term], used: set[str]) -> None:
        self.constants, self.used, self.left = constants, {*used, *constants}, _NODES

    def fresh(self, name: str) -> str:
        unique, count = name, 0
        while unique in self.used:
            count += 1
            unique = f"{name}_{count}"
        self.used.add(unique)
        return unique

    def spend(self, node: ast.AST) -> None:
        self.left -= 1
        if self.left < 0:
            raise fail(node, f"expected a shorter function: written out, it has more than {_NODES} nodes")

    def make(self, op: Op, *args: Term) -> Term:
        """The operation applied; one of numerals is worked out."""
        if op in (Op.ADD, Op.MUL) and isinstance(args[0], App) and args[0].op is op:
            args = (*args[0].args, *args[1:])
        made = apply(op, *args)
        if made.sort is Sort.INT and all(isinstance(a, Num) for a in args):
            try:
                value = evaluate(made, {})
            except (Undefined, NotEvaluated):
                return made
            assert isinstance(value, int)
            return number(value)
        return made

    def expression(self, node: ast.expr, scope: Scope) -> Term:
        self.spend(node)
        match node:
            case ast.Constant(value=bool(value)):
                return Truth(value)
            case ast.Constant(value=int(value)) if value.bit_length() < 4 * _DIGITS:
                return number(value)
            case ast.Name(id=name):
                return self.name(node, name, scope)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                a, b = as_int(self.expression(left, scope)), as_int(self.expression(right, scope))
                return self.make(_BINARY[type(op)], a, b)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return negated(as_truth(self.expression(operand, scope)))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.make(Op.NEG, as_int(self.expression(operand, scope)))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return as_int(self.expression(operand, scope))
            case ast.BoolOp(op=op, values=values):
                return self.junction(isinstance(op, ast.And), [self.expression(v, scope) for v in values])
            case ast.Compare(left=left, ops=ops, comparators=others):
                pairs = zip([left, *others], ops, others, strict=False)
                return conjunction(*(self.compared(node, a, op, b, scope) for a, op, b in pairs))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                yes, no = same_sort(self.expression(body, scope), self.expression(orelse, scope))
                return self.make(Op.ITE, as_truth(self.expression(test, scope)), yes, no)
            case ast.Call():
                return self.call(node, scope)
        raise fail(node, f"{ast.unparse(node)[:40]!r} is not one of the expressions that are understood")

    def junction(self, all_of: bool, values: list[Term]) -> Term:
        """`and` or `or`, which give the value that decided and not its truth: `n or 5` is 5 where n is 0."""
        if all(sort_of(v) is Sort.BOOL for v in values):
            return conjunction(*values) if all_of else disjunction(*values)
        made = values[-1]
        for value in reversed(values[:-1]):
            yes, no = same_sort(made, value) if all_of else same_sort(value, made)
            made = self.make(Op.ITE, as_truth(value), yes, no)
        return made

    def name(self, node: ast.expr, name: str, scope: Scope) -> Term:
        found = scope.get(name, self.constants.get(name))
        if found is None:
            raise fail(node, f"{name} has no value here")
        return found

    def compared(self, node: ast.expr, left: ast.expr, op: ast.cmpop, right: ast.expr, scope: Scope) -> Term:
        a = self.expression(left, scope)
        if isinstance(op, ast.In | ast.NotIn):
            inside = self.contained(right, a, scope)
            return inside if isinstance(op, ast.In) else negated(inside)
        b = self.expression(right, scope)
        if isinstance(op, ast.Eq | ast.NotEq):
            both = sort_of(a) is Sort.BOOL and sort_of(b) is Sort.BOOL
            equal = apply(Op.IFF, a, b) if both else apply(Op.EQ, as_int(a), as_int(b))
            return equal if isinstance(op, ast.Eq) else negated(equal)
        a, b = as_int(a), as_int(b)
        match op:
            case ast.Lt():
                return apply(Op.LT, a, b)
            case ast.LtE():
                return apply(Op.LE, a, b)
            case ast.Gt():
                return apply(Op.LT, b, a)
            case ast.GtE():
                return apply(Op.LE, b, a)
        raise fail(node, "`is` is not understood; expected ==")

    def contained(self, node: ast.expr, value: Term, scope: Scope) -> Term:
        if isinstance(node, ast.Call):
            low, high, step = self.range_of(node, scope)
            if step != 1:
                raise fail(node, "expected a range without a step")
            return self.first(
                [low, high, as_int(value)],
                lambda n: conjunction(apply(Op.LE, n[0], n[2]), apply(Op.LT, n[2], n[1])),
            )
        items = self.listed(node, scope)
        if items is None:
            raise fail(node, "expected a range or a tuple, list or set of values")
        return self.first(
            [as_int(value), *map(as_int, items)], lambda n: disjunction(*(apply(Op.EQ, n[0], i) for i in n[1:]))
        )

    def first(self, values: list[Term], after: Callable[[list[Term]], Term]) -> Term:
        """What comes after values that Python looks at here and now, whether they are used or not."""
        names: list[Term] = []
        bound: list[tuple[Var, Term]] = []
        for value in values:
            if isinstance(value, Num | Truth | Var):
                names.append(value)
            else:
                var = Var(self.fresh("value"), sort_of(value))
                names.append(var)
                bound.append((var, value))
        made = after(names)
        for var, value in reversed(bound):
            made = Let(var, value, made)
        return made

    def call(self, node: ast.Call, scope: Scope) -> Term:
        name = _function_name(node.func)
        if name is None or node.keywords or name in scope or name in self.constants:
            raise fail(node, "expected a function's name and arguments without keywords")
        if name in ("all", "any", "sum") and len(node.args) == 1:
            return self.gathered(name, node.args[0], scope)
        args = [self.expression(a, scope) for a in node.args]
        match name, args:
            case "int", [a]:
                return as_int(a)
            case "bool", [a]:
                return as_truth(a)
            case "abs", [a]:
                return self.make(Op.ABS, as_int(a))
            case (("min" | "max"), [first, *others]) if others:
                made = as_int(first)
                for other in others:
                    made = self.make(Op.MIN if name == "min" else Op.MAX, made, as_int(other))
                return made
            case "pow", [a, b]:
                return self.make(Op.POW, as_int(a), as_int(b))
            case "pow", [a, Num(value=int(exponent)), c] if exponent >= 0:
                return self.make(Op.FLOOR_MOD, self.make(Op.POW, as_int(a), number(exponent)), as_int(c))
            case "gcd", [a, b]:
                return self.make(Op.GCD, as_int(a), as_int(b))
        return self.called(node, name, args)

    def called(self, node: ast.Call, name: str, args: list[Term]) -> Term:
        raise fail(node, f"{name} is not one of the functions that are understood")

    def several(self, node: ast.expr, scope: Scope) -> list[Term]:
        """The values of a tuple, or of divmod."""
        match node:
            case ast.Tuple(elts=elts):
                return [self.expression(e, scope) for e in elts]
            case ast.Call(func=ast.Name(id="divmod"), args=[left, right], keywords=[]):
                a, b = as_int(self.expression(left, scope)), as_int(self.expression(right, scope))
                return [self.make(Op.FLOOR_DIV, a, b), self.make(Op.FLOOR_MOD, a, b)]
        raise fail(node, "expected a tuple or divmod(…)")

    # Ranges

    def range_of(self, node: ast.expr, scope: Scope) -> tuple[Term, Term, int]:
        """First value, first one beyond, step."""
        match node:
            case ast.Call(func=ast.Name(id="range"), args=args, keywords=[]) if 1 <= len(args) <= 3:
                found = [as_int(self.expression(a, scope)) for a in args]
                if len(found) == 1:
                    return number(0), found[0], 1
                if len(found) == 2:
                    return found[0], found[1], 1
                if isinstance(found[2], Num) and found[2].value >= 1:
                    return found[0], found[1], int(found[2].value)
                raise fail(node, "expected a step that is a numeral above 0")
        raise fail(node, "expected range(…)")

    def count(self, low: Term, high: Term, step: int) -> Term:
        """How many values a range has; none or a negative number where it is empty."""
        gap = self.make(Op.ADD, self.make(Op.SUB, high, low), number(step - 1))
        return self.make(Op.FLOOR_DIV, gap, number(step))

    def listed(self, node: ast.expr, scope: Scope) -> list[Term] | None:
        """The values, where they are written down or the range is constant."""
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            return [self.expression(e, scope) for e in node.elts]
        low, high, step = self.range_of(node, scope)
        if not isinstance(low, Num) or not isinstance(high, Num):
            return None
        values = range(int(low.value), int(high.value), step)
        return [number(v) for v in values] if len(values) <= _LISTED else None

    def gathered(self, name: str, node: ast.expr, scope: Scope) -> Term:
        """all, any or sum over a generator or over written values."""
        if isinstance(node, ast.GeneratorExp | ast.ListComp):
            if any(c.is_async or not isinstance(c.target, ast.Name) for c in node.generators):
                raise fail(node, "expected `for name in …`")
            if isinstance(node, ast.ListComp) and name != "sum":
                raise fail(node, f"expected a generator in {name}(…), without brackets")
            return self.generated(name, node, 0, scope)
        values = [self.expression(e, scope) for e in getattr(node, "elts", [])]
        if not values:
            raise fail(node, f"expected {name}(… for name in range(…))")
        if name != "sum":  # Python looks at all of the values before it starts
            raise fail(node, f"expected a generator in {name}(…)")
        return self.joined(name, values)

    def generated(self, name: str, node: ast.GeneratorExp | ast.ListComp, depth: int, scope: Scope) -> Term:
        if depth == len(node.generators):
            element = self.expression(node.elt, scope)
            return as_int(element) if name == "sum" else as_truth(element)
        clause = node.generators[depth]
        target = clause.target
        assert isinstance(target, ast.Name)

        def inside(value: Term) -> Term:
            inner = {**scope, target.id: value}
            condition = conjunction(*(as_truth(self.expression(c, inner)) for c in clause.ifs))
            rest = self.generated(name, node, depth + 1, inner)
            if condition == TRUE:
                return rest
            if name == "sum":
                return self.make(Op.ITE, condition, rest, number(0))
            return apply(Op.IMPLIES, condition, rest) if name == "all" else conjunction(condition, rest)

        return self.over(name, clause.iter, target.id, inside, scope)

    def over(self, name: str, source: ast.expr, target: str, inside: Callable[[Term], Term], scope: Scope) -> Term:
        values = None if isinstance(source, ast.Call) and name != "sum" else self.listed(source, scope)
        if values is not None:
            return self.first(values, lambda named: self.joined(name, [inside(v) for v in named]))
        if name == "sum":
            raise fail(source, f"expected a sum over at most {_LISTED} written values or a constant range")
        low, high, step = self.range_of(source, scope)
        var = Var(self.fresh(target), Sort.INT)
        if step == 1:
            return InRange(var, low, high, inside(var), name == "all")
        place = Var(self.fresh(target), Sort.INT)
        at = self.make(Op.ADD, low, self.make(Op.MUL, number(step), place))
        return InRange(place, number(0), self.count(low, high, step), inside(at), name == "all")

    def joined(self, name: str, values: list[Term]) -> Term:
        if name == "all":
            return conjunction(*values)
        if name == "any":
            return disjunction(*values)
        return self.make(Op.ADD, *map(as_int, values)) if values else number(0)


def _function_name(node: ast.expr) -> str | None:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id="math"), attr="gcd"):
            return "gcd"
    return None
