"""Offers for a solution in steps: that all its obligations hold, or a solution that a step loses or lets in."""

from __future__ import annotations

import time

from lemmata.problem import Candidate
from lemmata.provers.base import Backends
from lemmata.provers.find.steps import chain_of
from lemmata.provers.terms.term import negated
from lemmata.tools.base import Offer, Turn
from lemmata.tools.find_models import find_model
from lemmata.verdict import Reason, Unknown

_SHARE = 0.5


def propose(turn: Turn, backends: Backends) -> Offer:
    """The first counterexample in the order of the steps, and the proof for where there is none.

    Raises:
        BadInput: the problem can't be read.
    """
    chain = chain_of(turn.problem)
    deadline = time.monotonic() + _SHARE * turn.limits.wall_s
    candidates = []
    for index, obligation in enumerate(chain.obligations):
        found = find_model(chain.variables, [obligation.given, negated(obligation.goal)], backends, deadline)
        if found is not None:
            content = {"obligation": index, "values": {d.name: found.texts[d.name] for d in chain.variables}}
            candidates.append(Candidate(form="steps-fault", content=content, origin="step-faults"))
            break
    candidates.append(Candidate(form="steps", content={}, origin="step-faults"))
    return Offer(candidates=tuple(candidates), finding=Unknown(Reason.EXHAUSTED, "some step is not shown"))
