"""What to try at a goal: tactics that close it, and steps that leave simpler goals, each with its cost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from lemmata.provers.lean.interface import Goal
from lemmata.provers.lean.pin import definitions_in, recursive_in
from lemmata.tools.lean_bodies import SMALL_GRIND
from lemmata.tools.lean_search.arithmetic import bits, signs, sums
from lemmata.tools.lean_search.lemmas import lemmas_for
from lemmata.tools.lean_search.loops import KEY, guesses, loops
from lemmata.tools.lean_search.polynomials import quotients
from lemmata.tools.lean_search.shape import (
    Application,
    applications,
    behind_binders,
    binders,
    connective,
    fresh,
    names_in,
    parts,
    replace_name,
)

QUICK, SLOW = 10_000, 60_000
_SCALARS = ("Nat", "ℕ", "Int", "ℤ")
_NUMERIC = re.compile(r"\b(Nat|Int|Fin|ℕ|ℤ)\b")
_INDUCTIVE = re.compile(r"(?:Nat|ℕ|List .*|Option .*)$")
_PRODUCT = re.compile(r"^(?P<whole>[^=]+?) = (?:(?P<part>\d+) \* )?(?P<k>\w+)(?: \* (?P<times>\d+))?$")
_REWRITTEN = 4
_PARTING = ("refine", "intro", "constructor", "obtain")
_RECURSIONS, _MOST_RECURSIONS = ("induction", "cases", "fun_induction"), 2
_ATOMIC = frozenset({"", "=", "≠", "<", "≤", ">", "≥", "∣", "∈", "∉"})
_LETS = re.compile(r"\b(?:let|have) \w")
_SPLITS = re.compile(r"\b(?:if|match)\b")


Premises = Callable[[Goal], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Move:
    """A tactic to try.

    Args:
        tactic: its text; several lines, if need be.
        cost: how early it is tried, less being earlier; adds up along a path.
        heartbeats: Lean's own measure of work, in thousands.
        wall_s: seconds that it may take.
    """

    tactic: str
    cost: float
    heartbeats: int = QUICK
    wall_s: float = 6.0

    @property
    def kind(self) -> str:
        """What statistics are kept of."""
        return self.tactic.split(maxsplit=1)[0].strip("()")


@dataclass(frozen=True, slots=True)
class Own:
    """The file's own definitions.

    Args:
        names: full names.
        recursive: those that have an induction principle of their own.
    """

    names: frozenset[str]
    recursive: frozenset[str] = frozenset()

    def used_in(self, goal: Goal) -> tuple[str, ...]:
        """The definitions that a goal speaks of, local ones (`f.loop`) included."""
        seen = names_in(goal.target).union(*(names_in(h.type) for h in goal.hypotheses))
        return tuple(sorted(n for n in seen if n in self.names or self.is_local(n)))

    def is_local(self, name: str) -> bool:
        """Whether it was defined inside a definition of the file."""
        return name.rpartition(".")[0] in self.names

    def plain_in(self, goal: Goal) -> tuple[str, ...]:
        """Those of them that unfolding makes an end of."""
        return tuple(n for n in self.used_in(goal) if n in self.names and n not in self.recursive)

    def loops_in(self, goal: Goal) -> frozenset[str]:
        """The recursive ones."""
        return frozenset(n for n in self.used_in(goal) if n in self.recursive or self.is_local(n))


def own_in(context: str) -> Own:
    """The definitions of a text."""
    return Own(frozenset(definitions_in(context)), frozenset(recursive_in(context)))


def moves(goal: Goal, own: Own, path: Sequence[str], premises: Premises = lambda goal: ()) -> Iterator[Move]:
    """All moves for a goal, in no order.

    Args:
        goal: what is to be shown.
        own: the file's definitions.
        path: the tactics that led to it, the last one first.
        premises: names of the library's theorems that a goal may need, best first.
    """
    goal = _on_one_line(goal)
    later = 0.0
    if path and path[0].startswith(f"have {KEY} ") and connective(goal.target) == "∀":
        yield from _along(goal, own)
        later = 1.0
    calls = _calls(goal, own)
    if calls:
        yield from _used_at_once(goal)
    guessed = list(_lemmas(goal, calls, path))
    yield from guessed
    later = max(later, 0.7 if guessed else 0.0)
    if "String.mk" in goal.target:  # an old name that no lemma is about
        yield Move("simp only [show ∀ l, String.mk l = String.ofList l from fun _ => rfl] at *", 0.01)
    forced = tuple(islice(_forced(goal, own), 2))  # the first may fail; more would only lead to the same goals
    if forced:
        yield from (replace(move, cost=move.cost + later) for move in forced)
        yield from _closers(goal, own, later=later + 1.5)
        return
    yield from _closers(goal, own, later=later)
    yield from _steps(goal, own, path)
    yield from _retrieved(goal, premises)


def _on_one_line(goal: Goal) -> Goal:
    """Without the line breaks of Lean's printing."""
    hypotheses = tuple(replace(h, type=" ".join(h.type.split())) for h in goal.hypotheses)
    return replace(goal, target=" ".join(goal.target.split()), hypotheses=hypotheses)


def _used_at_once(goal: Goal) -> Iterator[Move]:
    """What is known of a loop speaks of the whole goal, before it is taken apart."""
    for h in goal.hypotheses:
        if h.is_proof and h.reachable and (h.name == KEY or h.name.startswith("ih")):
            yield Move(f"apply {h.name} <;> grind", 0.01)
            yield Move(f"apply {h.name}", 0.02)


def _forced(goal: Goal, own: Own) -> Iterator[Move]:
    """Steps after which nothing is lost."""
    taken = {h.name for h in goal.hypotheses}
    plain = own.plain_in(goal)
    if plain:
        yield Move(f"unfold {' '.join(plain)} at *", 0.05)
    if _LETS.search(goal.target):
        yield Move("simp only []", 0.04)
    sign = connective(goal.target)
    if sign in ("∀", "→", "¬"):
        names = _introduced(goal.target, taken)
        yield Move(f"intro {' '.join(names)}", 0.05)
    if sign == "∧":
        count = len(parts(goal.target, "∧"))
        yield Move(f"refine ⟨{', '.join(['?_'] * count)}⟩", 0.05)
    if sign == "↔":
        yield Move("constructor", 0.1)
    for h in goal.hypotheses:
        if not h.is_proof or not h.reachable:
            continue
        sign = connective(h.type)
        if sign == "∧":
            each = _names(h.name, len(parts(h.type, "∧")), taken)
            yield Move(f"obtain ⟨{', '.join(each)}⟩ := {h.name}", 0.05)
        if sign == "∃":
            found = [fresh(n, taken) for n, _ in binders(h.type)] or ["x"]
            yield Move(f"obtain ⟨{', '.join((*found, h.name))}⟩ := {h.name}", 0.05)


def _introduced(target: str, taken: set[str]) -> list[str]:
    """Names for what an `intro` brings."""
    names: list[str] = []
    taken = set(taken)
    while True:
        sign = connective(target)
        if sign == "∀":
            for name, _ in binders(target):
                names.append(fresh(name.strip("✝") or "x", taken))
                taken.add(names[-1])
            target = behind_binders(target)
        elif sign == "→":
            sides = parts(target, "→")
            names.append(fresh("h", taken))
            taken.add(names[-1])
            target = " → ".join(sides[1:])
        elif sign == "¬":
            names.append(fresh("h", taken))
            return names
        else:
            return names


def _closers(goal: Goal, own: Own, *, later: float) -> Iterator[Move]:
    """Tactics that end a goal, or fail; simp may leave what it could not prove."""
    text = goal.target + " ".join(h.type for h in goal.hypotheses)
    used = own.used_in(goal)
    free = any(not h.is_proof for h in goal.hypotheses)
    yield Move("assumption", later + 0.08)
    yield Move("rfl", later + 0.1)
    if _NUMERIC.search(" ".join(h.type for h in goal.hypotheses)) or re.search(r"\d", text):
        yield Move("omega", later + 0.12)
    if not free:
        yield Move("decide", later + 0.2)
        yield Move("decide +kernel", later + 0.6, wall_s=10.0)
    yield Move("simp_all", later + 0.3)
    yield Move(SMALL_GRIND, later + 0.35)
    yield Move("grind", later + 1.2, SLOW, 15.0)
    if connective(goal.target) in _ATOMIC:
        yield Move("exact?", later + 0.9, SLOW // 2, 10.0)
    known = ", ".join(lemmas_for(text))
    if known:
        yield Move(f"grind [{known}]", later + 0.7, 2 * QUICK)
        yield Move(f"simp_all [{known}]", later + 0.8)
    if used:
        names = ", ".join(used)
        unrolled = 0.6 if own.loops_in(goal) else 0.0
        yield Move(f"simp_all [{names}]", later + unrolled + 0.4)
        yield Move(f"simp [{names}]", later + unrolled + 0.5)
        yield Move(f"grind [{names}]", later + unrolled + 0.6, SLOW // 2, 10.0)


def _steps(goal: Goal, own: Own, path: Sequence[str]) -> Iterator[Move]:
    """Steps that leave other goals."""
    if _SPLITS.search(goal.target):
        yield Move("split", 0.4)
    for h in goal.hypotheses:
        if h.is_proof and h.reachable and connective(h.type) == "∨":
            yield Move(f"rcases {h.name} with {h.name} | {h.name}", 0.6)
        elif h.is_proof and h.reachable and _SPLITS.search(h.type) and connective(h.type) not in ("∀", "∃"):
            yield Move(f"split at {h.name}", 0.6)
    yield from _signs(goal)
    for facts in signs(goal):
        yield Move(facts, 0.7, 2 * QUICK)
    yield from _by_target(goal)
    if sum(tactic.startswith(_RECURSIONS) for tactic in path) < _MOST_RECURSIONS:
        yield from _recursions(goal, own)


def _retrieved(goal: Goal, premises: Premises) -> Iterator[Move]:
    """The library's theorems: together for automation, and each to rewrite with."""
    found = premises(goal) if connective(goal.target) in _ATOMIC else ()
    if found:
        yield Move(f"grind [{', '.join(found)}]", 1.3, 2 * QUICK)
    for rank, name in enumerate(found[:_REWRITTEN]):
        yield Move(f"rw [{name}]", 1.6 + 0.1 * rank)


def _signs(goal: Goal) -> Iterator[Move]:
    """The sign of each integer that is multiplied by another."""
    texts = (goal.target, *(h.type for h in goal.hypotheses if h.is_proof))
    for h in goal.hypotheses:
        if h.type in ("Int", "ℤ") and any(
            re.search(rf"\b{re.escape(h.name)} \*|\* {re.escape(h.name)}\b", t) for t in texts
        ):
            names = " | ".join([fresh("h", {x.name for x in goal.hypotheses})] * 3)
            yield Move(f"rcases Int.lt_trichotomy {h.name} 0 with {names}", 1.1)


def _by_target(goal: Goal) -> Iterator[Move]:
    sign = connective(goal.target)
    if sign == "∨":
        yield Move("left", 0.8)
        yield Move("right", 0.8)
    if sign == "∃":
        yield from _witnesses(goal)
    yield from _casts(goal)
    for quotient in quotients(goal):
        yield Move(f"exact ⟨{quotient}, by grind⟩", 0.2, SLOW, 10.0)
    for facts in bits(goal):
        yield Move(facts, 0.4, 2 * QUICK)
    for facts in sums(goal):
        yield Move(facts, 0.35, 2 * QUICK)
    if sign == "=":
        yield Move("apply Array.ext", 1.2)
        yield Move("apply List.ext_getElem", 1.3)
        yield Move("funext x", 1.0)
    for h in goal.hypotheses:
        if h.is_proof and h.reachable and connective(h.type) in ("∀", "→") and h.name != KEY:
            yield Move(f"apply {h.name}", 0.4 if h.name.startswith("ih") else 1.0)
    if sign in ("=", "<", "≤", "∣", "≠", ">", "≥"):
        yield Move("apply Classical.byContradiction\nintro h", 1.5)


def _casts(goal: Goal) -> Iterator[Move]:
    """An equation of whole numbers that the context speaks of as fractions."""
    sides = parts(goal.target, "=")
    kinds = {h.type for h in goal.hypotheses if h.name in names_in(goal.target)}
    if len(sides) != 2 or len(kinds) != 1 or not any("↑" in h.type and "/" in h.type for h in goal.hypotheses):
        return
    kind = kinds.pop()
    if kind in _SCALARS:
        cast = f"have cast : (({sides[0]} : {kind}) : Rat) = (({sides[1]} : {kind}) : Rat) := by grind"
        lemma = "Rat.natCast_inj" if kind in ("Nat", "ℕ") else "Rat.intCast_inj"
        yield Move(f"{cast}\nexact {lemma}.mp cast", 0.2, SLOW, 15.0)


def _witnesses(goal: Goal) -> Iterator[Move]:
    """Those first of which the context says what the goal asks; then variables, the latest first, and small numbers."""
    bound = binders(goal.target)
    name, kind = bound[0] if bound else ("", "")
    kinds = (kind,) if kind else _SCALARS
    known = {h.type for h in goal.hypotheses if h.is_proof}
    asked = parts(behind_binders(goal.target), "∧")
    fit = [h.name for h in reversed(goal.hypotheses) if not h.is_proof and h.reachable and h.type in kinds]
    products = [m for m in map(_PRODUCT.search, asked) if m and m["k"] == name]
    quotients = [f"({m['whole']}) / {m['part'] or m['times'] or 1}" for m in products]
    further = [*(f"{n} + 1" for n in fit), "1", *(f"2 * {n}" for n in fit), "2", "3"]
    numbers = ("0", *further) if kinds[0] in _SCALARS else ()
    for rank, witness in enumerate(dict.fromkeys((*quotients, *fit, *numbers))):
        told = sum(replace_name(part, name, witness) in known for part in asked)
        yield Move(f"refine ⟨{witness}, ?_⟩", 0.3 if told else 0.6 + 0.1 * rank)


def _recursions(goal: Goal, own: Own) -> Iterator[Move]:
    """Induction on variables, and along recursive definitions."""
    seen = names_in(goal.target).union(*(names_in(h.type) for h in goal.hypotheses if h.is_proof))
    for call in _calls(goal, own):
        if all(argument.replace(".", "").isidentifier() for argument in call.arguments):
            along = f"fun_induction {call.name} {' '.join(call.arguments)}"
            yield Move(f"{along} <;> grind", 0.1, SLOW // 2, 10.0)
            yield Move(along, 0.3)
    for h in goal.hypotheses:
        if h.is_proof or not h.reachable or h.name not in seen or not _INDUCTIVE.match(h.type):
            continue
        if not h.type.startswith("Option"):
            yield Move(f"induction {h.name}", 1.5)
        stepped = re.search(rf"\b{re.escape(h.name)} - 1\b", goal.target + " ".join(x.type for x in goal.hypotheses))
        yield Move(f"cases {h.name}", 0.5 if stepped else 1.7)


def _lemmas(goal: Goal, calls: Sequence[Application], path: Sequence[str]) -> Iterator[Move]:
    """Guesses about loops, each to be proved before it is used."""
    if any(tactic.startswith(f"have {KEY} ") for tactic in path) or _LETS.search(goal.target):
        return
    rank = 20 if path and path[0].startswith(_PARTING) else 0  # the goal before it has met the same guesses
    for loop in loops(goal.target, calls):
        for statement in guesses(loop):
            flat = " ".join(statement.split())
            yield Move(f"have {KEY} : {flat} := ?_", 0.1 + 0.05 * rank)
            rank += 1


def _along(goal: Goal, own: Own) -> Iterator[Move]:
    """A guess about a loop is proved along the loop."""
    taken = {h.name for h in goal.hypotheses}
    bound = [name for name, _ in binders(goal.target)]
    text = " ".join((goal.target, *(h.type for h in goal.hypotheses)))
    known = ", ".join(lemmas_for(text))
    for call in _calls(goal, own):
        if taken.isdisjoint(bound) and set(bound) & set(call.arguments):
            along = f"intro {' '.join(bound)}\nfun_induction {call.name} {' '.join(call.arguments)} <;> "
            yield Move(f"{along}grind", 0.02, 2 * QUICK, 5.0)
            yield Move(along.removesuffix(" <;> "), 0.04)
            if known:
                yield Move(f"{along}grind [{known}]", 0.2, 2 * QUICK, 5.0)
            yield Move(f"{along}first | (simp_all; done) | (simp_all; omega) | grind", 0.3, 2 * QUICK, 5.0)
            return


def _calls(goal: Goal, own: Own) -> tuple[Application, ...]:
    names = own.loops_in(goal)
    return tuple(dict.fromkeys(a for a in applications(goal.target, names) if a.arguments))


def _names(base: str, count: int, taken: set[str]) -> Sequence[str]:
    names = [base]
    taken = set(taken)
    while len(names) < count:
        names.append(fresh(base, taken))
        taken.add(names[-1])
    return names
