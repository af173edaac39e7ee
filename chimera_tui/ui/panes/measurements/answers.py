"""What the Measurements pane shows instead of measurements: the answer to a group-by, a pivot or a query."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chimera_tui.core.query import group, parse_grouping
from chimera_tui.core.query.sql import DISPLAY_ROWS
from chimera_tui.engine.repository.sql_query import run_query
from chimera_tui.ui.panes.measurements.columns import group_columns
from chimera_tui.ui.tables.column import Column, columns_of

if TYPE_CHECKING:
    import polars as pl

    from chimera_tui.core.frames import Frames


@dataclass(frozen=True)
class Answer:
    """Rows with their columns. ``keys`` name the group a row stands for, ``common`` what filters all groups' rows.

    ``filtered``: whether only measurements that pass the filter line count.
    """

    frame: pl.DataFrame
    columns: list[Column]
    keys: tuple[str, ...]
    said: tuple[str, ...]
    name: str
    common: str = ""
    filtered: bool = True


async def answer_to(text: str, frames: Frames, where: pl.Expr | None) -> Answer:
    """Answer SQL over all frames, or groups over the measurements that pass a filter. Raises ``QueryError``.

    Cancelling it cancels the query.
    """
    if text.strip().lower().startswith(("select", "with")):
        return await _sql(text, frames)
    grouping = parse_grouping(text)
    found = await asyncio.to_thread(group, frames.measurements(), grouping, where)
    name = "groups" if grouping.across is None else "pivot"
    said = (f"{found.frame.height:,} groups", found.title, *found.notes)
    return Answer(found.frame, group_columns(found.frame, found.keys), found.keys, said, name, found.common)


async def _sql(text: str, frames: Frames) -> Answer:
    frame, truncated = await run_query(text, frames, DISPLAY_ROWS)
    said = f"the first {DISPLAY_ROWS:,} rows; there are more" if truncated else f"{frame.height:,} rows"
    return Answer(frame, columns_of(frame), (), (said, "SQL"), "query", filtered=False)
