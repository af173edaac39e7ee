"""A frame into a file, by the ending of its name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from chimera_tui.core.query.error import QueryError, quoted

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

ENDINGS = (".csv", ".parquet", ".json", ".jsonl")


def write_frame(frame: pl.DataFrame, path: Path) -> None:
    """Write CSV, Parquet, JSON (a list of objects) or JSON lines; an older file is replaced whole or not at all.

    Raises :class:`QueryError` for another ending, OSError where the file cannot be written.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise QueryError(f"The ending {quoted(path.suffix)} is none of {', '.join(ENDINGS)}.")
    unfinished = path.with_name(f".{path.name}.part")
    try:
        _write(frame, unfinished, ending)
        os.replace(unfinished, path)  # noqa: PTH105 - the name for an atomic swap
    finally:
        unfinished.unlink(missing_ok=True)


def _write(frame: pl.DataFrame, path: Path, ending: str) -> None:
    import polars as pl
    import polars.selectors as cs

    if ending == ".parquet":
        frame.write_parquet(path)
        return
    flat = frame.with_columns(cs.binary().bin.encode("hex"), cs.duration().cast(pl.Int64))
    if ending == ".csv":
        flat.write_csv(path)
    elif ending == ".json":
        flat.write_json(path)
    else:
        flat.write_ndjson(path)
