"""Checkers for theorems that an SMT solver can be given.

    smt-unsat   {"solver": "z3", "core": ["line-3", …], "agreed": "cvc5"}   these assertions contradict each other
                {"drup": "…", "core": […]}                                   the same, shown by a proof about bits
    smt-cases   {"solver": "z3", "cores": [[…], …], "agreed": "cvc5"}       the same for each conjunct of the goal
    smt-model   {"values": {"x": "3", …}}                                   all assertions hold for these values

`solver` and `agreed` name members of the portfolio, two different solvers; without `agreed` the fact says that one
solver alone was believed. `witness`, if it is there, holds values for which the hypotheses hold.

The claim of a script is that its assertions have no model together; the last one may be a negated goal, and the others
are then its hypotheses. The query is written anew from the problem.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.formats.smt_terms import write_term
from lemmata.formats.smtlib import Assertion, Script, write_script
from lemmata.problem import Candidate, Json, Problem
from lemmata.provers.base import Backends
from lemmata.provers.smt import drup
from lemmata.provers.smt.bitblast import bitblast
from lemmata.provers.smt.evaluate import Interpretation, Undetermined, evaluate, read_values
from lemmata.provers.smt.portfolio import MEMBERS, ask_member
from lemmata.provers.smt.query import hypotheses_of, query_of, split_cases
from lemmata.provers.smt.solver import SolverAnswer, Status, installed
from lemmata.provers.smt.values import describe
from lemmata.verdict import (
    Accepted,
    Counterexample,
    Fault,
    Judgement,
    Proved,
    Reason,
    Refuted,
    Rejected,
    Unknown,
    rejected,
)

_SECOND_S = 2.0
_SECOND = {"z3": "cvc5", "cvc5": "z3", "bitwuzla": "z3"}
_LONGEST_PROOF = 8 << 20


def check_unsat(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Proved where the assertions of the core contradict each other and the hypotheses alone do not."""
    script = query_of(problem)
    content = candidate.content
    by_proof = "drup" in content
    needed, more = ({"drup", "core"}, {"witness"}) if by_proof else ({"solver", "core"}, {"witness", "agreed"})
    read = read_backing(content, needed, more)
    if isinstance(read, Rejected):
        return read
    core = _read_core(content["core"], script, "core")
    if isinstance(core, Rejected):
        return core
    asking = Asking(backends, time.monotonic() + limits.wall_s, limits.memory_mb, read.solver, read.agreed)
    witness = _check_witness(content.get("witness"), script)
    if isinstance(witness, Rejected):
        return witness
    fault = asking.proof(script, core, content["drup"]) if by_proof else asking.unsat(script, core, "core")
    fault = fault or asking.satisfiable(script, known_unsat=core)
    if fault is not None:
        return _conclude(fault, asking)
    facts = {"query": write_script(script), "core": list(core)}
    return _proved(facts, script, read, witness, asking)


def check_cases(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Proved where the goal is a conjunction and each conjunct has a core that contradicts itself."""
    script = query_of(problem)
    read = read_backing(candidate.content, {"solver", "cores"}, {"witness", "agreed"})
    if isinstance(read, Rejected):
        return read
    try:
        cases = split_cases(script)
    except BadInput as exc:
        return rejected(exc.text, place="cores")
    cores = candidate.content["cores"]
    if not isinstance(cores, list) or len(cores) != len(cases):
        return rejected(f"expected {len(cases)} cores, one for each conjunct of the goal", place="cores")
    witness = _check_witness(candidate.content.get("witness"), script)
    if isinstance(witness, Rejected):
        return witness
    asking = Asking(backends, time.monotonic() + limits.wall_s, limits.memory_mb, read.solver, read.agreed)
    for index, (case, given) in enumerate(zip(cases, cores, strict=True)):
        core = _read_core(given, case, f"cores[{index}]")
        if isinstance(core, Rejected):
            return core
        fault = asking.unsat(case, core, f"cores[{index}]")
        if fault is not None:
            return _conclude(fault, asking)
    fault = asking.satisfiable(script)
    if fault is not None:
        return _conclude(fault, asking)
    facts = {"query": write_script(script), "cases": len(cases), "cores": cores}
    return _proved(facts, script, read, witness, asking)


def check_model(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Refuted where every assertion evaluates to true for the values, which is for us to see and no solver."""
    script = query_of(problem)
    values = candidate.content.get("values")
    if set(candidate.content) != {"values"} or not isinstance(values, dict):
        return rejected("expected exactly the field values, an object")
    fault = falsifying(values, script.assertions, script, "values")
    if fault is not None:
        return Rejected((fault,))
    told = describe(values) or "any values"
    if script.goal is None:
        replay = f"with {told}, every assertion evaluates to true"
    else:
        given = "every hypothesis evaluates to true and " if hypotheses_of(script) else ""
        replay = f"with {told}, {given}the goal {_short(write_term(script.goal))} to false"
    facts = {"query": write_script(script), **_note(script, "sat")}
    return Accepted(verdict=Refuted(Counterexample(values=values, replay=replay)), facts=facts)


def falsifying(data: Json, assertions: Iterable[Assertion], script: Script, place: str) -> Fault | None:
    """None where all these assertions evaluate to true for the values; else what is wrong."""
    try:
        values = read_values(data, script.declarations)
    except BadInput as exc:
        return Fault(text=str(exc), place=place)
    meaning = Interpretation(values, {d.name: d for d in script.definitions})
    for assertion in assertions:
        try:
            if evaluate(assertion.term, meaning) is not True:
                return Fault(text=f"the assertion {assertion.name} is not true for these values", place=place)
        except Undetermined as exc:
            return Fault(text=f"the assertion {assertion.name} can't be evaluated: it hinges on {exc}", place=place)
    return None


@dataclass
class Asking:
    """The questions of one check, all of them within one deadline."""

    backends: Backends
    deadline: float
    memory_mb: int
    solver: str
    agreed: str = ""

    def __post_init__(self) -> None:
        self.tools: dict[str, str] = {}

    def ask(self, text: str, solver: str, *, at_most: float = 1e9) -> SolverAnswer:
        left = max(0.1, min(at_most, self.deadline - time.monotonic()))
        told = ask_member(text, MEMBERS[solver], self.backends, wall_s=left, memory_mb=self.memory_mb)
        if told.version:
            self.tools[told.solver] = told.version
        return told

    def unsat(self, script: Script, core: tuple[str, ...], place: str) -> Fault | None:
        """None where the solver finds that the core has no model, and so does the one that is said to agree.

        Where none is, no other solver may find a model in a short time.
        """
        return self.unsat_text(write_script(script, names=core, named=False), place)

    def unsat_text(self, text: str, place: str) -> Fault | None:
        """As `unsat`, of a script's text."""
        fault = unsat_fault(self.ask(text, self.solver), place)
        other = self.agreed or _SECOND[MEMBERS[self.solver].solver]
        if fault is not None or not (self.agreed or installed(other)):
            return fault
        second = self.ask(text, other, at_most=1e9 if self.agreed else _SECOND_S)
        if second.status is Status.SAT:
            words = f"{self.solver} finds no model and {other} finds one: one of them is wrong"
            return Fault(text=words, place=place, reason=Reason.DISAGREEMENT)
        if self.agreed:
            return unsat_fault(second, "agreed")
        self.tools[f"{other}, second opinion"] = second.status.value
        return None

    def proof(self, script: Script, core: tuple[str, ...], packed: str) -> Fault | None:
        """None where the proof shows that the core, turned into clauses by us, has no model."""
        try:
            cnf = bitblast(script, [a for a in script.assertions if a.name in core])
        except BadInput as exc:
            return Fault(text=str(exc), place="drup")
        except RecursionError:
            return Fault(text="the script is nested too deeply to be turned into clauses", place="drup")
        shown = drup.check_proof(cnf, packed, self.backends, wall_s=max(0.1, self.deadline - time.monotonic()))
        if shown is None:
            return Fault(text="the proof could not be checked in time", place="drup", reason=Reason.TIMEOUT)
        return None if shown else Fault(text="it is no proof that the clauses have no model", place="drup")

    def satisfiable(self, script: Script, *, known_unsat: tuple[str, ...] | None = None) -> Fault | None:
        """None unless the hypotheses are found to contradict each other."""
        names = hypotheses_of(script)
        if not names:
            return None
        if known_unsat is None or not set(known_unsat) <= set(names):
            told = self.ask(write_script(script, names=names, named=False), self.solver, at_most=_SECOND_S)
            if told.status is not Status.UNSAT:
                return None
        return Fault(text="the hypotheses contradict each other", reason=Reason.VACUOUS)


def unsat_fault(told: SolverAnswer, place: str) -> Fault | None:
    """None for UNSAT; else why that answer proves nothing."""
    match told.status:
        case Status.UNSAT:
            return None
        case Status.SAT:
            found = describe(told.model)[:300]
            return Fault(text=f"{told.solver} finds a model{': ' if found else ''}{found}", place=place)
        case Status.TIMEOUT:
            return Fault(text=f"{told.solver} found nothing in time", place=place, reason=Reason.TIMEOUT)
        case Status.MEMORY:
            return Fault(text=f"{told.solver} ran out of memory", place=place, reason=Reason.MEMORY)
        case Status.UNKNOWN:
            return Fault(text=f"{told.solver} can't tell: {told.reason}", place=place, reason=Reason.INCOMPLETE)
        case Status.CRASHED:
            words = f"{told.solver} gave no answer: {told.reason[:300]}"
            return Fault(text=words, place=place, reason=Reason.BACKEND_FAILED)


def _conclude(fault: Fault, asking: Asking) -> Judgement:
    if fault.reason is Reason.VACUOUS:
        return Accepted(verdict=Unknown(Reason.VACUOUS, fault.text), tools=asking.tools)
    return Rejected((fault,))


def _proved(facts: dict[str, Json], script: Script, backing: Backing, witness: str, asking: Asking) -> Accepted:
    whole = {**facts, "backing": backing.words(), "hypotheses": witness, **_note(script, "unsat")}
    return Accepted(verdict=Proved(), facts=whole, tools=asking.tools)


def _note(script: Script, found: str) -> dict[str, Json]:
    if script.expected in ("", "unknown", found):
        return {}
    return {"note": f"the file says :status {script.expected}, found {found}"}


@dataclass(frozen=True, slots=True)
class Backing:
    """Whose word `unsat` rests on.

    Args:
        solver: a member of the portfolio.
        agreed: another one, of another solver; empty: none.
        proof: it rests on a checked proof instead; `solver` only looks for contradicting hypotheses.
    """

    solver: str
    agreed: str = ""
    proof: bool = False

    def words(self) -> str:
        """For the facts of a certificate."""
        if self.proof:
            return "a checked DRUP proof"
        return f"{self.solver} and {self.agreed} agree" if self.agreed else f"{self.solver} alone"


def read_backing(content: Json, needed: set[str], optional: set[str]) -> Backing | Rejected:
    """Whose word the candidate rests on, of the fields that it must and may have."""
    if not isinstance(content, dict) or not needed <= set(content) <= needed | optional:
        return rejected(f"expected the fields {', '.join(sorted(needed))}")
    if "drup" in needed:
        packed = content["drup"]
        fits = isinstance(packed, str) and len(packed) <= _LONGEST_PROOF
        return Backing("z3", proof=True) if fits else rejected("expected a proof of at most 8 MiB", place="drup")
    solver, agreed = content["solver"], content.get("agreed", "")
    for name, place in ((solver, "solver"), (agreed or solver, "agreed")):
        if not isinstance(name, str) or name not in MEMBERS:
            return rejected(f"expected one of {', '.join(MEMBERS)}", place=place)
    if agreed and MEMBERS[agreed].solver == MEMBERS[solver].solver:
        return rejected("expected another solver than the first", place="agreed")
    return Backing(solver, agreed)


def _read_core(data: Json, script: Script, place: str) -> tuple[str, ...] | Rejected:
    if not isinstance(data, list) or not all(isinstance(n, str) for n in data) or len(set(data)) != len(data):
        return rejected("expected a list of different names of assertions", place=place)
    known = {a.name for a in script.assertions}
    odd = [n for n in data if n not in known]
    if odd:
        return rejected(f"there is no assertion of the name {odd[0][:60]!r}", place=place)
    return tuple(data)


def _check_witness(data: Json, script: Script) -> str | Rejected:
    """What is known of the hypotheses, in words."""
    names = set(hypotheses_of(script))
    if not names:
        return "none"
    if data is None:
        return "tried for contradictions, none found"
    fault = falsifying(data, [a for a in script.assertions if a.name in names], script, "witness")
    return Rejected((fault,)) if fault is not None else "hold together, by the witness"


def _short(text: str) -> str:
    return text if len(text) <= 200 else text[:197] + "..."
