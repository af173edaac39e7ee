"""What a careful reader must know about the files themselves before quoting a number."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from chimera_tui.core.findings.evidence import PARTS, Evidence
from chimera_tui.core.findings.finding import Finding, Source
from chimera_tui.core.findings.wording import count, listing, metric_words, name

if TYPE_CHECKING:
    import polars as pl

CONCEPTS = ("ttft", "itl", "tpot", "e2e")
"""Names that tools give to quantities they define differently."""
SHOWN = 50
MOST_CONFLICTS = 8


def hygiene(evidence: Evidence) -> Iterator[Finding]:
    """Duplicates, derived tables, files that could not be read whole, and conflicts of paths, units and definitions."""
    yield from _duplicates(evidence)
    yield from _derived(evidence)
    yield from _unreadable(evidence)
    yield from _path_conflicts(evidence)
    yield from _unit_conflicts(evidence)
    yield from _definitions(evidence)


def _about_files(
    kind: str, statement: str, paths: list[str], *, definition: str, caveat: str, rank: float, **details: object
) -> Finding:
    return Finding(
        kind=kind, statement=statement, value=float(len(paths)), unit="count", label="measured", n=len(paths),
        sources=tuple(Source(path=path) for path in paths[:SHOWN]), definition=definition, caveats=(caveat,), rank=rank,
        details=details,
    )  # fmt: skip


def _duplicates(evidence: Evidence) -> Iterator[Finding]:
    import polars as pl

    files = evidence.frames.files
    copied = files.filter(pl.col("dup_of").is_not_null())
    if not copied.height:
        return
    alike = files.with_columns(first=pl.coalesce("dup_of", "file_id")).filter(
        pl.col("first").is_in(copied["dup_of"].unique().implode())
    )
    groups = sorted(sorted(paths) for paths in alike.group_by("first").agg("path")["path"].to_list())
    paths = [path for group in groups for path in group]
    yield _about_files(
        "duplicates",
        f"{count(len(groups), 'group')} of byte-identical files "
        f"({count(copied.height, 'redundant copy', 'redundant copies')}): "
        f"{'; '.join(listing(group, 3) for group in groups[:4])}{'; …' if len(groups) > 4 else ''}.",
        paths, definition="groups of files with equal size and content hash",
        caveat="counting both copies doubles n: each is counted once here", rank=35 + min(len(groups), 10) / 2,
        groups=groups[:500], n_groups=len(groups),
    )  # fmt: skip


def _derived(evidence: Evidence) -> Iterator[Finding]:
    import polars as pl

    averaged = evidence.averaged.select("file_id", reason=pl.lit("means of the rows of ") + pl.col("source_path"))
    files = evidence.frames.files.filter(pl.col("role") == "derived").select("file_id", "path", "reason")
    files = pl.concat(
        [files, averaged.join(evidence.frames.files.select("file_id", "path"), on="file_id").select(files.columns)]
    ).sort("path")
    if files.height:
        yield _about_files(
            "derived tables",
            f"{count(files.height, 'table repeats', 'tables repeat')} the values of others, or means of them: "
            f"{listing(files['path'], 4)}.",
            files["path"].to_list(),
            definition="tables whose configurations and values are those of another file, or means of them",
            caveat="pooled with their sources they would count every run twice: they are left out here", rank=28.0,
            reasons=dict(files.select("path", "reason").head(SHOWN).iter_rows()),
        )  # fmt: skip


def _unreadable(evidence: Evidence) -> Iterator[Finding]:
    import polars as pl

    files = evidence.frames.files.filter(pl.col("status").is_in(["partial", "failed"])).sort("path")
    if files.height:
        why = "; ".join(
            f"{name(path)}: {name(reason, 120)}" for path, reason in files.select("path", "reason").head(4).iter_rows()
        )
        yield _about_files(
            "incomplete files",
            f"{count(files.height, 'file')} could not be read whole: {why}{'; …' if files.height > 4 else ''}.",
            files["path"].to_list(), definition="files whose status is partial or failed",
            caveat="numbers in them may be missing from every statistic", rank=30.0,
            reasons=dict(files.select("path", "reason").head(SHOWN).iter_rows()),
        )  # fmt: skip


def _path_conflicts(evidence: Evidence) -> Iterator[Finding]:
    import polars as pl

    frames = evidence.frames
    conflicting = frames.configs.filter(pl.col("path_conflict").is_not_null()).select("config_id", "path_conflict")
    if not conflicting.height:
        return
    hits = (
        frames.cells.select("file_id", "config_id").unique().join(conflicting, on="config_id")
        .join(frames.files.select("file_id", "path"), on="file_id").sort("path")
    )  # fmt: skip
    paths = hits["path"].unique(maintain_order=True).to_list()
    first = "; ".join(
        f"{name(path)}: {name(text, 120)}" for path, text in hits.select("path", "path_conflict").head(3).iter_rows()
    )
    yield _about_files(
        "path conflicts",
        f"{count(len(paths), 'file')} whose name says something else than the options recorded in it: {first}.",
        paths, definition="configuration read from the path against that recorded in the file",
        caveat="the recorded options are used; the path may be a slip, or the run may not have used what was meant",
        rank=42.0,
        conflicts=dict(hits.select("path", "path_conflict").head(SHOWN).iter_rows()),
    )  # fmt: skip


def _used_series(evidence: Evidence) -> pl.DataFrame:
    """The series of the files that count, each with one example path and how many files use it."""
    import polars as pl

    used = (
        evidence.frames.cells.lazy().select("file_id", "series_id").unique()
        .join(evidence.files.lazy().select("file_id", "path"), on="file_id")
        .group_by("series_id").agg(pl.col("path").sort().first(), files=pl.len()).collect()
    )  # fmt: skip
    return used.join(evidence.frames.series, on="series_id").sort("path", "field")


def _unit_conflicts(evidence: Evidence) -> Iterator[Finding]:
    """One field name written in different units in different files."""
    import polars as pl

    leaf = pl.col("field").str.extract(r"([^.\]\[]+)\]?$").str.to_lowercase()
    series = _used_series(evidence).with_columns(leaf=leaf).filter(pl.col("raw_unit") != "")
    series = series.filter(
        ~pl.col("leaf").str.contains(r"^(mean|avg|average|median|std|stddev|min|max|p\d+|value|values)$")
    )
    several = series.filter(pl.col("raw_unit").n_unique().over("leaf", "metric", "unit") > 1).sort(
        "leaf", "raw_unit", "path"
    )
    groups = several.group_by("leaf", "metric", "unit", maintain_order=True)
    for (field, metric, _), rows in itertools.islice(groups, MOST_CONFLICTS):
        units = rows.unique("raw_unit", keep="first", maintain_order=True)
        where = ", ".join(
            f"{name(unit, 20)} ({name(path)})" for unit, path in units.select("raw_unit", "path").iter_rows()
        )
        yield _about_files(
            "unit conflict", f"{name(field)} ({metric_words(str(metric))}) is written in different units: {where}.",
            units["path"].to_list(), definition="equal field names whose recorded units differ between files",
            caveat="all are converted to one unit here; a reader of the raw files must not mix them", rank=33.0,
            units=units["raw_unit"].to_list(),
        )  # fmt: skip


def _definitions(evidence: Evidence) -> Iterator[Finding]:
    """One name for quantities that tools define differently."""
    import polars as pl

    series = _used_series(evidence).filter(~pl.col("metric").is_in(list(PARTS)) & (pl.col("definition") != ""))
    for concept in CONCEPTS:
        mine = series.filter(pl.col("metric").str.starts_with(concept))
        kinds = mine.unique(["metric", "definition"], keep="first", maintain_order=True)
        if kinds.height < 2:
            continue
        meanings = "; ".join(
            f"{name(definition, 90)} ({name(path)})"
            for definition, path in kinds.select("definition", "path").head(4).iter_rows()
        )
        yield _about_files(
            "definition conflict", f"{kinds.height} meanings of {concept.upper()} in these files: {meanings}.",
            kinds["path"].to_list(), definition=f"distinct metrics and definitions of fields named {concept}",
            caveat="values of different definitions are not comparable and are never pooled here", rank=38.0,
            definitions=[list(row) for row in kinds.select("metric", "definition", "path").iter_rows()],
        )  # fmt: skip
