"""All theorems of a file: which fail, what was done about them, and the file with the repairs in it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Theorem
from lemmata.provers.base import Backends
from lemmata.provers.lean.check import check_proof
from lemmata.provers.lean.interface import open_body
from lemmata.provers.lean.pin import Pinned, definitions_in, pin
from lemmata.provers.lean.worker import Lean, leans_of
from lemmata.tools.lean_repair.bench import Bench
from lemmata.tools.lean_repair.cutting import ProofText, body_of, find_proofs, normalised, open_theorem
from lemmata.tools.lean_repair.mend import mend
from lemmata.tools.lean_repair.names import Names
from lemmata.verdict import Accepted

_CHECK_S = 60.0
_NAMED = re.compile(r"(?:^|\n)\s*(?:@\[[^\]]*\]\s*)?(?:\w+\s+)*?(?:theorem|lemma|axiom)\s+([^\s:({\[]+)")


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
    """

    name: str
    line: int
    holds: bool
    wrong: str = ""
    done: tuple[str, ...] = ()
    body: str = ""
    rests_on: tuple[str, ...] = ()


def repair_theorems(source: str, backends: Backends, *, name: str, wall_s: float) -> Iterator[tuple[ProofText, ProofRepair]]:
    """Each theorem of a file, checked and where it fails repaired.

    Args:
        source: the file's text, normalised.
        backends: Lean.
        name: of the file, for messages.
        wall_s: seconds for each theorem that fails.

    Raises:
        BadInput: the file holds no theorem, or what comes before one of them can't be read.
        BackendMissing: there is no Lean.
    """
    proofs = find_proofs(source)
    if not proofs:
        raise BadInput("expected Lean with at least one theorem and its proof", place=name)
    with leans_of(backends).lend() as lean:
        for at, proof in enumerate(proofs):
            text, full = open_theorem(source, proofs, at)
            problem = Theorem(name=f"{name}:{full}", source=text, language="lean", target=full)
            yield proof, repair_theorem(problem, body_of(source, proof), lean, backends, line=proof.line, wall_s=wall_s)


def repair_theorem(
    problem: Theorem, body: str, lean: Lean, backends: Backends, *, line: int, wall_s: float
) -> ProofRepair:
    """One theorem: its proof as it is, or one that the judge accepts in its place.

    Raises:
        BadInput, BackendMissing: as for `repair_theorems`.
    """
    pinned = pin(problem, mathlib=lean.toolchain.mathlib)
    found = ProofRepair(name=problem.target, line=line, holds=False)
    judged = _judge(problem, body, backends)
    if judged is not None:
        return replace(found, holds=True, rests_on=judged)
    bench = bench_for(pinned, lean, wall_s=wall_s)
    wrong = _what_is_wrong(bench, body)
    mended = mend(bench, body)
    if mended is None:
        return replace(found, wrong=wrong)
    judged = _judge(problem, mended.body, backends)
    if judged is None:
        return replace(found, wrong=wrong)
    return replace(found, holds=True, wrong=wrong, done=mended.done, body=mended.body, rests_on=judged)


def bench_for(pinned: Pinned, lean: Lean, *, wall_s: float) -> Bench:
    """What a repair of one theorem works with."""
    own = tuple(_NAMED.findall(pinned.context))
    return Bench(
        worker=lean.elaborator,
        pinned=pinned,
        names=Names(lean.elaborator, pinned.context, own),
        definitions=definitions_in(pinned.context),
        ends=time.monotonic() + wall_s,
    )


def _judge(problem: Theorem, body: str, backends: Backends) -> tuple[str, ...] | None:
    """The theorems of the file that an accepted proof rests on; None: it is not accepted."""
    candidate = Candidate(form="lean-proof", content={"body": body})
    found = check_proof(problem, candidate, backends, Limits(wall_s=_CHECK_S))
    if not isinstance(found, Accepted):
        return None
    return tuple(found.facts["axioms_of_the_problem"])


def _what_is_wrong(bench: Bench, body: str) -> str:
    reading = bench.read(body)
    if reading.troubles:
        return " ".join(reading.troubles[0].text.split("\n")[0].split())
    return "it holds a `sorry`" if reading.holes else "the judge does not accept it"


def repaired(source: str, found: list[tuple[ProofText, ProofRepair]]) -> str:
    """The text with the repaired proofs in it; nothing else is changed."""
    for proof, repair in sorted(found, key=lambda pair: pair[0].start, reverse=True):
        if repair.body:
            blank = "" if source[: proof.body[0]].endswith((" ", "\n")) else " "
            source = source[: proof.body[0]] + blank + repair.body + source[proof.body[1] :]
    return source


def errors_in(source: str, backends: Backends, *, name: str) -> str:
    """The first error of a whole file; empty: it has none.

    Raises:
        BadInput: it would run code.
    """
    with leans_of(backends).lend() as lean:
        probe = Pinned(context=f"{source}\n", command="theorem lemmata_end : True :=", name="lemmata_end")
        try:
            open_body(lean.elaborator, probe, "trivial", wall_s=_CHECK_S)
        except BadInput as exc:
            return exc.text
    return ""


__all__ = ["ProofRepair", "bench_for", "errors_in", "normalised", "repair_theorem", "repair_theorems", "repaired"]
