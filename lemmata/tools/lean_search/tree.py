"""The tree that a search grows: a goal is proved by any of its ways, a way by all the goals that it leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lemmata.provers.lean.interface import Goal, ProofState


@dataclass(eq=False)
class Node:
    """A goal, alone.

    Args:
        goal: as Lean prints it.
        cost: of the moves that lead here.
        parent: the way it was first met on, and its number among that way's goals; None: the theorem itself.
        state: the state that holds it; None: it has to be made again.
        number: which of the state's goals it is.
        renaming: a tactic that gives its hypotheses names that one can write; empty: they have such names.
        offered: whether its moves are in the queue, or were.
    """

    goal: Goal
    cost: float
    parent: tuple[Way, int] | None
    state: ProofState | None
    number: int
    renaming: str = ""
    offered: bool = False
    ways: list[Way] = field(default_factory=list)
    users: list[Way] = field(default_factory=list)
    proof: Way | None = None

    @property
    def proved(self) -> bool:
        return self.proof is not None

    @property
    def depth(self) -> int:
        return 0 if self.parent is None else self.parent[0].node.depth + 1

    @property
    def path(self) -> tuple[str, ...]:
        """The tactics that led here, the last one first."""
        return tuple(node.parent[0].tactic for node in self.above() if node.parent)

    def above(self) -> Iterator[Node]:
        """The goals that it stands under, itself first."""
        node: Node | None = self
        while node is not None:
            yield node
            node = node.parent[0].node if node.parent else None


@dataclass(eq=False)
class Way:
    """A tactic at a goal, and the goals that it leaves; of a lemma's, the first is the lemma itself."""

    node: Node
    tactic: str
    goals: list[Node] = field(default_factory=list)

    @property
    def is_lemma(self) -> bool:
        """Whether the first goal is a lemma for the second."""
        return self.tactic.startswith("have ") and self.tactic.endswith(":= ?_")

    @property
    def complete(self) -> bool:
        return all(goal.proved for goal in self.goals)


def settle(way: Way) -> None:
    """Mark what is proved by a way that is complete, and whatever that completes."""
    waiting = [way]
    while waiting:
        way = waiting.pop()
        if not way.complete or way.node.proved:
            continue
        way.node.proof = way
        waiting += way.node.users


def script(node: Node) -> tuple[str, ...]:
    """The lines of the proof of a goal that is proved."""
    assert node.proof is not None
    lines = [node.renaming] if node.renaming else []
    tactic, goals = node.proof.tactic, node.proof.goals
    if node.proof.is_lemma:
        lines += _headed(tactic.removesuffix("?_") + "by", script(goals[0]))
        return (*lines, *script(goals[1]))
    lines += tactic.splitlines()
    if len(goals) == 1:
        return (*lines, *script(goals[0]))
    for goal in goals:
        lines += _bulleted(script(goal))
    return tuple(lines)


def _headed(head: str, lines: Sequence[str]) -> list[str]:
    return [head, *(f"  {line}" for line in lines)]


def _bulleted(lines: Sequence[str]) -> list[str]:
    return [f"· {lines[0]}", *(f"  {line}" for line in lines[1:])]
