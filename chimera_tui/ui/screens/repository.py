"""Reading the repository for a screen: a workspace, its snapshots, what is wrong with the folder."""

import asyncio
import os
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from chimera_tui.core.config.schema import Settings
from chimera_tui.core.inert import inert_line
from chimera_tui.ui.commands import Pane
from chimera_tui.ui.widgets.titles import RepositoryLine

if TYPE_CHECKING:
    from chimera_tui.engine.runs_on_disk import SavedReport
    from chimera_tui.engine.workspace import Snapshot, Workspace
    from chimera_tui.ui.screens.workspace import WorkspaceScreen

SAY_EVERY_S = 0.25
"""Progress is said four times a second at most."""


class RepositoryReader:
    """Fills a screen from its folder; ``problem`` is a sentence with what to do, or empty."""

    def __init__(self, screen: "WorkspaceScreen") -> None:
        self._screen = screen
        self._said_s = 0.0
        self.workspace: Workspace | None = None
        self.reading = False
        self.problem = ""

    async def read(self) -> None:
        """Read the folder; what is wrong with it is said, and everything else stays usable."""
        self.problem = await asyncio.to_thread(folder_problem, self._screen.root)
        if self.problem:
            self._fail(self.problem)
            self._screen.show_keys()
            return
        self.reading = True
        self._line("reading the folder")
        self._screen.show_keys()
        try:
            await self._refresh()
        except Exception as error:  # noqa: BLE001 - a file nobody thought of must not end the program
            self._fail(f"Reading the folder failed ({error!r}). Please report this; the tree still works.")
        finally:
            self.reading = False
            self._screen.show_keys()
        self._screen.list_reports()

    async def _refresh(self) -> None:
        workspace = await asyncio.to_thread(self._make_workspace)
        from chimera_tui.engine.workspace import WorkspaceError

        try:
            snapshot = await workspace.refresh(self._progress)
        except WorkspaceError as error:
            self._fail(f"{error.message} {error.advice}")
            return
        self.show(snapshot)

    def _fail(self, problem: str) -> None:
        self.problem = problem
        self._line("cannot be read")
        self._screen.app.say(problem, "error")

    def _make_workspace(self) -> "Workspace":
        """Imports polars: in a thread, after the first paint."""
        import polars  # noqa: F401, ICN001 - for its import alone

        if self.workspace is None:
            self.workspace = self._screen.app.make_workspace(self._screen.settings)
        return self.workspace

    def workspace_for(self, settings: Settings) -> "Workspace":
        """The workspace a run reads; made here when the folder was never read."""
        if self.workspace is None:
            self.workspace = self._screen.app.make_workspace(settings)
        return self.workspace

    def show(self, snapshot: "Snapshot") -> None:
        """Put a snapshot into the panes."""
        files, cells = snapshot.frames.files.height, snapshot.frames.n_measurements
        dot = self._screen.app.glyphs.dot
        self._line(f"{files:,} files{dot}{cells:,} measurements{dot}read in {snapshot.ingest_s:.1f} s")
        for pane in (Pane.INVENTORY, Pane.MEASUREMENTS, Pane.TREE):
            content = self._screen.panes.contents[pane]
            show = getattr(content, "show", None)
            if show is not None:
                show(snapshot)
        for problem in snapshot.problems:
            self._screen.app.say(inert_line(str(problem), 300), "warning")

    def _progress(self, *progress: object) -> None:
        now = monotonic()
        if now - self._said_s >= SAY_EVERY_S:
            self._said_s = now
            self._line(f"reading the folder: {progress}")

    def _line(self, words: str) -> None:
        self._screen.query_one(RepositoryLine).aside = words

    async def saved_reports(self, report_dir: str) -> "list[SavedReport]":
        """The reports on disk, newest first."""
        from chimera_tui.engine.runs_on_disk import list_reports

        return await asyncio.to_thread(list_reports, self._screen.root, report_dir)


def folder_problem(root: Path) -> str:
    """Why a folder cannot be opened, with what to do; empty when it can."""
    name = inert_line(str(root), 300)
    if not root.exists():
        return f"There is no {name}. Check the path; quit with q and start again with a folder that exists."
    if not root.is_dir():
        return f"{name} is a file. Give the folder that holds it."
    if not os.access(root, os.R_OK | os.X_OK):
        return f"{name} cannot be read: no permission. Ask its owner for read permission (chmod a+rX)."
    if not any(root.iterdir()):
        return f"{name} is empty. Give the folder that holds the benchmark results."
    return ""
