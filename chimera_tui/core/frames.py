"""The frames everything is computed from: stored thin, shown wide.

Seconds, bytes and tokens/s; UTC; flat columns. ``(file_id, record)`` is one observation of a file, and adding
``field`` is the address of one cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# Names of polars dtypes, so that this module costs nothing to import.
CELLS = {
    "file_id": "UInt32", "record": "UInt32", "series_id": "UInt32", "config_id": "UInt32", "value": "Float64",
    "n": "UInt32", "raw": "String", "phase": "UInt8", "status": "UInt8", "at": "Int64", "error_id": "UInt32",
}  # fmt: skip
SERIES = {
    "series_id": "UInt32", "field": "String", "metric": "String", "stat": "String", "unit": "String",
    "raw_unit": "String", "tool": "String", "definition": "String", "better": "String",
}  # fmt: skip
CONFIGS = {
    "config_id": "UInt32", "model": "String", "quant": "String", "backend": "String", "device": "String",
    "dtype": "String", "num_gpu": "Int32", "num_ctx": "Int64", "batch": "Int64", "concurrency": "Int64",
    "top_k": "Int64", "input_tokens": "Int64", "output_tokens": "Int64", "temperature": "Float64", "top_p": "Float64",
    "extra": "String", "path_conflict": "String", "from_path": "String",
}  # fmt: skip
FILES = {
    "file_id": "UInt32", "path": "String", "path_raw": "Binary", "kind": "String", "role": "String",
    "encoding": "String", "tool": "String", "status": "String", "reason": "String", "level": "String",
    "size": "UInt64", "mtime_ns": "Int64", "hash": "String", "rows": "UInt64", "cols": "UInt32",
    "n_cells": "UInt64", "dup_of": "UInt32",
}  # fmt: skip
ERRORS = {"error_id": "UInt32", "text": "String"}
RECORDS = {"file_id": "UInt32", "record": "UInt32", "path": "String"}
RUNS = {
    "run_id": "String", "path": "String", "agent": "String", "model": "String", "engine": "String",
    "ending": "String", "source": "String", "started": "Datetime", "options_requested": "String",
    "options_effective": "String",
    "num_gpu": "Int32", "num_ctx": "Int64", "temperature": "Float64", "top_p": "Float64", "top_k": "Int64",
    "n_files": "UInt32",
    "n_calls": "UInt32", "prompt_tokens": "UInt32", "generated_tokens": "UInt32", "claims": "UInt32",
    "supported": "UInt32", "contradicted": "UInt32", "unverifiable": "UInt32",
    "ttft_s": "Float64", "decode_tps": "Float64", "prefill_tps": "Float64", "total_s": "Float64",
    "load_s": "Float64", "prefill_s": "Float64", "decode_s": "Float64", "ingest_s": "Float64",
    "analysis_s": "Float64", "report_s": "Float64",
}  # fmt: skip

PHASES = ("unknown", "warmup", "measured")
"""``cells.phase`` indexes this: only what the tool itself recorded."""
STATUSES = ("ok", "failed")
"""``cells.status`` indexes this."""


def empty(schema: dict[str, str]) -> pl.DataFrame:
    """A frame of no rows with one of the schemas above."""
    import polars as pl

    return pl.DataFrame(schema=dtypes(schema))


def dtypes(schema: dict[str, str]) -> dict[str, pl.DataType]:
    """A schema above as polars dtypes."""
    import polars as pl

    def dtype(name: str) -> pl.DataType:
        if name == "Datetime":
            return pl.Datetime("us", "UTC")
        found: pl.DataType = getattr(pl, name)()
        return found

    return {column: dtype(name) for column, name in schema.items()}


def modified() -> pl.Expr:
    """When a file was modified, UTC; null for what was not looked at, such as a link that leads nowhere."""
    import polars as pl

    return pl.from_epoch(pl.col("mtime_ns").replace(0, None), time_unit="ns").dt.replace_time_zone("UTC")


def repeated(values: pl.Series, counts: pl.Series) -> pl.Series:
    """Each value as often as its count, which is never 0, says."""
    return values.repeat_by(counts).explode()


@dataclass(frozen=True)
class Frames:
    """All frames of one generation of a repository; immutable, shared freely between threads."""

    files: pl.DataFrame
    cells: pl.DataFrame
    series: pl.DataFrame
    configs: pl.DataFrame
    errors: pl.DataFrame
    records: pl.DataFrame
    runs: pl.DataFrame

    @classmethod
    def none(cls) -> Frames:
        """The frames of a repository that has not been read yet."""
        return cls(*(empty(s) for s in (FILES, CELLS, SERIES, CONFIGS, ERRORS, RECORDS, RUNS)))

    @cached_property
    def n_measurements(self) -> int:
        """How many cells there are (rows of ``measurements``)."""
        return self.cells.height

    def measurements(self, cold_load_s: float = 0.5) -> pl.LazyFrame:
        """The wide view: one row a measurement, codes spelled out, every factor found a column (``measurements``)."""
        from chimera_tui.core.measurements import view

        return view(self, cold_load_s)

    @cached_property
    def wide_configs(self) -> pl.DataFrame:
        """``configs`` with every key of ``extra`` as a column."""
        from chimera_tui.core.measurements import widened

        return widened(self.configs)

    @cached_property
    def loads(self) -> pl.DataFrame:
        """The model load time of each observation that has one."""
        from chimera_tui.core.measurements import load_times

        return load_times(self)
