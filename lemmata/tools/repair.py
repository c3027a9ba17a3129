"""Repairing a C program whose violation is known: small edits, screened by running them, then proved or bounded."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, cycle, islice

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Json, Program
from lemmata.provers.base import Backends
from lemmata.provers.bmc.behaviour import first_change, right_run, right_runs, side_by_side
from lemmata.provers.bmc.conditions import Logic
from lemmata.provers.bmc.inputs import Inputs, decode_inputs, encode_inputs
from lemmata.provers.bmc.interpret import Run, run
from lemmata.provers.bmc.ir import System
from lemmata.provers.bmc.lower import load_system, lower
from lemmata.provers.bmc.schemes import schemes
from lemmata.provers.bmc.source import Unsupported, read_tree
from lemmata.provers.bmc.specification import demanding_sites, first_difference
from lemmata.provers.bmc.terms import TooLarge
from lemmata.provers.smt.solver import Status
from lemmata.tools import falsify, invariants, unroll
from lemmata.tools.base import Offer, Turn
from lemmata.tools.locate import suspicion
from lemmata.tools.mutations import mutants
from lemmata.tools.templates import Example, Template, fill_holes, templates

_STEPS = 100_000
_SCREENED = 60
_EACH_S = 2.5
_HOLE_S = 1.0
_MOST_EXAMPLES = 20
_MOST_CHANGING = 12
_SHOWN_RIGHT = 8  # of the runs that were right, so many are examples for holes
_MOST_READ = 24
_COMPARED = 8  # rounds of a loop up to which it is shown that nothing else changes


def propose(turn: Turn, backends: Backends) -> Offer:
    """Offer patches; the memory may come from whoever knows the trace, as {"trace": its content}."""
    if not isinstance(turn.problem, Program) or turn.problem.language != "c":
        return Offer()
    repair = _begin(turn, backends)
    return repair.go(turn.memory if isinstance(turn.memory, dict) else {}) if repair else Offer()


def complete(turn: Turn, source: str, backends: Backends) -> Candidate | None:
    """The patch that a given repaired text makes, with inputs that reach its assertions and what can be shown of it.

    Args:
        turn: whose problem is the broken program; its memory holds the trace.
        source: the repaired text.
        backends: for screening and showing.
    """
    repair = _begin(turn, backends)
    if repair is None or not isinstance(turn.problem, Program):
        return None
    ends = time.monotonic() + turn.limits.wall_s
    patched, original = replace(turn.problem, source=source), read_tree(turn.problem, backends)
    return repair.patch(original, patched, ends) or repair.patch(original, patched, ends, kept=False)


def _begin(turn: Turn, backends: Backends) -> _Repair | None:
    """What a repair starts from; None without a violation that is soon seen."""
    memory: Mapping[str, Json] = turn.memory if isinstance(turn.memory, dict) else {}
    trace = memory.get("trace") or _find_trace(turn, backends)
    inputs = decode_inputs(trace.get("inputs")) if isinstance(trace, dict) else None
    if inputs is None or not isinstance(turn.problem, Program):
        return None
    try:
        system = load_system(turn.problem, backends)
    except Unsupported:
        return None
    broken = run(system, inputs, steps=_STEPS, wall_s=2.0)
    if broken.end != "violation":  # it takes too long to violate anything; so would trying repairs
        return None
    observed = lower(read_tree(turn.problem, backends), turn.problem, observed=True)
    right = list(right_runs(observed, turn.problem))
    inputs = _ending(system, inputs, broken)
    shown = [Example(inputs=given, expected=ran) for given, ran in right[:: max(1, len(right) // _SHOWN_RIGHT)]]
    examples = [Example(inputs=inputs, site=broken.site), *shown]
    return _Repair(turn, backends, system, inputs, broken, observed, right, examples)


def _ending(system: System, inputs: Inputs, broken: Run) -> Inputs:
    """The same violation by inputs that are 0 from then on, if that can be: a mended program then comes to its end."""
    values = list(islice(chain(inputs.head, cycle(inputs.tail)), _MOST_READ))
    for count in range(_MOST_READ):
        shorter = Inputs(head=tuple(values[:count]), tail=(0,))
        ran = run(system, shorter, steps=_STEPS // 10, wall_s=0.5)
        if (ran.end, ran.kind, ran.site) == ("violation", broken.kind, broken.site):
            return shorter
    return inputs


def _find_trace(turn: Turn, backends: Backends) -> Json:
    for tool in (falsify, unroll):
        offer = tool.propose(replace(turn, memory=None), backends)
        for candidate in offer.candidates:
            if candidate.form == "trace":
                return dict(candidate.content)
    return None


@dataclass(frozen=True, slots=True)
class _Repair:
    turn: Turn
    backends: Backends
    system: System
    inputs: Inputs
    broken: Run
    observed: System
    right: list[tuple[Inputs, Run]]
    examples: list[Example]
    changing: list[Program] = field(default_factory=list)

    def go(self, memory: Mapping[str, Json]) -> Offer:
        """Work through the edits from where the last turn stopped; proved repairs go first.

        An edit that changes what was right is taken at the end, where nothing else was found.
        """
        assert isinstance(self.turn.problem, Program)
        problem, ends = self.turn.problem, time.monotonic() + 0.7 * self.turn.limits.wall_s
        sizes = {name: size for name, (_, size) in self.system.arrays.items()}
        suspected = self._suspicion()
        edits = mutants(problem.source, line=self.broken.line, sizes=sizes, suspicion=suspected)
        original, fallback, at = read_tree(problem, self.backends), None, int(memory.get("next", 0))
        holes = templates(problem.source, suspected)
        total = len(edits) + len(holes)
        while at < total and time.monotonic() < ends:
            if at < len(edits):
                offered = self.patch(original, replace(problem, source=edits[at].text), ends)
            else:
                offered = self._filled(original, holes[at - len(edits)], ends)
            at += 1
            if offered is None:
                continue
            evidence = offered.content["evidence"]
            if evidence["form"] == "invariant" or evidence["content"].get("complete"):
                return self._offer([offered], at, total)
            fallback = fallback or offered
        spare = ends + 0.2 * self.turn.limits.wall_s
        while fallback is None and at >= total and self.changing and time.monotonic() < spare:
            fallback = self.patch(original, self.changing.pop(0), spare, kept=False)
        return self._offer([fallback] if fallback is not None else [], at, total)

    def _filled(self, original: Json, template: Template, ends: float) -> Candidate | None:
        """The patch that a template makes with the first number that is right, if there is one."""
        assert isinstance(self.turn.problem, Program)
        problem, found = self.turn.problem, list[Candidate]()

        def judge(text: str) -> bool:
            offered = self.patch(original, replace(problem, source=text), ends)
            found.extend([offered] if offered is not None else [])
            return offered is None and time.monotonic() < ends

        del self.examples[_MOST_EXAMPLES:]
        fill_holes(template, problem, self.examples, self.backends, judge=judge, wall_s=_HOLE_S)
        return next(iter(found), None)

    def _suspicion(self) -> Mapping[int, float]:
        """Of the lines, from the trace, others like it, and the runs that were right."""
        tried = schemes(self.system, self.turn.problem.source, count=_SCREENED, bounded=True)
        failing = [i for i in tried if run(self.system, i, steps=_STEPS // 10, wall_s=0.2).end == "violation"]
        return suspicion(self.system, self.broken, [self.inputs, *failing], [inputs for inputs, _ in self.right])

    def _offer(self, candidates: Sequence[Candidate], at: int, total: int) -> Offer:
        memory = {"trace": {"inputs": encode_inputs(self.inputs)}, "next": at}
        return Offer(candidates=tuple(candidates), memory=memory, done=at >= total)

    def patch(self, original: Json, patched: Program, ends: float, *, kept: bool = True) -> Candidate | None:
        """The candidate of one patched program; None where it is no repair or nothing could be shown of it.

        Args:
            original: tree of the broken program.
            patched: the other one.
            ends: when the time is over.
            kept: whether what was right must stay as it was.
        """
        reach = self._screen(original, patched, kept=kept)
        evidence = None if reach is None else self._evidence(patched, ends)
        if reach is None or evidence is None:
            return None
        bound = evidence.content["bound"] if evidence.form == "bounded" else _COMPARED
        changed, same = self._compare(patched, min(bound, _COMPARED), ends) if kept else (False, None)
        if changed:
            self._put_aside(patched)
            return None
        content: dict[str, Json] = {
            "patched": patched.source,
            "trace": {"inputs": encode_inputs(self.inputs)},
            "evidence": {"form": evidence.form, "content": dict(evidence.content)},
            "reach": [encode_inputs(each) for each in reach],
        }
        if same is not None:
            content["same"] = same
        return Candidate(form="patch", content=content)

    def _compare(self, patched: Program, bound: int, ends: float) -> tuple[bool, Json]:
        """Whether it is seen to change what was right; else the bound up to which it is shown not to, if it is.

        Inputs on which it does join those that all further edits are screened with.
        """
        system = lower(read_tree(patched, self.backends), patched, observed=True)
        try:
            pair = side_by_side(self.observed, system, bound=bound)
        except (TooLarge, RecursionError):
            return False, None
        if pair is None:
            return False, None
        logics: tuple[Logic, Logic] = ("integers", "bitvectors")
        for logic in reversed(logics) if unroll.prefers_bits(pair.execution) else logics:
            share = max(0.3, min(_EACH_S / 2, ends - time.monotonic()))
            told = unroll.ask(pair.execution, [pair.changes], logic, self.backends, wall_s=share)
            if told is not None and told.status is Status.UNSAT:
                return False, {"bound": bound, "logic": logic}
            if told is not None and told.status is Status.SAT:
                inputs = unroll.inputs_of(pair.execution, told)
                before = right_run(self.observed, inputs)
                if before is not None and first_change([(inputs, before)], system) is not None:
                    self.right.append((inputs, before))
                    self._learn(Example(inputs=inputs, expected=before))
                    return True, None
                return False, None
        return False, None

    def _put_aside(self, patched: Program) -> None:
        if len(self.changing) < _MOST_CHANGING:
            self.changing.append(patched)

    def _screen(self, original: Json, patched: Program, *, kept: bool) -> list[Inputs] | None:
        """Inputs with which every assertion is reached; None where the edit is no repair."""
        try:
            tree = read_tree(patched, self.backends)
            if first_difference(original, tree, target=patched.target or "main") is not None:
                return None
            missed = demanding_sites(tree)
            system = lower(tree, patched, observed=True)  # reading the text again would preprocess it once more
        except (BadInput, Unsupported):
            return None
        first = run(system, self.inputs, steps=_STEPS, wall_s=1.0)
        if first.end != "end" or (self.broken.site >= 0 and self.broken.site not in first.reached):
            return None
        changed = first_change(self.right, system) if kept else None
        if changed is not None:
            self._learn(Example(inputs=changed[0], expected=changed[1]))
            self._put_aside(patched)
            return None
        missed, reach = missed - first.reached, []
        bounded = patched.integers == "machine"
        for inputs in schemes(system, patched.source, count=_SCREENED, bounded=bounded):
            ran = run(system, inputs, steps=_STEPS // 10, wall_s=0.5)
            if ran.end == "violation":
                self._learn(Example(inputs=inputs))
                return None
            if missed & ran.reached:
                missed -= ran.reached
                reach.append(inputs)
        return None if missed else reach

    def _learn(self, example: Example) -> None:
        if example not in self.examples:
            self.examples.append(example)

    def _evidence(self, patched: Program, ends: float) -> Candidate | None:
        """A complete unrolling, else invariants, else a bound without a violation."""
        share = max(0.5, min(_EACH_S, ends - time.monotonic()))
        limits = Limits(wall_s=share, memory_mb=self.turn.limits.memory_mb)
        bounded = unroll.propose(Turn(problem=patched, memory={"bound": 2, "stuck": 0}, limits=limits), self.backends)
        for candidate in bounded.candidates:
            violating = decode_inputs(candidate.content["inputs"]) if candidate.form == "trace" else None
            if violating is not None:
                self._learn(Example(inputs=violating))
        safe = next((c for c in bounded.candidates if c.form == "bounded"), None)
        if safe is None or safe.content.get("complete"):
            return safe
        looped = invariants.propose(Turn(problem=patched, limits=limits), self.backends)
        return next(iter(looped.candidates), safe)
