"""SyGuS, code2inv and SV-COMP as samples: functions to be written, and C programs to be checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lemmata.datasets.files import load_problems, read_source
from lemmata.datasets.reader import Reader, collect
from lemmata.datasets.rows import find_files
from lemmata.datasets.sample import ByVerdict, Card, Sample, SampleSet
from lemmata.errors import BadInput
from lemmata.problem import Program, Synthesis

_SYGUS = Card(
    name="sygus",
    title="SyGuS competition",
    origin="SyGuS-Org/benchmarks",
    licence="not named by its publishers",
    version="SyGuS-IF 1 and 2; tracks CLIA, PBE (strings and bit-vectors), invariants",
    layout="a folder with .sl files, such as the publisher's lib; the split is the track's folder",
    lanes="functions of linear integer arithmetic, examples over strings and bit-vectors, invariants"
    "; no chat model needed",
)
_CODE2INV = Card(
    name="code2inv",
    title="Code2Inv",
    origin="Si et al.: Learning Loop Invariants for Program Verification (2018); PL-ML/code2inv, C_instances",
    licence="not named by its publishers",
    version="124 C programs with one loop; integers have no bounds, as the set means them; all of them are correct",
    layout="a folder with .c files, such as benchmarks/C_instances/c",
    lanes="loop invariants; no chat model needed",
)
_SVCOMP = Card(
    name="svcomp",
    title="SV-COMP verification tasks",
    origin="sosy-lab/benchmarking/sv-benchmarks",
    licence="various; each task names its own",
    version="task definitions 2.0 of C programs: unreach-call, no-overflow and memory safety. A program is to be "
    "refuted where one of these properties is expected to be false, else to be proved. Every condition that we check "
    "counts, also one that its task does not ask about. Tasks of other properties (termination, data races) are named "
    "and left out",
    layout="a folder with .yml files that name input_files and properties, with the .c or .i files beside them",
    lanes="the part of C that our checker reads; a preprocessed file (.i) is often outside of it",
)
_CHECKED = frozenset({"unreach-call", "no-overflow", "valid-memsafety", "valid-memcleanup"})
_SYNTHESIS = re.compile(r"\(\s*synth-(?:fun|inv)\s+(?P<name>[^\s()]+)")
_LARGEST_TASK = 1 << 16
_ASSERTED = re.compile(r"\bassert\b")


def read_sygus(path: Path) -> SampleSet:
    """The functions asked for in all .sl files. Raises BadInput: there is no such folder, or no such file in it."""

    def read(file: Path) -> Iterable[Sample]:
        source, note = read_source(file), ""
        try:
            (problem,) = load_problems(file)
        except BadInput as exc:
            asked = _SYNTHESIS.search(source)
            if asked is None:
                raise
            problem = Synthesis(name=file.name, source=source, language="sygus", target=asked["name"])
            note = f"outside what we read: {exc.text}"
        general = "declare-var" in source or "synth-inv" in source
        yield Sample(
            id=_relative(file, path),
            problem=problem,
            target=ByVerdict(right=("proved",) if general else ("proved", "tested")),
            split=_folder(file, path),
            note=note,
        )

    return collect(_SYGUS, find_files(path, ("*.sl",)), read, [])


def read_code2inv(path: Path) -> SampleSet:
    """The programs of the set. Raises BadInput: there is no such folder, or no C file in it."""

    def read(file: Path) -> Iterable[Sample]:
        source = read_source(file)
        if _ASSERTED.search(source) is None:
            raise BadInput("expected an assert; there is nothing to check", place=str(file))
        problem = Program(name=file.name, source=source, language="c", integers="unbounded")
        yield Sample(id=_relative(file, path), problem=problem, target=ByVerdict())

    return collect(_CODE2INV, sorted(find_files(path, ("*.c",)), key=_natural), read, [])


def read_svcomp(path: Path) -> SampleSet:
    """The tasks of all .yml files. Raises BadInput: there is no such folder, or no task in it."""

    def read(file: Path) -> Iterable[Sample]:
        task = _task(file)
        expected = _expected(task, file)
        named = task.get("input_files")
        names = named if isinstance(named, list) else [named]
        if len(names) != 1 or not isinstance(names[0], str):
            raise BadInput("expected one input file", place=str(file))
        if Path(names[0]).suffix not in (".c", ".i"):
            raise BadInput(f"expected a .c or .i file, found {names[0][:60]!r}", place=str(file))
        source = read_source(file.parent / names[0])
        yield Sample(
            id=_relative(file, path),
            problem=Program(name=file.name, source=source, language="c"),
            target=ByVerdict(right=("proved",) if expected else ("refuted",)),
            split=_folder(file, path),
        )

    return collect(_SVCOMP, find_files(path, ("*.yml",)), read, [])


def _task(file: Path) -> Mapping[str, Any]:
    """The definition of a task.

    Raises:
        BadInput: it is none.
    """
    import yaml  # type: ignore[import-untyped]

    text = read_source(file)
    if len(text) > _LARGEST_TASK:
        raise BadInput(f"expected a task definition of at most {_LARGEST_TASK >> 10} KiB", place=str(file))
    if re.search(r"(?m)[:\-\[,]\s*[&*]\w", text):  # no task has anchors, and a few of them fill the memory
        raise BadInput("expected a task definition without anchors", place=str(file))
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError, TypeError):
        raise BadInput("expected YAML", place=str(file)) from None
    if not isinstance(found, dict) or "input_files" not in found or not isinstance(found.get("properties"), list):
        raise BadInput("expected a task definition with input_files and properties", place=str(file))
    return found


def _expected(task: Mapping[str, Any], file: Path) -> bool:
    """Whether all properties that we check hold.

    Raises:
        BadInput: none of the properties is one of them, or a verdict is missing.
    """
    verdicts = {}
    for entry in task["properties"]:
        told = entry if isinstance(entry, dict) else {}
        named, verdict = told.get("property_file"), told.get("expected_verdict")
        if isinstance(named, str) and isinstance(verdict, bool):
            verdicts[Path(named).stem] = verdict
    checked = [verdict for name, verdict in verdicts.items() if name in _CHECKED]
    if not checked:
        others = ", ".join(sorted(verdicts)) or "none"
        raise BadInput(f"expected one of the properties {', '.join(sorted(_CHECKED))}; found {others}", place=str(file))
    return all(checked)


def _relative(file: Path, root: Path) -> str:
    return file.relative_to(root).as_posix() if file != root else file.name


def _folder(file: Path, root: Path) -> str:
    """The first folder on the way from the root to the file, past `lib` and `c`, which hold the others."""
    parts = [p for p in (file.relative_to(root).parts[:-1] if file != root else ()) if p not in ("lib", "c")]
    return parts[0] if parts else ""


def _natural(file: Path) -> tuple[int, str]:
    return (int(file.stem) if file.stem.isdecimal() else 0, str(file))


SYGUS = Reader(card=_SYGUS, read=read_sygus)
CODE2INV = Reader(card=_CODE2INV, read=read_code2inv)
SVCOMP = Reader(card=_SVCOMP, read=read_svcomp)
