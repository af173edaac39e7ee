"""What the commands of the Reports pane do: compare, delete, bring back."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from chimera_tui.core.inert import inert_line
from chimera_tui.ui.widgets.reports import ReportsPane

if TYPE_CHECKING:
    from chimera_tui.engine.trash import Discarded
    from chimera_tui.ui.screens.workspace import WorkspaceScreen


class ReportActions:
    """Acts on the report that is selected; ``discarded`` is what can be brought back, the last one first."""

    def __init__(self, screen: "WorkspaceScreen") -> None:
        self._screen = screen
        self.discarded: list[Discarded] = []

    @property
    def _pane(self) -> ReportsPane:
        return self._screen.query_one(ReportsPane)

    def compare(self) -> None:
        """Set the marked reports or groups side by side."""
        self._pane.compare(self._pane.library.chosen(), self._screen.settings.run.cold_load_s)

    async def delete(self) -> None:
        """Move the selected report to the trash folder."""
        from chimera_tui.engine.trash import discard

        pane = self._pane
        path = pane.selected_path
        if path is None:
            return
        try:
            gone = await asyncio.to_thread(discard, path, self._screen.root)
        except (OSError, ValueError) as error:
            self._screen.app.say(f"{path} could not be deleted: {error}.", "error")
            return
        self.discarded.append(gone)
        if pane.reading:
            pane.close()
        self._screen.list_reports()
        self._screen.app.say(
            f"Deleted: {self._shown(gone.original)}. {{reports.undo}} brings it back from {self._shown(gone.kept)}."
        )

    async def undo(self) -> None:
        """Bring back what was deleted last."""
        from chimera_tui.engine.trash import restore

        gone = self.discarded[-1]
        try:
            place = await asyncio.to_thread(restore, gone)
        except OSError as error:
            self._screen.app.say(f"{gone.kept} could not be brought back: {error}.", "error")
            return
        self.discarded.pop()
        self._screen.list_reports()
        self._screen.app.say(f"Back: {self._shown(place)}.")

    def _shown(self, path: Path) -> str:
        root = self._screen.root
        return inert_line(str(path.relative_to(root) if path.is_relative_to(root) else path), 200)
