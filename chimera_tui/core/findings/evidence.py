"""The measurements as findings see them: one row an observation of one quantity, copies and derived tables left out.

A quantity is a number's field without its statistic (mean, std, min …), so the statistics of one measured thing stand
in one row. Configurations stay apart in ``factors`` and are joined only where they are needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from chimera_tui.core.config.schema import Run
from chimera_tui.core.findings.averages import averages
from chimera_tui.core.findings.factors import ENTITIES, Kind, factor_frame, kinds
from chimera_tui.core.findings.places import experiment_folder
from chimera_tui.core.frames import Frames

if TYPE_CHECKING:
    import polars as pl

LOAD_METRIC = "load_time"
SINGLE = ("value", "raw", "")
_CENTRES = ("mean", "avg", "median", "p50")
_STEM = r"(^|[._\s-])(?:mean|avg|average|median|std|stdev|stddev|sd|min|max|p\d+|quantiles?_p\d+|samples)($|[._\s-])"

WEIGHTS = {
    "decode_tps": 10.0, "output_tps_system": 9.5, "decode_tps_per_user": 8.0, "total_tps_system": 7.5,
    "request_rate": 7.0, "goodput": 7.0, "prefill_tps": 6.0, "throughput": 5.5,
    "ttft": 9.0, "ttft_server_derived": 8.9, "ttfo": 7.0, "tpot_excl_first": 6.5, "tpot_incl_first": 6.4,
    "itl_mean_per_request": 6.3, "itl_chunk_gap": 6.2, "e2e_latency": 6.0, "wall_time": 7.0, "score": 8.0,
}  # fmt: skip
"""How much a decision hangs on a metric; 0 and absent from the comparison for the parts of others below."""
PARTS = {LOAD_METRIC, "prefill_time", "decode_time", "cpu_time", "test_time", "duration", "timestamp", "model_bytes"}
UNNAMED_WEIGHT = 2.0
WITH_LOAD = ("ttft", "ttfo", "ttfr", "e2e")
"""Metrics whose name begins so contain the model's load: cold and warm values are never pooled."""


@dataclass(frozen=True)
class Evidence:
    """What the analyses share; built once for one generation of frames."""

    frames: Frames
    settings: Run

    @cached_property
    def files(self) -> pl.DataFrame:
        """The files whose numbers count: neither copies nor derived tables nor reports."""
        import polars as pl

        averaged = self.averaged["file_id"].implode()
        data = (pl.col("role") == "data") & pl.col("dup_of").is_null() & ~pl.col("file_id").is_in(averaged)
        return self.frames.files.filter(data)

    @cached_property
    def averaged(self) -> pl.DataFrame:
        """``file_id, source_path`` of tables that hold means of another's rows."""
        return averages(self.frames)

    @cached_property
    def factors(self) -> pl.DataFrame:
        """``config_id`` and a column a factor."""
        return factor_frame(self.frames.wide_configs)

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """The kind of each factor column."""
        return kinds(self.factors)

    def names(self, *wanted: Kind) -> list[str]:
        """The factor columns of these kinds."""
        return [name for name, kind in self.kinds.items() if kind in wanted]

    @cached_property
    def fixed(self) -> list[str]:
        """What is held equal in a comparison of options: the entities and the sizes of the work."""
        sizes = [name for name in self.names("workload") if self.factors[name].dtype.is_numeric()]
        return [*ENTITIES, "present", *self.names("held", "load"), *sizes]

    @cached_property
    def quantities(self) -> pl.DataFrame:
        """``quantity``, metric, unit, better, weight, tool, definition, stem: a series without its statistic."""
        import polars as pl

        what = ["stem", "metric", "unit", "better", "tool", "definition"]
        return (  # what is a change against a baseline already has no ratios of its own
            self.series.select("quantity", *what)
            .unique("quantity", keep="first", maintain_order=True)
            .with_columns(
                pl.when(
                    pl.col("metric").is_in(list(PARTS))
                    | pl.col("metric").str.ends_with("_speedup")
                    | ~pl.col("better").is_in(["higher", "lower"])
                )
                .then(0.0)
                .otherwise(pl.col("metric").replace_strict(WEIGHTS, default=UNNAMED_WEIGHT, return_dtype=pl.Float64))
                .alias("weight")
            )
        )

    @cached_property
    def series(self) -> pl.DataFrame:
        """The series with their ``stem``, the field without its statistic, and the ``quantity`` they belong to."""
        import polars as pl

        stem = (
            pl.col("field").str.to_lowercase().str.replace_all(_STEM, "$1$2").str.replace_all(r"[._\s-]{2,}", "_")
            .str.strip_chars("._- ")
        )  # fmt: skip
        what = ["stem", "metric", "unit", "better", "tool", "definition"]
        single = pl.col("stat").is_in(SINGLE)
        series = self.frames.series.with_columns(stem=pl.when(single).then(pl.col("field")).otherwise(stem))
        # A spread is a spread of the mean beside it, however each is defined.
        centre = pl.col("definition").filter(pl.col("stat").is_in(_CENTRES))
        about = series.group_by("stem", "metric", "unit", "tool").agg(centre=centre.first(), one=centre.n_unique() == 1)
        series = series.join(about, on=["stem", "metric", "unit", "tool"], how="left", maintain_order="left")
        joined = pl.when(~single & pl.col("one")).then(pl.col("centre")).otherwise(pl.col("definition"))
        return (
            series.with_columns(definition=joined)
            .drop("centre", "one")
            .with_columns(quantity=pl.struct(what).rank("dense").cast(pl.UInt32))
        )

    @cached_property
    def observations(self) -> pl.DataFrame:
        """One row per (file_id, record, quantity): value, sd, low, high, mid, n, config_id, failed, error_id, cold."""
        import polars as pl

        series = self.series.lazy().select("series_id", "quantity", "stat")
        cells = (
            self.frames.cells.lazy().filter(pl.col("phase") != 1)
            .join(self.files.lazy().select("file_id"), on="file_id", how="semi", maintain_order="left")
            .join(series, on="series_id", maintain_order="left")  # of two means of a record the first one counts
        )  # fmt: skip
        found = pl.concat([_single(cells), _summarised(cells)], how="vertical_relaxed")
        load = (
            cells.join(self.quantities.lazy().filter(pl.col("metric") == LOAD_METRIC), on="quantity", how="semi")
            .filter(pl.col("stat").is_in([*SINGLE, "mean"])).group_by("file_id", "record")
            .agg(cold=pl.col("value").max() >= self.settings.cold_load_s)
        )  # fmt: skip
        return found.join(load, on=["file_id", "record"], how="left").collect()

    @cached_property
    def comparable(self) -> pl.DataFrame:
        """Successful observations of the metrics a decision can hang on, with metric, unit, better and weight."""
        import polars as pl

        quantities = self.quantities.filter(pl.col("weight") > 0).select(
            "quantity", "metric", "unit", "better", "weight"
        )
        positive = ~(pl.col("unit").str.ends_with("/s") & (pl.col("value") <= 0))
        return (
            self.observations.lazy().join(quantities.lazy(), on="quantity")
            .filter(~pl.col("failed") & pl.col("value").is_finite() & positive).collect()
        )  # fmt: skip

    @cached_property
    def tally(self) -> pl.DataFrame:
        """How many ``comparable`` rows each file has of each configuration and quantity; ``n`` counts the runs in them,
        ``n_warm`` those that did not wait for a model to load.
        """
        import polars as pl

        keys = ["file_id", "config_id", "quantity", "metric", "better", "weight"]
        cold = pl.col("cold").fill_null(value=False)
        summed = (
            self.comparable.lazy()
            .group_by(keys)
            .agg(rows=pl.len(), n=pl.col("n").sum(), n_warm=pl.col("n").filter(~cold).sum())
        )
        return summed.sort(keys).collect()

    @cached_property
    def companions(self) -> dict[int, pl.DataFrame]:
        """By file, what a ranking tells beside its metric: first tokens, tokens and decode times, with ``record``,
        metric, stat, value.
        """
        import polars as pl

        told = pl.col("metric").str.starts_with("ttft") | pl.col("metric").is_in(["output_tokens", "decode_time"])
        wanted = self.quantities.lazy().filter(told).select("quantity", "metric")
        rows = self.observations.lazy().join(wanted, on="quantity")
        found = rows.select("file_id", "record", "metric", "stat", "value").collect()
        return {key[0]: part for key, part in found.partition_by("file_id", as_dict=True).items()}

    @cached_property
    def comparable_of(self) -> dict[int, pl.DataFrame]:
        """``comparable`` by quantity: each scope needs one only."""
        return {key[0]: rows for key, rows in self.comparable.partition_by("quantity", as_dict=True).items()}

    @cached_property
    def places(self) -> pl.DataFrame:
        """``file_id``, path, ``family`` (equal columns and factors), ``place`` (a family in one part of the tree)."""
        import polars as pl

        fields = (
            self.frames.cells.lazy().select("file_id", "series_id").unique()
            .join(self.frames.series.lazy().select("series_id", "field"), on="series_id")
            .group_by("file_id").agg(pl.col("field").unique().sort().str.join("\x1f"))
        )  # fmt: skip
        folder = pl.col("path").str.replace(r"(^|/)[^/]*$", "")
        folders = self.files.select(folder=folder.unique())["folder"].to_list()
        bases = {folder: experiment_folder(folder) for folder in folders}
        folder = folder.replace_strict(bases, return_dtype=pl.String)
        placed = (
            self.files.lazy().join(fields, on="file_id").join(self._factor_names, on="file_id", how="left")
            .select("file_id", "path", "tool", "field", "names", folder=folder)
            .with_columns(family=pl.struct("tool", "field", "names").rank("dense"))
            .with_columns(siblings=pl.len().over("family", "folder"))
            .with_columns(
                place=pl.when(pl.col("siblings") > 1).then(pl.col("folder"))
                .otherwise(pl.col("folder").str.replace(r"(^|/)[^/]*$", ""))
            )
            .with_columns(place=pl.struct("family", "place").rank("dense").cast(pl.Int64))
        )  # fmt: skip
        return placed.select("file_id", "path", "family", "place").collect()

    @cached_property
    def _factor_names(self) -> pl.LazyFrame:
        """Which factors each file has, as one text."""
        import polars as pl

        wanted = self.names("option", "load", "workload")
        nothing = pl.lit(None, dtype=pl.String)
        present = pl.concat_list(
            nothing, *(pl.when(pl.col(name).is_not_null()).then(pl.lit(name)).otherwise(nothing) for name in wanted)
        )
        per_config = self.factors.lazy().select("config_id", names=present.list.drop_nulls())
        return (
            self.frames.cells.lazy().select("file_id", "config_id").unique().join(per_config, on="config_id")
            .explode("names").group_by("file_id").agg(pl.col("names").drop_nulls().unique().sort().str.join("\x1f"))
        )  # fmt: skip


_COLUMNS = (
    "file_id", "record", "quantity", "config_id", "value", "sd", "low", "high", "mid", "n", "failed", "error_id",
    "stat",
)  # fmt: skip


def _single(cells: pl.LazyFrame) -> pl.LazyFrame:
    import polars as pl

    nothing = pl.lit(None, dtype=pl.Float64)
    return (
        cells.filter(pl.col("stat").is_in(SINGLE))
        .with_columns(failed=pl.col("status") == 1, sd=nothing, low=nothing, high=nothing, mid=nothing)
        .with_columns(stat=pl.lit("value"), n=pl.lit(1, dtype=pl.UInt32))
        .select(_COLUMNS)
    )


def _summarised(cells: pl.LazyFrame) -> pl.LazyFrame:
    """The statistics a tool wrote of one quantity, as one row; without a mean or median there is none."""
    import polars as pl

    def first(*stats: str) -> pl.Expr:
        return pl.coalesce([pl.col("value").filter(pl.col("stat") == stat).first() for stat in stats])

    return (
        cells.filter(~pl.col("stat").is_in(SINGLE)).group_by("file_id", "record", "quantity", "config_id")
        .agg(
            value=first(*_CENTRES), sd=first("std", "stdev", "stddev"), low=first("min"), high=first("max"),
            mid=first("median", "p50"), n=pl.col("n").max(), failed=(pl.col("status") == 1).any(),
            error_id=pl.col("error_id").max(), mean=first("mean", "avg"),
        )
        .filter(pl.col("value").is_not_null())
        .with_columns(stat=pl.when(pl.col("mean").is_not_null()).then(pl.lit("mean")).otherwise(pl.lit("median")))
        .with_columns(n=pl.col("n").fill_null(1))
        .select(_COLUMNS)
    )  # fmt: skip
