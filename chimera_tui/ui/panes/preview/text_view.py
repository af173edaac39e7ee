"""A text file with line numbers: pages are read in a thread when they come into sight."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from chimera_tui.ui.tables.copying import CopyRequested
from chimera_tui.ui.tables.cursor_view import CursorView

if TYPE_CHECKING:
    from textual.worker import Worker

    from chimera_tui.ui.panes.preview.text_source import TextSource

PAGE = 200
PAGES_KEPT = 8
SIDEWAYS = 20


class TextView(CursorView):
    """Lines of a :class:`TextSource`, cut at the right edge; the arrows move the cut."""

    DEFAULT_CSS = """
    TextView {
        .text-view--number { color: $text-disabled; }
        .text-view--cursor { background: $block-cursor-blurred-background; color: $block-cursor-blurred-foreground; }
        &:focus .text-view--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"text-view--number", "text-view--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", f"sideways(-{SIDEWAYS})", "Left", show=False, id="text.left"),
        Binding("right,l", f"sideways({SIDEWAYS})", "Right", show=False, id="text.right"),
        Binding("y", "copy_line", "Copy line", show=False, id="text.copy"),
    ]

    class FindEnded(Message):
        """A search is over; ``found`` is whether there was anything."""

        def __init__(self, found: bool) -> None:
            super().__init__()
            self.found = found

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._source: TextSource | None = None
        self._pages: dict[int, list[str]] = {}
        self._asked: set[int] = set()
        self._left = 0
        self._stop = threading.Event()

    @property
    def row_count(self) -> int:
        """Lines known so far."""
        return self._source.count if self._source else 0

    def load(self, source: TextSource) -> Worker[None]:
        """Show a file from its beginning."""
        self._stop.set()
        self._source, self._pages, self._asked, self._left = source, {}, set(), 0
        self.rows_changed(0)
        return self._index(source)

    @work(group="text", exclusive=True)
    async def _index(self, source: TextSource) -> None:
        loop = asyncio.get_running_loop()
        self._stop = stop = threading.Event()
        blocks = 0

        def said() -> None:
            nonlocal blocks
            blocks += 1
            if blocks in (1, 8) or blocks % 64 == 0:
                loop.call_soon_threadsafe(grown)

        def grown() -> None:
            if source is self._source and not stop.is_set():
                self.rows_changed()

        try:
            with suppress(OSError):
                await asyncio.to_thread(source.index, stop.is_set, said)
        finally:
            stop.set()
        if source is self._source:
            self.rows_changed()

    def on_unmount(self) -> None:
        """Leave no thread at work."""
        self._stop.set()

    def render_line(self, y: int) -> Strip:
        """A number and its line."""
        row = self.row_at(y)
        width = self.size.width
        if row is None:
            return Strip.blank(width, self.rich_style)
        number = f"{row + 1:>{len(str(self.row_count))}} "
        text = self._text(row)[self._left :]
        style = self.rich_style
        if row == self.cursor_row:
            style = number_style = self.get_component_rich_style("text-view--cursor")
        else:
            number_style = self.get_component_rich_style("text-view--number")
        room = width - 1 - cell_len(number)
        strip = Strip([Segment(number, number_style), Segment(text[: max(room, 0)], style)])
        return Strip.join([strip.adjust_cell_length(width - 1, style), Strip.blank(1, self.rich_style)])

    def _text(self, row: int) -> str:
        number, place = divmod(row, PAGE)
        page = self._pages.get(number)
        if page is None or place >= len(page):
            self._fetch(number)
            return ""
        return page[place]

    def _fetch(self, number: int) -> None:
        if number not in self._asked and self._source is not None:
            self._asked.add(number)
            self.call_later(self._read_page, self._source, number)

    @work(group="page")
    async def _read_page(self, source: TextSource, number: int) -> None:
        try:
            lines = await asyncio.to_thread(source.lines, number * PAGE, PAGE)
        except OSError:
            return
        finally:
            self._asked.discard(number)
        if source is not self._source:
            return
        self._pages[number] = lines
        while len(self._pages) > PAGES_KEPT:
            self._pages.pop(next(iter(self._pages)))
        self.refresh()

    @work(group="find", exclusive=True)
    async def find(self, text: str) -> None:
        """Go to the next line that holds a text."""
        source = self._source
        if source is None:
            return
        stop = threading.Event()
        try:
            row = await asyncio.to_thread(source.find, text, self.cursor_row, stop.is_set)
        finally:
            stop.set()
        if source is self._source:
            if row is not None:
                self.move_cursor(row)
            self.post_message(self.FindEnded(row is not None))

    def action_sideways(self, cells: int) -> None:
        """Move the cut at the right edge."""
        left = max(self._left + cells, 0)
        if left != self._left:
            self._left = left
            self.refresh()

    def action_copy_line(self) -> None:
        """Offer the line for copying."""
        if self.row_count:
            self.post_message(CopyRequested(self._text(self.cursor_row), f"line {self.cursor_row + 1:,}"))
