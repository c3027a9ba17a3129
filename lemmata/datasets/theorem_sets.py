"""Sets of theorems in Lean, as their publishers lay them out: miniF2F, ProofNet, PutnamBench.

An item that does not parse is left out and named; the rest of the set is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from lemmata.datasets.files import load_problems
from lemmata.datasets.jsonl import load_rows, text_field
from lemmata.errors import BadInput
from lemmata.formats.lean import find_answer_holes, find_theorems
from lemmata.problem import Construction, Json, Problem, Theorem, digest

_PUBLISHED = re.compile(r"[ \t]*(?:\n[ \t]*)?--[ \t]*(?P<answer>[^\n]*(?:\n[ \t]*--[^\n]*)*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TheoremItem:
    """One problem of a set.

    Args:
        problem: what is to be proved, or answered and proved.
        split: the publisher's name for the part that it belongs to; empty: there are none.
        informal: the problem in words, as far as the set has them.
        answer: the published answer, which no solver is shown; empty: there is none.
    """

    problem: Theorem | Construction
    split: str = ""
    informal: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TheoremSet:
    """The problems of a set.

    Args:
        items: in the order of their names, or of the file's lines.
        skipped: for each item that could not be read, its place and why.
    """

    items: tuple[TheoremItem, ...]
    skipped: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Of all names and sources; changes whenever a problem does."""
        return digest([[i.split, i.problem.name, i.problem.source] for i in self.items])


def load_minif2f(folder: str | Path) -> TheoremSet:
    """miniF2F: `MiniF2F/Test/*.lean` and `MiniF2F/Valid/*.lean` under a folder, or any folder of such files.

    Raises:
        BadInput: there is no such folder, or no Lean file in it.
    """
    return _collect(_lean_files(folder), _from_minif2f)


def load_putnambench(folder: str | Path) -> TheoremSet:
    """PutnamBench: `lean4/src/*.lean` under a folder, or any folder of such files.

    The comment behind an answer's hole is the published answer; it is taken out of the problem.

    Raises:
        BadInput: there is no such folder, or no Lean file in it.
    """
    return _collect(_lean_files(folder), _from_putnam)


def load_proofnet(path: str | Path) -> TheoremSet:
    """ProofNet: JSON lines with `name`, `header`, `formal_statement` and `informal_stmt`.

    Raises:
        BadInput: the file can't be read.
    """
    bad: list[str] = []
    found = _collect(load_rows(path, skipped=bad), lambda row: _from_proofnet(*row))
    return replace(found, skipped=(*bad, *found.skipped))


Entry = TypeVar("Entry")


def _collect(entries: Iterable[Entry], read: Callable[[Entry], TheoremItem]) -> TheoremSet:
    items, skipped = [], []
    for entry in entries:
        try:
            items.append(read(entry))
        except BadInput as exc:
            skipped.append(str(exc))
    return TheoremSet(items=tuple(items), skipped=tuple(skipped))


def _lean_files(folder: str | Path) -> list[Path]:
    root = Path(folder)
    if not root.is_dir():
        raise BadInput("expected a folder", place=str(root))
    found = sorted(root.rglob("*.lean"))
    if not found:
        raise BadInput("expected a folder with .lean files", place=str(root))
    return found


def _from_minif2f(path: Path) -> TheoremItem:
    problem = _single(load_problems(path), path.name)
    split = path.parent.name.lower()
    return TheoremItem(problem=replace(problem, name=path.stem), split=split if split in ("test", "valid") else "")


def _from_putnam(path: Path) -> TheoremItem:
    problem = _single(load_problems(path), path.name)
    source, answers = _without_answers(problem.source)
    informal = re.search(r"/--(.*?)-/", source, re.DOTALL)
    return TheoremItem(
        problem=replace(problem, name=path.stem, source=source),
        informal=informal[1].strip() if informal else "",
        answer="\n".join(answers),
    )


def _from_proofnet(row: Mapping[str, Json], place: str) -> TheoremItem:
    header, statement = (text_field(row, place, key) for key in ("header", "formal_statement"))
    source = f"{header.rstrip()}\n\n{statement.strip()}\n"
    theorems = find_theorems(source)
    if len(theorems) != 1:
        raise BadInput("expected one theorem whose proof is `sorry`", place=place)
    name = text_field(row, place, "name")
    informal, split = row.get("informal_stmt"), row.get("split")
    return TheoremItem(
        problem=Theorem(name=name, source=source, language="lean", target=theorems[0].name),
        split=split if isinstance(split, str) else "",
        informal=informal if isinstance(informal, str) else "",
    )


def _single(problems: tuple[Problem, ...], place: str) -> Theorem | Construction:
    if len(problems) != 1 or not isinstance(problems[0], Theorem | Construction):
        raise BadInput("expected one theorem whose proof is `sorry`", place=place)
    return problems[0]


def _without_answers(source: str) -> tuple[str, list[str]]:
    """The text without the comments behind its holes, and those comments."""
    answers: list[str] = []
    for hole in reversed(find_answer_holes(source)):
        comment = _PUBLISHED.match(source, hole.hole[1])
        if comment is not None:
            answers.insert(0, re.sub(r"\n[ \t]*--[ \t]?", "\n", comment["answer"]).strip())
            source = source[: hole.hole[1]] + source[comment.end() :]
    return source, answers
