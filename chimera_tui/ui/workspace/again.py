"""A run once more with other options: its settings come into Config, where they can be changed before they count."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from chimera_tui.core.inert import inert_line
from chimera_tui.ui.commands import Pane
from chimera_tui.ui.panes.reports.pane import ReportsPane, is_finished

if TYPE_CHECKING:
    from chimera_tui.ui.workspace.screen import WorkspaceScreen


async def again(screen: "WorkspaceScreen") -> None:
    """Take over the settings of the selected report's run, or of the one that ended last, and show them."""
    from chimera_tui.core.report.saved import read_record
    from chimera_tui.engine.saved.run_settings import differences, settings_of

    folder = _folder(screen)
    record = await asyncio.to_thread(read_record, folder) if folder is not None else {}
    if folder is not None and not record:
        screen.app.say(f"{inert_line(folder.name, 120)} holds no run.toml: only runs of this program can be repeated.")
        return
    changed = differences(screen.settings, settings_of(record, screen.settings)) if record else {}
    for path, value in changed.items():
        screen.config.change(path, value)
    screen.panes.go(Pane.CONFIG)
    taken = (
        f"{len(changed)} settings are those of that run now ({{config.undo}} takes one back)"
        if changed
        else "Its settings hold"
    )
    screen.app.say(f"{taken}: change what you like, then {{run.start}} runs.")


def _folder(screen: "WorkspaceScreen") -> Path | None:
    """The folder of the run that is meant; None where the last run left none."""
    if screen.panes.current is Pane.REPORTS:
        path = screen.query_one(ReportsPane).selected_path
        return None if path is None else path.parent if is_finished(path) else path
    return Path(screen.ended.report).parent if screen.ended is not None and screen.ended.report else None
