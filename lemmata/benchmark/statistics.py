"""Scores of a run, as pure functions of its outcomes; exact fractions wherever nothing forces a float.

Only `Score.RIGHT` counts as right. An attempt that abstained, failed or could not be scored is not right: shares are
of everything that was asked, and what is unknown never helps. Nothing here is ever NaN: a number that does not exist
(no outcomes, too few attempts, nothing solved) is None.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from lemmata.benchmark.intervals import Estimate, interval
from lemmata.benchmark.outcome import Outcome, Score
from lemmata.errors import BadInput


def by_sample(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    """The attempts at each sample, in their order.

    Raises:
        BadInput: an attempt is there twice.
    """
    found: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        found[outcome.sample].append(outcome)
    for sample, attempts in found.items():
        attempts.sort(key=lambda o: o.attempt)
        for before, after in pairwise(attempts):
            if before.attempt == after.attempt:
                raise BadInput(f"expected attempt {after.attempt} once, found it twice", place=f"sample {sample!r}")
    return dict(found)


def mean(values: Mapping[str, Fraction]) -> Fraction | None:
    """The mean over samples; None: there are none."""
    return sum(values.values(), Fraction()) / len(values) if values else None


def estimate(
    values: Mapping[str, Fraction],
    groups: Mapping[str, str],
    *,
    bounds: tuple[float, float] = (0.0, 1.0),
) -> Estimate | None:
    """The mean over samples with its interval; versions of one item are resampled together.

    Args:
        values: sample -> value within the bounds.
        groups: sample -> group, as `groups_of` gives it.
        bounds: least and greatest value.

    Returns:
        None where there are no values.
    """
    average = mean(values)
    if average is None:
        return None
    sums: dict[str, list[Fraction]] = defaultdict(list)
    for sample, value in values.items():
        sums[groups[sample]].append(value)
    low, high = interval([(float(sum(v, Fraction())), float(len(v))) for v in sums.values()], bounds=bounds)
    return Estimate(value=float(average), low=low, high=high, n=len(values))


def groups_of(outcomes: Iterable[Outcome]) -> dict[str, str]:
    """The cluster of each sample: its group, or itself where it stands alone."""
    return {o.sample: f"group {o.group}" if o.group else f"sample {o.sample}" for o in outcomes}


def share_values(outcomes: Iterable[Outcome], holds: Callable[[Outcome], bool]) -> dict[str, Fraction]:
    """For each sample, the share of its attempts for which something holds."""
    return {
        sample: Fraction(sum(map(holds, attempts)), len(attempts)) for sample, attempts in by_sample(outcomes).items()
    }


def is_right(outcome: Outcome) -> bool:
    return outcome.score is Score.RIGHT


def pass_values(outcomes: Iterable[Outcome], k: int) -> dict[str, Fraction]:
    """For each sample with at least k attempts, the chance that k of them, drawn without repeats, hold a right one.

    With n attempts, c of them right: 1 - C(n - c, k) / C(n, k), which is unbiased, while 1 - (1 - c/n)^k is not.
    Source: Chen et al., Evaluating Large Language Models Trained on Code (2021), 2.1.

    Raises:
        BadInput: k is below 1.
    """
    _at_least(k, 1, "k")
    found = {}
    for sample, attempts in by_sample(outcomes).items():
        n, c = len(attempts), sum(map(is_right, attempts))
        if n >= k:
            found[sample] = 1 - Fraction(math.comb(n - c, k), math.comb(n, k))
    return found


def pass_at_k(outcomes: Iterable[Outcome], k: int) -> Fraction | None:
    """The mean of `pass_values`; None where no sample has k attempts."""
    return mean(pass_values(outcomes, k))


def refine_values(outcomes: Iterable[Outcome], k: int) -> dict[str, Fraction]:
    """For each sample, the chance that one attempt is right after at most k refinements.

    A refinement is a candidate that was rejected and followed by another, with the faults known; an attempt is a
    single chain of them. Averaged over the attempts, so that a second attempt is never a refinement. refine@0 counts
    first candidates only, and refine@k grows to pass@1.
    Source: the curves of success against rounds of repair of Olausson et al., Is Self-Repair a Silver Bullet for Code
    Generation? (2024), and Ye et al., Verina (2025), for one chain.

    Raises:
        BadInput: k is below 0.
    """
    _at_least(k, 0, "k")
    return share_values(outcomes, lambda o: is_right(o) and o.refinements <= k)


def refine_at_k(outcomes: Iterable[Outcome], k: int) -> Fraction | None:
    """The mean of `refine_values`; None where there are no outcomes."""
    return mean(refine_values(outcomes, k))


def efficiency(outcome: Outcome, *, limit_s: float, reference_s: float = 0.0) -> Fraction:
    """How much of the time between reference and limit was left, (limit - seconds)⁺ / (limit - reference); 0 if wrong.

    Above 1 where it was faster than the reference.
    """
    if not is_right(outcome):
        return Fraction()
    left = max(Fraction(), Fraction(limit_s) - Fraction(outcome.cost.wall_s))
    return left / (Fraction(limit_s) - Fraction(reference_s))


def eff_values(outcomes: Iterable[Outcome], k: int, *, limit_s: float, reference_s: float = 0.0) -> dict[str, Fraction]:
    """For each sample with at least k attempts, the expected efficiency of the best of k, drawn without repeats.

    With the efficiencies of n attempts in ascending order: the sum over r ≥ k of C(r - 1, k - 1) / C(n, k) · e_r.
    Source: eff@k of Qiu et al., How Efficient is LLM-Generated Code? (ENAMEL, ICLR 2025), theorem 1, with one level of
    hardness. What is measured differs: there, how long the generated program runs against an expert's; here, the
    seconds on the clock until the attempt was over, against the seconds that it was allowed. The reference is no time
    at all unless one is given, so that values lie between 0 and pass@k.

    Args:
        outcomes: of one run.
        k: how many attempts are drawn.
        limit_s: seconds that each attempt was allowed.
        reference_s: seconds that would be ideal.

    Raises:
        BadInput: k is below 1, or the limit is not above a reference of at least 0.
    """
    _at_least(k, 1, "k")
    if not 0 <= reference_s < limit_s < math.inf:
        raise BadInput(f"expected 0 ≤ reference < limit, got {reference_s} and {limit_s} seconds", place="limit_s")
    found = {}
    for sample, attempts in by_sample(outcomes).items():
        n = len(attempts)
        if n < k:
            continue
        ordered = sorted(efficiency(o, limit_s=limit_s, reference_s=reference_s) for o in attempts)
        weighted = (math.comb(r - 1, k - 1) * e for r, e in enumerate(ordered, 1))
        found[sample] = sum(weighted, Fraction()) / math.comb(n, k)
    return found


def eff_at_k(outcomes: Iterable[Outcome], k: int, *, limit_s: float, reference_s: float = 0.0) -> Fraction | None:
    """The mean of `eff_values`; None where no sample has k attempts."""
    return mean(eff_values(outcomes, k, limit_s=limit_s, reference_s=reference_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """How an agent fares over versions of the same items.

    Args:
        groups: how many items have versions.
        samples: how many versions they have together.
        average: accuracy over the versions of an item, averaged over items.
        effective: share of items of which all versions are right.
        gap: average - effective; 0 where an item is solved in all versions or in none.
    """

    groups: int
    samples: int
    average: Estimate
    effective: Estimate
    gap: Estimate


def over_versions(outcomes: Sequence[Outcome]) -> Versions | None:
    """Effective accuracy and reasoning gap; None where no sample belongs to a group.

    With several attempts at each version, an item counts with the product of its versions' shares of right attempts:
    unbiased for the chance that one attempt at each is right, and the published definition where there is one.
    Versions that the run did not come to are not known here: of an unfinished run, an item counts with those it has.
    Source: Xu et al., UGMathBench (ICLR 2025), effective accuracy (EAcc) and reasoning gap (Δ).
    """
    versions: dict[str, list[Fraction]] = defaultdict(list)
    group = {o.sample: o.group for o in outcomes}
    for sample, share in share_values(outcomes, is_right).items():
        if group[sample]:
            versions[group[sample]].append(share)
    if not versions:
        return None
    average = {g: sum(shares, Fraction()) / len(shares) for g, shares in versions.items()}
    effective = {g: math.prod(shares, start=Fraction(1)) for g, shares in versions.items()}
    alone = {g: g for g in versions}
    found = [estimate(v, alone) for v in (average, effective, {g: average[g] - effective[g] for g in versions})]
    return Versions(
        groups=len(versions),
        samples=sum(map(len, versions.values())),
        average=_there(found[0]),
        effective=_there(found[1]),
        gap=_there(found[2]),
    )


def per_solved(outcomes: Sequence[Outcome], spent: Callable[[Outcome], float]) -> Estimate | None:
    """What was spent on all attempts, for each problem that was solved by one of them; None where none was.

    Args:
        outcomes: of one run.
        spent: `dollars_of` or `seconds_of`.
    """
    groups = groups_of(outcomes)
    sums: dict[str, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    for sample, attempts in by_sample(outcomes).items():
        before, solved = sums[groups[sample]]
        sums[groups[sample]] = (before + math.fsum(map(spent, attempts)), solved + any(map(is_right, attempts)))
    total, count = math.fsum(t for t, _ in sums.values()), sum(s for _, s in sums.values())
    if not count:
        return None
    low, high = interval(list(sums.values()), bounds=None)
    return Estimate(value=total / count, low=low, high=high, n=int(count))


def dollars_of(outcome: Outcome) -> float:
    return outcome.cost.dollars


def seconds_of(outcome: Outcome) -> float:
    return outcome.cost.wall_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """A run, had each problem been given less.

    Args:
        allowance: for each problem, all attempts together.
        spent: what all problems would have used of it.
        solved: share of the problems that would have been solved.
    """

    allowance: float
    spent: float
    solved: Fraction


def allowance_curve(outcomes: Sequence[Outcome], spent: Callable[[Outcome], float]) -> tuple[Allowed, ...]:
    """Share solved against what each problem is allowed, and what all would have spent then.

    Attempts at a problem are taken one after the other, up to the first right one. It is assumed that an attempt would
    have gone the same way with any allowance that it fits in. The first point is nothing spent.
    """
    needed: list[float] = []
    used: list[float] = []
    for attempts in by_sample(outcomes).values():
        total, solved = 0.0, False
        for outcome in attempts:
            total += spent(outcome)
            if is_right(outcome):
                solved = True
                break
        used.append(total)
        if solved:
            needed.append(total)
    if not used:
        return ()
    used.sort()
    needed.sort()
    points, below, done, finished = [], 0.0, 0, 0
    for allowance in sorted({0.0, *needed, used[-1]}):
        while finished < len(used) and used[finished] <= allowance:
            below += used[finished]
            finished += 1
        while done < len(needed) and needed[done] <= allowance:
            done += 1
        spent_then = below + allowance * (len(used) - finished)
        points.append(Allowed(allowance=allowance, spent=spent_then, solved=Fraction(done, len(used))))
    return tuple(points)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """How well an agent knows when not to answer.

    Args:
        asked: attempts.
        answered: those with an answer or a settling verdict, whether or not it could be scored.
        judged: those that were scored right or wrong.
        risk: share of the judged ones that are wrong; None: none was judged.
        least, most: accuracy on everything asked, had every attempt that is not judged been wrong, or right.
        curve: what holds when only answers with at least that much evidence are given, strongest first.
    """

    asked: int
    answered: int
    judged: int
    risk: Fraction | None
    least: Fraction
    most: Fraction
    curve: tuple[AnsweringAt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweringAt:
    """A point of the risk-coverage curve.

    Args:
        evidence: the weakest that is let through.
        coverage: share of the attempts that are judged and let through.
        risk: share of those that are wrong.
    """

    evidence: str
    coverage: Fraction
    risk: Fraction


EVIDENCE = (("proved", "refuted"), ("safe_up_to",), ("tested",), ("unknown", ""))
"""Verdicts by the strength of their evidence; the last is an answer without any."""


def answering(outcomes: Sequence[Outcome]) -> Answering | None:
    """Calibration of abstention: coverage, risk, and the risk-coverage curve; None where there are no outcomes.

    There is no number for confidence in an outcome; what an answer rests on is its verdict, so that the curve has a
    point for each strength of evidence. Whether an answer that was never given would have been wrong can't be known:
    only the two ends between which accuracy would lie, had every attempt been answered.
    Source: El-Yaniv and Wiener, On the Foundations of Noise-free Selective Classification (2010); Geifman and
    El-Yaniv, Selective Classification for Deep Neural Networks (2017).
    """
    if not outcomes:
        return None
    judged = [o for o in outcomes if o.score in (Score.RIGHT, Score.WRONG)]
    right = sum(map(is_right, judged))
    curve, kept = [], [0, 0]
    for names in EVIDENCE:
        here = [o for o in judged if str((o.verdict or {}).get("is", "")) in names]
        kept = [kept[0] + len(here), kept[1] + sum(map(is_right, here))]
        if here:
            words = " or ".join(n.replace("_", " ") for n in names if n) if names[-1] else "none"
            risk = Fraction(kept[0] - kept[1], kept[0])
            curve.append(AnsweringAt(evidence=words, coverage=Fraction(kept[0], len(outcomes)), risk=risk))
    return Answering(
        asked=len(outcomes),
        answered=sum(o.score in (Score.RIGHT, Score.WRONG, Score.UNSCORED) for o in outcomes),
        judged=len(judged),
        risk=Fraction(len(judged) - right, len(judged)) if judged else None,
        least=Fraction(right, len(outcomes)),
        most=Fraction(right + len(outcomes) - len(judged), len(outcomes)),
        curve=tuple(curve),
    )


def _at_least(k: int, least: int, place: str) -> None:
    if isinstance(k, bool) or not isinstance(k, int) or k < least:
        raise BadInput(f"expected a whole number of at least {least}, got {k!r}", place=place)


def _there(found: Estimate | None) -> Estimate:
    assert found is not None  # asked of values that are not empty
    return found
