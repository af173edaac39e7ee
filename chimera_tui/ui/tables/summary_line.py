"""One line of facts, most telling first: those that do not fit are left out whole, and a sign says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from chimera_tui.core.inert import inert_line
from chimera_tui.ui.tables.cells import UNICODE, Glyphs

if TYPE_CHECKING:
    from collections.abc import Iterable


class SummaryLine(Widget):
    """Facts separated by dots."""

    DEFAULT_CSS = """
    SummaryLine { height: 1; padding: 0 1; color: $text-muted; }
    """

    text: reactive[str] = reactive("")

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._glyphs = UNICODE

    def say(self, parts: Iterable[str], glyphs: Glyphs) -> None:
        """Say other facts."""
        self._parts, self._glyphs = [inert_line(part) for part in parts], glyphs
        self.text = glyphs.dot.join(self._parts)

    def render(self) -> Text:
        """As many facts as fit; the first is always there."""
        kept = list(self._parts)
        line = self._glyphs.dot.join(kept)
        while len(kept) > 1 and cell_len(line) > self.size.width:
            kept.pop()
            line = self._glyphs.dot.join([*kept, self._glyphs.cut])
        return Text(line, no_wrap=True, overflow="crop")
