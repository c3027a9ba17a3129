"""Reads sympy expressions as terms, from an object or from the text of `str` or `srepr`; text is parsed, never run.

Understood: numbers, symbols, `+ - * / **` with whole exponents, `sqrt`, `Abs`, `Min`, `Max`, `floor`, `ceiling`,
`factorial`, `binomial`, `gcd`, `lcm`, `log`, `exp`, `sin`, `cos`, `pi`, `Mod`, `Sum` and `Product` over ranges,
`Piecewise`, relations and connectives. A symbol is of the sort that is asked for, or that its assumptions say
(`integer`, `nonnegative`, `rational`); otherwise it is real. Where sympy has no real value (a denominator 0, a root of
a negative number) nothing is claimed: the condition for having one is given beside the term.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from lemmata.errors import BadInput
from lemmata.provers.terms.term import (
    FIELDS,
    TRUE,
    WHOLE,
    Call,
    Fold,
    Gather,
    Num,
    Op,
    Sort,
    Term,
    Truth,
    Var,
    apply,
    cast,
    conjunction,
    disjunction,
    negated,
    number,
    sort_of,
    substitute,
)

_LONGEST = 20_000
_ORDER = (Sort.NAT, Sort.INT, Sort.RAT, Sort.REAL)
_REAL = frozenset({"sqrt", "log", "exp", "sin", "cos"})
_RELATIONS: Mapping[str, tuple[Op, bool]] = {  # operation, sides swapped
    **dict.fromkeys(("Lt", "StrictLessThan"), (Op.LT, False)),
    **dict.fromkeys(("Le", "LessThan"), (Op.LE, False)),
    **dict.fromkeys(("Gt", "StrictGreaterThan"), (Op.LT, True)),
    **dict.fromkeys(("Ge", "GreaterThan"), (Op.LE, True)),
    **dict.fromkeys(("Eq", "Equality", "Ne", "Unequality"), (Op.EQ, False)),
}
_SIGNS: Mapping[type[ast.cmpop], str] = {
    ast.Lt: "Lt", ast.LtE: "Le", ast.Gt: "Gt", ast.GtE: "Ge", ast.Eq: "Eq", ast.NotEq: "Ne",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SympyTerm:
    """A term, and the condition under which sympy's expression has a real value."""

    term: Term
    defined: Term


def read_sympy(expression: Any, sorts: Mapping[str, Sort] | None = None) -> SympyTerm:
    """An expression as a term.

    Args:
        expression: a sympy object, or text as `str` or `srepr` write it.
        sorts: of symbols, by name.

    Raises:
        BadInput: outside of what is understood; `place` is the column in the text.
    """
    if not isinstance(expression, str):
        import sympy

        expression = sympy.srepr(expression)
    if len(expression) > _LONGEST:
        raise BadInput(f"expected at most {_LONGEST} characters", place="sympy")
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
        reading = _Reading(dict(sorts or {}))
        term = reading.read(tree)
        return SympyTerm(term, conjunction(*reading.defined))
    except (SyntaxError, ValueError, MemoryError, RecursionError) as exc:
        raise BadInput(f"expected a sympy expression ({exc})", place="sympy") from None


def _fail(node: ast.AST, text: str) -> BadInput:
    return BadInput(text, place=f"sympy:{getattr(node, 'col_offset', 0) + 1}")


@dataclass
class _Reading:
    sorts: dict[str, Sort]
    defined: list[Term] = field(default_factory=list)
    bound: tuple[str, ...] = ()

    def read(self, node: ast.expr) -> Term:
        match node:
            case ast.Constant(value=bool(value)):
                return Truth(value)
            case ast.Constant(value=int(value)):
                return number(value)
            case ast.Constant(value=float(value)):
                return number(Fraction(str(value)), Sort.RAT)
            case ast.Name(id="pi"):
                return Call("Real.pi", (), Sort.REAL)
            case ast.Name(id="true" | "True" | "false" | "False" as word):
                return Truth(word.lower() == "true")
            case ast.Name(id=name):
                return Var(name, self.sorts.get(name, Sort.REAL))
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return self.negative(self.read(inner))
            case ast.UnaryOp(op=ast.Invert() | ast.Not(), operand=inner):
                return negated(self.read(inner))
            case ast.BinOp(left=left, op=op, right=right):
                return self.binary(node, op, self.read(left), self.read(right))
            case ast.Compare(left=left, ops=ops, comparators=others):
                sides = [self.read(left), *map(self.read, others)]
                pairs = zip(ops, sides, sides[1:], strict=False)
                return conjunction(*(self.related(_SIGNS[type(o)], a, b) for o, a, b in pairs if type(o) in _SIGNS))
            case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords):
                return self.called(node, name, args, keywords)
            case _:
                raise _fail(node, "this is not one of the expressions that are understood")

    def same(self, *terms: Term) -> list[Term]:
        """All in the largest of their sorts."""
        sorts = [sort_of(t) for t in terms]
        if any(s not in _ORDER for s in sorts):
            raise BadInput("expected numbers", place="sympy")
        largest = max(sorts, key=_ORDER.index)
        if largest is Sort.NAT:
            largest = Sort.INT
        return [cast(t, largest) for t in terms]

    def negative(self, term: Term) -> Term:
        (inner,) = self.same(term)
        return Num(-inner.value, inner.sort) if isinstance(inner, Num) else apply(Op.NEG, inner)

    def binary(self, node: ast.AST, op: ast.operator, left: Term, right: Term) -> Term:
        match op:
            case ast.BitAnd():
                return conjunction(left, right)
            case ast.BitOr():
                return disjunction(left, right)
            case ast.Add() | ast.Mult():
                return apply(Op.ADD if isinstance(op, ast.Add) else Op.MUL, *self.same(left, right))
            case ast.Sub():
                return apply(Op.SUB, *self.same(left, right))
            case ast.Div():
                return self.divided(left, right)
            case ast.Pow():
                return self.power(node, left, right)
            case ast.Mod():
                return self.remainder(node, left, right)
            case _:
                raise _fail(node, "this operator is not understood")

    def divided(self, left: Term, right: Term) -> Term:
        top, bottom = self.same(left, right)
        if sort_of(top) in WHOLE:
            top, bottom = cast(top, Sort.RAT), cast(bottom, Sort.RAT)
        self.need(negated(apply(Op.EQ, bottom, number(0, sort_of(bottom)))))
        return apply(Op.RATIO, top, bottom)

    def power(self, node: ast.AST, base: Term, exponent: Term) -> Term:
        if not isinstance(exponent, Num):
            raise _fail(node, "expected a numeral as exponent")
        if exponent.value == Fraction(1, 2):
            return self.real("sqrt", base)
        if exponent.value != int(exponent.value):
            raise _fail(node, "expected a whole number or 1/2 as exponent")
        (base,) = self.same(base)
        times = number(abs(int(exponent.value)), Sort.NAT)
        made = apply(Op.POW, base, times)
        return made if exponent.value >= 0 else self.divided(number(1), made)

    def remainder(self, node: ast.AST, left: Term, right: Term) -> Term:
        a, b = self.same(left, right)
        if sort_of(a) is not Sort.INT or not isinstance(b, Num) or b.value <= 0:
            raise _fail(node, "expected integers, and a positive numeral as modulus")
        return apply(Op.EUCLID_MOD, a, b)

    def need(self, condition: Term) -> None:
        if self.bound:
            raise BadInput("a quotient or root within a sum is not understood", place="sympy")
        if condition != TRUE and not (isinstance(condition, Truth) and condition.value):
            self.defined.append(condition)

    def real(self, name: str, arg: Term) -> Term:
        inner, zero = cast(arg, Sort.REAL), number(0, Sort.REAL)
        if name == "sqrt":
            self.need(apply(Op.LE, zero, inner))
        if name == "log":
            self.need(apply(Op.LT, zero, inner))
        return Call(f"Real.{name}", (inner,), Sort.REAL)

    def related(self, name: str, left: Term, right: Term) -> Term:
        op, swapped = _RELATIONS[name]
        if sort_of(left) is Sort.BOOL:
            made = apply(Op.IFF, left, right)
        else:
            a, b = self.same(left, right)
            made = apply(op, *((b, a) if swapped else (a, b)))
        return negated(made) if name in ("Ne", "Unequality") else made

    def called(self, node: ast.Call, name: str, args: list[ast.expr], keywords: list[ast.keyword]) -> Term:
        if name == "Symbol":
            return self.symbol(node, args, keywords)
        if keywords:
            raise _fail(node, "expected no named arguments")
        if name in ("Sum", "Product"):
            return self.gathered(node, name, args)
        if name == "Piecewise":
            return self.piecewise(node, args)
        given = [self.read(a) for a in args]
        if name in _RELATIONS and len(given) == 2:
            return self.related(name, *given)
        if name in _REAL and len(given) == 1:
            return self.real(name, given[0])
        build = _FUNCTIONS.get((name, len(given))) or _FUNCTIONS.get((name, -1))
        if build is None:
            raise _fail(node, f"{name} of {len(given)} arguments is not understood")
        return build(self, node, given)

    def symbol(self, node: ast.AST, args: list[ast.expr], keywords: list[ast.keyword]) -> Term:
        match args:
            case [ast.Constant(value=str(name))] if name:
                pass
            case _:
                raise _fail(node, "expected the name of a symbol")
        said = {k.arg for k in keywords if isinstance(k.value, ast.Constant) and k.value.value is True}
        found = Sort.RAT if "rational" in said else Sort.REAL
        if "integer" in said:
            found = Sort.NAT if said & {"nonnegative", "positive"} else Sort.INT
        var = Var(name, self.sorts.setdefault(name, found))
        if "positive" in said and name not in self.bound:
            self.need(apply(Op.LT, number(0, var.sort), var))
        return var

    def gathered(self, node: ast.AST, name: str, args: list[ast.expr]) -> Term:
        match args:
            case [body, ast.Tuple(elts=[index, low, high])]:
                pass
            case _:
                raise _fail(node, "expected one range, (k, 1, n)")
        ends = [self.read(e) for e in (low, high)]
        known = index.id if isinstance(index, ast.Name) else self.symbol_name(index)
        unique = known
        while unique in self.sorts or unique in self.bound:
            unique += "'"
        before, self.bound, var = dict(self.sorts), (*self.bound, known), Var(unique, Sort.INT)
        self.sorts[known] = Sort.INT
        inner = substitute(self.read(body), {known: var})
        self.sorts, self.bound = before, self.bound[:-1]
        first, last = self.same(*ends)
        if sort_of(first) is not Sort.INT:
            raise _fail(node, "expected integers as ends of a range")
        guard = conjunction(apply(Op.LE, first, var), apply(Op.LE, var, last))
        fold = Fold.SUM if name == "Sum" else Fold.PRODUCT
        return Gather(fold, (var,), guard, inner, sort_of(inner))

    def symbol_name(self, node: ast.expr) -> str:
        match node:
            case ast.Call(func=ast.Name(id="Symbol"), args=[ast.Constant(value=str(name)), *_]):
                return name
            case _:
                raise _fail(node, "expected a symbol")

    def piecewise(self, node: ast.AST, args: list[ast.expr]) -> Term:
        pieces = []
        for arg in args:
            match arg:
                case ast.Tuple(elts=[value, condition]) | ast.Call(args=[value, condition]):
                    pieces.append((self.read(value), self.read(condition)))
                case _:
                    raise _fail(arg, "expected a value with its condition")
        if not pieces or pieces[-1][1] != TRUE:
            raise _fail(node, "expected a last piece that always holds")
        values = self.same(*(v for v, _ in pieces))
        made = values[-1]
        for earlier, (_, holds) in zip(values[-2::-1], pieces[-2::-1], strict=True):
            made = apply(Op.ITE, holds, earlier, made)
        return made


def _folded(op: Op) -> Callable[[_Reading, ast.AST, list[Term]], Term]:
    def build(reading: _Reading, node: ast.AST, args: list[Term]) -> Term:
        made = reading.same(*args)
        first = made[0]
        for other in made[1:]:
            first = apply(op, first, other)
        return first

    return build


def _named(name: str, sort: Sort) -> Callable[[_Reading, ast.AST, list[Term]], Term]:
    def build(reading: _Reading, node: ast.AST, args: list[Term]) -> Term:
        if any(sort_of(a) is not Sort.NAT and not (isinstance(a, Num) and a.value >= 0) for a in args):
            raise _fail(node, "expected natural numbers")
        given = tuple(Num(a.value, Sort.NAT) if isinstance(a, Num) else a for a in args)
        return Call(name, given, sort)

    return build


def _rounded(name: str) -> Callable[[_Reading, ast.AST, list[Term]], Term]:
    def build(reading: _Reading, node: ast.AST, args: list[Term]) -> Term:
        return Call(name, (args[0],), Sort.INT) if sort_of(args[0]) in FIELDS else args[0]

    return build


def _fraction(reading: _Reading, node: ast.AST, args: list[Term]) -> Term:
    match args:
        case [Num(value=top), Num(value=bottom)] if bottom:
            return number(Fraction(top) / Fraction(bottom), Sort.RAT)
        case _:
            raise _fail(node, "expected two numerals")


def _power(reading: _Reading, node: ast.AST, args: list[Term]) -> Term:
    return reading.power(node, *args)


def _modulus(reading: _Reading, node: ast.AST, args: list[Term]) -> Term:
    return reading.remainder(node, *args)


def _gcd(reading: _Reading, node: ast.AST, args: list[Term]) -> Term:
    return apply(Op.GCD, *reading.same(*args))


_FUNCTIONS: Mapping[tuple[str, int], Callable[[_Reading, ast.AST, list[Term]], Term]] = {
    ("Integer", 1): lambda r, n, a: a[0],
    ("Rational", 2): _fraction,
    ("Float", 1): lambda r, n, a: a[0],
    ("Add", -1): _folded(Op.ADD),
    ("Mul", -1): _folded(Op.MUL),
    ("Pow", 2): _power,
    ("Mod", 2): _modulus,
    ("Abs", 1): lambda r, n, a: apply(Op.ABS, *r.same(*a)),
    ("Min", -1): _folded(Op.MIN),
    ("Max", -1): _folded(Op.MAX),
    ("gcd", 2): _gcd,
    ("floor", 1): _rounded("Int.floor"),
    ("ceiling", 1): _rounded("Int.ceil"),
    ("factorial", 1): _named("Nat.factorial", Sort.NAT),
    ("binomial", 2): _named("Nat.choose", Sort.NAT),
    ("lcm", 2): _named("Nat.lcm", Sort.NAT),
    ("And", -1): lambda r, n, a: conjunction(*a),
    ("Or", -1): lambda r, n, a: disjunction(*a),
    ("Not", 1): lambda r, n, a: negated(a[0]),
    ("Implies", 2): lambda r, n, a: apply(Op.IMPLIES, *a),
    ("Equivalent", 2): lambda r, n, a: apply(Op.IFF, *a),
}
