"""How one column of a frame is shown: its label, kind, unit and width."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

Kind = Literal["text", "integer", "count", "number", "bytes", "seconds", "time", "bool", "status", "ending"]
"""``integer`` is a setting (4096), ``count`` an amount (4,096); ``time`` is UTC, as a datetime or in ns."""

RIGHT_ALIGNED = frozenset({"integer", "count", "number", "bytes", "seconds"})
SIGNIFICANT = 4


@dataclass(frozen=True)
class Column:
    """One shown column. ``digits`` are decimals, None where magnitudes differ too much for one choice."""

    name: str
    label: str = ""
    kind: Kind = "text"
    unit: str = ""
    max_width: int = 40
    cut: Literal["start", "end"] = "end"
    digits: int | None = None
    skip: int = 0
    """Characters of a text that are left out at its start: the year of a date."""

    @property
    def title(self) -> str:
        """What the header says: the label and, where there is one, the unit."""
        label = self.label or self.name
        return f"{label} {self.unit}" if self.unit else label

    @property
    def right_aligned(self) -> bool:
        """Whether values line up on the right."""
        return self.kind in RIGHT_ALIGNED


def columns_of(df: pl.DataFrame) -> list[Column]:
    """A column for every column of a frame, by its type."""
    return [Column(name, kind=kind_of(dtype)) for name, dtype in df.schema.items()]


def kind_of(dtype: pl.DataType) -> Kind:
    """How values of a type are shown."""
    if dtype.is_integer():
        return "integer"
    if dtype.is_numeric():
        return "number"
    if str(dtype) == "Boolean":
        return "bool"
    return "time" if dtype.is_temporal() else "text"


def with_digits(column: Column, sample: Iterable[object]) -> Column:
    """The column with decimals that show four significant digits of a typical value of the sample."""
    if column.kind != "number" or column.digits is not None:
        return column
    sizes = sorted(abs(v) for v in sample if isinstance(v, int | float) and math.isfinite(v) and v)
    if not sizes:
        return column
    if all(float(size).is_integer() for size in sizes):
        return replace(column, digits=0)
    low, typical, high = sizes[len(sizes) // 10], sizes[len(sizes) // 2], sizes[-1]
    if high / low > 1e4:
        return column
    decimals = SIGNIFICANT - 1 - math.floor(math.log10(typical))
    return replace(column, digits=min(max(decimals, 0), 6))
