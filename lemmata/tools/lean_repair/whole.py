"""All theorems of a file: which fail, what was done about them, and the file with the repairs in it."""

from __future__ import annotations

import logging
import re
import time
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.formats.lean import scan
from lemmata.problem import Theorem
from lemmata.provers.base import Backends
from lemmata.provers.lean.audit import Audit, establish
from lemmata.provers.lean.imports import check_imports
from lemmata.provers.lean.interface import errors_in
from lemmata.provers.lean.pin import Pinned, definitions_in, pin
from lemmata.provers.lean.policy import check_source
from lemmata.provers.lean.worker import Lean, LeanFailed, leans_of
from lemmata.tools.lean_repair.bench import Bench
from lemmata.tools.lean_repair.cutting import ProofText, body_of, find_proofs, open_theorem
from lemmata.tools.lean_repair.layout import Layout
from lemmata.tools.lean_repair.lean3 import is_lean3
from lemmata.tools.lean_repair.mend import mend
from lemmata.tools.lean_repair.names import Names
from lemmata.tools.premise_store import load_imported, own_premises

_log = logging.getLogger(__name__)
_CHECK_S = 60.0
_UNPROVED = frozenset({"sorry", "admit", "stop"})
LONGEST_PROOF = 50_000
_NAMES_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRepair:
    """What came of one theorem.

    Args:
        name: its full name.
        line: of its name in the file.
        holds: whether the file's own proof, or the repaired one, is accepted.
        wrong: what was wrong with the file's; empty: nothing.
        done: what was done, in words.
        body: the repaired proof; empty: none is needed, or none was found.
        rests_on: theorems of the file that it uses.
        said: all that Lean says first about a proof that is not repaired.
        problem: what such a proof should prove; None where the fault is not in the proof.
        is_lemma: it is called a `lemma`, which only Mathlib knows, and becomes a `theorem`.
    """

    name: str
    line: int
    holds: bool
    wrong: str = ""
    said: str = ""
    problem: Theorem | None = None
    is_lemma: bool = False
    done: tuple[str, ...] = ()
    body: str = ""
    rests_on: tuple[str, ...] = ()


def repair_theorems(
    source: str, backends: Backends, *, name: str, wall_s: float
) -> Iterator[tuple[ProofText, ProofRepair]]:
    """Each theorem of a file: whether its proof holds, and what repairs it where it does not.

    Args:
        source: the file's text, normalised.
        backends: Lean.
        name: of the file, for messages.
        wall_s: seconds for each theorem that fails.

    Raises:
        BadInput: the file holds no theorem, a proof that is too long, an import that is not there, or text that
            would run code.
        BackendMissing: there is no Lean.
    """
    proofs = find_proofs(source)
    _check_sizes(proofs, name)
    with leans_of(backends).lend() as lean:
        check_imports(source, lean.toolchain, place=name)
        failing, unreadable = _failing(source, proofs, lean), set[int]()
        for at, proof in enumerate(proofs):
            text, full = open_theorem(source, proofs, at, unreadable=unreadable)
            if at not in failing:
                yield proof, ProofRepair(name=full, line=proof.line, holds=True)
                continue
            problem = Theorem(name=f"{name}:{full}", source=text, language="lean", target=full)
            home, body = backends.settings.home, body_of(source, proof)
            try:
                repair = repair_theorem(problem, body, lean, home, line=proof.line, wall_s=wall_s)
                word = source[proof.keyword[0] : proof.keyword[1]]
                yield proof, _without_lemma(repair) if word == "lemma" and not lean.toolchain.mathlib else repair
            except BadInput as exc:
                unreadable.add(at)
                yield proof, ProofRepair(name=full, line=proof.line, holds=False, wrong=f"not its proof: {exc.text}")


def _without_lemma(repair: ProofRepair) -> ProofRepair:
    done = ("`lemma` became `theorem`", *repair.done)
    return replace(repair, wrong=repair.wrong or "`lemma` comes with Mathlib", done=done, is_lemma=True)


def _check_sizes(proofs: Sequence[ProofText], name: str) -> None:
    if not proofs:
        raise BadInput("expected Lean with at least one theorem and its proof", place=name)
    for proof in proofs:
        size = proof.body[1] - proof.body[0]
        if size > LONGEST_PROOF:
            text = f"the proof of {proof.name} has {size} characters, expected at most {LONGEST_PROOF}: split it"
            raise BadInput(text, place=f"{name}, line {proof.line}")


def _failing(source: str, proofs: Sequence[ProofText], lean: Lean) -> frozenset[int]:
    """Which theorems have an error, or a `sorry`, in their proofs, or a keyword that Lean does not know.

    Raises:
        BadInput: the text would run code.
    """
    try:
        errors = errors_in(lean.elaborator, source, wall_s=_CHECK_S)
    except LeanFailed:
        return frozenset(range(len(proofs)))
    layout = Layout(source)
    starts = [layout.place(proof.start)[0] for proof in proofs]
    # An unclosed bracket shows at the end of the file; blaming the theorem before it too costs one look.
    found = {bisect_right(starts, e.line) - 1 for e in errors} & set(range(len(proofs)))
    holed = {at for at, proof in enumerate(proofs) if _UNPROVED & {t.text for t in scan(body_of(source, proof))}}
    if lean.toolchain.mathlib:
        return frozenset(found | holed)
    unknown = {at for at, proof in enumerate(proofs) if source[proof.keyword[0] : proof.keyword[1]] == "lemma"}
    return frozenset(found | holed | unknown)


def repair_theorem(problem: Theorem, body: str, lean: Lean, home: Path, *, line: int, wall_s: float) -> ProofRepair:
    """One theorem: its proof as it is, or one that the judge accepts in its place.

    Raises:
        BadInput: its statement, or what comes before it, can't be read.
        BackendMissing: there is no Lean.
    """
    check_source(problem.source, place=problem.name)
    pinned = pin(problem, mathlib=lean.toolchain.mathlib)
    found = ProofRepair(name=problem.target, line=line, holds=False)
    bench = bench_for(pinned, lean, home, wall_s=wall_s)
    bench.start()
    wrong = _what_is_wrong(bench, body)
    bench.ends = time.monotonic() + wall_s  # the context is read by now, and Lean has started
    mended = mend(bench, body)
    audited = None if mended is None else establish(lean, pinned, mended.body, Limits(wall_s=_CHECK_S))
    if mended is None or not isinstance(audited, Audit):
        troubles = bench.read(body).troubles
        return replace(found, wrong=wrong, said=troubles[0].text if troubles else wrong, problem=problem)
    if mended.body == body:
        return replace(found, holds=True, rests_on=audited.declared)
    return replace(found, holds=True, wrong=wrong, done=mended.done, body=mended.body, rests_on=audited.declared)


def bench_for(pinned: Pinned, lean: Lean, home: Path, *, wall_s: float) -> Bench:
    """What a repair of one theorem works with."""

    def load() -> tuple[str, ...]:
        try:
            found = load_imported(lean.elaborator, lean.toolchain, pinned.context, home=home, wall_s=_NAMES_S)
        except LeanFailed as exc:
            _log.info("the environment's names: %s", exc)
            return ()
        return tuple(premise.name for premise in found)

    return Bench(
        worker=lean.elaborator,
        pinned=pinned,
        names=Names(load, [premise.name for premise in own_premises(pinned.context)]),
        definitions=definitions_in(pinned.context),
        ends=time.monotonic() + wall_s,
    )


def _what_is_wrong(bench: Bench, body: str) -> str:
    reading = bench.read(body)
    if re.search(r"\bbegin\b", body) and is_lean3(body):
        return "it is written in Lean 3"
    if reading.troubles:
        first = reading.troubles[0]
        line = " ".join(first.text.split("\n")[0].split())
        return f"{line} `{_word_at(body, first.span[0])}`" if line == "unknown tactic" else line
    return "it holds a `sorry`" if reading.holes else "the judge does not accept it"


def _word_at(body: str, at: int) -> str:
    """The word that a place lies in, or that ends there."""
    before, behind = re.search(r"[\w'!?]*$", body[:at]), re.match(r"[\w'!?]*", body[at:])
    return (before[0] if before else "") + (behind[0] if behind else "")


def repaired(source: str, found: Sequence[tuple[ProofText, ProofRepair]]) -> str:
    """The text with the repaired proofs in it; no statement is changed."""
    for proof, repair in sorted(found, key=lambda pair: pair[0].start, reverse=True):
        if repair.body:
            new = repair.body.lstrip() if repair.body.lstrip().startswith("by") else repair.body
            blank = "" if source[: proof.body[0]].endswith(" ") or new.startswith("\n") else " "
            source = source[: proof.body[0]] + blank + new + source[proof.body[1] :]
        if repair.is_lemma and repair.holds:
            source = f"{source[: proof.keyword[0]]}theorem{source[proof.keyword[1] :]}"
    return source


def first_error(source: str, backends: Backends) -> str:
    """The first error of a whole file, with its line; empty: it has none."""
    with leans_of(backends).lend() as lean:
        try:
            errors = errors_in(lean.elaborator, source, wall_s=_CHECK_S)
        except LeanFailed as exc:
            return exc.text
    return str(errors[0]) if errors else ""
