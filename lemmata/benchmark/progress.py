"""What `lemmata bench` shows: a live line on a terminal, plain lines when piped, JSON when asked for; and its end."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Self, TextIO

from lemmata.benchmark.batch import Batch, Ended
from lemmata.benchmark.journal import Journal
from lemmata.benchmark.outcome import Outcome, Score, encode_outcome
from lemmata.display import describe
from lemmata.problem import Json
from lemmata.verdict import decode_verdict

if TYPE_CHECKING:
    from rich.progress import Progress as Live

_SHOWN = 160


class Progress:
    """Shows a batch run as it goes: done, solved, refuted, cost, and when it will be over.

    Args:
        batch: what is worked on.
        as_lines_of_json: print one JSON object for each outcome and nothing else.
        out: where to.
    """

    def __init__(self, batch: Batch, *, as_lines_of_json: bool, out: TextIO | None = None) -> None:
        self._batch = batch
        self._json = as_lines_of_json
        self._out = out or sys.stdout
        self._live: Live | None = None
        self._task: Any = None
        self._done = self._right = self._refuted = 0
        self._dollars = 0.0

    def __enter__(self) -> Self:
        if self._json:
            return self
        if self._out.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Live

            columns = (MofNCompleteColumn(), BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
            self._live = Live(*columns, console=Console(file=self._out))
            self._task = self._live.add_task(self._words(), total=self._batch.attempts)
            self._live.start()
        self._print(f"run {self._batch.folder}")
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def on_begin(self, journal: Journal) -> None:
        """What earlier processes have done counts as done."""
        for entry in journal.entries.values():
            self._count(entry.score, entry.verdict, entry.dollars)
        if journal.entries and not self._json:
            self._print(f"{self._done} of {self._batch.attempts} attempts are over already")
        if self._live is not None:
            self._live.reset(self._task, completed=self._done, description=self._words())

    def on_outcome(self, outcome: Outcome) -> None:
        """Show a new outcome."""
        verdict = str(outcome.verdict["is"]) if outcome.verdict else ""
        self._count(outcome.score, verdict, outcome.cost.dollars)
        if self._json:
            self._print(json.dumps(encode_outcome(outcome), ensure_ascii=False))
            return
        self._print(self._line(outcome))
        if self._live is not None:
            self._live.update(self._task, completed=self._done, description=self._words())

    def _count(self, score: Score, verdict: str, dollars: float) -> None:
        self._done += 1
        self._right += score is Score.RIGHT
        self._refuted += verdict == "refuted"
        self._dollars += dollars

    def _line(self, outcome: Outcome) -> str:
        attempt = f" ({outcome.attempt + 1} of {self._batch.k})" if self._batch.k > 1 else ""
        found = describe(decode_verdict(outcome.verdict)) if outcome.verdict else outcome.why
        counted = "" if self._live else f"[{self._done}/{self._batch.attempts}] "
        text = f"{counted}{outcome.sample}{attempt}: {outcome.score.value}; {' '.join(found.split())}"
        return f"{text[:_SHOWN]}; {outcome.cost.wall_s:.1f} s"

    def _words(self) -> str:
        cost = f", ${self._dollars:.4f}" if self._dollars else ""
        return f"{self._right} solved, {self._refuted} refuted{cost}"

    def _print(self, line: str) -> None:
        if self._live is not None:
            self._live.console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            print(line, file=self._out, flush=True)


def rows_of_end(batch: Batch, ended: Ended) -> list[tuple[str, str]]:
    """The table at the end of a run."""
    scores = ended.scores
    over, planned = len(ended.journal.entries), batch.attempts
    rows = [("attempts", f"{over} of {planned}" if over < planned else str(over))]
    rows.append(("solved samples", f"{scores['solved']} of {len(batch.samples)}"))
    rows += [(s.value, _with_interval(scores[s.value])) for s in Score]
    if batch.k > 1:
        rows += [(f"pass@{k}", _estimate(found)) for k, found in scores["pass"].items()]
    rows.append(("skipped rows", str(len(batch.manifest["skipped"]))))
    rows.append(("cost", f"${scores['dollars']:.4f}" if scores["dollars"] else "-"))
    rows.append(("seconds", f"{scores['seconds']:.1f}"))
    rows.append(("results", str(batch.folder / "results.json")))
    return rows


def encode_end(batch: Batch, ended: Ended) -> dict[str, Json]:
    """The end of a run for machines."""
    return {
        "run": str(batch.folder),
        "attempts": batch.attempts,
        "over": len(ended.journal.entries),
        "skipped": list(batch.manifest["skipped"]),
        "stopped": ended.stopped or None,
        "scores": ended.scores,
    }


def _with_interval(share: Json) -> str:
    return f"{share['count']}  ({_estimate(share)})" if share.get("value") is not None else str(share["count"])


def _estimate(found: Json) -> str:
    return f"{found['value']:.1%}, 95 %: {found['low']:.1%} to {found['high']:.1%}"
