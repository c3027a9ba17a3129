"""All scores of a run together, for the report, `--json` and RUN/results.json."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from lemmata.benchmark import statistics
from lemmata.benchmark.comparison import Comparison
from lemmata.benchmark.intervals import Estimate
from lemmata.benchmark.outcome import Outcome, Score
from lemmata.benchmark.statistics import Answering, Versions
from lemmata.problem import Json

_ATTEMPTS = (1, 2, 5, 10, 20, 50, 100)
_REFINEMENTS = (0, 1, 2, 4, 8, 16, 32, 64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many attempts were judged in one way, and the share of the attempts at a sample that are, on average."""

    count: int
    estimate: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What a run is worth.

    Args:
        samples: that were attempted.
        attempts: at all of them.
        solved: samples with a right attempt.
        shares: for each score.
        passed: k -> pass@k.
        refined: k -> refine@k.
        efficient: k -> eff@k, against the seconds that were allowed; empty where it isn't known how many.
        versions: effective accuracy and reasoning gap; None where no item has versions.
        dollars, seconds: of all attempts.
        dollars_per_solved, seconds_per_solved: None where nothing was solved.
        answering: calibration of abstention; None where there are no outcomes.
    """

    samples: int
    attempts: int
    solved: int
    shares: dict[Score, Share]
    passed: dict[int, Estimate]
    refined: dict[int, Estimate]
    efficient: dict[int, Estimate]
    versions: Versions | None
    dollars: float
    seconds: float
    dollars_per_solved: Estimate | None
    seconds_per_solved: Estimate | None
    answering: Answering | None


def score_run(outcomes: Sequence[Outcome], *, limit_s: float | None = None) -> Scores:
    """All scores of a run.

    Args:
        outcomes: of one run, finished or not.
        limit_s: seconds that each attempt was allowed; None: not known, and there is no eff@k.
    """
    samples = statistics.by_sample(outcomes)
    groups = statistics.groups_of(outcomes)
    most = max(map(len, samples.values()), default=0)
    refinements = max((o.refinements for o in outcomes), default=-1)
    ks = [k for k in (*(k for k in _ATTEMPTS if k < most), most) if k]
    rounds = [*(k for k in _REFINEMENTS if k < refinements), refinements] if refinements >= 0 else []

    def kept(values: dict[int, dict[str, Fraction]]) -> dict[int, Estimate]:
        found = {k: statistics.estimate(v, groups) for k, v in values.items()}
        return {k: e for k, e in found.items() if e is not None}

    return Scores(
        samples=len(samples),
        attempts=len(outcomes),
        solved=sum(any(map(statistics.is_right, attempts)) for attempts in samples.values()),
        shares={score: _share(outcomes, score, groups) for score in Score},
        passed=kept({k: statistics.pass_values(outcomes, k) for k in ks}),
        refined=kept({k: statistics.refine_values(outcomes, k) for k in rounds}),
        efficient=kept({k: statistics.eff_values(outcomes, k, limit_s=limit_s) for k in ks}) if limit_s else {},
        versions=statistics.over_versions(outcomes),
        dollars=sum(map(statistics.dollars_of, outcomes)),
        seconds=sum(map(statistics.seconds_of, outcomes)),
        dollars_per_solved=statistics.per_solved(outcomes, statistics.dollars_of),
        seconds_per_solved=statistics.per_solved(outcomes, statistics.seconds_of),
        answering=statistics.answering(outcomes),
    )


def _share(outcomes: Sequence[Outcome], score: Score, groups: dict[str, str]) -> Share:
    values = statistics.share_values(outcomes, lambda o: o.score is score)
    return Share(count=sum(o.score is score for o in outcomes), estimate=statistics.estimate(values, groups))


def encode_scores(scores: Scores) -> dict[str, Json]:
    """The scores as plain JSON; what does not exist is null."""
    versions, answering = scores.versions, scores.answering
    return {
        "samples": scores.samples,
        "attempts": scores.attempts,
        "solved": scores.solved,
        **{score.value: {"count": s.count, **(_encode(s.estimate) or {})} for score, s in scores.shares.items()},
        "pass": {str(k): _encode(e) for k, e in scores.passed.items()},
        "refine": {str(k): _encode(e) for k, e in scores.refined.items()},
        "eff": {str(k): _encode(e) for k, e in scores.efficient.items()},
        "versions": versions
        and {
            "groups": versions.groups,
            "samples": versions.samples,
            "average_accuracy": _encode(versions.average),
            "effective_accuracy": _encode(versions.effective),
            "reasoning_gap": _encode(versions.gap),
        },
        "dollars": scores.dollars,
        "seconds": scores.seconds,
        "dollars_per_solved": _encode(scores.dollars_per_solved),
        "seconds_per_solved": _encode(scores.seconds_per_solved),
        "abstention": answering
        and {
            "coverage": answering.answered / answering.asked,
            "risk": None if answering.risk is None else float(answering.risk),
            "least_accuracy": float(answering.least),
            "most_accuracy": float(answering.most),
            "curve": [
                {"evidence": p.evidence, "coverage": float(p.coverage), "risk": float(p.risk)} for p in answering.curve
            ],
        },
    }


def encode_comparison(comparison: Comparison | None) -> dict[str, Json] | None:
    """A comparison as plain JSON; null where no sample is shared."""
    if comparison is None:
        return None
    return {
        "shared": comparison.shared,
        "only_first": comparison.only_first,
        "only_second": comparison.only_second,
        "first": float(comparison.first),
        "second": float(comparison.second),
        "difference": _encode(comparison.difference),
        "gained": list(comparison.gained),
        "lost": list(comparison.lost),
        "p_value": float(comparison.p_value),
        "grouped": comparison.grouped,
    }


def _encode(found: Estimate | None) -> dict[str, Json] | None:
    return None if found is None else {"value": found.value, "low": found.low, "high": found.high, "n": found.n}
