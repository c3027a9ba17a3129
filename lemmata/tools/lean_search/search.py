"""Best-first search for a proof: over goals, each tried with the moves that fit it, cheapest path first.

Goals are worked on alone, each as often as moves are left for it, until one way to prove the theorem is complete. Equal
goals are met once. A process that ends takes the states with it; they are made again from the tactics that led to them.
"""

from __future__ import annotations

import heapq
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from lemmata.provers.lean.answers import Answers
from lemmata.provers.lean.failure import LeanFailed
from lemmata.provers.lean.interface import Failed, Goal, ProofState, StateGone, drop_states, open_goal, run_tactic
from lemmata.provers.lean.pin import Pinned
from lemmata.tools.lean_search.moves import Move
from lemmata.tools.lean_search.oracle import Oracle, Values
from lemmata.tools.lean_search.shape import fresh
from lemmata.tools.lean_search.statistics import Statistics
from lemmata.tools.lean_search.tree import Node, Way, script, settle

_log = logging.getLogger(__name__)
_OPEN_S = 20.0
_MOST_GOALS = 24  # that one tactic may leave
_DEEPEST = 14
_ENDS = 2  # processes that one tactic may end before it is left out
_LONGEST_GOAL = 20_000
_LATE_S = 3.0  # of search, before subgoals are held against the oracle

Moves = Callable[[Goal, Sequence[str]], Sequence[Move]]


@dataclass
class Search:
    """One search for a proof of one statement.

    Args:
        worker: who is asked.
        pinned: the statement.
        moves: what to try at a goal, given the tactics that led to it.
        statistics: of the moves, which are added to.
        oracle: says which goals are false; None: nobody does.
        refuted: values at which the statement seems to fail; the search goes on all the same when it is asked again.
    """

    worker: Answers
    pinned: Pinned
    moves: Moves
    statistics: Statistics = field(default_factory=Statistics)
    oracle: Oracle | None = None
    refuted: Values | None = None
    tries: int = 0
    seconds: float = 0.0
    _root: Node | None = None
    _heap: list[tuple[float, int, Node, Iterator[Move], Move]] = field(default_factory=list)
    _count: Iterator[int] = field(default_factory=count)
    _known: dict[str, Node] = field(default_factory=dict)
    _lemmas: list[Way] = field(default_factory=list)  # those not proved yet
    _ended: Counter[str] = field(default_factory=Counter)

    def use(self, worker: Answers) -> None:
        """Go on with another process; it makes the states that it needs again."""
        if worker is not self.worker:
            self.worker = worker
            for node in self._known.values():
                node.state = None

    def find(self, *, wall_s: float) -> tuple[str, ...] | None:
        """The lines of a tactic proof, or None: none was found before the time, or the moves, ran out.

        Asked again, it goes on where it has stopped.

        Raises:
            BadInput: the statement does not elaborate.
            LeanFailed: the statement alone reaches a limit.
        """
        deadline = time.monotonic() + wall_s
        if self._root is None:
            opened = open_goal(self.worker, self.pinned, wall_s=min(_OPEN_S, wall_s))
            self._root = Node(opened.goals[0], 0.0, None, opened, 0)
            self._known[str(self._root.goal)] = self._root
            self._offer(self._root)
            self.refuted = self.oracle.counterexample(self._root.goal) if self.oracle else None
            if self.refuted is not None:
                return None
        while self._heap and not self._root.proved and (left := deadline - time.monotonic()) > 0:
            _, _, node, rest, move = heapq.heappop(self._heap)
            if not wanted(node):
                continue
            self._push(node, rest)
            self._attempt(node, move, left)
        return script(self._root) if self._root.proved else None

    def close(self) -> None:
        """Let the process forget the states that were kept."""
        try:
            drop_states(self.worker, [node.state for node in self._known.values() if node.state is not None])
        except LeanFailed as exc:
            _log.debug("states were not dropped: %s", exc)
        self._known.clear()
        self._heap.clear()

    @property
    def exhausted(self) -> bool:
        """Whether no move is left."""
        return self._root is not None and not self._heap

    def _offer(self, node: Node) -> None:
        if not node.offered and node.depth < _DEEPEST and len(str(node.goal)) < _LONGEST_GOAL:
            node.offered = True
            offered = (replace(m, cost=self.statistics.cost(m)) for m in self.moves(node.goal, node.path))
            self._push(node, iter(sorted(offered, key=lambda move: move.cost)))

    def _push(self, node: Node, rest: Iterator[Move]) -> None:
        move = next(rest, None)
        if move is not None:
            heapq.heappush(self._heap, (node.cost + move.cost, next(self._count), node, rest, move))

    def _attempt(self, node: Node, move: Move, left: float) -> None:
        if self._ended[move.tactic] >= _ENDS:
            return
        began = time.monotonic()
        self.tries += 1
        try:
            found = self._run(node, move, min(move.wall_s, max(0.5, left)))
        except (StateGone, LeanFailed) as exc:
            if isinstance(exc, LeanFailed):
                self._ended[move.tactic] += 1
            _log.debug("%s at %s: %s", move.tactic, node.goal.target[:80], exc)
            found = None
        useful = found is not None and self._grow(node, move, found)
        spent = time.monotonic() - began
        self.seconds += spent
        self.statistics.note(move, useful, spent)

    def _run(self, node: Node, move: Move, wall_s: float) -> ProofState | None:
        text = as_one(move.tactic)

        def run() -> ProofState | Failed:
            state = self._state_of(node)
            return run_tactic(self.worker, state, text, wall_s=wall_s, heartbeats=move.heartbeats, goal=node.number)

        try:
            found = run()
        except StateGone:  # the process has ended since; now there is another
            found = run()
        return None if isinstance(found, Failed) or len(found.goals) > _MOST_GOALS else found

    def _state_of(self, node: Node) -> ProofState:
        """The state that holds a goal, made again if its process has ended."""
        if node.state is not None and node.state.epoch == self.worker.epoch:
            return node.state
        if node.parent is None:
            node.state = open_goal(self.worker, self.pinned, wall_s=_OPEN_S)
            return node.state
        way, number = node.parent
        above = self._state_of(way.node)
        made = run_tactic(self.worker, above, as_one(way.tactic), wall_s=_OPEN_S, goal=way.node.number)
        if isinstance(made, Failed) or len(made.goals) <= number:
            raise StateGone
        node.state, node.number = made, number
        if node.renaming:
            named = run_tactic(self.worker, made, node.renaming, wall_s=_OPEN_S, goal=number)
            if isinstance(named, Failed):
                raise StateGone
            node.state, node.number = named, 0
        return node.state

    def _grow(self, node: Node, move: Move, found: ProofState) -> bool:
        """Add the way; whether it leads anywhere new."""
        above = {str(n.goal) for n in node.above()}
        if any(str(goal) in above or _waits(goal) for goal in found.goals):
            return False
        if self.oracle and self.seconds > _LATE_S and any(map(self.oracle.is_false, found.goals)):
            return False
        way = Way(node, found.suggested or move.tactic)
        order = (1, 0) if way.is_lemma and len(found.goals) == 2 else range(len(found.goals))  # Lean puts a lemma last
        for number in order:
            way.goals.append(self._child(way, number, found.goals[number], found, move))
        node.ways.append(way)
        if way.is_lemma:
            self._lemmas.append(way)
        settle(way)
        self._use_lemmas()
        return True

    def _use_lemmas(self) -> None:
        """Go on with what a lemma is for, once it is proved."""
        for way in [way for way in self._lemmas if way.goals[0].proved]:
            self._lemmas.remove(way)
            self._offer(way.goals[1])

    def _child(self, way: Way, number: int, goal: Goal, found: ProofState, move: Move) -> Node:
        known = self._known.get(str(goal))
        if known is None:
            use = way.is_lemma and number == 0
            cost = way.node.cost + (0.0 if use else move.cost + 0.1 * (len(found.goals) - 1))
            known = Node(goal, cost, (way, number), found, number)
            self._known[str(goal)] = known
            self._name(known)
        if not (way.is_lemma and number == 0):  # what a lemma is for waits for the lemma
            self._offer(known)
        known.users.append(way)
        return known

    def _name(self, node: Node) -> None:
        """Give names to what has none that can be written."""
        hidden = [h for h in node.goal.hypotheses if not h.reachable]
        if not hidden or node.state is None:
            return
        taken = {h.name for h in node.goal.hypotheses}
        names = []
        for hypothesis in hidden:
            base = hypothesis.name.rstrip("✝¹²³⁴⁵⁶⁷⁸⁹⁰").rpartition(".")[2]
            base = base if base.isidentifier() and not base.startswith("_") else "x"
            base = ("ih" if "ih" in base else "h") if hypothesis.is_proof else "inst" if base == "inst" else base
            names.append(fresh(base, taken))
            taken.add(names[-1])
        renaming = f"rename_i {' '.join(names)}"
        try:
            named = run_tactic(self.worker, node.state, renaming, wall_s=_OPEN_S, goal=node.number)
        except (StateGone, LeanFailed):
            return
        if not isinstance(named, Failed) and len(named.goals) == 1:
            node.goal, node.state, node.number, node.renaming = named.goals[0], named, 0, renaming
            self._known[str(node.goal)] = node


def wanted(node: Node) -> bool:
    """Whether proving a goal would still complete something that is open."""
    seen: set[int] = set()

    def open_above(node: Node) -> bool:
        if node.proved or id(node) in seen:
            return False
        seen.add(id(node))
        return node.parent is None or any(open_above(way.node) for way in node.users)

    return open_above(node)


def as_one(tactic: str) -> str:
    """The lines of a tactic as one."""
    lines = tactic.splitlines()
    return tactic if len(lines) == 1 else "(" + "\n ".join(lines) + ")"


def _waits(goal: Goal) -> bool:
    """Whether the goal speaks of something that is still to be found."""
    return goal.target.startswith("?") or " ?" in goal.target
