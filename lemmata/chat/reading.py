"""What a turn of the conversation says: a command, something formal, a file, or words.

Formal text is recognised by its own marks and, where it has none, by the readers of claims themselves. A text that is
none of these is words, for a chat model.
"""

from __future__ import annotations

import ast
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from lemmata.datasets.files import SUFFIXES
from lemmata.errors import BadInput
from lemmata.formats.lean import normalise, scan, words

Language: TypeAlias = Literal["lean", "smtlib", "sygus", "python", "c", "claim", "steps"]
SUFFIX_OF: dict[Language, str] = {
    "lean": ".lean",
    "smtlib": ".smt2",
    "sygus": ".sl",
    "python": ".py",
    "c": ".c",
    "claim": ".claim",
    "steps": ".steps",
}
LONGEST = 1_000_000
"""Characters of one turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """The first word of a turn, and what follows it."""

    name: str
    rest: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Formal:
    """A text in a formal language."""

    language: Language
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """The path of a file that is there."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Anything else."""

    text: str


Read: TypeAlias = Command | Formal | File | Words

COMMANDS = {
    "help": ("help", "this list"),
    "prove": ("prove CLAIM", "or Lean, SMT-LIB, a file, or the name of a claim"),
    "refute": ("refute CLAIM", "the same, asked the other way round"),
    "check": ("check PROGRAM", "in Python or C, or its file: look for violations, repair nothing"),
    "repair": ("repair PROGRAM", "or Lean whose proofs fail, or its file; alone: the last one"),
    "same": ("same A | B", "are two answers the same? LaTeX, Lean or plain text"),
    "define": ("define NAME CLAIM", "name a claim; `define f (n : Nat) : Nat := …` defines in Lean"),
    "recheck": ("recheck NAME", "decide a certificate again, also a file's; alone: the last one"),
    "resume": ("resume", "go on with the turn that was interrupted"),
    "show": ("show NAME", "definitions and results; alone: all of them"),
    "forget": ("forget NAME", "alone: everything"),
    "budget": ("budget 30", "seconds for each problem from now on; alone: how many there are"),
}
"""How each is written, and what it does."""


def usage(name: str) -> str:
    """How a command is written, for a message."""
    written, does = COMMANDS[name]
    return f"`{written}`: {does}"


_FENCE = re.compile(r"\s*(`{3,}|~{3,})[ \t]*([\w+-]*)[^\n]*\n(.*?)\n?\1\s*", re.DOTALL)
_FENCED: dict[str, Language] = {
    "lean": "lean",
    "lean4": "lean",
    "smt": "smtlib",
    "smt2": "smtlib",
    "smtlib": "smtlib",
    "sygus": "sygus",
    "sl": "sygus",
    "python": "python",
    "py": "python",
    "c": "c",
    "claim": "claim",
    "steps": "steps",
}
_SMT = re.compile(r"(?:\s|;[^\n]*(?:\n|$))*\(\s*(?:set-|declare-|define-|assert\b|check-sat|push\b)")
_SYGUS = re.compile(r"\(\s*(?:synth-fun|synth-inv)\b")
_C = re.compile(
    r"^[ \t]*#[ \t]*(?:include|define|if|pragma)\b"
    r"|^[ \t]*(?:(?:static|extern|inline|const|unsigned|signed|struct\s+\w+)\s+)*"
    r"(?:int|void|char|long|short|unsigned|_Bool|bool|size_t|float|double|struct\s+\w+)\b[\s*]+\w+\s*\([^;{}]*\)\s*[{;]",
    re.MULTILINE,
)
_PYTHON = re.compile(r"\s*(?:@\w[^\n]*\n\s*)*(?:(?:async\s+)?def|class)\s[^\n]*(?<!:):[ \t]*(?:#[^\n]*)?(?:\n|$)")
_ASKS = re.compile(
    r"\s*(?:open\s[^:]*?\s)?(?:find\s+\S+\s*:|(?:largest|smallest)\s+\S+\s*:|relate\s+[∀(]|relate\s.*\?)"
)
_DECLARES = words(
    "theorem lemma def abbrev example instance structure inductive class axiom opaque mutual noncomputable private "
    "protected partial"
)
_SCOPES = re.compile(r"(?:open|import|namespace|section|variable|universe)\s+[A-Z({\[][^.?!]*$", re.MULTILINE)
_QUANTIFIED = re.compile(r"\s*(?:[∀∃¬]|\(*\s*(?:forall|exists)\s+\w)")
_MATHEMATICAL = re.compile(r"[∀∃∧∨¬→↔≤≥≠∈∉∣∑∏⊢ℕℤℚℝ]")
_PROSE = re.compile(r"[A-Za-z]{2,}[,;]?\s+[A-Za-z]{2,}|\?\s*$")


def read_turn(text: str) -> Read:
    """What a turn says.

    Raises:
        BadInput: nothing, or too much; a file that is not there; Python that does not parse.
    """
    if not text.strip():
        raise BadInput("expected a claim, a program, a command or a question; `help` lists what there is")
    if len(text) > LONGEST:
        raise BadInput(f"expected at most {LONGEST} characters, got {len(text)}; put them into a file")
    first, _, rest = text.strip().partition(" ") if "\n" not in text.strip().split(" ")[0] else _by_line(text)
    if first.rstrip(":") in COMMANDS:
        return Command(name=first.rstrip(":"), rest=rest.strip("\n").strip(), text=text)
    return read_matter(text)


def read_matter(text: str) -> Formal | File | Words:
    """What a text is that is not a command.

    Raises:
        BadInput: as for `read_turn`.
    """
    fenced = _FENCE.fullmatch(text)
    if fenced:
        language = _FENCED.get(fenced[2].lower())
        return Formal(language=language, source=fenced[3]) if language else read_matter(fenced[3] or " ")
    file = _file(text.strip())
    if file is not None:
        return file
    language = _language(text)
    return Formal(language=language, source=text) if language else Words(text=text.strip())


def _by_line(text: str) -> tuple[str, str, str]:
    """A command whose matter begins on the next line."""
    first, between, rest = text.strip().partition("\n")
    return first.strip(), between, rest


def _file(text: str) -> File | None:
    if "\n" in text or len(text) > 1_000:
        return None
    unquoted = text[1:-1] if len(text) > 2 and text[0] == text[-1] and text[0] in "'\"" else text
    path = Path(unquoted).expanduser() if unquoted.startswith("~/") else Path(unquoted)
    if path.suffix not in SUFFIXES:
        return None
    try:
        there = path.exists()
    except (OSError, ValueError):  # no path at all
        return None
    if not there and " " not in unquoted:
        raise BadInput("no such file", place=unquoted)
    return File(path=path) if there else None


def _language(text: str) -> Language | None:
    if _SMT.match(text) or (_SYGUS.search(text) and text.lstrip().startswith(("(", ";"))):
        return "sygus" if _SYGUS.search(text) else "smtlib"
    if _ASKS.match(text):
        return "claim"
    if _QUANTIFIED.match(text):
        return "claim"
    if _is_python(text):
        return "python"
    if _is_lean(text):
        return "lean"
    if _C.search(text):
        return "c"
    return "claim" if _is_claim(text) else None


def _is_lean(text: str) -> bool:
    """Whether it begins as Lean does, and goes on like it: `class of 1984` is no Lean."""
    try:
        tokens = scan(normalise(text))
    except BadInput:  # a comment or string that never ends
        return bool(re.match(r"\s*(?:theorem|lemma|def|example|abbrev)\s", text)) and ":=" in text
    heads = [t for t in tokens if t.kind != "doc"]
    if not heads:
        return False
    if heads[0].text in ("@[", "#check"):
        return True
    if heads[0].text in _DECLARES:
        return any(t.kind == "symbol" and t.text in (":=", ":", "|") for t in heads) or heads[0].text == "mutual"
    return _SCOPES.match(text.strip()) is not None


def _is_python(text: str) -> bool:
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _PYTHON.match(text) is not None  # it will be told what is wrong with it
    says = (
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.ClassDef,
        ast.Assert,
        ast.Import,
        ast.ImportFrom,
        ast.For,
        ast.While,
    )
    return any(isinstance(statement, says) for statement in body)


def _is_claim(text: str) -> bool:
    """Whether it reads as a formula, or is one by its signs and has no prose in it."""
    from lemmata.api import reads_as_claim

    with suppress(RecursionError):
        if reads_as_claim(text):
            return True
    return bool(_MATHEMATICAL.search(text)) and not _PROSE.search(text)
