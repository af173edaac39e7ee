"""Means that a few runs decide: a first run, a single stall; and ratios that hold by mean but not by minimum."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from chimera_tui.core.findings.evidence import UNNAMED_WEIGHT, WITH_LOAD, Evidence
from chimera_tui.core.findings.finding import Finding, Source
from chimera_tui.core.findings.scopes import PER_KIND
from chimera_tui.core.findings.wording import amount, measured, metric_words, name, percent, ratio

if TYPE_CHECKING:
    import polars as pl

MEAN_OVER_MIN = 3.0
AGREEING_CV = 0.25
"""How much the other rows of a group may spread before one of them is no outlier but one of many kinds."""
MIN_ROWS = 4
MOVED_SHARE = 0.1
"""How far one row must move the mean of its group to be named."""


def outlier_means(evidence: Evidence) -> Iterator[Finding]:
    """Ratios between siblings that an outlier makes, other means far from their minimum, and single rows."""
    summarised = _summarised(evidence)
    ratios = list(_sibling_ratios(summarised))
    yield from ratios[:PER_KIND]
    told = {(source.path, source.record) for finding in ratios for source in finding.sources}
    alone = [row for row in summarised if _driven(row) and (row["path"], row["record"]) not in told]
    alone.sort(key=lambda row: -(row["value"] / row["low"]))
    for row in alone[:PER_KIND]:
        yield _driven_mean(row)
    yield from _single_rows(evidence)


def _summarised(evidence: Evidence) -> list[dict[str, Any]]:
    """Observations a tool summarised by mean, minimum and standard deviation, with their place and siblings' place."""
    import polars as pl

    rows = (
        evidence.comparable.filter(
            (pl.col("stat") == "mean")
            & (pl.col("low") > 0)
            & pl.col("sd").is_not_null()
            & (pl.col("better") == "lower")
        )
        .join(evidence.files.select("file_id", "path"), on="file_id")
        .join(evidence.frames.records.rename({"path": "inside"}), on=["file_id", "record"], how="left")
        .join(evidence.quantities.select("quantity", "stem"), on="quantity")
        .with_columns(parent=pl.col("inside").str.replace(r"[.\[/]?[^.\[/]*$", ""))
        .sort("path", "record", "stem")
    )
    return list(rows.head(100_000).iter_rows(named=True))


def _driven(row: dict[str, Any]) -> bool:
    """Whether the spread exceeds the mean itself and the mean is far above the minimum."""
    return bool(row["sd"] > row["value"] and row["value"] > MEAN_OVER_MIN * row["low"])


def _label(row: dict[str, Any]) -> str:
    """Which record it is: ``torch of attention`` for ``attention.torch``."""
    if not row["parent"]:
        return name(row["inside"] or f"record {row['record']}", 60)
    return f"{_short(row)} of {_outer(row)}"


def _outer(row: dict[str, Any]) -> str:
    return name(re.sub(r"\.(?!\d)", " / ", row["parent"]), 60)


def _short(row: dict[str, Any]) -> str:
    return name((row["inside"] or "").removeprefix(row["parent"] or "").strip(".[]/") or row["inside"], 60)


def _sibling_ratios(rows: list[dict[str, Any]]) -> Iterator[Finding]:
    """Pairs under one parent whose ratio by the mean is not the ratio by the minimum."""
    families: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        if row["parent"]:
            families.setdefault((row["file_id"], row["quantity"], row["parent"]), []).append(row)
    for siblings in families.values():
        base = siblings[0]
        for other in siblings[1:]:
            by_mean, by_min = base["value"] / other["value"], base["low"] / other["low"]
            apart = max(by_mean / by_min, by_min / by_mean)
            if (_driven(base) or _driven(other)) and apart > 1.5:
                yield _ratio(base, other, by_mean, by_min)


def _ratio(base: dict[str, Any], other: dict[str, Any], by_mean: float, by_min: float) -> Finding:
    cvs = [100 * row["sd"] / row["value"] for row in (base, other)]
    wild = base if cvs[0] >= cvs[1] else other
    n = max(int(wild["n"] or 1), 1)
    return Finding(
        kind="outlier ratio",
        statement=(
            f"{_outer(base)} in {name(base['path'])}: {_short(other)} is {ratio(by_mean)} as fast as "
            f"{_short(base)} by mean but {ratio(by_min)} by minimum: a few runs of {_short(wild)} "
            f"({_highest(wild)}CV {percent(max(cvs))}) drive its mean."
        ),
        value=by_min, unit="ratio", label="derived", n=n if n > 1 else None,
        sources=tuple(Source(path=row["path"], record=row["record"], field=row["stem"]) for row in (base, other)),
        definition=f"{_label(base)} ÷ {_label(other)}, of the minimum and of the mean {metric_words(base['metric'])}",
        caveats=(
            (
                f"the CV of {_short(wild)} is {max(cvs):.0f} %: its mean {amount(wild['value'], wild['unit'])} is far "
                f"from its minimum {amount(wild['low'], wild['unit'])}, as one warm-up call would make it; the "
                f"defensible ratio is about {ratio(by_min)}"
            ),
            "the minimum is one run: repeat with warm-up runs discarded and report medians",
        ),
        rank=70 + min(max(by_mean / by_min, by_min / by_mean), 20) / 2,
        details={
            "baseline": _label(base), "candidate": _label(other), "speedup_mean": by_mean, "speedup_min": by_min,
            "baseline_cv_pct": cvs[0], "candidate_cv_pct": cvs[1], "baseline_max_over_min": _over_min(base),
            "candidate_max_over_min": _over_min(other),
        },
    )  # fmt: skip


def _highest(row: dict[str, Any]) -> str:
    return f"maximum {amount(row['high'], row['unit'])}, " if row["high"] is not None else ""


def _over_min(row: dict[str, Any]) -> float | None:
    return row["high"] / row["low"] if row["high"] is not None else None


def _driven_mean(row: dict[str, Any]) -> Finding:
    factor = row["value"] / row["low"]
    cv = 100 * row["sd"] / row["value"]
    return Finding(
        kind="outlier mean",
        statement=(
            f"{_label(row)} in {name(row['path'])}: mean {metric_words(row['metric'])} "
            f"{amount(row['value'], row['unit'])} is {ratio(factor)} the minimum {amount(row['low'], row['unit'])} "
            f"({_highest(row)}CV {percent(cv)}): a few runs drive it."
        ),
        value=factor, unit="ratio", label="derived", n=int(row["n"]) if (row["n"] or 0) > 1 else None,
        sources=(Source(path=row["path"], record=row["record"], field=row["stem"]),),
        definition="mean ÷ minimum of one tool-written summary; named where the standard deviation exceeds the mean",
        caveats=("report the minimum or median; the single runs are not in the file: which run it was is not known",),
        rank=45 + min(factor, 50) / 5,
        details={"mean": row["value"], "min": row["low"], "max": row["high"], "sd": row["sd"], "cv_pct": cv},
    )  # fmt: skip


def _single_rows(evidence: Evidence) -> Iterator[Finding]:
    """Groups of rows in which one row alone moves the mean by a tenth or more."""
    import polars as pl

    keys = ["file_id", "key", "quantity", "metric", "unit", "weight"]
    value, mean = pl.col("value"), pl.col("total") / pl.col("n")
    rows = _plain_rows(evidence)
    away = (value - value.median()).abs()
    suspects = (
        rows.group_by(keys).agg(n=pl.len(), total=value.sum(), least=value.min(), most=value.max())
        .filter(pl.col("n") >= MIN_ROWS)
        .filter(pl.max_horizontal(mean - pl.col("least"), pl.col("most") - mean) >= MOVED_SHARE / 2 * mean.abs())
    )  # fmt: skip
    groups = (
        rows.join(suspects.select("file_id", "key", "quantity"), on=["file_id", "key", "quantity"], how="semi")
        .group_by(keys)
        .agg(
            n=pl.len(), mean=value.mean(), median=value.median(), mad=away.median(),
            squares=value.var() * (pl.len() - 1),
            extreme=value.get(away.arg_max()), record=pl.col("record").get(away.arg_max()),
        )
        .with_columns(without=(pl.col("mean") * pl.col("n") - pl.col("extreme")) / (pl.col("n") - 1))
        .with_columns(moved=(pl.col("mean") / pl.col("without") - 1).abs())
        .with_columns(gap=pl.col("extreme") - pl.col("mean"))
        .with_columns(rest=pl.col("squares") - pl.col("n") / (pl.col("n") - 1) * pl.col("gap") ** 2)
        .with_columns(sd=(pl.col("rest").clip(0) / (pl.col("n") - 2)).sqrt())
        .filter(pl.col("sd") < AGREEING_CV * pl.col("without").abs())
        .filter((pl.col("moved") >= MOVED_SHARE) & ((pl.col("extreme") - pl.col("median")).abs() > 8 * pl.col("mad")))
        .sort(pl.col("weight") * pl.col("moved").clip(0, 1), descending=True).head(PER_KIND)
    )  # fmt: skip
    known = groups.join(evidence.files.lazy().select("file_id", "path"), on="file_id", maintain_order="left")
    known = known.join(evidence.quantities.lazy().select("quantity", "stem"), on="quantity", maintain_order="left")
    for row in known.collect().iter_rows(named=True):
        yield _single_row(row)


def _plain_rows(evidence: Evidence) -> pl.LazyFrame:
    """Warm single values of named metrics; ``key`` is their model and configuration."""
    import polars as pl

    with_load = pl.any_horizontal([pl.col("metric").str.starts_with(prefix) for prefix in WITH_LOAD])
    key = pl.struct(evidence.names("entity", "option", "load")).rank("dense")
    return (
        evidence.comparable.lazy()
        .filter((pl.col("stat") == "value") & (pl.col("weight") > UNNAMED_WEIGHT))
        .filter(~(with_load & pl.col("cold").fill_null(value=False)))
        .join(evidence.factors.lazy().select("config_id", key=key), on="config_id")
    )


def _single_row(row: dict[str, Any]) -> Finding:
    sd = row["sd"]
    words, unit = metric_words(row["metric"]), row["unit"]
    return Finding(
        kind="outlier row",
        statement=(
            f"record {row['record']} of {name(row['path'])} ({amount(row['extreme'], unit)}) moves the mean {words} of "
            f"its {row['n']} rows from {amount(row['without'], unit)} to {amount(row['mean'], unit)}; the median is "
            f"{amount(row['median'], unit)}."
        ),
        value=row["median"], unit=unit, label="derived", n=row["n"], spread=sd,
        sources=(Source(path=row["path"], record=row["record"], field=row["stem"]),),
        definition=(
            "rows of one file, model and configuration; named where leaving one row out moves the mean by "
            f"{percent(100 * MOVED_SHARE)} or more and that row is over 8 median deviations away"
        ),
        caveats=(f"without it the rows are {measured(row['without'], sd, unit)}; why it differs is not in the data",),
        rank=40 + min(100 * row["moved"], 100) / 5,
        details={k: row[k] for k in ("n", "mean", "median", "without", "extreme", "record")},
    )  # fmt: skip
