"""What the commands of the Reports pane do: play again, compare, delete, bring back."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from chimera_tui.core.inert import inert_line
from chimera_tui.core.report.saved import REPORT
from chimera_tui.ui.panes.preview.pane import Preview
from chimera_tui.ui.panes.reports.pane import ReportsPane
from chimera_tui.ui.screens.export import ExportDialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from chimera_tui.core.verify.results.numbers import JudgedNumber
    from chimera_tui.engine.saved.judged_reports import ReportJudge
    from chimera_tui.engine.saved.trash import Discarded
    from chimera_tui.ui.workspace.screen import WorkspaceScreen


class ReportActions:
    """Acts on the report that is selected; ``discarded`` is what can be brought back, the last one last."""

    def __init__(self, screen: "WorkspaceScreen") -> None:
        self._screen = screen
        self.discarded: list[Discarded] = []
        self._judge: ReportJudge | None = None

    @property
    def _pane(self) -> ReportsPane:
        return self._screen.query_one(ReportsPane)

    async def replay(self) -> None:
        """Play the selected run again from its journal."""
        path = self._pane.selected_path
        if path is None:
            return
        from chimera_tui.engine.saved.recorded import NoRecordingError, read_recorded
        from chimera_tui.engine.saved.replay import Replay

        try:
            recorded = await asyncio.to_thread(read_recorded, path)
        except NoRecordingError as error:
            self._screen.app.say(f"{inert_line(str(error), 300)} Only runs of this program can be played.", "warning")
            return
        self._screen.start_run(replay=Replay(recorded))

    async def check(self) -> None:
        """Judge every number of the selected report, which is opened for it."""
        pane = self._pane
        path = pane.selected_path
        if path is None:
            return
        if not pane.reading:
            pane.open_file(str(path))
        self._screen.run_worker(self._check(path), group="judge report", exclusive=True)

    async def _check(self, path: Path) -> None:
        from chimera_tui.core.verify.results.numbers import counts
        from chimera_tui.ui.panes.reports.text import read_report

        numbers = await self._judged(path, lambda: read_report(path))
        if numbers is not None:
            pane = self._pane
            pane.library.note_judged(str(path), counts(numbers))
            pane.reader.judged(path, numbers)

    def check_preview(self, event: Preview.CheckRequested) -> None:
        """Judge every number of the Markdown that is previewed."""

        async def check() -> None:
            numbers = await self._judged(event.path, lambda: event.text)
            if numbers is not None:
                event.preview.mark(event.path, numbers)

        self._screen.run_worker(check(), group="judge report", exclusive=True)

    async def _judged(self, path: Path, text: "Callable[[], str]") -> "tuple[JudgedNumber, ...] | None":
        """The verdicts on a text, None where it cannot be judged, which is said."""
        from chimera_tui.engine.saved.frozen import FactsError

        workspace = self._screen.reader.workspace
        snapshot = workspace.snapshot if workspace else None

        def judged() -> "tuple[JudgedNumber, ...]":
            if self._judge is None:
                from chimera_tui.engine.saved.judged_reports import ReportJudge

                self._judge = ReportJudge()
            return self._judge.judge(path, text(), snapshot)

        self._screen.app.say("Checking every number against the files.")
        try:
            return await asyncio.to_thread(judged)
        except (OSError, FactsError) as error:
            self._screen.app.say(f"{path} could not be checked: {error}", "error")
            return None

    def export(self) -> None:
        """Ask for a name and write the selected report as one HTML file."""
        pane = self._pane
        path = pane.selected_path
        if path is None:
            return
        name = path.parent.name if path.name == REPORT else path.stem
        dialog = ExportDialog(Path.cwd() / f"{name}.html", "Export this report as one HTML file", (".html", ".htm"))

        def named(out: Path | None) -> None:
            if out is not None:
                numbers = pane.reader.numbers_of(path)
                self._screen.run_worker(self._write(path, out, numbers), group="export")

        self._screen.app.push_screen(dialog, named)

    async def _write(self, path: Path, out: Path, numbers: "tuple[JudgedNumber, ...] | None") -> None:
        def written() -> int:
            from chimera_tui.engine.saved.html_export import write_html

            return write_html(path, out, numbers)

        try:
            size = await asyncio.to_thread(written)
        except OSError as error:
            self._screen.app.say(f"Nothing was written to {out}: {error.strerror or error}", "error")
            return
        unjudged = "" if numbers is not None else " Its numbers were not judged here; V does that."
        self._screen.app.say(f"{size:,} bytes written to {out}.{unjudged if path.name != REPORT else ''}")

    def compare(self) -> None:
        """Set the marked reports or groups side by side."""
        self._pane.compare(self._pane.library.chosen(), self._screen.settings.run.cold_load_s)

    async def delete(self) -> None:
        """Move the selected report to the trash folder."""
        path = self._pane.selected_path
        if path is not None and await self.put_away(path) and self._pane.reading:
            self._pane.close()

    async def put_away(self, path: Path) -> bool:
        """Move a report or the folder of a run to the trash, from where it can be brought back; whether it went."""
        from chimera_tui.engine.saved.trash import discard

        try:
            gone = await asyncio.to_thread(discard, path, self._screen.root)
        except (OSError, ValueError) as error:
            self._screen.app.say(f"{path} could not be deleted: {error}.", "error")
            return False
        self.discarded.append(gone)
        self._screen.list_reports()
        self._screen.app.say(
            f"Deleted: {self._shown(gone.original)}. {{reports.undo}} brings it back from {self._shown(gone.kept)}."
        )
        return True

    async def find_discarded(self) -> None:
        """What earlier sessions deleted can be brought back too."""
        from chimera_tui.engine.saved.trash import find_discarded

        ours, settings = tuple(self.discarded), self._screen.settings.run

        def waiting() -> "tuple[list[Discarded], set[Path]]":
            found = find_discarded(self._screen.root, settings.report_dir)
            return found, {gone.kept for gone in ours if not gone.kept.exists()}

        found, gone_since = await asyncio.to_thread(waiting)
        known = {gone.kept for gone in self.discarded}
        earlier = [gone for gone in found if gone.kept not in known]
        self.discarded = [*earlier, *(gone for gone in self.discarded if gone.kept not in gone_since)]

    async def undo(self) -> None:
        """Bring back what was deleted last."""
        from chimera_tui.engine.saved.trash import restore

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
