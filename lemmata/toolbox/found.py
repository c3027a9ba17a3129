"""What a tool gives back: one shape for all of them, plain JSON, with the promise in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal, TypeAlias, assert_never

from pydantic import Field

from lemmata.agents.repairs import Outcome, Repair
from lemmata.agents.run import write_whole
from lemmata.certificate import own_axioms
from lemmata.display import rests_on
from lemmata.problem import Json
from lemmata.verdict import Proved, Refuted, SafeUpTo, Solution, Tested, Unknown, name_of

Handing: TypeAlias = Literal["path", "inline", "none"]
"""How a certificate is handed over: as the path of a file, within the result, or not at all."""

_NOTHING = "nothing is known, for the reason given"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a tool found."""

    verdict: Annotated[
        str,
        Field(
            description="proved, refuted, safe_up_to, tested or unknown; of `same_answer`: same, different or "
            "undecided; of `audit`: accepted or rejected; of `repair`: repaired, nothing_to_repair or not_repaired."
        ),
    ]
    promise: Annotated[str, Field(description="What the verdict promises, and what it doesn't, in words.")]
    reason: Annotated[str, Field(description="Why nothing is known, or where two answers differ.")] = ""
    answer: Annotated[Json, Field(description="In the problem's own terms: a proof, a program, a value, a patch.")] = (
        None
    )
    counterexample: Annotated[
        Mapping[str, Json] | None, Field(description="`values` that falsify the claim; `replay`: what they gave.")
    ] = None
    faults: Annotated[
        tuple[Mapping[str, Json], ...], Field(description="Of a rejected text, each with its line and column.")
    ] = ()
    certificate: Annotated[
        Mapping[str, Json] | None, Field(description="The evidence itself; `lemmata recheck` decides it again.")
    ] = None
    certificate_path: Annotated[str, Field(description="The file that holds the evidence; empty: there is none.")] = ""
    seconds: Annotated[float, Field(description="That it took.")] = 0.0


def found_of(solution: Solution, *, certificate: Handing, home: Path) -> Found:
    """What came of a problem.

    Args:
        solution: as the agent gave it.
        certificate: how it is handed over.
        home: the folder under which certificates are kept, each under the name of its digest.
    """
    verdict, held = solution.verdict, solution.certificate
    counterexample: Mapping[str, Json] | None = None
    reason = solution.stopped
    match verdict:
        case Refuted(found):
            counterexample = {"values": dict(found.values), "replay": found.replay}
        case Unknown(why, detail):
            reason = f"{why.value}: {detail}" if detail else why.value
        case Proved() | SafeUpTo() | Tested():
            pass
        case _:
            assert_never(verdict)
    return Found(
        verdict=name_of(verdict),
        promise="; ".join(filter(None, (promise_of(solution), rests_on(own_axioms(held))))),
        reason=reason,
        answer=solution.answer,
        counterexample=counterexample,
        certificate=held if certificate == "inline" else None,
        certificate_path=str(_kept(held, home)) if held is not None and certificate == "path" else "",
        seconds=round(solution.cost.wall_s, 3),
    )


def found_of_repair(repair: Repair, found: Found | None = None) -> Found:
    """What came of a repair.

    Args:
        repair: of a program, or of the proofs of a file.
        found: of the program; None: there is none.
    """
    answer = {"patched": repair.patched, "diff": repair.diff()} if repair.patched else None
    if repair.outcome is not Outcome.NOTHING_LEFT:
        verdict, promise = "not_repaired", "something is wrong that no repair was found for"
    elif repair.patched:
        verdict, promise = "repaired", "the repaired text was checked as any other; what was asked of it is unchanged"
    else:
        verdict, promise = "nothing_to_repair", "nothing is known to be wrong with it"
    return replace(
        found or Found(verdict="", promise=""), verdict=verdict, promise=promise, reason=repair.words, answer=answer
    )


def out_of_time(wall_s: float) -> Found:
    """What a call gives that had to be given up."""
    reason = f"timeout: nothing came back within {wall_s:g} s and what a start may take"
    return Found(verdict="unknown", promise=_NOTHING, reason=reason)


def promise_of(solution: Solution) -> str:
    """What the verdict promises about this problem, and what it doesn't."""
    kind, verdict = solution.problem.kind, solution.verdict
    match verdict:
        case Proved():
            if kind in ("construction", "synthesis"):
                return "the answer is right: a checker accepted a proof of it"
            if kind == "program":
                return "no assertion can fail, nor anything else that was checked: a checker accepted a proof of it"
            return "the claim holds: a checker accepted a proof of it"
        case Refuted():
            if kind == "program":
                return "there is a violation: it was replayed with the values of the counterexample"
            return "the claim fails: the counterexample was replayed, and falsifies it"
        case SafeUpTo(bound):
            return f"no violation when every loop runs at most {bound} times; nothing beyond"
        case Tested(cases):
            return f"{cases} concrete case{'s were' if cases != 1 else ' was'} run and passed; nothing about others"
        case Unknown():
            return _NOTHING
        case _:
            assert_never(verdict)


def _kept(certificate: Mapping[str, Json], home: Path) -> Path:
    path = home / "certificates" / f"{str(certificate['digest']).removeprefix('sha256:')[:24]}.json"
    if not path.exists():
        write_whole(path, json.dumps(certificate, ensure_ascii=False, indent=1) + "\n")
    return path
