"""The measurements of a snapshot, collected only as wide as they are looked at."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from chimera_tui.core.query import QueryError, compile_filter
from chimera_tui.ui.panes.measurements.columns import KEYS, present, shown_first
from chimera_tui.ui.panes.measurements.statistics_line import MIXED

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from chimera_tui.engine.repository.snapshot import Snapshot


class MeasurementSource:
    """One snapshot at a time: its columns, a filter over them, and the frame that was collected last."""

    def __init__(self) -> None:
        self.snapshot: Snapshot | None = None
        self.names: list[str] = []
        """Columns that hold anything."""
        self.first: list[str] = []
        """Columns worth showing first."""
        self.schema: dict[str, pl.DataType] = {}
        self._frame: pl.DataFrame | None = None

    async def use(self, snapshot: Snapshot) -> None:
        """Take another snapshot and learn which columns it has."""
        if snapshot is self.snapshot:
            return
        frames = snapshot.frames
        view = await asyncio.to_thread(frames.measurements)
        schema = dict(await asyncio.to_thread(view.collect_schema))
        names = await asyncio.to_thread(present, frames, list(schema))
        self.snapshot, self.schema, self.names, self._frame = snapshot, schema, names, None
        self.first = shown_first(frames, names)

    def where(self, text: str) -> tuple[pl.Expr | None, str]:
        """A filter text as an expression, or what is wrong with it."""
        if not text.strip() or not self.schema:
            return None, ""
        try:
            return compile_filter(text, self.schema, text_columns=("path", "model", "metric")), ""
        except QueryError as error:
            return None, str(error)

    async def collect(self, shown: Sequence[str], where: pl.Expr | None) -> pl.DataFrame:
        """A frame with these columns, those that a filter asks for, and the address of each cell."""
        assert self.snapshot is not None  # noqa: S101 - asked after ``use``
        wanted = list(dict.fromkeys([*shown, *KEYS, *MIXED, *(where.meta.root_names() if where is not None else [])]))
        frame = self._frame
        if frame is None or not set(wanted) <= set(frame.columns):
            view = self.snapshot.frames.measurements().select(wanted)
            frame = self._frame = await asyncio.to_thread(view.collect)
        return frame

    def place_of(self, path: str, record: int) -> str:
        """Where a record is in its file, such as ``results[3]``; empty where it is simply the row."""
        import polars as pl

        if self.snapshot is None:
            return ""
        frames = self.snapshot.frames
        ids = frames.files.filter(pl.col("path") == path)["file_id"]
        found = frames.records.filter(pl.col("file_id").is_in(ids.implode()), pl.col("record") == record)["path"]
        return str(found[0]) if found.len() else ""
