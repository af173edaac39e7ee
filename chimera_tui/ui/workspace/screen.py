"""The screen of a repository: it holds the settings, decides what messages mean, and starts runs."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Static

from chimera_tui.core.config.load import Loaded
from chimera_tui.core.config.schema import Settings
from chimera_tui.core.endings import Ending
from chimera_tui.engine.events import Event, Notice, RunEnded, RunStarted
from chimera_tui.ui.commands import BY_ID, Pane, State, bindings
from chimera_tui.ui.keymap import spoken
from chimera_tui.ui.panes.config.pane import ConfigPanel
from chimera_tui.ui.panes.files.pane import RepoTree
from chimera_tui.ui.panes.findings.pane import FindingsPane
from chimera_tui.ui.panes.inventory.pane import Inventory
from chimera_tui.ui.panes.measurements.pane import Measurements
from chimera_tui.ui.panes.preview.pane import Preview
from chimera_tui.ui.panes.reports.pane import ReportsPane, is_finished
from chimera_tui.ui.panes.reports.reading import ReportReading
from chimera_tui.ui.panes.stream.pane import StreamPane
from chimera_tui.ui.reader.stream_view import StreamView
from chimera_tui.ui.remembered import Layout, name_of
from chimera_tui.ui.screens.contents import show_contents
from chimera_tui.ui.screens.export import ExportDialog, write
from chimera_tui.ui.shell_path import with_tilde
from chimera_tui.ui.tables.copying import CopyRequested
from chimera_tui.ui.tables.exporting import ExportRequested
from chimera_tui.ui.terminal import SMALLEST
from chimera_tui.ui.workspace.actions import Actions
from chimera_tui.ui.workspace.key_bar import KeyBar
from chimera_tui.ui.workspace.mark_sources import open_source
from chimera_tui.ui.workspace.metrics_bar import MetricsBar
from chimera_tui.ui.workspace.pane_area import PaneArea
from chimera_tui.ui.workspace.report_actions import ReportActions
from chimera_tui.ui.workspace.repository import RepositoryReader
from chimera_tui.ui.workspace.run_control import RunControl
from chimera_tui.ui.workspace.settings import SettingsControl
from chimera_tui.ui.workspace.titles import RepositoryLine
from chimera_tui.ui.workspace.unfinished import offer

if TYPE_CHECKING:
    from chimera_tui.engine.saved.replay import Replay
    from chimera_tui.engine.saved.resume import Resume
    from chimera_tui.ui.app import ChimeraApp


class WorkspaceScreen(Screen[None]):
    """Tree, centre, config; figures and keys below."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]
    app: "ChimeraApp"

    def __init__(
        self, root: Path, loaded: Loaded, *, saves_to: Path | None, reload: Callable[[], Loaded] | None = None,
        layout: Layout | None = None, first_time: bool = False,
    ) -> None:  # fmt: skip
        super().__init__()
        self._left_as = layout
        self._first_time = first_time
        self.root = root
        self.saves_to = saves_to
        self.config = SettingsControl(self, loaded, reload)
        self.ended: RunEnded | None = None
        self.reader = RepositoryReader(self)
        self.run_control = RunControl(self.app, self._apply_event)
        self._actions = Actions(self)
        self._report_to_open: Path | None = None

    def compose(self) -> ComposeResult:
        """Lines above and below, the panes between."""
        yield RepositoryLine()
        contents = {
            Pane.TREE: RepoTree(),
            Pane.INVENTORY: Inventory(),
            Pane.MEASUREMENTS: Measurements(),
            Pane.FINDINGS: FindingsPane(),
            Pane.STREAM: StreamPane(),
            Pane.REPORTS: ReportsPane(),
            Pane.CONFIG: ConfigPanel(self.settings, self.config.changes.origins, glyphs=self.app.glyphs),
        }
        yield PaneArea(contents)
        yield MetricsBar(clock=self.app.clock)
        yield KeyBar()
        yield Static(id="too-small", markup=False)

    def on_mount(self) -> None:
        """Paint first, read after."""
        line = self.query_one(RepositoryLine)
        place = self.root.resolve()
        line.name_shown, line.place = place.name or str(place), with_tilde(place.parent)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        if self._left_as is not None:
            self.panes.restore(self._left_as)
        else:
            self.panes.go(Pane.TREE)
        self.app.release_keys()
        self.say_hint()
        self.read_repository()
        if not self.app.autorun:
            self.run_worker(offer(self), group="unfinished", exclusive=True)

    @property
    def panes(self) -> PaneArea:
        """The panes."""
        return self.query_one(PaneArea)

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.config.changes.settings

    @property
    def unsaved(self) -> dict[str, object]:
        """What was changed here and is in no file yet."""
        return self.config.changes.unsaved

    @property
    def report_actions(self) -> ReportActions:
        """What can be done with saved reports."""
        return self._actions.reports

    def layout_now(self) -> Layout:
        """How the screen is left."""
        return self.panes.remembered(name_of(self.root))

    # -- commands

    def state(self) -> State:
        """What decides which commands can be used now."""
        reports = self.query_one(ReportsPane)
        return State(
            pane=self.panes.current,
            running=self.run_control.running,
            ended=self.ended is not None,
            scanning=self.reader.reading,
            root_problem=self.reader.problem,
            can_go_back=self._actions.can_go_back(),
            file=self._actions.current_file(),
            reports=reports.count,
            report=str(path) if (path := reports.selected_path) else "",
            unfinished=path is not None and not is_finished(path),
            sides=0 if reports.comparing else len(reports.library.chosen_keys),
            discarded=len(self._actions.reports.discarded),
            unsaved=len(self.unsaved),
            can_undo=self.config.changes.can_undo,
            saves_to=str(self.saves_to or ""),
            copied=bool(self.app.clipboard),
        )

    async def action_command(self, identifier: str) -> None:
        """Do what a command of the table says, or say why it cannot be done now."""
        reason = BY_ID[identifier].enabled(self.state())
        if reason:
            self.app.say(reason)
            return
        await self._actions.do(identifier)
        self.show_keys()

    def show_keys(self) -> None:
        """Bring the key bar up to date."""
        if self.app.is_running:
            self.query_one(KeyBar).show(self.state(), self)

    @on(PaneArea.PaneChanged)
    def _pane_changed(self, event: PaneArea.PaneChanged) -> None:
        event.stop()
        if event.pane is not Pane.INVENTORY:
            self.query_one(Inventory).looked_up()
        if event.pane is not Pane.MEASUREMENTS:
            self.query_one(Measurements).looked_up()
        self.show_keys()

    def on_descendant_focus(self) -> None:
        """Other keys."""
        self.call_after_refresh(self.show_keys)

    def on_descendant_blur(self) -> None:
        """Other keys."""
        self.call_after_refresh(self.show_keys)

    def draw_again(self) -> None:
        """Other signs in what is said here."""
        self.say_hint()
        self.reader.say_line()

    def say_hint(self) -> None:
        """What one can do from here, for who is here for the first time."""
        run = self.settings.run
        writers = {"offline": " with the program alone", "auto": f" ({run.model} or offline)"}
        writer = writers.get(run.engine, f" with {run.model}")
        hints = [f"{{run.start}} writes a report{writer}", "{app.help} shows the keys"]
        if self.reader.problem:
            hints = hints[1:]
        elif self._first_time:
            hints = [f"New here? 1 to {len(Pane)} are the panes", "{run.start} writes a report", hints[1]]
        self.query_one(MetricsBar).hint = spoken(self.app.glyphs.dot.join(hints), self.app.keys)

    # -- the size

    def on_resize(self, event: Resize) -> None:
        """Say so when the terminal is too small; everything comes back when it grows."""
        small = event.size.width < SMALLEST[0] or event.size.height < SMALLEST[1]
        self.set_class(small, "-too-small")
        if small:
            self.query_one("#too-small", Static).update(
                f"This terminal has {event.size.width} columns and {event.size.height} lines; "
                f"{SMALLEST[0]} and {SMALLEST[1]} are needed. Make it larger, or q to quit."
            )

    # -- the repository

    @work(group="repository", exclusive=True)
    async def read_repository(self) -> None:
        """Read the folder and show what is in it."""
        await self.reader.read()
        self.ask_model_info()
        if self.app.autorun and not self.reader.problem:
            self.app.autorun = False
            self.start_run()

    @work(group="reports", exclusive=True)
    async def list_reports(self, open_path: Path | None = None) -> None:
        """List the saved reports; open one of them."""
        self._report_to_open = open_path or self._report_to_open
        reports = await self.reader.reports(self.settings.run.report_dir)
        await self._actions.reports.find_discarded()
        if not self.app.is_running:  # closed meanwhile
            return
        pane = self.query_one(ReportsPane)
        pane.show(reports)
        self.show_keys()
        if self._report_to_open is not None and pane.open_path(self._report_to_open):
            self._report_to_open = None

    @on(RepoTree.FileOpened)
    @on(Inventory.FileOpened)
    def _file_opened(self, event: RepoTree.FileOpened | Inventory.FileOpened) -> None:
        event.stop()
        self.preview(event.path)

    @work(group="preview", exclusive=True)
    async def preview(self, path: str, record: int | None = None, field: str | None = None) -> None:
        """Show a file of the repository in the centre, at an observation of it."""
        real, place = await asyncio.to_thread(self.reader.locate, path, record, field)
        preview = await self.panes.open_preview()
        self.call_after_refresh(preview.open, real, path, record=record, place=place)

    @on(RepoTree.SelectionChanged)
    def _selection_changed(self, event: RepoTree.SelectionChanged) -> None:
        event.stop()
        self.reader.excluded = event.excluded
        self.reader.show_findings()
        count = len(event.excluded)
        self.panes.note(Pane.TREE, f"{count} left out" if count else "")

    @on(Measurements.OpenSource)
    @on(FindingsPane.OpenSource)
    def _source_opened(self, event: Measurements.OpenSource | FindingsPane.OpenSource) -> None:
        event.stop()
        self.preview(event.path, event.record, event.field)

    @on(StreamView.ContentsWanted)
    def _contents_wanted(self, event: StreamView.ContentsWanted) -> None:
        event.stop()
        show_contents(event.view)

    @on(StreamView.MarkOpened)
    def _mark_opened(self, event: StreamView.MarkOpened) -> None:
        event.stop()
        self.run_worker(open_source(self, event.mark), group="source", exclusive=True)

    @on(ExportRequested)
    def _export_requested(self, event: ExportRequested) -> None:
        event.stop()
        proposal = Path.cwd() / f"{self.root.resolve().name}-{event.name}.csv"

        def named(path: Path | None) -> None:
            if path is not None:
                self.run_worker(write(self.app, event.frame, path), group="export")

        self.app.push_screen(ExportDialog(proposal), named)

    @on(CopyRequested)
    def _copy_requested(self, event: CopyRequested) -> None:
        event.stop()
        self.app.copy_to_clipboard(event.text)

    # -- the run

    @work(group="run", exclusive=True)
    async def start_run(self, resume: "Resume | None" = None, replay: "Replay | None" = None) -> None:
        """Run with the settings of now, or with those of the run that is taken up or played again; the stream comes
        to the front.
        """
        self.ended = None
        self.panes.go(Pane.STREAM)
        self.query_one(StreamPane).begin()
        self.query_one(MetricsBar).begin()
        workspace = await asyncio.to_thread(self.reader.workspace_for_run)
        settings = self.settings if resume is None else resume.unfinished.settings(self.settings)
        settings = settings if replay is None else replay.run.settings(settings)
        await self.run_control.follow(workspace, settings, resume, replay)
        self.show_keys()

    def _apply_event(self, event: Event) -> None:
        if not self.app.is_running:
            return
        self.query_one(StreamPane).apply(event)
        self.query_one(MetricsBar).apply(event)
        match event:
            case RunStarted():
                self.show_keys()
            case Notice():
                self.app.say(event.text, event.level)
            case RunEnded():
                self._run_ended(event)

    def _run_ended(self, event: RunEnded) -> None:
        self.ended = event
        if event.report:
            place = event.report.removeprefix(f"{self.root.resolve()}/")
            self.app.say(f"Saved; {{pane.reports}} reads it: {place}")
        elif event.ending is not Ending.COMPLETE:
            self.app.say(f"Ended: {event.ending.value}. {event.reason}".strip(), "warning")
        self.list_reports(Path(event.report) if event.report else None)
        self.show_keys()

    # -- the settings

    @on(ConfigPanel.OptionChanged)
    def _option_changed(self, event: ConfigPanel.OptionChanged) -> None:
        event.stop()
        self.config.change(event.path, event.value)

    @on(ConfigPanel.ModelWanted)
    async def _model_wanted(self, event: ConfigPanel.ModelWanted) -> None:
        event.stop()
        await self.action_command("config.model")

    @work(group="model-info", exclusive=True)
    async def ask_model_info(self) -> None:
        """Show what the model's own file says and how large it is; silently nothing without a server."""
        from chimera_tui.engine.backends.models import model_info

        info = None
        if self.settings.run.engine != "offline":
            info = await model_info(self.settings)
        if self.app.is_running:
            self.query_one(ConfigPanel).show_model(info)

    @on(Preview.CheckRequested)
    def _check_requested(self, event: Preview.CheckRequested) -> None:
        event.stop()
        self._actions.reports.check_preview(event)

    @on(ReportsPane.Changed)
    def _reports_changed(self, event: ReportsPane.Changed) -> None:
        event.stop()
        self.show_keys()

    @on(ReportReading.CouldNotRead)
    @on(FindingsPane.NotSaved)
    def _could_not(self, event: ReportReading.CouldNotRead | FindingsPane.NotSaved) -> None:
        event.stop()
        self.app.say(event.reason, "error")
