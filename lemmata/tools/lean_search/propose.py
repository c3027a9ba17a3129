"""A proposer for Lean: best-first search over proof states; the proof that is found is offered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from lemmata.errors import BadInput
from lemmata.problem import Candidate, Problem, digest_problem
from lemmata.provers.base import Backends
from lemmata.provers.lean.check import elaborate_statement, needs_mathlib
from lemmata.provers.lean.interface import Goal
from lemmata.provers.lean.pin import pin
from lemmata.provers.lean.worker import Lean, LeanFailed, leans_of
from lemmata.tools.base import Offer, Turn
from lemmata.tools.lean_disproof import DECIDE
from lemmata.tools.lean_portfolio import elaborates
from lemmata.tools.lean_search.minimise import Lines, body_of, minimise
from lemmata.tools.lean_search.moves import Move, moves, own_in
from lemmata.tools.lean_search.oracle import Oracle
from lemmata.tools.lean_search.search import Search
from lemmata.tools.lean_search.statistics import keep_statistics, load_statistics
from lemmata.tools.premise_store import import_header, load_imported, own_premises
from lemmata.tools.premises import PremiseIndex, build_index, rank_premises
from lemmata.verdict import Reason, Unknown

ORIGIN = "lean-search"
_LATE_S = 10.0  # of search, before the library is asked for
_PREMISES, _PREMISES_S = 8, 20.0
_BEGUN = 16  # searches kept, more than are worked on at once
_MINIMISE_S, _HEARTBEATS = 4.0, 100_000


class Shared:
    """What the searches of a run share: those that may go on, the statistics of moves, the theorems of imports."""

    def __init__(self, home: Path) -> None:
        self.statistics = load_statistics(home)
        self._searches: dict[str, Search] = {}
        self._libraries: dict[str, PremiseIndex | None] = {}
        self._lock, self._loading = threading.Lock(), threading.Lock()

    def search(self, key: str, make: Callable[[], Search]) -> Search:
        """The search of a problem, begun now if it is not known; those that were asked for last are kept."""
        with self._lock:
            search = self._searches.pop(key, None) or make()
            self._searches[key] = search
            while len(self._searches) > _BEGUN:
                del self._searches[next(iter(self._searches))]
            return search

    def library(self, header: str, load: Callable[[], PremiseIndex]) -> PremiseIndex | None:
        """The theorems that imports bring; None: Lean did not tell them, and is not asked again."""
        with self._loading:
            if header not in self._libraries:
                try:
                    self._libraries[header] = load()
                except (LeanFailed, BadInput):
                    self._libraries[header] = None
            return self._libraries[header]


def propose(turn: Turn, backends: Backends) -> Offer:
    """Search until a proof is found, or the time is over; the next turn goes on with the same search."""
    deadline = time.monotonic() + turn.limits.wall_s
    try:
        messages = elaborate_statement(turn.problem, backends, turn.limits)
        if messages:
            return Offer(finding=needs_mathlib(messages))
        home = backends.settings.home
        shared = backends.keep("lean-search", lambda: Shared(home))
        with leans_of(backends).lend() as lean:
            key = digest_problem(turn.problem)
            search = shared.search(key, lambda: _search(turn.problem, lean, shared, home, backends))
            search.use(lean.elaborator)
            found = search.find(wall_s=max(0.5, deadline - time.monotonic()))
            lines = _minimised(search, found, lean) if found else ()
            if lines or search.exhausted:
                search.close()
    except LeanFailed as exc:
        return Offer(finding=Unknown(exc.reason or Reason.BACKEND_FAILED, f"the statement alone: {exc.text}"))
    keep_statistics(home, shared.statistics)
    if lines:
        return Offer(candidates=(Candidate(form="lean-proof", content={"body": body_of(lines)}, origin=ORIGIN),))
    if search.refuted is not None:
        values = {name: str(value) for name, value in search.refuted.items()}
        search.refuted = None
        disproof = Candidate(form="lean-disproof", content={"body": DECIDE, "values": values}, origin=ORIGIN)
        return Offer(candidates=(disproof,), done=False)
    if search.exhausted:
        return Offer(finding=Unknown(Reason.EXHAUSTED, f"none of {search.tries} moves leads to a proof"))
    return Offer(done=False)


def _minimised(search: Search, lines: Lines, lean: Lean) -> Lines:
    deadline = time.monotonic() + _MINIMISE_S

    def holds(tried: Lines) -> bool:
        left = deadline - time.monotonic()
        return left > 0 and elaborates(
            lean, search.pinned, body_of(tried), heartbeats=_HEARTBEATS, wall_s=max(1.0, left)
        )

    return minimise(lines, holds)


def _search(problem: Problem, lean: Lean, shared: Shared, home: Path, backends: Backends) -> Search:
    pinned = pin(problem, mathlib=lean.toolchain.mathlib)
    oracle = Oracle(backends)
    own, theorems, header = own_in(pinned.context), own_premises(pinned.context), import_header(pinned.context)

    def load() -> PremiseIndex:
        found = load_imported(search.worker, lean.toolchain, pinned.context, home=home, wall_s=_PREMISES_S)
        return build_index(found)

    def premises(goal: Goal) -> tuple[str, ...]:
        if search.seconds < _LATE_S:  # asking Lean for all its theorems takes a while, once
            return ()
        known = shared.library(header, load)
        found = rank_premises(known.extend(theorems), str(goal), _PREMISES) if known else ()
        return tuple(premise.name for premise in found)

    def offered(goal: Goal, path: Sequence[str]) -> tuple[Move, ...]:
        shown = oracle.witnesses(goal)
        first = (Move(f"refine ⟨{', '.join(map(str, shown))}, ?_⟩", 0.1),) if shown else ()
        return (*first, *moves(goal, own, path, premises))

    search = Search(lean.elaborator, pinned, offered, shared.statistics, oracle)
    return search
