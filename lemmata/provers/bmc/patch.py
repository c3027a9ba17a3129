"""Checking a repaired C program: the original is really violated, the repair holds, and it answers the same question.

    patch  {"patched": text, "trace": {"inputs": …}, "reach": [inputs, …],
            "evidence": {"form": "bounded" | "invariant", "content": {…}},
            "same": {"bound": k, "logic": …}}

The repaired program must run to its end on the inputs that broke the original, pass the assertion that failed, and come
past every assertion on one of the inputs under `reach`. Whether it does what the original does where that violates
nothing (see `behaviour`) is found out on chosen inputs, and told; with `same`, which may be left out, no inputs within
that bound make a difference.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lemmata.budget import Limits
from lemmata.errors import BadInput
from lemmata.problem import Candidate, Json, Problem, Program
from lemmata.provers.base import Backends
from lemmata.provers.bmc import native
from lemmata.provers.bmc.behaviour import first_change, right_runs, side_by_side
from lemmata.provers.bmc.check import Queries, check_bounded, check_invariant, check_trace, run_once, undecided
from lemmata.provers.bmc.conditions import NotFinite
from lemmata.provers.bmc.inputs import Inputs, decode_inputs, encode_inputs
from lemmata.provers.bmc.interpret import Run, run
from lemmata.provers.bmc.lower import lower
from lemmata.provers.bmc.source import Unsupported, read_tree
from lemmata.provers.bmc.specification import demanding_sites, first_difference
from lemmata.provers.bmc.terms import TooLarge
from lemmata.provers.smt.solver import Status
from lemmata.verdict import Accepted, Judgement, Proved, Reason, Refuted, Rejected, SafeUpTo, in_words, rejected

_CHECKS = {"bounded": check_bounded, "invariant": check_invariant}
_MOST_REACH = 32
_STEPS = 1_000_000
_LARGEST_BOUND = 64


@dataclass(frozen=True, slots=True)
class _Offered:
    patched: Program
    trace: Candidate
    evidence: Candidate
    reach: tuple[Inputs, ...]
    same: Mapping[str, Json] | None


def check_patch(problem: Problem, candidate: Candidate, backends: Backends, limits: Limits) -> Judgement:
    """Accept a repair; the verdict is about the original, the answer is the repaired text."""
    if not isinstance(problem, Program) or problem.language != "c":
        return rejected("a patch is about a C program", place="form")
    offered = _decode(problem, candidate.content)
    if isinstance(offered, Rejected):
        return offered
    broken = check_trace(problem, offered.trace, backends, limits)
    if isinstance(broken, Rejected) or not isinstance(broken.verdict, Refuted):
        return broken if isinstance(broken, Rejected) else rejected("the original is not violated", place="trace")
    try:
        fault = _compare(problem, offered, backends, limits)
        if fault is not None:
            return fault
        same = _same(problem, offered, backends, limits)
        if isinstance(same, Rejected):
            return same
        holds = _CHECKS[offered.evidence.form](offered.patched, offered.evidence, backends, limits)
    except BadInput as exc:
        return rejected(f"{exc.text} ({exc.place})", place="patched")
    except Unsupported as exc:
        return rejected(str(exc), place="patched", reason=Reason.UNSUPPORTED)
    except RecursionError:
        return rejected("expected a program that nests less deeply", place="patched")
    except (TooLarge, NotFinite):
        return rejected("the comparison of both programs grows too large", place="same", reason=Reason.MEMORY)
    if isinstance(holds, Rejected):
        return holds
    return _accepted(problem, offered.patched, broken, holds, same)


def _accepted(problem: Program, patched: Program, broken: Accepted, holds: Accepted, same: str) -> Judgement:
    if not isinstance(holds.verdict, Proved | SafeUpTo):
        return rejected("the repaired program is not shown to hold", place="evidence")
    words = in_words(holds.verdict)
    diff = difflib.unified_diff(
        problem.source.splitlines(), patched.source.splitlines(), "original", "patched", lineterm="", n=1
    )
    return Accepted(
        verdict=broken.verdict,
        facts={**broken.facts, "holds": words, "same": same, "evidence": dict(holds.facts)},
        answer={"patched": patched.source, "diff": "\n".join(diff), "holds": words, "same": same},
        tools={**broken.tools, **holds.tools},
    )


def _decode(problem: Program, content: Mapping[str, Json]) -> _Offered | Rejected:
    patched, trace, evidence = content.get("patched"), content.get("trace"), content.get("evidence")
    if set(content) - {"same"} != {"patched", "trace", "evidence", "reach"} or not isinstance(patched, str):
        return rejected("expected patched, trace, evidence, reach, and perhaps same")
    if not isinstance(trace, dict) or not isinstance(evidence, dict) or evidence.get("form") not in _CHECKS:
        return rejected(f"expected evidence of one of the forms {', '.join(_CHECKS)}", place="evidence")
    same = content.get("same")
    if same is not None and not _is_bound(same):
        return rejected(f"expected a bound up to {_LARGEST_BOUND} and a logic, or nothing", place="same")
    reach = content["reach"] if isinstance(content["reach"], list) else [None]
    inputs = [decode_inputs(each) for each in reach]
    if len(inputs) > _MOST_REACH or not isinstance(evidence.get("content"), dict):
        return rejected(f"expected at most {_MOST_REACH} lists of inputs", place="reach")
    return _Offered(
        patched=replace(problem, source=patched),
        trace=Candidate(form="trace", content=trace),
        evidence=Candidate(form=evidence["form"], content=evidence["content"]),
        reach=tuple(each for each in inputs if each is not None),
        same=same,
    )


def _is_bound(same: Json) -> bool:
    keyed = isinstance(same, dict) and set(same) == {"bound", "logic"} and same["logic"] in ("integers", "bitvectors")
    return keyed and type(same["bound"]) is int and 1 <= same["bound"] <= _LARGEST_BOUND


def _same(problem: Program, offered: _Offered, backends: Backends, limits: Limits) -> str | Rejected:
    """Where the patched program does what the original does without a violation, in words."""
    before, after = (
        lower(read_tree(program, backends), program, observed=True) for program in (problem, offered.patched)
    )
    change = first_change(list(right_runs(before, problem)), after)
    if offered.same is None:
        return "on the inputs tried" if change is None else f"not on the inputs {encode_inputs(change[0])}"
    pair = side_by_side(before, after, bound=offered.same["bound"])
    if change is not None or pair is None:
        return rejected("the two programs differ, or can't be compared input by input", place="same")
    status = Queries(pair.execution, offered.same["logic"], backends, limits).impossible([pair.changes])
    if status is not Status.UNSAT:
        return undecided(status, "the patch changes what was right", place="same")
    bound = offered.same["bound"]
    return f"on all inputs up to {bound} round{'s' if bound != 1 else ''} of a loop"


def _compare(problem: Program, offered: _Offered, backends: Backends, limits: Limits) -> Rejected | None:
    """What is wrong with the repaired program as an answer to the same question."""
    before, after = read_tree(problem, backends), read_tree(offered.patched, backends)
    changed = first_difference(before, after, target=problem.target or "main")
    if changed is not None:
        return rejected(f"the patch changes {changed}; only what is not specification may be changed", place="patched")
    inputs = decode_inputs(offered.trace.content.get("inputs")) or Inputs()
    failed = run_once(problem, lower(read_tree(problem, backends), problem), inputs, backends, limits)
    runs = _runs(offered.patched, [inputs, *offered.reach], backends, limits)
    if not runs or runs[0].end != "end":
        how = runs[0].end if runs else "limit"
        return rejected(f"on the inputs that broke the original the patched program does not end well ({how})")
    if failed.site >= 0 and failed.site not in runs[0].reached:
        return rejected("on the inputs that broke the original the patched program avoids the assertion that failed")
    missed = demanding_sites(after) - frozenset().union(*(ran.reached for ran in runs))
    if missed:
        return rejected(f"{len(missed)} of the assertions are never reached on the given inputs", place="reach")
    return None


def _runs(program: Program, tried: Sequence[Inputs], backends: Backends, limits: Limits) -> list[Run]:
    system = lower(read_tree(program, backends), program)
    if program.integers == "unbounded":
        return [run(system, inputs, steps=_STEPS, wall_s=limits.wall_s) for inputs in tried]
    compiled = native.compile_program(program, system, backends, flags=native.checked_flags(system))
    return native.run_compiled(compiled, tried, backends, wall_s=limits.wall_s + 1, each_s=limits.wall_s)
