"""Reads a sympy condition, or the text of one, as a claim about all values of its symbols.

An object is read by its `srepr`; text, `srepr` or str, is parsed and never evaluated. The subset: symbols with
assumptions, rationals, pi, `+ - * / **`, sqrt, Abs, Min, Max, Mod, gcd (of numbers, not polynomials), floor, ceiling,
factorial, binomial, Piecewise, Sum and Product with finite bounds, relations (`Eq`, not `==`), And, Or, Not, Implies,
Equivalent, ITE. Where something has no real value (a division by zero, a root of a negative number, a sum that runs
backwards) the claim does not hold unless what is around it holds whatever that is, as in Implies(Ne(x, 0), …).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from itertools import pairwise

from lemmata.errors import BadInput
from lemmata.provers.terms.sympy_arithmetic import applied, divided, literal, natural, root, written
from lemmata.provers.terms.sympy_symbols import Key, Scope, Symbols, fail, key_of
from lemmata.provers.terms.sympy_values import (
    Number,
    Truth,
    always,
    constant,
    every,
    implied,
    numeral,
    opposite,
    related,
    same_sort,
    some,
)
from lemmata.provers.terms.term import (
    FALSE,
    TRUE,
    Call,
    Every,
    Fold,
    Gather,
    Op,
    Sort,
    Term,
    apply,
    cast,
    conjunction,
    number,
    sort_of,
)

_LONGEST = 1 << 17
_DEEPEST = 100
_NODES = 20_000
_UNROLLED = 100
_RELATIONS: Mapping[str, tuple[Op, bool, bool]] = {  # operation, sides exchanged, negated
    **dict.fromkeys(("Eq", "Equality"), (Op.EQ, False, False)),
    **dict.fromkeys(("Ne", "Unequality"), (Op.EQ, False, True)),
    **dict.fromkeys(("Lt", "StrictLessThan"), (Op.LT, False, False)),
    **dict.fromkeys(("Le", "LessThan"), (Op.LE, False, False)),
    **dict.fromkeys(("Gt", "StrictGreaterThan"), (Op.LT, True, False)),
    **dict.fromkeys(("Ge", "GreaterThan"), (Op.LE, True, False)),
}
_SIGNS: Mapping[type[ast.cmpop], str] = {ast.Lt: "Lt", ast.LtE: "Le", ast.Gt: "Gt", ast.GtE: "Ge"}
_OPERATORS: Mapping[type[ast.operator], str] = {
    ast.Add: "Add", ast.Sub: "Sub", ast.Mult: "Mul", ast.Div: "Div", ast.Pow: "Pow", ast.Mod: "Mod",
    ast.BitAnd: "And", ast.BitOr: "Or",
}  # fmt: skip


def read_sympy(source: object, symbols: Mapping[str, Sort] | None = None) -> Term:
    """The claim that a sympy condition holds for all values of its symbols, as a term without free variables.

    Args:
        source: a Boolean of sympy, or its text: `Ge(x**2, 0)`, `Symbol('x', real=True)**2 >= 0`.
        symbols: what the bare names in a text are; an object's symbols, and `Symbol(…)`, tell by their assumptions.

    Raises:
        BadInput: outside the subset; `place` is `line:column` of the text.
    """
    try:
        text = source.strip() if isinstance(source, str) else _text_of(source)
        if len(text) > _LONGEST:
            raise BadInput(f"expected at most {_LONGEST} characters", place="sympy")
        tree = ast.parse(text, mode="eval").body
        return _Reading(symbols or {}).claim(tree)
    except SyntaxError as exc:
        raise BadInput(
            f"expected a sympy expression ({exc.msg})", place=f"{exc.lineno or 1}:{exc.offset or 1}"
        ) from None
    except (ValueError, MemoryError, RecursionError) as exc:
        raise BadInput(f"expected a smaller sympy expression ({exc})", place="sympy") from None


def _text_of(source: object) -> str:
    """The `srepr` of an object all of whose parts are sympy's own: another class may bear any name."""
    if type(source).__module__.partition(".")[0] != "sympy":
        raise BadInput(f"expected text or a sympy object, got {type(source).__name__}", place="claim")
    import sympy

    for part in sympy.preorder_traversal(source):
        if type(part).__module__.partition(".")[0] != "sympy":
            raise BadInput(f"expected parts that are sympy's own, not {type(part).__name__}", place="claim")
    return str(sympy.srepr(source))


class _Reading:
    def __init__(self, given: Mapping[str, Sort]) -> None:
        self.symbols, self.left, self.depth = Symbols(given), _NODES, 0

    def claim(self, tree: ast.expr) -> Term:
        goal = self.truth(tree, {}).yes
        for hypothesis in reversed(self.symbols.hypotheses):
            goal = apply(Op.IMPLIES, hypothesis, goal)
        for _, var in reversed(self.symbols.found.values()):
            goal = Every(var, goal, True)
        return goal

    @contextmanager
    def inside(self, node: ast.AST) -> Iterator[None]:
        self.left, self.depth = self.left - 1, self.depth + 1
        if self.left < 0:
            raise fail(node, f"expected at most {_NODES} nodes, sums written out")
        if self.depth > _DEEPEST:
            raise fail(node, f"expected at most {_DEEPEST} levels of nesting")
        yield
        self.depth -= 1

    # Conditions

    def truth(self, node: ast.expr, scope: Scope) -> Truth:
        with self.inside(node):
            return self.truth_of(node, scope)

    def truth_of(self, node: ast.expr, scope: Scope) -> Truth:
        match node:
            case ast.Constant(value=bool(value)):
                return always(TRUE if value else FALSE)
            case ast.Name(id="true" | "false" as word):
                return always(TRUE if word == "true" else FALSE)
            case ast.UnaryOp(op=ast.Invert(), operand=inner):
                return opposite(self.truth(inner, scope))
            case ast.BinOp(left=left, op=ast.BitAnd() | ast.BitOr() as op, right=right):
                return self.joined(node, _OPERATORS[type(op)], [left, right], scope)
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _SIGNS:
                return self.joined(node, _SIGNS[type(op)], [left, right], scope)
            case ast.Compare():
                raise fail(node, "expected one of < <= > >=, or Eq(a, b), Ne(a, b): == compares expressions in sympy")
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name != "Symbol":
                return self.joined(node, name, args, scope)
        found = self.symbols.symbol(node, scope, truth=True)
        if found is None or sort_of(found) is not Sort.BOOL:
            raise fail(node, "expected a condition")
        return always(found)

    def joined(self, node: ast.expr, name: str, args: list[ast.expr], scope: Scope) -> Truth:
        if name in _RELATIONS and len(args) == 2:
            op, exchanged, negative = _RELATIONS[name]
            left, right = (self.number(a, scope) for a in (reversed(args) if exchanged else args))
            found = related(op, left, right)
            return opposite(found) if negative else found
        match name, args:
            case "And", _:
                return every([self.truth(a, scope) for a in args])
            case "Or", _:
                return some([self.truth(a, scope) for a in args])
            case "Not", [inner]:
                return opposite(self.truth(inner, scope))
            case "Implies", [given, goal]:
                return implied(self.truth(given, scope), self.truth(goal, scope))
            case "Equivalent", [_, _, *_]:
                found_all = [self.total(a, scope) for a in args]
                return always(conjunction(*(apply(Op.IFF, a, b) for a, b in pairwise(found_all))))
            case "ITE", [condition, yes, no]:
                return always(apply(Op.ITE, *(self.total(a, scope) for a in (condition, yes, no))))
        raise fail(node, f"{name} of {len(args)} arguments is not a condition that is understood here")

    def total(self, node: ast.expr, scope: Scope) -> Term:
        found = self.truth(node, scope)
        if not found.total:
            raise fail(node, "expected a condition without divisions or roots that may have no value")
        return found.yes

    # Numbers

    def number(self, node: ast.expr, scope: Scope) -> Number:
        with self.inside(node):
            return self.number_of(node, scope)

    def number_of(self, node: ast.expr, scope: Scope) -> Number:
        match node:
            case ast.Constant(value=int(value)) if not isinstance(value, bool):
                return Number(written(node, value))
            case ast.Constant(value=float()) | ast.Call(func=ast.Name(id="Float")):
                raise fail(node, "a float is no exact number; write a Rational")
            case ast.Name(id="pi"):
                return Number(Call("Real.pi", (), Sort.REAL))
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                found = self.number(inner, scope)
                known = constant(found.term)
                return Number(apply(Op.NEG, found.term) if known is None else numeral(-known), found.defined)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
                return self.called(node, _OPERATORS[type(op)], [left, right], scope)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name not in ("Symbol", "And", "Or"):
                return self.called(node, name, args, scope)
        found_symbol = self.symbols.symbol(node, scope)
        if found_symbol is None:
            raise fail(node, "expected a number")
        return Number(cast(found_symbol, Sort.INT) if sort_of(found_symbol) is Sort.NAT else found_symbol)

    def called(self, node: ast.expr, name: str, args: list[ast.expr], scope: Scope) -> Number:
        match name, args:
            case "Integer", [digits]:
                return Number(written(node, literal(digits)))
            case "Rational", [above, below]:
                if literal(below) == 0:
                    raise fail(node, "division by zero")
                return Number(written(node, Fraction(literal(above), literal(below))))
            case "Pow", [base, exponent]:
                return self.power(node, self.number(base, scope), exponent, scope)
            case "sqrt", [base]:
                return root(node, self.number(base, scope), 1, self.symbols.signs)
            case "Piecewise", [_, *_]:
                return self.pieces(node, args, scope)
            case (("Sum" | "Product"), [body, *limits]) if limits:
                return self.gathered(node, name, body, limits, scope)
        found = [self.number(a, scope) for a in args]
        defined = conjunction(*(f.defined for f in found))
        terms = [f.term for f in found]
        if name == "Div" and len(terms) == 2:
            quotient, nonzero = divided(node, terms[0], terms[1], self.symbols.signs)
            return Number(quotient, conjunction(defined, nonzero))
        return Number(applied(node, name, terms, self.symbols.signs), defined)

    def power(self, node: ast.expr, base: Number, exponent: ast.expr, scope: Scope) -> Number:
        times = self.number(exponent, scope)
        value = constant(times.term)
        if value is None:
            return Number(apply(Op.POW, base.term, natural(node, times.term)), conjunction(base.defined, times.defined))
        if value.denominator == 2:
            return root(node, base, value.numerator, self.symbols.signs)
        if value.denominator != 1:
            raise fail(node, "expected an exponent that is a whole number or a half")
        raised = base.term if abs(value) == 1 else apply(Op.POW, base.term, number(abs(int(value)), Sort.NAT))
        if value >= 0:
            return Number(raised, base.defined)
        found, nonzero = divided(node, numeral(1), raised, self.symbols.signs)
        return Number(found, conjunction(base.defined, nonzero))

    # Piecewise, sums

    def pieces(self, node: ast.expr, args: list[ast.expr], scope: Scope) -> Number:
        found: list[tuple[Term, Number]] = []
        for arg in args:
            match arg:
                case ast.Call(func=ast.Name(id="ExprCondPair" | "Tuple"), args=[value, test], keywords=[]):
                    pass
                case ast.Tuple(elts=[value, test]):
                    pass
                case _:
                    raise fail(arg, "expected (value, condition)")
            found.append((self.total(test, scope), self.number(value, scope)))
            if found[-1][0] == TRUE:
                break
        if found[-1][0] != TRUE:
            raise fail(node, "expected a Piecewise whose last condition is True")
        terms = same_sort(*(n.term for _, n in found))
        term, defined = terms[-1], found[-1][1].defined
        for (condition, piece), value_term in zip(reversed(found[:-1]), reversed(terms[:-1]), strict=True):
            term = apply(Op.ITE, condition, value_term, term)
            both = piece.defined == TRUE and defined == TRUE
            defined = TRUE if both else apply(Op.ITE, condition, piece.defined, defined)
        return Number(term, defined)

    def gathered(self, node: ast.expr, name: str, body: ast.expr, limits: list[ast.expr], scope: Scope) -> Number:
        """The last limit is the outermost."""
        if not limits:
            return self.number(body, scope)
        *inner, limit = limits
        match limit:
            case ast.Call(func=ast.Name(id="Tuple"), args=[index, low, high], keywords=[]):
                pass
            case ast.Tuple(elts=[index, low, high]):
                pass
            case _:
                raise fail(limit, "expected (index, first, last)")
        key = key_of(index)
        if key is None or not key[1] <= {"integer", "?"}:
            raise fail(index, "expected an index that is a symbol with no assumptions but integer=True")
        ends = [self.number(e, scope) for e in (low, high)]
        if any(sort_of(e.term) is not Sort.INT or e.defined != TRUE for e in ends):
            raise fail(limit, "expected bounds that are integers")
        first, last = (constant(e.term) for e in ends)
        if first is not None and last is not None:
            return self.unrolled(node, name, body, inner, key, range(int(first), int(last) + 1), scope)
        return self.folded(node, name, body, inner, key, (ends[0].term, ends[1].term), scope)

    def unrolled(
        self, node: ast.expr, name: str, body: ast.expr, limits: list[ast.expr], key: Key, values: range, scope: Scope
    ) -> Number:
        if values.stop < values.start or len(values) > _UNROLLED:
            raise fail(node, f"expected a sum or product of at most {_UNROLLED} values that doesn't run backwards")
        items = [self.gathered(node, name, body, limits, {**scope, key: numeral(v)}) for v in values]
        if not items:
            return Number(number(0 if name == "Sum" else 1))
        terms = same_sort(*(i.term for i in items))
        whole = terms[0] if len(terms) == 1 else apply(Op.ADD if name == "Sum" else Op.MUL, *terms)
        return Number(whole, conjunction(*(i.defined for i in items)))

    def folded(
        self,
        node: ast.expr,
        name: str,
        body: ast.expr,
        limits: list[ast.expr],
        key: Key,
        ends: tuple[Term, Term],
        scope: Scope,
    ) -> Number:
        var = self.symbols.index(node, key[0])
        item = self.gathered(node, name, body, limits, {**scope, key: var})
        if item.defined != TRUE:
            raise fail(node, "expected a sum of terms that always have a value")
        low, high = ends
        guard = conjunction(apply(Op.LE, low, var), apply(Op.LE, var, high))
        fold = Fold.SUM if name == "Sum" else Fold.PRODUCT
        found = Gather(fold, (var,), guard, item.term, sort_of(item.term))
        first = constant(low)
        if first is not None and first <= 1 and self.symbols.signs.is_nonnegative(high):
            return Number(found)
        return Number(found, apply(Op.LE, low, apply(Op.ADD, high, number(1))))  # sympy's sums may run backwards
