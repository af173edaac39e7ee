"""The statistics of a careful report: sample spread, Student and Welch intervals, Holm, Kruskal–Wallis.

scipy.special alone gives the distributions; scipy.stats would cost 1.5 s to import.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

LEVEL = 0.95
"""Two-sided confidence level wherever no other is given."""


class Summary(NamedTuple):
    """Size, arithmetic mean and sample standard deviation (n − 1; None below two values) of one group."""

    n: int
    mean: float
    sd: float | None


class Difference(NamedTuple):
    """Mean of b minus mean of a with Welch's interval and two-sided p."""

    value: float
    low: float
    high: float
    p: float
    df: float


def mean(values: Sequence[float]) -> float:
    """Arithmetic mean; values must not be empty."""
    return math.fsum(values) / len(values)


def sample_sd(values: Sequence[float]) -> float | None:
    """Standard deviation over n − 1; None below two values."""
    if len(values) < 2:
        return None
    centre = mean(values)
    return math.sqrt(math.fsum((value - centre) ** 2 for value in values) / (len(values) - 1))


def summary(values: Sequence[float]) -> Summary:
    """Size, mean and sample standard deviation."""
    return Summary(len(values), mean(values), sample_sd(values))


def cv(group: Summary) -> float | None:
    """Coefficient of variation: standard deviation as a share of the mean's size; None when undefined."""
    return None if group.sd is None or not group.mean else group.sd / abs(group.mean)


def percentile(values: Sequence[float], share: float) -> float:
    """Type 7 (linear) percentile, numpy's default; ``share`` from 0 to 1."""
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def median(values: Sequence[float]) -> float:
    """The middle value, or the mean of the two middle ones."""
    return percentile(values, 0.5)


def median_interval(values: Sequence[float], level: float = LEVEL) -> tuple[float, float] | None:
    """Two of the values that hold the median between them at ``level`` or more, whatever the distribution.

    None below six values at 95 %: even the smallest and the largest do not reach it.
    """
    from scipy.special import bdtr

    n = len(values)
    below = max(0, math.floor(n / 2 - 2 * math.sqrt(n)))
    while bdtr(below, n, 0.5) <= (1 - level) / 2:
        below += 1
    ordered = sorted(values)
    return (ordered[below - 1], ordered[n - below]) if below > 0 else None


def t_interval(group: Summary, level: float = LEVEL) -> tuple[float, float] | None:
    """Student's interval of the mean; None below two values."""
    if group.sd is None or group.n < 2:
        return None
    half = _t_quantile(group.n - 1, level) * group.sd / math.sqrt(group.n)
    return group.mean - half, group.mean + half


def welch(a: Summary, b: Summary, level: float = LEVEL) -> Difference | None:
    """Welch's interval of mean(b) − mean(a); None where a side has fewer than two values or neither varies."""
    if a.sd is None or b.sd is None or min(a.n, b.n) < 2:
        return None
    return contrast([(b, 1.0), (a, -1.0)], level)


def contrast(parts: Sequence[tuple[Summary, float]], level: float = LEVEL) -> Difference | None:
    """Weighted sum of group means with a Welch–Satterthwaite interval: two groups, or a difference over blocks."""
    from scipy.special import stdtr

    variances = [weight**2 * (group.sd or 0.0) ** 2 / group.n for group, weight in parts]
    variance = math.fsum(variances)
    if variance <= 0:
        return None
    value = math.fsum(weight * group.mean for group, weight in parts)
    below = math.fsum(v**2 / (group.n - 1) for v, (group, _) in zip(variances, parts, strict=True) if group.n > 1)
    df = variance**2 / below if below > 0 else math.inf
    error = math.sqrt(variance)
    half = _t_quantile(df, level) * error
    return Difference(value, value - half, value + half, float(2 * stdtr(df, -abs(value) / error)), df)


def paired(differences: Sequence[float]) -> Difference | None:
    """Mean of paired differences with Student's interval; None below two or where they do not vary."""
    from scipy.special import stdtr

    group = summary(differences)
    interval = t_interval(group)
    if interval is None or not group.sd:
        return None
    t = group.mean / (group.sd / math.sqrt(group.n))
    return Difference(group.mean, *interval, float(2 * stdtr(group.n - 1, -abs(t))), group.n - 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values, in the order given."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for position, index in enumerate(order):
        highest = max(highest, min(1.0, p_values[index] * (len(p_values) - position)))
        adjusted[index] = highest
    return adjusted


def holm_levels(p_values: Sequence[float], level: float = LEVEL) -> list[float]:
    """Confidence level of each comparison whose interval excludes 0 exactly where Holm's step would reject."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    levels = [level] * len(p_values)
    for position, index in enumerate(order):
        levels[index] = 1 - (1 - level) / (len(p_values) - position)
    return levels


def kruskal_from_ranks(counts: Sequence[int], rank_sums: Sequence[float], tie_term: float) -> float | None:
    """Kruskal–Wallis p from average ranks; ``tie_term`` is the sum of t³ − t over runs of t equal values."""
    from scipy.special import chdtrc

    total = sum(counts)
    if len(counts) < 2 or min(counts) < 1 or tie_term >= total**3 - total:
        return None
    spread = math.fsum(s**2 / c for s, c in zip(rank_sums, counts, strict=True))
    statistic = (12 / (total * (total + 1)) * spread - 3 * (total + 1)) / (1 - tie_term / (total**3 - total))
    return float(chdtrc(len(counts) - 1, max(statistic, 0.0)))


def _t_quantile(df: float, level: float) -> float:
    """The two-sided quantile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(min(df, 1e12), 1 - (1 - level) / 2))
