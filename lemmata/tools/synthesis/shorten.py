"""Making found definitions shorter as long as they stay right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from lemmata.formats.smt_terms import Apply, Term, make, subterms
from lemmata.formats.smtlib import Defined
from lemmata.tools.synthesis.linear import simplify
from lemmata.tools.synthesis.trial import Trial

_SHARE = 0.2
_ONE_S = 0.5


def shorten(made: tuple[Defined, ...], trial: Trial) -> tuple[Defined, ...]:
    """Definitions that hold as well, with conditions and branches that are not needed left out, as far as time goes."""
    end = trial.left() * (1 - _SHARE)
    made = _tidy(made, trial)
    for index in range(len(made)):
        tried = 0
        while trial.left() > end:
            variant = next(islice(_variants(made[index].body), tried, None), None)
            if variant is None:
                break
            fewer = (*made[:index], replace(made[index], body=variant), *made[index + 1 :])
            if trial.holds(fewer, at_most=_ONE_S):
                made = fewer
            else:
                tried += 1
    return made


def _tidy(made: tuple[Defined, ...], trial: Trial) -> tuple[Defined, ...]:
    tidy = tuple(replace(d, body=simplify(d.body)) for d in made)
    return tidy if _size(tidy) < _size(made) and trial.holds(tidy, at_most=_ONE_S) else made


def _size(made: tuple[Defined, ...]) -> int:
    return sum(1 for d in made for _ in subterms(d.body))


def _variants(term: Term) -> Iterator[Term]:
    """Shorter terms, the ones that leave out most first."""
    if not isinstance(term, Apply):
        return
    match term:
        case Apply("ite", (_, then, other)):
            yield other
            yield then
        case Apply("and" | "or" as op, args):
            for arg in args:
                rest = tuple(a for a in args if a is not arg)
                yield make(op, *rest)
    for index, arg in enumerate(term.args):
        for variant in _variants(arg):
            yield replace(term, args=(*term.args[:index], variant, *term.args[index + 1 :]))
