"""Taking a conjunctive goal apart, and putting the proofs of its parts together again."""

from __future__ import annotations

from collections.abc import Sequence

from lemmata.errors import BadInput
from lemmata.formats.smtlib import write_script
from lemmata.problem import Candidate, Json, Problem, Theorem
from lemmata.provers.smt.query import query_of, split_cases


def split_goal(problem: Problem) -> tuple[Theorem, ...]:
    """One theorem for each conjunct of the goal; none where the goal is no conjunction."""
    try:
        cases = split_cases(query_of(problem))
    except BadInput:
        return ()
    return tuple(
        Theorem(name=f"{problem.name}, case {k}", source=write_script(case) + "(check-sat)\n", language="smtlib")
        for k, case in enumerate(cases, 1)
    )


def join(problem: Problem, candidates: Sequence[Candidate]) -> Candidate:
    """The candidate for the whole, from accepted `smt-unsat` candidates of the parts in their order.

    Raises:
        BadInput: a part's candidate is of another form.
    """
    if any(c.form != "smt-unsat" or "drup" in c.content for c in candidates):
        raise BadInput("expected an unsat core for each part", place=problem.name)
    whose = {(str(c.content["solver"]), str(c.content.get("agreed", ""))) for c in candidates}
    solver, agreed = min(whose, key=lambda pair: (pair[0] != "z3", pair)) if len(whose) != 1 else whose.pop()
    content: dict[str, Json] = {"solver": solver, "cores": [list(c.content["core"]) for c in candidates]}
    return Candidate(form="smt-cases", content={**content, "agreed": agreed} if agreed else content, origin="smt-split")
