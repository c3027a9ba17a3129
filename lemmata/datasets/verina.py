"""VERINA: programs in Lean with a specification, tests and a description, as its publishers lay them out.

Each folder holds `task.lean`, whose parts stand between `-- !benchmark @start NAME` and `-- !benchmark @end NAME`,
`task.json`, `test.json` and `description.txt`. It makes three tasks: prove that the code given meets the specification
given; write the code; write the specification. The first is a problem that a checker decides; the other two are texts
with `sorry` where something is to be written, and the tests that it has to pass.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lemmata.errors import BadInput
from lemmata.formats.lean import find_theorems
from lemmata.problem import Json, Theorem, digest

_PART = re.compile(
    r"(?P<start>^[ \t]*-- !benchmark @start (?P<name>\w+)[^\n]*\n).*?(?P<end>^[ \t]*-- !benchmark @end (?P=name)\b)",
    re.DOTALL | re.MULTILINE,
)
_CODE = ("solution_aux", "code_aux", "code")
_SPECIFICATION = ("precond_aux", "precond", "postcond_aux", "postcond")
_PROOF = ("proof_aux", "proof")
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class VerinaTest:
    """One run: texts of Lean terms.

    Args:
        inputs: for each parameter.
        expected: the result that meets the specification.
        unexpected: results that must not meet it.
    """

    inputs: Mapping[str, str]
    expected: str
    unexpected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerinaItem:
    """One program and its three tasks.

    Args:
        proof: that the code meets the specification.
        code: the file with the code, and what was written for it, left open.
        specification: the file with pre- and postcondition left open.
        description: what the program does, in words.
        tests: the publisher's.
        split: `basic` or `advanced`.
    """

    proof: Theorem
    code: str
    specification: str
    description: str
    tests: tuple[VerinaTest, ...]
    split: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerinaSet:
    """The items of a folder, in the order of their names, and what could not be read, with the reason."""

    items: tuple[VerinaItem, ...]
    skipped: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Of all names and sources; changes whenever a task does."""
        return digest([[i.proof.name, i.proof.source] for i in self.items])


def load_verina(folder: str | Path) -> VerinaSet:
    """All items under a folder.

    Raises:
        BadInput: there is no such folder, or no `task.lean` in it.
    """
    root = Path(folder)
    if not root.is_dir():
        raise BadInput("expected a folder", place=str(root))
    tasks = sorted(root.rglob("task.lean"), key=lambda path: _natural(path.parent.name))
    if not tasks:
        raise BadInput("expected a folder with VERINA's task.lean files", place=str(root))
    items, skipped = [], []
    for task in tasks:
        try:
            items.append(_item(task))
        except BadInput as exc:
            skipped.append(str(exc))
    return VerinaSet(items=tuple(items), skipped=tuple(skipped))


def _natural(name: str) -> tuple[str, int]:
    stem, _, number = name.rpartition("_")
    return (stem, int(number)) if number.isdecimal() else (name, 0)


def _item(task: Path) -> VerinaItem:
    place = f"{task.parent.name}/task.lean"
    source = _text(task, place)
    parts = {m["name"] for m in _PART.finditer(source)}
    missing = {"code", "precond", "postcond", "proof"} - parts
    if missing:
        raise BadInput(f"expected the parts {', '.join(sorted(missing))}", place=place)
    proof = _left_open(source, _PROOF)
    theorems = find_theorems(proof)
    if len(theorems) != 1:
        raise BadInput(f"expected one theorem to prove, found {len(theorems)}", place=place)
    words = task.parent.name.split("_")
    described = task.parent / "description.txt"
    return VerinaItem(
        proof=Theorem(name=task.parent.name, source=proof, language="lean", target=theorems[0].name),
        code=_left_open(proof, _CODE),
        specification=_left_open(proof, _SPECIFICATION),
        description=_text(described, f"{task.parent.name}/description.txt") if described.exists() else "",
        tests=_tests(task.parent / "test.json", f"{task.parent.name}/test.json"),
        split=words[1] if len(words) > 2 else "",
    )


def _left_open(source: str, names: tuple[str, ...]) -> str:
    """The file with `sorry` for these parts; parts for additions are emptied."""

    def opened(part: re.Match[str]) -> str:
        if part["name"] not in names:
            return part[0]
        hole = "" if part["name"].endswith("_aux") else "  sorry\n"
        return part["start"] + hole + part["end"]

    return _PART.sub(opened, source)


def _tests(path: Path, place: str) -> tuple[VerinaTest, ...]:
    if not path.exists():
        return ()
    try:
        rows = json.loads(_text(path, place))
    except (ValueError, RecursionError) as exc:
        raise BadInput(f"expected JSON ({exc})", place=place) from None
    if not isinstance(rows, list):
        raise BadInput("expected a list of tests", place=place)
    return tuple(_test(row, f"{place}, test {number}") for number, row in enumerate(rows, 1))


def _test(row: Json, place: str) -> VerinaTest:
    if not isinstance(row, dict) or not isinstance(row.get("input"), dict) or "expected" not in row:
        raise BadInput("expected an object with input and expected", place=place)
    unexpected = row.get("unexpected", [])
    if not isinstance(unexpected, list):
        raise BadInput("expected a list in unexpected", place=place)
    inputs = {str(name): _term(value) for name, value in row["input"].items()}
    return VerinaTest(inputs=inputs, expected=_term(row["expected"]), unexpected=tuple(map(_term, unexpected)))


def _term(value: Json) -> str:
    """A Lean term: texts are that already; JSON's own numbers and truth values are written as Lean writes them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value)


def _text(path: Path, place: str) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise BadInput(f"expected at most {_LARGEST >> 20} MiB", place=place)
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as exc:
        raise BadInput(f"can't be read: {exc.strerror}", place=place) from None
    except UnicodeDecodeError as exc:
        raise BadInput(f"expected UTF-8 text (byte {exc.start} is not)", place=place) from None
