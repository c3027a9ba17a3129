"""The tools: each takes texts and a limit, and gives what was found."""

from __future__ import annotations

import functools
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any, Literal, Self, TypeAlias

import anyio.to_thread
from pydantic import Field

from lemmata.agents.repairs import Repair, describe
from lemmata.audits import encode_row
from lemmata.config import Settings
from lemmata.errors import BadInput
from lemmata.problem import Construction, Problem, Program
from lemmata.provers.base import Backends
from lemmata.provers.lean.bulk import Row, audit_files, load_statements
from lemmata.toolbox.desks import Desks
from lemmata.toolbox.found import Found, Handing, found_of, found_of_repair, out_of_time
from lemmata.toolbox.texts import LONGEST_TEXT, SUFFIXES, Texts, problem_of
from lemmata.toolbox.work import LONGEST_S, in_thread, solve_at
from lemmata.verdict import Solution

Tool: TypeAlias = Callable[..., Any]
Seconds = Annotated[float, Field(gt=0, le=LONGEST_S, description="Seconds that it may take.")]
Source = Annotated[str, Field(description="The whole text.", max_length=LONGEST_TEXT)]
InRoot = Annotated[str, Field(description="In place of `source`: a file, relative to the folder that was opened.")]
Certificate = Annotated[
    Handing, Field(description="Hand the evidence over as the path of a file, within the result, or not at all.")
]
Integers = Annotated[
    Literal["machine", "unbounded"],
    Field(description="C integers: machine (overflow is a violation) or unbounded (mathematical ones)."),
]
Statements = Annotated[
    str, Field(description="Lean theorems as they were asked, proofs open (`by sorry`).", max_length=LONGEST_TEXT)
]
Solved = Annotated[str, Field(description="The Lean file that is said to prove them.", max_length=LONGEST_TEXT)]
TheoremName = Annotated[str, Field(description="Full name of the theorem to prove; empty: the text has only one.")]
AnAnswer = Annotated[str, Field(description="An answer in LaTeX, Lean 4 or plain text.", max_length=20_000)]
AnswerType = Annotated[str, Field(description="Of the answers, in Lean's notation: ℕ, Set ℝ, ℝ × ℝ.")]


class Toolbox:
    """The tools, with back-ends that stay warm between calls; used as a context manager, or closed at the end.

    Args:
        settings: which back-ends and, where one is configured, which chat model.
        root: the only folder whose files may be named; None: no file is read.
        jobs: how many calls are worked on at once; others wait for their turn.
    """

    def __init__(self, settings: Settings, *, root: Path | None = None, jobs: int = 2) -> None:
        self.settings = settings
        self.texts = Texts(root)
        self._desks = Desks(settings, jobs)

    def tools(self) -> tuple[Tool, ...]:
        """All tools, each with its name, its typed parameters and its text."""
        return (
            self.check,
            self.decide,
            self.prove,
            self.find_counterexample,
            self.synthesize,
            self.repair,
            self.same_answer,
            self.audit,
        )

    async def check(
        self,
        language: Literal["c", "python"],
        source: Source = "",
        path: InRoot = "",
        integers: Integers = "machine",
        certificate: Certificate = "path",
        wall_s: Seconds = 60.0,
    ) -> Found:
        """Look for a violation in a C or Python program: an assertion that fails, undefined behaviour, an uncaught
        exception. A violation is reported only after it was replayed; without one the verdict says how far was looked.
        """
        read = self._program(language, source, path, integers)
        return await self._solve(read, wall_s=wall_s, certificate=certificate, repair=False)

    async def decide(
        self,
        language: Literal["claim", "smtlib", "steps"],
        source: Source = "",
        path: InRoot = "",
        certificate: Certificate = "path",
        wall_s: Seconds = 60.0,
    ) -> Found:
        """Decide whether a claim holds: in Lean's notation (`∀ x y : ℤ, x < y → x + 1 ≤ y`), as an SMT-LIB script
        whose assertions should have no model, or as a solution in steps. A claim may also ask for a value
        (`find answer : ℕ where (h : 2 * answer = 6)`) or for a best constant (`largest C : ℝ, ∀ a : ℝ, a^2 + 1 ≥ C`).
        """
        read = self.texts.read(source, path, functools.partial(problem_of, language=language))
        return await self._solve(read, wall_s=wall_s, certificate=certificate)

    async def prove(
        self,
        source: Source = "",
        path: InRoot = "",
        theorem: TheoremName = "",
        certificate: Certificate = "path",
        wall_s: Seconds = 120.0,
    ) -> Found:
        """Prove a theorem of Lean 4 whose proof is `by sorry`; helper definitions and imports may stand before it. The
        answer is a proof that Lean's kernel accepted, or the verdict is refuted: its negation was proved.
        """
        read = self.texts.read(source, path, functools.partial(problem_of, language="lean", name=theorem))
        return await self._solve(read, wall_s=wall_s, certificate=certificate)

    async def find_counterexample(
        self,
        language: Literal["claim", "smtlib", "lean", "c", "python"],
        source: Source = "",
        path: InRoot = "",
        certificate: Certificate = "path",
        wall_s: Seconds = 60.0,
    ) -> Found:
        """Look for values that falsify a claim, or make a program fail. Every counterexample was replayed. Where there
        is none the verdict says whether that is proved, or only that none was found.
        """
        if language in ("c", "python"):
            program = self._program(language, source, path, "machine")
            return await self._solve(program, wall_s=wall_s, certificate=certificate, repair=False)

        def read(text: str) -> Problem:
            problem = problem_of(text, language)
            if isinstance(problem, Construction):
                raise BadInput("expected a claim, got a problem that asks for something; use decide", place="source")
            return problem

        return await self._solve(self.texts.read(source, path, read), wall_s=wall_s, certificate=certificate)

    async def synthesize(
        self,
        language: Literal["sygus", "python"],
        source: Source = "",
        path: InRoot = "",
        certificate: Certificate = "path",
        wall_s: Seconds = 60.0,
    ) -> Found:
        """Write a function: from a SyGuS file, or from Python with a signature whose body is `...` and doctest examples
        or a function called `reference`. Proved: it is right for all inputs; tested: it passes the examples.
        """
        read = self.texts.read(source, path, functools.partial(problem_of, language=language, kind="synthesis"))
        return await self._solve(read, wall_s=wall_s, certificate=certificate)

    async def repair(
        self,
        language: Literal["c", "python", "lean"],
        source: Source = "",
        path: InRoot = "",
        integers: Integers = "machine",
        certificate: Certificate = "path",
        wall_s: Seconds = 120.0,
    ) -> Found:
        """Repair a program that violates its assertions, or the proofs of a Lean file that fail. The answer holds the
        repaired text, what holds of it, and the patch as a diff; assertions and statements stay as they are.
        """
        name = Path(path or f"source{SUFFIXES[language]}")
        if language == "lean":
            return await self._repair_proofs(name, self.texts.read(source, path, str), wall_s)
        solution = await self._work(self._program(language, source, path, integers), wall_s=wall_s)
        if solution is None:
            return out_of_time(wall_s)
        found = await self._found(solution, certificate)
        return found_of_repair(describe(name, solution.problem, solution), found)

    async def same_answer(
        self,
        first: AnAnswer,
        second: AnAnswer,
        type: AnswerType = "",
        wall_s: Seconds = 20.0,
    ) -> Found:
        """Say whether two answers to one question are the same, exactly: 1/2 and \\frac{2}{4}, {1, 2} and {2, 1}."""
        from lemmata.provers.answers.same.decide import same
        from lemmata.provers.answers.same.sameness import Different, Same

        found = await in_thread(self._desks, lambda _: same(first, second, type=type), wall_s=wall_s, grace_s=0.0)
        match found:
            case None:
                return out_of_time(wall_s)
            case Same(how):
                return Found(verdict="same", promise="they are equal, by exact arithmetic", reason=how)
            case Different(witness):
                return Found(verdict="different", promise="they differ, as shown", reason=witness)
            case _:
                return Found(verdict="undecided", promise="nothing is known", reason=found.reason)

    async def audit(
        self,
        statements: Statements,
        solved: Solved,
        wall_s: Seconds = 120.0,
    ) -> Found:
        """Judge whether a solved Lean file proves what was asked: every theorem, as it was stated, without `sorry`,
        new axioms, or definitions that change what the statement means. Names every fault.
        """
        work = functools.partial(_audit, statements, solved, wall_s)
        row = await in_thread(self._desks, work, wall_s=wall_s)
        if row is None:
            return out_of_time(wall_s)
        said = encode_row(row)
        if row.unreadable:
            raise BadInput(row.faults[0].text, place="statements")
        accepted = "Lean's kernel accepts it as a proof of every theorem, as it was asked"
        return Found(
            verdict="rejected" if row.faults else "accepted",
            promise="it does not prove what was asked, for the faults given" if row.faults else accepted,
            answer={"theorems": said["theorems"], "axioms": said["axioms"]},
            faults=tuple(said["faults"]),
            seconds=row.ms / 1000,
        )

    def close(self, *, wait_s: float = 0.0) -> None:
        """Close all back-ends; calls that are under way end without a result.

        Args:
            wait_s: seconds that are waited for what is in the middle of something.
        """
        self._desks.close(wait_s=wait_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _program(self, language: str, source: str, path: str, integers: Any) -> Callable[[], Problem]:
        def read(text: str) -> Problem:
            problem = problem_of(text, language, kind="program")
            assert isinstance(problem, Program)
            return replace(problem, integers=integers)

        return self.texts.read(source, path, read)

    async def _solve(
        self, read: Callable[[], Problem], *, wall_s: float, certificate: Handing, repair: bool = True
    ) -> Found:
        solution = await self._work(read, wall_s=wall_s, repair=repair)
        return out_of_time(wall_s) if solution is None else await self._found(solution, certificate)

    async def _work(self, read: Callable[[], Problem], *, wall_s: float, repair: bool = True) -> Solution | None:
        return await solve_at(self._desks, self.settings, read, wall_s=wall_s, repair=repair)

    async def _found(self, solution: Solution, certificate: Handing) -> Found:
        home = self.settings.home
        return await anyio.to_thread.run_sync(functools.partial(found_of, solution, certificate=certificate, home=home))

    async def _repair_proofs(self, name: Path, read: Callable[[], str], wall_s: float) -> Found:
        from lemmata.agents.lean_repairs import repair_text
        from lemmata.agents.llm import OpenAIModel

        def work(backends: Backends) -> Repair:
            model = OpenAIModel(self.settings) if self.settings.model else None
            return repair_text(name, read(), backends, wall_s=wall_s, model=model)

        began = time.monotonic()
        repair = await in_thread(self._desks, work, wall_s=wall_s)
        if repair is None:
            return out_of_time(wall_s)
        return replace(found_of_repair(repair), seconds=round(time.monotonic() - began, 3))


def _audit(statements: str, solved: str, wall_s: float, backends: Backends) -> Row:
    """What came of a solved text; the texts become files, since that is what an audit reads."""
    with tempfile.TemporaryDirectory() as folder:
        asked, file = Path(folder, "statements"), Path(folder, "solved.lean")
        asked.write_text(statements, "utf-8")
        file.write_text(solved, "utf-8")
        try:
            (row,) = audit_files(load_statements(asked), [file], backends, wall_s=wall_s)
        except BadInput as exc:
            raise BadInput(str(exc).replace(f"{folder}/", "")) from None
    return row
