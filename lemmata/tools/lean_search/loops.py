"""Lemmas to guess about a recursive definition that is called with fixed starting values.

A loop `f a 0 #[]` can't be followed by induction: what holds of the start must be said of every later step. The guesses
replace the starting values by variables and say what holds on the way, as the statement shows it: a bound becomes the
counter (what holds below `n` at the end holds below `i` so far), a range begins at the counter (what is left to do), a
fold or a sum over a list goes on from the accumulator over the rest of the list.

Sources: D. Gries, The Science of Programming (1981), chapter 16 (replacing a constant by a variable); R. S. Boyer and
J S. Moore, A Computational Logic (1979), chapter 12 (generalisation).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lemmata.tools.lean_search.shape import Application, applications, parts, tokens_of

KEY = "key"
_BOUND = re.compile(r"(?<=[,(→∧] )(?P<var>[A-Za-z_][\w✝']*) < (?P<end>[\w.]+(?: - \d+)?)(?= (?:→|∧))")
_FOUND = re.compile(r"∃ ([A-Za-z_][\w']*),")
_LISTS = re.compile(r"\b[\w.]+\.toList\b")
_ORDERED = re.compile(r"\b(?:Pairwise|Perm|isPerm|count)\b|∈")
_RELATION = re.compile(r"List\.Pairwise (\(fun [^()]*\))")
_NAMES = ("i", "acc", "acc1", "acc2", "acc3")


@dataclass(frozen=True, slots=True)
class Loop:
    """A call whose starting values are replaced by variables.

    Args:
        call: as it stands in the goal's target.
        names: for each argument that was replaced, its number and the variable's name.
        target: the goal's target.
    """

    call: Application
    names: tuple[tuple[int, str], ...]
    target: str

    @property
    def general(self) -> str:
        """The call with variables."""
        new = dict(self.names)
        shown = [new.get(k, argument) for k, argument in enumerate(self.call.arguments)]
        return f"({self.call.name} {' '.join(shown)})"

    @property
    def start(self) -> str:
        """The call as it stands."""
        return self.target[self.call.start : self.call.end]

    @property
    def variables(self) -> str:
        return " ".join(name for _, name in self.names)

    def counter(self) -> str | None:
        """The variable that counts, if one starts at a number."""
        return next((n for k, n in self.names if self.call.arguments[k].isdecimal()), None)

    def accumulator(self) -> tuple[str, str] | None:
        """The first other variable and what it starts with."""
        counter = self.counter()
        found = [(n, self.call.arguments[k]) for k, n in self.names if n != counter]
        return found[0] if found else None

    def of(self, text: str, result: str) -> str:
        """A text with the call replaced."""
        return text.replace(f"({self.start})", result).replace(self.start, result)


def loops(target: str, calls: Sequence[Application]) -> Iterator[Loop]:
    """The calls with starting values, each with the ways to tell what varies."""
    for call in {(c.name, c.arguments): c for c in reversed(calls)}.values():
        fixed = [k for k, argument in enumerate(call.arguments) if not argument.replace(".", "").isidentifier()]
        if not fixed:  # a recursion down from a size
            fixed = [k for k, argument in enumerate(call.arguments) if argument.endswith((".size", ".length"))]
        again = [k for k, a in enumerate(call.arguments) if k not in fixed and call.arguments.index(a) < k]
        for chosen in dict.fromkeys((tuple(fixed), tuple(sorted((*fixed, *again))))):
            if chosen and len(chosen) <= len(_NAMES):
                taken = {t.text for t in tokens_of(target)}
                names = [n for n in (*_NAMES, "v0", "v1", "v2", "v3", "v4") if n not in taken]
                ordered = sorted(chosen, key=lambda k: not call.arguments[k].isdecimal())
                naming = dict(zip(ordered, names, strict=False))
                yield Loop(call, tuple((k, naming[k]) for k in chosen), target)


def guesses(loop: Loop) -> Iterator[str]:
    """Statements that may hold of every step, the likeliest first."""
    whole = loop.of(loop.target, loop.general)
    yield from _so_far(loop, whole)
    yield from _from_here(loop)
    yield from _found_from_here(loop)
    yield from _searched(loop, whole)
    yield from _folded(loop)
    yield from _inserted(loop)
    yield f"∀ {loop.variables}, {whole}"


def _so_far(loop: Loop, whole: str) -> Iterator[str]:
    """What holds below the bound at the end holds below the counter on the way."""
    counter, accumulator = loop.counter(), loop.accumulator()
    if accumulator is None:
        return
    for end in dict.fromkeys(m["end"] for m in _BOUND.finditer(loop.target)):
        if counter is None:
            continue
        now = loop.of(loop.target, accumulator[0])
        grown = re.sub(rf"(?<![\w.]){re.escape(end)}(?![\w.])", counter, now)
        yield f"∀ {loop.variables}, {counter} ≤ {end} → ({grown}) → ({whole})"
        bounded = re.sub(rf"< {re.escape(end)}(?= (?:→|∧))", f"< {counter}", now)
        yield f"∀ {loop.variables}, {counter} ≤ {end} → ({bounded}) → ({whole})"
        start = accumulator[1]
        if start.isidentifier():
            kept = f"(∀ k, {counter} ≤ k → {accumulator[0]}[k]! = {start}[k]!)"
            yield f"∀ {loop.variables}, {counter} ≤ {end} → ({bounded}) → {kept} → ({whole})"


def _from_here(loop: Loop) -> Iterator[str]:
    """What is left to do begins at the counter."""
    counter = loop.counter()
    if counter is None or not _BOUND.search(loop.target):
        return

    def begun(found: re.Match[str]) -> str:
        after = loop.target[found.end() : found.end() + 2].strip()
        return f"{counter} ≤ {found['var']} {after} {found[0]}"

    left = loop.of(_BOUND.sub(begun, loop.target), loop.general)
    yield f"∀ {loop.variables}, ({left})"


def _found_from_here(loop: Loop) -> Iterator[str]:
    """What a search looks for lies behind the counter."""
    counter = loop.counter()
    if counter is not None and _FOUND.search(loop.target):
        sought = _FOUND.sub(lambda m: f"{m[0]} {counter} ≤ {m[1]} ∧", loop.target)
        yield f"∀ {loop.variables}, ({loop.of(sought, loop.general)})"


def _searched(loop: Loop, whole: str) -> Iterator[str]:
    """A search: what holds below the result holds below the counter on the way."""
    counter = loop.counter()
    if counter is None:
        return
    below = [part for part in parts(loop.target, "∧") if re.search(rf"< \(?{re.escape(loop.start)}", part)]
    held = [loop.of(part, counter) for part in below if part.lstrip("(").startswith("∀")]
    if held:
        yield f"∀ {loop.variables}, {' → '.join(f'({h})' for h in held)} → ({whole})"


def _folded(loop: Loop) -> Iterator[str]:
    """An equation with a fold or sum over a list: it goes on from here over the rest of the list."""
    accumulator, counter = loop.accumulator(), loop.counter()
    for other in _equated(loop):
        for lists in dict.fromkeys(_LISTS.findall(other)):
            if counter is not None:
                rest = other.replace(lists, f"({lists}.drop {counter})")
                if accumulator is None:
                    yield f"∀ {loop.variables}, {loop.general} = {rest}"
                elif "fold" in rest:
                    begun = re.sub(rf"\) {re.escape(accumulator[1])} ", f") {accumulator[0]} ", rest)
                    yield f"∀ {loop.variables}, {loop.general} = {begun}"
                else:
                    yield f"∀ {loop.variables}, {loop.general} = {accumulator[0]} + {rest}"
            elif len(loop.names) == 1:
                name = loop.names[0][1]
                first = other.replace(lists, f"({lists}.take {name})")
                yield f"∀ {name}, {name} ≤ {lists}.length → {loop.general} = {first}"


def _inserted(loop: Loop) -> Iterator[str]:
    """A function that puts an element into a list: what is in it afterwards, how often, and that order is kept."""
    if len(loop.call.arguments) != 2 or len(loop.names) != 1 or not _ORDERED.search(loop.target):
        return
    (place, rest), element = loop.names[0], "e"
    arguments = (element, rest) if place == 1 else (rest, element)
    made = f"({loop.call.name} {' '.join(arguments)})"
    same = f"(∀ v, v ∈ {made} ↔ v = {element} ∨ v ∈ {rest})"
    often = f"(∀ v, List.count v {made} = List.count v ({element} :: {rest}))"
    order = _RELATION.search(loop.target)
    kept = f" ∧ (List.Pairwise {order[1]} {rest} → List.Pairwise {order[1]} {made})" if order else ""
    yield f"∀ {' '.join(arguments)}, {same} ∧ {often}{kept}"


def _equated(loop: Loop) -> Iterator[str]:
    """What the call is said to equal; folds over arrays as folds over lists."""
    for part in parts(loop.target, "∧"):
        for sign in (" = ", " ≤ ", " - "):
            left, found, right = part.partition(sign)
            right = right.removesuffix(" = 0").strip() if sign == " - " else right.strip()
            if found and left.strip() == loop.start:
                yield _with_lists(f"({right})" if " " in right else right)
            elif found and right == loop.start:
                yield _with_lists(f"({left.strip()})")


def _with_lists(text: str) -> str:
    """`Array.foldl f a xs` as `List.foldl f a xs.toList`."""
    for call in reversed(applications(text, frozenset({"Array.foldl", "Array.foldr"}))):
        if len(call.arguments) == 3:
            step, start, array = call.arguments
            listed = f"{call.name.replace('Array', 'List')} {step} {start} {array}.toList"
            text = text[: call.start] + listed + text[call.end :]
    return text
