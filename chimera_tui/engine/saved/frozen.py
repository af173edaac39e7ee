"""Facts frozen beside a saved report (``facts.json``, ``facts.parquet``), read back into frames."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from chimera_tui.core import frames as schema
from chimera_tui.core.files import BrokenFileError, decoded_json, read_bounded
from chimera_tui.core.findings.finding import Finding
from chimera_tui.core.frames import Frames
from chimera_tui.core.inert import inert_line
from chimera_tui.core.moments import utc
from chimera_tui.core.verify.facts import Extra, Facts
from chimera_tui.core.verify.index.inventory import Frozen

if TYPE_CHECKING:
    import polars as pl

FACTS, CELLS = "facts.json", "facts.parquet"
LARGEST = 512_000_000
"""Bytes of a ``facts.json`` that are read."""
_SERIES = ("field", "metric", "stat", "unit", "raw_unit", "tool", "definition", "better")


class FactsError(Exception):
    """A facts file that cannot be used; says why."""


def _frames(path: Path, document: dict[str, Any]) -> Frames:
    """The frames of a ``facts.json`` and the ``facts.parquet`` beside it."""
    import polars as pl

    if "inventory" not in document:
        raise FactsError(f"{path} has no inventory: it is not a facts.json.")
    files = _files(path, document["inventory"])
    cells_path = path.with_name(CELLS)
    if not cells_path.is_file():
        return replace(Frames.none(), files=files)
    try:
        return _thin(pl.read_parquet(cells_path), files)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise FactsError(f"{cells_path} cannot be read: {_first_line(error)}.") from error


def frozen_facts(path: Path) -> Facts:
    """Everything frozen beside a report: files, cells, findings and the tables made of them. Raises FactsError."""
    from chimera_tui.core.findings.tables import tables
    from chimera_tui.core.report.data_summary import summarise
    from chimera_tui.engine.repository.facts import program_text

    document = _document(path)
    frames = _frames(path, document)
    try:
        found = msgspec.convert(document.get("findings", []), list[Finding], strict=False)
        extra = msgspec.convert(document.get("text") or {}, Extra)
    except msgspec.ValidationError as error:
        raise FactsError(f"{path}: its findings cannot be read: {error}.") from error
    summary = summarise(frames.files, frames.n_measurements)
    return Facts.of(frames, extra, written=program_text(found, tables(frames, found), summary))


def frozen_parts(path: Path) -> Frozen:
    """Dates and sizes alone, from a ``facts.json`` or a JSON of the latest modification a kind. Raises FactsError."""
    document = _document(path)
    if "inventory" in document:
        facts = Facts.of(replace(Frames.none(), files=_files(path, document["inventory"])))
        return Frozen(facts.inventory.latest, sum(facts.inventory.sizes(None)))
    latest: dict[str, datetime] = {}
    for kind, text in document.items():
        if at := utc(text):
            latest[{"md": "markdown"}.get(kind, kind)] = at
    total = next(
        (value for name, value in document.items() if name.startswith("total_bytes") and isinstance(value, int)), None
    )
    if not latest and total is None:
        raise FactsError(f"{path} has neither an inventory nor dates.")
    return Frozen(latest, total)


def _document(path: Path) -> dict[str, Any]:
    try:
        found = decoded_json(read_bounded(path, LARGEST))
    except OSError as error:
        raise FactsError(f"{path} cannot be read: {error.strerror or error}.") from error
    except BrokenFileError as error:
        raise FactsError(f"{path} cannot be read: {error}.") from error
    if not isinstance(found, dict):
        raise FactsError(f"{path} is not a facts.json.")
    return found


def _first_line(error: Exception) -> str:
    return inert_line(str(error).partition("\n")[0].rstrip("."), 300)


def _files(path: Path, inventory: object) -> pl.DataFrame:
    import polars as pl

    wanted = schema.dtypes(schema.FILES)
    try:
        listed = msgspec.convert(inventory, list[dict[str, str | int | float | bool | None]])
        rows = [{name: row.get(name) for name in wanted} | {"file_id": place} for place, row in enumerate(listed)]
        frame = pl.DataFrame(rows, schema=wanted, strict=False)
    except (msgspec.ValidationError, pl.exceptions.PolarsError, TypeError, OverflowError) as error:
        raise FactsError(f"{path}: its inventory cannot be read: {_first_line(error)}.") from error
    # Ids are not frozen: copies are found again by their content.
    copied = pl.col("hash").is_not_null() & (pl.col("hash") != "") & ~pl.col("hash").is_first_distinct()
    first = pl.col("file_id").first().over("hash")
    return frame.with_columns(pl.when(copied).then(first).alias("dup_of"))


def _thin(wide: pl.DataFrame, files: pl.DataFrame) -> Frames:
    """The thin frames of a wide one."""
    import polars as pl

    have = [name for name in _SERIES if name in wide.columns]
    series = wide.select(have).unique(maintain_order=True).with_row_index("series_id")
    cells = wide.join(series, on=have, how="left", nulls_equal=True, maintain_order="left").join(
        files.select("file_id", "path"), on="path", how="left", maintain_order="left"
    )
    thin = cells.with_columns(
        pl.col("status")
        .replace_strict({name: code for code, name in enumerate(schema.STATUSES)}, default=0)
        .cast(pl.UInt8),
        pl.lit(0, dtype=pl.UInt8).alias("phase"),
        pl.col("at").cast(pl.Datetime("ns", "UTC")).dt.timestamp("ns").alias("at"),
        pl.lit(None, dtype=pl.UInt32).alias("error_id"),
    )
    return Frames(
        files=files, cells=_shaped(thin, schema.CELLS), series=_shaped(series, schema.SERIES), configs=_configs(wide),
        errors=schema.empty(schema.ERRORS), records=_records(thin), runs=schema.empty(schema.RUNS),
    )  # fmt: skip


def _records(cells: pl.DataFrame) -> pl.DataFrame:
    if "where" not in cells.columns:
        return schema.empty(schema.RECORDS)
    found = cells.select("file_id", "record", "where").drop_nulls().unique(maintain_order=True)
    return _shaped(found.rename({"where": "path"}), schema.RECORDS)


def _configs(wide: pl.DataFrame) -> pl.DataFrame:
    """Configurations with every other factor in ``extra`` again."""
    factors = [name for name in schema.CONFIGS if name in wide.columns]
    fixed = {*factors, *schema.CELLS, *_SERIES, "path", "kind", "role", "level", "dup_of", "cold", "error", "where"}
    others = [name for name in wide.columns if name not in fixed]
    rows = wide.select([*factors, *others]).unique(subset="config_id", maintain_order=True, keep="first").to_dicts()
    for row in rows:
        extra = {name: row.pop(name) for name in others}
        row["extra"] = msgspec.json.encode({k: v for k, v in extra.items() if v is not None}, enc_hook=str).decode()
    import polars as pl

    return _shaped(pl.DataFrame(rows, infer_schema_length=None), schema.CONFIGS)


def _shaped(frame: pl.DataFrame, wanted: dict[str, str]) -> pl.DataFrame:
    """A frame in a schema: its columns cast, absent ones null."""
    import polars as pl

    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(dtype, strict=False).alias(name)
        for name, dtype in schema.dtypes(wanted).items()
    )
