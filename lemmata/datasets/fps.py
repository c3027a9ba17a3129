"""Formal Problem-Solving: FormalMath500, MiniF2F-Solving, Putnam-Solving, as their publishers' JSON lines.

Each line has `intros` and `outros` (lists of binders with name `name` and type `t`, the second kind sometimes the repr
of such a list), `header` (open namespaces), `formal_answer_type`, `formal_answer` (the elaborated equation
`@Eq T answer value`) and texts for people. What becomes of it is a problem in the language of claims.

An `intro` is something that the answer may depend on. Sets, functions, and what some condition restricts without the
answer (or leaves out while it restricts the answer) can't be that, since the problem would have no answer: these are
taken as unknowns.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lemmata.datasets.jsonl import load_rows, text_field
from lemmata.errors import BadInput
from lemmata.problem import Construction, Json

DEFAULT_HEADER = "open Real Nat"
"""What is open where a line has no header of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FpsItem:
    """One problem with its published answer, which no solver is shown.

    Args:
        problem: what is asked.
        answer: the published answer, as the elaborated equation.
        informal_problem: the problem in words.
        informal_answer: the answer in words.
        place: file and line.
    """

    problem: Construction
    answer: str
    informal_problem: str
    informal_answer: str
    place: str


@dataclass(frozen=True, slots=True)
class _Binder:
    name: str
    type: str


def load_fps(path: str | Path) -> tuple[FpsItem, ...]:
    """The problems of a file.

    Raises:
        BadInput: it can't be read, or a line is of another form; says which.
    """
    return tuple(read_item(row, place) for row, place in load_rows(path))


def read_item(row: Mapping[str, Json], place: str) -> FpsItem:
    """The problem of a line.

    Raises:
        BadInput: it is of another form.
    """
    source = _source(row, place)
    name = _name(row.get("metainfo"), place)
    return FpsItem(
        problem=Construction(name=name, source=source, language="claim"),
        answer=text_field(row, place, "formal_answer"),
        informal_problem=text_field(row, place, "informal_problem"),
        informal_answer=text_field(row, place, "informal_answer"),
        place=place,
    )


def _name(info: Json, place: str) -> str:
    known = info if isinstance(info, dict) else {}
    found = known.get("id") or known.get("problem_name")
    return f"{place}:{found}" if isinstance(found, str) else place


def _source(row: Mapping[str, Json], place: str) -> str:
    intros, outros = (_binders(row.get(key), key, place) for key in ("intros", "outros"))
    lifted = [b for b in intros if _is_unknown(b, intros, outros)]
    given = [b for b in intros if b not in lifted]
    header = row.get("header") or DEFAULT_HEADER
    opens = [w for line in str(header).splitlines() if line.startswith("open ") for w in line.split()[1:]]
    parts = [f"open {' '.join(opens)}"] if opens else []
    parts.append(f"find answer : {text_field(row, place, 'formal_answer_type')}")
    if given:
        parts.append(f"given {_written(given)}")
    parts.append(f"where {_written([*lifted, *outros])}")
    return "\n".join(parts) + "\n"


def _binders(data: Json, key: str, place: str) -> list[_Binder]:
    if isinstance(data, str):
        try:
            data = ast.literal_eval(data)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            raise BadInput(f"expected a list of binders, or its repr, in {key}", place=place) from None
    found = []
    for entry in data if isinstance(data, list) else [None]:
        if not isinstance(entry, dict) or not isinstance(entry.get("t"), str):
            raise BadInput(f"expected binders with name and type in {key}", place=place)
        found.append(_Binder(str(entry.get("name")), entry["t"]))
    return found


def _is_unknown(binder: _Binder, intros: list[_Binder], outros: list[_Binder]) -> bool:
    if any(_mentions(other.type, binder.name) for other in intros):
        return False
    if re.match(r"(Set|Finset)\b|.*→", binder.type):
        return True
    conditions = [part for other in outros for part in other.type.split("∧")]
    return any(_mentions(c, binder.name) != _mentions(c, "answer") for c in conditions)


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w.'])({re.escape(name)})(?![\w'₀-₉])", text) is not None


def _written(binders: list[_Binder]) -> str:
    return " ".join(f"({b.name} : {b.type})" for b in binders)
