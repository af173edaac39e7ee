"""The statistics of the column under the cursor, on one line."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rich.text import Text
from textual import work
from textual.widgets import Static

from chimera_tui.core.inert import inert_line
from chimera_tui.core.query import column_statistics
from chimera_tui.core.query.groups import STATISTICS
from chimera_tui.ui.tables.cells import Glyphs, significant_text

if TYPE_CHECKING:
    import polars as pl

    from chimera_tui.ui.tables.frame_table import FrameTable

MIXED = ("metric", "stat", "unit")
"""Where one of these has several values, ``value`` holds unlike things and has no statistics."""


class StatisticsLine(Static):
    """The statistics of the column under a table's cursor, computed in a thread."""

    DEFAULT_CSS = """
    StatisticsLine { height: auto; max-height: 3; padding: 0 1; color: $text-accent; }
    """

    def __init__(self, table: FrameTable) -> None:
        super().__init__()
        self._table = table
        self._described: str | None = None

    def follow(self) -> None:
        """The cursor moved: another column has other statistics."""
        if self._table.column is not None and self._table.column.name != self._described:
            self.describe()

    @work(group="statistics", exclusive=True)
    async def describe(self) -> None:
        """Other rows are shown, or another column is meant."""
        column = self._table.column
        self._described = column.name if column else None
        if column is None:
            return
        picked = self._table.picked((column.name, *MIXED))
        line = await asyncio.to_thread(lambda: statistics_line(picked(), column.name, self._table.glyphs))
        if str(self.content) != line:
            self.update(Text(line))


def statistics_line(rows: pl.DataFrame, column: str, glyphs: Glyphs) -> str:
    """What can be said about a column of the shown rows."""
    if column not in rows.columns or not rows.height:
        return ""
    name = inert_line(column, 30)
    if column == "value" and (mixed := [other for other in MIXED if _several(rows, other)]):
        return f"{name}: several of {', '.join(mixed)} are shown; m keeps those of this row"
    values = rows[column]
    if not values.dtype.is_numeric():
        return _of_text(values, name, glyphs)
    found = column_statistics(rows, column)
    if not found["n"]:
        return f"{name}: no number"
    parts = [f"n {found['n']:,}"]
    for key in STATISTICS[1:]:
        value = found[key]
        if value is not None:
            parts.append(f"CV {100 * value:.1f} %" if key == "cv" else f"{key} {significant_text(value, 4)}")
    unit = rows["unit"][0] if column == "value" and "unit" in rows.columns else None
    return glyphs.dot.join([f"{name} {inert_line(unit)}" if unit else name, *parts])


def _several(rows: pl.DataFrame, column: str) -> bool:
    return column in rows.columns and rows[column].n_unique() > 1


def _of_text(values: pl.Series, name: str, glyphs: Glyphs) -> str:
    given = values.drop_nulls()
    parts = [f"{name}: {given.len():,} values", f"{given.n_unique():,} different"]
    if missing := values.null_count():
        parts.append(f"{missing:,} missing")
    return glyphs.dot.join(parts)
