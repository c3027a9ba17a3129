"""Problems from files that a user already has."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from lemmata.errors import BadInput, NothingToCheck
from lemmata.formats import lean, python, smtlib, sygus
from lemmata.problem import KINDS, Construction, Problem, Program, Question, Synthesis, Theorem

LARGEST = 8 << 20
"""Bytes of the largest file that is read."""


def load_problems(path: str | Path, *, kind: str = "") -> tuple[Problem, ...]:
    """The problems in a file: one for each theorem in Lean, each check-sat in SMT-LIB, one for other files.
    A claim that begins with `find`, `largest`, `smallest` or `relate` asks for something; any other is to be proved.

    Args:
        path: a .lean, .smt2, .sl, .py, .c, .claim, .steps, .txt or .md file.
        kind: overrides what would be read from the file's content (`program`, `construction`, …).

    Raises:
        BadInput: no such file, unknown extension, not UTF-8, too large, does not parse, or nothing in it to solve.
    """
    path = Path(path)
    if kind and kind not in KINDS:
        raise BadInput(f"expected one of {', '.join(KINDS)}", place=f"kind {kind!r}")
    if path.suffix not in _READERS:
        raise BadInput(f"expected a file ending in {', '.join(_READERS)}", place=str(path))
    source = read_source(path)
    try:
        return read_problems(path.name, source, path.suffix, kind=kind)
    except BadInput as exc:
        raise type(exc)(exc.text, place=f"{path}:{exc.place}" if exc.place else str(path)) from None


def read_problems(name: str, source: str, suffix: str, *, kind: str = "") -> tuple[Problem, ...]:
    """The problems in a text that would stand in a file with such an ending.

    Args:
        name: what people will see.
        source: the text.
        suffix: one of `SUFFIXES`.
        kind: as for `load_problems`.

    Raises:
        BadInput: it does not parse, or there is nothing in it to solve; `place` is one within the text.
    """
    if not source.strip():
        raise NothingToCheck("expected a problem; the file is empty")
    problems = _READERS[suffix](name, source, kind)
    if not problems:
        raise BadInput("there is nothing in it to solve")
    odd = next((p for p in problems if kind and p.kind != kind), None)
    if odd is not None:
        raise BadInput(f"expected a {kind}, found a {odd.kind}")
    return problems


def read_source(path: Path) -> str:
    """The text of a file.

    Raises:
        BadInput: no such file, not UTF-8, or too large.
    """
    try:
        if path.exists() and not path.is_file():
            raise BadInput("expected a plain file", place=str(path))
        if path.stat().st_size > LARGEST:
            raise BadInput(f"expected at most {LARGEST >> 20} MiB", place=str(path))
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as exc:
        raise BadInput(f"can't be read: {exc.strerror}", place=str(path)) from None
    except UnicodeDecodeError as exc:
        raise BadInput(f"expected UTF-8 text (byte {exc.start} is not)", place=str(path)) from None


def _lean(name: str, source: str, kind: str) -> tuple[Problem, ...]:
    theorems = lean.find_theorems(source)
    if not theorems:
        raise BadInput("expected at least one `theorem … := by sorry`")
    cls = Construction if lean.find_answer_holes(source) else Theorem
    if kind:
        cls = Construction if kind == "construction" else Theorem
    single = len(theorems) == 1
    return tuple(
        cls(name=name if single else f"{name}:{t.name}", source=source, language="lean", target=t.name)
        for t in theorems
    )


def _smtlib(name: str, source: str, kind: str) -> tuple[Problem, ...]:
    scripts = smtlib.split_checks(source)
    cls = Construction if kind == "construction" or smtlib.asks_for_all(source) else Theorem
    return tuple(
        cls(name=name if len(scripts) == 1 else f"{name}:{i}", source=script, language="smtlib")
        for i, script in enumerate(scripts, 1)
    )


def _sygus(name: str, source: str, kind: str) -> tuple[Problem, ...]:
    return (Synthesis(name=name, source=source, language="sygus", target=sygus.asked_name(source)),)


def _python(name: str, source: str, kind: str) -> tuple[Problem, ...]:
    found = python.classify(source)
    asked = kind or found.kind
    if asked == "program":
        return (Program(name=name, source=source, language="python"),)
    if asked != found.kind:
        raise BadInput(f"expected a {asked}, found a {found.kind}")
    cls = Construction if asked == "construction" else Synthesis
    return tuple(
        cls(name=name if len(found.targets) == 1 else f"{name}:{t}", source=source, language="python", target=t)
        for t in found.targets
    )


def _c(name: str, source: str, kind: str) -> tuple[Problem, ...]:
    return (Program(name=name, source=source, language="c"),)


_COMMENT = re.compile(r"^[ \t]*--.*$", re.MULTILINE)
_ASKS = re.compile(r"\s*(?:open\s[^:]*?\s)?(?:find|largest|smallest|relate)\s")


def asks_for_something(text: str) -> bool:
    """Whether a claim asks for a value, a best constant or a relation; any other is to be proved."""
    return _ASKS.match(text) is not None


def _claim(name: str, source: str, kind: str) -> tuple[Problem, ...]:
    text = _COMMENT.sub(lambda comment: " " * len(comment[0]), source)  # places stay what they are
    if kind == "construction" or (asks_for_something(text) and not kind):
        return (Construction(name=name, source=text, language="claim"),)
    return (Theorem(name=name, source=text.strip(), language="claim"),)


def _steps(name: str, source: str, kind: str) -> tuple[Problem, ...]:
    return (Theorem(name=name, source=source, language="steps"),)


def _text(name: str, source: str, kind: str) -> tuple[Problem, ...]:
    if kind in ("construction", "theorem"):
        return _claim(name, source, kind)
    return (Question(name=name, source=source),)


_READERS: Mapping[str, Callable[[str, str, str], tuple[Problem, ...]]] = {
    ".lean": _lean,
    ".smt2": _smtlib,
    ".sl": _sygus,
    ".py": _python,
    ".c": _c,
    ".claim": _claim,
    ".steps": _steps,
    ".txt": _text,
    ".md": _text,
}
SUFFIXES = tuple(_READERS)
"""Endings of the files that can be read."""
