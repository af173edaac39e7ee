"""Two sets of observations against each other, matched on every factor: the difference with an interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chimera_tui.core import stats
from chimera_tui.core.findings.groups import Group, groups

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Comparison:
    """Candidate minus baseline, averaged over the matched configurations."""

    baseline: float
    candidate: float
    difference: stats.Difference | None
    n_baseline: int
    n_candidate: int
    matched: int
    unmatched: int
    method: str
    blocks: list[dict[str, Any]]
    pairs: tuple[tuple[Group, Group], ...] = ()
    """The matched groups, baseline first."""
    only: tuple[tuple[Group, ...], tuple[Group, ...]] = ((), ())
    """The groups that only the baseline has, and only the candidate."""

    @property
    def percent(self) -> float:
        """The difference in percent of the baseline."""
        return 100 * (self.candidate / self.baseline - 1) if self.baseline else float("inf")

    @property
    def interval_pct(self) -> tuple[float, float] | None:
        """The interval of the difference in percent of the baseline."""
        if self.difference is None or not self.baseline:
            return None
        low, high = (100 * bound / abs(self.baseline) for bound in (self.difference.low, self.difference.high))
        return low, high

    @property
    def shown(self) -> bool:
        """Whether the interval excludes 0."""
        return self.difference is not None and (self.difference.low > 0 or self.difference.high < 0)


def compared(baseline: pl.DataFrame, candidate: pl.DataFrame, factors: list[str]) -> Comparison | None:
    """Compare ``value`` of two frames, matched on these factors; None where no configuration occurs in both."""
    a, b = (_by_key(rows, factors) for rows in (baseline, candidate))
    keys = [key for key in a if key in b]
    if not keys:
        return None
    pairs = [(a[key], b[key]) for key in keys]
    means = [stats.mean([group.mean for group in side]) for side in zip(*pairs, strict=True)]
    difference, method = _difference(pairs)
    return Comparison(
        baseline=means[0], candidate=means[1], difference=difference, n_baseline=sum(g.n for g, _ in pairs),
        n_candidate=sum(g.n for _, g in pairs), matched=len(pairs), unmatched=len(a) + len(b) - 2 * len(pairs),
        method=method, blocks=[{**_stated(g), "baseline": g.mean, "candidate": h.mean} for g, h in pairs[:200]],
        pairs=tuple(pairs), only=(_without(a, b), _without(b, a)),
    )  # fmt: skip


def _by_key(rows: pl.DataFrame, factors: list[str]) -> dict[tuple[Any, ...], Group]:
    return {tuple(group.factors.values()): group for group in groups(rows, factors)}


def _without(these: dict[tuple[Any, ...], Group], others: dict[tuple[Any, ...], Group]) -> tuple[Group, ...]:
    return tuple(group for key, group in these.items() if key not in others)


def _stated(group: Group) -> dict[str, Any]:
    return {key: value for key, value in group.factors.items() if value is not None}


def _difference(pairs: list[tuple[Group, Group]]) -> tuple[stats.Difference | None, str]:
    if all(min(a.n, b.n) > 1 and a.sd is not None and b.sd is not None for a, b in pairs):
        share = 1 / len(pairs)
        found = stats.contrast([part for a, b in pairs for part in ((b.summary, share), (a.summary, -share))])
        return found, "Welch 95 % interval" if len(
            pairs
        ) == 1 else "Welch 95 % interval over the matched configurations"
    if len(pairs) > 1:
        return stats.paired(
            [b.mean - a.mean for a, b in pairs]
        ), "paired t 95 % interval over the matched configurations"
    return None, "no interval: n = 1 on a side"
