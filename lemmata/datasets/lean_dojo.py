"""What LeanDojo traces out of a repository: its premises (`corpus.jsonl`), and theorems with their tactics and states.

Only files are read; `lean-dojo` itself, which makes them, is not needed (extra `lean-dojo`, Python below 3.13).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lemmata.datasets.jsonl import load_rows, text_field
from lemmata.errors import BadInput
from lemmata.problem import Json

_LARGEST = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedPremise:
    """A theorem or definition of the repository.

    Args:
        name: its full name.
        code: its text.
        kind: LeanDojo's word for the command that declares it.
        start, end: line and column in its file, both from 1.
    """

    name: str
    code: str
    kind: str
    start: tuple[int, int]
    end: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedFile:
    """One file of the repository: the paths of those it imports, and what it declares."""

    path: str
    imports: tuple[str, ...]
    premises: tuple[TracedPremise, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedTactic:
    """One step of a proof.

    Args:
        text: the tactic as it was written.
        before, after: the goals as Lean printed them; `no goals` where none is left.
        used: full names of the premises that it mentions.
    """

    text: str
    before: str
    after: str
    used: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedTheorem:
    """A theorem with its proof; `tactics` is empty where that is a term."""

    name: str
    path: str
    tactics: tuple[TracedTactic, ...]
    start: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Corpus:
    """All files of a traced repository, by path."""

    files: Mapping[str, TracedFile]

    def accessible(self, path: str, line: int) -> Iterator[TracedPremise]:
        """What may be used at a line of a file: all that it imports, and what stands above.

        Raises:
            BadInput: there is no such file.
        """
        if path not in self.files:
            raise BadInput("there is no such file in the corpus", place=path)
        seen, todo = {path}, list(self.files[path].imports)
        while todo:
            name = todo.pop()
            if name in seen or name not in self.files:
                continue
            seen.add(name)
            todo += self.files[name].imports
            yield from self.files[name].premises
        yield from (p for p in self.files[path].premises if p.end[0] < line)


def load_corpus(path: str | Path) -> Corpus:
    """The premises in a `corpus.jsonl`.

    Raises:
        BadInput: it can't be read, or a line is not what LeanDojo writes; says which.
    """
    files: dict[str, TracedFile] = {}
    for row, place in load_rows(path, largest=_LARGEST):
        name = text_field(row, place, "path")
        if name in files:
            raise BadInput(f"the file {name} occurs twice", place=place)
        imports = _items(row, "imports", place)
        if not all(isinstance(i, str) for i in imports):
            raise BadInput("expected paths in imports", place=place)
        premises = tuple(
            _premise(found, f"{place}, premise {i}") for i, found in enumerate(_items(row, "premises", place), 1)
        )
        files[name] = TracedFile(path=name, imports=tuple(map(str, imports)), premises=premises)
    return Corpus(files)


def load_traced_theorems(path: str | Path) -> tuple[TracedTheorem, ...]:
    """The theorems in a split of LeanDojo's benchmark (`train.json`, `val.json`, `test.json`).

    Raises:
        BadInput: as for `load_corpus`.
    """
    return tuple(_theorem(row, place) for row, place in load_rows(path, largest=_LARGEST))


def _premise(found: Json, place: str) -> TracedPremise:
    row = _object(found, place)
    return TracedPremise(
        name=text_field(row, place, "full_name"),
        code=text_field(row, place, "code"),
        kind=text_field(row, place, "kind"),
        start=_position(row, "start", place),
        end=_position(row, "end", place),
    )


def _theorem(row: Mapping[str, Json], place: str) -> TracedTheorem:
    tactics = enumerate(_items(row, "traced_tactics", place), 1)
    return TracedTheorem(
        name=text_field(row, place, "full_name"),
        path=text_field(row, place, "file_path"),
        tactics=tuple(_tactic(found, f"{place}, tactic {i}") for i, found in tactics),
        start=_position(row, "start", place),
    )


def _tactic(found: Json, place: str) -> TracedTactic:
    row = _object(found, place)
    annotated = row.get("annotated_tactic")
    used: list[str] = []
    if annotated is not None:
        if not isinstance(annotated, list) or len(annotated) != 2 or not isinstance(annotated[1], list):
            raise BadInput("expected the tactic and its premises in annotated_tactic", place=place)
        used = [text_field(_object(p, place), place, "full_name") for p in annotated[1]]
    return TracedTactic(
        text=text_field(row, place, "tactic"),
        before=text_field(row, place, "state_before"),
        after=text_field(row, place, "state_after"),
        used=tuple(used),
    )


def _object(found: Json, place: str) -> Mapping[str, Json]:
    if not isinstance(found, dict):
        raise BadInput("expected a JSON object", place=place)
    return found


def _items(row: Mapping[str, Json], name: str, place: str) -> Sequence[Json]:
    found = row.get(name)
    if not isinstance(found, list):
        raise BadInput(f"expected a list in the field {name}", place=place)
    return found


def _position(row: Mapping[str, Json], name: str, place: str) -> tuple[int, int]:
    found = row.get(name)
    if isinstance(found, list) and len(found) == 2:
        line, column = found
        if isinstance(line, int) and isinstance(column, int) and line > 0 and column > 0:
            return line, column
    raise BadInput(f"expected line and column in the field {name}", place=place)
