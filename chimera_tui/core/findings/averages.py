"""Tables that hold means of another table's rows: they are no further measurements.

``core/derived`` finds tables that repeat values; a mean stands in no row, so it is recomputed here, per model and per
configuration, with failed rows in it and without, because both are written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chimera_tui.core.findings.factors import OPTIONS

if TYPE_CHECKING:
    import polars as pl

    from chimera_tui.core.frames import Frames

MATCHED_SHARE = 0.9
MOST_VALUES = 5_000
"""More values than this are no summary."""
MOST_IN_FOLDER = 400
"""Folders of more files than this are not searched."""
CLOSE = 2e-4
"""Relative distance of a mean from that of the rows as they are printed."""
ROUNDED = 6e-5
"""How far a printed mean of four decimals may be from the exact one."""


def averages(frames: Frames) -> pl.DataFrame:
    """``file_id, source_path`` of the tables whose values are means of the rows of a table in the same folder."""
    import polars as pl

    values = _values(frames).collect()
    sizes = values.group_by("file_id", "folder").len()
    crowd = sizes.group_by("folder").agg(files=pl.len(), largest=pl.col("len").max())
    sizes = sizes.join(crowd.filter(pl.col("files").is_between(2, MOST_IN_FOLDER)), on="folder")
    small = sizes.filter((pl.col("len") < pl.col("largest")) & (pl.col("len") <= MOST_VALUES))
    crowded = values.join(small.select("folder").unique(), on="folder", how="semi")
    own = (
        values.join(small.select("file_id"), on="file_id", how="semi").filter(pl.col("value") != 0).with_row_index("at")
    )
    near = pl.concat([_near(own, crowded, key) for key in ("options", "named")])
    near = near.group_by("file_id", "source").agg(matched=pl.col("at").n_unique())
    total = own.group_by("file_id").agg(total=pl.len())
    paths = frames.files.select(pl.col("file_id").alias("source"), pl.col("path").alias("source_path"))
    return (
        near.join(total, on="file_id").join(paths, on="source")
        .filter((pl.col("matched") >= MATCHED_SHARE * pl.col("total")) & (pl.col("matched") > 1))
        .sort("file_id", "matched", "source_path", descending=[False, True, False])
        .unique("file_id", keep="first", maintain_order=True).select("file_id", "source_path")
    )  # fmt: skip


def _near(own: pl.DataFrame, values: pl.DataFrame, key: str) -> pl.DataFrame:
    """``at, file_id, source``: the values of summaries that are means over the rows of equal key in another file."""
    import polars as pl

    keys = ["folder", "metric", key]
    means = (
        values.lazy().group_by("file_id", *keys)
        .agg(
            rows=pl.len(), mean=pl.col("value").mean(), correct=pl.col("value").filter(pl.col("status") == 0).mean()
        )
        .filter(pl.col("rows") > 1).rename({"file_id": "source"})
    )  # fmt: skip
    apart = pl.min_horizontal((pl.col("value") - pl.col("mean")).abs(), (pl.col("value") - pl.col("correct")).abs())
    few_decimals = (pl.col("value") * 1e4 - (pl.col("value") * 1e4).round()).abs() < 1e-6
    close = (apart <= CLOSE * pl.col("value").abs()) | (few_decimals & (apart <= ROUNDED))
    joined = own.lazy().join(means, on=keys).filter((pl.col("file_id") != pl.col("source")) & close)
    return joined.select("at", "file_id", "source").collect()


def _values(frames: Frames) -> pl.LazyFrame:
    """Single values and means of metrics that are better one way, with their folder, model and options."""
    import polars as pl

    data = frames.files.lazy().filter((pl.col("role") == "data") & (pl.col("level") == "full"))
    folder = pl.col("path").str.replace(r"[^/]*$", "")
    telling = pl.col("stat").is_in(["value", "mean"]) & pl.col("better").is_in(["higher", "lower"])
    options = frames.configs.lazy().select(
        "config_id", "model", options=pl.struct("model", *OPTIONS).rank("dense"),
        named=pl.col("model").rank("dense").fill_null(0),
    )  # fmt: skip
    return (
        frames.cells.lazy().filter(pl.col("value").is_finite())
        .join(frames.series.lazy().filter(telling).select("series_id", "metric"), on="series_id")
        .join(data.select("file_id", folder=folder), on="file_id").join(options, on="config_id")
        .select("file_id", "folder", "metric", "options", "named", "value", "status")
    )  # fmt: skip
