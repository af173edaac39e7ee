"""A list of columns to show and hide."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import SelectionList, Static
from textual.widgets.selection_list import Selection

from chimera_tui.core.inert import inert_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


class ColumnChooser(ModalScreen["list[str] | None"]):
    """Space shows or hides, Enter takes the choice, Esc leaves all as it was. Ends with the shown names, in order."""

    DEFAULT_CSS = """
    ColumnChooser { align: center middle; }
    ColumnChooser > Vertical {
        width: 44; max-width: 100%; height: auto; max-height: 90%; padding: 0 1; background: $panel; border: none;
    }
    ColumnChooser SelectionList { height: auto; max-height: 24; border: none; padding: 0; background: $panel; }
    ColumnChooser Static { height: 1; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Show these", id="columns.take", priority=True),
        Binding("escape", "dismiss(None)", "Cancel", id="columns.cancel"),
        Binding("j", "down", show=False, id="columns.down"),
        Binding("k", "up", show=False, id="columns.up"),
        Binding("a", "all", "All or none", show=False, id="columns.all"),
    ]

    def __init__(self, names: Sequence[str], shown: Sequence[str]) -> None:
        super().__init__()
        order = [*shown, *(name for name in names if name not in shown)]
        self._list = SelectionList[str](
            *(Selection(Text(inert_line(name, 36)), name, name in shown) for name in order), compact=True
        )

    def compose(self) -> ComposeResult:
        """The list under what its keys do."""
        with Vertical():
            yield Static("space show/hide  a all  enter done  esc")
            yield self._list

    def action_take(self) -> None:
        """End with the chosen columns, in the list's order."""
        chosen = set(self._list.selected)
        names = [option.value for option in (self._list.get_option_at_index(i) for i in range(self._list.option_count))]
        self.dismiss([name for name in names if name in chosen] or None)

    def action_down(self) -> None:
        """The next column."""
        self._list.action_cursor_down()

    def action_up(self) -> None:
        """The column before."""
        self._list.action_cursor_up()

    def action_all(self) -> None:
        """Show all columns or, when all are shown, none."""
        self._list.toggle_all()
