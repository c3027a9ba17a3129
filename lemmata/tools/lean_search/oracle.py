"""Whether a goal about whole numbers is false: it is read as a claim, z3 is asked for values, and they are evaluated.

Only the search listens to it: a goal that is false is not worth trying, a statement that is false is refuted in Lean at
these values, and an ∃ gets its witnesses. Of what can't be read, or not evaluated, the oracle says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lemmata.errors import BadInput, LemmataError
from lemmata.provers.base import Backends
from lemmata.provers.lean.interface import Goal
from lemmata.provers.smt.solver import Status, solve
from lemmata.provers.terms.claim import split_claim, to_smtlib
from lemmata.provers.terms.evaluate import Undefined, evaluate
from lemmata.provers.terms.exact import NotEvaluated
from lemmata.provers.terms.lean_reader import read_claim
from lemmata.provers.terms.term import Term, conjunction
from lemmata.tools.lean_search.shape import behind_binders, binders, connective, names_in

_WHOLE = frozenset({"Nat", "ℕ", "Int", "ℤ"})
_LONGEST = 2000
_ROOT_S, _GOAL_S = 2.0, 0.3
_MOST_ASKED = 60
_STEPS = 20_000

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
        return self._falsified(_claim(goal, goal.target), _ROOT_S)

    def is_false(self, goal: Goal) -> bool:
        """Whether values were found at which a goal fails."""
        text = _claim(goal, goal.target)
        if text not in self._known and self.asked >= _MOST_ASKED:
            return False
        return self._falsified(text, _GOAL_S) is not None

    def witnesses(self, goal: Goal) -> Sequence[int]:
        """Values for the variables of an ∃ that depends on no others; none: there is nothing to say."""
        bound = binders(goal.target) if connective(goal.target) == "∃" else []
        if not bound or any(not h.is_proof for h in goal.hypotheses) or self.asked >= _MOST_ASKED:
            return ()
        for kind in ("Nat", "Int"):  # Lean prints no types there; natural numbers do for both
            variables = "".join(f"∀ {name} : {told or kind}, " for name, told in bound)
            found = self._falsified(f"{variables}¬({behind_binders(goal.target)})", _GOAL_S)
            if found:
                return [found[name] for name, _ in bound]
        return ()

    def _falsified(self, text: str, wall_s: float) -> Values | None:
        if text and text not in self._known:
            self._known[text] = self._ask(text, wall_s)
        return self._known.get(text)

    def _ask(self, text: str, wall_s: float) -> Values | None:
        try:
            variables, given, goal = split_claim(read_claim(text))
            script = to_smtlib(text)
        except (BadInput, RecursionError):
            return None
        self.asked += 1
        try:
            told = solve(script, self.backends, wall_s=wall_s)
        except LemmataError:
            return None
        if told.status is not Status.SAT:
            return None
        values = {
            var.name: int(str(told.model.get(var.name, 0))) for var in variables if _is_whole(told.model, var.name)
        }
        holds = len(values) == len(variables) and _fails(values, given, goal)
        return values if holds else None


def _is_whole(model: Mapping[str, object], name: str) -> bool:
    return str(model.get(name, 0)).removeprefix("-").isdecimal()


def _fails(values: Values, given: Sequence[Term], goal: Term) -> bool:
    """Whether what is assumed is true for the values, and what is claimed is false."""
    try:
        holds = evaluate(conjunction(*given), values, steps=_STEPS) is True
        return holds and evaluate(goal, values, steps=_STEPS) is False
    except (NotEvaluated, Undefined):
        return False


def _claim(goal: Goal, target: str) -> str:
    """A goal as a claim; empty where it speaks of anything but whole numbers."""
    given = [h.type for h in goal.hypotheses if h.is_proof and h.type != "True"]
    seen = names_in(target).union(*map(names_in, given))
    variables = [h for h in goal.hypotheses if not h.is_proof and h.name in seen]
    text = "".join(f"∀ {h.name} : {h.type}, " for h in variables) + "".join(f"({h}) → " for h in given) + f"({target})"
    whole = all(h.type in _WHOLE and h.reachable for h in variables)
    return " ".join(text.split()) if whole and len(text) < _LONGEST else ""
