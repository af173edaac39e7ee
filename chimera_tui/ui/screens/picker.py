"""Choose one of a list by typing a part of its name: the palette, the themes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.fuzzy import Matcher
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option


@dataclass(frozen=True)
class Choice:
    """One line: what is returned, its name, a key or a mark at the right, a sentence under the list."""

    value: str
    name: str
    aside: str = ""
    help: str = ""
    off: bool = False


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
        options.clear_options()
        options.add_options([Option(_line(choice)) for choice in self._shown])
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


def _line(choice: Choice) -> Table:
    table = Table.grid(expand=True, padding=(0, 1))
    table.add_column(no_wrap=True, ratio=1, overflow="ellipsis")
    table.add_column(no_wrap=True, justify="right")
    table.add_row(Text(choice.name), Text(choice.aside), style="dim" if choice.off else None)
    return table
