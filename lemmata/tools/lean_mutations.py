"""How a theorem becomes another: Lean rewrites its goal or a hypothesis with a known theorem, or applies one to it.

Lean does the step on an open goal and prints what comes of it; the proof is the step the other way round. Nothing is
believed here: each statement and proof is text for a checker.

Source: Alchemy (Wu et al., Amplifying Theorem-Proving Capability through Symbolic Mutation, 2024).
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lemmata.errors import BadInput
from lemmata.formats.lean import LeanStatement, find_theorems, scan
from lemmata.problem import Theorem
from lemmata.provers.lean.answers import Answers
from lemmata.provers.lean.failure import LeanFailed
from lemmata.provers.lean.interface import Failed, Goal, ProofState, StateGone, open_goal, run_tactic
from lemmata.provers.lean.pin import pin
from lemmata.tools.lean_statement import Binder, read_statement

_WALL_S, _HEARTBEATS = 8.0, 20_000
_MOST_HYPOTHESES = 2  # that one may give way to
_UNDERSCORES = 4  # explicit arguments before the one that is applied
_UNKNOWN = re.compile(r"\?[A-Za-z_]|✝|⋯|sorry")
_UNIVERSES = re.compile(r"\.\{[^}]*\}")
KINDS = ("rewrite", "rewrite back", "apply", "weaken")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A theorem of a file, ready to be used and changed.

    Args:
        stated: where it stands.
        universes: `.{u}` behind its name, or nothing.
        binders: everything between its name and the colon, the leading ∀ and hypotheses of its conclusion included.
        hypotheses: the explicit ones among them that are propositions or may be, in order.
        conclusion: what is left.
        use: a term that proves it from its binders.
    """

    stated: LeanStatement
    universes: str
    binders: str
    hypotheses: tuple[Binder, ...]
    conclusion: str
    use: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A way to change a theorem: which, and with what other one."""

    kind: str
    known: Known
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What comes of a step, as text: the binders, the conclusion, and a proof."""

    binders: str
    conclusion: str
    proof: str


def read_known(source: str, stated: LeanStatement) -> Known:
    """A theorem taken apart."""
    text = source[slice(*stated.statement)].removeprefix(stated.short)
    universes = found[0] if (found := _UNIVERSES.match(text)) else ""
    read = read_statement(stated.short + " " + text.removeprefix(universes))
    moved = [b for b in read.binders if b.intro]
    movable = all(b.type and b.name.isidentifier() for b in moved)
    head = read.head[len(stated.short) :].strip()
    before = [b for b in read.binders if not b.intro]
    explicit = set(_explicit(head))
    names = [b.name for b in before if b.name in explicit]
    hypotheses = [b for b in before if b.name in explicit]
    conclusion = read.prefix + read.goal
    if movable and moved:
        head = " ".join([head, *(f"({b.name} : {b.type})" for b in moved)]).strip()
        names += [b.name for b in moved]
        hypotheses += moved
        conclusion = read.goal
    use = " ".join([stated.short, *names])
    return Known(
        stated=stated,
        universes=universes,
        binders=head,
        hypotheses=tuple(hypotheses),
        conclusion=conclusion.strip(),
        use=use,
    )


def changes(worker: Answers, source: str, step: Step, *, at: int, mathlib: bool) -> Iterator[Change]:
    """What comes of a step, as far as Lean can do it.

    Args:
        worker: does it.
        source: the file.
        step: what to do.
        at: where in the file the new theorem will stand, behind all that it needs.
        mathlib: whether Mathlib is there.
    """
    try:
        bench = _Bench(worker, source[:at], step.known, mathlib)
        yield from _DO[step.kind](bench, step)
    except (BadInput, LeanFailed, StateGone):  # as where the binders mean something else at that place
        return


class _Bench:
    """The theorem's own goal at a place of the file."""

    def __init__(self, worker: Answers, before: str, known: Known, mathlib: bool) -> None:
        self._worker, self._before, self._known, self._mathlib = worker, before, known, mathlib
        self.start = self.open(known.conclusion)

    def open(self, conclusion: str) -> ProofState:
        """A goal behind the theorem's binders."""
        head = f"lemmata_mutant{self._known.universes} {self._known.binders}"
        text = f"{self._before}\n\ntheorem {head} : {conclusion} := by sorry\n"
        target = find_theorems(text)[-1].name
        problem = Theorem(name="mutant", source=text, language="lean", target=target)
        return open_goal(self._worker, pin(problem, mathlib=self._mathlib), wall_s=_WALL_S)

    def run(self, tactic: str, state: ProofState | None = None) -> ProofState | None:
        """What a tactic leads to; None: it fails."""
        found = run_tactic(self._worker, state or self.start, tactic, wall_s=_WALL_S, heartbeats=_HEARTBEATS)
        return None if isinstance(found, Failed) else found

    def propositions(self, hypotheses: Sequence[Binder]) -> list[Binder]:
        """Those that Lean calls propositions."""
        proofs = {h.name for h in self.start.goals[0].hypotheses if h.is_proof and h.reachable}
        return [b for b in hypotheses if b.name in proofs]


def _rewrite(bench: _Bench, step: Step, arrow: str = "", back: str = "← ") -> Iterator[Change]:
    known, rule = step.known, f"{arrow}{step.other}"
    whole = bench.run(f"rw [{rule}]")
    if whole is not None and len(whole.goals) == 1 and _plain(whole.goals[0].target):
        proof = f"have lh : {known.conclusion} := {known.use}\nrw [{rule}] at lh\nexact lh"
        yield Change(binders=known.binders, conclusion=whole.goals[0].target, proof=proof)
    for binder in bench.propositions(known.hypotheses):
        left = bench.run(f"rw [{rule}] at {binder.name}")
        made = _type_of(left.goals[0], binder.name) if left is not None and len(left.goals) == 1 else None
        if made is not None and (binders := _replaced(known.binders, binder, [made])) is not None:
            proof = f"have {binder.name} : {binder.type} := by\n  rw [{rule}]\n  exact {binder.name}\nexact {known.use}"
            yield Change(binders=binders, conclusion=known.conclusion, proof=proof)


def _rewrite_back(bench: _Bench, step: Step) -> Iterator[Change]:
    return _rewrite(bench, step, "← ")


def _apply(bench: _Bench, step: Step) -> Iterator[Change]:
    """From the conclusion to what follows from it by an implication."""
    known = step.known
    for gaps in range(_UNDERSCORES + 1):
        for rule in (step.other, f"({step.other}).mp", f"({step.other}).mpr"):
            if gaps and rule != step.other:
                continue
            term = " ".join([rule, *["_"] * gaps, f"({known.use})"])
            left = bench.run(f"have lm := {term}")
            made = _type_of(left.goals[0], "lm") if left is not None and len(left.goals) == 1 else None
            if made is not None:
                yield Change(binders=known.binders, conclusion=made, proof=f"exact {term}")
                return


def _weaken(bench: _Bench, step: Step) -> Iterator[Change]:
    """From a hypothesis to others that imply it."""
    known = step.known
    for binder in bench.propositions(known.hypotheses):
        left = bench.run(f"apply {step.other}", bench.open(binder.type))
        goals = left.goals if left is not None else ()
        if not 0 < len(goals) <= _MOST_HYPOTHESES or not all(_plain(g.target) for g in goals):
            continue
        binders = _replaced(known.binders, binder, [g.target for g in goals])
        if binders is not None:
            proof = f"have {binder.name} : {binder.type} := by\n  apply {step.other} <;> assumption\nexact {known.use}"
            yield Change(binders=binders, conclusion=known.conclusion, proof=proof)


_DO = {"rewrite": _rewrite, "rewrite back": _rewrite_back, "apply": _apply, "weaken": _weaken}


def _plain(text: str) -> bool:
    """Whether Lean has printed a term that can be read again, as far as that can be seen."""
    return _UNKNOWN.search(text) is None


def _type_of(goal: Goal, name: str) -> str | None:
    found = next((h.type for h in goal.hypotheses if h.name == name), None)
    return found if found is not None and _plain(found) else None


def _replaced(binders: str, old: Binder, types: Sequence[str]) -> str | None:
    """The binders with one of them in another type, or in several; None: it is not written as `(name : type)`."""
    tokens = scan(binders)
    for i, token in enumerate(tokens):
        if token.text != old.name or i == 0 or tokens[i - 1].text != "(" or tokens[i + 1].text != ":":
            continue
        end = tokens[i + 1].end + binders[tokens[i + 1].end :].find(old.type) + len(old.type)
        closing = next((t for t in tokens[i:] if t.start >= end), None)
        if closing is None or closing.text != ")" or any(t.text == old.name for t in tokens if t.start > end):
            return None
        names = [old.name] if len(types) == 1 else [f"{old.name}{i}" for i in range(1, len(types) + 1)]
        made = " ".join(f"({name} : {type_})" for name, type_ in zip(names, types, strict=True))
        return binders[: tokens[i - 1].start] + made + binders[closing.end :]
    return None


def _explicit(binders: str) -> Iterator[str]:
    """The names bound in round brackets."""
    tokens = scan(binders)
    depth = 0
    naming = False
    for i, token in enumerate(tokens):
        if token.text in ("(", "{", "[", "⦃"):
            depth += 1
            naming = depth == 1 and token.text == "("
        elif token.text in (")", "}", "]", "⦄"):
            depth -= 1
        elif token.text == ":" and depth == 1:
            naming = False
        elif naming and depth == 1 and token.kind == "ident" and i:
            yield token.text


def proof_text(change: Change) -> str:
    """The change's proof as a `by` block."""
    return "by\n" + textwrap.indent(change.proof, "  ")
