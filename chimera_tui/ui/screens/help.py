"""The keys of the pane one came from, then those that work everywhere."""

from typing import Any, ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from chimera_tui.ui.commands import State, applicable
from chimera_tui.ui.keymap import shown, spoken
from chimera_tui.ui.workspace.key_bar import current_keys, pane_bindings


class HelpScreen(ModalScreen[None]):
    """A page of keys; any of the usual keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "leave", "Close"),
        Binding("down,j", "scroll(1)", "Down"),
        Binding("up,k", "scroll(-1)", "Up"),
        Binding("pagedown,space", "scroll(10)", "Page down"),
        Binding("pageup", "scroll(-10)", "Page up"),
    ]

    def __init__(self, screen: Screen[Any], state: State) -> None:
        super().__init__()
        self._pane = state.pane
        self._own = _own_rows(screen, state)
        self._everywhere = _everywhere_rows(screen, state)

    def compose(self) -> ComposeResult:
        """Two tables under their headings."""
        with Vertical(classes="dialog help"):
            yield Static(f"Keys in {self._pane.label}", classes="dialog--title", markup=False)
            with VerticalScroll(can_focus=False):
                if self._own:
                    yield Static(_table(self._own))
                    yield Static("Everywhere", classes="dialog--title", markup=False)
                yield Static(_table(self._everywhere))
            yield Static("esc closes; other keys: [keys] in your settings, by these names",
                         classes="dialog--aside", markup=False)  # fmt: skip

    def action_scroll(self, lines: int) -> None:
        """Move the page."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_leave(self) -> None:
        """Back to the pane."""
        self.dismiss()


Row = tuple[str, str, str]


def _own_rows(screen: Screen[Any], state: State) -> list[Row]:
    keys = current_keys(screen)
    own_keys = getattr(screen.app, "keys", {})
    rows = [
        (keys[c.id], spoken(c.help, own_keys), c.id)
        for c in applicable(state.pane)
        if c.pane is state.pane and c.id in keys
    ]
    own = [(shown(b.key), b.tooltip or b.description, b.id or "") for b in pane_bindings(screen) if b.id]
    return rows + own


def _everywhere_rows(screen: Screen[Any], state: State) -> list[Row]:
    keys = current_keys(screen)
    own = getattr(screen.app, "keys", {})
    rows = []
    for command in applicable(state.pane):
        if command.pane is None and command.id in keys:
            reason = command.enabled(state)
            meaning = command.help + (f" Not now: {reason}" if reason else "")
            rows.append((keys[command.id], spoken(meaning, own), command.id))
    return rows


def _table(rows: list[Row]) -> Table:
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(no_wrap=True, min_width=6)
    table.add_column(ratio=1)
    table.add_column(no_wrap=True, justify="right")
    for key, meaning, identifier in rows:
        table.add_row(Text(key, "bold"), Text(meaning), Text(identifier, "dim"))
    return table
