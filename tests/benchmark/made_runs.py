"""Outcomes made up for the tests; folders of them come from `benchmarks/report_page.py`."""

from __future__ import annotations

from lemmata.benchmark.outcome import Outcome, Score
from lemmata.budget import Spent
from lemmata.problem import Json

RIGHT, WRONG, ABSTAINED = Score.RIGHT, Score.WRONG, Score.ABSTAINED


def outcome(sample: str, score: Score = RIGHT, attempt: int = 0, *, seconds: float = 1.0, **more: Json) -> Outcome:
    """An attempt that came to a verdict, or to none."""
    said = {"is": "proved"} if score in (RIGHT, WRONG) else {"is": "unknown", "reason": "exhausted", "detail": ""}
    cost = Spent(wall_s=seconds, dollars=more.pop("dollars", 0.0))
    given = {"verdict": said, "cost": cost, **more}
    return Outcome(sample=sample, attempt=attempt, score=score, **given)
