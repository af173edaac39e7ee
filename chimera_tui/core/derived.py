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
PROBES = 6
"""How many values a source must be seen to hold before all of them are compared."""
MOST_SHARERS = 32
"""A value that more files than this share tells nothing about its source."""
FACTORS = tuple(name for name in schema.CONFIGS if name not in {"config_id", "extra", "path_conflict", "from_path"})


def sources(frames: Frames) -> pl.DataFrame:
    """``file_id, source_path`` of the derived files."""
    import polars as pl

    none = pl.DataFrame(schema={"file_id": pl.UInt32, "source_path": pl.String})
    values = _values(frames)
    candidates = _candidates(values)
    if not candidates.height:
        return none
    own = values.filter(pl.col("file_id").is_in(candidates["file_id"].implode()))
    pairs = _pairs(own, values, _sizes(frames, values))
    if not pairs.height:
        return none
    theirs = values.filter(pl.col("file_id").is_in(pairs["source"].unique().implode()))
    return _chosen(_confirmed(pairs, own, theirs, frames.configs), frames.files)


def _values(frames: Frames) -> pl.DataFrame:
    """The different values of each original, complete data file, with their configurations."""
    import polars as pl

    originals = frames.files.filter(
        (pl.col("role") == "data") & pl.col("dup_of").is_null() & (pl.col("level") == "full")
    )["file_id"]
    return (
        frames.cells.lazy()
        .filter(pl.col("file_id").is_in(originals.implode()) & pl.col("value").is_finite())
        .select("file_id", "config_id", "value")
        .unique()
        .collect()
    )


def _candidates(values: pl.DataFrame) -> pl.DataFrame:
    """Files of which every value occurs in another file too, and that hold enough telling ones."""
    import polars as pl

    return (
        values.lazy()
        .with_columns(alone=pl.col("file_id").min().over("value") == pl.col("file_id").max().over("value"))
        .group_by("file_id")
        .agg(~pl.col("alone").any().alias("shared"), pl.col("value").filter(_telling()).n_unique().alias("telling"))
        .filter(pl.col("shared") & (pl.col("telling") >= TELLING))
        .select("file_id")
        .collect()
    )


def _telling() -> pl.Expr:
    import polars as pl

    tenfold = pl.col("value") * 10
    return (tenfold - tenfold.round()).abs() > tenfold.abs() * 1e-12


def _sizes(frames: Frames, values: pl.DataFrame) -> pl.DataFrame:
    """How many records each file has, and a strict order: records, then cells, then the earlier path."""
    import polars as pl

    ids = values["file_id"].unique()
    counted = (
        frames.cells.lazy()
        .filter(pl.col("file_id").is_in(ids.implode()))
        .group_by("file_id")
        .agg(pl.col("record").n_unique().alias("records"), pl.len().alias("cells"))
        .collect()
    )
    order = frames.files.select("file_id").with_row_index("place")
    ranked = counted.join(order, on="file_id").sort("records", "cells", "place", descending=[True, True, False])
    return ranked.select("file_id", "records").with_row_index("rank")


def _pairs(own: pl.DataFrame, values: pl.DataFrame, sizes: pl.DataFrame) -> pl.DataFrame:
    """Each candidate with the files of as many records that hold its rarest telling values, ``PROBES`` of them."""
    import polars as pl

    holders = (
        values.lazy()
        .filter(_telling())
        .join(own.lazy().select("value").unique(), on="value", how="semi")
        .select("file_id", "value")
        .unique()
        .with_columns(sharers=pl.len().over("value"))
        .filter(pl.col("sharers") <= MOST_SHARERS)
    )
    held = holders.select(source="file_id", value="value")
    probes = (
        holders.join(own.lazy().select("file_id").unique(), on="file_id", how="semi")
        .sort("sharers", "value")
        .group_by("file_id", maintain_order=True)
        .agg(pl.col("value").head(PROBES))
    )
    first = probes.select("file_id", pl.col("value").list.first())
    theirs = sizes.lazy().select(source="file_id", source_rank="rank", source_records="records")
    pairs = (
        first.join(held, on="value")
        .filter(pl.col("source") != pl.col("file_id"))
        .join(sizes.lazy(), on="file_id")
        .join(theirs, on="source")
        .filter(pl.col("source_records") >= pl.col("records"))
        .select("file_id", "source", "rank", "source_rank")
        .collect()
    )
    # Among many files any one value is somewhere else by chance: without further probes the pairs would not fit memory.
    asked = pairs.lazy().select("file_id", "source").join(probes.explode("value"), on="file_id")
    missing = asked.join(held, on=["source", "value"], how="anti").select("file_id", "source")
    return pairs.join(missing.unique().collect(), on=["file_id", "source"], how="anti")


def _confirmed(pairs: pl.DataFrame, own: pl.DataFrame, values: pl.DataFrame, configs: pl.DataFrame) -> pl.DataFrame:
    """The pairs in which the source holds every value of the candidate under an agreeing configuration."""
    import polars as pl

    model = pl.col("model").str.to_lowercase().str.replace_all("[^a-z0-9]", "")
    factors = configs.lazy().select("config_id", *FACTORS).with_columns(model)
    theirs = factors.select(
        pl.col("config_id").alias("source_config"), *(pl.col(name).alias(f"{name}_source") for name in FACTORS)
    )
    matched = (
        pairs.lazy()
        .join(own.lazy(), on="file_id")
        .join(values.lazy().select(source="file_id", source_config="config_id", value="value"), on=["source", "value"])
        .join(factors, on="config_id")
        .join(theirs, on="source_config")
        .filter(pl.all_horizontal(_agree(name) for name in FACTORS))
        .select("file_id", "source", "rank", "source_rank", "config_id", "value")
        .unique()
        .group_by("file_id", "source", "rank", "source_rank")
        .agg(pl.len().alias("matched"))
    )
    wanted = own.lazy().group_by("file_id").agg(pl.len().alias("wanted"))
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
