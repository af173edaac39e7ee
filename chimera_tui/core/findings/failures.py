"""Failed runs, above all those recorded as zeros, and what they do to a mean."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from chimera_tui.core import stats
from chimera_tui.core.findings.evidence import Evidence
from chimera_tui.core.findings.finding import Finding, Source
from chimera_tui.core.findings.scopes import PER_KIND
from chimera_tui.core.findings.wording import amount, count, metric_words, name, percent

if TYPE_CHECKING:
    import polars as pl


def failures(evidence: Evidence) -> Iterator[Finding]:
    """One finding an experiment with failed rows: how many, why, and the mean with and without them."""
    import polars as pl

    hit = evidence.observations.filter("failed").select("file_id").unique().join(evidence.places, on="file_id")
    if not hit.height:
        return
    spread_out = hit.group_by("place").len().filter(pl.col("len") > 1).sort("len", "place", descending=[True, False])
    alone = hit.join(spread_out, on="place", how="anti").sort("path")
    for place in spread_out["place"].head(PER_KIND):
        yield _finding(evidence, evidence.places.filter(pl.col("place") == place))
    for file_id in alone["file_id"].head(PER_KIND):
        yield _finding(evidence, evidence.places.filter(pl.col("file_id") == file_id))


def _rows(evidence: Evidence, places: pl.DataFrame) -> pl.DataFrame:
    """The observations of these files, each row of a file failed where one of its numbers is."""
    import polars as pl

    return (
        evidence.observations.join(places, on="file_id")
        .join(evidence.quantities.select("quantity", "metric", "unit", "stem", "weight"), on="quantity")
        .with_columns(failed=pl.col("failed").any().over("file_id", "record"))
    )


def _finding(evidence: Evidence, places: pl.DataFrame) -> Finding:
    import polars as pl

    rows = _rows(evidence, places)
    per_row = rows.group_by("file_id", "record").agg(
        pl.col("failed").first(), pl.col("error_id").max(), pl.col("path").first()
    )
    n, failed = per_row.height, int(per_row["failed"].sum())
    share = 100 * failed / n
    errors = _errors(evidence, per_row.filter("failed"))
    means = _means(rows)
    zeros = bool(means) and _zero_filled(rows)
    files = per_row.filter("failed")["path"].unique().sort().to_list()
    only = per_row.group_by("path").agg(pl.col("failed").all()).filter("failed").height
    where = files[0] if len(files) == 1 else f"{count(len(files), 'file')} of {rows['file_id'].n_unique()}"
    return Finding(
        kind="failures",
        statement=(
            f"{count(failed, 'row')} of {n} failed ({percent(share)}) in {name(where)}"
            f"{', recorded as zeros' if zeros else ''}{_moved(means)}."
        ),
        value=share, unit="percent", label="measured", n=n,
        sources=_sources(per_row),
        definition=(
            "a row failed when it carries an error text or status; the naive mean averages its zeros, the correct mean "
            "leaves failed rows out"
        ),
        caveats=tuple(_caveats(means, errors, only, len(files), zeros=zeros)),
        rank=(30 if n > 1 else 5) + 10 * min(math.log10(1 + failed), 2) + share / 3,
        details={
            "rows": n, "failed": failed, "ok": n - failed, "fail_pct": share, "zeros": zeros, "files": files[:50],
            "files_all_failed": only, "error_classes": errors, **means,
        },
    )  # fmt: skip


def _errors(evidence: Evidence, failed: pl.DataFrame) -> dict[str, int]:
    """How often each error text occurs, the most frequent first."""
    import polars as pl

    counted = failed.join(evidence.frames.errors, on="error_id", how="left").group_by("text").len()
    counted = counted.with_columns(pl.col("text").fill_null("no error text")).sort(
        "len", "text", descending=[True, False]
    )
    return {name(text, 160): n for text, n in counted.head(20).iter_rows()}


def _means(rows: pl.DataFrame) -> dict[str, Any]:
    """The naive and the correct mean of the heaviest metric."""
    import polars as pl

    telling = rows.filter((pl.col("weight") > 0) & pl.col("value").is_finite()).sort(
        "weight", "stem", descending=[True, False]
    )
    if not telling.height:
        return {}
    mine = telling.filter(pl.col("quantity") == telling["quantity"][0])
    ok = mine.filter(~pl.col("failed"))["value"].to_list()
    return {
        "metric": mine["metric"][0], "unit": mine["unit"][0], "n_ok": len(ok),
        "naive_mean": stats.mean(mine["value"].to_list()), "correct_mean": stats.mean(ok) if ok else None,
    }  # fmt: skip


def _zero_filled(rows: pl.DataFrame) -> bool:
    import polars as pl

    values = rows.filter(pl.col("failed") & (pl.col("weight") > 0))["value"]
    return bool(values.len()) and bool((values == 0).all())


def _moved(means: dict[str, Any]) -> str:
    if not means:
        return ""
    words, unit = metric_words(means["metric"]), means["unit"]
    if means["correct_mean"] is None:
        return "; no row succeeded"
    if means["correct_mean"] == means["naive_mean"]:
        return ""
    return (
        f"; mean {words} is {amount(means['correct_mean'], unit)} over the {means['n_ok']} that succeeded, "
        f"{amount(means['naive_mean'], unit)} when the failures are averaged in"
    )


def _caveats(means: dict[str, Any], errors: dict[str, int], only: int, n_files: int, *, zeros: bool) -> Iterator[str]:
    if zeros:
        yield "failed rows carry 0, not an empty cell: any plain average over the column is wrong"
    if only:
        yield f"{only} of {count(n_files, 'file')} with failures {'holds' if only == 1 else 'hold'} nothing else"
    if errors:
        yield "errors: " + "; ".join(f"{text} ({n})" for text, n in list(errors.items())[:4])
    if means and means["correct_mean"] is not None:
        yield "the rows left out are not missing at random: what failed may be what is slow or large"


def _sources(per_row: pl.DataFrame) -> tuple[Source, ...]:
    first = per_row.filter("failed").sort("path", "record").unique("path", keep="first", maintain_order=True)
    return tuple(
        Source(path=path, record=record) for path, record in first.select("path", "record").head(12).iter_rows()
    )
