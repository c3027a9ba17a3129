"""Enumerate typed Python terms from small to large, one for each behaviour on the examples, and join them by cases.

Source: observational equivalence as in Udupa et al., TRANSIT (PLDI 2013); decision trees over enumerated terms as in
Alur, Radhakrishna and Udupa, Scaling enumerative program synthesis via divide and conquer (TACAS 2017).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from lemmata.tools.synthesis.operations import Operation, apply_operation, operations_for

_MOST_TERMS = 400_000
_PREDICATES = 600
_DEEPEST = 3


class _Undefined:
    """Where a term raises."""

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED = _Undefined()


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A term, and what it gives on every example."""

    text: str
    type: str
    size: int
    values: tuple[Any, ...]


@dataclass(slots=True)
class Bank:
    """Terms by type and size; of those that behave alike only the first."""

    terms: dict[str, dict[int, list[Term]]] = field(default_factory=dict)
    seen: set[tuple[str, Any]] = field(default_factory=set)
    count: int = 0

    def add(self, term: Term) -> bool:
        if all(v is UNDEFINED for v in term.values):
            return False
        key = (term.type, tuple(tuple(v) if type(v) is list else v for v in term.values))
        if key in self.seen:
            return False
        self.seen.add(key)
        self.terms.setdefault(term.type, {}).setdefault(term.size, []).append(term)
        self.count += 1
        return True

    def of(self, type_: str, size: int) -> list[Term]:
        return self.terms.get(type_, {}).get(size, [])

    def every(self, type_: str) -> Iterator[Term]:
        for size in sorted(self.terms.get(type_, {})):
            yield from self.terms[type_][size]


def search(
    parameters: dict[str, tuple[str, tuple[Any, ...]]],
    target: tuple[str, tuple[Any, ...]],
    constants: tuple[Any, ...],
    *,
    over: Callable[[], bool],
) -> Iterator[str]:
    """Expressions that give the target on every example, smallest first; ends when the time is over.

    Args:
        parameters: name -> type and its value in every example.
        target: type of the result and its value in every example.
        constants: literals to build from.
        over: whether it is time to stop.
    """
    type_, wanted = target
    count = len(wanted)
    bank = Bank()
    for name, (kind, values) in parameters.items():
        bank.add(Term(name, kind, 1, values))
    for constant in constants:
        bank.add(Term(repr(constant), type(constant).__name__, 1, (constant,) * count))
    kinds = frozenset({type_, *(kind for kind, _ in parameters.values())})
    operations = operations_for(kinds)
    for term in bank.of(type_, 1):
        if _agrees(term, wanted):
            yield term.text
    joined: set[str] = set()
    for size in itertools.count(2):
        for term in _grow(bank, operations, size, over):
            if term.type == type_ and _agrees(term, wanted):
                yield term.text
        if over() or bank.count > _MOST_TERMS:
            return
        if size >= 3:
            tree = join(bank, type_, wanted, over)
            if tree is not None and tree not in joined:
                joined.add(tree)
                yield tree


def _grow(bank: Bank, operations: tuple[Operation, ...], size: int, over: Callable[[], bool]) -> Iterator[Term]:
    """The new terms of a size."""
    for operation in operations:
        for sizes in _partitions(size - 1, len(operation.takes)):
            pools = [bank.of(t, s) for t, s in zip(operation.takes, sizes, strict=True)]
            if operation.commutes and sizes[0] > sizes[1]:
                continue
            for number, arguments in enumerate(itertools.product(*pools)):
                if number % 256 == 0 and (over() or bank.count > _MOST_TERMS):
                    return
                term = _applied(operation, arguments, size)
                if bank.add(term):
                    yield term


def _partitions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 1:
        if total >= 1:
            yield (total,)
        return
    for first in range(1, total - parts + 2):
        for rest in _partitions(total - first, parts - 1):
            yield (first, *rest)


def _applied(operation: Operation, arguments: tuple[Term, ...], size: int) -> Term:
    values = []
    for row in zip(*(a.values for a in arguments), strict=True):
        if any(v is UNDEFINED for v in row):
            values.append(UNDEFINED)
            continue
        try:
            values.append(apply_operation(operation, row))
        except (ValueError, IndexError, ZeroDivisionError, OverflowError):
            values.append(UNDEFINED)
    text = operation.text.format(*(f"({a.text})" for a in arguments))
    return Term(text, operation.gives, size, tuple(values))


def _agrees(term: Term, wanted: tuple[Any, ...]) -> bool:
    return all(a is not UNDEFINED and type(a) is type(b) and a == b for a, b in zip(term.values, wanted, strict=True))


def join(bank: Bank, type_: str, wanted: tuple[Any, ...], over: Callable[[], bool]) -> str | None:
    """A conditional over the terms so far that is right everywhere: few cases, each with several examples."""
    covers: dict[frozenset[int], Term] = {}
    for term in bank.every(type_):
        pairs = enumerate(zip(term.values, wanted, strict=True))
        right = frozenset(i for i, (a, b) in pairs if a is not UNDEFINED and type(a) is type(b) and a == b)
        if right and right not in covers:
            covers[right] = term
    whole = frozenset(range(len(wanted)))
    if not covers or frozenset().union(*covers) != whole:
        return None
    predicates: dict[frozenset[int], Term] = {}
    for term in itertools.islice(bank.every("bool"), 20 * _PREDICATES):
        true = frozenset(i for i, v in enumerate(term.values) if v is True)
        if UNDEFINED not in term.values and true and true != whole:
            predicates.setdefault(true, term)
        if len(predicates) >= _PREDICATES:
            break
    best = _tree(whole, list(covers.items()), list(predicates.items()), _DEEPEST, over)
    return None if best is None else best[1]


Covers = list[tuple[frozenset[int], Term]]


def _tree(
    here: frozenset[int], covers: Covers, predicates: Covers, depth: int, over: Callable[[], bool]
) -> tuple[int, str] | None:
    """The cheapest tree for some examples, with its cost."""
    whole = [t for right, t in covers if here <= right]
    if whole:
        term = min(whole, key=lambda t: t.size)
        lonely = 4 if len(here) == 1 else 0  # one example says little about a case of its own
        return term.size + lonely, term.text
    if depth == 0 or over():
        return None
    best: tuple[int, str] | None = None
    for true, predicate in predicates:
        yes, no = here & true, here - true
        if not yes or not no:
            continue
        solved = any(yes <= right for right, _ in covers) or any(no <= right for right, _ in covers)
        if not solved or (best is not None and predicate.size >= best[0]):
            continue
        left = _tree(yes, covers, predicates, depth - 1, over)
        right_ = None if left is None else _tree(no, covers, predicates, depth - 1, over)
        if left is None or right_ is None:
            continue
        cost = 1 + predicate.size + left[0] + right_[0]
        if best is None or cost < best[0]:
            best = (cost, f"(({left[1]}) if ({predicate.text}) else ({right_[1]}))")
    return best
