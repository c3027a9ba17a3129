"""OlymMATH: olympiad problems in words with published answers in LaTeX, one JSON object a line.

Fields: `problem`, `answer`, `subject`, `unique_id`. There is no formal statement, so each is a question in words, and
outside what is read as a claim.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lemmata.datasets.jsonl import load_rows, text_field
from lemmata.problem import Json, Question

OUTSIDE = "there is no formal statement"


@dataclass(frozen=True, slots=True, kw_only=True)
class OlymMathItem:
    """One problem with its published answer, which no solver is shown.

    Args:
        problem: the question.
        answer: in LaTeX.
        subject: its field of mathematics.
        outside: why it is outside the fragment of claims.
    """

    problem: Question
    answer: str
    subject: str
    outside: str = OUTSIDE


def load_olymmath(path: str | Path) -> tuple[OlymMathItem, ...]:
    """The problems of a file.

    Raises:
        BadInput: it can't be read, or a line is of another form; says which.
    """
    return tuple(read_item(row, place) for row, place in load_rows(path))


def read_item(row: Mapping[str, Json], place: str) -> OlymMathItem:
    """The problem of a line.

    Raises:
        BadInput: it is of another form.
    """
    return OlymMathItem(
        problem=Question(name=text_field(row, place, "unique_id"), source=text_field(row, place, "problem")),
        answer=text_field(row, place, "answer"),
        subject=str(row.get("subject", "")),
    )
