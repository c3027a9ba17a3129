"""Checking what was offered about a C program: a trace, a bound, invariants. (Patches: `lemmata.provers.bmc.patch`.)

    trace      {"inputs": {"head": […], "tail": […]}}        Refuted, if the program, really run, violates something
    bounded    {"bound": k, "complete": …, "logic": …, "witness": …}   SafeUpTo(k); Proved if no loop goes on after k
    invariant  {"invariants": ["…", …], "logic": …, "witness": …}   Proved

`logic` is "integers" or "bitvectors"; `witness` are inputs with which an execution gets somewhere (see `vacuity`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Json, Problem, Program
from lemmata.provers.base import Backends
from lemmata.provers.bmc import ir, native, outside, vacuity
from lemmata.provers.bmc.conditions import Logic, NotFinite, write
from lemmata.provers.bmc.formula import read_formula
from lemmata.provers.bmc.inputs import Inputs, decode_inputs, encode_inputs
from lemmata.provers.bmc.interpret import Run, run
from lemmata.provers.bmc.ir import System
from lemmata.provers.bmc.lower import load_system
from lemmata.provers.bmc.source import Unsupported
from lemmata.provers.bmc.symbolic import Cut, Execution, NoInvariant, Unrolled
from lemmata.provers.bmc.terms import FALSE, TooLarge
from lemmata.provers.smt.solver import Status, solve
from lemmata.verdict import (
    Accepted,
    Counterexample,
    Judgement,
    Proved,
    Reason,
    Refuted,
    Rejected,
    SafeUpTo,
    Unknown,
    rejected,
)

_MOST_STEPS = 3_000_000
_UNSEEN = (ir.INDEX, ir.DANGLING, ir.CONSTANT, ir.NULL_MOVED)
_LARGEST_BOUND = 1_000_000
_REASONS = {Status.TIMEOUT: Reason.TIMEOUT, Status.MEMORY: Reason.MEMORY, Status.CRASHED: Reason.BACKEND_FAILED}


def check_trace(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Run the program on the inputs: really, or exactly where its integers are unbounded."""

    def decide(program: Program, system: System, content: Mapping[str, Json]) -> Judgement:
        inputs = decode_inputs(content.get("inputs"))
        if inputs is None or set(content) != {"inputs"}:
            return rejected("expected inputs with a head and a tail of integers", place="inputs")
        ran = run_once(program, system, inputs, backends, limits)
        if ran.end != "violation":
            return rejected(*_WHY[ran.end], reason=Reason.TIMEOUT if ran.end == "limit" else None)
        return Accepted(
            verdict=Refuted(Counterexample(values={"inputs": encode_inputs(inputs)}, replay=_replay(program, ran))),
            facts={"violation": {"kind": ran.kind, "line": ran.line}},
            tools={"replay": "gcc with sanitizers"} if _compiled(program, ran) else {},
        )

    return _guarded(problem, candidate, backends, limits, decide)


_WHY = {
    "end": ("the program ran to its end and violated nothing",),
    "blocked": ("an assumption of the program is false on these inputs",),
    "limit": ("the program did not come to an end within its limits",),
    "beyond": ("the calls nest deeper than they are followed",),
    "crash": ("the program crashed, but in no way that shows a violation",),
}


def run_once(program: Program, system: System, inputs: Inputs, backends: Backends, limits: Limits) -> Run:
    """What one run of the program does, decided by running it."""
    if program.integers == "unbounded":
        return run(system, inputs, steps=_MOST_STEPS, wall_s=limits.wall_s)
    exact = Run(end="end")
    if system.tracked:
        exact = run(system, inputs, steps=_MOST_STEPS, wall_s=limits.wall_s)
        if exact.kind == ir.UNSET:  # no sanitizer of gcc's sees it, and what is read decides what comes after
            return exact
    found = Run(end="limit")
    for flags in (native.checked_flags(system), native.PLAIN):
        compiled = native.compile_program(program, system, backends, flags=flags)
        ran = native.run_compiled(compiled, [inputs], backends, wall_s=limits.wall_s + 1, each_s=limits.wall_s)
        found = ran[0] if ran else Run(end="limit")
        if found.end != "end":
            break
    # A sanitizer sees no pointer that leads into another object, or into the next one at the same place.
    silent = found.end in ("end", "limit", "crash")
    return replace(exact, unseen=True) if silent and exact.kind in _UNSEEN else found


def _compiled(program: Program, ran: Run) -> bool:
    return program.integers != "unbounded" and ran.kind != ir.UNSET and not ran.unseen


def _replay(program: Program, ran: Run) -> str:
    how = "compiled with sanitizers and run"
    if program.integers == "unbounded":
        how = "run exactly, with integers of any size"
    elif not _compiled(program, ran):
        how = "run step by step by our interpreter, as no sanitizer of gcc's sees this,"
    what = "the assertion fails" if ran.kind == ir.ASSERTION else f"{ran.kind} is observed"
    return f"The program, {how} on these inputs: {what} at line {ran.line}."


def check_bounded(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Unroll every loop so many times and have every obligation decided."""

    def decide(program: Program, system: System, content: Mapping[str, Json]) -> Judgement:
        bound, logic = content.get("bound"), content.get("logic", "integers")
        claimed = content.get("complete", False)
        if type(bound) is not int or not 1 <= bound <= _LARGEST_BOUND or type(claimed) is not bool:
            return rejected(
                f"expected a bound between 1 and {_LARGEST_BOUND}, and whether it is complete", place="bound"
            )
        if not set(content) <= _KEYS | {"bound", "complete"}:
            return rejected("expected no other fields than bound, complete, logic and witness")
        run_ = Unrolled(system, bound=bound)
        run_.run()
        queries = Queries(run_, logic, backends, limits)
        status = queries.impossible([o.violated for o in run_.obligations])
        if status is not Status.UNSAT:
            return undecided(status, f"a violation within {bound} steps is possible")
        for why, guard in run_.unmodelled:
            if queries.impossible([guard]) is not Status.UNSAT:
                return rejected(why, reason=Reason.UNSUPPORTED)
        if claimed and (status := queries.impossible(run_.unknown)) is not Status.UNSAT:
            return undecided(status, f"an execution can go on after {bound} rounds of a loop")
        if not vacuity.gets_somewhere(system, decode_inputs(content.get("witness")) or Inputs()):
            reached = queries.impossible(run_.targets)
            if reached is Status.UNSAT:
                return _vacuous() if claimed else rejected("within the bound no execution gets anywhere", place="bound")
            if reached is not Status.SAT:
                return undecided(reached, "")
        native.check_compiles(program, system, backends)
        facts = {"bound": bound, "complete": claimed, "obligations": _obligations(run_)}
        return Accepted(verdict=Proved() if claimed else SafeUpTo(bound), facts=facts, tools=queries.tools)

    return _guarded(problem, candidate, backends, limits, decide)


def check_invariant(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Each invariant holds at first, is kept by its loop, and with them every obligation is met."""

    def decide(program: Program, system: System, content: Mapping[str, Json]) -> Judgement:
        texts, logic = content.get("invariants"), content.get("logic", "integers")
        if not isinstance(texts, list) or len(texts) != len(system.loops) or not set(content) <= _KEYS | {"invariants"}:
            return rejected(f"expected a list of {len(system.loops)} invariants, one for each loop", place="invariants")
        if not all(isinstance(text, str) for text in texts):
            return rejected("expected invariants as text", place="invariants")
        try:
            run_ = Cut(system, invariants=[read_formula(text) for text in texts])
            run_.run()
        except BadInput as exc:
            return rejected(exc.text, place=exc.place)
        queries = Queries(run_, logic, backends, limits)
        parts = [*(o.violated for o in run_.obligations), *run_.unknown]
        status = queries.impossible(parts)
        if status is not Status.UNSAT:
            return undecided(status, _first_open(run_, queries))
        if not vacuity.gets_somewhere(system, decode_inputs(content.get("witness")) or Inputs()):
            if queries.impossible(run_.targets) is Status.UNSAT:
                return _vacuous()
            return rejected("expected inputs with which an execution gets past the assumptions", place="witness")
        native.check_compiles(program, system, backends)
        facts = {"invariants": texts, "loops": list(system.loops), "obligations": _obligations(run_)}
        return Accepted(verdict=Proved(), facts=facts, tools=queries.tools)

    return _guarded(problem, candidate, backends, limits, decide)


_KEYS = {"logic", "witness"}


class Queries:
    """Asks a solver whether any of some terms can be true."""

    def __init__(self, execution: Execution, logic: Json, backends: Backends, limits: Limits) -> None:
        self.execution, self.backends, self.limits = execution, backends, limits
        self.logic: Logic = "bitvectors" if logic == "bitvectors" else "integers"
        self.tools: dict[str, str] = {}

    def impossible(self, parts: Sequence[int]) -> Status:
        """UNSAT: none of them can be; SAT: one can."""
        whole = self.execution.terms.any_(parts)
        if whole == FALSE:
            return Status.UNSAT
        by_proof = self.backends.settings.confirm == "drup"  # which is about bits
        script = write(
            self.execution.terms, [*self.execution.constraints, whole], "bitvectors" if by_proof else self.logic
        )
        told = solve(script, self.backends, wall_s=self.limits.wall_s, memory_mb=self.limits.memory_mb)
        self.tools = {told.solver: told.version}
        return told.status


def undecided(status: Status, found: str, *, place: str = "") -> Rejected:
    """Why an answer that is not UNSAT shows nothing; `found` says what SAT means."""
    if status is Status.SAT:
        return rejected(found, place=place)
    reason = _REASONS.get(status, Reason.INCOMPLETE)
    return rejected(f"the solver found nothing ({status.value})", place=place, reason=reason)


def _first_open(execution: Cut, queries: Queries) -> str:
    for each in execution.obligations:
        if queries.impossible([each.violated]) is Status.SAT:
            return f"with these invariants this is not shown: {each.kind}, line {each.line}"
    return "with these invariants the depth of the calls is not bounded"


def _vacuous() -> Accepted:
    return Accepted(
        verdict=Unknown(Reason.VACUOUS, "the assumptions let no execution reach an assertion or the end"),
        facts={"vacuous": True},
    )


def _obligations(execution: Execution) -> list[Json]:
    pairs = sorted({(o.line, o.kind) for o in execution.obligations})
    return [{"kind": kind, "line": line} for line, kind in pairs]


def _guarded(
    problem: Problem,
    candidate: Candidate,
    backends: Backends,
    limits: Limits,
    decide: Callable[[Program, System, Mapping[str, Json]], Judgement],
) -> Judgement:
    """Load the program and decide, turning limits and refusals into rejections."""
    if not isinstance(problem, Program) or problem.language != "c":
        return rejected(f"a {candidate.form} is about a C program", place="form")
    try:
        judged = decide(problem, load_system(problem, backends), candidate.content)
        if isinstance(judged, Accepted) and backends.settings.confirm in outside.NAMES:
            return outside.confirm(problem, judged, backends, limits)
        return judged
    except Unsupported as exc:
        return rejected(f"{exc.construct} is not supported", place=exc.place, reason=Reason.UNSUPPORTED)
    except (TooLarge, RecursionError):
        return rejected("the verification condition grows too large", reason=Reason.MEMORY)
    except NoInvariant:
        return rejected(
            "invariants of loops beside pointers or structures are not supported", reason=Reason.UNSUPPORTED
        )
    except NotFinite:
        return rejected("these terms can't be written with bit-vectors", place="logic")
