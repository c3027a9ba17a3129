"""Two runs on the same samples: is one better than the other?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from lemmata.benchmark.intervals import Estimate
from lemmata.benchmark.outcome import Outcome
from lemmata.benchmark.statistics import by_sample, estimate, groups_of, is_right, share_values


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two runs, sample by sample; only samples that both attempted count.

    Args:
        shared: how many samples those are.
        only_first, only_second: how many were left out.
        first, second: share of right attempts on the shared samples.
        difference: second - first, with its interval: the paired bootstrap over samples, or groups of versions.
        gained: samples whose first attempt is right in the second run only.
        lost: samples whose first attempt is right in the first run only.
        p_value: exact McNemar test on those two counts.
        grouped: whether some samples are versions of one item; the test takes them for independent, the interval
            does not.
    """

    shared: int
    only_first: int
    only_second: int
    first: Fraction
    second: Fraction
    difference: Estimate
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    p_value: Fraction
    grouped: bool


def compare(first: Sequence[Outcome], second: Sequence[Outcome]) -> Comparison | None:
    """Compare two runs; None where they share no sample.

    Source of the bootstrap: Efron and Tibshirani, An Introduction to the Bootstrap (1993), paired differences.
    """
    left, right = by_sample(first), by_sample(second)
    shared = [sample for sample in left if sample in right]
    if not shared:
        return None
    shares = [share_values((o for s in shared for o in side[s]), is_right) for side in (left, right)]
    groups = groups_of([*(o for s in shared for o in left[s]), *(o for s in shared for o in right[s])])
    difference = estimate({s: shares[1][s] - shares[0][s] for s in shared}, groups, bounds=(-1.0, 1.0))
    assert difference is not None
    gained = tuple(s for s in shared if is_right(right[s][0]) and not is_right(left[s][0]))
    lost = tuple(s for s in shared if is_right(left[s][0]) and not is_right(right[s][0]))
    return Comparison(
        shared=len(shared),
        only_first=len(left) - len(shared),
        only_second=len(right) - len(shared),
        first=sum(shares[0].values(), Fraction()) / len(shared),
        second=sum(shares[1].values(), Fraction()) / len(shared),
        difference=difference,
        gained=gained,
        lost=lost,
        p_value=mcnemar(len(gained), len(lost)),
        grouped=any(groups[s].startswith("group ") for s in shared),
    )


def mcnemar(gained: int, lost: int) -> Fraction:
    """The chance of a split at least as uneven, were gains and losses equally likely; 1 where there are neither.

    Two-sided and exact: twice the tail of the binomial distribution with n = gained + lost and p = 1/2, at most 1.
    Source: McNemar, Note on the Sampling Error of the Difference between Correlated Proportions (1947), in the exact
    form of Fay, Two-sided Exact Tests (2010).
    """
    n, term, tail = gained + lost, 1, 0
    for i in range(min(gained, lost) + 1):
        tail += term
        term = term * (n - i) // (i + 1)
    return min(Fraction(1), Fraction(2 * tail, 2**n))
