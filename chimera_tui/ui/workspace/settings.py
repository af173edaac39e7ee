"""What a person does with settings: change, take back, save, choose a model, a profile or a file to edit."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import msgspec

from chimera_tui.core.config.load import Loaded, last_good
from chimera_tui.core.config.profiles import Edit
from chimera_tui.core.config.save import NotSavedError, read_text, save_text, with_values
from chimera_tui.core.inert import inert_line
from chimera_tui.ui.commands import Pane
from chimera_tui.ui.panes.config.changes import SettingChanges, clashes, names_in_file, not_kept
from chimera_tui.ui.panes.config.pane import ConfigPanel
from chimera_tui.ui.panes.config.values import value_of, with_value
from chimera_tui.ui.screens.models import ModelPicker
from chimera_tui.ui.screens.picker import Choice, Picker
from chimera_tui.ui.screens.profiles import ProfilesScreen
from chimera_tui.ui.screens.questions import Question
from chimera_tui.ui.screens.toml_editor import TomlEditor
from chimera_tui.ui.settings_files import EditedFile, editable_files
from chimera_tui.ui.shell_path import with_tilde
from chimera_tui.ui.themes import builtin_folder, load_themes, user_folder

if TYPE_CHECKING:
    from chimera_tui.core.config.schema import Settings
    from chimera_tui.engine.backends.base import ModelInfo
    from chimera_tui.ui.glyphs import Glyphs
    from chimera_tui.ui.workspace.screen import WorkspaceScreen


class SettingsControl:
    """``changes`` holds the settings of the screen; everything that changes them comes through here."""

    def __init__(self, screen: "WorkspaceScreen", loaded: Loaded, reload: Callable[[], Loaded] | None) -> None:
        self._screen = screen
        self._app = screen.app
        self._reload = reload
        self.path = screen.saves_to
        self.changes = SettingChanges(loaded)

    # -- changing

    def change(self, path: str, value: object) -> None:
        """One setting, valid already."""
        before = self.changes.settings
        self.changes.change(path, value)
        self.show(before)

    def undo(self) -> None:
        """Take the last change back."""
        before = self.changes.settings
        words = self.changes.undo()
        self.show(before)
        if before.ui.theme != self.changes.settings.ui.theme:
            self._app.theme = self.changes.settings.ui.theme
        self._app.say(inert_line(words, 200))

    def switch(self, name: str) -> None:
        """Another profile, or none."""
        before = self.changes.settings
        self.changes.switch(name)
        self.show(before)
        self._app.say(f"Profile {name or 'none'}. {{config.undo}} takes it back, {{config.save}} saves it.")

    def show(self, before: "Settings | None" = None) -> None:
        """Bring the panel, its note and the hint up to date; ask for the model's own figures when they may differ."""
        if not self._app.is_running:
            return
        changes = self.changes
        count = len(changes.unsaved)
        self._screen.query_one(ConfigPanel).show(changes.settings, changes.origins, unsaved=count)
        self._screen.panes.note(Pane.CONFIG, f"{count} not saved" if count else "")
        self._screen.say_hint()
        self._screen.show_keys()
        now = changes.settings
        self._screen.reader.show_findings()
        if before is None:
            return
        if (before.run.model, before.run.engine, before.server) != (now.run.model, now.run.engine, now.server):
            self._screen.ask_model_info()
        if before.scan != now.scan:
            self._screen.reader.workspace = None
            self._screen.read_repository()
        if before.ui.slow != now.ui.slow:
            self._app.use_pace(slow=now.ui.slow)

    # -- saving

    async def save(self, *, mine: bool = False) -> None:
        """Write what is not saved; what another program changed in the same file is kept, or asked about."""
        changes, path = self.changes, self.path
        values = changes.unsaved
        if path is None or not values:
            return
        names = names_in_file(changes.loaded, changes.settings.profile, values)
        try:
            now = await asyncio.to_thread(read_text, path)
            clash = [] if mine else clashes(changes.loaded.text, now, names)
            if clash:
                self._ask_whose(clash)
                return
            text = await asyncio.to_thread(lambda: save_text(path, with_values(now, names), expected=now))
        except (NotSavedError, OSError) as error:
            self._app.say(
                f"The settings were not saved to {path}: {error}. Correct the file ({{file.edit}} opens it).", "error"
            )
            return
        said = not_kept(changes.settings, values, changes.reference.origins, path)
        if now != changes.loaded.text and changes.loaded.text:
            said = f"What another program changed in it was kept and holds here too. {said}"
        before, loaded = changes.settings, await self._read()
        changes.saved(values, path, msgspec.structs.replace(loaded, text=text))
        self.show(before)
        self._app.say(f"Saved to {path}. {said}".strip())

    def _ask_whose(self, clash: list[str]) -> None:
        def answered(answer: str | None) -> None:
            if answer == "m":
                self._screen.run_worker(self.save(mine=True), group="settings", exclusive=True)
            elif answer == "t":
                self._screen.run_worker(self._take_theirs(), group="settings", exclusive=True)

        body = f"{self.path} was changed by another program since it was read:\n\n" + "\n".join(clash)
        self._app.push_screen(
            Question("Both changed the same setting", body, ("m", "write mine"), ("t", "take theirs")), answered
        )

    async def _take_theirs(self) -> None:
        """What both changed is as the file says; the other changes stay to be saved."""
        changes = self.changes
        now = await asyncio.to_thread(read_text, self.path) if self.path else ""
        for path, value in changes.unsaved.items():
            if clashes(
                changes.loaded.text, now, names_in_file(changes.loaded, changes.settings.profile, {path: value})
            ):
                changes.change(path, value_of(changes.reference.settings, path))
        await self.reload()

    # -- reading again

    async def _read(self) -> Loaded:
        """All layers as they are on disk now, with the last good values for what is wrong."""
        changes = self.changes
        if self._reload is None:
            return changes.loaded
        return last_good(await asyncio.to_thread(self._reload), changes.loaded)

    async def reload(self) -> None:
        """Take over what the files say now; what is wrong in them is said and the last good values hold."""
        before = self.changes.settings
        loaded = await self._read()
        self.changes.take_over(loaded)
        for problem in loaded.problems:
            self._app.say(f"{problem}. The last good value holds." if problem.fatal else str(problem), "warning")
        await self._draw_anew(before)
        self.show(before)

    async def _draw_anew(self, before: "Settings") -> None:
        """Themes and keys as the files say now."""
        known, _ = await asyncio.to_thread(load_themes, (builtin_folder(), user_folder()))
        now = self.changes.settings
        if known != self._app.themes:
            self._app.take_themes(known)
        if now.ui.theme != before.ui.theme and now.ui.theme in known:
            self._app.theme = now.ui.theme
        if now.keys != before.keys:
            for problem in self._app.use_keys(now.keys):
                self._app.say(problem, "warning")
        later = [name for name in ("mouse", "ascii") if getattr(now.ui, name) != getattr(before.ui, name)]
        if later:
            self._app.say(f"ui.{' and ui.'.join(later)} will hold at the next start.")

    # -- profiles

    @property
    def glyphs(self) -> "Glyphs":
        """The symbols of the terminal."""
        return self._app.glyphs

    def say(self, words: str) -> None:
        """One notice."""
        self._app.say(inert_line(words, 300))

    def choose_profile(self) -> None:
        """The list of profiles."""
        self._app.push_screen(ProfilesScreen(self))

    async def edit_profiles(self, edit: Edit, *, gone: str = "", instead: str = "") -> bool:
        """Change the profiles of the person's file; ``gone`` was renamed to ``instead`` or is no more."""
        if self.path is None:
            self.say("There is no file to save profiles to.")
            return False
        path, before = self.path, self.changes.settings
        try:
            now = await asyncio.to_thread(read_text, path)
            await asyncio.to_thread(lambda: save_text(path, edit(now), expected=now))
        except (NotSavedError, OSError) as error:
            self._app.say(f"The profiles in {path} were not changed: {error}.", "error")
            return False
        self.changes.take_over(await self._read(), {gone: instead} if gone else {})
        self.show(before)
        return True

    # -- a model, a file

    def choose_model(self) -> None:
        """The models of the server."""
        from chimera_tui.engine.backends.models import list_models, model_info

        settings = self.changes.settings

        def chosen(name: str | None) -> None:
            if name and name != settings.run.model:
                self.change("run.model", name)

        def look(name: str) -> "Awaitable[ModelInfo | None]":
            return model_info(with_value(settings, "run.model", name))

        self._app.push_screen(ModelPicker(lambda: list_models(settings), look, settings.run.model), chosen)

    def files(self) -> list[EditedFile]:
        """The files that can be edited here."""
        return editable_files(self.path, self._screen.root, user_folder(), self._app.themes)

    def choose_file(self) -> None:
        """One of the files to edit."""
        files = {str(file.path): file for file in self.files()}
        choices = [
            Choice(
                name,
                inert_line(with_tilde(file.path)),
                "" if file.path.exists() else "new",
                f"This is {file.label}.",
                cut="start",
            )
            for name, file in files.items()
        ]

        def chosen(name: str | None) -> None:
            if name:
                self._edit(files[name])

        self._app.push_screen(Picker("Edit a file", choices), chosen)

    def edit(self) -> None:
        """Open the person's own file at the setting under the cursor."""
        setting = self._screen.query_one(ConfigPanel).rows.row.setting
        profile = self.changes.settings.profile
        own = ("profiles", profile) if profile and setting.section == "options" else ()
        self._edit(self.files()[0], (*own, setting.section, setting.name))

    def _edit(self, file: EditedFile, keys: tuple[str, ...] = ()) -> None:
        self._app.push_screen(TomlEditor(file, self.reload, keys))
