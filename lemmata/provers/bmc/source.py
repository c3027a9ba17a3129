"""C text to the tree that pycparser gives, with comments, directives and headers dealt with.

Programs without directives need nothing but this process; the others are preprocessed by gcc in the sandbox, where the
only headers are ours: they declare what the checker understands and nothing else.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

from lemmata.errors import BackendMissing, BadInput
from lemmata.problem import Program
from lemmata.provers.base import Backends
from lemmata.provers.bmc.names import ERRORS, STOPS
from lemmata.sandbox.base import Caps, Command, End

GCC = "/usr/bin/gcc"
REMEDY = "install gcc with its sanitizers (Debian: apt-get install gcc libc6-dev)"
_LARGEST = 200_000
_ASSEMBLY = re.compile(r"(?<!\w)((?:asm|__asm__|__asm)\b(?:\s+(?:volatile|__volatile__|inline|goto))*\s*\()")
_MARKER = re.compile(r'# (\d+) "([^"]*)"')
_SAID = re.compile(r"^program\.c:(\d+:\d+): error: (.*)$", re.MULTILINE)

_INTEGERS = "\n".join(
    f"typedef {c} int{w}_t; typedef unsigned {c} uint{w}_t;"
    for w, c in ((8, "char"), (16, "short"), (32, "int"), (64, "long"))
).replace("typedef char int8_t", "typedef signed char int8_t")

HEADERS: dict[str, str] = {
    "assert.h": "#ifdef NDEBUG\n#error NDEBUG turns the assertions off, so that nothing would be asked\n#endif\n"
    "extern void assert(int);",
    "stdbool.h": "#define bool _Bool\n#define true 1\n#define false 0",
    "limits.h": "\n".join(
        f"#define {name} {value}"
        for name, value in {
            "CHAR_BIT": "8",
            "SCHAR_MIN": "(-128)",
            "SCHAR_MAX": "127",
            "UCHAR_MAX": "255",
            "CHAR_MIN": "(-128)",
            "CHAR_MAX": "127",
            "SHRT_MIN": "(-32768)",
            "SHRT_MAX": "32767",
            "USHRT_MAX": "65535",
            "INT_MIN": "(-2147483647-1)",
            "INT_MAX": "2147483647",
            "UINT_MAX": "4294967295U",
            "LONG_MIN": "(-9223372036854775807L-1L)",
            "LONG_MAX": "9223372036854775807L",
            "ULONG_MAX": "18446744073709551615UL",
            "LLONG_MIN": "(-9223372036854775807LL-1LL)",
            "LLONG_MAX": "9223372036854775807LL",
            "ULLONG_MAX": "18446744073709551615ULL",
        }.items()
    ),
    "stdint.h": _INTEGERS
    + "\ntypedef long intptr_t; typedef unsigned long uintptr_t;\n"
    + "\n".join(
        f"#define INT{w}_MAX {(1 << (w - 1)) - 1}{s}\n#define INT{w}_MIN (-{(1 << (w - 1)) - 1}{s}-1)\n"
        f"#define UINT{w}_MAX {(1 << w) - 1}{u}"
        for w, s, u in ((8, "", ""), (16, "", ""), (32, "", "U"), (64, "L", "UL"))
    ),
    "stddef.h": "typedef unsigned long size_t; typedef long ptrdiff_t;\n#define NULL ((void *)0)",
    "stdlib.h": '#include "stddef.h"\nextern void abort(void); extern void exit(int);\n'
    "extern void *malloc(size_t); extern void *calloc(size_t, size_t); extern void free(void *);\n"
    "#define EXIT_SUCCESS 0\n#define EXIT_FAILURE 1",
    "stdio.h": '#include "stddef.h"\nextern int printf(const char *, ...); extern int puts(const char *);\n'
    "extern int putchar(int);",
    "string.h": '#include "stddef.h"\nextern size_t strlen(const char *);\n'
    "extern int strcmp(const char *, const char *); extern char *strcpy(char *, const char *);\n"
    "extern void *memset(void *, int, size_t);\n"
    "extern void *memcpy(void *, const void *, size_t);",
}

_COMMENT = re.compile(r"""//(?:\\\n|[^\n])*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.DOTALL)
_DIRECTIVE = re.compile(r"^\s*#|__attribute__|__extension__", re.MULTILINE)
_ATTRIBUTE = re.compile(r"__attribute__\s*\(\(((?:[^()]|\([^()]*\))*)\)\)")
_HARMLESS = frozenset(
    {"noreturn", "unused", "used", "nothrow", "leaf", "cold", "hot", "const", "pure", "noinline", "always_inline",
     "nonnull", "returns_nonnull", "artificial", "warn_unused_result", "deprecated", "format", "fallthrough"}
)  # fmt: skip
_PLACE = re.compile(r"^(?P<file>.*?):(?P<line>\d+):(?P<column>\d+): (?P<text>.*)$", re.DOTALL)


class Unsupported(Exception):
    """A construct that the checker does not understand; never skipped, always told."""

    def __init__(self, construct: str, place: str) -> None:
        super().__init__(construct, place)
        self.construct, self.place = construct, place

    def __str__(self) -> str:
        return f"{self.place}: {self.construct} is not supported"


def unsupported(construct: str, node: Any, name: str) -> Unsupported:
    """The refusal of a construct, with its place."""
    coord = getattr(node, "coord", None)
    return Unsupported(construct, f"{name}:{coord.line}:{coord.column}" if coord is not None else name)


def strip_comments(text: str) -> str:
    """The text with every comment turned into blanks, lines and columns kept."""

    def blank(match: re.Match[str]) -> str:
        found = match.group()
        return re.sub(r"[^\n]", " ", found) if found.startswith("/") else found

    return _COMMENT.sub(blank, text)


def read_tree(problem: Program, backends: Backends) -> Any:
    """The `pycparser.c_ast.FileAST` of a program.

    Raises:
        BadInput: the text is not C; the place is file:line:column.
        Unsupported: it has inline assembly.
        BackendMissing: it has directives and there is no gcc.
    """
    if len(problem.source) > _LARGEST:
        raise BadInput(f"expected at most {_LARGEST} characters", place=problem.name)
    if re.search("[\0\ud800-\udfff]", problem.source):
        raise BadInput("expected text without NUL characters and lone surrogates", place=problem.name)
    text = strip_comments(problem.source)
    if _DIRECTIVE.search(text):
        text = _preprocess(text, problem.name, backends)
    elif "_Noreturn" in text:
        _refuse_endings(text, problem.name)
    refused = _ASSEMBLY.search(text)
    if refused is not None:
        line = _line_of(text, refused.start(1))
        raise Unsupported("inline assembly", f"{problem.name}:{line}" if line else problem.name)
    try:
        return parse_text(text, problem.name)
    except BadInput as exc:
        raise _as_gcc_says(text, problem.name, backends) or exc from None


def _line_of(text: str, at: int) -> int:
    """The line of the program that a place in preprocessed text belongs to; 0 in a header of ours."""
    before = text[:at].split("\n")
    for back, line in enumerate(reversed(before)):
        marker = _MARKER.match(line)
        if marker is not None:
            return int(marker[1]) + back - 1 if marker[2] == "program.c" else 0
    return len(before)


def _as_gcc_says(text: str, name: str, backends: Backends) -> BadInput | None:
    """What gcc has against a text that our parser refuses; None where it has nothing, or there is no gcc."""
    command = Command(
        argv=(GCC, "-std=gnu11", "-fsyntax-only", "-w", "-fpreprocessed", "program.c"),
        files={"program.c": text.encode()},
        caps=Caps(wall_s=10, output_kb=4096),
    )
    try:
        ran = backends.sandbox().run(command)
    except BackendMissing:
        return None
    said = ran.stderr.decode("utf-8", "replace") if ran.end is End.FINISHED else ""
    wrong = _SAID.search(said)
    return wrong and BadInput(f"gcc says: {wrong[2]}", place=f"{name}:{wrong[1]}")


def parse_text(text: str, name: str) -> Any:
    """Parse preprocessed C.

    Raises:
        BadInput: it can't be parsed.
    """
    from pycparser import c_parser

    class Parser(c_parser.CParser):  # type: ignore[misc]
        def _parse_error(self, msg: str, coord: Any) -> NoReturn:
            if not hasattr(coord, "line") and (at := self._peek()) is not None:
                coord = f"program.c:{at.lineno}:{at.column}"
            raise c_parser.ParseError(f"{coord}: {msg}")

    try:
        return Parser().parse(text, "program.c")
    except RecursionError:
        raise BadInput("expected C that nests less deeply", place=name) from None
    except (c_parser.ParseError, AssertionError) as exc:
        found = _PLACE.match(str(exc))
        if found is None:
            raise BadInput(f"expected C ({exc})", place=name) from None
        place = f"{name}:{found['line']}:{found['column']}"
        raise BadInput(f"expected C; the parser says: {found['text']}", place=place) from None


def gcc_missing() -> BackendMissing:
    return BackendMissing("no working gcc at /usr/bin/gcc", remedy=REMEDY)


def _preprocess(text: str, name: str, backends: Backends) -> str:
    if re.search(r"^\s*#\s*include\s*[\"<]\s*[./]|^\s*#\s*include_next|__has_include", text, re.MULTILINE):
        raise BadInput(f"expected only the headers {', '.join(HEADERS)}", place=name)
    command = Command(
        argv=(
            GCC,
            "-E",
            "-std=gnu11",
            "-nostdinc",
            "-Iinclude",
            "-D__extension__=",
            "program.c",
        ),
        files={"program.c": text.encode(), **{f"include/{h}": body.encode() for h, body in HEADERS.items()}},
        caps=Caps(wall_s=10, output_kb=4096),
    )
    ran = backends.sandbox().run(command)
    if ran.end is not End.FINISHED:
        raise BadInput(f"the preprocessor did not finish ({ran.end.value})", place=name)
    if ran.exit_code != 0:
        first = ran.stderr.decode("utf-8", "replace").splitlines()
        wrong = next((line for line in first if ": error:" in line or "fatal error" in line), None)
        if wrong is None:
            raise gcc_missing()
        raise BadInput(
            wrong.replace("program.c:", "", 1).strip() + f" (headers known: {', '.join(HEADERS)})", place=name
        )
    return strip_attributes(ran.stdout.decode("utf-8", "replace"), name)


def strip_attributes(text: str, name: str) -> str:
    """Preprocessed text without its attributes.

    Raises:
        Unsupported: one of them may change what the program means.
    """

    def blank(match: re.Match[str]) -> str:
        words = {word.strip("_") for word in re.findall(r"[A-Za-z_]\w*", re.sub(r"\([^()]*\)", "", match[1]))}
        if not words <= _HARMLESS:
            raise Unsupported(f"the attribute {min(words - _HARMLESS)}", name)
        return re.sub(r"[^\n]", " ", match.group())

    _refuse_endings(text, name)
    return _ATTRIBUTE.sub(blank, text)


def _refuse_endings(text: str, name: str) -> None:
    """Refuse a function without a body that never returns, unless we know it."""
    parts = re.split(r"([;{}])", text)
    for declaration, end in zip(parts[::2], parts[1::2], strict=False):
        if end == ";" and "noreturn" in declaration.lower():
            called = re.search(r"([A-Za-z_]\w*)\s*\(", _ATTRIBUTE.sub("", declaration))
            if called is not None and called[1] not in STOPS | ERRORS:
                raise Unsupported(f"{called[1]}, which never returns", name)
