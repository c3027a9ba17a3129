"""ConstructiveBench-style files: competition problems whose answer is to be constructed, some with a Lean statement.

One JSON object a line (or one list). Read leniently: `problem` (or `informal_problem`, `statement`) in words, `answer`
(or `informal_answer`), `name` (or `id`, `unique_id`), `category`, and the Lean text under `formal_statement`,
`formalization`, `lean_code`, `lean4_code` or `lean`. A Lean text that gives the answer away, as in
`abbrev answer : Set ℕ := {3, 5}`, has it taken out and put in a hole, so that it can be asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lemmata.datasets.jsonl import load_rows, text_field
from lemmata.formats.lean import find_answer_holes, find_theorems
from lemmata.problem import Construction, Json, Question

_FORMAL = ("formal_statement", "formalization", "lean_code", "lean4_code", "lean")
_GIVEN = re.compile(
    r"^(?P<head>(?:noncomputable\s+)?(?:abbrev|def)\s+\S*(?:answer|solution)\S*\s*:\s*(?:(?!:=).)*?:=)(?P<value>.*?)"
    r"(?=^\s*(?:/--|theorem|lemma|abbrev|def|noncomputable|example|open|namespace)\b)",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstructiveItem:
    """One problem with its published answer, which no solver is shown.

    Args:
        problem: in Lean with a hole for the answer, or in words.
        answer: in words.
        formal_answer: what the hole held; empty where there is none.
        category: as published.
        outside: why it is no construction that we can be given; empty where it is one.
    """

    problem: Construction | Question
    answer: str
    formal_answer: str = ""
    category: str = ""
    outside: str = ""


def load_constructivebench(path: str | Path) -> tuple[ConstructiveItem, ...]:
    """The problems of a file.

    Raises:
        BadInput: it can't be read, or a line is of another form; says which.
    """
    return tuple(read_item(row, place) for row, place in load_rows(path))


def read_item(row: Mapping[str, Json], place: str) -> ConstructiveItem:
    """The problem of a line.

    Raises:
        BadInput: it is of another form.
    """
    words = text_field(row, place, "problem", "informal_problem", "statement")
    answer = text_field(row, place, "answer", "informal_answer")
    named = next((str(row[n]) for n in ("name", "unique_id", "id") if isinstance(row.get(n), str | int)), "")
    name, category = f"{place}:{named}" if named else place, str(row.get("category", ""))
    formal = next((row[n] for n in _FORMAL if isinstance(row.get(n), str)), None)
    if formal is None:
        question = Question(name=name, source=words)
        return ConstructiveItem(
            problem=question, answer=answer, category=category, outside="there is no formal statement"
        )
    source, taken = _opened(str(formal))
    theorems = find_theorems(source)
    if not theorems or not find_answer_holes(source):
        question = Question(name=name, source=words)
        why = "its Lean text has no hole for an answer before a theorem that ends in sorry"
        return ConstructiveItem(problem=question, answer=answer, category=category, outside=why)
    problem = Construction(name=name, source=source, language="lean", target=theorems[-1].name)
    return ConstructiveItem(problem=problem, answer=answer, formal_answer=taken, category=category)


def _opened(source: str) -> tuple[str, str]:
    """The Lean text with a hole for each answer, and what stood there."""
    taken: list[str] = []

    def emptied(found: re.Match[str]) -> str:
        value = found["value"].strip()
        if value != "sorry":
            taken.append(value)
        return f"{found['head']} sorry\n\n"

    return _GIVEN.sub(emptied, source), "\n".join(taken)
