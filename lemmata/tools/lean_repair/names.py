"""Names that an unknown one may stand for: by likeness, over what the environment has."""

from __future__ import annotations

import difflib
import logging
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lemmata.provers.lean.answers import Answers
from lemmata.provers.lean.interface import Goal, imported_theorems
from lemmata.provers.lean.worker import LeanFailed
from lemmata.tools.lean_repair.lean3 import translate

_log = logging.getLogger(__name__)
_UNKNOWN = (
    re.compile(r"[Uu]nknown (?:identifier|constant|free variable) [`'‘]([^`'’]+)[`'’]"),
    re.compile(r"does not contain `([^`]+)`"),
    re.compile(r"The (?:identifier|constant) `([^`]+)` is unknown"),
)
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_LIKE = 0.6
_MEANS = {"emod": "mod", "ediv": "div", "len": "length", "plus": "add", "times": "mul", "distrib": "mul", "refl": "rfl"}
_SPACES = ("Nat", "Int", "List", "Option", "Bool", "Or", "And", "Array", "Fin", "Iff", "Eq")
_MOST = 24


def unknown_in(said: str) -> str:
    """The name that an error says is unknown; empty: it says nothing of the kind."""
    for pattern in _UNKNOWN:
        found = pattern.search(said)
        if found is not None:
            return found[1]
    return ""


@dataclass
class Names:
    """The theorems of an environment, found by the parts of their names; read when they are first asked for.

    Args:
        worker: who is asked.
        context: text whose imports bring them.
        own: names that the text itself declares.
    """

    worker: Answers
    context: str
    own: Sequence[str]
    _by_part: dict[str, set[str]] = field(default_factory=dict)
    _known: frozenset[str] = frozenset()

    @property
    def loaded(self) -> bool:
        """Whether the environment's names have been read."""
        return bool(self._by_part)

    def like(self, name: str, *, wall_s: float) -> list[str]:
        """Names that are like one that is unknown, the likeliest first."""
        self._load(wall_s)
        wanted = _parts(name)
        seen: dict[str, float] = {}
        for part in wanted:
            for known in self._by_part.get(part, ()):
                seen[known] = seen.get(known, 0.0) + 1.0
        best = sorted(seen, key=lambda known: (-_overlap(wanted, known), len(known)))[:400]
        best += [n for n in self.own if n not in seen]
        ranked = sorted(best, key=lambda known: -_likeness(name, known))
        direct = [n for n in _respelt(name) if n in self._known]
        return list(dict.fromkeys((*direct, *(n for n in ranked if _likeness(name, n) > _LIKE))))[:_MOST]

    def _load(self, wall_s: float) -> None:
        if self._by_part:
            return
        imports = "\n".join(line for line in self.context.split("\n") if line.startswith("import "))
        found = _loaded(self.worker, imports, wall_s)
        by_part = defaultdict(set)
        for name in (*found, *self.own):
            for part in _parts(name):
                by_part[part].add(name)
        self._by_part = dict(by_part)
        self._known = frozenset((*found, *self.own))


_CACHE: dict[str, tuple[str, ...]] = {}


def _loaded(worker: Answers, imports: str, wall_s: float) -> Sequence[str]:
    """The theorems that imports bring, read once a process; those read so far where a limit is reached."""
    if imports not in _CACHE:
        found: list[str] = []
        try:
            found += (name for name, _ in imported_theorems(worker, imports, wall_s=wall_s))
        except LeanFailed as exc:
            _log.info("after %d names of the environment: %s", len(found), exc)
            return found
        _CACHE[imports] = tuple(found)
    return _CACHE[imports]


def _parts(name: str) -> frozenset[str]:
    found = [part.lower() for part in _PARTS.findall(name)]
    return frozenset(_MEANS.get(part, part) for part in found)


def _overlap(wanted: frozenset[str], known: str) -> float:
    parts = _parts(known)
    return len(wanted & parts) / max(1, len(wanted | parts))


def _likeness(name: str, known: str) -> float:
    """From 0 to 1: letters in the same order, and parts in common; the namespace counts less."""
    short, known_short = name.rpartition(".")[2], known.rpartition(".")[2]
    letters = difflib.SequenceMatcher(None, short, known_short).ratio()
    whole = difflib.SequenceMatcher(None, name.lower(), known.lower()).ratio()
    return 0.5 * letters + 0.3 * whole + 0.2 * _overlap(_parts(name), known)


def _respelt(name: str) -> Iterator[str]:
    """The same name in other namespaces, in the case of Lean 4, with and without its mark."""
    plain = translate(name)
    short = plain.rpartition(".")[2]
    for text in (plain, plain.rstrip("'"), f"{plain}'", *(f"{space}.{short}" for space in _SPACES)):
        if text != name:
            yield text


def local_likes(name: str, goal: Goal) -> list[str]:
    """The names in a goal's context, those most like an unknown one first."""
    own = [h.name for h in goal.hypotheses if h.reachable]
    return sorted(own, key=lambda known: -difflib.SequenceMatcher(None, name.lower(), known.lower()).ratio())
