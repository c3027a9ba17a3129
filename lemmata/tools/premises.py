"""Which theorems may help with a goal: those that share its rarer constants and bring few others, by name and symbols.

A ranking for search; whether a theorem applies is for Lean to say.

Source: BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009), with a theorem's constants and the
parts of its name for words; what it mentions besides the goal counts against it, as in Meng and Paulson (Lightweight
relevance filtering for machine-generated resolution problems, 2009).
"""

from __future__ import annotations

import math
import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from heapq import nlargest

from lemmata.formats.lean import words
from lemmata.tools.premise_symbols import Symbols, read_symbols

_SATURATION, _LENGTH = 1.2, 0.6  # BM25's k and b
_CANDIDATES, _RANKED = 1000, 200  # after so many, frequent words only add to what rarer ones have found
_NAME_WEIGHT, _HYPOTHESIS_WEIGHT, _OWN_WEIGHT, _MACHINERY_WEIGHT = 0.25, 0.6, 1.5, 0.2
_LEAST_GAIN = 0.5  # what a frequent word must add to be looked up
_OTHER_TYPE = 1.0  # for each type, or predicate, that the goal does not mention
_NAMESAKES = 12  # constants that one method may stand for
_LOGICAL = words("Eq Iff And Or Not Ne True False OfNat.ofNat Exists HEq id outParam autoParam")
_MACHINERY = ("Lean.", "Nat.Simproc.", "Int.Linear.", "Nat.Linear.", "Std.Tactic.", "Nat.SOM.", "Std.Internal.")
_WORD = re.compile(r"[A-Z]?[a-z0-9']+|[A-Z]+(?![a-z])")
_NAMED = "~"  # stands before a part of a name, to tell it from a constant


@dataclass(frozen=True, slots=True, kw_only=True)
class Premise:
    """A theorem that may be used.

    Args:
        name: its full name.
        constants: of its statement; a part of a name behind a dot, as `.length`, stands for any that ends so.
        own: whether it stands in the file itself.
    """

    name: str
    constants: tuple[str, ...]
    own: bool = False


class Library:
    """The theorems of the imports, with what each word occurs in; made once, never changed."""

    def __init__(self, premises: Iterable[Premise]) -> None:
        self.premises = tuple(premises)
        self.words = [_name_words(p.name) for p in self.premises]
        self._constants = [p.constants for p in self.premises]
        self.postings: dict[str, array[int]] = {}
        for i, premise in enumerate(self.premises):
            for key in {*premise.constants, *self.words[i]}:
                self.postings.setdefault(key, array("i")).append(i)
        sizes = [len(p.constants) for p in self.premises]
        self._usual_size = max(1.0, sum(sizes) / max(1, len(sizes)))
        self.norms = [self.norm(size) for size in sizes]
        self._weights = {key: self._weigh(len(posting)) for key, posting in self.postings.items()}
        self._unknown = self._weigh(0)
        self.namesakes: defaultdict[str, list[str]] = defaultdict(list)
        for key in self.postings:
            self.namesakes[key.rpartition(".")[2]].append(key)

    def norm(self, size: int) -> float:
        """BM25's factor for a statement with so many constants."""
        return (_SATURATION + 1) / (1 + _SATURATION * (1 - _LENGTH + _LENGTH * size / self._usual_size))

    def weight(self, key: str) -> float:
        """How much it tells that a theorem mentions this."""
        return self._weights.get(key, self._unknown)

    def _weigh(self, frequency: int) -> float:
        return math.log1p((len(self.premises) - frequency + 0.5) / (frequency + 0.5))

    def candidates(self, keys: Mapping[str, float]) -> dict[int, float]:
        """BM25 of theorems that share one of the rarer of these words."""
        scores: defaultdict[int, float] = defaultdict(float)
        for key in sorted((k for k in keys if k in self.postings), key=lambda k: len(self.postings[k])):
            gain = keys[key] * self.weight(key)
            if len(scores) < _CANDIDATES:
                for i in self.postings[key]:
                    scores[i] += gain
                continue
            if gain < _LEAST_GAIN:
                continue
            texts = self.words if key[0] == _NAMED else self._constants
            for i in scores:
                if key in texts[i]:
                    scores[i] += gain
        return {i: score * self.norms[i] for i, score in scores.items()}


@dataclass(frozen=True, slots=True)
class PremiseIndex:
    """A library, and the theorems that stand in a file before the one to be proved."""

    library: Library
    own: tuple[Premise, ...] = ()

    def extend(self, own: Iterable[Premise]) -> PremiseIndex:
        """The same with more theorems of the file; costs nothing."""
        return replace(self, own=(*self.own, *(replace(p, own=True) for p in own)))


def build_index(premises: Iterable[Premise]) -> PremiseIndex:
    """An index of a library's theorems (about a second for 40,000); those that no proof would name are left out."""
    return PremiseIndex(Library(p for p in premises if is_usable(p.name)))


def rank_premises(index: PremiseIndex, goal: str | Iterable[str], count: int) -> tuple[Premise, ...]:
    """The theorems most likely to help with a goal, best first.

    Args:
        index: what may be used.
        goal: as Lean prints it (hypotheses, then the target behind ⊢), or the constants that it mentions.
        count: at most so many.
    """
    keys = _keys(index.library, goal)
    library = index.library
    rough = nlargest(_RANKED + count, library.candidates(keys).items(), key=lambda item: item[1])
    ranked = [(score * _fit(library, library.premises[i], keys), library.premises[i]) for i, score in rough]
    ranked += [(_own_score(library, p, keys), p) for p in index.own]
    best = nlargest(count, ranked, key=lambda item: item[0])
    return tuple(premise for score, premise in best if score > 0)


def is_usable(name: str) -> bool:
    """Whether a proof might name a theorem: not one that Lean makes for itself."""
    last = name.rpartition(".")[2]
    made = last in _MADE or last.startswith(("congr_eq_", "inst", "match_", "_")) or "._" in name
    return not made and "✝" not in name


_MADE = words("sizeOf_spec congr_simp eq_def induct_unfolding inj hcongr fun_cases_unfolding")


def _keys(library: Library, goal: str | Iterable[str]) -> Mapping[str, float]:
    """What a goal mentions, and what names of theorems about it may hold, each with its weight."""
    if not isinstance(goal, str):
        return _with_words(dict.fromkeys(goal, 1.0), frozenset())
    hypotheses, _, target = goal.rpartition("⊢")
    aimed, given = read_symbols(target), read_symbols(hypotheses)
    known = aimed.constants | given.constants
    keys = dict.fromkeys(_meant(library, given, known), _HYPOTHESIS_WEIGHT)
    keys.update(dict.fromkeys(_meant(library, aimed, known), 1.0))
    return _with_words(keys, aimed.literals)


def _meant(library: Library, symbols: Symbols, known: frozenset[str]) -> frozenset[str]:
    """The constants that a text may mean: of the types mentioned, where a name's beginning is missing."""
    found = set(symbols.names())
    for part in symbols.methods:
        sakes = library.namesakes.get(part, ())
        fitting = [key for key in sakes if key.rpartition(".")[0] in known]
        found.update(fitting or (sakes if len(sakes) <= _NAMESAKES else ()))
    for name in symbols.constants:
        if len(name) > 1 and "." not in name and name not in library.postings:  # perhaps of an opened namespace
            found.update(key for key in library.namesakes.get(name, ()) if key.rpartition(".")[0] in known)
    return frozenset(found)


def _with_words(keys: Mapping[str, float], literals: frozenset[str]) -> Mapping[str, float]:
    made = {f"{_NAMED}{word}": _NAME_WEIGHT for word in literals}
    for key, weight in keys.items():
        for word in _name_words(key.removeprefix(".").rpartition(".")[2] if key.startswith("H") else key):
            made[word] = max(made.get(word, 0.0), _NAME_WEIGHT * weight)
    return {**made, **keys}


def _name_words(name: str) -> tuple[str, ...]:
    """`~list`, `~length`, `~append` of `List.length_append`; `~add` of `hAdd`."""
    parts = (part.lower() for part in _split(name))
    return tuple(dict.fromkeys(_NAMED + part for part in parts if part != "h"))


def _split(name: str) -> Iterator[str]:
    for part in re.split(r"[._«»]", name):
        yield from (found[0] for found in _WORD.finditer(part))


def _fit(library: Library, premise: Premise, keys: Mapping[str, float]) -> float:
    """How much of what a theorem mentions the goal mentions, too: from near 0 to 1."""
    shared = foreign = 0.1
    for constant in premise.constants:
        last = constant.rpartition(".")[2]
        if constant in keys:
            shared += library.weight(constant)
        elif constant not in _LOGICAL and not last.startswith("inst"):
            foreign += library.weight(constant) + (_OTHER_TYPE if last[:1].isupper() else 0.0)
    share = shared / (shared + foreign)
    return share * (_MACHINERY_WEIGHT if premise.name.startswith(_MACHINERY) else 1.0)


def _own_score(library: Library, premise: Premise, keys: Mapping[str, float]) -> float:
    mentioned = {*premise.constants, *_name_words(premise.name)}
    score = sum(keys[key] * library.weight(key) for key in mentioned if key in keys)
    return _OWN_WEIGHT * library.norm(len(premise.constants)) * score * _fit(library, premise, keys)
