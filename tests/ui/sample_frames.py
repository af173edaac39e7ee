"""Small frames for the tests of tables and trees."""

from dataclasses import replace
from pathlib import Path

import polars as pl

from chimera_tui.core import frames as schema
from chimera_tui.core.frames import Frames
from chimera_tui.engine.repository.snapshot import Snapshot

DAY_NS = 86_400 * 10**9


def files(*rows: dict[str, object]) -> pl.DataFrame:
    """A files frame; what a row does not say has a plain default."""
    whole = []
    for number, row in enumerate(rows):
        name = str(row["path"])
        defaults: dict[str, object] = {
            "file_id": number, "kind": name.rsplit(".", 1)[-1].replace("md", "markdown"), "role": "data",
            "encoding": "utf-8", "tool": "", "status": "ok", "reason": "", "level": "", "size": 1000 * (number + 1),
            "mtime_ns": 20_000 * DAY_NS + number, "rows": number, "cols": 3, "n_cells": 3 * number,
        }  # fmt: skip
        whole.append(defaults | row)
    return pl.DataFrame(whole, schema=schema.dtypes(schema.FILES))


def sample_files() -> pl.DataFrame:
    """A dozen files of every kind and status, one of them hostile."""
    return files(
        {"path": "README.md", "status": "no measurements", "reason": "prose, not results"},
        {"path": "csv_data/a.csv", "tool": "llama-bench"},
        {"path": "csv_data/b.csv", "tool": "llama-bench", "status": "partial", "reason": "2 of 90 rows are ragged"},
        {"path": "csv_data/baselines/one.json", "tool": "ollama", "size": 250_000},
        {"path": "csv_data/baselines/two.json", "tool": "ollama", "size": 12_345, "dup_of": 3},
        {"path": "reports/gemma3/run.json", "tool": "ollama", "size": 77_000_000},
        {"path": "reports/gemma3/broken.json", "status": "failed", "reason": "cut off in line 7"},
        {"path": "reports/gemma3/notes.md", "status": "no measurements"},
        {"path": "reports/[red]evil\x1b[31m.csv"},
    )


def sample_frames() -> Frames:
    """The files above with a few measurements of two models."""
    series = [
        {"series_id": 0, "field": "tps", "metric": "decode_tps", "stat": "value", "unit": "tokens/s", "tool": "ollama"},
        {"series_id": 1, "field": "ttft", "metric": "ttft", "stat": "value", "unit": "s", "tool": "ollama"},
        {"series_id": 2, "field": "load", "metric": "load_time", "stat": "value", "unit": "s", "tool": "ollama"},
    ]
    configs = [
        {"config_id": i, "model": model, "num_gpu": gpu, "num_ctx": ctx, "temperature": 0.8, "extra": '{"host": "a"}'}
        for i, (model, gpu, ctx) in enumerate(
            (m, g, c) for m in ("gemma3:latest", "llama3.1") for g in (40, 80) for c in (512, 4096)
        )
    ]
    cells = []
    for file_id in (3, 4, 5):
        for config_id in range(8):
            for repeat in range(3):
                record = 3 * config_id + repeat
                load = 2.5 if repeat == 0 else 0.1
                values = (80.0 + 5 * config_id + repeat, 0.2 + 0.01 * config_id, load)
                for series_id, value in enumerate(values):
                    cells.append({
                        "file_id": file_id, "record": record, "series_id": series_id, "config_id": config_id,
                        "value": value, "n": 1, "raw": str(value), "phase": 2, "status": 0,
                    })  # fmt: skip
    empty = Frames.none()
    return replace(
        empty,
        files=sample_files(),
        series=pl.DataFrame(series, schema=schema.dtypes(schema.SERIES)),
        configs=pl.DataFrame(configs, schema=schema.dtypes(schema.CONFIGS)),
        cells=pl.DataFrame(cells, schema=schema.dtypes(schema.CELLS)),
    )


def snapshot(frames: Frames | None = None, *, complete: bool = True, problems: tuple[str, ...] = ()) -> Snapshot:
    """A snapshot of frames."""
    return Snapshot(1, Path(), frames or sample_frames(), complete, 0.1, problems)
