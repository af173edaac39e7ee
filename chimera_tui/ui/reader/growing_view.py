"""Drawing of a Markdown document that grows: frames, the scrollable height, following, the cells that changed."""

import time
from collections import deque
from io import IncrementalNewlineDecoder
from typing import TYPE_CHECKING

from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import Reactive, reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from chimera_tui.ui.markdown.changes import Shown, changed_cells, same
from chimera_tui.ui.markdown.document import Document, Role
from chimera_tui.ui.markdown.finder import Finder
from chimera_tui.ui.markdown.lines import Line, Overlay
from chimera_tui.ui.markdown.options import Asked, DrawOptions, Glyphs
from chimera_tui.ui.markdown.palette import Palette
from chimera_tui.ui.pace import USUAL

if TYPE_CHECKING:
    from textual.timer import Timer

_SLICE = 4096
_BUDGET_S = 0.02
"""Time that one frame may spend on taking in text before the event loop gets its turn."""
_UNSEEN_CELLS = 80
"""The width to answer for while the widget has none."""


class GrowingView(ScrollView):
    """Takes text by role and draws it in frames.

    A timer exists only while something is not drawn yet; what a frame costs sets when the next one may come, so that
    drawing never takes more than about a ninth of the time.
    """

    ALLOW_SELECT = False

    follow: reactive[bool] = reactive(True, repaint=False)
    """Whether new text is scrolled into view."""

    virtual_size = Reactive(Size(0, 0), layout=False, repaint=False)
    """Redefined: a longer text changes the scrollbar, not the layout of the screen."""

    class FollowChanged(Message, namespace="stream_view"):
        """The view began or stopped following the end of the text."""

        def __init__(self, view: "GrowingView", follow: bool) -> None:
            super().__init__()
            self.view, self.follow = view, follow

        @property
        def control(self) -> "GrowingView":
            """The view."""
            return self.view

    def __init__(self, given: Asked, **names: str | None) -> None:
        super().__init__(**names)  # type: ignore[arg-type]  # name, id and classes
        self._given = given
        self._options = DrawOptions(ascii=bool(given.ascii), colour_code=given.colour_code is not False)
        self._interval_s = 1 / (given.repaints_per_s or USUAL.repaints_per_s)
        self._document = Document(0, self._options)
        self._pending: deque[tuple[str, Role]] = deque()
        self._line_ends = IncrementalNewlineDecoder(None, translate=True)
        self._role: Role = "model"
        self._length = 0
        self._ended = False
        self._timer: Timer | None = None
        self._next_frame = 0.0
        self._palette: Palette | None = None
        self._shown: dict[int, Shown] = {}
        self._finder = Finder()

    # how it is drawn

    def draw_again(self) -> None:
        """Draw as was asked for, and where nothing was, as the application does now."""
        given, pace = self._given, getattr(self.app, "pace", USUAL)
        ascii_ = given.ascii if given.ascii is not None else getattr(self.app, "ascii_glyphs", False)
        colour = given.colour_code if given.colour_code is not None else pace.colour_code
        self._options = DrawOptions(ascii=ascii_, colour_code=colour)
        self._interval_s = 1 / (given.repaints_per_s or pace.repaints_per_s)
        self._schedule()

    # taking text

    @property
    def drawn(self) -> bool:
        """Whether everything that came has been laid out."""
        return self._timer is None and not self._pending

    @property
    def glyphs(self) -> Glyphs:
        """The characters that this terminal can show."""
        return self._options.glyphs

    def configure(
        self,
        *,
        ascii: bool | None = None,  # noqa: A002  # what the settings call it
        colour_code: bool | None = None,
        repaints_per_s: float | None = None,
    ) -> None:
        """Draw with other glyphs, with or without coloured code, or at another pace than the application's."""
        given = self._given
        self._given = Asked(
            given.ascii if ascii is None else ascii, given.colour_code if colour_code is None else colour_code,
            repaints_per_s or given.repaints_per_s,
        )  # fmt: skip
        self.draw_again()

    def _reset(self) -> None:
        self._document = Document(self._document.width, self._options)
        self._pending.clear()
        self._line_ends.reset()
        self._length = 0
        self._ended = False
        self._next_frame = 0.0
        self._finder = Finder()
        if self.is_mounted:
            self.virtual_size = Size(self._room.width, 0)
            self._jump(0)

    def _add(self, text: str, role: Role) -> None:
        if role != self._role:
            self._queue(self._line_ends.decode("", final=True))
            self._role = role
        self._queue(self._line_ends.decode(text))

    def _queue(self, text: str) -> None:
        if text:
            self._ended = False
            self._length += len(text) if self._role != "thinking" else 0
            self._pending.append((text, self._role))
            self._schedule()

    def _flush(self) -> None:
        """Take in all text now: an answer about the whole document is wanted."""
        if self.drawn and self._document.width:
            return
        self._take_in(float("inf"))
        if self._room.width:
            self._fit()
            self._refresh_changed()

    def _take_in(self, deadline: float) -> None:
        document = self._document
        self._lay_out(max(self._room.width - 1, 0) or document.width or _UNSEEN_CELLS)
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
        if self._finder.pattern:
            self._finder.look(document.rows())

    def _lay_out(self, width: int) -> None:
        if self._document.width != width or self._document.options != self._options:
            self._document.redraw(width, self._options)

    # frames

    @property
    def _room(self) -> Size:
        return self.scrollable_content_region.size

    def _schedule(self) -> None:
        if self._timer is None and self.is_mounted:
            delay = max(self._next_frame - time.monotonic(), 0.001)
            self._timer = self.set_timer(delay, self._frame, name="stream view")

    def _frame(self) -> None:
        """Take in what has come, lay out the tail, send the cells that changed."""
        self._timer = None
        if not self._room.width:
            return
        started = time.monotonic()
        self._take_in(started + _BUDGET_S)
        self._fit()
        self._refresh_changed()
        self._next_frame = started + max(self._interval_s, 8 * (time.monotonic() - started))
        if self._pending:
            self._next_frame = 0.0
            self._schedule()

    def _fit(self) -> None:
        """Keep the scrollable height in step with the text, in half pages; jump half a page when following."""
        height, view = self._document.height, self._room.height
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

    def _set_height(self, height: int) -> None:
        self.virtual_size = Size(self._room.width, height)

    def _jump(self, row: int) -> None:
        self.scroll_to(y=max(row, 0), animate=False, force=True, immediate=True)

    def _jump_to_end(self) -> None:
        height, view = self._document.height, self._room.height
        if height > view:
            self._set_height(height if self._ended else max(height, self.virtual_size.height))
            self._jump(height - view)

    def _refresh_changed(self) -> None:
        """Ask for a repaint of exactly the cells that differ from what was drawn last."""
        top, width = self.scroll_offset.y, self._room.width
        regions: list[Region] = []
        for row, old in self._shown.items():
            new = self._row(top + row)
            if row < self._room.height and not same(old, new):
                start, end = changed_cells(old, new, width)
                regions.append(Region(start, row, end - start, 1))
        if regions:
            self.refresh(*regions)

    def _row(self, row: int) -> Shown:
        line = self._document.line(row)
        return line, tuple(self._overlays(row, line)) if line is not None else ()

    def _overlays(self, row: int, line: Line) -> list[Overlay]:  # noqa: ARG002  # who overrides it wants the line
        return self._finder.overlays.get(row, [])

    def render_line(self, y: int) -> Strip:
        """Row ``y`` of the view."""
        self._shown[y] = line, overlays = self._row(self.scroll_offset.y + y)
        return self._styles.strip(line, self._room.width, overlays)

    @property
    def _styles(self) -> Palette:
        if self._palette is None:
            self._palette = Palette(self)
        return self._palette

    # what Textual tells

    def notify_style_update(self) -> None:
        """The theme changed: draw every row anew."""
        super().notify_style_update()
        self._palette = None
        for line in self._document.rows():
            line.strip = None

    def on_mount(self) -> None:
        """Show what was given before the widget had a screen."""
        self.draw_again()

    def on_resize(self) -> None:
        """Lay out for the new width and keep the block at the top in place."""
        self._shown.clear()
        width = self._room.width - 1
        if width <= 0:
            return
        document = self._document
        if document.width != width:
            before = document.block_at(self.scroll_offset.y)
            self._lay_out(width)
            self._finder.look(document.rows())
            self._fit()
            if before and not self.follow:
                block, row = before
                inside = self.scroll_offset.y - row
                self._jump(document.top_of(block.start, row) + min(inside, max(len(block.lines) - 1, 0)))
        else:
            self._fit()
        self.refresh()
        self._schedule()

    def watch_virtual_size(self, size: Size) -> None:
        """Fit the scrollbar."""
        self._scroll_update(size)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Send only the cells that differ between what was shown and what is to be shown."""
        if self.show_vertical_scrollbar:
            self.vertical_scrollbar.position = new_value
        if round(old_value) != round(new_value):
            self._refresh_changed()

    def watch_follow(self, follow: bool) -> None:
        """Tell the screen, and show the end when following begins."""
        if self.is_mounted:
            self.post_message(self.FollowChanged(self, follow))
            if follow:
                self._jump_to_end()
