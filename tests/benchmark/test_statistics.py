"""Scores: values worked out by hand, and what has to hold of any run."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import ABSTAINED, RIGHT, WRONG, outcome

from lemmata.benchmark import statistics
from lemmata.benchmark.comparison import compare, mcnemar
from lemmata.benchmark.intervals import interval
from lemmata.benchmark.outcome import Outcome, Score
from lemmata.errors import BadInput

SCORES = st.sampled_from(list(Score))
ATTEMPTS = st.builds(
    lambda s, a, score, seconds, refinements, group: outcome(
        f"s{s}", score, a, seconds=seconds, refinements=refinements, group=f"g{s % 3}" if group else ""
    ),
    st.integers(0, 5),
    st.integers(0, 3),
    SCORES,
    st.floats(0, 100),
    st.integers(0, 4),
    st.just(True),
)
RUNS = st.lists(ATTEMPTS, min_size=1, max_size=20, unique_by=lambda o: (o.sample, o.attempt))


def attempts(sample: str, *scores: Score, **more: object) -> list[Outcome]:
    return [outcome(sample, score, i, **more) for i, score in enumerate(scores)]


def test_pass_at_k_has_the_values_worked_out_by_hand() -> None:
    run = attempts("a", RIGHT, WRONG, WRONG, WRONG) + attempts("b", WRONG, WRONG, WRONG, ABSTAINED)
    assert statistics.pass_at_k(run, 1) == Fraction(1, 8)
    assert statistics.pass_at_k(run, 2) == Fraction(1, 4)  # half of the pairs at a hold its right one
    assert statistics.pass_at_k(run, 4) == Fraction(1, 2)


def test_pass_at_k_is_the_mean_over_all_ways_to_draw_k() -> None:
    scores = [RIGHT, WRONG, RIGHT, WRONG, WRONG]
    drawn = list(itertools.combinations(scores, 3))
    expected = Fraction(sum(RIGHT in d for d in drawn), len(drawn))
    assert statistics.pass_at_k(attempts("a", *scores), 3) == expected


@given(RUNS, st.integers(1, 4))
def test_pass_at_k_grows_with_k_and_with_right_attempts(run: list[Outcome], k: int) -> None:
    values, more = (statistics.pass_values(run, i) for i in (k, k + 1))
    assert all(values[s] <= more[s] for s in more)
    assert all(0 <= v <= 1 for v in values.values())


def test_more_than_there_are_attempts_is_no_number_and_none_of_them_is_bad_input() -> None:
    assert statistics.pass_at_k(attempts("a", RIGHT, RIGHT), 3) is None
    assert statistics.pass_at_k([], 1) is None
    with pytest.raises(BadInput, match="k: expected a whole number of at least 1, got 0"):
        statistics.pass_at_k([outcome("a")], 0)


def test_an_attempt_that_is_there_twice_is_bad_input() -> None:
    with pytest.raises(BadInput, match="attempt 0 once"):
        statistics.pass_at_k([outcome("a"), outcome("a")], 1)


def test_refine_at_k_counts_rejected_candidates_not_attempts() -> None:
    run = [outcome("a", RIGHT, 0, refinements=3), outcome("a", WRONG, 1, refinements=0), outcome("b", refinements=0)]
    assert [statistics.refine_at_k(run, k) for k in (0, 2, 3)] == [Fraction(1, 2), Fraction(1, 2), Fraction(3, 4)]


@given(RUNS)
def test_refine_at_k_grows_to_pass_at_1(run: list[Outcome]) -> None:
    values = [statistics.refine_at_k(run, k) for k in range(6)]
    assert values == sorted(values)
    assert values[-1] == statistics.pass_at_k(run, 1)


def test_effective_accuracy_counts_items_of_which_all_versions_are_right() -> None:
    run = [
        outcome(f"{g}{i}", score, group=g)
        for g, i, score in [
            ("a", 1, RIGHT),
            ("a", 2, RIGHT),
            ("a", 3, RIGHT),
            ("b", 1, RIGHT),
            ("b", 2, RIGHT),
            ("b", 3, WRONG),
        ]
    ]
    found = statistics.over_versions([*run, outcome("alone", WRONG)])
    assert found is not None
    assert (found.groups, found.samples) == (2, 6)
    assert found.effective.value == 0.5
    assert found.average.value == pytest.approx(5 / 6)
    assert found.gap.value == pytest.approx(1 / 3)


@given(RUNS)
def test_the_reasoning_gap_is_never_below_zero(run: list[Outcome]) -> None:
    found = statistics.over_versions(run)
    assert found is not None
    assert -1e-12 <= found.gap.value <= found.average.value
    assert found.gap.value == pytest.approx(found.average.value - found.effective.value)


def test_without_versions_there_is_no_effective_accuracy() -> None:
    assert statistics.over_versions([outcome("a"), outcome("b")]) is None


def test_eff_at_k_has_the_values_worked_out_by_hand() -> None:
    run = [outcome("a", RIGHT, 0, seconds=2), outcome("a", RIGHT, 1, seconds=5), outcome("a", WRONG, 2, seconds=1)]
    # efficiencies 0.8, 0.5, 0; the best of two is 0.8, 0.8 or 0.5
    assert statistics.eff_at_k(run, 1, limit_s=10) == Fraction(13, 30)
    assert statistics.eff_at_k(run, 2, limit_s=10) == Fraction(21, 30)
    assert statistics.eff_at_k(run, 3, limit_s=10) == Fraction(8, 10)
    assert statistics.eff_at_k(run, 1, limit_s=10, reference_s=2) == Fraction(13, 24)  # 1, 5/8, 0
    assert statistics.eff_at_k(run, 4, limit_s=10) is None


@given(RUNS, st.integers(1, 3))
def test_eff_at_k_lies_between_zero_and_pass_at_k(run: list[Outcome], k: int) -> None:
    efficient, passed = statistics.eff_values(run, k, limit_s=50), statistics.pass_values(run, k)
    assert efficient.keys() == passed.keys()
    assert all(0 <= efficient[s] <= passed[s] for s in passed)


@pytest.mark.parametrize(("limit_s", "reference_s"), [(0, 0), (1, 1), (math.inf, 0), (math.nan, 0), (1, -1)])
def test_eff_at_k_refuses_limits_that_make_no_sense(limit_s: float, reference_s: float) -> None:
    with pytest.raises(BadInput, match="expected 0 ≤ reference < limit"):
        statistics.eff_at_k([outcome("a")], 1, limit_s=limit_s, reference_s=reference_s)


def test_what_failed_attempts_cost_is_paid_for_by_the_solved_problems() -> None:
    run = attempts("a", WRONG, RIGHT, dollars=0.5) + attempts("b", WRONG, dollars=2.0) + attempts("c", RIGHT, dollars=1)
    found = statistics.per_solved(run, statistics.dollars_of)
    assert found is not None
    assert (found.value, found.n) == (2.0, 2)
    assert found.low is not None
    assert found.high is None  # some resamples hold no solved problem
    assert statistics.per_solved([outcome("a", WRONG)], statistics.dollars_of) is None


def test_allowances_give_what_would_have_been_solved_and_spent() -> None:
    run = [outcome("a", seconds=1), outcome("b", seconds=3), outcome("c", ABSTAINED, seconds=10)]
    points = statistics.allowance_curve(run, statistics.seconds_of)
    assert [(p.allowance, p.spent, p.solved) for p in points] == [
        (0, 0, 0),
        (1, 3, Fraction(1, 3)),
        (3, 7, Fraction(2, 3)),
        (10, 14, Fraction(2, 3)),
    ]
    assert statistics.allowance_curve([], statistics.seconds_of) == ()


@given(RUNS)
def test_with_more_allowed_nothing_is_lost(run: list[Outcome]) -> None:
    points = statistics.allowance_curve(run, statistics.seconds_of)
    assert [p.spent for p in points] == pytest.approx(sorted(p.spent for p in points))
    assert [p.solved for p in points] == sorted(p.solved for p in points)
    assert points[-1].solved == Fraction(
        sum(any(map(statistics.is_right, a)) for a in statistics.by_sample(run).values()),
        len(statistics.by_sample(run)),
    )


def test_abstaining_has_a_risk_and_two_ends_but_no_accuracy_of_its_own() -> None:
    run = [
        outcome("a", RIGHT),
        outcome("b", WRONG, verdict={"is": "tested", "cases": 3}),
        outcome("c", RIGHT, verdict={"is": "tested", "cases": 3}),
        outcome("d", ABSTAINED),
    ]
    found = statistics.answering(run)
    assert found is not None
    assert (found.asked, found.answered, found.judged) == (4, 3, 3)
    assert (found.risk, found.least, found.most) == (Fraction(1, 3), Fraction(1, 2), Fraction(3, 4))
    assert [(p.evidence, p.coverage, p.risk) for p in found.curve] == [
        ("proved or refuted", Fraction(1, 4), 0),
        ("tested", Fraction(3, 4), Fraction(1, 3)),
    ]
    assert statistics.answering([]) is None
    only_abstained = statistics.answering([outcome("a", ABSTAINED)])
    assert only_abstained is not None
    assert (only_abstained.risk, only_abstained.curve) == (None, ())


@given(RUNS)
def test_accuracy_lies_between_the_two_ends(run: list[Outcome]) -> None:
    found = statistics.answering(run)
    assert found is not None
    assert 0 <= found.least <= found.most <= 1
    assert found.judged <= found.answered <= found.asked


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(3, 4)), min_size=1, max_size=12), st.randoms())
def test_an_interval_does_not_depend_on_the_order_and_keeps_within_the_bounds(
    clusters: list[tuple[int, int]], rng: object
) -> None:
    found = interval(clusters, resamples=200)
    shuffled = list(clusters)
    rng.shuffle(shuffled)
    assert interval(shuffled, resamples=200) == found
    low, high = found
    assert 0 <= low <= high <= 1


def test_the_interval_of_a_share_is_near_the_binomial_one() -> None:
    low, high = interval([(1, 1)] * 60 + [(0, 1)] * 40)
    assert low == pytest.approx(0.504, abs=0.02)
    assert high == pytest.approx(0.696, abs=0.02)


def test_all_right_is_not_certainty() -> None:
    assert interval([(1, 1)] * 20) == (pytest.approx(0.025 ** (1 / 20)), 1.0)
    assert interval([(0, 1)]) == (0.0, pytest.approx(0.975))
    assert interval([(2, 2), (3, 3)]) == interval([(1, 1), (1, 1)])
    assert interval([]) == (None, None)


def test_versions_drawn_together_give_a_wider_interval() -> None:
    apart = [(float(i % 2), 1.0) for i in range(60)]
    together = [(float(3 * (i % 2)), 3.0) for i in range(20)]
    width = [high - low for low, high in (interval(apart), interval(together))]
    assert width[1] > 1.4 * width[0]


def test_mcnemar_has_the_values_worked_out_by_hand() -> None:
    assert mcnemar(0, 0) == 1
    assert mcnemar(5, 0) == Fraction(1, 16)
    assert mcnemar(3, 1) == Fraction(5, 8)
    assert mcnemar(2, 2) == 1
    assert mcnemar(400, 300) < Fraction(1, 1000)


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_a_chance_and_takes_no_side(gained: int, lost: int) -> None:
    n = gained + lost
    tail = sum(math.comb(n, i) for i in range(min(gained, lost) + 1))
    assert mcnemar(gained, lost) == mcnemar(lost, gained) == min(1, Fraction(2 * tail, 2**n))


def test_only_shared_samples_are_compared() -> None:
    first = [outcome("a", WRONG), outcome("b", RIGHT), outcome("x", RIGHT)]
    second = [outcome("a", RIGHT), outcome("b", RIGHT), outcome("y", WRONG), outcome("z", WRONG)]
    found = compare(first, second)
    assert found is not None
    assert (found.shared, found.only_first, found.only_second) == (2, 1, 2)
    assert (found.first, found.second, found.difference.value) == (Fraction(1, 2), 1, 0.5)
    assert (found.gained, found.lost, found.p_value) == (("a",), (), 1)
    assert compare(first, [outcome("q")]) is None


@given(RUNS, RUNS)
def test_a_comparison_turned_round_has_the_other_sign(first: list[Outcome], second: list[Outcome]) -> None:
    there, back = compare(first, second), compare(second, first)
    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert there.difference.value == pytest.approx(-back.difference.value)
        assert there.p_value == back.p_value
        assert set(there.gained) == set(back.lost)
