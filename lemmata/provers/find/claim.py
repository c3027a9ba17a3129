"""Problems that ask for a value, written as

    open Real                                   (perhaps: namespaces, as in Lean)
    find answer : ℝ
    given (x : ℝ) (h : 0 < x)                   (perhaps: what the answer may depend on, and what holds of it)
    where (f : ℝ → ℝ) (h₀ : ∀ x, f x = 3 * √(2 * x - 7) - 8) (h₁ : answer = f 8)

Binders are Lean's. The answer `a` is right if for all values of what is given: whatever the unknowns under `where` are,
if all its conditions hold then the answer is `a` (forward); and there are unknowns for which they hold with `a` as the
answer (backward). So a problem whose conditions contradict each other, or leave several answers, has none.
"""

from __future__ import annotations

from dataclasses import dataclass

from lemmata.errors import BadInput
from lemmata.problem import Construction, Problem
from lemmata.provers.terms.lean_elaborate import Elaboration, Scope
from lemmata.provers.terms.lean_syntax import Parser, Syntax, fail
from lemmata.provers.terms.lean_types import SetOf, Type, components, flat, read_type, resolved
from lemmata.provers.terms.lean_values import Function, Typed, as_term, shaped, signature, variable
from lemmata.provers.terms.term import TRUE, Fold, Gather, Sort, Term


@dataclass(frozen=True, slots=True)
class Declared:
    """An unknown: a number or truth value, or with `parameters` a function (a set is a function to truth values)."""

    name: str
    parameters: tuple[Sort, ...]
    sort: Sort


@dataclass(frozen=True, slots=True)
class FindClaim:
    """What is asked.

    Args:
        name: of the answer.
        type: its type.
        answer: the numbers of the answer, or the one function that it is.
        parameters: what is given.
        given: what holds of it.
        unknowns: what there is besides the answer.
        conditions: what must hold.
    """

    name: str
    type: Type
    answer: tuple[Declared, ...]
    parameters: tuple[Declared, ...]
    given: tuple[Term, ...]
    unknowns: tuple[Declared, ...]
    conditions: tuple[Term, ...]
    opens: tuple[str, ...]


def find_claim_of(problem: Problem) -> FindClaim:
    """What a problem asks for.

    Raises:
        BadInput: it asks for something else, or can't be read.
    """
    if not isinstance(problem, Construction) or problem.language != "claim":
        raise BadInput("expected a construction in the language of claims", place=problem.name)
    return read_find_claim(problem.source)


def read_find_claim(text: str) -> FindClaim:
    """The problem that a text writes.

    Raises:
        BadInput: outside the fragment; `place` is `claim:column`, counted through the whole text.
    """
    try:
        return _Reading(Parser(text)).whole()
    except RecursionError:
        raise fail(1, "expected a problem that is nested less deeply") from None


class _Reading:
    def __init__(self, parser: Parser) -> None:
        self.parser = parser
        self.elaboration = Elaboration()
        self.scope: Scope = {}

    def whole(self) -> FindClaim:
        parser = self.parser
        opens: list[str] = []
        if parser.accept("open"):
            while parser.here.kind == "word" and not parser.sees("find"):
                opens.append({"ℕ": "Nat", "ℤ": "Int", "ℝ": "Real"}.get(parser.here.text, parser.here.text))
                parser.take()
        self.elaboration.opens = tuple(opens)
        if not parser.accept("find"):
            raise fail(parser.here.column, "expected `find answer : T` and then `where` with conditions")
        name = parser.names()[0]
        parser.expect(":", "a colon and a type")
        kind = self.type(parser.whole())
        given = self.binders() if parser.accept("given") else []
        answer = self.declare(name.text, kind, name.column)
        if not parser.accept("where"):
            raise fail(parser.here.column, "expected `where` and binders with conditions")
        rest = self.binders()
        if isinstance(kind, SetOf) and kind.finite:
            rest.append(self.finite(name.text, kind, name.column))
        parser.expect("end", "a binder or the end")
        return FindClaim(
            name=name.text,
            type=kind,
            answer=answer,
            parameters=tuple(d for d in given if isinstance(d, Declared)),
            given=tuple(t for t in given if not isinstance(t, Declared)),
            unknowns=tuple(d for d in rest if isinstance(d, Declared)),
            conditions=tuple(t for t in rest if not isinstance(t, Declared)),
            opens=tuple(opens),
        )

    def binders(self) -> list[Declared | Term]:
        found: list[Declared | Term] = []
        while self.parser.sees("(", "{"):
            for binder in self.parser.group():
                found += self.binder(binder)
        return found

    def binder(self, binder: Syntax) -> list[Declared | Term]:
        tree = binder.parts[0]
        kind = read_type(tree)
        if kind is None and not _is_type_like(tree):
            return [self.elaboration.proposition(tree, self.scope).term()]
        if kind is None:
            raise fail(tree.column, "expected a type: ℕ, ℤ, ℚ, ℝ, Prop, and →, ×, Set, Finset of them")
        made: list[Declared | Term] = list(self.declare(binder.text, kind, binder.column))
        if isinstance(kind, SetOf) and kind.finite:
            made.append(self.finite(binder.text, kind, binder.column))
        return made

    def type(self, tree: Syntax) -> Type:
        kind = read_type(tree)
        if kind is None:
            raise fail(tree.column, "expected a type: ℕ, ℤ, ℚ, ℝ, Prop, and →, ×, Set, Finset of them")
        return kind

    def declare(self, name: str, kind: Type, column: int) -> tuple[Declared, ...]:
        """A variable for the rest of the text; a later one of the same name hides it."""
        exact = resolved(kind, column)
        unique = self.elaboration.fresh(name)
        value = variable(unique, exact, column)
        self.scope = {**self.scope, name: Typed(exact, lambda: value, column)}
        if flat(exact) is not None:
            return tuple(Declared(v.name, (), v.sort) for v in components(unique, exact))
        parameters, result = signature(exact, column)
        sorts = tuple(s for p in parameters for s in flat(p) or ())
        results = flat(result) or ()
        names = [unique] if isinstance(result, Sort) else [f"{unique}.{i + 1}" for i in range(len(results))]
        return tuple(Declared(n, sorts, s) for n, s in zip(names, results, strict=True))

    def finite(self, name: str, kind: SetOf, column: int) -> Term:
        found = self.scope[name].make()
        assert isinstance(found, Function)
        element = resolved(kind.element, column)
        variables = components(self.elaboration.fresh("x"), element)
        guard = as_term(found.call((shaped(element, list(variables)),)), column)
        return Gather(Fold.FINITE, tuple(variables), guard, TRUE, Sort.BOOL)


_TYPES = frozenset({"Set", "Finset", "Fin", "List", "Polynomial", "Matrix", "Multiset", "Type", "ZMod", "Fintype"})


def _is_type_like(tree: Syntax) -> bool:
    """Whether a binder's type looks like one that the fragment lacks, and not like a proposition."""
    head = tree.parts[0] if tree.kind == "apply" else tree
    if tree.kind == "→":
        return _is_type_like(tree.parts[1]) or read_type(tree.parts[1]) is not None
    if tree.kind == "×":
        return True
    return head.kind == "name" and (head.text in _TYPES or head.text in ("ℂ", "ℕ+", "NNReal", "ENNReal", "Type"))
