"""What each command of the table does on the workspace screen."""

import asyncio
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from chimera_tui.ui.commands import CENTRE, COMMANDS, Pane
from chimera_tui.ui.keymap import shown, spoken
from chimera_tui.ui.panes.config.pane import ConfigPanel
from chimera_tui.ui.panes.reports.pane import ReportsPane, is_finished
from chimera_tui.ui.panes.stream.pane import StreamPane
from chimera_tui.ui.screens.dialogs import QuitDialog
from chimera_tui.ui.screens.editor import edit_file
from chimera_tui.ui.screens.help import HelpScreen
from chimera_tui.ui.screens.picker import Choice, Picker
from chimera_tui.ui.workspace.again import again
from chimera_tui.ui.workspace.key_bar import current_keys
from chimera_tui.ui.workspace.report_actions import ReportActions

if TYPE_CHECKING:
    from chimera_tui.ui.workspace.screen import WorkspaceScreen


class Actions:
    """One method a command, found by its id."""

    def __init__(self, screen: "WorkspaceScreen") -> None:
        self._screen = screen
        self._app = screen.app
        self.reports = ReportActions(screen)
        self.by_id: dict[str, Callable[[], object]] = {
            "run.start": screen.start_run,
            "run.stop": screen.run_control.stop,
            "run.again": lambda: again(screen),
            "pane.zoom": self._zoom,
            "app.back": self._back,
            "file.edit": self._edit,
            "repo.rescan": self._rescan,
            "copy.text": self._copy,
            "copy.save": self._save_copy,
            "reports.newest": self._newest,
            "config.save": screen.config.save,
            "config.undo": screen.config.undo,
            "config.model": screen.config.choose_model,
            "config.profiles": screen.config.choose_profile,
            "config.file": screen.config.choose_file,
            "reports.compare": self.reports.compare,
            "reports.check": self.reports.check,
            "reports.export": self.reports.export,
            "reports.replay": self.reports.replay,
            "reports.delete": self.reports.delete,
            "reports.undo": self.reports.undo,
            "app.theme": self._choose_theme,
            "app.palette": self._palette,
            "app.help": lambda: self._app.push_screen(HelpScreen(screen, screen.state())),
            "app.suspend": self._app.suspend_to_shell,
            "app.quit": self._quit,
            **{f"pane.{pane}": self._jump(pane) for pane in Pane},
        }

    async def do(self, identifier: str) -> None:
        """Do it."""
        result = self.by_id[identifier]()
        if inspect.iscoroutine(result):
            await result

    def _jump(self, pane: Pane) -> Callable[[], object]:
        return lambda: self._screen.panes.go(pane)

    async def _rescan(self) -> None:
        await self._screen.config.reload()
        self._screen.read_repository()

    def _zoom(self) -> None:
        self._screen.panes.toggle_zoom()

    def _back(self) -> None:
        screen = self._screen
        reports = screen.query_one(ReportsPane)
        if screen.panes.previewing:
            screen.panes.back()
        elif screen.panes.current is Pane.STREAM and screen.run_control.running:
            screen.run_control.stop()
        elif screen.panes.current is Pane.REPORTS and (reports.reading or reports.comparing):
            reports.close()
        else:
            screen.panes.back()

    def can_go_back(self) -> bool:
        """Whether Esc closes something."""
        screen = self._screen
        reports = screen.query_one(ReportsPane)
        opened = screen.panes.current is Pane.REPORTS and (reports.reading or reports.comparing)
        return opened or screen.panes.can_go_back

    def _newest(self) -> None:
        self._screen.panes.go(Pane.REPORTS)
        self._screen.query_one(ReportsPane).open_newest()

    # -- files and text

    def current_file(self) -> str:
        """The file that the current pane points at, or an empty string."""
        screen = self._screen
        if screen.panes.preview and screen.panes.previewing and screen.panes.current in CENTRE:
            return str(screen.panes.preview.path or "")
        match screen.panes.current:
            case Pane.REPORTS:
                path = screen.query_one(ReportsPane).selected_path
                return str(path) if path is not None and is_finished(path) else ""
            case Pane.CONFIG:
                return str(screen.saves_to or "")
            case Pane.STREAM:
                return ""
            case pane:
                path = getattr(screen.panes.contents[pane], "current_path", None)
                return str(screen.root / path) if path else ""

    def _edit(self) -> None:
        if self._screen.panes.current is Pane.CONFIG:
            self._screen.config.edit()
            return
        self._screen.run_worker(edit_file(self._app, Path(self.current_file())), group="editor", exclusive=True)

    def _copy(self) -> None:
        screen = self._screen
        match screen.panes.current:
            case Pane.STREAM:
                text = screen.query_one(StreamPane).view.source
            case Pane.REPORTS if screen.query_one(ReportsPane).text:
                text = screen.query_one(ReportsPane).text
            case Pane.CONFIG:
                text = screen.query_one(ConfigPanel).current_text()
            case _:
                text = self.current_file()
        if text:
            self._app.copy_to_clipboard(text)
        else:
            self._app.say("There is nothing here to copy.")

    async def _save_copy(self) -> None:
        try:
            path = await asyncio.to_thread(self._app.save_copied)
        except OSError as error:
            self._app.say(f"It could not be written: {error}.", "error")
        else:
            self._app.say(f"Written to {path}.")

    # -- settings

    def _choose_theme(self) -> None:
        before = self._app.theme

        def chosen(name: str | None) -> None:
            self._app.theme = name or before
            if name and name != before:
                self._screen.config.change("ui.theme", name)
                self._app.say(f"Theme {name}; {{config.save}} saves it.")

        choices = [
            Choice(theme.name, theme.name, "light" if not theme.dark else "dark", theme.description)
            for theme in self._app.themes.values()
        ]
        self._app.push_screen(Picker("Theme", choices, current=before, preview=self._app.preview_theme), chosen)

    def _palette(self) -> None:
        state = self._screen.state()
        keys = current_keys(self._screen)
        choices = []
        for command in COMMANDS:
            reason = command.enabled(state)
            label = (
                f"Go to {command.label}" if command.id.startswith("pane.") and command.key.isdigit() else command.label
            )
            help_ = spoken(f"{command.help} Not now: {reason}" if reason else command.help, self._app.keys)
            key = keys.get(command.id, shown(command.key))
            choices.append(Choice(command.id, label, key, help_, off=bool(reason)))

        def chosen(identifier: str | None) -> None:
            if identifier:
                self._screen.call_later(self._screen.action_command, identifier)

        self._app.push_screen(Picker("Command", choices), chosen)

    # -- the end

    def _quit(self) -> None:
        if not self._screen.run_control.running:
            self._screen.run_worker(self._app.leave(), group="quit", exclusive=True)
            return

        def answered(quit_: bool | None) -> None:
            if quit_:
                self._screen.run_worker(self._stop_and_quit(), group="quit", exclusive=True)

        self._app.push_screen(QuitDialog(), answered)

    async def _stop_and_quit(self) -> None:
        self._app.say("Stopping the run and saving what there is.")
        await self._screen.run_control.stop_and_wait()
        await self._app.leave()
