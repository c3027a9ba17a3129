"""Running a C program for real: compiled by gcc with its sanitizers, in the sandbox, on the inputs that are given.

Every list of inputs runs in a process of its own, started by our runtime, which alone reports what happened.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from lemmata.errors import BadInput, ProtocolError
from lemmata.problem import Program
from lemmata.provers.base import Backends
from lemmata.provers.bmc import ir
from lemmata.provers.bmc.inputs import Inputs
from lemmata.provers.bmc.interpret import Run
from lemmata.provers.bmc.ir import System
from lemmata.provers.bmc.rewrite import rewrite
from lemmata.provers.bmc.runtime import RUNTIME
from lemmata.provers.bmc.source import GCC, gcc_missing, read_tree
from lemmata.sandbox.base import Caps, Command, End, Outcome

QUICK = ("-O2", "-fsanitize=undefined", "-fno-sanitize-recover=all")
_MEMORY = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
# Without -fno-tree-dce gcc drops an overflow together with its check where the value is never used.
_ALWAYS = ("-std=gnu11", "-w", "-fno-builtin", "-fno-strict-aliasing", "-fno-tree-dce")
_SANITIZER_EXIT = 77
_COMPILE_S = 20.0

_KINDS = (
    (re.compile(r"signed integer overflow|negation of .* cannot be represented|division of .* cannot be"), ir.OVERFLOW),
    (re.compile(r"division by zero"), ir.DIVISION),
    (re.compile(r"shift exponent|left shift of"), ir.SHIFT),
    (re.compile(r"with base 0x0+ |offset .*to null pointer"), ir.NULL_MOVED),
    (re.compile(r"null pointer"), ir.NULL),
    (re.compile(r"index .* out of bounds|with insufficient space|pointer index expression|unsigned offset"), ir.INDEX),
)
_UBSAN = re.compile(r"^program\.c:(\d+):\d+: runtime error: (.*)$", re.MULTILINE)
_ASAN = (
    (re.compile(r"(?:stack|global|heap)-buffer-(?:over|under)flow"), ir.INDEX),
    (re.compile(r"heap-use-after-free|stack-use-after-(?:scope|return)"), ir.DANGLING),
    (re.compile(r"SEGV on unknown address 0x(?:0+|f{9,})[0-9a-f]{1,3}\b"), ir.NULL),
    (re.compile(r"SEGV on unknown address[^\n]*\n[^\n]*caused by a WRITE"), ir.CONSTANT),
    (re.compile(r"attempting double-free"), ir.DOUBLE_FREE),
    (re.compile(r"attempting free on address which was not malloc"), ir.BAD_FREE),
)
_REPORT = re.compile(r"^==\d+==ERROR: AddressSanitizer: (.*\n?.*)$", re.MULTILINE)
_FRAME = re.compile(r"#\d+ .*program\.c:(\d+)")


PLAIN = ("-g", "-O0", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
"""Slow, but nothing is optimised away."""


def checked_flags(system: System) -> tuple[str, ...]:
    """What a program is compiled with to be judged: without arrays and pointers no address is sanitized."""
    return _MEMORY if system.arrays or system.memory else QUICK


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A program that is ready to be run, and what its reports begin with."""

    program: bytes
    token: str
    system: System


def compile_program(problem: Program, system: System, backends: Backends, *, flags: Sequence[str]) -> Compiled:
    """Compile a program together with the runtime.

    Raises:
        BadInput: gcc refuses the text.
        BackendMissing: gcc or its sanitizers are not installed.
    """
    token = secrets.token_hex(16)
    shared = ("-DSITES=" + str(len(system.sites)), f'-DTOKEN="{token}"', "runtime.c", "-o", "program")
    ran = _gcc(problem, system, backends, (*flags, *shared))
    if "program" not in ran.files:
        raise gcc_missing()
    return Compiled(program=ran.files["program"], token=token, system=system)


def check_compiles(problem: Program, system: System, backends: Backends) -> None:
    """That the text is C at all: of what no compiler takes, nothing is worth proving.

    Raises:
        BadInput, BackendMissing: as for `compile_program`.
    """
    _gcc(problem, system, backends, ("-fsyntax-only",))


def _gcc(problem: Program, system: System, backends: Backends, flags: Sequence[str]) -> Outcome:
    text = rewrite(read_tree(problem, backends), system, problem.target or "main")
    command = Command(
        argv=(GCC, *_ALWAYS, "program.c", *flags),
        files={"program.c": text.encode(), "runtime.c": RUNTIME.encode()},
        collect=("program",),
        caps=Caps(wall_s=_COMPILE_S, memory_mb=2048, output_kb=4096),
    )
    ran = backends.sandbox().run(command)
    if ran.end is End.FINISHED and ran.exit_code == 0:
        return ran
    wrong = re.search(r"^program\.c:(\d+):\d+: error: (.*)$", ran.stderr.decode("utf-8", "replace"), re.MULTILINE)
    if wrong is None:
        raise gcc_missing()
    raise BadInput(f"expected C that gcc compiles ({wrong[2]})", place=f"{problem.name}:{wrong[1]}")


def run_compiled(
    compiled: Compiled, schemes: Sequence[Inputs], backends: Backends, *, wall_s: float, each_s: float
) -> list[Run]:
    """Run a program on each of the inputs, one after the other, as many as the time allows.

    Raises:
        ProtocolError: the runtime did not report as it should.
    """
    lines = []
    for inputs in schemes:
        tail = inputs.tail or (0,)
        values = " ".join(str(v & (1 << 64) - 1) for v in (*inputs.head, *tail))
        lines.append(f"{max(1, round(each_s * 1000))} {len(inputs.head)} {len(tail)} {values}\n")
    after = int(compiled.system.memory)
    options = f"exitcode={_SANITIZER_EXIT}:detect_leaks=0:color=never:detect_stack_use_after_return={after}"
    command = Command(
        argv=("/box/program",),
        files={"program": compiled.program, "inputs": "".join(lines).encode()},
        env={"ASAN_OPTIONS": options, "UBSAN_OPTIONS": options},
        caps=Caps(wall_s=wall_s, memory_mb=2048, resident=True, output_kb=8192),
    )
    ran = backends.sandbox().run(command)
    runs: list[Run] = []
    for line in ran.stdout.decode("ascii", "replace").splitlines():
        words = line.split(" ")
        if len(words) != 6 or words[0] != compiled.token or words[1] != str(len(runs)):
            break
        runs.append(_read(words, compiled.system))
    if not ran.end.limited and len(runs) != len(schemes):
        raise ProtocolError(f"the compiled program reported {len(runs)} of {len(schemes)} runs; run it again")
    return runs


def _read(words: list[str], system: System) -> Run:
    end, site, text = words[2], int(words[3]), bytes.fromhex(words[5]).decode("utf-8", "replace")
    reached = frozenset(int(w) for w in words[4].split(",") if w)
    match end:
        case "v":
            return Run(end="violation", kind=ir.ASSERTION, line=system.sites[site], site=site, reached=reached)
        case "s":
            return _sanitizer(text, site, reached)
        case "m":
            return Run(end="violation", kind=ir.LEAK, line=site, reached=reached)
        case "b" | "e" | "l":
            return Run(end={"b": "blocked", "e": "end", "l": "limit"}[end], reached=reached)
    return Run(end="crash", reached=reached)


def _sanitizer(text: str, freed: int, reached: frozenset[int]) -> Run:
    """What a sanitizer's report says; a crash where it is not one of the violations we look for.

    Args:
        text: the report.
        freed: the line of the last call of free.
        reached: sites of the assertions that were evaluated.
    """
    found, report = _UBSAN.search(text), _REPORT.search(text)
    if found is not None:
        for pattern, violation in _KINDS:
            if pattern.search(found[2]):
                return Run(end="violation", kind=violation, line=int(found[1]), reached=reached)
    elif report is not None:
        frame = _FRAME.search(text)
        for pattern, violation in _ASAN:
            if pattern.search(report[1]):
                line = freed if violation in (ir.DOUBLE_FREE, ir.BAD_FREE) else int(frame[1]) if frame else 0
                return Run(end="violation", kind=violation, line=line, reached=reached)
    return Run(end="crash", reached=reached)
