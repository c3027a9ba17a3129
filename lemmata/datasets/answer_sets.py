"""Questions in words with published answers: GSM8K, MATH, OlymMATH, UGMathBench, MedCalc-Bench."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from lemmata.datasets import olymmath
from lemmata.datasets.jsonl import text_field
from lemmata.datasets.reader import Reader, collect
from lemmata.datasets.rows import TABLES, Row, read_rows
from lemmata.datasets.sample import ByAnswer, Card, Sample, SampleSet
from lemmata.errors import BadInput
from lemmata.problem import Question

_LANES = "questions: a chat model answers, and its steps are run and checked; without one nothing is answered"

_GSM8K = Card(
    name="gsm8k",
    title="GSM8K",
    origin="Cobbe et al.: Training Verifiers to Solve Math Word Problems (2021), arXiv:2110.14168; "
    "openai/grade-school-math",
    licence="MIT",
    version="JSON lines with question and answer; what stands behind #### is the answer, its worked text is not shown",
    layout="test.jsonl, or a folder with it; only its test split is fetched from the hub",
    lanes=_LANES,
    hub="openai/gsm8k",
)
_MATH = Card(
    name="math",
    title="MATH",
    origin="Hendrycks et al.: Measuring Mathematical Problem Solving (2021), arXiv:2103.03874; hendrycks/math",
    licence="MIT",
    version="problem, level, type and solution; the answer is in the last \\boxed of the solution, which is not shown",
    layout="the folder MATH with test/algebra/1.json and so on, or JSON lines with the same fields (also MATH-500)",
    lanes=_LANES,
    hub="EleutherAI/hendrycks_math",
)
_OLYMMATH = Card(
    name="olymmath",
    title="OlymMATH",
    origin="Sun et al.: Challenging the Boundaries of Reasoning: OlymMATH (2025), arXiv:2503.21380; RUCAIBox/OlymMATH",
    licence="MIT",
    version="JSON lines with problem, answer, subject and unique_id; the split is the language and the difficulty",
    layout="OlymMATH-EN-EASY.jsonl and the others, or a folder with them",
    lanes=_LANES,
    hub="RUC-AIBOX/OlymMATH",
)
_UGMATH = Card(
    name="ugmathbench",
    title="UGMathBench",
    origin="Xu et al.: UGMathBench (2025), arXiv:2501.13766; YangLabHKUST/UGMathBench",
    licence="GPL-3.0",
    version="5062 problems in three versions each: problem_v1, answer_v1, answer_type_v1, options_v1 and so on",
    layout="a folder with Algebra.json and so on, each a list; or one such file",
    lanes=f"{_LANES}; answers that are words (type OE) are compared letter by letter only",
    hub="UGMathBench/ugmathbench",
)
_MEDCALC = Card(
    name="medcalc",
    title="MedCalc-Bench",
    origin="Khandekar et al.: MedCalc-Bench (2024), arXiv:2406.12036; ncbi-nlp/MedCalc-Bench",
    licence="CC-BY-SA-4.0",
    version="Patient Note and Question are shown; right is what lies between Lower Limit and Upper Limit",
    layout="test_data.csv, or CSV, JSON lines or Parquet with the same columns; or a folder with them",
    lanes=_LANES,
    hub="ncbi/MedCalc-Bench-v1.0",
)

_ASKED = {
    "UOL": "a list in parentheses, in any order",
    "OL": "a list in parentheses, in order",
    "INT": "an interval",
    "TF": "True or False",
    "EX": "an expression",
    "EQ": "an equation",
    "MCS": "one of the options {options}",
    "MCM": "all options that fit out of {options}, one behind the other, as in BD",
    "NV": "a number without unit",
    "OE": "a word or phrase",
}
_TRUTH = {"T": "True", "F": "False"}
_OPENING = re.compile(r"\\(?:boxed|fbox)\s*(?P<brace>\{)?")


def _reader(
    card: Card,
    read: Callable[[Row], Iterable[Sample]],
    *,
    patterns: tuple[str, ...] = TABLES,
    hub_files: tuple[str, ...] = (),
) -> Reader:
    def load(path: Path) -> SampleSet:
        skipped: list[str] = []
        return collect(card, read_rows(path, skipped, patterns=patterns), read, skipped)

    return Reader(card=card, read=load, hub_files=hub_files)


def _gsm8k(row: Row) -> Iterable[Sample]:
    worked = text_field(row.fields, row.place, "answer")
    _, found, answer = worked.rpartition("####")
    if not found or not answer.strip():
        raise BadInput("expected an answer behind ####", place=row.place)
    yield _question(row, "gsm8k", str(row.number), text_field(row.fields, row.place, "question"), answer.strip())


def _math(row: Row) -> Iterable[Sample]:
    problem = text_field(row.fields, row.place, "problem")
    given = row.fields.get("answer")
    answer = given if isinstance(given, str) else last_boxed(text_field(row.fields, row.place, "solution"))
    if not answer:
        raise BadInput("expected an answer, or a \\boxed one in the solution", place=row.place)
    named = row.fields.get("unique_id")
    alone = row.file.stem if row.place == row.file.name else str(row.number)  # one file for each problem
    subject = str(row.fields.get("type") or row.fields.get("subject") or row.file.parent.name)
    number = f"{subject.lower().replace(' ', '_').replace('_&_', '_and_')}:{alone}"
    yield _question(row, "math", named if isinstance(named, str) else number, problem, answer)


def last_boxed(text: str) -> str:
    """What stands in the last \\boxed{…} or \\boxed … of a text; empty: there is none."""
    found = list(_OPENING.finditer(text))
    if not found:
        return ""
    start = found[-1].end()
    if found[-1]["brace"] is None:
        return re.split(r"[$.,\s]", text[start:], maxsplit=1)[0]
    depth = 1
    for place in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0) * (text[place - 1] != "\\")
        if depth == 0:
            return text[start:place].strip()
    return ""


def _olymmath(row: Row) -> Iterable[Sample]:
    item = olymmath.read_item(row.fields, row.place)
    split = row.file.stem.lower().removeprefix("olymmath-")
    yield Sample(
        id=item.problem.name,
        problem=item.problem,
        target=ByAnswer(answer=item.answer),
        split=split if split != row.file.stem.lower() else "",
    )


def _ugmath(row: Row) -> Iterable[Sample]:
    name = text_field(row.fields, row.place, "id")
    versions = [v for v in range(1, 100) if f"problem_v{v}" in row.fields]
    if not versions:
        raise BadInput("expected the text field problem_v1", place=row.place)
    for version in versions:
        text = text_field(row.fields, row.place, f"problem_v{version}")
        answers = _texts(row, f"answer_v{version}")
        types = _texts(row, f"answer_type_v{version}")
        if len(answers) != len(types) or not answers:
            raise BadInput(f"expected as many types as answers in version {version}", place=row.place)
        answers = [_TRUTH.get(a, a) if t == "TF" else a for a, t in zip(answers, types, strict=True)]
        odd = "its answer is a word or phrase" if "OE" in types else ""
        yield Sample(
            id=f"{name}:v{version}",
            problem=Question(name=f"ugmathbench:{name}:v{version}", source=_asked(row, version, text, types)),
            target=ByAnswer(answer=answers[0] if len(answers) == 1 else f"({', '.join(answers)})"),
            group=name,
            note=odd,
        )


def _asked(row: Row, version: int, text: str, types: list[str]) -> str:
    options = row.fields.get(f"options_v{version}")
    listed = options if isinstance(options, list) else []
    kinds = []
    for place, type_ in enumerate(types):
        given = listed[place] if place < len(listed) and isinstance(listed[place], list) else []
        kinds.append(_ASKED.get(type_, "an answer").replace("{options}", ", ".join(map(str, given))))
    if len(kinds) == 1:
        return f"{text}\n\nGive what stands for [ANS]: {kinds[0]}."
    return f"{text}\n\nGive what stands for each [ANS], as a tuple in order: {'; '.join(kinds)}."


def _texts(row: Row, key: str) -> list[str]:
    found = row.fields.get(key)
    if not isinstance(found, list) or not all(isinstance(entry, str) for entry in found):
        raise BadInput(f"expected a list of texts in the field {key}", place=row.place)
    return [str(entry) for entry in found]


def _medcalc(row: Row) -> Iterable[Sample]:
    fields = {key: str(value) for key, value in row.fields.items() if isinstance(value, str | int | float)}
    note, asked, answer = (
        text_field(fields, row.place, k) for k in ("Patient Note", "Question", "Ground Truth Answer")
    )
    limits = sorted(filter(None, (_number(fields.get(key)) for key in ("Lower Limit", "Upper Limit"))), key=float)
    low, high = limits if len(limits) == 2 else ("", "")
    number = fields.get("Row Number") or str(row.number)
    split = f"{row.split}:" if row.split else ""
    yield Sample(
        id=f"{split}{number}",
        problem=Question(name=f"medcalc:{split}{number}", source=f"{note.strip()}\n\n{asked.strip()}"),
        target=ByAnswer(answer=answer.strip(), low=low, high=high),
        split=row.split,
        note="" if low else "its answer is no number: a date or a span of time",
    )


def _number(text: str | None) -> str:
    """The text where it is a finite number, else nothing: some answers are dates."""
    try:
        return text.strip() if text is not None and math.isfinite(float(text)) else ""
    except ValueError:
        return ""


def _question(row: Row, name: str, number: str, text: str, answer: str) -> Sample:
    id_ = f"{row.split}:{number}" if row.split and not number.startswith(f"{row.split}/") else number
    return Sample(
        id=id_,
        problem=Question(name=f"{name}:{id_}", source=text),
        target=ByAnswer(answer=answer),
        split=row.split,
    )


GSM8K = _reader(_GSM8K, _gsm8k, hub_files=("main/test-*.parquet",))
MATH = _reader(_MATH, _math, hub_files=("*/test-*.parquet",))
OLYMMATH = _reader(_OLYMMATH, _olymmath, hub_files=("*-EN-*.jsonl",))
UGMATHBENCH = _reader(_UGMATH, _ugmath, patterns=("*.json", "*.jsonl", "*.parquet"), hub_files=("data/*.json",))
MEDCALC = _reader(_MEDCALC, _medcalc, hub_files=("data/test-*.parquet",))
