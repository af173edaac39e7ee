"""Choose one of a list by typing a part of its name: the palette, the themes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.fuzzy import Matcher
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from chimera_tui.ui.tables.cells import ASCII, UNICODE, Glyphs, fit


@dataclass(frozen=True)
class Choice:
    """One line: what is returned, its name, a key or a mark at the right, a sentence under the list.

    A name that is too long loses its end, or with ``cut`` its start, where paths are alike.
    """

    value: str
    name: str
    aside: str = ""
    help: str = ""
    off: bool = False
    cut: Literal["start", "end"] = "end"


class Picker(ModalScreen[str | None]):
    """A filtered list; ``preview`` is called with the value under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close"),
        Binding("down,ctrl+n", "move(1)", "Down"),
        Binding("up,ctrl+p", "move(-1)", "Up"),
        Binding("pagedown", "move(10)", "Page down"),
        Binding("pageup", "move(-10)", "Page up"),
    ]

    def __init__(
        self, title: str, choices: list[Choice], *, current: str = "", preview: Callable[[str], None] | None = None
    ) -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        self._shown = choices
        self._current = current
        self._preview = preview

    def compose(self) -> ComposeResult:
        """A line to type in, the list, the meaning of the line under the cursor."""
        with Vertical(classes="dialog picker"):
            entry = Input(placeholder=self._title, compact=True)
            entry.cursor_blink = False
            yield entry
            yield OptionList(compact=True, markup=False)
            yield Static(classes="dialog--aside", id="picker-help", markup=False)

    def on_mount(self) -> None:
        """The list cannot be focused: typing goes to the input, the arrows move the list."""
        self.query_one(OptionList).can_focus = False
        self.query_one(Input).focus()
        self._fill()

    def _fill(self) -> None:
        options = self.query_one(OptionList)
        glyphs = ASCII if getattr(self.app, "ascii_glyphs", False) else UNICODE
        options.clear_options()
        options.add_options([Option(_Line(choice, glyphs)) for choice in self._shown])
        values = [choice.value for choice in self._shown]
        if values:
            options.highlighted = values.index(self._current) if self._current in values else 0
        else:
            self.query_one("#picker-help", Static).update("Nothing has that name.")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if not event.value.strip():
            self._shown = self._choices
        else:
            matcher = Matcher(event.value.strip())
            scored = [(matcher.match(choice.name), choice) for choice in self._choices]
            self._shown = [choice for score, choice in sorted(scored, key=lambda pair: -pair[0]) if score > 0]
        self._fill()

    @on(Input.Submitted)
    def _chosen(self, event: Input.Submitted) -> None:
        event.stop()
        self._dismiss_highlighted()

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._dismiss_highlighted()

    def _dismiss_highlighted(self) -> None:
        index = self.query_one(OptionList).highlighted
        if index is not None and index < len(self._shown):
            self.dismiss(self._shown[index].value)

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option_index < len(self._shown):
            choice = self._shown[event.option_index]
            self.query_one("#picker-help", Static).update(choice.help)
            if self._preview is not None:
                self._preview(choice.value)

    def action_move(self, by: int) -> None:
        """Move the cursor of the list."""
        options = self.query_one(OptionList)
        if self._shown:
            here = options.highlighted or 0
            options.highlighted = max(0, min(here + by, len(self._shown) - 1))

    def action_leave(self) -> None:
        """Choose nothing."""
        self.dismiss(None)


@dataclass(frozen=True)
class _Line:
    """A choice as wide as there is room."""

    choice: Choice
    glyphs: Glyphs

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        choice = self.choice
        room = options.max_width - (cell_len(choice.aside) + 1 if choice.aside else 0)
        name = fit(choice.name, max(room, 1), self.glyphs, cut=choice.cut)
        yield Text(f"{name} {choice.aside}".rstrip(), style="dim" if choice.off else "", no_wrap=True, overflow="crop")
