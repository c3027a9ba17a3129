"""C and C++ by the system's compiler, with its sanitizers: built in the sandbox, run in the sandbox.

What a sanitizer says is text of the program's own process, which a program can imitate: good for finding faults in a
program that may have some, no proof against one that lies about having them.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from lemmata.errors import BackendMissing
from lemmata.sandbox.base import Caps, Command, End, Outcome

Language = Literal["c", "c++"]
SANITIZE = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
_COMPILERS: Mapping[Language, tuple[str, ...]] = {"c": ("gcc", "clang"), "c++": ("g++", "clang++")}
_PACKAGES: Mapping[Language, str] = {"c": "gcc libc6-dev", "c++": "g++"}
_STANDARDS: Mapping[Language, str] = {"c": "gnu17", "c++": "gnu++17"}
_PROGRAM = "program"
_BUILD_CAPS = Caps(wall_s=30.0, memory_mb=2048, output_kb=4096)
_RUN_CAPS = Caps(resident=True)  # the address sanitizer reserves terabytes
_NO_FILES: Mapping[str, bytes] = {}
# Leaks are looked for with ptrace, which does not exist inside. The exit code is one that programs seldom have.
SANITIZER_EXIT = 77
_OPTIONS = f"exitcode={SANITIZER_EXIT}:detect_leaks=0:color=never:print_summary=1:report_error_type=1"

_DIAGNOSTIC = re.compile(
    r"^(?P<file>[^\s:][^:\n]*):(?P<line>\d+):(?:\d+:)? (?P<kind>(?:fatal )?error|warning): (?P<text>.*)$"
)
_LINKER = re.compile(r"^(?:\S*ld: )?(?P<file>[^\s:][^:\n]*):(?P<line>\d+): (?P<text>(?:undefined|multiple) .*)$")
_NO_SANITIZER = re.compile(r"cannot find .*(?:asan|ubsan)|lib(?:asan|ubsan|clang_rt)\S*: No such file")
_SUMMARY = re.compile(r"^SUMMARY: (?P<by>Address|UndefinedBehavior)Sanitizer: (?P<kind>\S+)", re.MULTILINE)
_UNDEFINED = re.compile(r"^(?P<file>[^\s:][^:\n]*):(?P<line>\d+):\d+: runtime error: (?P<text>.*)$", re.MULTILINE)
_ADDRESS = re.compile(r"^=+\d+=+ ?ERROR: AddressSanitizer: (?P<text>.*)$", re.MULTILINE)
_FRAME = re.compile(r"^ +#\d+ \S+ in .*? (?P<file>\S+?):(?P<line>\d+)(?::\d+)?$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """What a compiler or linker says of a place in a source file."""

    file: str
    line: int
    kind: Literal["error", "warning"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What came of compiling.

    Args:
        program: the executable; None: there is none.
        diagnostics: in the compiler's order.
        said: all that it wrote.
        end: how the compiler ended; a limit, where that is why there is no program.
    """

    program: bytes | None
    diagnostics: tuple[Diagnostic, ...]
    said: str
    end: End


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """What a sanitizer stopped a program for.

    Args:
        sanitizer: which one.
        kind: in its own words: heap-buffer-overflow, signed-integer-overflow, …
        file, line: where in the sources; empty and 0: it does not say.
        text: its message.
    """

    sanitizer: Literal["address", "undefined"]
    kind: str
    file: str
    line: int
    text: str


def c_compiler() -> str:
    """The path of gcc, or else of clang.

    Raises:
        BackendMissing: there is neither; says how to get one.
    """
    return find_compiler("c")


def find_compiler(language: Language) -> str:
    """The path of a compiler for the language.

    Raises:
        BackendMissing: as for `c_compiler`.
    """
    for name in _COMPILERS[language]:
        if found := shutil.which(name, path="/usr/local/bin:/usr/bin:/bin"):
            return found
    raise BackendMissing(f"no {language.upper()} compiler found", remedy=f"apt-get install {_PACKAGES[language]}")


def build_command(
    sources: Mapping[str, str],
    *,
    language: Language = "c",
    std: str = "",
    flags: Sequence[str] = SANITIZE,
    caps: Caps = _BUILD_CAPS,
) -> Command:
    """A command that compiles; `read_build` reads what came of it.

    Args:
        sources: path -> text; headers may be among them, all others are compiled.
        language: of all of them.
        std: as in `-std=`; by default C17 or C++17 with GNU extensions.
        flags: more of the compiler's options; by default those of both sanitizers.
        caps: limits of the compiler.

    Raises:
        BackendMissing: there is no compiler; says how to get one.
    """
    units = [f"./{name}" for name in sources if not name.endswith((".h", ".hh", ".hpp"))]
    argv = (find_compiler(language), f"-std={std or _STANDARDS[language]}", *flags, "-x", language, *units)
    files = {name: text.encode("utf-8", "surrogatepass") for name, text in sources.items()}
    return Command(argv=(*argv, "-x", "none", "-o", _PROGRAM, "-lm"), files=files, collect=(_PROGRAM,), caps=caps)


def read_build(outcome: Outcome) -> Build:
    """What came of a `build_command`.

    Raises:
        BackendMissing: the compiler's sanitizers are not installed.
    """
    said = outcome.stderr.decode("utf-8", "replace")
    if _NO_SANITIZER.search(said):
        raise BackendMissing(
            "the C compiler has no sanitizers", remedy="apt-get install gcc g++ (or libclang-rt-dev for clang)"
        )
    diagnostics = [
        Diagnostic(
            file=_own(found["file"]),
            line=int(found["line"]),
            kind="warning" if found.groupdict().get("kind") == "warning" else "error",
            text=found["text"],
        )
        for line in said.splitlines()
        if (found := _DIAGNOSTIC.match(line) or _LINKER.match(line))
    ]
    built = outcome.end is End.FINISHED and outcome.exit_code == 0
    program = outcome.files.get(_PROGRAM) if built else None
    return Build(program=program, diagnostics=tuple(diagnostics), said=said, end=outcome.end)


def program_command(
    program: bytes,
    *,
    argv: Sequence[str] = (),
    stdin: bytes = b"",
    files: Mapping[str, bytes] = _NO_FILES,
    collect: Sequence[str] = (),
    caps: Caps = _RUN_CAPS,
) -> Command:
    """A command that runs a program that was built with sanitizers; `find_violation` reads what they say.

    Args:
        program: as from `read_build`.
        argv: its arguments.
        stdin, files, collect: as for every command.
        caps: limits; memory is limited as resident memory in any case.
    """
    return Command(
        argv=(f"/box/{_PROGRAM}", *argv),
        files={**files, _PROGRAM: program},
        stdin=stdin,
        collect=tuple(collect),
        env={"ASAN_OPTIONS": _OPTIONS, "UBSAN_OPTIONS": _OPTIONS},
        caps=replace(caps, resident=True),
    )


def find_violation(outcome: Outcome) -> Violation | None:
    """What a sanitizer stopped the program for; None: none did."""
    said = outcome.stderr.decode("utf-8", "replace")
    summary = _SUMMARY.search(said)
    if outcome.exit_code != SANITIZER_EXIT or summary is None:
        return None
    address = summary["by"] == "Address"
    told = (_ADDRESS if address else _UNDEFINED).search(said)
    place = told
    if address:  # the innermost frame that is not the sanitizer's own
        frames = (frame for frame in _FRAME.finditer(said) if "/libsanitizer/" not in frame["file"])
        place = next((frame for frame in frames if not frame["file"].startswith("/usr/")), None)
    return Violation(
        sanitizer="address" if address else "undefined",
        kind=summary["kind"],
        file=_own(place["file"]) if place else "",
        line=int(place["line"]) if place else 0,
        text=told["text"] if told else "",
    )


def _own(file: str) -> str:
    """The name of a source as it was given."""
    return re.sub(r"^.*/box/", "", file).removeprefix("./")
