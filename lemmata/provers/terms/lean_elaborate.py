"""Gives trees of Lean syntax their types and meaning, in the way Lean's elaborator does.

As in Lean, an arithmetic tree is elaborated as a whole: its leaves get their own types, and those of smaller types are
coerced to the largest one, or to the type that is expected. Arguments of functions and exponents are trees of their
own. A numeral takes the type of its tree; with nothing else there, it is a natural number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from lemmata.errors import BadInput
from lemmata.provers.terms.evaluate import NotEvaluated, Undefined, evaluate
from lemmata.provers.terms.lean_collections import Collections, every
from lemmata.provers.terms.lean_library import FUNCTIONS, SPECIAL, method
from lemmata.provers.terms.lean_syntax import RELATIONS, Syntax, fail
from lemmata.provers.terms.lean_types import (
    ORDER,
    Arrow,
    Extended,
    Hole,
    Product,
    SetOf,
    Type,
    components,
    flat,
    known,
    read_type,
    resolved,
    sort_for,
    told,
    unify,
)
from lemmata.provers.terms.lean_values import (
    Cell,
    Function,
    Tuple,
    Typed,
    Value,
    equal,
    shaped,
)
from lemmata.provers.terms.term import (
    FALSE,
    FIELDS,
    TRUE,
    WHOLE,
    App,
    Call,
    Num,
    Op,
    Sort,
    Term,
    Var,
    apply,
    cast,
    conjunction,
    negated,
    number,
    sort_of,
    walk,
)

_CONNECTIVES: Mapping[str, Op] = {"∧": Op.AND, "∨": Op.OR, "→": Op.IMPLIES, "↔": Op.IFF}
_ARITHMETIC = frozenset("+-*/%^") | {"neg", "⁻¹"}
_LARGEST_NUMERAL = 1_000  # digits
Scope: TypeAlias = Mapping[str, Typed]
Plan: TypeAlias = Callable[[Sort], Term]


@dataclass
class Elaboration(Collections):
    """One text; `opens` are the namespaces whose names need no prefix."""

    opens: tuple[str, ...] = ()
    used: set[str] = field(default_factory=set)

    def fresh(self, name: str) -> str:
        unique, count = name, 0
        while unique in self.used:
            count += 1
            unique = f"{name}_{count}"
        self.used.add(unique)
        return unique

    # Any expression

    def expression(self, tree: Syntax, scope: Scope, expected: Type | None = None) -> Typed:
        """The tree with a type of its own; `expected` guides numerals and coercions at its leaves."""
        if tree.kind in _ARITHMETIC:
            return self.arithmetic(tree, scope, expected)
        maker = _KINDS.get(tree.kind)
        if maker is None:
            raise fail(tree.column, f"{tree.kind} can't stand here")
        return maker(self, tree, scope, expected)

    def coerced(self, tree: Syntax, scope: Scope, wanted: Type) -> Typed:
        """The tree as a value of a type; Lean puts a coercion around it where it is of a smaller one."""
        return self.ensured(self.expression(tree, scope, wanted), wanted)

    def ensured(self, found: Typed, wanted: Type) -> Typed:
        own, target = known(found.type), known(wanted)
        if own in ORDER and target in ORDER and own is not target:
            assert isinstance(own, Sort)
            assert isinstance(target, Sort)
            if ORDER.index(own) > ORDER.index(target):
                raise fail(found.column, f"expected a {target.value}, but a {own.value} is not a {target.value}")
            return Typed(target, lambda: cast(found.term(), target), found.column)
        if own is Sort.NAT and isinstance(target, Extended):
            return found
        if not unify(own, target):
            raise fail(found.column, f"expected {told(target)}, but {told(own)} came")
        return Typed(target, found.make, found.column)

    def proposition(self, tree: Syntax, scope: Scope) -> Typed:
        found = self.expression(tree, scope, Sort.BOOL)
        if known(found.type) in ORDER or (isinstance(found.type, Hole) and found.type.numeral):
            raise fail(tree.column, "expected a proposition, but a number came")
        return self.ensured(found, Sort.BOOL)

    # Arithmetic and relations

    def arithmetic(self, tree: Syntax, scope: Scope, expected: Type | None) -> Typed:
        leaves: list[Typed] = []
        plan = self.plan(tree, scope, leaves)
        sort = self.common(leaves, expected)
        return Typed(sort, lambda: plan(sort_for(sort, tree.column)), tree.column)

    def common(self, leaves: list[Typed], expected: Type | None) -> Type:
        """The type of all leaves of a tree together."""
        target = known(expected) if expected is not None else None
        largest = target if isinstance(target, Sort) and target in ORDER else None
        for leaf in leaves:
            own = known(leaf.type)
            if isinstance(own, Hole):
                continue
            if not isinstance(own, Sort) or own is Sort.BOOL:
                raise fail(leaf.column, f"expected a number, but {told(own)} came")
            if largest is None or ORDER.index(own) > ORDER.index(largest):
                largest = own
        result: Type = largest if largest is not None else Hole()
        for leaf in leaves:
            own = known(leaf.type)
            if isinstance(own, Hole) and not unify(own, result):
                raise fail(leaf.column, f"expected {told(result)}, which this can't be")
        return result

    def plan(self, tree: Syntax, scope: Scope, leaves: list[Typed]) -> Plan:
        """How to make the tree once the type of its leaves is known; adds them to `leaves`."""
        if tree.kind == "^":
            return self.plan_power(tree, scope, leaves)
        if tree.kind in _ARITHMETIC:
            plans = [self.plan(p, scope, leaves) for p in tree.parts]
            return lambda sort: _operated(tree, sort, [p(sort) for p in plans])
        leaf = self.expression(tree, scope)
        leaves.append(leaf)
        return lambda sort: _cast(leaf, sort)

    def plan_power(self, tree: Syntax, scope: Scope, leaves: list[Typed]) -> Plan:
        base = self.plan(tree.parts[0], scope, leaves)
        exponent = self.expression(tree.parts[1], scope)
        kind = known(exponent.type)
        if isinstance(kind, Hole):
            if any(t.kind in ("neg", "⁻¹") for t in _subtrees(tree.parts[1])):
                raise fail(tree.parts[1].column, "expected an exponent whose type is written, as in (-1 : ℤ)")
            kind.numeral = True  # Lean's Monoid.Pow is the default: a natural number
        return lambda sort: _power(base(sort), sort_for(exponent.type, exponent.column), exponent)

    def relation(self, tree: Syntax, scope: Scope, _: Type | None) -> Typed:
        leaves: list[Typed] = []
        plans = [self.plan(p, scope, leaves) for p in tree.parts]
        other = next((leaf for leaf in leaves if not _numeric(leaf.type)), None)
        if other is not None or any(isinstance(known(leaf.type), Extended) for leaf in leaves):
            return self.related_wholes(tree, leaves, other)
        sort = self.common(leaves, None)

        def make() -> Value:
            left, right = (p(sort_for(sort, tree.column)) for p in plans)
            return _related(tree, left, right)

        return Typed(Sort.BOOL, make, tree.column)

    def related_wholes(self, tree: Syntax, leaves: list[Typed], odd: Typed | None) -> Typed:
        """Equality of tuples, sets, functions and propositions, and relations of extended natural numbers."""
        if len(leaves) != 2 or any(p.kind in _ARITHMETIC for p in tree.parts):
            place = odd or leaves[0]
            raise fail(place.column, f"expected a number, but {told(place.type)} came")
        one, other = leaves
        for a, b in ((one, other), (other, one)):
            if isinstance(known(a.type), Extended) and known(b.type) is not Sort.NAT and not unify(b.type, Extended()):
                raise fail(b.column, f"expected a natural number, but {told(b.type)} came")
        if odd is None:
            return Typed(Sort.BOOL, lambda: _related(tree, one.term(), other.term()), tree.column)
        if not unify(one.type, other.type):
            raise fail(other.column, f"expected {told(one.type)}, but {told(other.type)} came")
        if tree.kind not in "=≠":
            raise fail(tree.column, f"{tree.kind} of {told(one.type)} is not understood")

        def make() -> Value:
            same = equal(resolved(one.type, one.column), one.make(), other.make(), self.fresh, tree.column)
            return same if tree.kind == "=" else negated(same)

        return Typed(Sort.BOOL, make, tree.column)

    def divides(self, tree: Syntax, scope: Scope, _: Type | None) -> Typed:
        left = self.expression(tree.parts[0], scope)
        right = self.coerced(tree.parts[1], scope, left.type)

        def make() -> Value:
            if sort_for(left.type, tree.column) not in WHOLE:
                raise fail(tree.column, "∣ is understood of natural numbers and integers")
            return apply(Op.DIVIDES, left.term(), right.term())

        return Typed(Sort.BOOL, make, tree.column)

    def congruent(self, tree: Syntax, scope: Scope, _: Type | None) -> Typed:
        sort = Sort.NAT if tree.text == "MOD" else Sort.INT
        left, right, modulus = (self.coerced(p, scope, sort) for p in tree.parts)

        def make() -> Value:
            n = modulus.term()
            return apply(Op.EQ, *(apply(Op.TOTAL_MOD, t.term(), n) for t in (left, right)))

        return Typed(Sort.BOOL, make, tree.column)

    # Propositions

    def connective(self, tree: Syntax, scope: Scope, _: Type | None) -> Typed:
        left, right = (self.proposition(p, scope) for p in tree.parts)
        op = _CONNECTIVES[tree.kind]
        return Typed(Sort.BOOL, lambda: apply(op, left.term(), right.term()), tree.column)

    def negation(self, tree: Syntax, scope: Scope, _: Type | None) -> Typed:
        inner = self.proposition(tree.parts[0], scope)
        return Typed(Sort.BOOL, lambda: negated(inner.term()), tree.column)

    def quantified(self, tree: Syntax, scope: Scope, _: Type | None) -> Typed:
        return self.quantifier(tree, list(tree.parts), scope)

    def quantifier(self, tree: Syntax, parts: list[Syntax], scope: Scope) -> Typed:
        part, rest = parts[0], parts[1:]
        if not rest:
            return self.proposition(part, scope)
        if tree.kind == "∃!" and len(parts) > 2:
            raise fail(part.column, "∃! is understood of one variable with a type")
        kind = self.binder_type(part)
        if kind is None:  # a hypothesis, with or without a name
            given = self.proposition(part.parts[0], scope)
            later = self.quantifier(tree, rest, scope)
            joined = conjunction if tree.kind == "∃" else lambda a, b: apply(Op.IMPLIES, a, b)
            return Typed(Sort.BOOL, lambda: joined(given.term(), later.term()), part.column)
        cell, body_scope = self.bound(part, kind, scope)
        body = self.quantifier(tree, rest, body_scope)
        return Typed(Sort.BOOL, lambda: self.bind(tree.kind, part, kind, cell, body), part.column)

    def bind(self, sign: str, part: Syntax, kind: Type, cell: Cell, body: Typed) -> Term:
        variables = self.variables(part, kind, cell)
        made = body.term()
        if sign == "∃!":
            first = conjunction(made, TRUE)
            others = self.variables(part, kind, cell)
            again = body.term()
            same = conjunction(*(apply(Op.EQ, o, v) for o, v in zip(others, variables, strict=True)))
            made = conjunction(first, every(others, apply(Op.IMPLIES, again, same), holds_all=True))
        return every(variables, made, holds_all=sign == "∀")

    def variables(self, part: Syntax, kind: Type, cell: Cell) -> list[Var]:
        """Fresh variables for a binder, put into its cell."""
        exact = resolved(kind, part.column)
        if flat(exact) is None:
            raise fail(part.column, f"a quantifier over {told(exact)} is not understood")
        found = components(self.fresh(part.text), exact)
        cell.value = shaped(exact, list(found))
        return found

    def binder_type(self, part: Syntax) -> Type | None:
        """The type of a binder, a hole where none is written, or None for a hypothesis."""
        if part.kind == "hypothesis":
            return None
        if not part.parts:
            return Hole()
        found = read_type(part.parts[0])
        if found is None and part.parts[0].kind in ("name", "apply", "→", "×"):
            if part.parts[0].kind in ("name", "apply") and self.is_known(part.parts[0]):
                return None
            raise fail(part.parts[0].column, "expected a type: ℕ, ℤ, ℚ, ℝ, Prop, and →, ×, Set, Finset of them")
        return found

    def is_known(self, tree: Syntax) -> bool:
        """Whether a name or the head of an application is one of the library's."""
        head = tree.parts[0] if tree.kind == "apply" else tree
        return head.kind == "name" and bool(self.full_names(head.text))

    def bound(self, part: Syntax, kind: Type, scope: Scope) -> tuple[Cell, Scope]:
        cell = Cell()

        def read() -> Value:
            assert cell.value is not None
            return cell.value

        return cell, {**scope, part.text: Typed(kind, read, part.column)}

    # Names, functions, tuples, sets

    def name(self, tree: Syntax, scope: Scope, expected: Type | None) -> Typed:
        if tree.text in scope:
            found = scope[tree.text]
            return Typed(found.type, found.make, tree.column)
        if tree.text in ("True", "False"):
            return Typed(Sort.BOOL, lambda: TRUE if tree.text == "True" else FALSE, tree.column)
        return self.applied(Syntax("apply", "", (tree,), tree.column), scope, expected)

    def applied(self, tree: Syntax, scope: Scope, expected: Type | None) -> Typed:
        head, args = tree.parts[0], tree.parts[1:]
        if head.kind == "name" and head.text not in scope:
            receiver, _, last = head.text.rpartition(".")
            if receiver and receiver.partition(".")[0] in scope:
                inner = self.dotted(receiver, head.column, scope)
                return self.method(inner, last, args, scope, tree, expected)
            return self.library(head, args, scope, expected)
        if head.kind == "part" and not head.text.isdecimal():
            return self.method(head.parts[0], head.text, args, scope, tree, expected)
        function = self.expression(head, scope)
        kind = known(function.type)
        if not isinstance(kind, Arrow) or len(kind.parameters) != len(args):
            wanted = f" of {len(kind.parameters)} arguments" if isinstance(kind, Arrow) else ""
            raise fail(head.column, f"expected a function{wanted} here, or an operator behind it")
        given = [self.coerced(a, scope, p) for a, p in zip(args, kind.parameters, strict=True)]

        def make() -> Value:
            called = function.make()
            assert isinstance(called, Function)
            return called.call(tuple(g.make() for g in given))

        return Typed(kind.result, make, tree.column)

    def dotted(self, text: str, column: int, scope: Scope) -> Syntax:
        """`x.divisors` as a name with fields."""
        first, *fields = text.split(".")
        tree = Syntax("name", first, (), column)
        for one in fields:
            tree = Syntax("part", one, (tree,), column)
        return tree

    def part(self, tree: Syntax, scope: Scope, expected: Type | None) -> Typed:
        if not tree.text.isdecimal():
            return self.method(tree.parts[0], tree.text, (), scope, tree, expected)
        inner = self.expression(tree.parts[0], scope)
        kind = known(inner.type)
        if not isinstance(kind, Product) or tree.text not in ("1", "2"):
            raise fail(tree.column, f"expected a tuple in front of .{tree.text}, but {told(kind)} came")
        first, rest = kind.parts[0], kind.parts[1:]
        part: Type = first if tree.text == "1" else rest[0] if len(rest) == 1 else Product(rest)

        def make() -> Value:
            whole = inner.make()
            assert isinstance(whole, Tuple)
            if tree.text == "1":
                return whole.parts[0]
            return whole.parts[1] if len(rest) == 1 else Tuple(whole.parts[1:])

        return Typed(part, make, tree.column)

    def method(
        self, receiver: Syntax, text: str, args: tuple[Syntax, ...], scope: Scope, tree: Syntax, expected: Type | None
    ) -> Typed:
        inner = self.expression(receiver, scope)
        full = method(known(inner.type), text)
        if full is None:
            raise fail(tree.column, f".{text} of {told(inner.type)} is not understood")
        return self.call(full, (inner, *args), scope, tree.column, expected)

    def library(self, head: Syntax, args: tuple[Syntax, ...], scope: Scope, expected: Type | None) -> Typed:
        names = self.full_names(head.text)
        if not names:
            unbound = f"{head.text} is neither bound nor a function that is understood"
            raise fail(head.column, unbound if args else f"{unbound}; write ∀ {head.text} : Int, …")
        if len(names) > 1:
            names = [n for n in names if n.startswith("Real.")]
            if len(names) != 1 or len(args) != 1 or known(self.expression(args[0], scope).type) is not Sort.REAL:
                raise fail(head.column, f"{head.text} can mean several things here; write its full name")
        return self.call(names[0], args, scope, head.column, expected)

    def full_names(self, text: str) -> list[str]:
        """The names of the library that a name can stand for."""
        text = text.removeprefix("_root_.")
        candidates = [text, *(f"{n}.{text}" for n in self.opens)]
        return [c for c in dict.fromkeys(candidates) if c in FUNCTIONS or c in SPECIAL]

    def tuple(self, tree: Syntax, scope: Scope, expected: Type | None) -> Typed:
        target = known(expected) if expected is not None else None
        wanted: tuple[Type | None, ...] = (None,) * len(tree.parts)
        if isinstance(target, Product) and len(target.parts) == len(tree.parts):
            wanted = target.parts
        parts = [
            self.expression(p, scope) if w is None else self.coerced(p, scope, w)
            for p, w in zip(tree.parts, wanted, strict=True)
        ]
        kinds: list[Type] = [p.type for p in parts]
        last = known(kinds[-1])
        if isinstance(last, Product):
            raise fail(tree.column, "a tuple inside a tuple is not understood here")
        return Typed(Product(tuple(kinds)), lambda: Tuple(tuple(p.make() for p in parts)), tree.column)

    def ascribed(self, tree: Syntax, scope: Scope, _: Type | None) -> Typed:
        kind = read_type(tree.parts[1])
        if kind is None:
            raise fail(tree.parts[1].column, "expected a type: ℕ, ℤ, ℚ, ℝ, Prop, and →, ×, Set, Finset of them")
        return self.coerced(tree.parts[0], scope, kind)

    def up(self, tree: Syntax, scope: Scope, expected: Type | None) -> Typed:
        inner, kind = self.expression(tree.parts[0], scope), expected if expected is not None else Hole()
        if isinstance(known(inner.type), SetOf):
            return inner

        def make() -> Value:
            own, sort = sort_for(inner.type, tree.column), sort_for(kind, tree.column)
            if own not in ORDER or sort not in ORDER or ORDER.index(own) > ORDER.index(sort):
                raise fail(tree.column, f"a {own.value} is not a {sort.value}; write the coercion with its type")
            return cast(inner.term(), sort)

        return Typed(kind, make, tree.column)

    def numeral(self, tree: Syntax, scope: Scope, expected: Type | None) -> Typed:
        if len(tree.text) > _LARGEST_NUMERAL:
            raise fail(tree.column, f"expected a numeral of at most {_LARGEST_NUMERAL} digits")
        kind = Hole(numeral=True, decimal=tree.kind == "decimal")
        return Typed(kind, lambda: _numeral(tree, sort_for(kind, tree.column)), tree.column)

    def conditional(self, tree: Syntax, scope: Scope, expected: Type | None) -> Typed:
        condition = self.proposition(tree.parts[0], scope)
        yes = self.expression(tree.parts[1], scope, expected)
        no = self.coerced(tree.parts[2], scope, yes.type)
        if known(yes.type) is not known(no.type):
            raise fail(tree.column, "expected both branches of one type")
        return Typed(yes.type, lambda: apply(Op.ITE, condition.term(), yes.term(), no.term()), tree.column)

    def function(self, tree: Syntax, scope: Scope, expected: Type | None) -> Typed:
        target = known(expected) if expected is not None else None
        *binders, body = tree.parts
        cells, kinds = [], []
        for i, part in enumerate(binders):
            kind = self.binder_type(part)
            if kind is None:
                raise fail(part.column, "expected a variable, not a hypothesis")
            if isinstance(target, Arrow) and i < len(target.parameters):
                unify(kind, target.parameters[i])
            cell, scope = self.bound(part, kind, scope)
            cells.append(cell)
            kinds.append(kind)
        whole = isinstance(target, Arrow) and len(target.parameters) == len(kinds)
        wanted = target.result if isinstance(target, Arrow) and whole else None
        inner = self.expression(body, scope) if wanted is None else self.coerced(body, scope, wanted)

        def call(args: tuple[Value, ...]) -> Value:
            for cell, value in zip(cells, args, strict=True):
                cell.value = value
            return pinned(inner.make(), tuple(zip(cells, args, strict=True)))

        return Typed(Arrow(tuple(kinds), inner.type), lambda: Function(tuple(kinds), call), tree.column)

    def shortened(self, tree: Syntax, scope: Scope, expected: Type | None) -> Typed:
        """Notation for functions of the library."""
        return self.call(_NOTATIONS[tree.kind], tree.parts, scope, tree.column, expected)


def pinned(value: Value, held: tuple[tuple[Cell, Value], ...]) -> Value:
    """A value that reads bound variables only when it is called, with what they are bound to now."""
    match value:
        case Tuple(parts):
            return Tuple(tuple(pinned(part, held) for part in parts))
        case Function(parameters, call):

            def called(args: tuple[Value, ...]) -> Value:
                before = [cell.value for cell, _ in held]
                for cell, now in held:
                    cell.value = now
                try:
                    return pinned(call(args), held)
                finally:
                    for (cell, _), old in zip(held, before, strict=True):
                        cell.value = old

            return Function(parameters, called)
        case _:
            return value


def _subtrees(tree: Syntax) -> list[Syntax]:
    return [tree, *(s for p in tree.parts for s in _subtrees(p))]


def _numeric(kind: Type) -> bool:
    kind = known(kind)
    return isinstance(kind, Hole | Extended) or kind in ORDER


def _cast(leaf: Typed, sort: Sort) -> Term:
    term = leaf.term()
    own = sort_for(leaf.type, leaf.column)
    try:
        return term if own is sort else cast(term, sort)
    except BadInput as exc:
        raise fail(leaf.column, f"expected a {sort.value}, but {exc.text}") from None


def _numeral(tree: Syntax, sort: Sort) -> Term:
    value = Fraction(tree.text)
    return Num(int(value) if value.denominator == 1 else value, sort)


def _related(tree: Syntax, left: Term, right: Term) -> Term:
    match tree.kind:
        case "=":
            return apply(Op.EQ, left, right)
        case "≠":
            return negated(apply(Op.EQ, left, right))
        case "<" | "≤":
            return apply(Op.LT if tree.kind == "<" else Op.LE, left, right)
        case _:
            return apply(Op.LT if tree.kind == ">" else Op.LE, right, left)


def _operated(tree: Syntax, sort: Sort, args: list[Term]) -> Term:
    match tree.kind:
        case "+" | "*":
            return apply(Op.ADD if tree.kind == "+" else Op.MUL, *args)
        case "-":
            return apply(Op.TRUNCATED_SUB if sort is Sort.NAT else Op.SUB, *args)
        case "/":
            return apply(Op.TOTAL_DIV if sort in WHOLE else Op.RATIO, *args)
        case "%" if sort in WHOLE:
            return apply(Op.TOTAL_MOD, *args)
        case "neg" if sort is not Sort.NAT:
            return apply(Op.NEG, *args)
        case "⁻¹" if sort in FIELDS:
            return apply(Op.RATIO, number(1, sort), *args)
        case _:
            sign = "-" if tree.kind == "neg" else tree.kind
            raise fail(tree.column, f"{sign} is not defined on {sort.value}")


def _power(base: Term, kind: Sort, exponent: Typed) -> Term:
    times = exponent.term()
    if isinstance(times, App) and all(isinstance(t, App | Num) for t in walk(times)):
        try:
            found = evaluate(times, {})
            times = number(found, kind) if isinstance(found, int | Fraction) else times
        except (NotEvaluated, Undefined) as exc:
            raise fail(exponent.column, f"expected a smaller exponent ({exc})") from None
    sort = sort_of(base)
    if kind is Sort.NAT:
        return apply(Op.POW, base, times)
    if kind is Sort.INT and sort in FIELDS and isinstance(times, Num):
        power = apply(Op.POW, base, number(max(times.value, -times.value), Sort.NAT))
        return power if times.value >= 0 else apply(Op.RATIO, number(1, sort), power)
    if kind is Sort.REAL and sort is Sort.REAL:
        return Call("Real.rpow", (base, times), Sort.REAL)
    raise fail(exponent.column, f"a {kind.value} as exponent of a {sort.value} is not understood")


_NOTATIONS: Mapping[str, str] = {
    "√": "Real.sqrt",
    "!": "Nat.factorial",
    "abs": "abs",
    "floor": "Int.floor",
    "ceil": "Int.ceil",
    "natural floor": "Nat.floor",
}
_Make: TypeAlias = Callable[[Elaboration, Syntax, Scope, Type | None], Typed]
_KINDS: Mapping[str, _Make] = {
    "name": Elaboration.name,
    "apply": Elaboration.applied,
    "part": Elaboration.part,
    "numeral": Elaboration.numeral,
    "decimal": Elaboration.numeral,
    "ascription": Elaboration.ascribed,
    "↑": Elaboration.up,
    "if": Elaboration.conditional,
    "tuple": Elaboration.tuple,
    "fun": Elaboration.function,
    "set": Elaboration.set_builder,
    "image": Elaboration.image,
    "listed": Elaboration.listed,
    "list": Elaboration.list,
    "¬": Elaboration.negation,
    "≡": Elaboration.congruent,
    "∣": Elaboration.divides,
    **dict.fromkeys(("∧", "∨", "→", "↔"), Elaboration.connective),
    **dict.fromkeys(("∀", "∃", "∃!"), Elaboration.quantified),
    **dict.fromkeys(RELATIONS, Elaboration.relation),
    **dict.fromkeys(("∈", "∉"), Elaboration.member),
    **dict.fromkeys(("∪", "∩", "\\", "⊆"), Elaboration.combined),
    **dict.fromkeys(("∑", "∏"), Elaboration.gathered),
    **dict.fromkeys(_NOTATIONS, Elaboration.shortened),
}
