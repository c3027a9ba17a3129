"""Predicates whose solutions are asked for."""

from __future__ import annotations

from dataclasses import dataclass

from lemmata.provers.terms.definedness import definedness
from lemmata.provers.terms.term import Term, conjunction


@dataclass(frozen=True, slots=True)
class Predicate:
    """A condition on integers.

    Args:
        unknowns: names of the free variables, in the order in which solutions list their values.
        term: the condition; where it has no value (Python would raise) it does not hold.
    """

    unknowns: tuple[str, ...]
    term: Term

    def solution(self) -> Term:
        """The condition as a term that always has a value."""
        return conjunction(definedness(self.term), self.term)
