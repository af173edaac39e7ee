"""The statistics against scipy.stats and numpy, on random data."""

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as reference

from chimera_tui.core import stats

finite = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3))


def kruskal_p(groups):
    """The p-value of groups by their ranks, as the findings compute it from a frame."""
    ranks = reference.rankdata([value for group in groups for value in group])
    sums, at = [], 0
    for group in groups:
        sums.append(sum(ranks[at : at + len(group)]))
        at += len(group)
    ties = sum(count**3 - count for count in Counter(ranks).values())
    return stats.kruskal_from_ranks([len(group) for group in groups], sums, ties)


samples = st.lists(finite, min_size=2, max_size=30)


@given(samples)
def test_summary_percentiles_and_interval_agree_with_scipy(values):
    group = stats.summary(values)
    assert group.n == len(values)
    assert group.mean == pytest.approx(np.mean(values), abs=1e-6)
    assert group.sd == pytest.approx(np.std(values, ddof=1), abs=1e-6)
    for share in (0, 0.25, 0.5, 0.95, 1):
        assert stats.percentile(values, share) == pytest.approx(np.percentile(values, 100 * share), abs=1e-6)
    low, high = stats.t_interval(group)
    half = reference.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / math.sqrt(len(values))
    assert low == pytest.approx(np.mean(values) - half, abs=1e-4)
    assert high == pytest.approx(np.mean(values) + half, abs=1e-4)


@given(samples, samples)
def test_welch_agrees_with_scipy(a, b):
    if min(np.std(a), np.std(b)) < 1e-3:  # scipy warns there
        return
    found = stats.welch(stats.summary(a), stats.summary(b))
    expected = reference.ttest_ind(b, a, equal_var=False)
    interval = expected.confidence_interval(0.95)
    assert found.p == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-12)
    assert found.df == pytest.approx(expected.df, rel=1e-6)
    scale = max(1.0, abs(interval.high), abs(interval.low))
    assert found.low == pytest.approx(interval.low, abs=1e-6 * scale)
    assert found.high == pytest.approx(interval.high, abs=1e-6 * scale)


@given(st.lists(st.lists(st.integers(0, 9).map(float), min_size=1, max_size=12), min_size=2, max_size=6))
def test_kruskal_agrees_with_scipy_with_ties(groups):
    pooled = [value for group in groups for value in group]
    if len(set(pooled)) == 1:
        assert kruskal_p(groups) is None
        return
    assert kruskal_p(groups) == pytest.approx(reference.kruskal(*groups).pvalue, abs=1e-9)


def test_holm_steps_down_and_never_decreases():
    assert stats.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert stats.holm([0.9, 0.5]) == pytest.approx([1.0, 1.0])
    assert stats.holm([]) == []
    assert stats.holm_levels([0.01, 0.04, 0.03]) == pytest.approx([1 - 0.05 / 3, 0.95, 0.975])


def test_one_value_has_no_spread_interval_or_test():
    one = stats.summary([5.0])
    assert one == (1, 5.0, None)
    assert stats.t_interval(one) is None
    assert stats.welch(one, stats.summary([1.0, 2.0])) is None
    assert stats.cv(one) is None
    assert kruskal_p([[1.0, 2.0]]) is None


def test_contrast_over_blocks_averages_their_differences():
    blocks = [
        (stats.summary([10, 11, 12]), stats.summary([12, 13, 14])),
        (stats.summary([5, 6]), stats.summary([8, 9])),
    ]
    parts = [(b, 0.5) for _, b in blocks] + [(a, -0.5) for a, _ in blocks]
    found = stats.contrast(parts)
    assert found.value == pytest.approx(2.5)
    assert found.low < 2.5 < found.high
    assert stats.contrast([(stats.summary([1, 1]), 1.0), (stats.summary([2, 2]), -1.0)]) is None


@given(st.integers(6, 5000))
def test_the_interval_of_a_median_holds_it_at_the_level_and_not_one_rank_closer(n):
    low, high = stats.median_interval(range(n))
    outside = reference.binom.cdf(low, n, 0.5)  # ``low`` values lie below the lower bound
    assert high == n - 1 - low
    assert outside <= 0.025
    assert reference.binom.cdf(low + 1, n, 0.5) > 0.025


def test_few_values_say_nothing_of_their_median_s_interval():
    assert stats.median_interval([1.0] * 5) is None
    assert stats.median_interval([3.0, 1.0, 2.0, 6.0, 5.0, 4.0]) == (1.0, 6.0)
