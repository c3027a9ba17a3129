"""Confidence intervals by resampling clusters: what belongs together (versions of an item) is drawn together.

Each cluster gives a numerator and a denominator; what is estimated is the sum of the numerators over that of the
denominators: the mean of a score where the denominators count samples, dollars per solved problem where they count the
solved ones. Source: Efron, Bootstrap Methods (1979), percentile intervals; Davison and Hinkley, Bootstrap Methods and
their Application (1997), 3.8, for clusters.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

RESAMPLES = 1000
SEED = 20_250_101
LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its interval of confidence (95 %).

    Args:
        value: what was measured.
        low, high: ends of the interval; None: without an end, as for what a solved problem costs where some resamples
            hold no solved one.
        n: how many samples it rests on.
    """

    value: float
    low: float | None
    high: float | None
    n: int


def interval(
    clusters: Sequence[tuple[float, float]],
    *,
    bounds: tuple[float, float] | None = (0.0, 1.0),
    seed: int = SEED,
    resamples: int = RESAMPLES,
) -> tuple[float | None, float | None]:
    """The interval of confidence of a ratio of sums.

    Where clusters give one of two values, as right and wrong, the distribution of resamples is binomial and known
    exactly; else it is drawn.

    Clusters that all give the same have no spread that could be resampled. Then the interval is the exact one for a
    share of which none was seen: with confidence no more than `1 - 0.025 ** (1 / n)` of all clusters differ from those,
    and they may lie anywhere within the bounds. Without bounds there is no interval then.

    Args:
        clusters: numerator and denominator of each; denominators are at least 0.
        bounds: least and greatest value that a cluster could have; None: any.
        seed: the same seed gives the same interval, in whatever order the clusters come.
        resamples: how many.

    Returns:
        Both ends; None for an end that is not known.
    """
    ordered = sorted(clusters)
    if not ordered or not any(d for _, d in ordered):
        return None, None
    if len(ordered) == 1 or len({_quotient(c) for c in ordered}) == 1:
        return _same(ordered, bounds)
    kinds = sorted(set(ordered))
    if len(kinds) == 2 and kinds[0][1] == kinds[1][1]:
        ends = _binomial_ends(len(ordered), ordered.count(kinds[1]))
        low, high = (_quotient(kinds[0]) + (_quotient(kinds[1]) - _quotient(kinds[0])) * end for end in ends)
        return low, high
    number = {kind: i for i, kind in enumerate(kinds)}
    codes = [number[c] for c in ordered]
    rng = random.Random(seed)
    values = sorted(_ratio(kinds, Counter(rng.choices(codes, k=len(codes)))) for _ in range(resamples))
    tail = (1 - LEVEL) / 2
    low, high = values[math.floor(tail * resamples)], values[math.ceil((1 - tail) * resamples) - 1]
    return _finite(low), _finite(high)


def _same(
    clusters: Sequence[tuple[float, float]], bounds: tuple[float, float] | None
) -> tuple[float, float] | tuple[None, None]:
    value, differing = _quotient(clusters[0]), 1 - ((1 - LEVEL) / 2) ** (1 / len(clusters))
    if bounds is None or not math.isfinite(value):
        return None, None
    return value - differing * (value - bounds[0]), value + differing * (bounds[1] - value)


def _binomial_ends(n: int, c: int) -> tuple[float, float]:
    """What share of n draws with replacement is among c of n, at both tails."""
    tail = (1 - LEVEL) / 2
    log = [math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in range(n + 1)]
    below = list(
        accumulate(math.exp(w + k * math.log(c / n) + (n - k) * math.log1p(-c / n)) for k, w in enumerate(log))
    )
    return bisect_left(below, tail) / n, min(n, bisect_left(below, 1 - tail)) / n


def _quotient(cluster: tuple[float, float]) -> float:
    return cluster[0] / cluster[1] if cluster[1] else math.inf


def _ratio(kinds: Sequence[tuple[float, float]], drawn: Counter[int]) -> float:
    numerator = math.fsum(kinds[i][0] * times for i, times in drawn.items())
    denominator = math.fsum(kinds[i][1] * times for i, times in drawn.items())
    return _quotient((numerator, denominator))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
