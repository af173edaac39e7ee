"""Units of fields that state none, from fields beside them that state one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chimera_tui.core.measure.units import unit_of

if TYPE_CHECKING:
    import polars as pl


def units_of_twins(all_series: pl.DataFrame, cells: pl.DataFrame) -> dict[int, str]:
    """Units of series that state none, from cells of the same file with exactly the same value and a unit."""
    import polars as pl

    series = all_series.with_columns(
        factor=pl.col("raw_unit").map_elements(_factor, return_dtype=pl.Float64, skip_nulls=False)
    )
    bare = series.filter((pl.col("raw_unit").fill_null("") == "") & (pl.col("unit").fill_null("") == ""))
    stated = series.filter(pl.col("raw_unit").fill_null("") != "")
    if not bare.height or not stated.height:
        return {}
    telling = cells.filter(pl.col("value") != pl.col("value").round(2))
    left = telling.filter(pl.col("series_id").is_in(bare["series_id"].implode()))
    if not left.height:
        return {}
    right = telling.filter(pl.col("file_id").is_in(left["file_id"].unique().implode())).join(
        stated.select("series_id", "raw_unit", "factor"), on="series_id"
    )
    rounded = [(pl.col("value") / pl.col("factor")).round_sig_figs(12).alias("key"), "file_id", "raw_unit"]
    pairs = left.select("series_id", "file_id", pl.col("value").round_sig_figs(12).alias("key")).join(
        right.select(rounded), on=["file_id", "key"]
    )
    found = pairs.group_by("series_id").agg(pl.col("raw_unit").unique())
    return {series_id: units[0] for series_id, units in found.rows() if len(units) == 1}


def _factor(raw: str | None) -> float:
    unit = unit_of(raw) if raw else None
    return unit.factor / unit.divisor if unit else 1.0
