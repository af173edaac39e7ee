"""One widget for Markdown: the live stream, saved reports and previews."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from chimera_tui.ui.markdown.options import DrawOptions
from chimera_tui.ui.markdown.palette import COMPONENT_CLASSES, CSS
from chimera_tui.ui.widgets.growing_view import GrowingView


class StreamView(GrowingView, can_focus=True):
    """Markdown that grows at the end, with keys, search and a table of contents.

    Text is collected and drawn at most ``repaints_per_s`` times a second. Closed blocks are laid out once; of the
    screen only the cells that changed are sent again. Offsets are into ``source``: the text of model and program, line
    ends as newlines. Every span of a row keeps its source offset, so marks can be laid over any part of the source.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENT_CLASSES)
    DEFAULT_CSS = (
        """
    StreamView {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
    }
    """
        + CSS
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="stream.up"),
        Binding("down,j", "move(1)", "Down", show=False, id="stream.down"),
        Binding("pageup", "move_pages(-1.0)", "Page up", show=False, id="stream.page-up"),
        Binding("pagedown,space", "move_pages(1.0)", "Page down", show=False, id="stream.page-down"),
        Binding("ctrl+u", "move_pages(-0.5)", "Half a page up", show=False, id="stream.half-up"),
        Binding("ctrl+d", "move_pages(0.5)", "Half a page down", show=False, id="stream.half-down"),
        Binding("home,g", "top", "Top", show=False, id="stream.top"),
        Binding("end,G", "follow", "End and follow", show=False, id="stream.end"),
        Binding("f", "toggle_follow", "Follow", show=False, id="stream.follow"),
        Binding("n", "next_match", "Next match", show=False, id="stream.next-match"),
        Binding("N", "previous_match", "Previous match", show=False, id="stream.previous-match"),
    ]

    def __init__(
        self,
        markdown: str = "",
        *,
        ascii: bool = False,  # noqa: A002  # what the settings call it
        colour_code: bool = True,
        repaints_per_s: float = 9.0,
        name: str | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(
            DrawOptions(ascii=ascii, colour_code=colour_code), repaints_per_s, name=name, id=id, classes=classes
        )
        if markdown:
            self.load(markdown)

    # the text

    @property
    def source(self) -> str:
        """The whole text of model and program."""
        pending = "".join(text for text, role in self._pending if role != "thinking")
        return self._document.source + pending.replace("\r\n", "\n").replace("\r", "\n")

    def append(self, text: str) -> None:
        """Add text of the model. Cheap: drawing is done later, for many appends at once."""
        self._add(text, "model")

    def append_program(self, text: str) -> None:
        """Add Markdown written by the program, marked so in the margin. It begins a block of its own."""
        self._add(text, "program")

    def append_thinking(self, text: str) -> None:
        """Add thinking, shown apart; it is no part of ``source``."""
        self._add(text, "thinking")

    def finish(self) -> None:
        """No more text comes: close the open block."""
        self._ended = True
        self._schedule()

    def clear(self) -> None:
        """Forget everything and follow again."""
        self._reset()
        self.follow = True
        self._schedule()

    def load(self, markdown: str) -> None:
        """Show a whole document from its beginning."""
        self._reset()
        self.follow = False
        self._add(markdown, "model")
        self.finish()

    # moving

    def _go(self, row: int) -> None:
        if row < self.scroll_offset.y:
            self.follow = False
        self._jump(min(row, self.max_scroll_y))

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

    # finding

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
            row = finder.matches[finder.current][0][0]
            if not self.scroll_offset.y <= row < self.scroll_offset.y + self._room.height:
                self.follow = False
                self._jump(min(row - self._room.height // 3, self.max_scroll_y))
        self._refresh_changed()

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
