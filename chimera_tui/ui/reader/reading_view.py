"""Moving about in a growing document: scrolling, searching, headings."""

from chimera_tui.ui.reader.growing_view import GrowingView


class ReadingView(GrowingView):
    """What a reader does with a text that may still be growing."""

    # moving

    def _go(self, row: int) -> None:
        if row < self.scroll_offset.y:
            self.follow = False
        self._jump(min(row, self.max_scroll_y))

    def _reveal(self, row: int) -> None:
        """Bring a row into view, a third from the top, unless it is there already."""
        if not self.scroll_offset.y <= row < self.scroll_offset.y + self._room.height:
            self.follow = False
            self._jump(min(row - self._room.height // 3, self.max_scroll_y))

    def action_move(self, rows: int) -> None:
        """Scroll by rows."""
        self._go(self.scroll_offset.y + rows)

    def action_move_pages(self, pages: float) -> None:
        """Scroll by pages, one row kept in view."""
        step = int((self._room.height - 1) * abs(pages)) or 1
        self._go(self.scroll_offset.y + (step if pages > 0 else -step))

    def action_top(self) -> None:
        """Go to the beginning."""
        self._go(0)

    def action_follow(self) -> None:
        """Go to the end and follow."""
        if self.follow:
            self._jump_to_end()
        self.follow = True

    def action_toggle_follow(self) -> None:
        """Begin or stop following."""
        self.follow = not self.follow

    def on_mouse_scroll_up(self) -> None:
        """Scrolling back leaves the end."""
        self.follow = False

    # searching

    def search(self, pattern: str) -> int:
        """Highlight a text wherever it occurs and go to the first place at or below the view; the number of places."""
        self._flush()
        self._finder.pattern, self._finder.current = pattern, -1
        self._finder.look(self._document.rows())
        self._select(self._finder.first_from(self.scroll_offset.y))
        return len(self._finder.matches)

    def next_match(self) -> None:
        """Go to the next place found, from the last to the first."""
        self._select(self._finder.current + 1)

    def previous_match(self) -> None:
        """Go to the place found before this one."""
        self._select(self._finder.current - 1)

    def action_next_match(self) -> None:
        """Go to the next place found."""
        self.next_match()

    def action_previous_match(self) -> None:
        """Go to the previous place found."""
        self.previous_match()

    def _select(self, index: int) -> None:
        finder = self._finder
        if finder.matches:
            finder.choose(index % len(finder.matches))
            self._reveal(finder.matches[finder.current][0][0])
        self._refresh_changed()

    # headings and places

    def headings(self) -> list[tuple[int, str, int]]:
        """Level, text and row of each heading, for a table of contents."""
        self._flush()
        return self._document.headings()

    def scroll_to_heading(self, index: int) -> None:
        """Put a heading at the top of the view."""
        row = self.headings()[index][2]
        self.follow = False
        self._jump(min(row, self.max_scroll_y))

    def block_at_cursor(self) -> str:
        """Source of the block at the top of the view."""
        self._flush()
        return self._document.text_at(self.scroll_offset.y)

    def line_at(self, source_offset: int) -> int:
        """The row that shows a character of ``source``, or the nearest row above it."""
        self._flush()
        return self._document.line_of(source_offset)
