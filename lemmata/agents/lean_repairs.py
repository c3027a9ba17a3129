"""Repairing the proofs of Lean files: what was wrong with each theorem, what was done, and the whole checked again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import anyio

from lemmata.agents.chat_proposer import NAME, chat_proposer
from lemmata.agents.llm import ChatModel, OpenAIModel
from lemmata.agents.repairs import Outcome, Repair
from lemmata.config import Settings
from lemmata.datasets.files import read_source
from lemmata.errors import BadInput
from lemmata.problem import Candidate
from lemmata.provers.base import Backends
from lemmata.provers.lean.worker import leans_of
from lemmata.tools.base import Turn
from lemmata.tools.lean_repair.cutting import ProofText, body_of, normalised
from lemmata.tools.lean_repair.whole import ProofRepair, first_error, repair_theorem, repair_theorems, repaired
from lemmata.verdict import Attempt, Fault

_TURNS = 3  # of the chat model for one theorem


def repair_proofs(paths: Sequence[Path], settings: Settings, *, wall_s: float) -> Iterator[Repair]:
    """Repair the proofs of one file after the other; statements and definitions stay as they are.

    Where a chat model is configured, it is asked about what is not repaired without it.

    Args:
        paths: of the files.
        settings: which Lean, and where; which chat model.
        wall_s: seconds for each theorem whose proof fails.

    Raises:
        BackendMissing: there is no Lean, or the model can't be used.
    """
    if not paths:
        return
    model = OpenAIModel(settings) if settings.model else None
    with Backends(settings) as backends:
        for path in paths:
            try:
                yield repair_file(path, backends, wall_s=wall_s, model=model)
            except BadInput as exc:
                yield Repair(path=path, source="", outcome=Outcome.FAILED, words=exc.text)


def repair_file(path: Path, backends: Backends, *, wall_s: float, model: ChatModel | None = None) -> Repair:
    """Repair the proofs of one file.

    Raises:
        BadInput: it is not Lean with theorems, is too long, or imports what is not there.
        BackendMissing: there is no Lean.
    """
    return repair_text(path, read_source(path), backends, wall_s=wall_s, model=model)


def repair_text(path: Path, read: str, backends: Backends, *, wall_s: float, model: ChatModel | None = None) -> Repair:
    """As `repair_file`, for the text that such a file would hold."""
    source = normalised(read)
    found = list(repair_theorems(source, backends, name=str(path), wall_s=wall_s))
    if model is not None:
        found = [(proof, _asked(model, repair, body_of(source, proof), backends, wall_s)) for proof, repair in found]
    patched = repaired(source, found)
    left = [repair for _, repair in found if not repair.holds]
    error = first_error(patched, backends) if not left else ""
    outcome = Outcome.VIOLATED if left or error else Outcome.NOTHING_LEFT
    words = in_words(found, error)
    return Repair(path=path, source=read, outcome=outcome, words=words, patched=patched if patched != source else "")


def _asked(model: ChatModel, repair: ProofRepair, body: str, backends: Backends, wall_s: float) -> ProofRepair:
    """What the chat model makes of a proof that is not repaired; its own proofs are repaired, then judged, as any."""
    if repair.holds or repair.problem is None:
        return repair
    problem, memory = repair.problem, None
    attempts = [_attempt(body, repair.said, origin="file")]
    for _ in range(_TURNS):
        turn = Turn(problem=problem, attempts=tuple(attempts), memory=memory)
        offer = anyio.run(chat_proposer(model, problem, backends).propose, turn)
        memory = offer.memory
        for candidate in offer.candidates:
            offered = str(candidate.content["body"])
            with leans_of(backends).lend() as lean:
                home = backends.settings.home
                tried = repair_theorem(problem, offered, lean, home, line=repair.line, wall_s=wall_s)
            if tried.holds:
                done = ("a proof by the chat model", *tried.done)
                return replace(tried, wrong=repair.wrong, done=done, body=tried.body or offered)
            attempts.append(_attempt(offered, tried.said, origin=NAME))
        if offer.done or offer.finding is not None:
            break
    return repair


def _attempt(body: str, said: str, *, origin: str) -> Attempt:
    candidate = Candidate(form="lean-proof", content={"body": body}, origin=origin)
    return Attempt(candidate=candidate, faults=(Fault(text=said, place="body"),))


def in_words(found: Sequence[tuple[ProofText, ProofRepair]], error: str) -> str:
    """One line for the file, and one for each theorem that failed.

    Args:
        found: its theorems.
        error: what Lean says of the whole when all of them hold; empty: nothing.
    """
    failing = [repair for _, repair in found if repair.wrong]
    left = [repair for repair in failing if not repair.holds]
    if not failing:
        head = f"all {len(found)} proofs hold; nothing to repair"
    else:
        whole = "" if left else "; the whole file holds" if not error else f"; the file still has an error: {error}"
        head = f"{len(failing)} of {len(found)} proofs failed, {len(failing) - len(left)} repaired{whole}"
    unproved = {repair.name for repair in left}
    return "\n".join((head, *(f"  {_line(repair, unproved)}" for repair in failing)))


def _line(repair: ProofRepair, unproved: set[str]) -> str:
    if not repair.holds:
        return f"line {repair.line}, {repair.name}: {repair.wrong}; no repair was found"
    rests = sorted(unproved & set(repair.rests_on))
    resting = f"; it rests on {', '.join(rests)}, which fails" if rests else ""
    return f"line {repair.line}, {repair.name}: {repair.wrong}; {'; '.join(repair.done)}{resting}"
