"""The ``runs`` frame: reports of older Chimera agents found in a repository, and the runs saved in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chimera_tui.core import frames as schema
from chimera_tui.core.report.older import SOURCE as OLDER
from chimera_tui.core.report.saved import REPORT, read_saved_run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    import polars as pl

    from chimera_tui.core.frames import Frames


def runs_frame(
    root: Path,
    folders: Sequence[str],
    changed: AbstractSet[str],
    older: Mapping[str, dict[str, object]],
    frames: Frames,
) -> pl.DataFrame:
    """All runs: of the ``folders`` those that ``changed`` read now, the ``older`` reports just read, the rest as known.

    A run whose folder did not change is read only where ``frames`` does not know it.
    """
    import polars as pl

    reports = frames.files.filter(pl.col("role") == "report")["path"]
    still = pl.col("path").is_in(reports.implode()) & ~pl.col("path").is_in(list(older))
    folder = pl.col("path").str.strip_suffix(f"/{REPORT}")
    same = [one for one in folders if one not in changed]
    known = frames.runs.filter(pl.when(pl.col("source") == OLDER).then(still).otherwise(folder.is_in(same)))
    told = set(known.filter(pl.col("source") != OLDER).select(folder)["path"].to_list())
    rows = [*older.values(), *(read_saved_run(root / one, one) for one in folders if one not in told)]
    return pl.concat([known, as_frame(rows)]).sort("path")


def as_frame(rows: list[dict[str, object]]) -> pl.DataFrame:
    """Rows of some columns of ``frames.RUNS`` as a frame of all of them."""
    import polars as pl

    types = schema.dtypes(schema.RUNS)
    return pl.DataFrame(
        [pl.Series(name, [row.get(name) for row in rows], dtype=dtype, strict=False) for name, dtype in types.items()]
    )
