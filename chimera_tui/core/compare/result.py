"""What a comparison says. Every number carries its n and whether it was measured or derived."""

from __future__ import annotations

from typing import Literal

import msgspec

MEASURED: Literal["measured"] = "measured"
DERIVED: Literal["derived"] = "derived"
SMALL_N = 5
"""Values on a side below which a difference is called uncertain whatever its interval says."""


class Estimate(msgspec.Struct, frozen=True):
    """One side of one metric: a single measured value, or the mean of n of them with their spread.

    Over several matched configurations the mean is that of their means and the deviation is pooled within them.
    """

    n: int
    mean: float
    sd: float | None
    label: Literal["measured", "derived"]


class Interval(msgspec.Struct, frozen=True):
    """B − A with its 95 % interval, in the metric's unit; ``percent`` is the same in percent of A."""

    value: float
    low: float
    high: float
    percent: tuple[float, float, float] | None
    p: float
    method: str
    label: Literal["derived"] = DERIVED

    @property
    def shown(self) -> bool:
        """Whether the interval excludes 0."""
        return self.low > 0 or self.high < 0


class Unmatched(msgspec.Struct, frozen=True):
    """A configuration that only one side has, and how many values it holds."""

    side: Literal["A", "B"]
    factors: dict[str, object]
    n: int


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One metric of both sides over the configurations they share. ``part`` is a stage, a state or a field."""

    metric: str
    part: str
    unit: str
    better: str
    a: Estimate
    b: Estimate
    ratio: float | None
    """B ÷ A; derived."""
    interval: Interval | None
    conclusion: str
    matched: int
    unmatched: tuple[Unmatched, ...] = ()
    also_differs: dict[str, tuple[str, str]] = {}
    """Factors with one value on A and another on B: they cannot be told from what is compared."""
    caveats: tuple[str, ...] = ()


class NotCompared(msgspec.Struct, frozen=True):
    """A metric that both sides have but in no equal configuration, or that only one side has."""

    metric: str
    part: str
    reason: str
    n_a: int
    n_b: int


class Option(msgspec.Struct, frozen=True):
    """One option or property in words on both sides."""

    name: str
    a: str
    b: str

    @property
    def differs(self) -> bool:
        """Whether the sides disagree."""
        return self.a != self.b


class Change(msgspec.Struct, frozen=True):
    """A finding, or a judged number, that one side has and the other has not; ``now`` where its verdict is another."""

    key: str
    text: str
    was: str = ""
    now: str = ""


class Side(msgspec.Struct, frozen=True):
    """What is compared: a name, the kind of thing, how many reports or observations."""

    name: str
    kind: Literal["report", "reports", "measurements"]
    n: int


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """B against A."""

    a: Side
    b: Side
    options: tuple[Option, ...] = ()
    measures: tuple[Measure, ...] = ()
    not_compared: tuple[NotCompared, ...] = ()
    findings_known: bool = False
    """Whether both sides are saved runs with frozen findings."""
    findings_appeared: tuple[Change, ...] = ()
    findings_vanished: tuple[Change, ...] = ()
    findings_shared: int = 0
    verdicts: tuple[Option, ...] = ()
    verdict_changes: tuple[Change, ...] = ()
    caveats: tuple[str, ...] = ()
