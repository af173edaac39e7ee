"""One widget for Markdown: the live stream, saved reports and previews."""

import time
from collections import deque
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer

from chimera_tui.ui.markdown.document import Document, Place, Role
from chimera_tui.ui.markdown.lines import Line, cells
from chimera_tui.ui.markdown.options import DrawOptions
from chimera_tui.ui.markdown.palette import COMPONENT_CLASSES, CSS, Mark, Palette

_SLICE = 4096
_BUDGET_S = 0.02
"""Time that one frame may spend on taking in text before the event loop gets its turn."""

_UNSEEN_CELLS = 80
"""The width to answer for while the widget has none."""

Shown = tuple[Line | None, tuple[Mark, ...]]


class StreamView(ScrollView, can_focus=True):
    """Markdown that grows at the end.

    Text is collected and drawn at most ``repaints_per_s`` times a second, by a timer that exists only while something
    is not yet drawn. Closed blocks are laid out once; of the screen only the cells that changed are sent again.
    All offsets are into ``source``: the text of model and program with line ends as newlines. Every span of a row
    keeps its source offset (``Document``), so marks can be laid over any part of the source later.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENT_CLASSES)
    ALLOW_SELECT = False
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

    follow: reactive[bool] = reactive(True, repaint=False)
    """Whether new text is scrolled into view."""

    class FollowChanged(Message):
        """The view began or stopped following the end of the text."""

        def __init__(self, view: "StreamView", follow: bool) -> None:
            super().__init__()
            self.view, self.follow = view, follow

        @property
        def control(self) -> "StreamView":
            """The view."""
            return self.view

    def __init__(
        self,
        markdown: str = "",
        *,
        ascii: bool = False,  # noqa: A002  # the field's own word
        colour_code: bool = True,
        repaints_per_s: float = 9.0,
        name: str | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._options = DrawOptions(ascii=ascii, colour_code=colour_code)
        self._interval_s = 1 / repaints_per_s
        self._document = Document(0, self._options)
        self._pending: deque[tuple[str, Role]] = deque()
        self._ended = False
        self._timer: Timer | None = None
        self._next_paint = 0.0
        self._palette: Palette | None = None
        self._shown: dict[int, Shown] = {}
        self._pattern = ""
        self._matches: list[list[Place]] = []
        self._current = -1
        self._marks: dict[int, list[Mark]] = {}
        if markdown:
            self.load(markdown)

    # the text

    @property
    def source(self) -> str:
        """The whole text of model and program."""
        pending = "".join(text for text, role in self._pending if role != "thinking")
        return self._document.source + pending

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

    def _reset(self) -> None:
        self._document = Document(self._document.width, self._options)
        self._pending.clear()
        self._ended = False
        self._next_paint = 0.0
        self._pattern, self._matches, self._current, self._marks = "", [], -1, {}
        if self.is_mounted:
            self.virtual_size = Size(self._room.width, 0)
            self.scroll_to(y=0, animate=False, force=True)

    def _add(self, text: str, role: Role) -> None:
        if text:
            self._ended = False
            self._pending.append((text, role))
            self._schedule()

    # drawing

    @property
    def _room(self) -> Size:
        return self.scrollable_content_region.size

    def _schedule(self) -> None:
        if self._timer is None and self.is_mounted:
            delay = max(self._next_paint - time.monotonic(), 0.001)
            self._timer = self.set_timer(delay, self._paint, name="stream view")

    def _paint(self) -> None:
        """One frame: take in what has come, lay out the tail, send the cells that changed."""
        self._timer = None
        if not self._room.width:
            return
        started = time.monotonic()
        self._take_in(started + _BUDGET_S)
        self._fit()
        self._refresh_changed()
        spent = time.monotonic() - started
        self._next_paint = started + max(self._interval_s, 8 * spent)
        if self._pending:
            self._next_paint = 0.0
            self._schedule()

    def _take_in(self, deadline: float) -> None:
        document = self._document
        if document.width != self._room.width:
            document.redraw(self._room.width, self._options)
        while self._pending and time.monotonic() < deadline:
            text, role = self._pending.popleft()
            while self._pending and self._pending[0][1] == role and len(text) < _SLICE:
                text += self._pending.popleft()[0]
            if len(text) > _SLICE:
                self._pending.appendleft((text[_SLICE:], role))
            document.append(text[:_SLICE], role)
        if self._ended and not self._pending:
            document.finish()
        document.draw_tail()
        if self._pattern:
            self._find()

    def _flush(self) -> None:
        """Take in all text now: an answer about the whole document is wanted."""
        document = self._document
        width = self._room.width or document.width or _UNSEEN_CELLS
        if document.width != width:
            document.redraw(width, self._options)
        for text, role in self._pending:
            document.append(text, role)
        self._pending.clear()
        if self._ended:
            document.finish()
        document.draw_tail()
        if self._room.width:
            self._fit()
            self._refresh_changed()

    def _fit(self) -> None:
        """Keep the scrollable height in step with the text, in half pages; jump half a page when following."""
        height, view, width = self._document.height, self._room.height, self._room.width
        if self._ended and not self._pending:
            self._set_height(height)
            if self.follow:
                self._jump(height - view)
        elif self.follow:
            if height > self.scroll_offset.y + view or height <= self.scroll_offset.y:
                top = max(height - (view + 1) // 2, 0)
                self._set_height(top + view)
                self._jump(top)
        elif height > self.virtual_size.height:
            half = max(view // 2, 1)
            self._set_height(-(-height // half) * half)
        if self.virtual_size.width != width:
            self.virtual_size = Size(width, self.virtual_size.height)

    def _set_height(self, height: int) -> None:
        if self.virtual_size.height != height:
            self.virtual_size = Size(self._room.width, height)

    def _jump(self, row: int) -> None:
        self.scroll_to(y=max(row, 0), animate=False, force=True, immediate=True)

    def _refresh_changed(self) -> None:
        """Ask for a repaint of exactly the cells that differ from what was drawn last."""
        top = self.scroll_offset.y
        regions: list[Region] = []
        for row in range(self._room.height):
            new: Shown = (self._document.line(top + row), tuple(self._marks.get(top + row, ())))
            old = self._shown.get(row)
            if old is not None and (old[0] is not new[0] or old[1] != new[1]) and old != new:
                regions.append(_changed(old, new, row, self._room.width))
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        """Row ``y`` of the view."""
        row = self.scroll_offset.y + y
        line = self._document.line(row)
        marks = tuple(self._marks.get(row, ()))
        self._shown[y] = line, marks
        if self._palette is None:
            self._palette = Palette(self)
        return self._palette.strip(line, self._room.width, marks)

    def notify_style_update(self) -> None:
        """The theme changed: draw every row anew."""
        super().notify_style_update()
        self._palette = None
        for line in (*self._document.lines, *self._document.tail_lines):
            line.strip = None

    def on_mount(self) -> None:
        """Show what was given before the widget had a screen."""
        self._schedule()

    def on_resize(self, event: events.Resize) -> None:
        """Lay out for the new width and keep the block at the top in place."""
        self._shown.clear()
        document, width = self._document, self._room.width
        if width and document.width != width:
            found = document.block_at(self.scroll_offset.y)
            document.redraw(width, self._options)
            self._find()
            self._fit()
            if found and not self.follow:
                top = next((row for block, row in document.placed() if block.start == found[0].start), found[1])
                self._jump(top + min(self.scroll_offset.y - found[1], max(len(found[0].lines) - 1, 0)))
            self.refresh()
        elif width:
            self._fit()
        self._schedule()

    # moving

    def watch_follow(self, follow: bool) -> None:
        """Tell the screen, and show the end when following begins."""
        if not self.is_mounted:
            return
        self.post_message(self.FollowChanged(self, follow))
        if follow:
            self._fit_end()

    def _fit_end(self) -> None:
        height, view = self._document.height, self._room.height
        if height > view:
            self._set_height(max(height, self.virtual_size.height if not self._ended else 0))
            self._jump(height - view)

    def _go(self, row: int) -> None:
        row = max(row, 0)
        if row < self.scroll_offset.y:
            self.follow = False
        self._jump(min(row, max(self.max_scroll_y, 0)))

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
            self._fit_end()
        self.follow = True

    def action_toggle_follow(self) -> None:
        """Begin or stop following."""
        self.follow = not self.follow

    def on_mouse_scroll_up(self) -> None:
        """Scrolling back leaves the end."""
        self.follow = False

    # finding

    def search(self, pattern: str) -> int:
        """Highlight a text wherever it occurs, go to the first place at or below the view; the number of places."""
        self._flush()
        self._pattern = pattern
        self._current = -1
        self._find()
        if self._matches:
            top = self.scroll_offset.y
            below = (i for i, places in enumerate(self._matches) if places and places[0][0] >= top)
            self._select(next(below, 0))
        else:
            self._refresh_changed()
        return len(self._matches)

    def next_match(self) -> None:
        """Go to the next place found, from the last to the first."""
        self._select(self._current + 1)

    def previous_match(self) -> None:
        """Go to the place found before this one."""
        self._select(self._current - 1)

    def action_next_match(self) -> None:
        """Go to the next place found."""
        self.next_match()

    def action_previous_match(self) -> None:
        """Go to the previous place found."""
        self.previous_match()

    def _select(self, index: int) -> None:
        if not self._matches:
            return
        self._current = index % len(self._matches)
        self._highlight()
        row = self._matches[self._current][0][0]
        if not self.scroll_offset.y <= row < self.scroll_offset.y + self._room.height:
            self.follow = False
            self._jump(min(row - self._room.height // 3, self.max_scroll_y))
        self._refresh_changed()

    def _find(self) -> None:
        self._matches = [places for places in self._document.find(self._pattern) if places]
        self._current = min(self._current, len(self._matches) - 1)
        self._highlight()

    def _highlight(self) -> None:
        self._marks = {}
        for index, places in enumerate(self._matches):
            name = "match-current" if index == self._current else "match"
            for row, start, end in places:
                self._marks.setdefault(row, []).append((start, end, name))

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
        found = self._document.block_at(self.scroll_offset.y)
        return found[0].text.strip("\n") if found else ""

    def line_at(self, source_offset: int) -> int:
        """The row that shows a character of ``source``."""
        self._flush()
        return self._document.line_of(source_offset)


def _changed(old: Shown, new: Shown, row: int, width: int) -> Region:
    """The part of a row where what was drawn and what is to be drawn differ."""
    if old[1] != new[1] or old[0] is None or new[0] is None:
        return Region(0, row, width, 1)
    before, after = _styled(old[0]), _styled(new[0])
    same = 0
    for left, right in zip(before, after, strict=False):
        if left != right:
            break
        same += 1
    same = max(same - 1, 0) if same < len(after) and not after[same][0].isascii() else same
    start = cells("".join(char for char, _ in after[:same]))
    end = max(cells(old[0].plain), cells(new[0].plain))
    if any("fence" in span[1] for line in (old[0], new[0]) for span in line.spans[-1:]):
        end = width
    return Region(start, row, max(min(end, width) - start, 1), 1)


def _styled(line: Line) -> list[tuple[str, str]]:
    return [(char, style) for text, style, _ in line.spans for char in text]
