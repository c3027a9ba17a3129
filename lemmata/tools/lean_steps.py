"""A worked solution in Lean, step by step: each claim is proved, refuted or left open; the one that fails is named.

The solution is a proof whose steps are `have NAME : CLAIM := by sorry`, however they were formalised; what a step may
use is what Lean shows at its `sorry`. Each step is stated as a theorem of its own and judged by a checker; where all
are proved, the proof put together is judged once more as a proof of the theorem itself.

Source: Safe (Liu et al., Enhancing Mathematical Reasoning via Retrospective Step-aware Formal Verification, 2025).
"""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.formats.lean import LeanStatement, find_statements, line_of, normalise, scan
from lemmata.problem import Candidate, Json, Theorem
from lemmata.provers.base import Backends
from lemmata.provers.lean.check import axioms_behind, check_disproof, check_proof, elaborate_statement, needs_mathlib
from lemmata.provers.lean.failure import LeanFailed
from lemmata.provers.lean.interface import Failed, Goal, Hole, Opened, StateGone, open_body, run_tactic
from lemmata.provers.lean.pin import pin
from lemmata.provers.lean.policy import check_source
from lemmata.provers.lean.worker import lean_of
from lemmata.tools.base import Propose, Turn
from lemmata.tools.lean_disproof import propose as propose_disproofs
from lemmata.tools.lean_portfolio import propose as propose_proofs
from lemmata.tools.lean_search.propose import propose as search_proofs
from lemmata.tools.lean_statement_check import open_statement
from lemmata.verdict import Accepted, Judgement, Proved, Refuted, Unknown

_TURNS = ("prove", 0.25), ("refute", 0.25), ("search", 0.5)  # and the share of a step's time that each may take
_SHORTEST_S, _CHECK_S, _OPEN_S = 1.5, 10.0, 60.0
_GOAL = "goal"
_LONGEST = 200_000
_SHOWN = 100  # characters of a proof


class Outcome(StrEnum):
    """What became of a step."""

    PROVED = "proved"  # it follows from what it may use
    REFUTED = "refuted"  # it does not: there are values at which it fails
    FAILING = "failing"  # its own proof is refused by Lean
    OPEN = "open"  # nothing was found


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One claim of a solution.

    Args:
        name: of its `have`; `goal` for what is left at the end.
        line: of the file.
        claim: as Lean prints it.
        outcome: what became of it.
        detail: how that was shown, or Lean's words.
    """

    name: str
    line: int
    claim: str
    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """A theorem whose proof was taken in steps.

    Args:
        name: of the theorem.
        line: of its name.
        steps: in the order of the text.
        proof: the whole proof, accepted by the checker; empty: there is none.
        axioms: those of the file's own text that it rests on.
    """

    name: str
    line: int
    steps: tuple[Step, ...]
    proof: str = ""
    axioms: tuple[str, ...] = ()

    @property
    def fault(self) -> Step | None:
        """The first step that was refuted, or whose proof fails."""
        return next((s for s in self.steps if s.outcome in (Outcome.REFUTED, Outcome.FAILING)), None)


def check_solutions(name: str, source: str, backends: Backends, *, wall_s: float) -> Iterator[Solution]:
    """Every theorem of a file whose proof leaves steps open, with what became of each.

    Args:
        name: of the file, for errors.
        source: Lean text.
        backends: whose Lean judges.
        wall_s: seconds on the clock for each step.

    Raises:
        BadInput: no proof in it has a step left open, a statement does not elaborate, or text would run code.
        BackendMissing: there is no Lean.
    """
    source = normalise(source)
    check_source(source, place=name)
    stated = [s for s in find_statements(source) if s.open]
    if not stated:
        raise BadInput("expected a proof with steps such as `have h : CLAIM := by sorry`", place=name)
    everything = find_statements(source)
    for one in stated:
        solving = _Solving(name, source, one, backends, wall_s)
        try:
            yield solving.solution()
        except BadInput:
            above = [s for s in everything if s.end < one.start]
            if not above:
                raise
            solving.take(open_statement(name, source, one, above))  # what is wrong may stand above
            yield solving.solution()


@dataclass(frozen=True, slots=True)
class _Alone:
    """A step as a theorem of its own.

    Args:
        problem: the theorem.
        before: a tactic that makes the step's goal what the theorem says; empty: it is that already.
        faithful: the theorem says all that is known at the step, so that its negation refutes the step.
    """

    problem: Theorem
    before: str
    faithful: bool


class _Solving:
    """One theorem and its steps."""

    def __init__(self, name: str, source: str, stated: LeanStatement, backends: Backends, wall_s: float) -> None:
        self._name, self._stated, self._backends, self._wall_s = name, stated, backends, wall_s
        text = source[stated.statement[1] : stated.end]
        if not text.lstrip().startswith(":="):
            raise BadInput(f"expected the proof of {stated.name} behind `:=`", place=name)
        self._body = text.partition(":=")[2].strip()
        if len(self._body) > _LONGEST:
            raise BadInput(f"expected a proof of at most {_LONGEST} characters for {stated.name}", place=name)
        self._line = line_of(source, stated.statement[0])
        self._body_line = line_of(source, stated.end - len(text.partition(":=")[2].lstrip()))
        self._lean = lean_of(backends)
        self.take(open_statement(name, source, stated))

    def take(self, problem: Theorem) -> None:
        """Take this for the theorem with its proof left open."""
        self._problem = problem
        self._pinned = pin(problem, mathlib=self._lean.toolchain.mathlib)

    def solution(self) -> Solution:
        """What becomes of the steps.

        Raises:
            BadInput: the statement does not elaborate, or the proof can't be read.
        """
        messages = elaborate_statement(self._problem, self._backends, Limits(wall_s=_OPEN_S))
        if messages:
            raise BadInput(needs_mathlib(messages).detail, place=f"{self._name}, line {self._line}")
        opened = self._open()
        steps: list[Step] = []
        proofs: list[str] = []
        for hole in opened.holes:
            step, proof = self._decide(hole)
            steps.append(step)
            proofs.append(proof)
        steps += [self._failing(message.line, message.column, message.summary) for message in opened.errors]
        steps.sort(key=lambda step: step.line)
        made = Solution(name=self._stated.name, line=self._line, steps=tuple(steps))
        return self._assembled(made, opened, proofs) if all(proofs) and not opened.errors else made

    def _open(self) -> Opened:
        try:
            return open_body(self._lean.elaborator, self._pinned, self._body, wall_s=_OPEN_S)
        except LeanFailed as exc:
            raise BadInput(f"the steps can't be read: {exc.text}", place=f"{self._name}, line {self._line}") from None

    def _failing(self, line: int, column: int, text: str) -> Step:
        name = _label(self._body, _offset(self._body, line, column))
        return Step(name=name, line=self._body_line + line - 1, claim="", outcome=Outcome.FAILING, detail=text)

    def _decide(self, hole: Hole) -> tuple[Step, str]:
        """What becomes of a step, and its proof if there is one."""
        goal = hole.state.goals[0]
        made = Step(
            name=_label(self._body, _offset(self._body, hole.line, hole.column)),
            line=self._body_line + hole.line - 1,
            claim=goal.target,
            outcome=Outcome.OPEN,
        )
        alone = self._alone(hole, goal)
        if alone is None:
            return replace(made, detail="what it may use can't be written down again"), ""
        try:
            outcome, found = self._settle(alone)
        except BadInput as exc:
            return replace(made, detail=f"stated alone it does not elaborate: {exc.text}"), ""
        if outcome is not Outcome.PROVED:
            return replace(made, outcome=outcome, detail=found), ""
        proof = f"by\n  {alone.before}\n{_block(found, 2)}" if alone.before else found
        return replace(made, outcome=outcome, detail=" ".join(found.split())[:_SHOWN]), proof

    def _alone(self, hole: Hole, goal: Goal) -> _Alone | None:
        """A step as a theorem of its own, at the place of the whole one; None: it can't be written down."""
        names = " ".join(h.name for h in goal.hypotheses if h.reachable)
        nameless = [h for h in goal.hypotheses if not h.reachable and not h.name.startswith("inst")]
        closed = self._closed(hole, names)
        if closed and any(t.text in ("let", "have") for t in scan(closed)):
            statement, before = f"lemmata_step : {closed}", f"revert {names}"
        else:
            binders = [
                f"({h.name} : {h.type})" if h.reachable else f"[{h.type}]" for h in goal.hypotheses if h not in nameless
            ]
            statement, before = f"lemmata_step {' '.join(binders)} : {goal.target}", ""
        if "✝" in statement or "sorry" in statement:
            return None
        text = f"{self._pinned.context}\ntheorem {statement} := by sorry\n"
        scope = self._stated.name.removesuffix(self._stated.short)
        problem = Theorem(name=self._name, source=text, language="lean", target=f"{scope}lemmata_step")
        return _Alone(problem, before, faithful=bool(closed or not names) and not nameless)

    def _closed(self, hole: Hole, names: str) -> str:
        """A step's goal with all that has a name moved into it, values of `let` included; empty: that fails."""
        if not names:
            return ""
        try:
            found = run_tactic(self._lean.elaborator, hole.state, f"revert {names}", wall_s=_CHECK_S)
        except (LeanFailed, StateGone):
            return ""
        return "" if isinstance(found, Failed) else found.goals[0].target

    def _settle(self, alone: _Alone) -> tuple[Outcome, str]:
        """The first thing that a checker accepts: a proof, or a counterexample."""
        memory: dict[str, Json] = {}
        for what, share in _TURNS:
            deadline = time.monotonic() + max(share * self._wall_s, 2 * _SHORTEST_S)
            propose, check = _WAYS[what]
            if what == "refute" and not alone.faithful:
                continue
            for judged, candidate in self._judged(alone.problem, propose, check, memory, what, deadline):
                if not isinstance(judged, Accepted):
                    continue
                if isinstance(judged.verdict, Proved) or _is_vacuous(judged):
                    return Outcome.PROVED, str(candidate.content["body"])
                if isinstance(judged.verdict, Refuted):
                    values = judged.verdict.counterexample.values
                    shown = ", ".join(f"{name} = {value}" for name, value in values.items())
                    return Outcome.REFUTED, f"false at {shown}" if shown else "its negation is proved"
        return Outcome.OPEN, ""

    def _judged(
        self,
        problem: Theorem,
        propose: Propose,
        check: Callable[[Theorem, Candidate, Backends, Limits], Judgement],
        memory: dict[str, Json],
        what: str,
        deadline: float,
    ) -> Iterator[tuple[Judgement, Candidate]]:
        while memory.get(what) != "done" and (left := deadline - time.monotonic()) > _SHORTEST_S:
            turn = Turn(problem=problem, memory=memory.get(what), limits=Limits(wall_s=left))
            offer = propose(turn, self._backends)
            for candidate in offer.candidates:
                yield check(problem, candidate, self._backends, Limits(wall_s=max(left, _CHECK_S))), candidate
            memory[what] = "done" if offer.done else offer.memory

    def _assembled(self, made: Solution, opened: Opened, proofs: Sequence[str]) -> Solution:
        """With the whole proof, made of those of the steps, if the checker accepts it."""
        body = self._body
        for hole, proof in sorted(zip(opened.holes, proofs, strict=True), key=lambda p: (p[0].line, p[0].column))[::-1]:
            at = _offset(body, hole.line, hole.column)
            column = at - (body.rfind("\n", 0, at) + 1)
            text = _placed(proof, column, is_term=hole.is_term)
            body = body[:at] + text + body[at + len("sorry") :]
        candidate = Candidate(form="lean-proof", content={"body": body}, origin="lean-steps")
        judged = check_proof(self._problem, candidate, self._backends, Limits(wall_s=max(self._wall_s, _OPEN_S)))
        if not isinstance(judged, Accepted) or not isinstance(judged.verdict, Proved):
            return made
        return replace(made, proof=body, axioms=axioms_behind(judged))


_WAYS: Mapping[str, tuple[Propose, Callable[[Theorem, Candidate, Backends, Limits], Judgement]]] = {
    "prove": (propose_proofs, check_proof),
    "refute": (propose_disproofs, check_disproof),
    "search": (search_proofs, check_proof),
}


def _is_vacuous(judged: Accepted) -> bool:
    """Whether the step follows because what it may use is contradictory, as in a proof by contradiction."""
    return isinstance(judged.verdict, Unknown)


def _placed(proof: str, column: int, *, is_term: bool) -> str:
    """A proof in place of a `sorry` at a column."""
    lines = proof.removeprefix("by").strip()
    if "\n" not in lines:
        return f"(by {lines})" if is_term else f"({lines})" if set(lines) & {";", "|"} else lines
    return f"{'' if is_term else 'exact '}(by\n{_block(proof, column + 2)})"


def _block(proof: str, column: int) -> str:
    """The tactics of a `by` block, at a column."""
    lines = proof.removeprefix("by").strip("\n")
    return textwrap.indent(textwrap.dedent(lines).strip(), " " * column)


def _offset(body: str, line: int, column: int) -> int:
    return sum(len(row) + 1 for row in body.split("\n")[: line - 1]) + column


def _label(body: str, at: int) -> str:
    """The name of the innermost `have` that a place belongs to: all between is further to the right than it."""
    tokens = scan(body)
    for i in range(len(tokens) - 1, -1, -1):
        token = tokens[i]
        if token.text != "have" or token.start > at:
            continue
        column = token.start - (body.rfind("\n", 0, token.start) + 1)
        rows = body[token.start : at].split("\n")[1:]
        rows[-1:] = [row + "x" for row in rows[-1:]]
        if all(len(row) - len(row.lstrip()) > column for row in rows if row.strip()) and _same_line(
            body, token.end, at
        ):
            following = tokens[i + 1] if i + 1 < len(tokens) else token
            return following.text if following.kind == "ident" else "this"
    return _GOAL


def _same_line(body: str, start: int, at: int) -> bool:
    """Whether no `;` ends the step between two places."""
    return ";" not in body[start:at]
