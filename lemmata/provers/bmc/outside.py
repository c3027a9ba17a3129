"""ESBMC and CBMC, where the user has them: what they say of a C program, next to what we say.

They are asked when `Settings.confirm` names one of them. Where they agree, the certificate says so; where they don't,
nothing is believed and the contradiction is shown. Their integers are the machine's.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, assert_never

from lemmata.budget import Limits
from lemmata.errors import BackendMissing, Disagreement
from lemmata.problem import Program
from lemmata.provers.base import Backends
from lemmata.provers.bmc import ir
from lemmata.provers.bmc.names import definitions
from lemmata.provers.bmc.source import read_tree
from lemmata.sandbox.base import Caps, Command, End
from lemmata.verdict import (
    Accepted,
    Judgement,
    Proved,
    Reason,
    Refuted,
    SafeUpTo,
    Tested,
    Unknown,
    in_words,
    rejected,
)

NAMES = ("esbmc", "cbmc")
_HOMES = {"esbmc": "https://esbmc.org", "cbmc": "https://diffblue.github.io/cbmc"}
_DEEPEST = 64  # rounds of a loop that are asked for where we proved something for any number of them
_SHARED = (
    ir.ASSERTION, ir.OVERFLOW, ir.DIVISION, ir.SHIFT, ir.INDEX, ir.NULL, ir.DANGLING, ir.DOUBLE_FREE, ir.LEAK,
)  # fmt: skip
"""Violations that they look for, too; an uninitialised read, for one, is none to them."""
_CBMC_CHECKS = (
    "--unwinding-assertions", "--bounds-check", "--pointer-check", "--signed-overflow-check", "--div-by-zero-check",
    "--undefined-shift-check", "--memory-leak-check", "--malloc-may-fail", "--malloc-fail-null",
)  # fmt: skip
_CBMC_FAILED = re.compile(r"^\[(?P<name>[\w.$:]+)\].*: FAILURE$", re.MULTILINE)
_ESBMC_UNWOUND = re.compile(r"^\s*unwinding assertion loop", re.MULTILINE)
_ENDED = re.compile(r"^VERIFICATION (SUCCESSFUL|FAILED|UNKNOWN)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What another checker says.

    Args:
        says: `violated`, `safe` whatever the loops do, `safe-up-to` the rounds asked for, or `unknown`.
        words: its own last words, where it is unknown.
    """

    says: Literal["violated", "safe", "safe-up-to", "unknown"]
    words: str = ""


def confirm(program: Program, judged: Accepted, backends: Backends, limits: Limits) -> Judgement:
    """The judgement, if the checker that the settings name agrees.

    Raises:
        BackendMissing: it is not installed.
        Disagreement: it contradicts us: one of the two is wrong.
    """
    name = backends.settings.confirm
    if program.integers == "unbounded":
        return rejected(f"{name} knows machine integers only; check without --confirm", reason=Reason.UNSUPPORTED)
    bound = judged.verdict.bound if isinstance(judged.verdict, SafeUpTo) else None
    opinion = ask(name, program, backends, bound=bound, wall_s=limits.wall_s, memory_mb=limits.memory_mb)
    agrees = _agrees(judged, opinion)
    if agrees is False:
        raise Disagreement(
            f"{program.name} is {in_words(judged.verdict)} to us and {opinion.says} to {name}: one of the two is "
            "wrong; please report it"
        )
    if agrees is None:
        said = f"it says {opinion.says}{': ' + opinion.words if opinion.words else ''}"
        return rejected(f"{name} does not confirm it ({said})", reason=Reason.INCOMPLETE)
    return Accepted(
        verdict=judged.verdict, facts=judged.facts, answer=judged.answer, tools={**judged.tools, name: "agrees"}
    )


def _agrees(judged: Accepted, opinion: Opinion) -> bool | None:
    """Whether the two say the same; None: neither that nor the contrary."""
    if opinion.says == "unknown":
        return None
    match judged.verdict:
        case Refuted():
            found = judged.facts.get("violation")
            if opinion.says == "violated":
                return True
            shared = isinstance(found, Mapping) and found.get("kind") in _SHARED
            return False if opinion.says == "safe" and shared else None
        case Proved():
            return {"safe": True, "violated": False}.get(opinion.says)
        case SafeUpTo():
            return opinion.says != "violated"
        case Tested() | Unknown():
            return None
        case _:
            assert_never(judged.verdict)


def ask(
    name: str, program: Program, backends: Backends, *, bound: int | None, wall_s: float, memory_mb: int
) -> Opinion:
    """What that checker says of a program; a limit that is reached says nothing.

    Args:
        name: `esbmc` or `cbmc`.
        program: with machine integers.
        backends: for the sandbox, in which it runs.
        bound: rounds of each loop that matter; None: all.
        wall_s, memory_mb: its limits.

    Raises:
        BackendMissing: it is not on the PATH.
    """
    real = Path(find(name)).resolve()
    options, read = _TOOLS[name]
    command = Command(
        argv=(str(real), "program.c", *options(program.target or "main", bound, wall_s)),
        files={"program.c": _with_names(program, backends).encode("utf-8", "surrogatepass")},
        visible=_needed(real),
        caps=Caps(wall_s=wall_s, memory_mb=memory_mb, output_kb=16 << 10, processes=64, file_mb=256, resident=True),
    )
    outcome = backends.sandbox().run(command)
    if outcome.end is not End.FINISHED:
        return Opinion(says="unknown", words=f"it was ended by its limit ({outcome.end.value})")
    said = (outcome.stdout + b"\n" + outcome.stderr).decode("utf-8", "replace")
    ends = set(_ENDED.findall(said))
    if len(ends) != 1:
        return Opinion(says="unknown", words=(said.strip().splitlines() or ["nothing"])[-1][:200])
    return read(said, ends.pop(), bound)


def find(name: str) -> str:
    """Where that checker is.

    Raises:
        BackendMissing: it is not on the PATH.
    """
    found = shutil.which(name)
    if found is None:
        raise BackendMissing(f"{name} is not on the PATH", remedy=f"optional: install it from {_HOMES[name]}")
    return found


def _needed(program: Path) -> tuple[str, ...]:
    """The folder of the program and what lies beside it in an installation; what is under /usr is there anyhow."""
    beside = (program.parent.parent / name for name in ("lib", "lib64", "include", "share"))
    kept = [program.parent, *(p for p in beside if program.parent.name == "bin" and p.is_dir())]
    return tuple(str(p) for p in kept if not p.is_relative_to("/usr"))


def _with_names(program: Program, backends: Backends) -> str:
    """The text, with the names that we know explained, its lines numbered as before."""
    own = definitions(read_tree(program, backends))
    known = {
        "assume": "#define assume(c) __VERIFIER_assume(c)",
        "__VERIFIER_assert": "#define __VERIFIER_assert(c) assert(c)",
    }
    lines = [text for name, text in known.items() if name not in own and re.search(rf"\b{name}\s*\(", program.source)]
    return "\n".join(["#include <assert.h>", *lines, '#line 1 "program.c"', program.source])


def _esbmc_options(target: str, bound: int | None, wall_s: float) -> tuple[str, ...]:
    depth = ("--k-induction",) if bound is None else ("--unwind", str(bound), "--no-unwinding-assertions")
    checks = ("--overflow-check", "--ub-shift-check", "--memory-leak-check")
    return ("--function", target, *depth, *checks, "--timeout", f"{max(1, int(wall_s))}s")


def _read_esbmc(said: str, ended: str, bound: int | None) -> Opinion:
    if ended == "UNKNOWN" or (ended == "FAILED" and _ESBMC_UNWOUND.search(said)):
        return Opinion(says="unknown", words="VERIFICATION UNKNOWN")
    if ended == "FAILED":
        return Opinion(says="violated")
    return Opinion(says="safe" if bound is None else "safe-up-to")


def _cbmc_options(target: str, bound: int | None, wall_s: float) -> tuple[str, ...]:
    return ("--function", target, "--unwind", str(_DEEPEST if bound is None else bound), *_CBMC_CHECKS)


def _read_cbmc(said: str, ended: str, bound: int | None) -> Opinion:
    if ended == "SUCCESSFUL":
        return Opinion(says="safe")
    failed = [m["name"] for m in _CBMC_FAILED.finditer(said)]
    if ended == "UNKNOWN" or not failed:
        return Opinion(says="unknown", words=f"VERIFICATION {ended}")
    violated = [name for name in failed if ".unwind." not in name and ".recursion" not in name]
    return Opinion(says="violated" if violated else "safe-up-to")


_TOOLS: Mapping[
    str, tuple[Callable[[str, int | None, float], tuple[str, ...]], Callable[[str, str, int | None], Opinion]]
] = {"esbmc": (_esbmc_options, _read_esbmc), "cbmc": (_cbmc_options, _read_cbmc)}
