"""From a judged number to what says so: a cell in its file, a line of the inventory, or the measurements."""

import asyncio
from typing import TYPE_CHECKING

from chimera_tui.core.verify.rule_counts import COUNTS, SHARES
from chimera_tui.core.verify.rule_dates import RULE as DATES
from chimera_tui.core.verify.rule_sizes import RULE as SIZES
from chimera_tui.core.verify.verdict import Source
from chimera_tui.ui.commands import Pane
from chimera_tui.ui.markdown.marks import Mark
from chimera_tui.ui.widgets.inventory import Inventory

if TYPE_CHECKING:
    from chimera_tui.ui.screens.workspace import WorkspaceScreen

_OF_FILES = {COUNTS, SHARES, SIZES, DATES}
"""Rules that speak of the files themselves, not of what is in them."""


async def open_source(screen: "WorkspaceScreen", mark: Mark) -> None:
    """Show what a verdict rests on; Esc comes back. Where nothing does, say so."""
    known = await asyncio.to_thread(_known, screen, mark.sources)
    cell = next((source for source in known if source.record is not None), None)
    if cell is not None:
        screen.preview(cell.path, cell.record, cell.field)
    elif mark.rule in _OF_FILES:
        inventory = screen.query_one(Inventory)
        screen.panes.visit(Pane.INVENTORY)
        if known:
            inventory.reveal_file(known[0].path)
        else:
            inventory.reveal_kind(f"{mark.sources[0].field or ''} {mark.note}" if mark.sources else mark.note)
    elif known:
        screen.preview(known[0].path)
    elif mark.sources:
        screen.panes.visit(Pane.MEASUREMENTS)
        screen.app.say(f"No single cell: {mark.note}")
    else:
        screen.app.say(f"No file is the source of this verdict: {mark.note}")


def _known(screen: "WorkspaceScreen", sources: tuple[Source, ...]) -> list[Source]:
    """The sources that are files of the folder as it was read last."""
    workspace = screen.reader.workspace
    if workspace is None:
        return []
    paths = set(workspace.snapshot.frames.files["path"])
    return [source for source in sources if source.path in paths]
