"""One side of measurements: the successful observations of a repository for which a filter is true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chimera_tui.core.findings.evidence import WITH_LOAD, Evidence
from chimera_tui.core.findings.factors import Kind

if TYPE_CHECKING:
    import polars as pl

MATCHED_KINDS: tuple[Kind, ...] = ("entity", "option", "load", "workload")
"""Repetitions and what only surrounds a measurement (host, commit, time) need not agree."""


def observations(evidence: Evidence) -> pl.DataFrame:
    """All comparable observations with path, field, tool, definition and every factor: what filters are over."""
    import polars as pl

    about = evidence.quantities.select("quantity", "tool", "definition", field=pl.col("stem"))
    load = pl.any_horizontal([pl.col("metric").str.starts_with(prefix) for prefix in WITH_LOAD])
    cold = pl.when(pl.col("cold")).then(pl.lit("cold")).when(~pl.col("cold")).then(pl.lit("warm"))
    return (
        evidence.comparable.lazy()
        .join(about.lazy(), on="quantity")
        .join(evidence.frames.files.lazy().select("file_id", "path"), on="file_id")
        .join(evidence.factors.lazy().drop("base_model", "present", strict=False), on="config_id")
        .with_columns(part=pl.col("field"), load_state=pl.when(load).then(cold.otherwise(pl.lit("load unknown"))))
        .sort("weight", "metric", "field", "file_id", "record", descending=[True, False, False, False, False])
        .collect()
    )  # fmt: skip


def factors(evidence: Evidence) -> tuple[str, ...]:
    """The factors that must agree; cold and warm among them where a metric contains the load."""
    return (*evidence.names(*MATCHED_KINDS), "load_state")


def paired(a: pl.DataFrame, b: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The sides with equal parts where a metric stands in one field each, named differently by two tools."""
    import polars as pl

    def fields(side: pl.DataFrame) -> dict[tuple[str, str], set[str]]:
        return {
            (metric, unit): set(names)
            for metric, unit, names in side.group_by("metric", "unit").agg(pl.col("part").unique()).rows()
        }

    of_a, of_b = fields(a), fields(b)
    alike = [
        key for key in of_a.keys() & of_b.keys() if len(of_a[key]) == len(of_b[key]) == 1 and of_a[key] != of_b[key]
    ]
    for metric, unit in alike:
        one = (pl.col("metric") == metric) & (pl.col("unit") == unit)
        words = f"{min(of_a[metric, unit])} / {min(of_b[metric, unit])}"
        part = pl.when(one).then(pl.lit(words)).otherwise(pl.col("part")).alias("part")
        a, b = a.with_columns(part), b.with_columns(part)
    return a, b
