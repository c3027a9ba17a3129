"""What closes a goal, tried in order of what it costs.

The one place that says so: a search over proof states may take the place of what is inside.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Sequence

from lemmata.provers.lean.answers import Answers
from lemmata.provers.lean.interface import Failed, Goal, ProofState, StateGone, run_tactic
from lemmata.provers.lean.worker import LeanFailed

_HEARTBEATS = 20_000
_EACH_S = 12.0  # Lean's own measure ends a tactic sooner; where the clock does, a process is lost
_SEARCH = "exact?"
_SEARCH_S = 3.0  # that must be left for it: its first call in a process takes seconds
_QUICK = ("rfl", "assumption", "omega", "decide", "trivial", "simp", "(simp_all; done)", "contradiction", "grind")
_SLOWER = (
    "(simp_all; omega)",
    "(simp +arith; done)",
    "(intros; first | assumption | omega | rfl | (simp_all; done) | grind)",
    "(constructor <;> first | assumption | omega | rfl | (simp_all; done) | grind)",
    "(repeat' constructor) <;> first | assumption | omega | rfl | decide | (simp_all; done)",
    "(subst_vars; first | rfl | omega | (simp_all; done))",
    "(split <;> first | assumption | omega | rfl | (simp_all; done) | grind)",
    "(apply Classical.byContradiction; intro h_not; first | omega | (simp_all; done) | grind)",
    "(exfalso; first | assumption | omega | (simp_all; done) | grind)",
)
_RING = "Nat.mul_add, Nat.add_mul, Nat.mul_comm, Nat.mul_assoc, Nat.mul_left_comm, Nat.pow_succ"
_ARITHMETIC = (
    f"(simp only [{_RING}] at *; omega)",
    f"(simp [{_RING}, Nat.add_assoc, Nat.add_comm, Nat.add_left_comm]; done)",
    "(simp [Nat.dvd_iff_mod_eq_zero, Nat.mul_mod, Nat.add_mod] at *; first | done | omega)",
    "(simp only [Int.mul_add, Int.add_mul, Int.mul_sub, Int.sub_mul, Int.mul_comm, Int.mul_assoc] at *; omega)",
)
_CHOICE = re.compile(r"\((.*); first \| (.*)\)$")
_NUMBER = re.compile(r"\b\d+\b")
_WITNESSES = 13
_GROUP = 12


def close_goal(
    worker: Answers, state: ProofState, *, wall_s: float, definitions: Sequence[str] = (), thorough: bool = True
) -> str | None:
    """A tactic that closes the first goal of a state; None: none was found.

    Args:
        worker: who is asked.
        state: whose first goal is meant.
        wall_s: seconds on the clock.
        definitions: names of the file's own definitions.
        thorough: try also what takes long.

    Raises:
        StateGone: the process that kept the state has ended.
    """
    ends = time.monotonic() + wall_s
    for group in _groups(state.goals[0], definitions, thorough=thorough):
        left = ends - time.monotonic()
        if left < 0.05:
            return None
        if group == (_SEARCH,) and left < _SEARCH_S:
            continue
        if len(group) > 1 and not _closes(worker, state, f"first | {' | '.join(group)}", len(group)):
            continue
        for tactic in group:
            found = _closes(worker, state, tactic)
            if found is not None:
                return _written(_unfolded(worker, state, tactic), found)
    return None


def _closes(worker: Answers, state: ProofState, tactic: str, weight: int = 1) -> ProofState | None:
    heartbeats = _HEARTBEATS * min(3, weight)
    found = try_tactic(worker, state, f"· {tactic}", wall_s=_EACH_S, heartbeats=heartbeats)
    return found if found is not None and len(found.goals) < len(state.goals) else None


def close_all(
    worker: Answers, state: ProofState, *, wall_s: float, definitions: Sequence[str] = (), thorough: bool = True
) -> str | None:
    """Tactics, written from column 0 on, that close every goal of a state.

    Raises:
        StateGone: as for `close_goal`.
    """
    ends, found = time.monotonic() + wall_s, []
    many = len(state.goals) > 1
    while state.goals:
        left = ends - time.monotonic()
        tactic = close_goal(worker, state, wall_s=left, definitions=definitions, thorough=thorough)
        after = None if tactic is None else try_tactic(worker, state, f"· {tactic}", wall_s=_EACH_S)
        if tactic is None or after is None or len(after.goals) >= len(state.goals):
            return None
        found.append(f"· {tactic}" if many else tactic)
        state = after
    return "\n".join(found) or "skip"


def try_tactic(
    worker: Answers, state: ProofState, tactic: str, *, wall_s: float, heartbeats: int = _HEARTBEATS
) -> ProofState | None:
    """The state behind a tactic; None: it fails, or a limit was reached.

    Raises:
        StateGone: the process that kept the state has ended, by this tactic or before.
    """
    try:
        found = run_tactic(worker, state, tactic, wall_s=wall_s, heartbeats=heartbeats)
    except LeanFailed:
        raise StateGone from None
    return None if isinstance(found, Failed) else found


def _unfolded(worker: Answers, state: ProofState, tactic: str) -> str:
    """The tactic with the one alternative that is needed, where it ends in `first | …` with several."""
    parts = _CHOICE.match(tactic)
    if parts is None:
        return tactic
    for one in parts[2].split(" | "):
        plain = f"({parts[1]}; {one.removeprefix('(').removesuffix('; done)')})"
        if _closes(worker, state, plain) is not None:
            return plain[1:-1]
    return tactic


def _written(tactic: str, after: ProofState) -> str:
    """The tactic as it should stand in a proof: what `exact?` has found in its place."""
    if tactic != _SEARCH:
        return tactic.removeprefix("(").removesuffix("; done)") if tactic.endswith("; done)") else tactic
    return after.suggested or tactic


def _groups(goal: Goal, definitions: Sequence[str], *, thorough: bool) -> Iterator[tuple[str, ...]]:
    """Tactics in the order in which they are tried; those of a group are tried together first."""
    yield from _single(_QUICK)
    names = ", ".join(_relevant(goal, definitions))
    if names:
        yield (f"(simp_all [{names}]; done)",)
        yield (f"(simp only [{names}] at *; first | done | omega | (simp_all; done))",)
        yield (f"(simp_all [{names}]; omega)",)
        yield (f"grind [{names}]",)
    if goal.target.startswith("∃"):
        yield from _together(_witnesses(goal))
    yield from _single(_SLOWER)
    yield (_SEARCH,)
    if thorough:
        yield from _single(_ARITHMETIC)
        yield from _single(_inductions(goal, definitions, names))


def _single(tactics: Iterable[str]) -> Iterator[tuple[str, ...]]:
    return ((tactic,) for tactic in tactics)


def _together(tactics: Iterable[str]) -> Iterator[tuple[str, ...]]:
    every = tuple(tactics)
    return (every[i : i + _GROUP] for i in range(0, len(every), _GROUP))


def _relevant(goal: Goal, definitions: Sequence[str]) -> list[str]:
    """The definitions whose last part occurs in the goal."""
    text = str(goal)
    return [d for d in definitions if re.search(rf"(?<![\w']){re.escape(d.rpartition('.')[2])}(?![\w'])", text)]


def _witnesses(goal: Goal) -> Iterator[str]:
    close = "first | assumption | rfl | decide | omega | (simp_all; done) | grind"
    own = [h.name for h in goal.hypotheses if not h.is_proof and h.reachable and not h.type.startswith("Prop")]
    numbers = [n for n in dict.fromkeys(_NUMBER.findall(str(goal))) if len(n) < 4]
    counted = [h.name for h in goal.hypotheses if h.name in own and h.type in ("Nat", "Int")]
    made = [f"{n} {sign} {k}" for n in counted for k in dict.fromkeys((*numbers, "1", "2")) for sign in "+-/*"]
    for term in dict.fromkeys((*own, *made[:24], *(str(i) for i in range(_WITNESSES)), *numbers, "_")):
        yield f"(refine ⟨{term}, ?_⟩; {close})"
        if "∧" in goal.target:
            yield f"(refine ⟨{term}, ?_, ?_⟩ <;> {close})"
    if re.match(r"∃ \w+ \w+,", goal.target):
        for i in range(_WITNESSES):
            yield from (f"exact ⟨{i}, {j}, by decide⟩" for j in range(_WITNESSES))


def _inductions(goal: Goal, definitions: Sequence[str], names: str) -> Iterator[str]:
    listed = f"[{names}]" if names else ""
    close = f"first | rfl | omega | (simp_all {listed}; done) | (simp_all {listed}; omega) | grind {listed}"
    own = [h for h in goal.hypotheses if not h.is_proof and h.reachable]
    for d in _relevant(goal, definitions):
        yield f"(fun_induction {d} <;> {close})"
    for h in own:
        if h.type in ("Nat", "Int", "Bool") or h.type.startswith(("List ", "Option ")) or h.type.isidentifier():
            if h.type != "Int" and h.type not in ("Prop", "Type"):
                yield f"(induction {h.name} <;> {close})"
            yield f"(cases {h.name} <;> {close})"
    for h in goal.hypotheses:
        if h.is_proof and h.reachable and ("∨" in h.type or "∃" in h.type or "∧" in h.type or "∈" in h.type):
            yield f"(cases {h.name} <;> {close})"
