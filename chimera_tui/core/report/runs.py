"""The ``runs`` frame: reports of older Chimera agents found in a repository, and the runs saved in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chimera_tui.core import frames as schema
from chimera_tui.core.report.older import SOURCE as OLDER
from chimera_tui.core.report.saved import read_saved_run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import polars as pl

    from chimera_tui.core.frames import Frames


def runs_frame(
    root: Path, folders: Iterable[str], older: Mapping[str, dict[str, object]], frames: Frames
) -> pl.DataFrame:
    """All runs: those in ``folders`` read now, the ``older`` reports just read, and those known from before."""
    import polars as pl

    reports = frames.files.filter(pl.col("role") == "report")["path"]
    known = frames.runs.filter(
        (pl.col("source") == OLDER) & pl.col("path").is_in(reports.implode()) & ~pl.col("path").is_in(list(older))
    )
    rows = [*older.values(), *(read_saved_run(root / folder, folder) for folder in folders)]
    return pl.concat([known, as_frame(rows)]).sort("path")


def as_frame(rows: list[dict[str, object]]) -> pl.DataFrame:
    """Rows of some columns of ``frames.RUNS`` as a frame of all of them."""
    import polars as pl

    types = schema.dtypes(schema.RUNS)
    return pl.DataFrame(
        [pl.Series(name, [row.get(name) for row in rows], dtype=dtype, strict=False) for name, dtype in types.items()]
    )
