"""``inventory`` and ``query``: a repository's frames as a table, JSON, CSV or Parquet."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from chimera_tui.core.endings import Ending
from chimera_tui.core.frames import modified
from chimera_tui.core.inert import inert_line
from chimera_tui.headless.exit_codes import EXIT_CODES, FAILED, USAGE
from chimera_tui.headless.reading import snapshot_of
from chimera_tui.headless.talk import say

if TYPE_CHECKING:
    import polars as pl

    from chimera_tui.engine.repository.snapshot import Snapshot
    from chimera_tui.engine.repository.workspace import Workspace

MOST_ROWS = 10_000_000
CELL_WIDTH = 60
"""Characters of a cell in the table for people; the other formats hold the whole value."""


class Output(msgspec.Struct, frozen=True):
    """How rows are given: a table for people by default. ``parquet`` is a file, the others go to stdout."""

    as_json: bool = False
    as_csv: bool = False
    parquet: Path | None = None


async def inventory(workspace: Workspace, output: Output) -> int:
    """One row a file, saved runs of this program left out. Returns the exit status."""
    import polars as pl

    snapshot = await read(workspace)
    if snapshot is None:
        return EXIT_CODES[Ending.NO_DATA]
    columns = ("kind", "role", "size", "modified", "rows", "cols", "n_cells", "tool", "status", "reason", "dup_of")
    files = snapshot.frames.files
    names = files.select("file_id", pl.col("path").alias("copy_of"))
    shown = (
        files.filter(pl.col("role") != "run")
        .with_columns(modified=modified().dt.truncate("1s"))
        .join(names, left_on="dup_of", right_on="file_id", how="left", maintain_order="left")
        .select("path", *columns[:-1], "copy_of")
    )
    return _give(shown, output)


async def query(workspace: Workspace, sql: str, output: Output) -> int:
    """The rows of one SELECT over files, measurements and runs. Returns the exit status."""
    from chimera_tui.core.query import QueryError, check_sql
    from chimera_tui.engine.repository.sql_query import run_query

    try:
        check_sql(sql)
        snapshot = await read(workspace)
        if snapshot is None:
            return EXIT_CODES[Ending.NO_DATA]
        rows, truncated = await run_query(sql, snapshot.frames, MOST_ROWS)
    except QueryError as error:
        say(str(error))
        return USAGE
    if truncated:
        say(f"Only the first {MOST_ROWS:,} rows are given; narrow the query with WHERE.")
    return _give(rows, output)


async def read(workspace: Workspace) -> Snapshot | None:
    """A whole snapshot; None, and why on stderr, where the folder cannot be read."""
    from chimera_tui.engine.repository.workspace import WorkspaceError

    try:
        snapshot = await snapshot_of(workspace)
    except WorkspaceError as error:
        say(f"{error.message} {error.advice}")
        return None
    for problem in snapshot.problems:
        say(problem)
    return snapshot


def _give(frame: pl.DataFrame, output: Output) -> int:
    import polars as pl
    import polars.selectors as cs

    if output.parquet is not None:
        try:
            frame.write_parquet(output.parquet)
        except OSError as error:
            say(f"{output.parquet} cannot be written: {error.strerror or error}.")
            return FAILED
        say(f"{frame.height} rows in {output.parquet}")
        return 0
    if output.as_json:
        sys.stdout.write(frame.write_json() + "\n")
    elif output.as_csv:
        sys.stdout.write(frame.write_csv())
    else:
        shown = frame.with_columns(cs.string().map_elements(lambda text: inert_line(text, CELL_WIDTH), pl.String))
        with pl.Config(
            tbl_formatting="NOTHING", tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True, tbl_rows=-1,
            tbl_cols=-1, fmt_str_lengths=CELL_WIDTH, tbl_width_chars=65_000, tbl_cell_numeric_alignment="RIGHT",
        ):  # fmt: skip
            sys.stdout.write("\n".join(line.rstrip() for line in str(shown).splitlines()) + "\n")
    return 0
