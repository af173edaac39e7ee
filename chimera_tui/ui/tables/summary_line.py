"""Facts in a line or two, most telling first: those that do not fit are left out whole, and a sign says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from chimera_tui.core.inert import inert_line
from chimera_tui.ui.tables.cells import ASCII, UNICODE, Glyphs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.geometry import Size


class SummaryLine(Widget):
    """Facts separated by dots."""

    DEFAULT_CSS = """
    SummaryLine { height: auto; padding: 0 1; color: $text-muted; }
    """

    text: reactive[str] = reactive("", layout=True)

    def __init__(self, rows: int = 1) -> None:
        super().__init__()
        self._rows = rows
        self._parts: list[str] = []
        self._glyphs = UNICODE

    def say(self, parts: Iterable[str], glyphs: Glyphs) -> None:
        """Say other facts."""
        self._parts, self._glyphs = [inert_line(part) for part in parts], glyphs
        self.text = glyphs.dot.join(self._parts)

    def draw_again(self) -> None:
        """Other signs."""
        self.say(self._parts, ASCII if getattr(self.app, "ascii_glyphs", False) else UNICODE)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """As many rows as the facts need, up to those it may have."""
        return len(self._laid_out(width))

    def render(self) -> Text:
        """As many facts as fit; the first is always there."""
        return Text("\n".join(self._laid_out(self.size.width)), no_wrap=True, overflow="crop")

    def _laid_out(self, width: int) -> list[str]:
        dot, cut = self._glyphs.dot, self._glyphs.cut
        rows = [""]
        for number, part in enumerate(self._parts):
            line = f"{rows[-1]}{dot}{part}" if rows[-1] else part
            last = len(rows) == self._rows and number + 1 < len(self._parts)
            if not rows[-1] or cell_len(f"{line}{dot}{cut}" if last else line) <= width:
                rows[-1] = line
            elif len(rows) < self._rows:
                rows.append(part)
            else:
                rows[-1] += f"{dot}{cut}"
                break
        return rows
