"""miniF2F, ProofNet, PutnamBench and VERINA as samples: right is what Lean has proved."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lemmata.datasets.reader import Reader, collect
from lemmata.datasets.rows import find_files
from lemmata.datasets.sample import ByAnswer, ByVerdict, Card, Sample, SampleSet, Target
from lemmata.datasets.theorem_sets import (
    TheoremItem,
    TheoremSet,
    load_minif2f,
    load_proofnet,
    load_putnambench,
)
from lemmata.datasets.verina import VerinaItem, load_verina
from lemmata.formats.lean import find_answer_holes
from lemmata.problem import Construction

_LANES = "Lean proofs, by search and by a chat model; what imports Mathlib needs a toolchain that has it"

_MINIF2F = Card(
    name="minif2f",
    title="miniF2F",
    origin="Zheng, Han, Polu: MiniF2F (2021), arXiv:2109.00110; Lean 4 statements of facebookresearch/miniF2F",
    licence="MIT",
    version="488 statements, Lean 4, splits test and valid",
    layout="a folder with MiniF2F/Test/*.lean and MiniF2F/Valid/*.lean, or any folder of such files",
    lanes=_LANES,
)
_PROOFNET = Card(
    name="proofnet",
    title="ProofNet (Lean 4)",
    origin="Azerbayev et al.: ProofNet (2023), arXiv:2302.12433; Lean 4 statements of rahul3613/ProofNet-lean4",
    licence="MIT",
    version="JSON lines with name, header, formal_statement and informal_stmt",
    layout="a .jsonl file with name, header, formal_statement and informal_stmt, or a folder with one",
    lanes=_LANES,
)
_PUTNAM = Card(
    name="putnambench",
    title="PutnamBench",
    origin="Tsoukalas et al.: PutnamBench (2024), arXiv:2407.11214; trishullab/PutnamBench, lean4/src",
    licence="Apache-2.0",
    version="one .lean file for each problem; the published answer is a comment behind its hole, which is taken out",
    layout="a folder with lean4/src/*.lean, or any folder of such files",
    lanes=f"{_LANES}; answers have to be found before they are proved",
)
_VERINA = Card(
    name="verina",
    title="VERINA, the proof task",
    origin="Ye et al.: VERINA (2025), arXiv:2505.23135; sunblaze-ucb/verina, datasets/verina",
    licence="Apache-2.0",
    version="189 tasks; code and specification are given, the published proof is left out",
    layout="a folder with verina_*/task.lean, task.json, test.json and description.txt",
    lanes="Lean proofs, by search and by a chat model; 168 of the 189 tasks need no Mathlib",
)


def read_minif2f(path: Path) -> SampleSet:
    """miniF2F's theorems. Raises BadInput: there is no such folder, or no Lean file in it."""
    return _from_theorems(_MINIF2F, load_minif2f(path))


def read_putnambench(path: Path) -> SampleSet:
    """PutnamBench's theorems and answers. Raises BadInput: there is no such folder, or no Lean file in it."""
    return _from_theorems(_PUTNAM, load_putnambench(path))


def read_proofnet(path: Path) -> SampleSet:
    """ProofNet's theorems. Raises BadInput: no file of them can be read."""
    parts = [load_proofnet(file) for file in find_files(path, ("*.jsonl",))]
    items = tuple(item for part in parts for item in part.items)
    return _from_theorems(_PROOFNET, TheoremSet(items=items, skipped=tuple(s for p in parts for s in p.skipped)))


def read_verina(path: Path) -> SampleSet:
    """VERINA's proof tasks. Raises BadInput: there is no such folder, or no task in it."""

    def read(item: VerinaItem) -> Iterable[Sample]:
        return (Sample(id=item.proof.name, problem=item.proof, target=ByVerdict(), split=item.split),)

    found = load_verina(path)
    return collect(_VERINA, found.items, read, list(found.skipped))


def _from_theorems(card: Card, found: TheoremSet) -> SampleSet:
    def read(item: TheoremItem) -> Iterable[Sample]:
        return (Sample(id=item.problem.name, problem=item.problem, target=_target(item), split=item.split),)

    return collect(card, found.items, read, list(found.skipped))


def _target(item: TheoremItem) -> Target:
    if not isinstance(item.problem, Construction) or not item.answer:
        return ByVerdict()
    holes = find_answer_holes(item.problem.source)
    return ByAnswer(answer=item.answer, type=holes[0].type if len(holes) == 1 else "")


MINIF2F = Reader(card=_MINIF2F, read=read_minif2f)
PROOFNET = Reader(card=_PROOFNET, read=read_proofnet)
PUTNAMBENCH = Reader(card=_PUTNAM, read=read_putnambench)
VERINA = Reader(card=_VERINA, read=read_verina)
