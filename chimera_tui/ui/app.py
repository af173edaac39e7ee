"""The application: themes, keys, glyphs, the clipboard and the way out. What it shows is the workspace screen."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import platformdirs
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.filter import LineFilter

from chimera_tui.core.config.load import Loaded
from chimera_tui.core.config.schema import BUILTIN_PROFILES, Scan, Settings
from chimera_tui.core.inert import inert
from chimera_tui.engine.clock import Clock
from chimera_tui.ui import plain_scrollbar, signals, themes
from chimera_tui.ui.ascii_signs import ascii_signs
from chimera_tui.ui.clipboard import osc52, size_in_words
from chimera_tui.ui.glyphs import ASCII, UNICODE, Glyphs, ascii_wanted
from chimera_tui.ui.key_order import KeysInOrder
from chimera_tui.ui.pace import SLOW, USUAL
from chimera_tui.ui.remembered import first_time, read_layout, write_layout
from chimera_tui.ui.workspace.titles import RepositoryLine

if TYPE_CHECKING:
    from chimera_tui.engine.repository.workspace import Workspace
    from chimera_tui.ui.workspace.screen import WorkspaceScreen

Level = Literal["info", "warning", "error"]
_SHOWN_S: dict[Level, float] = {"info": 5, "warning": 10, "error": 15}
FALLBACK_THEME = "chimera-dark"


class ChimeraApp(KeysInOrder):
    """chimera-tui on a terminal."""

    CSS_PATH = "app.tcss"
    TITLE = "chimera-tui"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "screen.command('app.quit')", "Quit", show=False, priority=True, system=True)
    ]

    def __init__(
        self, root: Path, settings: Settings, origins: Mapping[str, str] | None = None, *, autorun: bool = False,
        problems: tuple[str, ...] = (), saves_to: Path | None = None, no_cache: bool = False,
        clock: Clock | None = None, loaded: Loaded | None = None, reload: Callable[[], Loaded] | None = None,
    ) -> None:  # fmt: skip
        no_color = "NO_COLOR" in os.environ
        super().__init__(driver_class=signals.HangupDriver, ansi_color=True if no_color else None)
        plain_scrollbar.use()
        self.root, self.settings, self.autorun = root, settings, autorun
        self.clock = clock or Clock()
        self.pace = SLOW if settings.ui.slow else USUAL
        self.glyphs = ASCII if ascii_wanted(settings.ui.ascii, os.environ) else UNICODE
        self.themes, theme_problems = themes.load_themes((themes.builtin_folder(), themes.user_folder()))
        self._problems = [*problems, *theme_problems]
        self._loaded = loaded or Loaded(settings=settings, origins=dict(origins or {}), profiles=BUILTIN_PROFILES)
        self._reload = reload
        self._saves_to = saves_to
        self._no_cache = no_cache
        self._leaving = False
        self.keys: Mapping[str, str] = {}
        """The person's own keys, by command."""
        self._use_themes("mono-ascii" if no_color else settings.ui.theme)

    @property
    def ascii_glyphs(self) -> bool:
        """Whether borders and icons must be ASCII."""
        return self.glyphs.ascii

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every line goes through before it is shown."""
        own = [ascii_signs] if self.glyphs.ascii else []
        return [*super().get_line_filters(), *own]

    # -- themes and keys

    def _use_themes(self, wanted: str) -> None:
        for theme in self.themes.values():
            self.register_theme(theme.to_textual())
        for name in set(self.available_themes) - set(self.themes):
            self.unregister_theme(name)
        if wanted not in self.themes:
            self._problems.append(f"There is no theme {wanted!r}; there are: {', '.join(sorted(self.themes))}.")
            wanted = FALLBACK_THEME
        self.theme = wanted

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables where a theme says nothing."""
        return {"bar-text-style": "none", "ansi-background": "ansi_default", "ansi-foreground": "ansi_default"}

    def watch_theme(self, name: str) -> None:
        """A theme may ask for ASCII on any terminal."""
        # NO_COLOR takes the theme without colours: that alone is no reason for ASCII.
        ascii_theme = not self.no_color and name in self.themes and self.themes[name].ascii
        wanted = ascii_theme or ascii_wanted(self.settings.ui.ascii, os.environ)
        self._draw_with(ASCII if wanted else UNICODE)

    def _draw_with(self, glyphs: Glyphs) -> None:
        changed, self.glyphs = glyphs is not self.glyphs, glyphs
        self.set_class(glyphs.ascii, "-ascii")
        if changed:
            self._redraw()

    def use_pace(self, *, slow: bool) -> None:
        """Draw as for a slow line, or as usual."""
        self.pace = SLOW if slow else USUAL
        self._redraw()

    def _redraw(self) -> None:
        """Tell every widget that keeps something drawn; one that asks at each drawing needs no telling."""
        for screen in self._screen_stack:
            for widget in screen.walk_children(with_self=True):
                again = getattr(widget, "draw_again", None)
                if again is not None:
                    again()

    def preview_theme(self, name: str) -> None:
        """Show a theme while it is under the cursor."""
        self.theme = name

    def take_themes(self, known: dict[str, themes.ThemeFile]) -> None:
        """Other theme files; the theme in use is drawn anew."""
        self.themes = known
        for theme in known.values():
            self.register_theme(theme.to_textual())
        self.mutate_reactive(ChimeraApp.theme)

    def use_keys(self, keys: Mapping[str, str]) -> tuple[str, ...]:
        """The person's own keys; a sentence for each that cannot be used."""
        if not keys:
            self.keys = {}
            self.set_keymap({})
            return ()
        from chimera_tui.ui import keymap
        from chimera_tui.ui.workspace.pane_bindings import of_panes

        checked = keymap.check(keys, of_panes())
        self.keys = checked.keys
        self.set_keymap(checked.keys)
        return checked.problems

    # -- life

    def compose(self) -> ComposeResult:
        """One line, painted at once: the panes and what they need are imported after it."""
        line = RepositoryLine()
        line.name_shown, line.aside = self.root.resolve().name or str(self.root), "opening"
        yield line

    def on_mount(self) -> None:
        """Paint, then go on."""
        signals.install(self.leave_in_order, self._driver)
        self.call_after_refresh(self.run_worker, self._open_workspace(), group="open")

    async def _open_workspace(self) -> None:
        """The workspace, and what was wrong with files of settings."""
        workspace_screen = await asyncio.to_thread(_workspace_screen)
        self._problems += self.use_keys(self.settings.keys)
        layout, first = await asyncio.to_thread(lambda: (read_layout(self.root), first_time()))
        screen = workspace_screen(
            self.root, self._loaded, saves_to=self._saves_to, reload=self._reload, layout=layout, first_time=first
        )
        await self.push_screen(screen)
        for problem in self._problems:
            self.say(problem, "warning")

    def make_workspace(self, scan: Scan, *, cached: bool = True) -> "Workspace":
        """The workspace of this folder."""
        from chimera_tui.engine.repository.cache import cache_folder
        from chimera_tui.engine.repository.workspace import Workspace

        cache = cache_folder()
        return Workspace(self.root, scan=scan, cache_dir=cache if cached and not self._no_cache else None)

    def say(self, words: str, level: Level = "info") -> None:
        """One notice, as plain text; a key is named by its command, as in ``{run.start}``."""
        from chimera_tui.ui.keymap import spoken

        words = spoken(words, self.keys)
        severity: Literal["information", "warning", "error"] = "information" if level == "info" else level
        self.notify(inert(words), severity=severity, timeout=_SHOWN_S[level], markup=False)

    def leave_in_order(self, status: int) -> None:
        """The terminal is gone or we are told to end: let the run save itself, then leave."""
        if not self._leaving:
            self._leaving = True
            self.run_worker(self._leave(status), group="leave", exclusive=True)

    def suspend_to_shell(self) -> None:
        """Stop, with the terminal given back; ``fg`` brings the screen back."""
        if signals.shell_waits():
            signals.suspend()
        else:
            self.say("There is no shell to come back from: the program was not started by one.", "warning")

    async def _leave(self, status: int) -> None:
        for screen in self._workspaces():
            await screen.run_control.stop_and_wait(signals.SAVE_GRACE_S)
        await self.leave(status)

    async def leave(self, status: int = 0) -> None:
        """Keep how the screen is left, then end."""
        for screen in self._workspaces():
            layout = screen.layout_now()
            with suppress(OSError):
                await asyncio.to_thread(write_layout, self.root, layout)
        self.exit(return_code=status)

    def _workspaces(self) -> "list[WorkspaceScreen]":
        from chimera_tui.ui.workspace.screen import WorkspaceScreen

        return [screen for screen in self.screen_stack if isinstance(screen, WorkspaceScreen)]

    # -- the clipboard

    def copy_to_clipboard(self, text: str) -> None:
        """Send text to the terminal's clipboard and say what else can be done with it."""
        self._clipboard = text
        sequence = osc52(text, os.environ)
        if sequence is None:
            self.say(
                f"{size_in_words(text)} are too much for a terminal's clipboard; {{copy.save}} writes them to a file.",
                "warning",
            )
            return
        if self._driver is not None:
            self._driver.write(sequence)
        self.say(f"Copied {size_in_words(text)}. If your terminal has no clipboard, {{copy.save}} writes it to a file.")

    def save_copied(self) -> Path:
        """Write what was copied last to a new file. Raises OSError."""
        folder = platformdirs.user_data_path("chimera-tui") / "copied"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.clock.now():%Y%m%dT%H%M%S.%f}.txt"
        path.write_text(self.clipboard, "utf-8")
        return path


def _workspace_screen() -> "type[WorkspaceScreen]":
    from chimera_tui.ui.workspace.screen import WorkspaceScreen

    return WorkspaceScreen


def run_app(
    root: Path, loaded: Loaded, *, autorun: bool = False, no_cache: bool = False, saves_to: Path | None = None,
    reload: Callable[[], Loaded] | None = None,
) -> int:  # fmt: skip
    """Show a repository until the person leaves; the exit status.

    ``saves_to`` is the person's settings file, ``reload`` reads all layers of settings again.
    """
    app = ChimeraApp(
        root, loaded.settings, loaded.origins, autorun=autorun, no_cache=no_cache, saves_to=saves_to,
        problems=tuple(str(problem) for problem in loaded.problems), loaded=loaded, reload=reload,
    )  # fmt: skip
    app.run(mouse=loaded.settings.ui.mouse)
    return app.return_code or 0
