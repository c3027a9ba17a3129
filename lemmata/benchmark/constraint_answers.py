"""Answers to constraint problems: the values as JSON, or a program that prints them, recognised by its text."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from lemmata.problem import Json

_LONGEST = 1 << 20
_DEEPEST = 32
_FENCED = re.compile(
    r"^[ \t]*```[ \t]*(?P<language>[\w+-]*)[^\n]*\n(?P<text>.*?)^[ \t]*```[ \t]*$", re.DOTALL | re.MULTILINE
)
_SOLVES = re.compile(r"\bsolve\b[^;]*\b(?:satisfy|minimize|maximize)\b")
_LANGUAGES: Mapping[str, Literal["python", "minizinc"]] = {
    "python": "python",
    "py": "python",
    "cpmpy": "python",
    "minizinc": "minizinc",
    "mzn": "minizinc",
}


class NoAnswer(Exception):
    """The text is neither values nor a program, or says more than one thing; its text says what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProgram:
    """A program that prints the values."""

    text: str
    language: Literal["python", "minizinc"]


def read_answer(answer: Json) -> Mapping[str, Json] | ModelProgram:
    """The values that an answer gives, or the program that it is.

    Args:
        answer: JSON, or a text: JSON, a program, or words around a single fenced block that holds one of them.

    Raises:
        NoAnswer: it is nothing of the kind.
    """
    if isinstance(answer, Mapping):
        return read_values(json.dumps(answer))
    if not isinstance(answer, str) or len(answer) > _LONGEST:
        raise NoAnswer(f"expected a text of at most {_LONGEST} characters, or an object")
    blocks = list(_FENCED.finditer(answer))
    if len(blocks) > 1:
        raise NoAnswer(f"expected one block of code, got {len(blocks)}")
    text, named = (blocks[0]["text"], blocks[0]["language"].lower()) if blocks else (answer, "")
    if text.lstrip().startswith("{"):
        return read_values(text)
    language = _LANGUAGES.get(named) or _recognised(text)
    if language is None:
        raise NoAnswer("expected a JSON object, or a program in CPMpy, OR-Tools or MiniZinc that prints one")
    return ModelProgram(text=text, language=language)


def read_values(text: str) -> Mapping[str, Json]:
    """The one JSON object that a text is.

    Raises:
        NoAnswer: it is none, or has a key twice, or something that JSON has not.
    """
    try:
        found = json.loads(text, object_pairs_hook=_pairs, parse_constant=_refused)
        deep = _depth(found) > _DEEPEST
    except (ValueError, RecursionError) as exc:
        raise NoAnswer(f"expected one JSON object ({exc})") from None
    if not isinstance(found, dict) or deep:
        raise NoAnswer(f"expected a JSON object, nested at most {_DEEPEST} times")
    return found


def find_values(printed: str) -> Mapping[str, Json]:
    """The one JSON object in what a program printed: from the first brace to the last.

    Raises:
        NoAnswer: there is none, or more than one.
    """
    start, end = printed.find("{"), printed.rfind("}")
    if start < 0 or end < start:
        raise NoAnswer(f"expected the program to print a JSON object, got {printed.strip()[:100]!r}")
    return read_values(printed[start : end + 1])


def _recognised(text: str) -> Literal["python", "minizinc"] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Python thinks of the program's escapes
            tree = ast.parse(text)
        if any(isinstance(node, ast.Import | ast.ImportFrom | ast.Call) for node in ast.walk(tree)):
            return "python"
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    return "minizinc" if _SOLVES.search(text) else None


def _pairs(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands in it twice")
    return found


def _refused(constant: str) -> Json:
    raise ValueError(f"{constant} is no number of JSON")


def _depth(value: Json) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, inner), default=0)
