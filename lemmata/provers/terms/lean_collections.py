"""Sets, sums and lists in Lean's notation, as the elaborator takes them."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from lemmata.provers.terms.lean_library import Library, number_wanted
from lemmata.provers.terms.lean_syntax import Syntax, fail
from lemmata.provers.terms.lean_types import (
    Digits,
    Hole,
    SetOf,
    Type,
    components,
    flat,
    known,
    resolved,
    sort_for,
    told,
    unify,
)
from lemmata.provers.terms.lean_values import (
    Cell,
    DigitsOf,
    Function,
    Listed,
    Typed,
    Value,
    as_term,
    equal,
    shaped,
)
from lemmata.provers.terms.term import (
    Call,
    Every,
    Fold,
    Gather,
    Op,
    Sort,
    Term,
    Var,
    apply,
    conjunction,
    disjunction,
    negated,
)

if TYPE_CHECKING:
    from lemmata.provers.terms.lean_elaborate import Scope


class Collections(Library):
    """How sets, sums and lists are elaborated."""

    @abstractmethod
    def proposition(self, tree: Syntax, scope: Scope) -> Typed: ...

    @abstractmethod
    def binder_type(self, part: Syntax) -> Type | None: ...

    @abstractmethod
    def bound(self, part: Syntax, kind: Type, scope: Scope) -> tuple[Cell, Scope]: ...

    @abstractmethod
    def variables(self, part: Syntax, kind: Type, cell: Cell) -> list[Var]: ...

    def set_builder(self, tree: Syntax, scope: Scope, expected: Type | None) -> Typed:
        binder, *given, condition = tree.parts
        kind = self.binder_type(binder)
        if kind is None:
            raise fail(binder.column, "expected a variable")
        cell, inside = self.bound(binder, kind, scope)
        conditions = [self.proposition(g.parts[0], inside) for g in given]
        conditions.append(self.proposition(condition, inside))

        def call(args: tuple[Value, ...]) -> Value:
            cell.value = args[0]
            return conjunction(*(c.term() for c in conditions))

        return Typed(SetOf(kind, False), lambda: Function((resolved(kind, tree.column),), call), tree.column)

    def image(self, tree: Syntax, scope: Scope, expected: Type | None) -> Typed:
        """`{f x | x ∈ S}`: all y with y = f x for some x."""
        *binders, value = tree.parts
        inside = scope
        opened: list[tuple[Syntax, Type | None, Cell | None, Typed | None]] = []
        for part in binders:
            kind = self.binder_type(part)
            if kind is None:
                opened.append((part, None, None, self.proposition(part.parts[0], inside)))
            else:
                cell, inside = self.bound(part, kind, inside)
                opened.append((part, kind, cell, None))
        element = self.expression(value, inside)

        def call(args: tuple[Value, ...]) -> Value:
            variables: list[Var] = []
            for part, kind, cell, _ in opened:
                if kind is not None and cell is not None:
                    variables += self.variables(part, kind, cell)
            given = [condition.term() for *_, condition in opened if condition is not None]
            kind = resolved(element.type, tree.column)
            same = equal(kind, element.make(), args[0], self.fresh, tree.column)
            return every(variables, conjunction(*given, same), holds_all=False)

        kind = element.type
        return Typed(SetOf(kind, False), lambda: Function((resolved(kind, tree.column),), call), tree.column)

    def listed(self, tree: Syntax, scope: Scope, expected: Type | None) -> Typed:
        target = known(expected) if expected is not None else None
        kind = target.element if isinstance(target, SetOf) else Hole()
        items = [self.coerced(p, scope, kind) for p in tree.parts]

        def call(args: tuple[Value, ...]) -> Value:
            exact = resolved(kind, tree.column)
            return disjunction(*(equal(exact, args[0], i.make(), self.fresh, tree.column) for i in items))

        return Typed(SetOf(kind, True), lambda: Function((resolved(kind, tree.column),), call), tree.column)

    def list(self, tree: Syntax, scope: Scope, expected: Type | None) -> Typed:
        kind: Type = Hole()
        items = [self.coerced(p, scope, kind) for p in tree.parts]
        return Typed(Digits(), lambda: Listed(tuple(i.make() for i in items)), tree.column)

    def member(self, tree: Syntax, scope: Scope, _: Type | None) -> Typed:
        collection = self.expression(tree.parts[1], scope)
        kind = known(collection.type)
        if isinstance(kind, Digits):
            kind = SetOf(Sort.NAT, True)
        if not isinstance(kind, SetOf):
            raise fail(tree.parts[1].column, f"expected a set, but {told(kind)} came")
        item = self.expression(tree.parts[0], scope, kind.element)
        if not unify(item.type, kind.element):
            raise fail(item.column, f"expected {told(kind.element)}, but {told(item.type)} came")

        def make() -> Value:
            inside = collection.make()
            if isinstance(inside, DigitsOf):
                found: Term = Call("Nat.digits.mem", (inside.base, inside.number, item.term()), Sort.BOOL)
            elif isinstance(inside, Function):
                found = as_term(inside.call((item.make(),)), tree.column)
            else:
                raise fail(tree.column, "membership in this list is not understood")
            return found if tree.kind == "∈" else negated(found)

        return Typed(Sort.BOOL, make, tree.column)

    def combined(self, tree: Syntax, scope: Scope, expected: Type | None) -> Typed:
        """Unions, intersections, differences and inclusions of sets."""
        one, other = (self.expression(p, scope) for p in tree.parts)
        left, right = known(one.type), known(other.type)
        if not isinstance(left, SetOf) or not isinstance(right, SetOf) or not unify(left, right):
            raise fail(tree.column, f"expected two sets beside {tree.kind}")

        def joined(args: tuple[Value, ...]) -> Value:
            a, b = (as_term(as_function(t.make()).call(args), tree.column) for t in (one, other))
            if tree.kind == "∪":
                return disjunction(a, b)
            return conjunction(a, b if tree.kind == "∩" else negated(b))

        if tree.kind == "⊆":
            return Typed(Sort.BOOL, lambda: self.included(left, one, other, tree), tree.column)
        finite = left.finite if tree.kind == "\\" else left.finite and right.finite
        kind = SetOf(left.element, finite or (tree.kind == "∩" and (left.finite or right.finite)))
        return Typed(kind, lambda: Function((resolved(left.element, tree.column),), joined), tree.column)

    def included(self, kind: SetOf, one: Typed, other: Typed, tree: Syntax) -> Term:
        element = resolved(kind.element, tree.column)
        if flat(element) is None:
            raise fail(tree.column, "sets of sets are not understood")
        names = components(self.fresh("x"), element)
        arg = (shaped(element, list(names)),)
        a, b = (as_term(as_function(t.make()).call(arg), tree.column) for t in (one, other))
        return every(names, apply(Op.IMPLIES, a, b), holds_all=True)

    def gathered(self, tree: Syntax, scope: Scope, expected: Type | None) -> Typed:
        """∑ and ∏ over a Finset."""
        if len(tree.parts) != 3:
            raise fail(tree.column, "expected a range: ∑ x ∈ S, …")
        binder, source, body = tree.parts
        collection = self.expression(source, scope)
        kind = known(collection.type)
        if not isinstance(kind, SetOf) or not kind.finite:
            raise fail(source.column, f"expected a Finset, but {told(kind)} came")
        cell, inside = self.bound(binder, kind.element, scope)
        wanted = number_wanted(expected)
        inner = self.expression(body, inside) if wanted is None else self.coerced(body, inside, wanted)
        fold = Fold.SUM if tree.kind == "∑" else Fold.PRODUCT

        def make() -> Value:
            variables = self.variables(binder, kind.element, cell)
            item = cell.value
            assert item is not None
            guard = as_term(as_function(collection.make()).call((item,)), tree.column)
            cell.value = item
            value = inner.term()
            sort = sort_for(inner.type, tree.column)
            return Gather(fold, tuple(variables), guard, value, sort)

        return Typed(inner.type, make, tree.column)


def as_function(value: Value) -> Function:
    assert isinstance(value, Function)
    return value


def every(variables: list[Var], body: Term, *, holds_all: bool) -> Term:
    for var in reversed(variables):
        body = Every(var, body, holds_all)
    return body
