"""Whether a statement in Lean is worth a proof: not plainly true, not false, and with hypotheses that can hold.

For statements that a machine, or a tired person, has written down. Each finding is a proof that a checker has accepted;
where none is found, the statement is only not known to be bad.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.formats.lean import LeanStatement, find_statements, line_of, normalise
from lemmata.problem import Candidate, Theorem
from lemmata.provers.base import Backends
from lemmata.provers.lean.audit import Message
from lemmata.provers.lean.check import (
    axioms_behind,
    check_disproof,
    check_proof,
    elaborate_statement,
    hypotheses_contradict,
    needs_mathlib,
)
from lemmata.provers.lean.failure import LeanFailed
from lemmata.provers.lean.pin import Pinned, pin
from lemmata.provers.lean.worker import Lean, lean_of
from lemmata.tools.base import Turn
from lemmata.tools.lean_disproof import propose as propose_disproofs
from lemmata.tools.lean_portfolio import elaborates
from lemmata.verdict import Accepted, Proved, Refuted

_AT_ONCE = tuple(
    f"by {before}{closer}"
    for closer in ("rfl", "trivial", "assumption", "decide", "simp")
    for before in ("", "intros; ")
)
_HEARTBEATS, _CLOSER_S, _SHORTEST_S = 20_000, 8.0, 1.0
_ORIGIN = "lean-vet"


class Standing(StrEnum):
    """What is to be thought of a statement."""

    USABLE = "usable"  # nothing was found against it
    TRIVIAL = "trivial"  # one plain tactic closes it
    REFUTED = "refuted"  # its negation is proved
    VACUOUS = "vacuous"  # its hypotheses contradict each other
    UNREADABLE = "unreadable"  # it does not elaborate
    UNDECIDED = "undecided"  # a limit was reached before anything could be said


@dataclass(frozen=True, slots=True, kw_only=True)
class Vetted:
    """A statement and what was found.

    Args:
        name: full name of the theorem.
        line: of its name.
        standing: what is to be thought of it.
        detail: how that was shown; empty: nothing to add.
    """

    name: str
    line: int
    standing: Standing
    detail: str = ""


def vet_file(name: str, source: str, backends: Backends, *, wall_s: float) -> Iterator[Vetted]:
    """Each theorem of a file in its order, whatever its proof, with what was found of its statement.

    Args:
        name: of the file, for errors.
        source: Lean text.
        backends: whose Lean judges.
        wall_s: seconds on the clock for each theorem.

    Raises:
        BadInput: there is no theorem in it, or its text would run code.
        BackendMissing: there is no Lean.
    """
    source = normalise(source)
    stated = find_statements(source)
    if not stated:
        raise BadInput("expected at least one theorem", place=name)
    unreadable: list[LeanStatement] = []
    for one in stated:
        found = vet_statement(open_statement(name, source, one), backends, wall_s=wall_s)
        if found.standing is Standing.UNREADABLE:  # perhaps only because of what stands above
            above = [s for s in stated if s.end < one.start]
            found = vet_statement(open_statement(name, source, one, above, unreadable), backends, wall_s=wall_s)
        if found.standing is Standing.UNREADABLE:
            unreadable.append(one)
        yield replace(found, line=line_of(source, one.statement[0]))


def open_statement(
    name: str,
    source: str,
    stated: LeanStatement,
    above: Sequence[LeanStatement] = (),
    unreadable: Sequence[LeanStatement] = (),
) -> Theorem:
    """A theorem as an open problem: the text as far as its statement, without its proof.

    Of the theorems above that are named, the proofs become `sorry`, and the unreadable ones go.
    """
    text = f"{source[: stated.statement[1]]} := by sorry\n"
    for one in reversed(above):
        start, made = (one.start, "") if one in unreadable else (one.statement[1], " := by sorry")
        lines = "\n" * text.count("\n", start, one.end)  # so that places stay what they are
        text = text[:start] + made + lines + text[one.end :]
    return Theorem(name=name, source=text, language="lean", target=stated.name)


def vet_statement(problem: Theorem, backends: Backends, *, wall_s: float) -> Vetted:
    """What is to be thought of a problem's statement; only `USABLE` ones should be worked on.

    Raises:
        BadInput: the problem's text would run code.
        BackendMissing: there is no Lean.
    """
    deadline = time.monotonic() + wall_s

    def found(standing: Standing, detail: str = "") -> Vetted:
        return Vetted(name=problem.target, line=1, standing=standing, detail=detail)

    limits = Limits(wall_s=wall_s)
    try:
        messages = elaborate_statement(problem, backends, limits)
    except BadInput as exc:
        return found(Standing.UNREADABLE, exc.text.removeprefix("the statement does not elaborate: "))
    except LeanFailed as exc:
        return found(Standing.UNDECIDED, exc.text)
    if messages:
        return found(Standing.UNREADABLE, _without_mathlib(messages))
    lean = lean_of(backends)
    pinned = pin(problem, mathlib=lean.toolchain.mathlib)
    if hypotheses_contradict(lean, pinned, limits):
        return found(Standing.VACUOUS, "its hypotheses contradict each other")
    closer = _find_closer(problem, lean, pinned, backends, deadline)
    if closer:
        return found(Standing.TRIVIAL, f"closed by {closer}")
    refuted = _find_refutation(problem, backends, deadline)
    if refuted is not None:
        values = ", ".join(f"{name} = {value}" for name, value in refuted.counterexample.values.items())
        return found(Standing.REFUTED, f"false at {values}" if values else "its negation is proved")
    return found(Standing.USABLE)


def _without_mathlib(messages: tuple[Message, ...]) -> str:
    return needs_mathlib(messages).detail


def _find_closer(problem: Theorem, lean: Lean, pinned: Pinned, backends: Backends, deadline: float) -> str:
    """The first plain tactic whose proof the checker accepts; empty: none."""
    for body in _AT_ONCE:
        left = deadline - time.monotonic()
        if left < _SHORTEST_S:
            break
        if elaborates(lean, pinned, body, heartbeats=_HEARTBEATS, wall_s=min(_CLOSER_S, left)):
            candidate = Candidate(form="lean-proof", content={"body": body}, origin=_ORIGIN)
            judged = check_proof(problem, candidate, backends, Limits(wall_s=max(left, _CLOSER_S)))
            if isinstance(judged, Accepted) and isinstance(judged.verdict, Proved):
                axioms = ", ".join(axioms_behind(judged))
                return f"`{body.removeprefix('by ')}`" + (f" and the file's own axioms {axioms}" if axioms else "")
    return ""


def _find_refutation(problem: Theorem, backends: Backends, deadline: float) -> Refuted | None:
    """A counterexample, or a proof of the negation, that the checker accepts."""
    turn, done = Turn(problem=problem), False
    while not done and (left := deadline - time.monotonic()) > _SHORTEST_S:
        offer = propose_disproofs(replace(turn, limits=Limits(wall_s=left)), backends)
        for candidate in offer.candidates:
            judged = check_disproof(problem, candidate, backends, Limits(wall_s=max(left, _CLOSER_S)))
            if isinstance(judged, Accepted) and isinstance(judged.verdict, Refuted):
                return judged.verdict
        done = offer.done
        turn = replace(turn, memory=offer.memory)
    return None
