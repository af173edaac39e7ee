"""Statistics of many values in little memory."""

import math
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from chimera_tui.core.measure.lexicon import Meaning

_NONE: frozenset[int] = frozenset()

_KEPT = 65_536
"""Percentiles are exact up to this many values and taken from every k-th value beyond."""


class Block(NamedTuple):
    """The figures of a block of values; ``squares`` is the sum of squared differences from its own mean."""

    n: int
    mean: float
    squares: float
    low: float
    high: float


class Spread:
    """Count, mean, standard deviation, extremes and percentiles of values that come in blocks."""

    def __init__(self) -> None:
        self.n = 0
        self.low = math.inf
        self.high = -math.inf
        self._mean = 0.0
        self._squares = 0.0
        self._kept = array("d")
        self._stride = 1

    def extend(self, values: Sequence[float]) -> None:
        """Take in a block of values (Chan's update of mean and sum of squares)."""
        count = len(values)
        if count:
            mean = math.fsum(values) / count
            squares = math.fsum((v - mean) ** 2 for v in values)
            self.merge(Block(count, mean, squares, min(values), max(values)), lambda start, step: values[start::step])

    def merge(self, block: "Block", every: Callable[[int, int], Sequence[float]]) -> None:
        """Take in a block by its figures and a way to get every k-th of its values."""
        count, mean, squares, low, high = block
        total, delta = self.n + count, mean - self._mean
        self._squares += squares + delta * delta * self.n * count / total
        self._mean += delta * count / total
        self.low, self.high = min(self.low, low), max(self.high, high)
        self._kept.extend(every(-self.n % self._stride, self._stride))
        self.n = total
        while len(self._kept) > _KEPT:
            self._kept = self._kept[::2]
            self._stride *= 2

    def statistics(self) -> Iterator[tuple[str, float]]:
        """Each statistic with its name."""
        yield "mean", self._mean
        if self.n > 1:
            yield "std", math.sqrt(self._squares / (self.n - 1))
        yield "min", self.low
        yield "max", self.high
        kept = sorted(self._kept)
        for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
            yield name, quantile(kept, share)


def quantile(ordered: Sequence[float], share: float) -> float:
    """The quantile of sorted values by linear interpolation (type 7)."""
    place = (len(ordered) - 1) * share
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def sample_statistics(values: Sequence[float]) -> list[tuple[str, float]]:
    """The statistics of a recorded sample (one request's gaps, all requests' latencies); std with n − 1."""
    if len(values) == 1:
        return [("mean", values[0])]
    ordered = sorted(values)
    mean = math.fsum(values) / len(values)
    std = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1))
    found = [("mean", mean), ("std", std), ("min", ordered[0]), ("max", ordered[-1])]
    return found + [(name, quantile(ordered, share)) for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))]


def means_beside(told: Sequence[Meaning]) -> frozenset[int]:
    """Which of a record's values are means: the only one of a metric, its standard deviation beside it."""
    spreads = {what.name for what in told if what.stat == "std"}
    if not spreads:
        return _NONE
    centres = Counter(what.name for what in told if what.stat in ("value", "mean", "median"))
    return frozenset(
        i for i, what in enumerate(told) if what.stat == "value" and what.name in spreads and centres[what.name] == 1
    )
