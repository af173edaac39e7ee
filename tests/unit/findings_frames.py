"""Small frames for the findings' tests, from rows written as dictionaries."""

import json

import polars as pl

from chimera_tui.core import frames

ABOUT = {
    "tokens_s": ("decode_tps", "value", "tokens/s", "higher"),
    "ttft_s": ("ttft_server_derived", "value", "s", "lower"),
    "load_s": ("load_time", "value", "s", "lower"),
    "eval_s": ("decode_time", "value", "s", "lower"),
    "prompt_eval_s": ("prefill_time", "value", "s", "lower"),
    "prompt_eval_count": ("input_tokens", "value", "tokens", "neutral"),
    "eval_count": ("output_tokens", "value", "tokens", "neutral"),
    "mean_time_ms": ("wall_time", "mean", "s", "lower"),
    "std_time_ms": ("wall_time", "std", "s", "lower"),
    "min_time_ms": ("wall_time", "min", "s", "lower"),
    "max_time_ms": ("wall_time", "max", "s", "lower"),
    "output_throughput": ("output_tps_system", "value", "tokens/s", "higher"),
    "mean_ttft_ms": ("ttft", "mean", "s", "lower"),
    "mean_tpot_ms": ("tpot_excl_first", "mean", "s", "lower"),
    "accuracy": ("score", "value", "fraction", "higher"),
}
"""Field → metric, statistic, unit, better."""
_KNOWN = [name for name in frames.CONFIGS if name not in {"config_id", "extra", "path_conflict", "from_path"}]


class Repository:
    """Collects files and rows, then gives Frames."""

    def __init__(self):
        self.files, self.cells, self.series, self.configs, self.errors, self.records = [], [], {}, {}, {}, []

    def file(self, path, rows=(), **about):
        """Add a file of rows; keys of ABOUT are numbers, ``error``, ``n``, ``at`` are special, others factors."""
        file_id = len(self.files)
        default = {"kind": "csv", "role": "data", "encoding": "csv", "tool": "t", "status": "ok", "reason": "",
                   "level": "full", "size": 100, "mtime_ns": 0, "hash": f"h{file_id}", "rows": len(rows), "cols": 1,
                   "n_cells": 0, "dup_of": None}  # fmt: skip
        self.files.append({"file_id": file_id, "path": path, **default, **about})
        for record, row in enumerate(rows):
            self._row(file_id, record, dict(row))
        return file_id

    def _row(self, file_id, record, row):
        error, n, at, where = row.pop("error", None), row.pop("n", None), row.pop("at", None), row.pop("path", None)
        conflict = row.pop("path_conflict", None)
        if where:
            self.records.append({"file_id": file_id, "record": record, "path": where})
        numbers = {key: row.pop(key) for key in list(row) if key in ABOUT}
        extra = {key: value for key, value in row.items() if key not in _KNOWN}
        key = json.dumps([row, conflict], sort_keys=True)
        config = self.configs.setdefault(
            key,
            {"config_id": len(self.configs), **{k: row.get(k) for k in _KNOWN},
             "extra": json.dumps(extra, sort_keys=True) if extra else None, "path_conflict": conflict},
        )  # fmt: skip
        error_id = self.errors.setdefault(error, len(self.errors)) if error else None
        for field, value in numbers.items():
            self.cells.append(
                {"file_id": file_id, "record": record, "series_id": self._series(field),
                 "config_id": config["config_id"],
                 "value": float(value), "n": n, "raw": None, "phase": 2, "status": int(error is not None), "at": at,
                 "error_id": error_id}
            )  # fmt: skip

    def _series(self, field):
        metric, stat, unit, better = ABOUT[field]
        return self.series.setdefault(
            field,
            {"series_id": len(self.series), "field": field, "metric": metric, "stat": stat, "unit": unit,
             "raw_unit": unit, "tool": "t", "definition": metric, "better": better},
        )["series_id"]  # fmt: skip

    def frames(self):
        """The frames."""

        def frame(rows, schema):
            return pl.DataFrame(list(rows), schema=frames.dtypes(schema), orient="row")

        return frames.Frames(
            files=frame(self.files, frames.FILES), cells=frame(self.cells, frames.CELLS),
            series=frame(self.series.values(), frames.SERIES), configs=frame(self.configs.values(), frames.CONFIGS),
            errors=frame(({"error_id": i, "text": t} for t, i in self.errors.items()), frames.ERRORS),
            records=frame(self.records, frames.RECORDS), runs=frames.empty(frames.RUNS),
        )  # fmt: skip
