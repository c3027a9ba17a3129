"""Whether a goal about whole numbers is false: it is read as a claim, z3 is asked for values, and they are evaluated.

Only the search listens to it: a goal that is false is not worth trying, a statement that is false is refuted in Lean at
these values, and an ∃ gets its witnesses. Of what can't be read, or not evaluated, the oracle says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lemmata.errors import BadInput, LemmataError
from lemmata.formats.smtlib import read_script, write_script
from lemmata.provers.base import Backends
from lemmata.provers.lean.interface import Goal
from lemmata.provers.smt.check import falsifying
from lemmata.provers.smt.query import prepare
from lemmata.provers.smt.solver import Status, solve
from lemmata.provers.terms.claim import to_smtlib
from lemmata.tools.lean_search.shape import behind_binders, binders, connective, names_in

_WHOLE = frozenset({"Nat", "ℕ", "Int", "ℤ"})
_LONGEST = 2000
_ROOT_S, _GOAL_S = 2.0, 0.3
_MOST_ASKED = 60

Values = Mapping[str, int]


@dataclass
class Oracle:
    """What z3 says about the goals of one search, each asked once.

    Args:
        backends: for the solver.
    """

    backends: Backends
    asked: int = 0
    _known: dict[str, Values | None] = field(default_factory=dict)

    def counterexample(self, goal: Goal) -> Values | None:
        """Values at which the statement itself fails."""
        return self._falsified(_claim(goal), _ROOT_S)

    def is_false(self, goal: Goal) -> bool:
        """Whether values were found at which a goal fails."""
        return self._falsified(_claim(goal), _GOAL_S) is not None

    def witnesses(self, goal: Goal) -> Sequence[int]:
        """Values for the variables of an ∃ that depends on no others; none: there is nothing to say."""
        bound = binders(goal.target) if connective(goal.target) == "∃" else []
        if not bound or any(not h.is_proof for h in goal.hypotheses):
            return ()
        for kind in ("Nat", "Int"):  # Lean prints no types there; natural numbers do for both
            variables = "".join(f"∀ {name} : {told or kind}, " for name, told in bound)
            found = self._falsified(f"{variables}¬({behind_binders(goal.target)})", _GOAL_S)
            if found and all(name in found for name, _ in bound):
                return [found[name] for name, _ in bound]
        return ()

    def _falsified(self, text: str, wall_s: float) -> Values | None:
        if text and text not in self._known and self.asked < _MOST_ASKED:
            self._known[text] = self._ask(text, wall_s)
        return self._known.get(text)

    def _ask(self, text: str, wall_s: float) -> Values | None:
        try:
            script = prepare(read_script(to_smtlib(text)))
        except (BadInput, RecursionError):
            return None
        self.asked += 1
        try:
            told = solve(write_script(script), self.backends, wall_s=wall_s)
        except LemmataError:
            return None
        values = {d.name: told.model[d.name] for d in script.declarations if d.name in told.model}
        if told.status is not Status.SAT or falsifying(values, script.assertions, script, "values") is not None:
            return None
        return {name: int(str(value)) for name, value in values.items() if str(value).removeprefix("-").isdecimal()}


def _claim(goal: Goal) -> str:
    """A goal as a claim; empty where it speaks of anything but whole numbers."""
    given = [h.type for h in goal.hypotheses if h.is_proof and h.type != "True"]
    seen = names_in(goal.target).union(*map(names_in, given))
    variables = [h for h in goal.hypotheses if not h.is_proof and h.name in seen]
    text = (
        "".join(f"∀ {h.name} : {h.type}, " for h in variables)
        + "".join(f"({h}) → " for h in given)
        + f"({goal.target})"
    )
    whole = all(h.type in _WHOLE and h.reachable for h in variables)
    return " ".join(text.split()) if whole and len(text) < _LONGEST else ""
