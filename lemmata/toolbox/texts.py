"""Texts that tools are given, and files of the one folder that may be opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from lemmata.api import find, theorem
from lemmata.datasets.files import read_problems, read_source
from lemmata.errors import BadInput
from lemmata.problem import Construction, Problem

T = TypeVar("T")
LONGEST_TEXT = 1_000_000
SUFFIXES: Mapping[str, str] = {
    "lean": ".lean",
    "smtlib": ".smt2",
    "claim": ".claim",
    "steps": ".steps",
    "sygus": ".sl",
    "python": ".py",
    "c": ".c",
    "text": ".txt",
}
"""Languages, each with the ending of its files."""


class Texts:
    """Where the texts come from.

    Args:
        root: the only folder whose files may be named; None: no file is read.
    """

    def __init__(self, root: Path | None) -> None:
        self.root = root.resolve() if root is not None else None

    def read(self, source: str, path: str, parse: Callable[[str], T]) -> Callable[[], T]:
        """What gives the parsed text; to be called in a thread, where waiting for a disk holds nobody up.

        Args:
            source: the text; empty: `path` is given.
            path: a file, relative to the folder.
            parse: what is made of the text.
        """

        def run() -> T:
            if bool(source) == bool(path):
                raise BadInput("expected a text, or a file in its place, got both or none", place="source")
            return parse(source) if source else self._of_file(path, parse)

        return run

    def _of_file(self, path: str, parse: Callable[[str], T]) -> T:
        if self.root is None:
            raise BadInput("no folder was opened (--root DIR), so no file is read; give the text", place="path")
        try:
            file = (self.root / path).resolve()
        except (OSError, ValueError):
            raise BadInput("expected the name of a file", place="path") from None
        if not file.is_relative_to(self.root):
            raise BadInput("expected a file within the folder that was opened", place="path")
        try:
            return parse(read_source(file))
        except BadInput as exc:
            raise BadInput(exc.text, place=path) from None


def problem_of(text: str, language: str, *, kind: str = "", name: str = "") -> Problem:
    """The one problem in a text, a claim in the form in which most is known to be done about it.

    Args:
        text: the text.
        language: a key of `SUFFIXES`.
        kind: that it has to be of; empty: any.
        name: of the theorem that is meant, in Lean; empty: there has to be only one.

    Raises:
        BadInput: none, several, or one of another kind.
    """
    problem = _only_problem(text, language, kind=kind, name=name)
    if language != "claim":
        return problem
    return find(text) if isinstance(problem, Construction) else theorem(text.strip())


def _only_problem(text: str, language: str, *, kind: str, name: str) -> Problem:
    try:
        found = read_problems("source" + SUFFIXES[language], text, SUFFIXES[language], kind=kind)
    except BadInput as exc:
        raise BadInput(exc.text, place=f"source:{exc.place}" if exc.place else "source") from None
    if name:
        found = tuple(p for p in found if p.target == name) or found
        if found[0].target != name:
            known = ", ".join(p.target for p in found)
            raise BadInput(f"expected the name of a theorem in the text ({known}), got {name!r}", place="theorem")
    if len(found) > 1:
        names = ", ".join(p.target or p.name for p in found[:4])
        raise BadInput(f"expected one problem, got {len(found)} ({names}); name one, or give one", place="source")
    return found[0]
