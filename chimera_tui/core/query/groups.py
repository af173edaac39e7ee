"""Groups and pivots over the measurements, written in one line.

    by num_gpu, num_ctx of decode_tps          one row a group, with its statistics
    by model                                   every metric, apart
    pivot num_gpu x num_ctx of decode_tps      a table of means; another statistic may be named at the end

What follows ``of`` is a metric, a unit or a numeric column. Metrics, statistics and units that differ are never
pooled: they become columns of their own. Rows recorded as failed are left out, and so are those of copies and of tables
that only repeat another file, unless the filter or a key speaks of them; the notes say how many.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chimera_tui.core import stats
from chimera_tui.core.query.error import QueryError, column_named, nearest, quoted
from chimera_tui.core.query.filter import quoted_value

if TYPE_CHECKING:
    import polars as pl

_KIND = ("metric", "stat", "unit")
_BY = re.compile(r"(?:group\s+)?by\s+(?P<keys>.+?)(?:\s+of\s+(?P<target>.+))?", re.IGNORECASE | re.DOTALL)
_PIVOT = re.compile(
    r"pivot\s+(?P<rows>\S+)\s+(?:x|×|by)\s+(?P<columns>\S+)\s+of\s+(?P<target>\S+)(?:\s+(?P<statistic>\S+))?",
    re.IGNORECASE,
)
STATISTICS = ("n", "mean", "median", "std", "cv", "p95", "p99", "min", "max")
MAX_PIVOT_COLUMNS = 60
_PLACES = frozenset({"dup_of", "role", "path", "file_id"})
"""Whoever names one of these has said which files count."""


@dataclass(frozen=True)
class Grouped:
    """One row a group, and what a reader must know about it. ``keys`` are the columns that name the group.

    ``common`` is the filter that, with its keys, finds a group's rows again.
    """

    frame: pl.DataFrame
    keys: tuple[str, ...]
    title: str
    notes: tuple[str, ...] = ()
    common: str = ""


@dataclass(frozen=True)
class Grouping:
    """A line that was read: keys, what is summarised (None: each metric), and for a pivot its columns."""

    keys: tuple[str, ...]
    target: str | None
    across: str | None = None
    statistic: str = "mean"


def parse_grouping(text: str) -> Grouping:
    """Read a ``by …`` or ``pivot …`` line. Raises :class:`QueryError`."""
    text = text.strip()
    if found := _PIVOT.fullmatch(text):
        statistic = (found["statistic"] or "mean").lower()
        if statistic not in STATISTICS:
            raise QueryError(f"There is no statistic {quoted(statistic)}; there are {', '.join(STATISTICS)}.")
        return Grouping((found["rows"],), found["target"], found["columns"], statistic)
    if text.lower().startswith("pivot"):
        raise QueryError("A pivot is written: pivot num_gpu x num_ctx of decode_tps")
    found = _BY.fullmatch(text)
    keys = tuple(key.strip() for key in found["keys"].split(",")) if found else ()
    if not found or not all(keys):
        raise QueryError("Groups are written: by num_gpu, num_ctx of decode_tps")
    return Grouping(keys, found["target"].strip() if found["target"] else None)


def group(measurements: pl.LazyFrame, grouping: Grouping, where: pl.Expr | None = None) -> Grouped:
    """Compute groups or a pivot of the measurements for which ``where`` is true. Blocks; raises :class:`QueryError`."""
    names = measurements.collect_schema().names()
    keys = tuple(column_named(key, names) for key in grouping.keys)
    across = column_named(grouping.across, names) if grouping.across else None
    if across in keys:
        raise QueryError("A pivot needs two different columns.")
    if taken := {*keys, across} & {*STATISTICS, "_value"}:
        raise QueryError(f"{quoted(str(taken.pop()))} is the name of a statistic; nothing can be grouped by it.")
    rows, value, apart = _chosen(measurements, grouping.target)
    wanted = list(dict.fromkeys([*keys, *([across] if across else []), *apart]))
    spoken_of = {*wanted, *(where.meta.root_names() if where is not None else ())}
    kept, notes, common = _kept(rows if where is None else rows.filter(where), value, wanted, spoken_of)
    if not kept.height:
        raise QueryError(
            "No measurement is left to summarise" + ("; the filter leaves none." if where is not None else ".")
        )
    constant = [name for name in apart if name not in keys and kept[name].n_unique() == 1]
    title = ", ".join(str(kept[name][0]) for name in constant if kept[name][0] is not None) or value
    by = [name for name in wanted if name not in constant]
    common += [f"{name} = {quoted_value(kept[name][0])}" for name in constant]
    grouped = Grouped(_summarised(kept, by), tuple(by), title, notes, " ".join(common))
    return grouped if across is None else _pivoted(grouped, across, grouping.statistic)


def column_statistics(frame: pl.DataFrame, column: str) -> dict[str, float | int | None]:
    """The statistics of one numeric column, nulls and what is not finite left out."""
    import polars as pl

    values = frame.select(pl.col(column).cast(pl.Float64).alias("_value")).filter(pl.col("_value").is_finite())
    row = values.select(_statistics()).row(0, named=True)
    return {name: row[name] for name in STATISTICS}


def _chosen(measurements: pl.LazyFrame, target: str | None) -> tuple[pl.LazyFrame, str, list[str]]:
    """The rows that are meant, the column that holds their values, the columns that keep unlike ones apart."""
    import polars as pl

    schema = measurements.collect_schema()
    apart = [name for name in _KIND if name in schema.names()]
    if target is None:
        return measurements, "value", apart
    known = measurements.select(pl.col(*apart[:1], "unit").unique().implode()).collect().row(0, named=True)
    metrics = [name for name in known["metric"] if name]
    if target in metrics:
        return measurements.filter(pl.col("metric") == target), "value", apart
    if target in known["unit"]:
        return measurements.filter(pl.col("unit") == target), "value", apart
    folded = {name.casefold(): name for name in schema.names() if schema[name].is_numeric()}
    if target.casefold() in folded:
        return measurements, folded[target.casefold()], []
    guess = nearest(target, [*metrics, *filter(None, known["unit"]), *folded.values()])
    hint = f"did you mean {guess}?" if guess else f"there are {', '.join(sorted(metrics)[:8])}."
    raise QueryError(f"There is no metric, unit or numeric column {quoted(target)}; {hint}")


def _kept(
    rows: pl.LazyFrame, value: str, wanted: list[str], spoken_of: set[str]
) -> tuple[pl.DataFrame, tuple[str, ...], list[str]]:
    """The values to summarise, the notes on them, and the filters that left the others out."""
    import polars as pl

    names = rows.collect_schema().names()
    beside = [name for name in ("cold", "status", "dup_of", "role") if name in names and name not in wanted]
    picked = rows.select(*wanted, *beside, pl.col(value).cast(pl.Float64).alias("_value")).collect()
    picked = picked.filter(pl.col("_value").is_finite())
    notes, filters = [], []
    for column, text, keep, said in _left_out():
        if column in beside and not spoken_of & ({column} if column == "status" else _PLACES):
            rest = picked.filter(keep)
            gone = picked.height - rest.height
            if gone and (rest.height or column == "status"):
                picked = rest
                notes.append(f"{gone:,} {said}")
                filters.append(text)
    if "cold" in beside and {True, False} <= set(picked["cold"].unique()):
        notes.insert(0, "cold and warm are pooled; “by cold, …” keeps them apart")
    return picked, tuple(notes), filters


def _left_out() -> list[tuple[str, str, pl.Expr, str]]:
    """What is never pooled with results: column, the filter that keeps the rest, the same as expression, in words."""
    import polars as pl

    return [
        ("status", "status != failed", pl.col("status") != "failed", "failed left out"),
        ("dup_of", "dup_of is null", pl.col("dup_of").is_null(), "of duplicate files left out"),
        ("role", "role != derived", pl.col("role") != "derived", "of tables that repeat another left out"),
    ]


def _statistics() -> list[pl.Expr]:
    import polars as pl

    value = pl.col("_value")
    mean, std = value.mean(), value.std()
    return [
        pl.len().alias("n"), mean.alias("mean"), value.median().alias("median"), std.alias("std"),
        pl.when(mean != 0).then(std / mean.abs()).alias("cv"),
        value.quantile(0.95, "linear").alias("p95"), value.quantile(0.99, "linear").alias("p99"),
        value.min().alias("min"), value.max().alias("max"),
    ]  # fmt: skip


def _summarised(kept: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    import polars as pl

    groups = kept.group_by(by).agg(_statistics()) if by else kept.select(_statistics())
    frame = groups.sort(by, nulls_last=True) if by else groups
    summaries = frame.select("n", "mean", "std").rows()
    intervals = [stats.t_interval(stats.Summary(*row)) or (None, None) for row in summaries]
    return frame.with_columns(
        pl.Series("ci95_low", [low for low, _ in intervals], dtype=pl.Float64),
        pl.Series("ci95_high", [high for _, high in intervals], dtype=pl.Float64),
    )


def _pivoted(groups: Grouped, across: str, statistic: str) -> Grouped:
    import polars as pl

    frame = groups.frame
    if (count := frame[across].n_unique()) > MAX_PIVOT_COLUMNS:
        raise QueryError(f"{quoted(across)} has {count:,} values; a pivot has room for {MAX_PIVOT_COLUMNS} columns.")
    keys = [name for name in groups.keys if name != across]
    label = pl.lit(f"{across}=") + pl.col(across).cast(pl.String).fill_null("–")
    named = frame.sort(across, nulls_last=True).with_columns(label.alias(across))
    wide = named.select(*keys, across, statistic).pivot(across, index=keys, values=statistic)
    fewest, most = frame.select(low=pl.col("n").min(), high=pl.col("n").max()).row(0)
    size = f"n = {fewest} a cell" if fewest == most else f"n from {fewest} to {most} a cell"
    title = f"{statistic} of {groups.title}"
    return Grouped(wide.sort(keys, nulls_last=True), tuple(keys), title, (*groups.notes, size), groups.common)
