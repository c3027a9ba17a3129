"""New theorems from known ones, each proved before it is kept: a checker judges its statement with its own proof."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.formats.lean import LeanStatement, find_statements, normalise
from lemmata.problem import Candidate, Theorem
from lemmata.provers.base import Backends
from lemmata.provers.lean.check import axioms_behind, check_proof
from lemmata.provers.lean.imports import check_imports
from lemmata.provers.lean.pin import pin
from lemmata.provers.lean.policy import check_source
from lemmata.provers.lean.worker import Lean, lean_of
from lemmata.tools.lean_mutations import KINDS, Change, Known, Step, changes, proof_text, read_known
from lemmata.tools.lean_portfolio import elaborates
from lemmata.tools.premise_store import load_imported
from lemmata.tools.premise_symbols import read_symbols
from lemmata.tools.premises import PremiseIndex, build_index, rank_premises
from lemmata.verdict import Accepted, Proved

_PARTNERS, _PARTNERS_OF_ONE = 30, 6  # theorems of the library that are tried with each
_LOAD_S, _CHECK_S = 60.0, 30.0
_AT_ONCE = "by first | rfl | trivial | assumption | (intros; rfl) | (intros; assumption)"
_ORIGIN = "lean-mutate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A theorem that was made out of another, and proved.

    Args:
        name: of the new one, as it is to be written.
        parent: full name of the theorem it was made from.
        how: which step, and with which other theorem.
        text: the theorem with its proof, in Lean.
        at: the place in the file that it was proved at.
    """

    name: str
    parent: str
    how: str
    text: str
    at: int


def find_mutants(
    name: str, source: str, backends: Backends, *, seed: int = 0, limit: int = 10, wall_s: float = 60.0
) -> Iterator[Mutant]:
    """New theorems made of those that a file proves, in an order that the seed decides.

    Args:
        name: of the file, for errors.
        source: Lean text; theorems whose proofs are open are not used.
        backends: whose Lean does the steps and judges the proofs.
        seed: another one gives others.
        limit: at most so many.
        wall_s: seconds on the clock, all together; a step that is begun is finished.

    Raises:
        BadInput: nothing in it is proved, it imports what is not there, or it does not elaborate.
        BackendMissing: there is no Lean.
    """
    deadline = time.monotonic() + wall_s
    source = normalise(source)
    check_source(source, place=name)
    proved = [s for s in find_statements(source) if not s.open]
    if not proved:
        raise BadInput("expected a theorem with a whole proof; one with `sorry` gives nothing new", place=name)
    lean = lean_of(backends)
    check_imports(source, lean.toolchain, place=name)
    bench = _Bench(name, source, lean, backends, seen={_same(source[slice(*s.statement)], s.short) for s in proved})
    made = 0
    for step, at in _steps(bench, proved, seed):
        if made >= limit or time.monotonic() > deadline:
            return
        for change in changes(lean.elaborator, source, step, at=at, mathlib=lean.toolchain.mathlib):
            mutant = _proved(bench, step, change, at, made + 1)
            if mutant is not None and made < limit:
                made += 1
                yield mutant


@dataclass(frozen=True, slots=True)
class _Bench:
    name: str
    source: str
    lean: Lean
    backends: Backends
    seen: set[str]


def _steps(bench: _Bench, proved: Sequence[LeanStatement], seed: int) -> Iterator[tuple[Step, int]]:
    """Every theorem with every way and every partner, shuffled; where both stand is where the new one will."""
    home = bench.backends.settings.home
    library = load_imported(bench.lean.elaborator, bench.lean.toolchain, bench.source, home=home, wall_s=_LOAD_S)
    index = build_index(library)
    todo: list[tuple[Step, int]] = []
    for stated in proved:
        known = read_known(bench.source, stated)
        partners = [(name, 0) for name in _partners(index, known)]
        partners += [(s.short, s.end) for s in proved if s is not stated]
        todo += [
            (Step(kind=kind, known=known, other=other), max(stated.end, end))
            for kind in KINDS
            for other, end in partners
        ]
    random.Random(seed).shuffle(todo)
    return iter(todo)


def _partners(index: PremiseIndex, known: Known) -> list[str]:
    """Theorems of the library about all that a statement mentions, and some about each of its constants alone."""
    found = rank_premises(index, f"{known.binders}\n⊢ {known.conclusion}", _PARTNERS)
    mentioned = read_symbols(f"{known.binders} {known.conclusion}").constants
    number = next((type_ for type_ in ("Nat", "Int", "Rat", "Real") if type_ in mentioned), "Nat")
    for constant in sorted(read_symbols(known.conclusion).constants & set(index.library.postings)):
        found += rank_premises(index, (constant, number, "Eq"), _PARTNERS_OF_ONE)
    return list(dict.fromkeys(p.name for p in found))


def _proved(bench: _Bench, step: Step, change: Change, at: int, number: int) -> Mutant | None:
    """The theorem that a change gives, if it is new, not plain, and the checker accepts its proof."""
    short = _fresh(bench.source, step.known, number)
    head = f"{short}{step.known.universes} {change.binders}".rstrip()
    statement = f"{head} :\n    {change.conclusion}"
    if _same(statement, short) in bench.seen:
        return None
    source = f"{bench.source[:at]}\n\ntheorem {statement} := by sorry\n"
    scope = step.known.stated.name.removesuffix(step.known.stated.short)
    problem = Theorem(name=f"{bench.name}: {short}", source=source, language="lean", target=f"{scope}{short}")
    try:
        pinned = pin(problem, mathlib=bench.lean.toolchain.mathlib)
        if elaborates(bench.lean, pinned, _AT_ONCE, heartbeats=5_000, wall_s=5.0):
            return None
        body = proof_text(change)
        candidate = Candidate(form="lean-proof", content={"body": body}, origin=_ORIGIN)
        judged = check_proof(problem, candidate, bench.backends, Limits(wall_s=_CHECK_S))
    except BadInput:  # what Lean prints can't always be read again
        return None
    if not isinstance(judged, Accepted) or not isinstance(judged.verdict, Proved):
        return None
    bench.seen.add(_same(statement, short))
    how = f"{step.kind} with {step.other}"
    if axioms := axioms_behind(judged):
        how += f"; rests on the file's own axioms {', '.join(axioms)}"
    return Mutant(name=short, parent=step.known.stated.name, how=how, text=f"theorem {statement} := {body}\n", at=at)


def _fresh(source: str, known: Known, number: int) -> str:
    short = f"{known.stated.short}_mutant{number}"
    while re.search(rf"\b{re.escape(short)}\b", source):
        short += "'"
    return short


def _same(statement: str, short: str) -> str:
    """Equal for statements that differ in their names and spaces alone."""
    return re.sub(r"[\s()]+", "", statement.replace(short, "", 1))


def with_mutants(source: str, mutants: Sequence[Mutant]) -> str:
    """The file with new theorems where they were proved."""
    source = normalise(source)
    for mutant in sorted(mutants, key=lambda m: m.at, reverse=True):
        said = f"/-- From {mutant.parent}: {mutant.how}. -/\n"
        source = f"{source[: mutant.at]}\n\n{said}{mutant.text.rstrip()}{source[mutant.at :]}"
    return source
