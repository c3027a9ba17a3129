"""Lean in the conversation: definitions are read and kept, given proofs are checked, open ones looked for.

Each theorem stands on what came before it: the session's definitions, and those theorems of the same text that hold.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lemmata.agents.lean_repairs import repair_text
from lemmata.agents.repairs import Outcome, Repair
from lemmata.chat.desk import Desk, as_solution
from lemmata.chat.memory import declared, split_imports
from lemmata.chat.parts import Open, OpenGoal, Said
from lemmata.datasets.files import read_problems
from lemmata.errors import BadInput
from lemmata.formats.lean import find_answer_holes, find_theorems, scan
from lemmata.problem import Candidate, Theorem
from lemmata.provers.base import Backends
from lemmata.provers.lean.imports import check_imports
from lemmata.provers.lean.interface import errors_in, open_body
from lemmata.provers.lean.pin import pin
from lemmata.provers.lean.worker import LeanFailed, leans_of
from lemmata.tools.lean_repair.cutting import ProofText, as_axioms, body_of, find_proofs, normalised
from lemmata.verdict import Accepted, Proved, Rejected

_READ_S = 60.0
_UNPROVED = frozenset({"sorry", "admit", "stop"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A theorem of the turn, as a problem, and the proof that came with it.

    Args:
        problem: with everything that it stands on.
        statement, body: as they were typed.
        typed: both, with all that is between them.
        line: of the turn, where that proof begins.
        by_patterns: the proof is given by patterns.
    """

    problem: Theorem
    statement: str
    body: str
    typed: str
    line: int
    by_patterns: bool

    @property
    def is_open(self) -> bool:
        """Nothing of a proof was given."""
        return self.body.split() in (["sorry"], ["by", "sorry"])

    @property
    def has_holes(self) -> bool:
        return bool(_UNPROVED & {token.text for token in scan(self.body)})


async def lean_turn(text: str, desk: Desk, *, name: str) -> None:
    """Read a Lean text, decide its theorems, and keep what holds for later turns.

    Args:
        text: as it was typed; `example`s are theorems without a name.
        desk: what to work with.
        name: of the turn, for examples and for theorems about an answer.

    Raises:
        BadInput: it can't be read; says the line.
        BackendMissing: there is no Lean.
    """
    text = _named_examples(normalised(text), name)
    prelude = desk.memory.prelude(text)
    _, body = split_imports(text)
    if find_answer_holes(body):
        for problem in read_problems(name, prelude + body, ".lean"):
            await desk.solve(problem, name)
        return
    proofs = find_proofs(body)
    await desk.in_thread(_read_statements, prelude, body, proofs, desk.backends)
    held, at = "", 0
    for proof in proofs:
        held += body[at : proof.start]
        stated = _state(body, proof, prelude + held)
        if await _decide(stated, desk):
            proof_found = desk.memory.results[stated.problem.target].solution.answer
            held += f"{stated.statement} := {proof_found}" if stated.is_open else stated.typed
        at = proof.body[1]
    held += body[at:]
    _remember(text, held, desk)


async def repair_lean(text: str, desk: Desk, *, name: str) -> None:
    """Repair the proofs of a Lean text, and keep it if the whole of it holds."""
    text = _named_examples(normalised(text), name)
    prelude = desk.memory.prelude(text)
    _, body = split_imports(text)
    whole = prelude + body.strip("\n") + "\n"

    def work() -> Repair:
        return repair_text(Path(f"{name}.lean"), whole, desk.backends, wall_s=desk.budget.wall_s)

    repaired = await desk.in_thread(work)
    desk.emit(repaired)
    if repaired.outcome is Outcome.NOTHING_LEFT:
        mended = repaired.patched or whole
        _remember(text, mended.removeprefix(prelude), desk)


async def _decide(stated: Stated, desk: Desk) -> bool:
    """Whether the theorem holds, by its own proof or by one that is found; tells what came of it."""
    problem = stated.problem
    if stated.is_open:
        return isinstance((await desk.solve(problem, problem.target)).verdict, Proved)
    if not stated.has_holes:
        started = time.monotonic()
        candidate = _offered(stated)
        judged = await desk.judge(problem, candidate)
        if isinstance(judged, Accepted):
            solution = as_solution(problem, candidate, judged, wall_s=time.monotonic() - started)
            desk.keep(problem.target, solution)
            return isinstance(judged.verdict, Proved)
        if any(fault.reason for fault in judged.faults):  # a limit: nothing is wrong with the proof
            desk.emit(Said(f"{problem.target}: {judged.faults[0].text}", "error"))
            return False
    else:
        judged = Rejected(())
    desk.emit(await desk.in_thread(_look, stated, judged, desk.backends))
    if not stated.has_holes:
        desk.emit(Said(f"this proof is rejected, which says nothing about {problem.target}; `repair` tries to mend it"))
    return False


def _offered(stated: Stated) -> Candidate:
    if not stated.by_patterns:
        return Candidate(form="lean-proof", content={"body": stated.body}, origin="user")
    opened = find_theorems(stated.problem.source)[-1]
    whole = f"{stated.problem.source[: opened.start]}{stated.typed}\n"
    return Candidate(form="lean-file", content={"file": whole}, origin="user")


def _look(stated: Stated, judged: Rejected, backends: Backends) -> Open:
    """The goals of a proof with holes, and what Lean says against it; what the checker said where Lean says nothing."""
    found: list[OpenGoal] = []
    if not stated.by_patterns:
        with leans_of(backends).lend() as lean, suppress(LeanFailed):
            pinned = pin(stated.problem, mathlib=lean.toolchain.mathlib)
            opened = open_body(lean.elaborator, pinned, stated.body, wall_s=_READ_S)
            for error in opened.errors:
                found.append(OpenGoal(line=stated.line + error.line - 1, goal=None, error=error.text))
            for hole in opened.holes:
                found += [OpenGoal(line=stated.line + hole.line - 1, goal=goal) for goal in hole.state.goals]
    if not found:
        found = [OpenGoal(line=stated.line, goal=None, error=fault.text) for fault in judged.faults[:4]]
    return Open(name=stated.problem.target, goals=tuple(sorted(found, key=lambda goal: goal.line)))


def _state(body: str, proof: ProofText, before: str) -> Stated:
    text = body[proof.start : proof.assign[0]].rstrip()
    source = f"{before}{text} := by sorry\n"
    found = find_theorems(source)
    if not found or found[-1].start < len(before):
        raise BadInput("the statement can't be told from the proof", place=f"line {proof.line}")
    target = found[-1].name
    return Stated(
        problem=Theorem(name=target, source=source, language="lean", target=target),
        statement=text,
        body=body_of(body, proof).strip(),
        typed=body[proof.start : proof.body[1]],
        line=body.count("\n", 0, proof.body[0]) + 1,
        by_patterns=proof.by_patterns,
    )


def _read_statements(prelude: str, body: str, proofs: Sequence[ProofText], backends: Backends) -> None:
    """Have Lean read everything but the proofs.

    Raises:
        BadInput: the first error, with its line in what was typed.
        BackendMissing: there is no Lean.
    """
    whole = prelude + as_axioms(body, proofs)
    with leans_of(backends).lend() as lean:
        check_imports(whole, lean.toolchain, place="the text")
        try:
            errors = errors_in(lean.elaborator, whole, wall_s=_READ_S)
        except LeanFailed as exc:
            raise BadInput(exc.text, place="the text") from None
    above = prelude.count("\n")
    for error in errors:
        line = min(_typed_line(error.line - above, body, proofs), body.rstrip().count("\n") + 1)
        raise BadInput(error.summary, place=f"line {line}" if error.line > above else "an earlier definition")


def _typed_line(line: int, body: str, proofs: Sequence[ProofText]) -> int:
    """The line of the typed text for one of the text whose proofs are left out."""
    for proof in proofs:
        end = body.count("\n", 0, proof.assign[0]) + 1
        if line > end:
            line += body.count("\n", proof.assign[0], proof.body[1])
    return line


def _remember(text: str, held: str, desk: Desk) -> None:
    imports, _ = split_imports(text)
    head = "".join(f"{line}\n" for line in imports)
    if not declared(held) and not [token for token in scan(held) if token.kind != "doc"]:
        held = ""
    lost = desk.memory.keep_lean(head + held) if head or held else ()
    names = declared(held) if held else ()
    if names:
        desk.emit(Said(f"kept for later turns: {', '.join(names)}"))
    if lost:
        desk.emit(Said(f"gone with what was declared anew: {', '.join(lost)}"))


def _named_examples(text: str, name: str) -> str:
    """Each `example` as a theorem, so that it is decided like one."""
    found = [t for t in scan(text) if t.kind == "ident" and t.text == "example"]
    starts = [t for t in found if not text[text.rfind("\n", 0, t.start) + 1 : t.start].strip()]
    for number, token in reversed(list(enumerate(starts, 1))):
        called = name if len(starts) == 1 else f"{name}_{number}"
        text = f"{text[: token.start]}theorem {called}{text[token.end :]}"
    return text
