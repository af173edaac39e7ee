"""A numeric claim: where it stands, what it says, before anything is compared."""

from __future__ import annotations

import msgspec

COUNT, SHARE, SIZE, DATE, VALUE, CONFIG, RATIO, HARDWARE = (
    "count", "share", "size", "date", "metric value", "config value", "ratio", "hardware",
)  # fmt: skip


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One number of a line with its unit; ``start`` and ``end`` are character offsets in that line."""

    line: int
    start: int
    end: int
    span: str
    kind: str
    value: float = 0.0
    decimals: int = 0
    """Printed decimals: the number's own tolerance. Negative for 12e3 and the like."""
    digits: int = 0
    """Significant digits; trailing zeros of an integer do not count."""
    unit: str = ""
    """As printed; empty where none is."""
    noun: str = ""
    """What is counted, in the text's own words."""
    hedge: str = ""
    """``about``, ``over``, ``under`` or nothing."""
    bound: str = ""
    """``low`` or ``high`` for an end of a range, ``spread`` after ±, ``of`` for a denominator."""
    day: tuple[int, int, int] | None = None
    """Year, month, day of a date; 0 where it does not say."""
    part: str = ""
    """``early``, ``mid`` or ``late`` in a month."""
    partner: tuple[int, int] | None = None
    """Where the other end of a range, the total of a fraction or the share beside a count stands."""


class Skipped(msgspec.Struct, frozen=True):
    """A number that is no claim, and why."""

    line: int
    start: int
    end: int
    span: str
    why: str
