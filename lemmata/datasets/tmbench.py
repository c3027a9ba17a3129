"""TMBench: tag systems whose queue is to be followed for some steps.

Its files are one object with a list `samples`; each has `id`, `init_str`, `rule` (symbol -> word), `delete_count` and
`step_results`, the queue at each step from the first on. We ask for the last of them. A step reads the first symbol,
removes `delete_count` symbols, and appends the word of the one that was read; it ends where fewer are left. Answers are
tuples of symbols, whose order counts where answers are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from lemmata.datasets.jsonl import text_field
from lemmata.datasets.reader import Reader, collect
from lemmata.datasets.rows import Row, read_rows
from lemmata.datasets.sample import ByAnswer, Card, Sample, SampleSet
from lemmata.errors import BadInput
from lemmata.problem import Question

_CARD = Card(
    name="tmbench",
    title="TMBench (Turing Machine Bench)",
    origin="Wu et al.: Computational Reasoning of Large Language Models (2025), arXiv:2504.20771; "
    "HaitaoWuTJU/Turing-Machine-Bench",
    licence="not named in what we looked at",
    version="data/TMBench.json and its variants Greek, Number, Special; 30 steps. Its publishers score each step, we "
    "score the queue after the last; an item whose published steps are not what its rules give is noted",
    layout="TMBench.json with a list samples, JSON lines of such samples, or a folder with them",
    lanes="questions: a chat model answers, and its steps are run and checked; without one nothing is answered",
    hub="Haitao999/Turing-Machine-Bench",
)
_MOST_STEPS = 1000


def read_tmbench(path: Path) -> SampleSet:
    """The questions of the set. Raises BadInput: no file of them can be read."""
    skipped: list[str] = []
    return collect(_CARD, read_rows(path, skipped, under="samples"), _read, skipped)


def _read(row: Row) -> Iterable[Sample]:
    name, queue = (text_field(row.fields, row.place, key) for key in ("id", "init_str"))
    rules, removed, steps = (row.fields.get(key) for key in ("rule", "delete_count", "step_results"))
    if not isinstance(rules, dict) or not rules or not all(isinstance(w, str) for w in rules.values()):
        raise BadInput("expected the rules, a word for each symbol", place=row.place)
    if isinstance(removed, bool) or not isinstance(removed, int) or removed < 1:
        raise BadInput("expected a positive delete_count", place=row.place)
    if not isinstance(steps, list) or not 1 < len(steps) <= _MOST_STEPS or not all(isinstance(s, str) for s in steps):
        raise BadInput(f"expected step_results, 2 to {_MOST_STEPS} queues", place=row.place)
    given = run(queue, rules, removed, steps=len(steps) - 1)
    variant = row.file.stem.removeprefix("TMBench").lower() if row.file.stem.startswith("TMBench") else ""
    yield Sample(
        id=f"{variant}:{name}" if variant else name,
        problem=Question(name=f"tmbench:{name}", source=_asked(queue, rules, removed, len(steps) - 1)),
        target=ByAnswer(answer=f"({', '.join(steps[-1])})"),
        split=variant,
        note=_note(given == steps, "".join(rules)),
    )


def run(queue: str, rules: Mapping[str, str], removed: int, *, steps: int) -> list[str]:
    """The queues from the first on, until no step is left or possible."""
    found = [queue]
    while len(found) <= steps and len(queue) >= removed and queue[0] in rules:
        queue = queue[removed:] + rules[queue[0]]
        found.append(queue)
    return found


def _note(right: bool, symbols: str) -> str:
    if not right:
        return "its published steps are not what its rules give"
    return "" if symbols.isalnum() else "its symbols are no letters or digits, so that answers can't be compared"


def _asked(queue: str, rules: Mapping[str, str], removed: int, steps: int) -> str:
    listed = "\n".join(f"{symbol} -> {word}" for symbol, word in rules.items())
    return (
        f"A queue of symbols is changed step by step. Each step reads the first symbol of the queue, removes {removed} "
        "symbols from the front, and appends at the end the word that the rules have for the symbol that was read. It "
        f"ends when fewer than {removed} symbols are left.\n\nRules:\n{listed}\n\nQueue at the start: {queue}\n\n"
        f"What is the queue after {steps} steps? Give its symbols as a tuple, such as (X, Y, X).\n"
    )


TMBENCH = Reader(card=_CARD, read=read_tmbench, hub_files=("*.json", "*.jsonl"))
