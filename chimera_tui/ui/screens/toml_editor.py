"""Editing one of our TOML files: checked while typed, saved as typed, never over what another program wrote."""

import asyncio
import difflib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Static, TextArea

from chimera_tui.core.config.files import LARGEST_BYTES, Problem
from chimera_tui.core.config.places import line_of
from chimera_tui.core.config.save import NotSavedError, read_text, save_text
from chimera_tui.core.inert import inert, inert_line
from chimera_tui.ui.screens.dialogs import choices
from chimera_tui.ui.screens.editor import edit_file
from chimera_tui.ui.screens.questions import Question
from chimera_tui.ui.settings_files import EditedFile
from chimera_tui.ui.toml_colours import paint

if TYPE_CHECKING:
    from chimera_tui.ui.app import ChimeraApp

CHECK_AFTER_S = 0.3
"""Quiet time after a key before the text is checked."""


class TomlEditor(Screen[None]):
    """``saved`` is awaited after every change of the file on disk; the cursor begins where ``keys`` are set."""

    app: "ChimeraApp"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2,ctrl+o", "save", "Save"),
        Binding("f4", "external", "$EDITOR"),
        Binding("f8", "next_problem", "Next problem"),
        Binding("escape", "leave", "Close"),
    ]
    DEFAULT_CSS = """
    TomlEditor {
        layout: vertical;
        #editor-title { height: 1; padding: 0 1; background: $panel; color: $primary; text-style: bold; }
        TextArea, TextArea:focus {
            height: 1fr; border: none; padding: 0; background: $background; color: $foreground;
        }
        TextArea .text-area--gutter { color: $text-disabled; background: $background; }
        TextArea .text-area--cursor-gutter { color: $accent; background: $surface; }
        TextArea .text-area--cursor-line { background: $surface; }
        #editor-problems { height: auto; max-height: 5; padding: 0 1; background: $surface; }
        #editor-keys { height: 1; padding: 0 1; background: $panel; }
    }
    """

    def __init__(self, file: EditedFile, saved: Callable[[], Awaitable[None]], keys: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._file = file
        self._keys = keys
        self._saved = saved
        self._base = ""
        self._problems: list[Problem] = []
        self._changed_outside = False
        self._saving = self._leave_when_saved = False
        self._frozen = ""

    def compose(self) -> ComposeResult:
        """What is edited, its text, what is wrong with it, the keys."""
        yield Static(id="editor-title", markup=False)
        area = TextArea.code_editor("", language="toml", theme="css", tab_behavior="focus")
        area.cursor_blink = False
        yield area
        with VerticalScroll(id="editor-problems", can_focus=False):
            yield Static(id="problems")
        keys = (("f2", "save"), ("f4", "$EDITOR"), ("f8", "next problem"), ("^z", "undo"), ("esc", "close"))
        yield Static(choices(*keys), id="editor-keys")

    async def on_mount(self) -> None:
        """Read the file; a new one starts with what it may hold."""
        paint(self.area, self.app.theme_variables)
        self.area.focus()
        try:
            text = await asyncio.to_thread(read_text, self._file.path)
        except (NotSavedError, OSError) as error:
            self._freeze(f"It cannot be read: {error}.")
            return
        if len(text) > LARGEST_BYTES:
            self._freeze("It is larger than 1 MiB.")
            return
        self._base = text
        self.area.load_text(text or self._file.start)
        if text and self.area.text != text:
            self._freeze("Its line ends are mixed, which this editor would change.")
        if self._keys and (line := line_of(text, self._keys)):
            self.area.move_cursor((line - 1, 0), center=True)
        self._title()
        self._check()

    @property
    def area(self) -> TextArea:
        """The text."""
        return self.query_one(TextArea)

    def _is_leaving(self) -> bool:
        """Whether the screen is on its way out, its widgets perhaps gone."""
        return not self.is_attached or not {"editor-title", "problems"} <= {widget.id for widget in self.query(Static)}

    @property
    def changed(self) -> bool:
        """Whether the text differs from the file as it was read."""
        return not self._frozen and self.area.text != (self._base or self._file.start)

    def _freeze(self, reason: str) -> None:
        self._frozen = reason
        self.area.read_only = True
        self._title()
        self._say(Text(f"{reason} F4 opens it in $EDITOR.", "bold"))

    # -- checking

    @on(TextArea.Changed)
    def _typed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._title()
        self._check()

    @work(group="check", exclusive=True)
    async def _check(self) -> None:
        """Look at the text, and at the file, when nothing was typed for a moment."""
        if self._frozen:
            return
        await asyncio.sleep(CHECK_AFTER_S)
        if self._is_leaving():
            return
        self._problems = await asyncio.to_thread(self._file.check, self.area.text)
        self._changed_outside = await asyncio.to_thread(self._is_changed_outside)
        if self._is_leaving():
            return
        self._title()
        self._show_problems()

    def _is_changed_outside(self) -> bool:
        try:
            return read_text(self._file.path) != self._base
        except (NotSavedError, OSError):
            return True

    def _title(self) -> None:
        states = ["read only"] if self._frozen else []
        states += ["changed on disk"] if self._changed_outside else []
        states += ["not saved"] if self.changed else []
        states += ["new"] if not self._base and not self._frozen else []
        dot = self.app.glyphs.dot
        words = dot.join([self._file.label.capitalize(), *states, inert_line(str(self._file.path))])
        self.query_one("#editor-title", Static).update(Text(words, no_wrap=True, overflow="ellipsis"))

    def _show_problems(self) -> None:
        text = Text()
        for index, problem in enumerate(self._problems):
            text.append("\n" if index else "")
            text.append(f"line {problem.line}: ", f"bold {self._colour('error' if problem.fatal else 'warning')}")
            text.append(problem.message)
        self._say(text if self._problems else Text("Nothing is wrong.", "dim"))

    def _colour(self, name: str) -> str:
        return "" if self.app.no_color else str(self.app.theme_variables.get(name, ""))

    def _say(self, text: Text) -> None:
        self.query_one("#problems", Static).update(text)

    def action_next_problem(self) -> None:
        """The cursor to the next line with a problem."""
        row = self.area.cursor_location[0] + 1
        lines = [problem.line for problem in self._problems if problem.line]
        if lines:
            line = next((line for line in lines if line > row), lines[0])
            self.area.move_cursor((line - 1, 0))

    # -- saving

    def action_save(self) -> None:
        """Write the text as it is."""
        self._saving = not self._frozen
        self._save()

    @work(group="save", exclusive=True)
    async def _save(self, *, then: Callable[[], Awaitable[None]] | None = None, over: str | None = None) -> None:
        """Write the text, unless the file is neither what was read nor ``over``, what the person has seen."""
        if self._frozen:
            self.app.say(f"{self._frozen} F4 opens it in $EDITOR.", "warning")
            return
        path, text = self._file.path, self.area.text
        self._saving = True
        try:
            there = await asyncio.to_thread(read_text, path)
            if there not in (self._base, over, text):
                self._leave_when_saved = False
                self._ask_whose(there)
                return
            await asyncio.to_thread(lambda: save_text(path, text, expected=there))
        except (NotSavedError, OSError) as error:
            self._leave_when_saved = False
            self.app.say(f"Not saved: {error}.", "error")
            return
        finally:
            self._saving = False
        self._base = text
        self._check()
        backup = f" What was there before is in {path.name}~." if there and there != text else ""
        self.app.say(f"Saved to {path}.{backup}")
        await self._saved()
        if then is not None:
            await then()
        elif self._leave_when_saved:
            self._leave_when_saved = False
            self.action_leave()

    def _ask_whose(self, there: str, *, difference: bool = False) -> None:
        """The file is not what was read: three ways on, none of which loses anything unseen."""

        def answered(answer: str | None) -> None:
            if answer == "k":
                self._save(over=there)
            elif answer == "r":
                self._take(there)
                self.app.say("This is what is on disk now; ^z brings your text back.")
            elif answer == "d":
                self._ask_whose(there, difference=True)

        body = (
            _difference(there, self.area.text)
            if difference
            else f"{self._file.path} was changed by another program since it was read. Neither text is lost: "
            f"keeping yours leaves theirs in {self._file.path.name}~, theirs leaves yours one ^z away."
        )
        answers = [("r", "reload theirs"), ("k", "keep mine")] + ([] if difference else [("d", "difference")])
        self.app.push_screen(Question("Changed on disk", body, *answers, wide=difference), answered)

    def _take(self, text: str) -> None:
        """Another text in the editor, as one step that can be undone."""
        self._base = text
        self.area.replace(text, (0, 0), self.area.document.end)
        self.area.move_cursor((0, 0))
        self._check()

    # -- the person's own editor, the end

    def action_external(self) -> None:
        """Save, and go on in $EDITOR."""
        if self.changed:
            self._save(then=self._external)
        else:
            self.run_worker(self._external(), group="external", exclusive=True)

    async def _external(self) -> None:
        await edit_file(self.app, self._file.path)
        try:
            text = await asyncio.to_thread(read_text, self._file.path)
        except (NotSavedError, OSError):
            text = self._base
        if text != self._base and not self._frozen:
            self._take(text)
        await self._saved()

    def action_leave(self) -> None:
        """Close, after a question where something is not saved; a save that is under way comes first."""
        if self._saving:
            self._leave_when_saved = True
            return
        if not self.changed:
            self.dismiss()
            return

        async def close() -> None:
            self.dismiss()

        def answered(answer: str | None) -> None:
            if answer == "s":
                self._save(then=close)
            elif answer == "d":
                self.dismiss()

        self.app.push_screen(
            Question("Not saved", "The text was changed.", ("s", "save and close"), ("d", "drop the changes")), answered
        )


def _difference(theirs: str, mine: str) -> Text:
    """What would change in the file, line by line."""
    lines = difflib.unified_diff(theirs.splitlines(), mine.splitlines(), "on disk", "yours", lineterm="", n=2)
    text = Text()
    for line in lines:
        style = "bold" if line.startswith(("---", "+++", "@@")) else {"+": "green", "-": "red"}.get(line[:1], "")
        text.append(inert(line) + "\n", style)
    return text
