"""A proposer for Lean: best-first search over proof states; the proof that is found is offered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from lemmata.errors import BadInput
from lemmata.problem import Candidate, Problem, digest_problem
from lemmata.provers.base import Backends
from lemmata.provers.lean.check import elaborate_statement, needs_mathlib
from lemmata.provers.lean.interface import Goal
from lemmata.provers.lean.pin import definitions_in, pin, recursive_in
from lemmata.provers.lean.worker import Lean, LeanFailed, leans_of
from lemmata.tools.base import Offer, Turn
from lemmata.tools.lean_portfolio import elaborates
from lemmata.tools.lean_search.minimise import Lines, minimise
from lemmata.tools.lean_search.moves import Own, moves
from lemmata.tools.lean_search.search import Search
from lemmata.tools.lean_search.statistics import keep_statistics, load_statistics
from lemmata.tools.premise_store import import_header, load_index
from lemmata.tools.premises import PremiseIndex, rank_premises
from lemmata.verdict import Reason, Unknown

ORIGIN = "lean-search"
_LATE_S = 10.0  # of search, before the library is asked for
_PREMISES, _PREMISES_S = 8, 20.0
_BEGUN = 16  # searches kept, more than are worked on at once
_MINIMISE_S, _HEARTBEATS = 4.0, 100_000


@dataclass(frozen=True)
class Library:
    """The theorems that some imports bring; None: Lean did not tell them, and is not asked again."""

    index: PremiseIndex | None


class Begun:
    """The searches that may go on, a few of them: those that were asked for last."""

    def __init__(self) -> None:
        self._searches: dict[str, Search] = {}
        self._lock = threading.Lock()

    def find(self, key: str, make: Callable[[], Search]) -> Search:
        """The search of that problem, begun now if it is not known."""
        with self._lock:
            search = self._searches.pop(key, None) or make()
            self._searches[key] = search
            while len(self._searches) > _BEGUN:
                del self._searches[next(iter(self._searches))]
            return search


def propose(turn: Turn, backends: Backends) -> Offer:
    """Search until a proof is found, or the time is over; the next turn goes on with the same search."""
    deadline = time.monotonic() + turn.limits.wall_s
    try:
        messages = elaborate_statement(turn.problem, backends, turn.limits)
        if messages:
            return Offer(finding=needs_mathlib(messages))
        with leans_of(backends).lend() as lean:
            begun = backends.keep("lean-searches", Begun)
            search = begun.find(digest_problem(turn.problem), lambda: _search(turn.problem, lean, backends))
            search.use(lean.elaborator)
            found = search.find(wall_s=max(0.5, deadline - time.monotonic()))
            lines = _minimised(search, found, lean) if found else ()
            if lines or search.exhausted:
                search.close()
    except LeanFailed as exc:
        return Offer(finding=Unknown(exc.reason or Reason.BACKEND_FAILED, f"the statement alone: {exc.text}"))
    keep_statistics(backends.settings.home, search.statistics)
    if not lines:
        finding = Unknown(Reason.EXHAUSTED, f"{search.tries} moves tried; none is a proof")
        return Offer(done=search.exhausted, finding=finding)
    return Offer(candidates=(Candidate(form="lean-proof", content={"body": _body(lines)}, origin=ORIGIN),))


def _minimised(search: Search, lines: Lines, lean: Lean) -> Lines:
    deadline = time.monotonic() + _MINIMISE_S

    def holds(tried: Lines) -> bool:
        left = deadline - time.monotonic()
        return left > 0 and elaborates(lean, search.pinned, _body(tried), heartbeats=_HEARTBEATS, wall_s=max(1.0, left))

    return minimise(lines, holds)


def _body(lines: Lines) -> str:
    return "by\n" + "\n".join(f"  {line}" for line in lines)


def _search(problem: Problem, lean: Lean, backends: Backends) -> Search:
    pinned = pin(problem, mathlib=lean.toolchain.mathlib)
    own = Own(frozenset(definitions_in(pinned.context)), frozenset(recursive_in(pinned.context)))

    def index() -> Library:
        search.worker.discard()  # a process that has elaborated proofs may not come to the end of its library
        try:
            found = load_index(
                search.worker, lean.toolchain, pinned.context, home=backends.settings.home, wall_s=_PREMISES_S
            )
        except (LeanFailed, BadInput):
            return Library(None)
        return Library(found)

    def premises(goal: Goal) -> tuple[str, ...]:
        if search.seconds < _LATE_S:  # asking Lean for all its theorems takes a while, once
            return ()
        known = backends.keep(f"lean-premises {import_header(pinned.context)}", index).index
        found = rank_premises(known, str(goal), _PREMISES) if known else ()
        return tuple(premise.name for premise in found)

    statistics = load_statistics(backends.settings.home)
    search = Search(lean.elaborator, pinned, lambda goal, path: tuple(moves(goal, own, path, premises)), statistics)
    return search
