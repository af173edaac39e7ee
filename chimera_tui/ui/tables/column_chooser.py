"""A list of columns to show and hide."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Static

from chimera_tui.core.inert import inert_line
from chimera_tui.ui.tables.cells import ASCII, fit
from chimera_tui.ui.tables.cursor_view import CursorView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult


class CheckList(CursorView):
    """Names with a box each: ``[x]`` is shown, ``[ ]`` is not."""

    DEFAULT_CSS = """
    CheckList { height: auto; max-height: 24; }
    CheckList .check-list--cursor { color: $block-cursor-foreground; background: $block-cursor-background; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"check-list--cursor"}

    def __init__(self, names: Sequence[str], checked: Sequence[str]) -> None:
        super().__init__()
        self.names = list(names)
        self.checked = set(checked)

    @property
    def row_count(self) -> int:
        """How many names there are."""
        return len(self.names)

    def on_mount(self) -> None:
        """As high as its names."""
        self.rows_changed()

    def toggle(self) -> None:
        """Check or uncheck the name under the cursor and go on to the next."""
        self.checked ^= {self.names[self.cursor_row]}
        self.refresh_row(self.cursor_row)
        self.move_cursor(self.cursor_row + 1)

    def toggle_all(self) -> None:
        """Check all or, when all are checked, none."""
        self.checked = set() if len(self.checked) == len(self.names) else set(self.names)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """A box and its name."""
        row = self.row_at(y)
        if row is None:
            return Strip.blank(self.size.width, self.rich_style)
        style = self.get_component_rich_style("check-list--cursor") if row == self.cursor_row else self.rich_style
        box = "[x]" if self.names[row] in self.checked else "[ ]"
        text = fit(f" {box} {inert_line(self.names[row], 60)}", self.size.width - 1, ASCII)
        return Strip([Segment(text, style), Segment(" ", self.rich_style)])


class ColumnChooser(ModalScreen["list[str] | None"]):
    """Space shows or hides, Enter takes the choice, Esc leaves all as it was. Ends with the shown names, in order."""

    DEFAULT_CSS = """
    ColumnChooser { align: center middle; }
    ColumnChooser > Vertical {
        width: 44; max-width: 100%; height: auto; max-height: 90%; padding: 0 1; background: $panel;
    }
    ColumnChooser Static { height: 1; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "check", "Show/hide", id="columns.toggle"),
        Binding("a", "check_all", "All or none", id="columns.all"),
        Binding("enter", "take", "Show these", id="columns.take"),
        Binding("escape", "dismiss(None)", "Cancel", id="columns.cancel"),
    ]

    def __init__(self, names: Sequence[str], shown: Sequence[str]) -> None:
        super().__init__()
        self._list = CheckList([*shown, *(name for name in names if name not in shown)], shown)

    def compose(self) -> ComposeResult:
        """The list under what its keys do."""
        with Vertical():
            yield Static("space show/hide  a all  enter done  esc")
            yield self._list

    def action_check(self) -> None:
        """Show or hide the column under the cursor."""
        self._list.toggle()

    def action_check_all(self) -> None:
        """Show all columns or, when all are shown, none."""
        self._list.toggle_all()

    def action_take(self) -> None:
        """End with the chosen columns, in the list's order; none chosen changes nothing."""
        self.dismiss([name for name in self._list.names if name in self._list.checked] or None)
