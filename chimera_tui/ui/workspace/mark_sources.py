"""From a judged number to what says so: a cell in its file, a line of the inventory, or the measurements."""

import asyncio
from typing import TYPE_CHECKING

from chimera_tui.core.query import quoted_value
from chimera_tui.core.verify.rules.counts import COUNTS, SHARES
from chimera_tui.core.verify.rules.dates import RULE as DATES
from chimera_tui.core.verify.rules.sizes import RULE as SIZES
from chimera_tui.core.verify.verdict import Source
from chimera_tui.ui.commands import Pane
from chimera_tui.ui.markdown.marks import Mark
from chimera_tui.ui.panes.inventory.pane import Inventory
from chimera_tui.ui.panes.measurements.pane import Measurements

if TYPE_CHECKING:
    from chimera_tui.core.frames import Frames
    from chimera_tui.ui.workspace.screen import WorkspaceScreen

_OF_FILES = {COUNTS, SHARES, SIZES, DATES}
"""Rules that speak of the files themselves, not of what is in them."""


async def open_source(screen: "WorkspaceScreen", mark: Mark) -> None:
    """Show what a verdict rests on; Esc comes back. Where nothing does, say so."""
    known, cell, rows = await asyncio.to_thread(_looked_up, screen, mark)
    if cell is not None:
        screen.preview(cell.path, cell.record, cell.field)
    elif mark.rule in _OF_FILES:
        inventory = screen.query_one(Inventory)
        screen.panes.visit(Pane.INVENTORY)
        if known:
            inventory.reveal_file(known[0].path)
        else:
            inventory.reveal_kind(f"{mark.sources[0].field or ''} {mark.note}" if mark.sources else mark.note)
    elif known and not rows:
        screen.preview(known[0].path)
    elif mark.sources:
        screen.panes.visit(Pane.MEASUREMENTS)
        await screen.query_one(Measurements).look_up(rows)
        screen.app.say(f"Of many rows: {mark.note}")
    else:
        screen.app.say(f"No file is the source of this verdict: {mark.note}")


def _looked_up(screen: "WorkspaceScreen", mark: Mark) -> tuple[list[Source], Source | None, str]:
    """The sources that are files of the folder as it was read last; a cell among them or with their value; a filter."""
    if screen.reader.workspace is None:
        return [], None, ""
    frames = screen.reader.workspace.snapshot.frames
    paths = set(frames.files["path"])
    known = [source for source in mark.sources if source.path in paths]
    cell = next((source for source in known if source.record is not None), None)
    if cell is None and mark.sources and mark.rule not in _OF_FILES:
        cell = _with_value(frames, mark.sources[0], in_file=bool(known))
    return known, cell, _rows_of(frames, mark.sources[0], in_file=bool(known)) if mark.sources else ""


def _with_value(frames: "Frames", source: Source, *, in_file: bool) -> Source | None:
    """The first cell that has a source's value (a maximum, a minimum), of its file or of the field it names."""
    import polars as pl

    if not isinstance(source.value, float):
        return None
    near = abs(source.value) * 1e-6
    cells = frames.cells.filter(pl.col("value").is_between(source.value - near, source.value + near))
    cells = cells.join(frames.series.select("series_id", "field", "metric"), on="series_id")
    cells = cells.join(frames.files.select("file_id", "path"), on="file_id")
    for path, record, field, metric in cells.select("path", "record", "field", "metric").iter_rows():
        if path == source.path if in_file else {field, metric} & set((source.field or "").split()):
            return Source(path, record, field)
    return None


def _rows_of(frames: "Frames", source: Source, *, in_file: bool) -> str:
    """A filter for the rows that a statistic was taken over, where its words name a field or a metric."""
    words = set((source.field or "").split())
    named = [(column, words & set(frames.series[column])) for column in ("field", "metric")]
    parts = [f"{column} = {quoted_value(min(names))}" for column, names in named if names][:1]
    kind = source.path.removesuffix(" files")
    if in_file:
        parts.append(f"path = {quoted_value(source.path)}")
    elif kind in set(frames.files["kind"]):
        parts.append(f"kind = {quoted_value(kind)}")
    return " ".join(parts) if any(names for _, names in named) else ""
