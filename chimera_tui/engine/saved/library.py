"""All reports of a repository: those in its snapshot, those kept elsewhere, those newer than the snapshot."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from chimera_tui.core.links import real_path
from chimera_tui.core.report.library import shown
from chimera_tui.core.report.runs import as_frame
from chimera_tui.core.report.saved import REPORT, RUNNING, SOURCE, UNFINISHED, read_saved_run
from chimera_tui.engine.journal import NAME as JOURNAL
from chimera_tui.engine.journal import is_live
from chimera_tui.engine.saved.places import report_parents

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from chimera_tui.core.frames import Frames


def library(root: Path, frames: Frames, report_dir: str = "") -> pl.DataFrame:
    """One row a report, the newest first, with ``file``, the path of its report or of an unfinished run's folder.

    Only saved runs that the snapshot does not hold are read here; what is gone from disk is left out.
    """
    import polars as pl

    known = _placed(root, frames)
    folders = set(known.filter(pl.col("source") == SOURCE)["run_folder"].to_list())
    fresh = list(_others(root, report_dir, folders))
    files = [row.pop("file") for row in fresh]
    others = as_frame(fresh).with_columns(pl.Series("file", files, dtype=pl.String))
    both = pl.concat([known.drop("run_folder"), others])
    without = both.filter(pl.col("ending") == UNFINISHED)["file"].to_list()
    live = pl.col("file").is_in([file for file in without if is_live(Path(file))])
    both = both.with_columns(ending=pl.when(live).then(pl.lit(RUNNING)).otherwise("ending"))
    return shown(both).sort("started", "path", descending=[True, True], nulls_last=True)


def _placed(root: Path, frames: Frames) -> pl.DataFrame:
    """The snapshot's runs that are still on disk, with ``file`` and ``run_folder``."""
    import polars as pl

    runs = frames.runs
    raw = dict(
        frames.files.filter(pl.col("path_raw").is_not_null(), pl.col("path").is_in(runs["path"].implode()))
        .select("path", "path_raw").rows()
    )  # fmt: skip
    files = [str(root / real_path(path, raw.get(path))) for path in runs["path"].to_list()]
    here = [os.path.exists(file) for file in files]  # noqa: PTH110 - Path costs ten times as much here
    folders = [file.removesuffix(f"/{REPORT}") for file in files]
    placed = runs.with_columns(
        pl.Series("file", files, dtype=pl.String), pl.Series("run_folder", folders, dtype=pl.String)
    )
    return placed.filter(pl.Series(here, dtype=pl.Boolean))


def _others(root: Path, report_dir: str, known: set[str]) -> Iterator[dict[str, object]]:
    for parent in report_parents(root, report_dir):
        try:
            folders = [entry for entry in os.scandir(parent) if entry.is_dir()]
        except OSError:
            continue
        for entry in folders:
            folder = Path(entry.path)
            if entry.path in known or not (folder / JOURNAL).is_file():
                continue
            inside = folder.is_relative_to(root)
            row = read_saved_run(folder, str(folder.relative_to(root) if inside else folder))
            finished = (folder / REPORT).is_file()
            yield row | {"file": str(folder / REPORT if finished else folder)}
