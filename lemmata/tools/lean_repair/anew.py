"""A theorem proved anew as a whole, by the search over proof states; its own proof is of no use."""

from __future__ import annotations

from lemmata.provers.lean.worker import LeanFailed
from lemmata.tools.lean_repair.bench import Bench
from lemmata.tools.lean_search.minimise import body_of
from lemmata.tools.lean_search.moves import moves, own_in
from lemmata.tools.lean_search.search import Search


def prove_anew(bench: Bench) -> str | None:
    """A body that the search finds in the time that is left."""
    own = own_in(bench.pinned.context)
    search = Search(bench.worker, bench.pinned, lambda goal, path: tuple(moves(goal, own, path)))
    try:
        lines = search.find(wall_s=max(0.5, bench.left))
    except LeanFailed:
        return None
    return None if lines is None else body_of(lines)
