"""Names of data sets, turned into readers only when they are used.

Other packages add to them with entry points in the group lemmata.datasets, each a `lemmata.datasets.reader.Reader`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from importlib.metadata import entry_points
from pathlib import Path

from lemmata.datasets.reader import Reader
from lemmata.datasets.sample import Card, SampleSet
from lemmata.errors import BadInput
from lemmata.registry import resolve

DATASETS: Mapping[str, str] = {
    "minif2f": "lemmata.datasets.lean_sets:MINIF2F",
    "proofnet": "lemmata.datasets.lean_sets:PROOFNET",
    "putnambench": "lemmata.datasets.lean_sets:PUTNAMBENCH",
    "verina": "lemmata.datasets.lean_sets:VERINA",
    "formal_math500": "lemmata.datasets.claim_sets:FORMAL_MATH500",
    "minif2f_solving": "lemmata.datasets.claim_sets:MINIF2F_SOLVING",
    "putnam_solving": "lemmata.datasets.claim_sets:PUTNAM_SOLVING",
    "constructivebench": "lemmata.datasets.claim_sets:CONSTRUCTIVEBENCH",
    "ineqmath": "lemmata.datasets.claim_sets:INEQMATH",
    "olymmath": "lemmata.datasets.answer_sets:OLYMMATH",
    "gsm8k": "lemmata.datasets.answer_sets:GSM8K",
    "math": "lemmata.datasets.answer_sets:MATH",
    "ugmathbench": "lemmata.datasets.answer_sets:UGMATHBENCH",
    "medcalc": "lemmata.datasets.answer_sets:MEDCALC",
    "tmbench": "lemmata.datasets.tmbench:TMBENCH",
    "humaneval": "lemmata.datasets.code_sets:HUMANEVAL",
    "humaneval+": "lemmata.datasets.code_sets:HUMANEVAL_PLUS",
    "humaneval-pro": "lemmata.datasets.code_sets:HUMANEVAL_PRO",
    "mbpp": "lemmata.datasets.code_sets:MBPP",
    "mbpp+": "lemmata.datasets.code_sets:MBPP_PLUS",
    "mbpp-pro": "lemmata.datasets.code_sets:MBPP_PRO",
    "dcp-bench": "lemmata.datasets.dcp_bench:DCP_BENCH",
    "codearc": "lemmata.datasets.codearc:ANONYMOUS",
    "codearc-annotated": "lemmata.datasets.codearc:ANNOTATED",
    "sygus": "lemmata.datasets.program_sets:SYGUS",
    "code2inv": "lemmata.datasets.program_sets:CODE2INV",
    "svcomp": "lemmata.datasets.program_sets:SVCOMP",
}

_GROUP = "lemmata.datasets"


def names() -> tuple[str, ...]:
    """The names of all data sets, ours first."""
    added = sorted({point.name for point in entry_points(group=_GROUP)} - set(DATASETS))
    return (*DATASETS, *added)


def find_reader(name: str) -> Reader:
    """The reader of a data set.

    Raises:
        BadInput: there is none of that name; lists those there are, and the closest.
    """
    known = names()
    if name not in known:
        close = get_close_matches(name.lower(), known, n=1, cutoff=0.5)
        hint = f"did you mean {close[0]}? " if close else ""
        raise BadInput(f"there is no such data set; {hint}there are {', '.join(known)}", place=f"data set {name!r}")
    reader = resolve(DATASETS, _GROUP, name)
    if not isinstance(reader, Reader):
        raise BadInput("expected the entry point of a Reader", place=f"data set {name!r}")
    return reader


def card(name: str) -> Card:
    """What is known of a data set.

    Raises:
        BadInput: there is none of that name.
    """
    return find_reader(name).card


def load_samples(name: str, path: str | Path, *, limit: int | None = None) -> SampleSet:
    """The samples of a data set, from a file or folder as its publishers lay it out.

    Args:
        name: of the data set.
        path: of the file or folder.
        limit: how many samples, from the first on; None: all.

    Raises:
        BadInput: no such data set, nothing at the path, or nothing in it that can be read; says what is expected.
        BackendMissing: a Parquet file, and pyarrow is not installed.
    """
    reader, path = find_reader(name), Path(path)
    if limit is not None and limit < 1:
        raise BadInput("expected a positive number of samples", place="limit")
    if not path.exists():
        raise BadInput(f"there is nothing here; expected {reader.card.layout}", place=str(path))
    try:
        found = reader.read(path)
    except BadInput as exc:
        raise BadInput(f"{exc.text}; expected {reader.card.layout}", place=exc.place or str(path)) from None
    if not found.samples:
        told = f" ({len(found.skipped)} could not be read, the first: {found.skipped[0]})" if found.skipped else ""
        raise BadInput(f"there is no sample in it{told}; expected {reader.card.layout}", place=str(path))
    return found if limit is None else replace(found, samples=found.samples[:limit])
