"""Lines with a row cursor, drawn one by one: moving repaints two lines, leaving the view scrolls half a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView

if TYPE_CHECKING:
    from textual import events


class CursorView(ScrollView, can_focus=True):
    """A list of any length. A subclass says how many rows there are and draws each."""

    HEADER = 0
    """Lines at the top that do not scroll."""

    DEFAULT_CSS = """
    CursorView { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="list.up"),
        Binding("down,j", "move(1)", "Down", show=False, id="list.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="list.page_up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="list.page_down"),
        Binding("g,ctrl+home", "row(0)", "First row", show=False, id="list.first"),
        Binding("G,ctrl+end", "row(-1)", "Last row", show=False, id="list.last"),
    ]

    class CursorMoved(Message):
        """The cursor is somewhere else; of a burst only the last counts."""

        def __init__(self, view: CursorView) -> None:
            super().__init__()
            self.view = view

        @property
        def control(self) -> CursorView:
            """The view whose cursor moved."""
            return self.view

        def can_replace(self, message: Message) -> bool:
            """Replace an older one of the same view."""
            return isinstance(message, CursorView.CursorMoved) and message.view is self.view

    cursor_row: int = 0

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    @property
    def room(self) -> int:
        """Cells a line has."""
        return max(self.scrollable_content_region.width, 1)

    @property
    def line_width(self) -> int:
        """Cells of a line that change with the cursor."""
        return self.room - 1

    @property
    def page(self) -> int:
        """Rows the screen has room for."""
        return max(self.scrollable_content_region.height - self.HEADER, 1)

    def rows_changed(self, cursor: int | None = None) -> None:
        """Take in that the rows are others now; the cursor goes to a row or stays where it can."""
        wanted = self.cursor_row if cursor is None else cursor
        self.cursor_row = min(max(wanted, 0), max(self.row_count - 1, 0))
        self.virtual_size = Size(0, self.row_count + self.HEADER)
        self._reveal()
        self.refresh()

    def move_cursor(self, row: int) -> bool:
        """Put the cursor on the nearest row there is; whether it moved."""
        old = self.cursor_row
        self.cursor_row = min(max(row, 0), max(self.row_count - 1, 0))
        if self.cursor_row == old:
            return False
        self.refresh_row(old)
        self.refresh_row(self.cursor_row)
        self._reveal()
        self.post_message(self.CursorMoved(self))
        return True

    def row_at(self, y: int) -> int | None:
        """The row on a line of the screen, None where there is none."""
        row = int(self.scroll_offset.y) + y - self.HEADER
        return row if y >= self.HEADER and row < self.row_count else None

    def refresh_row(self, row: int) -> None:
        """Repaint one row, if it can be seen."""
        y = row - int(self.scroll_offset.y) + self.HEADER
        if self.HEADER <= y < self.HEADER + self.page:
            self.refresh_line_at(y)

    def refresh_line_at(self, y: int) -> None:
        """Repaint a line of the screen as far as it is drawn, never its last cell, which is always blank.

        Textual sends a neighbour that a region touches too; without that cell it would be the scrollbar, each time.
        """
        self.refresh(Region(0, y, self.line_width, 1))

    def _reveal(self) -> None:
        """Scroll the cursor into view, half a page at a time: one repaint for many steps."""
        top, page = int(self.scroll_offset.y), self.page
        row = self.cursor_row
        if top <= row < top + page:
            return
        near = -page <= row - top < 2 * page
        step = max(page // 2, 1) if near else page
        goal = row - page + step if row >= top + page else row - step + 1
        self.scroll_to(y=max(min(goal, self.row_count - page), 0), animate=False, force=True)

    def on_resize(self, event: events.Resize) -> None:
        """Keep the cursor in sight."""
        event.stop()
        self._reveal()

    def on_click(self, event: events.Click) -> None:
        """The row that was clicked becomes the cursor's."""
        row = self.row_at(event.y)
        if row is not None:
            event.stop()
            self.move_cursor(row)

    def action_move(self, rows: int) -> None:
        """Up or down."""
        self.move_cursor(self.cursor_row + rows)

    def action_page(self, pages: int) -> None:
        """Up or down by what fits on the screen."""
        self.move_cursor(self.cursor_row + pages * self.page)

    def action_row(self, row: int) -> None:
        """The first or, as -1, the last row."""
        self.move_cursor(row if row >= 0 else self.row_count + row)
