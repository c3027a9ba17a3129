"""Predicates whose solutions are asked for."""

from __future__ import annotations

from dataclasses import dataclass

from lemmata.provers.terms.definedness import definedness
from lemmata.provers.terms.term import Every, InRange, Let, Term, conjunction, free_variables, walk


@dataclass(frozen=True, slots=True)
class Predicate:
    """A condition on integers.

    Args:
        unknowns: names of the free variables, in the order in which solutions list their values.
        term: the condition; where it has no value (Python would raise) it does not hold.
    """

    unknowns: tuple[str, ...]
    term: Term

    def names(self) -> frozenset[str]:
        """All names in the term, bound ones too: what is put into it must not use them for something else."""
        bound = {t.var.name for t in walk(self.term) if isinstance(t, Let | Every | InRange)}
        return frozenset({*self.unknowns, *bound, *free_variables(self.term)})

    def solution(self) -> Term:
        """The condition as a term that always has a value."""
        return conjunction(definedness(self.term), self.term)
