"""FPS's three sets, IneqMath and ConstructiveBench as samples: answers that are found, proved, and then compared."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lemmata.datasets import constructivebench, fps, ineqmath
from lemmata.datasets.jsonl import text_field
from lemmata.datasets.reader import Reader, collect
from lemmata.datasets.rows import TABLES, Row, read_rows
from lemmata.datasets.sample import ByAnswer, Card, Sample, SampleSet
from lemmata.problem import Question, digest

_FPS_ORIGIN = "Liu et al.: Beyond Theorem Proving: Formal Problem-Solving (2025), arXiv:2505.04528"
_FPS_LANES = "claims with an unknown that our fragment reads; the others by a chat model"
_FPS_HUB = "purewhite42/formal_problem_solving_main"


def _fps_card(name: str, title: str, licence: str, known_bad: dict[str, str] | None = None) -> Card:
    return Card(
        name=name,
        title=title,
        origin=_FPS_ORIGIN,
        licence=licence,
        version="JSON lines with intros, outros, formal_answer, formal_answer_type, informal_answer",
        layout=f"the publisher's {name}.jsonl, or a folder with it",
        lanes=_FPS_LANES,
        hub=_FPS_HUB,
        known_bad=known_bad or {},
    )


_CONSTRUCTIVE = Card(
    name="constructivebench",
    title="ConstructiveBench",
    origin="Sun et al.: Enumerate-Conjecture-Prove (2025), arXiv:2505.18492; JackSun200312/ECP",
    licence="MIT",
    version="JSON list with name, category, problem, answer, formalization, formal_answer, answer_type",
    layout="the publisher's constructivebench.json, or JSON lines with the same fields",
    lanes="Lean constructions whose answer is a hole before the theorem; the others are questions for a chat model",
    hub="sunjia72/ConstructiveBench",
)
_INEQMATH = Card(
    name="ineqmath",
    title="IneqMath",
    origin="Sheng et al.: Solving Inequality Proofs with Large Language Models (2025), arXiv:2506.07927",
    licence="CC-BY-SA-4.0",
    version="dev split; the answers of the test split are not published, so its samples can't be scored",
    layout="a .json or .jsonl file with data_id, problem, type and answer, or a folder with them",
    lanes="bounds and relations that the reader of phrases understands, exactly; the others by a chat model",
    hub="AI4Math/IneqMath",
)


def read_constructivebench(path: Path) -> SampleSet:
    """ConstructiveBench's problems. Raises BadInput: no file of them can be read."""

    def read(row: Row) -> Iterable[Sample]:
        item = constructivebench.read_item(row.fields, row.place)
        named = next((str(row.fields[n]) for n in ("name", "unique_id", "id") if row.fields.get(n)), "")
        type_ = row.fields.get("answer_type")
        formal = ByAnswer(answer=item.formal_answer, type=type_ if isinstance(type_, str) else "")
        yield Sample(
            id=named or str(row.number),
            problem=item.problem,
            target=formal if item.formal_answer and not item.outside else ByAnswer(answer=item.answer),
            note=item.outside,
        )

    skipped: list[str] = []
    return collect(_CONSTRUCTIVE, read_rows(path, skipped), read, skipped)


def read_ineqmath(path: Path) -> SampleSet:
    """IneqMath's problems. Raises BadInput: no file of them can be read."""

    def read(row: Row) -> Iterable[Sample]:
        item = ineqmath.read_item(row.fields, row.place)
        published = item.published or str(row.fields.get("answer") or "")
        outside = f"not understood as a claim: {item.refusal}" if item.refusal else ""
        split = str(row.fields.get("data_split") or row.split)
        yield Sample(
            id=f"{split}:{item.name}" if split else item.name,
            problem=item.problem or Question(name=f"ineqmath:{item.name}", source=item.text),
            target=ByAnswer(answer=published, type="ℝ" if item.kind == "bound" else ""),
            split=split,
            note=outside if published else "its answer is not published",
        )

    skipped: list[str] = []
    return collect(_INEQMATH, read_rows(path, skipped), read, skipped)


def _fps(card: Card) -> Reader:
    file = f"{card.name}.jsonl"

    def read(row: Row) -> Iterable[Sample]:
        item = fps.read_item(row.fields, row.place)
        info = row.fields.get("metainfo")
        told = info if isinstance(info, dict) else {}
        named = told.get("id") or told.get("problem_name")
        split = told.get("split")
        yield Sample(
            id=named if isinstance(named, str) else digest(item.informal_problem)[7:15],
            problem=item.problem,
            target=ByAnswer(answer=item.informal_answer, type=text_field(row.fields, row.place, "formal_answer_type")),
            split=split if isinstance(split, str) else "",
        )

    def load(path: Path) -> SampleSet:
        skipped: list[str] = []
        patterns = (file,) if path.is_dir() and any(path.rglob(file)) else TABLES
        return collect(card, read_rows(path, skipped, patterns=patterns), read, skipped)

    return Reader(card=card, read=load, hub_files=(file,))


_BAD_MATH500 = {
    "7ac26c59": "its formal text has cos 20° where the problem has sin 20°, so that 12 is not its answer",
    "344744a9": "its formal text counts 0 too, so that its answer is 2; 1 is published",
    "cb8d72a9": "0 is the least of the numbers in its formal text; 2220 is published",
    "18e80788": "0 is the least of the numbers in its formal text; 900 is published",
    "d16589e8": "the set in its formal text has no least element; 3 is published",
    "35807b3c": "its formal text has x^4 twice, so that there is no maximum; 1/4 is published",
}
_BAD_MINIF2F = {
    "mathd_numbertheory_3": "its formal text sums the last digits, which gives 45; 5 is published",
    "mathd_numbertheory_618": "0 is the least of the numbers in its formal text; 41 is published",
}
FORMAL_MATH500 = _fps(_fps_card("formal_math500", "FormalMath500", "Apache-2.0 (MATH: MIT)", _BAD_MATH500))
MINIF2F_SOLVING = _fps(_fps_card("minif2f_solving", "MiniF2F-Solving", "Apache-2.0", _BAD_MINIF2F))
PUTNAM_SOLVING = _fps(_fps_card("putnam_solving", "Putnam-Solving", "Apache-2.0"))
CONSTRUCTIVEBENCH = Reader(card=_CONSTRUCTIVE, read=read_constructivebench, hub_files=("constructivebench.json",))
INEQMATH = Reader(card=_INEQMATH, read=read_ineqmath, hub_files=("json/dev.json",))
