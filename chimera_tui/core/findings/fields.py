"""The fields of findings' sources by their names in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from chimera_tui.core.findings.finding import Finding, Source

if TYPE_CHECKING:
    from chimera_tui.core.findings.evidence import Evidence


def with_fields(evidence: Evidence, found: list[Finding]) -> list[Finding]:
    """Findings whose sources name the field as it stands in the file, where an analysis knew its stem only."""
    import polars as pl

    sources = {source for finding in found for source in finding.sources if source.field is not None}
    asked = pl.DataFrame(
        [(one.path, one.record, one.field) for one in sources],
        schema={"path": pl.String, "record": pl.UInt32, "stem": pl.String}, orient="row",
    )  # fmt: skip
    rank = pl.col("stat").replace_strict({"value": 0, "raw": 0, "": 0, "mean": 1, "avg": 1}, default=2)
    fields = (
        evidence.frames.cells.lazy().select("file_id", "record", "series_id")
        .join(evidence.frames.files.lazy().select("file_id", "path"), on="file_id")
        .join(asked.lazy().select("path").unique(), on="path", how="semi")
        .join(evidence.series.lazy().select("series_id", "stem", "field", "stat"), on="series_id")
        .join(asked.lazy().rename({"record": "at"}), on=["path", "stem"])
        .filter(pl.col("at").is_null() | (pl.col("at") == pl.col("record")))
        .group_by("path", "at", "stem").agg(pl.col("field").sort_by(rank, "field").first())
    ).collect()  # fmt: skip
    known = {row[:3]: row[3] for row in fields.select("path", "at", "stem", "field").iter_rows()}

    def told(source: Source) -> Source:
        return replace(source, field=known.get((source.path, source.record, source.field), source.field))

    return [replace(finding, sources=tuple(map(told, finding.sources))) for finding in found]
