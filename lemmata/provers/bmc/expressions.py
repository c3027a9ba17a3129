"""Lowering expressions: effects and everything that may be undefined become statements before the value."""

# ruff: noqa: N802 (methods are named after the classes of the tree)

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from lemmata.provers.bmc import ir
from lemmata.provers.bmc.ctypes import BOOL, INT, LONG, UINT, ULONG, WHOLE, common, convert, promote, scalar_type
from lemmata.provers.bmc.interpret import evaluate
from lemmata.provers.bmc.ir import CType, Expr, Num, Op, Var
from lemmata.provers.bmc.names import kind
from lemmata.provers.bmc.scope import Array, Constant, Opaque, Scalar, Scope
from lemmata.provers.bmc.source import unsupported

_NUMBER = re.compile(r"^(0[xX][0-9a-fA-F]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)([uUlL]{0,3})$")
_MOST_DIGITS = 1000
_ESCAPES = {"n": 10, "t": 9, "r": 13, "0": 0, "a": 7, "b": 8, "f": 12, "v": 11, "\\": 92, "'": 39, '"': 34}
_COMPARISONS = {"<": ("<", False), ">": ("<", True), "<=": ("<=", False), ">=": ("<=", True), "==": ("==", False),
                "!=": ("!=", False)}  # fmt: skip


class Expressions:
    """Lowers expressions; calls are lowered by the statement half, which extends this class."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    # -- values

    def value(self, node: Any) -> tuple[Expr, CType]:
        method = getattr(self, f"value_{kind(node)}", None)
        if method is None:
            raise unsupported(f"the expression {kind(node)}", node, self.scope.name)
        found: tuple[Expr, CType] = method(node)
        return found

    def converted(self, node: Any, target: CType) -> Expr:
        value, source = self.value(node)
        return convert(value, source, target)

    def truth(self, node: Any) -> Expr:
        value, _ = self.value(node)
        return value

    def constant(self, node: Any) -> int:
        """The value of a constant expression."""
        found: list[Expr] = []
        left = self.scope.inside(lambda: found.append(self.value(node)[0]))
        value = fold(found[0])
        if value is None or any(not (isinstance(s, ir.Check) and fold(s.cond)) for s in left):
            raise unsupported("a size or label that is not constant", node, self.scope.name)
        return value

    def value_Constant(self, node: Any) -> tuple[Expr, CType]:
        if node.type == "char":
            return Num(self._character(node)), self.scope.int_type(INT)
        match = _NUMBER.match(node.value)
        if match is None or len(node.value) > _MOST_DIGITS:
            raise unsupported(f"the constant {node.value[:20]}", node, self.scope.name)
        digits, suffix = match.group(1).lower(), match.group(2).lower()
        octal = len(digits) > 1 and digits[0] == "0" and digits[1].isdigit()
        value = int(digits, 8) if octal else int(digits, 0)
        self.scope.constants.add(value)
        if self.scope.unbounded:
            return Num(value), WHOLE
        wanted = [INT, UINT, LONG, ULONG]
        if "u" in suffix:
            wanted = [UINT, ULONG]
        elif digits[0] != "0" or digits == "0":
            wanted = [INT, LONG]
        if "l" in suffix:
            wanted = [t for t in wanted if t.width == 64]
        for t in wanted:
            if t.holds(value):
                return Num(value), t
        raise unsupported(f"the constant {node.value[:40]}, which fits no type", node, self.scope.name)

    def _character(self, node: Any) -> int:
        text = node.value[1:-1]
        if len(text) == 1 and ord(text) < 128:
            return ord(text)
        if len(text) == 2 and text[0] == "\\" and text[1] in _ESCAPES:
            return _ESCAPES[text[1]]
        raise unsupported(f"the character {node.value[:20]}", node, self.scope.name)

    def value_ID(self, node: Any) -> tuple[Expr, CType]:
        match self.scope.find(node):
            case Scalar(var, ctype, known, _):
                self.known(known, node.coord.line)
                return Var(var), ctype
            case Constant(value):
                return Num(value), self.scope.int_type(INT)
            case Array():
                raise unsupported(f"the array {node.name} used as a value", node, self.scope.name)
            case Opaque(what):
                raise unsupported(f"{what} {node.name}", node, self.scope.name)
        raise unsupported(f"{node.name} used as a number", node, self.scope.name)

    def known(self, flag: str, line: int) -> None:
        """Check that a variable has been set; the name of its flag is empty where that is sure."""
        if flag:
            self.scope.emit(ir.Check(Var(flag), ir.UNSET, line))

    def now_known(self, flag: str, line: int) -> None:
        if flag:
            self.scope.emit(ir.Assign(flag, Num(1), line))

    def value_ArrayRef(self, node: Any) -> tuple[Expr, CType]:
        array, index = self.element(node)
        made = self.scope.scalar("element", array.type)
        self.scope.emit(ir.Load(made, array.name, index, node.coord.line))
        return Var(made), array.type

    def element(self, node: Any) -> tuple[Array, Expr]:
        """Array and flat index of a subscript, each of its indices checked."""
        indices: list[Any] = []
        at = node
        while kind(at) == "ArrayRef":
            indices.insert(0, at.subscript)
            at = at.name
        array = self.scope.find(at) if kind(at) == "ID" else None
        if not isinstance(array, Array) or len(indices) != len(array.dims):
            raise unsupported("a subscript of anything but a whole array", node, self.scope.name)
        self.unordered(node, *indices)
        flat: Expr = Num(0)
        for index, size in zip(indices, array.dims, strict=True):
            value, _ = self.value(index)
            inside = both(Op("<=", (Num(0), value)), Op("<", (value, Num(size))))
            self.scope.emit(ir.Check(inside, ir.INDEX, node.coord.line))
            flat = value if flat == Num(0) else Op("+", (Op("*", (flat, Num(size))), value))
        return array, flat

    def value_Cast(self, node: Any) -> tuple[Expr, CType]:
        target = self.scope.ctype(node.to_type)
        value, source = self.value(node.expr)
        if target is None:
            return Num(0), self.scope.int_type(INT)
        return convert(value, source, target), target

    def value_ExprList(self, node: Any) -> tuple[Expr, CType]:
        for part in node.exprs[:-1]:
            self.value(part)
        return self.value(node.exprs[-1])

    def value_TernaryOp(self, node: Any) -> tuple[Expr, CType]:
        cond = self.truth(node.cond)
        values: list[tuple[Expr, CType]] = []
        bodies = [self.scope.inside(partial(self._collect, n, values)) for n in (node.iftrue, node.iffalse)]
        target = common(values[0][1], values[1][1])
        then, orelse = (convert(v, t, target) for v, t in values)
        if not bodies[0] and not bodies[1]:
            return Op("?:", (cond, then, orelse)), target
        made, line = self.scope.scalar("choice", target), node.coord.line
        branches = [(*b, ir.Assign(made, v, line)) for b, v in zip(bodies, (then, orelse), strict=True)]
        self.scope.emit(ir.If(cond, branches[0], branches[1]))
        return Var(made), target

    def _collect(self, node: Any, values: list[tuple[Expr, CType]]) -> None:
        values.append(self.value(node))

    def value_UnaryOp(self, node: Any) -> tuple[Expr, CType]:
        match node.op:
            case "++" | "--" | "p++" | "p--":
                return self._step(node)
            case "!":
                return Op("!", (self.truth(node.expr),)), self.scope.int_type(INT)
            case "sizeof":
                if self.scope.unbounded:
                    raise unsupported("sizeof among unbounded integers", node, self.scope.name)
                return Num(self._size(node.expr)), ULONG
        value, source = self.value(node.expr)
        target = promote(source)
        value = convert(value, source, target)
        match node.op:
            case "+":
                return value, target
            case "-":
                return self.arithmetic("-", Num(0), value, target, node), target
            case "~" if target.width:
                whole = Num(-1) if target.signed else Num(target.high or 0)
                return Op("narrow", (Op("-", (whole, value)),), target), target
        raise unsupported(f"the operator {node.op}", node, self.scope.name)

    def _size(self, node: Any) -> int:
        if kind(node) == "Typename":
            found = scalar_type(node, self.scope.typedefs, self.scope.name)
            if found is not None:
                return found.width // 8
        if kind(node) == "ID":
            symbol = self.scope.find(node)
            if isinstance(symbol, Array) and not symbol.parameter:
                count = 1
                for size in symbol.dims:
                    count *= size
                return count * symbol.type.width // 8
            if isinstance(symbol, Scalar):
                return symbol.type.width // 8
        if kind(node) == "ArrayRef":
            at = node
            while kind(at) == "ArrayRef":
                at = at.name
            symbol = self.scope.find(at) if kind(at) == "ID" else Opaque("")
            if isinstance(symbol, Array) and len(symbol.dims) == 1:
                return symbol.type.width // 8
        raise unsupported("sizeof of this expression", node, self.scope.name)

    def value_BinaryOp(self, node: Any) -> tuple[Expr, CType]:
        if node.op in ("&&", "||"):
            return self._shortcut(node), self.scope.int_type(INT)
        self.unordered(node, node.left, node.right)
        left, lt = self.value(node.left)
        right, rt = self.value(node.right)
        return self.binary(node.op, (left, lt), (right, rt), node)

    def binary(self, op: str, left: tuple[Expr, CType], right: tuple[Expr, CType], node: Any) -> tuple[Expr, CType]:
        """A binary operator on values, after their conversions."""
        if op in ("<<", ">>"):
            return self._shift(op, left, right, node)
        target = common(left[1], right[1])
        a, b = convert(*left, target), convert(*right, target)
        if op in _COMPARISONS:
            name, swap = _COMPARISONS[op]
            return Op(name, (b, a) if swap else (a, b)), self.scope.int_type(INT)
        if op in ("+", "-", "*", "/", "%"):
            return self.arithmetic(op, a, b, target, node), target
        if op in ("&", "|", "^") and target.width:
            return Op(op, (a, b), target), target
        raise unsupported(f"the operator {op}", node, self.scope.name)

    def arithmetic(self, op: str, a: Expr, b: Expr, t: CType, node: Any) -> Expr:
        """One of + - * / %, with its obligations."""
        line, made = node.coord.line, Op(op, (a, b))
        if op in ("/", "%"):
            self.scope.emit(ir.Check(Op("!=", (b, Num(0))), ir.DIVISION, line))
            if t.signed and t.width:
                least = both(Op("==", (a, Num(t.low or 0))), Op("==", (b, Num(-1))))
                self.scope.emit(ir.Check(Op("!", (least,)), ir.OVERFLOW, line))
            return Op("narrow", (made,), t) if t.width else made
        if t.width == 0:
            return made
        if not t.signed:
            return Op("wrap", (made,), t)
        whole = fold(made)
        if whole is not None and t.holds(whole):
            return Num(whole)
        fits = both(Op("<=", (Num(t.low or 0), made)), Op("<=", (made, Num(t.high or 0))))
        self.scope.emit(ir.Check(fits, ir.OVERFLOW, line))
        return Op("narrow", (made,), t)

    def _shift(self, op: str, left: tuple[Expr, CType], right: tuple[Expr, CType], node: Any) -> tuple[Expr, CType]:
        t = promote(left[1])
        if t.width == 0:
            raise unsupported(f"the operator {op} among unbounded integers", node, self.scope.name)
        a, b, line = convert(*left, t), convert(*right, promote(right[1])), node.coord.line
        inside = both(Op("<=", (Num(0), b)), Op("<", (b, Num(t.width))))
        self.scope.emit(ir.Check(inside, ir.SHIFT, line))
        made = Op(op, (a, b), t)
        if op == ">>":
            return Op("narrow", (made,), t), t
        if not t.signed:
            return Op("wrap", (made,), t), t
        fits = both(Op("<=", (Num(0), a)), Op("<=", (made, Num(t.high or 0))))
        self.scope.emit(ir.Check(fits, ir.SHIFT, line))
        return Op("narrow", (made,), t), t

    def _shortcut(self, node: Any) -> Expr:
        left = self.truth(node.left)
        found: list[Expr] = []
        body = self.scope.inside(lambda: found.append(self.truth(node.right)))
        if not body:
            return Op(node.op, (left, found[0]))
        made, line = self.scope.scalar("both" if node.op == "&&" else "either", BOOL), node.coord.line
        run = (*body, ir.Assign(made, Op("!=", (found[0], Num(0))), line))
        known = (ir.Assign(made, Num(int(node.op == "||")), line),)
        self.scope.emit(ir.If(left, run, known) if node.op == "&&" else ir.If(left, known, run))
        return Var(made)

    # -- assignments

    def value_Assignment(self, node: Any) -> tuple[Expr, CType]:
        effects = self.scope.ordering
        if effects.conflict(node.lvalue, node.rvalue) and (node.op != "=" or kind(node.lvalue) != "ID"):
            self._refuse_order(node)
        if kind(node.lvalue) == "ID" and node.lvalue.name in effects.of(node.rvalue).writes:
            self._refuse_order(node)
        return self._assigned(node)

    def _assigned(self, node: Any) -> tuple[Expr, CType]:
        op = node.op[:-1]
        write, target, old = self._place(node.lvalue)
        value, source = self.value(node.rvalue)
        if op:
            value, source = self.binary(op, (old(), target), (value, source), node)
        return write(convert(value, source, target), node.coord.line), target

    def _step(self, node: Any) -> tuple[Expr, CType]:
        write, target, old = self._place(node.expr)
        before = old()
        one = (Num(1), self.scope.int_type(INT))
        value, source = self.binary(node.op[-1], (before, target), one, node)
        if not node.op.startswith("p"):
            return write(convert(value, source, target), node.coord.line), target
        kept = self.scope.scalar("before", target)
        self.scope.emit(ir.Assign(kept, before, node.coord.line))
        write(convert(value, source, target), node.coord.line)
        return Var(kept), target

    def _place(self, node: Any) -> tuple[Callable[[Expr, int], Expr], CType, Callable[[], Expr]]:
        """How to write a place (giving what an expression then reads), its type, and how to read it."""
        line = node.coord.line
        if kind(node) == "ArrayRef":
            array, index = self.element(node)

            def store(value: Expr, at: int) -> Expr:
                kept = self.scope.scalar("stored", array.type)
                self.scope.emit(ir.Assign(kept, value, at))
                self.scope.emit(ir.Store(array.name, index, Var(kept), at))
                return Var(kept)

            def load() -> Expr:
                made = self.scope.scalar("element", array.type)
                self.scope.emit(ir.Load(made, array.name, index, line))
                return Var(made)

            return store, array.type, load
        symbol = self.scope.find(node) if kind(node) == "ID" else None
        if not isinstance(symbol, Scalar):
            raise unsupported("an assignment to anything but a variable or an element", node, self.scope.name)

        def assign(value: Expr, at: int) -> Expr:
            self.scope.emit(ir.Assign(symbol.var, value, at))
            self.now_known(symbol.known, at)
            return Var(symbol.var)

        def current() -> Expr:
            self.known(symbol.known, line)
            return Var(symbol.var)

        return assign, symbol.type, current

    # -- order

    def unordered(self, node: Any, *operands: Any) -> None:
        if self.scope.ordering.conflict(*operands):
            self._refuse_order(node)

    def _refuse_order(self, node: Any) -> None:
        raise unsupported(
            "an expression whose value depends on the order in which C evaluates it", node, self.scope.name
        )


def both(a: Expr, b: Expr) -> Expr:
    return Op("&&", (a, b))


def fold(expr: Expr) -> int | None:
    """The value of an expression without variables; None where it has one or is undefined."""
    try:
        return evaluate(expr, {})
    except (KeyError, ZeroDivisionError):
        return None
