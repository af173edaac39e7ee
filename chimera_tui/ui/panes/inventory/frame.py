"""The inventory: the files frame with the models each file holds, its groups, and one line that sums it up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chimera_tui.core.frames import modified
from chimera_tui.ui.tables.column import Column

if TYPE_CHECKING:
    import polars as pl

    from chimera_tui.core.frames import Frames

COLUMNS = (
    Column("path", max_width=60, cut="start"),
    Column("kind"),
    Column("size", kind="bytes"),
    Column("status", kind="status"),
    Column("rows", kind="count"),
    Column("cols", kind="count"),
    Column("cells", kind="count"),
    Column("tool", max_width=20),
    Column("model", label="models", max_width=24),
    Column("modified", unit="UTC", kind="time"),
    Column("reason", max_width=60),
)
GROUPS = ("kind", "folder", "tool", "status")
GROUP_COLUMNS = (
    Column("files", kind="count"),
    Column("size", label="total size", kind="bytes"),
    Column("rows", kind="count"),
    Column("cells", kind="count"),
    Column("partial", kind="count"),
    Column("failed", kind="count"),
    Column("duplicates", kind="count"),
    Column("modified", label="latest", unit="UTC", kind="time"),
)


def files_frame(frames: Frames) -> pl.DataFrame:
    """One row a file in path order, saved runs left out, with ``modified``, ``folder``, ``model``, ``duplicate_of``."""
    import polars as pl

    files = frames.files.filter(pl.col("kind") != "folder", pl.col("role") != "run").with_columns(
        pl.col("encoding", "tool", "status", "reason", "role").replace("", None)
    )
    named = files.select(pl.col("file_id").alias("dup_of"), pl.col("path").alias("duplicate_of"))
    return (
        files.join(_models(frames), on="file_id", how="left")
        .join(named, on="dup_of", how="left")
        .with_columns(
            modified=modified(),
            folder=pl.col("path").str.extract(r"^(.*)/", 1).fill_null("."),
            cells=pl.col("n_cells"),
        )
        .drop("path_raw")
        .sort("path")
    )


def _models(frames: Frames) -> pl.DataFrame:
    import polars as pl

    pairs = frames.cells.select("file_id", "config_id").unique()
    named = pairs.join(frames.configs.select("config_id", "model"), on="config_id").drop_nulls("model")
    return named.group_by("file_id").agg(pl.col("model").unique().sort().str.join(", "))


def grouped(files: pl.DataFrame, by: str) -> tuple[pl.DataFrame, list[Column]]:
    """Counts and totals of a files frame by one column, the largest group first."""
    import polars as pl

    frame = (
        files.group_by(by)
        .agg(
            files=pl.len(),
            size=pl.col("size").sum(),
            rows=pl.col("rows").sum(),
            cells=pl.col("cells").sum(),
            partial=(pl.col("status") == "partial").sum(),
            failed=(pl.col("status") == "failed").sum(),
            duplicates=pl.col("dup_of").is_not_null().sum(),
            modified=pl.col("modified").max(),
        )
        .sort(["files", by], descending=[True, False], nulls_last=True)
    )
    return frame, [Column(by, kind="status" if by == "status" else "text", max_width=44), *GROUP_COLUMNS]


def summary(files: pl.DataFrame, n_measurements: int) -> list[str]:
    """The inventory in short, most telling first: ``101 files``, ``CSV 28``, ``JSON 44``, ``5,742 measurements``."""
    import polars as pl

    kinds = files["kind"].str.to_uppercase().value_counts().sort("kind").rows()
    parts = [f"{files.height:,} file{'' if files.height == 1 else 's'}"]
    parts += [f"{kind or 'OTHER'} {count:,}" for kind, count in kinds]
    parts.append(f"{n_measurements:,} measurements")
    duplicates = files["dup_of"].drop_nulls().len()
    status = {name: files.select((pl.col("status") == name).sum()).item() for name in ("partial", "failed")}
    parts += [f"{count:,} {name}" for name, count in status.items() if count]
    parts += [f"{duplicates:,} duplicate{'' if duplicates == 1 else 's'}"] if duplicates else []
    return parts
