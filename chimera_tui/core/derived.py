"""Which tables only repeat another: a summary that restates single runs, a CSV and JSON of the same results.

A file is derived from another when each of its values also stands in that other file, at the same value exactly,
under a configuration that contradicts it in no factor both state (of two models one may be the other's beginning, as
a file name shortens it), and the other has at least as many records. Names of metrics are not compared, because
summaries rename them; instead a file needs ``TELLING`` different values of two decimals or more, which do not agree
by chance. Of several sources, one in the same folder is named first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chimera_tui.core import frames as schema

if TYPE_CHECKING:
    import polars as pl

    from chimera_tui.core.frames import Frames

TELLING = 3
"""How many different telling values a file must have before it can count as derived."""
MOST_SHARERS = 32
"""A value that more files than this share tells nothing about its source."""
FACTORS = tuple(name for name in schema.CONFIGS if name not in {"config_id", "extra", "path_conflict", "from_path"})


def sources(frames: Frames) -> pl.DataFrame:
    """``file_id, source_path`` of the derived files."""
    import polars as pl

    cells = _of_originals(frames)
    pairs = _sized(_pairs(cells), frames)
    values = cells.filter(_in(pl.concat([pairs["file_id"], pairs["source"]]).unique())).unique().collect()
    return _chosen(_confirmed(pairs, values, frames.configs), frames.files)


def _of_originals(frames: Frames) -> pl.LazyFrame:
    """The values of each original, complete data file, with their configurations."""
    import polars as pl

    whole = (pl.col("role") == "data") & pl.col("dup_of").is_null() & (pl.col("level") == "full")
    originals = frames.files.filter(whole)["file_id"]
    cells = frames.cells.lazy().filter(pl.col("value").is_finite()).select("file_id", "config_id", "value")
    return cells if originals.len() == frames.files.height else cells.filter(_in(originals))


def _in(file_ids: pl.Series) -> pl.Expr:
    import polars as pl

    return pl.col("file_id").is_in(file_ids.implode())


def _telling() -> pl.Expr:
    import polars as pl

    tenfold = pl.col("value") * 10
    return (tenfold - tenfold.round()).abs() > tenfold.abs() * 1e-12


def _pairs(cells: pl.LazyFrame) -> pl.DataFrame:
    """``file_id, source``: files and those that hold their rarest telling value and two others as well.

    Among many files any one value is somewhere else by chance, but hardly three of them together. Values are compared
    by hashes; the commoner a value is, the larger its first one.
    """
    import polars as pl

    mark = pl.col("value").hash()
    rare = pl.len().over(mark).cast(pl.UInt64) * 2**40 + mark // 2**24
    marks = cells.filter(_telling()).select("file_id", rare=rare, other=pl.col("value").hash(1)).collect().lazy()
    lowest, highest = pl.col("other").min().alias("low"), pl.col("other").max().alias("high")
    asked = marks.group_by("file_id").agg(pl.col("rare").min(), lowest, highest, telling=pl.col("rare").n_unique())
    asked = asked.filter(pl.col("telling") >= TELLING).collect().lazy()
    held = marks.select("file_id", "rare").join(asked, on="rare", how="semi").unique()
    held = held.filter(pl.len().over("rare") <= MOST_SHARERS).rename({"file_id": "source"})
    pairs = asked.join(held, on="rare").filter(pl.col("source") != pl.col("file_id")).collect()
    for probe in ("low", "high"):
        held = marks.select(source="file_id", probe=pl.col("other")).join(
            pairs.lazy(), left_on="probe", right_on=probe, how="semi"
        )
        pairs = pairs.lazy().join(held, left_on=["source", probe], right_on=["source", "probe"], how="semi").collect()
    return pairs.select("file_id", "source")


def _sized(pairs: pl.DataFrame, frames: Frames) -> pl.DataFrame:
    """Those of which the source has as many records, with ranks: by records, then cells, then the earlier path."""
    import polars as pl

    counted = (
        frames.cells.lazy()
        .filter(_in(pl.concat([pairs["file_id"], pairs["source"]]).unique()))
        .group_by("file_id")
        .agg(pl.col("record").n_unique().alias("records"), pl.len().alias("cells"))
        .collect()
    )
    order = frames.files.select("file_id").with_row_index("place")
    ranked = counted.join(order, on="file_id").sort("records", "cells", "place", descending=[True, True, False])
    sizes = ranked.select("file_id", "records").with_row_index("rank")
    theirs = sizes.select(source="file_id", source_rank="rank", source_records="records")
    return (
        pairs.join(sizes, on="file_id")
        .join(theirs, on="source")
        .filter(pl.col("source_records") >= pl.col("records"))
        .select("file_id", "source", "rank", "source_rank")
    )


def _confirmed(pairs: pl.DataFrame, values: pl.DataFrame, configs: pl.DataFrame) -> pl.DataFrame:
    """The pairs in which the source holds every value of the candidate under an agreeing configuration."""
    import polars as pl

    model = pl.col("model").str.to_lowercase().str.replace_all("[^a-z0-9]", "")
    factors = configs.lazy().select("config_id", *FACTORS).with_columns(model)
    theirs = factors.select(
        pl.col("config_id").alias("source_config"), *(pl.col(name).alias(f"{name}_source") for name in FACTORS)
    )
    matched = (
        pairs.lazy()
        .join(values.lazy(), on="file_id")
        .join(values.lazy().select(source="file_id", source_config="config_id", value="value"), on=["source", "value"])
        .join(factors, on="config_id")
        .join(theirs, on="source_config")
        .filter(pl.all_horizontal(_agree(name) for name in FACTORS))
        .select("file_id", "source", "rank", "source_rank", "config_id", "value")
        .unique()
        .group_by("file_id", "source", "rank", "source_rank")
        .agg(pl.len().alias("matched"))
    )
    wanted = values.lazy().group_by("file_id").agg(pl.len().alias("wanted"))
    whole = matched.join(wanted, on="file_id").filter(pl.col("matched") == pl.col("wanted")).collect()
    # Of two that hold the same, only the lesser is derived.
    mutual = whole.select(file_id="source", source="file_id")
    equals = whole.join(mutual, on=["file_id", "source"], how="semi")
    return pl.concat(
        [
            whole.join(mutual, on=["file_id", "source"], how="anti"),
            equals.filter(pl.col("source_rank") < pl.col("rank")),
        ]
    )


def _agree(factor: str) -> pl.Expr:
    import polars as pl

    own, source = pl.col(factor), pl.col(f"{factor}_source")
    same = own == source
    if factor == "model":
        same = own.str.starts_with(source) | source.str.starts_with(own)
    return own.is_null() | source.is_null() | same


def _chosen(confirmed: pl.DataFrame, files: pl.DataFrame) -> pl.DataFrame:
    """One source for each derived file: of the same folder where there is one, else the largest."""
    import polars as pl

    folders = files.select("file_id", "path", folder=pl.col("path").str.replace("[^/]*$", ""))
    return (
        confirmed.join(folders.select("file_id", "folder"), on="file_id")
        .join(folders.select(source="file_id", source_path="path", source_folder="folder"), on="source")
        .with_columns(elsewhere=pl.col("folder") != pl.col("source_folder"))
        .sort("elsewhere", "source_rank")
        .group_by("file_id", maintain_order=True)
        .first()
        .select("file_id", "source_path")
    )
