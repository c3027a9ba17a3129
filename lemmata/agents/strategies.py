"""Which proposers are asked, in which order, for each kind of problem and language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lemmata.problem import Problem

CHAT = "chat-model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """How one sort of problem is worked on.

    Args:
        proposers: asked first, cheapest first.
        repairers: asked once a violation is known (programs).
        split: module with `split_goal(problem)` and `join(problem, candidates)`; empty: not taken apart.
        chat: whether a configured chat model proposes, repairs, or has nothing to add.
    """

    proposers: tuple[str, ...] = ()
    repairers: tuple[str, ...] = ()
    split: str = ""
    chat: Literal["propose", "repair", "no"] = "propose"

    def order(self, *, repairing: bool, chat: bool) -> tuple[str, ...]:
        """The proposers to ask now."""
        names = self.repairers if repairing else self.proposers
        wanted = chat and self.chat == ("repair" if repairing else "propose")
        return (*names, CHAT) if wanted else names


STRATEGIES: Mapping[tuple[str, str], Strategy] = {
    ("theorem", "lean"): Strategy(
        proposers=("lean-portfolio", "lean-search", "lean-disproof"), split="lemmata.tools.lean_split"
    ),
    ("theorem", "smtlib"): Strategy(proposers=("smt-solver",), split="lemmata.tools.smt_split", chat="no"),
    ("theorem", "claim"): Strategy(proposers=("smt-solver", "smt-induction", "real-certificates"), chat="no"),
    ("theorem", "steps"): Strategy(proposers=("step-faults",), chat="no"),
    ("construction", "python"): Strategy(proposers=("answer-sets", "closed-forms", "extremal-values")),
    ("construction", "smtlib"): Strategy(proposers=("answer-sets",)),
    ("construction", "lean"): Strategy(proposers=("lean-answers",)),
    ("construction", "claim"): Strategy(proposers=("answer-values", "real-certificates"), chat="no"),
    ("synthesis", "sygus"): Strategy(proposers=("clia-terms", "cvc5-sygus")),
    ("synthesis", "python"): Strategy(proposers=("python-terms",)),
    ("program", "c"): Strategy(proposers=("fuzz", "bmc", "invariants"), repairers=("mutations",), chat="repair"),
    ("program", "python"): Strategy(
        proposers=("python-falsify", "python-crosshair", "python-proof"), repairers=("python-mutations",), chat="repair"
    ),
    ("question", "text"): Strategy(),
}


def strategy_for(problem: Problem) -> Strategy:
    return STRATEGIES[problem.kind, problem.language]
