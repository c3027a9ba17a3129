"""Repairing programs and proofs: what came of each file, as a patch that can be applied to it."""

from __future__ import annotations

import difflib
import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio

from lemmata.agents.run import Failed, Result, Run, work_run, write_whole
from lemmata.budget import Budget
from lemmata.config import Settings
from lemmata.errors import BadInput
from lemmata.problem import Problem
from lemmata.verdict import Refuted, Shown, Solution, Unknown, in_words


class Outcome(enum.IntEnum):
    """What came of a program, as the exit code that says so."""

    NOTHING_LEFT = 0
    VIOLATED = 1
    FAILED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair(Shown):
    """What came of one program, or of the proofs of one file.

    Args:
        path: of its file.
        source: its text.
        outcome: see there.
        words: for the user, one line or a few.
        patched: the repaired text; empty: none, or nothing was to be repaired.
    """

    path: Path
    source: str
    outcome: Outcome
    words: str
    patched: str = ""

    def diff(self) -> str:
        """The repair as a unified diff against the file; empty where there is none."""
        if not self.patched:
            return ""
        old, new = self.source.splitlines(keepends=True), self.patched.splitlines(keepends=True)
        lines = difflib.unified_diff(old, new, str(self.path), str(self.path))
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)

    def write(self) -> None:
        """Put the repaired text, where there is one, in the place of the file's.

        Raises:
            BadInput: the file no longer holds what was repaired, or can't be written.
        """
        if not self.patched:
            return
        try:
            if self.path.read_text("utf-8") != self.source:
                raise BadInput("the file is not what was repaired; run it again", place=str(self.path))
            write_whole(self.path, self.patched)
        except OSError as exc:
            raise BadInput(f"can't be written: {exc.strerror}", place=str(self.path)) from None


def repair_files(
    programs: Sequence[tuple[Path, Problem]], proofs: Sequence[Path], settings: Settings, *, wall_s: float
) -> Iterator[Repair]:
    """Repair programs, then the proofs of Lean files.

    Args:
        programs: each with its file.
        proofs: Lean files.
        settings: which back-ends, and where.
        wall_s: seconds for each program, and for each proof that fails.

    Raises:
        BackendMissing: one that is needed is not there.
    """
    from lemmata.agents.lean_repairs import repair_proofs  # it gives what is defined here

    yield from repair_programs(programs, settings, wall_s=wall_s)
    yield from repair_proofs(proofs, settings, wall_s=wall_s)


def repair_programs(loaded: Sequence[tuple[Path, Problem]], settings: Settings, *, wall_s: float) -> Iterator[Repair]:
    """Repair one program after the other, without a chat model and keeping no run."""
    for path, problem in loaded:
        results: list[Result] = []
        run = Run(folder=None, problems=(problem,), budget=Budget(wall_s=wall_s))

        async def work(run: Run = run, into: list[Result] = results) -> None:
            await work_run(run, settings, on_result=lambda _, result: into.append(result))

        anyio.run(work)
        yield describe(path, problem, results[0])


def describe(path: Path, problem: Problem, result: Result) -> Repair:
    """The outcome that a result means; only what the check of a patch accepted is a repair."""
    if isinstance(result, Failed):
        return Repair(path=path, source=problem.source, outcome=Outcome.FAILED, words=str(result.error))
    assert isinstance(result, Solution)
    words = in_words(result.verdict)
    if not isinstance(result.verdict, Refuted):
        left = "no violation is known" if isinstance(result.verdict, Unknown) else "nothing to repair"
        return Repair(path=path, source=problem.source, outcome=Outcome.NOTHING_LEFT, words=f"{words}; {left}")
    answer = result.answer if isinstance(result.answer, dict) else {}
    patched = answer.get("patched")
    if not isinstance(patched, str):
        return Repair(path=path, source=problem.source, outcome=Outcome.VIOLATED, words=f"{words}; no repair was found")
    words = f"{words}; the repaired program: {answer.get('holds')}; what was right is the same {answer.get('same')}"
    return Repair(path=path, source=problem.source, outcome=Outcome.NOTHING_LEFT, words=words, patched=patched)
