"""Reading the repository for a screen: a workspace, its snapshots, what is wrong with the folder."""

import asyncio
import re
from typing import TYPE_CHECKING

import msgspec

from chimera_tui.core.config.schema import Scan
from chimera_tui.core.inert import inert_line
from chimera_tui.ui.panes.files.pane import RepoTree
from chimera_tui.ui.panes.findings.pane import FindingsPane
from chimera_tui.ui.panes.inventory.pane import Inventory
from chimera_tui.ui.panes.measurements.pane import Measurements
from chimera_tui.ui.workspace.titles import RepositoryLine

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from chimera_tui.engine.repository.progress import Progress
    from chimera_tui.engine.repository.snapshot import Snapshot
    from chimera_tui.engine.repository.workspace import Workspace
    from chimera_tui.ui.workspace.screen import WorkspaceScreen


class RepositoryReader:
    """Fills a screen from its folder; ``problem`` is a sentence with what to do, or empty."""

    def __init__(self, screen: "WorkspaceScreen") -> None:
        self._screen = screen
        self._generation = -1
        self._words: tuple[str, ...] = ()
        self.workspace: Workspace | None = None
        self.reading = False
        self.done = False
        self.problem = ""
        self.excluded: frozenset[str] = frozenset()

    async def read(self) -> None:
        """Read the folder; what is wrong with it is said, and everything else stays usable."""
        self.reading, self.problem = True, ""
        self._screen.panes.say_problem("")
        self._line("reading the folder")
        self._screen.show_keys()
        try:
            await self._refresh()
        except Exception as error:  # noqa: BLE001 - a file nobody thought of must not end the program
            self._fail(f"Reading the folder failed ({error!r}). Please report this.")
        finally:
            self.reading, self.done = False, True
            self._screen.show_keys()
        self._screen.list_reports()

    async def _refresh(self) -> None:
        workspace = await asyncio.to_thread(self._make_workspace)
        from chimera_tui.engine.repository.workspace import WorkspaceError

        try:
            snapshot = await workspace.refresh(self._progress)
        except WorkspaceError as error:
            self._fail(f"{error.message} {error.advice}")
            return
        self._show(snapshot)
        self._screen.run_worker(self._follow(workspace), group="watch", exclusive=True)
        if snapshot.complete and not (snapshot.frames.files["role"] != "run").any():
            self._fail(
                "There are no files here that count. Quit with q and open the folder that holds the results, or see "
                "scan.include, scan.exclude, scan.hidden and scan.ignored in your settings."
            )
        for problem in snapshot.problems:
            self._screen.app.say(inert_line(problem, 300), "warning")

    async def _follow(self, workspace: "Workspace") -> None:
        """Show what changes on disk; where the system cannot tell, say once that a rescan is by hand."""
        from chimera_tui.engine.repository.watch import follow
        from chimera_tui.engine.repository.workspace import WorkspaceError

        try:
            await follow(workspace, self._show)
        except WorkspaceError as error:
            self._screen.app.say(f"{error.message} {error.advice}", "warning")

    def _fail(self, problem: str) -> None:
        self.problem = inert_line(problem)
        if not self._words or not self._words[0].startswith("0 files"):
            self._line("cannot be read")
        self._screen.panes.say_problem(self.problem)
        self._screen.say_hint()

    def _make_workspace(self) -> "Workspace":
        """Imports polars: in a thread, after the first paint."""
        import polars  # noqa: F401, ICN001 - for its import alone

        if self.workspace is None:
            self.workspace = self._screen.app.make_workspace(self._screen.settings.scan)
        return self.workspace

    def workspace_for_run(self) -> "Workspace":
        """The workspace that a run reads: without the files that were taken out of the analysis."""
        workspace = self._make_workspace()
        if not self.excluded:
            return workspace
        scan = without(workspace.scan, self.excluded)
        return self._screen.app.make_workspace(scan, cached=False)

    def _show(self, snapshot: "Snapshot") -> None:
        """Put a snapshot into the panes."""
        if snapshot.generation == self._generation or not self._screen.app.is_running:
            return
        self._generation = snapshot.generation
        self._screen.query_one(RepoTree).show(snapshot)
        self._screen.query_one(Inventory).show(snapshot)
        self._screen.query_one(Measurements).show(snapshot)
        self.show_findings()
        self._screen.list_reports()
        files = int((snapshot.frames.files["role"] != "run").sum())  # our own reports are not results
        cells = snapshot.frames.n_measurements
        if snapshot.complete:
            self._line(f"{files:,} file{'' if files == 1 else 's'}", f"{cells:,} measurements")

    def show_findings(self) -> None:
        """Let the findings follow the files, what was taken out of the analysis, and the settings."""
        if self.workspace is not None:
            pane = self._screen.query_one(FindingsPane)
            pane.show(self.workspace.snapshot, self._screen.settings.run, self.excluded)

    def _progress(self, progress: "Progress") -> None:
        if self.workspace is not None:
            self._show(self.workspace.snapshot)
        if progress.done:
            return
        read = f"{progress.read:,} of {progress.total:,} files" if progress.total else f"{progress.found:,} files found"
        self._line("reading", read)

    def _line(self, *words: str) -> None:
        self._words = words
        self.say_line()

    def say_line(self) -> None:
        """Say, or say again with other signs, how far the reading is."""
        if self._screen.app.is_running:
            self._screen.query_one(RepositoryLine).aside = self._screen.app.glyphs.dot.join(self._words)

    def locate(self, path: str, record: int | None, field: str | None) -> "tuple[Path, str]":
        """Where a shown path is on disk, and the place of a field of one of its observations in there."""
        import polars as pl

        if self.workspace is None:
            return self._screen.root / path, ""
        snapshot = self.workspace.snapshot
        ids = snapshot.frames.files.filter(pl.col("path") == path)["file_id"]
        if not len(ids):
            return self._screen.root / path, ""
        real = snapshot.path_of(ids[0])
        if record is None:
            return real, field or ""
        records = snapshot.frames.records.filter((pl.col("file_id") == ids[0]) & (pl.col("record") == record))["path"]
        return real, ".".join(part for part in (*records[:1], field) if part)

    async def reports(self, report_dir: str) -> "pl.DataFrame":
        """Every report of the repository and the runs kept elsewhere, newest first."""

        def listed() -> "pl.DataFrame":
            from chimera_tui.core.frames import Frames
            from chimera_tui.engine.saved.library import library

            frames = self.workspace.snapshot.frames if self.workspace else Frames.none()
            return library(self._screen.root, frames, report_dir)

        return await asyncio.to_thread(listed)


def without(scan: Scan, paths: frozenset[str]) -> Scan:
    """The same scan but for these files and folders."""
    patterns = ["/" + re.sub(r"([\\*?\[\]!# ])", r"\\\1", path) for path in sorted(paths)]
    return msgspec.structs.replace(scan, exclude=[*scan.exclude, *patterns])
