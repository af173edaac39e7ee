"""Requests that failed inside runs that otherwise finished: what they leave out of the means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chimera_tui.core.findings.finding import Finding, Source
from chimera_tui.core.findings.wording import count, factors, name, percent

if TYPE_CHECKING:
    from chimera_tui.core.findings.evidence import Evidence

COUNTED = ("requests_ok", "requests_total")
SHOWN = 12


def lost_requests(evidence: Evidence) -> Iterator[Finding]:
    """One finding of all runs in which requests failed, the worst of them named."""
    import polars as pl

    counts = (
        evidence.observations.lazy()
        .filter(~pl.col("config_id").is_in(_sums(evidence)))
        .join(evidence.quantities.lazy().select("quantity", "metric"), on="quantity")
        .filter(pl.col("metric").is_in(["requests_failed", *COUNTED]))
        .group_by("file_id", "record", "config_id")
        .agg(pl.col("value").filter(pl.col("metric") == m).max().alias(m) for m in ("requests_failed", *COUNTED))
        .with_columns(sent=pl.coalesce("requests_total", pl.col("requests_ok") + pl.col("requests_failed")))
        .collect()
    )
    hit = counts.filter((pl.col("requests_failed") > 0) & (pl.col("sent") > 0)).with_columns(
        share=100 * pl.col("requests_failed") / pl.col("sent")
    )
    if not hit.height:
        return
    hit = hit.join(evidence.files.select("file_id", "path"), on="file_id")
    hit = hit.sort("share", "path", "record", descending=[True, False, False])
    worst = hit.row(0, named=True)
    failed, sent, share = int(hit["requests_failed"].sum()), int(hit["sent"].sum()), float(worst["share"])
    at = _loads(evidence, worst["config_id"])
    runs = f"{count(hit.height, 'run')} of {counts.height}" if counts.height > 1 else "the run"
    most = f", the largest share ({percent(share)}) in {name(worst['path'], 120)}{at}" if hit.height > 1 else at
    where = f"in {runs}" if hit.height > 1 or counts.height == 1 else f"in one run of {counts.height}, {worst['path']}"
    yield Finding(
        kind="lost requests",
        statement=f"{failed:,} of {sent:,} requests failed ({percent(100 * failed / sent)}) {where}{most}.",
        value=100 * failed / sent, unit="percent", label="measured", n=sent,
        sources=tuple(
            Source(path=path, record=record) for path, record in hit.select("path", "record").head(SHOWN).iter_rows()
        ),
        definition="requests that failed ÷ requests sent, over the runs in which any failed",
        caveats=("latencies there are of the requests that finished: what failed may have been the slowest",),
        rank=20 + min(share, 100) / 2,
        details={
            "failed": failed, "sent": sent, "runs": hit.height,
            "worst": {"path": worst["path"], "record": worst["record"], "share_pct": share},
        },
    )  # fmt: skip


def _sums(evidence: Evidence) -> list[int]:
    """The configurations that are all others of their table together."""
    import polars as pl

    texts = [name for name in evidence.names("workload") if evidence.factors[name].dtype == pl.String]
    together = [pl.col(name).str.to_lowercase().is_in(["aggregated", "total", "overall", "all"]) for name in texts]
    rows = evidence.factors.filter(pl.any_horizontal(together)) if together else evidence.factors.clear()
    return rows["config_id"].to_list()


def _loads(evidence: Evidence, config_id: int) -> str:
    import polars as pl

    row = evidence.factors.filter(pl.col("config_id") == config_id).row(0, named=True)
    said = factors({load: row[load] for load in evidence.names("load") if row[load] is not None})
    return f" ({said})" if said else ""
