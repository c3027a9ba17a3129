"""Which moves have helped so far, kept in the user's cache; those that help more often are tried a little earlier."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lemmata.tools.lean_search.moves import Move

_log = logging.getLogger(__name__)
FILE = "lean-moves.json"
_ENOUGH = 200  # tries after which older ones count half
_EARLIEST, _LATEST = 0.85, 1.15


@dataclass
class Statistics:
    """How often each kind of move was tried, and how often it did something."""

    tries: Counter[str] = field(default_factory=Counter)
    useful: Counter[str] = field(default_factory=Counter)

    def note(self, move: Move, useful: bool, seconds: float) -> None:
        """Count one try; one that takes long counts for more."""
        kind = move.kind
        self.tries[kind] += 1 + int(seconds)
        self.useful[kind] += useful
        if self.tries[kind] > _ENOUGH:
            self.tries[kind] //= 2
            self.useful[kind] //= 2

    def cost(self, move: Move) -> float:
        """The move's cost, by up to 15 % less or more for what is known of its kind."""
        rate = (self.useful[move.kind] + 1) / (self.tries[move.kind] + 3)
        return move.cost * max(_EARLIEST, min(_LATEST, _LATEST - 0.5 * (rate - 0.05)))


def load_statistics(home: Path) -> Statistics:
    """What was kept, or nothing: there is none, or it can't be read."""
    try:
        kept = json.loads((home / FILE).read_text("utf-8"))
        return Statistics(tries=_counts(kept["tries"]), useful=_counts(kept["useful"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return Statistics()


def keep_statistics(home: Path, statistics: Statistics) -> None:
    """Keep them; where nothing can be written, nothing is kept."""
    text = json.dumps({"tries": statistics.tries, "useful": statistics.useful}, sort_keys=True)
    try:
        home.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(prefix=".part-", dir=home)
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(part, home / FILE)
    except OSError as exc:
        _log.debug("the statistics of moves were not kept: %s", exc)


def _counts(data: object) -> Counter[str]:
    if not isinstance(data, Mapping) or not all(isinstance(v, int) and 0 <= v <= 10 * _ENOUGH for v in data.values()):
        raise ValueError("expected counts")
    return Counter({str(kind): int(count) for kind, count in data.items()})
