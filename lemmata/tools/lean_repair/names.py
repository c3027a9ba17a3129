"""Names that an unknown one may stand for: by likeness, over what the environment has."""

from __future__ import annotations

import difflib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from lemmata.provers.lean.interface import Goal
from lemmata.tools.lean_repair.lean3 import translate

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
_LOOKED_AT = 400


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
        load: reads the names that the imports bring.
        own: names that the text itself declares.
    """

    load: Callable[[], Sequence[str]]
    own: Sequence[str]
    _by_part: dict[str, set[str]] = field(default_factory=dict)
    _known: frozenset[str] = frozenset()

    @property
    def loaded(self) -> bool:
        """Whether the environment's names have been read."""
        return bool(self._by_part)

    def like(self, name: str) -> list[str]:
        """Names that are like one that is unknown, the likeliest first."""
        self._read()
        wanted = _parts(name)
        shared: Counter[str] = Counter()
        for part in wanted:
            shared.update(self._by_part.get(part, ()))
        best = sorted(shared, key=lambda known: (-shared[known] / len(wanted | _parts(known)), len(known)))[:_LOOKED_AT]
        best += [n for n in self.own if n not in shared]
        scores = {known: _likeness(name, known) for known in best}
        ranked = sorted((n for n in best if scores[n] > _LIKE), key=lambda known: -scores[known])
        direct = [n for n in _respelt(name) if n in self._known]
        return list(dict.fromkeys((*direct, *ranked)))[:_MOST]

    def _read(self) -> None:
        if self._by_part:
            return
        found = (*self.load(), *self.own)
        by_part = defaultdict(set)
        for name in found:
            for part in _parts(name):
                by_part[part].add(name)
        self._by_part, self._known = dict(by_part), frozenset(found)


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
